/* The core's own insides: tables of fixed size in the caller's one block of memory.
 *
 * Links are numbered by the caller. A want is one issuer whose log this core is judging, pulling or
 * freshening, at any time with the help of one link, its own. It may stand in one of that link's
 * lists, when it waits for this node's capacity.
 *
 * Invariant: a want with an operation of this node's own outstanding (a judgement, a write) is
 * never freed before that operation is answered, so an answer always finds its want.
 *
 * Whatever handles an event may mark a want (core_want_end) or a link (core_link_close), and go on
 * with either: both are there until core.c settles the step (settle.c). The one exception is
 * core_want_add(), which frees another want when all are taken.
 *
 * Files call one another one way, each only those before it:
 *   output, shun, table < consider, keep, link < forks, pull < source, listing < judging, stored
 *   < settle < core */
#ifndef AVOW_NODE_CORE_CORE_INNER_H
#define AVOW_NODE_CORE_CORE_INNER_H

#include "node/core/core.h"

#define NONE UINT32_MAX

#define FUTURE_MAX_S 300        /* docs/protocol.md, "Checkpoint" */
#define ANSWER_MS 15000         /* a request unanswered for so long: the next source is asked */
#define BUSY_RETRY_MS 1000      /* after "busy" */
#define COMPLETE_MS 600000      /* without progress for so long: given up … */
#define IGNORE_MS 3600000       /* … and ignored for so long */
#define MOVED_MS 60000          /* a link that answered from another history is not asked again */
#define GREETING_MS 10000       /* for HELLO */
#define PING_MS 30000           /* of idleness */
#define DEAD_MS 90000           /* of silence */
#define LISTING_MS 30000        /* from one reading of a peer's list to the next */
#define STEP_MAX_MS 10000       /* more than this between two events is a clock's jump */
#define WINDOW 128              /* chunks of one log in flight */
#define SOURCES_MAX 8           /* links remembered to have a candidate */
#define LINK_ASKS_MAX 64        /* root chains asked of one link at a time */
#define CHUNK_BYTES (56 * 1024) /* aimed at */
#define CHUNK_ENTRIES_MAX 4096  /* however short they are */
#define BUNDLE 256              /* chunks end at multiples, as stores keep entries */
#define RESTARTS_MAX 8          /* times that a pull may begin again */
#define ARENA_BYTES (64 * 1024) /* and ARENA_LINK_BYTES for each link */
#define ARENA_LINK_BYTES 16
#define PUMPED_ACTIONS 256
#define FORKS_QUEUE 32         /* issuers whose forks are to be read of one link */
#define FORKS_CREDITS 8        /* readings that a link's own word may cause at once, … */
#define FORKS_CREDIT_MS 10000  /* … and then one more after so long */
#define FORKS_WAIT_MS 5000     /* that logs on their way may hold up a reading */
#define STATUS_PAGES_MAX 4096  /* of one issuer at a time */
#define KEEPER_NONE UINT16_MAX /* what is kept on no link's account */

/* What a want can wait for, in its link's list. */
enum list_kind {
    LIST_JUDGE,  /* a judgement: its origin is the held one's */
    LIST_CHAIN,  /* its root chain to be asked for */
    LIST_HUNGRY, /* judged: its first chunk to be asked for */
    LIST_KINDS,
};
struct list {
    uint32_t head, tail;
};

enum link_phase { LINK_FREE, LINK_GREETING, LINK_READY, LINK_CLOSING };
enum listing_phase { LISTING_IDLE, LISTING_DUE, LISTING_ASKED };

/* Where the reading of a peer's forks stands (forks.c). */
enum forks_phase {
    FORKS_IDLE,
    FORKS_NEXT,     /* the queue's first, or the next page, is to be asked for */
    FORKS_PAGE,     /* asked: a page of digests … */
    FORKS_FORK,     /* … a fork proof … */
    FORKS_OTHER,    /* … another root chain … */
    FORKS_STATUSES, /* … other branches' status entries */
    FORKS_WORKING,  /* this node judges or keeps what came */
};

struct digest {
    struct avow_hash issuer, digest;
};

struct forks_reading {
    enum forks_phase phase;
    bool due, more; /* the list is to be read; it has more pages */
    uint64_t due_ms, asked_ms;
    uint64_t id; /* of the one question or operation outstanding */
    struct avow_hash cursor;
    struct digest queue[FORKS_QUEUE];
    size_t count;
    /* Of the queue's first: */
    uint64_t others, other; /* how many root chains, and which is next */
    bool forked;            /* its fork is of the held origin: statuses follow … */
    uint64_t pages;
    uint64_t from;                     /* … from this target, or 0 at the end, … */
    bool statuses_read;                /* … which has come */
    bool keeps_chain;                  /* what is being kept is a chain */
    struct avow_hash opening;          /* of the held log, when the reading of it began */
    struct avow_checkpoint checkpoint; /* of the chain that is being judged or kept */
    uint64_t credits, credit_ms;
};

struct link {
    enum link_phase phase;
    bool lost; /* marked: its wants are moved on when the step is settled */
    bool outbound;
    enum avow_peer_role role;
    struct avow_key node;
    uint64_t up_ms, heard_ms, pinged_ms;
    struct list lists[LIST_KINDS];
    uint32_t wants;      /* whose link this is */
    uint32_t asks;       /* root chains asked for */
    uint32_t judgements; /* outstanding */
    uint32_t ranges;     /* asked for, or being stored */
    enum listing_phase listing;
    struct avow_hash cursor; /* the list has been read up to here */
    bool listing_whole;      /* from the start, not to find one log */
    bool listing_read;       /* read to the end, not all of it judged yet */
    uint64_t listing_id, listing_ms, listing_since_ms;
    struct forks_reading forks;
    uint64_t proof_id; /* of a fork that was found by its log, being kept */
    uint64_t served;
    uint64_t clock_ahead_s, clock_behind_s;
    char agent[64 + 1], address[128 + 1];
};

struct candidate {
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    uint32_t link; /* that it came from */
};

enum want_phase {
    WANT_FREE,
    WANT_QUEUED,     /* in LIST_JUDGE or LIST_CHAIN */
    WANT_CHAIN,      /* its root chain has been asked for */
    WANT_JUDGING,    /* JUDGE is outstanding */
    WANT_FRESHENING, /* FRESHEN is outstanding */
    WANT_BRANCHING,  /* BRANCH is outstanding */
    WANT_HUNGRY,     /* in LIST_HUNGRY */
    WANT_PULLING,    /* chunks asked for or being stored */
    WANT_DRAINING,   /* chunks being stored, nothing more is asked: then `after_drain` */
    WANT_CHECKING,   /* a consistency proof has been asked for */
    WANT_PAUSED,     /* its link was busy */
    WANT_ENDING,     /* marked: it is freed when the step is settled */
};

enum after_drain { DRAIN_RESTART, DRAIN_CHECK, DRAIN_FAIL, DRAIN_FINISH };

struct chunk {
    uint64_t id, from;
    uint32_t count;
    uint32_t link; /* that it was asked of; NONE when that is gone */
    bool storing;
};

struct want {
    struct avow_hash issuer;
    enum want_phase phase;
    struct candidate now, next; /* `next`: a larger one, to be looked at after `now` */
    bool has_next;
    bool judged;              /* `now` is good … */
    struct avow_hash opening; /* the held log's, that it was judged beside */
    bool best;                /* … and no root chain that is known beats its own … */
    bool moved;               /* … which is not the held one's */
    bool begun;               /* its time runs: it no longer waits for this node's own capacity */
    bool listed;
    enum list_kind list;
    uint32_t before, after;        /* neighbours in the list */
    uint32_t hashed;               /* next in its bucket, or next free */
    uint32_t link;                 /* its link, one of its sources; NONE when that is gone */
    uint32_t sources[SOURCES_MAX]; /* links that announced `now` */
    size_t source_count;
    uint32_t missed;      /* a link whose candidate was let go, or NONE */
    bool look_again;      /* … and had lines of value: its list is read again in any case */
    uint32_t charged;     /* the link that the judgement counts for, or NONE */
    uint64_t id;          /* of the one operation outstanding, chunks aside */
    uint64_t progress_ms; /* when it began or last moved */
    uint64_t deadline_ms; /* for the answer awaited */
    /* The pull. */
    bool branch;                 /* beside the held log, … */
    uint64_t shared;             /* … with which it shares the entries below */
    struct chunk window[WINDOW]; /* a ring in order of `from`; those being stored come first */
    size_t window_first, window_count, storing_count;
    uint64_t next_from; /* of the next chunk to ask for */
    uint64_t stored;    /* how far the store says that entries are stored */
    uint64_t accepted;  /* the accepted size below */
    uint32_t per_chunk; /* entries to ask for at a time */
    uint32_t restarts;
    uint32_t suspect; /* the link whose chunk did not prove, or NONE */
    bool resumed;     /* began beyond what is shared, on entries of an earlier candidate */
    enum after_drain after_drain;
    bool failed; /* ENDING: what it missed is looked for */
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
    uint64_t ms, unix_s; /* `ms` is the core's own clock: it never jumps */
    uint64_t outer_ms;
    bool has_time;
    uint64_t ids;
    uint64_t next_listing_ms;
    uint32_t last_listed; /* link */
    bool heard;

    struct link *links;
    struct want *wants;
    uint32_t *buckets;
    uint32_t bucket_mask, first_free;
    struct list ending;  /* wants that are marked */
    uint32_t lost_count; /* links that are marked */
    struct shunned *shunned;
    uint32_t shun_sets;

    struct avow_core_action *actions;
    size_t action_count, actions_max;
    struct avow_judge_task *tasks; /* JUDGE actions of this step */
    size_t task_count;
    struct avow_buf arena; /* messages of this step */
    struct avow_message *draft;
    struct avow_core_log held;   /* the log last looked up, for the step */
    struct avow_hash announced;  /* in this step */
    bool line_only;              /* … on account of a line that only nodes may keep */
    struct avow_hash noticed;    /* likewise */
    struct avow_fork fork;       /* likewise */
    struct avow_checkpoint kept; /* likewise: a want may be another's at the end of a step */

    struct avow_core_stats stats;
};

/* Answers come back with the id of what they answer: in it are its kind and its want (or link). */
enum id_kind {
    ID_CHAIN = 1,
    ID_JUDGE,
    ID_FRESHEN,
    ID_RANGE,
    ID_CONSISTENCY,
    ID_LIST,
    ID_BRANCH,
    ID_FORKS, /* a question of forks.c … */
    ID_OTHER, /* … its judgement of a chain, … */
    ID_KEEP,  /* … and what is being kept, on this link's account */
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

/* output.c. The actions that one event must cause always have room (actions_max); those of the
 * pumps wait until core_has_room(). */
bool core_has_room(const struct avow_core *core);
struct avow_core_action *core_action(struct avow_core *core, enum avow_core_action_type type);
/* The next task of this step; the caller counts it against whoever it is for. */
struct avow_judge_task *core_judge_task(struct avow_core *core, uint64_t id);
struct avow_message *core_draft(struct avow_core *core, enum avow_message_type type,
                                uint64_t request);
void core_send(struct avow_core *core, uint32_t link, enum avow_core_priority priority);
/* The draft, to every node. */
void core_send_all(struct avow_core *core, const struct avow_hash *about);
/* The held log of `issuer`, to every link but those. */
void core_announce(struct avow_core *core, const struct avow_hash *issuer,
                   enum avow_core_priority priority, const uint32_t *except, size_t except_count);
void core_trace(struct avow_core *core, enum avow_core_trace trace, uint32_t link,
                const struct avow_hash *issuer, uint64_t value, enum avow_reject reject);
/* AVOW_OK with core->held filled in (size 0: nothing accepted); or cannot tell. */
AVOW_NODISCARD enum avow_err core_lookup(struct avow_core *core, const struct avow_hash *issuer);

/* table.c: wants by issuer, lists of them, their sources. */
void core_table_init(struct avow_core *core);
uint32_t core_want_find(const struct avow_core *core, const struct avow_hash *issuer);
uint32_t core_want_add(struct avow_core *core, const struct candidate *candidate); /* NONE: full */
/* Marks it as over. `failed`: what it missed is looked for. */
void core_want_end(struct avow_core *core, uint32_t slot, bool failed);
void core_want_free(struct avow_core *core, uint32_t slot);
void core_want_list(struct avow_core *core, uint32_t slot, enum list_kind kind);
void core_want_unlist(struct avow_core *core, uint32_t slot);
void core_want_set_link(struct avow_core *core, uint32_t slot, uint32_t link);
void core_want_add_source(struct want *want, uint32_t link);
void core_want_drop_source(struct want *want, uint32_t link);
/* Whether this link may have one more: when full, at the cost of a link that has more. */
bool core_want_has_room(const struct avow_core *core, uint32_t link);
/* Forgets the chunks that are asked for; those being stored stay. */
void core_want_drop_asked(struct avow_core *core, struct want *want);
/* Forgets what is asked of its link. Nothing of this node's own is touched. */
void core_want_take_back(struct avow_core *core, uint32_t slot);
static inline struct chunk *core_want_chunk(struct want *want, size_t position)
{
    return &want->window[(want->window_first + position) % WINDOW];
}
/* Nothing that is held need be in the checkpoint's tree: its server moved over to another one, or
 * lied. */
static inline bool core_want_is_apart(const struct want *want)
{
    return want->accepted == 0 || want->branch;
}
static inline void core_want_begin(const struct avow_core *core, struct want *want)
{
    if (!want->begun)
        want->progress_ms = core->ms;
    want->begun = true;
}
/* The source after want->link, which comes last; NONE when there is none at all. */
uint32_t core_want_next_source(const struct want *want);

/* shun.c: checkpoints not worth fetching. `link` NONE: whoever announces it. */
bool core_shun_has(const struct avow_core *core, const struct avow_checkpoint *checkpoint,
                   uint32_t link);
void core_shun_add(struct avow_core *core, const struct avow_checkpoint *checkpoint, uint32_t link,
                   uint64_t for_ms);
/* In the same table: what a link has told of an issuer's forks, and was read as long as this is the
 * held origin. core->held is the issuer's. */
bool core_shun_has_read(const struct avow_core *core, uint32_t link, const struct digest *digest);
void core_shun_note_read(struct avow_core *core, uint32_t link, const struct digest *digest);

/* keep.c: what is known of other histories. */
/* Says from where on the held log is abandoned; AVOW_NEVER: it is not. */
void core_keep_abandoned(struct avow_core *core, const struct avow_hash *issuer, uint64_t from);
/* Marks what the better chain abandons of the held log, which core->held is then; where from. */
uint64_t core_keep_parting(struct avow_core *core, const struct avow_hash *issuer,
                           const struct avow_judgement *judgement);
/* Keeps core->fork, which `link` (or NONE) made known. */
void core_keep_fork(struct avow_core *core, uint32_t link);
/* Keeps a judged chain that parts from the held one. */
void core_keep_chain(struct avow_core *core, uint64_t id, const struct avow_checkpoint *checkpoint,
                     const struct avow_list *chain);

/* link.c */
static inline bool core_link_is_node(const struct link *link)
{
    return link->phase == LINK_READY && link->role == AVOW_PEER_NODE;
}
void core_link_up(struct avow_core *core, const struct avow_core_event *event);
void core_link_down(struct avow_core *core, uint32_t slot);
void core_link_hello(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_link_tick(struct avow_core *core, uint32_t slot);
/* Closes it for sending what is provably wrong (or, ACCEPT, for silence); its wants move on. */
void core_link_close(struct avow_core *core, uint32_t slot, enum avow_reject reject);

/* listing.c: reading peers' lists of logs. `issuer` NULL: the whole list; else the page with it. */
void core_listing_begin(struct avow_core *core, uint32_t slot, const struct avow_hash *issuer);
void core_listing_pump(struct avow_core *core, uint32_t slot);
void core_listing_answer(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_listing_refused(struct avow_core *core, uint32_t slot, uint64_t request);
void core_listing_tick(struct avow_core *core);

/* consider.c: what a checkpoint is to this node. */
enum need {
    NEED_NOTHING,
    NEED_LINES, /* the held one, with newer lines */
    NEED_JUDGE, /* of the held origin */
    NEED_CHAIN, /* of another */
};
/* Drops lines that are not newer than held ones or lie in the future. Fills in core->held. */
enum need core_classify(struct avow_core *core, struct candidate *candidate);
/* Makes or updates a want. False when there is no room for one. */
bool core_consider(struct avow_core *core, struct candidate *candidate);

/* judging.c */
void core_judging_pump(struct avow_core *core, uint32_t slot);
void core_judging_chain(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_judging_done(struct avow_core *core, uint32_t slot, const struct avow_core_event *event);
void core_judging_freshened(struct avow_core *core, uint32_t slot,
                            const struct avow_core_stored *stored);

/* pull.c */
void core_pull_begin(struct avow_core *core, uint32_t slot); /* core->held is its log */
/* The same beside the held log; `shared` entries are in both. */
void core_pull_branch(struct avow_core *core, uint32_t slot, uint64_t shared);
/* The store is ready for the branch, of which it has `stored` entries. */
void core_pull_go_on(struct avow_core *core, uint32_t slot, uint64_t stored);
void core_pull_resume(struct avow_core *core, uint32_t slot);
void core_pull_drain(struct avow_core *core, uint32_t slot, enum after_drain after);
void core_pull_pump(struct avow_core *core, uint32_t slot);
void core_pull_range(struct avow_core *core, uint32_t slot, const struct avow_message *message);

/* stored.c: what the store says of a pull, and what peers say when a chunk did not prove. */
void core_stored_chunk(struct avow_core *core, uint32_t slot, uint64_t token,
                       const struct avow_core_stored *stored);
void core_stored_branch(struct avow_core *core, uint32_t slot,
                        const struct avow_core_stored *stored);
void core_stored_consistency(struct avow_core *core, uint32_t slot,
                             const struct avow_message *message);
void core_stored_first(struct avow_core *core, uint32_t slot, const struct avow_message *message);

/* forks.c: what is known of forks is read of peers, and told to them. */
void core_forks_begin(struct avow_core *core, uint32_t slot); /* soon: all that this peer knows */
void core_forks_pump(struct avow_core *core, uint32_t slot);
void core_forks_tick(struct avow_core *core, uint32_t slot);
void core_forks_notice(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_forks_answer(struct avow_core *core, uint32_t slot, const struct avow_message *message);
void core_forks_judged(struct avow_core *core, const struct avow_core_event *event);
void core_forks_kept(struct avow_core *core, const struct avow_core_event *event);
/* Tells every link what is known of this issuer's forks now. */
void core_forks_tell(struct avow_core *core, const struct avow_hash *issuer);

/* source.c: what comes of silence, refusals and lost links. `keep`: its link may be asked again. */
void core_source_failed(struct avow_core *core, uint32_t slot, bool keep);
/* `link` answers from another history than the one that it offered: it has moved over to a better
 * one, or lies. Either way it is asked no more about this one for a while. */
void core_source_moved(struct avow_core *core, uint32_t slot, uint32_t link);
void core_source_tick(struct avow_core *core, uint32_t slot);
void core_source_refused(struct avow_core *core, uint32_t slot, const struct avow_message *message);
/* After links were lost: it moves on to another source, or is marked as over. */
void core_source_lost(struct avow_core *core, uint32_t slot);

/* settle.c: ends what is marked. True if any want was. */
bool core_settle(struct avow_core *core);

#endif
