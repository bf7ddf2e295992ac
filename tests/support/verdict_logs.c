/* One table of what happens to which record, carried out hour by hour. */
#include "tests/support/verdict_logs.h"

struct happening {
    unsigned hour;
    enum verdict_record record;
    enum avow_status state;
    enum avow_reason reason;
};

static const struct happening happenings[] = {
    {10, R_VOID_ERROR, AVOW_STATUS_REVOKED, AVOW_REASON_ERROR},
    {10, R_VOID_FRAUD, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD},
    {10, R_VOID_DATA, AVOW_STATUS_REVOKED, AVOW_REASON_DATA},
    {10, R_VOID_KEY, AVOW_STATUS_REVOKED, AVOW_REASON_KEY},
    {10, R_UNSPECIFIED, AVOW_STATUS_REVOKED, AVOW_REASON_UNSPECIFIED},
    {10, R_HOLDER, AVOW_STATUS_REVOKED, AVOW_REASON_HOLDER},
    {10, R_LAPSED, AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED},
    {10, R_REPLACED, AVOW_STATUS_REVOKED, AVOW_REASON_REPLACED},
    {10, R_ISSUER_CLOSED, AVOW_STATUS_REVOKED, AVOW_REASON_CLOSED},
    {10, R_SUSPENDED, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED},
    {10, R_LIFTED, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED},
    {10, R_TWICE, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED},
    {10, R_LIFTED_REVOKED, AVOW_STATUS_SUSPENDED, AVOW_REASON_FRAUD},
    {10, R_SUSPENDED_REVOKED, AVOW_STATUS_SUSPENDED, AVOW_REASON_FRAUD},
    {10, R_SUPERSEDED, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED},
    {10, R_SUPERSEDED_REVOKED, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED},
    {10, R_SUPERSEDED_VOIDED, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED},
    {10, R_ENDED_SUPERSEDED, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED},
    {10, R_ENDED_SUSPENDED, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED},
    {20, R_LIFTED, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED},
    {20, R_TWICE, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED},
    {20, R_LIFTED_REVOKED, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED},
    {20, R_SUSPENDED_REVOKED, AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED},
    {20, R_SUPERSEDED_REVOKED, AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED},
    {20, R_SUPERSEDED_VOIDED, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD},
    {20, R_ENDED_REVOKED, AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED},
    {30, R_TWICE, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED},
    {30, R_LIFTED_REVOKED, AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED},
};

/* From its own hour, without end, but for those whose dates are the point. */
static void issue(struct verdict_log *made, enum verdict_record record)
{
    struct avow_hash commitment;
    uint64_t from = made->log.t, until = 0;
    if (record == R_DATED) {
        from = HOUR(3);
        until = HOUR(50);
    } else if (record == R_ENDED || record == R_ENDED_REVOKED || record == R_ENDED_SUPERSEDED ||
               record == R_ENDED_SUSPENDED) {
        until = HOUR(15);
    }
    memset(commitment.bytes, 0x40 + (int)record, sizeof(commitment.bytes));
    made->index[record] =
        log_builder_add_issue_of(&made->log, made->index[R_ACHIEVEMENT], &commitment, from, until);
}

static void happen(struct verdict_log *made, const struct happening *event)
{
    made->log.t = HOUR(event->hour);
    uint64_t successor =
        event->state == AVOW_STATUS_SUPERSEDED ? made->index[R_SUCCESSOR] : LOG_BUILDER_NONE;
    made->index[R_STATUS] = log_builder_add_status(&made->log, made->index[event->record],
                                                   event->state, event->reason, successor);
}

void verdict_log_init(struct verdict_log *made, const char *seed)
{
    static const uint8_t inert[] = {0x92, 0xcc, 0x80, 0xce, 0x6a, 0xb3, 0x98, 0x30};
    struct log_builder *log = &made->log;
    *made = (struct verdict_log){0};
    log_builder_start(log, seed);
    made->first_sign = log->sign;
    made->second_sign = log_builder_key(log, "second");
    made->index[R_NODES] = 1;
    made->index[R_ACHIEVEMENT] = log_builder_add_achievement(log, "DA-101", "Data analysis");
    log->t = HOUR(1);
    for (enum verdict_record record = R_PLAIN; record <= R_SUCCESSOR; record++)
        issue(made, record);
    for (size_t i = 0; i < sizeof(happenings) / sizeof(happenings[0]); i++)
        happen(made, &happenings[i]);
    log->t = HOUR(40);
    log_builder_rotate_root(log);
    log->t = HOUR(41);
    issue(made, R_AFTER_ROTATION);
    log->t = HOUR(42);
    uint64_t usual_life_s = log->key_life_s;
    log->key_life_s = 1800;
    log_builder_authorise(log, AVOW_USE_SIGN, &made->second_sign.key);
    log->key_life_s = usual_life_s;
    issue(made, R_BY_SECOND);
    log->t = HOUR(42) + 3000;
    issue(made, R_PAST_SECOND);
    log->t = HOUR(43);
    log_builder_retire(log, AVOW_USE_SIGN, &made->second_sign.key);
    issue(made, R_AFTER_RETIRE);
    made->index[R_INERT] = log->count;
    enum avow_reject reject = log_builder_try_bytes(log, avow_bytes(inert, sizeof(inert)));
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    made->index[R_BEYOND] = log->count;
    log->t = HOUR(48);
}

void verdict_log_fini(struct verdict_log *made)
{
    log_builder_fini(&made->log);
}
