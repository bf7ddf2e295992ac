/* Whether a log has an achievement of some code already. */
#ifndef AVOW_CLI_ACHIEVEMENT_SAME_CODE_H
#define AVOW_CLI_ACHIEVEMENT_SAME_CODE_H

#include "cli/signer/signer.h"

/* A courtesy to people who type a command twice. Reads the signer's log whole if it is small; else
 * takes the node's catalogue's word. `*found` is the newest achievement of this code that is
 * neither revoked nor superseded; 0, where no achievement can be, when there is none. An exit
 * status, having told the person. */
int avow_same_code(struct avow_signer *signer, struct avow_bytes code, uint64_t *found);

#endif
