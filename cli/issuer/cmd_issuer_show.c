/* avow issuer show: who an issuer is, by its log. */
#include "cli/frame/print.h"
#include "cli/frame/term.h"
#include "cli/home/own_log.h"
#include "proto/codec/base58.h"
#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "proto/log/note.h"

/* A JSON string of bytes that are well-formed UTF-8. */
static json_t *text(struct avow_bytes bytes)
{
    return json_stringn((const char *)bytes.data, bytes.len);
}

static const char *use_of(enum avow_key_kind kind)
{
    switch (kind) {
    case AVOW_KEY_ROOT:
        return "root";
    case AVOW_KEY_SIGN:
        return "sign";
    case AVOW_KEY_HEARTBEAT:
        return "heartbeat";
    }
    return "unknown";
}

static bool in_force(const struct avow_chain_key *key, uint64_t size)
{
    return key->since < size && key->until >= size;
}

static void time_text(uint64_t seconds, char out[AVOW_TIME_TEXT_LEN + 1])
{
    avow_time_format(seconds <= AVOW_TIME_MAX ? seconds : AVOW_TIME_MAX, out);
}

static json_t *keys_json(const struct avow_log_proof *proof)
{
    json_t *list = json_array();
    for (size_t i = 0; i < proof->chain.key_count; i++) {
        const struct avow_chain_key *key = &proof->chain.keys[i];
        char public[AVOW_MULTIKEY_TEXT_MAX], until[AVOW_TIME_TEXT_LEN + 1];
        if (!in_force(key, proof->checkpoint.size))
            continue;
        avow_multikey_text(&key->key, public);
        if (key->not_after != AVOW_NEVER)
            time_text(key->not_after, until);
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s?}", "use", use_of(key->kind),
                                                    "public_key", public, "not_after",
                                                    key->not_after != AVOW_NEVER ? until : NULL));
    }
    return list;
}

/* The checkpoint as a signed note, and the key that stock tools verify it by. */
static int add_note(const struct avow_cli *cli, const struct avow_log_proof *proof, json_t *answer)
{
    uint8_t note_bytes[AVOW_CHECKPOINT_NOTE_MAX], vkey_bytes[512];
    char origin[AVOW_ORIGIN_TEXT_MAX];
    const struct avow_key *heartbeat = NULL;
    struct avow_buf note, vkey;
    for (size_t i = 0; i < proof->chain.key_count; i++) {
        if (proof->chain.keys[i].kind == AVOW_KEY_HEARTBEAT &&
            in_force(&proof->chain.keys[i], proof->checkpoint.size))
            heartbeat = &proof->chain.keys[i].key;
    }
    avow_buf_init_fixed(&note, note_bytes, sizeof(note_bytes));
    avow_buf_init_fixed(&vkey, vkey_bytes, sizeof(vkey_bytes));
    avow_checkpoint_note_write(&note, &proof->checkpoint, proof->cosignatures,
                               proof->cosignature_count, heartbeat);
    avow_checkpoint_origin(&proof->checkpoint, origin);
    const struct avow_note_key key = {
        .name = avow_bytes_text(origin), .type = AVOW_NOTE_ED25519, .key = proof->checkpoint.key};
    avow_vkey_write(&vkey, &key);
    if (note.err != AVOW_OK || vkey.err != AVOW_OK ||
        json_object_set_new(answer, "vkey", text(avow_buf_bytes(&vkey))) != 0 ||
        json_object_set_new(answer, "checkpoint", text(avow_buf_bytes(&note))) != 0)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    return AVOW_EXIT_OK;
}

static int print_json(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    avow_issuer_text(&proof->checkpoint.issuer, id);
    json_t *answer =
        json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:b, s:o}", "id", id, "name", text(names.name),
                  "jurisdiction", text(names.jurisdiction), "website", text(names.website), "epoch",
                  (json_int_t)proof->checkpoint.epoch, "size", (json_int_t)proof->checkpoint.size,
                  "closed", (int)proof->chain.closed, "keys", keys_json(proof));
    int status = answer != NULL ? add_note(cli, proof, answer) : AVOW_EXIT_NEGATIVE;
    if (status == AVOW_EXIT_OK)
        return avow_print_json(cli, answer);
    json_decref(answer);
    return status;
}

static void print_keys(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    for (size_t i = 0; i < proof->chain.key_count; i++) {
        const struct avow_chain_key *key = &proof->chain.keys[i];
        char public[AVOW_MULTIKEY_TEXT_MAX], until[AVOW_TERM_TIME_MAX] = "replaced";
        if (!in_force(key, proof->checkpoint.size))
            continue;
        avow_multikey_text(&key->key, public);
        if (key->not_after != AVOW_NEVER)
            avow_term_time(key->not_after, until);
        (void)fprintf(cli->out, "  %-10s %s  until %s\n", use_of(key->kind), public, until);
    }
}

static int print_text(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    char id[AVOW_ISSUER_TEXT_MAX], time[AVOW_TERM_TIME_MAX];
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    avow_issuer_text(&proof->checkpoint.issuer, id);
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
    .run = run,
};
