/* The part of the table that is about forks: one log with two branches after its second root entry,
 * judged from either; and one with two root chains. */
#include <stdio.h>

#include "tests/support/verdict_scene.h"

/* ------------------------------------------------------------------ the logs */

/* Issued at hour 1 in what both branches have; what is said in the epoch is said by this branch at
 * hour 12, by the other at hour 13. */
enum record {
    OLD,
    OLD_ENDED,     /* valid until hour 15 */
    OLD_SUSPENDED, /* at hour 6, below the fork */
    OLD_REVOKED,
    OLD_VOIDED,
    OLD_LIFTED, /* suspended at 5, reinstated at 7 */
    HERE_SUSPENDED,
    HERE_LIFTED,   /* suspended at 12, reinstated at 14 */
    HERE_RELEASED, /* suspended at 6, below the fork, and reinstated at 12 */
    HERE_TWICE,    /* suspended at 6, reinstated at 12, suspended at 14 */
    HERE_OFTEN,    /* suspended and reinstated nine times at 12 */
    HERE_REVOKED,
    HERE_VOIDED,
    HERE_SUPERSEDED,
    THERE_SUSPENDED,
    THERE_REVOKED,
    THERE_VOIDED,
    THERE_SUPERSEDED,
    THERE_RELEASED,
    THERE_LIFTED,    /* suspended at 13, reinstated at 14 */
    BOTH_REVOKED,    /* suspended here, revoked there */
    BOTH_SUPERSEDED, /* superseded here, suspended there */
    OLD_RECORDS,
    NEW = OLD_RECORDS, /* issued in the epoch at hour 11: another on each branch */
    NEW_REVOKED,       /* here at hour 14 */
    NEW_ENDED,         /* valid until hour 15 */
    NEWEST,            /* at the end of the longer branch */
    BEYOND,            /* beyond the end of either */
    OPENING,           /* the entry that opened the epoch */
    CHAINED,           /* issued on either chain after its root entry */
    RECORDS,
};

static struct log_builder base, here, there, resolved, chain_a, chain_b;
static uint64_t records[RECORDS], achievement;
static struct avow_checkpoint seen_new; /* this branch, when NEW was its last entry but one */

static void issue(struct log_builder *log, enum record record, uint8_t fill, uint64_t until)
{
    struct avow_hash commitment;
    memset(commitment.bytes, fill + (int)record, sizeof(commitment.bytes));
    records[record] = log_builder_add_issue_of(log, achievement, &commitment, log->t, until);
}

static void move(struct log_builder *log, unsigned hour, enum record record, enum avow_status state,
                 enum avow_reason reason)
{
    log->t = HOUR(hour);
    const bool replaced = state == AVOW_STATUS_SUPERSEDED;
    (void)log_builder_add_status(log, records[record], state, reason,
                                 replaced ? records[NEW] : LOG_BUILDER_NONE);
}

#define SUSPEND AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED
#define LIFT AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED
#define REVOKE AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED
#define VOID AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD
#define SUPERSEDE AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED

static void make_base(void)
{
    log_builder_start(&base, "forked");
    achievement = log_builder_add_achievement(&base, "FK", "Forks");
    base.t = HOUR(1);
    for (enum record record = OLD; record < OLD_RECORDS; record++)
        issue(&base, record, 0x10, record == OLD_ENDED ? HOUR(15) : 0);
    move(&base, 5, OLD_LIFTED, SUSPEND);
    move(&base, 6, OLD_SUSPENDED, SUSPEND);
    move(&base, 6, OLD_REVOKED, REVOKE);
    move(&base, 6, OLD_VOIDED, VOID);
    move(&base, 6, HERE_RELEASED, SUSPEND);
    move(&base, 6, HERE_TWICE, SUSPEND);
    move(&base, 6, THERE_RELEASED, SUSPEND);
    move(&base, 7, OLD_LIFTED, LIFT);
    base.t = HOUR(10);
    records[OPENING] = log_builder_rotate_root(&base);
}

static void make_there(void)
{
    struct log_builder *log = &there;
    log_builder_copy(log, &base, base.count);
    log->t = HOUR(11);
    issue(log, NEW, 0x80, 0);
    move(log, 13, THERE_SUSPENDED, SUSPEND);
    move(log, 13, THERE_REVOKED, REVOKE);
    move(log, 13, THERE_VOIDED, VOID);
    move(log, 13, THERE_SUPERSEDED, SUPERSEDE);
    move(log, 13, THERE_RELEASED, LIFT);
    move(log, 13, THERE_LIFTED, SUSPEND);
    move(log, 13, BOTH_REVOKED, REVOKE);
    move(log, 13, BOTH_SUPERSEDED, SUSPEND);
    move(log, 14, THERE_LIFTED, LIFT);
    log->t = HOUR(48);
}

static void make_here(void)
{
    struct log_builder *log = &here;
    log_builder_copy(log, &base, base.count);
    log->t = HOUR(11);
    issue(log, NEW, 0x10, 0);
    issue(log, NEW_REVOKED, 0x10, 0);
    seen_new = log_builder_checkpoint(log, HOUR(11));
    issue(log, NEW_ENDED, 0x10, HOUR(15));
    move(log, 12, HERE_SUSPENDED, SUSPEND);
    move(log, 12, HERE_LIFTED, SUSPEND);
    move(log, 12, HERE_RELEASED, LIFT);
    move(log, 12, HERE_TWICE, LIFT);
    for (unsigned i = 0; i < 9; i++) {
        move(log, 12, HERE_OFTEN, SUSPEND);
        move(log, 12, HERE_OFTEN, LIFT);
    }
    move(log, 12, HERE_REVOKED, REVOKE);
    move(log, 12, HERE_VOIDED, VOID);
    move(log, 12, HERE_SUPERSEDED, SUPERSEDE);
    move(log, 12, BOTH_REVOKED, SUSPEND);
    move(log, 12, BOTH_SUPERSEDED, SUPERSEDE);
    move(log, 14, HERE_LIFTED, LIFT);
    move(log, 14, HERE_TWICE, SUSPEND);
    move(log, 14, NEW_REVOKED, REVOKE);
    log->t = HOUR(16);
    issue(log, NEWEST, 0x10, 0);
    records[BEYOND] = log->count;
    log->t = HOUR(48);
}

static void make_resolved(void)
{
    log_builder_copy(&resolved, &here, here.count);
    resolved.t = HOUR(20);
    log_builder_rotate_root(&resolved);
    resolved.t = HOUR(48);
}

/* Each brings a key of its own, revokes and reinstates. */
static void make_chain(struct log_builder *log, const char *name)
{
    const struct log_key key = log_builder_key(&base, name);
    log_builder_copy(log, &base, base.count);
    log->t = HOUR(11);
    log_builder_authorise(log, AVOW_USE_SIGN, &key.key);
    issue(log, CHAINED, 0x10, 0);
    move(log, 12, HERE_REVOKED, REVOKE);
    move(log, 12, HERE_RELEASED, LIFT);
    log->t = HOUR(48);
}

static void init(void)
{
    make_base();
    make_there();
    make_here();
    make_resolved();
    make_chain(&chain_a, "chain a");
    make_chain(&chain_b, "chain b");
}

static void fini(void)
{
    struct log_builder *logs[] = {&base, &here, &there, &resolved, &chain_a, &chain_b};
    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
        log_builder_fini(logs[i]);
}

/* ------------------------------------------------------------------ what is done to a scene */

typedef void tweak(struct verdict_scene *scene);

static void reference_alone(struct verdict_scene *scene)
{
    scene->subject.has_document = false;
}

static void bad_proof(struct verdict_scene *scene)
{
    scene->subject.proof_good = false;
}

static void by_stranger(struct verdict_scene *scene)
{
    scene->subject.signer = scene_witness(2).key;
}

static void other_commitment(struct verdict_scene *scene)
{
    scene->subject.commitment.bytes[0] ^= 1;
}

static void seen_once(struct verdict_scene *scene)
{
    const struct log_key key = scene_witness(0);
    proof_plan_first(&scene->plans[0], &seen_new, &key, HOUR(12), scene->subject.index);
}

static void seen_now(struct verdict_scene *scene)
{
    const struct log_key key = scene_witness(0);
    proof_plan_cosign(&scene->plans[0], &key, HOUR(48));
}

static void seen_by_stranger(struct verdict_scene *scene)
{
    const struct log_key key = log_builder_key(&base, "stranger");
    proof_plan_cosign(&scene->plans[0], &key, HOUR(48));
}

static void seen_in_the_future(struct verdict_scene *scene)
{
    const struct log_key key = scene_witness(0);
    proof_plan_cosign(&scene->plans[0], &key, SCENE_NOW + 301);
}

static void want_one(struct verdict_scene *scene)
{
    scene->policy.min_witnesses = 1;
}

static void want_two(struct verdict_scene *scene)
{
    scene->policy.min_witnesses = 2;
}

static void without_witnesses(struct verdict_scene *scene)
{
    scene->policy.witness_count = 0;
}

/* The branch at hand ended at hour 18: what is known of the other is newer. */
static void stale_here(struct verdict_scene *scene)
{
    struct proof_plan *plan = &scene->plans[0];
    plan->checkpoint = log_builder_checkpoint(plan->log, HOUR(18));
    scene->policy.max_age_s = (uint64_t)6 * 3600;
}

static void stale_all_over(struct verdict_scene *scene)
{
    scene->policy.max_age_s = 3599;
}

static void hide_map(struct verdict_scene *scene)
{
    scene->plans[0].chunk_count = 0;
    scene->hides = true;
}

/* The oldest status entry that is shown: what holds below the fork. */
static void hide_oldest_event(struct verdict_scene *scene)
{
    struct proof_plan *plan = &scene->plans[0];
    struct avow_entry entry;
    for (size_t i = 0; i < plan->entry_count; i++) {
        if (avow_entry_decode(plan->log->rows[plan->entries[i]].bytes, &entry) == AVOW_ACCEPT &&
            entry.kind == AVOW_KIND_STATUS) {
            scene_hide(scene, plan, plan->entries[i]);
            return;
        }
    }
}

static void hide_entry(struct verdict_scene *scene)
{
    scene_hide(scene, &scene->plans[0], scene->subject.index);
}

/* Nothing is known of a fork. */
static void no_fork(struct verdict_scene *scene)
{
    scene->plans[0].fork_count = 0;
}

/* ------------------------------------------------------------------ the rows */

enum side { HERE, THERE, EITHER, RESOLVED, CHAIN_A, CHAIN_B, BOTH_CHAINS, FORKED_CHAIN };

struct row {
    const char *name;
    enum side side;
    enum record record;
    tweak *tweaks[3];
    uint64_t at;
    enum avow_word word;
    enum avow_why why;
};

#define NOW SCENE_NOW
#define V AVOW_WORD_VALID, AVOW_WHY_NONE
#define REVOKED AVOW_WORD_REVOKED, AVOW_WHY_STATUS
#define SUSPENDED AVOW_WORD_SUSPENDED, AVOW_WHY_STATUS
#define SUPERSEDED AVOW_WORD_SUPERSEDED, AVOW_WHY_STATUS
#define EXPIRED AVOW_WORD_EXPIRED, AVOW_WHY_PERIOD
#define FORK AVOW_WORD_DISPUTED, AVOW_WHY_FORK
#define ROOT_FORK AVOW_WORD_DISPUTED, AVOW_WHY_ROOT_FORK
#define TAMPERED(why) AVOW_WORD_TAMPERED, AVOW_WHY_##why
#define DISPUTED(why) AVOW_WORD_DISPUTED, AVOW_WHY_##why
#define UNKNOWN(why) AVOW_WORD_UNKNOWN, AVOW_WHY_##why

#define DO(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct row rows[] = {
    /* below the fork */
    {"below a fork", EITHER, OLD, DO(NULL), NOW, V},
    {"below a fork: a reference", EITHER, OLD, DO(reference_alone), NOW, V},
    {"below a fork: a bad proof", EITHER, OLD, DO(bad_proof), NOW, TAMPERED(PROOF)},
    {"below a fork: by a stranger", EITHER, OLD, DO(by_stranger), NOW, TAMPERED(SIGNER)},
    {"below a fork: another document", EITHER, OLD, DO(other_commitment), NOW, DISPUTED(ENTRY)},
    {"below a fork: not shown", EITHER, OLD, DO(hide_entry), NOW, UNKNOWN(MISSING)},
    {"below a fork: its state is not shown", EITHER, OLD, DO(hide_map), NOW, UNKNOWN(MISSING)},
    {"below a fork, before it was issued", EITHER, OLD, DO(NULL), HOUR(1) - 1,
     AVOW_WORD_NOT_YET_VALID, AVOW_WHY_PERIOD},
    {"below a fork, ended", EITHER, OLD_ENDED, DO(NULL), NOW, EXPIRED},
    {"below a fork, ended, before", EITHER, OLD_ENDED, DO(NULL), HOUR(15), V},
    {"suspended below a fork", EITHER, OLD_SUSPENDED, DO(NULL), NOW, SUSPENDED},
    {"suspended below a fork, before", EITHER, OLD_SUSPENDED, DO(NULL), HOUR(6) - 1, V},
    {"revoked below a fork", EITHER, OLD_REVOKED, DO(NULL), NOW, REVOKED},
    {"revoked below a fork, before", EITHER, OLD_REVOKED, DO(NULL), HOUR(6) - 1, V},
    {"voided below a fork, before", EITHER, OLD_VOIDED, DO(NULL), HOUR(6) - 1, REVOKED},
    {"reinstated below a fork", EITHER, OLD_LIFTED, DO(NULL), NOW, V},
    {"reinstated below a fork, meanwhile", EITHER, OLD_LIFTED, DO(NULL), HOUR(6), V},
    {"suspended on one branch", EITHER, HERE_SUSPENDED, DO(NULL), NOW, SUSPENDED},
    {"suspended on one branch, before", EITHER, HERE_SUSPENDED, DO(NULL), HOUR(12) - 1, V},
    {"suspended and reinstated on one branch", EITHER, HERE_LIFTED, DO(NULL), NOW, SUSPENDED},
    {"suspended and reinstated on one branch, meanwhile", EITHER, HERE_LIFTED, DO(NULL), HOUR(13),
     SUSPENDED},
    {"suspended and reinstated on one branch, before", EITHER, HERE_LIFTED, DO(NULL), HOUR(12) - 1,
     V},
    {"reinstated on one branch", EITHER, HERE_RELEASED, DO(NULL), NOW, SUSPENDED},
    {"reinstated on one branch, before", EITHER, HERE_RELEASED, DO(NULL), HOUR(11), SUSPENDED},
    {"reinstated on one branch, before all", EITHER, HERE_RELEASED, DO(NULL), HOUR(6) - 1, V},
    {"suspended twice", EITHER, HERE_TWICE, DO(NULL), HOUR(13), SUSPENDED},
    {"suspended and reinstated often", EITHER, HERE_OFTEN, DO(NULL), NOW, SUSPENDED},
    {"suspended and reinstated often, before", HERE, HERE_OFTEN, DO(NULL), HOUR(12) - 1, SUSPENDED},
    {"revoked on one branch", EITHER, HERE_REVOKED, DO(NULL), NOW, REVOKED},
    {"revoked on one branch, at the time", EITHER, HERE_REVOKED, DO(NULL), HOUR(12), REVOKED},
    {"revoked on one branch, before", EITHER, HERE_REVOKED, DO(NULL), HOUR(12) - 1, V},
    {"voided on one branch, before", EITHER, HERE_VOIDED, DO(NULL), HOUR(12) - 1, REVOKED},
    {"superseded on one branch", EITHER, HERE_SUPERSEDED, DO(NULL), NOW, SUPERSEDED},
    {"superseded on one branch, before", EITHER, HERE_SUPERSEDED, DO(NULL), HOUR(12) - 1, V},
    {"suspended on the other", EITHER, THERE_SUSPENDED, DO(NULL), NOW, SUSPENDED},
    {"suspended on the other, before", EITHER, THERE_SUSPENDED, DO(NULL), HOUR(13) - 1, V},
    {"revoked on the other", EITHER, THERE_REVOKED, DO(NULL), NOW, REVOKED},
    {"revoked on the other: a reference", EITHER, THERE_REVOKED, DO(reference_alone), NOW, REVOKED},
    {"revoked on the other, before", EITHER, THERE_REVOKED, DO(NULL), HOUR(13) - 1, V},
    {"voided on the other, before", EITHER, THERE_VOIDED, DO(NULL), HOUR(13) - 1, REVOKED},
    {"superseded on the other", EITHER, THERE_SUPERSEDED, DO(NULL), NOW, SUPERSEDED},
    {"reinstated on the other", EITHER, THERE_RELEASED, DO(NULL), NOW, SUSPENDED},
    {"suspended and reinstated on the other", EITHER, THERE_LIFTED, DO(NULL), NOW, SUSPENDED},
    {"suspended on one, revoked on the other", EITHER, BOTH_REVOKED, DO(NULL), NOW, REVOKED},
    {"suspended on one, revoked on the other, before", EITHER, BOTH_REVOKED, DO(NULL), HOUR(12) - 1,
     V},
    {"superseded on one, suspended on the other", EITHER, BOTH_SUPERSEDED, DO(NULL), NOW,
     SUPERSEDED},
    {"suspended twice: the first is not shown", HERE, HERE_TWICE, DO(hide_oldest_event), NOW,
     UNKNOWN(MISSING)},
    {"superseded on one branch: its state is not shown", HERE, HERE_SUPERSEDED, DO(hide_map), NOW,
     UNKNOWN(MISSING)},
    {"revoked on the other, of which nothing is known", HERE, THERE_REVOKED, DO(no_fork), NOW, V},
    {"as fresh as the other branch", EITHER, OLD, DO(stale_here), NOW, V},
    {"staler than either branch", EITHER, OLD, DO(stale_all_over), NOW, UNKNOWN(STALE)},
    {"stale, and revoked on the other", EITHER, THERE_REVOKED, DO(stale_all_over), NOW, REVOKED},

    /* beyond it */
    {"beyond a fork", EITHER, NEW, DO(NULL), NOW, FORK},
    {"beyond a fork: a reference", EITHER, NEW, DO(reference_alone), NOW, FORK},
    {"beyond a fork: a bad proof", EITHER, NEW, DO(bad_proof), NOW, TAMPERED(PROOF)},
    {"beyond a fork: by a stranger", EITHER, NEW, DO(by_stranger), NOW, TAMPERED(SIGNER)},
    {"beyond a fork: another document", EITHER, NEW, DO(other_commitment), NOW, FORK},
    {"beyond a fork: not shown", EITHER, NEW, DO(hide_entry), NOW, FORK},
    {"beyond a fork, before it was issued", EITHER, NEW, DO(NULL), HOUR(10), FORK},
    {"beyond a fork, stale", EITHER, NEW, DO(stale_all_over), NOW, FORK},
    {"beyond a fork, revoked", EITHER, NEW_REVOKED, DO(NULL), NOW, FORK},
    {"beyond a fork, ended", EITHER, NEW_ENDED, DO(NULL), NOW, FORK},
    {"beyond a fork, on one branch alone", EITHER, NEWEST, DO(NULL), NOW, FORK},
    {"beyond a fork, on one branch alone: by a stranger", EITHER, NEWEST, DO(by_stranger), NOW,
     TAMPERED(SIGNER)},
    {"beyond both branches", EITHER, BEYOND, DO(reference_alone), NOW, FORK},
    {"the entry that opened it", EITHER, OPENING, DO(NULL), NOW, UNKNOWN(NOT_ISSUE)},
    {"beyond a fork, of which nothing is known", HERE, NEW, DO(no_fork), NOW, V},
    {"beyond a fork, witnessed", HERE, NEW, DO(seen_once), NOW, V},
    {"beyond a fork, witnessed now", HERE, NEW, DO(seen_now), NOW, V},
    {"beyond a fork, witnessed on the other branch", THERE, NEW, DO(seen_now), NOW,
     DISPUTED(ENTRY)},
    {"beyond a fork, witnessed: another document", HERE, NEW, DO(seen_once, other_commitment), NOW,
     DISPUTED(ENTRY)},
    {"beyond a fork, witnessed, revoked", HERE, NEW_REVOKED, DO(seen_once), NOW, REVOKED},
    {"beyond a fork, witnessed, revoked, before", HERE, NEW_REVOKED, DO(seen_once), HOUR(13), V},
    {"beyond a fork, witnessed, ended", HERE, NEW_ENDED, DO(seen_now), NOW, EXPIRED},
    {"beyond a fork, by a stranger's word", HERE, NEW, DO(seen_by_stranger), NOW, FORK},
    {"beyond a fork, witnessed in the future", HERE, NEW, DO(seen_in_the_future), NOW, FORK},
    {"beyond a fork, witnessed for another", HERE, NEW, DO(seen_now, without_witnesses), NOW, FORK},
    {"beyond a fork, one witness wanted", HERE, NEW, DO(seen_now, want_one), NOW, V},
    {"beyond a fork, two witnesses wanted", HERE, NEW, DO(seen_now, want_two), NOW, FORK},
    {"beyond a fork, two witnesses wanted, below", HERE, OLD, DO(seen_now, want_two), NOW,
     UNKNOWN(WITNESSES)},
    {"beyond a fork that was resolved", RESOLVED, NEW, DO(NULL), NOW, V},
    {"below a fork that was resolved", RESOLVED, HERE_RELEASED, DO(NULL), NOW, V},

    /* two root chains */
    {"below a root fork", BOTH_CHAINS, OLD, DO(NULL), NOW, V},
    {"below a root fork: a reference", BOTH_CHAINS, OLD, DO(reference_alone), NOW, V},
    {"below a root fork: by a stranger", BOTH_CHAINS, OLD, DO(by_stranger), NOW, TAMPERED(SIGNER)},
    {"below a root fork, revoked on both sides", BOTH_CHAINS, HERE_REVOKED, DO(NULL), NOW, REVOKED},
    {"below a root fork, revoked, before", BOTH_CHAINS, HERE_REVOKED, DO(NULL), HOUR(12) - 1, V},
    {"below a root fork, reinstated behind it", BOTH_CHAINS, HERE_RELEASED, DO(NULL), NOW,
     SUSPENDED},
    {"below a root fork, suspended", BOTH_CHAINS, OLD_SUSPENDED, DO(NULL), NOW, SUSPENDED},
    {"below a root fork, stale", BOTH_CHAINS, OLD, DO(stale_all_over), NOW, UNKNOWN(STALE)},
    {"the last entry before a root fork", BOTH_CHAINS, OPENING, DO(NULL), NOW, UNKNOWN(NOT_ISSUE)},
    {"behind a root fork", BOTH_CHAINS, CHAINED, DO(NULL), NOW, ROOT_FORK},
    {"behind a root fork: a reference", BOTH_CHAINS, CHAINED, DO(reference_alone), NOW, ROOT_FORK},
    {"behind a root fork: a bad proof", BOTH_CHAINS, CHAINED, DO(bad_proof), NOW, TAMPERED(PROOF)},
    {"behind a root fork: by a stranger", BOTH_CHAINS, CHAINED, DO(by_stranger), NOW, ROOT_FORK},
    {"behind a root fork, witnessed", BOTH_CHAINS, CHAINED, DO(seen_now), NOW, ROOT_FORK},
    {"behind a root fork, beyond the log", BOTH_CHAINS, BEYOND, DO(reference_alone), NOW,
     ROOT_FORK},
    {"of one root chain alone", CHAIN_A, CHAINED, DO(no_fork), NOW, V},
    {"below a fork and a root fork", FORKED_CHAIN, OLD, DO(NULL), NOW, V},
    {"behind a fork and a root fork", FORKED_CHAIN, CHAINED, DO(NULL), NOW, ROOT_FORK},
};

/* Each row of two sides is two scenes. */
static bool is_double(const struct row *row)
{
    return row->side == EITHER || row->side == BOTH_CHAINS;
}

static size_t count(void)
{
    size_t scenes = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        scenes += is_double(&rows[i]) ? 2 : 1;
    return scenes;
}

static const struct log_builder *log_of(enum side side)
{
    const struct log_builder *const logs[] = {
        [HERE] = &here,       [THERE] = &there,     [EITHER] = NULL,      [RESOLVED] = &resolved,
        [CHAIN_A] = &chain_a, [CHAIN_B] = &chain_b, [BOTH_CHAINS] = NULL, [FORKED_CHAIN] = &chain_a,
    };
    return logs[side];
}

static void add_forks(struct proof_plan *plan, enum side side, uint64_t index)
{
    const struct avow_checkpoint longer = log_builder_checkpoint(&here, HOUR(48));
    const struct avow_checkpoint shorter = log_builder_checkpoint(&there, HOUR(48));
    if (side == HERE || side == THERE) {
        proof_plan_fork(plan, &shorter, &longer, &here);
        proof_plan_foreign(plan, side == HERE ? &there : &here, index);
    }
    if (side == FORKED_CHAIN) {
        const struct avow_checkpoint late = log_builder_checkpoint(&chain_a, HOUR(48));
        struct avow_checkpoint false_one = late;
        false_one.root.bytes[0] ^= 1;
        avow_checkpoint_sign(&false_one, &chain_a.sign.secret);
        proof_plan_fork(plan, &late, &false_one, NULL);
    }
    if (side == CHAIN_A || side == FORKED_CHAIN)
        proof_plan_other_chain(plan, &chain_b);
    if (side == CHAIN_B)
        proof_plan_other_chain(plan, &chain_a);
}

static void make_row(const struct row *row, enum side side, struct verdict_scene *scene)
{
    const struct log_builder *log = log_of(side);
    const uint64_t index = records[row->record];
    scene_init(scene, row->name);
    /* The document is of this branch, whichever is at hand. */
    scene_document(scene, side == THERE ? &here : log, index);
    struct proof_plan *plan = scene_add(scene, log);
    if (index < log->count)
        proof_plan_record(plan, index);
    add_forks(plan, side, index);
    for (size_t i = 0; i < 3 && row->tweaks[i] != NULL; i++)
        row->tweaks[i](scene);
    scene->at = row->at;
    scene->word = row->word;
    scene->why = row->why;
}

static void make(size_t position, struct verdict_scene *scene)
{
    const struct row *row = rows;
    for (size_t scenes = 0;; row++) {
        const size_t of_row = is_double(row) ? 2 : 1;
        if (position < scenes + of_row) {
            position -= scenes;
            break;
        }
        scenes += of_row;
    }
    if (!is_double(row)) {
        make_row(row, row->side, scene);
        return;
    }
    const bool chains = row->side == BOTH_CHAINS;
    make_row(row, position == 0 ? (chains ? CHAIN_A : HERE) : (chains ? CHAIN_B : THERE), scene);
    if (position == 1)
        (void)snprintf(scene->name, sizeof(scene->name), "%s (the other side)", row->name);
}

const struct verdict_part verdict_part_forks = {init, fini, count, make};
