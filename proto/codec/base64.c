/* RFC 4648, sections 4, 5 and 8, strictly. libsodium's functions take the same time whatever the
 * text says, since secret seeds pass through here; only a text that is refused takes another. */
#include "proto/codec/base64.h"

#include <sodium.h>

#define CHUNK_BYTES 48 /* whole groups, in either */

static void encode(int variant, struct avow_bytes data, struct avow_buf *out)
{
    char text[CHUNK_BYTES / 3 * 4 + 1];
    for (size_t i = 0; i < data.len; i += CHUNK_BYTES) {
        const size_t len = data.len - i < CHUNK_BYTES ? data.len - i : CHUNK_BYTES;
        (void)sodium_bin2base64(text, sizeof(text), data.data + i, len, variant);
        avow_buf_append(out, text, strlen(text));
    }
    sodium_memzero(text, sizeof(text));
}

void avow_base64_encode(struct avow_bytes data, struct avow_buf *out)
{
    encode(sodium_base64_VARIANT_ORIGINAL, data, out);
}

void avow_base64url_encode(struct avow_bytes data, struct avow_buf *out)
{
    encode(sodium_base64_VARIANT_URLSAFE_NO_PADDING, data, out);
}

/* Takes off the padding. False unless the length is a whole number of groups. */
static bool strip_padding(struct avow_bytes *text)
{
    if (text->len % 4 != 0)
        return false;
    for (unsigned i = 0; i < 2 && text->len > 0; i++)
        if (text->data[text->len - 1] == '=')
            text->len--;
    return true;
}

/* Room for `len` bytes at the end of `out`. NULL with a rejection if its bound is too small, with
 * AVOW_ACCEPT if it failed before or memory ran out. */
static uint8_t *extend(struct avow_buf *out, size_t len, enum avow_reject *reject)
{
    bool fits = len <= out->max - out->len;
    *reject = out->err != AVOW_OK || fits ? AVOW_ACCEPT : AVOW_REJECT_LENGTH;
    return fits ? avow_buf_extend(out, len) : NULL;
}

/* Bytes which libsodium does not always tell from digits. */
static bool is_ascii(struct avow_bytes text)
{
    unsigned found = 0;
    for (size_t i = 0; i < text.len; i++)
        found |= text.data[i];
    return found < 0x80;
}

/* Decodes digits, of which padding is none. */
static enum avow_reject decode(int variant, struct avow_bytes text, struct avow_buf *out)
{
    if (text.len % 4 == 1)
        return AVOW_REJECT_LENGTH;
    const size_t start = out->len, len = text.len / 4 * 3 + (text.len % 4 * 3) / 4;
    const char *digits = (const char *)text.data, *end;
    enum avow_reject reject;
    uint8_t *bytes = extend(out, len, &reject);
    if (bytes == NULL || text.len == 0)
        return reject;
    int rc = sodium_base642bin(bytes, len, digits, text.len, NULL, NULL, &end, variant);
    if (end != digits + text.len || !is_ascii(text))
        reject = AVOW_REJECT_CHECKSUM;
    else if (rc != 0) /* bits are left over, and not all are zero */
        reject = AVOW_REJECT_MINIMAL;
    if (reject != AVOW_ACCEPT)
        out->len = start;
    return reject;
}

enum avow_reject avow_base64_decode(struct avow_bytes text, struct avow_buf *out)
{
    if (!strip_padding(&text))
        return AVOW_REJECT_LENGTH;
    return decode(sodium_base64_VARIANT_ORIGINAL_NO_PADDING, text, out);
}

enum avow_reject avow_base64url_decode(struct avow_bytes text, struct avow_buf *out)
{
    return decode(sodium_base64_VARIANT_URLSAFE_NO_PADDING, text, out);
}

void avow_hex_encode(struct avow_bytes data, struct avow_buf *out)
{
    char text[CHUNK_BYTES * 2 + 1];
    for (size_t i = 0; i < data.len; i += CHUNK_BYTES) {
        const size_t len = data.len - i < CHUNK_BYTES ? data.len - i : CHUNK_BYTES;
        (void)sodium_bin2hex(text, sizeof(text), data.data + i, len);
        avow_buf_append(out, text, len * 2);
    }
    sodium_memzero(text, sizeof(text));
}

/* Which libsodium reads too, and we do not write. */
static bool has_upper(struct avow_bytes text)
{
    unsigned found = 0;
    for (size_t i = 0; i < text.len; i++)
        found |= (unsigned)text.data[i] - 'A' < 26U;
    return found != 0;
}

enum avow_reject avow_hex_decode(struct avow_bytes text, struct avow_buf *out)
{
    if (text.len % 2 != 0)
        return AVOW_REJECT_LENGTH;
    const size_t start = out->len;
    enum avow_reject reject;
    uint8_t *bytes = extend(out, text.len / 2, &reject);
    if (bytes == NULL || text.len == 0)
        return reject;
    if (!has_upper(text) && sodium_hex2bin(bytes, text.len / 2, (const char *)text.data, text.len,
                                           NULL, NULL, NULL) == 0)
        return AVOW_ACCEPT;
    out->len = start;
    return AVOW_REJECT_CHECKSUM;
}

/* Makes exact what `decode` puts in a buffer of exactly that size. */
static enum avow_reject exactly(enum avow_reject (*decode_any)(struct avow_bytes,
                                                               struct avow_buf *),
                                struct avow_bytes text, void *out, size_t len)
{
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, out, len);
    enum avow_reject reject = decode_any(text, &buf);
    if (reject == AVOW_ACCEPT && buf.len != len)
        reject = AVOW_REJECT_LENGTH;
    if (reject != AVOW_ACCEPT)
        memset(out, 0, len);
    return reject;
}

enum avow_reject avow_base64_decode_exact(struct avow_bytes text, void *out, size_t len)
{
    return exactly(avow_base64_decode, text, out, len);
}

enum avow_reject avow_hex_decode_exact(struct avow_bytes text, void *out, size_t len)
{
    return exactly(avow_hex_decode, text, out, len);
}
