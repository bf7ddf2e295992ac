#include "proto/json/entry.h"

#include "proto/entry/details.h"
#include "proto/json/details.h"
#include "proto/json/put.h"
#include "proto/json/recognition.h"
#include "proto/json/rule.h"

static json_t *key_value(bool known, const struct avow_key *key)
{
    return known ? avow_value_key(key) : json_null();
}

static json_t *issuer_value(bool known, const struct avow_hash *issuer)
{
    return known ? avow_value_issuer(issuer) : json_null();
}

static json_t *hash_value(bool known, const struct avow_hash *hash)
{
    return known ? avow_value_hex(hash) : json_null();
}

static void put_names(json_t *object, struct avow_bytes name, struct avow_bytes jurisdiction,
                      struct avow_bytes website, bool *ok)
{
    avow_put(object, "name", avow_value_text(name), ok);
    avow_put(object, "jurisdiction", avow_value_text(jurisdiction), ok);
    avow_put(object, "website", avow_value_text(website), ok);
}

static void put_inception(json_t *object, const struct avow_inception *inception, bool *ok)
{
    put_names(object, inception->name, inception->jurisdiction, inception->website, ok);
    avow_put(object, "signing_key", avow_value_key(&inception->signing_key), ok);
    avow_put(object, "root_key", avow_value_key(&inception->root_key), ok);
    avow_put(object, "next_root_digest", avow_value_hex(&inception->next_root_digest), ok);
    avow_put(object, "heartbeat_key",
             key_value(inception->has_heartbeat, &inception->heartbeat_key), ok);
    avow_put(object, "not_after", avow_value_time_or_null(inception->not_after), ok);
}

static void put_key(json_t *object, const struct avow_key_entry *key, bool *ok)
{
    avow_put(object, "action", json_string(key->action == AVOW_KEY_RETIRE ? "retire" : "authorise"),
             ok);
    avow_put(object, "use", json_string(key->use == AVOW_USE_SIGN ? "sign" : "heartbeat"), ok);
    avow_put(object, "key", avow_value_key(&key->key), ok);
    avow_put(object, "not_after", avow_value_time_or_null(key->not_after), ok);
    avow_put(object, "signature", avow_value_signature(&key->signature), ok);
}

static void put_rotation(json_t *object, const struct avow_root_rotation *rotation, bool *ok)
{
    avow_put(object, "new_root", avow_value_key(&rotation->new_root), ok);
    avow_put(object, "signing_key", avow_value_key(&rotation->signing_key), ok);
    avow_put(object, "next_root_digest", avow_value_hex(&rotation->next_root_digest), ok);
    avow_put(object, "heartbeat_key", key_value(rotation->has_heartbeat, &rotation->heartbeat_key),
             ok);
    avow_put(object, "not_after", avow_value_time_or_null(rotation->not_after), ok);
    avow_put(object, "signature", avow_value_signature(&rotation->signature), ok);
}

static void put_achievement(json_t *object, const struct avow_achievement *achievement, bool *ok)
{
    struct avow_details details;
    avow_put(object, "code", avow_value_text(achievement->code), ok);
    avow_put(object, "title", avow_value_text(achievement->title), ok);
    avow_put(object, "language", avow_value_text(achievement->language), ok);
    if (avow_details_parse(achievement->details, &details) == AVOW_ACCEPT)
        avow_details_put(&details, object, ok);
    else
        *ok = false; /* never: an entry that decodes has details that do */
}

static void put_issue(json_t *object, const struct avow_issue *issue, bool *ok)
{
    avow_put(object, "achievement", avow_value_uint(issue->achievement), ok);
    avow_put(object, "valid_from", avow_value_time_or_null(issue->valid_from), ok);
    avow_put(object, "valid_until", avow_value_time_or_null(issue->valid_until), ok);
    avow_put(object, "commitment", avow_value_hex(&issue->commitment), ok);
}

static void put_status(json_t *object, const struct avow_hash *issuer,
                       const struct avow_status_entry *change, bool *ok)
{
    avow_put(object, "target", avow_value_reference(issuer, change->target), ok);
    avow_put(object, "to", json_string(avow_status_name((enum avow_status)change->state)), ok);
    avow_put(object, "reason", json_string(avow_reason_name(change->reason)), ok);
    if (change->has_successor)
        avow_put(object, "successor", avow_value_reference(issuer, change->successor), ok);
    avow_put(object, "previous",
             change->previous != 0 ? avow_value_reference(issuer, change->previous) : json_null(),
             ok);
}

static void put_pathway(json_t *object, const struct avow_pathway *pathway, bool *ok)
{
    avow_put(object, "award", avow_value_uint(pathway->award), ok);
    avow_put(object, "title", avow_value_text(pathway->title), ok);
    avow_put(object, "cascade", json_string(avow_cascade_name(pathway->cascade)), ok);
    avow_put(object, "rule", avow_rule_to_json(pathway->rule), ok);
}

static void put_closure(json_t *object, const struct avow_closure *closure, bool *ok)
{
    const bool handed_on = closure->has_custodian;
    avow_put(object, "successor", issuer_value(closure->has_successor, &closure->successor), ok);
    avow_put(object, "custodian", issuer_value(handed_on, &closure->custodian), ok);
    avow_put(object, "custodian_key", key_value(handed_on, &closure->custodian_key), ok);
    avow_put(object, "next_root_digest", hash_value(handed_on, &closure->next_root_digest), ok);
    avow_put(object, "not_after", avow_value_time_or_null(closure->not_after), ok);
    avow_put(object, "signature", avow_value_signature(&closure->signature), ok);
}

/* What its kind says; nothing for a kind that has no effect. */
static void put_kind(json_t *object, const struct avow_hash *issuer, const struct avow_entry *entry,
                     bool *ok)
{
    switch ((enum avow_kind)entry->kind) {
    case AVOW_KIND_INCEPTION:
        put_inception(object, &entry->inception, ok);
        return;
    case AVOW_KIND_KEY:
        put_key(object, &entry->key, ok);
        return;
    case AVOW_KIND_ROOT_ROTATION:
        put_rotation(object, &entry->rotation, ok);
        return;
    case AVOW_KIND_NODES:
        avow_put(object, "nodes", avow_entry_nodes_json(entry->nodes.list), ok);
        return;
    case AVOW_KIND_ACHIEVEMENT:
        put_achievement(object, &entry->achievement, ok);
        return;
    case AVOW_KIND_ISSUE:
        put_issue(object, &entry->issue, ok);
        return;
    case AVOW_KIND_STATUS:
        put_status(object, issuer, &entry->status, ok);
        return;
    case AVOW_KIND_PATHWAY:
        put_pathway(object, &entry->pathway, ok);
        return;
    case AVOW_KIND_RECOGNITION:
        avow_recognition_put(&entry->recognition, object, ok);
        return;
    case AVOW_KIND_IDENTITY:
        put_names(object, entry->identity.name, entry->identity.jurisdiction,
                  entry->identity.website, ok);
        avow_put(object, "signature", avow_value_signature(&entry->identity.signature), ok);
        return;
    case AVOW_KIND_CLOSURE:
        put_closure(object, &entry->closure, ok);
        return;
    }
}

json_t *avow_entry_json(const struct avow_entry_view *view)
{
    const struct avow_entry *entry = view->entry;
    bool ok = true;
    json_t *object = json_object();
    avow_put(object, "issuer", avow_value_issuer(view->issuer), &ok);
    avow_put(object, "index", avow_value_uint(view->index), &ok);
    avow_put(object, "reference", avow_value_reference(view->issuer, view->index), &ok);
    avow_put(object, "kind", json_string(entry != NULL ? avow_kind_name(entry->kind) : "unknown"),
             &ok);
    avow_put(object, "state",
             view->state != NULL ? json_string(avow_status_name(*view->state)) : json_null(), &ok);
    if (entry != NULL) {
        avow_put(object, "time", avow_value_time_or_null(entry->t), &ok);
        put_kind(object, view->issuer, entry, &ok);
    }
    return avow_put_whole(object, ok);
}

json_t *avow_entry_nodes_json(struct avow_bytes list)
{
    struct avow_bytes address;
    struct avow_key node;
    bool ok = true;
    json_t *array = json_array();
    while (avow_nodes_next(&list, &node, &address)) {
        json_t *object = json_object();
        avow_put(object, "node", avow_value_node(&node), &ok);
        avow_put(object, "address", avow_value_text(address), &ok);
        avow_put_item(array, object, &ok);
    }
    return avow_put_whole(array, ok);
}
