/* avow issue: credentials as files, and their records in the log. */
#include "cli/frame/given.h"
#include "cli/frame/say.h"
#include "cli/issue/issue.h"
#include "proto/codec/id.h"

#include <sys/stat.h>

static int check_options(const struct avow_cli *cli)
{
    static const char *const single[] = {"name",       "email",       "id", "result",
                                         "valid-from", "valid-until", NULL};
    if (avow_cli_value(cli, "csv") == NULL)
        return AVOW_EXIT_OK;
    for (const char *const *name = single; *name != NULL; name++) {
        if (avow_cli_value(cli, *name) != NULL)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "--%s is for one credential: with --csv "
                                 "it is a column",
                                 *name);
    }
    return AVOW_EXIT_OK;
}

static int report(const struct avow_issuance *issuance)
{
    const struct avow_cli *cli = issuance->cli;
    const struct avow_learners *learners = issuance->learners;
    char reference[AVOW_REFERENCE_TEXT_MAX], path[AVOW_PATH_BYTES];
    if (avow_cli_value(cli, "csv") == NULL) {
        avow_id_reference_text(&issuance->keys->issuer, issuance->last_index, reference);
        if (issuance->skipped > 0)
            avow_cli_note(cli, "It had been issued before.");
        (void)snprintf(path, sizeof(path), "%s/%s.json", issuance->folder,
                       avow_learner_text(learners, &learners->rows[0], AVOW_LEARNER_FILE));
        if (!cli->json)
            (void)fprintf(cli->out, "%s %s\n", path, reference);
        return cli->json ? avow_cli_print_json(
                               cli, json_pack("{s:s, s:s}", "file", path, "reference", reference))
                         : AVOW_EXIT_OK;
    }
    if (issuance->skipped > 0)
        avow_cli_note(cli, "%llu had been issued before.", (unsigned long long)issuance->skipped);
    avow_cli_note(cli, "%llu credential%s issued into %s.", (unsigned long long)issuance->issued,
                  issuance->issued == 1 ? "" : "s", issuance->folder);
    if (!cli->json)
        return AVOW_EXIT_OK;
    return avow_cli_print_json(cli, json_pack("{s:I, s:I}", "issued", (json_int_t)issuance->issued,
                                              "skipped", (json_int_t)issuance->skipped));
}

static int issue(const struct avow_cli *cli, struct avow_issuance *issuance,
                 const struct avow_learners *learners)
{
    if (avow_cli_flag(cli, "dry-run")) {
        avow_cli_note(cli, "%zu credential%s would be issued; nothing was.", learners->count,
                      learners->count == 1 ? "" : "s");
        return AVOW_EXIT_OK;
    }
    int status = avow_issue_all(issuance);
    return status == AVOW_EXIT_OK ? report(issuance) : status;
}

static int run(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct avow_learners learners = {0};
    struct avow_issuance issuance = {
        .cli = cli,
        .keys = &keys,
        .learners = &learners,
        .folder = avow_cli_value(cli, "out"),
        .journal = {.fd = -1},
    };
    const char *csv = avow_cli_value(cli, "csv");
    int status = check_options(cli);
    if (status == AVOW_EXIT_OK)
        status = avow_home_issuer(cli, &keys.issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_given_index(cli, avow_cli_value(cli, "achievement"), &keys.issuer,
                                  &issuance.achievement);
    if (status == AVOW_EXIT_OK)
        status = csv != NULL ? avow_learners_read(cli, csv, issuance.achievement, &learners)
                             : avow_learners_from_options(cli, issuance.achievement, &learners);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = issue(cli, &issuance, &learners);
    avow_learners_fini(&learners);
    avow_identity_keys_fini(&keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "achievement",
     .value = "INDEX",
     .help = "what it is for, as `achievement add` printed it",
     .required = true},
    {.name = "out", .value = "DIR", .help = "the folder for the files", .required = true},
    {.name = "csv", .value = "FILE", .help = "the learners, one a row"},
    {.name = "dry-run", .help = "check the rows, issue nothing"},
    {.name = "name", .value = "NAME", .help = "one learner's name, instead of --csv"},
    {.name = "email", .value = "ADDRESS", .help = "one learner's e-mail address"},
    {.name = "id", .value = "ID", .help = "one learner's number; names the file"},
    {.name = "result", .value = "TEXT", .help = "one learner's result"},
    {.name = "valid-from", .value = "DATE", .help = "YYYY-MM-DD (default: now)"},
    {.name = "valid-until", .value = "DATE", .help = "YYYY-MM-DD, its last day (default: no end)"},
    {0},
};

const struct avow_command avow_cmd_issue = {
    .name = "issue",
    .operands = "",
    .summary = "issue one credential, or as many as a CSV file has rows",
    .details =
        "Writes one badge file for each learner, and one signed batch with a salted commitment of "
        "each to the log. Files are Open Badges 3.0; nothing personal is in the log.\n"
        "\n"
        "The CSV file has a first line of column names: name, and if wanted email, id, valid_from, "
        "valid_until, result; any other is refused. A file is called as the row's id, or its "
        "number, and .json. All problems are told by line and column, and then nothing is "
        "issued.\n"
        "\n"
        "The folder keeps books in .avow: the same call may be repeated after a crash, or with "
        "rows added, and issues no row twice. Entries are dealt in a shuffled order.\n"
        "\n"
        "    avow issue --achievement 2 --csv learners.csv --out badges\n",
    .options = options,
    .json = true,
    .run = run,
};
