/* The log as the home node proves it, compared with what this home has seen before. */
#include "cli/signer/signer_inner.h"

#include "cli/signer/references.h"
#include "proto/codec/writer.h"

#include <stdlib.h>

#define EVIDENCE_INDICES_MAX 4096

/* PROVE lists each index once. */
static int ask_for_proof(struct avow_signer *signer, const uint64_t *indices, size_t count,
                         struct avow_message *answer)
{
    struct avow_message question = {
        .type = AVOW_MESSAGE_PROVE,
        .issuer = signer->keys->issuer,
        .flags = AVOW_PROVE_FOR_SIGNING,
    };
    size_t unique;
    uint64_t *sorted = avow_references_sorted(indices, count, &unique);
    struct avow_buf list;
    avow_buf_init(&list, EVIDENCE_INDICES_MAX * 9);
    if (sorted == NULL)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    for (size_t i = 0; i < unique; i++)
        avow_write_uint(&list, sorted[i]);
    question.indices.count = unique;
    question.indices.items = avow_buf_bytes(&list);
    int status =
        list.err == AVOW_OK
            ? avow_signer_ask(signer, &question, AVOW_MESSAGE_EVIDENCE, answer)
            : avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "too many older entries at once");
    free(sorted);
    avow_buf_fini(&list);
    return status;
}

/* The proof replaces the one before, and the draft that stood on it. */
static int take_proof(struct avow_signer *signer, struct avow_bytes evidence)
{
    enum avow_reject reject = AVOW_ACCEPT;
    avow_draft_free(&signer->draft);
    avow_evidence_fini(&signer->evidence);
    signer->proof = NULL;
    avow_buf_clear(&signer->bytes);
    avow_buf_append(&signer->bytes, evidence.data, evidence.len);
    enum avow_err err = signer->bytes.err;
    if (err == AVOW_OK)
        err = avow_evidence_check(avow_buf_bytes(&signer->bytes), &signer->evidence, &reject);
    if (err == AVOW_OK && reject == AVOW_ACCEPT) {
        signer->proof = avow_evidence_log(&signer->evidence, &signer->keys->issuer);
        reject = signer->proof == NULL ? AVOW_REJECT_PROOF : AVOW_ACCEPT;
    }
    if (err == AVOW_OK && reject == AVOW_ACCEPT)
        err = avow_draft_from_proof(signer->proof, &signer->draft, &reject);
    if (err != AVOW_OK)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                         "%s gave a proof of this issuer's log that does not hold: %s",
                         avow_client_address(signer->client), avow_reject_text(reject));
}

/* The issuer has recovered its log from another home: a root entry, which the root key alone can
 * sign, ends the epoch that this home has seen below what it has seen of it. */
static bool is_recovered(const struct avow_chain *chain, const struct avow_checkpoint *seen)
{
    return (uint64_t)seen->epoch + 1 < chain->count &&
           avow_hash_equal(&chain->entries[seen->epoch].leaf, &seen->opening) &&
           chain->entries[seen->epoch + 1].index < seen->size;
}

/* What this home has seen of its log; of size 0 when it has seen nothing. */
static int read_seen(const struct avow_signer *signer, struct avow_checkpoint *seen)
{
    enum avow_err err = avow_home_load_checkpoint(signer->cli, &signer->keys->issuer, seen);
    if (err == AVOW_OK)
        return AVOW_EXIT_OK;
    *seen = (struct avow_checkpoint){0};
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_EXIT_OK;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "%s/checkpoint, the latest this home has seen of its log, cannot be "
                         "read: %s",
                         signer->cli->home, avow_err_text(err));
}

/* Never behind, and never beside, what this home had seen accepted when it asked. */
static int compare_with_seen(struct avow_signer *signer, const struct avow_checkpoint *seen)
{
    const struct avow_checkpoint *now = &signer->proof->checkpoint;
    const char *address = avow_client_address(signer->client);
    if (seen->size == 0)
        return AVOW_EXIT_OK;
    if (is_recovered(&signer->proof->chain, seen)) {
        avow_cli_note(signer->cli,
                      "The log was recovered at entry %llu: what this home has seen beyond it does "
                      "not count any more.",
                      (unsigned long long)signer->proof->chain.entries[seen->epoch + 1].index);
        return AVOW_EXIT_OK;
    }
    if (now->size < seen->size)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                             "refusing to sign: %s shows a log of %llu entries, and this home has "
                             "seen one of %llu; the node may have been restored from a backup: "
                             "let it catch up with its peers, or ask another node",
                             address, (unsigned long long)now->size,
                             (unsigned long long)seen->size);
    bool contained;
    int status = avow_signer_contains(signer, seen->size, &seen->root, &contained);
    if (status != AVOW_EXIT_OK || contained)
        return status;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "refusing to sign: the log that %s shows is not a continuation of the one "
                         "that this home has seen (%llu entries, %s/checkpoint): somebody else has "
                         "signed another history, or the node lies; if the issuer has recovered "
                         "its log (`avow issuer show`), remove that file",
                         address, (unsigned long long)seen->size, signer->cli->home);
}

int avow_signer_fetch(struct avow_signer *signer, const uint64_t *indices, size_t count)
{
    struct avow_message answer = {0};
    struct avow_checkpoint seen; /* read first: another command of this home may go on meanwhile */
    int status = read_seen(signer, &seen);
    if (status == AVOW_EXIT_OK)
        status = ask_for_proof(signer, indices, count, &answer);
    if (status == AVOW_EXIT_OK)
        status = take_proof(signer, answer.evidence);
    if (status == AVOW_EXIT_OK)
        status = compare_with_seen(signer, &seen);
    if (status == AVOW_EXIT_OK && signer->cli->second != NULL)
        status = avow_signer_ask_second(signer, indices, count);
    if (status == AVOW_EXIT_OK)
        status = avow_home_save_checkpoint(signer->cli, &signer->proof->checkpoint);
    return status;
}
