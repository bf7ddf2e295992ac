/* Texts of errors and rejections, the output buffer, assertion failure. */
#include "proto/base.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *avow_err_text(enum avow_err err)
{
    switch (err) {
#define AVOW_ERR_CASE(name, value, text)                                                           \
    case AVOW_##name:                                                                              \
        return text;
        AVOW_ERR_LIST(AVOW_ERR_CASE)
#undef AVOW_ERR_CASE
    }
    return "unknown error";
}

const char *avow_reject_text(enum avow_reject reject)
{
    static const char *const texts[] = {
#define AVOW_REJECT_ROW(name, text) text,
        AVOW_REJECT_LIST(AVOW_REJECT_ROW)
#undef AVOW_REJECT_ROW
    };
    return (unsigned)reject < AVOW_REJECT_COUNT ? texts[reject] : "unknown rejection";
}

const char *avow_reject_name(enum avow_reject reject)
{
    static const char *const names[] = {
#define AVOW_REJECT_ROW(name, text) #name,
        AVOW_REJECT_LIST(AVOW_REJECT_ROW)
#undef AVOW_REJECT_ROW
    };
    return (unsigned)reject < AVOW_REJECT_COUNT ? names[reject] : "unknown";
}

int avow_bytes_compare(struct avow_bytes a, struct avow_bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

void avow_buf_init_fixed(struct avow_buf *buf, void *storage, size_t cap)
{
    *buf = (struct avow_buf){.data = storage, .cap = cap, .max = cap};
}

void avow_buf_init(struct avow_buf *buf, size_t max)
{
    *buf = (struct avow_buf){.max = max, .heap = true};
}

void avow_buf_init_secret(struct avow_buf *buf, size_t max)
{
    *buf = (struct avow_buf){.max = max, .heap = true, .secret = true};
}

static void let_go(struct avow_buf *buf)
{
    if (buf->secret && buf->data != NULL)
        sodium_memzero(buf->data, buf->cap);
    free(buf->data);
}

void avow_buf_fini(struct avow_buf *buf)
{
    if (buf->heap)
        let_go(buf);
    *buf = (struct avow_buf){0};
}

void avow_buf_clear(struct avow_buf *buf)
{
    buf->len = 0;
    buf->err = AVOW_OK;
}

/* realloc(), which leaves nothing behind of a secret. NULL, and nothing changed, without memory. */
static uint8_t *moved(struct avow_buf *buf, size_t cap)
{
    if (!buf->secret)
        return realloc(buf->data, cap);
    uint8_t *data = malloc(cap);
    if (data == NULL)
        return NULL;
    if (buf->len > 0)
        memcpy(data, buf->data, buf->len);
    let_go(buf);
    return data;
}

/* Doubles, so that n appends cost O(n). Returns false and records why on failure. */
static bool reserve(struct avow_buf *buf, size_t len)
{
    if (buf->err != AVOW_OK)
        return false;
    if (len <= buf->cap - buf->len)
        return true;
    if (len > buf->max - buf->len || !buf->heap) {
        buf->err = AVOW_ERR_TOO_LARGE;
        return false;
    }
    size_t need = buf->len + len;
    size_t cap = buf->cap < 64 ? 64 : buf->cap;
    while (cap < need)
        cap = cap > buf->max / 2 ? buf->max : cap * 2;
    uint8_t *data = moved(buf, cap);
    if (data == NULL) {
        buf->err = AVOW_ERR_NOMEM;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

uint8_t *avow_buf_extend(struct avow_buf *buf, size_t len)
{
    if (!reserve(buf, len))
        return NULL;
    if (buf->data == NULL) /* only when len is 0 on an empty heap buffer */
        return (uint8_t *)(uintptr_t) "";
    uint8_t *start = buf->data + buf->len;
    buf->len += len;
    return start;
}

void avow_buf_append(struct avow_buf *buf, const void *data, size_t len)
{
    if (len == 0)
        return;
    uint8_t *start = avow_buf_extend(buf, len);
    if (start != NULL)
        memcpy(start, data, len);
}

void avow_buf_printf(struct avow_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    AVOW_ASSERT(len >= 0);
    if ((size_t)len < sizeof(small)) {
        avow_buf_append(buf, small, (size_t)len);
        return;
    }
    /* vsnprintf wants room for its NUL, which is then given back. */
    size_t start = buf->len;
    char *room = (char *)avow_buf_extend(buf, (size_t)len + 1);
    if (room == NULL)
        return;
    va_start(args, format);
    (void)vsnprintf(room, (size_t)len + 1, format, args);
    va_end(args);
    buf->len = start + (size_t)len;
}

void avow_assert_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "avow: %s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}
