/* Random histories of an issuer whose keys were stolen: two to four branches, made by forks with
 * the signing key, root rotations, a stolen root and recoveries, arrive at nodes in any order,
 * across partitions that heal. In the end all nodes give the same verdicts, which are those that
 * follow from all branches together.
 *
 * AVOW_HISTORIES=10000 runs as many; AVOW_HISTORY=N the one of that seed. */
#include "tests/sim/sim.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define BRANCHES_MAX 4
#define STAGES_MAX 3
#define NODES_MAX (BRANCHES_MAX + 2)
#ifdef AVOW_SANITIZED
#define HISTORIES 100
#else
#define HISTORIES 1000 /* by default: about 15 s */
#endif
#define QUIET_MS 150000
#define NOTHING UINT64_MAX

struct branch {
    struct log_builder log;
    struct log_builder stages[STAGES_MAX]; /* what its holder publishes, one after the other */
    size_t stage_count, published;
    struct avow_checkpoint last; /* published */
};

struct history {
    struct sim *sim;
    uint64_t seed;
    struct branch branches[BRANCHES_MAX];
    size_t branch_count, node_count;
    uint32_t links[NODES_MAX * NODES_MAX];
    size_t link_count;
};

static uint64_t below(struct history *history, uint64_t bound)
{
    return sim_random(history->sim, bound);
}

/* ------------------------------------------------------------------ what issuer and thief do */

static bool is_active_record(const struct log_builder *log, uint64_t index)
{
    struct avow_entry entry;
    return avow_entry_decode(log->rows[index].bytes, &entry) == AVOW_ACCEPT &&
           entry.kind == AVOW_KIND_ISSUE;
}

/* A move that the record's state allows, if there is one. */
static void change_status(struct history *history, struct log_builder *log)
{
    static const enum avow_reason reasons[] = {AVOW_REASON_FRAUD, AVOW_REASON_LAPSED,
                                               AVOW_REASON_UNSPECIFIED};
    uint64_t target = below(history, log->count);
    enum avow_reason reason = reasons[below(history, 3)];
    if (!is_active_record(log, target))
        return;
    switch (log->rows[target].status) {
    case AVOW_STATUS_ACTIVE:
        log_builder_add_status(log, target,
                               below(history, 2) ? AVOW_STATUS_REVOKED : AVOW_STATUS_SUSPENDED,
                               reason, LOG_BUILDER_NONE);
        return;
    case AVOW_STATUS_SUSPENDED:
        log_builder_add_status(log, target,
                               below(history, 2) ? AVOW_STATUS_REVOKED : AVOW_STATUS_ACTIVE, reason,
                               LOG_BUILDER_NONE);
        return;
    case AVOW_STATUS_REVOKED:
    case AVOW_STATUS_SUPERSEDED:
        return;
    }
}

static void live(struct history *history, struct log_builder *log, uint64_t deeds)
{
    for (uint64_t i = 0; i < deeds; i++) {
        log->t += below(history, 3);
        if (below(history, 2))
            log_builder_add_issue(log, 2);
        else
            change_status(history, log);
    }
}

static uint64_t last_root_entry(const struct log_builder *log)
{
    const struct avow_chain *chain = &log->state.chain;
    return chain->entries[chain->count - 1].index;
}

/* A root entry that needs no committed key: whoever has stolen the root can make it. */
static void place_root_entry(struct history *history, struct log_builder *log, size_t number)
{
    static const char *const names[] = {"One", "Two", "Three", "Four"};
    char name[16];
    if (below(history, 2)) {
        log_builder_rename(log, names[number]);
        return;
    }
    (void)snprintf(name, sizeof(name), "key %zu", number);
    log->sign = log_builder_key(log, name);
    log_builder_authorise(log, AVOW_USE_SIGN, &log->sign.key);
}

/* From some entry of an earlier branch's epoch on, below all that its holder publishes: so that
 * whether two branches are forked does not depend on what is published when. */
static void part(struct history *history, struct log_builder *log, size_t number)
{
    const struct log_builder *from = &history->branches[below(history, number)].stages[0];
    uint64_t first = last_root_entry(from) == 0 ? 3 : last_root_entry(from) + 1;
    uint64_t choices = from->count - first;
    log_builder_copy(log, from, (size_t)(first + (choices == 0 ? 0 : below(history, choices))));
    log->t += 1000 + 10 * number; /* no two branches have an entry in common beyond here */
    switch (choices == 0 ? 2 : below(history, 4)) {
    case 0:
    case 1: /* the signing key forks */
        log_builder_add_issue(log, 2);
        break;
    case 2: /* a rotation or recovery, which reveals the committed key */
        log_builder_rotate_root(log);
        break;
    case 3: /* the root key, the issuer's or a thief's */
        place_root_entry(history, log, number);
        break;
    }
    live(history, log, below(history, 8));
}

static void take_stage(struct branch *branch)
{
    log_builder_copy(&branch->stages[branch->stage_count++], &branch->log, branch->log.count);
}

static void make_branches(struct history *history)
{
    char seed[32];
    (void)snprintf(seed, sizeof(seed), "history %u", (unsigned)history->seed);
    struct branch *first = &history->branches[0];
    log_builder_start(&first->log, seed);
    log_builder_add_achievement(&first->log, "A", "T");
    live(history, &first->log, 2 + below(history, 6));
    for (uint64_t epochs = below(history, 3); epochs > 0; epochs--) {
        log_builder_rotate_root(&first->log);
        live(history, &first->log, below(history, 5));
    }
    history->branch_count = 2 + below(history, BRANCHES_MAX - 1);
    for (size_t i = 0; i < history->branch_count; i++) {
        struct branch *branch = &history->branches[i];
        if (i > 0)
            part(history, &branch->log, i);
        else
            live(history, &branch->log, below(history, 8));
        take_stage(branch);
        while (branch->stage_count < STAGES_MAX && below(history, 2)) {
            if (below(history, 6) == 0)
                log_builder_rotate_root(&branch->log);
            live(history, &branch->log, 1 + below(history, 4));
            take_stage(branch);
        }
    }
}

/* ------------------------------------------------------------------ the network */

static const struct avow_hash *issuer_of(const struct history *history)
{
    return &history->branches[0].log.state.chain.issuer;
}

/* A node goes on with what it holds, and with nothing else. */
static bool goes_on(const struct history *history, size_t node, const struct log_builder *log)
{
    const struct replica *replica = sim_replica(history->sim, node, issuer_of(history));
    if (replica == NULL)
        return true;
    for (size_t i = 0; i < replica->checkpoint.size; i++)
        if (i >= log->count || !avow_hash_equal(&replica->log.rows[i].leaf, &log->rows[i].leaf))
            return false;
    return true;
}

static void publish(struct history *history, size_t i)
{
    struct branch *branch = &history->branches[i];
    if (branch->published == branch->stage_count ||
        !goes_on(history, i, &branch->stages[branch->published]))
        return;
    sim_publish(history->sim, i, &branch->stages[branch->published++]);
    branch->last = sim_replica(history->sim, i, issuer_of(history))->checkpoint;
}

static void connect(struct history *history, size_t a, size_t b)
{
    history->links[history->link_count++] = sim_connect(history->sim, a, b, 1 + below(history, 40));
}

/* Publications and links that come and go; in the end all is connected. */
static void unfold(struct history *history)
{
    for (size_t i = 0; i < history->branch_count; i++)
        publish(history, i);
    for (uint64_t round = below(history, 5); round > 0; round--) {
        size_t a = below(history, history->node_count), b = below(history, history->node_count);
        if (a != b)
            connect(history, a, b);
        sim_run(history->sim, below(history, 3) * 1000);
        publish(history, below(history, history->branch_count));
        if (history->link_count > 0 && below(history, 2))
            sim_cut(history->sim, history->links[below(history, history->link_count)]);
    }
    for (size_t i = 0; i < history->branch_count; i++)
        while (history->branches[i].published < history->branches[i].stage_count &&
               goes_on(history, i, &history->branches[i].stages[history->branches[i].published]))
            publish(history, i);
    for (size_t i = 1; i < history->node_count; i++)
        connect(history, i, below(history, i));
    sim_run(history->sim, QUIET_MS);
}

/* ------------------------------------------------------------------ what must come of it */

/* The chain of what a branch has published. */
static const struct avow_chain *published_chain(const struct branch *branch)
{
    return &branch->stages[branch->published - 1].state.chain;
}

static struct avow_chain_choice choose(const struct history *history,
                                       const struct avow_chain **winner)
{
    const struct avow_chain *all[BRANCHES_MAX];
    for (size_t i = 0; i < history->branch_count; i++)
        all[i] = published_chain(&history->branches[i]);
    struct avow_chain_choice choice = avow_chain_choose(all, history->branch_count);
    *winner = all[choice.winner];
    return choice;
}

static bool are_inconsistent(const struct branch *a, const struct branch *b)
{
    const struct branch *small = a->last.size <= b->last.size ? a : b;
    const struct branch *large = small == a ? b : a;
    struct avow_hash root =
        log_builder_root_at(&large->stages[large->published - 1], (size_t)small->last.size);
    return !avow_hash_equal(&root, &small->last.root) ||
           (small->last.size < large->last.size && small->last.time > large->last.time);
}

/* Whether two branches have parted in the origin that wins. */
static bool is_forked(const struct history *history, const struct avow_chain *winner)
{
    for (size_t i = 0; i < history->branch_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct branch *a = &history->branches[i], *b = &history->branches[k];
            if (avow_chain_compare(published_chain(a), winner) == AVOW_CHAIN_SAME &&
                avow_chain_compare(published_chain(b), winner) == AVOW_CHAIN_SAME &&
                are_inconsistent(a, b))
                return true;
        }
    return false;
}

static struct avow_verdict judge(const struct history *history, size_t node, uint64_t index)
{
    const struct replica *replica = sim_replica(history->sim, node, issuer_of(history));
    struct avow_facts facts = replica_facts(replica);
    static struct avow_policy policy;
    static struct avow_verdict verdict;
    struct avow_subject subject = {.issuer = *issuer_of(history), .index = index};
    uint64_t now = sim_unix_s(history->sim);
    avow_policy_init(&policy);
    assert_int_equal(avow_judge(&facts, &policy, &subject, now, now, &verdict), AVOW_OK);
    return verdict;
}

/* The gravest that any branch of the winning origin says of a record below it; the state just after
 * the opening entry among them. */
static enum avow_status gravest(const struct history *history, const struct avow_chain *winner,
                                uint64_t target)
{
    static const unsigned weights[] = {0, 3, 1, 2};
    enum avow_status state = AVOW_STATUS_ACTIVE;
    for (size_t i = 0; i < history->branch_count; i++) {
        const struct log_builder *log =
            &history->branches[i].stages[history->branches[i].published - 1];
        uint64_t opening = winner->entries[winner->count - 1].index;
        enum avow_status before = AVOW_STATUS_ACTIVE;
        if (avow_chain_compare(&log->state.chain, winner) != AVOW_CHAIN_SAME)
            continue;
        for (uint64_t k = 0; k < log->count; k++) {
            struct avow_entry entry;
            if (avow_entry_decode(log->rows[k].bytes, &entry) != AVOW_ACCEPT ||
                entry.kind != AVOW_KIND_STATUS || entry.status.target != target)
                continue;
            enum avow_status made = (enum avow_status)entry.status.state;
            if (k < opening)
                before = made;
            else if (weights[made] > weights[state])
                state = made;
        }
        if (weights[before] > weights[state])
            state = before;
    }
    return state;
}

static enum avow_word word_of(enum avow_status state)
{
    switch (state) {
    case AVOW_STATUS_ACTIVE:
        return AVOW_WORD_VALID;
    case AVOW_STATUS_REVOKED:
        return AVOW_WORD_REVOKED;
    case AVOW_STATUS_SUSPENDED:
        return AVOW_WORD_SUSPENDED;
    case AVOW_STATUS_SUPERSEDED:
        return AVOW_WORD_SUPERSEDED;
    }
    return AVOW_WORD_UNKNOWN;
}

struct outcome {
    bool root_fork, forked;
    uint64_t disputed_from, opening, size;
    const struct avow_chain *winner;
    const struct log_builder *log; /* the longest of the winner's */
};

static struct outcome outcome_of(const struct history *history)
{
    struct outcome outcome = {0};
    struct avow_chain_choice choice = choose(history, &outcome.winner);
    outcome.root_fork = choice.root_fork;
    outcome.disputed_from = outcome.winner->entries[choice.agreed - 1].index + 1;
    outcome.opening = outcome.winner->entries[outcome.winner->count - 1].index;
    outcome.forked = !choice.root_fork && is_forked(history, outcome.winner);
    for (size_t i = 0; i < history->branch_count; i++) {
        const struct branch *branch = &history->branches[i];
        const struct log_builder *log = &branch->stages[branch->published - 1];
        if (log->count > outcome.size)
            outcome.size = log->count;
        if (avow_chain_compare(published_chain(branch), outcome.winner) == AVOW_CHAIN_SAME &&
            (outcome.log == NULL || outcome.log->count < log->count))
            outcome.log = log;
    }
    return outcome;
}

/* NULL, or what is wrong with a verdict. */
static const char *find_wrong(const struct history *history, const struct outcome *outcome,
                              uint64_t index, const struct avow_verdict *verdict)
{
    if (outcome->root_fork) {
        if (verdict->fork != AVOW_WHY_ROOT_FORK)
            return "does not know of the root fork";
        return index >= outcome->disputed_from && verdict->word != AVOW_WORD_DISPUTED
                   ? "is not disputed behind a root fork"
                   : NULL;
    }
    if (verdict->fork != (outcome->forked ? AVOW_WHY_FORK : AVOW_WHY_NONE))
        return outcome->forked ? "does not know of the fork" : "knows of a fork";
    if (outcome->forked && index > outcome->opening)
        return verdict->word == AVOW_WORD_DISPUTED ? NULL : "is not disputed beyond a fork";
    if (outcome->log == NULL)
        return "has no winner's log to be compared with";
    if (index >= outcome->log->count || !is_active_record(outcome->log, index))
        return verdict->word == AVOW_WORD_UNKNOWN ? NULL : "is known";
    enum avow_status state = outcome->forked ? gravest(history, outcome->winner, index)
                                             : outcome->log->rows[index].status;
    return verdict->word == word_of(state) ? NULL : "has another state";
}

/* How things came to be, for whoever looks into a history that failed. */
static void show(const struct history *history)
{
    for (size_t i = 0; i < history->branch_count; i++) {
        const struct branch *branch = &history->branches[i];
        const struct avow_chain *chain = published_chain(branch);
        print_message("branch %zu: published %zu of %zu, size %u, root entries", i,
                      branch->published, branch->stage_count, (unsigned)branch->last.size);
        for (size_t k = 0; k < chain->count; k++)
            print_message(" %u:%u:%02x", (unsigned)chain->entries[k].index,
                          (unsigned)chain->entries[k].kind, chain->entries[k].leaf.bytes[0]);
        print_message("\n");
    }
    for (size_t node = 0; node < history->node_count; node++) {
        const struct replica *replica = sim_replica(history->sim, node, issuer_of(history));
        const struct avow_chain *chain = &replica->log.state.chain;
        print_message("node %zu: size %u, root %02x, last root entry %02x, other chains %zu, "
                      "%sforked, branch %d, abandoned from %d, disputed from %d, foreign %zu\n",
                      node, (unsigned)replica->checkpoint.size, replica->checkpoint.root.bytes[0],
                      avow_chain_opening(chain)->bytes[0], replica->other_count,
                      replica->fork.len > 0 ? "" : "not ", replica->has_branch,
                      (int)replica->abandoned_from, (int)replica->disputed_from,
                      replica->foreign_count);
        for (size_t t = 0; t < 32; t++)
            if (sim_node(history->sim, node)->traces[t] > 0)
                print_message("  %s %u", avow_core_trace_name((enum avow_core_trace)t),
                              (unsigned)sim_node(history->sim, node)->traces[t]);
        for (size_t t = 0; t < AVOW_REJECT_COUNT; t++)
            if (sim_node(history->sim, node)->closed[t] > 0)
                print_message("  closed for %s", avow_reject_name((enum avow_reject)t));
        struct avow_core_stats stats;
        avow_core_stats(sim_node(history->sim, node)->core, &stats);
        print_message("\n  links %u, wants %u, judgements %u\n", (unsigned)stats.links,
                      (unsigned)stats.wants, (unsigned)stats.judgements);
    }
}

static void check(const struct history *history)
{
    struct outcome outcome = outcome_of(history);
    for (uint64_t index = 0; index <= outcome.size; index++) {
        for (size_t node = 0; node < history->node_count; node++) {
            if (sim_replica(history->sim, node, issuer_of(history)) == NULL)
                fail_msg("history %u: node %zu has nothing", (unsigned)history->seed, node);
            struct avow_verdict verdict = judge(history, node, index);
            const char *wrong = find_wrong(history, &outcome, index, &verdict);
            if (wrong != NULL)
                show(history);
            if (wrong != NULL)
                fail_msg("history %u: node %zu, index %u %s (%s, %s)", (unsigned)history->seed,
                         node, (unsigned)index, wrong, avow_word_name(verdict.word),
                         avow_why_name(verdict.why));
        }
    }
    for (size_t node = 0; node < history->node_count; node++) {
        struct avow_core_stats stats;
        avow_core_stats(sim_node(history->sim, node)->core, &stats);
        if (stats.rejected != 0)
            fail_msg("history %u: node %zu closed a connection", (unsigned)history->seed, node);
    }
}

/* ------------------------------------------------------------------ all of it */

static char running[32]; /* which history, for whatever ends the program */

static void on_abort(int signal_number)
{
    (void)signal_number;
    (void)!write(STDERR_FILENO, running, sizeof(running));
}

struct tally {
    unsigned root_forks, forks, others;
};

static void run_history(uint64_t seed, struct tally *tally)
{
    static struct history history;
    memset(&history, 0, sizeof(history));
    history.seed = seed;
    (void)snprintf(running, sizeof(running), "history %u\n", (unsigned)seed);
    struct avow_core_config config = avow_core_config_default();
    config.links_max = 16;
    config.wants_max = 4;
    config.shunned_max = 512;
    history.sim = sim_new_with(seed, NODES_MAX, &config);
    make_branches(&history);
    history.node_count = history.branch_count + below(&history, NODES_MAX - BRANCHES_MAX + 1);
    unfold(&history);
    check(&history);
    struct outcome outcome = outcome_of(&history);
    tally->root_forks += outcome.root_fork;
    tally->forks += outcome.forked;
    tally->others += !outcome.root_fork && !outcome.forked;
    for (size_t i = 0; i < history.branch_count; i++) {
        log_builder_fini(&history.branches[i].log);
        for (size_t k = 0; k < history.branches[i].stage_count; k++)
            log_builder_fini(&history.branches[i].stages[k]);
    }
    sim_free(history.sim);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void test_histories(void **state)
{
    (void)state;
    struct tally tally = {0};
    (void)signal(SIGABRT, on_abort);
    uint64_t one = number_from("AVOW_HISTORY", 0);
    uint64_t count = number_from("AVOW_HISTORIES", HISTORIES);
    if (one != 0) {
        run_history(one, &tally);
        return;
    }
    for (uint64_t seed = 1; seed <= count; seed++)
        run_history(seed, &tally);
    print_message("%u histories: %u root forks, %u forks, %u settled\n", (unsigned)count,
                  tally.root_forks, tally.forks, tally.others);
    assert_true(tally.root_forks > 0 && tally.forks > 0 && tally.others > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_histories)};
    return cmocka_run_group_tests_name("histories", tests, NULL, NULL);
}
