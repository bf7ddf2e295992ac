/* Messages: what peers and clients say inside a channel (docs/protocol.md, "Messages").
 *
 * A message is the array [type, request, field, …]; request is 0 for gossip and otherwise pairs an
 * answer with its question. One struct holds every field that any type has; a table (message.c)
 * says which fields a type has, in which order, and how long it may be. Types 128 and up may be
 * skipped; an unknown type below ends the connection. */
#ifndef AVOW_PROTO_WIRE_MESSAGE_H
#define AVOW_PROTO_WIRE_MESSAGE_H

#include "proto/log/checkpoint.h"
#include "proto/log/merkle.h"

#define AVOW_MESSAGE_BYTES_MAX (1024 * 1024)
#define AVOW_MESSAGE_SKIPPABLE_MIN 128
#define AVOW_MESSAGE_DIGESTS_MAX 1024    /* in FORKS */
#define AVOW_MESSAGE_STATUSES_MAX 64     /* in STATUSES */
#define AVOW_MESSAGE_TYPE_MAX UINT32_MAX /* so that the first 6 bytes show any type */

enum avow_message_type {
    AVOW_MESSAGE_HELLO = 1,      /* role, time, store epoch, agent text, own address or "" */
    AVOW_MESSAGE_PING = 2,       /* */
    AVOW_MESSAGE_PONG = 3,       /* */
    AVOW_MESSAGE_CLOSE = 4,      /* code, text: the last message of a connection */
    AVOW_MESSAGE_REFUSED = 5,    /* code, size, text: any request's "no" */
    AVOW_MESSAGE_ANNOUNCE = 8,   /* checkpoint, cosignatures */
    AVOW_MESSAGE_GET_CHAIN = 10, /* issuer, size */
    AVOW_MESSAGE_CHAIN = 11,     /* issuer, size, [proved entry, …] */
    AVOW_MESSAGE_GET_RANGE = 12, /* issuer, from, count, size: proved up to the log's `size` */
    AVOW_MESSAGE_RANGE = 13,     /* issuer, from, size, entries, path */
    AVOW_MESSAGE_GET_CONSISTENCY = 14, /* issuer, from, size */
    AVOW_MESSAGE_CONSISTENCY = 15,     /* issuer, from, size, path */
    AVOW_MESSAGE_LIST = 16,            /* after issuer: zeros to start */
    AVOW_MESSAGE_LOGS = 17,            /* last flag, [[checkpoint, cosignatures], …] */
    AVOW_MESSAGE_VERIFY = 18,          /* issuer, index, at or 0 */
    AVOW_MESSAGE_VERDICT = 19,     /* word, why, state, reason, since, size, checkpoint time, age */
    AVOW_MESSAGE_PROVE = 20,       /* issuer, flags, indices, chunks */
    AVOW_MESSAGE_EVIDENCE = 21,    /* evidence */
    AVOW_MESSAGE_PROVE_UNDER = 22, /* issuer, flags, at, policy, references → EVIDENCE */
    AVOW_MESSAGE_STATUS = 24,      /* */
    AVOW_MESSAGE_STATUS_REPLY = 25, /* JSON text */
    AVOW_MESSAGE_PEERS = 26,        /* */
    AVOW_MESSAGE_PEERS_REPLY = 27,  /* JSON text */
    AVOW_MESSAGE_GET_POLICY = 28,   /* its name */
    AVOW_MESSAGE_POLICY = 29,       /* policy */
    AVOW_MESSAGE_FIND = 30,         /* query (proto/wire/find.h) */
    AVOW_MESSAGE_FOUND = 31,        /* results */
    AVOW_MESSAGE_RECOGNISED = 32,   /* issuer, after: a place, or empty */
    AVOW_MESSAGE_RECOGNITIONS = 33, /* [[body, index], …], the place after them, or empty */
    AVOW_MESSAGE_GET_FORKS = 40,    /* after issuer: zeros to start */
    AVOW_MESSAGE_FORKS = 41,     /* last flag, [[issuer, digest], …]; or gossip: these changed */
    AVOW_MESSAGE_GET_FORK = 42,  /* issuer */
    AVOW_MESSAGE_FORK = 43,      /* issuer, count of other chains, fork or "" */
    AVOW_MESSAGE_GET_OTHER = 44, /* issuer, index below that count */
    AVOW_MESSAGE_OTHER = 45,     /* checkpoint, [proved entry, …] of another root chain */
    AVOW_MESSAGE_GET_STATUSES = 46,   /* issuer, from: a target */
    AVOW_MESSAGE_STATUSES = 47,       /* issuer, from: the next target or 0, [status item, …] */
    AVOW_MESSAGE_SIGNER = 64,         /* issuer, key, signature over the handshake hash */
    AVOW_MESSAGE_DONE = 65,           /* */
    AVOW_MESSAGE_PROPOSE = 66,        /* unsigned checkpoint, from, entries, path */
    AVOW_MESSAGE_HELD = 67,           /* size (how far entries are here), whole flag */
    AVOW_MESSAGE_SIGN = 68,           /* issuer, size, key, signature */
    AVOW_MESSAGE_ACCEPTED = 69,       /* checkpoint, cosignatures */
    AVOW_MESSAGE_GET_HELD = 70,       /* issuer */
    AVOW_MESSAGE_HELD_TEXT = 71,      /* from (base), size (so far), unsigned checkpoint */
    AVOW_MESSAGE_GET_HELD_RANGE = 72, /* issuer, from, count → RANGE with an empty path */
    AVOW_MESSAGE_WITHDRAW = 73,       /* issuer → DONE */
    AVOW_MESSAGE_HEARTBEAT_KEY = 74,  /* issuer, seed b32 → DONE */
    AVOW_MESSAGE_RECOVER = 75,        /* checkpoint, from, entries → ACCEPTED */
};

/* HELLO's role. A peer gossips; a client asks; a watcher asks and is sent announcements. */
enum avow_peer_role { AVOW_PEER_NODE = 0, AVOW_PEER_CLIENT = 1, AVOW_PEER_WATCHER = 2 };

/* REFUSED and CLOSE codes. */
enum avow_refusal {
    AVOW_REFUSAL_UNKNOWN_LOG = 1,
    AVOW_REFUSAL_MOVED_ON = 2, /* the log is at `size` now */
    AVOW_REFUSAL_HELD = 3,     /* another text is held at this base, up to `size` */
    AVOW_REFUSAL_NOT_HOME = 4, /* text: the home node, "avownode1…@host:port" */
    AVOW_REFUSAL_NOT_SIGNER = 5,
    AVOW_REFUSAL_CLOCK = 6,   /* the time is over 60 s from the node's; size: the node's time */
    AVOW_REFUSAL_INVALID = 7, /* text: which rule */
    AVOW_REFUSAL_FULL = 8,    /* disk or quota */
    AVOW_REFUSAL_BUSY = 9,
    AVOW_REFUSAL_NOT_READY = 10, /* no peer has sent its list of logs since the start */
    AVOW_REFUSAL_TOO_LARGE = 11,
    AVOW_REFUSAL_SHUTDOWN = 12,
    AVOW_REFUSAL_PROTOCOL = 13,
};
const char *avow_refusal_text(uint64_t code); /* never NULL */

#define AVOW_PROVE_FOR_SIGNING 1 /* PROVE flag: also the last entry and the last status chunk */

#define AVOW_MESSAGE_POLICY_MAX 32768     /* bytes of an encoded policy */
#define AVOW_MESSAGE_REFERENCES_MAX 72    /* that PROVE_UNDER asks about */
#define AVOW_MESSAGE_RECOGNITIONS_MAX 512 /* in one answer */
#define AVOW_MESSAGE_QUERY_MAX 40960      /* bytes of a query of the catalogue */
#define AVOW_MESSAGE_PLACE_MAX 64         /* bytes that say where a list goes on */

/* A list in a message: a view of its items, encoded one after the other, and how many there are. */
struct avow_list {
    size_t count;
    struct avow_bytes items;
};

struct avow_message {
    enum avow_message_type type;
    uint64_t request;
    struct avow_hash issuer;
    struct avow_key key;
    struct avow_signature signature;
    uint8_t seed[32];
    struct avow_checkpoint checkpoint;
    struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX];
    size_t cosignature_count;
    struct avow_path path;
    uint64_t from, size, count, index, at, time, store_epoch;
    uint64_t role, code, flags, last, whole;
    uint64_t word, why, state, reason, since, age_s;
    struct avow_bytes text, address, evidence, fork; /* views into the message */
    struct avow_bytes policy, query, results, place;
    struct avow_list entries, checkpoints, indices, chunks, chain, digests, statuses;
    struct avow_list references, recognitions;
};

/* The largest message of this type, in bytes; 0 for an unknown type below 128. */
size_t avow_message_bytes_max(uint64_t type);
/* Reads just the type, from the first bytes of a message (at least 6, or the whole of a shorter
 * one): how a channel bounds a message before it buffers it. */
AVOW_NODISCARD enum avow_reject avow_message_peek(struct avow_bytes start, uint64_t *type);

/* A channel's bound (proto/wire/channel.h): MESSAGE for an unknown type, LENGTH over its bound. */
AVOW_NODISCARD enum avow_reject avow_message_bound(struct avow_bytes head, size_t len);

/* Decodes a whole message; sets the fields of its type and no others. Views live as `bytes` does.
 * The codec's rejections; MESSAGE for an unknown type; LENGTH over the type's bound. A type of 128
 * or more is accepted with `type` and `request` alone. */
AVOW_NODISCARD enum avow_reject avow_message_decode(struct avow_bytes bytes,
                                                    struct avow_message *message);
/* Appends the encoding of the fields of message->type. */
void avow_message_encode(struct avow_buf *out, const struct avow_message *message);

/* Walk a list: false at its end. `list` is consumed. Forms were checked by decode. */
bool avow_list_next_entry(struct avow_list *list, struct avow_bytes *entry);
bool avow_list_next_uint(struct avow_list *list, uint64_t *value);
/* [entry b, index u, path b]: a proved entry. */
bool avow_list_next_proved(struct avow_list *list, struct avow_bytes *entry, uint64_t *index,
                           struct avow_path *path);
bool avow_list_next_checkpoint(struct avow_list *list, struct avow_checkpoint *checkpoint,
                               struct avow_cosignature *cosignatures, size_t *count);
/* [issuer b32, index u]: a reference. */
bool avow_list_next_reference(struct avow_list *list, struct avow_hash *issuer, uint64_t *index);
void avow_reference_write(struct avow_buf *out, const struct avow_hash *issuer, uint64_t index);
/* [issuer b32, digest b32]: what a node knows of an issuer's forks, in one number. */
bool avow_list_next_digest(struct avow_list *list, struct avow_hash *issuer,
                           struct avow_hash *digest);
void avow_digest_write(struct avow_buf *out, const struct avow_hash *issuer,
                       const struct avow_hash *digest);
/* [checkpoint, entry b, index u, path b]: an entry proved in a branch's own checkpoint. */
struct avow_proved_status {
    struct avow_checkpoint checkpoint;
    struct avow_bytes entry;
    uint64_t index;
    struct avow_path path;
};
bool avow_list_next_status(struct avow_list *list, struct avow_proved_status *status);
void avow_proved_status_write(struct avow_buf *out, const struct avow_proved_status *status);
/* The form of one item by itself: ACCEPT or the codec's rejections. Views as `bytes`. */
AVOW_NODISCARD enum avow_reject avow_proved_status_read(struct avow_bytes bytes,
                                                        struct avow_proved_status *status);
/* The whole array [item, …] of a list whose items stand in a row: for avow_chain_read(). */
void avow_list_write(struct avow_buf *out, const struct avow_list *list);

/* What a signer signs to prove itself on a connection: "avow signer 1\n", issuer id, handshake
 * hash. */
#define AVOW_SIGNER_MESSAGE_BYTES (14 + 64)
void avow_signer_message(const struct avow_hash *issuer, const struct avow_hash *handshake,
                         uint8_t out[AVOW_SIGNER_MESSAGE_BYTES]);

#endif
