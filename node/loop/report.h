/* What the node says of itself, as JSON: for STATUS and PEERS. */
#ifndef AVOW_NODE_LOOP_REPORT_H
#define AVOW_NODE_LOOP_REPORT_H

#include "node/loop/gossip/gossip.h"

struct avow_report_facts {
    const struct avow_key *self;
    const char *network;
    const char *listen;    /* "host:port" as bound */
    uint64_t started, now; /* Unix seconds */
    uint64_t store_epoch;
    struct avow_snapshot *snapshot; /* renewed */
    struct avow_write_thread *writer;
    const struct avow_links *links;
    const struct avow_core *core;
    uint64_t heartbeat_keys;
    bool local; /* who asks is on this machine: the operator */
};

/* Each returns JSON text on the heap, to be freed, or NULL when out of memory. Of peers, only the
 * nodes are seen from elsewhere: who asks about credentials, and from where, is nobody's business.
 *
 * status: {node, version, network (null if it is not UTF-8), listen, time, uptime_seconds,
 * heartbeat_keys, store {logs, entries, bytes_used, writer ("good", "disk-full", "broken")}, gossip
 * {wants, judgements, ranges, shunned, announced, judged, rejected, ranges_stored, logs_advanced,
 * heard}, links {count, inbound, max, refused}}.
 * peers: [{node, address, listens, agent, role ("node", "client", "watcher"), ready, outbound,
 * since_ms, logs_served, clock_ahead_s, clock_behind_s, queued_bytes}]. */
char *avow_report_status(const struct avow_report_facts *facts);
char *avow_report_peers(const struct avow_report_facts *facts);

#endif
