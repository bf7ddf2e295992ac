/* How the accepted log stands to what is known of other histories. */
#ifndef AVOW_STORE_WRITE_RELATE_INNER_H
#define AVOW_STORE_WRITE_RELATE_INNER_H

#include "store/rows/forks.h"
#include "store/write/writer.h"

/* After the accepted log's root chain has changed: whether its origin is forked and its chain
 * disputed follows from the rows anew. `before`: the checkpoint that was accepted until now under
 * `number`, or NULL. Errors: NOMEM, CORRUPT, IO, those of a put. */
AVOW_NODISCARD enum avow_err avow_relate(struct avow_txn *txn, struct avow_wlog *wlog,
                                         const struct avow_checkpoint *before, uint32_t number);

/* The half of avow_relate() that is about forks. */
AVOW_NODISCARD enum avow_err avow_relate_forks(struct avow_txn *txn, struct avow_wlog *wlog,
                                               const struct avow_checkpoint *before,
                                               uint32_t number);

/* The log of an issuer. NOT_FOUND when none is accepted; else errors spoil the transaction. */
AVOW_NODISCARD enum avow_err
avow_wlog_accepted(struct avow_txn *txn, const struct avow_hash *issuer, struct avow_wlog **wlog);

/* A fork's row as it is changed: its views are copied out. */
struct avow_fork_draft {
    struct avow_known_fork known;
    size_t old_len; /* of the stored row; 0: there is none */
    uint8_t fork[AVOW_FORK_BYTES_MAX];
};
/* OK, NOT_FOUND, CORRUPT, IO. */
AVOW_NODISCARD enum avow_err avow_fork_draft_load(const struct avow_db *db,
                                                  const struct avow_dbkey *key,
                                                  struct avow_fork_draft *draft);
/* Errors and rejections: those of avow_charged_put(). */
AVOW_NODISCARD enum avow_err avow_fork_draft_store(struct avow_txn *txn,
                                                   const struct avow_dbkey *key,
                                                   const struct avow_fork_draft *draft,
                                                   enum avow_reject *reject);

/* Puts a row that is charged to the store's bound in place of one of `old_len` bytes (0: none), and
 * its seal. REJECT_QUOTA leaves everything as it is. */
AVOW_NODISCARD enum avow_err avow_charged_put(struct avow_txn *txn, enum avow_table table,
                                              const struct avow_dbkey *key, struct avow_buf *row,
                                              size_t old_len, enum avow_reject *reject);
/* Deletes one of `old_len` bytes. */
AVOW_NODISCARD enum avow_err avow_charged_delete(struct avow_txn *txn, enum avow_table table,
                                                 const struct avow_dbkey *key, size_t old_len);

#endif
