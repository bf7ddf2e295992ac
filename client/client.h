/* A connection to a node, for a program that asks and waits: a socket with deadlines under the
 * sans-I/O channel. What a node says is data, never truth: callers check proofs.
 *
 * A node has the time-out for the whole of an answer, whatever else it says meanwhile. Answers
 * share it: each takes off what it made us wait, and earns as much as it is long: all of it for a
 * MiB, and a fortieth at least. So a call that asks again and again ends too, on any node.
 *
 * Not thread-safe. Questions may be pipelined: send several, then receive their answers in order.
 */
#ifndef AVOW_CLIENT_CLIENT_H
#define AVOW_CLIENT_CLIENT_H

#include "proto/wire/message.h"

struct avow_client;

struct avow_client_config {
    const char
        *address; /* "host:port", "[v6]:port", or "avownode1…@host:port" to insist on an id */
    const char *network; /* NULL: "main" */
    enum avow_peer_role role;
    unsigned timeout_ms; /* for connecting, for the handshake, and for each answer; 0: 10 s */
};

#define AVOW_CLIENT_REASON_MAX 512
/* Connects, shakes hands and exchanges HELLOs. On failure `reason` (a buffer of at least
 * AVOW_CLIENT_REASON_MAX) says what and where, for a person. ERR_INVALID (address), ERR_IO (cannot
 * connect, cut off), ERR_TIMEOUT, ERR_REJECTED (another network or another node), ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_client_connect(const struct avow_client_config *config,
                                                 struct avow_client **client, char *reason);
/* Says good-bye and closes. */
void avow_client_free(struct avow_client **client);

/* The id that the node has proved, and the hash of the handshake in which it did: what a signer
 * signs. Both live as the client does. */
const struct avow_key *avow_client_node(const struct avow_client *client);
const struct avow_hash *avow_client_handshake(const struct avow_client *client);
/* "host:port" as connected, for messages to people and for a log's nodes entry. */
const char *avow_client_address(const struct avow_client *client);

/* Queues a question under the next request number, which it returns through `message`. Flushed by
 * the next receive, or when much is queued. */
AVOW_NODISCARD enum avow_err avow_client_send(struct avow_client *client,
                                              struct avow_message *message);
/* The next message that is not housekeeping (PING is answered, HELLO ignored), within the time-out:
 * whoever listens for ever may call again after ERR_TIMEOUT. Its views live until the next receive.
 * ERR_TIMEOUT, ERR_IO, ERR_CLOSED (the node said good-bye), ERR_REJECTED (it broke the protocol).
 */
AVOW_NODISCARD enum avow_err avow_client_receive(struct avow_client *client,
                                                 struct avow_message *message);
/* The next answer to any question that was sent. The same results; after ERR_TIMEOUT the connection
 * is of no more use. */
AVOW_NODISCARD enum avow_err avow_client_answer(struct avow_client *client,
                                                struct avow_message *answer);
/* Sends and waits for the answer, which must be of type `expected`. ERR_REFUSED: the node said no;
 * `answer` is its REFUSED (code, size, text). */
AVOW_NODISCARD enum avow_err avow_client_ask(struct avow_client *client,
                                             struct avow_message *question,
                                             enum avow_message_type expected,
                                             struct avow_message *answer);
/* Proves to be the node's operator, by its token: for what a node shows to nobody else. AVOW_OK, or
 * as avow_client_ask(): ERR_REFUSED when it is another node's. */
AVOW_NODISCARD enum avow_err
avow_client_prove_operator(struct avow_client *client,
                           const uint8_t token[AVOW_OPERATOR_TOKEN_BYTES]);
/* Notes what is wrong for avow_client_reason(), and returns `err`: of what the node sent as much as
 * of the connection. */
enum avow_err avow_client_fail(struct avow_client *client, enum avow_err err, const char *format,
                               ...) AVOW_PRINTF(3, 4);
/* What went wrong last, for a person; never NULL. */
const char *avow_client_reason(const struct avow_client *client);

#endif
