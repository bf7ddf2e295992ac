/* RECOVER at a real node: what it takes, what it refuses and how, and that it takes it once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/trust/verdict.h"
#include "tests/unit/loop/node_fixture.h"

#include <signal.h>

#define ISSUES 4
#define SIZE (3 + ISSUES) /* inception, nodes, achievement */

enum harm {
    NONE,
    NO_ROOT_ENTRY,   /* the batch begins with an issue */
    NOT_WHOLE,       /* an entry is missing */
    FUTURE,          /* signed six minutes from now */
    OTHER_ROOT,      /* a rotation to a key that the log is not committed to */
    ROOT_SIGNATURE,  /* a bit of it */
    SIGNATURE,       /* a bit of the checkpoint's */
    BREAKS_A_RULE,   /* an issue for what is no achievement */
    OTHER_STATUS_MAP /* a checkpoint whose status root is not the entries' */
};
#define ENDED UINT64_MAX /* the node ends the connection */
#define TAKEN 0

struct recover_case {
    const char *name;
    uint64_t from;
    enum harm harm;
    uint64_t outcome; /* TAKEN, ENDED, or a refusal's code */
};

static const struct recover_case cases[] = {
    {"below the head", 4, NONE, TAKEN},
    {"at the first entry that can be", 1, NONE, TAKEN},
    {"at the head", SIZE, NONE, TAKEN},
    {"beyond the head", SIZE + 1, NONE, AVOW_REFUSAL_MOVED_ON},
    {"no root entry", 4, NO_ROOT_ENTRY, AVOW_REFUSAL_INVALID},
    {"not whole", 4, NOT_WHOLE, AVOW_REFUSAL_INVALID},
    {"from the future", 4, FUTURE, AVOW_REFUSAL_CLOCK},
    {"another root", 4, OTHER_ROOT, AVOW_REFUSAL_INVALID},
    {"the root signature", 4, ROOT_SIGNATURE, ENDED},
    {"the checkpoint's signature", 4, SIGNATURE, ENDED},
    {"an entry that breaks a rule", 4, BREAKS_A_RULE, AVOW_REFUSAL_INVALID},
    {"another status map", 4, OTHER_STATUS_MAP, AVOW_REFUSAL_INVALID},
};

struct batch {
    struct avow_draft *draft;
    struct avow_secret_key sign; /* that the rotation brings */
    struct avow_message message;
    struct avow_buf entries;
};

static void make_key(uint8_t number, uint8_t use, struct avow_secret_key *secret,
                     struct avow_key *key)
{
    uint8_t seed[32] = {number, use, 0x72};
    avow_ed25519_from_seed(seed, secret, key);
}

static void append(struct batch *batch, const struct avow_entry *entry)
{
    uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_buf out;
    enum avow_reject reject;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_entry_encode(&out, entry);
    assert_int_equal(avow_draft_append(batch->draft, avow_buf_bytes(&out), &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
}

static void append_rotation(struct batch *batch, const struct test_issuer *issuer, uint8_t number)
{
    const struct avow_state *state = avow_draft_state(batch->draft);
    struct avow_secret_key unused;
    struct avow_key after;
    struct avow_entry entry = {.kind = AVOW_KIND_ROOT_ROTATION, .t = issuer->time};
    make_key(number, 1, &batch->sign, &entry.rotation.signing_key);
    make_key(number, 2, &unused, &after);
    const struct avow_bytes next = avow_bytes(after.bytes, sizeof(after.bytes));
    memcpy(entry.rotation.new_root.bytes, issuer->next_root.bytes + 32, 32);
    entry.rotation.next_root_digest = avow_sha256(&next, 1);
    entry.rotation.not_after = entry.t + 1000000;
    uint8_t bytes[2 * AVOW_ROOT_ENTRY_BYTES_MAX];
    struct avow_buf message;
    const struct avow_hash root = avow_tree_root(&state->tree);
    avow_buf_init_fixed(&message, bytes, sizeof(bytes));
    avow_entry_root_message(&message, &entry, avow_chain_opening(&state->chain), state->tree.size,
                            &root);
    avow_ed25519_sign(&issuer->next_root, avow_buf_bytes(&message), &entry.rotation.signature);
    append(batch, &entry);
}

/* What an entry of the batch is sent as: harmed after it was signed, where that is the harm. */
static void put_entry(struct batch *batch, uint64_t position, struct avow_bytes bytes,
                      enum harm harm)
{
    uint8_t copy[AVOW_ENTRY_BYTES_MAX];
    struct avow_entry entry;
    struct avow_buf out;
    avow_buf_init_fixed(&out, copy, sizeof(copy));
    avow_buf_append(&out, bytes.data, bytes.len);
    if (position == 0 && harm == ROOT_SIGNATURE)
        copy[bytes.len - 1] ^= 1;
    if (position == 0 && harm == OTHER_ROOT) {
        assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
        make_key(200, 3, &batch->sign, &entry.rotation.new_root);
        avow_buf_clear(&out);
        avow_entry_encode(&out, &entry);
    }
    if (position == 0 && harm == NO_ROOT_ENTRY)
        return;
    avow_write_bin(&batch->entries, avow_buf_bytes(&out));
    batch->message.entries.count++;
}

/* An issue by its bytes alone, which no draft would take. */
static void break_rule(struct batch *batch, const struct test_issuer *issuer)
{
    uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_buf out;
    const struct avow_entry entry = {
        .kind = AVOW_KIND_ISSUE,
        .t = issuer->time,
        .issue = {.achievement = 1, .valid_from = issuer->time},
    };
    struct avow_checkpoint *checkpoint = &batch->message.checkpoint;
    struct avow_tree tree = avow_draft_state(batch->draft)->tree;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_entry_encode(&out, &entry);
    const struct avow_hash leaf = avow_merkle_leaf_hash(avow_buf_bytes(&out));
    avow_tree_append(&tree, &leaf, NULL);
    avow_write_bin(&batch->entries, avow_buf_bytes(&out));
    batch->message.entries.count++;
    checkpoint->size = tree.size;
    checkpoint->root = avow_tree_root(&tree);
}

static void sign(struct batch *batch, enum harm harm)
{
    struct avow_checkpoint *checkpoint = &batch->message.checkpoint;
    if (harm == FUTURE)
        checkpoint->time += 360;
    if (harm == OTHER_STATUS_MAP)
        checkpoint->status_root.bytes[0] ^= 1;
    avow_checkpoint_sign(checkpoint, &batch->sign);
    if (harm == SIGNATURE)
        checkpoint->signature.bytes[1] ^= 1;
}

static void make_batch(struct batch *batch, const struct test_issuer *issuer,
                       const struct recover_case *row, uint8_t number)
{
    *batch = (struct batch){.message = {.type = AVOW_MESSAGE_RECOVER, .from = row->from}};
    enum avow_reject reject;
    avow_buf_init(&batch->entries, AVOW_MESSAGE_BYTES_MAX);
    assert_int_equal(avow_draft_new(&batch->draft), AVOW_OK);
    for (uint64_t i = 0; i < row->from; i++) {
        const uint64_t shown = i < SIZE ? i : SIZE - 1; /* beyond: anything that fits */
        assert_int_equal(
            avow_draft_append(batch->draft, avow_draft_entry(issuer->draft, shown), &reject),
            AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
    append_rotation(batch, issuer, number);
    if (row->from > 2) {
        const struct avow_entry issue = {
            .kind = AVOW_KIND_ISSUE,
            .t = issuer->time,
            .issue = {.achievement = 2, .valid_from = issuer->time},
        };
        append(batch, &issue);
    }
    assert_int_equal(avow_draft_checkpoint(batch->draft, issuer->time, &batch->message.checkpoint),
                     AVOW_OK);
    for (uint64_t i = row->from; i < avow_draft_size(batch->draft); i++)
        put_entry(batch, i - row->from, avow_draft_entry(batch->draft, i), row->harm);
    if (row->harm == NOT_WHOLE)
        batch->message.checkpoint.size++;
    if (row->harm == BREAKS_A_RULE)
        break_rule(batch, issuer);
    sign(batch, row->harm);
    batch->message.entries.items = avow_buf_bytes(&batch->entries);
}

static void batch_fini(struct batch *batch)
{
    avow_draft_free(&batch->draft);
    avow_buf_fini(&batch->entries);
}

static uint64_t ask(struct avow_client *client, const struct batch *batch,
                    struct avow_message *answer)
{
    struct avow_message question = batch->message;
    const enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_ACCEPTED, answer);
    if (err == AVOW_ERR_REFUSED)
        return answer->code;
    return err == AVOW_OK ? TAKEN : ENDED;
}

static void check_log(const struct test_node *node, const struct test_issuer *issuer, uint64_t size)
{
    struct avow_client *client = test_connect(node, AVOW_PEER_CLIENT);
    struct avow_message answer;
    struct avow_message question = {.type = AVOW_MESSAGE_PROVE, .issuer = issuer->id};
    struct avow_evidence evidence;
    enum avow_reject reject;
    assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_EVIDENCE, &answer), AVOW_OK);
    assert_int_equal(avow_evidence_check(answer.evidence, &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_int_equal(avow_evidence_log(&evidence, &issuer->id)->checkpoint.size, size);
    avow_evidence_fini(&evidence);
    /* What stays or came, either way, is not in doubt. */
    question =
        (struct avow_message){.type = AVOW_MESSAGE_VERIFY, .issuer = issuer->id, .index = size - 1};
    assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, &answer), AVOW_OK);
    assert_int_equal(answer.word, size > 2 ? AVOW_WORD_VALID : AVOW_WORD_UNKNOWN);
    avow_client_free(&client);
}

static bool run_case(const struct test_node *node, const struct recover_case *row, uint8_t number)
{
    struct test_issuer issuer;
    struct batch batch;
    struct avow_message answer;
    struct avow_client *client = test_connect(node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, number, node);
    test_issuer_add_achievement(&issuer);
    test_issuer_add_issues(&issuer, 2, ISSUES);
    test_publish(&issuer, client);
    make_batch(&batch, &issuer, row, number);
    const uint64_t outcome = ask(client, &batch, &answer);
    const bool good = outcome == row->outcome;
    if (!good)
        print_error("%s: %llu\n", row->name, (unsigned long long)outcome);
    if (good && outcome == TAKEN) {
        assert_true(avow_checkpoint_same_text(&answer.checkpoint, &batch.message.checkpoint));
        check_log(node, &issuer, batch.message.checkpoint.size);
        assert_int_equal(ask(client, &batch, &answer), TAKEN); /* again, and nothing happens */
        check_log(node, &issuer, batch.message.checkpoint.size);
    } else if (good) {
        check_log(node, &issuer, SIZE); /* as it was */
    }
    batch_fini(&batch);
    test_issuer_fini(&issuer);
    avow_client_free(&client);
    return good;
}

static void test_cases(void **state)
{
    (void)state;
    struct test_node node = {0};
    bool all = true;
    test_node_start(&node, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        all = run_case(&node, &cases[i], (uint8_t)(i + 1)) && all;
    test_node_stop(&node);
    test_node_remove(&node);
    assert_true(all);
}

static void test_unknown_log(void **state)
{
    (void)state;
    struct test_node node = {0};
    struct test_issuer issuer;
    struct batch batch;
    struct avow_message answer;
    test_node_start(&node, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 1, &node);
    test_issuer_add_achievement(&issuer);
    test_issuer_add_issues(&issuer, 2, ISSUES);
    make_batch(&batch, &issuer, &cases[0], 1);
    assert_int_equal(ask(client, &batch, &answer), AVOW_REFUSAL_UNKNOWN_LOG);
    batch_fini(&batch);
    test_issuer_fini(&issuer);
    avow_client_free(&client);
    test_node_stop(&node);
    test_node_remove(&node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_unknown_log),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
