/* avow issuer show: who an issuer is, by its log. */
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/home/own_log.h"
#include "proto/codec/base58.h"
#include "proto/codec/id.h"
#include "proto/json/issuer.h"

static int print_json(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    const struct avow_known_log log = {.checkpoint = &proof->checkpoint,
                                       .cosignatures = proof->cosignatures,
                                       .cosignature_count = proof->cosignature_count,
                                       .chain = &proof->chain};
    return avow_cli_print_json(cli, avow_issuer_json(&log));
}

static void print_keys(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    for (size_t i = 0; i < proof->chain.key_count; i++) {
        const struct avow_chain_key *key = &proof->chain.keys[i];
        char public[AVOW_MULTIKEY_TEXT_MAX], until[AVOW_TERM_TIME_MAX] = "replaced";
        if (!avow_chain_key_covers(key, proof->checkpoint.size))
            continue;
        avow_multibase_key_text(&key->key, public);
        if (key->not_after != AVOW_NEVER)
            avow_term_time(key->not_after, until);
        (void)fprintf(cli->out, "  %-10s %s  until %s\n", avow_key_kind_name(key->kind), public,
                      until);
    }
}

static int print_text(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    char id[AVOW_ISSUER_TEXT_MAX], time[AVOW_TERM_TIME_MAX];
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    avow_id_issuer_text(&proof->checkpoint.issuer, id);
    avow_term_time(proof->checkpoint.time, time);
    avow_cli_print_text(cli->out, names.name);
    (void)fputs(", ", cli->out);
    avow_cli_print_text(cli->out, names.jurisdiction);
    (void)fprintf(cli->out, "\n%s\n", id);
    avow_cli_print_text(cli->out, names.website);
    (void)fprintf(cli->out, "\n%llu entries, epoch %u, signed %s%s\nkeys\n",
                  (unsigned long long)proof->checkpoint.size, proof->checkpoint.epoch, time,
                  proof->chain.closed ? ", closed" : "");
    print_keys(cli, proof);
    return AVOW_EXIT_OK;
}

static int run(struct avow_cli *cli)
{
    struct avow_hash issuer;
    struct avow_own_log log = {0};
    int status = avow_own_log_issuer(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, NULL, 0, &log);
    if (status == AVOW_EXIT_OK)
        status = cli->json ? print_json(cli, log.proof) : print_text(cli, log.proof);
    avow_own_log_fini(&log);
    return status;
}

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose: avow1…; else your own"},
    {0},
};

const struct avow_command avow_cmd_issuer_show = {
    .name = "issuer show",
    .operands = "",
    .summary = "show an issuer: names, keys, and how far its log is",
    .details = "Everything shown is checked against the issuer's signed checkpoint. With --json "
               "also the checkpoint itself, as a signed note, and the key (vkey) by which any "
               "tool for such notes verifies it.",
    .options = options,
    .json = true,
    .run = run,
};
