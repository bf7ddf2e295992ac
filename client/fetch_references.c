/* Evidence about entries of several logs: a log proof from each, put together into one file's
 * worth.
 */
#include "client/fetch.h"
#include "proto/codec/reader.h"

#include <stdio.h>
#include <stdlib.h>

#define HEADER_MAX 16 /* of evidence, before its log proofs */

struct gathering {
    struct avow_client *client;
    size_t count;                      /* references, by issuer and index, each once */
    struct avow_reference *references; /* owned */
    size_t log_count;
    struct avow_buf proofs; /* those logs' proofs, one after the other */
};

static int by_reference(const void *a, const void *b)
{
    const struct avow_reference *left = a, *right = b;
    int order = memcmp(left->issuer.bytes, right->issuer.bytes, sizeof(left->issuer.bytes));
    if (order != 0)
        return order;
    return left->index < right->index ? -1 : left->index > right->index;
}

static enum avow_err list(struct gathering *gathering, const struct avow_reference *references,
                          size_t count)
{
    struct avow_reference *all = calloc(count, sizeof(*all));
    if (all == NULL)
        return AVOW_ERR_NOMEM;
    gathering->references = all;
    memcpy(all, references, count * sizeof(*all));
    qsort(all, count, sizeof(*all), by_reference);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || by_reference(&all[i], &all[gathering->count - 1]) != 0)
            all[gathering->count++] = all[i];
    }
    return AVOW_OK;
}

/* Takes the one log proof out of its evidence, which has been checked. */
static bool take_proof(struct gathering *gathering, const struct avow_fetched *one)
{
    struct avow_reader reader;
    avow_reader_init(&reader, avow_buf_bytes(&one->bytes));
    avow_reader_array_of(&reader, 2);
    (void)avow_reader_uint(&reader);
    avow_reader_array_of(&reader, 1);
    if (reader.reject != AVOW_ACCEPT || gathering->log_count == AVOW_EVIDENCE_LOGS_MAX ||
        gathering->proofs.len + reader.rest.len > AVOW_EVIDENCE_BYTES_MAX - HEADER_MAX)
        return false;
    avow_buf_append(&gathering->proofs, reader.rest.data, reader.rest.len);
    if (gathering->proofs.err != AVOW_OK)
        return false;
    gathering->log_count++;
    return true;
}

/* The references from `*position` on that are of one log. True if its proof was taken; else `*one`
 * says why not. */
static bool ask_log(struct gathering *gathering, size_t *position, struct avow_fetched *one)
{
    uint64_t indices[AVOW_FETCH_REFERENCES_MAX];
    size_t count = 0;
    const struct avow_hash issuer = gathering->references[*position].issuer;
    while (*position < gathering->count &&
           avow_hash_equal(&gathering->references[*position].issuer, &issuer))
        indices[count++] = gathering->references[(*position)++].index;
    avow_fetch_from(gathering->client, &issuer, indices, count, one);
    return one->why == AVOW_WHY_NONE && take_proof(gathering, one);
}

static void put_together(struct gathering *gathering, struct avow_fetched *fetched)
{
    enum avow_reject reject = AVOW_REJECT_LENGTH;
    *fetched = (struct avow_fetched){.why = AVOW_WHY_NONE};
    avow_buf_init(&fetched->bytes, AVOW_EVIDENCE_BYTES_MAX);
    avow_evidence_begin(&fetched->bytes, gathering->log_count);
    avow_buf_append(&fetched->bytes, gathering->proofs.data, gathering->proofs.len);
    enum avow_err err = fetched->bytes.err;
    if (err == AVOW_OK)
        err = avow_evidence_check(avow_buf_bytes(&fetched->bytes), &fetched->evidence, &reject);
    if (err == AVOW_OK && reject == AVOW_ACCEPT)
        return;
    fetched->why = AVOW_WHY_EVIDENCE;
    (void)snprintf(fetched->reason, sizeof(fetched->reason),
                   "the proofs of this credential's logs do not fit together: %s",
                   err != AVOW_OK ? avow_err_text(err) : avow_reject_text(reject));
    avow_buf_clear(&fetched->bytes);
}

static void fail(struct avow_fetched *fetched, enum avow_err err)
{
    *fetched = (struct avow_fetched){.why = AVOW_WHY_UNREACHABLE};
    (void)snprintf(fetched->reason, sizeof(fetched->reason), "%s", avow_err_text(err));
}

void avow_fetch_references(struct avow_client *client, const struct avow_reference *references,
                           size_t count, struct avow_fetched *fetched)
{
    AVOW_ASSERT(count >= 1 && count <= AVOW_FETCH_REFERENCES_MAX);
    const struct avow_hash first = references[0].issuer;
    struct gathering gathering = {.client = client};
    avow_buf_init(&gathering.proofs, AVOW_EVIDENCE_BYTES_MAX);
    enum avow_err err = list(&gathering, references, count);
    bool good = err == AVOW_OK;
    if (!good)
        fail(fetched, err);
    for (size_t i = 0; i < gathering.count && good;) {
        const bool needed = avow_hash_equal(&gathering.references[i].issuer, &first);
        struct avow_fetched one;
        good = ask_log(&gathering, &i, &one) || !needed;
        if (good)
            avow_fetched_fini(&one);
        else
            *fetched = one; /* why there is none */
    }
    if (good)
        put_together(&gathering, fetched);
    avow_buf_fini(&gathering.proofs);
    free(gathering.references);
}
