/* What the parts of a search share. Everything that is read of a log is read once in a search,
 * however many paths lead to it. */
#ifndef AVOW_PROTO_TRUST_SEARCH_INNER_H
#define AVOW_PROTO_TRUST_SEARCH_INNER_H

#include "proto/trust/narrow.h"
#include "proto/trust/search.h"

#define AVOW_SEARCH_NONE UINT32_MAX
/* What costs as much as a recognition. */
#define AVOW_SEARCH_ROWS_A_STEP 32    /* of equivalence */
#define AVOW_SEARCH_BYTES_A_STEP 2048 /* of its entry */
#define AVOW_SEARCH_ROOTS_A_STEP 8    /* root entries of a log */

/* A recognition that was found. */
struct avow_search_link {
    uint32_t body, next; /* whose it is; the next of its list */
    uint64_t index;
    bool read;
    bool usable; /* whatever stands before it on a path, but for levels and depth; if so: */
    struct avow_path_step step;
    struct avow_hash subject;
    struct avow_scope scope;
    struct avow_bytes equivalence;
    size_t rows;  /* in it */
    size_t bytes; /* of its entry */
};

enum avow_search_list {
    AVOW_SEARCH_OF_ISSUER, /* recognitions of the award's issuer */
    AVOW_SEARCH_OF_OTHERS, /* of authorities */
};

/* A body whose log was looked at, and as much of its recognitions as was asked for. */
struct avow_search_body {
    struct avow_hash id;
    bool readable; /* there is a log, and it is fresh */
    struct avow_known_log log;
    struct {
        uint32_t first, last; /* links */
        uint64_t index;       /* where it goes on */
        bool whole;           /* nowhere */
    } lists[2];
};

struct avow_search_run {
    const struct avow_facts *facts;
    const struct avow_policy *policy;
    const struct avow_award *award;
    uint64_t now, at;
    struct avow_recognised *out;
    unsigned narrowed[AVOW_SEARCH_PATHS_MAX]; /* how many ways, of each path of `out` */
    bool unseen, spent;
    struct avow_search_body *bodies;
    uint32_t *by_id; /* positions in `bodies`, in the order of their ids */
    uint32_t body_count, body_room;
    struct avow_search_link *links;
    uint32_t link_count, link_room;
};

/* Releases `bodies`, `by_id` and `links`. */
void avow_search_run_fini(struct avow_search_run *run);

/* Room for one more of `count` items of `size` bytes each: where they are now, the caller's to
 * keep; NULL without memory, and they are where they were. */
void *avow_search_room(void *items, uint32_t count, uint32_t *room, size_t size);

/* Whether a scope admits the award, whatever stands before and behind it. Levels are judged when
 * a path is whole: equivalences come from its other end. */
bool avow_search_admits(const struct avow_search_run *run, const struct avow_scope *scope);

/* The body with this id: `*number` is its position. It is read and paid for the first time: with no
 * steps left for it, it is not readable. Errors: those of facts, NOMEM. */
AVOW_NODISCARD enum avow_err avow_search_body(struct avow_search_run *run,
                                              const struct avow_hash *id, uint32_t *number);
/* A link that is of no list. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_search_link_new(struct avow_search_run *run, uint32_t body,
                                                  uint64_t index, uint32_t *link);
/* The link of a readable body's list that comes after `link` (NONE: the first), NONE at the end.
 * Errors: those of facts, NOMEM. */
AVOW_NODISCARD enum avow_err avow_search_link_after(struct avow_search_run *run, uint32_t body,
                                                    enum avow_search_list list, uint32_t link,
                                                    uint32_t *next);

/* Reads a link, the first time, and pays for it; `*paid` is false if there are no steps left.
 * Errors: those of facts. */
AVOW_NODISCARD enum avow_err avow_search_look(struct avow_search_run *run, uint32_t link,
                                              bool *paid);
/* Takes so many steps, if there are as many left and the facts let the search go on; else it is
 * `spent`. */
bool avow_search_pay(struct avow_search_run *run, size_t steps);
/* Whether the facts do. */
static inline bool avow_search_may_go_on(const struct avow_search_run *run)
{
    return run->facts->may_go_on == NULL || run->facts->may_go_on(run->facts->context);
}

/* Whether a link's subject is this body. */
static inline bool avow_search_link_is_of(const struct avow_search_link *link,
                                          const struct avow_hash *body, enum avow_role role)
{
    return link->usable && link->step.role == role && avow_hash_equal(&link->subject, body);
}

/* Tells of a path of `count` links, if the last admits the award's achievement and every scope its
 * level. */
void avow_search_tell(struct avow_search_run *run, size_t anchor,
                      const struct avow_search_link *const *links, size_t count);
/* The same from the issuer's end, where the facts know who recognises it: `*found` if that found
 * paths, which are then all that there are in what is held. Otherwise nothing is known, and the run
 * is to be begun anew. */
AVOW_NODISCARD enum avow_err avow_search_backwards(struct avow_search_run *run, bool *found);
/* The anchor's scope in the policy. */
struct avow_scope avow_search_anchor_scope(const struct avow_search_run *run, size_t anchor);

#endif
