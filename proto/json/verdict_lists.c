#include "proto/json/verdict_lists.h"

#include "proto/entry/rule.h"
#include "proto/json/paths.h"
#include "proto/json/put.h"

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

void avow_verdict_put_lists(const struct avow_verdict_view *view, json_t *object, bool *ok)
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
