/* One log in one simulated node's memory, with the store's rules: entries are judged by avow_apply
 * on their way to a signed checkpoint, and seen only when it is reached. */
#ifndef AVOW_TESTS_SIM_REPLICA_H
#define AVOW_TESTS_SIM_REPLICA_H

#include "node/core/core.h"
#include "tests/support/log_builder.h"

struct replica {
    struct avow_hash issuer;
    struct log_builder log;            /* `count` is how far entries are stored */
    struct avow_checkpoint checkpoint; /* size 0: nothing accepted */
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    uint64_t abandoned_from;
};

void replica_init(struct replica *replica, const struct avow_hash *issuer);
void replica_fini(struct replica *replica);

/* As a store does it (docs/protocol.md, "Replication"): the proof first, then the rules. */
void replica_append(struct replica *replica, const struct avow_core_action *action,
                    struct avow_core_stored *stored);
void replica_freshen(struct replica *replica, const struct avow_core_action *action,
                     struct avow_core_stored *stored);
/* This node's own submission: all of `log`, under a checkpoint signed at `time`. */
void replica_publish(struct replica *replica, const struct log_builder *log, uint64_t time);
/* A heartbeat at `time` on what is held, by the key of `log`. */
void replica_heartbeat(struct replica *replica, const struct log_builder *log, uint64_t time);

/* The checkpoint of the whole of `log`, signed at `time`. */
struct avow_checkpoint replica_checkpoint(const struct log_builder *log, uint64_t time);

/* Answers to requests for data; false: REFUSED. `items` holds the answer's list. */
bool replica_chain(const struct replica *replica, const struct avow_message *request,
                   struct avow_buf *items, struct avow_message *answer);
bool replica_range(const struct replica *replica, const struct avow_message *request,
                   struct avow_buf *items, struct avow_message *answer);
bool replica_consistency(const struct replica *replica, const struct avow_message *request,
                         struct avow_message *answer);

#endif
