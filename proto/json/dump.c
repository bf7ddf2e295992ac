#include "proto/json/dump.h"

#include "proto/codec/hidden.h"

static int append(const char *text, size_t len, void *context)
{
    struct avow_buf *out = context;
    avow_buf_append(out, text, len);
    return out->err == AVOW_OK ? 0 : -1;
}

/* Not json_dumps(): whose free() its text takes, depends on what the program set for Jansson; and
 * it leaves out a member's name for which there was no memory. Here that sticks in the buffer. */
char *avow_json_dump_as(json_t *value, size_t flags)
{
    struct avow_buf out;
    avow_buf_init(&out, SIZE_MAX);
    const bool dumped = value != NULL && json_dump_callback(value, append, &out, flags) == 0;
    json_decref(value);
    struct avow_buf shown;
    avow_buf_init(&shown, SIZE_MAX);
    if (dumped)
        avow_hidden_write_json(&shown, avow_buf_bytes(&out));
    avow_buf_fini(&out);
    if (dumped && append("", 1, &shown) == 0)
        return (char *)shown.data;
    avow_buf_fini(&shown);
    return NULL;
}

char *avow_json_dump(json_t *value)
{
    return avow_json_dump_as(value, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
}
