/* The words of states, reasons and cascades. */
#include "proto/entry/entry.h"

static const char *const reasons[] = {
#define REASON_ROW(name, number, word) [AVOW_REASON_##name] = (word),
    AVOW_REASON_LIST(REASON_ROW)
#undef REASON_ROW
};

const char *avow_status_name(enum avow_status status)
{
    switch (status) {
    case AVOW_STATUS_ACTIVE:
        return "active";
    case AVOW_STATUS_REVOKED:
        return "revoked";
    case AVOW_STATUS_SUSPENDED:
        return "suspended";
    case AVOW_STATUS_SUPERSEDED:
        return "superseded";
    }
    return "unknown";
}

const char *avow_reason_name(uint64_t reason)
{
    return reason < AVOW_REASON_COUNT ? reasons[reason] : "unknown";
}

bool avow_reason_parse(struct avow_bytes word, enum avow_reason *reason)
{
    for (size_t i = 0; i < AVOW_REASON_COUNT; i++) {
        if (avow_bytes_equal(word, avow_bytes_text(reasons[i]))) {
            *reason = (enum avow_reason)i;
            return true;
        }
    }
    return false;
}

bool avow_reason_voids(enum avow_reason reason)
{
    switch (reason) {
    case AVOW_REASON_ERROR:
    case AVOW_REASON_FRAUD:
    case AVOW_REASON_DATA:
    case AVOW_REASON_KEY:
        return true;
    case AVOW_REASON_UNSPECIFIED:
    case AVOW_REASON_HOLDER:
    case AVOW_REASON_LAPSED:
    case AVOW_REASON_REPLACED:
    case AVOW_REASON_CLOSED:
        return false;
    }
    return false;
}

static const struct cascade_row {
    const char *name, *text;
} cascades[] = {
#define CASCADE_ROW(name, number, word, text) [AVOW_CASCADE_##name] = {word, text},
    AVOW_CASCADE_LIST(CASCADE_ROW)
#undef CASCADE_ROW
};

const char *avow_cascade_name(uint64_t cascade)
{
    return cascade < AVOW_CASCADE_COUNT ? cascades[cascade].name : "unknown";
}

const char *avow_cascade_text(uint64_t cascade)
{
    return cascade < AVOW_CASCADE_COUNT ? cascades[cascade].text : "";
}
