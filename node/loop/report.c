#include "node/loop/report.h"

#include "node/loop/base/version.h"
#include "proto/codec/utf8.h"
#include "proto/json/dump.h"
#include "proto/json/put.h"

#include <stdlib.h>

#define PEERS_MAX 1000 /* so that the text stays within its message */

static void put_uint(json_t *object, const char *name, uint64_t value, bool *ok)
{
    avow_put(object, name, avow_value_uint(value), ok);
}

static const char *writer_word(enum avow_write_thread_state state)
{
    switch (state) {
    case AVOW_WRITER_GOOD:
        return "good";
    case AVOW_WRITER_FULL:
        return "disk-full";
    case AVOW_WRITER_BROKEN:
        break;
    }
    return "broken";
}

static json_t *store_of(const struct avow_report_facts *facts, bool *ok)
{
    struct avow_store_stats stats;
    json_t *store = json_object();
    if (avow_snapshot_stats(facts->snapshot, &stats) == AVOW_OK) {
        put_uint(store, "logs", stats.logs, ok);
        put_uint(store, "entries", stats.entries, ok);
        put_uint(store, "bytes_used", stats.bytes_used, ok);
    }
    avow_put(store, "writer", json_string(writer_word(avow_write_thread_state(facts->writer))), ok);
    return store;
}

static json_t *gossip_of(const struct avow_report_facts *facts, bool *ok)
{
    struct avow_core_stats stats;
    json_t *gossip = json_object();
    avow_core_stats(facts->core, &stats);
    put_uint(gossip, "wants", stats.wants, ok);
    put_uint(gossip, "judgements", stats.judgements, ok);
    put_uint(gossip, "ranges", stats.ranges, ok);
    put_uint(gossip, "shunned", stats.shunned, ok);
    put_uint(gossip, "announced", stats.announced, ok);
    put_uint(gossip, "judged", stats.judged, ok);
    put_uint(gossip, "rejected", stats.rejected, ok);
    put_uint(gossip, "ranges_stored", stats.ranges_stored, ok);
    put_uint(gossip, "logs_advanced", stats.logs_advanced, ok);
    avow_put(gossip, "heard", json_boolean(avow_core_has_heard(facts->core)), ok);
    return gossip;
}

static json_t *links_of(const struct avow_report_facts *facts, bool *ok)
{
    json_t *links = json_object();
    put_uint(links, "count", facts->links->count, ok);
    put_uint(links, "inbound", facts->links->inbound, ok);
    put_uint(links, "max", facts->links->seats, ok);
    put_uint(links, "refused", facts->links->refused, ok);
    return links;
}

static char *finish(json_t *root, bool ok)
{
    return avow_json_dump_as(avow_put_whole(root, ok), JSON_COMPACT | JSON_ENSURE_ASCII);
}

/* An operator may call a network what no JSON can say. */
static json_t *network_value(const char *network)
{
    return avow_utf8_check(avow_bytes_text(network)) == AVOW_ACCEPT ? json_string(network)
                                                                    : json_null();
}

char *avow_report_status(const struct avow_report_facts *facts)
{
    bool ok = true;
    json_t *root = json_object();
    avow_put(root, "node", avow_value_node(facts->self), &ok);
    avow_put(root, "version", json_string(avow_version_of_node()), &ok);
    avow_put(root, "network", network_value(facts->network), &ok);
    if (facts->of_operator)
        avow_put(root, "listen", json_string(facts->listen), &ok);
    put_uint(root, "time", facts->now, &ok);
    put_uint(root, "uptime_seconds", facts->now > facts->started ? facts->now - facts->started : 0,
             &ok);
    put_uint(root, "heartbeat_keys", facts->heartbeat_keys, &ok);
    avow_put(root, "store", store_of(facts, &ok), &ok);
    avow_put(root, "gossip", gossip_of(facts, &ok), &ok);
    if (facts->of_operator)
        avow_put(root, "links", links_of(facts, &ok), &ok);
    return finish(root, ok);
}

static const char *role_word(enum avow_peer_role role)
{
    switch (role) {
    case AVOW_PEER_NODE:
        return "node";
    case AVOW_PEER_CLIENT:
        return "client";
    case AVOW_PEER_WATCHER:
        break;
    }
    return "watcher";
}

static json_t *peer_of(const struct avow_link *link, const struct avow_core_link_info *info,
                       bool *ok)
{
    json_t *peer = json_object();
    avow_put(peer, "node", avow_value_node(&info->node), ok);
    avow_put(peer, "address", json_string(link->address), ok);
    avow_put(peer, "listens", json_string(info->address), ok);
    avow_put(peer, "agent", json_string(info->agent), ok);
    avow_put(peer, "role", json_string(role_word(info->role)), ok);
    avow_put(peer, "ready", json_boolean(info->ready), ok);
    avow_put(peer, "outbound", json_boolean(info->outbound), ok);
    put_uint(peer, "since_ms", info->since_ms, ok);
    put_uint(peer, "logs_served", info->logs_served, ok);
    put_uint(peer, "clock_ahead_s", info->clock_ahead_s, ok);
    put_uint(peer, "clock_behind_s", info->clock_behind_s, ok);
    put_uint(peer, "queued_bytes", link->queue.bytes, ok);
    return peer;
}

char *avow_report_peers(const struct avow_report_facts *facts)
{
    bool ok = true;
    json_t *peers = json_array();
    for (uint32_t slot = 0; slot < facts->links->max && json_array_size(peers) < PEERS_MAX;
         slot++) {
        const struct avow_link *link = facts->links->slots[slot];
        struct avow_core_link_info info;
        if (link != NULL && link->up && avow_core_link(facts->core, slot, &info))
            avow_put_item(peers, peer_of(link, &info, &ok), &ok);
    }
    return finish(peers, ok);
}

const char *avow_report_copy_get(struct avow_report_copy *copy,
                                 char *(*make)(const struct avow_report_facts *facts),
                                 const struct avow_report_facts *facts, uint64_t now_ms)
{
    if (copy->text == NULL || now_ms >= copy->made_ms + AVOW_REPORT_MS) {
        free(copy->text);
        copy->text = make(facts);
        copy->made_ms = now_ms;
    }
    return copy->text == NULL ? "{}" : copy->text;
}

void avow_report_copy_fini(struct avow_report_copy *copy)
{
    free(copy->text);
    *copy = (struct avow_report_copy){0};
}
