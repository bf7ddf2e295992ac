/* The notation of tests/support/pack.h: one recursive function a value. */
#include "tests/support/pack.h"

#include <ctype.h>
#include <stdlib.h>

#include "proto/codec/writer.h"

static void value(struct avow_buf *out, const char **at);

static void skip_space(const char **at)
{
    while (**at == ' ')
        (*at)++;
}

static bool take(const char **at, const char *token)
{
    skip_space(at);
    size_t len = strlen(token);
    if (strncmp(*at, token, len) != 0)
        return false;
    *at += len;
    return true;
}

static uint64_t number(const char **at)
{
    char *end;
    AVOW_ASSERT(isdigit((unsigned char)**at));
    uint64_t read = strtoull(*at, &end, 10);
    *at = end;
    return read;
}

static void filled(struct avow_buf *out, const char **at, bool binary)
{
    uint8_t fill[70000];
    size_t len = number(at);
    AVOW_ASSERT(len <= sizeof(fill));
    memset(fill, binary ? (int)(len & 0xff) : 'u', len);
    if (take(at, ":"))
        memset(fill, (int)number(at), len);
    if (binary)
        avow_write_bin(out, avow_bytes(fill, len));
    else
        avow_write_text(out, avow_bytes(fill, len));
}

static void raw(struct avow_buf *out, const char **at)
{
    while (isxdigit((unsigned char)(*at)[0]) && isxdigit((unsigned char)(*at)[1])) {
        char digits[3] = {(*at)[0], (*at)[1], 0};
        uint8_t byte = (uint8_t)strtoul(digits, NULL, 16);
        avow_buf_append(out, &byte, 1);
        *at += 2;
    }
}

static void container(struct avow_buf *out, const char **at, const char *close, bool map)
{
    struct avow_buf items;
    size_t count = 0;
    avow_buf_init(&items, 1 << 20);
    while (!take(at, close)) {
        value(&items, at);
        if (map) {
            bool colon = take(at, ":");
            AVOW_ASSERT(colon);
            value(&items, at);
        }
        count++;
        (void)take(at, ",");
    }
    if (map)
        avow_write_map(out, count);
    else
        avow_write_array(out, count);
    avow_buf_append(out, items.data, items.len);
    avow_buf_fini(&items);
}

static void quoted(struct avow_buf *out, const char **at)
{
    const char *end = strchr(*at, '\'');
    AVOW_ASSERT(end != NULL);
    avow_write_text(out, avow_bytes(*at, (size_t)(end - *at)));
    *at = end + 1;
}

static void value(struct avow_buf *out, const char **at)
{
    if (take(at, "[")) {
        container(out, at, "]", false);
    } else if (take(at, "{")) {
        container(out, at, "}", true);
    } else if (take(at, "'")) {
        quoted(out, at);
    } else if (take(at, "nil")) {
        avow_write_nil(out);
    } else if (take(at, "true")) {
        avow_write_raw(out, avow_bytes_text("\xc3"));
    } else if (take(at, "false")) {
        avow_write_raw(out, avow_bytes_text("\xc2"));
    } else if (take(at, "@")) {
        raw(out, at);
    } else if (take(at, "b")) {
        filled(out, at, true);
    } else if (take(at, "u")) {
        filled(out, at, false);
    } else {
        avow_write_uint(out, number(at));
    }
}

void pack(struct avow_buf *out, const char *notation)
{
    value(out, &notation);
    skip_space(&notation);
    AVOW_ASSERT(*notation == 0);
}

struct avow_bytes pack_new(const char *notation)
{
    struct avow_buf out;
    avow_buf_init(&out, 1 << 20);
    pack(&out, notation);
    AVOW_ASSERT(out.err == AVOW_OK);
    return avow_buf_bytes(&out);
}
