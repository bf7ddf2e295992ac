/* What is the same of every entry of a kind, from the rows of AVOW_KIND_LIST. */
#include "proto/entry/entry.h"

static const struct kind_row {
    const char *word;
    uint8_t items;
    bool root, status;
} kinds[] = {
#define KIND_ROW(name, number, word, member, items, root, status)                                  \
    [AVOW_KIND_##name] = {word, items, root, status},
    AVOW_KIND_LIST(KIND_ROW)
#undef KIND_ROW
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == AVOW_KIND_COUNT, "kinds without a gap");

const char *avow_kind_name(uint64_t kind)
{
    return kind < AVOW_KIND_COUNT ? kinds[kind].word : "unknown";
}

bool avow_kind_is_root(uint64_t kind)
{
    return kind < AVOW_KIND_COUNT && kinds[kind].root;
}

bool avow_kind_has_status(uint64_t kind)
{
    return kind < AVOW_KIND_COUNT && kinds[kind].status;
}

size_t avow_kind_items(uint64_t kind)
{
    return kind < AVOW_KIND_COUNT ? kinds[kind].items : 0;
}
