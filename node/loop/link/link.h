/* One connection: a TCP socket and a channel on it, whichever side opened it.
 *
 * What is read is bounded by the channel; what waits to be sent by the queues of sendq.h. At most
 * one write is under way, and while it is, messages wait in their queues, where urgent ones still
 * overtake. A link that breaks the protocol is dropped without a word, one that is closed politely
 * is sent CLOSE first. In either case nothing more is heard from it but `closed`, which comes from
 * the event loop and never from inside a call. */
#ifndef AVOW_NODE_LOOP_LINK_LINK_H
#define AVOW_NODE_LOOP_LINK_LINK_H

#include "node/loop/base/logging.h"
#include "node/loop/link/sendq.h"
#include "node/loop/link/turns.h"
#include "proto/wire/channel.h"

#include <uv.h>

#define AVOW_LINK_ADDRESS_MAX 64
#define AVOW_LINK_READ_BYTES ((size_t)256 << 10)
/* When more than so many links wait in line, less of the others is read at once: it may have to be
 * kept. */
#define AVOW_LINK_FEW 16
#define AVOW_LINK_READ_LITTLE ((size_t)32 << 10)
#define AVOW_LINK_FLUSH_BYTES ((size_t)256 << 10) /* put into one write, about */
#define AVOW_LINK_LOW_BYTES ((size_t)128 << 10)   /* `drained` when less than this waits */
/* A dialler's first message: what is answered to it costs curve arithmetic. */
#define AVOW_LINK_GREETING_BYTES 34
#define AVOW_LINK_HANDSHAKE_MS UINT64_C(15000)
#define AVOW_LINK_IDLE_MS UINT64_C(90000)
#define AVOW_LINK_MESSAGE_MS UINT64_C(60000) /* from a message's first byte to its last */
#define AVOW_LINK_WRITE_MS UINT64_C(60000)   /* until the peer has taken what was written */
#define AVOW_LINK_CLOSING_MS UINT64_C(2000)

enum avow_link_state {
    AVOW_LINK_CONNECTING,
    AVOW_LINK_HANDSHAKE,
    AVOW_LINK_OPEN,
    AVOW_LINK_CLOSING, /* its CLOSE is on the way out */
    AVOW_LINK_CLOSED,  /* its socket is being closed */
};

/* Who has stopped the reading. */
enum avow_link_pause {
    AVOW_PAUSE_QUERIES = 1,
    AVOW_PAUSE_SUBMISSIONS = 2,
    AVOW_PAUSE_ANSWERS = 4, /* they are not read: the link's own */
};

struct avow_link;

struct avow_link_events {
    void *context;
    /* The first message of who has dialled in is there, and nothing was done about it: may be
     * dropped. */
    void (*greeted)(void *context, struct avow_link *link);
    void (*opened)(void *context, struct avow_link *link);
    /* `message` lives for the call. */
    void (*message)(void *context, struct avow_link *link, struct avow_bytes message);
    void (*read_done)(void *context,
                      struct avow_link *link);              /* all that came has been handed over */
    void (*drained)(void *context, struct avow_link *link); /* there is room to send again */
    void (*closed)(void *context, struct avow_link *link); /* the link is freed when this returns */
};

struct avow_link_shared { /* by all links of a node */
    uv_loop_t *loop;
    const struct avow_logger *logger;
    const char *network;
    const struct avow_secret_key *self;
    struct avow_link_events events;
    struct avow_turns *turns;
    uint8_t *read_buffer; /* for the next read, or NULL: a link has kept it */
    size_t read_bytes;    /* of it */
};

struct avow_link {
    struct avow_link_shared *shared;
    uint32_t slot;
    uint64_t generation; /* unique in this process */
    bool outbound;
    size_t peer; /* outbound: which of the dialled peers */
    enum avow_link_state state;
    char address[AVOW_LINK_ADDRESS_MAX]; /* "host:port" of the other end */
    uint8_t network[16]; /* its address, for counting: IPv4 as 4 bytes, IPv6 as its /64 */
    size_t network_len;
    enum avow_reject reject; /* why it was dropped; ACCEPT when not for what it sent */
    const char *why;         /* in words, for the log */

    uv_tcp_t tcp;
    uv_connect_t connecting;
    uv_write_t writing;
    bool write_under_way, reading;
    size_t greeting_bytes;   /* that have come of who has dialled in, until `greeted` is told */
    bool up;                 /* `opened` has been told of it */
    bool of_operator;        /* who is there has proved it: the owner's */
    unsigned paused;         /* of enum avow_link_pause */
    struct avow_buf written; /* under way, or a spare */
    struct avow_channel channel;
    bool has_channel;
    struct avow_sendq queue;
    uint8_t *input; /* of the last read, while `feeding` beyond the turn in which it came */
    size_t input_bytes;
    bool feeding; /* the channel has not used up the last read */
    bool in_turn; /* being handled: what is said meanwhile is written at its end */
    bool waits;   /* in line */
    struct avow_link *next_waiting;
    uint64_t started_ms, read_ms, boundary_ms, write_ms, closing_ms;
    uint64_t answered_ms; /* when it was last of use: a question of it was answered; 0: never */
};

/* A link without a connection; NULL when out of memory. Its socket is initialised. */
struct avow_link *avow_link_new(struct avow_link_shared *shared, uint32_t slot,
                                uint64_t generation);
/* Begins the handshake on an accepted socket. On failure the link is dropped. */
void avow_link_accepted(struct avow_link *link);
/* Connects, and then begins the handshake. `expected`: the only node to talk to, or NULL. */
void avow_link_connect(struct avow_link *link, const struct sockaddr *to,
                       const struct avow_key *expected);

/* Queues a message. AVOW_ERR_CLOSED when not open; AVOW_ERR_TOO_LARGE when its queue is full: the
 * caller says what that means; AVOW_ERR_NOMEM, and the link is dropped. */
AVOW_NODISCARD enum avow_err avow_link_send(struct avow_link *link,
                                            enum avow_core_priority priority,
                                            struct avow_bytes message,
                                            const struct avow_hash *about);
/* Encodes and queues an answer, whatever waits before it; drops the link when out of memory. */
void avow_link_answer(struct avow_link *link, const struct avow_message *message);
/* Queues messages in a row, taking the buffer over. On failure the link is dropped. */
void avow_link_send_row(struct avow_link *link, struct avow_buf *row);

/* Nothing of the link is read or handled while anybody pauses it. */
void avow_link_pause(struct avow_link *link, enum avow_link_pause who, bool pause);
/* Handles what is left of the last read, for a share of time, when the link's turn has come. */
void avow_link_take_turn(struct avow_link *link);
/* Says CLOSE, and ends once that is sent. */
void avow_link_close(struct avow_link *link, enum avow_refusal code, const char *why);
/* Ends at once. */
void avow_link_drop(struct avow_link *link, enum avow_reject reject, const char *why);
/* Ends what has run out of time. */
void avow_link_check_deadlines(struct avow_link *link, uint64_t now_ms);

#endif
