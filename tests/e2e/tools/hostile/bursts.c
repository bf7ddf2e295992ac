/* Bursts of small questions, each burst as much as a node reads at once, on some connections at a
 * time: what one of them makes the node do, the others and everybody else wait for. */
#include "tests/e2e/tools/hostile/hostile.h"

#define QUESTIONS 32000
#define PEERS 100
#define WIDTH 20

/* Each question in a frame of its own, or as many in a frame as go in. */
static void ask_burst(struct peer *peer, enum avow_message_type type, bool apart)
{
    struct avow_buf all;
    avow_buf_init(&all, SIZE_MAX / 2);
    for (uint64_t i = 1; i <= QUESTIONS; i++) {
        const struct avow_message question = {.type = type, .request = i};
        avow_buf_clear(&peer->scratch);
        avow_message_encode(&peer->scratch, &question);
        if (avow_channel_send(&peer->channel, avow_buf_bytes(&peer->scratch)) != AVOW_OK)
            break;
        if (!apart && i < QUESTIONS)
            continue;
        avow_channel_flush(&peer->channel, &peer->sealed);
        avow_buf_append(&all, peer->sealed.data, peer->sealed.len);
        avow_buf_clear(&peer->sealed);
    }
    tool_expect(all.err == AVOW_OK, "memory");
    hostile_send(peer->fd, avow_buf_bytes(&all));
    avow_buf_fini(&all);
}

/* Takes the answers of a burst. False when the node has ended the connection. */
static bool take_answers(struct peer *peer)
{
    struct avow_message message;
    do {
        if (!peer_next(peer, &message))
            return false;
    } while (message.request != QUESTIONS);
    return true;
}

/* `count` bursts, on WIDTH connections at once, or fewer than that on one. The number of those that
 * were answered. */
static uint64_t burst(uint64_t count, enum avow_message_type type, bool apart)
{
    const size_t width = count < WIDTH ? 1 : WIDTH;
    struct peer *peers[WIDTH];
    uint64_t done = 0, begun = 0;
    for (size_t i = 0; i < width; i++)
        peers[i] = peer_meet(AVOW_PEER_CLIENT);
    while (begun < count) {
        for (size_t i = 0; i < width; i++)
            ask_burst(peers[i], type, apart);
        for (size_t i = 0; i < width; i++) {
            done += take_answers(peers[i]) ? 1 : 0;
            begun++;
        }
    }
    for (size_t i = 0; i < width; i++)
        peer_leave(&peers[i]);
    return done;
}

uint64_t attack_peers(uint64_t count)
{
    struct peer *peers[PEERS];
    for (size_t i = 0; i < PEERS; i++)
        peers[i] = peer_meet(AVOW_PEER_NODE);
    uint64_t done = burst(count, AVOW_MESSAGE_PEERS, false);
    for (size_t i = 0; i < PEERS; i++)
        peer_leave(&peers[i]);
    return done;
}

uint64_t attack_statuses(uint64_t count)
{
    return burst(count, AVOW_MESSAGE_STATUS, false);
}

uint64_t attack_pings(uint64_t count)
{
    return burst(count, AVOW_MESSAGE_PING, false);
}

uint64_t attack_frames(uint64_t count)
{
    return burst(count, AVOW_MESSAGE_PING, true);
}
