/* Applying entries: every rule of docs/protocol.md, "Entries", that needs the log. Rules of root
 * entries are in test_chain.c. */
#include "tests/support/log_builder.h"

#include "tests/support/bytes.h"
#include "tests/support/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What decides a state: two logs of the same entries agree on it. */
static struct avow_hash digest_of(const struct avow_state *state)
{
    struct avow_hash digest;
    struct avow_buf out;
    avow_buf_init(&out, 1 << 20);
    avow_state_save(&out, state);
    avow_chain_save(&out, &state->chain);
    assert_int_equal(out.err, AVOW_OK);
    digest = avow_merkle_leaf_hash(avow_buf_bytes(&out));
    avow_buf_fini(&out);
    return digest;
}

/* Tries an entry that must be refused so, and the state must not move. */
static void expect_refused(const char *name, struct log_builder *log,
                           const struct avow_entry *entry, enum avow_reject reject)
{
    struct avow_hash before = digest_of(&log->state);
    enum avow_reject got = log_builder_try(log, entry);
    if (got != reject)
        fail_msg("%s: %s, not %s", name, avow_reject_name(got), avow_reject_name(reject));
    struct avow_hash after = digest_of(&log->state);
    if (!avow_hash_equal(&before, &after))
        fail_msg("%s: refused, and the state moved", name);
}

/* A log with one entry of each kind that has a status, and some that have none. */
enum place {
    INCEPTION,
    NODES,
    ACHIEVEMENT,
    OTHER_ACHIEVEMENT,
    ISSUE,
    OTHER_ISSUE,
    PATHWAY,
    RECOGNITION,
    STATUS,
    INERT,
    PLACES
};

static void start(struct log_builder *log, const char *seed)
{
    const struct avow_bytes inert = BYTES(0x92, 0xcc, 0x80, 0xce, 0x6a, 0xb1, 0x3b, 0x80);
    struct avow_bytes rule = pack_new("['achievement', nil, 2]");
    log_builder_start(log, seed);
    log_builder_add_achievement(log, "A", "First");
    log_builder_add_achievement(log, "B", "Second");
    log_builder_add_issue(log, ACHIEVEMENT);
    log_builder_add_issue(log, ACHIEVEMENT);
    log_builder_add_pathway(log, OTHER_ACHIEVEMENT, rule);
    log_builder_add_recognition(log, &log->state.chain.issuer, AVOW_ROLE_ISSUER);
    log_builder_add_status(log, OTHER_ISSUE, AVOW_STATUS_SUSPENDED, AVOW_REASON_UNSPECIFIED,
                           LOG_BUILDER_NONE);
    assert_int_equal(log_builder_try_bytes(log, inert), AVOW_ACCEPT);
    assert_int_equal(log->count, PLACES);
    free((void *)rule.data);
}

static void test_life(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_start(&log, "life");
    uint64_t da = log_builder_add_achievement(&log, "DA-101", "Data analysis");
    uint64_t issued = log_builder_add_issue(&log, da);
    log_builder_add_status(&log, issued, AVOW_STATUS_REVOKED, AVOW_REASON_FRAUD, LOG_BUILDER_NONE);
    assert_true(log.effect.changes_status);
    assert_false(log.effect.is_root);
    assert_int_equal(log.effect.entry.status.target, issued);
    log_builder_rotate_root(&log);
    assert_true(log.effect.is_root);
    assert_false(log.effect.changes_status);
    assert_int_equal(log.effect.index, 5);
    struct avow_hash leaf = avow_merkle_leaf_hash(log.rows[5].bytes);
    assert_true(avow_hash_equal(&leaf, &log.effect.leaf));
    assert_int_equal(log.state.tree.size, 6);
    struct avow_hash root = avow_tree_root(&log.state.tree);
    struct avow_hash expected = log_builder_root_at(&log, 6);
    assert_true(avow_hash_equal(&root, &expected));
    log_builder_fini(&log);
}

static void test_home(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_init(&log, "home");
    log_builder_add_inception(&log);
    assert_false(log.state.has_home);
    struct log_key first = log_builder_node_key(&log);
    struct log_key second = log_builder_key(&log, "second node");
    log_builder_add_nodes(&log, &first.key, "a:1");
    assert_true(log.state.has_home && avow_key_equal(&log.state.home, &first.key));
    log_builder_add_achievement(&log, "A", "A");
    log_builder_add_nodes(&log, &second.key, "b:1");
    assert_true(avow_key_equal(&log.state.home, &second.key));
    assert_int_equal(log.state.nodes_index, 3);
    log_builder_fini(&log);
}

static void test_inception(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    struct log_builder donor;
    start(&donor, "donor");
    log_builder_init(&log, "inception");
    for (size_t i = 1; i < donor.count; i++) {
        if (log_builder_try_bytes(&log, donor.rows[i].bytes) != AVOW_REJECT_INCEPTION)
            fail_msg("kind %s taken as the first entry",
                     avow_kind_name(donor.rows[i].bytes.data[1]));
    }
    assert_int_equal(log.state.tree.size, 0);
    log_builder_add_inception(&log);
    log_builder_inception(&log, &entry);
    expect_refused("a second inception", &log, &entry, AVOW_REJECT_INCEPTION);
    log_builder_fini(&log);
    log_builder_fini(&donor);
}

static void test_time(void **state)
{
    (void)state;
    struct log_builder log;
    start(&log, "time");
    struct avow_entry entry = {.kind = AVOW_KIND_ISSUE, .t = log.t - 1};
    entry.issue.achievement = ACHIEVEMENT;
    expect_refused("an earlier time", &log, &entry, AVOW_REJECT_TIME);
    entry.t = log.t;
    assert_int_equal(log_builder_append(&log, &entry), PLACES);
    entry.t = log.t + 1000;
    log_builder_append(&log, &entry);
    assert_int_equal(log.state.time, log.t + 1000);
    entry.t = log.t + 999;
    expect_refused("below the last", &log, &entry, AVOW_REJECT_TIME);
    entry = (struct avow_entry){.kind = AVOW_KIND_INERT_MIN, .t = log.t};
    const struct avow_bytes early = BYTES(0x92, 0xcc, 0x80, 0x00);
    assert_int_equal(log_builder_try_bytes(&log, early), AVOW_REJECT_TIME);
    log_builder_fini(&log);
}

/* A root entry too is judged by the time of all entries, not of root entries alone. */
static void test_time_of_root_entry(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    start(&log, "root time");
    log.t += 100;
    log_builder_add_issue(&log, ACHIEVEMENT);
    log.t -= 50;
    log_builder_rotation(&log, &entry);
    log_builder_sign(&log, &entry, &log.next_root);
    expect_refused("a rotation below an issue", &log, &entry, AVOW_REJECT_TIME);
    log_builder_fini(&log);
}

static void test_newer(void **state)
{
    (void)state;
    struct log_builder log;
    const struct avow_bytes newer = BYTES(0x92, 126, 0x00);
    start(&log, "newer");
    assert_int_equal(log_builder_try_bytes(&log, newer), AVOW_REJECT_NEWER);
    assert_int_equal(log.state.tree.size, PLACES);
    log_builder_fini(&log);
}

/* References back to an achievement: of issues, of a pathway's award, of its rule. */
static void test_references(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t index;
        enum avow_reject reject;
    } rows[] = {
        {"achievement", ACHIEVEMENT, AVOW_ACCEPT},
        {"inception", INCEPTION, AVOW_REJECT_TARGET},
        {"nodes", NODES, AVOW_REJECT_TARGET},
        {"issue", ISSUE, AVOW_REJECT_TARGET},
        {"pathway", PATHWAY, AVOW_REJECT_TARGET},
        {"recognition", RECOGNITION, AVOW_REJECT_TARGET},
        {"status", STATUS, AVOW_REJECT_TARGET},
        {"inert", INERT, AVOW_REJECT_TARGET},
        {"itself", PLACES, AVOW_REJECT_TARGET},
        {"beyond", PLACES + 1, AVOW_REJECT_TARGET},
        {"far beyond", AVOW_UINT_MAX, AVOW_REJECT_TARGET},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct log_builder logs[4];
        struct avow_entry entry[4] = {
            {.kind = AVOW_KIND_ISSUE, .t = LOG_BUILDER_T0},
            {.kind = AVOW_KIND_PATHWAY, .t = LOG_BUILDER_T0},
            {.kind = AVOW_KIND_PATHWAY, .t = LOG_BUILDER_T0},
            {.kind = AVOW_KIND_PATHWAY, .t = LOG_BUILDER_T0},
        };
        char notation[160];
        struct avow_bytes rules[4];
        for (size_t j = 0; j < 4; j++)
            start(&logs[j], "references");
        (void)snprintf(notation, sizeof(notation),
                       "['any', ['achievement', b32, 999999], "
                       "['where', {'within': 5}, ['achievement', nil, %llu]]]",
                       (unsigned long long)rows[i].index);
        rules[1] = pack_new("['achievement', nil, 2]");
        rules[2] = pack_new(notation);
        char issuer[65];
        for (size_t j = 0; j < 32; j++)
            (void)snprintf(issuer + 2 * j, 3, "%02x", logs[3].state.chain.issuer.bytes[j]);
        (void)snprintf(notation, sizeof(notation), "['achievement', @c420%s, %llu]", issuer,
                       (unsigned long long)rows[i].index);
        rules[3] = pack_new(notation);
        entry[0].issue.achievement = rows[i].index;
        for (size_t j = 1; j < 4; j++)
            entry[j].pathway = (struct avow_pathway){
                .award = ACHIEVEMENT, .title = avow_bytes_text("P"), .rule = rules[j]};
        entry[1].pathway.award = rows[i].index;
        for (size_t j = 0; j < 4; j++) {
            if (rows[i].reject == AVOW_ACCEPT)
                log_builder_append(&logs[j], &entry[j]);
            else
                expect_refused(rows[i].name, &logs[j], &entry[j], rows[i].reject);
            log_builder_fini(&logs[j]);
            if (j > 0)
                free((void *)rules[j].data);
        }
    }
}

/* A revoked achievement forbids new issues; a suspended or superseded one does not. */
static void test_achievement_states(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry issue = {.kind = AVOW_KIND_ISSUE, .t = LOG_BUILDER_T0};
    issue.issue.achievement = ACHIEVEMENT;
    start(&log, "achievement states");
    log_builder_add_status(&log, ACHIEVEMENT, AVOW_STATUS_SUSPENDED, 0, LOG_BUILDER_NONE);
    log_builder_append(&log, &issue);
    log_builder_add_status(&log, ACHIEVEMENT, AVOW_STATUS_ACTIVE, 0, LOG_BUILDER_NONE);
    log_builder_add_status(&log, ACHIEVEMENT, AVOW_STATUS_SUPERSEDED, 0, OTHER_ACHIEVEMENT);
    log_builder_append(&log, &issue);
    log_builder_add_status(&log, ACHIEVEMENT, AVOW_STATUS_REVOKED, 0, LOG_BUILDER_NONE);
    expect_refused("issue of a revoked achievement", &log, &issue, AVOW_REJECT_TARGET);
    issue.issue.achievement = OTHER_ACHIEVEMENT;
    log_builder_append(&log, &issue);
    /* What it had issued may still change state. */
    log_builder_add_status(&log, ISSUE, AVOW_STATUS_SUSPENDED, 0, LOG_BUILDER_NONE);
    log_builder_fini(&log);
}

/* One run of avow_apply remembers the achievement, and must forget it when its state changes. */
static void test_memory_of_achievement(void **state)
{
    (void)state;
    struct log_builder log;
    struct log_builder replica;
    struct avow_apply apply;
    struct avow_effect effect;
    enum avow_reject reject;
    start(&log, "memory");
    log_builder_copy(&replica, &log, PLACES);
    avow_apply_init(&apply, &replica.state, &replica.view, NULL);
    uint64_t issue = log_builder_add_issue(&log, ACHIEVEMENT);
    assert_int_equal(avow_apply(&apply, log.rows[issue].bytes, &effect, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_true(apply.has_achievement);
    uint64_t revocation =
        log_builder_add_status(&log, ACHIEVEMENT, AVOW_STATUS_REVOKED, 0, LOG_BUILDER_NONE);
    assert_int_equal(avow_apply(&apply, log.rows[revocation].bytes, &effect, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    replica.rows[ACHIEVEMENT].status = AVOW_STATUS_REVOKED;
    assert_int_equal(avow_apply(&apply, log.rows[issue].bytes, &effect, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_TARGET);
    assert_int_equal(replica.state.tree.size, PLACES + 2);
    log_builder_fini(&replica);
    log_builder_fini(&log);
}

static void test_status_targets(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t target;
        enum avow_reject reject;
    } rows[] = {
        {"achievement", ACHIEVEMENT, AVOW_ACCEPT},
        {"issue", ISSUE, AVOW_ACCEPT},
        {"pathway", PATHWAY, AVOW_ACCEPT},
        {"recognition", RECOGNITION, AVOW_ACCEPT},
        {"inception", INCEPTION, AVOW_REJECT_TARGET},
        {"nodes", NODES, AVOW_REJECT_TARGET},
        {"status", STATUS, AVOW_REJECT_TARGET},
        {"inert", INERT, AVOW_REJECT_TARGET},
        {"root entry", PLACES, AVOW_REJECT_TARGET},
        {"itself", PLACES + 1, AVOW_REJECT_TARGET},
        {"far beyond", AVOW_UINT_MAX, AVOW_REJECT_TARGET},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct log_builder log;
        struct avow_entry entry;
        start(&log, "targets");
        log_builder_rename(&log, "Novo");
        log_builder_status_change(&log, &entry, rows[i].target, AVOW_STATUS_REVOKED,
                                  AVOW_REASON_ERROR, LOG_BUILDER_NONE);
        if (rows[i].reject == AVOW_ACCEPT)
            log_builder_append(&log, &entry);
        else
            expect_refused(rows[i].name, &log, &entry, rows[i].reject);
        log_builder_fini(&log);
    }
}

/* Brings ISSUE into a state by legal moves. */
static void bring(struct log_builder *log, enum avow_status to)
{
    if (to != AVOW_STATUS_ACTIVE)
        log_builder_add_status(log, ISSUE, to, AVOW_REASON_UNSPECIFIED,
                               to == AVOW_STATUS_SUPERSEDED ? OTHER_ISSUE : LOG_BUILDER_NONE);
}

static void test_transitions(void **state)
{
    (void)state;
    /* [from][to]: active, revoked, suspended, superseded */
    static const bool allowed[4][4] = {
        {false, true, true, true},
        {false, false, false, false},
        {true, true, false, false},
        {false, true, false, false},
    };
    for (unsigned from = 0; from < 4; from++) {
        for (unsigned to = 0; to < 4; to++) {
            char name[64];
            struct log_builder log;
            struct avow_entry entry;
            (void)snprintf(name, sizeof(name), "%s to %s", avow_status_name(from),
                           avow_status_name(to));
            start(&log, "transitions");
            bring(&log, from);
            assert_int_equal(log.rows[ISSUE].status, from);
            log_builder_status_change(&log, &entry, ISSUE, to, AVOW_REASON_UNSPECIFIED,
                                      to == AVOW_STATUS_SUPERSEDED ? OTHER_ISSUE
                                                                   : LOG_BUILDER_NONE);
            if (!allowed[from][to])
                expect_refused(name, &log, &entry, AVOW_REJECT_TRANSITION);
            else if (log_builder_try(&log, &entry) != AVOW_ACCEPT)
                fail_msg("%s: refused", name);
            log_builder_fini(&log);
        }
    }
}

/* Every reason may go with every move. */
static void test_reasons(void **state)
{
    (void)state;
    struct log_builder log;
    start(&log, "reasons");
    for (unsigned reason = 0; reason < AVOW_REASON_COUNT; reason++) {
        log_builder_add_status(&log, ISSUE, AVOW_STATUS_SUSPENDED, reason, LOG_BUILDER_NONE);
        log_builder_add_status(&log, ISSUE, AVOW_STATUS_ACTIVE, reason, LOG_BUILDER_NONE);
    }
    log_builder_fini(&log);
}

static void test_previous(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    start(&log, "previous");
    uint64_t first =
        log_builder_add_status(&log, ISSUE, AVOW_STATUS_SUSPENDED, 0, LOG_BUILDER_NONE);
    log_builder_add_status(&log, ISSUE, AVOW_STATUS_ACTIVE, 0, LOG_BUILDER_NONE);
    log_builder_status_change(&log, &entry, ISSUE, AVOW_STATUS_REVOKED, 0, LOG_BUILDER_NONE);
    static const char *const names[] = {"none", "one too old", "another's", "itself"};
    const uint64_t wrong[] = {0, first, STATUS, first + 2};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        entry.status.previous = wrong[i];
        expect_refused(names[i], &log, &entry, AVOW_REJECT_PREVIOUS);
    }
    entry.status.previous = first + 1;
    log_builder_append(&log, &entry);
    log_builder_status_change(&log, &entry, ACHIEVEMENT, AVOW_STATUS_REVOKED, 0, LOG_BUILDER_NONE);
    entry.status.previous = 1;
    expect_refused("one where there is none", &log, &entry, AVOW_REJECT_PREVIOUS);
    log_builder_fini(&log);
}

static void test_successors(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t target, successor;
        enum avow_reject reject;
    } rows[] = {
        {"achievement by a later one", ACHIEVEMENT, OTHER_ACHIEVEMENT, AVOW_ACCEPT},
        {"achievement by an earlier one", OTHER_ACHIEVEMENT, ACHIEVEMENT, AVOW_REJECT_TARGET},
        {"achievement by itself", ACHIEVEMENT, ACHIEVEMENT, AVOW_REJECT_TARGET},
        {"achievement by an issue", ACHIEVEMENT, ISSUE, AVOW_REJECT_TARGET},
        {"issue by a later one", ISSUE, OTHER_ISSUE, AVOW_ACCEPT},
        {"issue by a pathway", ISSUE, PATHWAY, AVOW_REJECT_TARGET},
        {"issue by a status entry", ISSUE, STATUS, AVOW_REJECT_TARGET},
        {"issue by the entry itself", ISSUE, PLACES, AVOW_REJECT_TARGET},
        {"issue by one to come", ISSUE, PLACES + 1, AVOW_REJECT_TARGET},
        {"recognition by an inert entry", RECOGNITION, INERT, AVOW_REJECT_TARGET},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct log_builder log;
        struct avow_entry entry;
        start(&log, "successors");
        log_builder_status_change(&log, &entry, rows[i].target, AVOW_STATUS_SUPERSEDED,
                                  AVOW_REASON_REPLACED, rows[i].successor);
        if (rows[i].reject == AVOW_ACCEPT)
            log_builder_append(&log, &entry);
        else
            expect_refused(rows[i].name, &log, &entry, rows[i].reject);
        log_builder_fini(&log);
    }
}

/* What may follow a closure, with a custodian and without. Every entry here would be valid but for
 * the closure. */
static void test_closed(void **state)
{
    (void)state;
    for (unsigned custodian = 0; custodian < 2; custodian++) {
        struct log_builder log;
        struct log_builder open;
        start(&open, "closed");
        start(&log, "closed");
        log_builder_close(&log, custodian ? &log.state.chain.issuer : NULL);
        for (size_t i = ACHIEVEMENT; i < PLACES; i++) {
            bool allowed = custodian && i == STATUS;
            enum avow_reject expected = allowed ? AVOW_REJECT_PREVIOUS : AVOW_REJECT_CLOSED;
            if (log_builder_try_bytes(&log, open.rows[i].bytes) != expected)
                fail_msg("entry %zu after a closure with %u custodians", i, custodian);
        }
        enum avow_reject nodes = log_builder_try_bytes(&log, open.rows[NODES].bytes);
        assert_int_equal(nodes, custodian ? AVOW_ACCEPT : AVOW_REJECT_CLOSED);
        struct avow_entry entry;
        log_builder_status_change(&log, &entry, ISSUE, AVOW_STATUS_REVOKED, AVOW_REASON_CLOSED,
                                  LOG_BUILDER_NONE);
        assert_int_equal(log_builder_try(&log, &entry),
                         custodian ? AVOW_ACCEPT : AVOW_REJECT_CLOSED);
        log_builder_fini(&open);
        log_builder_fini(&log);
    }
}

/* A state is a function of the entries, and its stored form brings it back. */
static void test_save_and_load(void **state)
{
    (void)state;
    struct log_builder log;
    start(&log, "saved");
    log_builder_rotate_root(&log);
    for (size_t size = 0; size <= log.count; size++) {
        struct log_builder part;
        struct avow_state loaded;
        struct avow_buf saved;
        struct avow_buf chain;
        enum avow_reject reject;
        log_builder_copy(&part, &log, size);
        avow_buf_init(&saved, 1 << 16);
        avow_buf_init(&chain, 1 << 20);
        avow_state_save(&saved, &part.state);
        avow_chain_save(&chain, &part.state.chain);
        avow_state_init(&loaded);
        assert_int_equal(avow_state_load(&loaded, avow_buf_bytes(&saved)), AVOW_ACCEPT);
        assert_int_equal(avow_chain_load(&loaded.chain, avow_buf_bytes(&chain), &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        struct avow_hash a = digest_of(&part.state);
        struct avow_hash b = digest_of(&loaded);
        assert_true(avow_hash_equal(&a, &b));
        for (size_t len = 0; len < saved.len; len++)
            assert_int_not_equal(avow_state_load(&loaded, avow_bytes(saved.data, len)),
                                 AVOW_ACCEPT);
        struct avow_hash c = digest_of(&loaded);
        assert_true(avow_hash_equal(&b, &c));
        avow_state_fini(&loaded);
        avow_buf_fini(&saved);
        avow_buf_fini(&chain);
        log_builder_fini(&part);
    }
    log_builder_fini(&log);
}

static void test_copy(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_state copy;
    start(&log, "copy");
    avow_state_init(&copy);
    assert_int_equal(avow_state_copy(&copy, &log.state), AVOW_OK);
    struct avow_hash before = digest_of(&copy);
    struct avow_hash original = digest_of(&log.state);
    assert_true(avow_hash_equal(&before, &original));
    log_builder_rename(&log, "Novo");
    struct avow_hash after = digest_of(&copy);
    assert_true(avow_hash_equal(&before, &after));
    avow_state_fini(&copy);
    log_builder_fini(&log);
}

static enum avow_err failing_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    (void)context, (void)index, (void)entry;
    return AVOW_ERR_IO;
}

static enum avow_err damaged_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    static const uint8_t damaged[] = {0x92};
    (void)context, (void)index;
    *entry = avow_bytes(damaged, sizeof(damaged));
    return AVOW_OK;
}

static enum avow_err failing_status(void *context, uint64_t index, enum avow_status *status,
                                    uint64_t *last)
{
    (void)context, (void)index;
    *status = AVOW_STATUS_ACTIVE;
    *last = 0;
    return AVOW_ERR_NOT_FOUND;
}

/* The view's errors come back as they are, and nothing has moved. */
static void test_failing_view(void **state)
{
    (void)state;
    struct log_builder log;
    start(&log, "failing view");
    const struct {
        struct avow_log_view view;
        enum avow_err err;
    } rows[] = {
        {{&log, failing_entry, log.view.status}, AVOW_ERR_IO},
        {{&log, damaged_entry, log.view.status}, AVOW_ERR_CORRUPT},
        {{&log, log.view.entry, failing_status}, AVOW_ERR_NOT_FOUND},
    };
    struct log_builder donor;
    start(&donor, "failing view");
    uint64_t issue = log_builder_add_issue(&donor, ACHIEVEMENT);
    uint64_t status =
        log_builder_add_status(&donor, ISSUE, AVOW_STATUS_REVOKED, 0, LOG_BUILDER_NONE);
    struct avow_hash before = digest_of(&log.state);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_apply apply;
        struct avow_effect effect;
        enum avow_reject reject;
        avow_apply_init(&apply, &log.state, &rows[i].view, NULL);
        assert_int_equal(avow_apply(&apply, donor.rows[issue].bytes, &effect, &reject),
                         rows[i].err);
        assert_int_equal(avow_apply(&apply, donor.rows[status].bytes, &effect, &reject),
                         rows[i].err);
        assert_false(apply.has_achievement);
    }
    struct avow_hash after = digest_of(&log.state);
    assert_true(avow_hash_equal(&before, &after));
    log_builder_fini(&donor);
    log_builder_fini(&log);
}

static void count_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    size_t *count = context;
    (void)level, (void)index, (void)hash;
    (*count)++;
}

static void test_sink(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_state empty;
    struct avow_apply apply;
    struct avow_effect effect;
    enum avow_reject reject;
    size_t nodes = 0;
    struct avow_tree_sink sink = {&nodes, count_node};
    start(&log, "sink");
    avow_state_init(&empty);
    avow_apply_init(&apply, &empty, &log.view, &sink);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(avow_apply(&apply, log.rows[i].bytes, &effect, &reject), AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
    assert_int_equal(nodes, 7);
    avow_state_fini(&empty);
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_home),
        cmocka_unit_test(test_inception),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_time_of_root_entry),
        cmocka_unit_test(test_newer),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_achievement_states),
        cmocka_unit_test(test_memory_of_achievement),
        cmocka_unit_test(test_status_targets),
        cmocka_unit_test(test_transitions),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_previous),
        cmocka_unit_test(test_successors),
        cmocka_unit_test(test_closed),
        cmocka_unit_test(test_save_and_load),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_failing_view),
        cmocka_unit_test(test_sink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
