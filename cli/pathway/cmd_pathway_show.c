/* avow pathway show: one pathway, proved. */
#include "cli/frame/print.h"
#include "cli/pathway/pathway_file.h"
#include "cli/pathway/pathway_view.h"
#include "proto/json/rule.h"

static int show(const struct avow_cli *cli, const struct avow_pathway_view *view)
{
    json_t *answer = avow_shown_json(&view->shown);
    if (answer == NULL ||
        json_object_set_new(answer, "cascade",
                            json_string(avow_cascade_name(view->pathway.cascade))) != 0 ||
        json_object_set_new(answer, "rule", avow_rule_to_json(view->pathway.rule)) != 0) {
        json_decref(answer);
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    return avow_print_json(cli, answer);
}

static int run(struct avow_cli *cli)
{
    struct avow_reference reference;
    struct avow_pathway_view view = {.client = NULL};
    int status = avow_pathway_find(cli, cli->operands[0], &reference);
    if (status == AVOW_EXIT_OK)
        status = avow_pathway_open(cli, &reference, &view);
    if (status == AVOW_EXIT_OK)
        status = show(cli, &view);
    avow_pathway_close(&view);
    return status;
}

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose, for a bare index; else your own"},
    {0},
};

const struct avow_command avow_cmd_pathway_show = {
    .name = "pathway show",
    .operands = "INDEX|REF",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "show one pathway",
    .details = "Shows a pathway and its state, as JSON, checked against the issuer's signed "
               "checkpoint; title, award, cascade and rule as `pathway add` reads them. "
               "`pathway explain` says it in words.",
    .options = options,
    .run = run,
};
