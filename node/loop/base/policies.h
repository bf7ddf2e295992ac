/* The policies that a node holds for its clients, by name: files NAME.ini of one folder, read at
 * start. Names are 1 to 64 of a-z, 0-9, "-" and "_"; other files are not looked at. */
#ifndef AVOW_NODE_LOOP_BASE_POLICIES_H
#define AVOW_NODE_LOOP_BASE_POLICIES_H

#include "proto/trust/policy.h"

#define AVOW_POLICIES_MAX 64
#define AVOW_POLICY_FILE_NAME_MAX 64

struct avow_policies;

/* Reads the folder; "" is none, and gives an empty set. AVOW_ERR_INVALID with a sentence in `error`
 * that names the file and the line; AVOW_ERR_NOMEM. `*policies` is NULL then. */
AVOW_NODISCARD enum avow_err avow_policies_read(const char *folder, struct avow_policies **policies,
                                                struct avow_buf *error);
void avow_policies_free(struct avow_policies **policies);

/* The policy of this name, or NULL. For all of these `policies` may be NULL: an empty set. */
const struct avow_policy *avow_policies_find(const struct avow_policies *policies,
                                             struct avow_bytes name);
/* By position, to walk them: NULL from avow_policies_count() on. In the order of their names. */
size_t avow_policies_count(const struct avow_policies *policies);
const struct avow_policy *avow_policies_at(const struct avow_policies *policies, size_t position);

#endif
