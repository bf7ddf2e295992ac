/* Bech32m (BIP 350): text with a prefix that says what it is, and a checksum that catches typing
 * errors. Ours hold 32 bytes; the checksum of Bech32 (BIP 173) is refused. */
#ifndef AVOW_PROTO_CODEC_BECH32M_H
#define AVOW_PROTO_CODEC_BECH32M_H

#include "proto/base.h"

#define AVOW_BECH32M_LEN_MAX 90 /* BIP 173 */
/* Prefix, "1", 52 characters of data, 6 of checksum. */
#define AVOW_BECH32M_LEN(prefix_len) ((prefix_len) + 1 + 52 + 6)

/* Any Bech32m text, taken apart. */
struct avow_bech32m {
    char prefix[AVOW_BECH32M_LEN_MAX + 1]; /* in lower case, with a NUL */
    uint8_t digits[AVOW_BECH32M_LEN_MAX];  /* five bits each, without the checksum's */
    size_t count;
};

/* Takes `text` apart. LENGTH over 90 characters, or too few for a checksum; TYPE without a prefix;
 * CHECKSUM for a wrong checksum, a character outside the alphabet, or upper and lower case mixed.
 */
AVOW_NODISCARD enum avow_reject avow_bech32m_split(struct avow_bytes text,
                                                   struct avow_bech32m *out);

/* Writes the text of 32 bytes and a NUL, AVOW_BECH32M_LEN(strlen(prefix)) + 1 bytes in all.
 * `prefix` is ours: lower-case letters, at most 31. */
void avow_bech32m_encode(const char *prefix, const uint8_t data[32], char *out);

/* Reads such a text. Beside the rejections of _split: TYPE for another prefix, LENGTH unless there
 * are 32 bytes, MINIMAL if the four bits left over are not zero. `data` is zeros after one. */
AVOW_NODISCARD enum avow_reject avow_bech32m_decode(const char *prefix, struct avow_bytes text,
                                                    uint8_t data[32]);

#endif
