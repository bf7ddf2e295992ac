/* Postings, and the keys of the blocks in which they stand. */
#include "store/catalogue/posting.h"

#include "store/catalogue/words.h"

struct avow_posting avow_posting_read(const uint8_t bytes[AVOW_CATALOGUE_POSTING_BYTES])
{
    return (struct avow_posting){
        .place = bytes[0],
        .weight = bytes[1],
        .field = avow_get_u16be(bytes + 2),
        .kind_level = bytes[4],
        .log = avow_get_u32be(bytes + 5),
    };
}

void avow_posting_write(uint8_t out[AVOW_CATALOGUE_POSTING_BYTES],
                        const struct avow_posting *posting)
{
    out[0] = posting->place;
    out[1] = posting->weight;
    avow_put_u16be(out + 2, posting->field);
    out[4] = posting->kind_level;
    avow_put_u32be(out + 5, posting->log);
}

uint16_t avow_posting_field(struct avow_bytes digits, uint16_t *mask)
{
    uint32_t field = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        bool given = i < digits.len;
        field = field << 4 | (given ? (uint32_t)(digits.data[i] - '0') + 1 : 0);
        bits = bits << 4 | (given ? 15U : 0);
    }
    *mask = (uint16_t)bits;
    return (uint16_t)field;
}

struct avow_dbkey avow_posting_key(struct avow_bytes term, uint32_t block)
{
    struct avow_dbkey key = {.len = term.len + 5};
    AVOW_ASSERT(term.len <= AVOW_WORD_BYTES_MAX);
    if (term.len > 0)
        memcpy(key.bytes, term.data, term.len);
    key.bytes[term.len] = 0;
    avow_put_u32be(key.bytes + term.len + 1, block);
    return key;
}

bool avow_posting_key_read(struct avow_bytes key, struct avow_bytes *term, uint32_t *block)
{
    if (key.len < 6 || key.len > AVOW_WORD_BYTES_MAX + 5 || key.data[key.len - 5] != 0)
        return false;
    *term = avow_bytes(key.data, key.len - 5);
    *block = avow_get_u32be(key.data + key.len - 4);
    return true;
}
