#include "proto/json/recognition.h"

#include "proto/entry/scope.h"
#include "proto/json/put.h"
#include "proto/json/scope.h"

static json_t *equivalence_json(struct avow_bytes rows, bool *ok)
{
    json_t *array = json_array();
    struct avow_reader reader;
    struct avow_equivalence row;
    size_t remaining;
    avow_equivalence_walk_init(&reader, rows, &remaining);
    while (avow_equivalence_next(&reader, &remaining, &row))
        avow_put_item(array,
                      json_sprintf("%.*s:%.*s=%.*s:%.*s", (int)row.subject_framework.len,
                                   (const char *)row.subject_framework.data,
                                   (int)row.subject_level.len, (const char *)row.subject_level.data,
                                   (int)row.own_framework.len, (const char *)row.own_framework.data,
                                   (int)row.own_level.len, (const char *)row.own_level.data),
                      ok);
    return array;
}

void avow_recognition_put(const struct avow_recognition *recognition, json_t *object, bool *ok)
{
    struct avow_scope scope;
    const bool good = avow_scope_parse(recognition->scope, &scope) == AVOW_ACCEPT;
    avow_put(object, "subject", avow_value_issuer(&recognition->subject), ok);
    avow_put(object, "subject_name", avow_value_text(recognition->subject_name), ok);
    avow_put(object, "role",
             json_string(recognition->role == AVOW_ROLE_AUTHORITY ? "authority" : "issuer"), ok);
    avow_put(object, "scope", avow_scope_json(recognition->scope), ok);
    avow_put(object, "usable", json_boolean(good && !scope.has_unknown), ok);
    avow_put(object, "equivalence", equivalence_json(recognition->equivalence, ok), ok);
    avow_put(object, "valid_from", avow_value_time_or_null(recognition->valid_from), ok);
    avow_put(object, "valid_until", avow_value_time_or_null(recognition->valid_until), ok);
    avow_put(object, "basis", avow_value_text(recognition->basis), ok);
}
