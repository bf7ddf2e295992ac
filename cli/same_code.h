/* Whether a log has an achievement of some code already. */
#ifndef AVOW_CLI_SAME_CODE_H
#define AVOW_CLI_SAME_CODE_H

#include "cli/signer.h"

/* A courtesy to people who type a command twice, and not worth the download of a large log: nothing
 * is found in one of more entries than this (about 8 MB). */
#define AVOW_SAME_CODE_SIZE_MAX 131072

/* Reads the signer's log whole. `*found` is the newest achievement of this code that is neither
 * revoked nor superseded; 0, where no achievement can be, when there is none. An exit status,
 * having told the person. */
int avow_same_code(struct avow_signer *signer, struct avow_bytes code, uint64_t *found);

#endif
