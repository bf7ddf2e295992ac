/* What evidence shows of forks: accepted as it is, and refused in whatever way it is wrong. */
#include "proto/trust/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/proof_builder.h"

/* A log whose second epoch has two branches, and a third party's root entry on the other one. */
struct sample {
    struct log_builder log, other, chained;
    uint64_t achievement, old, young; /* records below and beyond the epoch's opening entry */
    uint64_t revocation;              /* of `old`, on the other branch */
};

static struct sample sample;

static void branch(struct log_builder *to, struct log_key *key)
{
    log_builder_copy(to, &sample.log, sample.young);
    to->t = sample.log.t + 60;
    if (key != NULL)
        log_builder_authorise(to, AVOW_USE_SIGN, &key->key);
}

static int make_sample(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    struct log_builder *log = &sample.log;
    log_builder_start(log, "forks");
    sample.achievement = log_builder_add_achievement(log, "F", "Forks");
    sample.old = log_builder_add_issue(log, sample.achievement);
    log->t += 3600;
    log_builder_rotate_root(log);
    sample.young = log->count;
    branch(&sample.other, NULL);
    log_builder_add_issue(&sample.other, sample.achievement);
    sample.revocation = log_builder_add_status(&sample.other, sample.old, AVOW_STATUS_REVOKED,
                                               AVOW_REASON_LAPSED, LOG_BUILDER_NONE);
    struct log_key key = log_builder_key(log, "a");
    branch(&sample.chained, &key);
    log->t += 60;
    (void)log_builder_add_issue(log, sample.achievement);
    (void)log_builder_add_issue(log, sample.achievement);
    (void)log_builder_add_issue(log, sample.achievement);
    return 0;
}

static int drop_sample(void **state)
{
    (void)state;
    log_builder_fini(&sample.log);
    log_builder_fini(&sample.other);
    log_builder_fini(&sample.chained);
    return 0;
}

static struct avow_checkpoint head(const struct log_builder *log)
{
    return log_builder_checkpoint(log, log->t);
}

/* A proof of the fork: the other branch is the shorter. */
static void add_fork(struct proof_plan *plan)
{
    const struct avow_checkpoint first = head(&sample.other), second = head(&sample.log);
    proof_plan_fork(plan, &first, &second, &sample.log);
}

/* ------------------------------------------------------------------ what is refused */

typedef void shape(struct proof_plan *plan);

static void plain(struct proof_plan *plan)
{
    (void)plan;
}

static void forked(struct proof_plan *plan)
{
    add_fork(plan);
}

static void forked_and_told(struct proof_plan *plan)
{
    add_fork(plan);
    proof_plan_foreign(plan, &sample.other, sample.old);
}

static void told_alone(struct proof_plan *plan)
{
    proof_plan_foreign(plan, &sample.other, sample.old);
}

static void told_before(struct proof_plan *plan)
{
    proof_plan_foreign(plan, &sample.other, sample.old);
    add_fork(plan);
}

static void nothing_told(struct proof_plan *plan)
{
    add_fork(plan);
    proof_plan_foreign(plan, &sample.other, sample.young);
}

static void told_of_no_status(struct proof_plan *plan)
{
    forked_and_told(plan);
    plan->forks[1].entries[0] = sample.young;
}

static void told_of_what_is_shared(struct proof_plan *plan)
{
    forked_and_told(plan);
    plan->forks[1].entries[0] = sample.old;
}

static void told_twice(struct proof_plan *plan)
{
    forked_and_told(plan);
    plan->forks[1].entries[plan->forks[1].entry_count++] = sample.revocation;
}

static void told_by_nobody(struct proof_plan *plan)
{
    forked_and_told(plan);
    plan->forks[1].checkpoint.signature.bytes[0] ^= 1;
}

static void told_by_another_origin(struct proof_plan *plan)
{
    forked_and_told(plan);
    plan->forks[1].checkpoint.epoch--;
}

static void told_too_early(struct proof_plan *plan)
{
    forked_and_told(plan);
    plan->forks[1].checkpoint = log_builder_checkpoint(&sample.other, sample.other.t - 1);
}

static void fork_of_one_branch(struct proof_plan *plan)
{
    struct log_builder part;
    log_builder_copy(&part, &sample.log, sample.log.count - 1);
    part.t = sample.log.t;
    const struct avow_checkpoint first = head(&part), second = head(&sample.log);
    proof_plan_fork(plan, &first, &second, &sample.log);
    log_builder_fini(&part);
}

static void fork_without_path(struct proof_plan *plan)
{
    add_fork(plan);
    plan->forks[0].fork.path.count = 0;
}

static void fork_by_time(struct proof_plan *plan)
{
    const struct avow_checkpoint first = log_builder_checkpoint(&sample.other, sample.log.t + 1);
    const struct avow_checkpoint second = head(&sample.log);
    proof_plan_fork(plan, &first, &second, NULL);
}

static void fork_turned(struct proof_plan *plan)
{
    const struct avow_checkpoint first = head(&sample.other), second = head(&sample.log);
    proof_plan_fork(plan, &second, &first, NULL);
}

static void fork_of_an_older_epoch(struct proof_plan *plan)
{
    struct log_builder young, younger;
    log_builder_copy(&young, &sample.log, sample.old);
    log_builder_copy(&younger, &sample.log, sample.old + 1);
    young.sign = younger.sign = log_builder_key(&sample.log, "sign 0");
    const struct avow_checkpoint first = log_builder_checkpoint(&young, sample.log.t);
    const struct avow_checkpoint second = log_builder_checkpoint(&younger, sample.log.t - 1);
    proof_plan_fork(plan, &first, &second, NULL);
    log_builder_fini(&young);
    log_builder_fini(&younger);
}

static void nine_forks(struct proof_plan *plan)
{
    while (plan->fork_count < AVOW_EVIDENCE_FORKS_MAX)
        add_fork(plan);
}

/* It extends the chain at hand, so that there is a choice. */
static void longer_chain(struct proof_plan *plan)
{
    proof_plan_other_chain(plan, &sample.chained);
}

struct refusal {
    const char *name;
    shape *shape;
    enum avow_reject reject;
    bool is_forked;
    size_t foreign;
};

static const struct refusal refusals[] = {
    {"nothing", plain, AVOW_ACCEPT, false, 0},
    {"a fork", forked, AVOW_ACCEPT, true, 0},
    {"a fork, and what is said there", forked_and_told, AVOW_ACCEPT, true, 1},
    {"a fork, and nothing said there", nothing_told, AVOW_ACCEPT, true, 0},
    {"a fork by its times", fork_by_time, AVOW_ACCEPT, true, 0},
    {"eight forks", nine_forks, AVOW_ACCEPT, true, 0},
    {"said there without a fork", told_alone, AVOW_REJECT_FORK, false, 0},
    {"said there before the fork", told_before, AVOW_REJECT_FORK, false, 0},
    {"a credential said there", told_of_no_status, AVOW_REJECT_VALUE, false, 0},
    {"what both have", told_of_what_is_shared, AVOW_REJECT_VALUE, false, 0},
    {"said twice", told_twice, AVOW_REJECT_KEY_ORDER, false, 0},
    {"said, not signed", told_by_nobody, AVOW_REJECT_SIGNATURE, false, 0},
    {"said in another epoch", told_by_another_origin, AVOW_REJECT_ORIGIN, false, 0},
    {"said after its checkpoint", told_too_early, AVOW_REJECT_TIME, false, 0},
    {"two of one branch", fork_of_one_branch, AVOW_REJECT_FORK, false, 0},
    {"two without a path", fork_without_path, AVOW_REJECT_FORK, false, 0},
    {"the larger first", fork_turned, AVOW_REJECT_FORK, false, 0},
    {"of an older epoch", fork_of_an_older_epoch, AVOW_REJECT_ORIGIN, false, 0},
    {"a longer chain", longer_chain, AVOW_REJECT_CHAIN, false, 0},
};

static void write(struct avow_buf *out, const struct proof_plan *plan)
{
    avow_buf_init(out, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(out, &plan, 1);
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *row = &refusals[i];
        struct proof_plan plan;
        struct avow_buf out;
        struct avow_evidence evidence;
        enum avow_reject reject;
        proof_plan_init(&plan, &sample.log);
        row->shape(&plan);
        write(&out, &plan);
        assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
        if (reject != row->reject)
            fail_msg("%s: %s", row->name, avow_reject_text(reject));
        if (reject == AVOW_ACCEPT && (evidence.logs[0].forked != row->is_forked ||
                                      evidence.logs[0].foreign_count != row->foreign))
            fail_msg("%s: read as something else", row->name);
        avow_evidence_fini(&evidence);
        avow_buf_fini(&out);
    }
}

/* ------------------------------------------------------------------ root forks */

/* Two chains that part after their second entry; with a third that reveals the root that was
 * committed to, there is a choice again. */
static void test_root_forks(void **state)
{
    (void)state;
    struct log_builder log, third;
    struct log_key key = log_builder_key(&sample.log, "b");
    struct proof_plan plan;
    struct avow_buf out;
    struct avow_evidence evidence;
    enum avow_reject reject;
    branch(&log, &key);
    (void)log_builder_add_issue(&log, sample.achievement);
    branch(&third, NULL);
    log_builder_rotate_root(&third);
    proof_plan_init(&plan, &log);
    proof_plan_other_chain(&plan, &sample.chained);
    write(&out, &plan);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
    assert_string_equal(avow_reject_text(reject), "accepted");
    assert_int_equal(evidence.logs[0].disputed_from, sample.young);
    avow_evidence_fini(&evidence);
    avow_buf_fini(&out);
    proof_plan_other_chain(&plan, &third);
    write(&out, &plan);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_CHAIN);
    avow_buf_fini(&out);
    log_builder_fini(&log);
    log_builder_fini(&third);
}

/* ------------------------------------------------------------------ bits */

/* A bit of every byte of a plan's forks, with AVOW_EVERY_BIT each of them; what is before them is
 * flipped elsewhere, and every bit of fork proofs in test_fork. */
static void flip(struct proof_plan *plan)
{
    struct avow_buf out;
    struct proof_plan less = *plan;
    less.fork_count = 0;
    write(&out, &less);
    const size_t from = out.len - 1;
    avow_buf_fini(&out);
    write(&out, plan);
    const size_t step = getenv("AVOW_EVERY_BIT") != NULL ? 1 : 7;
    for (size_t i = from * 8; i < out.len * 8; i += step) {
        struct avow_evidence evidence;
        enum avow_reject reject;
        out.data[i / 8] ^= (uint8_t)(1U << i % 8);
        assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
        if (reject == AVOW_ACCEPT)
            fail_msg("bit %zu of byte %zu", i % 8, i / 8 - from);
        out.data[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    avow_buf_fini(&out);
}

static void test_every_bit(void **state)
{
    (void)state;
    struct proof_plan plan;
    proof_plan_init(&plan, &sample.log);
    forked_and_told(&plan);
    flip(&plan);
}

static void test_every_bit_of_a_chain(void **state)
{
    (void)state;
    struct log_builder log;
    struct log_key key = log_builder_key(&sample.log, "b");
    struct proof_plan plan;
    branch(&log, &key);
    proof_plan_init(&plan, &log);
    proof_plan_other_chain(&plan, &sample.chained);
    flip(&plan);
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_root_forks),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_bit_of_a_chain),
    };
    return cmocka_run_group_tests(tests, make_sample, drop_sample);
}
