/* Messages: what peers and clients say inside a channel (docs/protocol.md, "Messages").
 *
 * A message is the array [type, request, field, …]; request is 0 for gossip and otherwise pairs an
 * answer with its question. One struct holds every field that any type has; the rows of
 * AVOW_MESSAGE_LIST say which fields a type has, in which order, and how long it may be. Types 128
 * and up may be skipped; an unknown type below ends the connection. */
#ifndef AVOW_PROTO_WIRE_MESSAGE_H
#define AVOW_PROTO_WIRE_MESSAGE_H

#include "proto/log/checkpoint.h"
#include "proto/log/merkle.h"
#include "proto/wire/list.h"

#define AVOW_MESSAGE_BYTES_MAX (1024 * 1024)
#define AVOW_MESSAGE_SKIPPABLE_MIN 128
#define AVOW_MESSAGE_DIGESTS_MAX 1024    /* in FORKS */
#define AVOW_MESSAGE_STATUSES_MAX 64     /* in STATUSES */
#define AVOW_MESSAGE_TYPE_MAX UINT32_MAX /* so that the first 6 bytes show any type */

/* Every message: its type's name and number, its bound in bytes, and its fields in their order.
 * message.c has a row for each field, and F_END is none; what a field says in a message is in
 * docs/protocol.md. */
#define AVOW_MESSAGE_LIST(X)                                                                       \
    X(HELLO, 1, 8192, F_ROLE, F_TIME, F_EPOCH, F_TEXT, F_ADDRESS)                                  \
    X(PING, 2, 512, F_END)                                                                         \
    X(PONG, 3, 512, F_END)                                                                         \
    X(CLOSE, 4, 8192, F_CODE, F_TEXT)           /* the last message of a connection */             \
    X(REFUSED, 5, 8192, F_CODE, F_SIZE, F_TEXT) /* any request's "no" */                           \
    X(ANNOUNCE, 8, 8192, F_CHECKPOINT, F_COSIGNATURES)                                             \
    X(GET_CHAIN, 10, 512, F_ISSUER, F_SIZE)                                                        \
    X(CHAIN, 11, AVOW_MESSAGE_BYTES_MAX, F_ISSUER, F_SIZE, F_CHAIN)                                \
    X(GET_RANGE, 12, 512, F_ISSUER, F_FROM, F_COUNT, F_SIZE) /* proved up to the log's `size` */   \
    X(RANGE, 13, AVOW_MESSAGE_BYTES_MAX, F_ISSUER, F_FROM, F_SIZE, F_ENTRIES, F_PATH)              \
    X(GET_CONSISTENCY, 14, 512, F_ISSUER, F_FROM, F_SIZE)                                          \
    X(CONSISTENCY, 15, 8192, F_ISSUER, F_FROM, F_SIZE, F_PATH)                                     \
    X(LIST, 16, 512, F_ISSUER) /* issuer: after this one, zeros to start */                        \
    X(LOGS, 17, AVOW_MESSAGE_BYTES_MAX, F_LAST, F_CHECKPOINTS)                                     \
    X(VERIFY, 18, 512, F_ISSUER, F_INDEX, F_AT) /* at: 0 for now */                                \
    X(VERDICT, 19, 512, F_WORD, F_WHY, F_STATE, F_REASON, F_SINCE, F_SIZE, F_TIME, F_AGE)          \
    X(PROVE, 20, 65536, F_ISSUER, F_FLAGS, F_INDICES, F_CHUNKS)                                    \
    X(EVIDENCE, 21, AVOW_MESSAGE_BYTES_MAX, F_EVIDENCE)                                            \
    X(PROVE_UNDER, 22, 65536, F_ISSUER, F_FLAGS, F_AT, F_POLICY, F_REFERENCES)                     \
    X(STATUS, 24, 512, F_END)                                                                      \
    X(STATUS_REPLY, 25, AVOW_MESSAGE_BYTES_MAX, F_JSON)                                            \
    X(PEERS, 26, 512, F_END)                                                                       \
    X(PEERS_REPLY, 27, AVOW_MESSAGE_BYTES_MAX, F_JSON)                                             \
    X(GET_POLICY, 28, 512, F_TEXT)                                                                 \
    X(POLICY, 29, 65536, F_POLICY)                                                                 \
    X(FIND, 30, 65536, F_QUERY)                                                                    \
    X(FOUND, 31, AVOW_MESSAGE_BYTES_MAX, F_RESULTS)                                                \
    X(RECOGNISED, 32, 512, F_ISSUER, F_PLACE)                                                      \
    X(RECOGNITIONS, 33, 65536, F_RECOGNITIONS, F_PLACE)                                            \
    X(GET_FORKS, 40, 512, F_ISSUER)         /* issuer: after this one, zeros to start */           \
    X(FORKS, 41, 131072, F_LAST, F_DIGESTS) /* in answer, or as gossip: these changed */           \
    X(GET_FORK, 42, 512, F_ISSUER)                                                                 \
    X(FORK, 43, 8192, F_ISSUER, F_COUNT, F_FORK) /* count of other chains; fork or "" */           \
    X(GET_OTHER, 44, 512, F_ISSUER, F_INDEX)     /* index below that count */                      \
    X(OTHER, 45, AVOW_MESSAGE_BYTES_MAX, F_CHECKPOINT, F_CHAIN) /* another root chain */           \
    X(GET_STATUSES, 46, 512, F_ISSUER, F_FROM)                  /* from: a target */               \
    X(STATUSES, 47, 262144, F_ISSUER, F_FROM, F_STATUSES)       /* from: the next target or 0 */   \
    X(SIGNER, 64, 512, F_ISSUER, F_KEY, F_SIGNATURE) /* signature over the handshake hash */       \
    X(DONE, 65, 512, F_END)                                                                        \
    X(PROPOSE, 66, AVOW_MESSAGE_BYTES_MAX, F_CHECKPOINT, F_FROM, F_ENTRIES, F_PATH)                \
    X(HELD, 67, 512, F_SIZE, F_WHOLE) /* size: how far entries are here */                         \
    X(SIGN, 68, 512, F_ISSUER, F_SIZE, F_KEY, F_SIGNATURE)                                         \
    X(ACCEPTED, 69, 8192, F_CHECKPOINT, F_COSIGNATURES)                                            \
    X(GET_HELD, 70, 512, F_ISSUER)                                                                 \
    X(HELD_TEXT, 71, 8192, F_FROM, F_SIZE, F_CHECKPOINT) /* from: its base; size: so far */        \
    X(GET_HELD_RANGE, 72, 512, F_ISSUER, F_FROM, F_COUNT)                                          \
    X(WITHDRAW, 73, 512, F_ISSUER)                                                                 \
    X(HEARTBEAT_KEY, 74, 512, F_ISSUER, F_SEED)                                                    \
    X(RECOVER, 75, AVOW_MESSAGE_BYTES_MAX, F_CHECKPOINT, F_FROM, F_ENTRIES)                        \
    X(OPERATOR, 76, 512, F_PROOF)

enum avow_message_type {
#define AVOW_MESSAGE_ENUM(name, number, ...) AVOW_MESSAGE_##name = (number),
    AVOW_MESSAGE_LIST(AVOW_MESSAGE_ENUM)
#undef AVOW_MESSAGE_ENUM
};

/* HELLO's role. A peer gossips; a client asks; a watcher asks and is sent announcements. */
enum avow_peer_role { AVOW_PEER_NODE = 0, AVOW_PEER_CLIENT = 1, AVOW_PEER_WATCHER = 2 };

/* REFUSED and CLOSE codes, and their texts. */
#define AVOW_REFUSAL_LIST(X)                                                                       \
    X(UNKNOWN_LOG, 1, "this node does not have that log")                                          \
    X(MOVED_ON, 2, "the log has moved on")                      /* `size`: the log's */            \
    X(HELD, 3, "another text is held at this place in the log") /* up to `size` */                 \
    X(NOT_HOME, 4, "this node is not the log's home node") /* text: the home node and its place */ \
    X(NOT_SIGNER, 5, "the connection has not proved a signing key of this log")                    \
    X(CLOCK, 6, "the time is over 60 seconds from the node's clock") /* size: the node's time */   \
    X(INVALID, 7, "the data breaks a rule")                          /* text: which rule */        \
    X(FULL, 8, "the node has no room left")                          /* disk or quota */           \
    X(BUSY, 9, "the node is busy; try again")                                                      \
    X(NOT_READY, 10, "the node has not heard from a peer since it started")                        \
    X(TOO_LARGE, 11, "the answer would be larger than its bound")                                  \
    X(SHUTDOWN, 12, "the node is shutting down")                                                   \
    X(PROTOCOL, 13, "the protocol was broken")                                                     \
    X(NOT_OPERATOR, 14, "the connection has not proved to be of the node's operator")

enum avow_refusal {
#define AVOW_REFUSAL_ENUM(name, number, text) AVOW_REFUSAL_##name = (number),
    AVOW_REFUSAL_LIST(AVOW_REFUSAL_ENUM)
#undef AVOW_REFUSAL_ENUM
};
/* "refused" for a code that is not known. */
const char *avow_refusal_text(uint64_t code);

#define AVOW_PROVE_FOR_SIGNING 1 /* PROVE flag: also the last entry and the last status chunk */

#define AVOW_MESSAGE_POLICY_MAX 32768     /* bytes of an encoded policy */
#define AVOW_MESSAGE_REFERENCES_MAX 72    /* that PROVE_UNDER asks about */
#define AVOW_MESSAGE_RECOGNITIONS_MAX 512 /* in one answer */
#define AVOW_MESSAGE_QUERY_MAX 40960      /* bytes of a query of the catalogue */
#define AVOW_MESSAGE_PLACE_MAX 64         /* bytes that say where a list goes on */

struct avow_message {
    enum avow_message_type type;
    uint64_t request;
    struct avow_hash issuer;
    struct avow_key key;
    struct avow_signature signature;
    uint8_t seed[32];
    struct avow_hash proof;
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

#define AVOW_SIGNER_MESSAGE_BYTES (14 + 64)
/* What a signer signs to prove itself on a connection: "avow signer 1\n", issuer id, handshake
 * hash. */
void avow_message_signer_text(const struct avow_hash *issuer, const struct avow_hash *handshake,
                              uint8_t out[AVOW_SIGNER_MESSAGE_BYTES]);

#define AVOW_OPERATOR_TOKEN_BYTES 32
/* What proves on a connection that one holds the token of the node at its other end, without
 * telling it to whoever that is: HMAC-SHA-256 by the token over "avow operator 1\n", handshake
 * hash. */
struct avow_hash avow_message_operator_proof(const uint8_t token[AVOW_OPERATOR_TOKEN_BYTES],
                                             const struct avow_hash *handshake);

#endif
