/* avow node check, avow node backup: a data folder on this machine, without its node. */
#include "cli/frame/command.h"
#include "store/store.h"

#include <inttypes.h>
#include <jansson.h>

struct check {
    const struct avow_cli *cli;
    json_t *problems; /* with --json */
};

static void report(void *context, const char *what, const char *issuer, uint64_t index)
{
    const struct check *check = context;
    if (check->problems != NULL) {
        /* What cannot be listed is still counted. */
        (void)json_array_append_new(check->problems,
                                    json_pack("{s:s, s:s, s:I}", "what", what, "issuer", issuer,
                                              "index", (json_int_t)index));
        return;
    }
    if (issuer[0] == '\0')
        (void)fprintf(check->cli->out, "the store: %s\n", what);
    else
        (void)fprintf(check->cli->out, "%s, at %" PRIu64 ": %s\n", issuer, index, what);
}

static void print_count(FILE *out, uint64_t count, const char *one, const char *many)
{
    (void)fprintf(out, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static int print_summary(const struct check *check, const struct avow_check_summary *summary)
{
    const int status = summary->problems == 0 ? AVOW_EXIT_OK : AVOW_EXIT_NEGATIVE;
    FILE *out = check->cli->out;
    if (check->problems == NULL) {
        print_count(out, summary->logs, "log, ", "logs, ");
        print_count(out, summary->entries, "entry: ", "entries: ");
        if (summary->problems == 0)
            (void)fputs("every stored byte that matters is right\n", out);
        else
            print_count(out, summary->problems, "problem\n", "problems\n");
        return status;
    }
    json_t *answer = json_pack("{s:I, s:I, s:O}", "logs", (json_int_t)summary->logs, "entries",
                               (json_int_t)summary->entries, "problems", check->problems);
    const int failed = answer == NULL || json_dumpf(answer, out, JSON_INDENT(2)) != 0;
    json_decref(answer);
    (void)fputc('\n', out);
    return failed ? avow_cli_fail(check->cli, AVOW_EXIT_NEGATIVE, "cannot write the answer")
                  : status;
}

static const char *what_to_do(enum avow_err err)
{
    return err == AVOW_ERR_SCHEMA
               ? ": use the version that wrote it, or start a node with an empty "
                 "folder, which gets the logs from others"
               : "";
}

static int run_check(struct avow_cli *cli)
{
    const char *folder = avow_cli_value(cli, "data");
    struct check check = {.cli = cli, .problems = cli->json ? json_array() : NULL};
    struct avow_check_summary summary = {0};
    enum avow_err err = avow_store_check(folder, report, &check, &summary);
    int status;
    if (err == AVOW_ERR_BUSY)
        status = avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                               "%s is in use: stop its node first, or check a backup", folder);
    else if (err == AVOW_ERR_NOT_FOUND)
        status =
            avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                          "there is no store in %s: name the folder that avowd --data has", folder);
    else if (err != AVOW_OK)
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot check %s: %s%s", folder,
                               avow_err_text(err), what_to_do(err));
    else
        status = print_summary(&check, &summary);
    json_decref(check.problems);
    return status;
}

static int run_backup(struct avow_cli *cli)
{
    const char *folder = avow_cli_value(cli, "data");
    const char *to = avow_cli_value(cli, "to");
    enum avow_err err = avow_store_backup(folder, to);
    if (err == AVOW_ERR_EXISTS)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s is not empty: choose a new folder", to);
    if (err == AVOW_ERR_NOT_FOUND)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "there is no store in %s: name the folder that avowd --data has",
                             folder);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot back up %s into %s: %s%s", folder, to,
                             avow_err_text(err), what_to_do(err));
    avow_cli_note(cli, "backed up into %s; avow node check --data %s looks it over", to, to);
    return AVOW_EXIT_OK;
}

static const struct avow_option check_options[] = {
    {.name = "data", .value = "DIR", .help = "the node's data folder", .required = true},
    {.name = NULL},
};

static const struct avow_option backup_options[] = {
    {.name = "data", .value = "DIR", .help = "the node's data folder", .required = true},
    {.name = "to", .value = "DIR", .help = "a new or empty folder", .required = true},
    {.name = NULL},
};

const struct avow_command avow_cmd_node_check = {
    .name = "node check",
    .operands = "",
    .summary = "check every stored byte that matters of a node's data folder",
    .details = "Hashes and applies everything again: entries, tree nodes, status chunks, indexes, "
               "checkpoints and their signatures. The node must not be running. What is found is "
               "printed, one line each.\n"
               "\n"
               "Exit status: 0 only if all is right; 1 if anything is not; 3 if it cannot be told.",
    .options = check_options,
    .run = run_check,
};

const struct avow_command avow_cmd_node_backup = {
    .name = "node backup",
    .operands = "",
    .summary = "copy a node's data folder, also while the node runs",
    .details =
        "Makes a consistent copy of the store. A home node that is restored from a backup first "
        "hears from a peer before it takes anything new, because its peers may be ahead of it.",
    .options = backup_options,
    .run = run_backup,
};
