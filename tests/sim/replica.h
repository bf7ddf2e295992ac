/* One log in one simulated node's memory, with the store's rules: entries are judged by avow_apply
 * on their way to a signed checkpoint, and seen only when it is reached. */
#ifndef AVOW_TESTS_SIM_REPLICA_H
#define AVOW_TESTS_SIM_REPLICA_H

#include "node/core/core.h"
#include "proto/trust/verdict.h"
#include "tests/support/log_builder.h"

#define REPLICA_FOREIGN_MAX 256

/* Another root chain that is known. */
struct replica_chain {
    struct avow_checkpoint checkpoint;
    struct avow_chain chain;
    struct avow_buf list; /* its items, as they came */
    size_t count;
};

/* Another branch's status entry. */
struct replica_foreign {
    uint64_t target;
    struct avow_buf item; /* as it came */
};

struct replica {
    struct avow_hash issuer;
    struct log_builder log;            /* `count` is how far entries are stored */
    struct avow_checkpoint checkpoint; /* size 0: nothing accepted */
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    uint64_t abandoned_from, disputed_from, freshened;
    bool has_branch;
    struct log_builder branch;
    struct avow_checkpoint aim; /* of the branch */
    /* What is known of other histories. Forks and foreign entries: of the accepted origin. */
    struct replica_chain others[AVOW_JUDGE_OTHERS_MAX];
    size_t other_count;
    struct avow_buf fork; /* empty: none */
    uint64_t fork_time;
    struct replica_foreign foreign[REPLICA_FOREIGN_MAX];
    size_t foreign_count;
};

void replica_init(struct replica *replica, const struct avow_hash *issuer);
void replica_fini(struct replica *replica);

/* As a store does it (docs/protocol.md, "Replication"): the proof first, then the rules. */
void replica_append(struct replica *replica, const struct avow_core_action *action,
                    struct avow_core_stored *stored);
void replica_freshen(struct replica *replica, const struct avow_core_action *action, uint64_t now,
                     struct avow_core_stored *stored);
/* This node's own submission: all of `log`, under a checkpoint signed at `time`. */
void replica_publish(struct replica *replica, const struct log_builder *log, uint64_t time);
/* A heartbeat at `time` on what is held, by the key of `log`. */
void replica_heartbeat(struct replica *replica, const struct log_builder *log, uint64_t time);

/* What verdicts are made from, as a node's store would show it. Pointers live as the replica does,
 * unchanged. */
struct avow_facts replica_facts(const struct replica *replica);

/* The checkpoint of the whole of `log`, signed at `time`. */
struct avow_checkpoint replica_checkpoint(const struct log_builder *log, uint64_t time);

/* Answers to requests for data; false: REFUSED. `items` holds the answer's list. */
bool replica_chain(const struct replica *replica, const struct avow_message *request,
                   struct avow_buf *items, struct avow_message *answer);
bool replica_range(const struct replica *replica, const struct avow_message *request,
                   struct avow_buf *items, struct avow_message *answer);
bool replica_consistency(const struct replica *replica, const struct avow_message *request,
                         struct avow_message *answer);

/* Forks (replica_forks.c). Once there is another accepted origin, what concerned the last one goes;
 * `moved` says so. */
void replica_forks_init(struct replica *replica);
void replica_forks_fini(struct replica *replica);
void replica_forks_settle(struct replica *replica, bool moved);
/* As a daemon does it: verified, then kept. */
void replica_keep(struct replica *replica, const struct avow_core_action *action,
                  struct avow_core_stored *stored);
/* For JUDGE; pointers live until the replica changes. */
struct avow_known_chains replica_chains(const struct replica *replica);
bool replica_digest(const struct replica *replica, struct avow_hash *digest);
bool replica_fork(const struct replica *replica, struct avow_message *answer);
bool replica_other(const struct replica *replica, const struct avow_message *request,
                   struct avow_message *answer);
bool replica_statuses(const struct replica *replica, const struct avow_message *request,
                      struct avow_buf *items, struct avow_message *answer);
/* Branches. */
void replica_branch(struct replica *replica, const struct avow_core_action *action,
                    struct avow_core_stored *stored);
void replica_drop_branch(struct replica *replica);

#endif
