#include "node/loop/base/reading.h"

enum avow_err avow_reading_get(struct avow_reading *reading, struct avow_snapshot **snapshot)
{
    enum avow_err err = AVOW_OK;
    if (!reading->fresh)
        err = avow_snapshot_renew(reading->snapshot);
    reading->fresh = err == AVOW_OK;
    *snapshot = reading->snapshot;
    return err;
}

void avow_reading_stale(struct avow_reading *reading)
{
    reading->fresh = false;
}

void avow_reading_release(struct avow_reading *reading)
{
    avow_snapshot_release(reading->snapshot);
    reading->fresh = false;
}

enum avow_err avow_reading_log(struct avow_reading *reading, const struct avow_hash *issuer,
                               const struct avow_log **log)
{
    struct avow_snapshot *snapshot;
    enum avow_err err = avow_reading_get(reading, &snapshot);
    return err == AVOW_OK ? avow_snapshot_log(snapshot, issuer, log) : err;
}
