#include "node/loop/link/link.h"

#include <sodium.h>
#include <stdlib.h>

static uint64_t now_ms(const struct avow_link *link)
{
    return uv_now(link->shared->loop);
}

static bool is_live(const struct avow_link *link)
{
    return link->state != AVOW_LINK_CLOSED && link->state != AVOW_LINK_CLOSING;
}

/* What the channel asks before it buffers a message. */
static enum avow_reject bound(struct avow_bytes head, size_t len)
{
    uint64_t type;
    enum avow_reject reject = avow_message_peek(head, &type);
    if (reject != AVOW_ACCEPT)
        return reject;
    size_t max = avow_message_bytes_max(type);
    if (max == 0)
        return AVOW_REJECT_MESSAGE;
    return len <= max ? AVOW_ACCEPT : AVOW_REJECT_LENGTH;
}

struct avow_link *avow_link_new(const struct avow_link_shared *shared, uint32_t slot,
                                uint64_t generation)
{
    struct avow_link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return NULL;
    link->shared = shared;
    link->slot = slot;
    link->generation = generation;
    link->why = "";
    link->started_ms = link->read_ms = link->boundary_ms = uv_now(shared->loop);
    avow_sendq_init(&link->queue);
    avow_buf_init(&link->written, AVOW_CHANNEL_QUEUE_MAX);
    if (uv_tcp_init(shared->loop, &link->tcp) != 0) {
        free(link);
        return NULL;
    }
    link->tcp.data = link;
    link->writing.data = link;
    link->connecting.data = link;
    return link;
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
    struct avow_link *link = handle->data;
    link->shared->events.closed(link->shared->events.context, link);
    if (link->has_channel)
        avow_channel_fini(&link->channel);
    avow_sendq_fini(&link->queue);
    avow_buf_fini(&link->written);
    free(link);
}

void avow_link_drop(struct avow_link *link, enum avow_reject reject, const char *why)
{
    if (link->state == AVOW_LINK_CLOSED)
        return;
    if (link->state != AVOW_LINK_CLOSING) {
        link->reject = reject;
        link->why = why;
    }
    link->state = AVOW_LINK_CLOSED;
    uv_close((uv_handle_t *)&link->tcp, on_closed);
}

static void stop_reading(struct avow_link *link)
{
    if (link->reading)
        (void)uv_read_stop((uv_stream_t *)&link->tcp);
    link->reading = false;
}

/* ---- sending ---- */

static void pump(struct avow_link *link);

static void clear_written(struct avow_link *link)
{
    avow_buf_clear(&link->written);
    if (link->written.cap > 2 * AVOW_LINK_FLUSH_BYTES) { /* no idle link keeps a large buffer */
        avow_buf_fini(&link->written);
        avow_buf_init(&link->written, AVOW_CHANNEL_QUEUE_MAX);
    }
}

static void on_written(uv_write_t *request, int status)
{
    struct avow_link *link = request->data;
    link->write_under_way = false;
    clear_written(link);
    if (link->state == AVOW_LINK_CLOSED)
        return;
    if (status != 0) {
        avow_link_drop(link, AVOW_ACCEPT, "cannot be written to");
        return;
    }
    pump(link);
    if (link->state == AVOW_LINK_OPEN && link->queue.bytes < AVOW_LINK_LOW_BYTES)
        link->shared->events.drained(link->shared->events.context, link);
}

/* Moves waiting messages into the channel, as many as one write should carry. */
static enum avow_err fill_channel(struct avow_link *link)
{
    struct avow_bytes message;
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && avow_channel_queued(&link->channel) < AVOW_LINK_FLUSH_BYTES &&
           avow_sendq_take(&link->queue, &message))
        err = avow_channel_send(&link->channel, message);
    return err;
}

/* Has the event loop write what the socket did not take at once. */
static void write_rest(struct avow_link *link, size_t done)
{
    uv_buf_t buf = {.base = (char *)link->written.data + done, .len = link->written.len - done};
    int rc = uv_write(&link->writing, (uv_stream_t *)&link->tcp, &buf, 1, on_written);
    if (rc != 0) {
        avow_buf_clear(&link->written);
        avow_link_drop(link, AVOW_ACCEPT, "cannot be written to");
        return;
    }
    link->write_under_way = true;
    link->write_ms = now_ms(link);
}

/* Writes what waits, unless a write is under way; a closing link ends when nothing waits. Nearly
 * always the socket takes everything at once, and no request has to go through the event loop. */
static void pump(struct avow_link *link)
{
    while (!link->write_under_way && link->state != AVOW_LINK_CLOSED) {
        bool open = link->state == AVOW_LINK_OPEN || link->state == AVOW_LINK_CLOSING;
        if (open && fill_channel(link) != AVOW_OK) {
            avow_link_drop(link, AVOW_ACCEPT, "out of memory");
            return;
        }
        avow_channel_flush(&link->channel, &link->written);
        if (link->written.len == 0) {
            if (link->state == AVOW_LINK_CLOSING)
                avow_link_drop(link, AVOW_ACCEPT, "");
            return;
        }
        uv_buf_t buf = {.base = (char *)link->written.data, .len = link->written.len};
        int taken = uv_try_write((uv_stream_t *)&link->tcp, &buf, 1);
        size_t done = taken > 0 ? (size_t)taken : 0; /* uv_write() finds an error again */
        if (done < link->written.len)
            write_rest(link, done);
        else
            clear_written(link);
    }
}

enum avow_err avow_link_send(struct avow_link *link, enum avow_core_priority priority,
                             struct avow_bytes message, const struct avow_hash *about)
{
    if (link->state != AVOW_LINK_OPEN)
        return AVOW_ERR_CLOSED;
    enum avow_err err = avow_sendq_put(&link->queue, priority, message, about);
    if (err == AVOW_OK)
        pump(link);
    else if (err != AVOW_ERR_TOO_LARGE)
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    return err;
}

void avow_link_answer(struct avow_link *link, const struct avow_message *message)
{
    struct avow_buf bytes;
    if (message->type == AVOW_MESSAGE_ACCEPTED)
        link->answered_ms = now_ms(link);
    avow_buf_init(&bytes, AVOW_MESSAGE_BYTES_MAX);
    avow_message_encode(&bytes, message);
    enum avow_err err = bytes.err;
    if (err == AVOW_OK)
        err = avow_link_send(link, AVOW_CORE_CONTROL, avow_buf_bytes(&bytes), NULL);
    if (err != AVOW_OK)
        avow_link_drop(link, AVOW_ACCEPT, "does not read its answers");
    avow_buf_fini(&bytes);
}

void avow_link_send_row(struct avow_link *link, struct avow_buf *row)
{
    if (link->state != AVOW_LINK_OPEN)
        return;
    link->answered_ms = now_ms(link);
    if (avow_sendq_put_row(&link->queue, AVOW_CORE_BULK, row) == AVOW_OK)
        pump(link);
    else
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
}

void avow_link_close(struct avow_link *link, enum avow_refusal code, const char *why)
{
    if (!is_live(link))
        return;
    if (link->state != AVOW_LINK_OPEN) {
        avow_link_drop(link, AVOW_ACCEPT, why);
        return;
    }
    struct avow_buf bytes;
    uint8_t storage[512];
    struct avow_message message = {.type = AVOW_MESSAGE_CLOSE, .code = code};
    message.text = avow_bytes_text(avow_refusal_text(code));
    avow_buf_init_fixed(&bytes, storage, sizeof(storage));
    avow_message_encode(&bytes, &message);
    AVOW_ASSERT(bytes.err == AVOW_OK); /* a code and its text, both this program's */
    link->why = why;
    link->state = AVOW_LINK_CLOSING;
    link->closing_ms = now_ms(link);
    stop_reading(link);
    /* After all that waits: answers that are ready still go out. */
    if (avow_sendq_put(&link->queue, AVOW_CORE_BULK, avow_buf_bytes(&bytes), NULL) == AVOW_OK)
        pump(link);
    else
        avow_link_drop(link, AVOW_ACCEPT, why);
}

/* ---- receiving ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    const struct avow_link *link = handle->data;
    (void)suggested;
    *buf = (uv_buf_t){.base = (char *)link->shared->read_buffer, .len = AVOW_LINK_READ_BYTES};
}

static void use_event(struct avow_link *link, enum avow_channel_event event,
                      struct avow_bytes message)
{
    const struct avow_link_events *events = &link->shared->events;
    switch (event) {
    case AVOW_CHANNEL_OPENED:
        link->state = AVOW_LINK_OPEN;
        link->up = true;
        events->opened(events->context, link);
        break;
    case AVOW_CHANNEL_MESSAGE:
        events->message(events->context, link, message);
        break;
    case AVOW_CHANNEL_REJECTED:
        avow_link_drop(link, avow_channel_reject(&link->channel), "");
        break;
    case AVOW_CHANNEL_FAILED:
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        break;
    case AVOW_CHANNEL_MORE:
        break;
    }
}

static void use_bytes(struct avow_link *link, uint8_t *data, size_t len)
{
    struct avow_bytes message;
    enum avow_channel_event event = AVOW_CHANNEL_OPENED;
    avow_channel_feed(&link->channel, data, len);
    while (is_live(link) && event != AVOW_CHANNEL_MORE) {
        event = avow_channel_next(&link->channel, &message);
        if (event == AVOW_CHANNEL_MESSAGE) /* what follows it has begun now */
            link->boundary_ms = link->read_ms;
        use_event(link, event, message);
    }
    if (!is_live(link))
        return;
    if (avow_channel_at_boundary(&link->channel))
        link->boundary_ms = link->read_ms;
    pump(link);
    if (link->state == AVOW_LINK_OPEN)
        link->shared->events.read_done(link->shared->events.context, link);
}

/* Whether what was read may be used. */
static bool is_welcome(struct avow_link *link, size_t count)
{
    const size_t before = link->greeting_bytes;
    if (link->outbound || before >= AVOW_LINK_GREETING_BYTES)
        return true;
    link->greeting_bytes = before + count;
    if (link->greeting_bytes >= AVOW_LINK_GREETING_BYTES)
        link->shared->events.greeted(link->shared->events.context, link);
    return is_live(link);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct avow_link *link = stream->data;
    if (!is_live(link) || count == 0)
        return;
    if (count < 0) { /* a CLOSE would have come before a good end */
        avow_link_drop(link, AVOW_ACCEPT, count == UV_EOF ? "cut" : uv_strerror((int)count));
        return;
    }
    link->read_ms = now_ms(link);
    if (is_welcome(link, (size_t)count))
        use_bytes(link, (uint8_t *)buf->base, (size_t)count);
}

static void update_reading(struct avow_link *link)
{
    bool want = is_live(link) && link->state != AVOW_LINK_CONNECTING && link->paused == 0;
    if (want && !link->reading) {
        link->read_ms = link->boundary_ms = now_ms(link);
        link->reading = uv_read_start((uv_stream_t *)&link->tcp, on_alloc, on_read) == 0;
        if (!link->reading)
            avow_link_drop(link, AVOW_ACCEPT, "cannot be read");
    } else if (!want) {
        stop_reading(link);
    }
}

void avow_link_pause(struct avow_link *link, enum avow_link_pause who, bool pause)
{
    if (pause)
        link->paused |= (unsigned)who;
    else
        link->paused &= ~(unsigned)who;
    update_reading(link);
}

/* ---- the beginning ---- */

static enum avow_err init_channel(struct avow_link *link, const struct avow_key *expected)
{
    uint8_t ephemeral[32];
    randombytes_buf(ephemeral, sizeof(ephemeral));
    struct avow_channel_config config = {
        .network = link->shared->network,
        .self = link->shared->self,
        .ephemeral = ephemeral,
        .expected = expected,
        .bound = bound,
    };
    enum avow_err err = link->outbound ? avow_channel_init_initiator(&link->channel, &config)
                                       : avow_channel_init_responder(&link->channel, &config);
    sodium_memzero(ephemeral, sizeof(ephemeral));
    link->has_channel = true;
    return err;
}

static void begin(struct avow_link *link)
{
    link->state = AVOW_LINK_HANDSHAKE;
    (void)uv_tcp_nodelay(&link->tcp, 1);
    update_reading(link);
    pump(link);
}

void avow_link_accepted(struct avow_link *link)
{
    if (init_channel(link, NULL) != AVOW_OK)
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    else
        begin(link);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct avow_link *link = request->data;
    if (link->state != AVOW_LINK_CONNECTING)
        return;
    if (status != 0)
        avow_link_drop(link, AVOW_ACCEPT, uv_strerror(status));
    else
        begin(link);
}

void avow_link_connect(struct avow_link *link, const struct sockaddr *to,
                       const struct avow_key *expected)
{
    link->outbound = true;
    link->state = AVOW_LINK_CONNECTING;
    int rc = init_channel(link, expected) == AVOW_OK
                 ? uv_tcp_connect(&link->connecting, &link->tcp, to, on_connected)
                 : UV_ENOMEM;
    if (rc != 0)
        avow_link_drop(link, AVOW_ACCEPT, uv_strerror(rc));
}

bool avow_link_is_local(const struct avow_link *link)
{
    static const uint8_t zeros[8]; /* of ::1, the only address there is in ::/64 */
    return link->network_len == 4 ? link->network[0] == 127
                                  : link->network_len == sizeof(zeros) &&
                                        memcmp(link->network, zeros, sizeof(zeros)) == 0;
}

/* ---- time ---- */

void avow_link_check_deadlines(struct avow_link *link, uint64_t now)
{
    switch (link->state) {
    case AVOW_LINK_CONNECTING:
    case AVOW_LINK_HANDSHAKE:
        if (now > link->started_ms + AVOW_LINK_HANDSHAKE_MS)
            avow_link_drop(link, AVOW_ACCEPT, "no handshake in time");
        break;
    case AVOW_LINK_OPEN:
        if (link->write_under_way && now > link->write_ms + AVOW_LINK_WRITE_MS)
            avow_link_drop(link, AVOW_ACCEPT, "does not read");
        else if (link->paused != 0)
            break;
        else if (now > link->read_ms + AVOW_LINK_IDLE_MS)
            avow_link_close(link, AVOW_REFUSAL_BUSY, "idle");
        else if (!avow_channel_at_boundary(&link->channel) &&
                 now > link->boundary_ms + AVOW_LINK_MESSAGE_MS)
            avow_link_drop(link, AVOW_REJECT_TRUNCATED, "a message took too long");
        break;
    case AVOW_LINK_CLOSING:
        if (now > link->closing_ms + AVOW_LINK_CLOSING_MS)
            avow_link_drop(link, AVOW_ACCEPT, "");
        break;
    case AVOW_LINK_CLOSED:
        break;
    }
}
