/* The verdict's lists as JSON: paths, components, later events. */
#include "cli/verdict_show.h"

#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "proto/log/rule.h"

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

static json_t *text_json(struct avow_bytes text)
{
    return text.len > 0 ? json_stringn((const char *)text.data, text.len) : json_null();
}

static json_t *issuer_json(const struct avow_hash *issuer)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_issuer_text(issuer, id);
    return json_string(id);
}

static json_t *reference_json(const struct avow_hash *issuer, uint64_t index)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_reference_text(issuer, index, text);
    return json_string(text);
}

static json_t *time_json(uint64_t seconds)
{
    char text[AVOW_TIME_TEXT_LEN + 1];
    if (seconds > AVOW_TIME_MAX)
        return json_null();
    avow_time_format(seconds, text);
    return json_string(text);
}

struct avow_chain_names avow_verdict_names(const struct avow_verdict_view *view,
                                           const struct avow_hash *issuer)
{
    const struct avow_log_proof *proof =
        view->evidence != NULL ? avow_evidence_log(view->evidence, issuer) : NULL;
    return proof != NULL ? avow_chain_names(&proof->chain, AVOW_NEVER)
                         : (struct avow_chain_names){0};
}

const char *avow_cascade_name(uint64_t cascade)
{
    static const char *const names[] = {"invalid", "degraded", "grandfathered"};
    return cascade < sizeof(names) / sizeof(names[0]) ? names[cascade] : "unknown";
}

/* ------------------------------------------------------------------ recognition */

static json_t *step_json(const struct avow_verdict_view *view, const struct avow_path_step *step,
                         bool *ok)
{
    json_t *object = json_object();
    put(object, "issuer", issuer_json(&step->issuer), ok);
    put(object, "index", json_integer((json_int_t)step->index), ok);
    put(object, "role", json_string(step->role == AVOW_ROLE_AUTHORITY ? "authority" : "issuer"),
        ok);
    put(object, "name", text_json(avow_verdict_names(view, &step->issuer).name), ok);
    put(object, "subject_name", text_json(step->subject_name), ok);
    put(object, "stands", json_boolean(step->stands), ok);
    return object;
}

static json_t *level_json(const struct avow_recognition_path *path, bool *ok)
{
    if (path->framework.len == 0 || path->level.len == 0)
        return json_null();
    json_t *object = json_object();
    put(object, "framework", text_json(path->framework), ok);
    put(object, "value", text_json(path->level), ok);
    return object;
}

static json_t *path_detail_json(const struct avow_verdict_view *view,
                                const struct avow_recognition_path *path, bool *ok)
{
    const struct avow_anchor *anchor = &view->policy->anchors[path->anchor];
    json_t *object = json_object();
    put(object, "anchor", text_json(avow_policy_part(view->policy, anchor->name)), ok);
    put(object, "anchor_issuer", issuer_json(&anchor->issuer), ok);
    put(object, "level", level_json(path, ok), ok);
    return object;
}

/* What is not asked, or cannot be told, is null. */
static json_t *recognised_json(const struct avow_verdict_view *view)
{
    const struct avow_verdict *v = view->verdict;
    if (v->recognised.path_count > 0)
        return json_true();
    if ((v->checked & AVOW_CHECK_RECOGNITION) == 0 || v->recognised.end != AVOW_SEARCH_WHOLE)
        return json_null();
    return json_false();
}

static void put_recognition(json_t *object, const struct avow_verdict_view *view, bool *ok)
{
    const struct avow_recognised *recognised = &view->verdict->recognised;
    json_t *paths = json_array(), *details = json_array();
    for (size_t i = 0; i < recognised->path_count; i++) {
        const struct avow_recognition_path *path = &recognised->paths[i];
        json_t *steps = json_array();
        for (size_t j = 0; j < path->count; j++)
            append(steps, step_json(view, &path->steps[j], ok), ok);
        append(paths, steps, ok);
        append(details, path_detail_json(view, path, ok), ok);
    }
    put(object, "recognised", recognised_json(view), ok);
    put(object, "paths", paths, ok);
    put(object, "path_details", details, ok);
    put(object, "level",
        recognised->path_count > 0 ? level_json(&recognised->paths[0], ok) : json_null(), ok);
}

/* ------------------------------------------------------------------ the rest */

static json_t *components_json(const struct avow_verdict *v, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < v->component_count; i++) {
        const struct avow_component *component = &v->components[i];
        json_t *object = json_object();
        put(object, "reference",
            reference_json(&component->reference.issuer, component->reference.index), ok);
        put(object, "verdict", json_string(avow_word_name(component->word)), ok);
        put(object, "why", json_string(avow_why_name(component->why)), ok);
        append(array, object, ok);
    }
    return array;
}

static json_t *later_json(const struct avow_verdict *v, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < v->later_count; i++) {
        const struct avow_later *later = &v->later[i];
        json_t *object = json_object();
        put(object, "reference", reference_json(&v->issuer, later->index), ok);
        put(object, "time", time_json(later->t), ok);
        put(object, "state", json_string(avow_status_name((enum avow_status)later->state)), ok);
        put(object, "reason", json_string(avow_reason_name(later->reason)), ok);
        append(array, object, ok);
    }
    return array;
}

bool avow_verdict_details_json(const struct avow_verdict_view *view, json_t *object)
{
    const struct avow_verdict *v = view->verdict;
    bool ok = true;
    put_recognition(object, view, &ok);
    put(object, "components", components_json(v, &ok), &ok);
    put(object, "cascade",
        v->has_cascade ? json_string(avow_cascade_name(v->cascade)) : json_null(), &ok);
    put(object, "degraded", json_boolean(v->degraded), &ok);
    put(object, "later", later_json(v, &ok), &ok);
    put(object, "fork",
        v->fork != AVOW_WHY_NONE ? json_string(avow_why_name(v->fork)) : json_null(), &ok);
    return ok;
}
