#include "cli/log/entry_show.h"

#include "cli/frame/term.h"
#include "proto/codec/base58.h"
#include "proto/codec/id.h"
#include "proto/json/entry.h"

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

json_t *avow_shown_json(const struct avow_shown *shown)
{
    const struct avow_entry_view view = {
        .issuer = &shown->proof->checkpoint.issuer,
        .index = shown->index,
        .entry = shown->decoded ? &shown->entry : NULL,
        .state = shown->has_state ? &shown->state : NULL,
    };
    return avow_entry_json(&view);
}

/* ------------------------------------------------------------------ a line */

static void say_id(FILE *file, const char *what, const struct avow_hash *issuer)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, id);
    (void)fprintf(file, "%s%s", what, id);
}

static void say_key(FILE *file, const char *what, const struct avow_key *key)
{
    char text[AVOW_MULTIKEY_TEXT_MAX];
    avow_multibase_key_text(key, text);
    (void)fprintf(file, "%s%s", what, text);
}

static void say_status(FILE *file, const struct avow_shown *shown)
{
    const struct avow_status_entry *change = &shown->entry.status;
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

static void say_key_entry(FILE *file, const struct avow_key_entry *key)
{
    (void)fputs(key->action == AVOW_KEY_RETIRE ? "retires " : "authorises ", file);
    say_key(file, key->use == AVOW_USE_SIGN ? "signing key " : "heartbeat key ", &key->key);
}

static void say_rotation(FILE *file, const struct avow_root_rotation *rotation)
{
    say_key(file, "root key ", &rotation->new_root);
    say_key(file, ", signing key ", &rotation->signing_key);
    if (rotation->has_heartbeat)
        say_key(file, ", heartbeat key ", &rotation->heartbeat_key);
}

static void say_closure(FILE *file, const struct avow_closure *closure)
{
    char until[AVOW_TERM_TIME_MAX];
    (void)fputs(closure->has_custodian ? "for awards" : "for good", file);
    if (closure->has_successor)
        say_id(file, ", followed by ", &closure->successor);
    if (!closure->has_custodian)
        return;
    avow_term_time(closure->not_after, until);
    say_id(file, ", kept by ", &closure->custodian);
    say_key(file, " with the key ", &closure->custodian_key);
    (void)fprintf(file, " until %s", until);
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

static void say_achievement(FILE *file, const struct avow_achievement *achievement)
{
    avow_cli_print_text(file, achievement->code);
    (void)fputc(' ', file);
    avow_cli_print_text(file, achievement->title);
}

static void say_kind(FILE *file, const struct avow_shown *shown)
{
    const struct avow_entry *entry = &shown->entry;
    switch ((enum avow_kind)entry->kind) {
    case AVOW_KIND_INCEPTION:
        avow_cli_print_text(file, entry->inception.name);
        return;
    case AVOW_KIND_KEY:
        say_key_entry(file, &entry->key);
        return;
    case AVOW_KIND_ROOT_ROTATION:
        say_rotation(file, &entry->rotation);
        return;
    case AVOW_KIND_NODES:
        say_nodes(file, &entry->nodes);
        return;
    case AVOW_KIND_ACHIEVEMENT:
        say_achievement(file, &entry->achievement);
        return;
    case AVOW_KIND_ISSUE:
        say_issue(file, shown);
        return;
    case AVOW_KIND_STATUS:
        say_status(file, shown);
        return;
    case AVOW_KIND_PATHWAY:
        avow_cli_print_text(file, entry->pathway.title);
        return;
    case AVOW_KIND_RECOGNITION:
        avow_cli_print_text(file, entry->recognition.subject_name);
        return;
    case AVOW_KIND_IDENTITY:
        avow_cli_print_text(file, entry->identity.name);
        return;
    case AVOW_KIND_CLOSURE:
        say_closure(file, &entry->closure);
        return;
    }
}

void avow_shown_print(FILE *file, const struct avow_shown *shown, bool colour)
{
    char time[AVOW_TERM_TIME_MAX] = "";
    if (shown->decoded)
        avow_term_time(shown->entry.t, time);
    (void)fprintf(file, "%8" PRIu64 "  %-23s  %-13s  ", shown->index, time,
                  shown->decoded ? avow_kind_name(shown->entry.kind) : "unknown");
    if (shown->decoded)
        say_kind(file, shown);
    else
        (void)fputs("needs a newer version of this program", file);
    if (shown->has_state && shown->state != AVOW_STATUS_ACTIVE)
        (void)fprintf(file, "  %s[%s]%s", colour ? AVOW_TERM_RED : "",
                      avow_status_name(shown->state), colour ? AVOW_TERM_RESET : "");
    (void)fputc('\n', file);
}
