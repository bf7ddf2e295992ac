/* Verdicts by table: every word and every why, from evidence and from the whole log alike. The
 * table is written to tests/vectors/verdicts/table.json (AVOW_WRITE_VECTORS=1), for other languages
 * to replay, and otherwise must be what is there. */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/base64.h"
#include "tests/support/proof_builder.h"
#include "tests/support/verdict_logs.h"

enum which { OPEN, CLOSED, CUSTODIAN, NEWER, LOGS };

static struct verdict_log logs[LOGS];
static struct log_key witnesses[3];

/* ------------------------------------------------------------------ documents */

enum document {
    BARE, /* a reference alone */
    GOOD,
    BAD_PROOF,
    OTHER_COMMITMENT,
    OTHER_FROM,
    OTHER_UNTIL,
    BY_FIRST, /* signed by the first sign key, … */
    BY_SECOND,
    BY_ROTATED,
    BY_STRANGER,
    BY_HEARTBEAT,
    BY_ROOT,
    OTHER_BAD_PROOF, /* nothing is right */
};

static struct avow_key signer_of(const struct verdict_log *log, enum verdict_record record,
                                 enum document document)
{
    switch (document) {
    case BY_FIRST:
        return log->first_sign.key;
    case BY_SECOND:
        return log->second_sign.key;
    case BY_ROTATED:
        return log_builder_key(&log->log, "sign 1").key;
    case BY_STRANGER:
        return witnesses[0].key;
    case BY_HEARTBEAT:
        return log_builder_key(&log->log, "heartbeat 0").key;
    case BY_ROOT:
        return log_builder_key(&log->log, "root 0").key;
    case BARE:
    case GOOD:
    case BAD_PROOF:
    case OTHER_COMMITMENT:
    case OTHER_FROM:
    case OTHER_UNTIL:
    case OTHER_BAD_PROOF:
        break;
    }
    if (record == R_AFTER_ROTATION || record == R_BY_SECOND || record >= R_AFTER_RETIRE)
        return log_builder_key(&log->log, "sign 1").key;
    return log->first_sign.key;
}

static struct avow_subject subject_of(const struct verdict_log *log, enum verdict_record record,
                                      enum document document)
{
    struct avow_subject subject = {.issuer = log->log.state.chain.issuer,
                                   .index = log->index[record]};
    struct avow_entry entry = {0};
    if (document == BARE)
        return subject;
    subject.has_document = true;
    subject.proof_good = document != BAD_PROOF && document != OTHER_BAD_PROOF;
    subject.signer = signer_of(log, record, document);
    if (record < R_ISSUES &&
        avow_entry_decode(log->log.rows[subject.index].bytes, &entry) == AVOW_ACCEPT) {
        subject.commitment = entry.issue.commitment;
        subject.valid_from = entry.issue.valid_from;
        subject.valid_until = entry.issue.valid_until;
    }
    if (document == OTHER_COMMITMENT || document == OTHER_BAD_PROOF)
        subject.commitment.bytes[31] ^= 1;
    if (document == OTHER_FROM)
        subject.valid_from--;
    if (document == OTHER_UNTIL)
        subject.valid_until++;
    return subject;
}

/* ------------------------------------------------------------------ what the evidence shows */

static void whole(struct proof_plan *plan)
{
    (void)plan;
}

static void drop(struct proof_plan *plan, size_t position)
{
    plan->entry_count--;
    memmove(&plan->entries[position], &plan->entries[position + 1],
            (plan->entry_count - position) * sizeof(plan->entries[0]));
}

static void drop_kind(struct proof_plan *plan, uint64_t kind, bool but_the_first)
{
    for (size_t i = 0; i < plan->entry_count;) {
        struct avow_entry entry;
        bool decoded =
            avow_entry_decode(plan->log->rows[plan->entries[i]].bytes, &entry) == AVOW_ACCEPT;
        if (!decoded || entry.kind != kind)
            i++;
        else if (but_the_first)
            but_the_first = false, i++;
        else
            drop(plan, i);
    }
}

static void no_entry(struct proof_plan *plan)
{
    drop_kind(plan, AVOW_KIND_ISSUE, false);
}

static void no_chunk(struct proof_plan *plan)
{
    plan->chunk_count = 0;
}

static void no_events(struct proof_plan *plan)
{
    drop_kind(plan, AVOW_KIND_STATUS, false);
}

static void oldest_event(struct proof_plan *plan)
{
    drop_kind(plan, AVOW_KIND_STATUS, true);
}

static void no_achievement(struct proof_plan *plan)
{
    drop_kind(plan, AVOW_KIND_ACHIEVEMENT, false);
}

static void chain_alone(struct proof_plan *plan)
{
    plan->entry_count = plan->chunk_count = 0;
}

static void other_log(struct proof_plan *plan)
{
    proof_plan_init(plan, &logs[CLOSED].log);
}

static void beats(struct proof_plan *plan) /* at hour 72 */
{
    proof_plan_cosign(plan, &plan->log->heartbeat, HOUR(72));
}

static void seen_once(struct proof_plan *plan) /* at hour 60 */
{
    proof_plan_cosign(plan, &witnesses[0], HOUR(60));
}

static void seen_thrice(struct proof_plan *plan) /* at hours 60, 72 and 66 */
{
    proof_plan_cosign(plan, &witnesses[0], HOUR(60));
    proof_plan_cosign(plan, &witnesses[1], HOUR(72));
    proof_plan_cosign(plan, &witnesses[2], HOUR(66));
}

static void seen_by_stranger(struct proof_plan *plan)
{
    struct log_key stranger = log_builder_key(plan->log, "stranger");
    proof_plan_cosign(plan, &stranger, HOUR(72));
}

static void beats_and_seen(struct proof_plan *plan)
{
    beats(plan);
    seen_once(plan);
}

/* ------------------------------------------------------------------ the table */

struct row {
    const char *name;
    enum which log;
    enum verdict_record record;
    void (*shape)(struct proof_plan *plan);
    enum document document;
    uint64_t now, at;
    uint64_t max_age_h;
    unsigned min_witnesses;
    enum avow_word word;
    enum avow_why why;
};

#define NOW HOUR(49)
#define V AVOW_WORD_VALID, AVOW_WHY_NONE
#define REVOKED AVOW_WORD_REVOKED, AVOW_WHY_STATUS
#define SUSPENDED AVOW_WORD_SUSPENDED, AVOW_WHY_STATUS
#define SUPERSEDED AVOW_WORD_SUPERSEDED, AVOW_WHY_STATUS
#define EXPIRED AVOW_WORD_EXPIRED, AVOW_WHY_PERIOD
#define EARLY AVOW_WORD_NOT_YET_VALID, AVOW_WHY_PERIOD
#define TAMPERED(why) AVOW_WORD_TAMPERED, AVOW_WHY_##why
#define DISPUTED(why) AVOW_WORD_DISPUTED, AVOW_WHY_##why
#define UNKNOWN(why) AVOW_WORD_UNKNOWN, AVOW_WHY_##why

static const struct row rows[] = {
    /* now */
    {"a reference", OPEN, R_PLAIN, whole, BARE, NOW, NOW, 24, 0, V},
    {"a document", OPEN, R_PLAIN, whole, GOOD, NOW, NOW, 24, 0, V},
    {"revoked: error", OPEN, R_VOID_ERROR, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"revoked: lapsed", OPEN, R_LAPSED, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"revoked: a reference", OPEN, R_LAPSED, whole, BARE, NOW, NOW, 24, 0, REVOKED},
    {"suspended", OPEN, R_SUSPENDED, whole, GOOD, NOW, NOW, 24, 0, SUSPENDED},
    {"suspended: a reference", OPEN, R_SUSPENDED, whole, BARE, NOW, NOW, 24, 0, SUSPENDED},
    {"reinstated", OPEN, R_LIFTED, whole, GOOD, NOW, NOW, 24, 0, V},
    {"suspended again", OPEN, R_TWICE, whole, GOOD, NOW, NOW, 24, 0, SUSPENDED},
    {"reinstated, then revoked", OPEN, R_LIFTED_REVOKED, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"suspended, then revoked", OPEN, R_SUSPENDED_REVOKED, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"superseded", OPEN, R_SUPERSEDED, whole, GOOD, NOW, NOW, 24, 0, SUPERSEDED},
    {"superseded, then revoked", OPEN, R_SUPERSEDED_REVOKED, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"the successor", OPEN, R_SUCCESSOR, whole, GOOD, NOW, NOW, 24, 0, V},
    {"ended", OPEN, R_ENDED, whole, GOOD, NOW, NOW, 24, 0, EXPIRED},
    {"ended: a reference", OPEN, R_ENDED, whole, BARE, NOW, NOW, 24, 0, EXPIRED},
    {"ended and revoked", OPEN, R_ENDED_REVOKED, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"ended and superseded", OPEN, R_ENDED_SUPERSEDED, whole, GOOD, NOW, NOW, 24, 0, EXPIRED},
    {"ended and suspended", OPEN, R_ENDED_SUSPENDED, whole, GOOD, NOW, NOW, 24, 0, EXPIRED},

    /* reasons that void, before, at and after */
    {"error, before", OPEN, R_VOID_ERROR, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"fraud, before", OPEN, R_VOID_FRAUD, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"data, before", OPEN, R_VOID_DATA, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"key, before", OPEN, R_VOID_KEY, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"error, when it was issued", OPEN, R_VOID_ERROR, whole, GOOD, NOW, HOUR(1), 24, 0, REVOKED},
    {"error, then", OPEN, R_VOID_ERROR, whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"unspecified, before", OPEN, R_UNSPECIFIED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"holder, before", OPEN, R_HOLDER, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"lapsed, before", OPEN, R_LAPSED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"replaced, before", OPEN, R_REPLACED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"closed, before", OPEN, R_ISSUER_CLOSED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"unspecified, then", OPEN, R_UNSPECIFIED, whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"holder, then", OPEN, R_HOLDER, whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"lapsed, then", OPEN, R_LAPSED, whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"replaced, then", OPEN, R_REPLACED, whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"closed, then", OPEN, R_ISSUER_CLOSED, whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"lapsed, after", OPEN, R_LAPSED, whole, GOOD, NOW, HOUR(10) + 1, 24, 0, REVOKED},

    /* suspensions */
    {"suspended, before", OPEN, R_SUSPENDED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"suspended, then", OPEN, R_SUSPENDED, whole, GOOD, NOW, HOUR(10), 24, 0, SUSPENDED},
    {"lifted, before", OPEN, R_LIFTED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"lifted, while suspended", OPEN, R_LIFTED, whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"lifted, then", OPEN, R_LIFTED, whole, GOOD, NOW, HOUR(20), 24, 0, V},
    {"twice, first time", OPEN, R_TWICE, whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"twice, between", OPEN, R_TWICE, whole, GOOD, NOW, HOUR(25), 24, 0, V},
    {"twice, second time", OPEN, R_TWICE, whole, GOOD, NOW, HOUR(30), 24, 0, SUSPENDED},
    {"twice, just before", OPEN, R_TWICE, whole, GOOD, NOW, HOUR(30) - 1, 24, 0, V},
    {"lifted and revoked, first", OPEN, R_LIFTED_REVOKED, whole, GOOD, NOW, HOUR(5), 24, 0, V},
    {"lifted and revoked, while", OPEN, R_LIFTED_REVOKED, whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"lifted and revoked, between", OPEN, R_LIFTED_REVOKED, whole, GOOD, NOW, HOUR(25), 24, 0, V},
    {"lifted and revoked, then", OPEN, R_LIFTED_REVOKED, whole, GOOD, NOW, HOUR(30), 24, 0,
     REVOKED},
    {"never lifted, first", OPEN, R_SUSPENDED_REVOKED, whole, GOOD, NOW, HOUR(5), 24, 0, V},
    {"never lifted, while", OPEN, R_SUSPENDED_REVOKED, whole, GOOD, NOW, HOUR(15), 24, 0,
     SUSPENDED},
    {"never lifted, then", OPEN, R_SUSPENDED_REVOKED, whole, GOOD, NOW, HOUR(20), 24, 0, REVOKED},

    /* supersession */
    {"superseded, before", OPEN, R_SUPERSEDED, whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"superseded, then", OPEN, R_SUPERSEDED, whole, GOOD, NOW, HOUR(10), 24, 0, SUPERSEDED},
    {"superseded then revoked, first", OPEN, R_SUPERSEDED_REVOKED, whole, GOOD, NOW, HOUR(5), 24, 0,
     V},
    {"superseded then revoked, between", OPEN, R_SUPERSEDED_REVOKED, whole, GOOD, NOW, HOUR(15), 24,
     0, SUPERSEDED},
    {"superseded then revoked, then", OPEN, R_SUPERSEDED_REVOKED, whole, GOOD, NOW, HOUR(20), 24, 0,
     REVOKED},
    {"superseded then voided, first", OPEN, R_SUPERSEDED_VOIDED, whole, GOOD, NOW, HOUR(5), 24, 0,
     REVOKED},
    {"superseded then voided, between", OPEN, R_SUPERSEDED_VOIDED, whole, GOOD, NOW, HOUR(15), 24,
     0, REVOKED},

    /* dates */
    {"before it is valid", OPEN, R_DATED, whole, GOOD, NOW, HOUR(3) - 1, 24, 0, EARLY},
    {"the first second", OPEN, R_DATED, whole, GOOD, NOW, HOUR(3), 24, 0, V},
    {"the last second", OPEN, R_DATED, whole, GOOD, HOUR(50), HOUR(50), 24, 0, V},
    {"the second after", OPEN, R_DATED, whole, GOOD, HOUR(50) + 1, HOUR(50) + 1, 24, 0, EXPIRED},
    {"as of the future", OPEN, R_DATED, whole, GOOD, NOW, HOUR(50) + 1, 24, 0, EXPIRED},
    {"before it was issued", OPEN, R_AFTER_ROTATION, whole, GOOD, NOW, HOUR(41) - 1, 24, 0, EARLY},
    {"when it was issued", OPEN, R_AFTER_ROTATION, whole, GOOD, NOW, HOUR(41), 24, 0, V},
    {"ended, before", OPEN, R_ENDED, whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"ended and revoked, before", OPEN, R_ENDED_REVOKED, whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"ended and revoked, between", OPEN, R_ENDED_REVOKED, whole, GOOD, NOW, HOUR(16), 24, 0,
     EXPIRED},
    {"ended and superseded, between", OPEN, R_ENDED_SUPERSEDED, whole, GOOD, NOW, HOUR(12), 24, 0,
     SUPERSEDED},

    /* documents that are not the entry's */
    {"a bad proof", OPEN, R_PLAIN, whole, BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    {"a bad proof of what is revoked", OPEN, R_LAPSED, whole, BAD_PROOF, NOW, NOW, 24, 0,
     TAMPERED(PROOF)},
    {"a bad proof, no data", OPEN, R_PLAIN, other_log, BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    {"nothing is right", OPEN, R_PLAIN, whole, OTHER_BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    {"another commitment", OPEN, R_PLAIN, whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
     DISPUTED(ENTRY)},
    {"another's revoked entry", OPEN, R_LAPSED, whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
     DISPUTED(ENTRY)},
    {"another start", OPEN, R_PLAIN, whole, OTHER_FROM, NOW, NOW, 24, 0, DISPUTED(DATES)},
    {"another end", OPEN, R_PLAIN, whole, OTHER_UNTIL, NOW, NOW, 24, 0, DISPUTED(DATES)},
    {"an end put off", OPEN, R_ENDED, whole, OTHER_UNTIL, NOW, NOW, 24, 0, DISPUTED(DATES)},
    {"a stranger's signature", OPEN, R_PLAIN, whole, BY_STRANGER, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"the heartbeat key's signature", OPEN, R_PLAIN, whole, BY_HEARTBEAT, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"the root key's signature", OPEN, R_PLAIN, whole, BY_ROOT, NOW, NOW, 24, 0, TAMPERED(SIGNER)},
    {"a key before its time", OPEN, R_PLAIN, whole, BY_ROTATED, NOW, NOW, 24, 0, TAMPERED(SIGNER)},
    {"a key that was rotated away", OPEN, R_AFTER_ROTATION, whole, BY_FIRST, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"the key after a rotation", OPEN, R_AFTER_ROTATION, whole, BY_ROTATED, NOW, NOW, 24, 0, V},
    {"a second key", OPEN, R_BY_SECOND, whole, BY_SECOND, NOW, NOW, 24, 0, V},
    {"either key", OPEN, R_BY_SECOND, whole, BY_ROTATED, NOW, NOW, 24, 0, V},
    {"a second key before its time", OPEN, R_AFTER_ROTATION, whole, BY_SECOND, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"a second key after its time", OPEN, R_AFTER_RETIRE, whole, BY_SECOND, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},

    /* entries that are not credentials */
    {"inception", OPEN, R_INCEPTION, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"a nodes entry", OPEN, R_NODES, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"an achievement", OPEN, R_ACHIEVEMENT, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"a status entry", OPEN, R_STATUS, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"an inert kind", OPEN, R_INERT, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"a document of an achievement", OPEN, R_ACHIEVEMENT, whole, BY_FIRST, NOW, NOW, 24, 0,
     DISPUTED(NOT_ISSUE)},
    {"a document of an inert kind", OPEN, R_INERT, whole, BY_ROTATED, NOW, NOW, 24, 0,
     DISPUTED(NOT_ISSUE)},
    {"a document of inception", OPEN, R_INCEPTION, whole, BY_FIRST, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"a newer kind", NEWER, R_INERT, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NEWER)},
    {"a document of a newer kind", NEWER, R_INERT, whole, BY_ROTATED, NOW, NOW, 24, 0,
     UNKNOWN(NEWER)},
    {"beyond the log", OPEN, R_BEYOND, chain_alone, BARE, NOW, NOW, 24, 0, UNKNOWN(BEYOND)},
    {"a document beyond the log", OPEN, R_BEYOND, chain_alone, BY_STRANGER, NOW, NOW, 24, 0,
     UNKNOWN(BEYOND)},

    /* what is not shown */
    {"another log", OPEN, R_PLAIN, other_log, BARE, NOW, NOW, 24, 0, UNKNOWN(NO_DATA)},
    {"another log, a document", OPEN, R_PLAIN, other_log, GOOD, NOW, NOW, 24, 0, UNKNOWN(NO_DATA)},
    {"no entry", OPEN, R_PLAIN, no_entry, GOOD, NOW, NOW, 24, 0, UNKNOWN(MISSING)},
    {"no entry of what is revoked", OPEN, R_LAPSED, no_entry, GOOD, NOW, NOW, 24, 0,
     UNKNOWN(MISSING)},
    {"no entry, a stranger's signature", OPEN, R_PLAIN, no_entry, BY_STRANGER, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"no status", OPEN, R_PLAIN, no_chunk, GOOD, NOW, NOW, 24, 0, UNKNOWN(MISSING)},
    {"no status, a reference", OPEN, R_PLAIN, no_chunk, BARE, NOW, NOW, 24, 0, UNKNOWN(MISSING)},
    {"no status of what is revoked", OPEN, R_LAPSED, no_chunk, GOOD, NOW, NOW, 24, 0,
     UNKNOWN(MISSING)},
    {"no status of what has ended", OPEN, R_ENDED, no_chunk, GOOD, NOW, NOW, 24, 0, EXPIRED},
    {"nothing but the chain", OPEN, R_PLAIN, chain_alone, GOOD, NOW, NOW, 24, 0, UNKNOWN(MISSING)},
    {"no events", OPEN, R_LAPSED, no_events, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"no events, before", OPEN, R_LAPSED, no_events, GOOD, NOW, HOUR(5), 24, 0, REVOKED},
    {"no events of a suspension, before", OPEN, R_SUSPENDED, no_events, GOOD, NOW, HOUR(5), 24, 0,
     SUSPENDED},
    {"no events of a supersession, before", OPEN, R_SUPERSEDED, no_events, GOOD, NOW, HOUR(5), 24,
     0, SUPERSEDED},
    {"the oldest event alone", OPEN, R_LIFTED_REVOKED, oldest_event, GOOD, NOW, HOUR(15), 24, 0,
     REVOKED},
    {"the oldest suspension alone", OPEN, R_TWICE, oldest_event, GOOD, NOW, HOUR(15), 24, 0,
     SUSPENDED},
    {"no achievement", OPEN, R_PLAIN, no_achievement, GOOD, NOW, NOW, 24, 0, V},

    /* freshness by the issuer's word */
    {"the last fresh second", OPEN, R_PLAIN, whole, GOOD, HOUR(72), HOUR(72), 24, 0, V},
    {"stale", OPEN, R_PLAIN, whole, GOOD, HOUR(72) + 1, HOUR(72) + 1, 24, 0, UNKNOWN(STALE)},
    {"stale, a reference", OPEN, R_PLAIN, whole, BARE, HOUR(80), HOUR(80), 24, 0, UNKNOWN(STALE)},
    {"stale for an hour's bound", OPEN, R_PLAIN, whole, GOOD, HOUR(49) + 1, NOW, 1, 0,
     UNKNOWN(STALE)},
    {"stale now, asked of before", OPEN, R_PLAIN, whole, GOOD, HOUR(80), HOUR(20), 24, 0,
     UNKNOWN(STALE)},
    {"revoked where it is stale", OPEN, R_LAPSED, whole, GOOD, HOUR(200), HOUR(200), 24, 0,
     REVOKED},
    {"superseded where it is stale", OPEN, R_SUPERSEDED, whole, GOOD, HOUR(200), HOUR(200), 24, 0,
     SUPERSEDED},
    {"expired where it is stale", OPEN, R_ENDED, whole, GOOD, HOUR(200), HOUR(200), 24, 0, EXPIRED},
    {"suspended where it is stale", OPEN, R_SUSPENDED, whole, GOOD, HOUR(200), HOUR(200), 24, 0,
     UNKNOWN(STALE)},
    {"a heartbeat", OPEN, R_PLAIN, beats, GOOD, HOUR(96), HOUR(96), 24, 0, V},
    {"a stale heartbeat", OPEN, R_PLAIN, beats, GOOD, HOUR(96) + 1, HOUR(96), 24, 0,
     UNKNOWN(STALE)},
    {"a heartbeat of the future is none", OPEN, R_PLAIN, beats, GOOD, HOUR(72) - 301, HOUR(60), 20,
     0, UNKNOWN(STALE)},
    {"a heartbeat a little ahead", OPEN, R_PLAIN, beats, GOOD, HOUR(72) - 300, HOUR(60), 20, 0, V},
    {"a witness is no heartbeat", OPEN, R_PLAIN, seen_once, GOOD, HOUR(80), HOUR(80), 24, 0,
     UNKNOWN(STALE)},
    {"a checkpoint a little ahead", OPEN, R_PLAIN, whole, GOOD, HOUR(48) - 300, HOUR(47), 24, 0, V},
    {"a checkpoint of the future", OPEN, R_PLAIN, whole, GOOD, HOUR(48) - 301, HOUR(47), 24, 0,
     UNKNOWN(FUTURE)},
    {"revoked, in the future", OPEN, R_LAPSED, whole, GOOD, HOUR(40), HOUR(40), 24, 0, REVOKED},

    /* witnesses */
    {"no witness of one", OPEN, R_PLAIN, whole, GOOD, NOW, NOW, 24, 1, UNKNOWN(WITNESSES)},
    {"one of one", OPEN, R_PLAIN, seen_once, GOOD, HOUR(84), HOUR(84), 24, 1, V},
    {"one of one, stale", OPEN, R_PLAIN, seen_once, GOOD, HOUR(84) + 1, HOUR(84), 24, 1,
     UNKNOWN(STALE)},
    {"one of two", OPEN, R_PLAIN, seen_once, GOOD, HOUR(61), HOUR(61), 24, 2, UNKNOWN(WITNESSES)},
    {"a stranger of one", OPEN, R_PLAIN, seen_by_stranger, GOOD, HOUR(72), HOUR(72), 24, 1,
     UNKNOWN(WITNESSES)},
    {"a heartbeat of one", OPEN, R_PLAIN, beats, GOOD, HOUR(72), HOUR(72), 24, 1,
     UNKNOWN(WITNESSES)},
    {"three of one: the newest counts", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(96), HOUR(96), 24, 1,
     V},
    {"three of two: the second newest", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(90), HOUR(90), 24, 2,
     V},
    {"three of two, stale", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(90) + 1, HOUR(90), 24, 2,
     UNKNOWN(STALE)},
    {"three of three: the oldest", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(84), HOUR(84), 24, 3, V},
    {"three of three, stale", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(84) + 1, HOUR(84), 24, 3,
     UNKNOWN(STALE)},
    {"three of four", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(72), HOUR(72), 24, 4,
     UNKNOWN(WITNESSES)},
    {"three of a hundred", OPEN, R_PLAIN, seen_thrice, GOOD, HOUR(72), HOUR(72), 24, 100,
     UNKNOWN(WITNESSES)},
    {"a witness of the future is none", OPEN, R_PLAIN, seen_once, GOOD, HOUR(60) - 301, HOUR(50),
     24, 1, UNKNOWN(WITNESSES)},
    {"a heartbeat does not freshen witnesses", OPEN, R_PLAIN, beats_and_seen, GOOD, HOUR(84) + 1,
     HOUR(84), 24, 1, UNKNOWN(STALE)},
    {"revoked, without witnesses", OPEN, R_LAPSED, whole, GOOD, NOW, NOW, 24, 1, REVOKED},

    /* closure */
    {"closed for good", CLOSED, R_PLAIN, whole, GOOD, HOUR(99999), HOUR(99999), 24, 0, V},
    {"closed for good, revoked", CLOSED, R_LAPSED, whole, GOOD, HOUR(99999), HOUR(99999), 24, 0,
     REVOKED},
    {"closed for good, suspended", CLOSED, R_SUSPENDED, whole, GOOD, HOUR(99999), HOUR(99999), 24,
     0, SUSPENDED},
    {"closed for good, without witnesses", CLOSED, R_PLAIN, whole, GOOD, NOW, NOW, 24, 1,
     UNKNOWN(WITNESSES)},
    {"closed for good, seen long ago", CLOSED, R_PLAIN, seen_once, GOOD, HOUR(99999), HOUR(99999),
     24, 1, V},
    {"with a custodian", CUSTODIAN, R_PLAIN, whole, GOOD, NOW, NOW, 24, 0, V},
    {"with a custodian, stale", CUSTODIAN, R_PLAIN, whole, GOOD, HOUR(99999), HOUR(99999), 24, 0,
     UNKNOWN(STALE)},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ------------------------------------------------------------------ judging a row */

static void plan_row(const struct row *row, struct proof_plan *plan)
{
    const struct verdict_log *log = &logs[row->log];
    proof_plan_init(plan, &log->log);
    if (row->record != R_BEYOND)
        proof_plan_record(plan, log->index[row->record]);
    row->shape(plan);
}

static struct avow_policy policy_of(const struct row *row)
{
    struct avow_policy policy;
    avow_policy_init(&policy);
    assert_int_equal(policy.max_age_s, 86400);
    policy.max_age_s = row->max_age_h * 3600;
    policy.min_witnesses = row->min_witnesses;
    policy.witness_count = 3;
    for (size_t i = 0; i < 3; i++)
        policy.witnesses[i] = witnesses[i].key;
    return policy;
}

static struct avow_verdict judge_facts(const struct row *row, const struct avow_facts *facts)
{
    struct avow_policy policy = policy_of(row);
    struct avow_subject subject = subject_of(&logs[row->log], row->record, row->document);
    struct avow_verdict verdict;
    assert_int_equal(avow_judge(facts, &policy, &subject, row->now, row->at, &verdict), AVOW_OK);
    return verdict;
}

/* From the plan's evidence: its bytes, and the verdict without its views. */
static struct avow_verdict judge_plan(const struct row *row, const struct proof_plan *plan,
                                      struct avow_buf *out)
{
    struct avow_evidence evidence;
    enum avow_reject reject;
    avow_buf_init(out, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(out, &plan, 1);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(out), &evidence, &reject), AVOW_OK);
    if (reject != AVOW_ACCEPT)
        fail_msg("%s: %s", row->name, avow_reject_text(reject));
    struct avow_facts facts = avow_facts_from_evidence(&evidence);
    struct avow_verdict verdict = judge_facts(row, &facts);
    avow_evidence_fini(&evidence);
    return verdict;
}

static void expect(const struct row *row, const struct avow_verdict *verdict, const char *source)
{
    if (verdict->word != row->word || verdict->why != row->why)
        fail_msg("%s, from %s: %s (%s)", row->name, source, avow_word_name(verdict->word),
                 avow_why_name(verdict->why));
}

static void test_table(void **state)
{
    (void)state;
    bool seen[AVOW_WORD_UNRECOGNISED + 1] = {false};
    for (size_t i = 0; i < ROWS; i++) {
        struct proof_plan plan;
        struct avow_buf out;
        plan_row(&rows[i], &plan);
        struct avow_verdict verdict = judge_plan(&rows[i], &plan, &out);
        expect(&rows[i], &verdict, "evidence");
        seen[verdict.word] = true;
        struct avow_facts facts = proof_plan_facts(&plan);
        struct avow_verdict full = judge_facts(&rows[i], &facts);
        if (rows[i].shape == whole)
            expect(&rows[i], &full, "the whole log");
        if (verdict.word == AVOW_WORD_VALID)
            assert_int_equal(full.word, AVOW_WORD_VALID);
        assert_int_equal(verdict.checked & verdict.unchecked, 0);
        avow_buf_fini(&out);
    }
    for (unsigned word = 0; word < AVOW_WORD_UNRECOGNISED; word++)
        if (!seen[word])
            fail_msg("no row is %s", avow_word_name(word));
}

/* Leaving anything out of evidence never makes a verdict valid that was not. */
static void test_less_is_never_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct proof_plan plan;
        plan_row(&rows[i], &plan);
        size_t pieces = plan.entry_count + plan.chunk_count + plan.line_count;
        for (size_t piece = 0; piece < pieces; piece++) {
            struct proof_plan less = plan;
            struct avow_buf out;
            if (piece < plan.entry_count)
                drop(&less, piece);
            else if (piece < plan.entry_count + plan.chunk_count)
                less.chunk_count = 0; /* none has two */
            else
                less.lines[piece - plan.entry_count - plan.chunk_count] =
                    less.lines[--less.line_count];
            struct avow_verdict verdict = judge_plan(&rows[i], &less, &out);
            if (verdict.word == AVOW_WORD_VALID && rows[i].word != AVOW_WORD_VALID)
                fail_msg("%s: valid without piece %zu", rows[i].name, piece);
            avow_buf_fini(&out);
        }
    }
}

/* ------------------------------------------------------------------ what comes with the word */

static const struct row shown = {"shown",  OPEN,     R_SUPERSEDED, seen_once, GOOD,
                                 HOUR(61), HOUR(61), 24,           0,         SUPERSEDED};

static void test_details(void **state)
{
    (void)state;
    struct proof_plan plan;
    struct log_builder *log = &logs[OPEN].log;
    plan_row(&shown, &plan);
    struct avow_facts facts = proof_plan_facts(&plan);
    struct avow_verdict v = judge_facts(&shown, &facts);
    expect(&shown, &v, "the whole log");
    assert_true(v.has_log && v.has_entry && v.has_state && v.has_successor && v.has_witnessed_at);
    assert_true(avow_bytes_equal(v.issuer_name, avow_bytes_text("Universidade de Teste")));
    assert_true(avow_bytes_equal(v.issuer_jurisdiction, avow_bytes_text("PT-13")));
    assert_true(avow_bytes_equal(v.achievement_title, avow_bytes_text("Data analysis")));
    assert_true(avow_bytes_equal(v.achievement_code, avow_bytes_text("DA-101")));
    assert_int_equal(v.epoch, 3);
    assert_int_equal(v.size, log->count);
    assert_int_equal(v.time, HOUR(48));
    assert_int_equal(v.age_s, 13 * 3600);
    assert_int_equal(v.witnessed_at, HOUR(60));
    assert_int_equal(v.achievement, logs[OPEN].index[R_ACHIEVEMENT]);
    assert_int_equal(v.state, AVOW_STATUS_SUPERSEDED);
    assert_int_equal(v.reason, AVOW_REASON_REPLACED);
    assert_int_equal(v.since, HOUR(10));
    assert_int_equal(v.successor, logs[OPEN].index[R_SUCCESSOR]);
    assert_int_equal(v.valid_from, HOUR(1));
    assert_int_equal(v.valid_until, 0);
    assert_int_equal(v.unchecked, AVOW_CHECK_WITNESSES | AVOW_CHECK_RECOGNITION);
}

static void test_unchecked(void **state)
{
    (void)state;
    struct proof_plan plan;
    plan_row(&rows[0], &plan);
    struct avow_facts facts = proof_plan_facts(&plan);
    struct avow_verdict v = judge_facts(&rows[0], &facts);
    assert_int_equal(v.unchecked, AVOW_CHECK_DOCUMENT | AVOW_CHECK_COMMITMENT | AVOW_CHECK_SIGNER |
                                      AVOW_CHECK_WITNESSES | AVOW_CHECK_RECOGNITION);
    plan.checkpoint.issuer.bytes[0] ^= 1; /* so that nothing is known */
    v = judge_facts(&rows[1], &facts);
    assert_int_equal(v.word, AVOW_WORD_UNKNOWN);
    assert_int_equal(v.checked, AVOW_CHECK_DOCUMENT);
    assert_false(v.has_log || v.has_entry || v.has_state);
}

/* A better history that parts at the record: nothing can be told of it but that it is revoked. */
static void test_abandoned(void **state)
{
    (void)state;
    static const struct row cases[] = {
        {"valid", OPEN, R_PLAIN, whole, GOOD, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"a reference", OPEN, R_PLAIN, whole, BARE, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"revoked", OPEN, R_LAPSED, whole, GOOD, NOW, NOW, 24, 0, REVOKED},
        {"revoked, a reference", OPEN, R_LAPSED, whole, BARE, NOW, NOW, 24, 0, REVOKED},
        {"another's", OPEN, R_LAPSED, whole, OTHER_COMMITMENT, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"another's, active", OPEN, R_PLAIN, whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"by a key not known", OPEN, R_PLAIN, whole, BY_STRANGER, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"expired", OPEN, R_ENDED, whole, GOOD, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"superseded", OPEN, R_SUPERSEDED, whole, GOOD, NOW, NOW, 24, 0, UNKNOWN(ABANDONED)},
        {"an achievement", OPEN, R_ACHIEVEMENT, whole, BY_FIRST, NOW, NOW, 24, 0,
         UNKNOWN(ABANDONED)},
        {"a bad proof", OPEN, R_PLAIN, whole, BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct proof_plan plan;
        plan_row(&cases[i], &plan);
        struct avow_facts facts = proof_plan_facts(&plan);
        plan.abandoned_from = logs[OPEN].index[cases[i].record];
        struct avow_verdict verdict = judge_facts(&cases[i], &facts);
        expect(&cases[i], &verdict, "an abandoned log");
        plan.abandoned_from++; /* the one before it is as it was */
        verdict = judge_facts(&cases[i], &facts);
        if (verdict.why == AVOW_WHY_ABANDONED)
            fail_msg("%s: abandoned too early", cases[i].name);
    }
}

static enum avow_err broken(void *context, const struct avow_known_log *log, uint64_t index,
                            enum avow_status *status)
{
    (void)context, (void)log, (void)index;
    *status = AVOW_STATUS_ACTIVE;
    return AVOW_ERR_IO;
}

static void test_error(void **state)
{
    (void)state;
    struct proof_plan plan;
    struct avow_verdict verdict;
    struct avow_policy policy = policy_of(&rows[1]);
    struct avow_subject subject = subject_of(&logs[OPEN], R_PLAIN, GOOD);
    plan_row(&rows[1], &plan);
    struct avow_facts facts = proof_plan_facts(&plan);
    facts.status = broken;
    assert_int_equal(avow_judge(&facts, &policy, &subject, NOW, NOW, &verdict), AVOW_ERR_IO);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(avow_word_name(AVOW_WORD_NOT_YET_VALID), "not-yet-valid");
    assert_string_equal(avow_word_name((enum avow_word)4711), "unknown");
    assert_string_equal(avow_why_name((enum avow_why)4711), "unknown");
    assert_string_equal(avow_check_name(8), "recognition");
    assert_int_equal(avow_word_exit(AVOW_WORD_VALID), 0);
    assert_int_equal(avow_word_exit(AVOW_WORD_UNKNOWN), 3);
    assert_int_equal(avow_word_exit(AVOW_WORD_REVOKED), 1);
    assert_int_equal(avow_word_exit((enum avow_word)4711), 3);
    for (unsigned why = 0; why <= AVOW_WHY_UNREACHABLE; why++)
        assert_true(strlen(avow_why_text(why)) > 5 && strlen(avow_why_name(why)) > 3);
}

/* ------------------------------------------------------------------ logs at random */

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void random_step(struct log_builder *log, uint32_t *seed, uint64_t achievement)
{
    log->t += next(seed) % 50;
    if (log->count < 8 || next(seed) % 3 == 0) {
        log_builder_add_issue(log, achievement);
        return;
    }
    struct avow_entry entry;
    uint64_t target = 3 + next(seed) % (log->count - 3);
    enum avow_status to = (enum avow_status)(next(seed) % 4);
    enum avow_reason reason = (enum avow_reason)(next(seed) % (AVOW_REASON_MAX + 1));
    uint64_t successor = target + 1;
    bool names = to == AVOW_STATUS_SUPERSEDED;
    log_builder_status_change(log, &entry, target, to, reason,
                              names ? successor : LOG_BUILDER_NONE);
    (void)log_builder_try(log, &entry); /* refused when it may not be */
}

/* The rules of "Status" read forwards, from the list of a target's entries. */
static enum avow_status state_at(const struct log_builder *log, uint64_t target, uint64_t at)
{
    enum avow_status state = AVOW_STATUS_ACTIVE;
    for (uint64_t i = target + 1; i < log->count; i++) {
        struct avow_entry entry;
        if (avow_entry_decode(log->rows[i].bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_STATUS || entry.status.target != target)
            continue;
        bool revoked = entry.status.state == AVOW_STATUS_REVOKED;
        if (revoked && avow_reason_voids((enum avow_reason)entry.status.reason))
            return AVOW_STATUS_REVOKED;
        if (entry.t <= at ||
            (entry.status.state == AVOW_STATUS_ACTIVE && state == AVOW_STATUS_SUSPENDED))
            state = (enum avow_status)entry.status.state;
    }
    return state;
}

static void compare(const struct proof_plan *plan, const struct avow_evidence *evidence,
                    uint64_t index, uint64_t at)
{
    struct avow_subject subject = {.issuer = plan->checkpoint.issuer, .index = index};
    struct avow_facts all = proof_plan_facts(plan), some = avow_facts_from_evidence(evidence);
    struct avow_policy policy;
    struct avow_verdict a, b;
    avow_policy_init(&policy);
    assert_int_equal(avow_judge(&all, &policy, &subject, plan->log->t, at, &a), AVOW_OK);
    assert_int_equal(avow_judge(&some, &policy, &subject, plan->log->t, at, &b), AVOW_OK);
    assert_int_equal(a.word, b.word);
    assert_int_equal(a.why, b.why);
    assert_int_equal(a.state, b.state);
    assert_int_equal(a.reason, b.reason);
    assert_int_equal(a.since, b.since);
    assert_int_equal(a.successor, b.successor);
    assert_int_equal(a.checked, b.checked);
    assert_int_equal(a.age_s, b.age_s);
    assert_true(avow_bytes_equal(a.achievement_title, b.achievement_title));
    if (a.has_state)
        assert_int_equal(a.state, state_at(plan->log, index, at));
}

static void random_log(uint32_t seed)
{
    struct log_builder log;
    char name[32];
    (void)snprintf(name, sizeof(name), "random %u", seed);
    log_builder_start(&log, name);
    uint64_t achievement = log_builder_add_achievement(&log, "R", "Random");
    while (log.count < 60)
        random_step(&log, &seed, achievement);
    for (uint64_t index = 0; index < log.count; index++) {
        struct proof_plan plan;
        const struct proof_plan *plans[] = {&plan};
        struct avow_buf out;
        struct avow_evidence evidence;
        enum avow_reject reject;
        proof_plan_init(&plan, &log);
        proof_plan_record(&plan, index);
        avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
        proof_plans_write(&out, plans, 1);
        assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        for (unsigned i = 0; i < 20; i++)
            compare(&plan, &evidence, index,
                    LOG_BUILDER_T0 + next(&seed) % (uint32_t)(log.t - LOG_BUILDER_T0 + 10));
        compare(&plan, &evidence, index, log.t);
        avow_evidence_fini(&evidence);
        avow_buf_fini(&out);
    }
    log_builder_fini(&log);
}

static void test_random(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 12; seed++)
        random_log(seed);
}

/* ------------------------------------------------------------------ the table for others */

static void hex(struct avow_buf *out, const char *name, const uint8_t bytes[32])
{
    avow_buf_printf(out, ", \"%s\": \"", name);
    for (size_t i = 0; i < 32; i++)
        avow_buf_printf(out, "%02x", bytes[i]);
    avow_buf_append(out, "\"", 1);
}

static void write_subject(struct avow_buf *out, const struct avow_subject *subject)
{
    avow_buf_printf(out, "\"subject\": {\"index\": %llu, \"document\": %s",
                    (unsigned long long)subject->index, subject->has_document ? "true" : "false");
    hex(out, "issuer", subject->issuer.bytes);
    if (subject->has_document) {
        avow_buf_printf(out, ", \"proof_good\": %s, \"valid_from\": %llu, \"valid_until\": %llu",
                        subject->proof_good ? "true" : "false",
                        (unsigned long long)subject->valid_from,
                        (unsigned long long)subject->valid_until);
        hex(out, "signer", subject->signer.bytes);
        hex(out, "commitment", subject->commitment.bytes);
    }
    avow_buf_append(out, "}", 1);
}

/* Texts of evidence so far, so that rows share them. */
struct texts {
    size_t count;
    struct avow_buf texts[ROWS];
};

static size_t keep_text(struct texts *texts, const struct avow_buf *evidence)
{
    struct avow_buf *text = &texts->texts[texts->count];
    avow_buf_init(text, 2 * AVOW_EVIDENCE_BYTES_MAX);
    avow_base64_encode(avow_buf_bytes(evidence), text);
    for (size_t i = 0; i < texts->count; i++) {
        if (avow_bytes_equal(avow_buf_bytes(&texts->texts[i]), avow_buf_bytes(text))) {
            avow_buf_fini(text);
            return i;
        }
    }
    return texts->count++;
}

static void write_row(struct avow_buf *out, const struct row *row, size_t evidence)
{
    struct avow_subject subject = subject_of(&logs[row->log], row->record, row->document);
    avow_buf_printf(out, "  {\"name\": \"%s\", \"evidence\": %zu,\n   ", row->name, evidence);
    write_subject(out, &subject);
    avow_buf_printf(out,
                    ",\n   \"now\": %llu, \"at\": %llu, \"max_age\": %llu, \"min_witnesses\": %u,"
                    "\n   \"word\": \"%s\", \"why\": \"%s\"}",
                    (unsigned long long)row->now, (unsigned long long)row->at,
                    (unsigned long long)row->max_age_h * 3600, row->min_witnesses,
                    avow_word_name(row->word), avow_why_name(row->why));
}

static void write_table(struct avow_buf *out)
{
    static struct texts texts;
    avow_buf_printf(out, "{\"witnesses\": [");
    for (size_t i = 0; i < 3; i++) {
        avow_buf_printf(out, "%s\"", i == 0 ? "" : ", ");
        avow_base64_encode(avow_bytes(witnesses[i].key.bytes, 32), out);
        avow_buf_append(out, "\"", 1);
    }
    avow_buf_printf(out, "],\n \"cases\": [\n");
    for (size_t i = 0; i < ROWS; i++) {
        struct proof_plan plan;
        const struct proof_plan *plans[] = {&plan};
        struct avow_buf evidence;
        plan_row(&rows[i], &plan);
        avow_buf_init(&evidence, AVOW_EVIDENCE_BYTES_MAX);
        proof_plans_write(&evidence, plans, 1);
        write_row(out, &rows[i], keep_text(&texts, &evidence));
        avow_buf_printf(out, i + 1 < ROWS ? ",\n" : "\n");
        avow_buf_fini(&evidence);
    }
    avow_buf_printf(out, " ],\n \"evidence\": [\n");
    for (size_t i = 0; i < texts.count; i++) {
        avow_buf_printf(out, "  \"");
        avow_buf_append(out, texts.texts[i].data, texts.texts[i].len);
        avow_buf_printf(out, i + 1 < texts.count ? "\",\n" : "\"\n");
        avow_buf_fini(&texts.texts[i]);
    }
    avow_buf_printf(out, " ]}\n");
}

static void test_vectors(void **state)
{
    (void)state;
    static const char path[] = AVOW_TEST_VECTORS "/verdicts/table.json";
    struct avow_buf table;
    avow_buf_init(&table, 16 * AVOW_EVIDENCE_BYTES_MAX);
    write_table(&table);
    assert_int_equal(table.err, AVOW_OK);
    bool write = getenv("AVOW_WRITE_VECTORS") != NULL;
    FILE *file = fopen(path, write ? "wb" : "rb");
    assert_non_null(file);
    if (write) {
        assert_int_equal(fwrite(table.data, 1, table.len, file), table.len);
    } else {
        char *there = malloc(table.len + 1);
        assert_non_null(there);
        assert_int_equal(fread(there, 1, table.len + 1, file), table.len);
        assert_memory_equal(there, table.data, table.len);
        free(there);
    }
    assert_int_equal(fclose(file), 0);
    avow_buf_fini(&table);
}

/* ------------------------------------------------------------------ logs of the table */

/* The inert entry at the end becomes one of kind 99, which this version does not know. */
static void make_newer(struct verdict_log *made)
{
    struct log_builder_row *row = &made->log.rows[made->index[R_INERT]];
    uint8_t *bytes = (uint8_t *)(uintptr_t)row->bytes.data;
    bytes[1] = 99;
    memmove(&bytes[2], &bytes[3], row->bytes.len - 3);
    row->bytes.len--;
    row->leaf = avow_leaf_hash(row->bytes);
    made->log.state.tree = (struct avow_tree){0};
    for (size_t i = 0; i < made->log.count; i++)
        avow_tree_append(&made->log.state.tree, &made->log.rows[i].leaf, NULL);
}

static void make_closed(struct verdict_log *made, const struct avow_hash *custodian)
{
    struct log_key sign = made->log.sign;
    log_builder_close(&made->log, custodian);
    made->log.sign = sign; /* it signs the closing checkpoint */
}

static int make_logs(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    verdict_log_init(&logs[OPEN], "open");
    verdict_log_init(&logs[CLOSED], "closed");
    make_closed(&logs[CLOSED], NULL);
    verdict_log_init(&logs[CUSTODIAN], "custodian");
    make_closed(&logs[CUSTODIAN], &logs[OPEN].log.state.chain.issuer);
    verdict_log_init(&logs[NEWER], "newer");
    make_newer(&logs[NEWER]);
    for (size_t i = 0; i < 3; i++) {
        char name[] = "witness 0";
        name[8] = (char)('1' + i);
        witnesses[i] = log_builder_key(&logs[OPEN].log, name);
    }
    return 0;
}

static int drop_logs(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOGS; i++)
        verdict_log_fini(&logs[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),     cmocka_unit_test(test_less_is_never_more),
        cmocka_unit_test(test_details),   cmocka_unit_test(test_unchecked),
        cmocka_unit_test(test_abandoned), cmocka_unit_test(test_error),
        cmocka_unit_test(test_names),     cmocka_unit_test(test_random),
        cmocka_unit_test(test_vectors),
    };
    return cmocka_run_group_tests(tests, make_logs, drop_logs);
}
