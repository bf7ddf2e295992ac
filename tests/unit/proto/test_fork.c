/* Fork proofs: every pair of sizes of two branches, and everything that is none. */
#include "proto/log/fork.h"
#include "tests/support/log_builder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SHARED 4
#define SIZE_MAX_ 40

static struct log_builder branches[2];

static int set_up(void **state)
{
    (void)state;
    log_builder_start(&branches[0], "fork");
    uint64_t achievement = log_builder_add_achievement(&branches[0], "A", "a");
    log_builder_add_issue(&branches[0], achievement);
    log_builder_copy(&branches[1], &branches[0], SHARED);
    branches[1].t += 7;
    for (size_t b = 0; b < 2; b++)
        while (branches[b].count < SIZE_MAX_)
            log_builder_add_issue(&branches[b], achievement);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_builder_fini(&branches[0]);
    log_builder_fini(&branches[1]);
    return 0;
}

static struct avow_checkpoint checkpoint(size_t branch, uint64_t size, uint64_t time)
{
    const struct log_builder *log = &branches[branch];
    struct avow_checkpoint result = {.issuer = log->state.chain.issuer,
                                     .opening = *avow_chain_opening(&log->state.chain),
                                     .size = size,
                                     .root = log_builder_root_at(log, size),
                                     .time = LOG_BUILDER_T0 + 100000 + time};
    avow_checkpoint_sign(&result, &log->sign.secret);
    return result;
}

/* As a node gets it: from the peer's consistency proof, or for powers of two from entry 0's path.
 */
static struct avow_path path_of(size_t branch, uint64_t from, uint64_t to)
{
    const struct log_builder *log = &branches[branch];
    struct avow_tree_nodes nodes = log_builder_nodes(log);
    struct avow_path path, inclusion;
    if ((from & (from - 1)) != 0) {
        assert_int_equal(avow_merkle_consistency_prove(&nodes, from, to, &path), AVOW_OK);
        return path;
    }
    assert_int_equal(avow_merkle_inclusion_prove(&nodes, 0, to, &inclusion), AVOW_OK);
    assert_int_equal(
        avow_merkle_consistency_from_first(from, &log->rows[0].leaf, &inclusion, &path),
        AVOW_ACCEPT);
    return path;
}

static enum avow_reject check(const struct avow_fork *fork)
{
    uint8_t storage[AVOW_FORK_BYTES_MAX];
    struct avow_buf out;
    struct avow_fork again;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_fork_encode(&out, fork);
    assert_int_equal(out.err, AVOW_OK);
    assert_int_equal(avow_fork_decode(avow_buf_bytes(&out), &again), AVOW_ACCEPT);
    return avow_fork_check(&again, &branches[0].state.chain);
}

static void test_every_pair(void **state)
{
    (void)state;
    for (uint64_t a = 1; a <= SIZE_MAX_; a++) {
        for (uint64_t b = a; b <= SIZE_MAX_; b++) {
            for (size_t branch = 0; branch < 2; branch++) {
                struct avow_fork fork = {checkpoint(0, a, a), checkpoint(branch, b, b), {0}};
                if (a < b)
                    fork.path = path_of(branch, a, b);
                /* The status roots are equal: none was revoked. */
                bool forked = branch == 1 && a > SHARED;
                if (check(&fork) != (forked ? AVOW_ACCEPT : AVOW_REJECT_FORK))
                    fail_msg("%u and %u of branch %zu: %s", (unsigned)a, (unsigned)b, branch,
                             avow_reject_name(check(&fork)));
            }
        }
    }
}

struct fork_case {
    const char *name;
    uint64_t sizes[2], times[2];
    bool path, bad_path, bad_signature, swap, other_key, late;
    enum avow_reject want;
};

static const struct fork_case cases[] = {
    {.name = "good", .sizes = {6, 9}, .times = {0, 1}, .path = true, .want = AVOW_ACCEPT},
    {.name = "no path", .sizes = {6, 9}, .times = {0, 1}, .want = AVOW_REJECT_FORK},
    {.name = "earlier though larger", .sizes = {3, 9}, .times = {2, 1}, .want = AVOW_ACCEPT},
    {.name = "equally old", .sizes = {3, 9}, .times = {1, 1}, .want = AVOW_REJECT_FORK},
    {.name = "larger first", .sizes = {9, 6}, .times = {0, 1}, .want = AVOW_REJECT_FORK},
    {.name = "one size", .sizes = {9, 9}, .times = {0, 1}, .want = AVOW_ACCEPT},
    {.name = "a wrong path",
     .sizes = {6, 9},
     .path = true,
     .bad_path = true,
     .want = AVOW_REJECT_FORK},
    {.name = "a wrong signature",
     .sizes = {9, 9},
     .bad_signature = true,
     .want = AVOW_REJECT_SIGNATURE},
    {.name = "another key", .sizes = {9, 9}, .other_key = true, .want = AVOW_REJECT_KEY_UNKNOWN},
    {.name = "an expired key", .sizes = {9, 9}, .late = true, .want = AVOW_REJECT_KEY_EXPIRED},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct fork_case *row = &cases[i];
        struct avow_fork fork = {checkpoint(0, row->sizes[0], row->times[0]),
                                 checkpoint(1, row->sizes[1], row->times[1]),
                                 {0}};
        if (row->path)
            fork.path = path_of(1, row->sizes[0], row->sizes[1]);
        if (row->bad_path)
            fork.path.hashes[1].bytes[0] ^= 1;
        if (row->bad_signature)
            fork.second.signature.bytes[3] ^= 1;
        if (row->late)
            fork.second.time += branches[0].key_life_s;
        if (row->late)
            avow_checkpoint_sign(&fork.second, &branches[0].sign.secret);
        if (row->other_key)
            avow_checkpoint_sign(&fork.second, &branches[0].heartbeat.secret);
        enum avow_reject reject = check(&fork);
        if (reject != row->want)
            fail_msg("%s: %s", row->name, avow_reject_name(reject));
    }
}

/* Of an epoch that has ended: still a fork, by the keys of then. */
static void test_past_epoch(void **state)
{
    (void)state;
    struct avow_fork fork = {checkpoint(0, 9, 0), checkpoint(1, 9, 1), {0}};
    struct log_builder later;
    log_builder_copy(&later, &branches[0], SHARED + 2);
    log_builder_rotate_root(&later);
    assert_int_equal(avow_fork_check(&fork, &later.state.chain), AVOW_ACCEPT);
    fork.first.epoch = fork.second.epoch = 1;
    assert_int_equal(avow_fork_check(&fork, &later.state.chain), AVOW_REJECT_ORIGIN);
    avow_checkpoint_sign(&fork.first, &branches[0].sign.secret);
    fork.first.opening = fork.second.opening = *avow_chain_opening(&later.state.chain);
    avow_checkpoint_sign(&fork.first, &branches[0].sign.secret);
    avow_checkpoint_sign(&fork.second, &branches[0].sign.secret);
    assert_int_equal(avow_fork_check(&fork, &later.state.chain), AVOW_REJECT_KEY_UNKNOWN);
    log_builder_fini(&later);
}

/* Any bit of a proof of each form, and any byte left out at its end. */
static void test_every_bit(void **state)
{
    (void)state;
    struct avow_fork forms[] = {
        {checkpoint(0, 8, 0), checkpoint(1, 13, 1), path_of(1, 8, 13)},
        {checkpoint(0, 9, 0), checkpoint(1, 13, 1), path_of(1, 9, 13)},
        {checkpoint(0, 9, 0), checkpoint(1, 9, 1), {0}},
        {checkpoint(0, 3, 2), checkpoint(1, 9, 1), {0}},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        uint8_t storage[AVOW_FORK_BYTES_MAX];
        struct avow_buf out;
        struct avow_fork fork;
        avow_buf_init_fixed(&out, storage, sizeof(storage));
        avow_fork_encode(&out, &forms[i]);
        assert_int_equal(check(&forms[i]), AVOW_ACCEPT);
        for (size_t bit = 0; bit < out.len * 8; bit++) {
            storage[bit / 8] ^= (uint8_t)(1U << bit % 8);
            if (avow_fork_decode(avow_buf_bytes(&out), &fork) == AVOW_ACCEPT &&
                avow_fork_check(&fork, &branches[0].state.chain) == AVOW_ACCEPT)
                fail_msg("form %zu: bit %zu", i, bit);
            storage[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        for (size_t len = 0; len < out.len; len++)
            assert_int_not_equal(avow_fork_decode(avow_bytes(storage, len), &fork), AVOW_ACCEPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_past_epoch),
        cmocka_unit_test(test_every_bit),
    };
    return cmocka_run_group_tests_name("fork", tests, set_up, tear_down);
}
