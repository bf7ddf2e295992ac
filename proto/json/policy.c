#include "proto/json/policy.h"

#include "proto/json/put.h"
#include "proto/json/scope.h"

static json_t *anchors_json(const struct avow_policy *policy, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < policy->anchor_count; i++) {
        const struct avow_anchor *anchor = &policy->anchors[i];
        json_t *object = json_object();
        avow_put(object, "name", avow_value_text(avow_policy_part(policy, anchor->name)), ok);
        avow_put(object, "issuer", avow_value_issuer(&anchor->issuer), ok);
        avow_put(object, "scope", avow_scope_json(avow_policy_part(policy, anchor->scope)), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static json_t *witnesses_json(const struct avow_policy *policy, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < policy->witness_count; i++) {
        json_t *object = json_object();
        avow_put(object, "name",
                 avow_value_text(avow_policy_part(policy, policy->witness_names[i])), ok);
        avow_put(object, "node", avow_value_node(&policy->witnesses[i]), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

json_t *avow_policy_json(const struct avow_policy *policy)
{
    bool ok = true;
    json_t *object = json_object();
    avow_put(object, "region", avow_value_text_or_null(avow_bytes_text(policy->region)), &ok);
    avow_put(object, "max_age_seconds", avow_value_uint(policy->max_age_s), &ok);
    avow_put(object, "max_depth", avow_value_uint(policy->max_depth), &ok);
    avow_put(object, "require_recognition", json_boolean(policy->require_recognition), &ok);
    avow_put(object, "min_witnesses", avow_value_uint(policy->min_witnesses), &ok);
    avow_put(object, "anchors", anchors_json(policy, &ok), &ok);
    avow_put(object, "witnesses", witnesses_json(policy, &ok), &ok);
    return avow_put_whole(object, ok);
}
