#include "proto/json/scope.h"

#include "proto/entry/scope.h"
#include "proto/json/put.h"

static json_t *indices_json(struct avow_bytes list, bool *ok)
{
    json_t *array = json_array();
    struct avow_reader reader;
    avow_reader_init(&reader, list);
    const size_t count = avow_reader_array(&reader, AVOW_ENTRY_BYTES_MAX);
    for (size_t i = 0; i < count; i++)
        avow_put_item(array, avow_value_uint(avow_reader_uint(&reader)), ok);
    return array;
}

json_t *avow_scope_json(struct avow_bytes map)
{
    struct avow_scope scope;
    bool ok = avow_scope_parse(map, &scope) == AVOW_ACCEPT;
    json_t *object = json_object();
    if (scope.has_achievements)
        avow_put(object, "achievements", indices_json(scope.achievements, &ok), &ok);
    if (scope.has_depth)
        avow_put(object, "depth", avow_value_uint(scope.depth), &ok);
    if (scope.has_fields)
        avow_put(object, "fields", avow_value_list(scope.fields), &ok);
    if (scope.has_levels)
        avow_put(object, "levels", avow_value_range(scope.level_min, scope.level_max), &ok);
    if (scope.has_regions)
        avow_put(object, "regions", avow_value_list(scope.regions), &ok);
    return avow_put_whole(object, ok);
}
