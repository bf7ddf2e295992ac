#include "client/found.h"

#define PAGES_MAX 1000

bool avow_found_next(struct avow_list *list, struct avow_find_result *result,
                     struct avow_entry *entry, bool *more)
{
    *more = avow_find_results_next(list, result);
    if (!*more)
        return true;
    return avow_entry_decode(result->entry, entry) == AVOW_ACCEPT &&
           (entry->kind == AVOW_KIND_ACHIEVEMENT || entry->kind == AVOW_KIND_PATHWAY);
}

static enum avow_err take(struct avow_client *client, struct avow_list list,
                          avow_found_result *take_one, void *context)
{
    struct avow_find_result result;
    struct avow_entry entry;
    bool more;
    while (avow_found_next(&list, &result, &entry, &more)) {
        if (!more)
            return AVOW_OK;
        if (!take_one(context, &result, &entry))
            return avow_client_fail(client, AVOW_ERR_NOMEM, "out of memory");
    }
    return avow_client_fail(client, AVOW_ERR_REJECTED,
                            "the node's catalogue has an entry that is neither "
                            "an achievement nor a pathway");
}

/* One page of results, whose views live until the next question. */
static enum avow_err ask(struct avow_client *client, const struct avow_find_query *query,
                         struct avow_find_results *results)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_QUERY_MAX);
    avow_find_query_encode(&bytes, query);
    if (bytes.err != AVOW_OK)
        return avow_client_fail(client, bytes.err, "%s", avow_err_text(bytes.err));
    struct avow_message answer = {0};
    struct avow_message question = {.type = AVOW_MESSAGE_FIND, .query = avow_buf_bytes(&bytes)};
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_FOUND, &answer);
    if (err == AVOW_OK && (avow_find_results_decode(answer.results, results) != AVOW_ACCEPT ||
                           results->next.len > AVOW_FIND_AFTER_MAX))
        return avow_client_fail(client, AVOW_ERR_REJECTED,
                                "what the node sent is not an answer of its catalogue");
    return err;
}

enum avow_err avow_found_each(struct avow_client *client, const struct avow_find_query *query,
                              avow_found_result *result, void *context)
{
    uint8_t place[AVOW_FIND_AFTER_MAX];
    struct avow_find_query page = *query;
    page.limit = AVOW_FIND_LIMIT_MAX;
    page.after = avow_bytes(NULL, 0);
    for (size_t pages = 0; pages < PAGES_MAX; pages++) {
        struct avow_find_results results = {0};
        enum avow_err err = ask(client, &page, &results);
        if (err == AVOW_OK)
            err = take(client, results.list, result, context);
        if (err != AVOW_OK || results.next.len == 0)
            return err;
        if (avow_bytes_equal(results.next, page.after))
            return avow_client_fail(client, AVOW_ERR_REJECTED,
                                    "the node's catalogue goes on where it was");
        memcpy(place, results.next.data, results.next.len);
        page.after = avow_bytes(place, results.next.len);
    }
    return avow_client_fail(client, AVOW_ERR_REJECTED,
                            "the node's catalogue has more than %d pages of them", PAGES_MAX);
}
