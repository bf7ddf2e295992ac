#include "proto/json/verdict.h"

#include "proto/entry/rule.h"
#include "proto/json/dump.h"
#include "proto/json/paths.h"
#include "proto/json/put.h"

static json_t *name_value(bool known, const char *name)
{
    return known ? json_string(name) : json_null();
}

static json_t *text_value(bool known, struct avow_bytes text)
{
    return known ? avow_value_text(text) : json_null();
}

static json_t *time_value(bool known, uint64_t seconds)
{
    return known ? avow_value_time(seconds) : json_null();
}

static json_t *reference_value(bool known, const struct avow_hash *issuer, uint64_t index)
{
    return known ? avow_value_reference(issuer, index) : json_null();
}

static json_t *issuer_json(const struct avow_verdict *v, bool known, bool *ok)
{
    json_t *object = json_object();
    avow_put(object, "id", known ? avow_value_issuer(&v->issuer) : json_null(), ok);
    avow_put(object, "name", text_value(v->has_log, v->issuer_name), ok);
    avow_put(object, "jurisdiction", text_value(v->has_log, v->issuer_jurisdiction), ok);
    return object;
}

static json_t *achievement_json(const struct avow_verdict *v, bool *ok)
{
    if (!v->has_entry)
        return json_null();
    json_t *object = json_object();
    avow_put(object, "index", avow_value_uint(v->achievement), ok);
    avow_put(object, "title", text_value(v->has_achievement_title, v->achievement_title), ok);
    avow_put(object, "code", text_value(v->has_achievement_title, v->achievement_code), ok);
    return object;
}

static json_t *checkpoint_json(const struct avow_verdict *v, bool *ok)
{
    if (!v->has_log)
        return json_null();
    json_t *object = json_object();
    avow_put(object, "epoch", avow_value_uint(v->epoch), ok);
    avow_put(object, "size", avow_value_uint(v->size), ok);
    avow_put(object, "time", avow_value_time(v->time), ok);
    avow_put(object, "age_seconds", avow_value_uint(v->age_s), ok);
    return object;
}

static json_t *checks_json(unsigned set, bool *ok)
{
    json_t *array = json_array();
    for (unsigned bit = 0; bit < AVOW_CHECK_COUNT; bit++) {
        if ((set & 1U << bit) != 0)
            avow_put_item(array, json_string(avow_check_name(bit)), ok);
    }
    return array;
}

static void put_state(json_t *object, const struct avow_verdict *v, bool *ok)
{
    const bool event = v->has_state && v->state != AVOW_STATUS_ACTIVE && v->since != 0;
    avow_put(object, "state", name_value(v->has_state, avow_status_name(v->state)), ok);
    avow_put(object, "reason", name_value(event, avow_reason_name(v->reason)), ok);
    avow_put(object, "since", time_value(event, v->since), ok);
    avow_put(object, "successor", reference_value(v->has_successor, &v->issuer, v->successor), ok);
}

/* ------------------------------------------------------------------ lists */

/* What is not asked, or cannot be told, is null. */
static json_t *recognised_value(const struct avow_verdict *v)
{
    if (v->recognised.path_count > 0)
        return json_true();
    if ((v->checked & AVOW_CHECK_RECOGNITION) == 0 || v->recognised.end != AVOW_SEARCH_WHOLE)
        return json_null();
    return json_false();
}

/* NULL when the facts could not be read. */
static json_t *title_value(const struct avow_facts *facts, const struct avow_reference *reference)
{
    struct avow_achievement achievement;
    const enum avow_err err =
        avow_facts_achievement(facts, &reference->issuer, reference->index, &achievement);
    if (err == AVOW_ERR_NOT_FOUND)
        return json_null();
    return err == AVOW_OK ? avow_value_text_or_null(achievement.title) : NULL;
}

static json_t *components_json(const struct avow_verdict_view *view, bool *ok)
{
    const struct avow_verdict *v = view->verdict;
    json_t *array = json_array();
    for (size_t i = 0; i < v->component_count; i++) {
        const struct avow_component *component = &v->components[i];
        const struct avow_reference *reference = &component->reference;
        json_t *object = json_object();
        avow_put(object, "reference", avow_value_reference(&reference->issuer, reference->index),
                 ok);
        avow_put(object, "title", title_value(view->facts, reference), ok);
        avow_put(object, "verdict", json_string(avow_word_name(component->word)), ok);
        avow_put(object, "why", json_string(avow_why_name(component->why)), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static json_t *later_json(const struct avow_verdict *v, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < v->later_count; i++) {
        const struct avow_later *later = &v->later[i];
        json_t *object = json_object();
        avow_put(object, "reference", avow_value_reference(&v->issuer, later->index), ok);
        avow_put(object, "time", avow_value_time(later->t), ok);
        avow_put(object, "state", json_string(avow_status_name((enum avow_status)later->state)),
                 ok);
        avow_put(object, "reason", json_string(avow_reason_name(later->reason)), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static void put_lists(json_t *object, const struct avow_verdict_view *view, bool *ok)
{
    const struct avow_verdict *v = view->verdict;
    const struct avow_paths_view paths = {
        .policy = view->policy, .facts = view->facts, .recognised = &v->recognised};
    avow_put(object, "recognised", recognised_value(v), ok);
    avow_paths_put(&paths, object, ok);
    avow_put(object, "components", components_json(view, ok), ok);
    avow_put(object, "cascade",
             v->has_cascade ? json_string(avow_cascade_name(v->cascade)) : json_null(), ok);
    avow_put(object, "degraded", json_boolean(v->degraded), ok);
    avow_put(object, "later", later_json(v, ok), ok);
    avow_put(object, "fork",
             v->fork != AVOW_WHY_NONE ? json_string(avow_why_name(v->fork)) : json_null(), ok);
}

/* ------------------------------------------------------------------ all of it */

json_t *avow_verdict_json(const struct avow_verdict_view *view)
{
    const struct avow_verdict *v = view->verdict;
    const bool known = view->file->has_reference;
    bool ok = true;
    json_t *object = json_object();
    avow_put(object, "verdict", json_string(avow_word_name(v->word)), &ok);
    avow_put(object, "why", json_string(avow_why_name(v->why)), &ok);
    avow_put(object, "detail", name_value(view->detail[0] != '\0', view->detail), &ok);
    avow_put(object, "reference", reference_value(known, &v->issuer, v->index), &ok);
    avow_put(object, "issuer", issuer_json(v, known, &ok), &ok);
    avow_put(object, "achievement", achievement_json(v, &ok), &ok);
    put_state(object, v, &ok);
    avow_put(object, "valid_from", time_value(v->has_entry, v->valid_from), &ok);
    avow_put(object, "valid_until", time_value(v->has_entry && v->valid_until != 0, v->valid_until),
             &ok);
    avow_put(object, "checkpoint", checkpoint_json(v, &ok), &ok);
    avow_put(object, "witnessed_at", time_value(v->has_witnessed_at, v->witnessed_at), &ok);
    avow_put(object, "at", avow_value_time(view->at), &ok);
    avow_put(object, "checked", checks_json(v->checked, &ok), &ok);
    avow_put(object, "unchecked", checks_json(v->unchecked, &ok), &ok);
    put_lists(object, view, &ok);
    return avow_put_whole(object, ok);
}

char *avow_verdict_json_text(const struct avow_verdict_view *view)
{
    return avow_json_dump(avow_verdict_json(view));
}
