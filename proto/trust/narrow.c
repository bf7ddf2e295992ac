/* Scopes and equivalences, one at a time. */
#include "proto/trust/narrow.h"

bool avow_narrow_admits_region(const struct avow_scope *scope, struct avow_bytes region)
{
    struct avow_text_list list = scope->regions;
    struct avow_bytes item;
    if (!scope->has_regions)
        return true;
    while (avow_text_list_next(&list, &item)) {
        /* PT contains PT-13: what follows a country of two letters is its part. */
        bool inside = item.len == 2 && region.len > 2 && region.data[2] == '-' &&
                      memcmp(item.data, region.data, item.len) == 0;
        if (inside || avow_bytes_equal(item, region))
            return true;
    }
    return false;
}

bool avow_narrow_admits_field(const struct avow_scope *scope, struct avow_bytes field)
{
    struct avow_text_list list = scope->fields;
    struct avow_bytes item;
    if (!scope->has_fields)
        return true;
    while (avow_text_list_next(&list, &item)) {
        if (item.len <= field.len && memcmp(item.data, field.data, item.len) == 0)
            return true;
    }
    return false;
}

bool avow_narrow_admits_achievement(const struct avow_scope *scope, uint64_t achievement)
{
    struct avow_reader reader;
    if (!scope->has_achievements)
        return true;
    avow_reader_init(&reader, scope->achievements);
    for (size_t left = avow_reader_array(&reader, AVOW_ENTRY_BYTES_MAX); left > 0; left--) {
        if (avow_reader_uint(&reader) == achievement)
            return true;
    }
    return false;
}

unsigned avow_narrow_keys(const struct avow_scope *scope)
{
    return (unsigned)scope->has_fields | (unsigned)scope->has_levels << 1 |
           (unsigned)scope->has_achievements << 2 | (unsigned)scope->has_regions << 3;
}

void avow_levels_init(struct avow_levels *levels, struct avow_bytes framework,
                      struct avow_bytes level)
{
    levels->count = 0;
    levels->told = (struct avow_level){0};
    if (framework.len == 0 || level.len == 0)
        return;
    levels->told = levels->rows[levels->count++] = (struct avow_level){framework, level};
}

/* Position of the framework among the first `count`; `count` if it is not there. */
static size_t find(const struct avow_levels *levels, size_t count, struct avow_bytes framework)
{
    for (size_t i = 0; i < count; i++) {
        if (avow_bytes_equal(levels->rows[i].framework, framework))
            return i;
    }
    return count;
}

/* What one entry's rows come to: the level of each of its own frameworks, by the first row that
 * matches. */
static bool gather(const struct avow_levels *before, struct avow_bytes equivalence,
                   struct avow_levels *gained)
{
    struct avow_reader reader;
    struct avow_equivalence row;
    size_t left;
    gained->count = 0;
    avow_equivalence_walk_init(&reader, equivalence, &left);
    while (avow_equivalence_next(&reader, &left, &row)) {
        size_t held = find(before, before->count, row.subject_framework);
        if (held == before->count ||
            !avow_bytes_equal(before->rows[held].level, row.subject_level) ||
            find(gained, gained->count, row.own_framework) < gained->count)
            continue;
        if (gained->count == AVOW_LEVELS_MAX)
            return false;
        gained->rows[gained->count++] = (struct avow_level){row.own_framework, row.own_level};
    }
    return true;
}

bool avow_levels_apply(struct avow_levels *levels, struct avow_bytes equivalence)
{
    struct avow_levels gained;
    if (levels->count == 0)
        return true;
    if (!gather(levels, equivalence, &gained))
        return false;
    for (size_t i = 0; i < gained.count; i++) {
        size_t place = find(levels, levels->count, gained.rows[i].framework);
        if (place == AVOW_LEVELS_MAX)
            return false;
        levels->rows[place] = gained.rows[i];
        if (place == levels->count)
            levels->count++;
    }
    if (gained.count > 0)
        levels->told = gained.rows[0];
    return true;
}

bool avow_narrow_admits_levels(const struct avow_scope *scope, const struct avow_levels *levels)
{
    if (!scope->has_levels)
        return true;
    size_t place = find(levels, levels->count, avow_bytes_text("EQF"));
    if (place == levels->count || levels->rows[place].level.len != 1)
        return false;
    uint8_t digit = levels->rows[place].level.data[0];
    return digit >= '0' + scope->level_min && digit <= '0' + scope->level_max;
}
