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
    bool by_held_chain;     /* the held log's own chain judges, whose origin the checkpoint names */
    struct avow_list chain; /* else these proved entries judge: a view into the CHAIN message */
    uint64_t held_size;     /* of the held log; 0 when none is */
    /* Whose lines count beside heartbeats: the config's, which outlives the core. */
    const struct avow_key *witnesses;
    size_t witness_count;
    /* Of root entries; NULL: they are verified by avow_judge_task_run(). The runner's own. */
    const struct avow_root_checker *checker;
};

#define AVOW_JUDGE_OTHERS_MAX 8 /* root chains of one issuer that are known beside the held one */

/* What is known of an issuer's root chains. */
struct avow_known_chains {
    const struct avow_chain *held; /* the held log's; NULL when no log is held */
    const struct avow_chain *others[AVOW_JUDGE_OTHERS_MAX]; /* those that part from the held one */
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

/* Lines that are heartbeats or by the task's witnesses count. Other lines are left out, and held
 * against nobody. */
struct avow_judgement {
    enum avow_err err; /* ours: nothing is known about the checkpoint. REFUSED: by_held_chain, and
                        * the held chain is of another origin by now */
    enum avow_reject reject; /* anything but ACCEPT is provably wrong */
    /* The chain is of another tree than the checkpoint's: the peer has moved over to another
     * history since it offered this one, or lies. No other field is filled in then. */
    bool elsewhere;
    enum avow_judge_relation relation;
    uint32_t lines;    /* bit i: the task's line i counts, and stands */
    bool best;         /* no known chain beats the checkpoint's, and there is no root fork */
    uint64_t parts_at; /* WINS, LOSES: the size at which the root chains part */
    /* WINS, LOSES: the root of the judged checkpoint's tree at `parts_at`. If the held tree has the
     * same root there, the histories part at `parts_at`. */
    struct avow_hash parts_root;
    uint64_t shared; /* if the histories part elsewhere, it is not below this size */
};

/* Whether a line on this checkpoint is worth keeping, its signature aside: a heartbeat of the
 * chain's that counts, or one that counts by one of `witnesses`. */
bool avow_judge_line_counts(const struct avow_cosignature *line,
                            const struct avow_checkpoint *checkpoint,
                            const struct avow_chain *chain, const struct avow_key *witnesses,
                            size_t witness_count);

/* Judges `task`. Takes milliseconds at worst; allocates; safe on any thread. */
void avow_judge_task_run(const struct avow_judge_task *task, const struct avow_known_chains *known,
                         struct avow_judgement *judgement);

/* Judges a status entry of another branch by the chain of the held log. The entry's checkpoint must
 * be of that chain's origin and signed, and prove the entry. The entry must change a status, other
 * than to active, in this epoch, of a target below the opening entry, and not after the checkpoint.
 * ACCEPT; ORIGIN when the chain is another's; else what is wrong. */
AVOW_NODISCARD enum avow_reject avow_judge_status(const struct avow_proved_status *status,
                                                  const struct avow_chain *chain);

#endif
