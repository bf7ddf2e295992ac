/* A running node: everything of node/loop wired together, from start to orderly end.
 *
 * The loop thread owns all of this. Only the writer, the query threads and the pool's work run
 * elsewhere, each on what was handed to it. */
#ifndef AVOW_NODE_LOOP_NODE_H
#define AVOW_NODE_LOOP_NODE_H

#include "node/loop/base/options.h"

/* Runs a node until SIGTERM or SIGINT, or until it cannot go on. AVOW_OK after an orderly end; an
 * error that has been logged otherwise. */
AVOW_NODISCARD enum avow_err avow_node_run(const struct avow_options *options);

#endif
