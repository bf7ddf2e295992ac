/* Decodes UTF-8 one code point at a time; plain ASCII is judged eight bytes at once. */
#include "proto/codec/utf8.h"

/* What may follow a lead byte: the range of the second byte excludes overlong forms, surrogates
 * and code points above U+10FFFF. */
struct lead {
    unsigned len; /* of the whole sequence; 0 if this byte begins none */
    uint8_t second_min;
    uint8_t second_max;
};

static struct lead classify(uint8_t byte)
{
    if (byte >= 0xc2 && byte <= 0xdf)
        return (struct lead){2, 0x80, 0xbf};
    if (byte == 0xe0)
        return (struct lead){3, 0xa0, 0xbf};
    if (byte == 0xed)
        return (struct lead){3, 0x80, 0x9f};
    if (byte >= 0xe1 && byte <= 0xef)
        return (struct lead){3, 0x80, 0xbf};
    if (byte == 0xf0)
        return (struct lead){4, 0x90, 0xbf};
    if (byte >= 0xf1 && byte <= 0xf3)
        return (struct lead){4, 0x80, 0xbf};
    if (byte == 0xf4)
        return (struct lead){4, 0x80, 0x8f};
    return (struct lead){0, 0, 0};
}

static struct avow_bytes drop(struct avow_bytes text, size_t len)
{
    return avow_bytes(text.data + len, text.len - len);
}

bool avow_utf8_next(struct avow_bytes *text, uint32_t *code_point)
{
    if (text->len == 0)
        return false;
    const uint8_t *bytes = text->data;
    if (bytes[0] < 0x80) {
        *code_point = bytes[0];
        *text = drop(*text, 1);
        return true;
    }
    struct lead lead = classify(bytes[0]);
    if (lead.len == 0 || text->len < lead.len)
        return false;
    if (bytes[1] < lead.second_min || bytes[1] > lead.second_max)
        return false;
    uint32_t value = bytes[0] & (0x7fU >> lead.len);
    for (unsigned i = 1; i < lead.len; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    *code_point = value;
    *text = drop(*text, lead.len);
    return true;
}

/* True if all eight bytes are from U+0020 to U+007E, by arithmetic that never carries from one byte
 * into the next once no byte has its high bit. */
static bool eight_plain(const uint8_t *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high = ones << 7;
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    if ((word & high) != 0)
        return false;
    uint64_t from_space = word + ones * (0x80 - 0x20);
    uint64_t past_tilde = word + ones;
    return (from_space & high) == high && (past_tilde & high) == 0;
}

enum avow_reject avow_utf8_check(struct avow_bytes text)
{
    while (text.len > 0) {
        if (text.len >= 8 && eight_plain(text.data)) {
            text = drop(text, 8);
            continue;
        }
        uint32_t code_point;
        if (!avow_utf8_next(&text, &code_point))
            return AVOW_REJECT_UTF8;
        if (code_point < 0x20 || code_point == 0x7f)
            return AVOW_REJECT_CONTROL;
    }
    return AVOW_ACCEPT;
}
