#include "proto/json/paths.h"

#include "proto/json/put.h"

static json_t *name_value(const struct avow_facts *facts, const struct avow_hash *issuer)
{
    struct avow_chain_names names;
    return avow_facts_names(facts, issuer, &names) == AVOW_OK ? avow_value_text_or_null(names.name)
                                                              : NULL;
}

static json_t *step_json(const struct avow_paths_view *view, const struct avow_path_step *step,
                         bool *ok)
{
    json_t *object = json_object();
    avow_put(object, "issuer", avow_value_issuer(&step->issuer), ok);
    avow_put(object, "index", avow_value_uint(step->index), ok);
    avow_put(object, "role",
             json_string(step->role == AVOW_ROLE_AUTHORITY ? "authority" : "issuer"), ok);
    avow_put(object, "name", name_value(view->facts, &step->issuer), ok);
    avow_put(object, "subject_name", avow_value_text_or_null(step->subject_name), ok);
    avow_put(object, "stands", json_boolean(step->stands), ok);
    return object;
}

static json_t *level_json(const struct avow_recognition_path *path, bool *ok)
{
    if (path->framework.len == 0 || path->level.len == 0)
        return json_null();
    json_t *object = json_object();
    avow_put(object, "framework", avow_value_text(path->framework), ok);
    avow_put(object, "value", avow_value_text(path->level), ok);
    return object;
}

static json_t *path_detail_json(const struct avow_paths_view *view,
                                const struct avow_recognition_path *path, bool *ok)
{
    const struct avow_anchor *anchor = &view->policy->anchors[path->anchor];
    json_t *object = json_object();
    avow_put(object, "anchor",
             avow_value_text_or_null(avow_policy_part(view->policy, anchor->name)), ok);
    avow_put(object, "anchor_issuer", avow_value_issuer(&anchor->issuer), ok);
    avow_put(object, "level", level_json(path, ok), ok);
    return object;
}

void avow_paths_put(const struct avow_paths_view *view, json_t *object, bool *ok)
{
    const struct avow_recognised *recognised = view->recognised;
    json_t *paths = json_array(), *details = json_array();
    for (size_t i = 0; i < recognised->path_count; i++) {
        const struct avow_recognition_path *path = &recognised->paths[i];
        json_t *steps = json_array();
        for (size_t j = 0; j < path->count; j++)
            avow_put_item(steps, step_json(view, &path->steps[j], ok), ok);
        avow_put_item(paths, steps, ok);
        avow_put_item(details, path_detail_json(view, path, ok), ok);
    }
    avow_put(object, "paths", paths, ok);
    avow_put(object, "path_details", details, ok);
    avow_put(object, "level",
             recognised->path_count > 0 ? level_json(&recognised->paths[0], ok) : json_null(), ok);
}
