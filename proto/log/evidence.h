/* Evidence: log proofs made and checked (docs/protocol.md, "Evidence").
 *
 *   evidence  = [1, [log proof, …]]           one for each issuer, ordered by issuer id
 *   log proof = [checkpoint, [cosignature, …], root chain [proved entry, …], [proved entry, …],
 *                [[chunk number, status chunk b256, path], …], first witness or nil, [fork, …]]
 *   proved entry  = [entry bin, index, path bin]            indices strictly increasing
 *   first witness = [checkpoint, [cosignature, …], index, path bin]
 *   fork = [0, first checkpoint, second checkpoint, path bin]     proves that the origin forked
 *        | [1, checkpoint of another branch, [proved entry, …]]   what it says of older records
 *        | [2, checkpoint of another chain, root chain [proved entry, …]]   makes a root fork
 *
 * A path is one bin of its hashes, one after the other. Everything in evidence is checked: a bit
 * flipped anywhere is a rejection. What is *not* in it proves nothing. */
#ifndef AVOW_PROTO_LOG_EVIDENCE_H
#define AVOW_PROTO_LOG_EVIDENCE_H

#include "proto/log/chain.h"
#include "proto/log/checkpoint.h"
#include "proto/log/fork.h"
#include "proto/log/status_map.h"

#define AVOW_EVIDENCE_VERSION 1
#define AVOW_EVIDENCE_BYTES_MAX (1024 * 1024)
#define AVOW_EVIDENCE_LOGS_MAX 64
#define AVOW_EVIDENCE_ENTRIES_MAX 4096 /* in one log proof */
#define AVOW_EVIDENCE_CHUNKS_MAX 2048
#define AVOW_EVIDENCE_FORKS_MAX 8

/* The forms of what is known of forks. */
enum avow_evidence_form {
    AVOW_EVIDENCE_FORK = 0,
    AVOW_EVIDENCE_FOREIGN = 1,
    AVOW_EVIDENCE_OTHER_CHAIN = 2,
};

struct avow_proved_entry {
    uint64_t index;
    struct avow_bytes bytes; /* the entry */
    struct avow_bytes path;  /* hashes, 32 bytes each */
};

struct avow_proved_chunk {
    uint64_t number;
    const uint8_t *bytes; /* AVOW_STATUS_CHUNK_BYTES */
    struct avow_bytes path;
};

/* The gravest status entry (avow_state_is_graver) that other branches are shown to have for a
 * record below the entry that opened the origin. */
struct avow_foreign_status {
    uint64_t target;
    struct avow_bytes entry;
};

/* One checked log proof, with those of its cosignatures that count. Views point into the evidence's
 * bytes. */
struct avow_log_proof {
    struct avow_checkpoint checkpoint;
    struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX];
    size_t cosignature_count;
    struct avow_chain chain;
    size_t entry_count;
    struct avow_proved_entry *entries; /* by index; the root chain's are not repeated here */
    size_t chunk_count;
    struct avow_proved_chunk *chunks; /* by number */
    bool has_first_witness;
    struct avow_checkpoint first_checkpoint;
    struct avow_cosignature first_cosignatures[AVOW_COSIGNATURES_MAX];
    size_t first_cosignature_count;
    uint64_t first_index;   /* the entry that the first witness's checkpoint is shown to cover */
    bool forked;            /* the checkpoint's origin is, */
    uint64_t fork_time;     /* and this is the newest time of a checkpoint that is shown of it */
    uint64_t disputed_from; /* behind a root fork; AVOW_NEVER: none is shown */
    size_t foreign_count;
    struct avow_foreign_status *foreign; /* by target */
    bool whole; /* every entry of the log is shown, none of a kind that is newer */
};

struct avow_evidence {
    size_t count;
    struct avow_log_proof *logs; /* by issuer id */
};

/* Decodes and checks all of `bytes`, which must outlive the evidence: root chains complete to the
 * checkpoint's epoch and their signatures, the checkpoint's signature by a sign key in force at its
 * size and time, each cosignature's signature, each path, each entry's form (a kind that needs a
 * newer version passes), that entries contradict neither the checkpoint's time, nor the root chain,
 * nor the status map, and that forks are what they are said to be. `*reject` says what is wrong
 * with it when AVOW_OK is returned; AVOW_ERR_NOMEM otherwise. On anything but acceptance `evidence`
 * is empty. */
AVOW_NODISCARD enum avow_err avow_evidence_check(struct avow_bytes bytes,
                                                 struct avow_evidence *evidence,
                                                 enum avow_reject *reject);
void avow_evidence_fini(struct avow_evidence *evidence);

/* The proof of one issuer's log, or NULL. */
const struct avow_log_proof *avow_evidence_log(const struct avow_evidence *evidence,
                                               const struct avow_hash *issuer);
/* Whether every entry below the checkpoint's size is shown, and none needs a newer version. What
 * avow_evidence_check() keeps as `whole`. */
bool avow_log_proof_is_whole(const struct avow_log_proof *proof);
/* The position of the first proved entry at `index` or above; entry_count if there is none. */
size_t avow_log_proof_position(const struct avow_log_proof *proof, uint64_t index);
/* The entry at `index`, from the root chain or the proved entries; false if it is not in the proof.
 */
bool avow_log_proof_entry(const struct avow_log_proof *proof, uint64_t index,
                          struct avow_bytes *entry);
/* What other branches are shown to say of `target`; false if nothing. */
bool avow_log_proof_foreign(const struct avow_log_proof *proof, uint64_t target,
                            struct avow_bytes *entry);
/* The status of `index`; false if its chunk is not in the proof. */
bool avow_log_proof_status(const struct avow_log_proof *proof, uint64_t index,
                           enum avow_status *status);

/* A checkpoint judged by a chain: its origin is the chain's last epoch, its key a sign key in force
 * at its size, its time within that key's life and not before the chain's last entry, its signature
 * good. ORIGIN, SIZE, TIME, KEY_UNKNOWN, KEY_EXPIRED, SIGNATURE. */
AVOW_NODISCARD enum avow_reject
avow_evidence_judge_checkpoint(const struct avow_checkpoint *checkpoint,
                               const struct avow_chain *chain);
/* The same but for the signature, for those who verify it elsewhere. */
AVOW_NODISCARD enum avow_reject avow_evidence_judge_key(const struct avow_checkpoint *checkpoint,
                                                        const struct avow_chain *chain);
/* Whether a cosignature counts, its signature aside: as a heartbeat, by a heartbeat key of the
 * chain that is in force at the checkpoint's size, with checkpoint time <= time <= not_after; or as
 * a witness's, by a key that the log itself never had, with checkpoint time <= time. A line that
 * does not is nobody's fault: a log can name anybody's key as its own, after the line was signed
 * too. */
bool avow_evidence_line_counts(const struct avow_cosignature *line,
                               const struct avow_checkpoint *checkpoint,
                               const struct avow_chain *chain);
/* Judges a line's signature, whether it counts or not. KEY_POINT, SIGNATURE, ACCEPT. */
AVOW_NODISCARD enum avow_reject avow_evidence_judge_line(const struct avow_cosignature *line,
                                                         const struct avow_checkpoint *checkpoint,
                                                         const struct avow_chain *chain);
/* Leaves those of `lines` that count, in their order. Returns how many they are. */
size_t avow_evidence_keep_lines(struct avow_cosignature *lines, size_t count,
                                const struct avow_checkpoint *checkpoint,
                                const struct avow_chain *chain);

/* A chain as it travels, [proved entry, …], checked against the (unverified) checkpoint that it is
 * to judge: every path leads to the checkpoint's root, every rule and root signature holds, and it
 * is complete to the checkpoint's epoch and opening entry (else REJECT_CHAIN). `checker` as in
 * avow_chain_apply(). */
AVOW_NODISCARD enum avow_err avow_evidence_chain_of_list(struct avow_bytes list,
                                                         const struct avow_checkpoint *checkpoint,
                                                         const struct avow_root_checker *checker,
                                                         struct avow_chain *chain,
                                                         enum avow_reject *reject);

/* Making. Call in the order of the format; counts must be kept. */
void avow_evidence_begin(struct avow_buf *out, size_t logs);
void avow_log_proof_begin(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                          const struct avow_cosignature *cosignatures, size_t count);
void avow_evidence_begin_proved(struct avow_buf *out, size_t count); /* chain, entries, chunks */
void avow_proved_entry_write(struct avow_buf *out, struct avow_bytes entry, uint64_t index,
                             const struct avow_path *path);
void avow_proved_chunk_write(struct avow_buf *out, uint64_t number,
                             const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES],
                             const struct avow_path *path);
void avow_evidence_write_witness(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                                 const struct avow_cosignature *cosignatures, size_t count,
                                 uint64_t index, const struct avow_path *path);
void avow_evidence_write_no_witness(struct avow_buf *out);
/* Then the list of forks, `count` at most AVOW_EVIDENCE_FORKS_MAX and often 0; a proof of the fork
 * stands before what other branches say. After _foreign_begin and _other_chain_begin come `count`
 * proved entries. */
void avow_evidence_begin_forks(struct avow_buf *out, size_t count);
void avow_evidence_write_fork(struct avow_buf *out, const struct avow_fork *fork);
void avow_evidence_begin_foreign(struct avow_buf *out, const struct avow_checkpoint *other,
                                 size_t count);
void avow_evidence_begin_other(struct avow_buf *out, const struct avow_checkpoint *other,
                               size_t count);

#endif
