/* Answers over a small store: what is right is proved right, what cannot be answered is refused
 * with the log's size, what is not well formed is told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/answer.h"
#include "proto/codec/writer.h"
#include "tests/unit/store/store_fixture.h"

#define NOW UINT64_C(2000000000)

struct scene {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_secret_key self;
    struct avow_key self_id;
    struct avow_answerer *answerer;
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
    assert_int_equal(avow_snapshot_new(scene.store, &scene.snapshot), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(scene.snapshot), AVOW_OK);
    assert_int_equal(avow_answerer_new(scene.snapshot, &scene.self, &scene.answerer), AVOW_OK);
    avow_buf_init(&scene.out, (size_t)4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    avow_buf_fini(&scene.out);
    avow_answerer_free(&scene.answerer);
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
            struct avow_hash leaf = avow_leaf_hash(entry);
            avow_tree_append(&tree, &leaf, NULL);
        }
        struct avow_hash root = avow_tree_root(&tree);
        assert_int_equal(
            avow_consistency_check(tree.size, &root, scene.size, &whole, &scene.answer.path),
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
        assert_int_equal(avow_chain_read(avow_buf_bytes(&list), checkpoint, &chain, &reject),
                         AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        assert_int_equal(avow_checkpoint_judge(checkpoint, &chain), AVOW_ACCEPT);
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
        assert_int_equal(avow_consistency_check(from->size, &from->root, to->size, &to->root,
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_ranges),      cmocka_unit_test(test_chain),
        cmocka_unit_test(test_consistency), cmocka_unit_test(test_held),
        cmocka_unit_test(test_list),        cmocka_unit_test(test_verdicts_and_evidence),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
