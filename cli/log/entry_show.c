#include "cli/log/entry_show.h"

#include "cli/frame/recognition_json.h"
#include "cli/frame/term.h"
#include "proto/codec/base58.h"
#include "proto/codec/id.h"
#include "proto/codec/time.h"

#include <inttypes.h>

bool avow_shown_get(const struct avow_log_proof *proof, uint64_t index, struct avow_shown *shown)
{
    *shown = (struct avow_shown){.proof = proof, .index = index};
    if (!avow_log_proof_entry(proof, index, &shown->bytes))
        return false;
    shown->decoded = avow_entry_decode(shown->bytes, &shown->entry) == AVOW_ACCEPT;
    shown->has_state = avow_log_proof_status(proof, index, &shown->state);
    return true;
}

static const char *kind_name(const struct avow_shown *shown)
{
    return shown->decoded ? avow_kind_name(shown->entry.kind) : "unknown";
}

/* ------------------------------------------------------------------ JSON */

static void put(json_t *object, const char *name, json_t *value, bool *ok)
{
    if (json_object_set_new(object, name, value) != 0)
        *ok = false;
}

static void put_text(json_t *object, const char *name, struct avow_bytes text, bool *ok)
{
    put(object, name, json_stringn((const char *)text.data, text.len), ok);
}

static void put_uint(json_t *object, const char *name, uint64_t value, bool *ok)
{
    put(object, name, json_integer((json_int_t)value), ok);
}

/* 0 stands for "none" in the fields that may have none; the others are never 1970. */
static void put_time(json_t *object, const char *name, uint64_t seconds, bool *ok)
{
    char text[AVOW_TIME_TEXT_LEN + 1];
    if (seconds == 0 || seconds > AVOW_TIME_MAX) {
        put(object, name, json_null(), ok);
        return;
    }
    avow_time_format(seconds, text);
    put(object, name, json_string(text), ok);
}

static void put_key(json_t *object, const char *name, const struct avow_key *key, bool *ok)
{
    char text[AVOW_MULTIKEY_TEXT_MAX];
    avow_multikey_text(key, text);
    put(object, name, json_string(text), ok);
}

static void put_reference(json_t *object, const char *name, const struct avow_shown *shown,
                          uint64_t index, bool *ok)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_reference_text(&shown->proof->checkpoint.issuer, index, text);
    put(object, name, json_string(text), ok);
}

static void put_status(json_t *object, const struct avow_shown *shown, bool *ok)
{
    const struct avow_status_change *change = &shown->entry.status;
    put_reference(object, "target", shown, change->target, ok);
    put(object, "to", json_string(avow_status_name((enum avow_status)change->state)), ok);
    put(object, "reason", json_string(avow_reason_name(change->reason)), ok);
    if (change->has_successor)
        put_reference(object, "successor", shown, change->successor, ok);
}

static void put_nodes(json_t *object, const struct avow_nodes *nodes, bool *ok)
{
    struct avow_bytes list = nodes->list, address;
    struct avow_key node;
    json_t *array = json_array();
    while (avow_nodes_next(&list, &node, &address)) {
        char id[AVOW_NODE_TEXT_MAX];
        avow_node_text(&node, id);
        json_t *row = json_object();
        put(row, "node", json_string(id), ok);
        put_text(row, "address", address, ok);
        if (json_array_append_new(array, row) != 0)
            *ok = false;
    }
    put(object, "nodes", array, ok);
}

static void put_names(json_t *object, struct avow_bytes name, struct avow_bytes jurisdiction,
                      struct avow_bytes website, bool *ok)
{
    put_text(object, "name", name, ok);
    put_text(object, "jurisdiction", jurisdiction, ok);
    put_text(object, "website", website, ok);
}

static void put_kind(json_t *object, const struct avow_shown *shown, bool *ok)
{
    const struct avow_entry *entry = &shown->entry;
    if (entry->kind == AVOW_KIND_INCEPTION) {
        put_names(object, entry->inception.name, entry->inception.jurisdiction,
                  entry->inception.website, ok);
        put_key(object, "signing_key", &entry->inception.signing_key, ok);
    } else if (entry->kind == AVOW_KIND_IDENTITY) {
        put_names(object, entry->identity.name, entry->identity.jurisdiction,
                  entry->identity.website, ok);
    } else if (entry->kind == AVOW_KIND_KEY) {
        const bool retire = entry->key.action == AVOW_KEY_RETIRE;
        put(object, "action", json_string(retire ? "retire" : "authorise"), ok);
        put(object, "use", json_string(entry->key.use == AVOW_USE_SIGN ? "sign" : "heartbeat"), ok);
        put_key(object, "key", &entry->key.key, ok);
    } else if (entry->kind == AVOW_KIND_NODES) {
        put_nodes(object, &entry->nodes, ok);
    } else if (entry->kind == AVOW_KIND_ROOT_ROTATION) {
        put_key(object, "new_root", &entry->rotation.new_root, ok);
        put_key(object, "signing_key", &entry->rotation.signing_key, ok);
    } else if (entry->kind == AVOW_KIND_ACHIEVEMENT) {
        put_text(object, "code", entry->achievement.code, ok);
        put_text(object, "title", entry->achievement.title, ok);
    } else if (entry->kind == AVOW_KIND_ISSUE) {
        put_uint(object, "achievement", entry->issue.achievement, ok);
        put_time(object, "valid_from", entry->issue.valid_from, ok);
        put_time(object, "valid_until", entry->issue.valid_until, ok);
    } else if (entry->kind == AVOW_KIND_STATUS) {
        put_status(object, shown, ok);
    } else if (entry->kind == AVOW_KIND_PATHWAY) {
        put_uint(object, "award", entry->pathway.award, ok);
        put_text(object, "title", entry->pathway.title, ok);
    } else if (entry->kind == AVOW_KIND_RECOGNITION) {
        *ok = avow_recognition_json(&entry->recognition, object) && *ok;
    }
}

json_t *avow_shown_json(const struct avow_shown *shown)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    bool ok = true;
    json_t *object = json_object();
    avow_issuer_text(&shown->proof->checkpoint.issuer, id);
    put(object, "issuer", json_string(id), &ok);
    put_uint(object, "index", shown->index, &ok);
    put_reference(object, "reference", shown, shown->index, &ok);
    put(object, "kind", json_string(kind_name(shown)), &ok);
    put(object, "state",
        shown->has_state ? json_string(avow_status_name(shown->state)) : json_null(), &ok);
    if (shown->decoded) {
        put_time(object, "time", shown->entry.t, &ok);
        put_kind(object, shown, &ok);
    }
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

/* ------------------------------------------------------------------ a line */

static void say_status(FILE *file, const struct avow_shown *shown)
{
    const struct avow_status_change *change = &shown->entry.status;
    (void)fprintf(file, "%" PRIu64 " is %s", change->target,
                  avow_status_name((enum avow_status)change->state));
    if (change->state != AVOW_STATUS_ACTIVE)
        (void)fprintf(file, " (%s)", avow_reason_name(change->reason));
    if (change->has_successor)
        (void)fprintf(file, ", replaced by %" PRIu64, change->successor);
}

static void say_issue(FILE *file, const struct avow_shown *shown)
{
    const struct avow_issue *issue = &shown->entry.issue;
    char text[AVOW_TERM_TIME_MAX];
    struct avow_bytes bytes;
    struct avow_entry award;
    (void)fprintf(file, "of %" PRIu64, issue->achievement);
    if (avow_log_proof_entry(shown->proof, issue->achievement, &bytes) &&
        avow_entry_decode(bytes, &award) == AVOW_ACCEPT && award.kind == AVOW_KIND_ACHIEVEMENT) {
        (void)fputs(" ", file);
        avow_cli_print_text(file, award.achievement.title);
    }
    if (issue->valid_until != 0) {
        avow_term_time(issue->valid_until, text);
        (void)fprintf(file, ", until %s", text);
    }
}

static void say_key(FILE *file, const struct avow_key_entry *key)
{
    char text[AVOW_MULTIKEY_TEXT_MAX];
    avow_multikey_text(&key->key, text);
    (void)fprintf(file, "%s %s key %s", key->action == AVOW_KEY_RETIRE ? "retires" : "authorises",
                  key->use == AVOW_USE_SIGN ? "signing" : "heartbeat", text);
}

/* Their addresses, the home node's first; their ids are in the JSON. */
static void say_nodes(FILE *file, const struct avow_nodes *nodes)
{
    struct avow_bytes list = nodes->list, address;
    struct avow_key node;
    for (const char *separator = ""; avow_nodes_next(&list, &node, &address); separator = ", ") {
        (void)fputs(separator, file);
        avow_cli_print_text(file, address);
    }
}

static void say_kind(FILE *file, const struct avow_shown *shown)
{
    const struct avow_entry *entry = &shown->entry;
    if (entry->kind == AVOW_KIND_STATUS) {
        say_status(file, shown);
    } else if (entry->kind == AVOW_KIND_ISSUE) {
        say_issue(file, shown);
    } else if (entry->kind == AVOW_KIND_NODES) {
        say_nodes(file, &entry->nodes);
    } else if (entry->kind == AVOW_KIND_KEY) {
        say_key(file, &entry->key);
    } else if (entry->kind == AVOW_KIND_INCEPTION) {
        avow_cli_print_text(file, entry->inception.name);
    } else if (entry->kind == AVOW_KIND_IDENTITY) {
        avow_cli_print_text(file, entry->identity.name);
    } else if (entry->kind == AVOW_KIND_ACHIEVEMENT) {
        avow_cli_print_text(file, entry->achievement.code);
        (void)fputs(" ", file);
        avow_cli_print_text(file, entry->achievement.title);
    } else if (entry->kind == AVOW_KIND_PATHWAY) {
        avow_cli_print_text(file, entry->pathway.title);
    } else if (entry->kind == AVOW_KIND_RECOGNITION) {
        avow_cli_print_text(file, entry->recognition.subject_name);
    }
}

void avow_shown_print(FILE *file, const struct avow_shown *shown, bool colour)
{
    char time[AVOW_TERM_TIME_MAX] = "";
    if (shown->decoded)
        avow_term_time(shown->entry.t, time);
    (void)fprintf(file, "%8" PRIu64 "  %-23s  %-13s  ", shown->index, time, kind_name(shown));
    if (shown->decoded)
        say_kind(file, shown);
    else
        (void)fputs("needs a newer version of this program", file);
    if (shown->has_state && shown->state != AVOW_STATUS_ACTIVE)
        (void)fprintf(file, "  %s[%s]%s", colour ? AVOW_TERM_RED : "",
                      avow_status_name(shown->state), colour ? AVOW_TERM_RESET : "");
    (void)fputc('\n', file);
}
