/* Evidence: of many shapes accepted; with any bit flipped, any piece out of place, any signer that
 * was not entitled, refused. */
#include "proto/log/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/alloc.h"
#include "tests/support/proof_builder.h"
#include "tests/support/stride.h"

#define T0 LOG_BUILDER_T0

/* A log with something of everything, whose time moves an hour with each part. */
struct sample {
    struct log_builder log;
    struct log_key witness, other;
    uint64_t achievement, good, revoked, renewed;
    struct avow_checkpoint early; /* before the epoch changed */
    struct proof_plan plan;
};

static void sample_init(struct sample *s, const char *seed)
{
    log_builder_start(&s->log, seed);
    s->witness = log_builder_key(&s->log, "a witness");
    s->other = log_builder_key(&s->log, "another");
    s->achievement = log_builder_add_achievement(&s->log, "DA-101", "Data analysis");
    s->good = log_builder_add_issue(&s->log, s->achievement);
    s->revoked = log_builder_add_issue(&s->log, s->achievement);
    s->early = log_builder_checkpoint(&s->log, s->log.t + 10);
    s->log.t += 3600;
    log_builder_add_status(&s->log, s->revoked, AVOW_STATUS_SUSPENDED, AVOW_REASON_DATA,
                           LOG_BUILDER_NONE);
    log_builder_add_status(&s->log, s->revoked, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD,
                           LOG_BUILDER_NONE);
    log_builder_rotate_root(&s->log);
    s->log.t += 3600;
    s->renewed = log_builder_add_issue(&s->log, s->achievement);
    log_builder_add_status(&s->log, s->good, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED,
                           s->renewed);
    log_builder_authorise(&s->log, AVOW_USE_HEARTBEAT, &s->other.key);
    proof_plan_init(&s->plan, &s->log);
}

static void sample_fini(struct sample *s)
{
    log_builder_fini(&s->log);
}

/* Evidence of the sample's plan; the caller frees it. */
static struct avow_buf written(const struct proof_plan *plan)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(&out, &plan, 1);
    return out;
}

static enum avow_reject check(struct avow_bytes bytes)
{
    struct avow_evidence evidence;
    enum avow_reject reject;
    assert_int_equal(avow_evidence_check(bytes, &evidence, &reject), AVOW_OK);
    if (reject != AVOW_ACCEPT)
        assert_int_equal(evidence.count, 0);
    avow_evidence_fini(&evidence);
    return reject;
}

static enum avow_reject check_plan(const struct proof_plan *plan)
{
    struct avow_buf out = written(plan);
    enum avow_reject reject = check(avow_buf_bytes(&out));
    avow_buf_fini(&out);
    return reject;
}

/* ------------------------------------------------------------------ shapes */

static void shape_bare(struct sample *s)
{
    (void)s;
}

static void shape_record(struct sample *s)
{
    proof_plan_record(&s->plan, s->revoked);
}

static void shape_lines(struct sample *s)
{
    proof_plan_record(&s->plan, s->renewed);
    proof_plan_cosign(&s->plan, &s->log.heartbeat, s->log.t + 60);
    proof_plan_cosign(&s->plan, &s->witness, s->log.t + 61);
    proof_plan_cosign(&s->plan, &s->other, s->log.t + 62); /* the second heartbeat key */
}

static void shape_first(struct sample *s)
{
    proof_plan_record(&s->plan, s->good);
    proof_plan_cosign(&s->plan, &s->log.heartbeat, s->log.t + 60);
    proof_plan_first(&s->plan, &s->early, &s->witness, T0 + 30, s->good);
}

static void shape_own_first(struct sample *s)
{
    proof_plan_record(&s->plan, s->renewed);
    proof_plan_first(&s->plan, &s->plan.checkpoint, &s->witness, s->log.t, s->renewed);
}

static void shape_first_of_root_entry(struct sample *s)
{
    proof_plan_first(&s->plan, &s->early, &s->witness, T0 + 30, 0);
}

static void shape_all(struct sample *s)
{
    for (uint64_t i = 0; i < s->log.count; i++)
        proof_plan_record(&s->plan, i);
    shape_lines(s);
    proof_plan_first(&s->plan, &s->early, &s->witness, T0 + 30, s->good);
}

/* A root entry may stand among the entries too, as a signer's last entry does. */
static void shape_last_root(struct sample *s)
{
    s->plan.entries[s->plan.entry_count++] = s->log.count - 1;
}

struct shape_case {
    const char *name;
    void (*make)(struct sample *s);
    bool every_bit; /* flip each; the others repeat the same pieces */
};

static const struct shape_case shapes[] = {
    {"a chain alone", shape_bare, true},
    {"a record", shape_record, false},
    {"heartbeats and a witness", shape_lines, false},
    {"a first witness from an older epoch", shape_first, true},
    {"a first witness on the checkpoint itself", shape_own_first, false},
    {"a first witness of a root entry", shape_first_of_root_entry, false},
    {"everything", shape_all, false},
    {"the last entry again", shape_last_root, false},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        struct sample s;
        sample_init(&s, shapes[i].name);
        shapes[i].make(&s);
        enum avow_reject reject = check_plan(&s.plan);
        if (reject != AVOW_ACCEPT)
            fail_msg("%s: %s", shapes[i].name, avow_reject_text(reject));
        sample_fini(&s);
    }
}

/* What was accepted is found again, and nothing else is. */
static void test_lookup(void **state)
{
    (void)state;
    struct sample s;
    struct avow_evidence evidence;
    enum avow_reject reject;
    struct avow_bytes entry;
    enum avow_status status;
    sample_init(&s, "lookup");
    proof_plan_record(&s.plan, s.revoked);
    struct avow_buf out = written(&s.plan);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_null(avow_evidence_log(&evidence, &s.early.root));
    const struct avow_log_proof *proof = avow_evidence_log(&evidence, &s.plan.checkpoint.issuer);
    assert_non_null(proof);
    assert_true(avow_log_proof_entry(proof, s.revoked, &entry));
    assert_true(avow_bytes_equal(entry, s.log.rows[s.revoked].bytes));
    assert_true(avow_log_proof_entry(proof, 0, &entry));
    assert_true(avow_bytes_equal(entry, s.log.rows[0].bytes));
    assert_false(avow_log_proof_entry(proof, 1, &entry));
    assert_false(avow_log_proof_entry(proof, s.good, &entry));
    assert_true(avow_log_proof_status(proof, s.revoked, &status));
    assert_int_equal(status, AVOW_STATUS_REVOKED);
    assert_false(avow_log_proof_status(proof, 1024, &status));
    assert_false(proof->has_first_witness);
    avow_evidence_fini(&evidence);
    avow_buf_fini(&out);
    sample_fini(&s);
}

/* ------------------------------------------------------------------ every bit, every length */

static void test_every_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        struct sample s;
        if (!shapes[i].every_bit)
            continue;
        sample_init(&s, shapes[i].name);
        shapes[i].make(&s);
        struct avow_buf out = written(&s.plan);
        const size_t stride = avow_stride(1);
        for (size_t bit = 0; bit < out.len * 8; bit += stride) {
            out.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
            if (check(avow_buf_bytes(&out)) == AVOW_ACCEPT)
                fail_msg("%s: bit %zu of byte %zu is of no account", shapes[i].name, bit % 8,
                         bit / 8);
            out.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        avow_buf_fini(&out);
        sample_fini(&s);
    }
}

static void test_every_length(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, "length");
    shape_all(&s);
    struct avow_buf out = written(&s.plan);
    for (size_t len = 0; len < out.len; len++)
        assert_int_not_equal(check(avow_bytes(out.data, len)), AVOW_ACCEPT);
    avow_buf_append(&out, "", 1);
    assert_int_equal(check(avow_buf_bytes(&out)), AVOW_REJECT_TRAILING);
    avow_buf_fini(&out);
    sample_fini(&s);
}

/* ------------------------------------------------------------------ two logs */

static void test_two_logs(void **state)
{
    (void)state;
    struct sample a, b;
    sample_init(&a, "one");
    sample_init(&b, "two");
    proof_plan_record(&a.plan, a.good);
    proof_plan_record(&b.plan, b.revoked);
    struct avow_buf out;
    avow_buf_init(&out, AVOW_EVIDENCE_BYTES_MAX);
    const struct proof_plan *plans[] = {&a.plan, &b.plan};
    proof_plans_write(&out, plans, 2);
    assert_int_equal(check(avow_buf_bytes(&out)), AVOW_ACCEPT);
    /* The wrong way round, and the same log twice. */
    struct avow_buf one = written(&a.plan), two = written(&b.plan), made;
    bool first = memcmp(a.plan.checkpoint.issuer.bytes, b.plan.checkpoint.issuer.bytes, 32) < 0;
    avow_buf_init(&made, AVOW_EVIDENCE_BYTES_MAX);
    avow_evidence_begin(&made, 2);
    size_t head = made.len;
    avow_buf_append(&made, (first ? two : one).data + head, (first ? two : one).len - head);
    avow_buf_append(&made, (first ? one : two).data + head, (first ? one : two).len - head);
    assert_int_equal(check(avow_buf_bytes(&made)), AVOW_REJECT_KEY_ORDER);
    avow_buf_clear(&made);
    avow_evidence_begin(&made, 2);
    avow_buf_append(&made, one.data + head, one.len - head);
    avow_buf_append(&made, one.data + head, one.len - head);
    assert_int_equal(check(avow_buf_bytes(&made)), AVOW_REJECT_KEY_ORDER);
    avow_buf_clear(&made);
    avow_evidence_begin(&made, 0);
    assert_int_equal(check(avow_buf_bytes(&made)), AVOW_ACCEPT);
    avow_buf_fini(&made);
    avow_buf_fini(&one);
    avow_buf_fini(&two);
    avow_buf_fini(&out);
    sample_fini(&a);
    sample_fini(&b);
}

/* ------------------------------------------------------------------ what is refused */

static void resign(struct sample *s, const struct log_key *key)
{
    avow_checkpoint_sign(&s->plan.checkpoint, &key->secret);
}

static void by_old_sign_key(struct sample *s)
{
    struct log_key old = log_builder_key(&s->log, "sign 0");
    resign(s, &old);
}

static void by_witness(struct sample *s)
{
    resign(s, &s->witness);
}

static void by_heartbeat(struct sample *s)
{
    resign(s, &s->log.heartbeat);
}

static void by_root(struct sample *s)
{
    resign(s, &s->log.root);
}

static void expired(struct sample *s)
{
    s->plan.checkpoint.time = T0 + 3600 + AVOW_KEY_LIFE_MAX_S + 1;
    resign(s, &s->log.sign);
}

static void before_last_entry(struct sample *s)
{
    s->plan.checkpoint.time = s->log.t - 1;
    resign(s, &s->log.sign);
}

static void before_shown_entry(struct sample *s)
{
    s->log.t += 100;
    uint64_t late = log_builder_add_issue(&s->log, s->achievement);
    proof_plan_init(&s->plan, &s->log);
    proof_plan_record(&s->plan, late);
    s->plan.checkpoint.time = s->log.t - 1;
    resign(s, &s->log.sign);
}

static void epoch_too_low(struct sample *s)
{
    s->plan.checkpoint.epoch--;
    resign(s, &s->log.sign);
}

static void older_opening(struct sample *s)
{
    s->plan.checkpoint.opening = s->log.state.chain.entries[1].leaf;
    resign(s, &s->log.sign);
}

static void chain_lacks_inception(struct sample *s)
{
    s->plan.skip_root = 0;
}

static void chain_lacks_middle(struct sample *s)
{
    s->plan.skip_root = 1;
}

static void chain_lacks_last(struct sample *s)
{
    s->plan.skip_root = 2;
}

/* An issuer that signs an epoch without the key event in it: the chain is shorter and agrees. */
static void hides_key_event(struct sample *s)
{
    s->plan.skip_root = 2;
    s->plan.checkpoint.epoch = 1;
    s->plan.checkpoint.opening = s->log.state.chain.entries[1].leaf;
    s->plan.entries[s->plan.entry_count++] = s->log.state.chain.entries[2].index;
    resign(s, &s->log.sign);
}

static void other_status_root(struct sample *s)
{
    proof_plan_record(&s->plan, s->good);
    s->plan.checkpoint.status_root = s->early.status_root;
    resign(s, &s->log.sign);
}

/* The issuer signs a map in which what its log revokes is active. */
static void map_forgets(struct sample *s, uint64_t target)
{
    proof_plan_record(&s->plan, target);
    s->log.rows[target].status = AVOW_STATUS_ACTIVE;
    s->plan.checkpoint.status_root = log_builder_status_root(&s->log);
    resign(s, &s->log.sign);
}

static void map_forgets_revocation(struct sample *s)
{
    map_forgets(s, s->revoked);
}

static void map_forgets_successor(struct sample *s)
{
    map_forgets(s, s->good);
}

static void entries_out_of_order(struct sample *s)
{
    s->plan.entries[0] = s->revoked;
    s->plan.entries[1] = s->good;
    s->plan.entry_count = 2;
}

static void entry_twice(struct sample *s)
{
    s->plan.entries[0] = s->plan.entries[1] = s->good;
    s->plan.entry_count = 2;
}

static void chunk_twice(struct sample *s)
{
    s->plan.chunk_count = 2; /* both are 0 */
}

/* An `issue` entry of two fields too few, in the place of one. */
static void malformed_entry(struct sample *s)
{
    static const uint8_t bytes[] = {0x93, 0x05, 0x00, 0x00};
    uint64_t index = log_builder_add_issue(&s->log, s->achievement);
    struct log_builder_row *row = &s->log.rows[index];
    memcpy((void *)row->bytes.data, bytes, sizeof(bytes));
    row->bytes.len = sizeof(bytes);
    row->leaf = avow_merkle_leaf_hash(row->bytes);
    proof_plan_init(&s->plan, &s->log);
    s->plan.checkpoint.root = log_builder_root_at(&s->log, s->log.count);
    proof_plan_entry(&s->plan, index);
    resign(s, &s->log.sign);
}

/* The checkpoint covers an entry earlier than one before it. */
static void times_go_back(struct sample *s)
{
    uint64_t first = log_builder_add_issue(&s->log, s->achievement);
    s->log.t += 10;
    uint64_t second = log_builder_add_issue(&s->log, s->achievement);
    struct log_builder_row row = s->log.rows[first];
    s->log.rows[first] = s->log.rows[second];
    s->log.rows[second] = row;
    proof_plan_init(&s->plan, &s->log);
    s->plan.checkpoint.root = log_builder_root_at(&s->log, s->log.count);
    proof_plan_entry(&s->plan, first);
    proof_plan_entry(&s->plan, second);
    resign(s, &s->log.sign);
}

static void line_before_checkpoint(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->witness, s->plan.checkpoint.time - 1);
}

static void heartbeat_before_checkpoint(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->log.heartbeat, s->plan.checkpoint.time - 1);
}

static void heartbeat_expired(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->log.heartbeat, T0 + 3600 + AVOW_KEY_LIFE_MAX_S + 1);
}

static void heartbeat_retired(struct sample *s)
{
    struct log_key old = log_builder_key(&s->log, "heartbeat 0");
    proof_plan_cosign(&s->plan, &old, s->log.t);
}

static void line_by_sign_key(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->log.sign, s->log.t);
}

static void line_by_root_key(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->log.root, s->log.t);
}

static void line_of_no_point(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->witness, s->log.t);
    memset(&s->plan.lines[0].key, 0xff, 32);
}

static void line_twice(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->witness, s->log.t);
    proof_plan_cosign(&s->plan, &s->witness, s->log.t + 1);
}

static void line_for_other_text(struct sample *s)
{
    proof_plan_cosign(&s->plan, &s->witness, s->log.t + 1);
    s->plan.checkpoint.time++;
    resign(s, &s->log.sign);
}

static void first_without_lines(struct sample *s)
{
    shape_first(s);
    s->plan.first_line_count = 0;
}

static void first_not_shown(struct sample *s)
{
    proof_plan_first(&s->plan, &s->early, &s->witness, T0 + 30, s->good);
}

static void first_beyond(struct sample *s)
{
    proof_plan_record(&s->plan, s->renewed);
    proof_plan_first(&s->plan, &s->early, &s->witness, T0 + 30, s->renewed);
}

static void first_by(struct sample *s, const struct log_key *key)
{
    avow_checkpoint_sign(&s->early, &key->secret);
    shape_first(s);
}

static void first_by_later_key(struct sample *s)
{
    first_by(s, &s->log.sign);
}

static void first_by_stranger(struct sample *s)
{
    first_by(s, &s->witness);
}

static void first_expired(struct sample *s)
{
    s->early.time = T0 + AVOW_KEY_LIFE_MAX_S + 1;
    struct log_key old = log_builder_key(&s->log, "sign 0");
    avow_checkpoint_sign(&s->early, &old.secret);
    proof_plan_record(&s->plan, s->good);
    proof_plan_first(&s->plan, &s->early, &s->witness, s->early.time, s->good);
}

static void first_line_early(struct sample *s)
{
    proof_plan_record(&s->plan, s->good);
    proof_plan_first(&s->plan, &s->early, &s->witness, s->early.time - 1, s->good);
}

/* A checkpoint of epoch 0 whose size reaches past the root entry that ended it: another branch. */
static void first_past_its_epoch(struct sample *s)
{
    s->early.size = s->log.count - 1;
    s->early.root = log_builder_root_at(&s->log, s->early.size);
    struct log_key old = log_builder_key(&s->log, "sign 0");
    first_by(s, &old);
}

static void first_later_than_checkpoint(struct sample *s)
{
    s->early = s->plan.checkpoint;
    s->early.time++;
    avow_checkpoint_sign(&s->early, &s->log.sign.secret);
    proof_plan_record(&s->plan, s->good);
    proof_plan_first(&s->plan, &s->early, &s->witness, s->early.time, s->good);
}

static void first_of_other_issuer(struct sample *s)
{
    s->early.issuer.bytes[0] ^= 1;
    first_by(s, &s->log.sign);
}

struct refusal {
    const char *name;
    void (*change)(struct sample *s);
    enum avow_reject want;
};

static const struct refusal refusals[] = {
    {"a checkpoint by a key that a rotation retired", by_old_sign_key, AVOW_REJECT_KEY_UNKNOWN},
    {"a checkpoint by a stranger", by_witness, AVOW_REJECT_KEY_UNKNOWN},
    {"a checkpoint by the heartbeat key", by_heartbeat, AVOW_REJECT_KEY_UNKNOWN},
    {"a checkpoint by the root key", by_root, AVOW_REJECT_KEY_UNKNOWN},
    {"a checkpoint past its key's not_after", expired, AVOW_REJECT_KEY_EXPIRED},
    {"a checkpoint before its last root entry", before_last_entry, AVOW_REJECT_TIME},
    {"a checkpoint before an entry that is shown", before_shown_entry, AVOW_REJECT_TIME},
    {"an epoch below the chain's", epoch_too_low, AVOW_REJECT_CHAIN},
    {"the opening of an older epoch", older_opening, AVOW_REJECT_CHAIN},
    {"a chain without inception", chain_lacks_inception, AVOW_REJECT_CHAIN},
    {"a chain without a key event", chain_lacks_middle, AVOW_REJECT_CHAIN},
    {"a chain without its last", chain_lacks_last, AVOW_REJECT_CHAIN},
    {"a key event outside a chain that agrees", hides_key_event, AVOW_REJECT_CHAIN},
    {"another status root", other_status_root, AVOW_REJECT_PROOF},
    {"a map that forgets a revocation", map_forgets_revocation, AVOW_REJECT_STATUS_ROOT},
    {"a map that forgets a successor", map_forgets_successor, AVOW_REJECT_STATUS_ROOT},
    {"entries out of order", entries_out_of_order, AVOW_REJECT_KEY_ORDER},
    {"an entry twice", entry_twice, AVOW_REJECT_KEY_ORDER},
    {"a chunk twice", chunk_twice, AVOW_REJECT_KEY_ORDER},
    {"an entry that is malformed", malformed_entry, AVOW_REJECT_LENGTH},
    {"entries whose times go back", times_go_back, AVOW_REJECT_TIME},
    {"a line by no point", line_of_no_point, AVOW_REJECT_KEY_POINT},
    {"two lines by one key", line_twice, AVOW_REJECT_DUPLICATE},
    {"a line for another text", line_for_other_text, AVOW_REJECT_SIGNATURE},
    {"a first witness without lines", first_without_lines, AVOW_REJECT_VALUE},
    {"a first witness of what is not shown", first_not_shown, AVOW_REJECT_VALUE},
    {"a first witness that does not reach it", first_beyond, AVOW_REJECT_PROOF},
    {"a first witness by a key that came later", first_by_later_key, AVOW_REJECT_KEY_UNKNOWN},
    {"a first witness by a stranger", first_by_stranger, AVOW_REJECT_KEY_UNKNOWN},
    {"a first witness past its key's not_after", first_expired, AVOW_REJECT_KEY_EXPIRED},
    {"a first witness past its epoch", first_past_its_epoch, AVOW_REJECT_SIZE},
    {"a first witness later than the checkpoint", first_later_than_checkpoint, AVOW_REJECT_TIME},
    {"a first witness of another issuer", first_of_other_issuer, AVOW_REJECT_ORIGIN},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct sample s;
        sample_init(&s, "refusals");
        assert_int_equal(check_plan(&s.plan), AVOW_ACCEPT);
        refusals[i].change(&s);
        enum avow_reject reject = check_plan(&s.plan);
        if (reject != refusals[i].want)
            fail_msg("%s: %s", refusals[i].name, avow_reject_name(reject));
        sample_fini(&s);
    }
}

/* ------------------------------------------------------------------ lines that do not count */

static void first_by_a_key_since(struct sample *s)
{
    proof_plan_record(&s->plan, s->good);
    proof_plan_first(&s->plan, &s->early, &s->other, T0 + 30, s->good);
}

struct idle {
    const char *name;
    void (*add)(struct sample *s); /* one line */
};

static const struct idle idles[] = {
    {"a witness before the checkpoint", line_before_checkpoint},
    {"a heartbeat before the checkpoint", heartbeat_before_checkpoint},
    {"a heartbeat past its key's not_after", heartbeat_expired},
    {"a heartbeat by a retired key", heartbeat_retired},
    {"a line by the sign key", line_by_sign_key},
    {"a line by the root key", line_by_root_key},
    {"a first witness line before its checkpoint", first_line_early},
    {"a first witness whose key the log has had since", first_by_a_key_since},
};

/* They are left out, and the rest is worth what it is without them. A wrong signature is refused
 * there too. */
static void test_idle_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(idles) / sizeof(idles[0]); i++) {
        struct sample s;
        struct avow_evidence evidence;
        enum avow_reject reject;
        sample_init(&s, "idle");
        idles[i].add(&s);
        struct log_key stranger = log_builder_key(&s.log, "another witness");
        proof_plan_cosign(&s.plan, &stranger, s.log.t + 61);
        struct avow_buf out = written(&s.plan);
        assert_int_equal(avow_evidence_check(avow_buf_bytes(&out), &evidence, &reject), AVOW_OK);
        if (reject != AVOW_ACCEPT)
            fail_msg("%s: %s", idles[i].name, avow_reject_name(reject));
        assert_int_equal(evidence.logs[0].cosignature_count, 1);
        assert_true(avow_key_equal(&evidence.logs[0].cosignatures[0].key, &stranger.key));
        assert_false(evidence.logs[0].has_first_witness);
        avow_evidence_fini(&evidence);
        avow_buf_fini(&out);
        struct avow_cosignature *idle = s.plan.has_first ? s.plan.first_lines : s.plan.lines;
        idle->signature.bytes[0] ^= 1;
        assert_int_equal(check_plan(&s.plan), AVOW_REJECT_SIGNATURE);
        sample_fini(&s);
    }
}

/* ------------------------------------------------------------------ closure */

static void test_closed(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, "closed");
    struct log_key sign = s.log.sign;
    log_builder_close(&s.log, &s.early.issuer);
    struct log_key custodian = s.log.sign;
    s.log.sign = sign;
    proof_plan_init(&s.plan, &s.log);
    assert_int_equal(check_plan(&s.plan), AVOW_ACCEPT);
    resign(&s, &custodian); /* comes after the closing checkpoint */
    assert_int_equal(check_plan(&s.plan), AVOW_REJECT_KEY_UNKNOWN);
    log_builder_add_status(&s.log, s.renewed, AVOW_STATUS_REVOKED, AVOW_REASON_CLOSED,
                           LOG_BUILDER_NONE);
    proof_plan_init(&s.plan, &s.log);
    assert_int_equal(check_plan(&s.plan), AVOW_REJECT_KEY_UNKNOWN);
    resign(&s, &custodian);
    assert_int_equal(check_plan(&s.plan), AVOW_ACCEPT);
    sample_fini(&s);
}

/* ------------------------------------------------------------------ larger logs, memory */

/* Paths of many lengths, and more than one chunk. */
static void test_large(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, "large");
    while (s.log.count < 2100)
        log_builder_add_issue(&s.log, s.achievement);
    log_builder_add_status(&s.log, 1500, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED,
                           LOG_BUILDER_NONE);
    proof_plan_init(&s.plan, &s.log);
    for (uint64_t i = 20; i < 2100; i += 200)
        proof_plan_record(&s.plan, i);
    proof_plan_record(&s.plan, 1500);
    assert_int_equal(s.plan.chunk_count, 2);
    assert_int_equal(check_plan(&s.plan), AVOW_ACCEPT);
    struct avow_checkpoint early = s.plan.checkpoint;
    early.size = 1501;
    early.root = log_builder_root_at(&s.log, early.size);
    avow_checkpoint_sign(&early, &s.log.sign.secret);
    proof_plan_first(&s.plan, &early, &s.witness, s.log.t, 1500);
    assert_int_equal(check_plan(&s.plan), AVOW_ACCEPT);
    sample_fini(&s);
}

static enum avow_err step(void *context)
{
    const struct avow_buf *bytes = context;
    struct avow_evidence evidence;
    enum avow_reject reject;
    enum avow_err err = avow_evidence_check(avow_buf_bytes(bytes), &evidence, &reject);
    if (err == AVOW_OK)
        assert_int_equal(reject, AVOW_ACCEPT);
    else
        assert_int_equal(evidence.count, 0);
    avow_evidence_fini(&evidence);
    return err;
}

static void test_memory(void **state)
{
    (void)state;
    struct sample s;
    sample_init(&s, "memory");
    shape_all(&s);
    struct avow_buf out = written(&s.plan);
    avow_alloc_sweep("evidence", step, &out);
    avow_buf_fini(&out);
    sample_fini(&s);
}

int main(void)
{
    if (avow_crypto_init() != AVOW_OK)
        return EXIT_FAILURE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),     cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_every_bit),  cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_two_logs),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_idle_lines), cmocka_unit_test(test_closed),
        cmocka_unit_test(test_large),      cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
