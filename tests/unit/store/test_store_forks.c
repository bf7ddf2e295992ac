/* Forks, other branches' status entries, other root chains: what stays, what follows, what ends it.
 */
#include "tests/unit/store/store_fixture.h"

#include "proto/log/evidence.h"
#include "store/read/facts.h"
#include "store/read/snapshot_forks.h"
#include "store/write/txn_branch.h"
#include "store/write/txn_forks.h"

#define OPENING 200 /* where the forked epoch begins */
#define PARTING 220 /* entries below are on both branches */
#define HEAD 260

/* `held` and `thief` are forked within an epoch; `better` begins a new one, on the held branch. */
struct world {
    struct store_folder folder;
    struct avow_store *store;
    struct avow_snapshot *snapshot;
    struct avow_txn *txn;
    struct log_history held, thief, better;
};

static void issue_to(struct log_history *history, size_t size)
{
    while (history->builder.count < size)
        (void)log_builder_add_issue(&history->builder, 2);
}

static uint64_t change(struct log_history *history, uint64_t target, enum avow_status state)
{
    history->builder.t++;
    return log_builder_add_status(&history->builder, target, state, AVOW_REASON_UNSPECIFIED,
                                  LOG_BUILDER_NONE);
}

/* Entries of the thief's branch, by what they do. */
enum { SUSPENDS_50 = PARTING, REVOKES_50, REVOKES_51, REVOKES_BEYOND, SUSPENDS_52, REINSTATES_52 };

static void make_histories(struct world *world)
{
    log_history_begin(&world->held, "forks");
    issue_to(&world->held, OPENING);
    (void)log_builder_rotate_root(&world->held.builder);
    issue_to(&world->held, HEAD);
    log_history_mark(&world->held);
    issue_to(&world->held, HEAD + 20);
    world->held.builder.t += 50;
    log_history_mark(&world->held);
    log_history_end(&world->held);
    log_history_part(&world->thief, &world->held, PARTING);
    world->thief.builder.t = world->held.marks[0].checkpoint.time;
    assert_int_equal(change(&world->thief, 50, AVOW_STATUS_SUSPENDED), SUSPENDS_50);
    assert_int_equal(change(&world->thief, 50, AVOW_STATUS_REVOKED), REVOKES_50);
    assert_int_equal(change(&world->thief, 51, AVOW_STATUS_REVOKED), REVOKES_51);
    assert_int_equal(change(&world->thief, OPENING + 5, AVOW_STATUS_REVOKED), REVOKES_BEYOND);
    assert_int_equal(change(&world->thief, 52, AVOW_STATUS_SUSPENDED), SUSPENDS_52);
    assert_int_equal(change(&world->thief, 52, AVOW_STATUS_ACTIVE), REINSTATES_52);
    issue_to(&world->thief, HEAD);
    log_history_mark(&world->thief);
    issue_to(&world->thief, HEAD + 1);
    world->thief.builder.t += 500;
    log_history_mark(&world->thief);
    log_history_end(&world->thief);
    log_history_part(&world->better, &world->held, HEAD);
    (void)log_builder_rotate_root(&world->better.builder);
    issue_to(&world->better, HEAD + 10);
    world->better.builder.t += 1000;
    log_history_mark(&world->better);
    log_history_end(&world->better);
}

static void open_world(struct world *world)
{
    world->store = store_folder_open(&world->folder);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void close_world(struct world *world)
{
    avow_txn_abort(&world->txn);
    avow_snapshot_free(&world->snapshot);
    avow_store_close(&world->store);
}

static void commit(struct world *world)
{
    assert_int_equal(avow_txn_commit(&world->txn), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_snapshot_renew(world->snapshot), AVOW_OK);
}

static void accept(struct world *world, const struct log_history *history, size_t from, size_t n)
{
    const struct log_mark *mark = &history->marks[n];
    struct avow_range range =
        fixture_range(history, mark, from, mark->checkpoint.size - from, false);
    assert_int_equal(fixture_append(world->txn, &range), AVOW_ACCEPT);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    make_histories(world);
    store_folder_make(&world->folder);
    open_world(world);
    accept(world, &world->held, 0, 0);
    commit(world);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    close_world(world);
    store_folder_remove(&world->folder);
    log_history_fini(&world->held);
    log_history_fini(&world->thief);
    log_history_fini(&world->better);
    free(world);
    return 0;
}

static void no_problem(void *context, const char *what, const char *issuer, uint64_t index)
{
    (void)context;
    fail_msg("check: %s (%s, %llu)", what, issuer, (unsigned long long)index);
}

/* Everything is committed, found good, and read anew by a writer without a memory. */
static void check(struct world *world)
{
    struct avow_check_summary summary;
    commit(world);
    close_world(world);
    assert_int_equal(avow_store_check(world->folder.path, no_problem, NULL, &summary), AVOW_OK);
    assert_int_equal(summary.problems, 0);
    open_world(world);
}

static const struct avow_log *log_of(struct world *world)
{
    const struct avow_log *log;
    assert_int_equal(
        avow_snapshot_log(world->snapshot, &world->held.marks[0].checkpoint.issuer, &log), AVOW_OK);
    return log;
}

/* ------------------------------------------------------------------- forks */

/* The two branches at the same size, or the thief's next checkpoint with the held head. */
static struct avow_fork fork_of(const struct world *world, size_t n)
{
    struct avow_fork fork = {.first = world->held.marks[0].checkpoint,
                             .second = world->thief.marks[n].checkpoint};
    if (n > 0)
        fork.path = log_history_path(&world->thief, HEAD, HEAD + 1);
    return fork;
}

static bool add_fork(struct world *world, const struct avow_fork *fork)
{
    bool changed;
    enum avow_reject reject;
    assert_int_equal(avow_fork_check(fork, &log_of(world)->state.chain), AVOW_ACCEPT);
    assert_int_equal(avow_txn_add_fork(world->txn, fork, &changed, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    return changed;
}

static void test_first_proof_stays(void **state)
{
    struct world *world = *state;
    struct avow_fork first = fork_of(world, 0);
    struct avow_fork second = fork_of(world, 1);
    struct avow_fork read;
    struct avow_known_fork known;
    const struct avow_checkpoint *head = &world->held.marks[0].checkpoint;
    assert_false(log_of(world)->forked);
    assert_int_equal(avow_snapshot_fork(world->snapshot, head, &known), AVOW_ERR_NOT_FOUND);
    assert_true(add_fork(world, &first));
    assert_false(add_fork(world, &first));
    check(world);
    assert_true(log_of(world)->forked);
    assert_int_equal(log_of(world)->fork_time, first.second.time);
    assert_true(add_fork(world, &second)); /* it is later */
    check(world);
    assert_int_equal(log_of(world)->fork_time, second.second.time);
    assert_int_equal(avow_snapshot_fork(world->snapshot, head, &known), AVOW_OK);
    assert_int_equal(avow_fork_decode(known.fork, &read), AVOW_ACCEPT);
    assert_true(avow_checkpoint_same_text(&read.second, &first.second));
    assert_true(avow_checkpoint_same_text(&known.newest, &second.second));
}

/* Freshness of a forked log is that of its newest checkpoint, on whichever branch. */
static void test_newest_time(void **state)
{
    struct world *world = *state;
    struct avow_fork fork = fork_of(world, 0);
    bool changed;
    const struct avow_checkpoint *newest = &world->thief.marks[1].checkpoint;
    assert_int_equal(avow_txn_fork_seen(world->txn, newest, &changed), AVOW_ERR_NOT_FOUND);
    assert_true(add_fork(world, &fork));
    accept(world, &world->held, HEAD, 1);
    check(world);
    assert_true(log_of(world)->forked);
    assert_int_equal(log_of(world)->fork_time, world->held.marks[1].checkpoint.time);
    assert_int_equal(avow_txn_fork_seen(world->txn, newest, &changed), AVOW_OK);
    assert_true(changed);
    assert_int_equal(avow_txn_fork_seen(world->txn, newest, &changed), AVOW_OK);
    assert_false(changed);
    check(world);
    assert_int_equal(log_of(world)->fork_time, newest->time);
    assert_int_equal(log_of(world)->checkpoint.size, HEAD + 20); /* the log goes on */
}

static void test_unknown_log(void **state)
{
    struct world *world = *state;
    struct avow_fork fork = fork_of(world, 0);
    bool changed;
    enum avow_reject reject;
    fork.first.issuer.bytes[3] ^= 1;
    fork.second.issuer.bytes[3] ^= 1;
    assert_int_equal(avow_txn_add_fork(world->txn, &fork, &changed, &reject), AVOW_ERR_NOT_FOUND);
}

/* ----------------------------------------------------------- status entries */

static struct avow_foreign foreign_of(const struct world *world, uint64_t index, size_t mark)
{
    struct avow_foreign foreign = {.checkpoint = world->thief.marks[mark].checkpoint,
                                   .index = index,
                                   .entry = world->thief.entries[index]};
    struct avow_tree_nodes nodes = log_history_nodes(&world->thief);
    assert_int_equal(
        avow_merkle_inclusion_prove(&nodes, index, foreign.checkpoint.size, &foreign.path),
        AVOW_OK);
    return foreign;
}

static enum avow_reject add_foreign(struct world *world, uint64_t index, bool *changed)
{
    enum avow_reject reject;
    struct avow_foreign foreign = foreign_of(world, index, 0);
    assert_int_equal(avow_txn_add_foreign(world->txn, &foreign, changed, &reject), AVOW_OK);
    return reject;
}

static void test_gravest_is_kept(void **state)
{
    struct world *world = *state;
    struct avow_fork fork = fork_of(world, 0);
    for (size_t order = 0; order < 2; order++) { /* whichever comes first */
        if (order == 1) {
            (void)tear_down(state);
            (void)set_up(state);
            world = *state;
        }
        bool changed;
        assert_true(add_fork(world, &fork));
        assert_int_equal(add_foreign(world, order == 0 ? SUSPENDS_50 : REVOKES_50, &changed),
                         AVOW_ACCEPT);
        assert_true(changed);
        assert_int_equal(add_foreign(world, order == 0 ? REVOKES_50 : SUSPENDS_50, &changed),
                         AVOW_ACCEPT);
        assert_int_equal(changed, order == 0);
        assert_int_equal(add_foreign(world, REVOKES_51, &changed), AVOW_ACCEPT);
        assert_true(changed);
        check(world);
        uint64_t target = 50;
        struct avow_foreign kept;
        struct avow_known_fork known;
        const struct avow_log *log = log_of(world);
        assert_int_equal(avow_snapshot_foreign(world->snapshot, log, false, &target, &kept),
                         AVOW_OK);
        assert_int_equal(kept.index, REVOKES_50);
        struct avow_facts facts = avow_facts_from_snapshot(world->snapshot);
        struct avow_known_log facts_log;
        struct avow_bytes entry;
        assert_int_equal(facts.log(facts.context, &log->checkpoint.issuer, &facts_log), AVOW_OK);
        assert_true(facts_log.forked);
        assert_int_equal(facts.foreign(facts.context, &facts_log, 50, &entry), AVOW_OK);
        assert_true(avow_bytes_equal(entry, world->thief.entries[REVOKES_50]));
        assert_int_equal(facts.foreign(facts.context, &facts_log, 49, &entry), AVOW_ERR_NOT_FOUND);
        /* all of them, for serving onwards, each with its proof */
        static const uint64_t targets[] = {50, 51};
        target = 0;
        for (size_t i = 0; i < 2; i++, target++) {
            assert_int_equal(avow_snapshot_foreign(world->snapshot, log, true, &target, &kept),
                             AVOW_OK);
            assert_int_equal(target, targets[i]);
            struct avow_hash leaf = avow_merkle_leaf_hash(kept.entry);
            struct avow_hash root;
            assert_int_equal(avow_merkle_inclusion_root(&leaf, kept.index, kept.checkpoint.size,
                                                        &kept.path, &root),
                             AVOW_ACCEPT);
            assert_true(avow_hash_equal(&root, &kept.checkpoint.root));
        }
        assert_int_equal(avow_snapshot_foreign(world->snapshot, log, true, &target, &kept),
                         AVOW_ERR_NOT_FOUND);
        assert_int_equal(avow_snapshot_fork(world->snapshot, &log->checkpoint, &known), AVOW_OK);
        assert_int_equal(known.foreign, 2);
    }
}

static void test_foreign_refused(void **state)
{
    struct world *world = *state;
    struct avow_fork fork = fork_of(world, 0);
    struct avow_foreign foreign = foreign_of(world, REVOKES_50, 0);
    bool changed;
    enum avow_reject reject;
    assert_int_equal(avow_txn_add_foreign(world->txn, &foreign, &changed, &reject),
                     AVOW_ERR_NOT_FOUND); /* it is not forked, that is known */
    assert_true(add_fork(world, &fork));
    assert_int_equal(add_foreign(world, REVOKES_BEYOND, &changed), AVOW_REJECT_TARGET);
    assert_int_equal(add_foreign(world, REINSTATES_52, &changed), AVOW_REJECT_VALUE);
    assert_int_equal(add_foreign(world, REINSTATES_52 + 1, &changed), AVOW_REJECT_VALUE);
    foreign.path.hashes[0].bytes[0] ^= 1;
    assert_int_equal(avow_txn_add_foreign(world->txn, &foreign, &changed, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_PROOF);
    foreign = foreign_of(world, REVOKES_50, 0);
    foreign.checkpoint.epoch--;
    assert_int_equal(avow_txn_add_foreign(world->txn, &foreign, &changed, &reject),
                     AVOW_ERR_NOT_FOUND);
    check(world);
    uint64_t target = 0;
    assert_int_equal(avow_snapshot_foreign(world->snapshot, log_of(world), true, &target, &foreign),
                     AVOW_ERR_NOT_FOUND);
}

/* ---------------------------------------------------------------- resolved */

static void purge(struct world *world, uint64_t now)
{
    bool more = true;
    while (more) {
        assert_int_equal(avow_txn_purge(world->txn, now, &more), AVOW_OK);
        commit(world);
    }
}

static void see_resolved(struct world *world)
{
    struct avow_known_fork known;
    struct avow_foreign foreign;
    uint64_t target = 0;
    check(world);
    assert_false(log_of(world)->forked);
    assert_int_equal(log_of(world)->fork_time, 0);
    assert_int_equal(avow_snapshot_fork(world->snapshot, &world->held.marks[0].checkpoint, &known),
                     AVOW_OK); /* the proof stays */
    assert_int_equal(known.foreign, 0);
    assert_int_equal(avow_snapshot_foreign(world->snapshot, log_of(world), true, &target, &foreign),
                     AVOW_ERR_NOT_FOUND);
    purge(world, FIXTURE_NOW + AVOW_RETIRED_S);
    check(world);
}

/* A root entry on the held branch, below the head of the thief's. */
static void test_root_entry_resolves(void **state)
{
    struct world *world = *state;
    struct avow_fork fork = fork_of(world, 0);
    bool changed;
    assert_true(add_fork(world, &fork));
    assert_int_equal(add_foreign(world, REVOKES_50, &changed), AVOW_ACCEPT);
    commit(world);
    accept(world, &world->better, HEAD, 0);
    see_resolved(world);
    /* a fork of an origin that is past changes nothing any more */
    struct avow_fork later = fork_of(world, 1);
    assert_true(add_fork(world, &later));
    check(world);
    assert_false(log_of(world)->forked);
}

/* The node held the thief's branch, and moves over. */
static void test_flip_resolves(void **state)
{
    struct world *world = *state;
    struct avow_fork fork = fork_of(world, 0);
    struct avow_hash root = log_builder_root_at(&world->held.builder, HEAD);
    struct avow_branch want = {.checkpoint = world->better.marks[0].checkpoint, .shared = HEAD};
    struct avow_branch branch;
    struct avow_range_result result;
    enum avow_reject reject;
    bool changed;
    accept(world, &world->held, HEAD, 1);
    assert_true(add_fork(world, &fork));
    assert_int_equal(add_foreign(world, REVOKES_50, &changed), AVOW_ACCEPT);
    commit(world);
    assert_int_equal(avow_txn_branch(world->txn, &want, &root, &branch, &reject), AVOW_OK);
    struct avow_range range =
        fixture_range(&world->better, &world->better.marks[0], HEAD, 10, false);
    range.branch = true;
    assert_int_equal(avow_txn_append(world->txn, &range, &result, &reject), AVOW_OK);
    assert_true(result.advanced);
    see_resolved(world);
}

/* -------------------------------------------------------- other root chains */

/* A history that parts at `size` with key entries (which reveal nothing) or root rotations. */
struct rival {
    struct log_history history;
    struct avow_buf list;
    struct avow_chain chain;
};

static void rival_make(struct rival *rival, const struct log_history *from, size_t size,
                       const char *keys, const char *name)
{
    log_history_part(&rival->history, from, size);
    for (size_t i = 0; keys[i] != '\0'; i++) {
        struct log_key key = log_builder_key(&rival->history.builder, name + i);
        if (keys[i] == 'k')
            (void)log_builder_authorise(&rival->history.builder, AVOW_USE_SIGN, &key.key);
        else
            (void)log_builder_rotate_root(&rival->history.builder);
    }
    log_history_mark(&rival->history);
    log_history_end(&rival->history);
    const struct avow_checkpoint *checkpoint = &rival->history.marks[0].checkpoint;
    const struct avow_chain *chain = &rival->history.builder.state.chain;
    struct avow_tree_nodes nodes = log_history_nodes(&rival->history);
    avow_buf_init(&rival->list, 1 << 20);
    avow_evidence_begin_proved(&rival->list, chain->count);
    for (size_t i = 0; i < chain->count; i++) {
        struct avow_path path;
        assert_int_equal(
            avow_merkle_inclusion_prove(&nodes, chain->entries[i].index, checkpoint->size, &path),
            AVOW_OK);
        avow_proved_entry_write(&rival->list, avow_chain_entry_bytes(chain, i),
                                chain->entries[i].index, &path);
    }
    enum avow_reject reject;
    avow_chain_init(&rival->chain);
    assert_int_equal(avow_evidence_chain_of_list(avow_buf_bytes(&rival->list), checkpoint, NULL,
                                                 &rival->chain, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
}

static void rival_fini(struct rival *rival)
{
    avow_chain_fini(&rival->chain);
    avow_buf_fini(&rival->list);
    log_history_fini(&rival->history);
}

static bool add_rival(struct world *world, const struct rival *rival)
{
    bool changed;
    enum avow_reject reject;
    const struct avow_other_chain other = {.checkpoint = rival->history.marks[0].checkpoint,
                                           .list = avow_buf_bytes(&rival->list)};
    assert_int_equal(avow_txn_add_chain(world->txn, &other, &rival->chain, &changed, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    return changed;
}

static size_t rivals_kept(struct world *world)
{
    struct avow_other_chain other;
    size_t count = 0;
    while (avow_snapshot_other_chain(world->snapshot, &world->held.marks[0].checkpoint.issuer,
                                     count, &other) == AVOW_OK)
        count++;
    return count;
}

/* The held log has a root entry that reveals its root; a rival beside it that does not, loses. */
static void test_chains_that_do_not_dispute(void **state)
{
    struct world *world = *state;
    struct rival loser;
    struct rival same;
    rival_make(&same, &world->held, HEAD, "", "a");
    assert_false(add_rival(world, &same)); /* the held chain itself */
    struct log_history young;              /* from before the rotation, with the keys of then */
    log_history_begin(&young, "forks");
    issue_to(&young, 150);
    log_history_end(&young);
    rival_make(&loser, &young, 150, "k", "stolen");
    assert_true(add_rival(world, &loser));
    assert_false(add_rival(world, &loser));
    check(world);
    assert_int_equal(log_of(world)->disputed_from, AVOW_NEVER);
    assert_int_equal(rivals_kept(world), 1);
    rival_fini(&loser);
    rival_fini(&same);
    log_history_fini(&young);
}

/* Two that both reveal the root that was committed to: nobody can tell whose the log is. */
static void test_root_fork(void **state)
{
    struct world *world = *state;
    struct rival rival;
    struct rival further;
    struct log_history young;
    struct avow_other_chain other;
    log_history_begin(&young, "forks");
    issue_to(&young, 150);
    log_history_end(&young);
    rival_make(&rival, &young, 150, "r", "a");
    rival_make(&further, &young, 150, "rk", "b");
    assert_true(add_rival(world, &rival));
    check(world);
    assert_int_equal(log_of(world)->disputed_from, 1); /* the inception alone is agreed */
    assert_true(add_rival(world, &further));           /* in its place */
    assert_false(add_rival(world, &rival));
    check(world);
    assert_int_equal(rivals_kept(world), 1);
    assert_int_equal(avow_snapshot_other_chain(world->snapshot,
                                               &world->held.marks[0].checkpoint.issuer, 0, &other),
                     AVOW_OK);
    assert_true(avow_bytes_equal(other.list, avow_buf_bytes(&further.list)));
    assert_int_equal(log_of(world)->disputed_from, 1);
    /* The held chain grows: it is disputed still, from the same place. */
    accept(world, &world->better, HEAD, 0);
    check(world);
    assert_int_equal(log_of(world)->disputed_from, 1);
    rival_fini(&rival);
    rival_fini(&further);
    log_history_fini(&young);
}

/* A root fork without a revelation, which a later rotation settles. */
static void test_later_rotation_settles(void **state)
{
    struct rival rival;
    struct rival held;
    struct rival settled;
    struct log_history young;
    (void)tear_down(state);
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    *state = world;
    make_histories(world);
    store_folder_make(&world->folder);
    open_world(world);
    log_history_begin(&young, "forks");
    issue_to(&young, 150);
    log_history_end(&young);
    rival_make(&held, &young, 150, "k", "a");
    rival_make(&rival, &young, 140, "k", "b");
    rival_make(&settled, &young, 150, "kr", "a");
    accept(world, &held.history, 0, 0);
    commit(world);
    assert_true(add_rival(world, &rival));
    check(world);
    assert_int_equal(log_of(world)->disputed_from, 1);
    accept(world, &settled.history, held.history.marks[0].checkpoint.size, 0);
    check(world);
    assert_int_equal(log_of(world)->disputed_from, AVOW_NEVER);
    assert_int_equal(rivals_kept(world), 1);
    rival_fini(&rival);
    rival_fini(&held);
    rival_fini(&settled);
    log_history_fini(&young);
}

/* However many a stolen root signs, what decides is among those that are kept. */
static void test_bounded(void **state)
{
    struct world *world = *state;
    struct log_history young;
    struct rival rival;
    log_history_begin(&young, "forks");
    issue_to(&young, 199);
    log_history_end(&young);
    for (size_t i = 0; i < AVOW_OTHER_CHAINS_MAX + 3; i++) {
        rival_make(&rival, &young, 100 + i, "k", "stolen");
        assert_int_equal(add_rival(world, &rival), i < AVOW_OTHER_CHAINS_MAX);
        rival_fini(&rival);
    }
    check(world);
    assert_int_equal(rivals_kept(world), AVOW_OTHER_CHAINS_MAX);
    assert_int_equal(log_of(world)->disputed_from, AVOW_NEVER);
    rival_make(&rival, &young, 190, "r", "revealing");
    assert_true(add_rival(world, &rival));
    check(world);
    assert_int_equal(rivals_kept(world), AVOW_OTHER_CHAINS_MAX);
    assert_int_equal(log_of(world)->disputed_from, 1);
    rival_fini(&rival);
    log_history_fini(&young);
}

static void test_quota(void **state)
{
    struct world *world = *state;
    struct avow_store_options options = {.map_size = FIXTURE_MAP, .bytes_max = 1};
    struct avow_fork fork = fork_of(world, 0);
    struct rival rival;
    bool changed;
    enum avow_reject reject;
    rival_make(&rival, &world->held, HEAD, "k", "a");
    close_world(world);
    assert_int_equal(avow_store_open(world->folder.path, &options, &world->store), AVOW_OK);
    assert_int_equal(avow_snapshot_new(world->store, &world->snapshot), AVOW_OK);
    assert_int_equal(avow_txn_begin(world->store, &world->txn), AVOW_OK);
    assert_int_equal(avow_txn_add_fork(world->txn, &fork, &changed, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_QUOTA);
    assert_false(changed);
    const struct avow_other_chain other = {.checkpoint = rival.history.marks[0].checkpoint,
                                           .list = avow_buf_bytes(&rival.list)};
    assert_int_equal(avow_txn_add_chain(world->txn, &other, &rival.chain, &changed, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_QUOTA);
    assert_false(changed);
    commit(world);
    assert_false(log_of(world)->forked);
    assert_int_equal(rivals_kept(world), 0);
    rival_fini(&rival);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_first_proof_stays), CASE(test_newest_time),
        CASE(test_unknown_log),       CASE(test_gravest_is_kept),
        CASE(test_foreign_refused),   CASE(test_root_entry_resolves),
        CASE(test_flip_resolves),     CASE(test_chains_that_do_not_dispute),
        CASE(test_root_fork),         CASE(test_later_rotation_settles),
        CASE(test_bounded),           CASE(test_quota),
    };
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
