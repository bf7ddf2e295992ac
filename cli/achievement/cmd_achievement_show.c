/* avow achievement show: one definition, proved. */
#include "cli/frame/given.h"
#include "cli/frame/say.h"
#include "cli/home/own_log.h"
#include "cli/log/entry_show.h"
#include "proto/codec/id.h"

/* "2" is in the log of --issuer or of this home; a reference says whose. */
static int find(const struct avow_cli *cli, struct avow_hash *issuer, uint64_t *index)
{
    const char *operand = cli->operands[0];
    if (avow_id_reference_parse(avow_bytes_text(operand), issuer, index) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    int status = avow_own_log_issuer(cli, issuer);
    return status == AVOW_EXIT_OK ? avow_given_index(cli, operand, issuer, index) : status;
}

static int show(const struct avow_cli *cli, const struct avow_log_proof *proof, uint64_t index)
{
    struct avow_shown shown;
    if (!avow_shown_get(proof, index, &shown))
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "there is no entry %llu in this log",
                             (unsigned long long)index);
    if (!shown.decoded || shown.entry.kind != AVOW_KIND_ACHIEVEMENT)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "entry %llu is not an achievement",
                             (unsigned long long)index);
    /* The elements are as many as the issuer gave: for people too they are best named. */
    return avow_cli_print_json(cli, avow_shown_json(&shown));
}

static int run(struct avow_cli *cli)
{
    struct avow_hash issuer;
    struct avow_own_log log = {0};
    uint64_t index;
    int status = find(cli, &issuer, &index);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, &index, 1, &log);
    if (status == AVOW_EXIT_OK)
        status = show(cli, log.proof, index);
    avow_own_log_fini(&log);
    return status;
}

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose, for a bare index; else your own"},
    {0},
};

const struct avow_command avow_cmd_achievement_show = {
    .name = "achievement show",
    .operands = "INDEX|REF",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "show one achievement",
    .details = "Shows the definition with all its elements and its state, as JSON, checked "
               "against the issuer's signed checkpoint.",
    .options = options,
    .json = true,
    .run = run,
};
