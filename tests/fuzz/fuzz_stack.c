/* Stacks: any rule, held against credentials that the first bytes make up. Whatever is said is
 * possible: a leaf has one credential, none counts for two things below distinct, and a rule that
 * is met is met by something.
 *
 * Input: how many credentials (at most 16), three bytes for each, then the rule. */
#include "proto/trust/stack.h"
#include "tests/fuzz/fuzz.h"

#define ITEMS_MAX 16

static struct avow_stack_item item_of(const uint8_t *bytes)
{
    static const char *const fields[] = {"", "06", "0612", "0731"};
    return (struct avow_stack_item){
        .issuer = {{(uint8_t)(bytes[0] >> 4 & 1)}},
        .achievement = bytes[0] & 15,
        .eqf = bytes[0] >> 5,
        .field = avow_bytes_text(fields[bytes[1] & 3]),
        .credits = (uint64_t)(bytes[1] >> 2) * 25,
        .credit_system = avow_bytes_text("ECTS"),
        .awarded = bytes[2] & 15,
        .recognised_by = bytes[2] >> 4,
    };
}

/* The uppermost distinct above each leaf, by the order of the walk; a credential twice below one
 * fails. */
static void check_distinct(const struct avow_stack_result *result)
{
    uint64_t taken = 0;
    size_t below = 0; /* the depth of the distinct that is open; 0: none */
    for (size_t v = 0; v < result->count; v++) {
        const struct avow_stack_node *node = &result->nodes[v];
        if (below != 0 && node->rule.depth <= below)
            below = 0;
        if (below == 0 && node->rule.op == AVOW_RULE_DISTINCT) {
            below = node->rule.depth;
            taken = 0;
        }
        if (node->rule.op != AVOW_RULE_ACHIEVEMENT)
            continue;
        AVOW_ASSERT((node->used & (node->used - 1)) == 0 && node->met == (node->used != 0));
        AVOW_ASSERT(below == 0 || (node->used & taken) == 0);
        taken |= node->used;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct avow_stack_result result;
    const struct avow_hash own = {{0}};
    struct avow_stack_item items[ITEMS_MAX];
    const size_t count = size == 0 ? 0 : data[0] % (ITEMS_MAX + 1);
    if (size < 1 + 3 * count || size > AVOW_ENTRY_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < count; i++)
        items[i] = item_of(data + 1 + 3 * i);
    const struct avow_bytes rule = avow_bytes(data + 1 + 3 * count, size - 1 - 3 * count);
    const bool good = avow_rule_check(rule) == AVOW_ACCEPT;
    const enum avow_err err = avow_stack_judge(rule, &own, items, count, 10, &result);
    AVOW_ASSERT(err == (good ? AVOW_OK : AVOW_ERR_INVALID));
    if (!good)
        return 0;
    check_distinct(&result);
    AVOW_ASSERT(result.complete == result.nodes[0].met);
    AVOW_ASSERT(!result.complete || !result.stopped);
    AVOW_ASSERT((result.used >> count) == 0 && (result.needed & ~result.used) == 0);
    for (size_t v = 0; v < result.count; v++)
        AVOW_ASSERT(!result.nodes[v].met || result.nodes[v].used != 0);
    return 0;
}
