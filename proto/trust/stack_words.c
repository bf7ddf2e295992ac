#include "proto/trust/stack_words.h"

#include <inttypes.h>

bool avow_stack_is_used(const struct avow_stack_check *check, size_t file)
{
    for (size_t i = 0; i < check->count; i++) {
        if (check->file_of[i] == file)
            return (check->result.used >> i & 1) != 0;
    }
    return false;
}

void avow_stack_say_remark(const struct avow_stack_check *check, size_t position,
                           struct avow_buf *out)
{
    const struct avow_stack_file *file = &check->files[position];
    switch (file->part) {
    case AVOW_STACK_COUNTS:
        if (!avow_stack_is_used(check, position))
            avow_buf_printf(out, "of this pathway, and not needed, or does not fit");
        return;
    case AVOW_STACK_TWICE:
        avow_buf_printf(out, "the same credential as %s: it counts once",
                        check->files[file->same].name);
        return;
    case AVOW_STACK_ELSEWHERE:
        avow_buf_printf(out, "not of this pathway");
        return;
    case AVOW_STACK_NO_BADGE:
        avow_buf_printf(out, "%s", file->detail);
        return;
    case AVOW_STACK_CANNOT:
    case AVOW_STACK_UNTOLD:
        avow_buf_printf(out, "%s", avow_why_text(file->why));
        if (file->detail[0] != '\0')
            avow_buf_printf(out, ": %s", file->detail);
        if (file->has_successor)
            avow_buf_printf(out, "; replaced by entry %" PRIu64, file->successor);
        return;
    }
}
