/* Who may touch a log now, and what waits for its turn. */
#include "node/loop/submit/submit_inner.h"

/* ---- locks ---- */

static struct avow_submit_lock *find_lock(struct avow_submit *submit,
                                          const struct avow_hash *issuer)
{
    for (size_t i = 0; i < submit->lock_count; i++) {
        if (avow_hash_equal(&submit->locks[i].issuer, issuer))
            return &submit->locks[i];
    }
    return NULL;
}

static bool is_mine(const struct avow_submit_lock *lock, const struct avow_link *link)
{
    return lock->slot == link->slot && lock->generation == link->generation;
}

/* Adds one operation of this link on a log; false when others are in the way. */
bool avow_submit_lock(struct avow_submit *submit, const struct avow_link *link,
                      const struct avow_hash *issuer, bool exclusive)
{
    struct avow_submit_lock *held = find_lock(submit, issuer);
    if (held != NULL) {
        bool mine = is_mine(held, link);
        submit->links[link->slot].needs_lock = !mine;
        submit->links[link->slot].locked = *issuer;
        if (!mine || exclusive || held->exclusive)
            return false;
        held->jobs++;
        return true;
    }
    if (submit->lock_count == AVOW_SUBMIT_LOCKS_MAX)
        return false;
    submit->locks[submit->lock_count++] = (struct avow_submit_lock){
        .issuer = *issuer,
        .slot = link->slot,
        .generation = link->generation,
        .jobs = 1,
        .exclusive = exclusive,
    };
    return true;
}

void avow_submit_unlock(struct avow_submit *submit, const struct avow_hash *issuer)
{
    struct avow_submit_lock *held = find_lock(submit, issuer);
    /* Work and jobs take a lock before they begin, and give it back once, when they are done with:
     * a link that goes meanwhile leaves its locks to them. */
    AVOW_ASSERT(held != NULL);
    if (--held->jobs == 0)
        *held = submit->locks[--submit->lock_count];
}

/* ---- messages that wait ---- */

static bool has_backlog(const struct avow_submit_link *state)
{
    return state->backlog_used < state->backlog.len;
}

static void keep(struct avow_submit *submit, struct avow_link *link, struct avow_bytes message)
{
    struct avow_submit_link *state = &submit->links[link->slot];
    submit->waiting += has_backlog(state) ? 0 : 1;
    size_t start = avow_sendq_row_begin(&state->backlog);
    avow_buf_append(&state->backlog, message.data, message.len);
    avow_sendq_row_end(&state->backlog, start);
    if (state->backlog.err != AVOW_OK)
        avow_link_drop(link, AVOW_REJECT_QUOTA, "too many submissions at once");
    else
        avow_link_pause(link, AVOW_PAUSE_SUBMISSIONS, true);
}

void avow_submit_message(struct avow_submit *submit, struct avow_link *link,
                         struct avow_bytes message)
{
    if (submit->stopping)
        return;
    if (has_backlog(&submit->links[link->slot]) ||
        avow_submit_try(submit, link, message) == AVOW_SUBMIT_MUST_WAIT)
        keep(submit, link, message);
}

static void forget_backlog(struct avow_submit *submit, struct avow_submit_link *state)
{
    submit->waiting -= has_backlog(state) ? 1 : 0;
    avow_buf_fini(&state->backlog);
    avow_buf_init_secret(&state->backlog, AVOW_SUBMIT_BACKLOG_MAX); /* a seed may be in it */
    state->backlog_used = 0;
}

/* What is in the way of a link's first message still is: known without decoding that again. */
static bool is_blocked(struct avow_submit *submit, const struct avow_link *link)
{
    const struct avow_submit_link *state = &submit->links[link->slot];
    const struct avow_submit_lock *held =
        state->needs_lock ? find_lock(submit, &state->locked) : NULL;
    return state->working || (held != NULL && !is_mine(held, link)) ||
           (state->needs_room && !avow_write_thread_has_room(submit->config.writer, state->lane));
}

static void resume_link(struct avow_submit *submit, struct avow_link *link)
{
    struct avow_submit_link *state = &submit->links[link->slot];
    if (is_blocked(submit, link))
        return;
    while (link->state == AVOW_LINK_OPEN && has_backlog(state)) {
        struct avow_bytes rest = avow_buf_bytes(&state->backlog), message;
        rest.data += state->backlog_used;
        rest.len -= state->backlog_used;
        if (!avow_sendq_row_next(&rest, &message) ||
            avow_submit_try(submit, link, message) == AVOW_SUBMIT_MUST_WAIT)
            return;
        size_t used = state->backlog.len - rest.len;
        if (used < state->backlog.len)
            state->backlog_used = used;
        else
            forget_backlog(submit, state);
    }
    if (link->state == AVOW_LINK_OPEN)
        avow_link_pause(link, AVOW_PAUSE_SUBMISSIONS, false);
}

void avow_submit_resume(struct avow_submit *submit)
{
    uint32_t max = submit->config.links->max;
    /* Each time another link is the first: else one that always asks would always be served. */
    submit->first = (submit->first + 1) % max;
    for (uint32_t i = 0; i < max && submit->waiting > 0; i++) {
        uint32_t slot = (submit->first + i) % max;
        struct avow_link *link = avow_links_open(submit->config.links, slot);
        if (link != NULL && has_backlog(&submit->links[slot]) && !submit->stopping)
            resume_link(submit, link);
    }
}

void avow_submit_link_down(struct avow_submit *submit, const struct avow_link *link)
{
    struct avow_submit_link *state = &submit->links[link->slot];
    forget_backlog(submit, state);
    state->proof_count = 0;
    state->jobs = 0;
    state->working = false;
    state->needs_lock = state->needs_room = false;
}
