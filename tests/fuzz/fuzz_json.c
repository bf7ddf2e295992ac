/* Any text as JSON. The canonical text of what is accepted is accepted again, and is its own.
 * Jansson reads the same from every text, where it is within our bounds. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec/jcs.h"
#include "proto/codec/json.h"

#include <stdlib.h>

/* A text of `size` bytes never has a canonical one beyond this: 1e20 becomes 21 digits. */
static void write_canonical(const json_t *value, size_t size, struct avow_buf *out)
{
    avow_buf_init(out, 32 * size + 64);
    avow_jcs_write(value, out);
    AVOW_ASSERT(out->err == AVOW_OK);
}

/* A whole real beyond 2^53 has a canonical text that is an integer, which is then refused. */
static bool has_large_real(const json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;
    if (json_is_real(value))
        return json_real_value(value) >= 0x1p53 || json_real_value(value) <= -0x1p53;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (has_large_real(member))
            return true;
    }
    json_array_foreach(value, index, member)
    {
        if (has_large_real(member))
            return true;
    }
    return false;
}

/* What is beyond a bound of ours may be well-formed. Jansson reads over a NUL after a number. */
static void compare_with_jansson(const uint8_t *data, size_t size, const json_t *value,
                                 enum avow_reject reject)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    AVOW_CLEANUP(avow_json_release)
    json_t *theirs = size > 0 ? json_loadb((const char *)data, size, flags, NULL) : NULL;
    if (reject == AVOW_REJECT_DEPTH || reject == AVOW_REJECT_RANGE ||
        reject == AVOW_REJECT_LENGTH || memchr(data, 0, size) != NULL)
        return;
    AVOW_ASSERT((theirs != NULL) == (value != NULL));
    AVOW_ASSERT(value == NULL || json_equal(value, theirs));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_json_error error;
    AVOW_CLEANUP(avow_json_release)
    json_t *value = NULL;
    AVOW_CLEANUP(avow_json_release)
    json_t *again = NULL;
    if (avow_json_parse(avow_bytes(data, size), 1 << 16, &value, &error) != AVOW_OK) {
        AVOW_ASSERT(value == NULL && error.reject != AVOW_ACCEPT);
        compare_with_jansson(data, size, NULL, error.reject);
        return 0;
    }
    compare_with_jansson(data, size, value, AVOW_ACCEPT);
    struct avow_buf first;
    write_canonical(value, size, &first);
    enum avow_err err = avow_json_parse(avow_buf_bytes(&first), SIZE_MAX, &again, &error);
    AVOW_ASSERT(err == AVOW_OK || (error.reject == AVOW_REJECT_RANGE && has_large_real(value)));
    if (err == AVOW_OK) {
        struct avow_buf second;
        write_canonical(again, first.len, &second);
        AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&first), avow_buf_bytes(&second)));
        avow_buf_fini(&second);
    }
    avow_buf_fini(&first);
    return 0;
}
