/* One credential into one file that the person names. Its folder keeps the books of issuing
 * (cli/issue/journal.h), so that the same call repeated issues nothing twice. */
#ifndef AVOW_CLI_ISSUE_SINGLE_H
#define AVOW_CLI_ISSUE_SINGLE_H

#include "cli/issue/issue.h"
#include "sys/files.h"

struct avow_single {
    char folder[AVOW_PATH_BYTES];
    char name[AVOW_LEARNER_FILE_MAX + 1]; /* without ".json" */
};

/* From --out. An exit status: USAGE, having told the person, for a path that cannot be used. */
int avow_single_find(const struct avow_cli *cli, struct avow_single *single);
/* Makes `learners`, of one row, go there. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_single_set(const struct avow_single *single,
                                             struct avow_learners *learners);
/* One row without texts, for a renewal. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_single_learner(uint64_t valid_until,
                                                 const struct avow_hash *digest,
                                                 struct avow_learners *learners);
/* Issues it, and prints "FILE REFERENCE", or {file, reference}. An exit status. */
int avow_single_issue(struct avow_issuance *issuance, const struct avow_single *single);

#endif
