/* Questions that are small to ask and dear to answer: for evidence under a policy whose anchor
 * recognises many bodies, each with a root chain as long as may be, none of which leads to the
 * issuer that is asked about. So all of them are looked at. */
#include "tests/e2e/tools/hostile/hostile.h"

#include "proto/trust/policy.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECTIONS 16
#define AHEAD 4 /* questions of a connection that wait */
#define ASK_S 10

/* A body of this number, held by the node when it returns. */
static struct avow_hash make_body(struct avow_client *client, const char *address, uint64_t number)
{
    char seed[64], name[916];
    struct tool_issuer body;
    (void)snprintf(seed, sizeof(seed), "dear %llu %llu", (unsigned long long)number,
                   (unsigned long long)tool_now_us());
    tool_issuer_init(&body, seed, avow_client_node(client), address);
    tool_append_recognition(body.draft, &body.id, AVOW_ROLE_AUTHORITY);
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = 0;
    for (size_t i = 1; i < AVOW_ROOT_ENTRIES_MAX; i++)
        tool_append_name(&body, name);
    tool_submit(client, body.draft, 0, &body.id, &body.keys);
    const struct avow_hash id = body.id;
    tool_issuer_fini(&body);
    return id;
}

/* The log in which an anchor recognises them, and a credential stands that none of them issued. */
static void make_anchor(struct avow_client *client, const char *address, uint64_t bodies,
                        struct tool_issuer *anchor, struct tool_issuer *asked)
{
    tool_issuer_init(anchor, "the anchor", avow_client_node(client), address);
    for (uint64_t i = 0; i < bodies; i++) {
        const struct avow_hash id = make_body(client, address, i);
        tool_append_recognition(anchor->draft, &id, AVOW_ROLE_AUTHORITY);
    }
    tool_submit(client, anchor->draft, 0, &anchor->id, &anchor->keys);
    tool_issuer_init(asked, "the asked", avow_client_node(client), address);
    const struct avow_hash commitment = tool_commitment("dear", 0);
    tool_append_issue(asked->draft, asked->achievement, &commitment);
    tool_submit(client, asked->draft, 0, &asked->id, &asked->keys);
}

static void encode_policy(struct avow_buf *out, const struct avow_hash *anchor)
{
    static const uint8_t no_scope[] = {0x80};
    struct avow_policy policy;
    avow_policy_init(&policy);
    policy.require_recognition = true;
    tool_expect(avow_policy_add_anchor(&policy, avow_bytes(NULL, 0), anchor,
                                       avow_bytes(no_scope, sizeof(no_scope))) == AVOW_ACCEPT,
                "an anchor");
    avow_buf_init(out, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(out, &policy);
}

/* Questions, and as many again as are answered, until the time is up. */
static uint64_t ask(const struct tool_issuer *asked, struct avow_bytes policy)
{
    struct peer *peers[CONNECTIONS];
    struct avow_buf reference;
    uint64_t answered = 0;
    avow_buf_init(&reference, 128);
    avow_list_reference_write(&reference, &asked->id, asked->achievement + 1);
    struct avow_message answer, question = {
                                    .type = AVOW_MESSAGE_PROVE_UNDER,
                                    .request = 1,
                                    .issuer = asked->id,
                                    .policy = policy,
                                    .references = {1, avow_buf_bytes(&reference)},
                                };
    for (size_t i = 0; i < CONNECTIONS; i++) {
        peers[i] = peer_meet(AVOW_PEER_CLIENT);
        for (unsigned ahead = 0; ahead < AHEAD; ahead++)
            peer_say(peers[i], &question);
        peer_flush(peers[i]);
    }
    const uint64_t until = tool_unix() + ASK_S;
    for (size_t i = 0; tool_unix() < until; i = (i + 1) % CONNECTIONS) {
        do {
            if (!peer_next(peers[i], &answer))
                tool_die("the node has ended the connection");
        } while (answer.type != AVOW_MESSAGE_EVIDENCE && answer.type != AVOW_MESSAGE_REFUSED);
        peer_say(peers[i], &question);
        peer_flush(peers[i]);
        answered++;
    }
    for (size_t i = 0; i < CONNECTIONS; i++)
        peer_leave(&peers[i]);
    avow_buf_fini(&reference);
    return answered;
}

uint64_t attack_dear(uint64_t count)
{
    char address[32];
    struct tool_issuer anchor, asked;
    struct avow_buf policy;
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)hostile_port());
    struct avow_client *client = tool_connect(address);
    make_anchor(client, address, count, &anchor, &asked);
    encode_policy(&policy, &anchor.id);
    (void)puts("asks"); /* what is before is no part of what is measured */
    (void)fflush(stdout);
    const uint64_t answered = ask(&asked, avow_buf_bytes(&policy));
    avow_buf_fini(&policy);
    tool_issuer_fini(&anchor);
    tool_issuer_fini(&asked);
    avow_client_free(&client);
    return answered;
}
