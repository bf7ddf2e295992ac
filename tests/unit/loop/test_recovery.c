/* What is judged of a recovery: its signatures, its tree, its rules, and whether its history wins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/loop/submit/recovery.h"
#include "proto/codec/writer.h"
#include "tests/support/log_prover.h"

#include <stdlib.h>

#define ISSUES 6
#define FROM 5 /* inception, nodes, achievement and two issues stay */
#define ENTRIES_MAX 16

/* What the held log has at FROM. */
enum held { HELD_ISSUES, HELD_KEY, HELD_ROTATION };
/* What the batch begins with, and what is done to it. */
enum begins { BEGINS_ROTATION, BEGINS_KEY };
enum harm {
    HARM_NONE,
    HARM_ROOT_SIGNATURE, /* a bit of the rotation's signature */
    HARM_SIGNATURE,      /* a bit of the checkpoint's */
    HARM_SIGNER,         /* the old signing key signs the checkpoint */
    HARM_ENTRY,          /* another issue entry than what the checkpoint covers */
    HARM_LATER_ROOT,     /* a later root entry's signature */
};
/* Another root chain that is known: the held log rotated by the next root somewhere else. */
enum other { OTHER_NONE, OTHER_ROTATION };

struct recovery_case {
    const char *name;
    enum held held;
    enum begins begins;
    enum harm harm;
    enum other other;
    enum avow_recovery_fault fault;
    enum avow_reject reject;
};

static const struct recovery_case cases[] = {
    {"a rotation below the head", HELD_ISSUES, BEGINS_ROTATION, HARM_NONE, OTHER_NONE,
     AVOW_RECOVERY_GOOD, AVOW_ACCEPT},
    {"a rotation beside a stolen root key's entry", HELD_KEY, BEGINS_ROTATION, HARM_NONE,
     OTHER_NONE, AVOW_RECOVERY_GOOD, AVOW_ACCEPT},
    {"a key, where the log has no root entry", HELD_ISSUES, BEGINS_KEY, HARM_NONE, OTHER_NONE,
     AVOW_RECOVERY_GOOD, AVOW_ACCEPT},
    {"a key beside another", HELD_KEY, BEGINS_KEY, HARM_NONE, OTHER_NONE, AVOW_RECOVERY_FORKS,
     AVOW_ACCEPT},
    {"a key beside the rotation", HELD_ROTATION, BEGINS_KEY, HARM_NONE, OTHER_NONE,
     AVOW_RECOVERY_LOSES, AVOW_ACCEPT},
    {"a second rotation that reveals the same", HELD_ROTATION, BEGINS_ROTATION, HARM_NONE,
     OTHER_NONE, AVOW_RECOVERY_FORKS, AVOW_ACCEPT},
    {"a rotation beside one that is known and not held", HELD_ISSUES, BEGINS_ROTATION, HARM_NONE,
     OTHER_ROTATION, AVOW_RECOVERY_FORKS, AVOW_ACCEPT},
    {"the root signature", HELD_ISSUES, BEGINS_ROTATION, HARM_ROOT_SIGNATURE, OTHER_NONE,
     AVOW_RECOVERY_WRONG, AVOW_REJECT_ROOT_SIGNATURE},
    {"the checkpoint's signature", HELD_ISSUES, BEGINS_ROTATION, HARM_SIGNATURE, OTHER_NONE,
     AVOW_RECOVERY_WRONG, AVOW_REJECT_SIGNATURE},
    {"the thief's signature", HELD_ISSUES, BEGINS_ROTATION, HARM_SIGNER, OTHER_NONE,
     AVOW_RECOVERY_RULE, AVOW_REJECT_KEY_UNKNOWN},
    {"entries that are not the checkpoint's", HELD_ISSUES, BEGINS_ROTATION, HARM_ENTRY, OTHER_NONE,
     AVOW_RECOVERY_WRONG, AVOW_REJECT_ROOT},
    {"a later root entry's signature", HELD_ISSUES, BEGINS_ROTATION, HARM_LATER_ROOT, OTHER_NONE,
     AVOW_RECOVERY_WRONG, AVOW_REJECT_ROOT_SIGNATURE},
};

static void build_held(struct log_builder *held, enum held what)
{
    log_builder_start(held, "recovery");
    const uint64_t achievement = log_builder_add_achievement(held, "A", "An achievement");
    const struct log_key another = log_builder_key(held, "another");
    log_builder_add_issue(held, achievement);
    log_builder_add_issue(held, achievement);
    assert_int_equal(held->count, FROM);
    if (what == HELD_KEY)
        log_builder_authorise(held, AVOW_USE_SIGN, &another.key);
    if (what == HELD_ROTATION)
        log_builder_rotate_root(held);
    for (size_t i = 0; i < ISSUES; i++)
        log_builder_add_issue(held, achievement);
}

static void flip(struct avow_bytes bytes, size_t from_the_end)
{
    ((uint8_t *)(uintptr_t)bytes.data)[bytes.len - from_the_end] ^= 1;
}

/* The batch's log, from the honest one's first entries: with a root entry at FROM, an issue,
 * another root entry, and another issue. */
static void build_batch(const struct recovery_case *row, struct log_builder *batch,
                        struct avow_checkpoint *checkpoint)
{
    struct log_builder fresh;
    build_held(&fresh, HELD_ISSUES);
    log_builder_copy(batch, &fresh, FROM);
    batch->t = fresh.t + 60;
    const struct log_key thief = batch->sign, late = log_builder_key(batch, "late"),
                         first = log_builder_key(batch, "first");
    if (row->begins == BEGINS_ROTATION)
        log_builder_rotate_root(batch);
    else
        log_builder_authorise(batch, AVOW_USE_SIGN, &first.key);
    log_builder_add_issue(batch, 2);
    log_builder_authorise(batch, AVOW_USE_SIGN, &late.key);
    log_builder_add_issue(batch, 2);
    log_prover_checkpoint(batch, batch->t + 1, checkpoint);
    if (row->harm == HARM_ROOT_SIGNATURE)
        flip(batch->rows[FROM].bytes, 1);
    if (row->harm == HARM_ENTRY)
        flip(batch->rows[FROM + 3].bytes, 20) /* of the commitment */;
    if (row->harm == HARM_LATER_ROOT)
        flip(batch->rows[FROM + 2].bytes, 1);
    if (row->harm == HARM_SIGNATURE)
        checkpoint->signature.bytes[0] ^= 1;
    if (row->harm == HARM_SIGNER)
        avow_checkpoint_sign(checkpoint, &thief.secret);
    log_builder_fini(&fresh);
}

/* A proof of the root chain of `log`, as the store keeps those that it does not hold. */
static void add_other(struct avow_recovery *recovery)
{
    struct log_builder log;
    struct avow_recovery_other *other = &recovery->others[recovery->other_count++];
    struct avow_path path;
    build_held(&log, HELD_ISSUES);
    log.t += 30;
    log_builder_rotate_root(&log);
    log_prover_checkpoint(&log, log.t, &other->checkpoint);
    const struct avow_tree_nodes nodes = log_builder_nodes(&log);
    avow_buf_init(&other->list, 1 << 20);
    avow_write_array(&other->list, log.state.chain.count);
    for (size_t i = 0; i < log.state.chain.count; i++) {
        const uint64_t index = log.state.chain.entries[i].index;
        assert_int_equal(avow_merkle_inclusion_prove(&nodes, index, log.count, &path), AVOW_OK);
        avow_proved_entry_write(&other->list, log.rows[index].bytes, index, &path);
    }
    assert_int_equal(other->list.err, AVOW_OK);
    log_builder_fini(&log);
}

static void judge(const struct recovery_case *row, bool *good)
{
    struct log_builder held, prefix, batch;
    struct avow_recovery *recovery = calloc(1, sizeof(*recovery));
    struct avow_bytes entries[ENTRIES_MAX];
    size_t count = 0;
    assert_non_null(recovery);
    build_held(&held, row->held);
    log_builder_copy(&prefix, &held, FROM);
    build_batch(row, &batch, &recovery->checkpoint);
    recovery->from = FROM;
    recovery->tree = prefix.state.tree;
    assert_int_equal(avow_chain_copy(&recovery->held, &held.state.chain), AVOW_OK);
    assert_int_equal(avow_chain_copy(&recovery->chain, &prefix.state.chain), AVOW_OK);
    if (row->other == OTHER_ROTATION)
        add_other(recovery);
    for (size_t i = FROM; i < batch.count; i++)
        entries[count++] = batch.rows[i].bytes;
    avow_recovery_judge(recovery, entries, count);
    *good = recovery->fault == row->fault && recovery->reject == row->reject;
    if (!*good)
        print_error("%s: fault %d, %s\n", row->name, (int)recovery->fault,
                    avow_reject_text(recovery->reject));
    avow_recovery_free(&recovery);
    log_builder_fini(&held);
    log_builder_fini(&prefix);
    log_builder_fini(&batch);
}

static void test_judge(void **state)
{
    (void)state;
    bool all = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool good;
        judge(&cases[i], &good);
        all = all && good;
    }
    assert_true(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_judge)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
