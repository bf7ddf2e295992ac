/* Whose turn it is. What a link has sent is handled for a share of time when it is read; whatever
 * is left then waits in line with that of others, and the line is gone along, a share for each,
 * between the loop's other work. A link that waits is not read from, so its peer's own socket fills
 * up.
 *
 * So whoever sends little is answered in the turn of the loop in which it is read, and what others
 * have to wait for is a share of each link that sends much, whatever it sends. */
#ifndef AVOW_NODE_LOOP_LINK_TURNS_H
#define AVOW_NODE_LOOP_LINK_TURNS_H

#include "proto/base.h"

#include <uv.h>

#define AVOW_TURN_SHARE_NS UINT64_C(200000)
#define AVOW_TURN_LINE_NS UINT64_C(2000000)
/* The clock is looked at after so many frames and messages, and after a message of so many bytes.
 */
#define AVOW_TURN_STEPS 16
#define AVOW_TURN_BYTES 8192

struct avow_link;

struct avow_turns {
    uv_idle_t idle; /* active while anybody waits */
    struct avow_link *first, *last;
    uint32_t count;
    uint64_t share_ns; /* of a link; 0: AVOW_TURN_STEPS */
    uint64_t line_ns;  /* of the line in a turn of the loop; 0: one link */
};

/* An empty line, with the times above. */
void avow_turns_init(struct avow_turns *turns, uv_loop_t *loop);
/* Closes the handle: once, when no link is left. */
void avow_turns_close(struct avow_turns *turns);

/* Puts a link at the end of its line (avow_link_take_turn() is called when it comes up), or takes
 * it out; nothing when it is there, or is not. */
void avow_turns_wait(struct avow_turns *turns, struct avow_link *link);
void avow_turns_leave(struct avow_turns *turns, struct avow_link *link);

#endif
