/* What every module shares: borrowed bytes, 32- and 64-byte values, a bounded
 * output buffer, and the two kinds of wrong.
 *
 * enum avow_err says that *our* operation failed. enum avow_reject says what is
 * wrong with *their* bytes. The two never mix: a rejection is an expected
 * answer, counted and never logged as an error. */
#ifndef AVOW_PROTO_BASE_H
#define AVOW_PROTO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define AVOW_NODISCARD __attribute__((warn_unused_result))
#define AVOW_CLEANUP(function) __attribute__((cleanup(function)))
#define AVOW_PRINTF(string, first) __attribute__((format(printf, string, first)))

/* Unsigned integers on the wire and in logs are below 2^53 (docs/protocol.md, "Conventions"). */
#define AVOW_UINT_MAX ((UINT64_C(1) << 53) - 1)

/* Ours: 0 or negative. */
#define AVOW_ERR_LIST(X)                                                                           \
    X(OK, 0, "ok")                                                                                 \
    X(ERR_NOMEM, -1, "out of memory")                                                              \
    X(ERR_TOO_LARGE, -2, "larger than its bound")                                                  \
    X(ERR_IO, -3, "input or output failed")                                                        \
    X(ERR_DISK_FULL, -4, "no space left on the disk")                                              \
    X(ERR_NOT_FOUND, -5, "not found")                                                              \
    X(ERR_EXISTS, -6, "exists already")                                                            \
    X(ERR_CORRUPT, -7, "stored data is damaged")                                                   \
    X(ERR_SCHEMA, -8, "stored data is of another version")                                         \
    X(ERR_BUSY, -9, "in use by another process")                                                   \
    X(ERR_CRYPTO, -10, "the cryptographic library failed its self-test")                           \
    X(ERR_CLOSED, -11, "closed")                                                                   \
    X(ERR_TIMEOUT, -12, "timed out")                                                               \
    X(ERR_INVALID, -13, "invalid argument")                                                        \
    X(ERR_REJECTED, -14, "the other side's data was rejected")                                     \
    X(ERR_REFUSED, -15, "the other side refused")                                                  \
    X(ERR_OLDER, -16, "stored data is of an older version: start its node once, which renews it")  \
    X(ERR_NO_FILE, -17, "not a regular file")                                                      \
    X(ERR_OPEN_TO_ALL, -18, "others may read or change it")

enum avow_err {
#define AVOW_ERR_ENUM(name, value, text) AVOW_##name = (value),
    AVOW_ERR_LIST(AVOW_ERR_ENUM)
#undef AVOW_ERR_ENUM
};

/* Theirs. AVOW_ACCEPT is 0. Order is not wire format; the words are not parsed by anyone. */
#define AVOW_REJECT_LIST(X)                                                                        \
    X(ACCEPT, "accepted")                                                                          \
    /* codec */                                                                                    \
    X(REJECT_TRUNCATED, "ends too early")                                                          \
    X(REJECT_TYPE, "a value of the wrong type")                                                    \
    X(REJECT_LENGTH, "a wrong length or count")                                                    \
    X(REJECT_MINIMAL, "not in its shortest form")                                                  \
    X(REJECT_UTF8, "text that is not well-formed UTF-8")                                           \
    X(REJECT_CONTROL, "text with control characters")                                              \
    X(REJECT_KEY_ORDER, "map keys that are not unique and ordered")                                \
    X(REJECT_DEPTH, "nested too deeply")                                                           \
    X(REJECT_RANGE, "a number out of range")                                                       \
    X(REJECT_TRAILING, "bytes left over")                                                          \
    X(REJECT_VALUE, "an unknown or impossible value")                                              \
    X(REJECT_CHECKSUM, "a wrong checksum or character")                                            \
    /* entries and the rules of a log */                                                           \
    X(REJECT_NEWER, "a kind that needs a newer version")                                           \
    X(REJECT_TIME, "a time that goes backwards or lies outside its bounds")                        \
    X(REJECT_INCEPTION, "not exactly one inception, at index 0")                                   \
    X(REJECT_KEY_POINT, "a public key that is not a valid point")                                  \
    X(REJECT_KEY_REUSED, "a key that this log has used before")                                    \
    X(REJECT_KEY_UNKNOWN, "a key that is not authorised here")                                     \
    X(REJECT_KEY_EXPIRED, "a key past its not_after")                                              \
    X(REJECT_ROOT_SIGNATURE, "a root signature that does not verify")                              \
    X(REJECT_DIGEST, "a new root key that was not committed to")                                   \
    X(REJECT_EPOCHS, "more than 256 root entries")                                                 \
    X(REJECT_TARGET, "a reference forward, or to the wrong kind of entry")                         \
    X(REJECT_TRANSITION, "a status change that is not allowed")                                    \
    X(REJECT_PREVIOUS, "a wrong previous status entry")                                            \
    X(REJECT_CLOSED, "not allowed after closure")                                                  \
    X(REJECT_RULE, "a pathway rule that is not well formed")                                       \
    /* checkpoints, proofs, evidence */                                                            \
    X(REJECT_ORIGIN, "a checkpoint of another origin")                                             \
    X(REJECT_SIZE, "a wrong size")                                                                 \
    X(REJECT_ROOT, "a tree root that does not match")                                              \
    X(REJECT_STATUS_ROOT, "a status root that does not match")                                     \
    X(REJECT_SIGNATURE, "a signature that does not verify")                                        \
    X(REJECT_PROOF, "a proof that does not verify")                                                \
    X(REJECT_CHAIN, "a root chain that is not complete or not valid")                              \
    X(REJECT_FUTURE, "a time in the future")                                                       \
    X(REJECT_FORK, "inconsistent with another checkpoint of its origin")                           \
    X(REJECT_VERSION, "an unknown version")                                                        \
    X(REJECT_DUPLICATE, "given twice")                                                             \
    /* credentials */                                                                              \
    X(REJECT_JSON, "not well-formed JSON")                                                         \
    X(REJECT_DOCUMENT, "not a credential of the expected form")                                    \
    X(REJECT_COMMITMENT, "claims that do not give the commitment")                                 \
    /* wire */                                                                                     \
    X(REJECT_HANDSHAKE, "a handshake that does not authenticate")                                  \
    X(REJECT_FRAME, "a frame that does not authenticate")                                          \
    X(REJECT_MESSAGE, "a message of an unknown type or out of turn")                               \
    X(REJECT_QUOTA, "more than its share")

enum avow_reject {
#define AVOW_REJECT_ENUM(name, text) AVOW_##name,
    AVOW_REJECT_LIST(AVOW_REJECT_ENUM)
#undef AVOW_REJECT_ENUM
        AVOW_REJECT_COUNT
};

/* Static English texts; never NULL, for any value. */
const char *avow_err_text(enum avow_err err);
const char *avow_reject_text(enum avow_reject reject);
/* The enumerator without AVOW_ ("REJECT_ROOT_SIGNATURE"), for logs and metrics. */
const char *avow_reject_name(enum avow_reject reject);

/* A borrow: whoever returns one says until when it lives. `data` may be NULL when `len` is 0. */
struct avow_bytes {
    const uint8_t *data;
    size_t len;
};

struct avow_hash { /* a SHA-256 value; an issuer id is one too */
    uint8_t bytes[32];
};

struct avow_key { /* an Ed25519 public key; a node id is one */
    uint8_t bytes[32];
};

struct avow_signature {
    uint8_t bytes[64];
};

/* Borrows `len` bytes. */
static inline struct avow_bytes avow_bytes(const void *data, size_t len)
{
    return (struct avow_bytes){.data = data, .len = len};
}

/* Borrows a string without its zero at the end. */
static inline struct avow_bytes avow_bytes_text(const char *text)
{
    return avow_bytes(text, strlen(text));
}

/* Not in constant time: for what is no secret. */
static inline bool avow_bytes_equal(struct avow_bytes a, struct avow_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* memcmp order, the shorter first when one is a prefix. */
int avow_bytes_compare(struct avow_bytes a, struct avow_bytes b);

/* Not in constant time: for what is no secret. */
static inline bool avow_hash_equal(const struct avow_hash *a, const struct avow_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* The same for keys. */
static inline bool avow_key_equal(const struct avow_key *a, const struct avow_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Output of a known bound: either the caller's storage or heap that grows up to `max`.
 * The first failure sticks (`err`); later appends do nothing; check once at the end. */
struct avow_buf {
    uint8_t *data;
    size_t len;
    size_t cap;
    size_t max;
    bool heap, secret;
    enum avow_err err; /* AVOW_OK, AVOW_ERR_NOMEM or AVOW_ERR_TOO_LARGE */
};

/* Writes into `storage`, which must outlive the buffer; _fini is then not needed. */
void avow_buf_init_fixed(struct avow_buf *buf, void *storage, size_t cap);
/* Grows on the heap up to `max` bytes; allocates nothing until the first append. */
void avow_buf_init(struct avow_buf *buf, size_t max);
/* The same, for what must not stay behind in memory: all is wiped before it is freed or moved. */
void avow_buf_init_secret(struct avow_buf *buf, size_t max);
void avow_buf_fini(struct avow_buf *buf);
/* Empties, keeps the storage, clears `err`. */
void avow_buf_clear(struct avow_buf *buf);
void avow_buf_append(struct avow_buf *buf, const void *data, size_t len);
/* Appends `len` uninitialised bytes and returns where they start, or NULL after a failure. */
uint8_t *avow_buf_extend(struct avow_buf *buf, size_t len);
void avow_buf_printf(struct avow_buf *buf, const char *format, ...) AVOW_PRINTF(2, 3);
/* Everything written; lives until the next append, clear or fini. */
static inline struct avow_bytes avow_buf_bytes(const struct avow_buf *buf)
{
    return avow_bytes(buf->data, buf->len);
}

/* Assertions stay on in release and are never on a peer's input. */
#define AVOW_ASSERT(condition)                                                                     \
    ((condition) ? (void)0 : avow_assert_failed(#condition, __FILE__, __LINE__))
_Noreturn void avow_assert_failed(const char *condition, const char *file, int line);

/* Big-endian integers, as every key and length of ours is. */
static inline void avow_put_u16be(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}
static inline void avow_put_u32be(uint8_t *out, uint32_t value)
{
    avow_put_u16be(out, (uint16_t)(value >> 16));
    avow_put_u16be(out + 2, (uint16_t)value);
}
static inline void avow_put_u64be(uint8_t *out, uint64_t value)
{
    avow_put_u32be(out, (uint32_t)(value >> 32));
    avow_put_u32be(out + 4, (uint32_t)value);
}
static inline uint16_t avow_get_u16be(const uint8_t *in)
{
    return (uint16_t)(in[0] << 8 | in[1]);
}
static inline uint32_t avow_get_u32be(const uint8_t *in)
{
    return (uint32_t)avow_get_u16be(in) << 16 | avow_get_u16be(in + 2);
}
static inline uint64_t avow_get_u64be(const uint8_t *in)
{
    return (uint64_t)avow_get_u32be(in) << 32 | avow_get_u32be(in + 4);
}

#endif
