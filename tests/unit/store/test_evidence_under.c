/* Evidence under a policy: from it a verdict is what it is from the store that made it, in random
 * worlds of a few logs that recognise one another, with witnesses, withdrawals, forks, other root
 * chains, stacks, and policies of every kind. AVOW_WORLDS asks for more of them. */
#include "store/read/facts.h"

#include "proto/codec/writer.h"
#include "proto/entry/details.h"
#include "store/read/snapshot_forks.h"
#include "store/write/txn_forks.h"
#include "tests/unit/store/store_fixture.h"

#define BODIES 5
#define WITNESSES 3
#define WORLDS 40
#define QUESTIONS 40
#define COMPONENTS_MAX 3
#define HOUR 3600

struct body {
    struct log_history held, thief, rival;
    bool is_held, is_forked, is_rivalled;
    uint64_t opening; /* of the last epoch */
};

struct world {
    uint64_t seed;
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct body bodies[BODIES];
    struct log_key witnesses[WITNESSES];
};

static uint64_t choose(struct world *world, uint64_t count)
{
    return log_history_random(&world->seed) % count;
}

/* ------------------------------------------------------------------ logs */

static void add_achievement(struct world *world, struct log_builder *builder)
{
    static const char *const fields[] = {"06", "0612", "0715"};
    static const char *const levels[] = {"4", "6"};
    struct avow_details parts = {
        .field = avow_bytes_text(fields[choose(world, 3)]),
        .level = avow_bytes_text(levels[choose(world, 2)]),
        .framework = avow_bytes_text("EQF"),
    };
    struct avow_buf details;
    avow_buf_init(&details, 256);
    avow_details_write(&details, &parts);
    struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = builder->t};
    entry.achievement = (struct avow_achievement){
        .code = avow_bytes_text("A"),
        .title = avow_bytes_text("An achievement"),
        .language = avow_bytes_text("en"),
        .details = avow_buf_bytes(&details),
    };
    (void)log_builder_append(builder, &entry);
    avow_buf_fini(&details);
}

static void write_scope(struct world *world, struct avow_buf *scope)
{
    uint64_t form = choose(world, 5);
    if (form == 0) {
        avow_write_map(scope, 1);
        avow_write_text(scope, avow_bytes_text("fields"));
        avow_write_array(scope, 1);
        avow_write_text(scope, avow_bytes_text("06"));
    } else if (form == 1) {
        avow_write_map(scope, 1);
        avow_write_text(scope, avow_bytes_text("depth"));
        avow_write_uint(scope, choose(world, 3));
    } else if (form == 2) {
        avow_write_map(scope, 1);
        avow_write_text(scope, avow_bytes_text("levels"));
        avow_write_array(scope, 2);
        avow_write_uint(scope, 5);
        avow_write_uint(scope, 8);
    } else {
        avow_write_map(scope, 0);
    }
}

static void add_recognition(struct world *world, size_t from, size_t to)
{
    static const uint8_t no_rows[] = {0x90};
    struct log_builder *builder = &world->bodies[from].held.builder;
    struct avow_buf scope;
    avow_buf_init(&scope, 256);
    write_scope(world, &scope);
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = builder->t};
    entry.recognition = (struct avow_recognition){
        .subject = world->bodies[to].held.builder.state.chain.issuer,
        .subject_name = avow_bytes_text("A body"),
        .role = choose(world, 2) == 0 ? AVOW_ROLE_ISSUER : AVOW_ROLE_AUTHORITY,
        .scope = avow_buf_bytes(&scope),
        .equivalence = avow_bytes(no_rows, 1),
        .basis = avow_bytes_text("https://basis.example"),
    };
    (void)log_builder_append(builder, &entry);
    avow_buf_fini(&scope);
}

static void change_status(struct world *world, struct log_builder *builder, uint64_t below)
{
    static const enum avow_reason reasons[] = {AVOW_REASON_LAPSED, AVOW_REASON_FRAUD};
    static const enum avow_status states[] = {AVOW_STATUS_REVOKED, AVOW_STATUS_SUSPENDED,
                                              AVOW_STATUS_ACTIVE};
    struct avow_entry entry;
    if (below <= 4)
        return;
    log_builder_status_change(builder, &entry, 4 + choose(world, below - 4),
                              states[choose(world, 3)], reasons[choose(world, 2)],
                              LOG_BUILDER_NONE);
    (void)log_builder_try(builder, &entry);
}

static void add_pathway(struct world *world, struct log_builder *builder)
{
    static const uint8_t rule[] = "\x93\xab"
                                  "achievement\xc0\x02";
    struct avow_entry entry = {.kind = AVOW_KIND_PATHWAY, .t = builder->t};
    entry.pathway = (struct avow_pathway){
        .award = 2,
        .title = avow_bytes_text("A pathway"),
        .cascade = choose(world, 3),
        .rule = avow_bytes(rule, sizeof(rule) - 1),
    };
    (void)log_builder_append(builder, &entry);
}

static void add_entries(struct world *world, size_t body, size_t count)
{
    struct log_builder *builder = &world->bodies[body].held.builder;
    for (size_t i = 0; i < count; i++) {
        builder->t += choose(world, 600);
        uint64_t kind = choose(world, 10);
        if (kind < 3)
            (void)log_builder_add_issue(builder, 2 + choose(world, 2));
        else if (kind < 6)
            add_recognition(world, body, (body + 1 + choose(world, BODIES - 1)) % BODIES);
        else if (kind < 7)
            add_pathway(world, builder);
        else
            change_status(world, builder, builder->count);
    }
}

/* The same size on another branch, on which records of both epochs change. */
static void make_thief(struct world *world, struct body *body, size_t parting)
{
    size_t size = body->held.builder.count;
    log_history_part(&body->thief, &body->held, parting);
    body->thief.builder.t = body->held.builder.t + 1; /* so that no entry is the same */
    for (size_t tries = 0; tries < 12 && body->thief.builder.count + 1 < size; tries++)
        change_status(world, &body->thief.builder, parting);
    while (body->thief.builder.count < size)
        (void)log_builder_add_issue(&body->thief.builder, 2);
    log_history_mark(&body->thief);
    log_history_end(&body->thief);
}

static void make_body(struct world *world, size_t number)
{
    struct body *body = &world->bodies[number];
    struct log_history *held = &body->held;
    add_achievement(world, &held->builder);
    add_entries(world, number, 4 + choose(world, 8));
    log_history_mark(held);
    held->builder.t += 2 * HOUR;
    add_entries(world, number, choose(world, 6));
    if (choose(world, 6) == 0) {
        log_history_part(&body->rival, held, held->builder.count);
        body->is_rivalled = true;
        body->rival.builder.t++;
        (void)log_builder_rotate_root(&body->rival.builder);
        log_history_mark(&body->rival);
        log_history_end(&body->rival);
    }
    body->opening = log_builder_rotate_root(&held->builder);
    add_entries(world, number, 1 + choose(world, 3));
    log_history_mark(held);
    held->builder.t += 2 * HOUR;
    size_t parting = held->builder.count;
    for (size_t i = 0; i < 5; i++)
        (void)log_builder_add_issue(&held->builder, 2);
    add_entries(world, number, choose(world, 4));
    body->is_forked = choose(world, 3) == 0;
    if (body->is_forked)
        make_thief(world, body, parting);
    held->builder.t += choose(world, 3);
    log_history_mark(held);
    log_history_end(held);
}

/* ------------------------------------------------------------------ storing */

static void store_marks(struct world *world, struct avow_txn *txn, const struct body *body)
{
    uint64_t from = 0;
    for (size_t i = 0; i < body->held.mark_count; i++) {
        const struct log_mark *mark = &body->held.marks[i];
        struct avow_cosignature lines[WITNESSES];
        size_t count = 0;
        bool changed;
        struct avow_range range =
            fixture_range(&body->held, mark, from, mark->checkpoint.size - from, false);
        assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
        from = mark->checkpoint.size;
        for (size_t w = 0; w < WITNESSES; w++) {
            if (choose(world, 2) == 0)
                avow_cosignature_sign(&lines[count++], &mark->checkpoint,
                                      mark->checkpoint.time + choose(world, HOUR),
                                      &world->witnesses[w].secret);
        }
        assert_int_equal(avow_txn_freshen(txn, &mark->checkpoint, lines, count,
                                          mark->checkpoint.time + HOUR, &changed),
                         AVOW_OK);
    }
}

static void store_fork(struct avow_txn *txn, const struct body *body)
{
    const struct log_mark *head = &body->held.marks[body->held.mark_count - 1];
    const struct log_mark *other = &body->thief.marks[0];
    struct avow_fork fork = {.first = head->checkpoint, .second = other->checkpoint};
    struct avow_tree_nodes nodes = log_history_nodes(&body->thief);
    enum avow_reject reject;
    bool changed;
    assert_int_equal(avow_fork_check(&fork, &body->held.builder.state.chain), AVOW_ACCEPT);
    assert_int_equal(avow_txn_add_fork(txn, &fork, &changed, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    for (uint64_t i = body->opening + 1; i < other->checkpoint.size; i++) {
        struct avow_foreign foreign = {
            .checkpoint = other->checkpoint, .index = i, .entry = body->thief.entries[i]};
        assert_int_equal(
            avow_merkle_inclusion_prove(&nodes, i, other->checkpoint.size, &foreign.path), AVOW_OK);
        /* Reinstatements, other kinds and targets of the epoch are refused, which is fine. */
        assert_int_equal(avow_txn_add_foreign(txn, &foreign, &changed, &reject), AVOW_OK);
    }
}

static void store_rival(struct avow_txn *txn, const struct body *body)
{
    const struct avow_chain *chain = &body->rival.builder.state.chain;
    const struct avow_checkpoint *checkpoint = &body->rival.marks[0].checkpoint;
    struct avow_tree_nodes nodes = log_history_nodes(&body->rival);
    struct avow_buf list;
    enum avow_reject reject;
    bool changed;
    avow_buf_init(&list, 1 << 20);
    avow_evidence_begin_proved(&list, chain->count);
    for (size_t i = 0; i < chain->count; i++) {
        struct avow_path path;
        uint64_t index = chain->entries[i].index;
        assert_int_equal(avow_merkle_inclusion_prove(&nodes, index, checkpoint->size, &path),
                         AVOW_OK);
        avow_proved_entry_write(&list, avow_chain_entry_bytes(chain, i), index, &path);
    }
    const struct avow_other_chain other = {.checkpoint = *checkpoint,
                                           .list = avow_buf_bytes(&list)};
    assert_int_equal(avow_txn_add_chain(txn, &other, chain, &changed, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    avow_buf_fini(&list);
}

static void make_witnesses(struct world *world)
{
    for (size_t i = 0; i < WITNESSES; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "witness %zu", i);
        world->witnesses[i] = log_builder_key(&world->bodies[0].held.builder, name);
    }
}

static void make_world(struct world *world, uint64_t seed)
{
    struct avow_txn *txn;
    *world = (struct world){.seed = seed};
    for (size_t i = 0; i < BODIES; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "under %zu", i);
        log_history_begin(&world->bodies[i].held, name);
    }
    make_witnesses(world);
    for (size_t i = 0; i < BODIES; i++)
        make_body(world, i);
    store_folder_make(&world->folder);
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_txn_begin(world->store, &txn), AVOW_OK);
    for (size_t i = 0; i < BODIES; i++) {
        struct body *body = &world->bodies[i];
        body->is_held = choose(world, 8) != 0;
        if (!body->is_held)
            continue;
        store_marks(world, txn, body);
        if (body->is_forked)
            store_fork(txn, body);
        if (body->is_rivalled)
            store_rival(txn, body);
    }
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void drop_world(struct world *world)
{
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
    store_folder_remove(&world->folder);
    for (size_t i = 0; i < BODIES; i++) {
        log_history_fini(&world->bodies[i].held);
        if (world->bodies[i].is_forked)
            log_history_fini(&world->bodies[i].thief);
        if (world->bodies[i].is_rivalled)
            log_history_fini(&world->bodies[i].rival);
    }
}

/* ------------------------------------------------------------------ asking */

static void choose_policy(struct world *world, struct avow_policy *policy)
{
    static const uint8_t no_scope[] = {0x80};
    avow_policy_init(policy);
    policy->max_age_s = choose(world, 4) == 0 ? HOUR : 1000 * HOUR;
    policy->max_depth = 1 + (unsigned)choose(world, 4);
    policy->require_recognition = choose(world, 3) != 0;
    size_t first = choose(world, BODIES);
    for (size_t i = 0; i < choose(world, 3); i++) {
        const struct body *anchor = &world->bodies[(first + i) % BODIES];
        assert_int_equal(avow_policy_add_anchor(policy, avow_bytes(NULL, 0),
                                                &anchor->held.builder.state.chain.issuer,
                                                avow_bytes(no_scope, 1)),
                         AVOW_ACCEPT);
    }
    size_t witnesses = choose(world, WITNESSES + 1);
    for (size_t i = 0; i < witnesses; i++)
        assert_int_equal(
            avow_policy_add_witness(policy, avow_bytes(NULL, 0), &world->witnesses[i].key),
            AVOW_ACCEPT);
    policy->min_witnesses = witnesses == 0 ? 0 : (unsigned)choose(world, 2);
}

static struct avow_reference choose_reference(struct world *world, uint64_t kind)
{
    for (size_t tries = 0;; tries++) {
        const struct body *body = &world->bodies[choose(world, BODIES)];
        uint64_t index = choose(world, body->held.builder.count + 1);
        if (index == body->held.builder.count || body->held.entries[index].data[1] == kind ||
            tries == 100)
            return (struct avow_reference){body->held.builder.state.chain.issuer, index};
    }
}

struct question {
    struct avow_policy policy;
    struct avow_reference references[COMPONENTS_MAX + 2];
    struct avow_subject subject;
    uint64_t now, at;
};

static bool forks(const struct world *world)
{
    bool any = false;
    for (size_t i = 0; i < BODIES; i++)
        any = any || world->bodies[i].is_forked;
    return any;
}

static void choose_question(struct world *world, struct question *question)
{
    choose_policy(world, &question->policy);
    question->references[0] = choose_reference(world, AVOW_KIND_ISSUE);
    question->subject = (struct avow_subject){
        .issuer = question->references[0].issuer,
        .index = question->references[0].index,
        .components = question->references + 1,
    };
    /* A log proof has room for one kept checkpoint: so where one may matter, one record is asked
     * about. */
    bool alone = question->policy.witness_count > 0 && forks(world);
    if (!alone && choose(world, 3) == 0) {
        question->subject.component_count = choose(world, COMPONENTS_MAX + 1);
        for (size_t i = 0; i < question->subject.component_count; i++)
            question->references[1 + i] = choose_reference(world, AVOW_KIND_ISSUE);
        question->subject.has_pathway = choose(world, 2) == 0;
        if (question->subject.has_pathway)
            question->subject.pathway =
                question->references[1 + question->subject.component_count] =
                    choose_reference(world, AVOW_KIND_PATHWAY);
    }
    question->now = LOG_BUILDER_T0 + 24 * HOUR;
    question->at =
        choose(world, 2) == 0 ? question->now : LOG_BUILDER_T0 + choose(world, 20 * HOUR);
}

static bool same_paths(const struct avow_recognised *a, const struct avow_recognised *b)
{
    if (a->path_count != b->path_count)
        return false;
    for (size_t i = 0; i < a->path_count; i++) {
        const struct avow_recognition_path *left = &a->paths[i];
        const struct avow_recognition_path *right = &b->paths[i];
        if (left->anchor != right->anchor || left->count != right->count ||
            !avow_bytes_equal(left->level, right->level))
            return false;
        for (size_t k = 0; k < left->count; k++) {
            if (left->steps[k].index != right->steps[k].index ||
                left->steps[k].stands != right->steps[k].stands ||
                !avow_hash_equal(&left->steps[k].issuer, &right->steps[k].issuer))
                return false;
        }
    }
    return true;
}

static bool same(const struct avow_verdict *a, const struct avow_verdict *b)
{
    bool good = a->word == b->word && a->why == b->why && a->degraded == b->degraded &&
                a->fork == b->fork && a->has_state == b->has_state && a->state == b->state &&
                a->has_cascade == b->has_cascade && a->size == b->size && a->age_s == b->age_s &&
                a->component_count == b->component_count &&
                same_paths(&a->recognised, &b->recognised);
    for (size_t i = 0; good && i < a->component_count; i++)
        good = a->components[i].word == b->components[i].word &&
               a->components[i].why == b->components[i].why;
    return good;
}

struct tally {
    size_t words[AVOW_WORD_UNRECOGNISED + 1], paths;
};

/* A verdict from the store, and from its evidence, which it points into. */
struct both {
    struct avow_verdict here, there;
    struct avow_evidence evidence;
    struct avow_buf out;
};

static void both_fini(struct both *both)
{
    avow_evidence_fini(&both->evidence);
    avow_buf_fini(&both->out);
}

/* False when there is no evidence, because the subject's log is not held. */
static bool judge_both(const struct world *world, const struct question *question,
                       struct both *both)
{
    const struct avow_subject *subject = &question->subject;
    enum avow_reject reject;
    const struct avow_prove_under request = {.policy = &question->policy,
                                             .now = question->now,
                                             .at = question->at,
                                             .references = question->references,
                                             .count = 1 + subject->component_count +
                                                      (subject->has_pathway ? 1 : 0)};
    both->evidence = (struct avow_evidence){0};
    avow_buf_init(&both->out, AVOW_EVIDENCE_BYTES_MAX);
    struct avow_facts facts = avow_facts_from_snapshot(world->snapshot);
    assert_int_equal(
        avow_judge(&facts, &question->policy, subject, question->now, question->at, &both->here),
        AVOW_OK);
    enum avow_err err = avow_evidence_make_under(world->snapshot, &request, &both->out);
    if (err == AVOW_ERR_NOT_FOUND && both->here.why == AVOW_WHY_NO_DATA)
        return false;
    assert_int_equal(err, AVOW_OK);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&both->out), &both->evidence, &reject),
                     AVOW_OK);
    if (reject != AVOW_ACCEPT)
        fail_msg("the evidence: %s", avow_reject_text(reject));
    facts = avow_facts_from_evidence(&both->evidence);
    assert_int_equal(
        avow_judge(&facts, &question->policy, subject, question->now, question->at, &both->there),
        AVOW_OK);
    return true;
}

static void ask(struct world *world, uint64_t seed, struct tally *tally)
{
    struct question question;
    struct both both;
    choose_question(world, &question);
    const struct avow_verdict *here = &both.here;
    const struct avow_verdict *there = &both.there;
    bool judged = judge_both(world, &question, &both);
    if (judged && !same(here, there))
        fail_msg("world %llu, entry %llu: the store says %s (%s, %zu paths), its evidence %s (%s, "
                 "%zu paths)",
                 (unsigned long long)seed, (unsigned long long)question.subject.index,
                 avow_word_name(here->word), avow_why_name(here->why), here->recognised.path_count,
                 avow_word_name(there->word), avow_why_name(there->why),
                 there->recognised.path_count);
    tally->words[here->word]++;
    tally->paths += here->recognised.path_count > 0;
    both_fini(&both);
}

static void test_random_worlds(void **state)
{
    (void)state;
    const char *text = getenv("AVOW_WORLDS");
    uint64_t worlds = text == NULL ? WORLDS : strtoull(text, NULL, 10);
    struct tally tally = {0};
    for (uint64_t seed = 1; seed <= worlds; seed++) {
        struct world world;
        make_world(&world, seed);
        for (size_t i = 0; i < QUESTIONS; i++)
            ask(&world, seed, &tally);
        drop_world(&world);
    }
    /* The worlds are worth asking about. */
    assert_true(tally.words[AVOW_WORD_VALID] > 0 && tally.words[AVOW_WORD_UNRECOGNISED] > 0 &&
                tally.words[AVOW_WORD_DISPUTED] > 0 && tally.words[AVOW_WORD_REVOKED] > 0 &&
                tally.words[AVOW_WORD_UNKNOWN] > 0 && tally.words[AVOW_WORD_SUSPENDED] > 0 &&
                tally.paths > 0);
}

/* An anchor's log that is too large to be shown whole: the evidence says less, and what it says is
 * true. */
static void test_absence_that_does_not_fit(void **state)
{
    (void)state;
    struct world world = {.seed = 1};
    struct both both;
    struct question question = {.now = LOG_BUILDER_T0 + HOUR, .at = LOG_BUILDER_T0 + HOUR};
    struct avow_txn *txn;
    static const uint8_t no_scope[] = {0x80};
    for (size_t i = 0; i < 2; i++) {
        struct log_history *held = &world.bodies[i].held;
        log_history_begin(held, i == 0 ? "a subject" : "a large anchor");
        for (size_t k = 0; k < (i == 0 ? 3 : AVOW_EVIDENCE_ENTRIES_MAX + 10); k++)
            (void)log_builder_add_issue(&held->builder, 2);
        log_history_mark(held);
        log_history_end(held);
    }
    make_witnesses(&world);
    store_folder_make(&world.folder);
    world.store = store_folder_open(&world.folder);
    assert_int_equal(avow_txn_begin(world.store, &txn), AVOW_OK);
    store_marks(&world, txn, &world.bodies[0]);
    store_marks(&world, txn, &world.bodies[1]);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    assert_int_equal(avow_snapshot_new(world.store, &world.snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world.snapshot), AVOW_OK);
    avow_policy_init(&question.policy);
    question.policy.require_recognition = true;
    assert_int_equal(avow_policy_add_anchor(&question.policy, avow_bytes(NULL, 0),
                                            &world.bodies[1].held.builder.state.chain.issuer,
                                            avow_bytes(no_scope, 1)),
                     AVOW_ACCEPT);
    question.references[0] =
        (struct avow_reference){world.bodies[0].held.builder.state.chain.issuer, 3};
    question.subject = (struct avow_subject){.issuer = question.references[0].issuer, .index = 3};
    assert_true(judge_both(&world, &question, &both));
    assert_int_equal(both.here.word, AVOW_WORD_UNRECOGNISED);
    assert_int_equal(both.there.word, AVOW_WORD_UNKNOWN);
    assert_int_equal(both.there.why, AVOW_WHY_PATH_UNSEEN);
    both_fini(&both);
    drop_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_worlds),
        cmocka_unit_test(test_absence_that_does_not_fit),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
