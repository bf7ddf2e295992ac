/* Real nodes in processes of their own, over loopback. Nothing here waits for time to pass: what is
 * awaited is an answer or an announcement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/trust/verdict.h"
#include "tests/unit/loop/node_fixture.h"

#include <jansson.h>
#include <signal.h>

static uint64_t verify(struct avow_client *client, const struct test_issuer *issuer, uint64_t index,
                       struct avow_message *answer)
{
    struct avow_message question = {
        .type = AVOW_MESSAGE_VERIFY, .issuer = issuer->id, .index = index};
    assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, answer), AVOW_OK);
    return answer->word;
}

/* Receives announcements until this log has this size. */
static void await_size(struct avow_client *watcher, const struct test_issuer *issuer, uint64_t size)
{
    struct avow_message message = {0};
    while (message.type != AVOW_MESSAGE_ANNOUNCE ||
           !avow_hash_equal(&message.checkpoint.issuer, &issuer->id) ||
           message.checkpoint.size != size) {
        if (avow_client_receive(watcher, &message) != AVOW_OK)
            fail_msg("waiting for an announcement: %s", avow_client_reason(watcher));
    }
}

static void test_issue_verify_prove(void **state)
{
    (void)state;
    struct test_node node = {0};
    struct test_issuer issuer;
    struct avow_message answer;
    test_node_start(&node, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 1, &node);
    assert_int_equal(verify(client, &issuer, 2, &answer), AVOW_WORD_UNKNOWN);
    test_issuer_add_achievement(&issuer);
    test_issuer_add_issues(&issuer, 2, 3);
    test_publish(&issuer, client);
    assert_int_equal(verify(client, &issuer, 4, &answer), AVOW_WORD_VALID);
    assert_int_equal(answer.size, 6);
    assert_int_equal(verify(client, &issuer, 6, &answer), AVOW_WORD_UNKNOWN);
    assert_int_equal(answer.why, AVOW_WHY_BEYOND);

    uint8_t index[] = {4};
    struct avow_message question = {.type = AVOW_MESSAGE_PROVE, .issuer = issuer.id};
    question.indices = (struct avow_list){.count = 1, .items = avow_bytes(index, 1)};
    assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_EVIDENCE, &answer), AVOW_OK);
    struct avow_evidence evidence;
    enum avow_reject reject;
    assert_int_equal(avow_evidence_check(answer.evidence, &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    const struct avow_log_proof *proof = avow_evidence_log(&evidence, &issuer.id);
    struct avow_bytes entry;
    assert_non_null(proof);
    assert_true(avow_log_proof_entry(proof, 4, &entry));
    assert_int_equal(proof->cosignature_count, 1);
    assert_true(avow_key_equal(&proof->cosignatures[0].key, avow_client_node(client)));
    avow_evidence_fini(&evidence);

    avow_client_free(&client);
    test_node_stop(&node);
    test_issuer_fini(&issuer);
    test_node_remove(&node);
}

static void test_kill_and_restart(void **state)
{
    (void)state;
    struct test_node node = {0};
    struct test_issuer issuer;
    struct avow_message answer;
    test_node_start(&node, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 2, &node);
    test_issuer_add_achievement(&issuer);
    test_issuer_add_issues(&issuer, 2, 1000);
    assert_int_equal(test_prove_signer(&issuer, client), 0);
    assert_int_equal(test_propose(&issuer, client, 0, &answer), 0);
    test_node_kill(&node);
    avow_client_free(&client);

    /* What was held is still held, and its text is the only one taken. */
    test_node_start(&node, NULL);
    client = test_connect(&node, AVOW_PEER_CLIENT);
    struct avow_message question = {.type = AVOW_MESSAGE_GET_HELD, .issuer = issuer.id};
    assert_int_equal(avow_client_ask(client, &question, AVOW_MESSAGE_HELD_TEXT, &answer), AVOW_OK);
    assert_int_equal(answer.from, 0);
    assert_int_equal(answer.size, 1003);
    assert_true(avow_checkpoint_same_text(&answer.checkpoint, &issuer.checkpoint));
    assert_int_equal(test_prove_signer(&issuer, client), 0);
    assert_int_equal(test_propose(&issuer, client, 0, &answer), 0);
    assert_int_equal(answer.whole, 1);
    assert_int_equal(test_sign(&issuer, client, &answer), 0);
    assert_int_equal(test_sign(&issuer, client, &answer), 0); /* again: accepted already */
    test_node_kill(&node);
    avow_client_free(&client);

    test_node_start(&node, NULL);
    client = test_connect(&node, AVOW_PEER_CLIENT);
    assert_int_equal(verify(client, &issuer, 1002, &answer), AVOW_WORD_VALID);
    avow_client_free(&client);
    test_node_stop(&node);
    test_issuer_fini(&issuer);
    test_node_remove(&node);
}

/* Three in a row: what the first accepts reaches the third through the second, and so does a
 * revocation. */
static void test_replication(void **state)
{
    (void)state;
    struct test_node nodes[3] = {0};
    struct test_issuer issuer;
    struct avow_message answer;
    for (size_t i = 0; i < 3; i++)
        test_node_start(&nodes[i], i == 0 ? NULL : &nodes[i - 1]);
    struct avow_client *first = test_connect(&nodes[0], AVOW_PEER_CLIENT);
    struct avow_client *watcher = test_connect(&nodes[2], AVOW_PEER_WATCHER);
    struct avow_client *third = test_connect(&nodes[2], AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 3, &nodes[0]);
    test_issuer_add_achievement(&issuer);
    test_issuer_add_issues(&issuer, 2, 5000);
    test_publish(&issuer, first);
    await_size(watcher, &issuer, 5003);
    assert_int_equal(verify(third, &issuer, 5002, &answer), AVOW_WORD_VALID);

    struct avow_draft *whole = issuer.draft; /* it can go on, since it has everything */
    test_issuer_add_status(&issuer, 5002, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD);
    assert_ptr_equal(whole, issuer.draft);
    assert_int_equal(test_propose(&issuer, first, 5003, &answer), 0);
    assert_int_equal(test_sign(&issuer, first, &answer), 0);
    await_size(watcher, &issuer, 5004);
    assert_int_equal(verify(third, &issuer, 5002, &answer), AVOW_WORD_REVOKED);
    assert_int_equal(answer.reason, AVOW_REASON_FRAUD);

    avow_client_free(&first);
    avow_client_free(&watcher);
    avow_client_free(&third);
    test_issuer_fini(&issuer);
    for (size_t i = 0; i < 3; i++) {
        test_node_stop(&nodes[i]);
        test_node_remove(&nodes[i]);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct test_node node = {0}, other = {0};
    struct test_issuer issuer, twin;
    struct avow_message answer;
    test_node_start(&node, NULL);
    test_node_start(&other, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 4, &node);
    assert_int_equal(test_propose(&issuer, client, 0, &answer), AVOW_REFUSAL_NOT_SIGNER);
    assert_int_equal(test_prove_signer(&issuer, client), 0);

    issuer.time += 120;
    assert_int_equal(test_propose(&issuer, client, 0, &answer), AVOW_REFUSAL_CLOCK);
    issuer.time -= 120;
    assert_int_equal(test_propose(&issuer, client, 0, &answer), 0);
    /* Another text at the same base. */
    issuer.time += 1;
    assert_int_equal(test_propose(&issuer, client, 0, &answer), AVOW_REFUSAL_HELD);
    issuer.time -= 1;
    assert_int_equal(test_propose(&issuer, client, 0, &answer), 0);
    assert_int_equal(test_sign(&issuer, client, &answer), 0);
    assert_int_equal(test_propose(&issuer, client, 0, &answer), AVOW_REFUSAL_MOVED_ON);
    assert_int_equal(answer.size, 2);

    /* A log whose home is another node: inception may come here, what follows may not. */
    test_issuer_init(&twin, 5, &other);
    test_publish(&twin, client);
    test_issuer_add_achievement(&twin);
    assert_int_equal(test_propose(&twin, client, 2, &answer), AVOW_REFUSAL_NOT_HOME);
    assert_int_equal(answer.text.len, strlen(other.home));
    assert_memory_equal(answer.text.data, other.home, answer.text.len);

    /* A text that does not begin with a root entry cannot be withdrawn. */
    test_issuer_add_achievement(&issuer);
    assert_int_equal(test_propose(&issuer, client, 2, &answer), 0);
    struct avow_message withdraw = {.type = AVOW_MESSAGE_WITHDRAW, .issuer = issuer.id};
    assert_int_equal(avow_client_ask(client, &withdraw, AVOW_MESSAGE_DONE, &answer),
                     AVOW_ERR_REFUSED);
    assert_int_equal(answer.code, AVOW_REFUSAL_HELD);

    avow_client_free(&client);
    test_issuer_fini(&issuer);
    test_issuer_fini(&twin);
    test_node_stop(&node);
    test_node_stop(&other);
    test_node_remove(&node);
    test_node_remove(&other);
}

/* One wrong signature ends the connection; the node goes on. */
static void test_wrong_signature(void **state)
{
    (void)state;
    struct test_node node = {0};
    struct test_issuer issuer, forger;
    struct avow_message answer;
    test_node_start(&node, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    test_issuer_init(&issuer, 6, &node);
    forger = issuer;
    assert_int_equal(test_prove_signer(&issuer, client), 0);
    assert_int_equal(test_propose(&issuer, client, 0, &answer), 0);
    struct avow_message sign = {.type = AVOW_MESSAGE_SIGN, .issuer = issuer.id, .size = 2};
    memcpy(sign.key.bytes, issuer.sign.bytes + 32, 32);
    enum avow_err err = avow_client_ask(client, &sign, AVOW_MESSAGE_ACCEPTED, &answer);
    assert_true(err == AVOW_ERR_IO || err == AVOW_ERR_CLOSED);
    avow_client_free(&client);

    client = test_connect(&node, AVOW_PEER_CLIENT);
    forger.sign.bytes[0] ^= 1; /* its proof is by no key at all */
    struct avow_message signer = {.type = AVOW_MESSAGE_SIGNER, .issuer = issuer.id};
    memcpy(signer.key.bytes, forger.sign.bytes + 32, 32);
    err = avow_client_ask(client, &signer, AVOW_MESSAGE_DONE, &answer);
    assert_true(err == AVOW_ERR_IO || err == AVOW_ERR_CLOSED);
    avow_client_free(&client);

    client = test_connect(&node, AVOW_PEER_CLIENT);
    assert_int_equal(test_prove_signer(&issuer, client), 0);
    assert_int_equal(test_sign(&issuer, client, &answer), 0);
    avow_client_free(&client);
    test_issuer_fini(&issuer);
    test_node_stop(&node);
    test_node_remove(&node);
}

/* The home node signs heartbeats with the key that it was given, and spreads them. */
static void test_heartbeat(void **state)
{
    (void)state;
    struct test_node node = {0};
    struct test_issuer issuer;
    struct avow_message answer = {0};
    test_node_start(&node, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    struct avow_client *watcher = test_connect(&node, AVOW_PEER_WATCHER);
    test_issuer_init(&issuer, 7, &node);
    struct avow_message give = {.type = AVOW_MESSAGE_HEARTBEAT_KEY, .issuer = issuer.id};
    memcpy(give.seed, issuer.heartbeat_seed, sizeof(give.seed));
    assert_int_equal(avow_client_ask(client, &give, AVOW_MESSAGE_DONE, &answer), AVOW_ERR_REFUSED);
    assert_int_equal(answer.code, AVOW_REFUSAL_NOT_SIGNER);
    test_publish(&issuer, client);
    give.seed[5] ^= 1;
    assert_int_equal(avow_client_ask(client, &give, AVOW_MESSAGE_DONE, &answer), AVOW_ERR_REFUSED);
    assert_int_equal(answer.code, AVOW_REFUSAL_INVALID);
    give.seed[5] ^= 1;
    assert_int_equal(avow_client_ask(client, &give, AVOW_MESSAGE_DONE, &answer), AVOW_OK);
    bool found = false;
    while (!found) {
        if (avow_client_receive(watcher, &answer) != AVOW_OK)
            fail_msg("waiting for a heartbeat: %s", avow_client_reason(watcher));
        for (size_t i = 0; i < answer.cosignature_count; i++)
            found |= memcmp(answer.cosignatures[i].key.bytes, issuer.heartbeat.bytes + 32, 32) == 0;
    }
    avow_client_free(&client);
    avow_client_free(&watcher);
    test_issuer_fini(&issuer);
    test_node_stop(&node);
    test_node_remove(&node);
}

static json_t *ask_report(struct avow_client *client, enum avow_message_type type,
                          enum avow_message_type reply)
{
    struct avow_message question = {.type = type}, answer;
    enum avow_err err = avow_client_ask(client, &question, reply, &answer);
    if (err == AVOW_ERR_REFUSED) {
        assert_int_equal(answer.code, AVOW_REFUSAL_NOT_OPERATOR);
        return NULL;
    }
    assert_int_equal(err, AVOW_OK);
    json_t *report = json_loadb((const char *)answer.text.data, answer.text.len, 0, NULL);
    assert_non_null(report);
    return report;
}

/* What a node says of itself to whoever is there: of others, nothing. */
static void expect_reports(struct avow_client *client, const struct test_node *node, bool operator)
{
    json_t *status = ask_report(client, AVOW_MESSAGE_STATUS, AVOW_MESSAGE_STATUS_REPLY);
    json_t *peers = ask_report(client, AVOW_MESSAGE_PEERS, AVOW_MESSAGE_PEERS_REPLY);
    const json_t *listen = json_object_get(status, "listen");
    assert_string_equal(json_string_value(json_object_get(status, "network")), "main");
    assert_int_equal(json_object_get(status, "links") != NULL, operator);
    assert_int_equal(peers != NULL, operator);
    assert_int_equal(listen != NULL, operator);
    if (operator) {
        assert_string_equal(json_string_value(listen), node->address);
        assert_int_equal(json_array_size(peers), 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(peers, 0), "role")),
                            "client");
    }
    json_decref(status);
    json_decref(peers);
}

/* Nobody is an operator for seeming to be near, nor by the token of another node, nor for good. */
static void test_reports(void **state)
{
    (void)state;
    struct test_node node = {0}, other = {0};
    test_node_start(&node, NULL);
    test_node_start(&other, NULL);
    struct avow_client *client = test_connect(&node, AVOW_PEER_CLIENT);
    expect_reports(client, &node, false);
    assert_false(test_prove_operator(&other, client));
    expect_reports(client, &node, false);
    assert_true(test_prove_operator(&node, client));
    expect_reports(client, &node, true);
    assert_false(test_prove_operator(&other, client));
    expect_reports(client, &node, false);
    avow_client_free(&client);
    test_node_stop(&other);
    test_node_remove(&other);
    test_node_stop(&node);
    test_node_remove(&node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_issue_verify_prove),
        cmocka_unit_test(test_kill_and_restart),
        cmocka_unit_test(test_replication),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_wrong_signature),
        cmocka_unit_test(test_heartbeat),
        cmocka_unit_test(test_reports),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
