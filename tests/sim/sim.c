/* The network, its clock and its queue of what is to come. */
#include "tests/sim/sim.h"

#include "proto/codec/writer.h"

#include <stdlib.h>

#define JUDGE_MS 1
#define STORE_MS 1
#define TICK_MS 100
#define LIST_MAX 4 /* logs in a page: small, so that pages are turned */

enum happening_type { TICK, ARRIVE, JUDGED, STORED, GONE };

struct happening {
    uint64_t ms, sequence;
    enum happening_type type;
    uint32_t node, link, generation;
    struct avow_core_event event; /* JUDGED, STORED */
    uint8_t *bytes;               /* ARRIVE: a message; JUDGED: the chain; owned */
    size_t len;
};

struct sim_link {
    uint32_t ends[2], slots[2]; /* nodes, and the link's number there */
    bool up, silent;
    uint32_t generation;
    uint64_t delay_ms, last_ms[2]; /* latest arrival at each end: order is kept */
};

struct sim {
    uint64_t random, ms, trace, sequence;
    size_t node_count;
    struct sim_node *nodes;
    struct sim_link *links;
    uint32_t link_count;
    struct happening *heap;
    size_t heap_count, heap_cap;
    struct avow_message in, out;
    uint64_t late_ms; /* after what was sent before */
};

/* ------------------------------------------------------------------ chance, time, traces */

uint64_t sim_random(struct sim *sim, uint64_t below)
{
    sim->random += UINT64_C(0x9e3779b97f4a7c15); /* SplitMix64 */
    uint64_t z = sim->random;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

uint64_t sim_now_ms(const struct sim *sim)
{
    return sim->ms;
}

uint64_t sim_unix_s(const struct sim *sim)
{
    return LOG_BUILDER_T0 + 1000000 + sim->ms / 1000;
}

uint64_t sim_trace(const struct sim *sim)
{
    return sim->trace;
}

static void trace(struct sim *sim, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) /* FNV-1a */
        sim->trace = (sim->trace ^ bytes[i]) * UINT64_C(0x100000001b3);
}

/* ------------------------------------------------------------------ what is to come */

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->ms != b->ms ? a->ms < b->ms : a->sequence < b->sequence;
}

static void swap(struct happening *a, struct happening *b)
{
    struct happening kept = *a;
    *a = *b;
    *b = kept;
}

static void plan(struct sim *sim, struct happening *happening)
{
    if (sim->heap_count == sim->heap_cap) {
        sim->heap_cap = sim->heap_cap == 0 ? 256 : sim->heap_cap * 2;
        sim->heap = realloc(sim->heap, sim->heap_cap * sizeof(*sim->heap));
        AVOW_ASSERT(sim->heap != NULL);
    }
    happening->sequence = sim->sequence++;
    size_t at = sim->heap_count++;
    sim->heap[at] = *happening;
    for (; at > 0 && is_before(&sim->heap[at], &sim->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&sim->heap[at], &sim->heap[(at - 1) / 2]);
}

static struct happening take(struct sim *sim)
{
    struct happening first = sim->heap[0];
    sim->heap[0] = sim->heap[--sim->heap_count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < sim->heap_count && is_before(&sim->heap[child], &sim->heap[least]))
                least = child;
        if (least == at)
            return first;
        swap(&sim->heap[at], &sim->heap[least]);
        at = least;
    }
}

/* ------------------------------------------------------------------ nodes */

static struct replica *find_log(struct sim_node *node, const struct avow_hash *issuer, bool make)
{
    size_t at = 0;
    while (at < node->log_count && memcmp(&node->logs[at]->issuer, issuer, sizeof(*issuer)) < 0)
        at++;
    if (at < node->log_count && avow_hash_equal(&node->logs[at]->issuer, issuer))
        return node->logs[at];
    if (!make)
        return NULL;
    AVOW_ASSERT(node->log_count < SIM_LOGS_MAX);
    memmove(&node->logs[at + 1], &node->logs[at],
            (node->log_count - at) * sizeof(struct replica *));
    node->log_count++;
    node->logs[at] = malloc(sizeof(struct replica));
    AVOW_ASSERT(node->logs[at] != NULL);
    replica_init(node->logs[at], issuer);
    return node->logs[at];
}

static enum avow_err read_log(void *context, const struct avow_hash *issuer,
                              struct avow_core_log *log)
{
    const struct replica *replica = find_log(context, issuer, false);
    if (replica == NULL)
        return AVOW_ERR_NOT_FOUND;
    log->checkpoint = replica->checkpoint;
    memcpy(log->cosignatures, replica->lines, sizeof(log->cosignatures));
    log->cosignature_count = replica->line_count;
    log->pending = replica->log.count;
    log->abandoned_from = replica->abandoned_from;
    log->forked = replica->fork.len > 0;
    log->freshened = replica->freshened;
    return AVOW_OK;
}

static enum avow_err read_root(void *context, const struct avow_hash *issuer, uint64_t size,
                               struct avow_hash *root)
{
    const struct replica *replica = find_log(context, issuer, false);
    if (replica == NULL || size > replica->log.count)
        return AVOW_ERR_NOT_FOUND;
    *root = log_builder_root_at(&replica->log, size);
    return AVOW_OK;
}

static bool counts(void *context, const struct avow_hash *issuer,
                   const struct avow_cosignature *line)
{
    struct sim_node *node = context;
    const struct replica *replica = find_log(node, issuer, false);
    return replica != NULL &&
           avow_judge_line_counts(line, &replica->checkpoint, &replica->log.state.chain,
                                  node->witnesses, node->witness_count);
}

static enum avow_err read_digest(void *context, const struct avow_hash *issuer,
                                 struct avow_hash *digest)
{
    const struct replica *replica = find_log(context, issuer, false);
    return replica != NULL && replica_digest(replica, digest) ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

struct sim_node *sim_node(struct sim *sim, size_t node)
{
    AVOW_ASSERT(node < sim->node_count);
    return &sim->nodes[node];
}

void sim_reconfigure(struct sim *sim, size_t number, const struct avow_core_config *config)
{
    struct sim_node *node = sim_node(sim, number);
    struct avow_core_config used = *config;
    if (used.links_max > SIM_LINKS_MAX)
        used.links_max = SIM_LINKS_MAX;
    used.salt = number + 1;
    used.agent = "sim";
    used.witnesses = node->witnesses;
    used.witness_count = node->witness_count;
    struct avow_core_reads reads = {node, read_log, read_root, counts, read_digest};
    node->links_max = used.links_max;
    free(node->core);
    void *memory = malloc(avow_core_size(&used));
    AVOW_ASSERT(memory != NULL);
    node->core = avow_core_init(memory, &used, &reads);
}

struct sim *sim_new(uint64_t seed, size_t nodes)
{
    struct avow_core_config config = avow_core_config_default();
    config.links_max = 16;
    return sim_new_with(seed, nodes, &config);
}

struct sim *sim_new_with(uint64_t seed, size_t nodes, const struct avow_core_config *config)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    AVOW_ASSERT(sim != NULL);
    sim->random = seed;
    sim->trace = UINT64_C(0xcbf29ce484222325);
    sim->node_count = nodes;
    sim->nodes = calloc(nodes, sizeof(*sim->nodes));
    AVOW_ASSERT(sim->nodes != NULL);
    for (uint32_t i = 0; i < nodes; i++) {
        sim_reconfigure(sim, i, config);
        struct happening tick = {.type = TICK, .node = i, .ms = 1 + sim_random(sim, TICK_MS)};
        plan(sim, &tick);
    }
    return sim;
}

void sim_free(struct sim *sim)
{
    for (size_t i = 0; i < sim->heap_count; i++)
        free(sim->heap[i].bytes);
    for (size_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = &sim->nodes[i];
        for (size_t k = 0; k < node->log_count; k++) {
            replica_fini(node->logs[k]);
            free(node->logs[k]);
        }
        free(node->core);
    }
    free(sim->nodes);
    free(sim->links);
    free(sim->heap);
    free(sim);
}

/* ------------------------------------------------------------------ links */

static void send(struct sim *sim, uint32_t number, size_t to, struct avow_bytes bytes)
{
    struct sim_link *link = &sim->links[number];
    if (!link->up || link->silent)
        return;
    sim->nodes[link->ends[1 - to]].bytes_sent += bytes.len;
    uint64_t ms = sim->ms + link->delay_ms + sim_random(sim, link->delay_ms + 1);
    if (ms < link->last_ms[to] + sim->late_ms)
        ms = link->last_ms[to] + sim->late_ms;
    link->last_ms[to] = ms;
    struct happening arrival = {.type = ARRIVE, .ms = ms, .link = number, .len = bytes.len};
    arrival.node = (uint32_t)to;
    arrival.generation = link->generation;
    arrival.bytes = malloc(bytes.len);
    AVOW_ASSERT(arrival.bytes != NULL);
    memcpy(arrival.bytes, bytes.data, bytes.len);
    plan(sim, &arrival);
}

static void send_message(struct sim *sim, uint32_t link, size_t to,
                         const struct avow_message *message)
{
    struct avow_buf bytes;
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    avow_message_encode(&bytes, message);
    AVOW_ASSERT(bytes.err == AVOW_OK);
    send(sim, link, to, avow_buf_bytes(&bytes));
    avow_buf_fini(&bytes);
}

static void step(struct sim *sim, uint32_t number, struct avow_core_event *event);

uint32_t sim_connect(struct sim *sim, size_t from, size_t to, uint64_t delay_ms)
{
    uint32_t number = sim->link_count++;
    sim->links = realloc(sim->links, sim->link_count * sizeof(*sim->links));
    AVOW_ASSERT(sim->links != NULL);
    struct sim_link *link = &sim->links[number];
    *link = (struct sim_link){.ends = {(uint32_t)from, (uint32_t)to}, .up = true};
    link->delay_ms = delay_ms;
    for (int end = 0; end < 2; end++) {
        struct sim_node *node = &sim->nodes[link->ends[end]];
        while (node->links[link->slots[end]] != 0)
            link->slots[end]++;
        AVOW_ASSERT(link->slots[end] < node->links_max);
        node->links[link->slots[end]] = number + 1;
    }
    for (int end = 0; end < 2; end++) {
        struct avow_core_event event = {.type = AVOW_CORE_LINK_UP, .outbound = end == 0};
        event.link = sim->links[number].slots[end];
        avow_put_u64be(event.node.bytes, sim->links[number].ends[1 - end] + 1);
        step(sim, sim->links[number].ends[end], &event);
    }
    return number;
}

void sim_cut(struct sim *sim, uint32_t number)
{
    if (!sim->links[number].up)
        return;
    sim->links[number].up = false;
    sim->links[number].generation++;
    for (int end = 0; end < 2; end++) {
        struct sim_link *link = &sim->links[number];
        struct avow_core_event event = {.type = AVOW_CORE_LINK_DOWN, .link = link->slots[end]};
        sim->nodes[link->ends[end]].links[link->slots[end]] = 0;
        step(sim, link->ends[end], &event);
    }
}

void sim_silence(struct sim *sim, uint32_t link)
{
    sim->links[link].silent = true;
}

void sim_inject(struct sim *sim, uint32_t link, size_t from, const struct avow_message *message)
{
    send_message(sim, link, sim->links[link].ends[0] == from ? 1 : 0, message);
}

/* ------------------------------------------------------------------ requests for data */

static bool answer_list(struct sim_node *node, const struct avow_message *request,
                        struct avow_buf *items, struct avow_message *answer)
{
    size_t count = 0;
    answer->last = 1;
    for (size_t i = 0; i < node->log_count; i++) {
        const struct replica *log = node->logs[i];
        if (log->checkpoint.size == 0 ||
            memcmp(&log->issuer, &request->issuer, sizeof(log->issuer)) <= 0)
            continue;
        if (count == LIST_MAX) {
            answer->last = 0;
            break;
        }
        avow_write_array(items, 2);
        avow_checkpoint_write(items, &log->checkpoint);
        avow_cosignatures_write(items, log->lines, log->line_count);
        count++;
    }
    answer->type = AVOW_MESSAGE_LOGS;
    answer->checkpoints = (struct avow_list){count, avow_buf_bytes(items)};
    return true;
}

static bool answer_range(struct sim_node *node, const struct replica *log,
                         struct avow_message *request, struct avow_buf *items,
                         struct avow_message *answer)
{
    if (node->conduct == SIM_SHORTENS && request->count > 3)
        request->count = 3;
    if (node->conduct == SIM_TRICKLES)
        request->count = 1;
    bool good = replica_range(log, request, items, answer);
    if (good && node->conduct == SIM_CORRUPTS)
        items->data[items->len - 1] ^= 4; /* of the last entry: its form stays good */
    return good;
}

static bool answer_forks(const struct sim_node *node, const struct avow_message *request,
                         struct avow_buf *items, struct avow_message *answer)
{
    size_t count = 0;
    answer->last = 1;
    for (size_t i = 0; i < node->log_count; i++) {
        const struct replica *log = node->logs[i];
        struct avow_hash digest;
        if (memcmp(&log->issuer, &request->issuer, sizeof(log->issuer)) <= 0 ||
            !replica_digest(log, &digest))
            continue;
        if (count == LIST_MAX) {
            answer->last = 0;
            break;
        }
        avow_list_digest_write(items, &log->issuer, &digest);
        count++;
    }
    answer->type = AVOW_MESSAGE_FORKS;
    answer->digests = (struct avow_list){count, avow_buf_bytes(items)};
    return true;
}

static bool answer(struct sim *sim, struct sim_node *node, struct avow_message *request,
                   struct avow_buf *items)
{
    struct avow_message *out = &sim->out;
    if (request->type == AVOW_MESSAGE_LIST)
        return answer_list(node, request, items, out);
    if (request->type == AVOW_MESSAGE_GET_FORKS)
        return answer_forks(node, request, items, out);
    const struct replica *log = find_log(node, &request->issuer, false);
    if (log == NULL || node->conduct == SIM_DENIES ||
        (request->type == AVOW_MESSAGE_GET_RANGE && node->conduct == SIM_REFUSES))
        return false;
    if (request->type == AVOW_MESSAGE_GET_CHAIN)
        return replica_chain(log, request, items, out);
    if (request->type == AVOW_MESSAGE_GET_RANGE)
        return answer_range(node, log, request, items, out);
    if (request->type == AVOW_MESSAGE_GET_FORK)
        return replica_fork(log, out);
    if (request->type == AVOW_MESSAGE_GET_OTHER)
        return replica_other(log, request, out);
    if (request->type == AVOW_MESSAGE_GET_STATUSES)
        return replica_statuses(log, request, items, out);
    AVOW_ASSERT(request->type == AVOW_MESSAGE_GET_CONSISTENCY);
    return replica_consistency(log, request, out);
}

static void serve(struct sim *sim, uint32_t link, size_t end, struct avow_message *request)
{
    struct sim_node *node = &sim->nodes[sim->links[link].ends[end]];
    if ((node->conduct == SIM_WITHHOLDS && request->type == AVOW_MESSAGE_GET_RANGE) ||
        (node->conduct == SIM_LURES && request->type == AVOW_MESSAGE_GET_RANGE &&
         request->count > 64) ||
        (node->conduct == SIM_LISTS && request->type != AVOW_MESSAGE_LIST))
        return;
    struct avow_buf items;
    avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
    memset(&sim->out, 0, sizeof(sim->out));
    bool good = answer(sim, node, request, &items);
    AVOW_ASSERT(items.err == AVOW_OK);
    if (!good) {
        sim->out.type = AVOW_MESSAGE_REFUSED;
        sim->out.code = node->conduct == SIM_REFUSES ? AVOW_REFUSAL_BUSY : AVOW_REFUSAL_UNKNOWN_LOG;
    }
    sim->out.request = request->request;
    if (node->conduct == SIM_TRICKLES && request->type == AVOW_MESSAGE_GET_RANGE)
        sim->late_ms = 1900;
    send_message(sim, link, 1 - end, &sim->out);
    sim->late_ms = 0;
    avow_buf_fini(&items);
}

/* ------------------------------------------------------------------ actions */

static void answer_later(struct sim *sim, uint32_t node, uint64_t ms, enum happening_type type,
                         const struct avow_core_event *event)
{
    struct happening happening = {.type = type, .ms = sim->ms + ms, .node = node, .event = *event};
    plan(sim, &happening);
}

/* The event shows the chain again, which the message had. */
static void copy_chain(struct happening *happening, const struct avow_list *chain)
{
    happening->event.chain.count = chain->count;
    happening->len = chain->items.len;
    if (happening->len == 0)
        return;
    happening->bytes = malloc(happening->len);
    AVOW_ASSERT(happening->bytes != NULL);
    memcpy(happening->bytes, chain->items.data, happening->len);
    happening->event.chain.items = avow_bytes(happening->bytes, happening->len);
}

static void judge(struct sim *sim, uint32_t number, const struct avow_core_action *action)
{
    struct avow_core_event event = {.type = AVOW_CORE_JUDGED, .token = action->token};
    const struct replica *log =
        find_log(&sim->nodes[number], &action->task->checkpoint.issuer, false);
    struct avow_known_chains known = {0};
    if (log != NULL)
        known = replica_chains(log);
    avow_judge_task_run(action->task, &known, &event.judgement);

    sim->nodes[number].judgements++;
    struct happening happening = {
        .type = JUDGED, .ms = sim->ms + JUDGE_MS, .node = number, .event = event};
    copy_chain(&happening, &action->task->chain);
    plan(sim, &happening);
}

static void write_store(struct sim *sim, uint32_t number, const struct avow_core_action *action)
{
    struct avow_core_event event = {.type = AVOW_CORE_STORED, .token = action->token};
    struct replica *log = find_log(&sim->nodes[number], &action->checkpoint->issuer, true);
    if (action->type == AVOW_CORE_STORE_RANGE)
        replica_append(log, action, &event.stored);
    else if (action->type == AVOW_CORE_BRANCH)
        replica_branch(log, action, &event.stored);
    else
        replica_freshen(log, action,
                        (uint64_t)((int64_t)sim_unix_s(sim) + sim->nodes[number].clock_s),
                        &event.stored);
    answer_later(sim, number, STORE_MS, STORED, &event);
}

static void keep(struct sim *sim, uint32_t number, const struct avow_core_action *action)
{
    struct avow_core_event event = {
        .type = AVOW_CORE_STORED, .token = action->token, .issuer = action->issuer};
    replica_keep(find_log(&sim->nodes[number], &action->issuer, true), action, &event.stored);
    answer_later(sim, number, STORE_MS, STORED, &event);
}

static void trace_action(struct sim *sim, uint32_t node, const struct avow_core_action *action)
{
    const uint64_t numbers[] = {
        sim->ms,       node,         (uint64_t)action->type, action->link,
        action->token, action->from, action->value,          (uint64_t)action->reject};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        uint8_t bytes[8];
        avow_put_u64be(bytes, numbers[i]);
        trace(sim, bytes, sizeof(bytes));
    }
    if (action->type == AVOW_CORE_SEND)
        trace(sim, action->bytes.data, action->bytes.len);
    trace(sim, action->issuer.bytes, sizeof(action->issuer.bytes));
}

static void act(struct sim *sim, uint32_t number, const struct avow_core_action *action)
{
    struct sim_node *node = &sim->nodes[number];
    trace_action(sim, number, action);
    uint32_t link = action->link < SIM_LINKS_MAX ? node->links[action->link] : 0;
    switch (action->type) {
    case AVOW_CORE_SEND:
        AVOW_ASSERT(link != 0);
        uint64_t type = 0;
        AVOW_ASSERT(avow_message_peek(action->bytes, &type) == AVOW_ACCEPT);
        if (type == AVOW_MESSAGE_GET_RANGE)
            node->chunks_asked++;
        send(sim, link - 1, sim->links[link - 1].ends[0] == number ? 1 : 0, action->bytes);
        return;
    case AVOW_CORE_JUDGE:
        judge(sim, number, action);
        return;
    case AVOW_CORE_STORE_RANGE:
    case AVOW_CORE_FRESHEN:
    case AVOW_CORE_BRANCH:
        write_store(sim, number, action);
        return;
    case AVOW_CORE_KEEP_FORK:
    case AVOW_CORE_KEEP_CHAIN:
    case AVOW_CORE_KEEP_STATUSES:
        keep(sim, number, action);
        return;
    case AVOW_CORE_DROP_BRANCH:
        replica_drop_branch(find_log(node, &action->issuer, true));
        return;
    case AVOW_CORE_SET_ABANDONED:
        find_log(node, &action->issuer, true)->abandoned_from = action->from;
        return;
    case AVOW_CORE_CLOSE:
        AVOW_ASSERT(link != 0);
        node->closed[action->reject]++;
        struct happening gone = {.type = GONE, .ms = sim->ms + 1, .link = link - 1};
        plan(sim, &gone);
        return;
    case AVOW_CORE_TRACE:
        node->traces[action->trace]++;
        return;
    }
}

static void step(struct sim *sim, uint32_t number, struct avow_core_event *event)
{
    struct sim_node *node = &sim->nodes[number];
    event->now.ms = sim->ms;
    event->now.unix_s = (uint64_t)((int64_t)sim_unix_s(sim) + node->clock_s);
    size_t count;
    const struct avow_core_action *actions = avow_core_step(node->core, event, &count);
    for (size_t i = 0; i < count; i++)
        act(sim, number, &actions[i]);
}

static void arrive(struct sim *sim, const struct happening *arrival)
{
    const struct sim_link *link = &sim->links[arrival->link];
    if (!link->up || link->generation != arrival->generation)
        return;
    uint32_t number = link->ends[arrival->node];
    struct avow_bytes bytes = avow_bytes(arrival->bytes, arrival->len);
    enum avow_reject reject = avow_message_decode(bytes, &sim->in);
    if (reject != AVOW_ACCEPT) { /* as a daemon does */
        sim->nodes[number].closed[reject]++;
        sim_cut(sim, arrival->link);
        return;
    }
    struct avow_core_event event = {.type = AVOW_CORE_MESSAGE, .message = &sim->in};
    event.link = link->slots[arrival->node];
    if (avow_core_takes(sim->in.type))
        step(sim, number, &event);
    else
        serve(sim, arrival->link, arrival->node, &sim->in);
}

static void happen(struct sim *sim, struct happening *happening)
{
    struct avow_core_event tick = {.type = AVOW_CORE_TICK};
    switch (happening->type) {
    case TICK:
        step(sim, happening->node, &tick);
        happening->ms += TICK_MS;
        plan(sim, happening);
        return;
    case ARRIVE:
        arrive(sim, happening);
        free(happening->bytes);
        return;
    case JUDGED:
    case STORED:
        step(sim, happening->node, &happening->event);
        free(happening->bytes);
        return;
    case GONE:
        sim_cut(sim, happening->link);
        return;
    }
}

static void run_to(struct sim *sim, uint64_t ms)
{
    while (sim->heap_count > 0 && sim->heap[0].ms <= ms) {
        struct happening next = take(sim);
        sim->ms = next.ms;
        happen(sim, &next);
    }
    sim->ms = ms;
}

void sim_run(struct sim *sim, uint64_t ms)
{
    run_to(sim, sim->ms + ms);
}

uint64_t sim_run_until(struct sim *sim, size_t node, const struct avow_hash *issuer, uint64_t size,
                       uint64_t most_ms)
{
    uint64_t start_ms = sim->ms;
    while (sim_size(sim, node, issuer) < size && sim->ms - start_ms < most_ms)
        run_to(sim, sim->ms + 1);
    return sim->ms - start_ms;
}

struct replica *sim_replica(struct sim *sim, size_t node, const struct avow_hash *issuer)
{
    return find_log(sim_node(sim, node), issuer, false);
}

uint64_t sim_size(struct sim *sim, size_t node, const struct avow_hash *issuer)
{
    const struct replica *replica = sim_replica(sim, node, issuer);
    return replica == NULL ? 0 : replica->checkpoint.size;
}

static void changed(struct sim *sim, size_t node, const struct avow_hash *issuer)
{
    struct avow_core_event event = {.type = AVOW_CORE_LOG_CHANGED, .issuer = *issuer};
    step(sim, (uint32_t)node, &event);
}

void sim_publish(struct sim *sim, size_t node, const struct log_builder *log)
{
    const struct avow_hash *issuer = &log->state.chain.issuer;
    replica_publish(find_log(sim_node(sim, node), issuer, true), log, sim_unix_s(sim));
    changed(sim, node, issuer);
}

void sim_heartbeat(struct sim *sim, size_t node, const struct log_builder *log)
{
    const struct avow_hash *issuer = &log->state.chain.issuer;
    replica_heartbeat(find_log(sim_node(sim, node), issuer, true), log, sim_unix_s(sim));
    changed(sim, node, issuer);
}
