/* A verdict's JSON is one text, whoever brings the facts. For every case of tests/vectors/verdicts,
 * a node that holds the case's logs says, byte for byte, what the evidence says that it makes for
 * the case, and what the case's own evidence says: but where that shows less than there is. */
#include "store/read/facts.h"

#include "proto/json/verdict.h"
#include "store/write/txn_forks.h"
#include "tests/support/verdict_scene.h"
#include "tests/unit/store/store_fixture.h"

#define FAR_FUTURE (UINT64_C(1) << 40) /* so that no line counts as too new to be kept */

static struct verdict_scene scene;

struct differing {
    const char *name, *why;
};

/* What a node sends says less than it knows. */
static const struct differing not_sent[] = {
    {"recognition: by nobody, which does not matter",
     "where the policy demands no path, a node does not send whole logs to prove that there is "
     "none"},
    {"recognition: a crowd that trusts itself",
     "a search that ended at its bound tells of no absence, and so nothing is sent to prove it"},
};

/* The case's own evidence says less than there is: why it must give another text. */
static const struct differing differ[] = {
#define NO_ENTRY "the record is not shown: what it says, and the word, are unknown"
    {"no entry", NO_ENTRY},
    {"no entry of what is revoked", NO_ENTRY},
    {"no entry, a stranger's signature", NO_ENTRY},
    {"nothing but the chain", NO_ENTRY},
    {"below a fork: not shown", NO_ENTRY},
    {"below a fork: not shown (the other side)", NO_ENTRY},
    {"beyond a fork: not shown", NO_ENTRY},
    {"beyond a fork: not shown (the other side)", NO_ENTRY},
    {"stack: its own entry is not shown", NO_ENTRY},
#define NO_STATUS "the state is not shown: it is unknown"
    {"no status", NO_STATUS},
    {"no status, a reference", NO_STATUS},
    {"no status of what is revoked", NO_STATUS},
    {"no status of what has ended", NO_STATUS},
    {"below a fork: its state is not shown", NO_STATUS},
    {"below a fork: its state is not shown (the other side)", NO_STATUS},
    {"superseded on one branch: its state is not shown", NO_STATUS},
#define NO_EVENTS "status entries are not shown: since when, and what came later, is unknown"
    {"no events", NO_EVENTS},
    {"no events, before", NO_EVENTS},
    {"no events of a suspension, before", NO_EVENTS},
    {"no events of a supersession, before", NO_EVENTS},
    {"the oldest event alone", NO_EVENTS},
    {"the oldest suspension alone", NO_EVENTS},
    {"suspended twice: the first is not shown", NO_EVENTS},
#define NO_ACHIEVEMENT "the achievement is not shown: its title, code and level are unknown"
    {"no achievement", NO_ACHIEVEMENT},
    {"recognition: the achievement is not shown", NO_ACHIEVEMENT},
    {"recognition: the achievement is not shown: its field", NO_ACHIEVEMENT},
#define NO_PATH "a recognition or its state is not shown: whether there is a path is unknown"
    {"recognition: by nobody: a piece is missing", NO_PATH},
    {"recognition: the recognition is not shown", NO_PATH},
    {"recognition: the recognition's state is not shown", NO_PATH},
    {"recognition: withdrawn: when, is not shown", NO_PATH},
#define NO_PART "a component or the pathway is not shown: its word, or the cascade, is unknown"
    {"stack: not shown", NO_PART},
    {"degraded: not shown", NO_PART},
    {"grandfathered: not shown", NO_PART},
    {"no pathway: not shown", NO_PART},
    {"the pathway is not shown", NO_PART},
    {"the pathway is not shown: revoked", NO_PART},
    {"the pathway is not shown, and revoked itself", NO_PART},
#define NEWER                                                                                      \
    "a node of this version holds no log with an entry of a newer kind; evidence shows one"
    {"a newer kind", NEWER},
    {"a document of a newer kind", NEWER},
};

/* NULL: the texts must be the same. */
static const char *why_other(const struct differing *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, scene.name) == 0)
            return list[i].why;
    }
    return NULL;
}
#define WHY_OTHER(list) why_other(list, sizeof(list) / sizeof((list)[0]))

/* ------------------------------------------------------------------ a store that holds a case */

/* False if this version holds no such log. */
static bool accept(struct avow_txn *txn, const struct log_builder *log, uint64_t *from,
                   const struct avow_checkpoint *checkpoint)
{
    struct avow_bytes *entries = calloc(checkpoint->size, sizeof(*entries));
    assert_non_null(entries);
    struct avow_range range = {
        .checkpoint = *checkpoint, .from = *from, .entries = entries, .now = FIXTURE_NOW};
    for (uint64_t i = *from; i < checkpoint->size; i++)
        entries[range.count++] = log->rows[i].bytes;
    const enum avow_reject reject = fixture_append(txn, &range);
    free(entries);
    if (reject != AVOW_ACCEPT && reject != AVOW_REJECT_NEWER)
        fail_msg("%s: the store says %s", scene.name, avow_reject_text(reject));
    *from = checkpoint->size;
    return reject == AVOW_ACCEPT;
}

static void add_lines(struct avow_txn *txn, const struct avow_checkpoint *checkpoint,
                      const struct avow_cosignature *lines, size_t count)
{
    bool changed;
    assert_int_equal(avow_txn_freshen(txn, checkpoint, lines, count, FAR_FUTURE, &changed),
                     AVOW_OK);
}

static void add_foreign(struct avow_txn *txn, const struct proof_fork *item)
{
    const struct avow_tree_nodes nodes = log_builder_nodes(item->other);
    for (size_t i = 0; i < item->entry_count; i++) {
        bool changed;
        enum avow_reject reject;
        struct avow_foreign foreign = {.checkpoint = item->checkpoint,
                                       .index = item->entries[i],
                                       .entry = item->other->rows[item->entries[i]].bytes};
        assert_int_equal(avow_merkle_inclusion_prove(&nodes, foreign.index, foreign.checkpoint.size,
                                                     &foreign.path),
                         AVOW_OK);
        assert_int_equal(avow_txn_add_foreign(txn, &foreign, &changed, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
}

static void add_chain(struct avow_txn *txn, const struct proof_fork *item)
{
    const struct avow_chain *chain = &item->other->state.chain;
    const struct avow_tree_nodes nodes = log_builder_nodes(item->other);
    struct avow_buf list;
    bool changed;
    enum avow_reject reject;
    avow_buf_init(&list, AVOW_EVIDENCE_BYTES_MAX);
    avow_evidence_begin_proved(&list, chain->count);
    for (size_t i = 0; i < chain->count; i++) {
        struct avow_path path;
        assert_int_equal(avow_merkle_inclusion_prove(&nodes, chain->entries[i].index,
                                                     item->checkpoint.size, &path),
                         AVOW_OK);
        avow_proved_entry_write(&list, avow_chain_entry_bytes(chain, i), chain->entries[i].index,
                                &path);
    }
    const struct avow_other_chain other = {.checkpoint = item->checkpoint,
                                           .list = avow_buf_bytes(&list)};
    assert_int_equal(avow_txn_add_chain(txn, &other, chain, &changed, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    avow_buf_fini(&list);
}

static void add_fork(struct avow_txn *txn, const struct proof_fork *item)
{
    bool changed;
    enum avow_reject reject;
    switch (item->form) {
    case AVOW_EVIDENCE_FORK:
        assert_int_equal(avow_txn_add_fork(txn, &item->fork, &changed, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        return;
    case AVOW_EVIDENCE_FOREIGN:
        add_foreign(txn, item);
        return;
    case AVOW_EVIDENCE_OTHER_CHAIN:
        add_chain(txn, item);
    }
}

static void hold(struct avow_txn *txn, const struct proof_plan *plan)
{
    uint64_t from = 0;
    if (plan->has_first && accept(txn, plan->log, &from, &plan->first))
        add_lines(txn, &plan->first, plan->first_lines, plan->first_line_count);
    if (!accept(txn, plan->log, &from, &plan->checkpoint))
        return;
    add_lines(txn, &plan->checkpoint, plan->lines, plan->line_count);
    for (size_t i = 0; i < plan->fork_count; i++)
        add_fork(txn, &plan->forks[i]);
}

static void fill(struct avow_store *store)
{
    struct avow_txn *txn;
    assert_int_equal(avow_txn_begin(store, &txn), AVOW_OK);
    for (size_t i = 0; i < scene.plan_count; i++)
        hold(txn, &scene.plans[i]);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
}

/* ------------------------------------------------------------------ both texts */

static char *text_of(const struct avow_facts *facts)
{
    struct avow_verdict verdict;
    const struct avow_subject_file file = {.has_reference = true, .subject = scene.subject};
    assert_int_equal(
        avow_judge(facts, &scene.policy, &scene.subject, scene.now, scene.at, &verdict), AVOW_OK);
    const struct avow_verdict_view view = {.verdict = &verdict,
                                           .file = &file,
                                           .policy = &scene.policy,
                                           .facts = facts,
                                           .now = scene.now,
                                           .at = scene.at,
                                           .detail = ""};
    char *text = avow_verdict_json_text(&view);
    assert_non_null(text);
    return text;
}

static char *text_of_evidence(const struct avow_buf *bytes)
{
    struct avow_evidence evidence;
    enum avow_reject reject;
    assert_int_equal(avow_evidence_check(avow_buf_bytes(bytes), &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    const struct avow_facts facts = avow_facts_from_evidence(&evidence);
    char *text = text_of(&facts);
    avow_evidence_fini(&evidence);
    return text;
}

/* Of what a node sends that is asked about the case's subject under its policy. */
static char *text_of_made(struct avow_snapshot *snapshot)
{
    struct avow_reference references[SCENE_COMPONENTS_MAX + 2];
    const struct avow_subject *subject = &scene.subject;
    struct avow_prove_under request = {
        .policy = &scene.policy, .now = scene.now, .at = scene.at, .references = references};
    struct avow_buf out;
    references[request.count++] = (struct avow_reference){subject->issuer, subject->index};
    for (size_t i = 0; i < subject->component_count; i++)
        references[request.count++] = subject->components[i];
    if (subject->has_pathway)
        references[request.count++] = subject->pathway;
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    if (avow_evidence_make_under(snapshot, &request, &out) == AVOW_ERR_NOT_FOUND) {
        avow_buf_clear(&out);
        proof_plans_write(&out, NULL, 0);
    }
    assert_int_equal(out.err, AVOW_OK);
    char *text = text_of_evidence(&out);
    avow_buf_fini(&out);
    return text;
}

struct texts {
    char *stored, *made, *given;
};

static void write_texts(struct texts *texts)
{
    struct store_folder folder;
    struct avow_snapshot *snapshot;
    struct avow_buf bytes;
    store_folder_make(&folder);
    struct avow_store *store = store_folder_open(&folder);
    fill(store);
    assert_int_equal(avow_snapshot_new(store, &snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(snapshot), AVOW_OK);
    const struct avow_facts facts = avow_facts_from_snapshot(snapshot);
    texts->stored = text_of(&facts);
    texts->made = text_of_made(snapshot);
    verdict_scene_evidence(&scene, &bytes);
    texts->given = text_of_evidence(&bytes);
    avow_buf_fini(&bytes);
    avow_snapshot_free(&snapshot);
    avow_store_close(&store);
    store_folder_remove(&folder);
}

static void expect_same(const char *source, const char *text, const char *stored, const char *why)
{
    if (why == NULL && strcmp(text, stored) != 0)
        fail_msg("%s, %s:\n%s\nfrom a store:\n%s", scene.name, source, text, stored);
    if (why != NULL && strcmp(text, stored) == 0)
        fail_msg("%s, %s: the same text, although %s", scene.name, source, why);
}

/* A case that is named as one that differs must, so that the lists stay short, and so that it is
 * seen that texts can differ. */
static void test_same(void **state)
{
    (void)state;
    size_t named = 0;
    const size_t count = verdict_scene_count();
    assert_true(count >= 300);
    for (size_t i = 0; i < count; i++) {
        struct texts texts;
        verdict_scene_make(i, &scene);
        write_texts(&texts);
        named += WHY_OTHER(differ) != NULL ? 1 : 0;
        named += WHY_OTHER(not_sent) != NULL ? 1 : 0;
        expect_same("from its evidence", texts.given, texts.stored, WHY_OTHER(differ));
        expect_same("from what a node sends", texts.made, texts.stored, WHY_OTHER(not_sent));
        free(texts.stored);
        free(texts.made);
        free(texts.given);
    }
    assert_int_equal(named,
                     sizeof(differ) / sizeof(differ[0]) + sizeof(not_sent) / sizeof(not_sent[0]));
}

static int make_scenes(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    verdict_scenes_init();
    return 0;
}

static int drop_scenes(void **state)
{
    (void)state;
    verdict_scenes_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, make_scenes, drop_scenes);
}
