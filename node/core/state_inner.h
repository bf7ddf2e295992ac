/* The core's state: tables of fixed size in the caller's one block of memory.
 *
 * Links are numbered by the caller. A want is one issuer whose log this core is judging, pulling or
 * freshening, at any time with the help of one link. A want that waits for this node's own capacity
 * stands in one of its link's lists.
 *
 * Invariant: a want with an operation of this node's own outstanding (a judgement, a write) is
 * never freed before that operation is answered, so an answer always finds its want. */
#ifndef AVOW_NODE_CORE_STATE_INNER_H
#define AVOW_NODE_CORE_STATE_INNER_H

#include "node/core/core.h"

#define NONE UINT32_MAX /* no link, no want */

#define ANSWER_MS 15000         /* a request unanswered for so long: the next source is asked */
#define RACE_MS 2000            /* the same where a log is held, whose news may be urgent */
#define RACE_AGAIN_MS 1000      /* the same when several are asked already */
#define HASTE_MS 200            /* the same where one has failed, or let others wait of late */
#define RACE_FIRST 2            /* links asked at once then; each time that fails, twice as many */
#define RACE_MAX 4096           /* and never more */
#define RACE_ENTRIES 64         /* of a chunk that several links are asked for */
#define LINK_RACES_MAX 8        /* such questions to one link at a time */
#define BUSY_RETRY_MS 1000      /* after the answer "busy" the same link is asked again */
#define COMPLETE_MS 600000      /* a want without progress for so long is given up */
#define IGNORE_MS 3600000       /* a checkpoint that was given up is ignored for so long */
#define FRESHEN_S 60            /* a log is made fresher by its issuer once in so long */
#define MOVED_MS 60000          /* a link that answered from another history is not asked again */
#define GREETING_MS 10000       /* the time for HELLO */
#define PING_MS 30000           /* a link silent for so long is sent PING */
#define DEAD_MS 90000           /* a link silent for so long is closed */
#define LISTING_MS 30000        /* from one reading of some peer's list to the next one's */
#define LISTING_MAX_MS 600000   /* a list that takes longer is read on in the link's next turn */
#define STEP_MAX_MS 10000       /* more than this between two events is a clock's jump */
#define WINDOW 128              /* chunks of one log in flight */
#define LINK_ASKS_MAX 64        /* root chains asked of one link at a time */
#define CHUNK_BYTES (56 * 1024) /* the size of chunk aimed at */
#define CHUNK_ENTRIES_MAX 4096  /* entries of a chunk, however short the entries are */
#define BUNDLE 256              /* chunks end at multiples, as stores keep entries */
#define RESTARTS_MAX 8          /* times that a pull may begin again */
#define ARENA_BYTES (64 * 1024) /* for a step's messages */
#define ARENA_LINK_BYTES 16     /* added to ARENA_BYTES for each link */
#define PUMPED_ACTIONS 256      /* actions of a step that can wait for the next one */
/* Actions that cannot wait: one for each link (an announcement, a digest, PING or CLOSE in a TICK)
 * and these of the one want or link that the event is about, at most KEEP_CHAIN, SET_ABANDONED and
 * BRANCH of one judgement. */
#define EVENT_ACTIONS 4
#define FORKS_QUEUE 32         /* issuers whose forks are to be read of one link */
#define FORKS_CREDITS 8        /* readings that a link's own word may cause at once */
#define FORKS_CREDIT_MS 10000  /* a link gets one more reading after so long */
#define FORKS_WAIT_MS 5000     /* that logs on their way may hold up a reading */
#define STATUS_PAGES_MAX 4096  /* pages of one issuer's statuses read at a time */
#define KEEPER_NONE UINT16_MAX /* stands for the link where nothing is kept on a link's account */

/* What a want can wait for, in its link's list. */
enum list_kind {
    LIST_JUDGE,  /* a judgement: its candidate is of the held origin */
    LIST_CHAIN,  /* its root chain to be asked for */
    LIST_HUNGRY, /* its first chunk to be asked for: its candidate is judged */
    LIST_KINDS,
};

/* Of wants, linked by `before` and `after`. */
struct list {
    uint32_t head, tail;
};

enum link_phase {
    LINK_FREE,
    LINK_GREETING, /* HELLO is awaited */
    LINK_READY,
    LINK_CLOSING, /* CLOSE was said: LINK_DOWN is awaited */
};

/* Where the reading of a peer's list of logs stands (listing.c). */
enum listing_phase {
    LISTING_IDLE,
    LISTING_DUE,   /* a page is to be asked for */
    LISTING_ASKED, /* LIST is unanswered */
};

/* Where the reading of a peer's forks stands (forks.c). */
enum forks_phase {
    FORKS_IDLE,
    FORKS_NEXT,     /* the queue's first, or the next page, is to be asked for */
    FORKS_PAGE,     /* a page of digests is asked for */
    FORKS_FORK,     /* a fork proof is asked for */
    FORKS_OTHER,    /* one of the other root chains is asked for */
    FORKS_STATUSES, /* other branches' status entries are asked for */
    FORKS_WORKING,  /* this node judges or keeps what came */
};

struct digest {
    struct avow_hash issuer, digest;
};

struct forks_reading {
    enum forks_phase phase;
    bool due;        /* the peer's list of digests is to be read */
    uint64_t due_ms; /* when `due` was set */
    bool more;       /* the list has more pages */
    uint64_t asked_ms;
    uint64_t id;             /* of the one question or operation outstanding */
    struct avow_hash cursor; /* the list has been read up to this issuer */
    struct digest queue[FORKS_QUEUE];
    size_t count; /* of the queue */
    /* All below concerns the queue's first. */
    uint64_t others;          /* how many other root chains the peer knows */
    uint64_t other;           /* the index of the next one to read */
    bool forked;              /* the fork proof is of the held origin, so statuses are to be read */
    uint64_t from;            /* the target from which statuses are to be read on */
    uint64_t pages;           /* of statuses, read so far */
    bool statuses_read;       /* no page of statuses follows */
    bool keeps_chain;         /* what is being kept is a chain */
    struct avow_hash opening; /* of the held log, when the reading of the queue's first began */
    struct avow_checkpoint checkpoint; /* of the chain that is being judged or kept */
    uint64_t credits;                  /* readings that the link's own word may still cause */
    uint64_t credit_ms;                /* when a credit was last added */
};

/* Sets of links, of each want. */
enum link_set {
    SET_SOURCES, /* that offer `now` */
    SET_NEXT,    /* that offer `next` */
    SET_HOLDERS, /* that have offered anything: may have the entries of `now` too */
    SET_MISSED,  /* whose candidate was let go */
    SET_TRIED,   /* that were asked, or passed over; when all were, they are asked anew */
    SET_RACED,   /* that are asked what `link` is asked as well, and have not answered */
    SETS,
};

struct link {
    enum link_phase phase;
    bool lost; /* marked: the link's wants are moved on when the step is settled */
    bool outbound;
    enum avow_peer_role role;
    struct avow_key node;
    uint64_t up_ms;     /* when the link came up */
    uint64_t heard_ms;  /* when a message last came */
    uint64_t pinged_ms; /* when PING was last sent */
    struct list lists[LIST_KINDS];
    uint32_t wants;         /* whose link this is */
    uint32_t asks;          /* root chains asked for */
    uint32_t judgements;    /* outstanding */
    uint32_t ranges;        /* asked for, or being stored */
    uint32_t raced;         /* questions that another link is asked as well */
    uint64_t slow_until_ms; /* it let others wait: until then, rather another one is asked */
    enum listing_phase listing;
    struct avow_hash cursor;   /* the list has been read up to this issuer */
    struct avow_hash mark;     /* the whole list is begun behind this issuer: zeros, the start */
    bool listing_whole;        /* the whole list is read, not one page to find one log */
    bool listing_read;         /* the list is read to the end, and not all of it judged yet */
    uint64_t listing_id;       /* of the LIST that is unanswered */
    uint64_t listing_ms;       /* when LIST was sent */
    uint64_t listing_since_ms; /* when the reading became due */
    uint64_t listing_next_ms;  /* before which the list is not read in its turn */
    struct forks_reading forks;
    uint64_t proof_id; /* of the KEEP_FORK for a fork that the link's log showed */
    uint64_t served;   /* candidates completed with the link's help */
    uint64_t clock_ahead_s, clock_behind_s;
    char agent[64 + 1], address[128 + 1];
};

/* Whether the link is open, and its other end a node. */
static inline bool core_link_is_node(const struct link *link)
{
    return link->phase == LINK_READY && link->role == AVOW_PEER_NODE;
}

/* A checkpoint that a link offers, with the lines that came with it. */
struct candidate {
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    uint32_t link; /* that offers the checkpoint */
};

enum want_phase {
    WANT_FREE,
    WANT_QUEUED,     /* stands in LIST_JUDGE or LIST_CHAIN */
    WANT_CHAIN,      /* the root chain is asked for */
    WANT_JUDGING,    /* JUDGE is outstanding */
    WANT_FRESHENING, /* FRESHEN is outstanding */
    WANT_BRANCHING,  /* BRANCH is outstanding */
    WANT_HUNGRY,     /* stands in LIST_HUNGRY */
    WANT_PULLING,    /* chunks are asked for or being stored */
    WANT_DRAINING,   /* chunks are being stored and no more asked for: then `after_drain` */
    WANT_CHECKING,   /* a consistency proof is asked for */
    WANT_PAUSED,     /* the link was busy */
    WANT_ENDING,     /* marked: the want is freed when the step is settled */
};

enum after_drain {
    DRAIN_RESTART, /* go on from what the store has */
    DRAIN_CHECK,   /* find out why a chunk did not prove */
    DRAIN_FAIL,    /* end the want, and look for what it missed */
    DRAIN_FINISH,  /* end the want: its candidate is complete */
};

struct chunk {
    uint64_t id, from;
    uint32_t count;
    uint32_t link; /* that the chunk was asked of; NONE when that link is lost */
    bool storing;
};

struct want {
    struct avow_hash issuer;
    enum want_phase phase;
    struct candidate now;  /* the candidate that is worked on */
    struct candidate next; /* a larger candidate, considered when `now` is done */
    bool has_next;
    bool judged;              /* `now` is judged good */
    bool held;                /* a log of this issuer is held */
    struct avow_hash opening; /* of the held log, when JUDGE was asked for */
    bool best;                /* no root chain that is known beats that of `now` */
    bool moved;               /* the root chain of `now` is not the held one */
    bool begun;               /* the want no longer waits for this node's own capacity */
    bool listed;              /* the want stands in a list */
    enum list_kind list;
    uint32_t before, after; /* neighbours in the list */
    uint32_t hashed;        /* next in the bucket, or next free */
    uint32_t link;          /* the source that is asked; NONE when all are lost */
    uint32_t race;          /* how many are asked at once when the next time is up */
    bool look_again;      /* SET_MISSED had lines of value: its lists are read again in any case */
    bool failed;          /* ENDING: the lists of SET_MISSED are read again */
    uint32_t charged;     /* the link that the judgement counts for, or NONE */
    uint64_t id;          /* of the one operation outstanding, chunks aside */
    uint64_t progress_ms; /* when the want began or last moved */
    uint64_t asked_ms;    /* when somebody was last asked */
    uint64_t deadline_ms; /* for the answer awaited, or for the link's capacity */
    /* All below concerns the pull. */
    bool branch;                 /* `now` is pulled beside the held log */
    uint64_t shared;             /* entries that `now` has in common with the held log */
    struct chunk window[WINDOW]; /* a ring in order of `from`; those being stored come first */
    size_t window_first, window_count, storing_count;
    uint64_t next_from; /* of the next chunk to ask for */
    uint64_t stored;    /* how far the store says that entries are stored */
    uint64_t accepted;  /* how far the store says that entries are accepted */
    uint32_t per_chunk; /* entries to ask for at a time */
    uint32_t restarts;  /* times that the pull began again */
    uint32_t suspect;   /* the link whose chunk did not prove, or NONE */
    bool resumed;       /* the pull began on entries of an earlier candidate */
    enum after_drain after_drain;
};

#define SHUN_WAYS 8
#define SHUN_BYTES 16
struct shunned {
    uint8_t key[SHUN_BYTES];
    uint64_t until_ms; /* 0: free */
};

struct avow_core {
    struct avow_core_config config;
    struct avow_core_reads reads;
    uint64_t ms;       /* the core's own clock, which never jumps */
    uint64_t outer_ms; /* the last event's monotonic clock */
    uint64_t unix_s;   /* the last event's wall clock */
    bool has_time;     /* an event has come */
    uint64_t ids;      /* given out so far */
    uint64_t next_listing_ms;
    uint32_t last_listed; /* the link whose list was last read for its turn */
    bool heard;           /* avow_core_has_heard() */

    struct link *links;
    uint32_t lost_count; /* links that are marked */
    struct want *wants;
    uint64_t *sets; /* SETS of `set_words` words for each want, and those of one that has ended */
    size_t set_words;
    uint64_t *lost; /* the set of links that are marked */
    uint32_t *buckets;
    uint32_t bucket_mask, first_free;
    struct list ending; /* wants that are marked */
    struct shunned *shunned;
    uint32_t shun_sets;
    struct avow_core_log held; /* the log last looked up */

    /* All below is the step's own, for the views in its actions. */
    struct avow_core_action *actions;
    size_t action_count, actions_max;
    struct avow_judge_task *tasks; /* of JUDGE actions */
    size_t task_count;
    struct avow_buf arena; /* encoded messages */
    struct avow_message *draft;
    struct avow_hash announced;  /* the issuer that is announced */
    bool line_only;              /* what is announced is a line that only nodes may keep */
    struct avow_hash noticed;    /* the digest that is told */
    struct avow_fork fork;       /* the fork that is kept */
    struct avow_checkpoint kept; /* of the chain that is kept */

    struct avow_core_stats stats;
};

static inline uint64_t *core_set(const struct avow_core *core, uint32_t want, enum link_set which)
{
    return core->sets + ((size_t)want * SETS + which) * core->set_words;
}
static inline bool core_set_has(const uint64_t *set, uint32_t link)
{
    return link != NONE && (set[link / 64] >> (link % 64) & 1);
}
static inline void core_set_add(uint64_t *set, uint32_t link)
{
    if (link != NONE)
        set[link / 64] |= UINT64_C(1) << (link % 64);
}
static inline void core_set_drop(uint64_t *set, uint32_t link)
{
    if (link != NONE)
        set[link / 64] &= ~(UINT64_C(1) << (link % 64));
}
/* The first link of the set from `link` on; NONE when there is none. */
static inline uint32_t core_set_from(const struct avow_core *core, const uint64_t *set,
                                     uint32_t link)
{
    for (; link < core->config.links_max; link++) {
        if (set[link / 64] >> (link % 64) == 0)
            link |= 63; /* no more in this word */
        else if (core_set_has(set, link))
            return link;
    }
    return NONE;
}

/* Answers come back with the id of what they answer, which names a kind, and a want or a link. */
enum id_kind {
    ID_CHAIN = 1,
    ID_JUDGE,
    ID_FRESHEN,
    ID_RANGE,
    ID_CONSISTENCY,
    ID_LIST,
    ID_BRANCH,
    ID_FORKS, /* a question of forks.c; the link */
    ID_OTHER, /* the judgement of a chain that forks.c read; the link */
    ID_KEEP,  /* what is being kept; the link on whose account, or KEEPER_NONE */
};
static inline uint64_t core_id(struct avow_core *core, enum id_kind kind, uint32_t slot)
{
    core->ids = (core->ids + 1) & ((UINT64_C(1) << 32) - 1); /* so that ids stay below 2^53 */
    return core->ids << 20 | (uint64_t)slot << 4 | kind;
}
static inline unsigned core_id_kind(uint64_t id)
{
    return (unsigned)(id & 15);
}
static inline uint32_t core_id_slot(uint64_t id)
{
    return (uint32_t)(id >> 4 & 0xffff);
}

#endif
