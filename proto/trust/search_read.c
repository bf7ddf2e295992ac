/* Bodies and their recognitions, each read once. */
#include "proto/trust/search_inner.h"
#include "proto/trust/standing.h"

#include <stdlib.h>

void avow_search_run_fini(struct avow_search_run *run)
{
    free(run->bodies);
    free(run->by_id);
    free(run->links);
}

void *avow_search_room(void *items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return items;
    uint32_t wanted = *room == 0 ? 16 : *room * 2;
    void *moved = realloc(items, wanted * size);
    if (moved != NULL)
        *room = wanted;
    return moved;
}

/* ------------------------------------------------------------------ bodies */

/* Where the body is among those ordered by id, or would be. */
static uint32_t place_of(const struct avow_search_run *run, const struct avow_hash *id)
{
    uint32_t low = 0, high = run->body_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct avow_hash *other = &run->bodies[run->by_id[middle]].id;
        if (memcmp(other->bytes, id->bytes, sizeof(id->bytes)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A log in which something may stand that is not seen here. */
static bool hides(const struct avow_known_log *log)
{
    return !log->whole || log->forked || log->abandoned_from != AVOW_NEVER ||
           log->disputed_from != AVOW_NEVER;
}

static enum avow_err read_body(struct avow_search_run *run, const struct avow_hash *id,
                               struct avow_search_body *body)
{
    *body = (struct avow_search_body){.id = *id};
    for (size_t i = 0; i < 2; i++)
        body->lists[i].first = body->lists[i].last = AVOW_SEARCH_NONE;
    enum avow_err err = run->facts->log(run->facts->context, id, &body->log);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    if (err == AVOW_OK && !avow_search_pay(run, body->log.chain->count / AVOW_SEARCH_ROOTS_A_STEP))
        return AVOW_OK;
    body->readable = err == AVOW_OK && avow_freshness(&body->log, run->policy, run->now).fresh;
    if (!body->readable || hides(&body->log))
        run->unseen = true;
    return AVOW_OK;
}

static enum avow_err make_body_room(struct avow_search_run *run)
{
    uint32_t room = run->body_room;
    void *by_id = avow_search_room(run->by_id, run->body_count, &room, sizeof(*run->by_id));
    if (by_id == NULL)
        return AVOW_ERR_NOMEM;
    run->by_id = by_id;
    void *bodies =
        avow_search_room(run->bodies, run->body_count, &run->body_room, sizeof(*run->bodies));
    if (bodies == NULL)
        return AVOW_ERR_NOMEM;
    run->bodies = bodies;
    return AVOW_OK;
}

enum avow_err avow_search_body(struct avow_search_run *run, const struct avow_hash *id,
                               uint32_t *number)
{
    uint32_t place = place_of(run, id);
    if (place < run->body_count && avow_hash_equal(&run->bodies[run->by_id[place]].id, id)) {
        *number = run->by_id[place];
        return AVOW_OK;
    }
    enum avow_err err = make_body_room(run);
    if (err == AVOW_OK)
        err = read_body(run, id, &run->bodies[run->body_count]);
    if (err != AVOW_OK)
        return err;
    memmove(run->by_id + place + 1, run->by_id + place,
            (run->body_count - place) * sizeof(*run->by_id));
    run->by_id[place] = *number = run->body_count++;
    return AVOW_OK;
}

/* ------------------------------------------------------------------ recognitions */

bool avow_search_admits(const struct avow_search_run *run, const struct avow_scope *scope)
{
    return avow_narrow_admits_region(scope, avow_bytes_text(run->policy->region)) &&
           (run->award->general || avow_narrow_admits_field(scope, run->award->field));
}

/* When it ended, by its dates or by its issuer; AVOW_NEVER if it has not. */
static uint64_t ended_at(const struct avow_search_run *run, const struct avow_standing *standing)
{
    uint64_t until = standing->entry.recognition.valid_until;
    uint64_t end = standing->ended_at <= run->now ? standing->ended_at : AVOW_NEVER;
    return until != 0 && until < run->now && until < end ? until : end;
}

static bool covers(const struct avow_search_run *run, const struct avow_standing *standing)
{
    const struct avow_recognition *recognition = &standing->entry.recognition;
    uint64_t time = run->award->time;
    uint64_t end = ended_at(run, standing);
    return standing->entry.t <= run->at && !standing->is_void &&
           standing->state != AVOW_STATUS_SUSPENDED && recognition->valid_from <= time &&
           (recognition->valid_until == 0 || time <= recognition->valid_until) &&
           (end == AVOW_NEVER || run->award->covered_at <= end);
}

static bool still_stands(const struct avow_search_run *run, const struct avow_standing *standing)
{
    enum avow_status state =
        standing->later_count > 0 ? (enum avow_status)standing->later[0].state : standing->state;
    return ended_at(run, standing) == AVOW_NEVER && state == AVOW_STATUS_ACTIVE;
}

static enum avow_err read_link(struct avow_search_run *run, struct avow_search_link *link)
{
    struct avow_standing standing;
    const struct avow_search_body *body = &run->bodies[link->body];
    const struct avow_recognition *recognition = &standing.entry.recognition;
    link->read = true;
    enum avow_err err = avow_standing(run->facts, &body->log, run->policy, link->index, run->now,
                                      run->at, &standing);
    if (err != AVOW_OK || !standing.in_log)
        return err;
    if (standing.abandoned || standing.disputed || !standing.shown || standing.newer ||
        !standing.has_state) {
        run->unseen = true;
        return AVOW_OK;
    }
    if (standing.entry.kind != AVOW_KIND_RECOGNITION)
        return AVOW_OK;
    struct avow_reader reader;
    link->bytes = standing.bytes;
    avow_equivalence_walk_init(&reader, recognition->equivalence, &link->rows);
    link->usable = covers(run, &standing) &&
                   avow_scope_parse(recognition->scope, &link->scope) == AVOW_ACCEPT &&
                   !link->scope.has_unknown && avow_search_admits(run, &link->scope);
    link->step = (struct avow_path_step){.issuer = body->id,
                                         .index = link->index,
                                         .role = recognition->role,
                                         .stands = still_stands(run, &standing),
                                         .subject_name = recognition->subject_name};
    link->subject = recognition->subject;
    link->equivalence = recognition->equivalence;
    return AVOW_OK;
}

bool avow_search_pay(struct avow_search_run *run, size_t steps)
{
    run->out->steps += steps;
    run->spent =
        run->spent || run->out->steps > AVOW_SEARCH_STEPS_MAX || !avow_search_may_go_on(run);
    if (run->out->steps > AVOW_SEARCH_STEPS_MAX)
        run->out->steps = AVOW_SEARCH_STEPS_MAX;
    return !run->spent;
}

enum avow_err avow_search_look(struct avow_search_run *run, uint32_t number, bool *paid)
{
    struct avow_search_link *link = &run->links[number];
    *paid = avow_search_pay(run, 1);
    enum avow_err err = *paid && !link->read ? read_link(run, link) : AVOW_OK;
    *paid = *paid && avow_search_pay(run, link->rows / AVOW_SEARCH_ROWS_A_STEP +
                                              link->bytes / AVOW_SEARCH_BYTES_A_STEP);
    return err;
}

enum avow_err avow_search_link_new(struct avow_search_run *run, uint32_t body, uint64_t index,
                                   uint32_t *link)
{
    void *links =
        avow_search_room(run->links, run->link_count, &run->link_room, sizeof(*run->links));
    if (links == NULL)
        return AVOW_ERR_NOMEM;
    run->links = links;
    *link = run->link_count++;
    run->links[*link] =
        (struct avow_search_link){.body = body, .next = AVOW_SEARCH_NONE, .index = index};
    return AVOW_OK;
}

/* Finds one more of a list. */
static enum avow_err lengthen(struct avow_search_run *run, uint32_t number,
                              enum avow_search_list list)
{
    struct avow_search_body *body = &run->bodies[number];
    const struct avow_hash *subject = list == AVOW_SEARCH_OF_ISSUER ? &run->award->issuer : NULL;
    uint64_t *index = &body->lists[list].index;
    enum avow_err err = run->facts->recognition(run->facts->context, &body->log, subject, index);
    if (err != AVOW_OK) {
        body->lists[list].whole = err == AVOW_ERR_NOT_FOUND;
        return body->lists[list].whole ? AVOW_OK : err;
    }
    uint32_t link;
    err = avow_search_link_new(run, number, (*index)++, &link);
    if (err != AVOW_OK)
        return err;
    if (body->lists[list].first == AVOW_SEARCH_NONE)
        body->lists[list].first = link;
    else
        run->links[body->lists[list].last].next = link;
    body->lists[list].last = link;
    return AVOW_OK;
}

enum avow_err avow_search_link_after(struct avow_search_run *run, uint32_t body,
                                     enum avow_search_list list, uint32_t link, uint32_t *next)
{
    struct avow_search_body *from = &run->bodies[body];
    if (link == from->lists[list].last && !from->lists[list].whole) {
        enum avow_err err = lengthen(run, body, list);
        if (err != AVOW_OK)
            return err;
    }
    *next = link == AVOW_SEARCH_NONE ? from->lists[list].first : run->links[link].next;
    return AVOW_OK;
}
