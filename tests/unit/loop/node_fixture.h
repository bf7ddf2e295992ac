/* What the daemon's tests share: a node in a child process of its own, on a port of its own, and an
 * issuer that submits to it step by step. */
#ifndef AVOW_TESTS_NODE_FIXTURE_H
#define AVOW_TESTS_NODE_FIXTURE_H

#include "client/client.h"
#include "node/loop/base/options.h"
#include "proto/log/draft.h"

#include <sys/types.h>

struct test_node {
    char data[256];
    char address[128];     /* "127.0.0.1:port" */
    char home[300];        /* "avownode1…@127.0.0.1:port" */
    const char *links_max; /* an option; NULL for the default */
    pid_t pid;
};

/* Starts a node in `node->data`, which is made when empty, with a peer or NULL, and waits until it
 * listens. */
void test_node_start(struct test_node *node, const struct test_node *peer);
/* SIGTERM, and its end must be an orderly one. */
void test_node_stop(struct test_node *node);
/* SIGKILL. */
void test_node_kill(struct test_node *node);
void test_node_remove(struct test_node *node);
/* With all that is in it. */
void test_remove_folder(const char *path);

struct avow_client *test_connect(const struct test_node *node, enum avow_peer_role role);

/* Proves to be the operator of `node`, by the token in its folder; false when the node says no. */
bool test_prove_operator(const struct test_node *node, struct avow_client *client);

struct test_issuer {
    struct avow_secret_key root, next_root, sign, heartbeat;
    uint8_t heartbeat_seed[32];
    struct avow_hash id;
    struct avow_draft *draft;
    uint64_t time;                     /* of the next entry and checkpoint */
    struct avow_checkpoint checkpoint; /* the draft's, unsigned, as last proposed */
};

/* A new log at the present time; `number` makes its keys. The draft holds inception and the home
 * node's entry. */
void test_issuer_init(struct test_issuer *issuer, uint8_t number, const struct test_node *home);
void test_issuer_fini(struct test_issuer *issuer);
/* Appends to the draft. */
void test_issuer_add_achievement(struct test_issuer *issuer);
void test_issuer_add_issues(struct test_issuer *issuer, uint64_t achievement, unsigned count);
void test_issuer_add_status(struct test_issuer *issuer, uint64_t target, uint64_t state,
                            uint64_t reason);
/* Goes on from the node's own evidence, as a signer does. */
void test_issuer_reload(struct test_issuer *issuer, struct avow_client *client,
                        const uint64_t *indices, size_t count);

/* Each returns 0, or the code of the refusal. */
uint64_t test_prove_signer(const struct test_issuer *issuer, struct avow_client *client);
/* All that the draft has beyond `from`. */
uint64_t test_propose(struct test_issuer *issuer, struct avow_client *client, uint64_t from,
                      struct avow_message *answer);
uint64_t test_sign(const struct test_issuer *issuer, struct avow_client *client,
                   struct avow_message *answer);
/* All three, which must succeed. */
void test_publish(struct test_issuer *issuer, struct avow_client *client);

#endif
