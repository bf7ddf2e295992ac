/* What a recovery abandons, and what of it is registered again (docs/protocol.md, "Root entries and
 * epochs"): the log's entries below some index go into a draft, those beyond it are kept apart, and
 * after the root rotation the honest ones are appended again at new indices, revocations first. */
#ifndef AVOW_CLI_RECOVERY_SALVAGE_H
#define AVOW_CLI_RECOVERY_SALVAGE_H

#include "cli/recovery/reissue.h"
#include "proto/log/draft.h"
#include "proto/wire/message.h"

struct avow_client;

/* What one RECOVER takes of entries, with room for all else; and what later batches take, so that
 * the proof of what they refer to fits one answer. */
#define AVOW_SALVAGE_FIRST_BYTES ((size_t)AVOW_MESSAGE_BYTES_MAX - 8192)
#define AVOW_SALVAGE_BATCH_ENTRIES 50000
#define AVOW_SALVAGE_BATCH_REFERENCES 256

/* What becomes of one abandoned entry. */
enum avow_fate {
    AVOW_FATE_AGAIN,   /* the entry is appended again, at `now` */
    AVOW_FATE_BEYOND,  /* not known to be honest: beyond --honest-until */
    AVOW_FATE_DROPPED, /* named by --drop */
    AVOW_FATE_ROOT,    /* a root entry: the rotation takes its place */
    AVOW_FATE_POINTS,  /* the entry refers to one that is left out */
    AVOW_FATE_RULE,    /* the log's rules refuse it there; avow_salvage_row.reject */
    AVOW_FATE_DONE,    /* a status that its target has already */
};

struct avow_salvage_row {
    uint64_t old, now; /* indices */
    uint64_t kind;
    enum avow_fate fate;
    enum avow_reject reject;
    const struct avow_reissue_file *file; /* of an issue entry, if there is one */
};

struct avow_salvage {
    const struct avow_cli *cli;
    struct avow_hash issuer;
    uint64_t from, size;       /* abandoned: [from, size) */
    uint64_t honest;           /* entries below are honest, those of --drop aside */
    struct avow_draft *draft;  /* the entries below `from`, then the new ones */
    struct avow_buf old_bytes; /* the abandoned entries, one after the other */
    struct avow_buf old_ends;  /* size_t: where each ends in old_bytes */
    struct avow_buf rows;      /* struct avow_salvage_row, one for each */
    struct avow_buf cuts;      /* struct avow_checkpoint: what each batch reaches, unsigned; the
                                * first batch begins at `from` */
};

/* Reads the whole log up to `checkpoint`, which has been checked. An exit status, having told the
 * person. Release with _fini in every case; all zeros is empty too. */
int avow_salvage_read(const struct avow_cli *cli, struct avow_client *client,
                      const struct avow_checkpoint *checkpoint, uint64_t from,
                      struct avow_salvage *salvage);
void avow_salvage_fini(struct avow_salvage *salvage);

/* Appends to the draft, at time `t`, what is honest and can stand there, and cuts it into batches.
 * Credentials with a file get the commitment that the file will have when `key` signs it. An exit
 * status. */
int avow_salvage_again(struct avow_salvage *salvage, const struct avow_reissue_files *files,
                       const struct avow_key *key, uint64_t t);

/* The rows, in order of their old index; they live as `salvage` does. */
struct avow_salvage_row *avow_salvage_rows(const struct avow_salvage *salvage, size_t *count);
/* Why an entry is not appended again, in words; "" for one that is. */
const char *avow_fate_text(const struct avow_salvage_row *row);

#endif
