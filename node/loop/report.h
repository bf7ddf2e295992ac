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
    bool of_operator; /* who asks */
};

/* Each returns JSON text on the heap, to be freed, or NULL when out of memory. Who is connected,
 * and who asks about credentials, from where and when, is nobody's business but the operator's:
 * others have no peers, and a status without `listen` and `links`.
 *
 * status: {node, version, network (null if it is not UTF-8), listen, time, uptime_seconds,
 * heartbeat_keys, store {logs, entries, bytes_used, writer ("good", "disk-full", "broken")}, gossip
 * {wants, judgements, ranges, shunned, announced, judged, rejected, ranges_stored, logs_advanced,
 * heard}, links {count, inbound, max, refused}}.
 * peers: [{node, address, listens, agent, role ("node", "client", "watcher"), ready, outbound,
 * since_ms, logs_served, clock_ahead_s, clock_behind_s, queued_bytes}]. */
char *avow_report_status(const struct avow_report_facts *facts);
char *avow_report_peers(const struct avow_report_facts *facts);

/* A report is made at most ten times a second, however often it is asked for. */
#define AVOW_REPORT_MS 100

struct avow_report_copy {
    char *text;
    uint64_t made_ms;
};

/* The text of `make` (one of the above), or of the last call if that is not older than
 * AVOW_REPORT_MS; "{}" when out of memory. It lives until the next call. Release with _fini. */
const char *avow_report_copy_get(struct avow_report_copy *copy,
                                 char *(*make)(const struct avow_report_facts *facts),
                                 const struct avow_report_facts *facts, uint64_t now_ms);
void avow_report_copy_fini(struct avow_report_copy *copy);

#endif
