/* RFC 4648, sections 4, 5 and 8, strictly. */
#include "proto/codec/base64.h"

struct alphabet {
    char digits[65];
    bool padded;
};

static const struct alphabet standard = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true};
static const struct alphabet url = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false};

/* Groups of up to three bytes become groups of four characters. */
static void encode(const struct alphabet *alphabet, struct avow_bytes data, struct avow_buf *out)
{
    for (size_t i = 0; i < data.len; i += 3) {
        size_t len = data.len - i < 3 ? data.len - i : 3;
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < len ? data.data[i + j] : 0U);
        char group[4];
        for (unsigned j = 0; j < 4; j++)
            group[j] = j <= len ? alphabet->digits[bits >> (18 - 6 * j) & 63] : '=';
        avow_buf_append(out, group, alphabet->padded ? 4 : len + 1);
    }
}

void avow_base64_encode(struct avow_bytes data, struct avow_buf *out)
{
    encode(&standard, data, out);
}

void avow_base64url_encode(struct avow_bytes data, struct avow_buf *out)
{
    encode(&url, data, out);
}

/* The six bits that a character stands for, or -1. By arithmetic: a table of 256 is no clearer. */
static int digit_of(const struct alphabet *alphabet, uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (uint8_t)alphabet->digits[62])
        return 62;
    return c == (uint8_t)alphabet->digits[63] ? 63 : -1;
}

/* Strips the padding, which must make the text a multiple of four, and no more. */
static bool strip_padding(struct avow_bytes *text)
{
    if (text->len % 4 != 0)
        return false;
    for (unsigned i = 0; i < 2 && text->len > 0; i++)
        if (text->data[text->len - 1] == '=')
            text->len--;
    return true;
}

/* Decodes 2 to 4 digits into 1 to 3 bytes. */
static enum avow_reject decode_group(const struct alphabet *alphabet, const uint8_t *digits,
                                     size_t count, uint8_t *out)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < count ? digit_of(alphabet, digits[i]) : 0;
        if (digit < 0)
            return AVOW_REJECT_CHECKSUM;
        bits = bits << 6 | (uint32_t)digit;
    }
    uint8_t bytes[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    for (size_t i = count - 1; i < 3; i++)
        if (bytes[i] != 0)
            return AVOW_REJECT_MINIMAL;
    memcpy(out, bytes, count - 1);
    return AVOW_ACCEPT;
}

/* Room for `len` bytes at the end of `out`. NULL with a rejection if its bound is too small, with
 * AVOW_ACCEPT if it failed before or memory ran out. */
static uint8_t *extend(struct avow_buf *out, size_t len, enum avow_reject *reject)
{
    bool fits = len <= out->max - out->len;
    *reject = out->err != AVOW_OK || fits ? AVOW_ACCEPT : AVOW_REJECT_LENGTH;
    return fits ? avow_buf_extend(out, len) : NULL;
}

static enum avow_reject decode(const struct alphabet *alphabet, struct avow_bytes text,
                               struct avow_buf *out)
{
    if (alphabet->padded && !strip_padding(&text))
        return AVOW_REJECT_LENGTH;
    if (text.len % 4 == 1)
        return AVOW_REJECT_LENGTH;
    size_t start = out->len;
    enum avow_reject reject;
    uint8_t *bytes = extend(out, text.len / 4 * 3 + (text.len % 4 * 3) / 4, &reject);
    if (bytes == NULL)
        return reject;
    for (size_t i = 0; i < text.len; i += 4) {
        size_t count = text.len - i < 4 ? text.len - i : 4;
        reject = decode_group(alphabet, text.data + i, count, bytes + i / 4 * 3);
        if (reject != AVOW_ACCEPT) {
            out->len = start;
            return reject;
        }
    }
    return AVOW_ACCEPT;
}

enum avow_reject avow_base64_decode(struct avow_bytes text, struct avow_buf *out)
{
    return decode(&standard, text, out);
}

enum avow_reject avow_base64url_decode(struct avow_bytes text, struct avow_buf *out)
{
    return decode(&url, text, out);
}

void avow_hex_encode(struct avow_bytes data, struct avow_buf *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < data.len; i++) {
        char pair[2] = {digits[data.data[i] >> 4], digits[data.data[i] & 15]};
        avow_buf_append(out, pair, sizeof(pair));
    }
}

static int hex_digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum avow_reject avow_hex_decode(struct avow_bytes text, struct avow_buf *out)
{
    if (text.len % 2 != 0)
        return AVOW_REJECT_LENGTH;
    size_t start = out->len;
    enum avow_reject reject;
    uint8_t *bytes = extend(out, text.len / 2, &reject);
    if (bytes == NULL)
        return reject;
    for (size_t i = 0; i < text.len / 2; i++) {
        int high = hex_digit_of(text.data[2 * i]);
        int low = hex_digit_of(text.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            out->len = start;
            return AVOW_REJECT_CHECKSUM;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return AVOW_ACCEPT;
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
