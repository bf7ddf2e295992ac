/* A network of cores in one thread: virtual time, seeded delays, every message through its
 * encoding. The same seed and calls give the same trace, bit for bit. */
#ifndef AVOW_TESTS_SIM_SIM_H
#define AVOW_TESTS_SIM_SIM_H

#include "tests/sim/replica.h"

#define SIM_LINKS_MAX 72 /* of one node, by its config; sim_new() gives it 16 */
#define SIM_LOGS_MAX 64

/* What a node does to others' requests. */
enum sim_conduct {
    SIM_HONEST,
    SIM_CORRUPTS,  /* a bit of the entries that it serves */
    SIM_WITHHOLDS, /* entries: no answer */
    SIM_REFUSES,   /* entries: "busy" */
    SIM_SHORTENS,  /* ranges to three entries */
    SIM_TRICKLES,  /* one entry at a time, each after almost two seconds */
    SIM_LURES,     /* withholds ranges of more than 64 entries */
    SIM_DENIES,    /* that it has any log */
    SIM_LISTS,     /* its logs, and answers nothing else */
};

struct sim_node {
    struct avow_core *core;
    enum sim_conduct conduct;
    uint32_t links_max;
    int64_t clock_s;                    /* its wall clock against the others' */
    struct replica *logs[SIM_LOGS_MAX]; /* by issuer */
    size_t log_count;
    uint32_t links[SIM_LINKS_MAX];      /* link + 1 by the node's slot; 0: free */
    uint64_t closed[AVOW_REJECT_COUNT]; /* connections that it closed, by reason */
    uint64_t traces[32];                /* by enum avow_core_trace */
    uint64_t bytes_sent, judgements, chunks_asked;
    struct avow_key witnesses[4]; /* that its policies name: set before sim_reconfigure() */
    size_t witness_count;
};

struct sim;
struct sim *sim_new(uint64_t seed, size_t nodes);
struct sim *sim_new_with(uint64_t seed, size_t nodes, const struct avow_core_config *config);
/* With other capacities, set before the first link. */
void sim_reconfigure(struct sim *sim, size_t number, const struct avow_core_config *config);
void sim_free(struct sim *sim);
struct sim_node *sim_node(struct sim *sim, size_t node);
uint64_t sim_now_ms(const struct sim *sim);
uint64_t sim_unix_s(const struct sim *sim);
uint64_t sim_random(struct sim *sim, uint64_t below);
/* Over every action of every core, in order, with its time. */
uint64_t sim_trace(const struct sim *sim);

/* Connects `from` to `to`; messages take `delay_ms` and up to as much again. Returns the link. */
uint32_t sim_connect(struct sim *sim, size_t from, size_t to, uint64_t delay_ms);
void sim_cut(struct sim *sim, uint32_t number);
/* From now on nothing arrives, and nobody is told. */
void sim_silence(struct sim *sim, uint32_t link);

/* The node's own submission of all of `log`, now. */
void sim_publish(struct sim *sim, size_t node, const struct log_builder *log);
void sim_heartbeat(struct sim *sim, size_t node, const struct log_builder *log);
/* A message of ours, from one end of a link, as if a node had sent it. */
void sim_inject(struct sim *sim, uint32_t link, size_t from, const struct avow_message *message);

void sim_run(struct sim *sim, uint64_t ms);
/* Runs until the node holds `size` entries; returns how many ms that took, or `most_ms` if not. */
uint64_t sim_run_until(struct sim *sim, size_t node, const struct avow_hash *issuer, uint64_t size,
                       uint64_t most_ms);
/* Entries of the accepted log; 0 if there is none. */
uint64_t sim_size(struct sim *sim, size_t node, const struct avow_hash *issuer);
struct replica *sim_replica(struct sim *sim, size_t node, const struct avow_hash *issuer);

#endif
