/* Checkpoints and evidence from a log_builder: what an honest node would sign and send. */
#ifndef AVOW_TESTS_LOG_PROVER_H
#define AVOW_TESTS_LOG_PROVER_H

#include "proto/log/evidence.h"
#include "tests/support/log_builder.h"

/* The whole log's checkpoint at `time`, signed by the builder's signing key. */
void log_prover_checkpoint(const struct log_builder *builder, uint64_t time,
                           struct avow_checkpoint *checkpoint);

/* Appends evidence: that checkpoint, cosigned at time + 10 by the heartbeat key and at time + 20 by
 * log_builder_node_key(); the root chain; the entries at `indices` (rising, none of them a root
 * entry); the status chunks of all of the log; and, as first witness of indices[0], the checkpoint
 * and the node's line again. */
void log_prover_evidence(const struct log_builder *builder, uint64_t time, const uint64_t *indices,
                         size_t count, struct avow_buf *out);

#endif
