/* The words of states, reasons and cascades. */
#include "proto/entry/entry.h"

static const char *const reasons[] = {
    "unspecified", "error", "fraud", "data", "holder", "key", "lapsed", "replaced", "closed",
};
#define REASONS (sizeof(reasons) / sizeof(reasons[0]))
_Static_assert(REASONS == AVOW_REASON_MAX + 1, "a word for each reason");

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
    return reason < REASONS ? reasons[reason] : "unknown";
}

bool avow_reason_parse(struct avow_bytes word, enum avow_reason *reason)
{
    for (size_t i = 0; i < REASONS; i++) {
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
} cascades[AVOW_CASCADE_MAX + 1] = {
    {"invalid", "If a credential that the award was made for is revoked later, the award is not "
                "valid any more."},
    {"degraded", "If a credential that the award was made for is revoked later, the award stays "
                 "valid, and whoever verifies it is warned."},
    {"grandfathered", "If a credential that the award was made for is revoked later, the award "
                      "stays as it was, unless it turns out that the credential never was good."},
};

const char *avow_cascade_name(uint64_t cascade)
{
    return cascade <= AVOW_CASCADE_MAX ? cascades[cascade].name : "unknown";
}

const char *avow_cascade_text(uint64_t cascade)
{
    return cascade <= AVOW_CASCADE_MAX ? cascades[cascade].text : "";
}
