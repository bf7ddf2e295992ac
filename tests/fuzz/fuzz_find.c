/* Any bytes as a query of the catalogue and as its results: what is accepted is written again as it
 * was. */
#include "proto/wire/find.h"
#include "tests/fuzz/fuzz.h"

static void try_query(struct avow_bytes input)
{
    struct avow_find_query query;
    struct avow_buf again;
    if (avow_find_query_decode(input, &query) != AVOW_ACCEPT)
        return;
    avow_buf_init(&again, AVOW_MESSAGE_QUERY_MAX);
    avow_find_query_encode(&again, &query);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), input));
    avow_buf_fini(&again);
}

static void try_results(struct avow_bytes input)
{
    struct avow_find_results results;
    struct avow_find_result result;
    if (avow_find_results_decode(input, &results) != AVOW_ACCEPT)
        return;
    struct avow_list list = results.list;
    struct avow_buf items;
    struct avow_buf again;
    avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
    avow_buf_init(&again, AVOW_MESSAGE_BYTES_MAX);
    while (avow_find_results_next(&list, &result))
        avow_find_result_write(&items, &result);
    results.list.items = avow_buf_bytes(&items);
    avow_find_results_encode(&again, &results);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), input));
    avow_buf_fini(&items);
    avow_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_query(avow_bytes(data, size));
    try_results(avow_bytes(data, size));
    return 0;
}
