#include "cli/pathway/pathway_view.h"

#include "cli/home/own_log.h"
#include "proto/codec/id.h"

#include <inttypes.h>

#define YEAR_S 31557600
#define DAY_S 86400

/* ------------------------------------------------------------------ finding and fetching */

int avow_pathway_find(const struct avow_cli *cli, const char *text,
                      struct avow_reference *reference)
{
    if (avow_reference_parse(avow_bytes_text(text), &reference->issuer, &reference->index) ==
        AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    if (avow_decimal_parse(avow_bytes_text(text), &reference->index) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "\"%s\" is not a pathway's reference: write avow1…/NUMBER, or the "
                             "index of one of your own",
                             text);
    int status = avow_own_log_issuer(cli, &reference->issuer);
    /* NEGATIVE would be an answer: "not complete". */
    return status == AVOW_EXIT_NEGATIVE ? AVOW_EXIT_USAGE : status;
}

static int fetch(const struct avow_cli *cli, struct avow_pathway_view *view,
                 const struct avow_reference *references, size_t count)
{
    avow_fetched_fini(&view->fetched);
    avow_fetch_references(view->client, references, count, &view->fetched);
    if (view->fetched.why != AVOW_WHY_NONE)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", view->fetched.reason);
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_reference_text(&view->reference.issuer, view->reference.index, text);
    const struct avow_log_proof *proof =
        avow_evidence_log(&view->fetched.evidence, &view->reference.issuer);
    if (proof == NULL || !avow_shown_get(proof, view->reference.index, &view->shown))
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "the node at %s has no entry %s", cli->node,
                             text);
    if (!view->shown.decoded)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s needs a newer version of this program",
                             text);
    if (view->shown.entry.kind != AVOW_KIND_PATHWAY)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s is not a pathway: it is of kind \"%s\"",
                             text, avow_kind_name(view->shown.entry.kind));
    view->pathway = view->shown.entry.pathway;
    return AVOW_EXIT_OK;
}

int avow_pathway_open(const struct avow_cli *cli, const struct avow_reference *reference,
                      struct avow_pathway_view *view)
{
    char reason[AVOW_FETCH_REASON_MAX];
    *view = (struct avow_pathway_view){.client = avow_fetch_connect(cli, AVOW_PEER_CLIENT, reason),
                                       .reference = *reference};
    if (view->client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    int status = fetch(cli, view, reference, 1);
    if (status != AVOW_EXIT_OK)
        return status;
    struct avow_reference references[2 * AVOW_RULE_NODES_MAX + 2]; /* each node at most two */
    size_t count = 0;
    _Static_assert(sizeof(references) / sizeof(references[0]) <= AVOW_FETCH_REFERENCES_MAX,
                   "bound");
    references[count++] = *reference;
    references[count++] = (struct avow_reference){reference->issuer, view->pathway.award};
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    avow_rule_walk_init(&walk, view->pathway.rule);
    while (avow_rule_next(&walk, &node)) {
        if (node.op == AVOW_RULE_ACHIEVEMENT)
            references[count++] = (struct avow_reference){
                node.has_issuer ? node.issuer : reference->issuer, node.index};
        if (node.where.has_issuer) /* for its name */
            references[count++] = (struct avow_reference){node.where.issuer, 0};
        if (node.where.has_recognised_by)
            references[count++] = (struct avow_reference){node.where.recognised_by, 0};
    }
    return fetch(cli, view, references, count);
}

void avow_pathway_close(struct avow_pathway_view *view)
{
    avow_client_free(&view->client);
    avow_fetched_fini(&view->fetched);
}

bool avow_pathway_achievement(const struct avow_pathway_view *view, const struct avow_hash *issuer,
                              uint64_t index, struct avow_achievement *achievement)
{
    const struct avow_log_proof *proof = avow_evidence_log(&view->fetched.evidence, issuer);
    struct avow_shown shown;
    if (proof == NULL || !avow_shown_get(proof, index, &shown) || !shown.decoded ||
        shown.entry.kind != AVOW_KIND_ACHIEVEMENT)
        return false;
    *achievement = shown.entry.achievement;
    return true;
}

struct avow_bytes avow_pathway_issuer_name(const struct avow_pathway_view *view,
                                           const struct avow_hash *issuer)
{
    const struct avow_log_proof *proof = avow_evidence_log(&view->fetched.evidence, issuer);
    return proof == NULL ? avow_bytes(NULL, 0) : avow_chain_names(&proof->chain, AVOW_NEVER).name;
}

/* ------------------------------------------------------------------ in words */

static void say_issuer(const struct avow_pathway_view *view, const struct avow_hash *issuer,
                       struct avow_buf *out)
{
    char text[AVOW_ISSUER_TEXT_MAX];
    const struct avow_bytes name = avow_pathway_issuer_name(view, issuer);
    avow_issuer_text(issuer, text);
    if (name.len > 0)
        avow_buf_append(out, name.data, name.len);
    else
        avow_buf_append(out, text, strlen(text));
}

void avow_pathway_title(const struct avow_pathway_view *view, const struct avow_hash *issuer,
                        uint64_t index, struct avow_buf *out)
{
    struct avow_achievement achievement;
    char reference[AVOW_REFERENCE_TEXT_MAX];
    if (!avow_pathway_achievement(view, issuer, index, &achievement)) {
        avow_reference_text(issuer, index, reference);
        avow_buf_append(out, reference, strlen(reference));
        return;
    }
    avow_buf_append(out, achievement.title.data, achievement.title.len);
    if (avow_hash_equal(issuer, &view->reference.issuer))
        return;
    avow_buf_printf(out, " (");
    say_issuer(view, issuer, out);
    avow_buf_printf(out, ")");
}

void avow_rule_say_credits(uint64_t hundredths, struct avow_buf *out)
{
    avow_buf_printf(out, "%" PRIu64, hundredths / 100);
    if (hundredths % 100 != 0)
        avow_buf_printf(out, hundredths % 10 == 0 ? ".%" PRIu64 : ".%02" PRIu64,
                        hundredths % 10 == 0 ? hundredths % 100 / 10 : hundredths % 100);
}

static void say_span(uint64_t seconds, struct avow_buf *out)
{
    if (seconds != 0 && seconds % YEAR_S == 0)
        avow_buf_printf(out, "%" PRIu64 " year%s", seconds / YEAR_S, seconds == YEAR_S ? "" : "s");
    else if (seconds % DAY_S == 0)
        avow_buf_printf(out, "%" PRIu64 " day%s", seconds / DAY_S, seconds == DAY_S ? "" : "s");
    else
        avow_buf_printf(out, "%" PRIu64 " seconds", seconds);
}

static void say_where(const struct avow_pathway_view *view, const struct avow_rule_where *where,
                      struct avow_buf *out)
{
    const char *separator = "counting only what is ";
    if (where->has_level) {
        avow_buf_printf(out, "%sof level %" PRIu64, separator, where->level_min);
        if (where->level_max > where->level_min)
            avow_buf_printf(out, " to %" PRIu64, where->level_max);
        avow_buf_printf(out, " (EQF)");
        separator = ", ";
    }
    if (where->field.len > 0) {
        avow_buf_printf(out, "%sin field %.*s (ISCED-F)", separator, (int)where->field.len,
                        (const char *)where->field.data);
        separator = ", ";
    }
    if (where->has_issuer) {
        avow_buf_printf(out, "%sissued by ", separator);
        say_issuer(view, &where->issuer, out);
        separator = ", ";
    }
    if (where->has_recognised_by) {
        avow_buf_printf(out, "%srecognised by ", separator);
        say_issuer(view, &where->recognised_by, out);
        separator = ", ";
    }
    if (where->has_within) {
        avow_buf_printf(out, "%sawarded at most ", separator);
        say_span(where->within_s, out);
        avow_buf_printf(out, " before");
    }
}

void avow_rule_say(const struct avow_pathway_view *view, const struct avow_rule_node *node,
                   struct avow_buf *out)
{
    switch (node->op) {
    case AVOW_RULE_ALL:
        avow_buf_printf(out, node->children == 1 ? "this" : "all of these %zu", node->children);
        return;
    case AVOW_RULE_ANY:
        avow_buf_printf(out, "any one or more of these");
        return;
    case AVOW_RULE_N:
        avow_buf_printf(out, "at least %" PRIu64 " of these %zu", node->number, node->children);
        return;
    case AVOW_RULE_CREDITS:
        avow_buf_printf(out, "at least ");
        avow_rule_say_credits(node->number, out);
        avow_buf_printf(out, " %.*s credits in all from what follows", (int)node->system.len,
                        (const char *)node->system.data);
        return;
    case AVOW_RULE_ACHIEVEMENT:
        avow_pathway_title(view, node->has_issuer ? &node->issuer : &view->reference.issuer,
                           node->index, out);
        return;
    case AVOW_RULE_WHERE:
        say_where(view, &node->where, out);
        return;
    case AVOW_RULE_DISTINCT:
        avow_buf_printf(out, "counting no credential for two things");
        return;
    }
}
