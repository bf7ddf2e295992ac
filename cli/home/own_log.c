#include "cli/home/own_log.h"

#include "cli/frame/ask.h"
#include "cli/home/home.h"
#include "client/contains.h"
#include "proto/codec/id.h"

int avow_own_log_issuer(const struct avow_cli *cli, struct avow_hash *issuer)
{
    const char *id = avow_cli_value(cli, "issuer");
    if (id == NULL)
        return avow_home_issuer(cli, issuer);
    if (avow_id_issuer_parse(avow_bytes_text(id), issuer) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--issuer %s: not an issuer's id, avow1…", id);
}

int avow_own_log_fetch(const struct avow_cli *cli, const struct avow_hash *issuer,
                       const uint64_t *indices, size_t count, struct avow_own_log *log)
{
    avow_fetched_fini(&log->fetched);
    avow_fetch_from(log->client, issuer, indices, count, &log->fetched);
    log->proof = log->fetched.why == AVOW_WHY_NONE
                     ? avow_evidence_log(&log->fetched.evidence, issuer)
                     : NULL;
    if (log->proof != NULL)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s",
                         log->fetched.why == AVOW_WHY_NONE
                             ? "the node proved another log than asked for"
                             : log->fetched.reason);
}

int avow_own_log_open(const struct avow_cli *cli, const struct avow_hash *issuer,
                      const uint64_t *indices, size_t count, struct avow_own_log *log)
{
    char reason[AVOW_FETCH_REASON_MAX];
    *log = (struct avow_own_log){.client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason)};
    if (log->client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    return avow_own_log_fetch(cli, issuer, indices, count, log);
}

int avow_own_log_contains(const struct avow_cli *cli, struct avow_own_log *log, uint64_t size,
                          const struct avow_hash *root, bool *contained)
{
    const struct avow_checkpoint *now = &log->proof->checkpoint;
    struct avow_message answer;
    return avow_ask_result(cli, log->client,
                           avow_contains(log->client, now, size, root, &answer, contained));
}

void avow_own_log_fini(struct avow_own_log *log)
{
    avow_client_free(&log->client);
    avow_fetched_fini(&log->fetched);
    log->proof = NULL;
}
