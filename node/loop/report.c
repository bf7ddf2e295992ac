#include "node/loop/report.h"

#include "node/loop/base/version.h"
#include "proto/codec/id.h"

#include <jansson.h>

#define PEERS_MAX 1000 /* so that the text stays within its message */

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static void set(json_t *object, const char *name, uint64_t value)
{
    (void)json_object_set_new(object, name, number(value));
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

static json_t *store_of(const struct avow_report_facts *facts)
{
    struct avow_store_stats stats;
    json_t *store = json_object();
    if (avow_store_stats(facts->snapshot, &stats) == AVOW_OK) {
        set(store, "logs", stats.logs);
        set(store, "entries", stats.entries);
        set(store, "bytes_used", stats.bytes_used);
    }
    (void)json_object_set_new(store, "writer",
                              json_string(writer_word(avow_write_thread_state(facts->writer))));
    return store;
}

static json_t *gossip_of(const struct avow_report_facts *facts)
{
    struct avow_core_stats stats;
    json_t *gossip = json_object();
    avow_core_stats(facts->core, &stats);
    set(gossip, "wants", stats.wants);
    set(gossip, "judgements", stats.judgements);
    set(gossip, "ranges", stats.ranges);
    set(gossip, "shunned", stats.shunned);
    set(gossip, "announced", stats.announced);
    set(gossip, "judged", stats.judged);
    set(gossip, "rejected", stats.rejected);
    set(gossip, "ranges_stored", stats.ranges_stored);
    set(gossip, "logs_advanced", stats.logs_advanced);
    (void)json_object_set_new(gossip, "heard", json_boolean(avow_core_has_heard(facts->core)));
    return gossip;
}

static json_t *links_of(const struct avow_report_facts *facts)
{
    json_t *links = json_object();
    set(links, "count", facts->links->count);
    set(links, "inbound", facts->links->inbound);
    set(links, "max", facts->links->max - facts->links->outbound_reserve);
    set(links, "refused", facts->links->refused);
    return links;
}

static char *finish(json_t *root)
{
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(root);
    return text;
}

char *avow_report_status(const struct avow_report_facts *facts)
{
    char node[AVOW_NODE_TEXT_MAX];
    json_t *root = json_object();
    avow_node_text(facts->self, node);
    (void)json_object_set_new(root, "node", json_string(node));
    (void)json_object_set_new(root, "version", json_string(avow_node_version()));
    (void)json_object_set_new(root, "network", json_string(facts->network));
    (void)json_object_set_new(root, "listen", json_string(facts->listen));
    set(root, "time", facts->now);
    set(root, "uptime_seconds", facts->now > facts->started ? facts->now - facts->started : 0);
    set(root, "heartbeat_keys", facts->heartbeat_keys);
    (void)json_object_set_new(root, "store", store_of(facts));
    (void)json_object_set_new(root, "gossip", gossip_of(facts));
    (void)json_object_set_new(root, "links", links_of(facts));
    return finish(root);
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

static json_t *peer_of(const struct avow_link *link, const struct avow_core_link_info *info)
{
    char node[AVOW_NODE_TEXT_MAX];
    json_t *peer = json_object();
    avow_node_text(&info->node, node);
    (void)json_object_set_new(peer, "node", json_string(node));
    (void)json_object_set_new(peer, "address", json_string(link->address));
    (void)json_object_set_new(peer, "listens", json_string(info->address));
    (void)json_object_set_new(peer, "agent", json_string(info->agent));
    (void)json_object_set_new(peer, "role", json_string(role_word(info->role)));
    (void)json_object_set_new(peer, "ready", json_boolean(info->ready));
    (void)json_object_set_new(peer, "outbound", json_boolean(info->outbound));
    set(peer, "since_ms", info->since_ms);
    set(peer, "logs_served", info->logs_served);
    set(peer, "clock_ahead_s", info->clock_ahead_s);
    set(peer, "clock_behind_s", info->clock_behind_s);
    set(peer, "queued_bytes", link->queue.bytes);
    return peer;
}

char *avow_report_peers(const struct avow_report_facts *facts)
{
    json_t *peers = json_array();
    for (uint32_t slot = 0; slot < facts->links->max && json_array_size(peers) < PEERS_MAX;
         slot++) {
        const struct avow_link *link = facts->links->slots[slot];
        struct avow_core_link_info info;
        if (link != NULL && link->up && avow_core_link(facts->core, slot, &info) &&
            (facts->local || (info.ready && info.role == AVOW_PEER_NODE)))
            (void)json_array_append_new(peers, peer_of(link, &info));
    }
    return finish(peers);
}
