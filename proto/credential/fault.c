#include "proto/credential/fault.h"

static const char ellipsis[] = "\xe2\x80\xa6";

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

enum avow_err avow_fault_set(struct avow_fault *fault, enum avow_reject reject,
                             struct avow_bytes where, const char *what)
{
    fault->reject = reject;
    fault->what = what;
    size_t len = where.len;
    const bool cut = len >= sizeof(fault->where);
    if (cut) {
        len = sizeof(fault->where) - sizeof(ellipsis);
        while (len > 0 && is_continuation(where.data[len]))
            len--;
    }
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = where.data[i];
        fault->where[i] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
    }
    if (cut)
        memcpy(fault->where + len, ellipsis, sizeof(ellipsis));
    else
        fault->where[len] = '\0';
    return AVOW_ERR_REJECTED;
}
