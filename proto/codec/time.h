/* Times as text: RFC 3339 in the one form that documents of ours use, YYYY-MM-DDTHH:MM:SSZ
 * (docs/protocol.md, "Credential document"). Years 1970 to 9999; no fractions, no offsets, no
 * leap seconds, so that one instant has one text. */
#ifndef AVOW_PROTO_CODEC_TIME_H
#define AVOW_PROTO_CODEC_TIME_H

#include "proto/base.h"

#define AVOW_TIME_TEXT_LEN 20
#define AVOW_TIME_MAX UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Writes `seconds` since 1970, at most AVOW_TIME_MAX (asserted), and a terminating zero. */
void avow_time_format(uint64_t seconds, char text[AVOW_TIME_TEXT_LEN + 1]);

/* Reads exactly what avow_time_format() writes. LENGTH when not 20 characters, VALUE when not of
 * that form, RANGE when there is no such day or second; `*seconds` is then unchanged. */
AVOW_NODISCARD enum avow_reject avow_time_parse(struct avow_bytes text, uint64_t *seconds);

#endif
