#include "tests/bench/node.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/codec/writer.h"
#include "tests/bench/bench.h"

#define WINDOW 16 /* PROPOSE messages of a megabyte that wait for their HELD */
#define ATTEMPTS 200

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BENCH_MUST(fd >= 0);
    BENCH_MUST(bind(fd, (struct sockaddr *)&address, len) == 0);
    BENCH_MUST(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    BENCH_MUST(close(fd) == 0);
    return ntohs(address.sin_port);
}

_Noreturn static void become_node(const struct bench_node *node, const struct bench_node *peer)
{
    char program[512], log[512], links[] = "--links-per-address", many[] = "100";
    const char *folder = getenv("AVOW_BIN");
    (void)snprintf(program, sizeof(program), "%s/avowd", folder != NULL ? folder : "build/bin");
    (void)snprintf(log, sizeof(log), "%s/log", node->folder);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        (void)dup2(fd, STDOUT_FILENO);
        (void)dup2(fd, STDERR_FILENO);
    }
    if (peer == NULL)
        (void)execl(program, program, "--data", node->folder, "--listen", node->address, links,
                    many, (char *)NULL);
    else
        (void)execl(program, program, "--data", node->folder, "--listen", node->address, links,
                    many, "--peer", peer->address, (char *)NULL);
    _exit(127);
}

static void pause_ms(long milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000};
    (void)nanosleep(&pause, NULL);
}

static struct avow_client *try_connect(const struct bench_node *node, char *reason)
{
    struct avow_client *client = NULL;
    const struct avow_client_config config = {
        .address = node->address,
        .role = AVOW_PEER_CLIENT,
        .timeout_ms = 60000,
    };
    return avow_client_connect(&config, &client, reason) == AVOW_OK ? client : NULL;
}

void bench_node_start(struct bench_node *node, const struct bench_node *peer)
{
    char reason[AVOW_CLIENT_REASON_MAX];
    bench_folder_new(node->folder, sizeof(node->folder));
    (void)snprintf(node->address, sizeof(node->address), "127.0.0.1:%u", free_port());
    node->pid = fork();
    BENCH_MUST(node->pid >= 0);
    if (node->pid == 0)
        become_node(node, peer);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        struct avow_client *client = try_connect(node, reason);
        if (client != NULL) {
            avow_client_free(&client);
            return;
        }
        pause_ms(10);
    }
    (void)fprintf(stderr, "avowd does not answer: %s; see %s/log\n", reason, node->folder);
    exit(1);
}

void bench_node_stop(struct bench_node *node)
{
    int status;
    BENCH_MUST(kill(node->pid, SIGTERM) == 0);
    BENCH_MUST(waitpid(node->pid, &status, 0) == node->pid);
    bench_folder_remove(node->folder);
}

double bench_node_cpu(const struct bench_node *node)
{
    clockid_t clock;
    struct timespec used;
    BENCH_MUST(clock_getcpuclockid(node->pid, &clock) == 0);
    BENCH_MUST(clock_gettime(clock, &used) == 0);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

struct avow_client *bench_connect(const struct bench_node *node)
{
    char reason[AVOW_CLIENT_REASON_MAX];
    struct avow_client *client = try_connect(node, reason);
    if (client == NULL) {
        (void)fprintf(stderr, "%s\n", reason);
        exit(1);
    }
    return client;
}

static void must(struct avow_client *client, enum avow_err err)
{
    if (err == AVOW_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", avow_err_text(err), avow_client_reason(client));
    exit(1);
}

void bench_ask(struct avow_client *client, struct avow_message *question,
               enum avow_message_type expected, struct avow_message *answer)
{
    must(client, avow_client_ask(client, question, expected, answer));
}

void bench_receive(struct avow_client *client, enum avow_message_type expected,
                   struct avow_message *answer)
{
    must(client, avow_client_receive(client, answer));
    if (answer->type == expected)
        return;
    if (answer->type == AVOW_MESSAGE_REFUSED)
        (void)fprintf(stderr, "refused: %s (%.*s), size %lu\n", avow_refusal_text(answer->code),
                      (int)answer->text.len, (const char *)answer->text.data,
                      (unsigned long)answer->size);
    bench_failed("the answer is of the expected type", __FILE__, __LINE__);
}

void bench_signer_prove(struct avow_client *client, const struct bench_log *log)
{
    uint8_t text[AVOW_SIGNER_MESSAGE_BYTES];
    struct avow_message answer, question = {
                                    .type = AVOW_MESSAGE_SIGNER,
                                    .issuer = log->state.chain.issuer,
                                    .key = log->builder.sign.key,
                                };
    avow_message_signer_text(&question.issuer, avow_client_handshake(client), text);
    avow_ed25519_sign(&log->builder.sign.secret, avow_bytes(text, sizeof(text)),
                      &question.signature);
    bench_ask(client, &question, AVOW_MESSAGE_DONE, &answer);
}

void bench_sign(struct avow_client *client, const struct avow_checkpoint *checkpoint)
{
    struct avow_message answer, question = {
                                    .type = AVOW_MESSAGE_SIGN,
                                    .issuer = checkpoint->issuer,
                                    .size = checkpoint->size,
                                    .key = checkpoint->key,
                                    .signature = checkpoint->signature,
                                };
    bench_ask(client, &question, AVOW_MESSAGE_ACCEPTED, &answer);
    BENCH_MUST(answer.checkpoint.size == checkpoint->size);
}

void bench_pack(struct bench_packed *packed, const struct bench_log *log)
{
    struct avow_buf out;
    packed->chunks = log->state.tree.size / BENCH_CHUNK;
    packed->offsets = bench_alloc(packed->chunks + 1, sizeof(*packed->offsets));
    avow_buf_init(&out, SIZE_MAX / 2);
    for (size_t i = 0; i < packed->chunks * BENCH_CHUNK; i++) {
        avow_write_bin(&out, log->entries[i]);
        if (i + 1 == log->builder.count)
            packed->head_len = out.len;
        if ((i + 1) % BENCH_CHUNK == 0)
            packed->offsets[(i + 1) / BENCH_CHUNK] = out.len;
    }
    BENCH_OK(out.err);
    packed->bytes = out.data;
}

void bench_packed_fini(struct bench_packed *packed)
{
    free(packed->bytes);
    free(packed->offsets);
}

static void propose(struct avow_client *client, const struct bench_log *log,
                    const struct bench_packed *packed, const struct avow_checkpoint *checkpoint,
                    size_t chunk)
{
    const uint64_t end = (chunk + 1) * BENCH_CHUNK;
    size_t start = chunk == 0 ? packed->head_len : packed->offsets[chunk];
    struct avow_message message = {.type = AVOW_MESSAGE_PROPOSE, .checkpoint = *checkpoint};
    message.from = chunk == 0 ? log->builder.count : chunk * BENCH_CHUNK;
    message.entries.count = end - message.from;
    message.entries.items = avow_bytes(packed->bytes + start, packed->offsets[chunk + 1] - start);
    message.path = bench_log_path(log, end, checkpoint->size);
    must(client, avow_client_send(client, &message));
}

void bench_submit_head(struct avow_client *client, const struct bench_log *log)
{
    struct avow_buf entries;
    struct avow_message answer;
    struct avow_message message = {.type = AVOW_MESSAGE_PROPOSE};
    message.checkpoint = bench_log_checkpoint(log, log->state.tree.size, (uint64_t)time(NULL));
    struct avow_checkpoint checkpoint = message.checkpoint;
    avow_checkpoint_sign(&checkpoint, &log->builder.sign.secret);
    avow_buf_init(&entries, AVOW_MESSAGE_BYTES_MAX);
    for (size_t i = 0; i < log->builder.count; i++)
        avow_write_bin(&entries, log->entries[i]);
    message.entries = (struct avow_list){log->builder.count, avow_buf_bytes(&entries)};
    bench_ask(client, &message, AVOW_MESSAGE_HELD, &answer);
    bench_sign(client, &checkpoint);
    avow_buf_fini(&entries);
}

void bench_submit(struct avow_client *client, const struct bench_log *log,
                  const struct bench_packed *packed, size_t from, size_t to)
{
    struct avow_message answer = {0};
    struct avow_checkpoint unsigned_one =
        bench_log_checkpoint(log, to * BENCH_CHUNK, (uint64_t)time(NULL));
    struct avow_checkpoint checkpoint = unsigned_one;
    avow_checkpoint_sign(&checkpoint, &log->builder.sign.secret);
    size_t sent = from;
    for (size_t held = from; held < to; held++) {
        for (; sent < to && sent < held + WINDOW; sent++)
            propose(client, log, packed, &unsigned_one, sent);
        bench_receive(client, AVOW_MESSAGE_HELD, &answer);
    }
    BENCH_MUST(answer.size == checkpoint.size && answer.whole == 1);
    bench_sign(client, &checkpoint);
}
