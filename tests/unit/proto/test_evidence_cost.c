/* What junk costs: evidence is refused by its shape and its hashes before signatures are checked,
 * which are counted here (this program is linked with the verifier wrapped). */
#include "proto/log/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/proof_builder.h"

#define EPOCHS 10

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature);
bool __real_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature);

static size_t checks;

bool __wrap_avow_ed25519_verify(const struct avow_key *key, struct avow_bytes message,
                                const struct avow_signature *signature)
{
    checks++;
    return __real_avow_ed25519_verify(key, message, signature);
}

/* Ten root rotations, a record, and as many cosignatures as there can be. */
static struct log_builder log_held;
static struct proof_plan plan;
static uint64_t record;

static int make(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    log_builder_start(&log_held, "cost");
    uint64_t achievement = log_builder_add_achievement(&log_held, "C", "Cost");
    for (unsigned i = 0; i < EPOCHS; i++)
        log_builder_rotate_root(&log_held);
    record = log_builder_add_issue(&log_held, achievement);
    proof_plan_init(&plan, &log_held);
    proof_plan_record(&plan, record);
    for (char name[] = "a"; plan.line_count < AVOW_COSIGNATURES_MAX; name[0]++) {
        struct log_key witness = log_builder_key(&log_held, name);
        proof_plan_cosign(&plan, &witness, log_held.t);
    }
    return 0;
}

static int drop(void **state)
{
    (void)state;
    log_builder_fini(&log_held);
    return 0;
}

/* How many signatures are checked until the plan's evidence is judged. */
static size_t cost(const struct proof_plan *changed, enum avow_reject want)
{
    const struct proof_plan *plans[] = {changed};
    struct avow_buf out;
    struct avow_evidence evidence;
    enum avow_reject reject;
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(&out, plans, 1);
    checks = 0;
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, want);
    avow_evidence_fini(&evidence);
    avow_buf_fini(&out);
    return checks;
}

static void test_whole(void **state)
{
    (void)state;
    assert_int_equal(cost(&plan, AVOW_ACCEPT), EPOCHS + 1 + AVOW_COSIGNATURES_MAX);
}

/* A wrong number of root entries, or a root that no path leads to: nothing is checked. */
static void test_costs_nothing(void **state)
{
    (void)state;
    struct proof_plan junk = plan;
    junk.checkpoint.epoch--;
    assert_int_equal(cost(&junk, AVOW_REJECT_CHAIN), 0);
    junk = plan;
    junk.skip_root = 3;
    assert_int_equal(cost(&junk, AVOW_REJECT_CHAIN), 0);
    junk = plan;
    junk.checkpoint.root.bytes[0] ^= 1;
    assert_int_equal(cost(&junk, AVOW_REJECT_PROOF), 0);
    junk = plan;
    junk.checkpoint.issuer.bytes[0] ^= 1;
    assert_int_equal(cost(&junk, AVOW_REJECT_CHAIN), 0);
    junk = plan;
    junk.lines[1].key = junk.lines[0].key;
    assert_int_equal(cost(&junk, AVOW_REJECT_DUPLICATE), 0);
}

/* Whoever has the chain's real signatures gets no further than them with what is not in the tree,
 * by a key that is not authorised, or in a map that does not give the status root. */
static void test_chain_alone(void **state)
{
    (void)state;
    struct proof_plan junk = plan;
    junk.checkpoint.status_root.bytes[0] ^= 1;
    assert_int_equal(cost(&junk, AVOW_REJECT_PROOF), EPOCHS);
    junk = plan;
    junk.checkpoint.key.bytes[0] ^= 1;
    assert_int_equal(cost(&junk, AVOW_REJECT_KEY_UNKNOWN), EPOCHS);
    junk = plan;
    junk.entries[0] = junk.entries[1];
    assert_int_equal(cost(&junk, AVOW_REJECT_KEY_ORDER), EPOCHS);
}

/* A bad checkpoint signature ends it before the cosignatures, a bad cosignature at itself. */
static void test_signatures(void **state)
{
    (void)state;
    struct proof_plan junk = plan;
    junk.checkpoint.signature.bytes[0] ^= 1;
    assert_int_equal(cost(&junk, AVOW_REJECT_SIGNATURE), EPOCHS + 1);
    junk = plan;
    junk.lines[2].signature.bytes[0] ^= 1;
    assert_int_equal(cost(&junk, AVOW_REJECT_SIGNATURE), EPOCHS + 1 + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_costs_nothing),
        cmocka_unit_test(test_chain_alone),
        cmocka_unit_test(test_signatures),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
