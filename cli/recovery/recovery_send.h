/* What follows a recovery that is signed and kept: it is sent, what did not fit is published, badge
 * files are rewritten, keys go into place. Each step may have been done before. */
#ifndef AVOW_CLI_RECOVERY_RECOVERY_SEND_H
#define AVOW_CLI_RECOVERY_RECOVERY_SEND_H

#include "cli/recovery/recovery_file.h"

/* Does all of it, removes home/recovery, and tells. An exit status: with any but OK the same call
 * goes on from there. */
int avow_recovery_send(const struct avow_cli *cli, struct avow_recovery_file *file);

#endif
