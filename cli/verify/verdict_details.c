/* The verdict's lists as JSON: paths, components, later events. */
#include "cli/verify/paths_show.h"
#include "cli/verify/verdict_show.h"

#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "proto/entry/rule.h"

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

/* What is not asked, or cannot be told, is null. */
static json_t *recognised_json(const struct avow_verdict *v)
{
    if (v->recognised.path_count > 0)
        return json_true();
    if ((v->checked & AVOW_CHECK_RECOGNITION) == 0 || v->recognised.end != AVOW_SEARCH_WHOLE)
        return json_null();
    return json_false();
}

struct avow_bytes avow_verdict_title(const struct avow_verdict_view *view,
                                     const struct avow_reference *reference)
{
    const struct avow_log_proof *proof =
        view->evidence != NULL ? avow_evidence_log(view->evidence, &reference->issuer) : NULL;
    struct avow_bytes bytes;
    struct avow_entry entry, achievement;
    if (proof == NULL || !avow_log_proof_entry(proof, reference->index, &bytes) ||
        avow_entry_decode(bytes, &entry) != AVOW_ACCEPT || entry.kind != AVOW_KIND_ISSUE ||
        !avow_log_proof_entry(proof, entry.issue.achievement, &bytes) ||
        avow_entry_decode(bytes, &achievement) != AVOW_ACCEPT ||
        achievement.kind != AVOW_KIND_ACHIEVEMENT)
        return avow_bytes(NULL, 0);
    return achievement.achievement.title;
}

static json_t *components_json(const struct avow_verdict_view *view, bool *ok)
{
    const struct avow_verdict *v = view->verdict;
    json_t *array = json_array();
    for (size_t i = 0; i < v->component_count; i++) {
        const struct avow_component *component = &v->components[i];
        json_t *object = json_object();
        put(object, "reference",
            reference_json(&component->reference.issuer, component->reference.index), ok);
        const struct avow_bytes title = avow_verdict_title(view, &component->reference);
        put(object, "title",
            title.len > 0 ? json_stringn((const char *)title.data, title.len) : json_null(), ok);
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
    const struct avow_paths_view paths = {
        .policy = view->policy, .evidence = view->evidence, .recognised = &v->recognised};
    put(object, "recognised", recognised_json(v), &ok);
    ok = avow_paths_json(&paths, object) && ok;
    put(object, "components", components_json(view, &ok), &ok);
    put(object, "cascade",
        v->has_cascade ? json_string(avow_cascade_name(v->cascade)) : json_null(), &ok);
    put(object, "degraded", json_boolean(v->degraded), &ok);
    put(object, "later", later_json(v, &ok), &ok);
    put(object, "fork",
        v->fork != AVOW_WHY_NONE ? json_string(avow_why_name(v->fork)) : json_null(), &ok);
    return ok;
}
