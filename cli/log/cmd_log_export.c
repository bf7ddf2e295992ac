/* avow log export: a whole log as static files. */
#include "cli/log/export.h"
#include "cli/log/mirror.h"
#include "proto/codec/id.h"

#include <inttypes.h>

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose log: avow1\xe2\x80\xa6", .required = true},
    {.name = "out", .letter = 'o', .value = "DIR", .help = "the folder to fill", .required = true},
    {.name = NULL},
};

static int export_log(const struct avow_cli *cli, struct avow_mirror *mirror,
                      const struct avow_hash *issuer)
{
    struct avow_mirror_result result;
    avow_mirror_copy(mirror, issuer, &result);
    if (result.status != AVOW_EXIT_OK)
        return avow_cli_fail(cli, result.status, "%s", result.text);
    struct avow_export export = {
        .cli = cli,
        .snapshot = avow_mirror_snapshot(mirror),
        .folder = avow_cli_value(cli, "out"),
    };
    enum avow_err err = avow_snapshot_log(export.snapshot, issuer, &export.log);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot read the copied log: %s",
                             avow_err_text(err));
    const uint64_t size = export.log->checkpoint.size;
    int status = avow_export_run(&export);
    if (status == AVOW_EXIT_OK)
        avow_cli_note(cli,
                      "%" PRIu64 " entries, every hash, signature and rule checked: %" PRIu64
                      " files written to %s, %" PRIu64 " were there already",
                      size, export.written, export.folder, export.kept);
    return status;
}

static int run(struct avow_cli *cli)
{
    const char *id = avow_cli_value(cli, "issuer");
    struct avow_hash issuer;
    const enum avow_reject reject = avow_id_issuer_parse(avow_bytes_text(id), &issuer);
    if (reject != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--issuer %s is not an issuer's id: %s", id,
                             avow_reject_text(reject));
    AVOW_CLEANUP(avow_mirror_close)
    struct avow_mirror *mirror = NULL;
    int status = avow_mirror_open(cli, &mirror);
    return status != AVOW_EXIT_OK ? status : export_log(cli, mirror, &issuer);
}

const struct avow_command avow_cmd_log_export = {
    .name = "log export",
    .operands = "",
    .summary = "write a log as static files that any web server can publish",
    .details =
        "Fetches the log from a node, checks every hash, root, signature and rule of it, and "
        "writes it as C2SP tlog-tiles: checkpoint, tile/\xe2\x80\xa6, tile/entries/\xe2\x80\xa6; "
        "beside these the status map (status/\xe2\x80\xa6, chunks of 1,024 entries, an absent one "
        "is all zeros), the verifier keys (vkey, cosigners) and issuer.json.\n"
        "\n"
        "Run it again to bring a folder up to date: what is right stays as it is, and the "
        "checkpoint is written last. A folder with another log, a larger one, or one that "
        "contradicts the node is refused.",
    .options = options,
    .run = run,
};
