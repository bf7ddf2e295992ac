/* avow issuer take-over: this home's keys are those that a closed log names; from now on it is the
 * home of that log. */
#include "cli/home/home.h"
#include "cli/home/own_log.h"
#include "proto/codec/id.h"

static int check_key(const struct avow_cli *cli, const struct avow_log_proof *proof)
{
    struct avow_key key;
    const struct avow_chain *chain = &proof->chain;
    if (!chain->closed || !chain->custodian)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s",
                             chain->closed ? "the log was closed without a custodian"
                                           : "the log is not closed");
    int status = avow_home_public_key(cli, "signing", &key);
    if (status != AVOW_EXIT_OK)
        return status;
    for (size_t i = 0; i < chain->key_count; i++) {
        if (chain->keys[i].kind == AVOW_KEY_SIGN && chain->keys[i].until == AVOW_NEVER &&
            avow_key_equal(&chain->keys[i].key, &key))
            return AVOW_EXIT_OK;
    }
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                         "the key in %s/signing.key is not the custodian's key that the log names",
                         cli->home);
}

static int read_id(const struct avow_cli *cli, struct avow_hash *issuer)
{
    const char *id = cli->operands[0];
    if (avow_id_issuer_parse(avow_bytes_text(id), issuer) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s: not an issuer's id, avow1…", id);
}

static int run(struct avow_cli *cli)
{
    struct avow_hash issuer, known;
    struct avow_own_log log = {0};
    int status = read_id(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, NULL, 0, &log);
    if (status == AVOW_EXIT_OK)
        status = check_key(cli, log.proof);
    if (status == AVOW_EXIT_OK && !avow_home_has_issuer(cli))
        status = avow_home_set_issuer(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_home_issuer(cli, &known);
    if (status == AVOW_EXIT_OK && !avow_hash_equal(&known, &issuer))
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                               "%s has another issuer; a log in custody needs a home of its own",
                               cli->home);
    if (status == AVOW_EXIT_OK) {
        avow_cli_note(cli, "%s is the home of %s now.", cli->home, cli->operands[0]);
        avow_cli_note(cli, "Its home node is the issuer's own. Yours becomes it with `avow issuer "
                           "rotate-root --home-node NODE`, which makes keys of yours too.");
    }
    avow_own_log_fini(&log);
    return status;
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_issuer_take_over = {
    .name = "issuer take-over",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "begin the custody of a log that was closed for this home's keys",
    .details =
        "For a custodian, once the issuer has closed its log with the keys of this home "
        "(`avow issuer custody-key`). From then on `avow revoke` and the others work on that "
        "log. Publishes nothing.",
    .options = options,
    .run = run,
};
