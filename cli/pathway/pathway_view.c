#include "cli/pathway/pathway_view.h"

#include "cli/frame/ask.h"
#include "cli/home/own_log.h"
#include "proto/codec/id.h"

static int find(const struct avow_cli *cli, const char *text, struct avow_reference *reference)
{
    if (avow_id_reference_parse(avow_bytes_text(text), &reference->issuer, &reference->index) ==
        AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    if (avow_id_decimal_parse(avow_bytes_text(text), &reference->index) != AVOW_ACCEPT)
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
    avow_id_reference_text(&view->reference.issuer, view->reference.index, text);
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
    view->facts = avow_facts_from_evidence(&view->fetched.evidence);
    view->pathway = view->shown.entry.pathway;
    return AVOW_EXIT_OK;
}

int avow_pathway_view_open(const struct avow_cli *cli, const char *text,
                           struct avow_pathway_view *view)
{
    char reason[AVOW_FETCH_REASON_MAX];
    const struct avow_reference *reference = &view->reference;
    *view = (struct avow_pathway_view){0};
    int status = find(cli, text, &view->reference);
    if (status != AVOW_EXIT_OK)
        return status;
    view->client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    if (view->client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    status = fetch(cli, view, reference, 1);
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

void avow_pathway_view_close(struct avow_pathway_view *view)
{
    avow_client_free(&view->client);
    avow_fetched_fini(&view->fetched);
}
