/* Answers over a small store: what is right is proved right, what cannot be answered is refused
 * with the log's size, what is not well formed is told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/answer/answer.h"
#include "node/loop/base/policies.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/wire/find.h"
#include "tests/unit/store/store_fixture.h"

#define NOW UINT64_C(2000000000)

struct scene {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_secret_key self;
    struct avow_key self_id;
    struct avow_answerer *answerer;
    struct avow_policies *policies; /* one, named "plain" */
    struct log_history history;
    struct avow_hash issuer;
    uint64_t size; /* accepted; the rest of the history is held */
    struct avow_buf out;
    struct avow_message answer;
};

static struct scene scene;

static void append_mark(struct avow_txn *txn, size_t mark, bool held)
{
    const struct log_mark *at = &scene.history.marks[mark];
    uint64_t from = mark == 0 ? 0 : at[-1].checkpoint.size;
    struct avow_range range =
        fixture_range(&scene.history, at, from, at->checkpoint.size - from, held);
    assert_int_equal(fixture_append(txn, &range), AVOW_ACCEPT);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[400];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void make_policies(void)
{
    struct store_folder folder;
    char path[300];
    struct avow_buf error;
    avow_buf_init(&error, 4096);
    store_folder_make(&folder);
    write_file(folder.path, "plain.ini", "[policy]\nregion=PT\nmax_age=2h\n");
    assert_int_equal(avow_policies_read(folder.path, &scene.policies, &error), AVOW_OK);
    (void)snprintf(path, sizeof(path), "%s/plain.ini", folder.path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder.path), 0);
    avow_buf_fini(&error);
}

static int set_up(void **state)
{
    uint8_t seed[32] = {9};
    struct avow_txn *txn;
    (void)state;
    log_history_make(&scene.history, "answers", 3, 3000, 600);
    scene.issuer = scene.history.marks[0].checkpoint.issuer;
    store_folder_make(&scene.folder);
    scene.store = store_folder_open(&scene.folder);
    assert_int_equal(avow_txn_begin(scene.store, &txn), AVOW_OK);
    size_t last = scene.history.mark_count - 1;
    for (size_t i = 0; i < last; i++)
        append_mark(txn, i, false);
    append_mark(txn, last, true);
    assert_int_equal(avow_txn_commit(&txn), AVOW_OK);
    scene.size = scene.history.marks[last - 1].checkpoint.size;
    avow_ed25519_from_seed(seed, &scene.self, &scene.self_id);
    make_policies();
    assert_int_equal(avow_snapshot_new(scene.store, &scene.snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(scene.snapshot), AVOW_OK);
    assert_int_equal(
        avow_answerer_new(scene.snapshot, &scene.self, scene.policies, &scene.answerer), AVOW_OK);
    avow_buf_init(&scene.out, (size_t)4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    avow_buf_fini(&scene.out);
    avow_answerer_free(&scene.answerer);
    avow_policies_free(&scene.policies);
    avow_snapshot_free(&scene.snapshot);
    avow_store_close(&scene.store);
    store_folder_remove(&scene.folder);
    log_history_fini(&scene.history);
    return 0;
}

static const struct log_mark *accepted_mark(void)
{
    return &scene.history.marks[scene.history.mark_count - 2];
}

/* Answers into scene.answer and returns its type. */
static enum avow_message_type ask(struct avow_message *question)
{
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    question->request = 77;
    avow_message_encode(&bytes, question);
    avow_buf_clear(&scene.out);
    assert_int_equal(avow_answer(scene.answerer, avow_buf_bytes(&bytes), NOW, &scene.out),
                     AVOW_ACCEPT);
    assert_int_equal(avow_message_decode(avow_buf_bytes(&scene.out), &scene.answer), AVOW_ACCEPT);
    assert_int_equal(scene.answer.request, 77);
    avow_buf_fini(&bytes);
    return scene.answer.type;
}

/* ---- refusals, by table ---- */

struct refusal_case {
    const char *name;
    enum avow_message_type type;
    bool unknown; /* about a log that is not there */
    uint64_t from, count;
    int64_t size; /* added to the accepted size; NO_SIZE: 0 */
    enum avow_refusal code;
    bool tells_size;
};

#define NO_SIZE INT64_MIN

static const struct refusal_case refusal_cases[] = {
    {"range of an unknown log", AVOW_MESSAGE_GET_RANGE, true, 0, 1, 0, AVOW_REFUSAL_UNKNOWN_LOG,
     false},
    {"range beyond the log", AVOW_MESSAGE_GET_RANGE, false, 0, 1, 1, AVOW_REFUSAL_MOVED_ON, true},
    {"range of size 0", AVOW_MESSAGE_GET_RANGE, false, 0, 1, NO_SIZE, AVOW_REFUSAL_MOVED_ON, true},
    {"range of nothing", AVOW_MESSAGE_GET_RANGE, false, 0, 0, 0, AVOW_REFUSAL_MOVED_ON, true},
    {"range from beyond", AVOW_MESSAGE_GET_RANGE, false, AVOW_UINT_MAX, 5, 0, AVOW_REFUSAL_MOVED_ON,
     true},
    {"chain of an unknown log", AVOW_MESSAGE_GET_CHAIN, true, 0, 0, 0, AVOW_REFUSAL_UNKNOWN_LOG,
     false},
    {"chain beyond the log", AVOW_MESSAGE_GET_CHAIN, false, 0, 0, 1, AVOW_REFUSAL_MOVED_ON, true},
    {"chain of size 0", AVOW_MESSAGE_GET_CHAIN, false, 0, 0, NO_SIZE, AVOW_REFUSAL_MOVED_ON, true},
    {"consistency from beyond", AVOW_MESSAGE_GET_CONSISTENCY, false, AVOW_UINT_MAX, 0, 0,
     AVOW_REFUSAL_MOVED_ON, true},
    {"consistency of an unknown log", AVOW_MESSAGE_GET_CONSISTENCY, true, 0, 0, 0,
     AVOW_REFUSAL_UNKNOWN_LOG, false},
    {"held text of an unknown log", AVOW_MESSAGE_GET_HELD, true, 0, 0, 0, AVOW_REFUSAL_UNKNOWN_LOG,
     false},
    {"held range below its base", AVOW_MESSAGE_GET_HELD_RANGE, false, 0, 9, 0,
     AVOW_REFUSAL_MOVED_ON, true},
    {"held range beyond", AVOW_MESSAGE_GET_HELD_RANGE, false, AVOW_UINT_MAX, 9, 0,
     AVOW_REFUSAL_MOVED_ON, true},
    {"evidence of an unknown log", AVOW_MESSAGE_PROVE, true, 0, 0, 0, AVOW_REFUSAL_UNKNOWN_LOG,
     false},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusal_cases) / sizeof(refusal_cases[0]); i++) {
        const struct refusal_case *c = &refusal_cases[i];
        struct avow_message question = {.type = c->type, .from = c->from, .count = c->count};
        question.issuer = scene.issuer;
        question.issuer.bytes[31] ^= c->unknown ? 1 : 0;
        question.size = c->size == NO_SIZE ? 0 : (uint64_t)((int64_t)scene.size + c->size);
        if (ask(&question) != AVOW_MESSAGE_REFUSED || scene.answer.code != c->code ||
            (c->tells_size && scene.answer.size != scene.size))
            fail_msg("%s: type %d, code %d, size %d", c->name, (int)scene.answer.type,
                     (int)scene.answer.code, (int)scene.answer.size);
    }
}

static void test_malformed(void **state)
{
    static const uint8_t ping[] = {0x92, AVOW_MESSAGE_PING, 0};
    static const uint8_t short_verify[] = {0x92, AVOW_MESSAGE_VERIFY, 5};
    (void)state;
    avow_buf_clear(&scene.out);
    assert_int_equal(avow_answer(scene.answerer, avow_bytes(ping, sizeof(ping)), NOW, &scene.out),
                     AVOW_REJECT_MESSAGE);
    assert_int_equal(avow_answer(scene.answerer, avow_bytes(short_verify, sizeof(short_verify)),
                                 NOW, &scene.out),
                     AVOW_REJECT_LENGTH);
    assert_int_equal(avow_answer(scene.answerer, avow_bytes(NULL, 0), NOW, &scene.out),
                     AVOW_REJECT_TRUNCATED);
    assert_int_equal(scene.out.len, 0);
}

/* ---- answers ---- */

/* Every entry, read range by range as a peer reads them, each proved up to the whole. */
static void test_ranges(void **state)
{
    struct avow_tree tree = {0};
    struct avow_hash whole = accepted_mark()->checkpoint.root;
    unsigned ranges = 0;
    (void)state;
    while (tree.size < scene.size) {
        struct avow_message question = {.type = AVOW_MESSAGE_GET_RANGE,
                                        .issuer = scene.issuer,
                                        .from = tree.size,
                                        .count = AVOW_UINT_MAX,
                                        .size = scene.size};
        struct avow_bytes entry;
        assert_int_equal(ask(&question), AVOW_MESSAGE_RANGE);
        assert_int_equal(scene.answer.from, tree.size);
        assert_true(scene.out.len < 2 * AVOW_ANSWER_RANGE_BYTES);
        while (avow_list_next_entry(&scene.answer.entries, &entry)) {
            assert_true(avow_bytes_equal(entry, scene.history.entries[tree.size]));
            struct avow_hash leaf = avow_merkle_leaf_hash(entry);
            avow_tree_append(&tree, &leaf, NULL);
        }
        struct avow_hash root = avow_tree_root(&tree);
        assert_int_equal(
            avow_merkle_consistency_check(tree.size, &root, scene.size, &whole, &scene.answer.path),
            AVOW_ACCEPT);
        ranges++;
    }
    assert_true(ranges > 1);
}

static void test_chain(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < scene.history.mark_count; i++) {
        const struct avow_checkpoint *checkpoint = &scene.history.marks[i].checkpoint;
        struct avow_message question = {.type = AVOW_MESSAGE_GET_CHAIN, .issuer = scene.issuer};
        struct avow_chain chain;
        enum avow_reject reject;
        struct avow_buf list;
        question.size = checkpoint->size;
        assert_int_equal(ask(&question), AVOW_MESSAGE_CHAIN);
        avow_chain_init(&chain);
        avow_buf_init(&list, AVOW_MESSAGE_BYTES_MAX);
        avow_list_write(&list, &scene.answer.chain);
        assert_int_equal(
            avow_evidence_chain_of_list(avow_buf_bytes(&list), checkpoint, NULL, &chain, &reject),
            AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        assert_int_equal(avow_evidence_judge_checkpoint(checkpoint, &chain), AVOW_ACCEPT);
        avow_chain_fini(&chain);
        avow_buf_fini(&list);
    }
}

static void test_consistency(void **state)
{
    const struct avow_checkpoint *to = &accepted_mark()->checkpoint;
    (void)state;
    for (size_t i = 0; i + 1 < scene.history.mark_count; i++) {
        const struct avow_checkpoint *from = &scene.history.marks[i].checkpoint;
        struct avow_message question = {.type = AVOW_MESSAGE_GET_CONSISTENCY,
                                        .issuer = scene.issuer,
                                        .from = from->size,
                                        .size = to->size};
        assert_int_equal(ask(&question), AVOW_MESSAGE_CONSISTENCY);
        assert_int_equal(avow_merkle_consistency_check(from->size, &from->root, to->size, &to->root,
                                                       &scene.answer.path),
                         AVOW_ACCEPT);
    }
}

static void test_held(void **state)
{
    const struct avow_checkpoint *held =
        &scene.history.marks[scene.history.mark_count - 1].checkpoint;
    struct avow_message question = {.type = AVOW_MESSAGE_GET_HELD, .issuer = scene.issuer};
    struct avow_bytes entry;
    uint64_t index = scene.size;
    (void)state;
    assert_int_equal(ask(&question), AVOW_MESSAGE_HELD_TEXT);
    assert_int_equal(scene.answer.from, scene.size);
    assert_int_equal(scene.answer.size, held->size);
    assert_true(avow_checkpoint_same_text(&scene.answer.checkpoint, held));
    question.type = AVOW_MESSAGE_GET_HELD_RANGE;
    question.count = AVOW_UINT_MAX;
    while (index < held->size) {
        question.from = index;
        assert_int_equal(ask(&question), AVOW_MESSAGE_RANGE);
        assert_true(scene.answer.entries.count > 0);
        while (avow_list_next_entry(&scene.answer.entries, &entry))
            assert_true(avow_bytes_equal(entry, scene.history.entries[index++]));
    }
}

static void test_list(void **state)
{
    struct avow_message question = {.type = AVOW_MESSAGE_LIST};
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    (void)state;
    assert_int_equal(ask(&question), AVOW_MESSAGE_LOGS);
    assert_int_equal(scene.answer.last, 1);
    assert_true(avow_list_next_checkpoint(&scene.answer.checkpoints, &checkpoint, lines, &count));
    assert_true(avow_checkpoint_same_text(&checkpoint, &accepted_mark()->checkpoint));
    assert_false(avow_list_next_checkpoint(&scene.answer.checkpoints, &checkpoint, lines, &count));
    question.issuer = scene.issuer;
    assert_int_equal(ask(&question), AVOW_MESSAGE_LOGS);
    assert_int_equal(scene.answer.last, 1);
    assert_int_equal(scene.answer.checkpoints.count, 0);
}

/* The verdict that the node gives is the one that its evidence gives to others. */
static void test_verdicts_and_evidence(void **state)
{
    (void)state;
    for (uint64_t index = 0; index < scene.size; index += 37) {
        struct avow_message question = {
            .type = AVOW_MESSAGE_VERIFY, .issuer = scene.issuer, .index = index, .at = NOW - 1};
        struct avow_evidence evidence;
        struct avow_policy policy;
        struct avow_verdict verdict;
        enum avow_reject reject;
        assert_int_equal(ask(&question), AVOW_MESSAGE_VERDICT);
        uint64_t word = scene.answer.word, why = scene.answer.why, size = scene.answer.size;

        uint8_t storage[16];
        struct avow_buf indices;
        avow_buf_init_fixed(&indices, storage, sizeof(storage));
        avow_write_uint(&indices, index);
        question.type = AVOW_MESSAGE_PROVE;
        question.indices = (struct avow_list){.count = 1, .items = avow_buf_bytes(&indices)};
        assert_int_equal(ask(&question), AVOW_MESSAGE_EVIDENCE);
        assert_int_equal(avow_evidence_check(scene.answer.evidence, &evidence, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        struct avow_facts facts = avow_facts_from_evidence(&evidence);
        struct avow_subject subject = {.issuer = scene.issuer, .index = index};
        avow_policy_init(&policy);
        assert_int_equal(avow_judge(&facts, &policy, &subject, NOW, NOW - 1, &verdict), AVOW_OK);
        if (verdict.word != word || verdict.why != why || verdict.size != size)
            fail_msg("entry %d: the node says %s, its evidence %s", (int)index,
                     avow_word_name((enum avow_word)word), avow_word_name(verdict.word));
        assert_true(evidence.logs[0].cosignature_count >= 1);
        avow_evidence_fini(&evidence);
    }
}

struct role {
    const char *name;
    void (*give)(struct log_builder *log, const struct avow_key *self);
};

static void be_nothing(struct log_builder *log, const struct avow_key *self)
{
    (void)self;
    log_builder_add_inception(log);
}

static void be_root(struct log_builder *log, const struct avow_key *self)
{
    struct avow_entry entry;
    log_builder_inception(log, &entry);
    entry.inception.root_key = *self;
    (void)log_builder_append(log, &entry);
}

static void be_sign(struct log_builder *log, const struct avow_key *self)
{
    log_builder_add_inception(log);
    (void)log_builder_authorise(log, AVOW_USE_SIGN, self);
}

static void be_heartbeat(struct log_builder *log, const struct avow_key *self)
{
    log_builder_add_inception(log);
    (void)log_builder_authorise(log, AVOW_USE_HEARTBEAT, self);
}

static void be_no_more(struct log_builder *log, const struct avow_key *self)
{
    be_heartbeat(log, self);
    (void)log_builder_retire(log, AVOW_USE_HEARTBEAT, self);
}

static void be_custodian(struct log_builder *log, const struct avow_key *self)
{
    struct avow_entry entry;
    log_builder_add_inception(log);
    struct log_key next = log_builder_key(log, "custodian root");
    struct avow_bytes bytes = avow_bytes(next.key.bytes, sizeof(next.key.bytes));
    log_builder_closing(log, &entry);
    entry.closure.has_custodian = true;
    entry.closure.custodian = log->state.chain.issuer;
    entry.closure.custodian_key = *self;
    entry.closure.next_root_digest = avow_sha256(&bytes, 1);
    entry.closure.not_after = log->t + log->key_life_s;
    log_builder_sign(log, &entry, &log->root);
    (void)log_builder_append(log, &entry);
}

/* Whoever writes a log can name this node's key in it, in any role: the node is no witness of it.
 */
static void test_witnesses_no_log_of_its_own_key(void **state)
{
    static const struct role roles[] = {
        {"nothing", be_nothing},       {"the root", be_root},       {"a signing key", be_sign},
        {"a heartbeat", be_heartbeat}, {"one retired", be_no_more}, {"the custodian", be_custodian},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        struct avow_log log = {.abandoned_from = AVOW_NEVER};
        struct log_builder builder;
        log_builder_init(&builder, "a role");
        roles[i].give(&builder, &scene.self_id);
        log.state.chain = builder.state.chain;
        log.checkpoint.time = NOW;
        if (avow_answer_may_witness(&log, &scene.self_id, NOW) != (i == 0))
            fail_msg("%s", roles[i].name);
        assert_false(avow_answer_may_witness(&log, &scene.self_id, NOW - 1));
        log_builder_fini(&builder);
    }
}

/* The same under a policy, with another entry of the log beside the subject. */
static void test_proves_under_a_policy(void **state)
{
    (void)state;
    struct avow_buf policy_bytes;
    struct avow_buf items;
    struct avow_policy policy;
    avow_policy_init(&policy);
    avow_buf_init(&policy_bytes, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(&policy_bytes, &policy);
    avow_buf_init(&items, 4096);
    for (uint64_t index = 0; index < scene.size; index += 211) {
        struct avow_message question = {.type = AVOW_MESSAGE_PROVE_UNDER,
                                        .issuer = scene.issuer,
                                        .at = NOW - 1,
                                        .policy = avow_buf_bytes(&policy_bytes)};
        struct avow_evidence evidence;
        struct avow_verdict proved;
        struct avow_verdict told;
        enum avow_reject reject;
        avow_buf_clear(&items);
        avow_list_reference_write(&items, &scene.issuer, index);
        avow_list_reference_write(&items, &scene.issuer, scene.size - 1 - index);
        question.references = (struct avow_list){.count = 2, .items = avow_buf_bytes(&items)};
        assert_int_equal(ask(&question), AVOW_MESSAGE_EVIDENCE);
        assert_int_equal(avow_evidence_check(scene.answer.evidence, &evidence, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        struct avow_facts from_evidence = avow_facts_from_evidence(&evidence);
        struct avow_facts from_store = avow_facts_from_snapshot(scene.snapshot);
        struct avow_subject subject = {.issuer = scene.issuer, .index = index};
        assert_int_equal(avow_judge(&from_evidence, &policy, &subject, NOW, NOW - 1, &proved),
                         AVOW_OK);
        assert_int_equal(avow_judge(&from_store, &policy, &subject, NOW, NOW - 1, &told), AVOW_OK);
        assert_int_equal(proved.word, told.word);
        assert_int_equal(proved.why, told.why);
        struct avow_bytes entry;
        assert_true(avow_log_proof_entry(&evidence.logs[0], scene.size - 1 - index, &entry));
        avow_evidence_fini(&evidence);
    }
    avow_buf_fini(&items);
    avow_buf_fini(&policy_bytes);
}

struct form_case {
    const char *name;
    struct avow_bytes policy;
    size_t references;
    uint64_t flags;
    bool other_issuer;
};

/* What decodes as a message and asks for nothing that can be. */
static void test_refuses_to_prove(void **state)
{
    (void)state;
    struct avow_buf good;
    struct avow_buf items;
    struct avow_policy policy;
    avow_policy_init(&policy);
    avow_buf_init(&good, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(&good, &policy);
    avow_buf_init(&items, 256);
    avow_list_reference_write(&items, &scene.issuer, 3);
    const struct form_case cases[] = {
        {"no references", avow_buf_bytes(&good), 0, 0, false},
        {"a policy that is none", avow_bytes_text("policy"), 1, 0, false},
        {"no policy", avow_bytes(NULL, 0), 1, 0, false},
        {"an unknown flag", avow_buf_bytes(&good), 1, 1, false},
        {"another issuer first", avow_buf_bytes(&good), 1, 0, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct avow_message question = {.type = AVOW_MESSAGE_PROVE_UNDER,
                                        .issuer = scene.issuer,
                                        .flags = cases[i].flags,
                                        .policy = cases[i].policy};
        question.issuer.bytes[0] ^= cases[i].other_issuer ? 1 : 0;
        if (cases[i].references > 0)
            question.references = (struct avow_list){.count = 1, .items = avow_buf_bytes(&items)};
        if (ask(&question) != AVOW_MESSAGE_REFUSED || scene.answer.code != AVOW_REFUSAL_INVALID)
            fail_msg("%s: type %d", cases[i].name, (int)scene.answer.type);
    }
    avow_buf_fini(&items);
    avow_buf_fini(&good);
}

static void test_named_policy(void **state)
{
    (void)state;
    struct avow_message question = {.type = AVOW_MESSAGE_GET_POLICY,
                                    .text = avow_bytes_text("plain")};
    struct avow_policy policy;
    assert_int_equal(ask(&question), AVOW_MESSAGE_POLICY);
    assert_int_equal(avow_policy_decode(scene.answer.policy, &policy), AVOW_ACCEPT);
    assert_int_equal(policy.max_age_s, 7200);
    assert_string_equal(policy.region, "PT");
    question.text = avow_bytes_text("plai");
    assert_int_equal(ask(&question), AVOW_MESSAGE_REFUSED);
    assert_int_equal(scene.answer.code, AVOW_REFUSAL_INVALID);
}

/* A page of the history's achievements, and a query that is none. */
static void test_found(void **state)
{
    (void)state;
    struct avow_find_query query = {.words = avow_bytes_text("ANOTHER"), .limit = 3};
    struct avow_find_results results;
    struct avow_find_result result;
    struct avow_buf bytes;
    size_t count = 0;
    avow_buf_init(&bytes, AVOW_MESSAGE_QUERY_MAX);
    avow_find_query_encode(&bytes, &query);
    struct avow_message question = {.type = AVOW_MESSAGE_FIND, .query = avow_buf_bytes(&bytes)};
    assert_int_equal(ask(&question), AVOW_MESSAGE_FOUND);
    assert_int_equal(avow_find_results_decode(scene.answer.results, &results), AVOW_ACCEPT);
    for (; avow_find_results_next(&results.list, &result); count++) {
        assert_true(avow_hash_equal(&result.issuer, &scene.issuer));
        assert_true(avow_bytes_equal(result.entry, scene.history.entries[result.index]));
    }
    assert_int_equal(count, 3);
    assert_true(results.next.len > 0);
    question.query = avow_bytes_text("another");
    assert_int_equal(ask(&question), AVOW_MESSAGE_REFUSED);
    assert_int_equal(scene.answer.code, AVOW_REFUSAL_INVALID);
    avow_buf_fini(&bytes);
}

/* The recognitions that the history has of each body, and no others. */
static void test_recognised(void **state)
{
    (void)state;
    size_t total = 0;
    for (uint8_t body = 0; body < 5; body++) {
        struct avow_message question = {.type = AVOW_MESSAGE_RECOGNISED, .issuer = {{body}}};
        struct avow_hash by;
        uint64_t index;
        assert_int_equal(ask(&question), AVOW_MESSAGE_RECOGNITIONS);
        assert_int_equal(scene.answer.place.len, 0);
        while (avow_list_next_reference(&scene.answer.recognitions, &by, &index)) {
            struct avow_entry entry;
            assert_true(avow_hash_equal(&by, &scene.issuer));
            assert_true(index < scene.size);
            assert_int_equal(avow_entry_decode(scene.history.entries[index], &entry), AVOW_ACCEPT);
            assert_int_equal(entry.kind, AVOW_KIND_RECOGNITION);
            assert_int_equal(entry.recognition.subject.bytes[0], body);
            total++;
        }
    }
    size_t expected = 0;
    for (uint64_t i = 0; i < scene.size; i++)
        expected += scene.history.entries[i].data[1] == AVOW_KIND_RECOGNITION;
    assert_true(expected > 0);
    assert_int_equal(total, expected);
    struct avow_message question = {.type = AVOW_MESSAGE_RECOGNISED,
                                    .place = avow_bytes_text("elsewhere")};
    assert_int_equal(ask(&question), AVOW_MESSAGE_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_witnesses_no_log_of_its_own_key),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_verdicts_and_evidence),
        cmocka_unit_test(test_proves_under_a_policy),
        cmocka_unit_test(test_refuses_to_prove),
        cmocka_unit_test(test_named_policy),
        cmocka_unit_test(test_recognised),
        cmocka_unit_test(test_found),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
