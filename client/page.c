#include "client/page.h"

#include <inttypes.h>
#include <stdio.h>

#define PAGE_ENTRIES_MAX 1024

void avow_page_fini(struct avow_page *page)
{
    avow_fetched_fini(&page->fetched);
    *page = (struct avow_page){0};
}

/* What was asked for and is below the checkpoint's size must be there. */
static enum avow_why check_whole(struct avow_page *page, size_t count)
{
    const uint64_t size = page->proof->checkpoint.size;
    page->to = page->from + count < size ? page->from + count : size;
    if (page->to < page->from)
        page->to = page->from;
    for (uint64_t index = page->from; index < page->to; index++) {
        struct avow_bytes entry;
        if (avow_log_proof_entry(page->proof, index, &entry))
            continue;
        (void)snprintf(page->fetched.reason, sizeof(page->fetched.reason),
                       "the node's evidence leaves out entry %" PRIu64, index);
        return page->fetched.why = AVOW_WHY_EVIDENCE;
    }
    return AVOW_WHY_NONE;
}

enum avow_why avow_page_fetch(struct avow_client *client, const struct avow_hash *issuer,
                              uint64_t from, size_t count, struct avow_page *page)
{
    uint64_t indices[PAGE_ENTRIES_MAX];
    *page = (struct avow_page){.from = from, .to = from};
    if (count > PAGE_ENTRIES_MAX)
        count = PAGE_ENTRIES_MAX;
    if (from > AVOW_UINT_MAX - PAGE_ENTRIES_MAX)
        count = 0;
    for (size_t i = 0; i < count; i++)
        indices[i] = from + i;
    for (;;) {
        avow_fetch_from(client, issuer, indices, count, &page->fetched);
        if (page->fetched.why == AVOW_WHY_NONE)
            break;
        if (page->fetched.refusal != AVOW_REFUSAL_TOO_LARGE || count <= 1)
            return page->fetched.why;
        count /= 2;
        avow_fetched_fini(&page->fetched);
    }
    page->proof = avow_evidence_log(&page->fetched.evidence, issuer);
    AVOW_ASSERT(page->proof != NULL);
    return check_whole(page, count);
}
