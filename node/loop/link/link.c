#include "node/loop/link/link_inner.h"

#include <sodium.h>
#include <stdlib.h>

static uint64_t now_ms(const struct avow_link *link)
{
    return uv_now(link->shared->loop);
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

struct avow_link *avow_link_new(struct avow_link_shared *shared, uint32_t slot, uint64_t generation)
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
    avow_link_free_input(link);
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
    avow_turns_leave(link->shared->turns, link);
    uv_close((uv_handle_t *)&link->tcp, on_closed);
}

/* ---- sending ---- */

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
    avow_link_pump(link);
    if (!avow_link_is_behind(link))
        avow_link_pause(link, AVOW_PAUSE_ANSWERS, false);
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

/* Nearly always the socket takes everything at once, and no request has to go through the event
 * loop. */
void avow_link_pump(struct avow_link *link)
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
    if (err == AVOW_OK && !link->in_turn)
        avow_link_pump(link);
    else if (err != AVOW_OK && err != AVOW_ERR_TOO_LARGE)
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    return err;
}

static void send_row(struct avow_link *link, enum avow_core_priority priority, struct avow_buf *row)
{
    if (avow_sendq_put_row(&link->queue, priority, row) != AVOW_OK)
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
    else if (!link->in_turn)
        avow_link_pump(link);
}

/* Whatever its size: who does not read its answers is asked no more (avow_link_is_behind()). */
void avow_link_answer(struct avow_link *link, const struct avow_message *message)
{
    struct avow_buf row;
    if (link->state != AVOW_LINK_OPEN)
        return;
    if (message->type == AVOW_MESSAGE_ACCEPTED)
        link->answered_ms = now_ms(link);
    avow_buf_init(&row, AVOW_MESSAGE_BYTES_MAX + 4);
    size_t start = avow_sendq_row_begin(&row);
    avow_message_encode(&row, message);
    avow_sendq_row_end(&row, start);
    if (row.err == AVOW_OK) {
        send_row(link, AVOW_CORE_CONTROL, &row);
        return;
    }
    avow_buf_fini(&row);
    avow_link_drop(link, AVOW_ACCEPT, "out of memory");
}

void avow_link_send_row(struct avow_link *link, struct avow_buf *row)
{
    if (link->state != AVOW_LINK_OPEN)
        return;
    link->answered_ms = now_ms(link);
    send_row(link, AVOW_CORE_BULK, row);
}

bool avow_link_is_behind(const struct avow_link *link)
{
    const struct avow_sendq_lane *lane = &link->queue.lanes[AVOW_CORE_CONTROL];
    return lane->bytes + lane->items * AVOW_SENDQ_ITEM_BYTES >= AVOW_LINK_LOW_BYTES;
}

void avow_link_close(struct avow_link *link, enum avow_refusal code, const char *why)
{
    if (!avow_link_is_live(link))
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
    avow_turns_leave(link->shared->turns, link);
    avow_link_stop_reading(link);
    /* After all that waits: answers that are ready still go out. */
    if (avow_sendq_put(&link->queue, AVOW_CORE_BULK, avow_buf_bytes(&bytes), NULL) == AVOW_OK)
        avow_link_pump(link);
    else
        avow_link_drop(link, AVOW_ACCEPT, why);
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
    avow_link_settle(link, false);
    avow_link_pump(link);
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
