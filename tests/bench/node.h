/* A real avowd for benchmarks, on a free port of loopback with a folder of its own, and a signer
 * that submits to it. */
#ifndef AVOW_TESTS_BENCH_NODE_H
#define AVOW_TESTS_BENCH_NODE_H

#include <sys/types.h>

#include "client/client.h"
#include "tests/bench/log.h"

struct bench_node {
    pid_t pid;
    char folder[256];
    char address[32];
};

/* Starts the avowd that AVOW_BIN or the build has; `peer` may be NULL. Returns when it answers. */
void bench_node_start(struct bench_node *node, const struct bench_node *peer);
/* Stops it and removes its folder. */
void bench_node_stop(struct bench_node *node);
/* CPU seconds that it has used. */
double bench_node_cpu(const struct bench_node *node);

/* A connection, or the end of the program. */
struct avow_client *bench_connect(const struct bench_node *node);
/* Asks, and ends the program unless the answer is of type `expected`. */
void bench_ask(struct avow_client *client, struct avow_message *question,
               enum avow_message_type expected, struct avow_message *answer);
/* Receives, and ends the program unless the message is of type `expected`. */
void bench_receive(struct avow_client *client, enum avow_message_type expected,
                   struct avow_message *answer);

/* Proves that this connection holds the log's signing key. */
void bench_signer_prove(struct avow_client *client, const struct bench_log *log);
/* Asks to sign the held text of `checkpoint`, with the signature that it carries. */
void bench_sign(struct avow_client *client, const struct avow_checkpoint *checkpoint);

/* Entries as a message carries them, made beforehand. */
struct bench_packed {
    uint8_t *bytes;
    size_t *offsets; /* of each multiple of BENCH_CHUNK entries, and of the end */
    size_t head_len; /* of the entries that a log begins with */
    size_t chunks;
};
void bench_pack(struct bench_packed *packed, const struct bench_log *log);
void bench_packed_fini(struct bench_packed *packed);
/* Submits what a log begins with: a new one may not have much more. Before it grows. */
void bench_submit_head(struct avow_client *client, const struct bench_log *log);
/* Submits chunks [from, to) of a log whose head is accepted as one batch: proposed with several
 * messages under way, then signed, then accepted. */
void bench_submit(struct avow_client *client, const struct bench_log *log,
                  const struct bench_packed *packed, size_t from, size_t to);

#endif
