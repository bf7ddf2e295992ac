/* Forks: two checkpoints of one origin that cannot both be true, as a proof that anyone can carry
 * and check (docs/protocol.md, "Forks"). */
#ifndef AVOW_PROTO_LOG_FORK_H
#define AVOW_PROTO_LOG_FORK_H

#include "proto/log/chain.h"
#include "proto/log/checkpoint.h"

#define AVOW_FORK_BYTES_MAX 4096

/* Of one origin, `first` not larger than `second`, and one of:
 * - the same size, with another root or status root;
 * - `first` is smaller and later;
 * - `path` is a consistency path between the sizes, as avow_merkle_consistency_roots() reads it,
 * that gives the second's root, and gives for the first size another root than the first's. Else
 * `path` is empty. */
struct avow_fork {
    struct avow_checkpoint first, second;
    struct avow_path path;
};

/* Checks all of it, the signatures too, by a chain in which their origin is an epoch: ACCEPT;
 * ORIGIN, FORK (it proves nothing: they fit together, or the path is wrong), KEY_UNKNOWN,
 * KEY_EXPIRED, TIME, SIGNATURE. */
AVOW_NODISCARD enum avow_reject avow_fork_check(const struct avow_fork *fork,
                                                const struct avow_chain *chain);

/* [first, second, path b]. _decode checks form alone: ACCEPT or the codec's rejections. */
void avow_fork_encode(struct avow_buf *out, const struct avow_fork *fork);
AVOW_NODISCARD enum avow_reject avow_fork_decode(struct avow_bytes bytes, struct avow_fork *fork);

#endif
