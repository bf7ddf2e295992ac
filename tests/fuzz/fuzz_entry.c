/* Entries from hostile bytes: what decodes encodes to the same bytes, and its parts can be walked.
 */
#include "proto/entry/details.h"
#include "proto/entry/entry.h"
#include "proto/entry/rule.h"
#include "proto/entry/scope.h"

#include "tests/fuzz/fuzz.h"

static void walk_nodes(const struct avow_nodes *nodes)
{
    struct avow_bytes list = nodes->list;
    struct avow_bytes address;
    struct avow_key node;
    size_t count = 0;
    while (avow_nodes_next(&list, &node, &address))
        count++;
    AVOW_ASSERT(count == nodes->count && list.len == 0);
}

static void walk_rule(struct avow_bytes rule)
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    size_t open = 1; /* nodes that are due */
    avow_rule_walk_init(&walk, rule);
    while (avow_rule_next(&walk, &node)) {
        AVOW_ASSERT(open > 0 && node.depth >= 1 && node.depth <= AVOW_RULE_DEPTH_MAX);
        open = open - 1 + node.children;
    }
    AVOW_ASSERT(open == 0 && avow_rule_walk_finish(&walk) == AVOW_ACCEPT);
}

static void walk_recognition(const struct avow_recognition *recognition)
{
    struct avow_scope scope;
    struct avow_reader reader;
    struct avow_equivalence row;
    struct avow_bytes text;
    size_t remaining;
    AVOW_ASSERT(avow_scope_parse(recognition->scope, &scope) == AVOW_ACCEPT);
    while (avow_text_list_next(&scope.fields, &text) || avow_text_list_next(&scope.regions, &text))
        AVOW_ASSERT(text.len > 0);
    avow_equivalence_walk_init(&reader, recognition->equivalence, &remaining);
    while (avow_equivalence_next(&reader, &remaining, &row))
        AVOW_ASSERT(row.subject_framework.len > 0 && row.own_level.len > 0);
    AVOW_ASSERT(avow_reader_finish(&reader) == AVOW_ACCEPT);
}

/* Known elements are written back and read again alike. */
static void walk_details(struct avow_bytes map)
{
    struct avow_details details;
    struct avow_buf first;
    struct avow_buf second;
    AVOW_ASSERT(avow_details_parse(map, &details) == AVOW_ACCEPT);
    avow_buf_init(&first, AVOW_ENTRY_BYTES_MAX);
    avow_buf_init(&second, AVOW_ENTRY_BYTES_MAX);
    avow_details_write(&first, &details);
    AVOW_ASSERT(avow_details_parse(avow_buf_bytes(&first), &details) == AVOW_ACCEPT);
    avow_details_write(&second, &details);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&first), avow_buf_bytes(&second)));
    avow_buf_fini(&first);
    avow_buf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_entry entry;
    struct avow_buf out;
    if (avow_entry_decode(avow_bytes(data, size), &entry) != AVOW_ACCEPT)
        return 0;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_entry_encode(&out, &entry);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&out), avow_bytes(data, size)));
    if (entry.kind == AVOW_KIND_NODES)
        walk_nodes(&entry.nodes);
    if (entry.kind == AVOW_KIND_PATHWAY)
        walk_rule(entry.pathway.rule);
    if (entry.kind == AVOW_KIND_RECOGNITION)
        walk_recognition(&entry.recognition);
    if (entry.kind == AVOW_KIND_ACHIEVEMENT)
        walk_details(entry.achievement.details);
    return 0;
}
