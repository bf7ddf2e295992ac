/* Proposing a draft in chunks, a few under way at a time, and signing the text once it is held. */
#include "cli/signer/signer_inner.h"

#include "proto/codec/writer.h"

#define CHUNK_BYTES ((size_t)512 * 1024)
#define CHUNK_ENTRIES 16384
#define WINDOW 4

struct proposal {
    struct avow_signer *signer;
    const struct avow_checkpoint *text;
    uint64_t next;      /* the first entry that is not sent */
    unsigned under_way; /* messages without an answer */
    bool whole;
    struct avow_buf entries; /* of one message */
};

static int send_chunk(struct proposal *proposal)
{
    struct avow_signer *signer = proposal->signer;
    uint64_t size = avow_draft_size(signer->draft);
    struct avow_message message = {
        .type = AVOW_MESSAGE_PROPOSE,
        .checkpoint = *proposal->text,
        .from = proposal->next,
    };
    avow_buf_clear(&proposal->entries);
    while (proposal->next < size && message.entries.count < CHUNK_ENTRIES &&
           proposal->entries.len < CHUNK_BYTES) {
        avow_write_bin(&proposal->entries, avow_draft_entry(signer->draft, proposal->next));
        proposal->next++;
        message.entries.count++;
    }
    message.entries.items = avow_buf_bytes(&proposal->entries);
    enum avow_err err = proposal->entries.err;
    if (err == AVOW_OK)
        err = avow_draft_consistency(signer->draft, proposal->next, &message.path);
    if (err != AVOW_OK)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    err = avow_client_send(signer->client, &message);
    proposal->under_way++;
    return err == AVOW_OK ? AVOW_EXIT_OK : avow_signer_lost(signer, err);
}

static int receive_held(struct proposal *proposal)
{
    struct avow_signer *signer = proposal->signer;
    struct avow_message answer;
    enum avow_err err = avow_client_answer(signer->client, &answer);
    if (err != AVOW_OK)
        return avow_signer_lost(signer, err);
    proposal->under_way--;
    if (answer.type == AVOW_MESSAGE_REFUSED)
        return avow_signer_refused(signer, &answer);
    if (answer.type != AVOW_MESSAGE_HELD)
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                             "the home node answered a proposal with something else");
    proposal->whole = answer.whole != 0;
    return AVOW_EXIT_OK;
}

static int propose(struct proposal *proposal)
{
    uint64_t size = avow_draft_size(proposal->signer->draft);
    int status = AVOW_EXIT_OK;
    while (status == AVOW_EXIT_OK && (proposal->next < size || proposal->under_way > 0)) {
        if (proposal->next < size && proposal->under_way < WINDOW)
            status = send_chunk(proposal);
        else
            status = receive_held(proposal);
    }
    if (status == AVOW_EXIT_OK && !proposal->whole)
        status = avow_cli_fail(proposal->signer->cli, AVOW_EXIT_UNKNOWN,
                               "the home node has all entries and does not hold the text");
    return status;
}

/* The key in force after the draft's last entry: the home's, or the one that the batch brings. */
int avow_signer_find_key(const struct avow_signer *signer, const struct avow_checkpoint *text,
                         const struct avow_secret_key **secret)
{
    const struct avow_secret_key *const candidates[] = {signer->keys->signing, signer->next_key};
    const struct avow_chain *chain = &avow_draft_state(signer->draft)->chain;
    enum avow_reject reject = AVOW_REJECT_KEY_UNKNOWN;
    for (size_t i = 0; i < 2 && candidates[i] != NULL; i++) {
        struct avow_checkpoint tried = *text;
        memcpy(tried.key.bytes, candidates[i]->bytes + 32, sizeof(tried.key.bytes));
        reject = avow_evidence_judge_key(&tried, chain);
        *secret = candidates[i];
        if (reject == AVOW_ACCEPT)
            return AVOW_EXIT_OK;
    }
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "the signing key cannot sign this log now: %s; `avow issuer rotate-key` "
                         "makes a new one, or completes what it was doing",
                         avow_reject_text(reject));
}

int avow_signer_sign(struct avow_signer *signer, struct avow_checkpoint *text)
{
    struct avow_message answer;
    const struct avow_secret_key *secret = NULL;
    int status = avow_signer_find_key(signer, text, &secret);
    if (status != AVOW_EXIT_OK)
        return status;
    avow_checkpoint_sign(text, secret);
    struct avow_message question = {
        .type = AVOW_MESSAGE_SIGN,
        .issuer = text->issuer,
        .size = text->size,
        .key = text->key,
        .signature = text->signature,
    };
    status = avow_signer_ask(signer, &question, AVOW_MESSAGE_ACCEPTED, &answer);
    if (status != AVOW_EXIT_OK)
        return status;
    /* Another signer may have completed it, and the log may have grown since: then it is looked for
     * in the log as it is. */
    if (!avow_checkpoint_same_text(&answer.checkpoint, text))
        return AVOW_SIGNER_LOST;
    return avow_home_save_checkpoint(signer->cli, text);
}

int avow_signer_submit(struct avow_signer *signer, struct avow_checkpoint *text)
{
    struct proposal proposal = {
        .signer = signer,
        .text = text,
        .next = avow_draft_base(signer->draft),
    };
    avow_buf_init(&proposal.entries, 2 * CHUNK_BYTES);
    int status = propose(&proposal);
    avow_buf_fini(&proposal.entries);
    /* Answers may still be under way: the connection is of no more use. */
    if (status != AVOW_EXIT_OK && proposal.under_way > 0)
        avow_client_free(&signer->client);
    return status == AVOW_EXIT_OK ? avow_signer_sign(signer, text) : status;
}
