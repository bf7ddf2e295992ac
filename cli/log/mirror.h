/* A node's log, fetched whole and judged again: every entry goes through the one apply, into a
 * throwaway store of this process, so that hashes, rules, roots and the checkpoint all come out
 * again or do not. Memory stays bounded, disk is what the log takes.
 *
 * The store's files lose their names as soon as they are open: nothing is left behind. */
#ifndef AVOW_CLI_LOG_MIRROR_H
#define AVOW_CLI_LOG_MIRROR_H

#include "cli/frame/command.h"
#include "client/client.h"
#include "store/store.h"

struct avow_mirror;

/* Connects to the call's node and opens the store, in $TMPDIR. An exit status: OK, or having told
 * the person UNKNOWN (no node) or NEGATIVE (no store). */
int avow_mirror_open(const struct avow_cli *cli, struct avow_mirror **mirror);
void avow_mirror_close(struct avow_mirror **mirror);

/* What came of copying one log. */
struct avow_mirror_result {
    int status;     /* OK: all holds; NEGATIVE: something does not; UNKNOWN: it cannot be told */
    bool lost;      /* the node is of no more use to this call */
    char text[768]; /* what, and where; "" with OK */
};

/* Copies and judges the whole log as the node has it now. With OK the snapshot has it. */
void avow_mirror_copy(struct avow_mirror *mirror, const struct avow_hash *issuer,
                      struct avow_mirror_result *result);
/* Shows all that was copied; lives as the mirror does, and until the next copy. */
struct avow_snapshot *avow_mirror_snapshot(struct avow_mirror *mirror);

/* The issuers of all logs that the node has, in order. `*issuers` is the caller's to free. An exit
 * status, having told the person. */
int avow_mirror_list(struct avow_mirror *mirror, struct avow_hash **issuers, size_t *count);

#endif
