/* Checkpoints and cosignatures: on the wire, and as C2SP notes that stock tooling reads
 * (docs/protocol.md, "Checkpoint" and "Freshness"; tlog-checkpoint v1.0.0, tlog-cosignature
 * v1.0.1).
 *
 * Here signatures are verified against the key that is given; whether that key was authorised is
 * judged against the log's root chain (proto/log/evidence.h). */
#ifndef AVOW_PROTO_LOG_CHECKPOINT_H
#define AVOW_PROTO_LOG_CHECKPOINT_H

#include "proto/codec/reader.h"
#include "proto/crypto/ed25519.h"

#define AVOW_EPOCH_MAX 256
/* What the time of a checkpoint or a line may be ahead of the clock of who reads it
 * (docs/protocol.md, "Checkpoint"). */
#define AVOW_CLOCK_AHEAD_MAX_S 300
#define AVOW_COSIGNATURES_MAX 15            /* one heartbeat and 14 witnesses */
#define AVOW_ORIGIN_TEXT_MAX 128            /* with its NUL */
#define AVOW_CHECKPOINT_BODY_MAX 256        /* the note's text */
#define AVOW_CHECKPOINT_NOTE_MAX (8 * 1024) /* with 15 cosignatures */

struct avow_checkpoint {
    struct avow_hash issuer;
    uint32_t epoch;
    struct avow_hash opening; /* leaf hash of the root entry that opened the epoch */
    uint64_t size;            /* at least 1 */
    struct avow_hash root;
    uint64_t time; /* Unix seconds */
    struct avow_hash status_root;
    struct avow_key key;             /* a sign key; zeros while it is unsigned */
    struct avow_signature signature; /* zeros while it is unsigned */
};

struct avow_cosignature {
    struct avow_key key; /* a witness's node id, or the issuer's heartbeat key */
    uint64_t time;       /* Unix seconds */
    struct avow_signature signature;
};

/* On the wire: [issuer, epoch, opening, size, root, time, status root, key, signature] and
 * [key, time, signature]. Readers reject through `reader`; RANGE for a size of 0. */
void avow_checkpoint_write(struct avow_buf *out, const struct avow_checkpoint *checkpoint);
void avow_checkpoint_read(struct avow_reader *reader, struct avow_checkpoint *checkpoint);
void avow_cosignature_write(struct avow_buf *out, const struct avow_cosignature *line);
/* A list of at most AVOW_COSIGNATURES_MAX. Reading sets `*count` to 0 after a rejection;
 * DUPLICATE when two are by one key. */
void avow_cosignatures_write(struct avow_buf *out, const struct avow_cosignature *lines,
                             size_t count);
void avow_cosignatures_read(struct avow_reader *reader,
                            struct avow_cosignature lines[AVOW_COSIGNATURES_MAX], size_t *count);

/* The first line, "avow/<issuer id>/<epoch>/<16 bytes of opening, hex>", with a NUL. */
void avow_checkpoint_origin(const struct avow_checkpoint *checkpoint,
                            char out[AVOW_ORIGIN_TEXT_MAX]);
/* True if the two have the same origin: issuer, epoch and the 16 bytes that the note shows. */
bool avow_checkpoint_same_origin(const struct avow_checkpoint *a, const struct avow_checkpoint *b);
/* True if the two say the same: everything but key and signature is equal ("one text"). */
bool avow_checkpoint_same_text(const struct avow_checkpoint *a, const struct avow_checkpoint *b);

/* Appends the note's text, which is what the signature covers; AVOW_CHECKPOINT_BODY_MAX bounds it.
 * Key and signature do not enter it. */
void avow_checkpoint_body(struct avow_buf *out, const struct avow_checkpoint *checkpoint);

/* Signs with `secret`, whose public key becomes checkpoint->key. */
void avow_checkpoint_sign(struct avow_checkpoint *checkpoint, const struct avow_secret_key *secret);
/* True if the signature is by checkpoint->key over the note's text. */
AVOW_NODISCARD bool avow_checkpoint_verify(const struct avow_checkpoint *checkpoint);

/* Cosigns `checkpoint` as of `time`; the public key of `secret` becomes line->key. */
void avow_cosignature_sign(struct avow_cosignature *line, const struct avow_checkpoint *checkpoint,
                           uint64_t time, const struct avow_secret_key *secret);
/* True if the signature is by line->key over the checkpoint's text at line->time. */
AVOW_NODISCARD bool avow_cosignature_verify(const struct avow_cosignature *line,
                                            const struct avow_checkpoint *checkpoint);

/* Appends the whole note, the checkpoint's signature line first. A cosignature's key name is the
 * node id of its key, or "avow/<issuer id>/heartbeat" for the key `heartbeat` (NULL: none is). */
void avow_checkpoint_note_write(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                                const struct avow_cosignature *lines, size_t count,
                                const struct avow_key *heartbeat);
/* Reads and verifies a note of ours. A note names the log's keys by four bytes only: `keys` are the
 * candidates, sign and heartbeat keys alike. Lines by other names or keys are ignored, witnesses
 * are known by their names. The note shows 16 bytes of `opening`; the others are zeros, to be
 * completed from the root chain. Rejections of avow_note_parse(); ORIGIN or VALUE for text that is
 * not a checkpoint of ours in its one form; KEY_UNKNOWN when no key of `keys` signed it; SIGNATURE
 * when a line of a known key does not verify; LENGTH for more than AVOW_COSIGNATURES_MAX. */
AVOW_NODISCARD enum avow_reject
avow_checkpoint_note_read(struct avow_bytes note, const struct avow_key *keys, size_t key_count,
                          struct avow_checkpoint *checkpoint,
                          struct avow_cosignature lines[AVOW_COSIGNATURES_MAX], size_t *count);

/* The names of keys in signature lines, and so in verifier keys; appended without a NUL. */
void avow_cosignature_heartbeat_name(struct avow_buf *out, const struct avow_hash *issuer);

#endif
