/* A real checkpoint, announced before anybody else can, and nothing served of it. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <stdio.h>
#include <stdlib.h>

/* The first log that the node at HOSTILE_FROM lists: its issuer's home node, as signed there. */
static struct avow_checkpoint relayed(void)
{
    const char *home = getenv("HOSTILE_FROM");
    tool_expect(home != NULL, "HOSTILE_FROM, the address of the home node");
    struct avow_client *client = tool_connect(home);
    struct avow_message list = {.type = AVOW_MESSAGE_LIST}, answer;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    tool_expect(avow_client_ask(client, &list, AVOW_MESSAGE_LOGS, &answer) == AVOW_OK, "a list");
    tool_expect(avow_list_next_checkpoint(&answer.checkpoints, &checkpoint, lines, &count),
                "a log");
    avow_client_free(&client);
    return checkpoint;
}

/* Says "withheld" when all have announced it and one has been asked for its entries; then reads on,
 * and answers nothing, until the node ends the connection or somebody ends this program. */
uint64_t attack_withheld(uint64_t count)
{
    struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE, .checkpoint = relayed()};
    struct avow_message message;
    struct peer *first = peer_meet(AVOW_PEER_NODE);
    peer_say(first, &announce);
    do {
        tool_expect(peer_next(first, &message), "to be asked for entries");
    } while (message.type != AVOW_MESSAGE_GET_RANGE);
    for (uint64_t i = 1; i < count; i++) {
        struct peer *peer = peer_meet(AVOW_PEER_NODE); /* for as long as this program runs */
        peer_say(peer, &announce);
        peer_flush(peer);
    }
    (void)puts("withheld");
    (void)fflush(stdout);
    while (peer_next(first, &message)) {
        /* whatever it asks */
    }
    return count;
}
