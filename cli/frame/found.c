#include "cli/frame/found.h"

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

static int take(const struct avow_cli *cli, struct avow_list list, avow_found_result *take_one,
                void *context)
{
    struct avow_find_result result;
    struct avow_entry entry;
    bool more;
    while (avow_found_next(&list, &result, &entry, &more)) {
        if (!more)
            return AVOW_EXIT_OK;
        if (!take_one(context, &result, &entry))
            return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                         "the node's catalogue has an entry that is neither "
                         "an achievement nor a pathway");
}

int avow_found_each(const struct avow_cli *cli, struct avow_client *client,
                    const struct avow_find_query *query, avow_found_result *result, void *context)
{
    uint8_t place[AVOW_FIND_AFTER_MAX];
    struct avow_find_query page = *query;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_QUERY_MAX);
    page.limit = AVOW_FIND_LIMIT_MAX;
    page.after = avow_bytes(NULL, 0);
    for (size_t pages = 0; pages < PAGES_MAX; pages++) {
        struct avow_message answer = {0};
        struct avow_find_results results;
        avow_buf_clear(&bytes);
        avow_find_query_encode(&bytes, &page);
        struct avow_message question = {.type = AVOW_MESSAGE_FIND, .query = avow_buf_bytes(&bytes)};
        if (bytes.err != AVOW_OK)
            return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(bytes.err));
        if (avow_client_ask(client, &question, AVOW_MESSAGE_FOUND, &answer) != AVOW_OK)
            return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", avow_client_reason(client));
        if (avow_find_results_decode(answer.results, &results) != AVOW_ACCEPT ||
            results.next.len > sizeof(place))
            return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                                 "what the node sent is not an answer of its catalogue");
        int status = take(cli, results.list, result, context);
        if (status != AVOW_EXIT_OK || results.next.len == 0)
            return status;
        memcpy(place, results.next.data, results.next.len);
        page.after = avow_bytes(place, results.next.len);
    }
    return AVOW_EXIT_OK;
}
