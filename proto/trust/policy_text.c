/* A policy as a file, and in words. */
#include "proto/trust/policy.h"

#include "proto/codec/id.h"
#include "proto/entry/scope.h"

#include <inttypes.h>
#include <stdio.h>

static void put_text(struct avow_buf *out, struct avow_bytes text)
{
    avow_buf_append(out, text.data, text.len);
}

/* ---- as a file ---- */

static void write_duration(struct avow_buf *out, uint64_t seconds)
{
    if (seconds % 86400 == 0 && seconds > 86400)
        avow_buf_printf(out, "%" PRIu64 "d", seconds / 86400);
    else if (seconds % 3600 == 0)
        avow_buf_printf(out, "%" PRIu64 "h", seconds / 3600);
    else if (seconds % 60 == 0)
        avow_buf_printf(out, "%" PRIu64 "m", seconds / 60);
    else
        avow_buf_printf(out, "%" PRIu64, seconds);
}

static void write_list(struct avow_buf *out, const char *key, struct avow_text_list list)
{
    struct avow_bytes text;
    const char *before = " = ";
    if (list.count == 0)
        return;
    avow_buf_printf(out, "%s", key);
    for (; avow_text_list_next(&list, &text); before = ",") {
        avow_buf_printf(out, "%s", before);
        put_text(out, text);
    }
    avow_buf_printf(out, "\n");
}

static void write_header(struct avow_buf *out, const char *word, struct avow_bytes name)
{
    avow_buf_printf(out, "\n[%s%s", word, name.len > 0 ? " " : "");
    put_text(out, name);
    avow_buf_printf(out, "]\n");
}

/* The scope was checked when it was added. */
static struct avow_scope scope_of(const struct avow_policy *policy,
                                  const struct avow_anchor *anchor)
{
    struct avow_scope scope;
    enum avow_reject reject = avow_scope_parse(avow_policy_part(policy, anchor->scope), &scope);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return scope;
}

static void write_anchor(struct avow_buf *out, const struct avow_policy *policy,
                         const struct avow_anchor *anchor)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    struct avow_scope scope = scope_of(policy, anchor);
    avow_id_issuer_text(&anchor->issuer, id);
    write_header(out, "anchor", avow_policy_part(policy, anchor->name));
    avow_buf_printf(out, "issuer = %s\n", id);
    write_list(out, "fields", scope.fields);
    if (scope.has_levels && scope.level_min == scope.level_max)
        avow_buf_printf(out, "levels = %" PRIu64 "\n", scope.level_min);
    else if (scope.has_levels)
        avow_buf_printf(out, "levels = %" PRIu64 "-%" PRIu64 "\n", scope.level_min,
                        scope.level_max);
    write_list(out, "regions", scope.regions);
    if (scope.has_depth)
        avow_buf_printf(out, "depth = %" PRIu64 "\n", scope.depth);
}

void avow_policy_write(struct avow_buf *out, const struct avow_policy *policy)
{
    avow_buf_printf(out, "[policy]\n");
    if (policy->region[0] != '\0')
        avow_buf_printf(out, "region = %s\n", policy->region);
    avow_buf_printf(out, "max_age = ");
    write_duration(out, policy->max_age_s);
    avow_buf_printf(out, "\nmax_depth = %u\nrequire_recognition = %s\nmin_witnesses = %u\n",
                    policy->max_depth, policy->require_recognition ? "yes" : "no",
                    policy->min_witnesses);
    for (size_t i = 0; i < policy->anchor_count; i++)
        write_anchor(out, policy, &policy->anchors[i]);
    for (size_t i = 0; i < policy->witness_count; i++) {
        char id[AVOW_NODE_TEXT_MAX];
        avow_id_node_text(&policy->witnesses[i], id);
        write_header(out, "witness", avow_policy_part(policy, policy->witness_names[i]));
        avow_buf_printf(out, "node = %s\n", id);
    }
}

/* ---- in words ---- */

static void say_count(struct avow_buf *out, uint64_t count, const char *unit)
{
    avow_buf_printf(out, "%" PRIu64 " %s%s", count, unit, count == 1 ? "" : "s");
}

static void say_duration(struct avow_buf *out, uint64_t seconds)
{
    if (seconds % 86400 == 0 && seconds > 86400)
        say_count(out, seconds / 86400, "day");
    else if (seconds % 3600 == 0)
        say_count(out, seconds / 3600, "hour");
    else if (seconds % 60 == 0)
        say_count(out, seconds / 60, "minute");
    else
        say_count(out, seconds, "second");
}

static void say_list(struct avow_buf *out, const char *before, struct avow_text_list list)
{
    struct avow_bytes text;
    avow_buf_printf(out, "%s", before);
    for (const char *comma = ""; avow_text_list_next(&list, &text); comma = ", ") {
        avow_buf_printf(out, "%s", comma);
        put_text(out, text);
    }
}

/* By name, or by its identifier where it has none. */
static void say_anchor(struct avow_buf *out, const struct avow_policy *policy,
                       const struct avow_anchor *anchor)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    struct avow_scope scope = scope_of(policy, anchor);
    struct avow_bytes name = avow_policy_part(policy, anchor->name);
    avow_id_issuer_text(&anchor->issuer, id);
    avow_buf_printf(out, "- ");
    put_text(out, name);
    avow_buf_printf(out, name.len > 0 ? " (%s): " : "%s: ", id);
    const char *before = "";
    if (scope.has_fields) {
        say_list(out, "fields ", scope.fields);
        before = "; ";
    }
    if (scope.has_levels) {
        avow_buf_printf(out, "%sEQF levels %" PRIu64 " to %" PRIu64, before, scope.level_min,
                        scope.level_max);
        before = "; ";
    }
    if (scope.has_regions) {
        avow_buf_printf(out, "%s", before);
        say_list(out, "for use in ", scope.regions);
    }
    if (!scope.has_fields && !scope.has_levels && !scope.has_regions)
        avow_buf_printf(out, "whatever it recognises");
    if (scope.has_depth && scope.depth == 0)
        avow_buf_printf(out, "; as an issuer alone: whom it recognises does not count");
    else if (scope.has_depth)
        avow_buf_printf(out, "; paths of at most %" PRIu64, scope.depth);
    avow_buf_printf(out, ".\n");
}

static void say_recognition(struct avow_buf *out, const struct avow_policy *policy)
{
    if (policy->anchor_count == 0) {
        avow_buf_printf(out, policy->require_recognition
                                 ? "Recognition is required and no anchor is named: no issuer is "
                                   "recognised, so nothing is valid.\n"
                                 : "It names no anchor: any issuer will do, whoever it is.\n");
        return;
    }
    char whom[64] = "this anchor";
    if (policy->anchor_count > 1)
        (void)snprintf(whom, sizeof(whom), "one of these %zu anchors", policy->anchor_count);
    if (policy->require_recognition)
        avow_buf_printf(out,
                        "The issuer must be recognised, for this achievement, by %s, directly or "
                        "through bodies that are recognised in turn, over at most ",
                        whom);
    else
        avow_buf_printf(out,
                        "Whether the issuer is recognised by %s is shown, and decides nothing "
                        "(require_recognition = no); paths have at most ",
                        whom);
    say_count(out, policy->max_depth, "recognition");
    avow_buf_printf(out, ":\n");
    for (size_t i = 0; i < policy->anchor_count; i++)
        say_anchor(out, policy, &policy->anchors[i]);
    if (policy->region[0] != '\0')
        avow_buf_printf(out,
                        "A recognition that is for some regions only counts if %s is in them."
                        "\n",
                        policy->region);
    else
        avow_buf_printf(out, "It does not say where it is used (region): recognitions that are for "
                             "some regions only do not count.\n");
}

static void say_witnesses(struct avow_buf *out, const struct avow_policy *policy)
{
    if (policy->min_witnesses > 0) {
        avow_buf_printf(out,
                        "At least %u of %zu witness%s must have cosigned each log's newest "
                        "checkpoint, within the age above.\n",
                        policy->min_witnesses, policy->witness_count,
                        policy->witness_count == 1 ? "" : "es");
        return;
    }
    avow_buf_printf(out, "With min_witnesses = 0 a dishonest issuer or a stolen key can backdate a "
                         "record, or show you a log that it shows to nobody else.\n");
    if (policy->witness_count > 0)
        avow_buf_printf(out,
                        "One of its %zu witness%s is enough to show that a record existed before "
                        "a recognition ended, or before a fork.\n",
                        policy->witness_count, policy->witness_count == 1 ? "" : "es");
    else
        avow_buf_printf(out, "It names no witness: nothing shows that a record existed before a "
                             "recognition ended, or before a fork, so those do not count.\n");
}

void avow_policy_explain(struct avow_buf *out, const struct avow_policy *policy)
{
    avow_buf_printf(out, "A record is valid if its issuer's log says so, by a proof that is at "
                         "most ");
    say_duration(out, policy->max_age_s);
    avow_buf_printf(out, " old; so for every log on the way.\n");
    say_recognition(out, policy);
    say_witnesses(out, policy);
    avow_buf_printf(out, "It does not check that what a credential says is true, nor who holds "
                         "it.\n");
}
