/* avow issuer custody-key: what a custodian gives to an issuer that closes: a signing key, and the
 * digest of a root key. The secrets stay in a home of their own. */
#include "cli/frame/say.h"
#include "cli/issuer/next_keys.h"
#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/crypto/sha256.h"

#include <sodium.h>

static int make(const struct avow_cli *cli, struct avow_key *signing, struct avow_key *root)
{
    char *passphrase = NULL;
    int status = avow_next_keys_make(cli, "signing", "signing", &passphrase, signing);
    if (status == AVOW_EXIT_OK)
        status = avow_next_keys_make(cli, AVOW_NEXT_ROOT, "root", &passphrase, root);
    sodium_free(passphrase);
    return status;
}

static int print(const struct avow_cli *cli, const struct avow_key *signing,
                 const struct avow_key *root)
{
    char key[AVOW_MULTIKEY_TEXT_MAX], digest[2 * sizeof(struct avow_hash) + 1] = "";
    const struct avow_bytes bytes = avow_bytes(root->bytes, sizeof(root->bytes));
    const struct avow_hash hash = avow_sha256(&bytes, 1);
    avow_multibase_key_text(signing, key);
    for (size_t i = 0; i < sizeof(hash.bytes); i++)
        (void)snprintf(digest + 2 * i, 3, "%02x", hash.bytes[i]);
    if (cli->json)
        return avow_cli_print_json(cli, json_pack("{s:s, s:s}", "key", key, "next_digest", digest));
    (void)fprintf(cli->out, "--custodian-key %s --custodian-next-digest %s\n", key, digest);
    avow_cli_note(cli, "The issuer closes with these. Once it has: avow issuer take-over ID");
    avow_cli_note(cli, "Keep next-root.key away from this machine until then.");
    return AVOW_EXIT_OK;
}

static int run(struct avow_cli *cli)
{
    struct avow_key signing, root;
    int status = AVOW_EXIT_OK;
    if (avow_home_has_issuer(cli))
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                               "%s is the home of an issuer; a log in custody needs a home of its "
                               "own (AVOW_HOME or --home)",
                               cli->home);
    if (status == AVOW_EXIT_OK)
        status = make(cli, &signing, &root);
    return status == AVOW_EXIT_OK ? print(cli, &signing, &root) : status;
}

static const struct avow_option options[] = {
    {.name = "no-passphrase", .help = "leave the key files unsealed"},
    {0},
};

const struct avow_command avow_cmd_issuer_custody_key = {
    .name = "issuer custody-key",
    .operands = "",
    .summary = "make a custodian's keys for a log that will be closed",
    .details =
        "For the organisation that will keep another issuer's log after its end. In a new home "
        "folder (--home), one for each log, it makes a signing key and a root key, and prints what "
        "the issuer needs for `avow issuer close`. The same call prints the same again.",
    .options = options,
    .json = true,
    .run = run,
};
