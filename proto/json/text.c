#include "proto/json/text.h"

#include "proto/base.h"

#define FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(12))

static int append(const char *text, size_t len, void *context)
{
    struct avow_buf *out = context;
    avow_buf_append(out, text, len);
    return out->err == AVOW_OK ? 0 : -1;
}

/* Not json_dumps(): whose free() its text takes, depends on what the program set for Jansson. */
char *avow_json_text(json_t *value)
{
    struct avow_buf out;
    avow_buf_init(&out, SIZE_MAX);
    const bool dumped = value != NULL && json_dump_callback(value, append, &out, FLAGS) == 0 &&
                        append("", 1, &out) == 0;
    json_decref(value);
    if (dumped)
        return (char *)out.data;
    avow_buf_fini(&out);
    return NULL;
}
