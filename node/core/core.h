/* Gossip as a state machine: an event and the time go in, actions come out. No I/O, no clock, no
 * randomness and no heap of its own: a daemon and a simulator run the same bytes of code.
 *
 * How a log travels. A checkpoint that is announced or listed by a peer is compared with the held
 * one. What could be better is judged (first its root chain is fetched, if its origin is not the
 * held one); what stands is pulled from one peer in proven chunks, which are stored in order; when
 * its last entry is stored and synced it is announced to every other link. Nothing is announced
 * that is not stored. A checkpoint that fails is not tried twice, and a peer that sent something
 * provably wrong is closed.
 *
 * How a log moves over. A checkpoint whose root chain beats the held one is pulled beside the held
 * log, from where the two part, and takes its place when it is whole. What does not win is kept as
 * proof, as are forks of one origin, and what other branches say of what lies below; each node
 * tells its peers when that grows, by a digest, and they read it at their own pace.
 *
 * How what was missed is found. Each side reads the other's list of logs, a page at a time (LIST,
 * LOGS), when a link comes up and from one link at a time thereafter. The reader sets the pace, so
 * no list can flood anybody.
 *
 * Everything that a peer can make grow has a bound, taken at init. */
#ifndef AVOW_NODE_CORE_CORE_H
#define AVOW_NODE_CORE_CORE_H

#include "node/core/event.h"

struct avow_core;

struct avow_core_config {
    uint64_t store_epoch;    /* peers are told the lowest 53 bits */
    const char *agent;       /* HELLO's texts: must outlive the core; at most 64 bytes */
    const char *address;     /* "host:port", or "" */
    uint64_t salt;           /* random: what peers cannot guess about the tables */
    uint32_t links_max;      /* connections, clients' among them; at most 65,535 */
    uint32_t wants_max;      /* logs that are being judged or pulled; at most 65,535 */
    uint32_t judgements_max; /* JUDGE actions not answered yet */
    uint32_t ranges_max;     /* chunks asked of one link or being stored, 64 KiB each or so */
    uint32_t shunned_max;    /* checkpoints remembered as not worth fetching */
    /* Whose cosignatures are kept and sent on, beside heartbeats: must outlive the core. */
    const struct avow_key *witnesses;
    size_t witness_count;
};
/* 128 links, 1,024 wants, 64 judgements, 192 ranges, 4,096 shunned; salt, epoch and texts empty. */
struct avow_core_config avow_core_config_default(void);

/* A log as the store has it at the newest committed state, in which is whatever STORED and
 * LOG_CHANGED have reported. */
struct avow_core_log {
    struct avow_checkpoint checkpoint; /* `size` 0 when only pending entries are held */
    struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX];
    size_t cosignature_count;
    uint64_t pending;        /* how far entries are stored, unseen; >= checkpoint.size */
    uint64_t abandoned_from; /* AVOW_NEVER: none */
    bool forked;             /* a fork of the checkpoint's origin is known */
    uint64_t freshened;      /* when its issuer last made it fresher, Unix seconds; 0: never */
};
struct avow_core_reads {
    void *context;
    /* AVOW_OK; NOT_FOUND when nothing of this issuer is stored; others: cannot tell now. */
    enum avow_err (*log)(void *context, const struct avow_hash *issuer, struct avow_core_log *log);
    /* The root of the first `size` entries of the held log, size <= its checkpoint's. */
    enum avow_err (*root)(void *context, const struct avow_hash *issuer, uint64_t size,
                          struct avow_hash *root);
    /* Whether this line on the held checkpoint is worth judging: avow_judge_line_counts(), with
     * config.witnesses. */
    bool (*counts)(void *context, const struct avow_hash *issuer,
                   const struct avow_cosignature *line);
    /* A fingerprint of what peers are told about the issuer's forks, as FORKS gives it. NOT_FOUND:
     * there is nothing to tell; others: cannot tell now. */
    enum avow_err (*digest)(void *context, const struct avow_hash *issuer,
                            struct avow_hash *digest);
};

/* Bytes of memory that a core of this configuration needs, all that it ever uses. */
size_t avow_core_size(const struct avow_core_config *config);
/* Makes a core in `memory`, aligned as malloc's, of avow_core_size() bytes. It needs no _fini. */
struct avow_core *avow_core_init(void *memory, const struct avow_core_config *config,
                                 const struct avow_core_reads *reads);

/* Takes one event and returns its actions, `*count` of them, which live until the next step. Work
 * that finds no room in a step goes on in the next, at the latest with the next TICK. */
const struct avow_core_action *avow_core_step(struct avow_core *core,
                                              const struct avow_core_event *event, size_t *count);

/* Whether messages of this type go to the core: HELLO, PING, PONG, ANNOUNCE, and the answers CHAIN,
 * RANGE, CONSISTENCY, LOGS, FORKS, FORK, OTHER, STATUSES, REFUSED. Requests for data are the
 * daemon's to answer, a link's in the order in which they came. While more chunks wait to be stored
 * than the daemon has room for, the daemon stops reading from the links that sent the chunks. */
bool avow_core_takes(uint64_t type);

/* True while a log of this issuer that goes on from the held one, by a checkpoint that was judged
 * good, is being fetched: a home node then takes no submission for the issuer. A branch does not
 * count: until the branch is whole, the held log is served and extended. */
bool avow_core_wants(const struct avow_core *core, const struct avow_hash *issuer);
/* True if the whole list of logs of a peer that this node dialled has been read and judged since
 * the start. */
bool avow_core_has_heard(const struct avow_core *core);

struct avow_core_link_info {
    bool ready; /* HELLO has come */
    bool outbound;
    enum avow_peer_role role;
    struct avow_key node;
    uint64_t logs_served;                   /* candidates completed with the link's help */
    uint64_t since_ms;                      /* since the link came up */
    uint64_t clock_ahead_s, clock_behind_s; /* the peer's clock against ours, at HELLO */
    char agent[64 + 1], address[128 + 1];   /* as the peer says */
};
/* False when nothing is connected there. */
bool avow_core_link(const struct avow_core *core, uint32_t link, struct avow_core_link_info *info);

struct avow_core_stats {
    uint64_t links, wants, judgements, ranges, shunned;                 /* now */
    uint64_t announced, judged, rejected, ranges_stored, logs_advanced; /* since the start */
};
void avow_core_stats(const struct avow_core *core, struct avow_core_stats *stats);

#endif
