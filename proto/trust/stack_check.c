#include "proto/trust/stack_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void set_why(struct avow_stack_check *check, enum avow_stack_end end, const char *format,
                    ...) AVOW_PRINTF(3, 4);

static void set_why(struct avow_stack_check *check, enum avow_stack_end end, const char *format,
                    ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(check->why, sizeof(check->why), format, args);
    va_end(args);
    check->end = end;
}

static void warn(struct avow_stack_check *check, const char *format, ...) AVOW_PRINTF(2, 3);

static void warn(struct avow_stack_check *check, const char *format, ...)
{
    va_list args;
    if (check->warning_count == AVOW_STACK_WARNINGS_MAX)
        return;
    char *text = check->warnings[check->warning_count++];
    va_start(args, format);
    (void)vsnprintf(text, sizeof(check->warnings[0]), format, args);
    va_end(args);
}

/* ------------------------------------------------------------------ the pathway itself */

/* False if nothing can be complete by it, or it cannot be told: check->end says which. */
static enum avow_err check_pathway(struct avow_stack_check *check, bool *good)
{
    const struct avow_facts *facts = check->facts;
    const struct avow_reference *reference = &check->reference;
    struct avow_known_log log;
    struct avow_standing standing;
    *good = false;
    enum avow_err err = facts->log(facts->context, &reference->issuer, &log);
    if (err == AVOW_OK)
        err = avow_standing(facts, &log, check->policy, reference->index, check->now, check->now,
                            &standing);
    if (err != AVOW_OK)
        return err;
    const struct avow_freshness freshness = avow_freshness(&log, check->policy, check->now);
    if (standing.has_state && standing.state == AVOW_STATUS_REVOKED)
        set_why(check, AVOW_STACK_IS_INCOMPLETE,
                "the pathway is revoked: nothing is awarded by it");
    else if (standing.abandoned || standing.disputed || !standing.has_state)
        set_why(check, AVOW_STACK_IS_UNKNOWN, "whether the pathway stands cannot be told: %s",
                standing.disputed ? "its issuer's log is in dispute" : "its state is not shown");
    else if (!freshness.fresh)
        set_why(check, AVOW_STACK_IS_UNKNOWN,
                "whether the pathway stands cannot be told: its log's newest proof is older than "
                "the policy allows");
    else if (standing.state == AVOW_STATUS_SUSPENDED)
        set_why(check, AVOW_STACK_IS_INCOMPLETE,
                "the pathway is suspended: nothing is awarded by it now");
    else
        *good = true;
    if (*good && standing.state == AVOW_STATUS_SUPERSEDED && standing.has_successor)
        warn(check, "a newer pathway has replaced this one: entry %llu of the same log",
             (unsigned long long)standing.successor);
    return AVOW_OK;
}

/* ------------------------------------------------------------------ who it is */

/* The learner's identity of this type in a badge, or NULL. */
static const char *identity_of(const struct avow_stack_file *file, const char *type)
{
    const json_t *list =
        json_object_get(json_object_get(file->subject.document, "credentialSubject"), "identifier");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *identity = json_array_get(list, i);
        const char *has = json_string_value(json_object_get(identity, "identityType"));
        if (has != NULL && strcmp(has, type) == 0 &&
            json_is_false(json_object_get(identity, "hashed")))
            return json_string_value(json_object_get(identity, "identityHash"));
    }
    return NULL;
}

static bool same_text(const char *a, const char *b, bool any_case)
{
    return any_case ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;
}

void avow_stack_check_same(struct avow_stack_check *check, const struct avow_stack_file *file,
                           const char *type, const char *expected, const char *whose)
{
    const char *has = identity_of(file, type);
    const char *word = strcmp(type, "emailAddress") == 0 ? "e-mail address"
                       : strcmp(type, "name") == 0       ? "name"
                                                         : "number";
    if (has == NULL || expected == NULL || expected[0] == '\0' ||
        same_text(has, expected, strcmp(type, "emailAddress") == 0))
        return;
    warn(check, "is it the same person? %s has the learner's %s %.80s, %s %.80s", file->name, word,
         has, whose, expected);
}

/* Each badge that counts against the first that has an identity of the kind; a number is its
 * issuer's own. */
static void check_person(struct avow_stack_check *check, const char *type, bool by_issuer)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct avow_stack_file *file = &check->files[check->file_of[i]];
        for (size_t j = 0; j < i; j++) {
            const struct avow_stack_file *first = &check->files[check->file_of[j]];
            if (by_issuer && !avow_hash_equal(&first->item.issuer, &file->item.issuer))
                continue;
            const char *expected = identity_of(first, type);
            if (expected == NULL)
                continue;
            avow_stack_check_same(check, file, type, expected, first->name);
            break;
        }
    }
}

/* ------------------------------------------------------------------ judging */

struct doubts {
    bool any;        /* some credential, or who recognises it, cannot be told */
    bool blind;      /* of one not even what it is worth */
    size_t left_out; /* for want of room */
};

/* The items: what is certain, or (`hoped`) with what cannot be told taken for good. */
static size_t list_items(struct avow_stack_check *check, bool hoped, struct avow_stack_item *items,
                         size_t *file_of, struct doubts *doubts)
{
    size_t count = 0;
    *doubts = (struct doubts){false};
    for (size_t i = 0; i < check->file_count; i++) {
        const struct avow_stack_file *file = &check->files[i];
        const bool untold = file->part == AVOW_STACK_UNTOLD;
        if (!untold && file->part != AVOW_STACK_COUNTS)
            continue;
        doubts->any = doubts->any || untold || file->is_blind || file->maybe_recognised != 0;
        doubts->blind = doubts->blind || file->is_blind;
        if (untold && !hoped)
            continue;
        if (count == AVOW_STACK_CREDENTIALS_MAX) {
            doubts->left_out++;
            continue;
        }
        items[count] = file->item;
        if (hoped)
            items[count].recognised_by |= file->maybe_recognised;
        file_of[count++] = i;
    }
    return count;
}

static enum avow_err judge_items(const struct avow_stack_check *check,
                                 const struct avow_stack_item *items, size_t count,
                                 struct avow_stack_result *result)
{
    return avow_stack_judge(check->pathway->rule, &check->reference.issuer, items, count,
                            check->now, result);
}

/* Not complete by what is certain: is it so for sure? */
static enum avow_err doubt(struct avow_stack_check *check, const struct doubts *doubts)
{
    struct avow_stack_item items[AVOW_STACK_CREDENTIALS_MAX];
    size_t file_of[AVOW_STACK_CREDENTIALS_MAX];
    struct doubts hoped;
    if (doubts->left_out > 0) {
        set_why(check, AVOW_STACK_IS_UNKNOWN,
                "%zu credentials too many: at most %d are judged together; take away what is not "
                "needed",
                doubts->left_out, AVOW_STACK_CREDENTIALS_MAX);
        return AVOW_OK;
    }
    if (check->result.stopped) {
        set_why(check, AVOW_STACK_IS_UNKNOWN,
                "the search for what counts for what ended at its bound: it may yet be complete");
        return AVOW_OK;
    }
    if (!doubts->any)
        return AVOW_OK;
    struct avow_stack_result *result = calloc(1, sizeof(*result));
    if (result == NULL)
        return AVOW_ERR_NOMEM;
    const size_t count = list_items(check, true, items, file_of, &hoped);
    enum avow_err err = judge_items(check, items, count, result);
    if (err == AVOW_OK &&
        (result->complete || result->stopped || doubts->blind || hoped.left_out > 0))
        set_why(check, AVOW_STACK_IS_UNKNOWN,
                "it would be complete if what cannot be told were good; ask again when it can");
    free(result);
    return err;
}

enum avow_err avow_stack_check(struct avow_stack_check *check)
{
    bool good;
    struct doubts doubts;
    check->count = list_items(check, false, check->items, check->file_of, &doubts);
    enum avow_err err = judge_items(check, check->items, check->count, &check->result);
    if (err == AVOW_OK)
        err = check_pathway(check, &good);
    if (err != AVOW_OK || !good)
        return err;
    check->end = check->result.complete ? AVOW_STACK_IS_COMPLETE : AVOW_STACK_IS_INCOMPLETE;
    if (!check->result.complete)
        err = doubt(check, &doubts);
    check_person(check, "emailAddress", false);
    check_person(check, "name", false);
    check_person(check, "sourcedId", true);
    return err;
}
