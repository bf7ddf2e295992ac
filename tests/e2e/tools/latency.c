/* latency HOME OTHER COUNT [SEED]: revokes COUNT records at one node, each in a batch of its own,
 * and asks another node about each until its verdict is "revoked". Of a log by SEED: another call
 * at the same nodes wants another.
 *
 * Prints, for each, the milliseconds from before the submission began until that answer, and
 * lastly "max N.NNN". Never gives up on its own before the client's time limit. */
#include "proto/trust/verdict.h"
#include "tests/e2e/tools/tool.h"

#include <stdio.h>
#include <time.h>

#define BATCH UINT64_C(1000)

static bool is_revoked(struct avow_client *client, const struct avow_hash *issuer, uint64_t index)
{
    struct avow_message answer;
    struct avow_message question = {.type = AVOW_MESSAGE_VERIFY, .issuer = *issuer, .index = index};
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, &answer);
    if (err != AVOW_OK && err != AVOW_ERR_REFUSED)
        tool_die("%s", avow_client_reason(client));
    return err == AVOW_OK && answer.word == AVOW_WORD_REVOKED;
}

static bool is_known(struct avow_client *client, const struct avow_hash *issuer, uint64_t index)
{
    struct avow_message answer;
    struct avow_message question = {.type = AVOW_MESSAGE_VERIFY, .issuer = *issuer, .index = index};
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, &answer);
    return err == AVOW_OK && answer.state == AVOW_STATUS_ACTIVE && answer.size > index;
}

static void pause_us(long us)
{
    const struct timespec step = {.tv_nsec = us * 1000};
    (void)nanosleep(&step, NULL);
}

static double revoke_one(struct avow_client *home, struct avow_client *other,
                         struct tool_issuer *issuer, uint64_t target)
{
    uint64_t base = avow_draft_size(issuer->draft);
    uint64_t start = tool_now_us();
    tool_append_status(issuer->draft, target, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD);
    tool_submit(home, issuer->draft, base, &issuer->id, &issuer->keys);
    while (!is_revoked(other, &issuer->id, target))
        pause_us(200); /* leaves the processor to the nodes */
    return (double)(tool_now_us() - start) / 1000;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5 || avow_crypto_init() != AVOW_OK)
        tool_die("usage: latency HOME OTHER COUNT [SEED]");
    uint64_t count = tool_number(argv[3]);
    tool_expect(count <= BATCH, "a count of at most 1000");
    struct avow_client *home = tool_connect(argv[1]), *other = tool_connect(argv[2]);
    struct tool_issuer issuer;
    double max = 0;
    tool_issuer_init(&issuer, argc == 5 ? argv[4] : "Latency", avow_client_node(home), argv[1]);
    uint64_t first = avow_draft_size(issuer.draft);
    for (uint64_t i = 0; i < BATCH; i++) {
        struct avow_hash commitment = tool_commitment(issuer.seed, i);
        tool_append_issue(issuer.draft, issuer.achievement, &commitment);
    }
    tool_submit(home, issuer.draft, 0, &issuer.id, &issuer.keys);
    for (unsigned tries = 0; !is_known(other, &issuer.id, first + BATCH - 1); tries++) {
        tool_expect(tries < 100000, "the issuer's log at the other node");
        pause_us(1000);
    }
    for (uint64_t i = 0; i < count; i++) {
        double ms = revoke_one(home, other, &issuer, first + i);
        (void)printf("%.3f\n", ms);
        max = ms > max ? ms : max;
    }
    (void)printf("max %.3f\n", max);
    tool_issuer_fini(&issuer);
    avow_client_free(&other);
    avow_client_free(&home);
    return 0;
}
