/* The bridge between the gossip core and the world: links, timers and finished work become events,
 * actions become messages, jobs for the writer, signatures to check on the pool, and log lines. */
#ifndef AVOW_NODE_LOOP_GOSSIP_GOSSIP_H
#define AVOW_NODE_LOOP_GOSSIP_GOSSIP_H

#include "node/core/core.h"
#include "node/loop/base/policies.h"
#include "node/loop/base/pool.h"
#include "node/loop/base/reading.h"
#include "node/loop/gossip/keeping.h"
#include "node/loop/link/links.h"
#include "node/loop/write/write_thread.h"

struct avow_gossip_config {
    uv_loop_t *loop;
    const struct avow_logger *logger;
    struct avow_links *links;
    struct avow_reading *reading;
    struct avow_write_thread *writer;
    struct avow_pool *pool;
    const struct avow_checks *checks;
    const struct avow_policies *policies; /* whose witnesses' lines are kept; may be NULL */
    const struct avow_key *self;          /* this node's id, which is none of them */
    uint64_t store_epoch;
    const char *agent, *address; /* told to peers; must outlive it */
};

/* What happened to an action that could not even begin: told to the core after the step. */
struct avow_gossip_failed {
    enum avow_core_event_type type;
    uint64_t token;
};
#define AVOW_GOSSIP_FAILED_MAX 1024
/* With this node's own line and one heartbeat, as many as a checkpoint carries. */
#define AVOW_GOSSIP_WITNESSES_MAX (AVOW_COSIGNATURES_MAX - 2)
#define AVOW_GOSSIP_PURGE_MS 60000

struct avow_gossip {
    struct avow_gossip_config config;
    void *memory;
    struct avow_core *core;
    struct avow_message message; /* scratch */
    struct avow_gossip_failed failed[AVOW_GOSSIP_FAILED_MAX];
    size_t failed_count;
    struct avow_key witnesses[AVOW_GOSSIP_WITNESSES_MAX];
    size_t witness_count;
    uint64_t salt;
    uint64_t marks; /* made since the start */
    uint64_t purge_ms;
    bool purging;
    bool stopping;
};

/* AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_gossip_init(struct avow_gossip *gossip,
                                              const struct avow_gossip_config *config);
/* No event reaches the core from now on; work under way ends without effect. */
void avow_gossip_stop(struct avow_gossip *gossip);
/* After the loop has ended. */
void avow_gossip_fini(struct avow_gossip *gossip);

/* A link has opened, or is about to be freed. */
void avow_gossip_link_up(struct avow_gossip *gossip, const struct avow_link *link);
void avow_gossip_link_down(struct avow_gossip *gossip, const struct avow_link *link);
/* A message of a type that avow_core_takes(). */
void avow_gossip_message(struct avow_gossip *gossip, struct avow_link *link,
                         struct avow_bytes message);
void avow_gossip_tick(struct avow_gossip *gossip);
/* This node itself advanced or freshened a log, and it is synced. */
void avow_gossip_log_changed(struct avow_gossip *gossip, const struct avow_hash *issuer);
/* This node has cosigned a log, and it is synced: others' policies may name it. */
void avow_gossip_cosigned(struct avow_gossip *gossip, const struct avow_hash *issuer);

#endif
