/* avow log audit: everything that a node says of its logs, computed again. */
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/log/mirror.h"
#include "proto/codec/id.h"
#include "proto/json/put.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "only this log: avow1\xe2\x80\xa6; else all"},
    {.name = NULL},
};

struct audit {
    const struct avow_cli *cli;
    struct avow_mirror *mirror;
    json_t *rows; /* with --json */
    bool ok;      /* false: memory ran out, and not all are listed */
    int status;   /* the worst so far: NEGATIVE before UNKNOWN before OK */
};

static void worsen(struct audit *audit, int status)
{
    if (audit->status != AVOW_EXIT_NEGATIVE && status != AVOW_EXIT_OK)
        audit->status = status;
}

static const char *outcome(int status)
{
    if (status == AVOW_EXIT_OK)
        return "holds";
    return status == AVOW_EXIT_UNKNOWN ? "unknown" : "broken";
}

static void add_row(struct audit *audit, const char *id, const struct avow_mirror_result *result,
                    const struct avow_log *log)
{
    json_t *row = json_object();
    avow_put(row, "issuer", json_string(id), &audit->ok);
    avow_put(row, "outcome", json_string(outcome(result->status)), &audit->ok);
    avow_put(row, "detail", avow_value_text_or_null(avow_bytes_text(result->text)), &audit->ok);
    avow_put(row, "size", avow_value_uint(log != NULL ? log->checkpoint.size : 0), &audit->ok);
    avow_put(row, "epoch", avow_value_uint(log != NULL ? log->checkpoint.epoch : 0), &audit->ok);
    avow_put_item(audit->rows, row, &audit->ok);
}

static void print_row(const struct audit *audit, const char *id,
                      const struct avow_mirror_result *result, const struct avow_log *log)
{
    FILE *out = audit->cli->out;
    const bool colour = avow_cli_may_colour(out);
    const char *style = result->status == AVOW_EXIT_OK        ? AVOW_TERM_GREEN
                        : result->status == AVOW_EXIT_UNKNOWN ? AVOW_TERM_YELLOW
                                                              : AVOW_TERM_RED;
    (void)fprintf(out, "%s%-7s%s  %s  ", colour ? style : "", outcome(result->status),
                  colour ? AVOW_TERM_RESET : "", id);
    if (log != NULL) {
        const struct avow_chain_names names = avow_chain_names(&log->state.chain, AVOW_NEVER);
        (void)fprintf(out, "%" PRIu64 " entries, epoch %" PRIu32 ", %zu cosignature%s  ",
                      log->checkpoint.size, log->checkpoint.epoch, log->cosignature_count,
                      log->cosignature_count == 1 ? "" : "s");
        avow_cli_print_text(out, names.name);
    } else {
        avow_cli_print_text(out, avow_bytes_text(result->text));
    }
    (void)fputc('\n', out);
}

/* False when no other log can be had from the node. */
static bool audit_log(struct audit *audit, const struct avow_hash *issuer)
{
    struct avow_mirror_result result;
    const struct avow_log *log = NULL;
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, id);
    avow_mirror_copy(audit->mirror, issuer, &result);
    if (result.status == AVOW_EXIT_OK) {
        enum avow_err err = avow_snapshot_log(avow_mirror_snapshot(audit->mirror), issuer, &log);
        if (err != AVOW_OK) {
            result.status = AVOW_EXIT_NEGATIVE;
            (void)snprintf(result.text, sizeof(result.text), "the copy cannot be read: %s",
                           avow_err_text(err));
            log = NULL;
        }
    }
    worsen(audit, result.status);
    if (audit->cli->json)
        add_row(audit, id, &result, log);
    else
        print_row(audit, id, &result, log);
    return !result.lost;
}

static void audit_all(struct audit *audit)
{
    struct avow_hash *issuers;
    size_t count;
    int status = avow_mirror_list(audit->mirror, &issuers, &count);
    worsen(audit, status);
    size_t done = 0;
    while (done < count && status == AVOW_EXIT_OK && audit_log(audit, &issuers[done]))
        done++;
    if (done + 1 < count && status == AVOW_EXIT_OK)
        avow_cli_note(audit->cli, "%zu other logs were not looked at.", count - done - 1);
    free(issuers);
}

static int finish(const struct audit *audit)
{
    if (!audit->cli->json)
        return audit->status;
    return avow_cli_print_json(audit->cli, avow_put_whole(audit->rows, audit->ok)) == AVOW_EXIT_OK
               ? audit->status
               : AVOW_EXIT_UNKNOWN;
}

static int run(struct avow_cli *cli)
{
    const char *id = avow_cli_value(cli, "issuer");
    struct avow_hash issuer;
    if (id != NULL && avow_id_issuer_parse(avow_bytes_text(id), &issuer) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--issuer %s is not an issuer's id", id);
    AVOW_CLEANUP(avow_mirror_close)
    struct avow_mirror *mirror = NULL;
    int status = avow_mirror_open(cli, &mirror);
    if (status != AVOW_EXIT_OK)
        return status;
    struct audit audit = {
        .cli = cli, .mirror = mirror, .rows = cli->json ? json_array() : NULL, .ok = true};
    if (id != NULL)
        (void)audit_log(&audit, &issuer);
    else
        audit_all(&audit);
    return finish(&audit);
}

const struct avow_command avow_cmd_log_audit = {
    .name = "log audit",
    .operands = "",
    .summary = "fetch logs and check every hash, root, signature and rule again",
    .details =
        "Fetches each log entry by entry, applies every entry by the rules that nodes apply, and "
        "compares the tree root, the status root, the root chain, the checkpoint's signature and "
        "each cosignature with what the node shows. Nothing is taken on the node's word.\n"
        "\n"
        "Exit status: 0 only if everything holds; 1 if anything does not, saying what and where; 3 "
        "if it cannot be told (no node, no such log, a log that needs a newer version).",
    .options = options,
    .json = true,
    .run = run,
};
