/* One core without a network: the test is its peers, its pool and its store. */
#ifndef AVOW_TESTS_SIM_RIG_H
#define AVOW_TESTS_SIM_RIG_H

#include "node/core/core.h"

#define RIG_T0 UINT64_C(1790000000)
#define RIG_ANY UINT32_MAX

struct rig {
    struct avow_core *core;
    uint8_t *memory;
    size_t size;
    uint32_t links_max;
    struct avow_core_time now;
    struct avow_core_log held; /* the one log that is held; size 0 and pending 0: none */
    bool holds_all;            /* a log like `held` of every issuer */
    bool has_digest;           /* something is known of the log's forks */
    struct avow_hash digest;
    const struct avow_core_action *actions; /* of the last step */
    size_t count;
    struct avow_message message; /* the last one drafted, or found by rig_sent() */
};

/* `config` may be NULL. */
void rig_init(struct rig *rig, const struct avow_core_config *config);
/* Fails the test if anything was written beyond the core's block. */
void rig_fini(struct rig *rig);

/* Fails the test if the step has more of the actions that cannot wait than the core keeps room
 * for. */
void rig_step(struct rig *rig, struct avow_core_event event);
void rig_up(struct rig *rig, uint32_t link);
void rig_down(struct rig *rig, uint32_t link);
void rig_hello(struct rig *rig, uint32_t link, uint64_t role);
/* Up, and greeted. */
void rig_join(struct rig *rig, uint32_t link, uint64_t role);
/* The same for a node, whose list is empty. */
void rig_join_empty(struct rig *rig, uint32_t link);
void rig_tick(struct rig *rig, uint64_t ms);
/* Ticks as a daemon does, until an action of this type comes; false after `most_ms`. */
bool rig_tick_until(struct rig *rig, uint64_t most_ms, enum avow_core_action_type type);

/* An empty rig->message of this type; rig_say() lets the link say it. */
struct avow_message *rig_draft(struct rig *rig, enum avow_message_type type);
void rig_say(struct rig *rig, uint32_t link);
struct avow_checkpoint rig_checkpoint(uint64_t issuer, uint64_t size);
void rig_announce(struct rig *rig, uint32_t link, uint64_t issuer, uint64_t size);

/* The first action of this type for this link or RIG_ANY; NULL when there is none. */
const struct avow_core_action *rig_find(const struct rig *rig, uint32_t link,
                                        enum avow_core_action_type type);
/* Whether a message of this type was sent to the link; the first one is then rig->message. */
bool rig_sent(struct rig *rig, uint32_t link, enum avow_message_type type);
bool rig_closed(const struct rig *rig, uint32_t link, enum avow_reject reject);

#endif
