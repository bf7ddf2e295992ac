#include "tests/unit/loop/node_fixture.h"

#include "node/loop/base/identity.h"
#include "node/loop/node.h"
#include "sys/seedfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/codec/id.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"

/* ---- nodes ---- */

/* Runs the node in the child: its log goes to the pipe until it listens, and then to stderr. */
static void run_child(const struct test_node *node, const struct test_node *peer, int log_fd)
{
    char *argv[10] = {"avowd", "--data", (char *)(uintptr_t)node->data, "--listen", "127.0.0.1:0"};
    int argc = 5;
    struct avow_options options;
    struct avow_buf error;
    uint8_t storage[512];
    if (peer != NULL) {
        argv[argc++] = "--peer";
        argv[argc++] = (char *)(uintptr_t)peer->address;
    }
    if (node->links_max != NULL) {
        argv[argc++] = "--links-max";
        argv[argc++] = (char *)(uintptr_t)node->links_max;
    }
    avow_buf_init_fixed(&error, storage, sizeof(storage));
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no node behind */
    (void)dup2(log_fd, STDERR_FILENO);
    (void)signal(SIGPIPE, SIG_IGN);
    if (avow_options_read(&options, argc, argv, &error) != AVOW_OK)
        _exit(2);
    _exit(avow_node_run(&options) == AVOW_OK ? 0 : 1);
}

static void take_word(const char *line, const char *name, char *out, size_t room)
{
    const char *at = strstr(line, name);
    if (at == NULL) {
        fail_msg("%s is not in: %s", name, line);
        return;
    }
    at += strlen(name);
    size_t len = strcspn(at, " \n");
    assert_true(len < room);
    memcpy(out, at, len);
    out[len] = '\0';
}

void test_node_start(struct test_node *node, const struct test_node *peer)
{
    int fds[2];
    if (node->data[0] == '\0') {
        const char *parent = getenv("TMPDIR");
        (void)snprintf(node->data, sizeof(node->data), "%s/avow-node-XXXXXX",
                       parent == NULL ? "/tmp" : parent);
        assert_non_null(mkdtemp(node->data));
    }
    assert_int_equal(pipe(fds), 0);
    node->pid = fork();
    assert_true(node->pid >= 0);
    if (node->pid == 0) {
        (void)close(fds[0]);
        run_child(node, peer, fds[1]);
    }
    (void)close(fds[1]);
    FILE *log = fdopen(fds[0], "r");
    char line[2048], id[128];
    assert_non_null(log);
    do {
        if (fgets(line, sizeof(line), log) == NULL)
            fail_msg("the node in %s did not start", node->data);
    } while (strstr(line, "event=listening") == NULL);
    take_word(line, " address=", node->address, sizeof(node->address));
    take_word(line, " node=", id, sizeof(id));
    (void)snprintf(node->home, sizeof(node->home), "%s@%s", id, node->address);
    (void)fclose(log); /* nobody reads the rest; the child ignores SIGPIPE */
}

void test_node_stop(struct test_node *node)
{
    int status;
    assert_int_equal(kill(node->pid, SIGTERM), 0);
    assert_int_equal(waitpid(node->pid, &status, 0), node->pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the node in %s ended with status %x", node->data, (unsigned)status);
}

void test_node_kill(struct test_node *node)
{
    assert_int_equal(kill(node->pid, SIGKILL), 0);
    assert_int_equal(waitpid(node->pid, NULL, 0), node->pid);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

void test_remove_folder(const char *path)
{
    assert_int_equal(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void test_node_remove(struct test_node *node)
{
    test_remove_folder(node->data);
    node->data[0] = '\0';
}

struct avow_client *test_connect(const struct test_node *node, enum avow_peer_role role)
{
    struct avow_client_config config = {.address = node->address, .role = role};
    struct avow_client *client = NULL;
    char reason[AVOW_CLIENT_REASON_MAX];
    if (avow_client_connect(&config, &client, reason) != AVOW_OK)
        fail_msg("%s", reason);
    return client;
}

bool test_prove_operator(const struct test_node *node, struct avow_client *client)
{
    char path[512];
    uint8_t token[AVOW_OPERATOR_TOKEN_BYTES];
    (void)snprintf(path, sizeof(path), "%s/" AVOW_NODE_TOKEN_FILE, node->data);
    assert_int_equal(avow_seedfile_read(path, token), AVOW_OK);
    enum avow_err err = avow_client_prove_operator(client, token);
    assert_true(err == AVOW_OK || err == AVOW_ERR_REFUSED);
    return err == AVOW_OK;
}

/* ---- an issuer ---- */

static void make_key(uint8_t number, uint8_t use, uint8_t seed[32], struct avow_secret_key *secret,
                     struct avow_key *key)
{
    memset(seed, number, 32);
    seed[0] = use;
    avow_ed25519_from_seed(seed, secret, key);
}

static void append(struct test_issuer *issuer, const struct avow_entry *entry)
{
    struct avow_buf bytes;
    enum avow_reject reject;
    avow_buf_init(&bytes, AVOW_ENTRY_BYTES_MAX);
    avow_entry_encode(&bytes, entry);
    assert_int_equal(bytes.err, AVOW_OK);
    if (issuer->draft != NULL && avow_draft_size(issuer->draft) == 0)
        issuer->id = avow_merkle_leaf_hash(avow_buf_bytes(&bytes));
    assert_int_equal(avow_draft_append(issuer->draft, avow_buf_bytes(&bytes), &reject), AVOW_OK);
    if (reject != AVOW_ACCEPT)
        fail_msg("the draft refuses an entry: %s", avow_reject_text(reject));
    avow_buf_fini(&bytes);
}

void test_issuer_init(struct test_issuer *issuer, uint8_t number, const struct test_node *home)
{
    uint8_t seed[32];
    struct avow_key root, next_root, sign, heartbeat;
    *issuer = (struct test_issuer){.time = (uint64_t)time(NULL)};
    make_key(number, 2, seed, &issuer->next_root, &next_root);
    make_key(number, 1, seed, &issuer->root, &root);
    make_key(number, 3, seed, &issuer->sign, &sign);
    make_key(number, 4, issuer->heartbeat_seed, &issuer->heartbeat, &heartbeat);
    struct avow_bytes next = avow_bytes(next_root.bytes, sizeof(next_root.bytes));
    struct avow_entry inception = {.kind = AVOW_KIND_INCEPTION, .t = issuer->time};
    inception.inception = (struct avow_inception){
        .name = avow_bytes_text("Escola"),
        .jurisdiction = avow_bytes_text("PT"),
        .website = avow_bytes_text("https://escola.example"),
        .root_key = root,
        .next_root_digest = avow_sha256(&next, 1),
        .signing_key = sign,
        .has_heartbeat = true,
        .heartbeat_key = heartbeat,
        .not_after = issuer->time + 10000000,
    };
    assert_int_equal(avow_draft_new(&issuer->draft), AVOW_OK);
    append(issuer, &inception);
    struct avow_buf list;
    uint8_t storage[400];
    avow_buf_init_fixed(&list, storage, sizeof(storage));
    avow_write_text(&list, avow_bytes_text(home->home));
    struct avow_entry nodes = {.kind = AVOW_KIND_NODES, .t = issuer->time};
    nodes.nodes = (struct avow_nodes){.count = 1, .list = avow_buf_bytes(&list)};
    append(issuer, &nodes);
}

void test_issuer_fini(struct test_issuer *issuer)
{
    avow_draft_free(&issuer->draft);
}

void test_issuer_add_achievement(struct test_issuer *issuer)
{
    static const uint8_t empty_map[] = {0x80};
    struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = issuer->time};
    entry.achievement = (struct avow_achievement){
        .code = avow_bytes_text("DA-101"),
        .title = avow_bytes_text("Data analysis"),
        .language = avow_bytes_text("en"),
        .details = avow_bytes(empty_map, sizeof(empty_map)),
    };
    append(issuer, &entry);
}

void test_issuer_add_issues(struct test_issuer *issuer, uint64_t achievement, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct avow_entry entry = {.kind = AVOW_KIND_ISSUE, .t = issuer->time};
        entry.issue = (struct avow_issue){.achievement = achievement, .valid_from = issuer->time};
        avow_put_u32be(entry.issue.commitment.bytes, i);
        append(issuer, &entry);
    }
}

void test_issuer_add_status(struct test_issuer *issuer, uint64_t target, uint64_t state,
                            uint64_t reason)
{
    struct avow_entry entry = {.kind = AVOW_KIND_STATUS, .t = issuer->time};
    enum avow_status status;
    entry.status = (struct avow_status_entry){.target = target, .state = state, .reason = reason};
    assert_int_equal(avow_draft_status(issuer->draft, target, &status, &entry.status.previous),
                     AVOW_OK);
    append(issuer, &entry);
}

/* ---- submission ---- */

/* 0, the refusal's code, or a failed test. */
static uint64_t ask(struct avow_client *client, struct avow_message *question,
                    enum avow_message_type expected, struct avow_message *answer)
{
    enum avow_err err = avow_client_ask(client, question, expected, answer);
    if (err == AVOW_ERR_REFUSED)
        return answer->code;
    if (err != AVOW_OK)
        fail_msg("no answer: %s", avow_client_reason(client));
    return 0;
}

uint64_t test_prove_signer(const struct test_issuer *issuer, struct avow_client *client)
{
    uint8_t bytes[AVOW_SIGNER_MESSAGE_BYTES];
    struct avow_message question = {.type = AVOW_MESSAGE_SIGNER, .issuer = issuer->id}, answer;
    avow_message_signer_text(&issuer->id, avow_client_handshake(client), bytes);
    avow_ed25519_sign(&issuer->sign, avow_bytes(bytes, sizeof(bytes)), &question.signature);
    memcpy(question.key.bytes, issuer->sign.bytes + 32, 32);
    return ask(client, &question, AVOW_MESSAGE_DONE, &answer);
}

uint64_t test_propose(struct test_issuer *issuer, struct avow_client *client, uint64_t from,
                      struct avow_message *answer)
{
    struct avow_message question = {.type = AVOW_MESSAGE_PROPOSE, .from = from};
    struct avow_buf entries;
    avow_buf_init(&entries, AVOW_MESSAGE_BYTES_MAX);
    for (uint64_t i = from; i < avow_draft_size(issuer->draft); i++) {
        avow_write_bin(&entries, avow_draft_entry(issuer->draft, i));
        question.entries.count++;
    }
    question.entries.items = avow_buf_bytes(&entries);
    assert_int_equal(avow_draft_checkpoint(issuer->draft, issuer->time, &issuer->checkpoint),
                     AVOW_OK);
    question.checkpoint = issuer->checkpoint;
    uint64_t code = ask(client, &question, AVOW_MESSAGE_HELD, answer);
    avow_buf_fini(&entries);
    return code;
}

uint64_t test_sign(const struct test_issuer *issuer, struct avow_client *client,
                   struct avow_message *answer)
{
    struct avow_checkpoint signed_one = issuer->checkpoint;
    avow_checkpoint_sign(&signed_one, &issuer->sign);
    struct avow_message question = {.type = AVOW_MESSAGE_SIGN,
                                    .issuer = issuer->id,
                                    .size = signed_one.size,
                                    .key = signed_one.key,
                                    .signature = signed_one.signature};
    return ask(client, &question, AVOW_MESSAGE_ACCEPTED, answer);
}

void test_publish(struct test_issuer *issuer, struct avow_client *client)
{
    struct avow_message answer;
    assert_int_equal(test_prove_signer(issuer, client), 0);
    assert_int_equal(test_propose(issuer, client, avow_draft_base(issuer->draft), &answer), 0);
    assert_int_equal(answer.whole, 1);
    assert_int_equal(answer.size, issuer->checkpoint.size);
    assert_int_equal(test_sign(issuer, client, &answer), 0);
    assert_true(avow_checkpoint_same_text(&answer.checkpoint, &issuer->checkpoint));
    assert_true(avow_checkpoint_verify(&answer.checkpoint));
}
