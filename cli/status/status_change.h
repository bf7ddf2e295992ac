/* Revoking, suspending and reinstating: status entries for what files, references or a CSV list
 * name. */
#ifndef AVOW_CLI_STATUS_STATUS_CHANGE_H
#define AVOW_CLI_STATUS_STATUS_CHANGE_H

#include "cli/frame/command.h"
#include "proto/log/status_map.h"

/* Runs the call: its operands and --csv are the targets, --reason the reason (which `state` REVOKED
 * demands). What is in that state already is said and counts as done, unless another reason was
 * asked for: the one that is recorded stands, and the call ends as NEGATIVE. An exit status. */
int avow_status_change(struct avow_cli *cli, enum avow_status state);
/* The same for revoking recognitions, and nothing else: a reason need not be given. */
int avow_status_change_withdraw(struct avow_cli *cli);

/* The reasons, for --help. */
#define AVOW_REASON_WORDS "error|fraud|data|holder|key|lapsed|replaced|closed"

#endif
