/* The table of verdicts: what evidence shows of which record, which document, policy and moment,
 * and what the word must be. */
#ifndef AVOW_TESTS_VERDICT_TABLE_H
#define AVOW_TESTS_VERDICT_TABLE_H

#include "tests/support/proof_builder.h"
#include "tests/support/verdict_logs.h"

enum verdict_log_name { OPEN, CLOSED, CUSTODIAN, CONTINUED, RENEWED, NEWER, VERDICT_LOGS };

#define VERDICT_WITNESSES 3

struct verdict_world {
    struct verdict_log logs[VERDICT_LOGS];
    struct log_key witnesses[VERDICT_WITNESSES];
};

enum verdict_document {
    BARE, /* a reference alone */
    GOOD,
    BAD_PROOF,
    OTHER_COMMITMENT,
    OTHER_FROM,
    OTHER_UNTIL,
    BY_FIRST, /* signed by the first sign key, … */
    BY_SECOND,
    BY_ROTATED,
    BY_STRANGER,
    BY_HEARTBEAT,
    BY_ROOT,
    OTHER_BAD_PROOF, /* nothing is right */
};

/* Makes a plan show what a row says, starting from all of its record. */
typedef void verdict_shape(const struct verdict_world *world, struct proof_plan *plan);

struct verdict_row {
    const char *name;
    enum verdict_log_name log;
    enum verdict_record record;
    verdict_shape *shape;
    enum verdict_document document;
    uint64_t now, at;
    uint64_t max_age_h;
    unsigned min_witnesses;
    enum avow_word word;
    enum avow_why why;
};

extern const struct verdict_row verdict_rows[];
extern const size_t verdict_row_count;

/* Shapes that tests use for rows of their own. */
verdict_shape verdict_whole;
verdict_shape verdict_seen_once; /* by the first witness, at hour 60 */

void verdict_world_init(struct verdict_world *world);
void verdict_world_fini(struct verdict_world *world);

struct avow_subject verdict_subject(const struct verdict_world *world,
                                    const struct verdict_row *row);
struct avow_policy verdict_policy(const struct verdict_world *world, const struct verdict_row *row);
void verdict_plan(const struct verdict_world *world, const struct verdict_row *row,
                  struct proof_plan *plan);

#endif
