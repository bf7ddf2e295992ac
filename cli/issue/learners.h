/* The learners that credentials are to be issued to: one from options, or many from a CSV file. */
#ifndef AVOW_CLI_ISSUE_LEARNERS_H
#define AVOW_CLI_ISSUE_LEARNERS_H

#include "cli/frame/command.h"

#define AVOW_LEARNER_FILE_MAX 128 /* bytes of a file's name without ".json" */

enum avow_learner_text {
    AVOW_LEARNER_NAME,
    AVOW_LEARNER_EMAIL,
    AVOW_LEARNER_ID,
    AVOW_LEARNER_RESULT,
    AVOW_LEARNER_FILE, /* the name of the file to write, without ".json" */
    AVOW_LEARNER_TEXTS,
};

struct avow_learner {
    size_t row, line;
    size_t texts[AVOW_LEARNER_TEXTS]; /* offsets into avow_learners.text, each ended by a zero */
    uint64_t valid_from;              /* Unix seconds; 0: from the issue on */
    uint64_t valid_until;             /* 0: no end */
    struct avow_hash digest;          /* of what is asked for: the same row gives the same, the nth
                                       * of several equal rows another */
};

struct avow_learners {
    struct avow_buf text;
    struct avow_learner *rows;
    size_t count;
};

/* Reads a CSV file; every problem is told to the person by line and column. An exit status:
 * NEGATIVE when there was any, and then none are to be issued. `achievement` enters the digests. */
int avow_learners_read(const struct avow_cli *cli, const char *path, uint64_t achievement,
                       struct avow_learners *learners);
/* The one learner that the options --name, --email, --id, --result, --valid-from and --valid-until
 * describe. */
int avow_learners_from_options(const struct avow_cli *cli, uint64_t achievement,
                               struct avow_learners *learners);
void avow_learners_fini(struct avow_learners *learners);

/* One of the learner's texts, "" where there is none; lives as `learners` does. */
static inline const char *avow_learner_text(const struct avow_learners *learners,
                                            const struct avow_learner *learner,
                                            enum avow_learner_text which)
{
    return (const char *)learners->text.data + learner->texts[which];
}

/* A day (`end`: its last second) or a time of a day: "2026-07-31", "2026-07-31T12:00:00Z". False
 * for anything else. */
bool avow_learner_time(struct avow_bytes text, bool end, uint64_t *seconds);
/* NULL if `id` may be a file's name, or why not. */
const char *avow_learner_file_problem(struct avow_bytes id);

#endif
