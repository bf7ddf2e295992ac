/* From the issuer back to the anchors. Few bodies recognise an issuer, and an anchor may lead to
 * very many: where both ends are known, this is the short way. It is given up for the other where
 * it is not (docs/protocol.md, "Recognition paths", "The bound"). */
#include "proto/trust/search_inner.h"

#define ROWS_MAX 512 /* recognitions that are looked at */

/* One step of the way back: somebody's recognition of `subject`. */
struct back_step {
    struct avow_hash subject;
    struct avow_known_recognition at;
    uint32_t link;
};

struct back {
    struct avow_search_run *run;
    size_t rows_left, depth; /* steps[depth] is being moved on */
    struct back_step steps[AVOW_POLICY_DEPTH_MAX];
};

static bool is_on_way(const struct back *back, const struct avow_hash *body)
{
    for (size_t i = 0; i <= back->depth; i++) {
        if (avow_hash_equal(&back->steps[i].subject, body))
            return true;
    }
    return false;
}

/* Reads the recognition that the last step is at. */
static enum avow_err read_step(struct back *back, bool *usable)
{
    struct avow_search_run *run = back->run;
    struct back_step *step = &back->steps[back->depth];
    uint32_t body;
    *usable = false;
    if (is_on_way(back, &step->at.body))
        return AVOW_OK;
    enum avow_err err = avow_search_body(run, &step->at.body, &body);
    if (err != AVOW_OK || !run->bodies[body].readable)
        return err;
    err = avow_search_link_new(run, body, step->at.index, &step->link);
    if (err == AVOW_OK)
        err = avow_search_look(run, step->link, usable);
    *usable = *usable &&
              avow_search_link_is_of(&run->links[step->link], &step->subject,
                                     back->depth == 0 ? AVOW_ROLE_ISSUER : AVOW_ROLE_AUTHORITY);
    return err;
}

/* Whether the depths on the way from an anchor leave enough for every step of it. */
static bool is_short_enough(const struct back *back, const struct avow_scope *anchor)
{
    const struct avow_search_run *run = back->run;
    uint64_t remaining = run->policy->max_depth;
    if (anchor->has_depth && anchor->depth < remaining)
        remaining = anchor->depth;
    for (size_t i = back->depth; i > 0; i--) {
        const struct avow_scope *scope = &run->links[back->steps[i].link].scope;
        if (remaining < 2)
            return false;
        remaining--;
        if (scope->has_depth && scope->depth < remaining)
            remaining = scope->depth;
    }
    return remaining > 0;
}

/* The way as a path, if its end is an anchor. */
static void tell_if_anchor(const struct back *back)
{
    struct avow_search_run *run = back->run;
    const struct avow_search_link *links[AVOW_POLICY_DEPTH_MAX];
    const struct avow_hash *body = &back->steps[back->depth].at.body;
    for (size_t i = 0; i <= back->depth; i++)
        links[back->depth - i] = &run->links[back->steps[i].link];
    for (size_t i = 0; i < run->policy->anchor_count; i++) {
        if (!avow_hash_equal(&run->policy->anchors[i].issuer, body))
            continue;
        struct avow_scope scope = avow_search_anchor_scope(run, i);
        if (avow_search_admits(run, &scope) && is_short_enough(back, &scope))
            avow_search_tell(run, i, links, back->depth + 1);
    }
}

/* Moves the last step on, and the way with it. BUSY: it has gone too far. */
static enum avow_err go_on(struct back *back, bool *ended)
{
    struct avow_search_run *run = back->run;
    struct back_step *step = &back->steps[back->depth];
    bool usable;
    enum avow_err err =
        run->facts->recogniser(run->facts->context, &step->subject, &back->rows_left, &step->at);
    if (err == AVOW_ERR_NOT_FOUND) {
        *ended = back->depth == 0;
        if (!*ended)
            back->depth--;
        return AVOW_OK;
    }
    if (err == AVOW_OK)
        err = read_step(back, &usable);
    if (err != AVOW_OK || !usable)
        return err;
    tell_if_anchor(back);
    if (back->depth + 1 < run->policy->max_depth)
        back->steps[++back->depth] = (struct back_step){.subject = step->at.body};
    return AVOW_OK;
}

/* An issuer that is an anchor itself. */
static void tell_if_issuer(struct avow_search_run *run)
{
    for (size_t i = 0; i < run->policy->anchor_count; i++) {
        struct avow_scope scope = avow_search_anchor_scope(run, i);
        if (avow_hash_equal(&run->policy->anchors[i].issuer, &run->award->issuer) &&
            avow_search_admits(run, &scope))
            avow_search_tell(run, i, NULL, 0);
    }
}

enum avow_err avow_search_backwards(struct avow_search_run *run, bool *found)
{
    struct back back = {.run = run, .rows_left = ROWS_MAX};
    enum avow_err err = AVOW_OK;
    bool ended = run->policy->anchor_count == 0;
    back.steps[0].subject = run->award->issuer;
    tell_if_issuer(run);
    while (err == AVOW_OK && !ended && !run->spent)
        err = go_on(&back, &ended);
    *found = err == AVOW_OK && ended && run->out->path_count > 0;
    return err == AVOW_ERR_BUSY ? AVOW_OK : err;
}
