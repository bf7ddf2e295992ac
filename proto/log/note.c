/* Signed notes: parsing is strict, so that a note has one form and its bytes can be compared. */
#include "proto/log/note.h"

#include "proto/codec/base64.h"
#include "proto/codec/utf8.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/sha256.h"

#include <stdio.h>

#define LINE_START "\xe2\x80\x94 " /* U+2014, space */
#define KEY_ID_BYTES 4
#define PAYLOAD_ANY_MAX (6 * 1024) /* signatures after quantum computers are nearly 5 kB */
#define COSIGNED_HEADER_MAX 64
#define TIME_MAX INT64_MAX /* tlog-cosignature, "Format" */

/* Unicode's White_Space, without the control characters below U+0020. */
static bool is_space(uint32_t c)
{
    return c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool avow_note_name_is_valid(struct avow_bytes name)
{
    if (name.len == 0 || name.len > AVOW_NOTE_NAME_MAX)
        return false;
    uint32_t c;
    while (name.len > 0)
        if (!avow_utf8_next(&name, &c) || c < 0x20 || c == '+' || is_space(c))
            return false;
    return true;
}

uint32_t avow_note_key_id(const struct avow_note_key *key)
{
    const uint8_t middle[2] = {'\n', (uint8_t)key->type};
    const struct avow_bytes parts[] = {key->name, avow_bytes(middle, sizeof(middle)),
                                       avow_bytes(key->key.bytes, sizeof(key->key.bytes))};
    struct avow_hash hash = avow_sha256(parts, 3);
    return avow_get_u32be(hash.bytes);
}

static enum avow_reject check_characters(struct avow_bytes text)
{
    uint32_t c;
    while (text.len > 0) {
        if (!avow_utf8_next(&text, &c))
            return AVOW_REJECT_UTF8;
        if (c < 0x20 && c != '\n')
            return AVOW_REJECT_CONTROL;
    }
    return AVOW_ACCEPT;
}

/* "— name base64", without its newline. */
static enum avow_reject parse_line(struct avow_bytes text, struct avow_note_line *line)
{
    const size_t start = sizeof(LINE_START) - 1;
    if (text.len < start || memcmp(text.data, LINE_START, start) != 0)
        return AVOW_REJECT_VALUE;
    text = avow_bytes(text.data + start, text.len - start);
    const uint8_t *space = text.len > 0 ? memchr(text.data, ' ', text.len) : NULL;
    if (space == NULL)
        return AVOW_REJECT_VALUE;
    line->name = avow_bytes(text.data, (size_t)(space - text.data));
    if (!avow_note_name_is_valid(line->name))
        return AVOW_REJECT_VALUE;
    uint8_t storage[KEY_ID_BYTES + PAYLOAD_ANY_MAX];
    struct avow_buf decoded;
    avow_buf_init_fixed(&decoded, storage, sizeof(storage));
    enum avow_reject reject =
        avow_base64_decode(avow_bytes(space + 1, text.len - line->name.len - 1), &decoded);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (decoded.len <= KEY_ID_BYTES)
        return AVOW_REJECT_LENGTH;
    line->key_id = avow_get_u32be(storage);
    size_t len = decoded.len - KEY_ID_BYTES;
    line->len = len <= sizeof(line->payload) ? len : 0;
    memcpy(line->payload, storage + KEY_ID_BYTES, line->len);
    return AVOW_ACCEPT;
}

static enum avow_reject parse_lines(struct avow_bytes rest, struct avow_note *note)
{
    while (rest.len > 0) {
        if (note->count == AVOW_NOTE_LINES_MAX)
            return AVOW_REJECT_LENGTH;
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        if (end == NULL)
            return AVOW_REJECT_TRUNCATED;
        struct avow_bytes text = avow_bytes(rest.data, (size_t)(end - rest.data));
        enum avow_reject reject = parse_line(text, &note->lines[note->count]);
        if (reject != AVOW_ACCEPT)
            return reject;
        note->count++;
        rest = avow_bytes(end + 1, rest.len - text.len - 1);
    }
    return note->count > 0 ? AVOW_ACCEPT : AVOW_REJECT_TRUNCATED;
}

/* Where the last blank line begins: the newline that ends the text before it. NULL if none. */
static const uint8_t *last_blank(struct avow_bytes text)
{
    for (size_t i = text.len; i >= 2; i--)
        if (text.data[i - 1] == '\n' && text.data[i - 2] == '\n')
            return text.data + i - 2;
    return NULL;
}

enum avow_reject avow_note_parse(struct avow_bytes bytes, struct avow_note *note)
{
    *note = (struct avow_note){0};
    if (bytes.len > AVOW_NOTE_BYTES_MAX)
        return AVOW_REJECT_LENGTH;
    enum avow_reject reject = check_characters(bytes);
    if (reject != AVOW_ACCEPT)
        return reject;
    const uint8_t *blank = last_blank(bytes);
    if (blank == NULL)
        return AVOW_REJECT_TRUNCATED;
    note->text = avow_bytes(bytes.data, (size_t)(blank - bytes.data) + 1);
    if (note->text.len > AVOW_NOTE_TEXT_MAX)
        return AVOW_REJECT_LENGTH;
    return parse_lines(avow_bytes(blank + 2, bytes.len - note->text.len - 1), note);
}

void avow_note_cosigned(struct avow_buf *out, uint64_t time, struct avow_bytes text)
{
    avow_buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
    avow_buf_append(out, text.data, text.len);
}

/* Verifies one line whose name and id are the key's. */
static bool line_verifies(const struct avow_note *note, const struct avow_note_line *line,
                          const struct avow_note_key *key, struct avow_note_signature *signature)
{
    struct avow_signature *bytes = &signature->signature;
    *signature = (struct avow_note_signature){0};
    switch (key->type) {
    case AVOW_NOTE_ED25519:
        if (line->len != sizeof(bytes->bytes))
            return false;
        memcpy(bytes->bytes, line->payload, sizeof(bytes->bytes));
        return avow_ed25519_verify(&key->key, note->text, bytes);
    case AVOW_NOTE_COSIGNATURE:
        if (line->len != 8 + sizeof(bytes->bytes))
            return false;
        signature->time = avow_get_u64be(line->payload);
        memcpy(bytes->bytes, line->payload + 8, sizeof(bytes->bytes));
        if (signature->time > TIME_MAX)
            return false;
        uint8_t storage[COSIGNED_HEADER_MAX + AVOW_NOTE_TEXT_MAX];
        struct avow_buf message;
        avow_buf_init_fixed(&message, storage, sizeof(storage));
        avow_note_cosigned(&message, signature->time, note->text);
        AVOW_ASSERT(message.err == AVOW_OK);
        return avow_ed25519_verify(&key->key, avow_buf_bytes(&message), bytes);
    }
    return false;
}

enum avow_reject avow_note_verify(const struct avow_note *note, const struct avow_note_key *key,
                                  struct avow_note_signature *signature)
{
    uint32_t id = avow_note_key_id(key);
    const struct avow_note_line *found = NULL;
    for (size_t i = 0; i < note->count; i++) {
        const struct avow_note_line *line = &note->lines[i];
        if (line->key_id != id || !avow_bytes_equal(line->name, key->name))
            continue;
        if (found != NULL)
            return AVOW_REJECT_DUPLICATE;
        found = line;
    }
    if (found == NULL)
        return AVOW_REJECT_KEY_UNKNOWN;
    struct avow_note_signature verified;
    if (!line_verifies(note, found, key, &verified))
        return AVOW_REJECT_SIGNATURE;
    if (signature != NULL)
        *signature = verified;
    return AVOW_ACCEPT;
}

void avow_note_line_write(struct avow_buf *out, const struct avow_note_key *key,
                          const struct avow_note_signature *signature)
{
    uint8_t payload[KEY_ID_BYTES + AVOW_NOTE_PAYLOAD_MAX];
    size_t len = KEY_ID_BYTES;
    avow_put_u32be(payload, avow_note_key_id(key));
    if (key->type == AVOW_NOTE_COSIGNATURE) {
        avow_put_u64be(payload + len, signature->time);
        len += 8;
    }
    memcpy(payload + len, signature->signature.bytes, sizeof(signature->signature.bytes));
    len += sizeof(signature->signature.bytes);
    avow_buf_append(out, LINE_START, sizeof(LINE_START) - 1);
    avow_buf_append(out, key->name.data, key->name.len);
    avow_buf_append(out, " ", 1);
    avow_base64_encode(avow_bytes(payload, len), out);
    avow_buf_append(out, "\n", 1);
}

void avow_vkey_write(struct avow_buf *out, const struct avow_note_key *key)
{
    uint8_t material[1 + sizeof(key->key.bytes)] = {(uint8_t)key->type};
    memcpy(material + 1, key->key.bytes, sizeof(key->key.bytes));
    avow_buf_append(out, key->name.data, key->name.len);
    avow_buf_printf(out, "+%08x+", avow_note_key_id(key));
    avow_base64_encode(avow_bytes(material, sizeof(material)), out);
}

enum avow_reject avow_vkey_parse(struct avow_bytes text, struct avow_note_key *key)
{
    const uint8_t *plus = text.len > 0 ? memchr(text.data, '+', text.len) : NULL;
    if (plus == NULL)
        return AVOW_REJECT_VALUE;
    *key = (struct avow_note_key){.name = avow_bytes(text.data, (size_t)(plus - text.data))};
    if (!avow_note_name_is_valid(key->name))
        return AVOW_REJECT_VALUE;
    uint8_t material[1 + sizeof(key->key.bytes)];
    const size_t base64_len = sizeof(material) / 3 * 4; /* 33 bytes: no padding */
    if (text.len != key->name.len + 1 + 8 + 1 + base64_len)
        return AVOW_REJECT_LENGTH;
    enum avow_reject reject =
        avow_base64_decode_exact(avow_bytes(plus + 10, base64_len), material, sizeof(material));
    if (reject != AVOW_ACCEPT)
        return reject;
    if (material[0] != AVOW_NOTE_ED25519 && material[0] != AVOW_NOTE_COSIGNATURE)
        return AVOW_REJECT_VALUE;
    key->type = (enum avow_note_type)material[0];
    memcpy(key->key.bytes, material + 1, sizeof(key->key.bytes));
    char middle[11];
    (void)snprintf(middle, sizeof(middle), "+%08x+", avow_note_key_id(key));
    if (memcmp(plus, middle, 10) != 0)
        return AVOW_REJECT_CHECKSUM;
    return avow_ed25519_key_is_valid(&key->key) ? AVOW_ACCEPT : AVOW_REJECT_KEY_POINT;
}
