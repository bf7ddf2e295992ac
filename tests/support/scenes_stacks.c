/* The part of the table that is about stacks: an award of hour 20, what it is made of, and what
 * became of that under each cascade. */
#include "proto/codec/writer.h"
#include "tests/support/verdict_scene.h"

/* ------------------------------------------------------------------ the logs */

/* Issued at hour 1 unless it says otherwise. */
enum component {
    GOOD_ONE,
    GOOD_TWO,
    SUSPENDED_BEFORE, /* at hour 10 */
    SUSPENDED_AFTER,  /* at hour 30 */
    LIFTED,           /* suspended at 10, reinstated at 30 */
    REVOKED_BEFORE,
    REVOKED_AFTER,
    VOIDED_AFTER,
    SUPERSEDED_BEFORE,
    SUPERSEDED_AFTER,
    SUPERSEDED_VOIDED, /* superseded at 10, voided at 30 */
    ENDED_BEFORE,      /* valid until hour 15 */
    ENDED_AFTER,       /* valid until hour 25 */
    BEGINS_AFTER,      /* valid from hour 25 */
    ISSUED_AFTER,      /* at hour 30 */
    RENEWAL,
    COMPONENTS,
    ELSEWHERE = COMPONENTS, /* in another log */
    ELSEWHERE_REVOKED,      /* at hour 30 */
    ELSEWHERE_DISPUTED,     /* beyond a fork of that log */
    NOT_ISSUED,             /* an achievement */
    BEYOND_LOG,
    NONE,
};

enum award { AWARD, AWARD_REVOKED, AWARD_SUSPENDED, AWARD_ENDED, AWARDS };

/* The pathway that an award names. */
enum pathway {
    INVALID,
    DEGRADED,
    GRANDFATHERED,
    CASCADES,
    NO_PATHWAY = CASCADES,
    NO_SUCH_KIND,       /* an achievement */
    REPLACED_PATHWAY,   /* degraded, superseded at hour 30 */
    PATHWAY_ELSEWHERE,  /* invalid, in the other log */
    PATHWAY_IN_DISPUTE, /* likewise, beyond its fork */
};

static struct log_builder home, elsewhere, elsewhere_fork;
static uint64_t components[COMPONENTS], awards[AWARDS], pathways[CASCADES];
static uint64_t achievement, replaced_pathway, far_good, far_revoked, far_disputed, far_pathway,
    far_pathway_disputed;

static uint64_t issue(struct log_builder *log, uint64_t of, uint8_t fill, uint64_t from,
                      uint64_t until)
{
    struct avow_hash commitment;
    memset(commitment.bytes, fill, sizeof(commitment.bytes));
    return log_builder_add_issue_of(log, of, &commitment, from, until);
}

static uint64_t add_pathway(struct log_builder *log, uint64_t of, uint64_t cascade)
{
    uint8_t bytes[64];
    struct avow_buf rule;
    avow_buf_init_fixed(&rule, bytes, sizeof(bytes));
    avow_write_array(&rule, 3);
    avow_write_text(&rule, avow_bytes_text("achievement"));
    avow_write_nil(&rule);
    avow_write_uint(&rule, of);
    struct avow_entry entry = {.kind = AVOW_KIND_PATHWAY, .t = log->t};
    entry.pathway = (struct avow_pathway){.award = of,
                                          .title = avow_bytes_text("A diploma"),
                                          .cascade = cascade,
                                          .rule = avow_buf_bytes(&rule)};
    return log_builder_append(log, &entry);
}

struct happening {
    unsigned hour;
    enum component component;
    enum avow_status state;
    enum avow_reason reason;
};

#define SUSPEND AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED
#define LIFT AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED
#define REVOKE AVOW_STATUS_REVOKED, AVOW_REASON_LAPSED
#define VOID AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD
#define SUPERSEDE AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED

static const struct happening happenings[] = {
    {10, SUSPENDED_BEFORE, SUSPEND},
    {10, LIFTED, SUSPEND},
    {10, REVOKED_BEFORE, REVOKE},
    {10, SUPERSEDED_BEFORE, SUPERSEDE},
    {10, SUPERSEDED_VOIDED, SUPERSEDE},
    {30, SUSPENDED_AFTER, SUSPEND},
    {30, LIFTED, LIFT},
    {30, REVOKED_AFTER, REVOKE},
    {30, VOIDED_AFTER, VOID},
    {30, SUPERSEDED_AFTER, SUPERSEDE},
    {30, SUPERSEDED_VOIDED, VOID},
};

static void carry_out(unsigned hour)
{
    for (size_t i = 0; i < sizeof(happenings) / sizeof(happenings[0]); i++) {
        const struct happening *event = &happenings[i];
        const bool replaced = event->state == AVOW_STATUS_SUPERSEDED;
        if (event->hour == hour)
            (void)log_builder_add_status(&home, components[event->component], event->state,
                                         event->reason,
                                         replaced ? components[RENEWAL] : LOG_BUILDER_NONE);
    }
}

static void make_home(void)
{
    struct log_builder *log = &home;
    log_builder_start(log, "stacks");
    achievement = log_builder_add_achievement(log, "MC", "A part");
    const uint64_t diploma = log_builder_add_achievement(log, "DP", "A diploma");
    for (uint64_t cascade = 0; cascade < CASCADES; cascade++)
        pathways[cascade] = add_pathway(log, diploma, cascade);
    replaced_pathway = add_pathway(log, diploma, DEGRADED);
    log->t = HOUR(1);
    for (enum component i = GOOD_ONE; i < COMPONENTS; i++) {
        const uint64_t until = i == ENDED_BEFORE ? HOUR(15) : i == ENDED_AFTER ? HOUR(25) : 0;
        if (i != ISSUED_AFTER)
            components[i] = issue(log, achievement, (uint8_t)(0x20 + i),
                                  i == BEGINS_AFTER ? HOUR(25) : log->t, until);
    }
    log->t = HOUR(10);
    carry_out(10);
    log->t = HOUR(20);
    for (enum award i = AWARD; i < AWARDS; i++)
        awards[i] =
            issue(log, diploma, (uint8_t)(0x60 + i), log->t, i == AWARD_ENDED ? HOUR(40) : 0);
    log->t = HOUR(30);
    carry_out(30);
    components[ISSUED_AFTER] = issue(log, achievement, 0x5f, log->t, 0);
    (void)log_builder_add_status(log, replaced_pathway, SUPERSEDE,
                                 add_pathway(log, diploma, INVALID));
    (void)log_builder_add_status(log, awards[AWARD_REVOKED], REVOKE, LOG_BUILDER_NONE);
    (void)log_builder_add_status(log, awards[AWARD_SUSPENDED], SUSPEND, LOG_BUILDER_NONE);
    log->t = HOUR(48);
}

static void make_elsewhere(void)
{
    struct log_builder *log = &elsewhere;
    log_builder_start(log, "elsewhere");
    const uint64_t of = log_builder_add_achievement(log, "EL", "Another part");
    log->t = HOUR(1);
    far_good = issue(log, of, 0x30, log->t, 0);
    far_revoked = issue(log, of, 0x31, log->t, 0);
    far_pathway = add_pathway(log, of, INVALID);
    log->t = HOUR(5);
    log_builder_rotate_root(log);
    const size_t parted = log->count;
    log->t = HOUR(6);
    far_disputed = issue(log, of, 0x32, log->t, 0);
    far_pathway_disputed = add_pathway(log, of, INVALID);
    log->t = HOUR(30);
    (void)log_builder_add_status(log, far_revoked, REVOKE, LOG_BUILDER_NONE);
    log->t = HOUR(48);
    log_builder_copy(&elsewhere_fork, log, parted);
    elsewhere_fork.t = HOUR(6);
    (void)issue(&elsewhere_fork, of, 0x33, HOUR(6), 0);
}

static void init(void)
{
    make_home();
    make_elsewhere();
}

static void fini(void)
{
    log_builder_fini(&home);
    log_builder_fini(&elsewhere);
    log_builder_fini(&elsewhere_fork);
}

/* ------------------------------------------------------------------ what is done to a scene */

typedef void tweak(struct verdict_scene *scene);

static struct proof_plan *far(struct verdict_scene *scene)
{
    return scene_plan(scene, &elsewhere);
}

static void hide_component(struct verdict_scene *scene)
{
    scene_hide(scene, &scene->plans[0], scene->components[0].index);
}

static void hide_pathway(struct verdict_scene *scene)
{
    scene_hide(scene, &scene->plans[0], scene->subject.pathway.index);
}

static void hide_award(struct verdict_scene *scene)
{
    scene_hide(scene, &scene->plans[0], scene->subject.index);
}

static void hide_far_log(struct verdict_scene *scene)
{
    scene->plan_count = 1;
}

static void stale_far_log(struct verdict_scene *scene)
{
    far(scene)->checkpoint = log_builder_checkpoint(&elsewhere, HOUR(30));
    scene->policy.max_age_s = (uint64_t)10 * 3600;
}

static void stale_all_over(struct verdict_scene *scene)
{
    scene->policy.max_age_s = 3599;
}

static void bad_proof(struct verdict_scene *scene)
{
    scene->subject.proof_good = false;
}

static void other_commitment(struct verdict_scene *scene)
{
    scene->subject.commitment.bytes[0] ^= 1;
}

static void want_witnesses(struct verdict_scene *scene)
{
    const struct log_key witness = scene_witness(0);
    scene->policy.min_witnesses = 1;
    proof_plan_cosign(&scene->plans[0], &witness, HOUR(48));
}

/* Components need no recognition of their own. */
static void recognised_itself(struct verdict_scene *scene)
{
    static const uint8_t no_scope[] = {0x80};
    enum avow_reject reject =
        avow_policy_add_anchor(&scene->policy, avow_bytes_text(""), &home.state.chain.issuer,
                               avow_bytes(no_scope, sizeof(no_scope)));
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    scene->policy.require_recognition = true;
}

static void not_recognised(struct verdict_scene *scene)
{
    scene->policy.require_recognition = true;
}

/* ------------------------------------------------------------------ the rows */

struct row {
    const char *name;
    enum pathway pathway;
    enum component components[2];
    enum award award;
    tweak *tweak;
    uint64_t at;
    enum avow_word word;
    enum avow_why why;
};

#define NOW SCENE_NOW
#define V AVOW_WORD_VALID, AVOW_WHY_NONE
#define BY_COMPONENT(word) AVOW_WORD_##word, AVOW_WHY_COMPONENT
#define CANNOT AVOW_WORD_UNKNOWN, AVOW_WHY_COMPONENT
#define STATUS(word) AVOW_WORD_##word, AVOW_WHY_STATUS

#define OF(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct row rows[] = {
    /* invalid */
    {"stack of two", INVALID, OF(GOOD_ONE, GOOD_TWO), AWARD, NULL, NOW, V},
    {"stack of none, by a pathway", INVALID, OF(NONE), AWARD, NULL, NOW, V},
    {"stack: suspended before", INVALID, OF(GOOD_ONE, SUSPENDED_BEFORE), AWARD, NULL, NOW,
     BY_COMPONENT(SUSPENDED)},
    {"stack: suspended after", INVALID, OF(SUSPENDED_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(SUSPENDED)},
    {"stack: suspended after, before that", INVALID, OF(SUSPENDED_AFTER, NONE), AWARD, NULL,
     HOUR(30) - 1, V},
    {"stack: reinstated", INVALID, OF(LIFTED, NONE), AWARD, NULL, NOW, V},
    {"stack: reinstated, meanwhile", INVALID, OF(LIFTED, NONE), AWARD, NULL, HOUR(25), V},
    {"stack: revoked before", INVALID, OF(REVOKED_BEFORE, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"stack: revoked after", INVALID, OF(GOOD_ONE, REVOKED_AFTER), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"stack: revoked after, before that", INVALID, OF(REVOKED_AFTER, NONE), AWARD, NULL,
     HOUR(30) - 1, V},
    {"stack: revoked after, at the time", INVALID, OF(REVOKED_AFTER, NONE), AWARD, NULL, HOUR(30),
     BY_COMPONENT(REVOKED)},
    {"stack: voided after, before that", INVALID, OF(VOIDED_AFTER, NONE), AWARD, NULL, HOUR(25),
     BY_COMPONENT(REVOKED)},
    {"stack: superseded before", INVALID, OF(SUPERSEDED_BEFORE, NONE), AWARD, NULL, NOW, V},
    {"stack: superseded after", INVALID, OF(SUPERSEDED_AFTER, GOOD_ONE), AWARD, NULL, NOW, V},
    {"stack: superseded, then voided", INVALID, OF(SUPERSEDED_VOIDED, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"stack: ended before", INVALID, OF(ENDED_BEFORE, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(EXPIRED)},
    {"stack: ended after", INVALID, OF(ENDED_AFTER, NONE), AWARD, NULL, NOW, V},
    {"stack: begins after", INVALID, OF(BEGINS_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(NOT_YET_VALID)},
    {"stack: issued after", INVALID, OF(ISSUED_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(NOT_YET_VALID)},
    {"stack: elsewhere", INVALID, OF(ELSEWHERE, GOOD_ONE), AWARD, NULL, NOW, V},
    {"stack: elsewhere, revoked", INVALID, OF(ELSEWHERE_REVOKED, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"stack: elsewhere, in dispute", INVALID, OF(ELSEWHERE_DISPUTED, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(DISPUTED)},
    {"stack: elsewhere, not shown", INVALID, OF(ELSEWHERE, NONE), AWARD, hide_far_log, NOW, CANNOT},
    {"stack: elsewhere, stale", INVALID, OF(ELSEWHERE, NONE), AWARD, stale_far_log, NOW, CANNOT},
    {"stack: elsewhere, revoked, stale", INVALID, OF(ELSEWHERE_REVOKED, NONE), AWARD, stale_far_log,
     NOW, BY_COMPONENT(REVOKED)},
    {"stack: elsewhere, without witnesses", INVALID, OF(ELSEWHERE, NONE), AWARD, want_witnesses,
     NOW, CANNOT},
    {"stack: not shown", INVALID, OF(GOOD_ONE, NONE), AWARD, hide_component, NOW, CANNOT},
    {"stack: no credential", INVALID, OF(NOT_ISSUED, NONE), AWARD, NULL, NOW, CANNOT},
    {"stack: beyond the log", INVALID, OF(BEYOND_LOG, NONE), AWARD, NULL, NOW, CANNOT},

    /* degraded */
    {"degraded: of two", DEGRADED, OF(GOOD_ONE, GOOD_TWO), AWARD, NULL, NOW, V},
    {"degraded: suspended", DEGRADED, OF(SUSPENDED_BEFORE, NONE), AWARD, NULL, NOW, V},
    {"degraded: revoked before", DEGRADED, OF(REVOKED_BEFORE, NONE), AWARD, NULL, NOW, V},
    {"degraded: revoked after", DEGRADED, OF(REVOKED_AFTER, GOOD_ONE), AWARD, NULL, NOW, V},
    {"degraded: revoked after, before that", DEGRADED, OF(REVOKED_AFTER, NONE), AWARD, NULL,
     HOUR(25), V},
    {"degraded: voided", DEGRADED, OF(VOIDED_AFTER, NONE), AWARD, NULL, NOW, V},
    {"degraded: ended before", DEGRADED, OF(ENDED_BEFORE, NONE), AWARD, NULL, NOW, V},
    {"degraded: superseded", DEGRADED, OF(SUPERSEDED_AFTER, NONE), AWARD, NULL, NOW, V},
    {"degraded: in dispute", DEGRADED, OF(ELSEWHERE_DISPUTED, NONE), AWARD, NULL, NOW, V},
    {"degraded: not shown", DEGRADED, OF(GOOD_ONE, NONE), AWARD, hide_component, NOW, CANNOT},
    {"degraded: elsewhere, not shown", DEGRADED, OF(ELSEWHERE, NONE), AWARD, hide_far_log, NOW,
     CANNOT},
    {"degraded: one revoked, one not shown", DEGRADED, OF(ELSEWHERE, REVOKED_AFTER), AWARD,
     hide_far_log, NOW, CANNOT},
    {"degraded, and revoked itself", DEGRADED, OF(REVOKED_AFTER, NONE), AWARD_REVOKED, NULL, NOW,
     STATUS(REVOKED)},
    {"degraded, and ended itself", DEGRADED, OF(REVOKED_AFTER, NONE), AWARD_ENDED, NULL, NOW,
     AVOW_WORD_EXPIRED, AVOW_WHY_PERIOD},

    /* grandfathered */
    {"grandfathered: of two", GRANDFATHERED, OF(GOOD_ONE, GOOD_TWO), AWARD, NULL, NOW, V},
    {"grandfathered: suspended before", GRANDFATHERED, OF(SUSPENDED_BEFORE, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(SUSPENDED)},
    {"grandfathered: suspended after", GRANDFATHERED, OF(SUSPENDED_AFTER, NONE), AWARD, NULL, NOW,
     V},
    {"grandfathered: reinstated after", GRANDFATHERED, OF(LIFTED, NONE), AWARD, NULL, NOW, V},
    {"grandfathered: revoked before", GRANDFATHERED, OF(REVOKED_BEFORE, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"grandfathered: revoked after", GRANDFATHERED, OF(REVOKED_AFTER, NONE), AWARD, NULL, NOW, V},
    {"grandfathered: voided after", GRANDFATHERED, OF(VOIDED_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"grandfathered: superseded before", GRANDFATHERED, OF(SUPERSEDED_BEFORE, NONE), AWARD, NULL,
     NOW, V},
    {"grandfathered: superseded, then voided", GRANDFATHERED, OF(SUPERSEDED_VOIDED, NONE), AWARD,
     NULL, NOW, BY_COMPONENT(REVOKED)},
    {"grandfathered: ended before", GRANDFATHERED, OF(ENDED_BEFORE, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(EXPIRED)},
    {"grandfathered: ended after", GRANDFATHERED, OF(ENDED_AFTER, NONE), AWARD, NULL, NOW, V},
    {"grandfathered: begins after", GRANDFATHERED, OF(BEGINS_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(NOT_YET_VALID)},
    {"grandfathered: issued after", GRANDFATHERED, OF(ISSUED_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(NOT_YET_VALID)},
    {"grandfathered: elsewhere, revoked after", GRANDFATHERED, OF(ELSEWHERE_REVOKED, NONE), AWARD,
     NULL, NOW, V},
    {"grandfathered: in dispute", GRANDFATHERED, OF(ELSEWHERE_DISPUTED, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(DISPUTED)},
    {"grandfathered: elsewhere, stale", GRANDFATHERED, OF(ELSEWHERE, NONE), AWARD, stale_far_log,
     NOW, CANNOT},
    {"grandfathered: not shown", GRANDFATHERED, OF(GOOD_ONE, NONE), AWARD, hide_component, NOW,
     CANNOT},

    /* pathways */
    {"no pathway", NO_PATHWAY, OF(GOOD_ONE, NONE), AWARD, NULL, NOW, V},
    {"no pathway: revoked", NO_PATHWAY, OF(REVOKED_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"no pathway: not shown", NO_PATHWAY, OF(GOOD_ONE, NONE), AWARD, hide_component, NOW, CANNOT},
    {"the pathway is not shown", INVALID, OF(GOOD_ONE, NONE), AWARD, hide_pathway, NOW, CANNOT},
    {"the pathway is not shown: revoked", INVALID, OF(REVOKED_AFTER, NONE), AWARD, hide_pathway,
     NOW, CANNOT},
    {"the pathway is not shown, and revoked itself", INVALID, OF(GOOD_ONE, NONE), AWARD_REVOKED,
     hide_pathway, NOW, STATUS(REVOKED)},
    {"the pathway is something else", NO_SUCH_KIND, OF(GOOD_ONE, NONE), AWARD, NULL, NOW, CANNOT},
    {"the pathway was superseded", REPLACED_PATHWAY, OF(REVOKED_AFTER, NONE), AWARD, NULL, NOW, V},
    {"the pathway is elsewhere", PATHWAY_ELSEWHERE, OF(REVOKED_AFTER, NONE), AWARD, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"the pathway is elsewhere, not shown", PATHWAY_ELSEWHERE, OF(GOOD_ONE, NONE), AWARD,
     hide_far_log, NOW, CANNOT},
    {"the pathway is elsewhere, stale", PATHWAY_ELSEWHERE, OF(GOOD_ONE, NONE), AWARD, stale_far_log,
     NOW, V},
    {"the pathway is in dispute", PATHWAY_IN_DISPUTE, OF(GOOD_ONE, NONE), AWARD, NULL, NOW, CANNOT},

    /* with what else there is */
    {"stack: one disputed, one revoked", INVALID, OF(REVOKED_AFTER, ELSEWHERE_DISPUTED), AWARD,
     NULL, NOW, BY_COMPONENT(DISPUTED)},
    {"stack: one revoked, one suspended", INVALID, OF(SUSPENDED_AFTER, REVOKED_AFTER), AWARD, NULL,
     NOW, BY_COMPONENT(REVOKED)},
    {"stack: one revoked, one unknown", INVALID, OF(ELSEWHERE, REVOKED_AFTER), AWARD, hide_far_log,
     NOW, BY_COMPONENT(REVOKED)},
    {"stack: one suspended, one unknown", INVALID, OF(ELSEWHERE, SUSPENDED_AFTER), AWARD,
     hide_far_log, NOW, CANNOT},
    {"stack: one ended, one unknown", INVALID, OF(ELSEWHERE, ENDED_BEFORE), AWARD, hide_far_log,
     NOW, BY_COMPONENT(EXPIRED)},
    {"stack: revoked, and itself", INVALID, OF(REVOKED_AFTER, NONE), AWARD_REVOKED, NULL, NOW,
     STATUS(REVOKED)},
    {"stack: revoked, and ended itself", INVALID, OF(REVOKED_AFTER, NONE), AWARD_ENDED, NULL, NOW,
     BY_COMPONENT(REVOKED)},
    {"stack: suspended, and itself", INVALID, OF(SUSPENDED_AFTER, NONE), AWARD_SUSPENDED, NULL, NOW,
     STATUS(SUSPENDED)},
    {"stack: suspended itself", INVALID, OF(GOOD_ONE, NONE), AWARD_SUSPENDED, NULL, NOW,
     STATUS(SUSPENDED)},
    {"stack: unknown, and suspended itself", INVALID, OF(ELSEWHERE, NONE), AWARD_SUSPENDED,
     hide_far_log, NOW, CANNOT},
    {"stack: all stale", INVALID, OF(GOOD_ONE, NONE), AWARD, stale_all_over, NOW, AVOW_WORD_UNKNOWN,
     AVOW_WHY_STALE},
    {"stack: all stale, revoked", INVALID, OF(REVOKED_AFTER, NONE), AWARD, stale_all_over, NOW,
     BY_COMPONENT(REVOKED)},
    {"stack: its own entry is not shown", INVALID, OF(REVOKED_AFTER, NONE), AWARD, hide_award, NOW,
     AVOW_WORD_UNKNOWN, AVOW_WHY_MISSING},
    {"stack: a bad proof", INVALID, OF(REVOKED_AFTER, NONE), AWARD, bad_proof, NOW,
     AVOW_WORD_TAMPERED, AVOW_WHY_PROOF},
    {"stack: another document", INVALID, OF(REVOKED_AFTER, NONE), AWARD, other_commitment, NOW,
     AVOW_WORD_DISPUTED, AVOW_WHY_ENTRY},
    {"stack: before the award", INVALID, OF(GOOD_ONE, NONE), AWARD, NULL, HOUR(20) - 1,
     AVOW_WORD_NOT_YET_VALID, AVOW_WHY_PERIOD},
    {"stack: recognised", INVALID, OF(ELSEWHERE, NONE), AWARD, recognised_itself, NOW, V},
    {"stack: not recognised", INVALID, OF(GOOD_ONE, NONE), AWARD, not_recognised, NOW,
     AVOW_WORD_UNRECOGNISED, AVOW_WHY_NO_PATH},
    {"stack: not recognised, suspended", INVALID, OF(SUSPENDED_AFTER, NONE), AWARD, not_recognised,
     NOW, BY_COMPONENT(SUSPENDED)},
};

static size_t count(void)
{
    return sizeof(rows) / sizeof(rows[0]);
}

static struct avow_reference at_home(uint64_t index)
{
    return (struct avow_reference){home.state.chain.issuer, index};
}

static struct avow_reference at_far(uint64_t index)
{
    return (struct avow_reference){elsewhere.state.chain.issuer, index};
}

static struct avow_reference component_of(enum component component)
{
    if (component < COMPONENTS)
        return at_home(components[component]);
    if (component == NOT_ISSUED)
        return at_home(achievement);
    if (component == BEYOND_LOG)
        return at_home(home.count);
    if (component == ELSEWHERE)
        return at_far(far_good);
    return at_far(component == ELSEWHERE_REVOKED ? far_revoked : far_disputed);
}

static struct avow_reference pathway_of(enum pathway pathway)
{
    switch (pathway) {
    case INVALID:
    case DEGRADED:
    case GRANDFATHERED:
        return at_home(pathways[pathway]);
    case NO_SUCH_KIND:
        return at_home(achievement);
    case REPLACED_PATHWAY:
        return at_home(replaced_pathway);
    case PATHWAY_ELSEWHERE:
        return at_far(far_pathway);
    case PATHWAY_IN_DISPUTE:
        return at_far(far_pathway_disputed);
    case NO_PATHWAY:
        break;
    }
    return (struct avow_reference){0};
}

/* The other log is forked where what is in dispute is asked about. */
static void fork_far(struct verdict_scene *scene)
{
    const struct avow_checkpoint first = log_builder_checkpoint(&elsewhere_fork, HOUR(6));
    const struct avow_checkpoint second = log_builder_checkpoint(&elsewhere, HOUR(48));
    proof_plan_fork(far(scene), &first, &second, &elsewhere);
}

static void show(struct verdict_scene *scene, const struct avow_reference *reference)
{
    const bool home_log = avow_hash_equal(&reference->issuer, &home.state.chain.issuer);
    const struct log_builder *log = home_log ? &home : &elsewhere;
    struct proof_plan *plan = scene_plan(scene, log);
    if (reference->index < log->count)
        proof_plan_record(plan, reference->index);
}

static void make(size_t position, struct verdict_scene *scene)
{
    const struct row *row = &rows[position];
    scene_init(scene, row->name);
    scene_document(scene, &home, awards[row->award]);
    struct avow_subject *subject = &scene->subject;
    const struct avow_reference own = {subject->issuer, subject->index};
    show(scene, &own);
    for (size_t i = 0; i < 2 && row->components[i] != NONE; i++) {
        scene->components[subject->component_count++] = component_of(row->components[i]);
        show(scene, &scene->components[i]);
        if (row->components[i] == ELSEWHERE_DISPUTED)
            fork_far(scene);
    }
    subject->has_pathway = row->pathway != NO_PATHWAY;
    subject->pathway = pathway_of(row->pathway);
    if (subject->has_pathway)
        show(scene, &subject->pathway);
    if (row->pathway == PATHWAY_IN_DISPUTE)
        fork_far(scene);
    if (row->tweak != NULL)
        row->tweak(scene);
    scene->at = row->at;
    scene->word = row->word;
    scene->why = row->why;
}

const struct verdict_part verdict_part_stacks = {init, fini, count, make};
