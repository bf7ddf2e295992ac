/* Sets of small numbers. */
#include "store/read/bits.h"

#include <stdlib.h>

void avow_bits_fini(struct avow_bits *bits)
{
    free(bits->bytes);
    *bits = (struct avow_bits){0};
}

void avow_bits_add(struct avow_bits *bits, uint64_t number)
{
    if (number / 8 >= bits->len) {
        size_t len = (size_t)(number / 8 + 1) * 2;
        uint8_t *bytes = realloc(bits->bytes, len);
        if (bytes == NULL)
            return;
        memset(bytes + bits->len, 0, len - bits->len);
        bits->bytes = bytes;
        bits->len = len;
    }
    bits->bytes[number / 8] |= (uint8_t)(1U << number % 8);
}

void avow_bits_clear(struct avow_bits *bits)
{
    if (bits->len > 0)
        memset(bits->bytes, 0, bits->len);
}
