/* Makes evidence for tests out of logs in memory: a plan says what goes into a log proof, a test
 * changes it at will, proof_plans_write() writes what it says. And the same log as facts, which is
 * what a verdict from evidence is compared with. */
#ifndef AVOW_TESTS_PROOF_BUILDER_H
#define AVOW_TESTS_PROOF_BUILDER_H

#include "proto/trust/verdict.h"
#include "tests/support/log_builder.h"

#define PROOF_PLAN_ENTRIES_MAX 64
#define PROOF_PLAN_CHUNKS_MAX 8
#define PROOF_PLAN_NONE SIZE_MAX

/* One item of a log proof's list of forks. */
struct proof_fork {
    enum avow_evidence_form form;
    struct avow_fork fork;             /* form 0 */
    const struct log_builder *other;   /* forms 1 and 2: another branch, another chain, … */
    struct avow_checkpoint checkpoint; /* … and a checkpoint of it */
    size_t entry_count;                /* form 1: of its entries */
    uint64_t entries[PROOF_PLAN_ENTRIES_MAX];
};

struct proof_plan {
    const struct log_builder *log;
    const struct proof_plan *next;     /* more logs, as facts have them */
    struct avow_checkpoint checkpoint; /* of all of the log, as it is when the plan is made */
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    size_t skip_root; /* position of a root entry to leave out of the chain */
    size_t entry_count;
    uint64_t entries[PROOF_PLAN_ENTRIES_MAX]; /* kept in order */
    size_t chunk_count;
    uint64_t chunks[PROOF_PLAN_CHUNKS_MAX];
    bool has_first;
    struct avow_checkpoint first;
    struct avow_cosignature first_lines[AVOW_COSIGNATURES_MAX];
    size_t first_line_count;
    uint64_t first_index;
    size_t fork_count;
    struct proof_fork forks[AVOW_EVIDENCE_FORKS_MAX];
    uint64_t abandoned_from; /* as the facts have it; evidence cannot say it */
};

/* The checkpoint of the log as it stands, at `time`, signed by the log's sign key. */
struct avow_checkpoint log_builder_checkpoint(const struct log_builder *log, uint64_t time);

/* A checkpoint at the log's time and nothing else. */
void proof_plan_init(struct proof_plan *plan, const struct log_builder *log);
void proof_plan_entry(struct proof_plan *plan, uint64_t index);
void proof_plan_chunk(struct proof_plan *plan, uint64_t number);
/* All that a verdict on `index` needs: its entry, its achievement's, its status entries, its chunk.
 */
void proof_plan_record(struct proof_plan *plan, uint64_t index);
/* Cosigns the plan's checkpoint. */
void proof_plan_cosign(struct proof_plan *plan, const struct log_key *key, uint64_t time);
/* `first` (of the log at an earlier size) cosigned by `key`, covering `index`. */
void proof_plan_first(struct proof_plan *plan, const struct avow_checkpoint *first,
                      const struct log_key *key, uint64_t time, uint64_t index);
/* Two checkpoints that their signer should not have signed. `path_log`: the second's log, for a
 * consistency path; NULL for none. */
void proof_plan_fork(struct proof_plan *plan, const struct avow_checkpoint *first,
                     const struct avow_checkpoint *second, const struct log_builder *path_log);
/* Entries of another branch, all of its status entries for `target`; or another root chain. */
void proof_plan_foreign(struct proof_plan *plan, const struct log_builder *other, uint64_t target);
void proof_plan_other_chain(struct proof_plan *plan, const struct log_builder *other);
/* Appends evidence of the plans, in the order of their issuer ids. */
void proof_plans_write(struct avow_buf *out, const struct proof_plan *const *plans, size_t count);

/* All of the plan's log as facts, and of those after it, under its checkpoint and lines, with all
 * of the other branches that it names: what a node would know. The plans must outlive them. */
struct avow_facts proof_plan_facts(const struct proof_plan *plan);

#endif
