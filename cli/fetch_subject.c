/* Evidence of everything that a verdict on one subject needs: a log proof from each log, put
 * together into one file's worth. */
#include "cli/fetch.h"
#include "proto/codec/reader.h"

#include <stdlib.h>

#define REFERENCES_MAX (AVOW_COMPONENTS_MAX + 2) /* and itself, and the pathway */

struct gathering {
    struct avow_client *client;
    size_t count; /* references, by issuer and index, each once */
    struct avow_reference references[REFERENCES_MAX];
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

static void list(struct gathering *gathering, const struct avow_subject *subject)
{
    struct avow_reference *all = gathering->references;
    size_t count = 0;
    all[count++] = (struct avow_reference){.issuer = subject->issuer, .index = subject->index};
    for (size_t i = 0; i < subject->component_count; i++)
        all[count++] = subject->components[i];
    if (subject->has_pathway)
        all[count++] = subject->pathway;
    qsort(all, count, sizeof(all[0]), by_reference);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || by_reference(&all[i], &all[gathering->count - 1]) != 0)
            all[gathering->count++] = all[i];
    }
}

/* Takes the one log proof out of its evidence, which has been checked. */
static bool take_proof(struct gathering *gathering, const struct avow_fetched *one)
{
    struct avow_reader reader;
    avow_reader_init(&reader, avow_buf_bytes(&one->bytes));
    avow_reader_array_of(&reader, 2);
    (void)avow_reader_uint(&reader);
    avow_reader_array_of(&reader, 1);
    if (reader.reject != AVOW_ACCEPT || gathering->log_count == AVOW_EVIDENCE_LOGS_MAX)
        return false;
    avow_buf_append(&gathering->proofs, reader.rest.data, reader.rest.len);
    gathering->log_count++;
    return gathering->proofs.err == AVOW_OK;
}

/* The references from `*position` on that are of one log. True if its proof was taken; else `*one`
 * says why not. */
static bool ask_log(struct gathering *gathering, size_t *position, struct avow_fetched *one)
{
    uint64_t indices[REFERENCES_MAX];
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

void avow_fetch_subject_from(struct avow_client *client, const struct avow_subject *subject,
                             struct avow_fetched *fetched)
{
    AVOW_ASSERT(subject->component_count <= AVOW_COMPONENTS_MAX);
    if (subject->component_count == 0 && !subject->has_pathway) {
        avow_fetch_from(client, &subject->issuer, &subject->index, 1, fetched);
        return;
    }
    struct gathering gathering = {.client = client};
    avow_buf_init(&gathering.proofs, AVOW_EVIDENCE_BYTES_MAX);
    list(&gathering, subject);
    bool good = true;
    for (size_t i = 0; i < gathering.count && good;) {
        const bool own = avow_hash_equal(&gathering.references[i].issuer, &subject->issuer);
        struct avow_fetched one;
        good = ask_log(&gathering, &i, &one) || !own;
        if (!good)
            *fetched = one; /* why there is none */
        else
            avow_fetched_fini(&one);
    }
    if (good)
        put_together(&gathering, fetched);
    avow_buf_fini(&gathering.proofs);
}

void avow_fetch_subject(const struct avow_cli *cli, const struct avow_subject *subject,
                        struct avow_fetched *fetched)
{
    char reason[AVOW_FETCH_REASON_MAX];
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_fetch_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client != NULL) {
        avow_fetch_subject_from(client, subject, fetched);
        return;
    }
    *fetched = (struct avow_fetched){.why = AVOW_WHY_UNREACHABLE};
    (void)snprintf(fetched->reason, sizeof(fetched->reason), "%s", reason);
}
