/* Many issuers at once, each submitting one record after the other over a connection of its own. */
#ifndef AVOW_TESTS_BENCH_SWARM_H
#define AVOW_TESTS_BENCH_SWARM_H

#include "tests/bench/node.h"

/* Prints the figures node-single, node-single-p50 and node-single-p99. `rounds` records of each. */
void bench_swarm(const struct bench_node *node, const struct avow_key *home, size_t rounds);

#endif
