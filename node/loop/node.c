#include "node/loop/node.h"

#include "node/loop/about.h"
#include "node/loop/answer/requests.h"
#include "node/loop/base/memory.h"
#include "node/loop/base/notify.h"
#include "node/loop/base/tally.h"
#include "node/loop/base/version.h"
#include "node/loop/data.h"
#include "node/loop/link/dial.h"
#include "node/loop/link/listen.h"
#include "node/loop/submit/heartbeat.h"
#include "node/loop/submit/submit.h"
#include "node/loop/write/verify.h"
#include "sys/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TICK_MS 100
#define TICKS_A_SECOND (1000 / TICK_MS)
#define TIDY_TICKS (10 * TICKS_A_SECOND)

struct node {
    const struct avow_options *options;
    struct avow_logger logger;
    struct avow_tally tally;
    struct avow_node_identity identity;
    struct avow_store *store;
    struct avow_reading reading;
    struct avow_checks *checks;
    struct avow_pool pool;
    struct avow_write_thread *writer;
    struct avow_queries *queries;
    struct avow_links links;
    struct avow_gossip gossip;
    struct avow_heartbeats heartbeats;
    struct avow_submit submit;
    struct avow_requests requests;
    struct avow_dialler dialler;
    struct avow_about about;
    uv_loop_t loop;
    uv_async_t writer_woke, queries_woke;
    uv_signal_t terminated, interrupted;
    uv_timer_t timer;
    uv_prepare_t before_waiting;
    struct avow_memory memory;
    char listen[AVOW_HOST_MAX + 16];
    uint64_t started; /* Unix seconds */
    uint64_t ticks;
    enum avow_write_thread_state writer_state; /* as last logged */
    bool stopping, closed;
    enum avow_err result;
};

static uint64_t unix_now(void)
{
    time_t now = time(NULL);
    return now < 0 ? 0 : (uint64_t)now;
}

static uint64_t query_now(void *context)
{
    (void)context;
    return unix_now();
}

static void log_error(const struct node *node, const char *event, enum avow_err err)
{
    avow_line_event(&node->logger, AVOW_LOG_ERROR, event, "error", avow_err_text(err));
}

/* ---- links ---- */

static void log_link(struct node *node, enum avow_log_level level, const char *event,
                     const struct avow_link *link)
{
    struct avow_line line;
    if (!avow_tally_shows(&node->tally, level, event, avow_reject_name(link->reject),
                          uv_now(&node->loop)))
        return;
    avow_line_begin(&line, &node->logger, level, event);
    avow_line_uint(&line, "link", link->slot);
    avow_line_word(&line, "address", link->address);
    avow_line_word(&line, "side", link->outbound ? "outbound" : "inbound");
    if (link->up)
        avow_line_node(&line, avow_channel_peer(&link->channel));
    if (link->reject != AVOW_ACCEPT)
        avow_line_word(&line, "reject", avow_reject_name(link->reject));
    if (link->why[0] != '\0')
        avow_line_word(&line, "why", link->why);
    avow_line_end(&line);
}

static void on_opened(void *context, struct avow_link *link)
{
    struct node *node = context;
    log_link(node, AVOW_LOG_DEBUG, "link-up", link);
    avow_gossip_link_up(&node->gossip, link);
    if (avow_key_equal(avow_channel_peer(&link->channel), &node->identity.node))
        avow_link_drop(link, AVOW_ACCEPT, "this is the node itself");
}

static void on_closed(void *context, struct avow_link *link)
{
    struct node *node = context;
    bool bad = link->reject != AVOW_ACCEPT && link->reject != AVOW_REJECT_QUOTA;
    log_link(node, bad ? AVOW_LOG_INFO : AVOW_LOG_DEBUG, "link-down", link);
    avow_requests_link_down(&node->requests, link);
    avow_submit_link_down(&node->submit, link);
    if (link->up)
        avow_gossip_link_down(&node->gossip, link);
    if (link->outbound)
        avow_dialler_link_down(&node->dialler, link);
}

static enum avow_place_rank worth_of_link(void *context, const struct avow_link *link)
{
    const struct node *node = context;
    struct avow_core_link_info info;
    if (!avow_core_link(node->gossip.core, link->slot, &info) || !info.ready ||
        info.role != AVOW_PEER_NODE)
        return AVOW_PLACE_IDLE;
    return info.logs_served > 0 ? AVOW_PLACE_SOURCE : AVOW_PLACE_NODE;
}

static void on_message(void *context, struct avow_link *link, struct avow_bytes message)
{
    struct node *node = context;
    uint64_t type = 0;
    enum avow_reject reject = avow_message_peek(message, &type);
    if (reject != AVOW_ACCEPT)
        avow_link_drop(link, reject, "a message that is not well formed");
    else if (avow_answer_takes(type))
        avow_requests_message(&node->requests, link, message);
    else if (avow_core_takes(type))
        avow_gossip_message(&node->gossip, link, message);
    else if (avow_submit_takes(type))
        avow_submit_message(&node->submit, link, message);
    else if (avow_about_takes(type))
        avow_about_message(&node->about, link, message);
    else if (type == AVOW_MESSAGE_CLOSE)
        avow_link_drop(link, AVOW_ACCEPT, "closed by the other side");
    else if (type < AVOW_MESSAGE_SKIPPABLE_MIN)
        avow_link_drop(link, AVOW_REJECT_MESSAGE, "an answer that nobody asked for");
}

static void on_read_done(void *context, struct avow_link *link)
{
    struct node *node = context;
    avow_requests_go_on(&node->requests, link);
}

/* ---- threads that have finished something ---- */

static void wake_writer(void *context)
{
    struct node *node = context;
    (void)uv_async_send(&node->writer_woke);
}

static void verify_job(void *context, struct avow_job *job)
{
    struct node *node = context;
    avow_verify_start(&node->pool, &node->writer, job);
}

static void wake_queries(void *context)
{
    struct node *node = context;
    (void)uv_async_send(&node->queries_woke);
}

static void begin_stop(struct node *node, enum avow_err result);

static void note_writer_state(struct node *node)
{
    enum avow_write_thread_state state = avow_write_thread_state(node->writer);
    if (state == node->writer_state)
        return;
    node->writer_state = state;
    switch (state) {
    case AVOW_WRITER_GOOD:
        avow_line_event(&node->logger, AVOW_LOG_WARN, "disk-has-room", NULL, NULL);
        break;
    case AVOW_WRITER_FULL:
        avow_line_event(&node->logger, AVOW_LOG_ERROR, "disk-full", "effect",
                        "queries are answered, nothing new is taken until there is room");
        break;
    case AVOW_WRITER_BROKEN:
        avow_line_event(&node->logger, AVOW_LOG_ERROR, "store-failed", "effect",
                        "the node stops; what it has acknowledged is on the disk");
        begin_stop(node, AVOW_ERR_IO);
        break;
    }
}

static void fetch_written(struct node *node)
{
    avow_reading_stale(&node->reading);
    avow_write_thread_fetch(node->writer);
}

static void on_writer_woke(uv_async_t *handle)
{
    struct node *node = handle->data;
    fetch_written(node);
    note_writer_state(node);
}

static void on_queries_woke(uv_async_t *handle)
{
    struct node *node = handle->data;
    avow_requests_fetch(&node->requests);
}

static void on_before_waiting(uv_prepare_t *handle)
{
    struct node *node = handle->data;
    avow_submit_flush(&node->submit);
    avow_reading_release(&node->reading);
}

/* ---- the end ---- */

/* What is queued is stored and acknowledged; then every link is told. */
static void begin_stop(struct node *node, enum avow_err result)
{
    if (node->stopping)
        return;
    node->stopping = true;
    node->result = result;
    avow_notify("STOPPING=1");
    avow_line_event(&node->logger, AVOW_LOG_INFO, "stopping", NULL, NULL);
    avow_links_stop_listening(&node->links);
    avow_dialler_stop(&node->dialler);
    avow_heartbeats_stop(&node->heartbeats);
    avow_write_thread_drain(node->writer);
    fetch_written(node);
    avow_gossip_stop(&node->gossip);
    avow_submit_stop(&node->submit);
    avow_links_close_all(&node->links);
}

/* The threads end before the handles that they would wake. */
static void close_handles(struct node *node)
{
    node->closed = true;
    avow_links_stop_listening(&node->links);
    if (node->links.slots != NULL)
        avow_links_end(&node->links);
    avow_queries_free(&node->queries);
    avow_write_thread_free(&node->writer);
    uv_close((uv_handle_t *)&node->writer_woke, NULL);
    uv_close((uv_handle_t *)&node->queries_woke, NULL);
    uv_close((uv_handle_t *)&node->terminated, NULL);
    uv_close((uv_handle_t *)&node->interrupted, NULL);
    uv_close((uv_handle_t *)&node->timer, NULL);
    uv_close((uv_handle_t *)&node->before_waiting, NULL);
}

static void on_signal(uv_signal_t *handle, int signal)
{
    (void)signal;
    begin_stop(handle->data, AVOW_OK);
}

/* What is written to a file that has lost its name is lost with this process. */
static void look_at_store(struct node *node)
{
    if (node->stopping || avow_store_is_in_place(node->store))
        return;
    avow_line_denied(
        &node->logger, "store-replaced", "data", node->options->data,
        "its file or lock was moved away, deleted or replaced while the node ran: the node "
        "stops; start it again on the right folder");
    begin_stop(node, AVOW_ERR_IO);
}

static void on_tick(uv_timer_t *timer)
{
    struct node *node = timer->data;
    node->ticks++;
    avow_gossip_tick(&node->gossip);
    avow_dialler_tick(&node->dialler);
    avow_submit_resume(&node->submit);
    if (node->ticks % TICKS_A_SECOND == 0) {
        avow_links_check_deadlines(&node->links, uv_now(&node->loop));
        look_at_store(node);
        avow_tally_sum(&node->tally, uv_now(&node->loop), false);
        if (!node->stopping)
            avow_heartbeats_tick(&node->heartbeats, unix_now());
    }
    if (node->ticks % TIDY_TICKS == 0)
        avow_memory_tidy(&node->memory, &node->loop);
    if (node->stopping && !node->closed && node->links.count == 0)
        close_handles(node);
}

/* ---- the beginning ---- */

static unsigned query_threads(const struct node *node)
{
    if (node->options->query_threads != 0)
        return (unsigned)node->options->query_threads;
    unsigned cores = uv_available_parallelism();
    return cores == 0 ? 1 : (cores > 64 ? 64 : cores);
}

static enum avow_err start_threads(struct node *node)
{
    enum avow_err err = avow_checks_new(&node->checks);
    if (err != AVOW_OK)
        return err;
    avow_pool_init(&node->pool, &node->loop);
    struct avow_write_thread_config writer = {.store = node->store,
                                              .checks = node->checks,
                                              .verify = verify_job,
                                              .wake = wake_writer,
                                              .context = node};
    struct avow_queries_config queries = {.store = node->store,
                                          .self = node->identity.secret,
                                          .policies = node->options->named,
                                          .threads = query_threads(node),
                                          .slice_ns = AVOW_QUERY_SLICE_NS,
                                          .wake = wake_queries,
                                          .context = node,
                                          .now = query_now};
    err = avow_write_thread_new(&writer, &node->writer);
    if (err == AVOW_OK)
        err = avow_queries_new(&queries, &node->queries);
    return err;
}

/* links_max, or as many as there are descriptors for; 0 when there are too few to run. */
static uint32_t seats_of(const struct node *node)
{
    const struct avow_options *options = node->options;
    const uint64_t files = avow_process_raise_files();
    uint32_t seats =
        avow_links_seats_within(files, (uint32_t)options->links_max, (uint32_t)options->peer_count);
    if (seats < options->links_max) {
        struct avow_line line;
        avow_line_begin(&line, &node->logger, seats == 0 ? AVOW_LOG_ERROR : AVOW_LOG_WARN,
                        seats == 0 ? "too-few-descriptors" : "links-max-lowered");
        avow_line_uint(&line, "links_max", options->links_max);
        avow_line_uint(&line, "now", seats);
        avow_line_uint(&line, "descriptors", files);
        avow_line_word(&line, "do", "raise the hard limit of open files (ulimit -Hn, LimitNOFILE)");
        avow_line_end(&line);
    }
    return seats;
}

static enum avow_err wire_links(struct node *node)
{
    const struct avow_options *options = node->options;
    const uint32_t seats = seats_of(node);
    if (seats == 0)
        return AVOW_ERR_INVALID;
    struct avow_links_config config = {
        .loop = &node->loop,
        .logger = &node->logger,
        .network = options->network,
        .self = node->identity.secret,
        .events = {.context = node,
                   .opened = on_opened,
                   .message = on_message,
                   .read_done = on_read_done,
                   .drained = on_read_done,
                   .closed = on_closed},
        .worth = worth_of_link,
        .seats = seats,
        .outbound = (uint32_t)options->peer_count,
        .per_address = (uint32_t)options->links_per_address,
    };
    return avow_links_init(&node->links, &config);
}

static enum avow_err wire_rest(struct node *node)
{
    struct avow_gossip_config gossip = {
        .loop = &node->loop,
        .logger = &node->logger,
        .links = &node->links,
        .reading = &node->reading,
        .writer = node->writer,
        .pool = &node->pool,
        .checks = node->checks,
        .policies = node->options->named,
        .self = &node->identity.node,
        .store_epoch = avow_store_epoch(node->store) & AVOW_UINT_MAX, /* as the wire has it */
        .agent = avow_version_agent(),
        .address = node->options->address,
    };
    struct avow_heartbeats_config heartbeats = {
        .data = node->options->data,
        .logger = &node->logger,
        .reading = &node->reading,
        .writer = node->writer,
        .gossip = &node->gossip,
        .self = node->identity.secret,
        .self_id = &node->identity.node,
    };
    struct avow_submit_config submit = {
        .pool = &node->pool,
        .checks = node->checks,
        .logger = &node->logger,
        .links = &node->links,
        .reading = &node->reading,
        .writer = node->writer,
        .gossip = &node->gossip,
        .heartbeats = &node->heartbeats,
        .self = &node->identity.node,
        .has_peers = node->options->peer_count > 0,
    };
    enum avow_err err = avow_gossip_init(&node->gossip, &gossip);
    if (err == AVOW_OK)
        err = avow_heartbeats_init(&node->heartbeats, &heartbeats);
    if (err == AVOW_OK)
        err = avow_submit_init(&node->submit, &submit);
    if (err == AVOW_OK)
        err = avow_requests_init(&node->requests, &node->links, node->queries);
    avow_dialler_init(&node->dialler, &node->loop, &node->logger, &node->links, node->options);
    node->about = (struct avow_about){
        .identity = &node->identity,
        .reading = &node->reading,
        .heartbeats = &node->heartbeats,
        .facts = {.self = &node->identity.node,
                  .network = node->options->network,
                  .listen = node->listen,
                  .started = node->started,
                  .writer = node->writer,
                  .links = &node->links,
                  .core = node->gossip.core},
    };
    return err;
}

/* The handles that only the end of the node closes. */
static void init_handles(struct node *node)
{
    int rc = uv_async_init(&node->loop, &node->writer_woke, on_writer_woke);
    rc = rc != 0 ? rc : uv_async_init(&node->loop, &node->queries_woke, on_queries_woke);
    rc = rc != 0 ? rc : uv_signal_init(&node->loop, &node->terminated);
    rc = rc != 0 ? rc : uv_signal_init(&node->loop, &node->interrupted);
    rc = rc != 0 ? rc : uv_timer_init(&node->loop, &node->timer);
    rc = rc != 0 ? rc : uv_prepare_init(&node->loop, &node->before_waiting);
    AVOW_ASSERT(rc == 0); /* uv_loop_init() has had what they need */
    node->writer_woke.data = node;
    node->queries_woke.data = node;
    node->terminated.data = node;
    node->interrupted.data = node;
    node->timer.data = node;
    node->before_waiting.data = node;
}

static enum avow_err start_handles(struct node *node)
{
    int rc = uv_signal_start(&node->terminated, on_signal, SIGTERM);
    rc = rc != 0 ? rc : uv_signal_start(&node->interrupted, on_signal, SIGINT);
    rc = rc != 0 ? rc : uv_timer_start(&node->timer, on_tick, 0, TICK_MS);
    rc = rc != 0 ? rc : uv_prepare_start(&node->before_waiting, on_before_waiting);
    return rc == 0 ? AVOW_OK : AVOW_ERR_IO;
}

static enum avow_err start_listening(struct node *node)
{
    const struct avow_endpoint *listen = &node->options->listen;
    uint8_t storage[512];
    struct avow_buf error;
    uint16_t bound = 0;
    avow_buf_init_fixed(&error, storage, sizeof(storage) - 1);
    enum avow_err err = avow_listen_on(&node->links, listen, &bound, &error);
    storage[error.len] = '\0';
    bool v6 = strchr(listen->host, ':') != NULL;
    (void)snprintf(node->listen, sizeof(node->listen), v6 ? "[%s]:%u" : "%s:%u", listen->host,
                   err == AVOW_OK ? bound : listen->port);
    if (err != AVOW_OK)
        avow_line_denied(&node->logger, "cannot-listen", "address", node->listen,
                         (const char *)storage);
    return err;
}

static enum avow_err start(struct node *node)
{
    enum avow_err err = start_threads(node);
    if (err == AVOW_OK)
        err = wire_links(node);
    if (err == AVOW_OK)
        err = wire_rest(node);
    if (err == AVOW_OK)
        err = start_handles(node);
    if (err != AVOW_OK) {
        log_error(node, "cannot-start", err);
        return err;
    }
    return start_listening(node);
}

static void log_started(struct node *node)
{
    struct avow_line line;
    avow_line_begin(&line, &node->logger, AVOW_LOG_INFO, "listening");
    avow_line_word(&line, "address", node->listen);
    avow_line_node(&line, &node->identity.node);
    avow_line_word(&line, "network", node->options->network);
    avow_line_uint(&line, "peers", node->options->peer_count);
    avow_line_word(&line, "version", avow_version_of_node());
    avow_line_end(&line);
    avow_notify("READY=1");
}

static void fini(struct node *node)
{
    if (node->links.slots != NULL)
        avow_links_fini(&node->links);
    avow_submit_fini(&node->submit);
    avow_requests_fini(&node->requests);
    avow_heartbeats_fini(&node->heartbeats);
    avow_gossip_fini(&node->gossip);
    avow_checks_free(&node->checks);
    if (node->reading.snapshot != NULL)
        avow_snapshot_free(&node->reading.snapshot);
    if (node->store != NULL)
        avow_store_close(&node->store);
    avow_node_identity_fini(&node->identity);
    avow_about_fini(&node->about);
}

enum avow_err avow_node_run(const struct avow_options *options)
{
    struct node *node = calloc(1, sizeof(*node));
    if (node == NULL)
        return AVOW_ERR_NOMEM;
    node->options = options;
    node->logger =
        (struct avow_logger){.level = options->log_level, .fd = 2, .tally = &node->tally};
    node->tally.logger = &node->logger;
    node->started = unix_now();
    enum avow_err err = avow_data_open(options, &node->logger, &node->identity, &node->store,
                                       &node->reading.snapshot);
    if (err == AVOW_OK && uv_loop_init(&node->loop) != 0)
        err = AVOW_ERR_NOMEM;
    if (err == AVOW_OK) {
        init_handles(node);
        err = start(node);
        if (err == AVOW_OK)
            log_started(node);
        else
            close_handles(node);
        (void)uv_run(&node->loop, UV_RUN_DEFAULT);
        avow_tally_sum(&node->tally, uv_now(&node->loop), true);
        int rc = uv_loop_close(&node->loop);
        /* The loop has run out, of links too, which the end of the node has closed: what is open
         * still is a handle of this program's that nobody has closed. */
        AVOW_ASSERT(rc == 0);
        err = err == AVOW_OK ? node->result : err;
    }
    fini(node);
    avow_line_event(&node->logger, AVOW_LOG_INFO, "stopped", NULL, NULL);
    free(node);
    return err;
}
