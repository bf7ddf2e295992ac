/* avow pathway show: one pathway, proved. */
#include "cli/frame/say.h"
#include "cli/pathway/pathway_view.h"

static int run(struct avow_cli *cli)
{
    struct avow_pathway_view view;
    int status = avow_pathway_view_open(cli, cli->operands[0], &view);
    if (status == AVOW_EXIT_OK)
        status = avow_cli_print_json(cli, avow_shown_json(&view.shown));
    avow_pathway_view_close(&view);
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
    .json = true,
    .run = run,
};
