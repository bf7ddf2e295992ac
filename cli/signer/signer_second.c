/* Asking the second node, which the person has configured (second in config.ini, or AVOW_SECOND),
 * what the home node has been asked: before anything is signed it has to know nothing of the log
 * that the home node does not show. So a home node that was restored from a backup does not make
 * its issuer sign a second history, and one that lies by leaving out a record's older status
 * entries does not make it sign an entry that breaks a rule. */
#include "cli/signer/signer_inner.h"

#include "cli/frame/ask.h"
#include "cli/signer/references.h"
#include "client/fetch.h"

#include <stdlib.h>

static int differs(const struct avow_signer *signer, const char *how)
{
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "refusing to sign: %s, the second node, %s than %s; one of them lies, or "
                         "somebody has signed another history",
                         signer->cli->second, how, signer->address);
}

bool avow_signer_second_knows(const struct avow_draft *draft, const struct avow_log_proof *second,
                              uint64_t *target)
{
    for (size_t i = 0; i < second->entry_count; i++) {
        const uint64_t index = second->entries[i].index;
        struct avow_entry entry;
        enum avow_status status;
        uint64_t last;
        if (index >= avow_draft_base(draft) ||
            avow_entry_decode(second->entries[i].bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_STATUS)
            continue;
        *target = entry.status.target;
        if (avow_draft_status(draft, *target, &status, &last) == AVOW_OK && last < index)
            return true;
    }
    return false;
}

/* What both show is one log; the second node may be behind, and is not ahead. */
static int compare(struct avow_signer *signer, const struct avow_log_proof *second)
{
    const struct avow_checkpoint *now = &signer->proof->checkpoint;
    const struct avow_checkpoint *theirs = &second->checkpoint;
    uint64_t target;
    bool contained;
    if (theirs->size > now->size) {
        (void)snprintf(signer->reason, sizeof(signer->reason),
                       "%s, the second node, shows %llu entries, and the home node %llu",
                       signer->cli->second, (unsigned long long)theirs->size,
                       (unsigned long long)now->size);
        return AVOW_SIGNER_AGAIN; /* a moment's difference, or the home node is behind */
    }
    int status = avow_signer_contains(signer, theirs->size, &theirs->root, &contained);
    if (status != AVOW_EXIT_OK)
        return status;
    if (!contained)
        return differs(signer, "shows another log");
    return avow_signer_second_knows(signer->draft, second, &target)
               ? differs(signer, "shows more status entries")
               : AVOW_EXIT_OK;
}

int avow_signer_ask_second(struct avow_signer *signer, const uint64_t *indices, size_t count)
{
    struct avow_fetched fetched = {0};
    char reason[AVOW_CLIENT_REASON_MAX];
    struct avow_client *client;
    const struct avow_client_config config =
        avow_ask_config(signer->cli, signer->cli->second, AVOW_PEER_CLIENT);
    if (avow_client_connect(&config, &client, reason) != AVOW_OK)
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                             "the second node, without which nothing is signed: %s", reason);
    size_t unique;
    uint64_t *sorted = avow_references_sorted(indices, count, &unique);
    if (sorted == NULL) {
        avow_client_free(&client);
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    avow_fetch_from(client, &signer->keys->issuer, sorted, unique, &fetched);
    free(sorted);
    const struct avow_log_proof *second =
        fetched.why == AVOW_WHY_NONE ? avow_evidence_log(&fetched.evidence, &signer->keys->issuer)
                                     : NULL;
    int status = AVOW_EXIT_OK; /* one that does not have the log yet knows nothing more of it */
    if (second != NULL)
        status = compare(signer, second);
    else if (fetched.why != AVOW_WHY_NO_DATA)
        status =
            avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                          "the second node, without which nothing is signed: %s", fetched.reason);
    avow_fetched_fini(&fetched);
    avow_client_free(&client);
    return status;
}
