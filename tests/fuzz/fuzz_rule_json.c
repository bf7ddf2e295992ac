/* Rules as people write them: what is taken is a rule, and comes back as one that gives the same
 * bytes; what is not taken is told with a place and a reason. */
#include "proto/codec/json.h"
#include "proto/json/rule.h"
#include "tests/fuzz/fuzz.h"

static void check_back(struct avow_bytes rule)
{
    struct avow_rule_fault fault;
    struct avow_buf again;
    avow_buf_init(&again, AVOW_ENTRY_BYTES_MAX);
    json_t *back = avow_rule_to_json(rule);
    AVOW_ASSERT(back != NULL);
    AVOW_ASSERT(avow_rule_from_json(back, &again, &fault));
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), rule));
    json_decref(back);
    avow_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *value = NULL;
    struct avow_json_error error;
    struct avow_rule_fault fault;
    struct avow_buf out;
    if (avow_json_parse(avow_bytes(data, size), 65536, &value, &error) != AVOW_OK)
        return 0;
    avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
    if (avow_rule_from_json(value, &out, &fault)) {
        AVOW_ASSERT(avow_rule_check(avow_buf_bytes(&out)) == AVOW_ACCEPT);
        check_back(avow_buf_bytes(&out));
    } else {
        AVOW_ASSERT(fault.what[0] != '\0');
    }
    avow_buf_fini(&out);
    json_decref(value);
    return 0;
}
