/* probe NODE COMMAND...: what an honest client meets at a node while COMMAND runs: asks for a
 * verdict again and again, connects anew, and submits one record at a time, each in a thread of its
 * own. Begins before the command does; ends when it has ended.
 *
 * Prints a line for each of verify, connect and submit: "NAME count failed p50 p99 max", times in
 * ms. Exits with the command's status. What does not fail here takes at most the client's time
 * limit, so a node that answers nobody is many failures, not silence. */
#include "tests/e2e/tools/tool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMES_MAX 1000000

static atomic_bool ended;

struct probe {
    const char *name, *node;
    bool (*once)(struct probe *probe);
    long pause_ms; /* between two; a node lets one address shake hands 200 times a second */
    struct avow_key node_id;
    struct tool_issuer issuer;
    uint64_t accepted;          /* size of the issuer's log at the node */
    struct avow_client *client; /* NULL while there is none */
    pthread_t thread;
    double *times_ms;
    size_t count, failed;
};

static struct avow_client *connect_to(const char *node)
{
    char reason[AVOW_CLIENT_REASON_MAX];
    struct avow_client *client;
    const struct avow_client_config config = {.address = node, .role = AVOW_PEER_CLIENT};
    return avow_client_connect(&config, &client, reason) == AVOW_OK ? client : NULL;
}

/* The standing connection, or a new one after a failure. */
static bool has_client(struct probe *probe)
{
    if (probe->client == NULL)
        probe->client = connect_to(probe->node);
    return probe->client != NULL;
}

static bool keep_client(struct probe *probe, bool good)
{
    if (!good)
        avow_client_free(&probe->client);
    return good;
}

static bool verify_once(struct probe *probe)
{
    struct avow_message answer, question = {
                                    .type = AVOW_MESSAGE_VERIFY,
                                    .issuer = probe->issuer.id,
                                    .index = probe->issuer.achievement + 1,
                                };
    return has_client(probe) &&
           keep_client(probe, avow_client_ask(probe->client, &question, AVOW_MESSAGE_VERDICT,
                                              &answer) == AVOW_OK);
}

static bool connect_once(struct probe *probe)
{
    struct avow_client *client = connect_to(probe->node);
    bool connected = client != NULL;
    avow_client_free(&client);
    return connected;
}

/* A log that a submission failed for is not gone on with: nobody knows what the node holds. */
static void renew_issuer(struct probe *probe)
{
    char seed[64];
    if (probe->issuer.draft != NULL)
        tool_issuer_fini(&probe->issuer);
    (void)snprintf(seed, sizeof(seed), "probe %s %llu", probe->name,
                   (unsigned long long)tool_now_us());
    tool_issuer_init(&probe->issuer, seed, &probe->node_id, probe->node);
    probe->accepted = 0;
}

static bool submit(struct probe *probe)
{
    struct tool_issuer *issuer = &probe->issuer;
    const uint64_t size = avow_draft_size(issuer->draft);
    struct avow_checkpoint text;
    struct avow_message answer;
    tool_expect(avow_draft_checkpoint(issuer->draft, tool_unix(), &text) == AVOW_OK,
                "a checkpoint");
    return tool_prove_signer(probe->client, &issuer->id, &issuer->keys, &answer) == AVOW_OK &&
           tool_propose(probe->client, issuer->draft, &text, probe->accepted, size, &answer) ==
               AVOW_OK &&
           tool_sign(probe->client, &text, &issuer->keys, &answer) == AVOW_OK;
}

static bool submit_once(struct probe *probe)
{
    struct tool_issuer *issuer = &probe->issuer;
    if (!has_client(probe))
        return false;
    struct avow_hash commitment = tool_commitment(issuer->seed, probe->accepted);
    tool_append_issue(issuer->draft, issuer->achievement, &commitment);
    bool good = keep_client(probe, submit(probe));
    if (good)
        probe->accepted = avow_draft_size(issuer->draft);
    else
        renew_issuer(probe);
    return good;
}

static void *run(void *context)
{
    struct probe *probe = context;
    const struct timespec pause = {.tv_nsec = probe->pause_ms * 1000000};
    while (!atomic_load(&ended) && probe->count < TIMES_MAX) {
        uint64_t start = tool_now_us();
        probe->failed += probe->once(probe) ? 0 : 1;
        probe->times_ms[probe->count++] = (double)(tool_now_us() - start) / 1000;
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

static void begin(struct probe *probe)
{
    probe->times_ms = calloc(TIMES_MAX, sizeof(double));
    tool_expect(probe->times_ms != NULL && has_client(probe), "memory, and a connection");
    probe->node_id = *avow_client_node(probe->client);
    renew_issuer(probe);
    tool_expect(submit_once(probe), "the probe's own log to be taken");
    tool_expect(pthread_create(&probe->thread, NULL, run, probe) == 0, "a thread");
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : (x > y ? 1 : 0);
}

static void end(struct probe *probe)
{
    tool_expect(pthread_join(probe->thread, NULL) == 0, "the thread to end");
    qsort(probe->times_ms, probe->count, sizeof(double), order);
    const double *t = probe->times_ms;
    const size_t n = probe->count;
    (void)printf("%s %zu %zu %.1f %.1f %.1f\n", probe->name, n, probe->failed,
                 n == 0 ? 0.0 : t[n / 2], n == 0 ? 0.0 : t[n * 99 / 100], n == 0 ? 0.0 : t[n - 1]);
    avow_client_free(&probe->client);
    tool_issuer_fini(&probe->issuer);
    free(probe->times_ms);
}

/* Its output goes to stderr: stdout is for the figures. */
static int run_command(char **argv)
{
    int status;
    pid_t pid = fork();
    tool_expect(pid >= 0, "a process");
    if (pid == 0) {
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
        (void)execvp(argv[0], argv);
        _exit(127);
    }
    tool_expect(waitpid(pid, &status, 0) == pid, "the command to end");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
    static struct probe probes[] = {
        {.name = "verify", .once = verify_once, .pause_ms = 2},
        {.name = "connect", .once = connect_once, .pause_ms = 20},
        {.name = "submit", .once = submit_once, .pause_ms = 2},
    };
    const size_t count = sizeof(probes) / sizeof(probes[0]);
    if (argc < 3 || avow_crypto_init() != AVOW_OK)
        tool_die("usage: probe NODE COMMAND...");
    for (size_t i = 0; i < count; i++) {
        probes[i].node = argv[1];
        begin(&probes[i]);
    }
    int status = run_command(argv + 2);
    atomic_store(&ended, true);
    for (size_t i = 0; i < count; i++)
        end(&probes[i]);
    return status;
}
