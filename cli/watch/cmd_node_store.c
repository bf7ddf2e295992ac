/* avow node check, avow node backup: a data folder on this machine, without its node. */
#include "cli/frame/command.h"
#include "proto/json/put.h"
#include "store/store.h"

#include <inttypes.h>

struct check {
    const struct avow_cli *cli;
    json_t *problems; /* with --json */
    bool ok;          /* false: memory ran out, and not all are listed */
};

static void report(void *context, const char *what, const char *issuer, uint64_t index)
{
    struct check *check = context;
    if (check->problems != NULL) {
        json_t *problem = json_object();
        avow_put(problem, "what", json_string(what), &check->ok);
        avow_put(problem, "issuer", json_string(issuer), &check->ok);
        avow_put(problem, "index", avow_value_uint(index), &check->ok);
        avow_put_item(check->problems, problem, &check->ok);
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

static int print_json(struct check *check, const struct avow_check_summary *summary)
{
    json_t *answer = json_object();
    avow_put(answer, "logs", avow_value_uint(summary->logs), &check->ok);
    avow_put(answer, "entries", avow_value_uint(summary->entries), &check->ok);
    avow_put(answer, "problems", json_incref(check->problems), &check->ok);
    return avow_cli_print_json(check->cli, avow_put_whole(answer, check->ok));
}

static int print_summary(struct check *check, const struct avow_check_summary *summary)
{
    const int status = summary->problems == 0 ? AVOW_EXIT_OK : AVOW_EXIT_NEGATIVE;
    FILE *out = check->cli->out;
    if (check->cli->json) {
        const int printed = print_json(check, summary);
        return printed == AVOW_EXIT_OK ? status : printed;
    }
    print_count(out, summary->logs, "log, ", "logs, ");
    print_count(out, summary->entries, "entry: ", "entries: ");
    if (summary->problems == 0)
        (void)fputs("every stored byte that matters is right\n", out);
    else
        print_count(out, summary->problems, "problem\n", "problems\n");
    return status;
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
    struct check check = {.cli = cli, .problems = cli->json ? json_array() : NULL, .ok = true};
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
    .json = true,
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
