/* The way in: what a link sends is read, opened and handed over, a share at a time (turns.h). */
#include "node/loop/link/link_inner.h"
#include "sys/wipe.h"

#include <stdlib.h>

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct avow_link *link = handle->data;
    struct avow_link_shared *shared = link->shared;
    (void)suggested;
    if (shared->read_buffer == NULL) {
        shared->read_bytes =
            shared->turns->count > AVOW_LINK_FEW ? AVOW_LINK_READ_LITTLE : AVOW_LINK_READ_BYTES;
        shared->read_buffer = malloc(shared->read_bytes);
    }
    buf->base = (char *)shared->read_buffer;
    buf->len = shared->read_buffer == NULL ? 0 : shared->read_bytes;
}

/* What was read must stay where it is until the channel has used it. */
static void keep_input(struct avow_link *link)
{
    link->input = link->shared->read_buffer;
    link->input_bytes = link->shared->read_bytes;
    link->shared->read_buffer = NULL;
}

void avow_link_free_input(struct avow_link *link)
{
    struct avow_link_shared *shared = link->shared;
    if (shared->read_buffer == NULL && link->input_bytes == AVOW_LINK_READ_BYTES) {
        shared->read_buffer = link->input;
        shared->read_bytes = link->input_bytes;
    } else {
        avow_wipe_free(link->input); /* messages were opened in it */
    }
    link->input = NULL;
    link->input_bytes = 0;
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
        link->boundary_ms = link->read_ms; /* what follows it has begun now */
        events->message(events->context, link, message);
        break;
    case AVOW_CHANNEL_REJECTED:
        avow_link_drop(link, avow_channel_reject(&link->channel), "");
        break;
    case AVOW_CHANNEL_FAILED:
        avow_link_drop(link, AVOW_ACCEPT, "out of memory");
        break;
    case AVOW_CHANNEL_FRAME:
    case AVOW_CHANNEL_MORE:
        break;
    }
    if (avow_link_is_behind(link))
        avow_link_pump(link);
    if (avow_link_is_behind(link))
        link->paused |= AVOW_PAUSE_ANSWERS;
}

/* Handles what the channel was fed, until that is used up, the share is, or somebody pauses. */
static void use_share(struct avow_link *link)
{
    const uint64_t end = uv_hrtime() + link->shared->turns->share_ns;
    enum avow_channel_event event;
    unsigned steps = 0;
    bool in_time;
    link->in_turn = true;
    do {
        struct avow_bytes message;
        event = avow_channel_step(&link->channel, &message);
        use_event(link, event, message);
        const bool look = ++steps % AVOW_TURN_STEPS == 0 || message.len >= AVOW_TURN_BYTES;
        in_time = !look || uv_hrtime() < end;
    } while (avow_link_is_live(link) && event != AVOW_CHANNEL_MORE && link->paused == 0 && in_time);
    link->in_turn = false;
    link->feeding = event != AVOW_CHANNEL_MORE;
    if (!avow_link_is_live(link))
        return;
    if (avow_channel_at_boundary(&link->channel))
        link->boundary_ms = link->read_ms;
    avow_link_pump(link);
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
    return avow_link_is_live(link);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct avow_link *link = stream->data;
    if (!avow_link_is_live(link) || count == 0)
        return;
    if (count < 0) { /* a CLOSE would have come before a good end */
        avow_link_drop(link, AVOW_ACCEPT, count == UV_EOF ? "cut" : uv_strerror((int)count));
        return;
    }
    link->read_ms = uv_now(link->shared->loop);
    if (!is_welcome(link, (size_t)count))
        return;
    avow_channel_feed(&link->channel, (uint8_t *)buf->base, (size_t)count);
    use_share(link);
    if (link->feeding && avow_link_is_live(link))
        keep_input(link);
    /* One read a turn, though the socket may have more. */
    avow_link_settle(link, (size_t)count == buf->len);
}

void avow_link_take_turn(struct avow_link *link)
{
    if (link->feeding && link->paused == 0)
        use_share(link);
    if (!link->feeding && link->input != NULL)
        avow_link_free_input(link);
    avow_link_settle(link, false);
}

void avow_link_stop_reading(struct avow_link *link)
{
    if (link->reading)
        (void)uv_read_stop((uv_stream_t *)&link->tcp);
    link->reading = false;
}

static void start_reading(struct avow_link *link)
{
    if (link->reading)
        return;
    link->read_ms = link->boundary_ms = uv_now(link->shared->loop);
    link->reading = uv_read_start((uv_stream_t *)&link->tcp, on_alloc, on_read) == 0;
    if (!link->reading)
        avow_link_drop(link, AVOW_ACCEPT, "cannot be read");
}

void avow_link_settle(struct avow_link *link, bool more)
{
    if (!avow_link_is_live(link) || link->state == AVOW_LINK_CONNECTING)
        return;
    if (link->paused == 0 && (link->feeding || more))
        avow_turns_wait(link->shared->turns, link);
    if (link->paused == 0 && !link->waits)
        start_reading(link);
    else
        avow_link_stop_reading(link);
}

void avow_link_pause(struct avow_link *link, enum avow_link_pause who, bool pause)
{
    unsigned before = link->paused;
    if (pause)
        link->paused |= (unsigned)who;
    else
        link->paused &= ~(unsigned)who;
    if (link->paused != before && !link->in_turn)
        avow_link_settle(link, false);
}
