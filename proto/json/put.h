/* Building JSON. A failure of memory sticks, so that no member can be missing from what is shown: a
 * shape puts whatever it makes, and looks once, at the end, in avow_put_whole(). */
#ifndef AVOW_PROTO_JSON_PUT_H
#define AVOW_PROTO_JSON_PUT_H

#include "proto/entry/text_list.h"

#include <jansson.h>

/* Puts `value`, which is taken over, into `object` under `name`, or at the end of `array`. `*ok`
 * becomes false when either is NULL or memory runs out, and is left as it is otherwise. */
void avow_put(json_t *object, const char *name, json_t *value, bool *ok);
void avow_put_item(json_t *array, json_t *value, bool *ok);

/* What was built, which the caller owns, if `ok`; else NULL, and it is released. */
AVOW_NODISCARD json_t *avow_put_whole(json_t *value, bool ok);

/* Values for avow_put(), each NULL when memory ran out. Text is UTF-8, and may be empty; with
 * _or_null empty text is null. */
json_t *avow_value_text(struct avow_bytes text);
json_t *avow_value_text_or_null(struct avow_bytes text);
json_t *avow_value_list(struct avow_text_list list);
/* At most AVOW_UINT_MAX. A range is [min, max]. */
json_t *avow_value_uint(uint64_t number);
json_t *avow_value_range(uint64_t min, uint64_t max);
/* Hundredths as people write them: 30, 7.5. */
json_t *avow_value_hundredths(uint64_t hundredths);
/* RFC 3339 in UTC; null beyond AVOW_TIME_MAX. With _or_null 0 is null too. */
json_t *avow_value_time(uint64_t seconds);
json_t *avow_value_time_or_null(uint64_t seconds);
/* "avow1…", "avow1…/7", "avownode1…", and a key as a multikey, "z6Mk…". */
json_t *avow_value_issuer(const struct avow_hash *issuer);
json_t *avow_value_reference(const struct avow_hash *issuer, uint64_t index);
json_t *avow_value_node(const struct avow_key *node);
json_t *avow_value_key(const struct avow_key *key);
/* Hexadecimal, in lower case. */
json_t *avow_value_hex(const struct avow_hash *hash);
json_t *avow_value_signature(const struct avow_signature *signature);

#endif
