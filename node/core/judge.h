/* What a checkpoint from a peer must stand before anything is asked for on its account: its root
 * chain, its signature, its cosignatures (docs/protocol.md, "Checkpoint").
 *
 * Judging costs signatures, so the core only asks for it; the daemon does it on its pool and the
 * simulator at once, both with this one function. */
#ifndef AVOW_NODE_CORE_JUDGE_H
#define AVOW_NODE_CORE_JUDGE_H

#include "proto/log/evidence.h"
#include "proto/wire/message.h"

struct avow_judge_task {
    struct avow_checkpoint checkpoint;
    bool checkpoint_known; /* the very one that is held: only the lines are new */
    struct avow_cosignature cosignatures[AVOW_COSIGNATURES_MAX];
    size_t cosignature_count;
    bool by_held_chain; /* judged by the held log's own chain, whose origin it names; else … */
    struct avow_list chain; /* … by these proved entries, a view into the CHAIN message */
    uint64_t held_size;     /* of the held log; 0 when none is */
    /* Whose lines count beside heartbeats: the config's, which outlives the core. */
    const struct avow_key *witnesses;
    size_t witness_count;
};

#define AVOW_JUDGE_OTHERS_MAX 8 /* root chains of one issuer that are known beside the held one */

/* What is known of an issuer's root chains: that of the held log, NULL when none is held, and those
 * that part from it. */
struct avow_known_chains {
    const struct avow_chain *held;
    const struct avow_chain *others[AVOW_JUDGE_OTHERS_MAX];
    size_t other_count;
};

/* What a judged checkpoint's root chain is to the held one, by the choice among all that are known.
 */
enum avow_judge_relation {
    AVOW_JUDGE_EXTENDS, /* the same chain, or one that goes on beyond the held log's end, or nothing
                         * is held: its log may be pulled */
    AVOW_JUDGE_BEHIND,  /* the held chain is this one and more: nothing to do */
    AVOW_JUDGE_LOSES,   /* another branch, and the held log stays (or: a root fork) */
    AVOW_JUDGE_WINS,    /* a branch that beats the held one, or a root entry below its head */
};

/* Of the lines, heartbeats count and those by the task's witnesses. The others are left out, not
 * held against anybody. */
struct avow_judgement {
    enum avow_err err; /* ours: nothing is known about the checkpoint. REFUSED: by_held_chain, and
                        * the held chain is of another origin by now */
    enum avow_reject reject; /* anything but ACCEPT is provably wrong */
    /* The chain is of another tree than the checkpoint's: the peer has moved over to another
     * history since it offered this one, or lies. Nothing else is filled in then. */
    bool elsewhere;
    enum avow_judge_relation relation;
    uint32_t lines; /* bit i: the task's line i counts, and stands */
    bool best;      /* no chain that is known beats it, and there is no root fork */
    /* WINS, LOSES: the histories part at `parts_at`, where the other's tree root at that size is
     * `parts_root`; if the held tree's is another, they part somewhere from `shared` on. EXTENDS:
     * if they part, it is from `shared` on. */
    uint64_t parts_at, shared;
    struct avow_hash parts_root;
};

/* Judges `task`. Takes milliseconds at worst; allocates; safe on any thread. */
void avow_judge_task_run(const struct avow_judge_task *task, const struct avow_known_chains *known,
                         struct avow_judgement *judgement);

/* A status entry of another branch, judged by the chain of the held log: its checkpoint is of that
 * chain's origin and signed, the entry proved in it, a change of status other than to active, made
 * in this epoch to a target below its opening entry, and not after the checkpoint. ORIGIN when the
 * chain is another's; else what is wrong. */
AVOW_NODISCARD enum avow_reject avow_judge_status(const struct avow_proved_status *status,
                                                  const struct avow_chain *chain);

#endif
