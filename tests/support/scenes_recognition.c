/* The part of the table that is about who recognises an award: one university, and bodies that
 * each say one thing or two of it. */
#include <stdio.h>

#include "proto/codec/writer.h"
#include "proto/entry/details.h"
#include "tests/support/verdict_scene.h"

/* ------------------------------------------------------------------ the university */

enum award {
    AWARD,         /* issued at hour 3, of an achievement of field 0612 and level KNQF 7 */
    AWARD_EARLY,   /* at hour 1: before anything was said of it */
    AWARD_LATE,    /* at hour 30 */
    AWARD_PLAIN,   /* at hour 3, of an achievement without level and field */
    AWARD_REVOKED, /* at hour 3, revoked at 40 */
    AWARD_SUSPENDED,
    AWARD_ENDED, /* valid until hour 15 */
    AWARDS,
};

static struct log_builder university;
static uint64_t awards[AWARDS], detailed, undetailed;
static struct avow_checkpoint seen_at_4;

static uint64_t add_detailed(struct log_builder *log)
{
    static uint8_t storage[256];
    struct avow_buf map;
    avow_buf_init_fixed(&map, storage, sizeof(storage));
    avow_details_write(&map, &(struct avow_details){.framework = avow_bytes_text("KNQF"),
                                                    .level = avow_bytes_text("7"),
                                                    .field = avow_bytes_text("0612")});
    struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = log->t};
    entry.achievement = (struct avow_achievement){
        .code = avow_bytes_text("DB-7"),
        .title = avow_bytes_text("Databases"),
        .language = avow_bytes_text("en"),
        .details = avow_buf_bytes(&map),
    };
    return log_builder_append(log, &entry);
}

static void award(enum award which, unsigned hour, uint64_t achievement, uint64_t until)
{
    struct avow_hash commitment;
    memset(commitment.bytes, 0x70 + (int)which, sizeof(commitment.bytes));
    university.t = HOUR(hour);
    awards[which] =
        log_builder_add_issue_of(&university, achievement, &commitment, university.t, until);
}

static void make_university(void)
{
    struct log_builder *log = &university;
    log_builder_start(log, "university");
    detailed = add_detailed(log);
    undetailed = log_builder_add_achievement(log, "PL-1", "Plain");
    award(AWARD_EARLY, 1, detailed, 0);
    award(AWARD, 3, detailed, 0);
    award(AWARD_PLAIN, 3, undetailed, 0);
    award(AWARD_REVOKED, 3, detailed, 0);
    award(AWARD_SUSPENDED, 3, detailed, 0);
    award(AWARD_ENDED, 3, detailed, HOUR(15));
    log->t = HOUR(4);
    seen_at_4 = log_builder_checkpoint(log, log->t);
    award(AWARD_LATE, 30, detailed, 0);
    log->t = HOUR(40);
    (void)log_builder_add_status(log, awards[AWARD_REVOKED], AVOW_STATUS_REVOKED,
                                 AVOW_REASON_LAPSED, LOG_BUILDER_NONE);
    (void)log_builder_add_status(log, awards[AWARD_SUSPENDED], AVOW_STATUS_SUSPENDED,
                                 AVOW_REASON_LAPSED, LOG_BUILDER_NONE);
    log->t = HOUR(48);
}

/* ------------------------------------------------------------------ the bodies */

enum body {
    PLAIN,
    SILENT,
    FIELD_06,
    FIELD_07,
    NO_FIELDS,
    LEVEL_5_7,    /* where KNQF 7 is EQF 6 */
    LEVEL_7_8,    /* likewise */
    LEVEL_ALONE,  /* 5 to 7, without saying what KNQF is */
    LEVEL_NATIVE, /* KNQF 7 is NQ-PT 6, which is not EQF */
    REGION_PT,
    REGION_PORTO,
    ACHIEVEMENT_2,
    ACHIEVEMENT_3,
    FROM_5_TO_20,
    FROM_2,
    WITHDRAWN, /* at hour 20, as lapsed */
    VOIDED,    /* at hour 20, as a fraud */
    SUSPENDED,
    LIFTED,             /* suspended at 20, reinstated at 30 */
    NARROWED,           /* superseded at hour 20, by one for field 07 */
    NARROWED_WITHDRAWN, /* and what was superseded is revoked at 30 */
    UNKNOWN_KEY,
    AS_AUTHORITY, /* recognises the university in another role */
    TRUSTS_PLAIN,
    TRUSTS_PLAIN_DEPTH_0,
    TRUSTS_PLAIN_FIELD_07,
    TRUSTS_PLAIN_PT,
    TRUSTS_LEVELS, /* trusts LEVEL_NATIVE, and NQ-PT 6 is EQF 6 */
    TRUSTS_LOOP,   /* trusts LOOP, which trusts it */
    LOOP,
    TRUSTS_TRUSTS, /* trusts TRUSTS_PLAIN */
    TRUSTS_WITHDRAWN,
    ENDED_TRUST, /* trusted PLAIN until it was withdrawn at hour 20 */
    BODIES,
};

struct statement {
    int subject; /* a body, or … */
    enum avow_role role;
    const char *fields, *regions; /* one of them; "-" none at all */
    unsigned level_min, level_max;
    uint64_t achievement;
    int depth; /* plus 1; 0: it does not say */
    bool unknown;
    const char *rows[2][4];
    unsigned from_h, until_h;
};

#define UNIVERSITY (-1)
#define ISSUER .subject = UNIVERSITY

struct happening {
    unsigned hour;
    enum avow_status state;
    enum avow_reason reason;
};

struct body_plan {
    struct statement said[2];
    struct happening then[2]; /* to the first of them */
};

#define REVOKED_AT(h, why)                                                                         \
    {                                                                                              \
        h, AVOW_STATUS_REVOKED, AVOW_REASON_##why                                                  \
    }

static const struct body_plan body_plans[BODIES] = {
    [PLAIN] = {.said = {{ISSUER}}},
    [SILENT] = {.said = {{0}}},
    [FIELD_06] = {.said = {{ISSUER, .fields = "06"}}},
    [FIELD_07] = {.said = {{ISSUER, .fields = "07"}}},
    [NO_FIELDS] = {.said = {{ISSUER, .fields = "-"}}},
    [LEVEL_5_7] = {.said = {{ISSUER, .level_min = 5, .level_max = 7,
                             .rows = {{"KNQF", "7", "EQF", "6"}}}}},
    [LEVEL_7_8] = {.said = {{ISSUER, .level_min = 7, .level_max = 8,
                             .rows = {{"KNQF", "7", "EQF", "6"}}}}},
    [LEVEL_ALONE] = {.said = {{ISSUER, .level_min = 5, .level_max = 7}}},
    [LEVEL_NATIVE] = {.said = {{ISSUER, .rows = {{"KNQF", "7", "NQ-PT", "6"}}}}},
    [REGION_PT] = {.said = {{ISSUER, .regions = "PT"}}},
    [REGION_PORTO] = {.said = {{ISSUER, .regions = "PT-13"}}},
    [ACHIEVEMENT_2] = {.said = {{ISSUER, .achievement = 2}}},
    [ACHIEVEMENT_3] = {.said = {{ISSUER, .achievement = 3}}},
    [FROM_5_TO_20] = {.said = {{ISSUER, .from_h = 5, .until_h = 20}}},
    [FROM_2] = {.said = {{ISSUER, .from_h = 2}}},
    [WITHDRAWN] = {.said = {{ISSUER}}, .then = {REVOKED_AT(20, LAPSED)}},
    [VOIDED] = {.said = {{ISSUER}}, .then = {REVOKED_AT(20, FRAUD)}},
    [SUSPENDED] = {.said = {{ISSUER}}, .then = {{20, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED}}},
    [LIFTED] = {.said = {{ISSUER}},
                .then = {{20, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED},
                         {30, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED}}},
    [NARROWED] = {.said = {{ISSUER}, {ISSUER, .fields = "07"}},
                  .then = {{20, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED}}},
    [NARROWED_WITHDRAWN] = {.said = {{ISSUER}, {ISSUER, .fields = "07"}},
                            .then = {{20, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED},
                                     REVOKED_AT(30, LAPSED)}},
    [UNKNOWN_KEY] = {.said = {{ISSUER, .unknown = true}}},
    [AS_AUTHORITY] = {.said = {{ISSUER, .role = AVOW_ROLE_AUTHORITY}}},
    [TRUSTS_PLAIN] = {.said = {{PLAIN, .role = AVOW_ROLE_AUTHORITY}}},
    [TRUSTS_PLAIN_DEPTH_0] = {.said = {{PLAIN, .role = AVOW_ROLE_AUTHORITY, .depth = 1}}},
    [TRUSTS_PLAIN_FIELD_07] = {.said = {{PLAIN, .role = AVOW_ROLE_AUTHORITY, .fields = "07"}}},
    [TRUSTS_PLAIN_PT] = {.said = {{PLAIN, .role = AVOW_ROLE_AUTHORITY, .regions = "PT"}}},
    [TRUSTS_LEVELS] = {.said = {{LEVEL_NATIVE, .role = AVOW_ROLE_AUTHORITY, .level_min = 6,
                                 .level_max = 6, .rows = {{"NQ-PT", "6", "EQF", "6"}}}}},
    [TRUSTS_LOOP] = {.said = {{LOOP, .role = AVOW_ROLE_AUTHORITY}}},
    [LOOP] = {.said = {{TRUSTS_LOOP, .role = AVOW_ROLE_AUTHORITY}}},
    [TRUSTS_TRUSTS] = {.said = {{TRUSTS_PLAIN, .role = AVOW_ROLE_AUTHORITY}}},
    [TRUSTS_WITHDRAWN] = {.said = {{WITHDRAWN, .role = AVOW_ROLE_AUTHORITY}}},
    [ENDED_TRUST] = {.said = {{PLAIN, .role = AVOW_ROLE_AUTHORITY}},
                     .then = {REVOKED_AT(20, LAPSED)}},
};

static struct log_builder bodies[BODIES];
static uint64_t first_said[BODIES];

static void write_key(struct avow_buf *out, const char *key)
{
    avow_write_text(out, avow_bytes_text(key));
}

static void write_list(struct avow_buf *out, const char *key, const char *item)
{
    const bool none = strcmp(item, "-") == 0;
    write_key(out, key);
    avow_write_array(out, none ? 0 : 1);
    if (!none)
        avow_write_text(out, avow_bytes_text(item));
}

static void write_scope(struct avow_buf *out, const struct statement *said)
{
    const bool keys[] = {said->achievement != 0, said->depth != 0,      said->fields != NULL,
                         said->level_min != 0,   said->regions != NULL, said->unknown};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        count += keys[i] ? 1 : 0;
    avow_write_map(out, count);
    if (said->achievement != 0) {
        write_key(out, "achievements");
        avow_write_array(out, 1);
        avow_write_uint(out, said->achievement);
    }
    if (said->depth != 0) {
        write_key(out, "depth");
        avow_write_uint(out, (uint64_t)said->depth - 1);
    }
    if (said->fields != NULL)
        write_list(out, "fields", said->fields);
    if (said->level_min != 0) {
        write_key(out, "levels");
        avow_write_array(out, 2);
        avow_write_uint(out, said->level_min);
        avow_write_uint(out, said->level_max);
    }
    if (said->regions != NULL)
        write_list(out, "regions", said->regions);
    if (said->unknown) {
        write_key(out, "weather");
        avow_write_uint(out, 1);
    }
}

static void write_rows(struct avow_buf *out, const struct statement *said)
{
    size_t count = 0;
    while (count < 2 && said->rows[count][0] != NULL)
        count++;
    avow_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        avow_write_array(out, 4);
        for (size_t n = 0; n < 4; n++)
            write_key(out, said->rows[i][n]);
    }
}

static uint64_t say(struct log_builder *log, const struct statement *said)
{
    uint8_t scope_bytes[256], row_bytes[256];
    struct avow_buf scope, rows;
    const struct log_builder *subject =
        said->subject == UNIVERSITY ? &university : &bodies[said->subject];
    avow_buf_init_fixed(&scope, scope_bytes, sizeof(scope_bytes));
    avow_buf_init_fixed(&rows, row_bytes, sizeof(row_bytes));
    write_scope(&scope, said);
    write_rows(&rows, said);
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = log->t};
    entry.recognition = (struct avow_recognition){
        .subject = subject->state.chain.issuer,
        .subject_name = avow_bytes_text("As they say"),
        .role = said->role,
        .scope = avow_buf_bytes(&scope),
        .equivalence = avow_buf_bytes(&rows),
        .valid_from = said->from_h == 0 ? 0 : HOUR(said->from_h),
        .valid_until = said->until_h == 0 ? 0 : HOUR(said->until_h),
        .basis = avow_bytes_text("https://basis.example/decree"),
    };
    return log_builder_append(log, &entry);
}

/* Of bodies it is only said that they are authorities. */
static bool says_anything(const struct statement *said)
{
    return said->subject != 0 || said->role != AVOW_ROLE_ISSUER;
}

static void make_body(enum body body)
{
    const struct body_plan *plan = &body_plans[body];
    struct log_builder *log = &bodies[body];
    uint64_t said[2] = {0};
    for (size_t i = 0; i < 2 && body != SILENT; i++) {
        log->t = i == 0 ? HOUR(2) : HOUR(12);
        if (says_anything(&plan->said[i]))
            said[i] = say(log, &plan->said[i]);
    }
    first_said[body] = said[0];
    for (size_t i = 0; i < 2 && plan->then[i].hour != 0; i++) {
        log->t = HOUR(plan->then[i].hour);
        const bool replaced = plan->then[i].state == AVOW_STATUS_SUPERSEDED;
        (void)log_builder_add_status(log, said[0], plan->then[i].state, plan->then[i].reason,
                                     replaced ? said[1] : LOG_BUILDER_NONE);
    }
    log->t = HOUR(48);
}

/* ------------------------------------------------------------------ bodies that trust each other
 */

#define CROWD 9

static struct log_builder crowd[CROWD];

static void make_crowd(void)
{
    for (size_t i = 0; i < CROWD; i++) {
        char seed[] = "crowd 0";
        seed[6] = (char)('0' + i);
        log_builder_start(&crowd[i], seed);
    }
    for (size_t i = 0; i < CROWD; i++) {
        for (size_t n = 0; n < CROWD; n++) {
            if (n != i)
                (void)log_builder_add_recognition(&crowd[i], &crowd[n].state.chain.issuer,
                                                  AVOW_ROLE_AUTHORITY);
        }
        crowd[i].t = HOUR(48);
    }
}

static void init(void)
{
    make_university();
    for (int body = 0; body < BODIES; body++) {
        char seed[] = "body 00";
        seed[5] = (char)('0' + body / 10);
        seed[6] = (char)('0' + body % 10);
        log_builder_start(&bodies[body], seed);
    }
    for (enum body body = 0; body < BODIES; body++)
        make_body(body);
    make_crowd();
}

static void fini(void)
{
    log_builder_fini(&university);
    for (size_t i = 0; i < BODIES; i++)
        log_builder_fini(&bodies[i]);
    for (size_t i = 0; i < CROWD; i++)
        log_builder_fini(&crowd[i]);
}

/* ------------------------------------------------------------------ what is done to a scene */

typedef void tweak(struct verdict_scene *scene);

static void optional(struct verdict_scene *scene)
{
    scene->policy.require_recognition = false;
}

static void in_pt(struct verdict_scene *scene)
{
    memcpy(scene->policy.region, "PT", 3);
}

static void in_porto(struct verdict_scene *scene)
{
    memcpy(scene->policy.region, "PT-13", 6);
}

static void in_spain(struct verdict_scene *scene)
{
    memcpy(scene->policy.region, "ES", 3);
}

static void one_step(struct verdict_scene *scene)
{
    scene->policy.max_depth = 1;
}

static void two_steps(struct verdict_scene *scene)
{
    scene->policy.max_depth = 2;
}

/* The university's own log is shown, and a witness had seen the award by then. */
static void seen(struct verdict_scene *scene, size_t witness, unsigned hour)
{
    const struct log_key key = scene_witness(witness);
    struct proof_plan *plan = scene_plan(scene, &university);
    if (!plan->has_first)
        proof_plan_first(plan, &seen_at_4, &key, HOUR(hour), scene->subject.index);
    else
        avow_cosignature_sign(&plan->first_lines[plan->first_line_count++], &seen_at_4, HOUR(hour),
                              &key.secret);
}

static void seen_at_10(struct verdict_scene *scene)
{
    seen(scene, 0, 10);
}

static void seen_at_20(struct verdict_scene *scene)
{
    seen(scene, 0, 20);
}

static void seen_at_21(struct verdict_scene *scene)
{
    seen(scene, 0, 21);
}

static void seen_by_two(struct verdict_scene *scene)
{
    const struct log_key first = scene_witness(0), second = scene_witness(1);
    struct proof_plan *plan = scene_plan(scene, &university);
    seen(scene, 0, 10);
    seen(scene, 1, 12);
    proof_plan_cosign(plan, &first, HOUR(48));
    proof_plan_cosign(plan, &second, HOUR(48));
    for (size_t i = 0; i < scene->plan_count; i++) {
        if (scene->plans[i].log == &university)
            continue;
        proof_plan_cosign(&scene->plans[i], &first, HOUR(48));
        proof_plan_cosign(&scene->plans[i], &second, HOUR(48));
    }
}

static void want_two(struct verdict_scene *scene)
{
    scene->policy.min_witnesses = 2;
}

static void seen_by_one_of_two(struct verdict_scene *scene)
{
    seen_by_two(scene);
    scene_plan(scene, &university)->first_line_count = 1;
}

static void seen_by_stranger(struct verdict_scene *scene)
{
    const struct log_key key = log_builder_key(&university, "stranger");
    proof_plan_first(scene_plan(scene, &university), &seen_at_4, &key, HOUR(10),
                     scene->subject.index);
}

/* The plan of the body that was added last. */
static struct proof_plan *last(struct verdict_scene *scene)
{
    return &scene->plans[scene->plan_count - 1];
}

static void hide_one(struct verdict_scene *scene)
{
    scene_hide(scene, last(scene), 1);
}

static void hide_said(struct verdict_scene *scene)
{
    for (size_t i = 0; i < BODIES; i++) {
        if (&bodies[i] == last(scene)->log)
            scene_hide(scene, last(scene), first_said[i]);
    }
}

static void hide_map(struct verdict_scene *scene)
{
    last(scene)->chunk_count = 0;
    scene->hides = true;
}

/* The status entry, which is the last. */
static void hide_event(struct verdict_scene *scene)
{
    scene_hide(scene, last(scene), last(scene)->log->count - 1);
}

static void hide_log(struct verdict_scene *scene)
{
    scene->plan_count--;
}

static void hide_achievement(struct verdict_scene *scene)
{
    scene_hide(scene, scene_plan(scene, &university), detailed);
}

static void stale_body(struct verdict_scene *scene)
{
    struct proof_plan *plan = last(scene);
    plan->checkpoint = log_builder_checkpoint(plan->log, HOUR(24));
}

static void stale_award(struct verdict_scene *scene)
{
    scene_plan(scene, &university)->checkpoint = log_builder_checkpoint(&university, HOUR(40));
    scene->policy.max_age_s = (uint64_t)5 * 3600;
    for (size_t i = 1; i < scene->plan_count; i++)
        proof_plan_cosign(&scene->plans[i], &scene->plans[i].log->heartbeat, HOUR(49));
}

static void reference_alone(struct verdict_scene *scene)
{
    scene->subject.has_document = false;
}

static void bad_proof(struct verdict_scene *scene)
{
    scene->subject.proof_good = false;
}

static void add_anchor(struct verdict_scene *scene, const struct log_builder *log,
                       struct avow_bytes scope)
{
    enum avow_reject reject = avow_policy_add_anchor(&scene->policy, avow_bytes_text("a body"),
                                                     &log->state.chain.issuer, scope);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
}

static const uint8_t no_scope[] = {0x80};

static void anchor_of(struct verdict_scene *scene, const struct statement *said)
{
    uint8_t bytes[256];
    struct avow_buf scope;
    avow_buf_init_fixed(&scope, bytes, sizeof(bytes));
    write_scope(&scope, said);
    const struct log_builder *log =
        said->subject == UNIVERSITY ? &university : &bodies[said->subject];
    scene->policy.anchor_count = 0;
    add_anchor(scene, log, avow_buf_bytes(&scope));
}

static void anchor_is_issuer(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){ISSUER});
}

static void anchor_is_issuer_06(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){ISSUER, .fields = "06"});
}

static void anchor_is_issuer_07(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){ISSUER, .fields = "07"});
}

static void plain_for_06(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){PLAIN, .fields = "06"});
}

static void plain_for_07(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){PLAIN, .fields = "07"});
}

static void levels_for_6(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){LEVEL_5_7, .level_min = 6, .level_max = 6});
}

static void levels_for_7(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){LEVEL_5_7, .level_min = 7, .level_max = 7});
}

static void trusts_for_depth_1(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){TRUSTS_PLAIN, .depth = 2});
}

static void trusts_for_depth_2(struct verdict_scene *scene)
{
    anchor_of(scene, &(struct statement){TRUSTS_PLAIN, .depth = 3});
}

static void and_silent(struct verdict_scene *scene)
{
    add_anchor(scene, &bodies[SILENT], avow_bytes(no_scope, sizeof(no_scope)));
    (void)scene_add_whole(scene, &bodies[SILENT]);
}

static void and_unshown(struct verdict_scene *scene)
{
    add_anchor(scene, &bodies[SILENT], avow_bytes(no_scope, sizeof(no_scope)));
}

static void no_anchors(struct verdict_scene *scene)
{
    scene->policy.anchor_count = 0;
}

static void the_crowd(struct verdict_scene *scene)
{
    add_anchor(scene, &crowd[0], avow_bytes(no_scope, sizeof(no_scope)));
    scene->policy.max_depth = AVOW_POLICY_DEPTH_MAX;
    for (size_t i = 0; i < CROWD; i++)
        (void)scene_add_whole(scene, &crowd[i]);
}

/* ------------------------------------------------------------------ the rows */

struct row {
    const char *name;
    enum award award;
    enum body
        bodies[3]; /* shown whole, the first is the anchor; up to SILENT, which is not shown */
    tweak *tweaks[3];
    uint64_t at;
    enum avow_word word;
    enum avow_why why;
};

#define NOW SCENE_NOW
#define V AVOW_WORD_VALID, AVOW_WHY_NONE
#define NO_PATH AVOW_WORD_UNRECOGNISED, AVOW_WHY_NO_PATH
#define UNSEEN AVOW_WORD_UNKNOWN, AVOW_WHY_PATH_UNSEEN
#define END SILENT

#define BY(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define DO(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct row rows[] = {
    /* whether there is a path */
    {"recognised", AWARD, BY(PLAIN, END), DO(NULL), NOW, V},
    {"recognised: a reference", AWARD, BY(PLAIN, END), DO(reference_alone), NOW, V},
    {"recognised, asked for nothing", AWARD, BY(PLAIN, END), DO(optional), NOW, V},
    {"by nobody", AWARD, BY(END), DO(and_silent), NOW, NO_PATH},
    {"by nobody, which does not matter", AWARD, BY(END), DO(and_silent, optional), NOW, V},
    {"no anchors", AWARD, BY(END), DO(no_anchors), NOW, NO_PATH},
    {"no anchors, which does not matter", AWARD, BY(END), DO(no_anchors, optional), NOW, V},
    {"by nobody: a piece is missing", AWARD, BY(END), DO(and_silent, hide_one), NOW, UNSEEN},
    {"the anchor's log is not shown", AWARD, BY(END), DO(and_unshown), NOW, UNSEEN},
    {"the anchor's log is not shown, which does not matter", AWARD, BY(END),
     DO(and_unshown, optional), NOW, V},
    {"recognised by one of two", AWARD, BY(PLAIN, END), DO(and_silent), NOW, V},
    {"recognised by one, the other not shown", AWARD, BY(PLAIN, END), DO(and_unshown), NOW, V},
    {"the recognition is not shown", AWARD, BY(PLAIN, END), DO(hide_said), NOW, UNSEEN},
    {"something else is not shown", AWARD, BY(PLAIN, END), DO(hide_one), NOW, V},
    {"the recognition's state is not shown", AWARD, BY(PLAIN, END), DO(hide_map), NOW, UNSEEN},
    {"the anchor's log is stale", AWARD, BY(PLAIN, END), DO(stale_body), NOW, UNSEEN},
    {"in another role", AWARD, BY(AS_AUTHORITY, END), DO(NULL), NOW, NO_PATH},
    {"a crowd that trusts itself", AWARD, BY(END), DO(the_crowd), NOW, AVOW_WORD_UNKNOWN,
     AVOW_WHY_BUDGET},
    {"a crowd, which does not matter", AWARD, BY(END), DO(the_crowd, optional), NOW, V},

    /* scopes */
    {"for its field", AWARD, BY(FIELD_06, END), DO(NULL), NOW, V},
    {"for another field", AWARD, BY(FIELD_07, END), DO(NULL), NOW, NO_PATH},
    {"for no field", AWARD, BY(NO_FIELDS, END), DO(NULL), NOW, NO_PATH},
    {"for a field that it does not name", AWARD_PLAIN, BY(FIELD_06, END), DO(NULL), NOW, NO_PATH},
    {"for its level", AWARD, BY(LEVEL_5_7, END), DO(NULL), NOW, V},
    {"for a higher level", AWARD, BY(LEVEL_7_8, END), DO(NULL), NOW, NO_PATH},
    {"for its level, as nobody says", AWARD, BY(LEVEL_ALONE, END), DO(NULL), NOW, NO_PATH},
    {"for a level that it does not name", AWARD_PLAIN, BY(LEVEL_5_7, END), DO(NULL), NOW, NO_PATH},
    {"its level in the anchor's framework", AWARD, BY(LEVEL_NATIVE, END), DO(NULL), NOW, V},
    {"for the region", AWARD, BY(REGION_PT, END), DO(in_pt), NOW, V},
    {"for the country of the region", AWARD, BY(REGION_PT, END), DO(in_porto), NOW, V},
    {"for a part of the country", AWARD, BY(REGION_PORTO, END), DO(in_pt), NOW, NO_PATH},
    {"for the part", AWARD, BY(REGION_PORTO, END), DO(in_porto), NOW, V},
    {"for another country", AWARD, BY(REGION_PT, END), DO(in_spain), NOW, NO_PATH},
    {"for a region, and none is said", AWARD, BY(REGION_PT, END), DO(NULL), NOW, NO_PATH},
    {"for all regions", AWARD, BY(PLAIN, END), DO(in_spain), NOW, V},
    {"for its achievement", AWARD, BY(ACHIEVEMENT_2, END), DO(NULL), NOW, V},
    {"for another achievement", AWARD, BY(ACHIEVEMENT_3, END), DO(NULL), NOW, NO_PATH},
    {"by an unknown key", AWARD, BY(UNKNOWN_KEY, END), DO(NULL), NOW, NO_PATH},
    {"the achievement is not shown", AWARD, BY(PLAIN, END), DO(hide_achievement), NOW, V},
    {"the achievement is not shown: its field", AWARD, BY(FIELD_06, END), DO(hide_achievement), NOW,
     UNSEEN},
    {"the anchor, for its field", AWARD, BY(PLAIN, END), DO(plain_for_06), NOW, V},
    {"the anchor, for another field", AWARD, BY(PLAIN, END), DO(plain_for_07), NOW, NO_PATH},
    {"the anchor, for its level", AWARD, BY(LEVEL_5_7, END), DO(levels_for_6), NOW, V},
    {"the anchor, for another level", AWARD, BY(LEVEL_5_7, END), DO(levels_for_7), NOW, NO_PATH},
    {"the issuer is the anchor", AWARD, BY(END), DO(anchor_is_issuer), NOW, V},
    {"the issuer is the anchor, for its field", AWARD, BY(END), DO(anchor_is_issuer_06), NOW, V},
    {"the issuer is the anchor, for another field", AWARD, BY(END), DO(anchor_is_issuer_07), NOW,
     NO_PATH},

    /* dates */
    {"for later awards", AWARD, BY(FROM_5_TO_20, END), DO(NULL), NOW, NO_PATH},
    {"for earlier awards", AWARD_LATE, BY(FROM_5_TO_20, END), DO(NULL), NOW, NO_PATH},
    {"for awards since then", AWARD, BY(FROM_2, END), DO(NULL), NOW, V},
    {"for awards after it", AWARD_EARLY, BY(FROM_2, END), DO(NULL), NOW, NO_PATH},
    {"said later of an earlier award", AWARD_EARLY, BY(PLAIN, END), DO(NULL), NOW, V},
    {"not said yet", AWARD_EARLY, BY(PLAIN, END), DO(NULL), HOUR(2) - 1, NO_PATH},
    {"just said", AWARD_EARLY, BY(PLAIN, END), DO(NULL), HOUR(2), V},

    /* what became of it */
    {"withdrawn", AWARD, BY(WITHDRAWN, END), DO(NULL), NOW, NO_PATH},
    {"withdrawn, before", AWARD, BY(WITHDRAWN, END), DO(NULL), HOUR(15), NO_PATH},
    {"withdrawn, witnessed", AWARD, BY(WITHDRAWN, END), DO(seen_at_10), NOW, V},
    {"withdrawn, witnessed, before", AWARD, BY(WITHDRAWN, END), DO(seen_at_10), HOUR(15), V},
    {"withdrawn, witnessed at the time", AWARD, BY(WITHDRAWN, END), DO(seen_at_20), NOW, V},
    {"withdrawn, witnessed after", AWARD, BY(WITHDRAWN, END), DO(seen_at_21), NOW, NO_PATH},
    {"withdrawn, witnessed by a stranger", AWARD, BY(WITHDRAWN, END), DO(seen_by_stranger), NOW,
     NO_PATH},
    {"withdrawn, two wanted", AWARD, BY(WITHDRAWN, END), DO(seen_by_two, want_two), NOW, V},
    {"withdrawn, two wanted, one had", AWARD, BY(WITHDRAWN, END), DO(seen_by_one_of_two, want_two),
     NOW, NO_PATH},
    {"withdrawn: when, is not shown", AWARD, BY(WITHDRAWN, END), DO(hide_event, seen_at_10), NOW,
     UNSEEN},
    {"withdrawn, awarded later", AWARD_LATE, BY(WITHDRAWN, END), DO(NULL), NOW, NO_PATH},
    {"voided", AWARD, BY(VOIDED, END), DO(NULL), NOW, NO_PATH},
    {"voided, witnessed", AWARD, BY(VOIDED, END), DO(seen_at_10), NOW, NO_PATH},
    {"voided, before", AWARD, BY(VOIDED, END), DO(seen_at_10), HOUR(15), NO_PATH},
    {"suspended now", AWARD, BY(SUSPENDED, END), DO(NULL), NOW, NO_PATH},
    {"suspended, before", AWARD, BY(SUSPENDED, END), DO(NULL), HOUR(20) - 1, V},
    {"suspended, at the time", AWARD, BY(SUSPENDED, END), DO(NULL), HOUR(20), NO_PATH},
    {"suspended, witnessed", AWARD, BY(SUSPENDED, END), DO(seen_at_10), NOW, NO_PATH},
    {"reinstated", AWARD, BY(LIFTED, END), DO(NULL), NOW, V},
    {"reinstated, meanwhile", AWARD, BY(LIFTED, END), DO(NULL), HOUR(25), V},
    {"narrowed", AWARD, BY(NARROWED, END), DO(NULL), NOW, NO_PATH},
    {"narrowed, witnessed", AWARD, BY(NARROWED, END), DO(seen_at_10), NOW, V},
    {"narrowed, then withdrawn, witnessed", AWARD, BY(NARROWED_WITHDRAWN, END), DO(seen_at_10), NOW,
     V},
    {"narrowed, then withdrawn, witnessed between", AWARD, BY(NARROWED_WITHDRAWN, END),
     DO(seen_at_21), NOW, NO_PATH},

    /* longer paths */
    {"two steps", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(NULL), NOW, V},
    {"two steps, the second log not shown", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(hide_log), NOW,
     UNSEEN},
    {"two steps, the second log stale", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(stale_body), NOW,
     UNSEEN},
    {"two steps of one", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(one_step), NOW, NO_PATH},
    {"two steps of two", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(two_steps), NOW, V},
    {"three steps", AWARD, BY(TRUSTS_TRUSTS, TRUSTS_PLAIN, PLAIN), DO(NULL), NOW, V},
    {"three steps of two", AWARD, BY(TRUSTS_TRUSTS, TRUSTS_PLAIN, PLAIN), DO(two_steps), NOW,
     NO_PATH},
    {"no further", AWARD, BY(TRUSTS_PLAIN_DEPTH_0, PLAIN, END), DO(NULL), NOW, NO_PATH},
    {"the anchor, no further", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(trusts_for_depth_1), NOW,
     NO_PATH},
    {"the anchor, one further", AWARD, BY(TRUSTS_PLAIN, PLAIN, END), DO(trusts_for_depth_2), NOW,
     V},
    {"two steps for another field", AWARD, BY(TRUSTS_PLAIN_FIELD_07, PLAIN, END), DO(NULL), NOW,
     NO_PATH},
    {"two steps for the region", AWARD, BY(TRUSTS_PLAIN_PT, PLAIN, END), DO(in_pt), NOW, V},
    {"two steps for another region", AWARD, BY(TRUSTS_PLAIN_PT, PLAIN, END), DO(in_spain), NOW,
     NO_PATH},
    {"levels, one after the other", AWARD, BY(TRUSTS_LEVELS, LEVEL_NATIVE, END), DO(NULL), NOW, V},
    {"two that trust each other", AWARD, BY(TRUSTS_LOOP, LOOP, END), DO(NULL), NOW, NO_PATH},
    {"two steps, the second withdrawn", AWARD, BY(TRUSTS_WITHDRAWN, WITHDRAWN, END), DO(NULL), NOW,
     NO_PATH},
    {"two steps, the second withdrawn, witnessed", AWARD, BY(TRUSTS_WITHDRAWN, WITHDRAWN, END),
     DO(seen_at_10), NOW, V},
    {"two steps, the first withdrawn", AWARD, BY(ENDED_TRUST, PLAIN, END), DO(NULL), NOW, NO_PATH},
    {"two steps, the first withdrawn, witnessed", AWARD, BY(ENDED_TRUST, PLAIN, END),
     DO(seen_at_10), NOW, V},

    /* with what else there is */
    {"revoked and recognised", AWARD_REVOKED, BY(PLAIN, END), DO(NULL), NOW, AVOW_WORD_REVOKED,
     AVOW_WHY_STATUS},
    {"revoked later and recognised", AWARD_REVOKED, BY(PLAIN, END), DO(NULL), HOUR(39), V},
    {"revoked and not recognised", AWARD_REVOKED, BY(END), DO(and_silent), NOW, AVOW_WORD_REVOKED,
     AVOW_WHY_STATUS},
    {"suspended and not recognised", AWARD_SUSPENDED, BY(END), DO(and_silent), NOW,
     AVOW_WORD_SUSPENDED, AVOW_WHY_STATUS},
    {"suspended and unseen", AWARD_SUSPENDED, BY(END), DO(and_unshown), NOW, UNSEEN},
    {"expired and not recognised", AWARD_ENDED, BY(END), DO(and_silent), NOW, AVOW_WORD_EXPIRED,
     AVOW_WHY_PERIOD},
    {"stale and not recognised", AWARD, BY(END), DO(and_silent, stale_award), NOW,
     AVOW_WORD_UNKNOWN, AVOW_WHY_STALE},
    {"tampered and recognised", AWARD, BY(PLAIN, END), DO(bad_proof), NOW, AVOW_WORD_TAMPERED,
     AVOW_WHY_PROOF},
};

static size_t count(void)
{
    return sizeof(rows) / sizeof(rows[0]);
}

static void make(size_t position, struct verdict_scene *scene)
{
    const struct row *row = &rows[position];
    scene_init(scene, "");
    (void)snprintf(scene->name, sizeof(scene->name), "recognition: %s", row->name);
    scene_document(scene, &university, awards[row->award]);
    proof_plan_record(scene_add(scene, &university), awards[row->award]);
    scene->policy.require_recognition = true;
    for (size_t i = 0; i < 3 && row->bodies[i] != SILENT; i++) {
        if (i == 0)
            add_anchor(scene, &bodies[row->bodies[0]], avow_bytes(no_scope, sizeof(no_scope)));
        (void)scene_add_whole(scene, &bodies[row->bodies[i]]);
    }
    for (size_t i = 0; i < 3 && row->tweaks[i] != NULL; i++)
        row->tweaks[i](scene);
    scene->at = row->at;
    scene->word = row->word;
    scene->why = row->why;
}

const struct verdict_part verdict_part_recognition = {init, fini, count, make};
