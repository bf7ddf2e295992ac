/* Signed notes, C2SP signed-note v1.0.0: text, a blank line, signature lines. And the two kinds of
 * signature that we know: Ed25519 (type 0x01) and the timestamped cosignature/v1 of
 * tlog-cosignature v1.0.1 (type 0x04). Nothing here allocates.
 *
 * A note's text means nothing until a signature by a key that one trusts has been verified. */
#ifndef AVOW_PROTO_LOG_NOTE_H
#define AVOW_PROTO_LOG_NOTE_H

#include "proto/base.h"

#define AVOW_NOTE_BYTES_MAX (128 * 1024) /* 16 signatures of the longest kind fit */
#define AVOW_NOTE_TEXT_MAX (8 * 1024)
#define AVOW_NOTE_LINES_MAX 32
#define AVOW_NOTE_NAME_MAX 256
#define AVOW_NOTE_PAYLOAD_MAX 72 /* the longest that we can verify: a time and a signature */

enum avow_note_type {
    AVOW_NOTE_ED25519 = 0x01,
    AVOW_NOTE_COSIGNATURE = 0x04,
};

/* Who signs: name, type and key give the key id. `name` is borrowed. */
struct avow_note_key {
    struct avow_bytes name;
    enum avow_note_type type;
    struct avow_key key;
};

struct avow_note_line {
    struct avow_bytes name; /* a view into the note */
    uint32_t key_id;
    size_t len; /* of the payload; 0 when it is longer than we can verify */
    uint8_t payload[AVOW_NOTE_PAYLOAD_MAX];
};

struct avow_note {
    struct avow_bytes text; /* a view into the note, its last newline included */
    size_t count;           /* at least 1 */
    struct avow_note_line lines[AVOW_NOTE_LINES_MAX];
};

/* True if `name` may name a key: not empty, no Unicode space, no plus, no control character. */
bool avow_note_name_is_valid(struct avow_bytes name);
/* The first four bytes of SHA-256(name || "\n" || type || public key). */
uint32_t avow_note_key_id(const struct avow_note_key *key);

/* Takes a note apart; `bytes` must outlive it. No signature is verified. LENGTH when anything is
 * over its bound, UTF8, CONTROL, TRUNCATED without a signature line or the last newline, VALUE for
 * a malformed line, avow_base64_decode()'s for its base64. */
AVOW_NODISCARD enum avow_reject avow_note_parse(struct avow_bytes bytes, struct avow_note *note);

struct avow_note_signature {
    uint64_t time; /* Unix seconds, at most INT64_MAX; 0 for a type that has none */
    struct avow_signature signature;
};

/* Verifies the line of `note` by `key`: KEY_UNKNOWN when there is none, DUPLICATE when there are
 * several, SIGNATURE when it does not verify. `*signature` is set on acceptance; may be NULL. The
 * key is not checked: its owner or avow_vkey_parse() did. */
AVOW_NODISCARD enum avow_reject avow_note_verify(const struct avow_note *note,
                                                 const struct avow_note_key *key,
                                                 struct avow_note_signature *signature);

/* Appends what a cosignature signs: "cosignature/v1\ntime <time>\n" and the note's text. */
void avow_note_cosigned(struct avow_buf *out, uint64_t time, struct avow_bytes text);

/* Appends the signature line of `key`; the time is part of a cosignature's only. */
void avow_note_line_write(struct avow_buf *out, const struct avow_note_key *key,
                          const struct avow_note_signature *signature);

/* Verifier keys: "<name>+<hex key id>+<base64 of type || public key>". The parsed name is a view of
 * `text`. VALUE, LENGTH, MINIMAL or CHECKSUM when malformed or of a type that we do not know,
 * CHECKSUM when the id is not the key's, KEY_POINT for an impossible key. */
void avow_vkey_write(struct avow_buf *out, const struct avow_note_key *key);
AVOW_NODISCARD enum avow_reject avow_vkey_parse(struct avow_bytes text, struct avow_note_key *key);

#endif
