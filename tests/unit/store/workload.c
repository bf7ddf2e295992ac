/* The workload, its model, and the comparison of a store with it. */
#include "tests/unit/store/workload.h"

#include "store/read/snapshot_forks.h"
#include "store/write/txn_branch.h"
#include "store/write/txn_forks.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/store/store_fixture.h"

#define STEP_NAME "workload-step" /* the store's own word for where it is */
#define PARTING_MARK 3            /* the last checkpoint of both histories */

/* ------------------------------------------------------------------ the model */

static enum workload_kind choose(const struct workload_log_state *log, uint64_t head, uint64_t next,
                                 uint64_t random)
{
    if (log->held)
        return random % 4 == 0 ? WORKLOAD_WITHDRAW : WORKLOAD_SIGN;
    if (log->stored > head)
        return WORKLOAD_ACCEPT;
    if (random % 8 == 0 && log->marks > 0)
        return WORKLOAD_COSIGN;
    if (random % 8 < 3)
        return WORKLOAD_HOLD;
    return random % 8 < 5 && next - head > 1 ? WORKLOAD_PART : WORKLOAD_ACCEPT;
}

static const struct log_history *history_of(const struct workload *load, size_t log,
                                            const struct workload_log_state *state)
{
    return state->on_branch ? &load->branches[log] : &load->logs[log];
}

/* What is done beside the log's own growth, or WORKLOAD_KINDS. */
static enum workload_kind choose_beside(const struct workload_log_state *state, uint64_t aim,
                                        uint64_t random)
{
    if (state->retired && random % 5 == 0)
        return WORKLOAD_PURGE;
    if (state->marks > 0 && !state->forked && random % 16 == 1)
        return WORKLOAD_FORK;
    if (state->on_branch || state->marks < PARTING_MARK)
        return WORKLOAD_KINDS;
    if (!state->has_branch)
        return random % 3 == 2 ? WORKLOAD_BRANCH : WORKLOAD_KINDS;
    if (random % 16 == 3)
        return WORKLOAD_GIVE_UP;
    if (random % 5 == 4)
        return WORKLOAD_FLIP;
    return random % 3 == 0 && state->filled + 1 < aim ? WORKLOAD_FILL : WORKLOAD_KINDS;
}

static uint64_t size_of(const struct log_history *log, size_t marks)
{
    return marks == 0 ? 0 : log->marks[marks - 1].checkpoint.size;
}

static void plan(struct workload *load, size_t number, uint64_t *seed)
{
    struct workload_step *step = &load->steps[number];
    *step = load->steps[number - 1];
    step->log = log_history_random(seed) % WORKLOAD_LOGS;
    struct workload_log_state *state = &step->after[step->log];
    const struct log_history *log = history_of(load, step->log, state);
    AVOW_ASSERT(state->marks < log->mark_count);
    uint64_t head = size_of(log, state->marks);
    uint64_t next = size_of(log, state->marks + 1);
    uint64_t aim = size_of(&load->branches[step->log], 1);
    step->kind = choose_beside(state, aim, log_history_random(seed));
    if (step->kind == WORKLOAD_KINDS)
        step->kind = choose(state, head, next, log_history_random(seed));
    switch (step->kind) {
    case WORKLOAD_ACCEPT:
    case WORKLOAD_SIGN:
        state->marks++;
        state->stored = next;
        state->held = false;
        state->cosigned = 0;
        state->forked = state->forked && state->marks > 1 &&
                        log->marks[state->marks - 1].checkpoint.epoch ==
                            log->marks[state->marks - 2].checkpoint.epoch;
        break;
    case WORKLOAD_PART:
        state->stored = head + 1 + log_history_random(seed) % (next - head - 1);
        break;
    case WORKLOAD_HOLD:
        state->stored = next;
        state->held = true;
        break;
    case WORKLOAD_WITHDRAW:
        state->stored = head;
        state->held = false;
        break;
    case WORKLOAD_COSIGN:
        state->cosigned = log->marks[state->marks - 1].checkpoint.time + number;
        break;
    case WORKLOAD_BRANCH:
        state->has_branch = true;
        state->abandoned = true;
        state->filled = load->partings[step->log];
        break;
    case WORKLOAD_FILL:
        state->filled += 1 + log_history_random(seed) % (aim - state->filled - 1);
        break;
    case WORKLOAD_FLIP:
        *state = (struct workload_log_state){
            .marks = 1, .stored = aim, .on_branch = true, .retired = true};
        break;
    case WORKLOAD_GIVE_UP:
        state->has_branch = false;
        state->retired = true;
        break;
    case WORKLOAD_PURGE:
        for (size_t i = 0; i < WORKLOAD_LOGS; i++)
            step->after[i].retired = false;
        break;
    case WORKLOAD_FORK:
        state->forked = true;
        break;
    case WORKLOAD_KINDS:
        AVOW_ASSERT(false);
    }
}

/* A new epoch where the two part. */
static void make_branch(struct workload *load, size_t log, uint64_t *seed, size_t step_max)
{
    struct log_history *branch = &load->branches[log];
    load->partings[log] = load->logs[log].builder.count;
    log_history_part(branch, &load->logs[log], load->partings[log]);
    (void)log_builder_rotate_root(&branch->builder);
    log_history_grow(branch, seed, load->count + 1, step_max + 1);
    log_history_end(branch);
}

size_t workload_steps(const struct workload *load, enum workload_kind kind)
{
    size_t steps = 0;
    for (size_t i = 1; i <= load->count; i++)
        steps += load->steps[i].kind == kind ? 1 : 0;
    return steps;
}

void workload_init(struct workload *load, uint64_t seed, size_t count, size_t step_max)
{
    *load = (struct workload){.count = count};
    for (size_t i = 0; i < WORKLOAD_LOGS; i++) {
        log_history_begin(&load->logs[i], i == 0 ? "workload one" : "workload two");
        log_history_mark(&load->logs[i]);
        log_history_grow(&load->logs[i], &seed, PARTING_MARK, step_max);
        make_branch(load, i, &seed, step_max);
        log_history_grow(&load->logs[i], &seed, count + 1, step_max);
        log_history_end(&load->logs[i]);
    }
    load->steps = calloc(count + 1, sizeof(*load->steps));
    AVOW_ASSERT(load->steps != NULL);
    for (size_t i = 1; i <= count; i++)
        plan(load, i, &seed);
}

void workload_fini(struct workload *load)
{
    for (size_t i = 0; i < WORKLOAD_LOGS; i++) {
        log_history_fini(&load->logs[i]);
        log_history_fini(&load->branches[i]);
    }
    free(load->steps);
}

/* ------------------------------------------------------------------ the steps */

enum avow_err workload_open(const char *folder, struct avow_store **store)
{
    struct avow_store_options options = {.map_size = FIXTURE_MAP};
    return avow_store_open(folder, &options, store);
}

static struct avow_cosignature line_of(const struct log_history *log,
                                       const struct avow_checkpoint *checkpoint, uint64_t time)
{
    struct log_key witness = log_builder_key(&log->builder, "witness");
    struct avow_cosignature line;
    avow_cosignature_sign(&line, checkpoint, time, &witness.secret);
    return line;
}

static enum avow_err begin_branch(const struct workload *load, struct avow_txn *txn, size_t log)
{
    struct avow_branch want = {.checkpoint = load->branches[log].marks[0].checkpoint,
                               .shared = load->partings[log]};
    struct avow_hash root = log_builder_root_at(&load->branches[log].builder, want.shared);
    struct avow_branch branch;
    enum avow_reject reject;
    enum avow_err err = avow_txn_branch(txn, &want, &root, &branch, &reject);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return err;
}

static enum avow_err fill_branch(const struct workload *load, struct avow_txn *txn, size_t log,
                                 uint64_t from, uint64_t to)
{
    const struct log_history *branch = &load->branches[log];
    struct avow_range range = fixture_range(branch, &branch->marks[0], from, to - from, false);
    struct avow_range_result result;
    enum avow_reject reject;
    range.branch = true;
    enum avow_err err = avow_txn_append(txn, &range, &result, &reject);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return err;
}

/* Somebody has signed another tree of the accepted size. */
static enum avow_err prove_fork(const struct log_mark *mark, struct avow_txn *txn)
{
    struct avow_fork fork = {.first = mark->checkpoint, .second = mark->checkpoint};
    bool changed;
    enum avow_reject reject;
    fork.second.root.bytes[7] ^= 1;
    avow_checkpoint_sign(&fork.second, &mark->sign.secret);
    enum avow_err err = avow_txn_add_fork(txn, &fork, &changed, &reject);
    AVOW_ASSERT(err != AVOW_OK || (changed && reject == AVOW_ACCEPT));
    return err;
}

static enum avow_err purge(struct avow_txn *txn)
{
    bool more = true;
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && more)
        err = avow_txn_purge(txn, FIXTURE_NOW + AVOW_RETIRED_S, &more);
    return err;
}

static enum avow_err act_beside(const struct workload *load, struct avow_txn *txn, size_t number)
{
    const struct workload_step *step = &load->steps[number];
    const struct workload_log_state *before = &load->steps[number - 1].after[step->log];
    const struct log_history *log = history_of(load, step->log, before);
    const struct log_history *branch = &load->branches[step->log];
    switch ((int)step->kind) {
    case WORKLOAD_BRANCH:
        return begin_branch(load, txn, step->log);
    case WORKLOAD_FILL:
        return fill_branch(load, txn, step->log, before->filled, step->after[step->log].filled);
    case WORKLOAD_FLIP:
        return fill_branch(load, txn, step->log, before->filled, branch->marks[0].checkpoint.size);
    case WORKLOAD_GIVE_UP:
        return avow_txn_drop_branch(txn, &log->marks[0].checkpoint.issuer);
    case WORKLOAD_PURGE:
        return purge(txn);
    default: /* WORKLOAD_FORK */
        return prove_fork(&log->marks[before->marks - 1], txn);
    }
}

static enum avow_err act(const struct workload *load, struct avow_txn *txn, size_t number)
{
    const struct workload_step *step = &load->steps[number];
    const struct workload_log_state *before = &load->steps[number - 1].after[step->log];
    const struct log_history *log = history_of(load, step->log, before);
    const struct log_mark *next = &log->marks[before->marks];
    uint64_t stored = before->stored;
    enum avow_reject reject = AVOW_ACCEPT;
    struct avow_range_result result;
    struct avow_range range;
    struct avow_cosignature line;
    bool changed;
    enum avow_err err = AVOW_OK;
    if (step->kind >= WORKLOAD_BRANCH)
        return act_beside(load, txn, number);
    switch ((int)step->kind) {
    case WORKLOAD_ACCEPT:
    case WORKLOAD_PART:
    case WORKLOAD_HOLD:
        range = fixture_range(log, next, stored, step->after[step->log].stored - stored,
                              step->kind == WORKLOAD_HOLD);
        err = avow_txn_append(txn, &range, &result, &reject);
        break;
    case WORKLOAD_SIGN:
        err = avow_txn_sign(txn, &next->checkpoint, FIXTURE_NOW, &reject);
        break;
    case WORKLOAD_WITHDRAW:
        err = avow_txn_withdraw(txn, &next->checkpoint.issuer);
        break;
    case WORKLOAD_COSIGN:
        next--;
        line = line_of(log, &next->checkpoint, step->after[step->log].cosigned);
        err = avow_txn_freshen(txn, &next->checkpoint, &line, 1, line.time, &changed);
        break;
    }
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return err;
}

enum avow_err workload_do(const struct workload *load, struct avow_store *store, size_t number)
{
    uint8_t value[8];
    struct avow_txn *txn;
    enum avow_err err = avow_txn_begin(store, &txn);
    if (err != AVOW_OK)
        return err;
    avow_put_u64be(value, number);
    err = act(load, txn, number);
    if (err == AVOW_OK)
        err = avow_txn_put(txn, STEP_NAME, avow_bytes(value, sizeof(value)));
    if (err == AVOW_OK)
        return avow_txn_commit(&txn);
    avow_txn_abort(&txn);
    return err;
}

/* ------------------------------------------------------------- the comparison */

static bool leads_to(const struct avow_hash *leaf, uint64_t index, uint64_t size,
                     const struct avow_path *path, const struct avow_hash *want)
{
    struct avow_hash root;
    return avow_merkle_inclusion_root(leaf, index, size, path, &root) == AVOW_ACCEPT &&
           avow_hash_equal(&root, want);
}

/* One entry with its proof, and its status with its own. NULL or what is wrong. */
static const char *verify_entry(struct avow_snapshot *snapshot, const struct avow_log *log,
                                const struct log_history *history, const struct log_mark *mark,
                                uint64_t index)
{
    struct avow_bytes entry;
    struct avow_path path;
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    if (avow_snapshot_entry(snapshot, log, index, &entry) != AVOW_OK ||
        !avow_bytes_equal(entry, history->entries[index]))
        return "an entry is another";
    struct avow_hash leaf = avow_merkle_leaf_hash(entry);
    if (avow_snapshot_inclusion(snapshot, log, index, mark->checkpoint.size, &path) != AVOW_OK ||
        !leads_to(&leaf, index, mark->checkpoint.size, &path, &mark->checkpoint.root))
        return "an inclusion proof does not verify";
    uint64_t number = index / AVOW_STATUS_CHUNK_ENTRIES;
    if (avow_snapshot_chunk(snapshot, log, number, chunk) != AVOW_OK ||
        avow_snapshot_chunk_inclusion(snapshot, log, number, &path) != AVOW_OK)
        return "a status proof cannot be made";
    leaf = avow_status_map_chunk_hash(chunk);
    if (!leads_to(&leaf, number, avow_status_map_chunk_count(mark->checkpoint.size), &path,
                  &mark->checkpoint.status_root))
        return "a status proof does not verify";
    enum avow_status status;
    uint64_t last;
    if (avow_snapshot_status(snapshot, log, index, &status, &last) != AVOW_OK ||
        status != mark->status[index] || last != mark->last[index])
        return "a status is another";
    return NULL;
}

static const char *verify_head(struct avow_snapshot *snapshot, const struct avow_log *log,
                               const struct log_history *history,
                               const struct workload_log_state *want, unsigned samples,
                               uint64_t *seed)
{
    const struct log_mark *mark = &history->marks[want->marks - 1];
    const struct avow_checkpoint *head = &log->checkpoint;
    if (!avow_checkpoint_same_text(head, &mark->checkpoint) ||
        memcmp(&head->signature, &mark->checkpoint.signature, sizeof(head->signature)) != 0)
        return "a head is another";
    if (log->cosignature_count != (want->cosigned > 0 ? 1 : 0) ||
        (want->cosigned > 0 && log->cosignatures[0].time != want->cosigned))
        return "a cosignature is missing, or one too many";
    for (unsigned i = 0; i < samples; i++) {
        const char *why = verify_entry(snapshot, log, history, mark,
                                       log_history_random(seed) % mark->checkpoint.size);
        if (why != NULL)
            return why;
    }
    return NULL;
}

static const char *verify_pending(struct avow_snapshot *snapshot, const struct log_history *history,
                                  const struct workload_log_state *want, uint64_t *seed)
{
    const struct avow_checkpoint *next = &history->marks[want->marks].checkpoint;
    uint64_t base = size_of(history, want->marks);
    struct avow_pending pending;
    enum avow_err err = avow_snapshot_pending(snapshot, &next->issuer, &pending);
    if (want->stored == base)
        return err == AVOW_ERR_NOT_FOUND ? NULL : "something is pending";
    if (err != AVOW_OK || pending.held != want->held || pending.base != base ||
        pending.size != want->stored || !avow_checkpoint_same_text(&pending.checkpoint, next))
        return "what is pending is another";
    uint64_t index = base + log_history_random(seed) % (want->stored - base);
    struct avow_bytes entry;
    if (avow_snapshot_pending_entry(snapshot, &next->issuer, index, &entry) != AVOW_OK ||
        !avow_bytes_equal(entry, history->entries[index]))
        return "a pending entry is another";
    return NULL;
}

static const char *verify_beside(const struct workload *load, size_t number,
                                 struct avow_snapshot *snapshot, const struct avow_log *log,
                                 const struct workload_log_state *want)
{
    struct avow_branch branch;
    enum avow_err err = avow_snapshot_branch(snapshot, &log->checkpoint.issuer, &branch);
    if (log->abandoned_from != (want->abandoned ? load->partings[number] : AVOW_NEVER))
        return "what is abandoned is another";
    if (log->forked != want->forked)
        return "a fork is lost, or none was there";
    if (!want->has_branch)
        return err == AVOW_ERR_NOT_FOUND ? NULL : "there is a candidate";
    if (err != AVOW_OK || branch.size != want->filled || branch.shared != load->partings[number])
        return "a candidate is another";
    return NULL;
}

static const char *verify_log(const struct workload *load, size_t number,
                              struct avow_snapshot *snapshot, const struct workload_log_state *want,
                              unsigned samples, uint64_t *seed)
{
    const struct log_history *history = history_of(load, number, want);
    const struct avow_log *log;
    enum avow_err err = avow_snapshot_log(snapshot, &history->marks[0].checkpoint.issuer, &log);
    const char *why = NULL;
    if (want->marks == 0)
        why = err == AVOW_ERR_NOT_FOUND ? NULL : "a log is there";
    else if (err != AVOW_OK)
        why = "a log is missing";
    else
        why = verify_head(snapshot, log, history, want, samples, seed);
    if (why == NULL && want->marks > 0)
        why = verify_beside(load, number, snapshot, log, want);
    return why == NULL ? verify_pending(snapshot, history, want, seed) : why;
}

static const char *verify_at(const struct workload *load, struct avow_snapshot *snapshot,
                             size_t number, unsigned samples, uint64_t *seed)
{
    for (size_t i = 0; i < WORKLOAD_LOGS; i++) {
        const char *why =
            verify_log(load, i, snapshot, &load->steps[number].after[i], samples, seed);
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* Where the store says it is. */
static const char *step_of(struct avow_snapshot *snapshot, size_t *at)
{
    struct avow_bytes value;
    enum avow_err err = avow_snapshot_get(snapshot, STEP_NAME, &value);
    *at = 0;
    if (err == AVOW_OK && value.len == 8)
        *at = avow_get_u64be(value.data);
    else if (err != AVOW_ERR_NOT_FOUND)
        return "a named value cannot be read";
    return NULL;
}

enum workload_finding workload_verify(const struct workload *load, struct avow_store *store,
                                      size_t acknowledged, size_t begun, unsigned samples,
                                      uint64_t *seed, size_t *at, const char **why)
{
    struct avow_snapshot *snapshot = NULL;
    *at = 0;
    *why = "it cannot be read";
    if (avow_snapshot_new(store, &snapshot) == AVOW_OK && avow_snapshot_renew(snapshot) == AVOW_OK)
        *why = step_of(snapshot, at);
    if (*why == NULL && *at > begun)
        *why = "it is beyond what was submitted";
    if (*why == NULL)
        *why = verify_at(load, snapshot, *at, samples, seed);
    avow_snapshot_free(&snapshot);
    if (*why != NULL)
        return WORKLOAD_CORRUPT;
    return *at < acknowledged ? WORKLOAD_LOST : WORKLOAD_GOOD;
}
