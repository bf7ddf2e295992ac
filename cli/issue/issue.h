/* Issuing to many learners into one folder: batches of the log, staged files, books kept so that
 * nothing is issued twice (cli/issue/journal.h). */
#ifndef AVOW_CLI_ISSUE_ISSUE_H
#define AVOW_CLI_ISSUE_ISSUE_H

#include "cli/issue/credential.h"
#include "cli/issue/journal.h"

#define AVOW_ISSUE_BATCH_MAX 100000

/* The successor of a credential: its record is superseded in the same batch. */
struct avow_renewal {
    const json_t *document;      /* the old one */
    uint64_t target;             /* the entry of the old credential */
    struct avow_hash commitment; /* what that entry must have */
};

struct avow_issuance {
    const struct avow_cli *cli;
    const struct avow_identity_keys *keys;
    uint64_t achievement;
    const struct avow_learners *learners;
    const char *folder;
    struct avow_journal journal;
    uint64_t issued, skipped;           /* rows, of this call */
    const struct avow_renewal *renewal; /* of the one learner; NULL: none */
    /* Of a stacked credential, the one learner's. */
    size_t component_count;
    const struct avow_badge_part *components, *pathway;
    uint64_t last_index; /* the entry of the last row issued or skipped */
};

/* Opens the folder's books, finishes what an earlier call left open, and issues to every learner
 * whose row is not in the books. An exit status. */
int avow_issue_all(struct avow_issuance *issuance);

/* Steps of it. Looks up every open batch in the log: files of those that were accepted go into
 * place, those that never can be any more are discarded. `*accepted` counts the former. */
int avow_issue_resolve(struct avow_issuance *issuance, struct avow_signer *signer,
                       size_t *accepted);
/* The files of open batch `position`, which was accepted, into place; or away with them. */
int avow_issue_install(struct avow_issuance *issuance, size_t position);
int avow_issue_discard(struct avow_issuance *issuance, size_t position);
/* One batch: learners `rows`, `count` of them. Issues nothing if an open batch turns out to be
 * accepted: the rows are then to be chosen again. */
int avow_issue_batch(struct avow_issuance *issuance, const struct avow_learner **rows,
                     size_t count);
/* The folder where the files of a batch are staged: an exit status. */
int avow_issue_stage_path(const struct avow_issuance *issuance, const char *batch, char *path);
/* "<folder>/<name>.json", for a name that has no slash: an exit status. */
int avow_issue_file_path(const struct avow_issuance *issuance, const char *folder, const char *name,
                         char *path);
/* Says that `path` cannot be written, or whatever `verb` is, and why. AVOW_EXIT_NEGATIVE. */
int avow_issue_cannot(const struct avow_issuance *issuance, const char *verb, const char *path,
                      enum avow_err err);

#define AVOW_ISSUE_BOOKS ".avow"
#define AVOW_ISSUE_STAGE ".avow/stage"

#endif
