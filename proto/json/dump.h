/* JSON as the text that Avow prints. */
#ifndef AVOW_PROTO_JSON_DUMP_H
#define AVOW_PROTO_JSON_DUMP_H

#include <jansson.h>

/* The text of `value`, which is taken over and may be NULL: indented by two, numbers as they were
 * written (7.1, not the 17 digits of its double), what is hidden in texts as \uXXXX
 * (proto/codec/hidden.h), without a newline at its end. With a NUL; the
 * caller frees it with free(). NULL when `value` is, or memory ran out: all of it or nothing. */
char *avow_json_dump(json_t *value);
/* The same with other flags of json_dumps(). */
char *avow_json_dump_as(json_t *value, size_t flags);

#endif
