/* Long division, and multiplication by 32 bits at a time; leading zero bytes are leading "1"s, one
 * for one. */
#include "proto/codec/base58.h"

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* Multicodec ed25519-pub, 0xed as an unsigned varint. */
static const uint8_t ed25519_code[2] = {0xed, 0x01};
static const char did_key_prefix[] = "did:key:";

static size_t leading(struct avow_bytes text, uint8_t byte)
{
    size_t count = 0;
    while (count < text.len && text.data[count] == byte)
        count++;
    return count;
}

void avow_base58_encode(struct avow_bytes data, struct avow_buf *out)
{
    AVOW_ASSERT(data.len <= AVOW_BASE58_BYTES_MAX);
    uint8_t digits[AVOW_BASE58_LEN_MAX]; /* least significant first */
    size_t count = 0;
    size_t zeros = leading(data, 0);
    for (size_t i = zeros; i < data.len; i++) {
        uint32_t carry = data.data[i];
        for (size_t j = 0; j < count || carry > 0; j++) {
            if (j == count)
                digits[count++] = 0;
            carry += (uint32_t)digits[j] << 8;
            digits[j] = (uint8_t)(carry % 58);
            carry /= 58;
        }
    }
    for (size_t i = 0; i < zeros; i++)
        avow_buf_append(out, "1", 1);
    while (count > 0)
        avow_buf_append(out, &alphabet[digits[--count]], 1);
}

/* From the least significant one on. */
static uint8_t byte_of(const uint32_t *words, size_t place)
{
    return (uint8_t)(words[place / 4] >> place % 4 * 8);
}

enum avow_reject avow_base58_decode(struct avow_bytes text, uint8_t *out, size_t max, size_t *len)
{
    *len = 0;
    if (text.len > AVOW_BASE58_LEN_MAX)
        return AVOW_REJECT_LENGTH;
    uint32_t words[AVOW_BASE58_LEN_MAX / 4 + 1]; /* least significant first; a digit adds less
                                                  * than a byte */
    size_t count = 0;
    size_t zeros = leading(text, '1');
    for (size_t i = zeros; i < text.len; i++) {
        const char *place = text.data[i] == 0 ? NULL : strchr(alphabet, text.data[i]);
        if (place == NULL)
            return AVOW_REJECT_CHECKSUM;
        uint64_t carry = (uint64_t)(place - alphabet);
        for (size_t j = 0; j < count || carry > 0; j++) {
            if (j == count)
                words[count++] = 0;
            carry += (uint64_t)words[j] * 58;
            words[j] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    size_t bytes = count * 4; /* but for the zeros that the last word begins with */
    while (bytes > 0 && byte_of(words, bytes - 1) == 0)
        bytes--;
    const size_t total = zeros + bytes;
    if (total > max || total > AVOW_BASE58_BYTES_MAX)
        return AVOW_REJECT_LENGTH;
    for (size_t i = 0; i < total; i++)
        out[i] = i < zeros ? 0 : byte_of(words, total - 1 - i);
    *len = total;
    return AVOW_ACCEPT;
}

void avow_multibase_encode(struct avow_bytes data, struct avow_buf *out)
{
    avow_buf_append(out, "z", 1);
    avow_base58_encode(data, out);
}

enum avow_reject avow_multibase_decode(struct avow_bytes text, uint8_t *out, size_t max,
                                       size_t *len)
{
    *len = 0;
    if (text.len == 0 || text.data[0] != 'z')
        return AVOW_REJECT_TYPE;
    return avow_base58_decode(avow_bytes(text.data + 1, text.len - 1), out, max, len);
}

void avow_multibase_key_text(const struct avow_key *key, char out[AVOW_MULTIKEY_TEXT_MAX])
{
    uint8_t coded[sizeof(ed25519_code) + sizeof(key->bytes)];
    memcpy(coded, ed25519_code, sizeof(ed25519_code));
    memcpy(coded + sizeof(ed25519_code), key->bytes, sizeof(key->bytes));
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, out, AVOW_MULTIKEY_TEXT_MAX);
    avow_multibase_encode(avow_bytes(coded, sizeof(coded)), &buf);
    avow_buf_append(&buf, "", 1);
    AVOW_ASSERT(buf.err == AVOW_OK);
}

void avow_did_key_text(const struct avow_key *key, char out[AVOW_DID_KEY_TEXT_MAX])
{
    size_t prefix_len = sizeof(did_key_prefix) - 1;
    memcpy(out, did_key_prefix, prefix_len);
    avow_multibase_key_text(key, out + prefix_len);
}

enum avow_reject avow_multibase_key_parse(struct avow_bytes text, struct avow_key *key)
{
    *key = (struct avow_key){0};
    uint8_t coded[sizeof(ed25519_code) + sizeof(key->bytes)];
    size_t len;
    enum avow_reject reject = avow_multibase_decode(text, coded, sizeof(coded), &len);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (len < sizeof(ed25519_code) || memcmp(coded, ed25519_code, sizeof(ed25519_code)) != 0)
        return AVOW_REJECT_TYPE;
    if (len != sizeof(coded))
        return AVOW_REJECT_LENGTH;
    memcpy(key->bytes, coded + sizeof(ed25519_code), sizeof(key->bytes));
    return AVOW_ACCEPT;
}

enum avow_reject avow_did_key_parse(struct avow_bytes text, struct avow_key *key)
{
    size_t prefix_len = sizeof(did_key_prefix) - 1;
    *key = (struct avow_key){0};
    if (text.len < prefix_len || memcmp(text.data, did_key_prefix, prefix_len) != 0)
        return AVOW_REJECT_TYPE;
    return avow_multibase_key_parse(avow_bytes(text.data + prefix_len, text.len - prefix_len), key);
}
