/* Texts that are never signed, and logs that are nothing but weight. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_ENTRIES 5000 /* about 300 KB */
#define HOARD_ENTRIES 5000
#define FLIPS 50

static struct avow_client *connect_here(char address[32])
{
    (void)snprintf(address, 32, "127.0.0.1:%u", (unsigned)hostile_port());
    return tool_connect(address);
}

static void begin(struct tool_issuer *issuer, const char *what, uint64_t number,
                  const struct avow_client *client, const char *address)
{
    char seed[64];
    (void)snprintf(seed, sizeof(seed), "%s %llu %llu", what, (unsigned long long)tool_now_us(),
                   (unsigned long long)number);
    tool_issuer_init(issuer, seed, avow_client_node(client), address);
}

static void add_issues(struct tool_issuer *issuer, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct avow_hash commitment = tool_commitment(issuer->seed, issuer->made++);
        tool_append_issue(issuer->draft, issuer->achievement, &commitment);
    }
}

/* Has all that the draft has beyond `base` held. */
static bool hold(struct avow_client *client, const struct tool_issuer *issuer, uint64_t base,
                 struct avow_checkpoint *text)
{
    struct avow_message answer;
    tool_expect(avow_draft_checkpoint(issuer->draft, tool_unix(), text) == AVOW_OK, "a text");
    enum avow_err err =
        tool_propose(client, issuer->draft, text, base, avow_draft_size(issuer->draft), &answer);
    tool_expect(err == AVOW_OK || err == AVOW_ERR_REFUSED, "an answer to a proposal");
    return err == AVOW_OK;
}

static void prove(struct avow_client *client, const struct tool_issuer *issuer)
{
    struct avow_message answer;
    tool_expect(tool_prove_signer(client, &issuer->id, &issuer->keys, &answer) == AVOW_OK,
                "a proof to be taken");
}

/* New logs with so many records each. */
static uint64_t hold_new(uint64_t count, uint64_t records)
{
    char address[32];
    struct avow_client *client = connect_here(address);
    uint64_t held = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct tool_issuer issuer;
        struct avow_checkpoint text;
        begin(&issuer, "held", i, client, address);
        add_issues(&issuer, records);
        prove(client, &issuer);
        held += hold(client, &issuer, 0, &text) ? 1 : 0;
        tool_issuer_fini(&issuer);
    }
    avow_client_free(&client);
    return held;
}

uint64_t attack_held(uint64_t count)
{
    return hold_new(count, HELD_ENTRIES);
}

uint64_t attack_newcomers(uint64_t count)
{
    return hold_new(count, 1);
}

/* Has a batch on top of `base` held and signed. */
static bool submit(struct avow_client *client, const struct tool_issuer *issuer, uint64_t base)
{
    struct avow_checkpoint text;
    struct avow_message answer;
    if (!hold(client, issuer, base, &text))
        return false;
    tool_expect(tool_sign(client, &text, &issuer->keys, &answer) == AVOW_OK, "a signature taken");
    return true;
}

/* Records in batches, until there is no room for another. */
static uint64_t hoard(struct avow_client *client, const char *address, uint64_t batch)
{
    struct tool_issuer issuer;
    uint64_t taken = 0;
    begin(&issuer, "hoards", batch, client, address);
    prove(client, &issuer);
    bool more = submit(client, &issuer, 0);
    while (more) {
        const uint64_t base = avow_draft_size(issuer.draft);
        add_issues(&issuer, batch);
        more = submit(client, &issuer, base);
        taken += more ? batch : 0;
    }
    tool_issuer_fini(&issuer);
    return taken;
}

/* Suspends and reinstates its first record, until that is not taken any more. */
static uint64_t flip(struct avow_client *client, struct tool_issuer *issuer)
{
    uint64_t taken = 0;
    bool more = true;
    prove(client, issuer);
    while (more) {
        const uint64_t base = avow_draft_size(issuer->draft);
        for (uint64_t i = 0; i < FLIPS; i++)
            tool_append_status(issuer->draft, issuer->achievement + 1,
                               i % 2 == 0 ? AVOW_STATUS_SUSPENDED : AVOW_STATUS_ACTIVE,
                               AVOW_REASON_UNSPECIFIED);
        more = submit(client, issuer, base);
        taken += more ? FLIPS : 0;
    }
    return taken;
}

uint64_t attack_hoards(uint64_t count)
{
    char address[32];
    struct avow_client *client = connect_here(address);
    struct tool_issuer *flippers = calloc(count, sizeof(*flippers));
    tool_expect(flippers != NULL, "memory");
    for (uint64_t i = 0; i < count; i++) {
        begin(&flippers[i], "flips", i, client, address);
        add_issues(&flippers[i], 1);
        prove(client, &flippers[i]);
        tool_expect(submit(client, &flippers[i], 0), "a new log to be taken");
    }
    uint64_t taken = hoard(client, address, HOARD_ENTRIES);
    taken += hoard(client, address, 50);
    for (uint64_t i = 0; i < count; i++) {
        taken += flip(client, &flippers[i]);
        tool_issuer_fini(&flippers[i]);
    }
    free(flippers);
    avow_client_free(&client);
    return taken;
}
