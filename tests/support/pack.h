/* MessagePack from a notation that rows of test tables can be written in:
 *
 *   12            unsigned integer          [1, 'a']       array
 *   'text'        text                      {'k': 1}       map, pairs in the order given
 *   b32           binary of 32 bytes 0x20   b32:7          of 32 bytes 0x07
 *   nil           nil                       true, false
 *   u10           text of ten 'u'           @abcd          the bytes ab cd as they are
 *
 * Nothing is checked but the notation: keys may be out of order, counts too large. */
#ifndef AVOW_TESTS_SUPPORT_PACK_H
#define AVOW_TESTS_SUPPORT_PACK_H

#include "proto/base.h"

/* Appends what `notation` says. A mistake in it is an assertion failure. */
void pack(struct avow_buf *out, const char *notation);

/* The same into storage of its own; free it with free((void *)bytes.data). */
struct avow_bytes pack_new(const char *notation);

#endif
