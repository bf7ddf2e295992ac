/* Queries of the catalogue and their results: both ways, cut short, and what they may not be. */
#include "proto/wire/find.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "tests/support/bytes.h"
#include "tests/support/pack.h"

struct query_case {
    const char *name;
    const char *query; /* notation of tests/support/pack.h */
    enum avow_reject want;
};

static const struct query_case query_cases[] = {
    {"nothing", "['', '', 0, '', nil, nil, b0:0, 0]", AVOW_ACCEPT},
    {"everything", "['words', '0612', 6, 'PT-13', b32:1, b9:2, b128:3, 100]", AVOW_ACCEPT},
    {"a field of five digits", "['', '06120', 0, '', nil, nil, b0:0, 0]", AVOW_REJECT_LENGTH},
    {"a field of letters", "['', '06a', 0, '', nil, nil, b0:0, 0]", AVOW_REJECT_VALUE},
    {"level 9", "['', '', 9, '', nil, nil, b0:0, 0]", AVOW_REJECT_RANGE},
    {"a region that is none", "['', '', 0, 'pt', nil, nil, b0:0, 0]", AVOW_REJECT_VALUE},
    {"a short issuer", "['', '', 0, '', b31:1, nil, b0:0, 0]", AVOW_REJECT_LENGTH},
    {"an empty policy", "['', '', 0, '', nil, b0:0, b0:0, 0]", AVOW_REJECT_LENGTH},
    {"a policy too long", "['', '', 0, '', nil, b32769:0, b0:0, 0]", AVOW_REJECT_LENGTH},
    {"a place too long", "['', '', 0, '', nil, nil, b129:0, 0]", AVOW_REJECT_LENGTH},
    {"101 results", "['', '', 0, '', nil, nil, b0:0, 101]", AVOW_REJECT_RANGE},
    {"words too long", "[u513, '', 0, '', nil, nil, b0:0, 0]", AVOW_REJECT_LENGTH},
    {"seven fields", "['', '', 0, '', nil, nil, b0:0]", AVOW_REJECT_LENGTH},
};

static const struct query_case results_cases[] = {
    {"none", "[[], b0:0, 0]", AVOW_ACCEPT},
    {"two", "[[[b32:1, 7, 'name', 'PT', b5:0], [b32:2, 8, '', '', b1:0]], b3:0, 1]", AVOW_ACCEPT},
    {"stopped twice", "[[], b0:0, 2]", AVOW_REJECT_RANGE},
    {"an entry too long", "[[[b32:1, 7, 'name', 'PT', b8193:0]], b3:0, 1]", AVOW_REJECT_LENGTH},
    {"no index", "[[[b32:1, 'name', 'PT', b5:0]], b3:0, 1]", AVOW_REJECT_LENGTH},
};

static void judge_query(const struct query_case *row)
{
    struct avow_find_query query;
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    pack(&bytes, row->query);
    enum avow_reject reject = avow_find_query_decode(avow_buf_bytes(&bytes), &query);
    if (reject != row->want)
        fail_msg("%s: %s", row->name, avow_reject_text(reject));
    if (reject == AVOW_ACCEPT) {
        struct avow_buf again;
        avow_buf_init(&again, AVOW_MESSAGE_QUERY_MAX);
        avow_find_query_encode(&again, &query);
        assert_true(avow_bytes_equal(avow_buf_bytes(&again), avow_buf_bytes(&bytes)));
        avow_buf_fini(&again);
    }
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_not_equal(avow_find_query_decode(avow_bytes(bytes.data, len), &query),
                             AVOW_ACCEPT);
    avow_buf_fini(&bytes);
}

static void judge_results(const struct query_case *row)
{
    struct avow_find_results results;
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    pack(&bytes, row->query);
    enum avow_reject reject = avow_find_results_decode(avow_buf_bytes(&bytes), &results);
    if (reject != row->want)
        fail_msg("%s: %s", row->name, avow_reject_text(reject));
    if (reject == AVOW_ACCEPT) {
        struct avow_buf items;
        struct avow_buf again;
        avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
        avow_buf_init(&again, AVOW_MESSAGE_BYTES_MAX);
        struct avow_list list = results.list;
        struct avow_find_result result;
        while (avow_find_results_next(&list, &result))
            avow_find_result_write(&items, &result);
        assert_int_equal(list.count, 0);
        results.list.items = avow_buf_bytes(&items);
        avow_find_results_encode(&again, &results);
        assert_true(avow_bytes_equal(avow_buf_bytes(&again), avow_buf_bytes(&bytes)));
        avow_buf_fini(&items);
        avow_buf_fini(&again);
    }
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_not_equal(avow_find_results_decode(avow_bytes(bytes.data, len), &results),
                             AVOW_ACCEPT);
    avow_buf_fini(&bytes);
}

static void test_queries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(query_cases) / sizeof(query_cases[0]); i++)
        judge_query(&query_cases[i]);
}

static void test_results(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(results_cases) / sizeof(results_cases[0]); i++)
        judge_results(&results_cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
