/* The logs, documents, policies and plans of the rows. */
#include "tests/support/verdict_table.h"

static struct avow_key signer_of(const struct verdict_world *world, const struct verdict_log *log,
                                 enum verdict_record record, enum verdict_document document)
{
    switch (document) {
    case BY_FIRST:
        return log->first_sign.key;
    case BY_SECOND:
        return log->second_sign.key;
    case BY_ROTATED:
        return log_builder_key(&log->log, "sign 1").key;
    case BY_STRANGER:
        return world->witnesses[0].key;
    case BY_HEARTBEAT:
        return log_builder_key(&log->log, "heartbeat 0").key;
    case BY_ROOT:
        return log_builder_key(&log->log, "root 0").key;
    case BARE:
    case GOOD:
    case BAD_PROOF:
    case OTHER_COMMITMENT:
    case OTHER_FROM:
    case OTHER_UNTIL:
    case OTHER_BAD_PROOF:
        break;
    }
    if (record == R_AFTER_ROTATION || record == R_BY_SECOND || record == R_PAST_SECOND ||
        record >= R_AFTER_RETIRE)
        return log_builder_key(&log->log, "sign 1").key;
    return log->first_sign.key;
}

struct avow_subject verdict_subject(const struct verdict_world *world,
                                    const struct verdict_row *row)
{
    const struct verdict_log *log = &world->logs[row->log];
    enum verdict_record record = row->record;
    enum verdict_document document = row->document;
    struct avow_subject subject = {.issuer = log->log.state.chain.issuer,
                                   .index = log->index[record]};
    struct avow_entry entry = {0};
    if (document == BARE)
        return subject;
    subject.has_document = true;
    subject.proof_good = document != BAD_PROOF && document != OTHER_BAD_PROOF;
    subject.signer = signer_of(world, log, record, document);
    if (record < R_ISSUES &&
        avow_entry_decode(log->log.rows[subject.index].bytes, &entry) == AVOW_ACCEPT) {
        subject.commitment = entry.issue.commitment;
        subject.valid_from = entry.issue.valid_from;
        subject.valid_until = entry.issue.valid_until;
    }
    if (document == OTHER_COMMITMENT || document == OTHER_BAD_PROOF)
        subject.commitment.bytes[31] ^= 1;
    if (document == OTHER_FROM)
        subject.valid_from--;
    if (document == OTHER_UNTIL)
        subject.valid_until++;
    return subject;
}

struct avow_policy verdict_policy(const struct verdict_world *world, const struct verdict_row *row)
{
    struct avow_policy policy;
    avow_policy_init(&policy);
    policy.max_age_s = row->max_age_h * 3600;
    policy.min_witnesses = row->min_witnesses;
    policy.witness_count = VERDICT_WITNESSES;
    for (size_t i = 0; i < VERDICT_WITNESSES; i++)
        policy.witnesses[i] = world->witnesses[i].key;
    return policy;
}

void verdict_plan(const struct verdict_world *world, const struct verdict_row *row,
                  struct proof_plan *plan)
{
    const struct verdict_log *log = &world->logs[row->log];
    proof_plan_init(plan, &log->log);
    if (row->record != R_BEYOND)
        proof_plan_record(plan, log->index[row->record]);
    row->shape(world, plan);
}

/* The inert entry at the end becomes one of kind 99, which this version does not know. */
static void make_newer(struct verdict_log *made)
{
    struct log_builder_row *row = &made->log.rows[made->index[R_INERT]];
    uint8_t *bytes = (uint8_t *)(uintptr_t)row->bytes.data;
    bytes[1] = 99;
    memmove(&bytes[2], &bytes[3], row->bytes.len - 3);
    row->bytes.len--;
    row->leaf = avow_merkle_leaf_hash(row->bytes);
    made->log.state.tree = (struct avow_tree){0};
    for (size_t i = 0; i < made->log.count; i++)
        avow_tree_append(&made->log.state.tree, &made->log.rows[i].leaf, NULL);
}

static void make_closed(struct verdict_log *made, const struct avow_hash *custodian)
{
    struct log_key sign = made->log.sign;
    log_builder_close(&made->log, custodian);
    made->log.sign = sign; /* it signs the closing checkpoint */
}

/* The custodian goes on by its own key, and in `renewed` by those of a root rotation. */
static void make_continued(struct verdict_log *made, const struct avow_hash *custodian,
                           bool renewed)
{
    log_builder_close(&made->log, custodian);
    made->log.t = HOUR(60);
    if (renewed)
        log_builder_rotate_root(&made->log);
    (void)log_builder_add_status(&made->log, made->index[R_PLAIN], AVOW_STATUS_REVOKED,
                                 AVOW_REASON_CLOSED, LOG_BUILDER_NONE);
    (void)log_builder_add_status(&made->log, made->index[R_TWICE], AVOW_STATUS_ACTIVE,
                                 AVOW_REASON_UNSPECIFIED, LOG_BUILDER_NONE);
    made->log.t = HOUR(61);
}

void verdict_world_init(struct verdict_world *world)
{
    struct verdict_log *logs = world->logs;
    verdict_log_init(&logs[OPEN], "open");
    verdict_log_init(&logs[CLOSED], "closed");
    make_closed(&logs[CLOSED], NULL);
    verdict_log_init(&logs[CUSTODIAN], "custodian");
    make_closed(&logs[CUSTODIAN], &logs[OPEN].log.state.chain.issuer);
    verdict_log_init(&logs[CONTINUED], "continued");
    make_continued(&logs[CONTINUED], &logs[OPEN].log.state.chain.issuer, false);
    verdict_log_init(&logs[RENEWED], "renewed");
    make_continued(&logs[RENEWED], &logs[OPEN].log.state.chain.issuer, true);
    verdict_log_init(&logs[NEWER], "newer");
    make_newer(&logs[NEWER]);
    for (size_t i = 0; i < VERDICT_WITNESSES; i++) {
        char name[] = "witness 0";
        name[8] = (char)('1' + i);
        world->witnesses[i] = log_builder_key(&logs[OPEN].log, name);
    }
}

void verdict_world_fini(struct verdict_world *world)
{
    for (size_t i = 0; i < VERDICT_LOGS; i++)
        verdict_log_fini(&world->logs[i]);
}
