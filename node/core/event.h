/* What goes into the core and what comes out (node/core/core.h). */
#ifndef AVOW_NODE_CORE_EVENT_H
#define AVOW_NODE_CORE_EVENT_H

#include "node/core/judge.h"
#include "proto/log/fork.h"

/* Both clocks, with every event. Steps of either, forwards or back, are taken in stride. */
struct avow_core_time {
    uint64_t ms;     /* monotonic */
    uint64_t unix_s; /* Unix seconds */
};

enum avow_core_event_type {
    AVOW_CORE_LINK_UP,     /* a handshake is complete: link, outbound, node */
    AVOW_CORE_LINK_DOWN,   /* the connection is gone, whoever ended it: link */
    AVOW_CORE_MESSAGE,     /* link, message: of a type that avow_core_takes() */
    AVOW_CORE_JUDGED,      /* token, judgement, and the task's chain once more */
    AVOW_CORE_STORED,      /* token, stored, and of a KEEP_… the issuer */
    AVOW_CORE_LOG_CHANGED, /* issuer: this node itself advanced the log, synced; or, `line_only`,
                            * cosigned it */
    AVOW_CORE_TICK,        /* at least each second, better each 100 ms */
};

/* What became of a STORE_RANGE, BRANCH, FRESHEN or KEEP_…, once it is synced. */
struct avow_core_stored {
    enum avow_err err; /* ours; REFUSED, NOT_FOUND: the log has changed since the action */
    /* PROOF, ROOT: the entries are not in the checkpoint's tree (the peer's fault). SIZE: they
     * start at the wrong place. QUOTA: no room. NEWER: needs a newer version. Anything else says
     * that the entries *are* what was signed, and break a rule or do not give the checkpoint's
     * roots: store and simulator check the proof before they judge the rules. */
    enum avow_reject reject;
    uint64_t accepted; /* the log's accepted size now */
    uint64_t pending;  /* how far entries of the log, or of its branch, are stored; = accepted when
                        * nothing is pending */
    bool advanced;     /* STORE_RANGE: the checkpoint is accepted now */
    bool changed;      /* FRESHEN: something was newer; KEEP_…: something was not known */
    bool ready;        /* BRANCH: ranges may follow from `pending` on; else ask once more */
};

struct avow_core_event {
    enum avow_core_event_type type;
    struct avow_core_time now;
    uint32_t link; /* the caller's number for a connection, below config.links_max; free again after
                    * LINK_DOWN */
    bool outbound;
    struct avow_key node;               /* the other end's proven id */
    const struct avow_message *message; /* views in it need to live for the step only */
    uint64_t token;                     /* of the action that this answers */
    struct avow_judgement judgement;
    struct avow_list chain; /* JUDGED: as the task had it; a view for the step */
    struct avow_core_stored stored;
    struct avow_hash issuer;
    bool line_only;
};

enum avow_core_action_type {
    AVOW_CORE_SEND,  /* link, priority, bytes, about */
    AVOW_CORE_JUDGE, /* token, link, task: run it with the known chains of its issuer → JUDGED */
    AVOW_CORE_STORE_RANGE, /* token, checkpoint, lines, branch, from, entries, path → STORED */
    AVOW_CORE_FRESHEN,     /* token, checkpoint, lines → STORED */
    /* Begin a branch beside the held log, or go on with it: token, checkpoint, from (entries below
     * are the held log's own), root (of its tree there) → STORED. */
    AVOW_CORE_BRANCH,
    AVOW_CORE_DROP_BRANCH,   /* issuer: give the branch up */
    AVOW_CORE_SET_ABANDONED, /* issuer, from */
    /* Known of other histories, to be verified and kept: → STORED. Lists and `fork` are views for
     * the step. */
    AVOW_CORE_KEEP_FORK,     /* token, issuer, fork */
    AVOW_CORE_KEEP_CHAIN,    /* token, issuer, checkpoint, chain: the chain has been judged */
    AVOW_CORE_KEEP_STATUSES, /* token, issuer, statuses */
    AVOW_CORE_CLOSE, /* link, code, reject: say CLOSE, end the link, then report LINK_DOWN */
    AVOW_CORE_TRACE, /* trace, link, issuer, value, reject: for logs and metrics */
};

/* Strictly in this order on a link. */
enum avow_core_priority {
    AVOW_CORE_URGENT,
    AVOW_CORE_CONTROL,
    AVOW_CORE_ROUTINE,
    AVOW_CORE_BULK,
};

#define AVOW_CORE_TRACE_LIST(X)                                                                    \
    X(PEER_READY, "peer-ready", "the peer's whole list of logs has been read and judged")          \
    X(ADVANCED, "advanced", "the log grew to this size")                                           \
    X(BETTER_CHAIN, "better-chain", "a better root chain is known, which this node does not hold") \
    X(OTHER_CHAIN, "other-chain", "a root chain that parts from the held one, and does not win")   \
    X(FORK_SUSPECTED, "fork-suspected", "two checkpoints of one origin do not fit together")       \
    X(FORK_KNOWN, "fork-known", "what is known of a log's forks has grown")                        \
    X(SWITCHED, "switched", "the log moved over to its issuer's better history, of this size")     \
    X(FAULTY, "faulty", "a signed log breaks a rule; it is not fetched again")                     \
    X(NEWER, "newer", "a log needs a newer version of this program")                               \
    X(GIVEN_UP, "given-up", "a log was not complete in time; it is ignored for an hour")           \
    X(NO_ROOM, "no-room", "the store's bound is reached")                                          \
    X(STALLED, "stalled", "a peer did not answer in time; the next one is asked")                  \
    X(OUR_ERROR, "our-error", "an operation of this node failed; it is tried again")

enum avow_core_trace {
#define AVOW_CORE_TRACE_ENUM(name, word, text) AVOW_CORE_TRACE_##name,
    AVOW_CORE_TRACE_LIST(AVOW_CORE_TRACE_ENUM)
#undef AVOW_CORE_TRACE_ENUM
};
const char *avow_core_trace_name(enum avow_core_trace trace); /* as in "advanced" */
const char *avow_core_trace_text(enum avow_core_trace trace);

/* Carry out in order. Pointers and views live until the next step, and views into a message as long
 * as the message: copy what goes to another thread. */
struct avow_core_action {
    enum avow_core_action_type type;
    uint32_t link;
    enum avow_core_priority priority;
    struct avow_bytes bytes; /* one encoded message */
    /* The issuer of an announcement, which a later one about the same issuer may replace in a
     * queue; else NULL. */
    const struct avow_hash *about;
    uint64_t token;
    const struct avow_judge_task *task;
    /* STORE_RANGE, FRESHEN: the checkpoint has been judged, and so have the lines. When the range
     * completes the checkpoint, the lines are to be stored in the same transaction. */
    const struct avow_checkpoint *checkpoint;
    const struct avow_cosignature *lines;
    size_t line_count;
    bool branch; /* STORE_RANGE: for the branch, not the held log */
    bool alone;  /* STORE_RANGE: nothing else of the log is being stored; `link`: whence it came */
    uint64_t from;
    struct avow_hash root;
    const struct avow_fork *fork;
    struct avow_list chain, statuses;
    struct avow_list entries;     /* view into the RANGE message */
    const struct avow_path *path; /* in the RANGE message */
    enum avow_refusal code;
    enum avow_reject reject;
    enum avow_core_trace trace;
    struct avow_hash issuer;
    uint64_t value; /* TRACE: a size or an index */
};

#endif
