#include "cli/signer/second.h"

bool avow_second_knows_more(const struct avow_draft *draft, const struct avow_log_proof *second,
                            uint64_t *target)
{
    for (size_t i = 0; i < second->entry_count; i++) {
        const uint64_t index = second->entries[i].index;
        struct avow_entry entry;
        enum avow_status status;
        uint64_t last;
        if (index >= avow_draft_base(draft) ||
            avow_entry_decode(second->entries[i].bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_STATUS)
            continue;
        *target = entry.status.target;
        if (avow_draft_status(draft, *target, &status, &last) == AVOW_OK && last < index)
            return true;
    }
    return false;
}
