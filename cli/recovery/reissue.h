/* Badge files of records that are registered again elsewhere in their log: found in folders, and
 * rewritten with the new references and by the new key. The seed stays. So does the commitment,
 * unless the document itself has to name another key (issuer.id, a did:key) or another achievement.
 */
#ifndef AVOW_CLI_RECOVERY_REISSUE_H
#define AVOW_CLI_RECOVERY_REISSUE_H

#include "cli/frame/command.h"
#include "proto/crypto/ed25519.h"

struct avow_reissue_file {
    char *path;
    uint64_t index;              /* of its record, as the file says */
    struct avow_hash commitment; /* of the document as it is */
};

struct avow_reissue_files {
    struct avow_buf rows; /* struct avow_reissue_file, by index */
};

/* The badges of `issuer` from index `from` on, in the folders that --files names (not in those
 * below). What is no badge is passed over. An exit status, having told the person. Release with
 * _fini in every case; all zeros is none. */
int avow_reissue_find(const struct avow_cli *cli, const struct avow_hash *issuer, uint64_t from,
                      struct avow_reissue_files *files);
void avow_reissue_fini(struct avow_reissue_files *files);
/* The file of the record at `index` with this commitment, or NULL. */
const struct avow_reissue_file *avow_reissue_of(const struct avow_reissue_files *files,
                                                uint64_t index, const struct avow_hash *commitment);

/* Where the entries of the log are now: false for one that is nowhere any more. */
struct avow_reissue_map {
    void *context;
    bool (*now)(void *context, uint64_t index, uint64_t *now);
};

/* What a file is to become. */
struct avow_reissue {
    struct avow_hash issuer;
    struct avow_key key; /* that signs from now on */
    struct avow_reissue_map map;
};

/* The commitment of the document that a file becomes. An exit status, having told the person. */
int avow_reissue_commitment(const struct avow_cli *cli, const struct avow_reissue *reissue,
                            const char *path, struct avow_hash *commitment);
/* Rewrites the file for the record at `index`, whose commitment is `commitment`, signed by `secret`
 * at `time`; a file that is about that record already stays as it is. An exit status, having told
 * the person. */
int avow_reissue_write(const struct avow_cli *cli, const struct avow_reissue *reissue,
                       const char *path, uint64_t index, const struct avow_hash *commitment,
                       const struct avow_secret_key *secret, uint64_t time);

#endif
