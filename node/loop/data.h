/* The data folder of a node, as it is found at the start: what is in it is judged before it is
 * used. */
#ifndef AVOW_NODE_LOOP_DATA_H
#define AVOW_NODE_LOOP_DATA_H

#include "node/loop/base/identity.h"
#include "node/loop/base/logging.h"
#include "node/loop/base/options.h"
#include "store/store.h"

/* Makes the folder where there is none, and opens the node's keys and its store; all are the
 * caller's, on failure too. What cannot be had is logged, with what to do. ERR_IO,
 * ERR_OPEN_TO_ALL, and those of avow_node_identity_load() and avow_store_open(). */
AVOW_NODISCARD enum avow_err avow_data_open(const struct avow_options *options,
                                            const struct avow_logger *logger,
                                            struct avow_node_identity *identity,
                                            struct avow_store **store,
                                            struct avow_snapshot **snapshot);

#endif
