/* A copied log written as static files (C2SP tlog-tiles), so that any web server can publish it and
 * any tool for such logs can check it:
 *
 *   checkpoint            the signed note, with its cosignatures; written last
 *   vkey                  the verifier key of the checkpoint's signature
 *   cosigners             the verifier keys of its cosignatures, one a line
 *   issuer.json           the issuer's names, keys and root entries
 *   tile/<L>/…            hashes
 *   tile/entries/…        entry bundles
 *   status/…              chunks of the status map, 256 bytes each; one that is absent is zeros
 *
 * May be run again over the same folder: what is right already stays, and a folder that holds
 * another log, a larger one or an inconsistent one is refused. */
#ifndef AVOW_CLI_LOG_EXPORT_H
#define AVOW_CLI_LOG_EXPORT_H

#include "cli/frame/command.h"
#include "proto/log/tlog_tiles.h"
#include "store/store.h"

#define AVOW_EXPORT_FILE_MAX ((size_t)(AVOW_TILE_WIDTH * (AVOW_ENTRY_BYTES_MAX + 2))) /* bytes */

struct avow_export {
    const struct avow_cli *cli;
    struct avow_snapshot *snapshot;
    const struct avow_log *log; /* of `snapshot` */
    const char *folder;
    uint64_t written, kept; /* files, for the person */
};

/* Writes everything. An exit status, having told the person. */
int avow_export_run(struct avow_export *export);

/* Steps of it, each an exit status likewise. */
int avow_export_put(struct avow_export *export, const char *path, struct avow_bytes bytes);
int avow_export_check_folder(struct avow_export *export); /* is what is there an earlier export? */
int avow_export_about(struct avow_export *export);        /* vkey, cosigners, issuer.json */

#endif
