#include "proto/json/found.h"

#include "proto/codec/base64.h"
#include "proto/entry/details.h"
#include "proto/entry/entry.h"
#include "proto/json/details.h"
#include "proto/json/put.h"

static void put_achievement(json_t *object, const struct avow_achievement *achievement, bool *ok)
{
    struct avow_details details;
    avow_put(object, "title", avow_value_text(achievement->title), ok);
    avow_put(object, "code", avow_value_text(achievement->code), ok);
    avow_put(object, "language", avow_value_text(achievement->language), ok);
    if (avow_details_parse(achievement->details, &details) == AVOW_ACCEPT)
        avow_details_put(&details, object, ok);
    else
        *ok = false; /* never: an entry that decodes has details that do */
}

static json_t *result_json(const struct avow_find_result *result, bool *ok)
{
    struct avow_entry entry;
    if (avow_entry_decode(result->entry, &entry) != AVOW_ACCEPT)
        return NULL;
    json_t *object = json_object();
    avow_put(object, "issuer", avow_value_issuer(&result->issuer), ok);
    avow_put(object, "index", avow_value_uint(result->index), ok);
    avow_put(object, "reference", avow_value_reference(&result->issuer, result->index), ok);
    avow_put(object, "issuer_name", avow_value_text(result->name), ok);
    avow_put(object, "jurisdiction", avow_value_text(result->jurisdiction), ok);
    avow_put(object, "kind", json_string(avow_kind_name(entry.kind)), ok);
    if (entry.kind == AVOW_KIND_ACHIEVEMENT) {
        put_achievement(object, &entry.achievement, ok);
    } else if (entry.kind == AVOW_KIND_PATHWAY) {
        avow_put(object, "title", avow_value_text(entry.pathway.title), ok);
        avow_put(object, "award", avow_value_uint(entry.pathway.award), ok);
    } else {
        *ok = false;
    }
    return object;
}

static json_t *next_value(struct avow_bytes next)
{
    char text[2 * AVOW_FIND_AFTER_MAX];
    struct avow_buf out;
    avow_buf_init_fixed(&out, text, sizeof(text));
    avow_base64url_encode(next, &out);
    return avow_value_text_or_null(avow_buf_bytes(&out));
}

json_t *avow_found_json(const struct avow_find_results *results)
{
    struct avow_list list = results->list;
    struct avow_find_result result;
    bool ok = true;
    json_t *object = json_object(), *rows = json_array();
    while (avow_find_results_next(&list, &result))
        avow_put_item(rows, result_json(&result, &ok), &ok);
    avow_put(object, "results", rows, &ok);
    avow_put(object, "next", next_value(results->next), &ok);
    avow_put(object, "stopped", json_boolean(results->stopped), &ok);
    return avow_put_whole(object, ok);
}
