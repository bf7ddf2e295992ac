#include "cli/achievement/same_code.h"

#include "cli/frame/ask.h"
#include "cli/signer/signer_inner.h"
#include "client/found.h"
#include "client/walk.h"

struct search {
    struct avow_bytes code;
    struct avow_buf found; /* uint64_t: indices in their order, 0 for those that are over */
};

static void strike_out(struct search *search, uint64_t target)
{
    uint64_t *indices = (uint64_t *)(void *)search->found.data;
    for (size_t i = 0; i < search->found.len / sizeof(*indices); i++) {
        if (indices[i] == target)
            indices[i] = 0;
    }
}

static bool look_at(void *context, uint64_t index, struct avow_bytes bytes)
{
    struct search *search = context;
    struct avow_entry entry;
    if (avow_entry_decode(bytes, &entry) != AVOW_ACCEPT)
        return true;
    if (entry.kind == AVOW_KIND_ACHIEVEMENT &&
        avow_bytes_equal(entry.achievement.code, search->code))
        avow_buf_append(&search->found, &index, sizeof(index));
    if (entry.kind == AVOW_KIND_STATUS &&
        (entry.status.state == AVOW_STATUS_REVOKED || entry.status.state == AVOW_STATUS_SUPERSEDED))
        strike_out(search, entry.status.target);
    return search->found.err == AVOW_OK;
}

static bool look_at_result(void *context, const struct avow_find_result *result,
                           const struct avow_entry *entry)
{
    struct search *search = context;
    if (entry->kind == AVOW_KIND_ACHIEVEMENT &&
        avow_bytes_equal(entry->achievement.code, search->code))
        avow_buf_append(&search->found, &result->index, sizeof(result->index));
    return search->found.err == AVOW_OK;
}

static int ask_catalogue(struct avow_signer *signer, struct search *search)
{
    struct avow_find_query query = {
        .words = search->code, .has_issuer = true, .issuer = signer->proof->checkpoint.issuer};
    if (query.words.len > AVOW_FIND_WORDS_MAX)
        query.words = avow_bytes(NULL, 0);
    return avow_ask_found(signer->cli, signer->client, &query, look_at_result, search);
}

int avow_same_code(struct avow_signer *signer, struct avow_bytes code, uint64_t *found)
{
    const struct avow_checkpoint *checkpoint = &signer->proof->checkpoint;
    struct search search = {.code = code};
    avow_buf_init(&search.found, SIZE_MAX / 2);
    *found = 0;
    int status = checkpoint->size > AVOW_FOUND_SIZE_MIN
                     ? ask_catalogue(signer, &search)
                     : avow_ask_walk(signer->cli, signer->client, checkpoint, look_at, &search);
    const uint64_t *indices = (const uint64_t *)(const void *)search.found.data;
    for (size_t i = 0; i < search.found.len / sizeof(*indices); i++)
        *found = indices[i] > *found ? indices[i] : *found;
    avow_buf_fini(&search.found);
    return status;
}
