/* avow pathway explain: what it takes, in words. */
#include "cli/frame/term.h"
#include "cli/pathway/pathway_file.h"
#include "cli/pathway/pathway_view.h"
#include "proto/codec/id.h"
#include "proto/entry/details.h"

#define LINE_MAX_BYTES (4 * AVOW_ENTRY_BYTES_MAX)

/* What an achievement is worth, after its title. */
static void say_worth(const struct avow_pathway_view *view, const struct avow_rule_node *node,
                      struct avow_buf *line)
{
    struct avow_achievement achievement;
    struct avow_details details;
    const struct avow_hash *issuer = node->has_issuer ? &node->issuer : &view->reference.issuer;
    if (node->op != AVOW_RULE_ACHIEVEMENT ||
        avow_facts_definition(&view->facts, issuer, node->index, &achievement) != AVOW_OK ||
        avow_details_parse(achievement.details, &details) != AVOW_ACCEPT || !details.has_credits)
        return;
    avow_buf_printf(line, ", ");
    avow_rule_words_say_credits(details.credits, line);
    avow_buf_printf(line, " %.*s", (int)details.credit_system.len,
                    (const char *)details.credit_system.data);
}

static void explain_rule(const struct avow_cli *cli, const struct avow_pathway_view *view)
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    avow_rule_walk_init(&walk, view->pathway.rule);
    while (avow_rule_next(&walk, &node)) {
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf line;
        avow_buf_init(&line, LINE_MAX_BYTES);
        avow_rule_words_say(&view->facts, &view->reference.issuer, &node, &line);
        say_worth(view, &node, &line);
        (void)fprintf(cli->out, "%*s- ", (int)(2 * node.depth), "");
        avow_cli_print_text(cli->out, avow_buf_bytes(&line));
        (void)fprintf(cli->out, "%s\n", node.children > 0 ? ":" : "");
    }
}

static void explain(const struct avow_cli *cli, const struct avow_pathway_view *view)
{
    const struct avow_hash *issuer = &view->reference.issuer;
    char reference[AVOW_REFERENCE_TEXT_MAX], time[AVOW_TERM_TIME_MAX];
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf award;
    avow_buf_init(&award, LINE_MAX_BYTES);
    avow_id_reference_text(issuer, view->reference.index, reference);
    avow_term_time(view->shown.entry.t, time);
    avow_rule_words_say_achievement(&view->facts, issuer, issuer, view->pathway.award, &award);
    avow_cli_print_text(cli->out, view->pathway.title);
    (void)fprintf(cli->out, "\nA pathway of ");
    avow_cli_print_text(cli->out, avow_chain_names(&view->shown.proof->chain, AVOW_NEVER).name);
    (void)fprintf(cli->out, " (%s), published %s.\n", reference, time);
    if (!view->shown.has_state)
        (void)fprintf(cli->out, "Whether it still stands is not shown.\n");
    else if (view->shown.state != AVOW_STATUS_ACTIVE)
        (void)fprintf(cli->out, "It is %s.\n", avow_status_name(view->shown.state));
    (void)fprintf(cli->out, "It leads to: ");
    avow_cli_print_text(cli->out, avow_buf_bytes(&award));
    (void)fprintf(cli->out, "\n\nIt takes\n");
    explain_rule(cli, view);
    (void)fprintf(cli->out, "\n%s\n", avow_cascade_text(view->pathway.cascade));
}

static int run(struct avow_cli *cli)
{
    struct avow_pathway_view view;
    int status = avow_pathway_view_open(cli, cli->operands[0], &view);
    if (status == AVOW_EXIT_OK)
        explain(cli, &view);
    avow_pathway_view_close(&view);
    return status;
}

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose, for a bare index; else your own"},
    {0},
};

const struct avow_command avow_cmd_pathway_explain = {
    .name = "pathway explain",
    .operands = "INDEX|REF",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "say in words what a pathway takes",
    .details = "Says what the rule asks for, achievements by their titles, what they are worth, "
               "and what becomes of the award if a component is revoked later. What the node does "
               "not have is named by its reference.",
    .options = options,
    .run = run,
};
