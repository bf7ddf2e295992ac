/* Who holds no key of a log cannot touch what its signers have under way: a held text stays, and
 * nobody is kept waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "tests/unit/loop/node_fixture.h"

#include <signal.h>

struct scene {
    struct test_node node;
    struct avow_client *signer, *stranger;
    struct test_issuer issuer; /* two entries accepted, an achievement held */
    struct test_issuer other;  /* the same log, by a key that nobody has authorised */
};

static void set_up(struct scene *scene, uint8_t number)
{
    struct avow_message answer;
    struct avow_key key;
    uint8_t seed[32] = {number, 99};
    *scene = (struct scene){0};
    test_node_start(&scene->node, NULL);
    scene->signer = test_connect(&scene->node, AVOW_PEER_CLIENT);
    scene->stranger = test_connect(&scene->node, AVOW_PEER_CLIENT);
    test_issuer_init(&scene->issuer, number, &scene->node);
    test_publish(&scene->issuer, scene->signer);
    test_issuer_add_achievement(&scene->issuer);
    assert_int_equal(test_propose(&scene->issuer, scene->signer, 2, &answer), 0);
    assert_int_equal(answer.whole, 1);
    scene->other = scene->issuer;
    avow_ed25519_from_seed(seed, &scene->other.sign, &key);
    assert_int_equal(test_prove_signer(&scene->other, scene->stranger), 0);
}

static void tear_down(struct scene *scene)
{
    avow_client_free(&scene->signer);
    avow_client_free(&scene->stranger);
    test_issuer_fini(&scene->issuer);
    test_node_stop(&scene->node);
    test_node_remove(&scene->node);
}

/* The text that was held is held still: its signature completes it. */
static void expect_held(struct scene *scene)
{
    struct avow_message answer;
    assert_int_equal(test_sign(&scene->issuer, scene->signer, &answer), 0);
    assert_true(avow_checkpoint_same_text(&answer.checkpoint, &scene->issuer.checkpoint));
}

/* A root entry ends what is held only if the root has signed it. */
static void test_forged_root_entry(void **state)
{
    (void)state;
    struct scene scene;
    struct avow_message answer;
    set_up(&scene, 31);
    struct avow_entry entry = {.kind = AVOW_KIND_KEY, .t = scene.issuer.time};
    entry.key = (struct avow_key_entry){
        .action = AVOW_KEY_AUTHORISE, .use = AVOW_USE_SIGN, .not_after = scene.issuer.time + 1000};
    memcpy(entry.key.key.bytes, scene.other.sign.bytes + 32, 32);
    memset(entry.key.signature.bytes, 7, 31);
    uint8_t storage[2][512];
    struct avow_buf bytes, entries;
    avow_buf_init_fixed(&bytes, storage[0], sizeof(storage[0]));
    avow_entry_encode(&bytes, &entry);
    avow_buf_init_fixed(&entries, storage[1], sizeof(storage[1]));
    avow_write_bin(&entries, avow_buf_bytes(&bytes));
    struct avow_message question = {
        .type = AVOW_MESSAGE_PROPOSE,
        .from = 2,
        .checkpoint = scene.issuer.checkpoint,
        .entries = {.count = 1, .items = avow_buf_bytes(&entries)},
    };
    question.checkpoint.root.bytes[0] ^= 1;
    enum avow_err err = avow_client_ask(scene.stranger, &question, AVOW_MESSAGE_HELD, &answer);
    assert_true(err == AVOW_ERR_IO || err == AVOW_ERR_CLOSED); /* a wrong signature */
    expect_held(&scene);
    tear_down(&scene);
}

/* A good signature by a key of no meaning is refused before anything is locked or checked. */
static void test_strangers_signature(void **state)
{
    (void)state;
    struct scene scene;
    struct avow_message answer;
    set_up(&scene, 32);
    assert_int_equal(test_sign(&scene.other, scene.stranger, &answer), AVOW_REFUSAL_NOT_SIGNER);
    expect_held(&scene);
    tear_down(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forged_root_entry),
        cmocka_unit_test(test_strangers_signature),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
