/* The commands that read, against a real node: what they print and the status they exit with. One
 * node and one log serve all tests but those that say otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "cli/watch/watcher.h"
#include "proto/codec/id.h"
#include "proto/codec/json.h"
#include "proto/credential/badge.h"
#include "proto/credential/integrity.h"
#include "sys/files.h"
#include "tests/unit/loop/node_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BADGE 3           /* after inception, nodes and the achievement */
#define ISSUES 1500       /* more than one chunk, five full bundles */
#define SIZE (4 + ISSUES) /* of the log at first */

struct scene {
    struct test_node node;
    struct test_issuer issuer;
    struct avow_client *client;
    char folder[64];
    char badge[80], evidence[80], damaged[80], out[80]; /* paths in it */
    char id[AVOW_ISSUER_TEXT_MAX];
    char reference[AVOW_REFERENCE_TEXT_MAX];
};

struct said {
    int status;
    char *out, *err;
};

/* ------------------------------------------------------------------ running commands */

static struct said run_words(int argc, char **argv)
{
    struct said said;
    size_t out_len, err_len;
    FILE *out = open_memstream(&said.out, &out_len);
    FILE *err = open_memstream(&said.err, &err_len);
    assert_non_null(out);
    assert_non_null(err);
    said.status = avow_cli_main(avow_commands, argc, argv, out, err);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(fclose(err), 0);
    return said;
}

/* "verify REF --json", by spaces. AVOW_NODE says which node. */
static struct said run(const char *format, ...) AVOW_PRINTF(1, 2);

static struct said run(const char *format, ...)
{
    char line[1024];
    char *argv[32] = {"avow"};
    int argc = 1;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    char *rest = NULL;
    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    return run_words(argc, argv);
}

static void said_fini(struct said *said)
{
    free(said->out);
    free(said->err);
}

static void expect_status(const struct said *said, int status)
{
    if (said->status != status)
        fail_msg("status %d, not %d\n%s%s", said->status, status, said->out, said->err);
}

static void expect(struct said said, int status, const char *part)
{
    expect_status(&said, status);
    if (strstr(said.out, part) == NULL && strstr(said.err, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s%s", part, said.out, said.err);
    said_fini(&said);
}

/* Verifies, and compares verdict and why. */
static void expect_verdict(struct said said, int status, const char *verdict, const char *why)
{
    struct avow_json_error error;
    json_t *answer = NULL;
    expect_status(&said, status);
    assert_int_equal(avow_json_parse(avow_bytes_text(said.out), 1 << 20, &answer, &error), AVOW_OK);
    assert_string_equal(json_string_value(json_object_get(answer, "verdict")), verdict);
    assert_string_equal(json_string_value(json_object_get(answer, "why")), why);
    json_decref(answer);
    said_fini(&said);
}

/* ------------------------------------------------------------------ the scene */

/* A signed badge for entry BADGE, in a file; its commitment goes into the log. */
static void issue_badge(struct scene *scene)
{
    struct avow_badge badge = {
        .issuer = scene->issuer.id,
        .index = BADGE,
        .issuer_name = "Escola",
        .achievement = 2,
        .title = "Data analysis",
        .learner_name = "Ana",
        .valid_from = scene->issuer.time,
    };
    memset(badge.seed, 9, sizeof(badge.seed));
    memcpy(badge.key.bytes, scene->issuer.sign.bytes + 32, 32);
    json_t *document = NULL;
    struct avow_fault fault;
    struct avow_entry entry = {.kind = AVOW_KIND_ISSUE, .t = scene->issuer.time};
    entry.issue = (struct avow_issue){.achievement = 2, .valid_from = scene->issuer.time};
    assert_int_equal(avow_badge_build(&badge, &document), AVOW_OK);
    assert_int_equal(
        avow_commitment(document, &scene->issuer.id, badge.seed, &entry.issue.commitment, &fault),
        AVOW_OK);
    assert_int_equal(avow_proof_add(document, &badge.key, &scene->issuer.sign, scene->issuer.time),
                     AVOW_OK);
    assert_int_equal(json_dump_file(document, scene->badge, JSON_INDENT(2)), 0);
    json_decref(document);
    struct avow_buf bytes;
    enum avow_reject reject;
    avow_buf_init(&bytes, AVOW_ENTRY_BYTES_MAX);
    avow_entry_encode(&bytes, &entry);
    assert_int_equal(avow_draft_append(scene->issuer.draft, avow_buf_bytes(&bytes), &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    avow_buf_fini(&bytes);
}

static void scene_paths(struct scene *scene)
{
    (void)snprintf(scene->folder, sizeof(scene->folder), "/tmp/avow-reading-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    (void)snprintf(scene->badge, sizeof(scene->badge), "%s/badge.json", scene->folder);
    (void)snprintf(scene->evidence, sizeof(scene->evidence), "%s/evidence", scene->folder);
    (void)snprintf(scene->damaged, sizeof(scene->damaged), "%s/damaged", scene->folder);
    (void)snprintf(scene->out, sizeof(scene->out), "%s/out", scene->folder);
    assert_int_equal(setenv("AVOW_HOME", scene->folder, 1), 0);
}

static int scene_start(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    *state = scene;
    scene_paths(scene);
    test_node_start(&scene->node, NULL);
    assert_int_equal(setenv("AVOW_NODE", scene->node.address, 1), 0);
    scene->client = test_connect(&scene->node, AVOW_PEER_CLIENT);
    test_issuer_init(&scene->issuer, 7, &scene->node);
    test_issuer_add_achievement(&scene->issuer);
    issue_badge(scene);
    test_issuer_add_issues(&scene->issuer, 2, ISSUES);
    test_publish(&scene->issuer, scene->client);
    avow_id_issuer_text(&scene->issuer.id, scene->id);
    avow_id_reference_text(&scene->issuer.id, BADGE, scene->reference);
    return 0;
}

static int scene_end(void **state)
{
    struct scene *scene = *state;
    avow_client_free(&scene->client);
    test_node_stop(&scene->node);
    test_issuer_fini(&scene->issuer);
    test_node_remove(&scene->node);
    test_remove_folder(scene->folder);
    free(scene);
    return 0;
}

/* ------------------------------------------------------------------ verify, prove */

static void test_verify(void **state)
{
    const struct scene *scene = *state;
    expect_verdict(run("verify %s --json", scene->badge), 0, "valid", "none");
    expect_verdict(run("verify %s --json", scene->reference), 0, "valid", "none");
    expect_verdict(run("verify %s/%d --json", scene->id, SIZE), 3, "unknown", "beyond");
    expect_verdict(run("verify %s/2 --json", scene->id), 3, "unknown", "not-issue");
    expect_verdict(run("verify %s --json --node 127.0.0.1:1", scene->badge), 3, "unknown",
                   "unreachable");
    expect_verdict(run("verify %s --json --at 2020-01-01", scene->badge), 1, "not-yet-valid",
                   "period");
    expect(run("verify %s", scene->badge), 0, "VALID");
    expect(run("verify %s --at yesterday", scene->badge), 2, "YYYY-MM-DD");
    expect(run("verify %s/none", scene->folder), 2, "cannot read");
    expect(run("verify avow1notone/3"), 2, "neither a file nor a reference");
    const struct avow_hash nobody = {{1, 2, 3}};
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(&nobody, id);
    expect_verdict(run("verify %s/3 --json", id), 3, "unknown", "no-data");
}

static void read_file(const char *path, struct avow_buf *bytes)
{
    avow_buf_init(bytes, 1 << 20);
    assert_int_equal(avow_file_read(path, 1 << 20, bytes), AVOW_OK);
}

static void write_file(const char *path, const struct avow_buf *bytes)
{
    assert_int_equal(avow_file_write(path, avow_buf_bytes(bytes), 0600), AVOW_OK);
}

static void test_tampered(void **state)
{
    const struct scene *scene = *state;
    struct avow_buf badge;
    read_file(scene->badge, &badge);
    uint8_t *name = memmem(badge.data, badge.len, "\"Ana\"", 5);
    assert_non_null(name);
    name[1] = 'E';
    write_file(scene->damaged, &badge);
    expect_verdict(run("verify %s --json", scene->damaged), 1, "tampered", "proof");
    expect_verdict(run("verify %s --json --node 127.0.0.1:1", scene->damaged), 1, "tampered",
                   "proof");
    badge.len /= 2;
    write_file(scene->damaged, &badge);
    expect_verdict(run("verify %s --json", scene->damaged), 1, "tampered", "proof");
    avow_buf_fini(&badge);
}

static void test_offline(void **state)
{
    const struct scene *scene = *state;
    struct avow_buf evidence;
    expect(run("prove %s -o %s", scene->badge, scene->evidence), 0, "");
    expect_verdict(
        run("verify %s --offline %s --node 127.0.0.1:1 --json", scene->badge, scene->evidence), 0,
        "valid", "none");
    expect_verdict(run("verify %s/4 --offline %s --json", scene->id, scene->evidence), 3, "unknown",
                   "missing");
    read_file(scene->evidence, &evidence);
    for (size_t i = 0; i < evidence.len; i += 97) { /* every one: test_evidence */
        evidence.data[i] ^= 4;
        write_file(scene->damaged, &evidence);
        expect_verdict(run("verify %s --offline %s --json", scene->badge, scene->damaged), 3,
                       "unknown", "evidence");
        evidence.data[i] ^= 4;
    }
    avow_buf_fini(&evidence);
    expect(run("prove %s/%d -o %s", scene->id, SIZE, scene->damaged), 3, "ends before");
    expect(run("verify %s --offline %s/none", scene->badge, scene->folder), 2, "cannot read");
}

/* ------------------------------------------------------------------ log */

static void test_log_show(void **state)
{
    const struct scene *scene = *state;
    struct avow_json_error error;
    json_t *rows = NULL;
    struct said said = run("log show --issuer %s --from 1 --count 1100 --json", scene->id);
    expect_status(&said, 0);
    assert_int_equal(avow_json_parse(avow_bytes_text(said.out), 1 << 20, &rows, &error), AVOW_OK);
    assert_int_equal(json_array_size(rows), 1100);
    for (size_t i = 0; i < 1100; i++)
        assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, i), "index")),
                         1 + i);
    json_decref(rows);
    said_fini(&said);
    expect(run("log show --issuer %s", scene->id), 0, "    1454  ");
    expect(run("log show --issuer %s --from 5000", scene->id), 0, "1504 entries");
    expect(run("log show --issuer nobody"), 2, "not an issuer's id");
}

static void test_log_audit(void **state)
{
    const struct scene *scene = *state;
    expect(run("log audit --issuer %s", scene->id), 0, "holds");
    expect(run("log audit"), 0, scene->id);
    expect(run("log audit --json"), 0, "\"outcome\": \"holds\"");
    expect(run("log audit --node 127.0.0.1:1"), 3, "cannot reach");
}

static void expect_bytes(const char *folder, const char *name, size_t len)
{
    char path[256];
    struct stat info;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (stat(path, &info) != 0 || (len != 0 && (size_t)info.st_size != len))
        fail_msg("%s is not there, or not of %zu bytes", path, len);
}

static void test_log_export(void **state)
{
    const struct scene *scene = *state;
    expect(run("log export --issuer %s --out %s", scene->id, scene->out), 0, " 0 were there");
    expect_bytes(scene->out, "tile/0/000", 8192);
    expect_bytes(scene->out, "tile/0/005.p/224", 224 * 32);
    expect_bytes(scene->out, "tile/1/000.p/5", 5 * 32);
    expect_bytes(scene->out, "tile/entries/005.p/224", 0);
    expect_bytes(scene->out, "vkey", 0);
    expect_bytes(scene->out, "issuer.json", 0);
    expect_bytes(scene->out, "checkpoint", 0);
    /* All but the checkpoint, which the node may have cosigned anew, is as it was. */
    expect(run("log export --issuer %s --out %s", scene->id, scene->out), 0, "were there already");
    struct avow_buf note;
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/checkpoint", scene->out);
    read_file(path, &note);
    note.data[note.len / 2] ^= 1;
    write_file(path, &note);
    expect(run("log export --issuer %s --out %s", scene->id, scene->out), 1, "not an earlier");
    avow_buf_fini(&note);
}

/* ------------------------------------------------------------------ node */

static void test_node_commands(void **state)
{
    const struct scene *scene = *state;
    char copy[128];
    (void)snprintf(copy, sizeof(copy), "%s/copy", scene->folder);
    expect(run("node status"), 0, "entries");
    expect(run("node status --json"), 0, "\"network\": \"main\"");
    expect(run("node peers"), 1, "--token");
    expect(run("node status --token %s/node.key", scene->node.data), 3, "has not proved");
    expect(run("node status --token %s/store.mdb", scene->node.data), 2, "cannot use the token");
    expect(run("node status --token %s/operator.token", scene->node.data), 0, "links");
    expect(run("node peers --token %s/operator.token", scene->node.data), 0, "client");
    expect(run("node peers --json --token %s/operator.token", scene->node.data), 0,
           "\"role\": \"client\"");
    expect(run("node backup --data %s --to %s", scene->node.data, copy), 0, "backed up");
    expect(run("node backup --data %s --to %s", scene->node.data, copy), 1, "");
    expect(run("node check --data %s", copy), 0, "1504 entries: every stored byte");
    expect(run("node check --data %s --json", copy), 0, "\"problems\": []");
}

/* ------------------------------------------------------------------ watch */

/* avow watch in a child; its events come through the pipe. */
static pid_t start_watch(const char *options, FILE **events)
{
    int fds[2];
    char line[256];
    char *argv[16] = {"avow", "watch"};
    int argc = 2;
    (void)snprintf(line, sizeof(line), "%s", options);
    char *rest = NULL;
    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    assert_int_equal(pipe(fds), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        FILE *out = fdopen(fds[1], "w");
        (void)close(fds[0]);
        _exit(avow_cli_main(avow_commands, argc, argv, out, stderr));
    }
    (void)close(fds[1]);
    *events = fdopen(fds[0], "r");
    assert_non_null(*events);
    return pid;
}

static void end_watch(pid_t pid, FILE *events)
{
    int status;
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)fclose(events);
}

static void expect_event(FILE *events, const char *part)
{
    char line[1024];
    if (fgets(line, sizeof(line), events) == NULL || strstr(line, part) == NULL)
        fail_msg("%s is not in the event: %s", part, line);
}

static void revoke_badge(struct scene *scene)
{
    struct avow_message answer;
    test_issuer_add_status(&scene->issuer, BADGE, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD);
    struct avow_client *client = test_connect(&scene->node, AVOW_PEER_CLIENT);
    assert_int_equal(test_prove_signer(&scene->issuer, client), 0);
    assert_int_equal(test_propose(&scene->issuer, client, SIZE, &answer), 0);
    assert_int_equal(test_sign(&scene->issuer, client, &answer), 0);
    avow_client_free(&client);
}

/* A cursor at the log's start tells of everything, one that was kept of what came since. */
static void test_watch_and_revoke(void **state)
{
    struct scene *scene = *state;
    char options[300], cursor[100];
    FILE *events;
    struct avow_buf text;
    (void)snprintf(cursor, sizeof(cursor), "%s/cursor", scene->folder);
    (void)snprintf(options, sizeof(options), "--from %s --json", cursor);
    avow_buf_init(&text, 1000);
    avow_buf_printf(&text, "{\"version\": 1, \"logs\": []}");
    write_file(cursor, &text);
    pid_t pid = start_watch(options, &events);
    for (int i = 0; i < SIZE; i++)
        expect_event(events, i == 0 ? "\"kind\":\"inception\"" : "\"index\"");

    revoke_badge(scene);
    expect_event(events, "\"to\":\"revoked\"");
    end_watch(pid, events);
    expect_verdict(run("verify %s --json", scene->badge), 1, "revoked", "status");
    expect(run("verify %s", scene->badge), 1, "reason: fraud");
    expect(run("log audit"), 0, "1505 entries");
    expect(run("log show --issuer %s --from %d --count 1", scene->id, BADGE), 0, "[revoked]");

    /* The badge alone, from the start: of 1,505 entries, the two that are about it. */
    write_file(cursor, &text);
    (void)snprintf(options, sizeof(options), "--from %s --json --credentials %s", cursor,
                   scene->badge);
    pid = start_watch(options, &events);
    expect_event(events, "\"kind\":\"issue\"");
    expect_event(events, "\"to\":\"revoked\"");
    end_watch(pid, events);
    avow_buf_fini(&text);
}

static void count_event(void *context, struct avow_client *client,
                        const struct avow_log_proof *proof, uint64_t index)
{
    (void)client;
    (void)proof;
    uint64_t *next = context;
    assert_int_equal(index, *next);
    (*next)++;
}

/* Page by page, to the end. */
static int follow(struct avow_client *client, struct avow_position *position, uint64_t *next)
{
    char reason[AVOW_FETCH_REASON_MAX];
    bool more = true;
    int status = AVOW_EXIT_OK;
    while (more && status == AVOW_EXIT_OK)
        status = avow_watcher_follow(client, position, count_event, next, &more, reason);
    return status;
}

/* A watcher goes on from a history it has seen, and from no other. */
static void test_other_history(void **state)
{
    const struct scene *scene = *state;
    struct avow_client *client = test_connect(&scene->node, AVOW_PEER_CLIENT);
    struct avow_position position = {.issuer = scene->issuer.id};
    uint64_t next = 0;
    assert_int_equal(follow(client, &position, &next), 0);
    assert_int_equal(next, SIZE);
    assert_int_equal(position.size, SIZE);

    /* As it was at 100 entries. */
    struct avow_tree tree = {0};
    for (uint64_t i = 0; i < 100; i++) {
        const struct avow_hash leaf =
            avow_merkle_leaf_hash(avow_draft_entry(scene->issuer.draft, i));
        avow_tree_append(&tree, &leaf, NULL);
    }
    position.size = position.next = next = 100;
    position.root = avow_tree_root(&tree);
    assert_int_equal(follow(client, &position, &next), 0);
    assert_int_equal(next, SIZE);

    /* As it never was, of a smaller size, of the same, and of a larger. */
    static const struct {
        uint64_t size;
        int status;
    } others[] = {{100, AVOW_EXIT_NEGATIVE}, {SIZE, AVOW_EXIT_NEGATIVE}, {SIZE + 1, 3}};
    for (size_t i = 0; i < 3; i++) {
        position.size = others[i].size;
        position.next = next = 50;
        memset(position.root.bytes, 7, sizeof(position.root.bytes));
        assert_int_equal(follow(client, &position, &next), others[i].status);
        assert_int_equal(next, 50);
        assert_int_equal(position.size, others[i].size);
    }
    avow_client_free(&client);
}

static void test_bad_watch_calls(void **state)
{
    const struct scene *scene = *state;
    expect(run("watch --node 127.0.0.1:1"), 3, "cannot reach");
    expect(run("watch --from %s", scene->badge), 2, "not a cursor");
    expect(run("watch --achievement 2"), 2, "one --issuer");
    expect(run("watch --credentials %s/none", scene->folder), 2, "cannot read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify),        cmocka_unit_test(test_tampered),
        cmocka_unit_test(test_offline),       cmocka_unit_test(test_log_show),
        cmocka_unit_test(test_log_audit),     cmocka_unit_test(test_log_export),
        cmocka_unit_test(test_node_commands), cmocka_unit_test(test_bad_watch_calls),
        cmocka_unit_test(test_other_history), cmocka_unit_test(test_watch_and_revoke),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, scene_start, scene_end);
}
