#include "cli/verify/verdict_show.h"

#include "proto/codec/id.h"
#include "proto/codec/time.h"

/* Steals `value`; json_object_set_new() takes NULL for a failure, which sticks in `*ok`. */
static void put(json_t *object, const char *name, json_t *value, bool *ok)
{
    if (json_object_set_new(object, name, value) != 0)
        *ok = false;
}

static json_t *text_or_null(bool known, const char *text)
{
    return known ? json_string(text) : json_null();
}

static json_t *bytes_or_null(bool known, struct avow_bytes text)
{
    return known ? json_stringn((const char *)text.data, text.len) : json_null();
}

static json_t *uint_value(uint64_t value)
{
    return json_integer((json_int_t)value); /* below 2^53 */
}

static json_t *time_or_null(bool known, uint64_t seconds)
{
    char text[AVOW_TIME_TEXT_LEN + 1];
    if (!known || seconds > AVOW_TIME_MAX)
        return json_null();
    avow_time_format(seconds, text);
    return json_string(text);
}

static json_t *reference_or_null(bool known, const struct avow_hash *issuer, uint64_t index)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    if (!known)
        return json_null();
    avow_reference_text(issuer, index, text);
    return json_string(text);
}

static json_t *issuer_object(const struct avow_verdict *v, bool known, bool *ok)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    json_t *object = json_object();
    avow_issuer_text(&v->issuer, id);
    put(object, "id", text_or_null(known, id), ok);
    put(object, "name", bytes_or_null(v->has_log, v->issuer_name), ok);
    put(object, "jurisdiction", bytes_or_null(v->has_log, v->issuer_jurisdiction), ok);
    return object;
}

static json_t *achievement_object(const struct avow_verdict *v, bool *ok)
{
    if (!v->has_entry)
        return json_null();
    json_t *object = json_object();
    put(object, "index", uint_value(v->achievement), ok);
    put(object, "title", bytes_or_null(v->has_achievement_title, v->achievement_title), ok);
    put(object, "code", bytes_or_null(v->has_achievement_title, v->achievement_code), ok);
    return object;
}

static json_t *checkpoint_object(const struct avow_verdict *v, bool *ok)
{
    if (!v->has_log)
        return json_null();
    json_t *object = json_object();
    put(object, "epoch", uint_value(v->epoch), ok);
    put(object, "size", uint_value(v->size), ok);
    put(object, "time", time_or_null(true, v->time), ok);
    put(object, "age_seconds", uint_value(v->age_s), ok);
    return object;
}

static json_t *checks(unsigned set, bool *ok)
{
    json_t *array = json_array();
    for (unsigned bit = 0; bit < AVOW_CHECK_COUNT; bit++) {
        if ((set & 1U << bit) != 0 &&
            json_array_append_new(array, json_string(avow_check_name(bit))) != 0)
            *ok = false;
    }
    return array;
}

static void put_state(json_t *object, const struct avow_verdict *v, bool *ok)
{
    const bool event = v->has_state && v->state != AVOW_STATUS_ACTIVE && v->since != 0;
    put(object, "state", text_or_null(v->has_state, avow_status_name(v->state)), ok);
    put(object, "reason", text_or_null(event, avow_reason_name(v->reason)), ok);
    put(object, "since", time_or_null(event, v->since), ok);
    put(object, "successor", reference_or_null(v->has_successor, &v->issuer, v->successor), ok);
}

json_t *avow_verdict_json(const struct avow_verdict_view *view)
{
    const struct avow_verdict *v = view->verdict;
    const bool known = view->file->has_reference;
    bool ok = true;
    json_t *object = json_object();
    put(object, "verdict", json_string(avow_word_name(v->word)), &ok);
    put(object, "why", json_string(avow_why_name(v->why)), &ok);
    put(object, "detail", text_or_null(view->detail[0] != '\0', view->detail), &ok);
    put(object, "reference", reference_or_null(known, &v->issuer, v->index), &ok);
    put(object, "issuer", issuer_object(v, known, &ok), &ok);
    put(object, "achievement", achievement_object(v, &ok), &ok);
    put_state(object, v, &ok);
    put(object, "valid_from", time_or_null(v->has_entry, v->valid_from), &ok);
    put(object, "valid_until", time_or_null(v->has_entry && v->valid_until != 0, v->valid_until),
        &ok);
    put(object, "checkpoint", checkpoint_object(v, &ok), &ok);
    put(object, "witnessed_at", time_or_null(v->has_witnessed_at, v->witnessed_at), &ok);
    put(object, "at", time_or_null(true, view->at), &ok);
    put(object, "checked", checks(v->checked, &ok), &ok);
    put(object, "unchecked", checks(v->unchecked, &ok), &ok);
    ok = avow_verdict_details_json(view, object) && ok;
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}
