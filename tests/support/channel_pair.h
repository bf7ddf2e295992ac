/* Two channels that talk in memory, for tests. Each function fails the test where it fails. */
#ifndef AVOW_TESTS_SUPPORT_CHANNEL_PAIR_H
#define AVOW_TESTS_SUPPORT_CHANNEL_PAIR_H

#include "proto/wire/channel.h"

struct channel_pair {
    struct avow_secret_key secrets[2];
    struct avow_key keys[2];
    struct avow_channel ends[2]; /* initiator, responder */
};

/* Messages that begin with 's' are at most 16 bytes: AVOW_REJECT_QUOTA. Checks what it is given. */
enum avow_reject channel_pair_bound(struct avow_bytes head, size_t len);

/* Steps of channel_pair_init: the keys of a side (0, 1), and its channel. */
void channel_pair_identity(struct channel_pair *pair, size_t side);
void channel_pair_init_end(struct channel_pair *pair, size_t side, const char *network,
                           const struct avow_key *expected);
/* Both ends before the handshake, and after it. */
void channel_pair_init(struct channel_pair *pair);
void channel_pair_open(struct channel_pair *pair);
void channel_pair_fini(struct channel_pair *pair);

/* Initialises `out` and flushes into it. */
void channel_take(struct avow_channel *channel, struct avow_buf *out);
/* Feeds what end `from` has queued to the other, whose first event must be `event`. */
void channel_pair_carry(struct channel_pair *pair, size_t from, enum avow_channel_event event);

void channel_send_text(struct avow_channel *channel, const char *text);
/* The next event is a message of this text. */
void channel_expect_text(struct avow_channel *channel, const char *text);

#endif
