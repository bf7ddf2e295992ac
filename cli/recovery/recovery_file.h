/* home/recovery: a recovery that is signed and not known to be done with, written before anything
 * of it is sent. The same call sends it again, as it is: two recoveries by one root key would be a
 * root fork. */
#ifndef AVOW_CLI_RECOVERY_RECOVERY_FILE_H
#define AVOW_CLI_RECOVERY_RECOVERY_FILE_H

#include "cli/recovery/reissue.h"
#include "cli/recovery/salvage.h"
#include "proto/wire/message.h"

/* An entry that is registered again. */
struct avow_moved {
    uint64_t old, now;
    struct avow_hash commitment; /* of the badge that `path` becomes; zeros without one */
    char *path;                  /* of the badge's file; NULL: the entry has none */
};

/* What a batch reaches. */
struct avow_cut {
    uint64_t size;
    struct avow_hash root;
};

struct avow_recovery_file {
    struct avow_checkpoint checkpoint; /* signed: of the first batch */
    uint64_t from;
    struct avow_list entries; /* of the first batch, in `bytes` */
    struct avow_list rest;    /* of the later ones, published as any records are */
    struct avow_cut *cuts;    /* of each batch, the first too */
    size_t cut_count;
    struct avow_moved *moved; /* by old index */
    size_t moved_count;
    struct avow_buf bytes; /* the file */
};

/* Writes the draft's entries from `from` on, batch by batch, the signed checkpoint of the first,
 * and what moved. An exit status, having told the person. */
int avow_recovery_file_write(const struct avow_salvage *salvage,
                             const struct avow_checkpoint *checkpoint);
/* Reads it. `*found`: there is one. An exit status. Release with _fini in every case. */
int avow_recovery_file_read(const struct avow_cli *cli, struct avow_recovery_file *file,
                            bool *found);
void avow_recovery_file_fini(struct avow_recovery_file *file);
/* Does all that follows: it is sent, what did not fit is published, badge files are rewritten, keys
 * go into place; then removes home/recovery, and tells. Each step may have been done before. An
 * exit status: with any but OK the same call goes on from there. */
int avow_recovery_file_send(const struct avow_cli *cli, struct avow_recovery_file *file);
/* All is done. An exit status. */
int avow_recovery_file_remove(const struct avow_cli *cli);

/* Where the entries of the log are now. */
struct avow_reissue_map avow_recovery_file_map(struct avow_recovery_file *file);

#endif
