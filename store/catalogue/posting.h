/* A word's blocks: in each the numbers that have the word, with what a filter asks about. */
#ifndef AVOW_STORE_CATALOGUE_POSTING_H
#define AVOW_STORE_CATALOGUE_POSTING_H

#include "store/rows/lmdb.h"

#define AVOW_CATALOGUE_BLOCK 128 /* numbers in one block */
#define AVOW_CATALOGUE_POSTING_BYTES 9
#define AVOW_CATALOGUE_BLOCK_BYTES (AVOW_CATALOGUE_BLOCK * AVOW_CATALOGUE_POSTING_BYTES)

/* An entry as a word's block has it: its number's place in the block (1 byte), the word's weight
 * (1), ISCED-F field (2: four digits, each one more than it is, 0 for none), kind and EQF level
 * (1), log number (4). */
struct avow_posting {
    uint8_t place, weight;
    uint16_t field;
    uint8_t kind_level; /* AVOW_POSTING_PATHWAY, and the level, 0 for none */
    uint32_t log;
};
#define AVOW_POSTING_PATHWAY 0x80
/* Its bytes in a block. */
struct avow_posting avow_posting_read(const uint8_t bytes[AVOW_CATALOGUE_POSTING_BYTES]);
void avow_posting_write(uint8_t out[AVOW_CATALOGUE_POSTING_BYTES],
                        const struct avow_posting *posting);
/* The field of up to four digits as a posting has it, and which of its bits they are. */
uint16_t avow_posting_field(struct avow_bytes digits, uint16_t *mask);

/* A block's key: the word, a zero byte, the block's number. */
struct avow_dbkey avow_posting_key(struct avow_bytes term, uint32_t block);
/* Takes it apart; false if it is none. */
bool avow_posting_key_read(struct avow_bytes key, struct avow_bytes *term, uint32_t *block);

#endif
