/* Sets of small numbers, for what need not be remembered: one for which there is no memory is not
 * added. */
#ifndef AVOW_STORE_READ_BITS_H
#define AVOW_STORE_READ_BITS_H

#include "proto/base.h"

struct avow_bits { /* all zeros is the empty set */
    uint8_t *bytes;
    size_t len;
};
/* Frees its storage; it is the empty set then. */
void avow_bits_fini(struct avow_bits *bits);
/* Whether the number was added, and is remembered. */
static inline bool avow_bits_has(const struct avow_bits *bits, uint64_t number)
{
    return number / 8 < bits->len && (bits->bytes[number / 8] >> number % 8 & 1) != 0;
}
/* Adds a number, if there is memory for it: a bit for each number up to twice as much. */
void avow_bits_add(struct avow_bits *bits, uint64_t number);
/* Makes the set empty; keeps its storage. */
void avow_bits_clear(struct avow_bits *bits);

#endif
