/* A log's rows as bytes: what is accepted (its head), what is pending, kept checkpoints. They are
 * read on every query, so fixed fields and no allocation; root chains change rarely and lie apart.
 */
#ifndef AVOW_STORE_ROWS_LOG_ROWS_H
#define AVOW_STORE_ROWS_LOG_ROWS_H

#include "store/rows/lmdb.h"
#include "store/rows/log.h"

/* The parts of AVOW_TABLE_CHAINS. */
enum avow_chain_part { AVOW_CHAIN_ACCEPTED, AVOW_CHAIN_PENDING };

#define AVOW_ROW_SEAL_BYTES 8
/* Small rows end with the first eight bytes of their SHA-256: LMDB notices no flipped bit, and what
 * the trees' roots do not cover must not be believed when it is damaged. _seal appends them to a
 * buffer that holds one row; _open checks them and takes them off: OK or CORRUPT. */
void avow_row_seal(struct avow_buf *row);
AVOW_NODISCARD enum avow_err avow_row_open(struct avow_bytes *row);
/* The same over the row's key too, where the row does not say itself what it is of. */
void avow_row_seal_with(struct avow_buf *row, struct avow_bytes key);
AVOW_NODISCARD enum avow_err avow_row_open_with(struct avow_bytes *row, struct avow_bytes key);
static inline struct avow_bytes avow_row_key_view(const struct avow_dbkey *key)
{
    return avow_bytes(key->bytes, key->len);
}

/* What a head says beside struct avow_log. */
struct avow_head_info {
    uint32_t number;
    uint64_t version;   /* another one for every change of any log in this store */
    uint32_t chain_len; /* root entries in the chain row; 0: nothing is accepted yet */
    uint64_t bytes;     /* what the accepted entries are charged (store/rows/charge.h) */
    uint64_t reserved;  /* what of it was taken from the reserve (store/write/room_inner.h) */
};

/* The number and version alone, unchecked: for comparing with a row that was read. OK or CORRUPT.
 */
AVOW_NODISCARD enum avow_err avow_row_head_peek(struct avow_bytes row, struct avow_head_info *info);
void avow_row_head_write(struct avow_buf *out, const struct avow_head_info *info,
                         const struct avow_log *log);
/* Fills in everything but log->state.chain; `log` is overwritten. OK or CORRUPT. */
AVOW_NODISCARD enum avow_err avow_row_head_read(struct avow_bytes row, struct avow_head_info *info,
                                                struct avow_log *log);

/* Whose a log number is, whether the log is accepted, a candidate or retired. _read: NOT_FOUND,
 * CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_row_number_write(const struct avow_db *db, uint32_t log,
                                                   const struct avow_hash *issuer);
AVOW_NODISCARD enum avow_err avow_row_number_read(const struct avow_db *db, uint32_t log,
                                                  struct avow_hash *issuer);

/* What is pending, for the writer: `state` but for its chain, which is the accepted one unless the
 * pending entries have root entries. */
struct avow_pending_info {
    struct avow_pending pending;
    uint64_t bytes; /* what the pending entries are charged */
    bool own_chain;
};
void avow_row_pending_write(struct avow_buf *out, const struct avow_pending_info *info,
                            const struct avow_state *state);
/* `state` may be NULL. OK or CORRUPT. */
AVOW_NODISCARD enum avow_err avow_row_pending_read(struct avow_bytes row,
                                                   struct avow_pending_info *info,
                                                   struct avow_state *state);

/* A checkpoint with cosignatures. OK or CORRUPT. */
void avow_row_kept_write(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                         const struct avow_cosignature *cosignatures, size_t count);
AVOW_NODISCARD enum avow_err
avow_row_kept_read(struct avow_bytes row, struct avow_checkpoint *checkpoint,
                   struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX], size_t *count);

/* Reads a log's chain row into an initialised chain. OK, CORRUPT, IO, NOMEM. */
AVOW_NODISCARD enum avow_err avow_row_chain_read(const struct avow_db *db, uint32_t log,
                                                 enum avow_chain_part part,
                                                 struct avow_chain *chain);
AVOW_NODISCARD enum avow_err avow_row_chain_write(const struct avow_db *db, uint32_t log,
                                                  enum avow_chain_part part,
                                                  const struct avow_chain *chain);

#define AVOW_META_ROWS 3 /* of AVOW_TABLE_META: "schema", "words", "counters" */

/* What the whole store adds up to. */
struct avow_counters {
    uint32_t next_log;
    uint64_t version;
    /* Stored, pending ones included; bytes: what they are charged. */
    uint64_t logs, entries, bytes;
};
AVOW_NODISCARD enum avow_err avow_counters_read(const struct avow_db *db,
                                                struct avow_counters *counters);
AVOW_NODISCARD enum avow_err avow_counters_write(const struct avow_db *db,
                                                 const struct avow_counters *counters);

#endif
