#include "proto/json/details.h"

#include "proto/codec/base64.h"

static bool add_text(json_t *object, const char *name, struct avow_bytes text)
{
    return text.len == 0 ||
           json_object_set_new(object, name, json_stringn((const char *)text.data, text.len)) == 0;
}

static bool add_list(json_t *object, const char *name, struct avow_text_list list)
{
    json_t *array = json_array();
    struct avow_bytes text;
    bool good = true;
    if (list.count == 0) {
        json_decref(array);
        return true;
    }
    while (good && avow_text_list_next(&list, &text))
        good = json_array_append_new(array, json_stringn((const char *)text.data, text.len)) == 0;
    return json_object_set_new(object, name, array) == 0 && good;
}

static bool add_image(json_t *object, const struct avow_hash *image)
{
    uint8_t hex[2 * sizeof(image->bytes)];
    struct avow_buf out;
    avow_buf_init_fixed(&out, hex, sizeof(hex));
    avow_hex_encode(avow_bytes(image->bytes, sizeof(image->bytes)), &out);
    return add_text(object, "image", avow_buf_bytes(&out));
}

bool avow_details_json(const struct avow_details *details, json_t *object)
{
    bool good = add_list(object, "outcomes", details->outcomes);
    if (good && details->has_workload)
        good = json_object_set_new(object, "workload_hours",
                                   json_integer((json_int_t)details->workload_hours)) == 0;
    if (good && details->has_credits)
        good =
            json_object_set_new(object, "credits", json_real((double)details->credits / 100)) == 0;
    if (good && details->has_image)
        good = add_image(object, &details->image);
    return good && add_text(object, "credit_system", details->credit_system) &&
           add_text(object, "level", details->level) &&
           add_text(object, "framework", details->framework) &&
           add_text(object, "field", details->field) &&
           add_text(object, "assessment", details->assessment) &&
           add_text(object, "participation", details->participation) &&
           add_text(object, "quality", details->quality) &&
           add_text(object, "prerequisites", details->prerequisites) &&
           add_text(object, "supervision", details->supervision) &&
           add_text(object, "stackable", details->stackable) &&
           add_text(object, "criteria", details->criteria) &&
           add_list(object, "skills", details->skills);
}
