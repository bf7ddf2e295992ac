/* What the rows show, and the rows. */
#include "tests/support/verdict_table.h"

/* ------------------------------------------------------------------ what the evidence shows */

void verdict_whole(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
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

static void no_entry(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    drop_kind(plan, AVOW_KIND_ISSUE, false);
}

static void no_chunk(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    plan->chunk_count = 0;
}

static void no_events(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    drop_kind(plan, AVOW_KIND_STATUS, false);
}

static void oldest_event(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    drop_kind(plan, AVOW_KIND_STATUS, true);
}

static void no_achievement(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    drop_kind(plan, AVOW_KIND_ACHIEVEMENT, false);
}

static void chain_alone(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    plan->entry_count = plan->chunk_count = 0;
}

static void other_log(const struct verdict_world *world, struct proof_plan *plan)
{
    proof_plan_init(plan, &world->logs[CLOSED].log);
}

static void beats(const struct verdict_world *world, struct proof_plan *plan) /* at hour 72 */
{
    (void)world;
    proof_plan_cosign(plan, &plan->log->heartbeat, HOUR(72));
}

void verdict_seen_once(const struct verdict_world *world, struct proof_plan *plan) /* at hour 60 */
{
    proof_plan_cosign(plan, &world->witnesses[0], HOUR(60));
}

static void seen_thrice(const struct verdict_world *world,
                        struct proof_plan *plan) /* at hours 60, 72 and 66 */
{
    proof_plan_cosign(plan, &world->witnesses[0], HOUR(60));
    proof_plan_cosign(plan, &world->witnesses[1], HOUR(72));
    proof_plan_cosign(plan, &world->witnesses[2], HOUR(66));
}

static void seen_by_stranger(const struct verdict_world *world, struct proof_plan *plan)
{
    (void)world;
    struct log_key stranger = log_builder_key(plan->log, "stranger");
    proof_plan_cosign(plan, &stranger, HOUR(72));
}

static void beats_and_seen(const struct verdict_world *world, struct proof_plan *plan)
{
    beats(world, plan);
    verdict_seen_once(world, plan);
}

/* ------------------------------------------------------------------ the table */

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

const struct verdict_row verdict_rows[] = {
    /* now */
    {"a reference", OPEN, R_PLAIN, verdict_whole, BARE, NOW, NOW, 24, 0, V},
    {"a document", OPEN, R_PLAIN, verdict_whole, GOOD, NOW, NOW, 24, 0, V},
    {"revoked: error", OPEN, R_VOID_ERROR, verdict_whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"revoked: lapsed", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"revoked: a reference", OPEN, R_LAPSED, verdict_whole, BARE, NOW, NOW, 24, 0, REVOKED},
    {"suspended", OPEN, R_SUSPENDED, verdict_whole, GOOD, NOW, NOW, 24, 0, SUSPENDED},
    {"suspended: a reference", OPEN, R_SUSPENDED, verdict_whole, BARE, NOW, NOW, 24, 0, SUSPENDED},
    {"reinstated", OPEN, R_LIFTED, verdict_whole, GOOD, NOW, NOW, 24, 0, V},
    {"suspended again", OPEN, R_TWICE, verdict_whole, GOOD, NOW, NOW, 24, 0, SUSPENDED},
    {"reinstated, then revoked", OPEN, R_LIFTED_REVOKED, verdict_whole, GOOD, NOW, NOW, 24, 0,
     REVOKED},
    {"suspended, then revoked", OPEN, R_SUSPENDED_REVOKED, verdict_whole, GOOD, NOW, NOW, 24, 0,
     REVOKED},
    {"superseded", OPEN, R_SUPERSEDED, verdict_whole, GOOD, NOW, NOW, 24, 0, SUPERSEDED},
    {"superseded, then revoked", OPEN, R_SUPERSEDED_REVOKED, verdict_whole, GOOD, NOW, NOW, 24, 0,
     REVOKED},
    {"the successor", OPEN, R_SUCCESSOR, verdict_whole, GOOD, NOW, NOW, 24, 0, V},
    {"ended", OPEN, R_ENDED, verdict_whole, GOOD, NOW, NOW, 24, 0, EXPIRED},
    {"ended: a reference", OPEN, R_ENDED, verdict_whole, BARE, NOW, NOW, 24, 0, EXPIRED},
    {"ended and revoked", OPEN, R_ENDED_REVOKED, verdict_whole, GOOD, NOW, NOW, 24, 0, REVOKED},
    {"ended and superseded", OPEN, R_ENDED_SUPERSEDED, verdict_whole, GOOD, NOW, NOW, 24, 0,
     EXPIRED},
    {"ended and suspended", OPEN, R_ENDED_SUSPENDED, verdict_whole, GOOD, NOW, NOW, 24, 0, EXPIRED},

    /* reasons that void, before, at and after */
    {"error, before", OPEN, R_VOID_ERROR, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"fraud, before", OPEN, R_VOID_FRAUD, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"data, before", OPEN, R_VOID_DATA, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"key, before", OPEN, R_VOID_KEY, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, REVOKED},
    {"error, when it was issued", OPEN, R_VOID_ERROR, verdict_whole, GOOD, NOW, HOUR(1), 24, 0,
     REVOKED},
    {"error, then", OPEN, R_VOID_ERROR, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"unspecified, before", OPEN, R_UNSPECIFIED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"holder, before", OPEN, R_HOLDER, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"lapsed, before", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"replaced, before", OPEN, R_REPLACED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"closed, before", OPEN, R_ISSUER_CLOSED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"unspecified, then", OPEN, R_UNSPECIFIED, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"holder, then", OPEN, R_HOLDER, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"lapsed, then", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"replaced, then", OPEN, R_REPLACED, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"closed, then", OPEN, R_ISSUER_CLOSED, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, REVOKED},
    {"lapsed, after", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, HOUR(10) + 1, 24, 0, REVOKED},

    /* suspensions */
    {"suspended, before", OPEN, R_SUSPENDED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"suspended, then", OPEN, R_SUSPENDED, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, SUSPENDED},
    {"lifted, before", OPEN, R_LIFTED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"lifted, while suspended", OPEN, R_LIFTED, verdict_whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"lifted, then", OPEN, R_LIFTED, verdict_whole, GOOD, NOW, HOUR(20), 24, 0, V},
    {"twice, first time", OPEN, R_TWICE, verdict_whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"twice, between", OPEN, R_TWICE, verdict_whole, GOOD, NOW, HOUR(25), 24, 0, V},
    {"twice, second time", OPEN, R_TWICE, verdict_whole, GOOD, NOW, HOUR(30), 24, 0, SUSPENDED},
    {"twice, just before", OPEN, R_TWICE, verdict_whole, GOOD, NOW, HOUR(30) - 1, 24, 0, V},
    {"lifted and revoked, first", OPEN, R_LIFTED_REVOKED, verdict_whole, GOOD, NOW, HOUR(5), 24, 0,
     V},
    {"lifted and revoked, while", OPEN, R_LIFTED_REVOKED, verdict_whole, GOOD, NOW, HOUR(15), 24, 0,
     V},
    {"lifted and revoked, between", OPEN, R_LIFTED_REVOKED, verdict_whole, GOOD, NOW, HOUR(25), 24,
     0, V},
    {"lifted and revoked, then", OPEN, R_LIFTED_REVOKED, verdict_whole, GOOD, NOW, HOUR(30), 24, 0,
     REVOKED},
    {"never lifted, first", OPEN, R_SUSPENDED_REVOKED, verdict_whole, GOOD, NOW, HOUR(5), 24, 0, V},
    {"never lifted, while", OPEN, R_SUSPENDED_REVOKED, verdict_whole, GOOD, NOW, HOUR(15), 24, 0,
     SUSPENDED},
    {"never lifted, then", OPEN, R_SUSPENDED_REVOKED, verdict_whole, GOOD, NOW, HOUR(20), 24, 0,
     REVOKED},

    /* supersession */
    {"superseded, before", OPEN, R_SUPERSEDED, verdict_whole, GOOD, NOW, HOUR(10) - 1, 24, 0, V},
    {"superseded, then", OPEN, R_SUPERSEDED, verdict_whole, GOOD, NOW, HOUR(10), 24, 0, SUPERSEDED},
    {"superseded then revoked, first", OPEN, R_SUPERSEDED_REVOKED, verdict_whole, GOOD, NOW,
     HOUR(5), 24, 0, V},
    {"superseded then revoked, between", OPEN, R_SUPERSEDED_REVOKED, verdict_whole, GOOD, NOW,
     HOUR(15), 24, 0, SUPERSEDED},
    {"superseded then revoked, then", OPEN, R_SUPERSEDED_REVOKED, verdict_whole, GOOD, NOW,
     HOUR(20), 24, 0, REVOKED},
    {"superseded then voided, first", OPEN, R_SUPERSEDED_VOIDED, verdict_whole, GOOD, NOW, HOUR(5),
     24, 0, REVOKED},
    {"superseded then voided, between", OPEN, R_SUPERSEDED_VOIDED, verdict_whole, GOOD, NOW,
     HOUR(15), 24, 0, REVOKED},

    /* dates */
    {"before it is valid", OPEN, R_DATED, verdict_whole, GOOD, NOW, HOUR(3) - 1, 24, 0, EARLY},
    {"the first second", OPEN, R_DATED, verdict_whole, GOOD, NOW, HOUR(3), 24, 0, V},
    {"the last second", OPEN, R_DATED, verdict_whole, GOOD, HOUR(50), HOUR(50), 24, 0, V},
    {"the second after", OPEN, R_DATED, verdict_whole, GOOD, HOUR(50) + 1, HOUR(50) + 1, 24, 0,
     EXPIRED},
    {"as of the future", OPEN, R_DATED, verdict_whole, GOOD, NOW, HOUR(50) + 1, 24, 0, EXPIRED},
    {"before it was issued", OPEN, R_AFTER_ROTATION, verdict_whole, GOOD, NOW, HOUR(41) - 1, 24, 0,
     EARLY},
    {"when it was issued", OPEN, R_AFTER_ROTATION, verdict_whole, GOOD, NOW, HOUR(41), 24, 0, V},
    {"ended, before", OPEN, R_ENDED, verdict_whole, GOOD, NOW, HOUR(15), 24, 0, V},
    {"ended and revoked, before", OPEN, R_ENDED_REVOKED, verdict_whole, GOOD, NOW, HOUR(15), 24, 0,
     V},
    {"ended and revoked, between", OPEN, R_ENDED_REVOKED, verdict_whole, GOOD, NOW, HOUR(16), 24, 0,
     EXPIRED},
    {"ended and superseded, between", OPEN, R_ENDED_SUPERSEDED, verdict_whole, GOOD, NOW, HOUR(12),
     24, 0, SUPERSEDED},

    /* documents that are not the entry's */
    {"a bad proof", OPEN, R_PLAIN, verdict_whole, BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    {"a bad proof of what is revoked", OPEN, R_LAPSED, verdict_whole, BAD_PROOF, NOW, NOW, 24, 0,
     TAMPERED(PROOF)},
    {"a bad proof, no data", OPEN, R_PLAIN, other_log, BAD_PROOF, NOW, NOW, 24, 0, TAMPERED(PROOF)},
    {"nothing is right", OPEN, R_PLAIN, verdict_whole, OTHER_BAD_PROOF, NOW, NOW, 24, 0,
     TAMPERED(PROOF)},
    {"another commitment", OPEN, R_PLAIN, verdict_whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
     DISPUTED(ENTRY)},
    {"another's revoked entry", OPEN, R_LAPSED, verdict_whole, OTHER_COMMITMENT, NOW, NOW, 24, 0,
     DISPUTED(ENTRY)},
    {"another start", OPEN, R_PLAIN, verdict_whole, OTHER_FROM, NOW, NOW, 24, 0, DISPUTED(DATES)},
    {"another end", OPEN, R_PLAIN, verdict_whole, OTHER_UNTIL, NOW, NOW, 24, 0, DISPUTED(DATES)},
    {"an end put off", OPEN, R_ENDED, verdict_whole, OTHER_UNTIL, NOW, NOW, 24, 0, DISPUTED(DATES)},
    {"a stranger's signature", OPEN, R_PLAIN, verdict_whole, BY_STRANGER, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"the heartbeat key's signature", OPEN, R_PLAIN, verdict_whole, BY_HEARTBEAT, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"the root key's signature", OPEN, R_PLAIN, verdict_whole, BY_ROOT, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"a key before its time", OPEN, R_PLAIN, verdict_whole, BY_ROTATED, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"a key that was rotated away", OPEN, R_AFTER_ROTATION, verdict_whole, BY_FIRST, NOW, NOW, 24,
     0, TAMPERED(SIGNER)},
    {"the key after a rotation", OPEN, R_AFTER_ROTATION, verdict_whole, BY_ROTATED, NOW, NOW, 24, 0,
     V},
    {"a second key", OPEN, R_BY_SECOND, verdict_whole, BY_SECOND, NOW, NOW, 24, 0, V},
    {"either key", OPEN, R_BY_SECOND, verdict_whole, BY_ROTATED, NOW, NOW, 24, 0, V},
    {"a second key before its time", OPEN, R_AFTER_ROTATION, verdict_whole, BY_SECOND, NOW, NOW, 24,
     0, TAMPERED(SIGNER)},
    {"a second key past its end", OPEN, R_PAST_SECOND, verdict_whole, BY_SECOND, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"another key then", OPEN, R_PAST_SECOND, verdict_whole, BY_ROTATED, NOW, NOW, 24, 0, V},
    {"a second key after its time", OPEN, R_AFTER_RETIRE, verdict_whole, BY_SECOND, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},

    /* entries that are not credentials */
    {"inception", OPEN, R_INCEPTION, verdict_whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"a nodes entry", OPEN, R_NODES, verdict_whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"an achievement", OPEN, R_ACHIEVEMENT, verdict_whole, BARE, NOW, NOW, 24, 0,
     UNKNOWN(NOT_ISSUE)},
    {"a status entry", OPEN, R_STATUS, verdict_whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"an inert kind", OPEN, R_INERT, verdict_whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NOT_ISSUE)},
    {"a document of an achievement", OPEN, R_ACHIEVEMENT, verdict_whole, BY_FIRST, NOW, NOW, 24, 0,
     DISPUTED(NOT_ISSUE)},
    {"a document of an inert kind", OPEN, R_INERT, verdict_whole, BY_ROTATED, NOW, NOW, 24, 0,
     DISPUTED(NOT_ISSUE)},
    {"a document of inception", OPEN, R_INCEPTION, verdict_whole, BY_FIRST, NOW, NOW, 24, 0,
     TAMPERED(SIGNER)},
    {"a newer kind", NEWER, R_INERT, verdict_whole, BARE, NOW, NOW, 24, 0, UNKNOWN(NEWER)},
    {"a document of a newer kind", NEWER, R_INERT, verdict_whole, BY_ROTATED, NOW, NOW, 24, 0,
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
    {"the last fresh second", OPEN, R_PLAIN, verdict_whole, GOOD, HOUR(72), HOUR(72), 24, 0, V},
    {"stale", OPEN, R_PLAIN, verdict_whole, GOOD, HOUR(72) + 1, HOUR(72) + 1, 24, 0,
     UNKNOWN(STALE)},
    {"stale, a reference", OPEN, R_PLAIN, verdict_whole, BARE, HOUR(80), HOUR(80), 24, 0,
     UNKNOWN(STALE)},
    {"stale for an hour's bound", OPEN, R_PLAIN, verdict_whole, GOOD, HOUR(49) + 1, NOW, 1, 0,
     UNKNOWN(STALE)},
    {"stale now, asked of before", OPEN, R_PLAIN, verdict_whole, GOOD, HOUR(80), HOUR(20), 24, 0,
     UNKNOWN(STALE)},
    {"revoked where it is stale", OPEN, R_LAPSED, verdict_whole, GOOD, HOUR(200), HOUR(200), 24, 0,
     REVOKED},
    {"superseded where it is stale", OPEN, R_SUPERSEDED, verdict_whole, GOOD, HOUR(200), HOUR(200),
     24, 0, SUPERSEDED},
    {"expired where it is stale", OPEN, R_ENDED, verdict_whole, GOOD, HOUR(200), HOUR(200), 24, 0,
     EXPIRED},
    {"suspended where it is stale", OPEN, R_SUSPENDED, verdict_whole, GOOD, HOUR(200), HOUR(200),
     24, 0, UNKNOWN(STALE)},
    {"a heartbeat", OPEN, R_PLAIN, beats, GOOD, HOUR(96), HOUR(96), 24, 0, V},
    {"a stale heartbeat", OPEN, R_PLAIN, beats, GOOD, HOUR(96) + 1, HOUR(96), 24, 0,
     UNKNOWN(STALE)},
    {"a heartbeat of the future is none", OPEN, R_PLAIN, beats, GOOD, HOUR(72) - 301, HOUR(60), 20,
     0, UNKNOWN(STALE)},
    {"a heartbeat a little ahead", OPEN, R_PLAIN, beats, GOOD, HOUR(72) - 300, HOUR(60), 20, 0, V},
    {"a witness is no heartbeat", OPEN, R_PLAIN, verdict_seen_once, GOOD, HOUR(80), HOUR(80), 24, 0,
     UNKNOWN(STALE)},
    {"a checkpoint a little ahead", OPEN, R_PLAIN, verdict_whole, GOOD, HOUR(48) - 300, HOUR(47),
     24, 0, V},
    {"a checkpoint of the future", OPEN, R_PLAIN, verdict_whole, GOOD, HOUR(48) - 301, HOUR(47), 24,
     0, UNKNOWN(FUTURE)},
    {"revoked, in the future", OPEN, R_LAPSED, verdict_whole, GOOD, HOUR(40), HOUR(40), 24, 0,
     REVOKED},

    /* witnesses */
    {"no witness of one", OPEN, R_PLAIN, verdict_whole, GOOD, NOW, NOW, 24, 1, UNKNOWN(WITNESSES)},
    {"one of one", OPEN, R_PLAIN, verdict_seen_once, GOOD, HOUR(84), HOUR(84), 24, 1, V},
    {"one of one, stale", OPEN, R_PLAIN, verdict_seen_once, GOOD, HOUR(84) + 1, HOUR(84), 24, 1,
     UNKNOWN(STALE)},
    {"one of two", OPEN, R_PLAIN, verdict_seen_once, GOOD, HOUR(61), HOUR(61), 24, 2,
     UNKNOWN(WITNESSES)},
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
    {"a witness of the future is none", OPEN, R_PLAIN, verdict_seen_once, GOOD, HOUR(60) - 301,
     HOUR(50), 24, 1, UNKNOWN(WITNESSES)},
    {"a heartbeat does not freshen witnesses", OPEN, R_PLAIN, beats_and_seen, GOOD, HOUR(84) + 1,
     HOUR(84), 24, 1, UNKNOWN(STALE)},
    {"revoked, without witnesses", OPEN, R_LAPSED, verdict_whole, GOOD, NOW, NOW, 24, 1, REVOKED},

    /* closure */
    {"closed for good", CLOSED, R_PLAIN, verdict_whole, GOOD, HOUR(99999), HOUR(99999), 24, 0, V},
    {"closed for good, revoked", CLOSED, R_LAPSED, verdict_whole, GOOD, HOUR(99999), HOUR(99999),
     24, 0, REVOKED},
    {"closed for good, suspended", CLOSED, R_SUSPENDED, verdict_whole, GOOD, HOUR(99999),
     HOUR(99999), 24, 0, SUSPENDED},
    {"closed for good, without witnesses", CLOSED, R_PLAIN, verdict_whole, GOOD, NOW, NOW, 24, 1,
     UNKNOWN(WITNESSES)},
    {"closed for good, seen long ago", CLOSED, R_PLAIN, verdict_seen_once, GOOD, HOUR(99999),
     HOUR(99999), 24, 1, V},
    {"with a custodian", CUSTODIAN, R_PLAIN, verdict_whole, GOOD, NOW, NOW, 24, 0, V},
    {"continued by a custodian: revoked", CONTINUED, R_PLAIN, verdict_whole, GOOD, HOUR(62),
     HOUR(62), 24, 0, REVOKED},
    {"continued by a custodian: revoked, at the time", CONTINUED, R_PLAIN, verdict_whole, GOOD,
     HOUR(62), HOUR(60), 24, 0, REVOKED},
    {"continued by a custodian: revoked, before", CONTINUED, R_PLAIN, verdict_whole, GOOD, HOUR(62),
     HOUR(60) - 1, 24, 0, V},
    {"continued by a custodian: reinstated", CONTINUED, R_TWICE, verdict_whole, GOOD, HOUR(62),
     HOUR(62), 24, 0, V},
    {"continued by a custodian: reinstated, before", CONTINUED, R_TWICE, verdict_whole, GOOD,
     HOUR(62), HOUR(59), 24, 0, V},
    {"continued by a custodian: untouched", CONTINUED, R_SUCCESSOR, verdict_whole, GOOD, HOUR(62),
     HOUR(62), 24, 0, V},
    {"continued by a custodian: by a rotated key", CONTINUED, R_PLAIN, verdict_whole, BY_ROTATED,
     HOUR(62), HOUR(62), 24, 0, TAMPERED(SIGNER)},
    {"continued by a custodian: stale", CONTINUED, R_SUCCESSOR, verdict_whole, GOOD, HOUR(99),
     HOUR(99), 24, 0, UNKNOWN(STALE)},
    {"continued by a custodian: stale, revoked", CONTINUED, R_PLAIN, verdict_whole, BARE, HOUR(99),
     HOUR(99), 24, 0, REVOKED},
    {"renewed by a custodian: revoked", RENEWED, R_PLAIN, verdict_whole, GOOD, HOUR(62), HOUR(62),
     24, 0, REVOKED},
    {"renewed by a custodian: revoked, at the time", RENEWED, R_PLAIN, verdict_whole, GOOD,
     HOUR(62), HOUR(60), 24, 0, REVOKED},
    {"renewed by a custodian: revoked, before", RENEWED, R_PLAIN, verdict_whole, GOOD, HOUR(62),
     HOUR(60) - 1, 24, 0, V},
    {"renewed by a custodian: reinstated", RENEWED, R_TWICE, verdict_whole, GOOD, HOUR(62),
     HOUR(62), 24, 0, V},
    {"renewed by a custodian: reinstated, before", RENEWED, R_TWICE, verdict_whole, GOOD, HOUR(62),
     HOUR(59), 24, 0, V},
    {"renewed by a custodian: untouched", RENEWED, R_SUCCESSOR, verdict_whole, GOOD, HOUR(62),
     HOUR(62), 24, 0, V},
    {"renewed by a custodian: by a rotated key", RENEWED, R_PLAIN, verdict_whole, BY_ROTATED,
     HOUR(62), HOUR(62), 24, 0, TAMPERED(SIGNER)},
    {"renewed by a custodian: stale", RENEWED, R_SUCCESSOR, verdict_whole, GOOD, HOUR(99), HOUR(99),
     24, 0, UNKNOWN(STALE)},
    {"renewed by a custodian: stale, revoked", RENEWED, R_PLAIN, verdict_whole, BARE, HOUR(99),
     HOUR(99), 24, 0, REVOKED},
    {"with a custodian, stale", CUSTODIAN, R_PLAIN, verdict_whole, GOOD, HOUR(99999), HOUR(99999),
     24, 0, UNKNOWN(STALE)},
};
const size_t verdict_row_count = sizeof(verdict_rows) / sizeof(verdict_rows[0]);
