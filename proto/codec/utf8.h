/* Well-formed UTF-8, as the Unicode Standard's table 3-7 has it: no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
#ifndef AVOW_PROTO_CODEC_UTF8_H
#define AVOW_PROTO_CODEC_UTF8_H

#include "proto/base.h"

/* Takes one code point off the front of `*text`, which is left alone and false returned when it is
 * empty or does not begin with a well-formed sequence. */
bool avow_utf8_next(struct avow_bytes *text, uint32_t *code_point);

/* Judges a text by docs/protocol.md, "Encoding": REJECT_UTF8 where it is not well-formed,
 * REJECT_CONTROL where it contains U+0000 to 001F or 007F. The empty text is accepted. */
AVOW_NODISCARD enum avow_reject avow_utf8_check(struct avow_bytes text);

#endif
