/* Entries of one's own log, as people name them: references, badge files, a CSV list of either. */
#ifndef AVOW_CLI_STATUS_TARGETS_H
#define AVOW_CLI_STATUS_TARGETS_H

#include "cli/frame/command.h"

struct avow_target {
    uint64_t index;
    bool has_commitment; /* named by a file: the entry must be this file's */
    struct avow_hash commitment;
};

struct avow_targets {
    const struct avow_cli *cli;
    struct avow_hash issuer;
    struct avow_buf storage;
    struct avow_target *items; /* by index, each once */
    size_t count;
};

/* The call's operands and the rows of --csv (columns reference and file). An exit status: USAGE or
 * NEGATIVE, having told the person of everything that names no entry of `issuer`'s log. */
int avow_targets_read(const struct avow_cli *cli, const struct avow_hash *issuer,
                      struct avow_targets *targets);
void avow_targets_fini(struct avow_targets *targets);

#endif
