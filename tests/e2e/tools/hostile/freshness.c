/* Logs that are made fresher without end. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <stdio.h>

#define FRESH_LOGS 20

struct fresh {
    struct tool_keys keys;
    struct avow_checkpoint checkpoint;
};

static void submit(struct fresh *fresh, uint64_t number, struct avow_client *client,
                   const char *address)
{
    char seed[64];
    struct tool_issuer issuer;
    struct avow_message answer;
    (void)snprintf(seed, sizeof(seed), "refreshed %llu %llu", (unsigned long long)tool_now_us(),
                   (unsigned long long)number);
    tool_issuer_init(&issuer, seed, avow_client_node(client), address);
    fresh->keys = issuer.keys;
    tool_expect(avow_draft_checkpoint(issuer.draft, tool_unix(), &fresh->checkpoint) == AVOW_OK,
                "a text");
    tool_expect(tool_prove_signer(client, &issuer.id, &issuer.keys, &answer) == AVOW_OK &&
                    tool_propose(client, issuer.draft, &fresh->checkpoint, 0,
                                 avow_draft_size(issuer.draft), &answer) == AVOW_OK &&
                    tool_sign(client, &fresh->checkpoint, &fresh->keys, &answer) == AVOW_OK,
                "a log to be taken");
    tool_issuer_fini(&issuer);
}

/* Waits for the answer to a question that comes after all that was said. */
static bool has_read(struct peer *peer)
{
    struct avow_message ping = {.type = AVOW_MESSAGE_PING, .request = 1}, message;
    peer_say(peer, &ping);
    do {
        if (!peer_next(peer, &message))
            return false;
    } while (message.type != AVOW_MESSAGE_PONG);
    return true;
}

/* A clock may be five minutes ahead, so each log has so many seconds to be signed for. */
uint64_t attack_refreshed(uint64_t count)
{
    char address[32];
    struct fresh logs[FRESH_LOGS];
    uint64_t said = 0;
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)hostile_port());
    struct avow_client *client = tool_connect(address);
    for (uint64_t i = 0; i < FRESH_LOGS; i++)
        submit(&logs[i], i, client, address);
    avow_client_free(&client);
    struct peer *peer = peer_meet(AVOW_PEER_NODE);
    for (bool open = true; open && said < count; said++) {
        struct fresh *fresh = &logs[said % FRESH_LOGS];
        fresh->checkpoint.time++;
        avow_checkpoint_sign(&fresh->checkpoint, &fresh->keys.sign);
        struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE,
                                        .checkpoint = fresh->checkpoint};
        peer_say(peer, &announce);
        open = said % FRESH_LOGS != 0 || has_read(peer);
    }
    peer_leave(&peer);
    return said;
}
