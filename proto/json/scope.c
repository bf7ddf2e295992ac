#include "proto/json/scope.h"

#include "proto/entry/scope.h"

static void put(json_t *object, const char *name, json_t *value, bool *ok)
{
    if (json_object_set_new(object, name, value) != 0)
        *ok = false;
}

static void append(json_t *array, json_t *value, bool *ok)
{
    if (json_array_append_new(array, value) != 0)
        *ok = false;
}

static void put_list(json_t *object, const char *name, struct avow_text_list list, bool *ok)
{
    json_t *array = json_array();
    struct avow_bytes text;
    while (avow_text_list_next(&list, &text))
        append(array, json_stringn((const char *)text.data, text.len), ok);
    put(object, name, array, ok);
}

static void put_indices(json_t *object, struct avow_bytes list, bool *ok)
{
    json_t *array = json_array();
    struct avow_reader reader;
    avow_reader_init(&reader, list);
    const size_t count = avow_reader_array(&reader, AVOW_ENTRY_BYTES_MAX);
    for (size_t i = 0; i < count; i++)
        append(array, json_integer((json_int_t)avow_reader_uint(&reader)), ok);
    put(object, "achievements", array, ok);
}

json_t *avow_scope_json(struct avow_bytes map)
{
    struct avow_scope scope;
    bool good = avow_scope_parse(map, &scope) == AVOW_ACCEPT;
    json_t *object = json_object();
    if (scope.has_achievements)
        put_indices(object, scope.achievements, &good);
    if (scope.has_depth)
        put(object, "depth", json_integer((json_int_t)scope.depth), &good);
    if (scope.has_fields)
        put_list(object, "fields", scope.fields, &good);
    if (scope.has_levels)
        put(object, "levels",
            json_pack("[I, I]", (json_int_t)scope.level_min, (json_int_t)scope.level_max), &good);
    if (scope.has_regions)
        put_list(object, "regions", scope.regions, &good);
    if (good)
        return object;
    json_decref(object);
    return NULL;
}
