#include "client/fetch.h"

#include "proto/codec/writer.h"
#include "sys/files.h"

#include <stdarg.h>
#include <stdio.h>

static void tell(struct avow_fetched *fetched, enum avow_why why, const char *format, ...)
    AVOW_PRINTF(3, 4);

static void tell(struct avow_fetched *fetched, enum avow_why why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(fetched->reason, sizeof(fetched->reason), format, args);
    va_end(args);
    fetched->why = why;
    avow_evidence_fini(&fetched->evidence);
    avow_buf_clear(&fetched->bytes);
}

void avow_fetched_fini(struct avow_fetched *fetched)
{
    avow_evidence_fini(&fetched->evidence);
    avow_buf_fini(&fetched->bytes);
}

/* Copies and checks; the views of the evidence point into the copy. */
static void check(struct avow_fetched *fetched, struct avow_bytes bytes, const char *whose)
{
    avow_buf_append(&fetched->bytes, bytes.data, bytes.len);
    enum avow_reject reject = AVOW_REJECT_LENGTH;
    enum avow_err err = fetched->bytes.err;
    if (err == AVOW_OK)
        err = avow_evidence_check(avow_buf_bytes(&fetched->bytes), &fetched->evidence, &reject);
    if (err != AVOW_OK && err != AVOW_ERR_TOO_LARGE)
        tell(fetched, AVOW_WHY_EVIDENCE, "%s", avow_err_text(err));
    else if (reject != AVOW_ACCEPT)
        tell(fetched, AVOW_WHY_EVIDENCE, "%s does not hold: %s", whose, avow_reject_text(reject));
}

/* Asks one of the questions that evidence answers; it has to be about `issuer`'s log too. */
static void ask(struct avow_client *client, struct avow_message *question,
                const struct avow_hash *issuer, struct avow_fetched *fetched)
{
    struct avow_message answer = {0};
    enum avow_err err = avow_client_ask(client, question, AVOW_MESSAGE_EVIDENCE, &answer);
    if (err == AVOW_ERR_REFUSED && answer.code == AVOW_REFUSAL_UNKNOWN_LOG) {
        tell(fetched, AVOW_WHY_NO_DATA, "the node at %s does not have this issuer's log",
             avow_client_address(client));
        return;
    }
    if (err != AVOW_OK) {
        fetched->refusal = err == AVOW_ERR_REFUSED ? answer.code : 0;
        tell(fetched, AVOW_WHY_UNREACHABLE, "%s", avow_client_reason(client));
        return;
    }
    char whose[AVOW_CLIENT_REASON_MAX];
    (void)snprintf(whose, sizeof(whose), "what the node at %s sent as evidence",
                   avow_client_address(client));
    check(fetched, answer.evidence, whose);
    if (fetched->why == AVOW_WHY_NONE && avow_evidence_log(&fetched->evidence, issuer) == NULL)
        tell(fetched, AVOW_WHY_EVIDENCE, "%s is not about this issuer's log", whose);
}

void avow_fetch_from(struct avow_client *client, const struct avow_hash *issuer,
                     const uint64_t *indices, size_t count, struct avow_fetched *fetched)
{
    AVOW_ASSERT(count <= AVOW_EVIDENCE_ENTRIES_MAX);
    *fetched = (struct avow_fetched){.why = AVOW_WHY_NONE};
    avow_buf_init(&fetched->bytes, AVOW_EVIDENCE_BYTES_MAX);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf items;
    avow_buf_init(&items, (size_t)AVOW_EVIDENCE_ENTRIES_MAX * 9);
    for (size_t i = 0; i < count; i++)
        avow_write_uint(&items, indices[i]);
    struct avow_message question = {
        .type = AVOW_MESSAGE_PROVE,
        .issuer = *issuer,
        .indices = {.count = count, .items = avow_buf_bytes(&items)},
    };
    if (items.err == AVOW_OK)
        ask(client, &question, issuer, fetched);
    else
        tell(fetched, AVOW_WHY_UNREACHABLE, "%s", avow_err_text(items.err));
}

void avow_fetch_under(struct avow_client *client, const struct avow_reference *references,
                      size_t count, const struct avow_policy *policy, uint64_t at,
                      struct avow_fetched *fetched)
{
    AVOW_ASSERT(count >= 1 && count <= AVOW_MESSAGE_REFERENCES_MAX);
    *fetched = (struct avow_fetched){.why = AVOW_WHY_NONE};
    avow_buf_init(&fetched->bytes, AVOW_EVIDENCE_BYTES_MAX);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf items;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf encoded;
    avow_buf_init(&items, (size_t)AVOW_MESSAGE_REFERENCES_MAX * 64);
    avow_buf_init(&encoded, AVOW_MESSAGE_POLICY_MAX);
    for (size_t i = 0; i < count; i++)
        avow_list_reference_write(&items, &references[i].issuer, references[i].index);
    avow_policy_encode(&encoded, policy);
    struct avow_message question = {
        .type = AVOW_MESSAGE_PROVE_UNDER,
        .issuer = references[0].issuer,
        .at = at,
        .policy = avow_buf_bytes(&encoded),
        .references = {.count = count, .items = avow_buf_bytes(&items)},
    };
    if (items.err == AVOW_OK && encoded.err == AVOW_OK)
        ask(client, &question, &references[0].issuer, fetched);
    else
        tell(fetched, AVOW_WHY_UNREACHABLE, "the policy is too long to be sent");
}

enum avow_err avow_fetch_file(const char *path, struct avow_fetched *fetched)
{
    *fetched = (struct avow_fetched){.why = AVOW_WHY_NONE};
    avow_buf_init(&fetched->bytes, AVOW_EVIDENCE_BYTES_MAX);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf file;
    avow_buf_init(&file, AVOW_EVIDENCE_BYTES_MAX);
    enum avow_err err = avow_file_read(path, AVOW_EVIDENCE_BYTES_MAX, &file);
    static const char whose[] = "the evidence";
    if (err == AVOW_ERR_TOO_LARGE)
        tell(fetched, AVOW_WHY_EVIDENCE, "%s does not hold: it is over 1 MiB", whose);
    else if (err == AVOW_OK)
        check(fetched, avow_buf_bytes(&file), whose);
    return err == AVOW_ERR_TOO_LARGE ? AVOW_OK : err;
}
