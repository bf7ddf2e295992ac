/* BIP 350's checksum over BIP 173's alphabet, and 32 bytes in 52 digits of five bits. */
#include "proto/codec/bech32m.h"

#define CHECKSUM_LEN 6
#define DIGITS 52
#define BECH32M_CONSTANT UINT32_C(0x2bc830a3)

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* BIP 173's polynomial, advanced by one digit. */
static uint32_t polymod_step(uint32_t checksum, uint8_t digit)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
    uint32_t top = checksum >> 25;
    checksum = (checksum & 0x1ffffff) << 5 ^ digit;
    for (unsigned i = 0; i < 5; i++)
        if ((top >> i & 1) != 0)
            checksum ^= generator[i];
    return checksum;
}

static uint32_t polymod_prefix(const char *prefix)
{
    uint32_t checksum = 1;
    for (const char *c = prefix; *c != '\0'; c++)
        checksum = polymod_step(checksum, (uint8_t)*c >> 5);
    checksum = polymod_step(checksum, 0);
    for (const char *c = prefix; *c != '\0'; c++)
        checksum = polymod_step(checksum, (uint8_t)*c & 31);
    return checksum;
}

/* The digit that a lower-case character stands for, or -1. */
static int digit_of(char c)
{
    const char *place = c == '\0' ? NULL : strchr(alphabet, c);
    return place == NULL ? -1 : (int)(place - alphabet);
}

/* Copies in lower case. False for both cases mixed, or a character that no such text has. */
static bool to_lower(struct avow_bytes text, char *out)
{
    bool upper = false;
    bool lower = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c < 33 || c > 126)
            return false;
        bool is_upper = c >= 'A' && c <= 'Z';
        upper = upper || is_upper;
        lower = lower || (c >= 'a' && c <= 'z');
        out[i] = (char)(is_upper ? c + ('a' - 'A') : c);
    }
    out[text.len] = '\0';
    return !(upper && lower);
}

enum avow_reject avow_bech32m_split(struct avow_bytes text, struct avow_bech32m *out)
{
    *out = (struct avow_bech32m){0};
    if (text.len > AVOW_BECH32M_LEN_MAX)
        return AVOW_REJECT_LENGTH;
    char lower[AVOW_BECH32M_LEN_MAX + 1];
    if (!to_lower(text, lower))
        return AVOW_REJECT_CHECKSUM;
    const char *separator = strrchr(lower, '1');
    if (separator == NULL || separator == lower)
        return AVOW_REJECT_TYPE;
    size_t prefix_len = (size_t)(separator - lower);
    size_t count = text.len - prefix_len - 1;
    if (count < CHECKSUM_LEN)
        return AVOW_REJECT_LENGTH;
    memcpy(out->prefix, lower, prefix_len);
    uint32_t checksum = polymod_prefix(out->prefix);
    for (size_t i = 0; i < count; i++) {
        int digit = digit_of(separator[1 + i]);
        if (digit < 0)
            return AVOW_REJECT_CHECKSUM;
        out->digits[i] = (uint8_t)digit;
        checksum = polymod_step(checksum, (uint8_t)digit);
    }
    out->count = count - CHECKSUM_LEN;
    return checksum == BECH32M_CONSTANT ? AVOW_ACCEPT : AVOW_REJECT_CHECKSUM;
}

/* The first bit of the data is the first digit's highest; four zero bits fill the last digit. */
static void to_digits(const uint8_t data[32], uint8_t digits[DIGITS])
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t count = 0;
    for (size_t i = 0; i < 32; i++) {
        bits = bits << 8 | data[i];
        for (held += 8; held >= 5; held -= 5)
            digits[count++] = bits >> (held - 5) & 31;
    }
    digits[count++] = (uint8_t)(bits << (5 - held) & 31);
    AVOW_ASSERT(count == DIGITS);
}

void avow_bech32m_encode(const char *prefix, const uint8_t data[32], char *out)
{
    uint8_t digits[DIGITS];
    to_digits(data, digits);
    size_t prefix_len = strlen(prefix);
    AVOW_ASSERT(prefix_len > 0 && AVOW_BECH32M_LEN(prefix_len) <= AVOW_BECH32M_LEN_MAX);
    memcpy(out, prefix, prefix_len);
    out += prefix_len;
    *out++ = '1';
    uint32_t checksum = polymod_prefix(prefix);
    for (size_t i = 0; i < DIGITS; i++) {
        checksum = polymod_step(checksum, digits[i]);
        *out++ = alphabet[digits[i]];
    }
    for (size_t i = 0; i < CHECKSUM_LEN; i++)
        checksum = polymod_step(checksum, 0);
    checksum ^= BECH32M_CONSTANT;
    for (unsigned i = 0; i < CHECKSUM_LEN; i++)
        *out++ = alphabet[checksum >> 5 * (CHECKSUM_LEN - 1 - i) & 31];
    *out = '\0';
}

enum avow_reject avow_bech32m_decode(const char *prefix, struct avow_bytes text, uint8_t data[32])
{
    memset(data, 0, 32);
    struct avow_bech32m parts;
    enum avow_reject reject = avow_bech32m_split(text, &parts);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (strcmp(parts.prefix, prefix) != 0)
        return AVOW_REJECT_TYPE;
    if (parts.count != DIGITS)
        return AVOW_REJECT_LENGTH;
    if ((parts.digits[DIGITS - 1] & 15) != 0)
        return AVOW_REJECT_MINIMAL;
    uint32_t bits = 0;
    unsigned held = 0;
    size_t len = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        bits = bits << 5 | parts.digits[i];
        held += 5;
        if (held >= 8) {
            held -= 8;
            data[len++] = (uint8_t)(bits >> held);
        }
    }
    AVOW_ASSERT(len == 32);
    return AVOW_ACCEPT;
}
