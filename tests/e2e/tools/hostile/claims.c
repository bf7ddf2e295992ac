/* Logs that name the node's own key as theirs. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <stdio.h>
#include <time.h>

static bool has_line(struct avow_client *client, const struct avow_hash *issuer)
{
    struct avow_message list = {.type = AVOW_MESSAGE_LIST}, answer;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    tool_expect(avow_client_ask(client, &list, AVOW_MESSAGE_LOGS, &answer) == AVOW_OK, "a list");
    while (avow_list_next_checkpoint(&answer.checkpoints, &checkpoint, lines, &count))
        for (size_t i = 0; i < count; i++)
            if (avow_hash_equal(&checkpoint.issuer, issuer) &&
                avow_key_equal(&lines[i].key, avow_client_node(client)))
                return true;
    return false;
}

/* Until the node has witnessed an honest log, and so has been round all of them. */
static void wait_witnessed(struct avow_client *client, const char *address)
{
    struct tool_issuer honest;
    const struct timespec step = {.tv_nsec = 10000000};
    tool_issuer_init(&honest, "honest", avow_client_node(client), address);
    tool_submit(client, honest.draft, 0, &honest.id, &honest.keys);
    for (unsigned i = 0; !has_line(client, &honest.id); i++) {
        tool_expect(i < HOSTILE_WAIT_MS / 10, "the node to witness");
        (void)nanosleep(&step, NULL);
    }
    tool_issuer_fini(&honest);
}

uint64_t attack_claims(uint64_t count)
{
    char address[32];
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)hostile_port());
    struct avow_client *client = tool_connect(address);
    for (uint64_t i = 0; i < count; i++) {
        char seed[32];
        struct tool_issuer issuer;
        (void)snprintf(seed, sizeof(seed), "claims %llu", (unsigned long long)i);
        tool_issuer_claim(&issuer, seed, avow_client_node(client), address);
        tool_submit(client, issuer.draft, 0, &issuer.id, &issuer.keys);
        tool_issuer_fini(&issuer);
    }
    wait_witnessed(client, address);
    avow_client_free(&client);
    return count;
}
