/* A second node, which the person has configured (second in config.ini, or AVOW_SECOND): before
 * anything is signed it has to know nothing of the log that the home node does not show. So a home
 * node that was restored from a backup does not make its issuer sign a second history, and one that
 * lies by leaving out a record's older status entries does not make it sign an entry that breaks a
 * rule. */
#ifndef AVOW_CLI_SIGNER_SECOND_H
#define AVOW_CLI_SIGNER_SECOND_H

#include "proto/log/draft.h"

/* Whether `second`, a checked proof of the log whose draft this is, shows a status entry below the
 * draft's base that the draft does not know: `*target` is what it is about. */
bool avow_second_knows_more(const struct avow_draft *draft, const struct avow_log_proof *second,
                            uint64_t *target);

#endif
