/* What the attacks share: connections to the node that is attacked, from 127.0.0.66 or from
 * 127.1.0.0/16, and a peer that knows the protocol. An attack is a row of attacks.h and a function
 * `attack_NAME` in a file that is named for what it abuses. */
#ifndef AVOW_TESTS_E2E_HOSTILE_H
#define AVOW_TESTS_E2E_HOSTILE_H

#include "proto/wire/channel.h"
#include "tests/e2e/tools/hostile/attacks.h"
#include "tests/e2e/tools/tool.h"

#include <netinet/in.h>

#define HOSTILE_WAIT_MS 30000

/* The node: "127.0.0.1:PORT". Dies for anything else. */
void hostile_aim(const char *address);
/* The node's port. */
uint16_t hostile_port(void);

/* Sockets: -1 when the node does not take it. `address` in host order. */
int hostile_dial_from(uint32_t address);
int hostile_dial(void); /* always from the same address */
/* Whoever misbehaves at one address is not let in for a while: a swarm has many. */
int hostile_dial_from_anywhere(void);
/* Reads on until the node has ended the connection; dies after HOSTILE_WAIT_MS. */
void hostile_wait_dropped(int fd);

/* Sends all of it, or as much as the node takes before it ends the connection. */
void hostile_send(int fd, struct avow_bytes bytes);

struct peer {
    int fd;
    struct avow_secret_key self;
    struct avow_channel channel;
    struct avow_buf scratch, sealed;
    uint8_t input[65536];
    bool feeding;
};
/* Connects from anywhere and shakes hands. Never NULL: when the node did not take it, what follows
 * finds it closed. */
struct peer *peer_meet(enum avow_peer_role role);
/* Queues a message, and sends what is queued when it is much. */
void peer_say(struct peer *peer, const struct avow_message *message);
void peer_flush(struct peer *peer);
/* The next message, valid until the next call; false when the node has ended the connection. */
bool peer_next(struct peer *peer, struct avow_message *message);
void peer_leave(struct peer **peer);

/* A checkpoint of a log that does not exist. */
struct avow_checkpoint hostile_made_up(void);
/* The first log that the node lists. */
struct avow_checkpoint hostile_real_checkpoint(void);

#endif
