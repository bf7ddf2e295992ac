/* The logs that the table of verdicts is about: records of every fate, at hours after
 * LOG_BUILDER_T0 that the table names. */
#ifndef AVOW_TESTS_VERDICT_LOGS_H
#define AVOW_TESTS_VERDICT_LOGS_H

#include "tests/support/log_builder.h"

#define HOUR(n) (LOG_BUILDER_T0 + (uint64_t)(n)*3600)

/* Issued at hour 1 unless it says otherwise; revocations that count from their own time are for
 * reason 6 unless the name is of another. */
enum verdict_record {
    R_PLAIN,
    R_DATED,      /* valid from hour 3 to hour 50 */
    R_VOID_ERROR, /* revoked at hour 10 for a reason that voids, … */
    R_VOID_FRAUD,
    R_VOID_DATA,
    R_VOID_KEY,
    R_UNSPECIFIED, /* … and for one that does not */
    R_HOLDER,
    R_LAPSED,
    R_REPLACED,
    R_ISSUER_CLOSED,
    R_SUSPENDED,          /* at hour 10 */
    R_LIFTED,             /* suspended at 10, reinstated at 20 */
    R_TWICE,              /* suspended at 10, reinstated at 20, suspended at 30 */
    R_LIFTED_REVOKED,     /* suspended at 10, reinstated at 20, revoked at 30 */
    R_SUSPENDED_REVOKED,  /* suspended at 10, revoked at 20 */
    R_SUPERSEDED,         /* at hour 10, by R_PLAIN's successor R_SUCCESSOR */
    R_SUPERSEDED_REVOKED, /* superseded at 10, revoked at 20 */
    R_SUPERSEDED_VOIDED,  /* superseded at 10, revoked for fraud at 20 */
    R_ENDED,              /* valid until hour 15 */
    R_ENDED_REVOKED,      /* valid until hour 15, revoked at 20 */
    R_ENDED_SUPERSEDED,   /* valid until hour 15, superseded at 10 */
    R_ENDED_SUSPENDED,    /* valid until hour 15, suspended at 10 */
    R_SUCCESSOR,
    R_AFTER_ROTATION, /* issued at hour 41: the root was rotated at 40 */
    R_BY_SECOND,    /* issued at hour 42, after a second sign key was authorised for half an hour */
    R_PAST_SECOND,  /* issued half an hour after that key's end */
    R_AFTER_RETIRE, /* issued at hour 43, after it was retired */
    R_ISSUES,       /* the others are not credentials */
    R_INCEPTION = R_ISSUES,
    R_NODES,
    R_ACHIEVEMENT,
    R_STATUS, /* a status entry */
    R_INERT,  /* a kind of 128 */
    R_BEYOND, /* the size of the log */
    R_COUNT
};

struct verdict_log {
    struct log_builder log;
    uint64_t index[R_COUNT];
    struct log_key first_sign, second_sign; /* before the rotation; until it was retired */
};

/* Its time is hour 48 at the end. */
void verdict_log_init(struct verdict_log *made, const char *seed);
void verdict_log_fini(struct verdict_log *made);

#endif
