#include "store/rows/charge.h"

#include "proto/entry/entry.h"

/* Its second byte, where the kind is one that has a meaning here. */
static uint64_t kind_of(struct avow_bytes entry)
{
    return entry.len > 1 ? entry.data[1] : AVOW_KIND_INERT_MIN;
}

uint64_t avow_charge_entry(struct avow_bytes entry)
{
    switch ((enum avow_kind)kind_of(entry)) {
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_PATHWAY:
        return entry.len * AVOW_CHARGE_CATALOGUED;
    case AVOW_KIND_RECOGNITION:
        return entry.len * AVOW_CHARGE_RECOGNITION;
    case AVOW_KIND_INCEPTION:
    case AVOW_KIND_KEY:
    case AVOW_KIND_ROOT_ROTATION:
    case AVOW_KIND_NODES:
    case AVOW_KIND_ISSUE:
    case AVOW_KIND_STATUS:
    case AVOW_KIND_IDENTITY:
    case AVOW_KIND_CLOSURE:
        return entry.len;
    }
    return entry.len; /* AVOW_KIND_INERT_MIN and up */
}

bool avow_charge_is_vital(struct avow_bytes entry)
{
    uint64_t kind = kind_of(entry);
    return avow_kind_is_root(kind) || kind == AVOW_KIND_STATUS || kind == AVOW_KIND_NODES;
}

enum avow_err avow_charge_bundle(const struct avow_bundle *bundle, size_t position, uint64_t *bytes)
{
    enum avow_err err = AVOW_OK;
    for (size_t i = position; i < bundle->count && err == AVOW_OK; i++) {
        struct avow_bytes entry;
        err = avow_bundle_entry(bundle, i, &entry);
        if (err == AVOW_OK)
            *bytes += avow_charge_entry(entry);
    }
    return err;
}
