/* Root entries, one at a time: docs/protocol.md, "Root entries and epochs". The choice among chains
 * is in test_chain_choose.c. */
#include "tests/support/log_builder.h"

#include "proto/crypto/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct avow_hash digest_of(const struct avow_chain *chain)
{
    struct avow_hash digest;
    struct avow_buf out;
    avow_buf_init(&out, 1 << 20);
    avow_chain_save(&out, chain);
    avow_buf_append(&out, &chain->digest, sizeof(chain->digest));
    avow_buf_append(&out, &chain->key_count, sizeof(chain->key_count));
    for (size_t i = 0; i < chain->key_count; i++)
        avow_buf_append(&out, &chain->keys[i].until, sizeof(chain->keys[i].until));
    assert_int_equal(out.err, AVOW_OK);
    digest = avow_merkle_leaf_hash(avow_buf_bytes(&out));
    avow_buf_fini(&out);
    return digest;
}

/* Tries an entry that must be refused so; chain and log must not move. */
static void expect_refused(const char *name, struct log_builder *log,
                           const struct avow_entry *entry, enum avow_reject reject)
{
    struct avow_hash before = digest_of(&log->state.chain);
    uint64_t size = log->state.tree.size;
    enum avow_reject got = log_builder_try(log, entry);
    if (got != reject)
        fail_msg("%s: %s, not %s", name, avow_reject_name(got), avow_reject_name(reject));
    struct avow_hash after = digest_of(&log->state.chain);
    if (!avow_hash_equal(&before, &after) || log->state.tree.size != size)
        fail_msg("%s: refused, and the chain moved", name);
}

static bool in_force(const struct log_builder *log, const struct avow_key *key,
                     enum avow_key_kind kind, uint64_t size)
{
    return avow_chain_key(&log->state.chain, key, kind, size) != NULL;
}

/* The y-coordinate 1 is the neutral element, and 2 is on no point of the curve. */
static const struct avow_key small_order = {{1}};
static const struct avow_key no_point = {{2}};

static void test_inception_keys(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_start(&log, "inception keys");
    const struct avow_chain *chain = &log.state.chain;
    assert_int_equal(chain->count, 1);
    assert_int_equal(avow_chain_epoch(chain), 0);
    assert_true(avow_hash_equal(&chain->issuer, &log.rows[0].leaf));
    assert_true(avow_hash_equal(avow_chain_opening(chain), &log.rows[0].leaf));
    assert_true(avow_key_equal(avow_chain_root_key(chain), &log.root.key));
    assert_false(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, 0));
    assert_true(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, 1));
    assert_true(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, 1000000));
    assert_false(in_force(&log, &log.sign.key, AVOW_KEY_HEARTBEAT, 1));
    assert_true(in_force(&log, &log.heartbeat.key, AVOW_KEY_HEARTBEAT, 1));
    assert_false(in_force(&log, &log.heartbeat.key, AVOW_KEY_SIGN, 1));
    assert_true(in_force(&log, &log.root.key, AVOW_KEY_ROOT, 1));
    assert_false(in_force(&log, &log.next_root.key, AVOW_KEY_ROOT, 1));
    assert_int_equal(avow_chain_key(chain, &log.sign.key, AVOW_KEY_SIGN, 1)->not_after,
                     log.t + AVOW_KEY_LIFE_MAX_S);
    log_builder_fini(&log);
}

static void test_inception_refused(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry good;
    log_builder_init(&log, "inception refused");
    log_builder_inception(&log, &good);
    const struct avow_inception *in = &good.inception;
    struct {
        const char *name;
        struct avow_inception inception;
        enum avow_reject reject;
    } rows[] = {
        {"root signs", *in, AVOW_REJECT_KEY_REUSED},
        {"root beats", *in, AVOW_REJECT_KEY_REUSED},
        {"signer beats", *in, AVOW_REJECT_KEY_REUSED},
        {"root of small order", *in, AVOW_REJECT_KEY_POINT},
        {"signer no point", *in, AVOW_REJECT_KEY_POINT},
        {"heartbeat of small order", *in, AVOW_REJECT_KEY_POINT},
        {"expired at once", *in, AVOW_REJECT_TIME},
        {"expired before", *in, AVOW_REJECT_TIME},
        {"lives too long", *in, AVOW_REJECT_TIME},
    };
    rows[0].inception.signing_key = in->root_key;
    rows[1].inception.heartbeat_key = in->root_key;
    rows[2].inception.heartbeat_key = in->signing_key;
    rows[3].inception.root_key = small_order;
    rows[4].inception.signing_key = no_point;
    rows[5].inception.heartbeat_key = small_order;
    rows[6].inception.not_after = good.t;
    rows[7].inception.not_after = 0;
    rows[8].inception.not_after = good.t + AVOW_KEY_LIFE_MAX_S + 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_entry entry = good;
        entry.inception = rows[i].inception;
        expect_refused(rows[i].name, &log, &entry, rows[i].reject);
    }
    good.inception.not_after = good.t + 1;
    good.inception.has_heartbeat = false;
    log_builder_append(&log, &good);
    log_builder_fini(&log);
}

static void test_authorise_and_retire(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_start(&log, "authorise");
    struct log_key extra = log_builder_key(&log, "extra");
    struct log_key beat = log_builder_key(&log, "beat");
    assert_int_equal(log_builder_authorise(&log, AVOW_USE_SIGN, &extra.key), 2);
    assert_int_equal(log_builder_authorise(&log, AVOW_USE_HEARTBEAT, &beat.key), 3);
    assert_false(in_force(&log, &extra.key, AVOW_KEY_SIGN, 2));
    assert_true(in_force(&log, &extra.key, AVOW_KEY_SIGN, 3));
    assert_true(in_force(&log, &beat.key, AVOW_KEY_HEARTBEAT, 4));
    log_builder_add_achievement(&log, "A", "A");
    assert_int_equal(log_builder_retire(&log, AVOW_USE_SIGN, &extra.key), 5);
    assert_true(in_force(&log, &extra.key, AVOW_KEY_SIGN, 5));
    assert_false(in_force(&log, &extra.key, AVOW_KEY_SIGN, 6));
    assert_true(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, 6));
    log_builder_retire(&log, AVOW_USE_HEARTBEAT, &beat.key);
    log_builder_retire(&log, AVOW_USE_SIGN, &log.sign.key);
    assert_false(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, 8));
    assert_int_equal(avow_chain_epoch(&log.state.chain), 5);
    log_builder_fini(&log);
}

static void test_key_refused(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    log_builder_start(&log, "key refused");
    struct log_key retired = log_builder_key(&log, "retired");
    struct log_key fresh = log_builder_key(&log, "fresh");
    log_builder_authorise(&log, AVOW_USE_SIGN, &retired.key);
    log_builder_retire(&log, AVOW_USE_SIGN, &retired.key);
    const uint64_t most = log.t + AVOW_KEY_LIFE_MAX_S;
    const struct {
        const char *name;
        enum avow_key_action action;
        enum avow_key_use use;
        struct avow_key key;
        uint64_t not_after;
        enum avow_reject reject;
    } rows[] = {
        {"the root", 0, 0, log.root.key, most, AVOW_REJECT_KEY_REUSED},
        {"a signer again", 0, 0, log.sign.key, most, AVOW_REJECT_KEY_REUSED},
        {"a signer as heartbeat", 0, 1, log.sign.key, most, AVOW_REJECT_KEY_REUSED},
        {"a retired key", 0, 0, retired.key, most, AVOW_REJECT_KEY_REUSED},
        {"no point", 0, 0, no_point, most, AVOW_REJECT_KEY_POINT},
        {"small order", 0, 1, small_order, most, AVOW_REJECT_KEY_POINT},
        {"expired at once", 0, 0, fresh.key, log.t, AVOW_REJECT_TIME},
        {"lives too long", 0, 0, fresh.key, most + 1, AVOW_REJECT_TIME},
        {"retire an unknown key", 1, 0, fresh.key, most, AVOW_REJECT_KEY_UNKNOWN},
        {"retire twice", 1, 0, retired.key, most, AVOW_REJECT_KEY_UNKNOWN},
        {"retire by the other use", 1, 1, log.sign.key, most, AVOW_REJECT_KEY_UNKNOWN},
        {"retire the root", 1, 0, log.root.key, most, AVOW_REJECT_KEY_UNKNOWN},
        {"retire with another not_after", 1, 0, log.sign.key, most - 1, AVOW_REJECT_TIME},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        log_builder_authorisation(&log, &entry, rows[i].use, &rows[i].key);
        entry.key.action = rows[i].action;
        entry.key.not_after = rows[i].not_after;
        log_builder_sign(&log, &entry, &log.root);
        expect_refused(rows[i].name, &log, &entry, rows[i].reject);
    }
    log_builder_authorisation(&log, &entry, AVOW_USE_SIGN, &fresh.key);
    entry.key.not_after = log.t + 1;
    log_builder_sign(&log, &entry, &log.root);
    log_builder_append(&log, &entry);
    /* An expired key can be retired still. */
    log.t += 1000;
    log_builder_retire(&log, AVOW_USE_SIGN, &fresh.key);
    log_builder_fini(&log);
}

static void test_rotation(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_start(&log, "rotation");
    struct log_key root = log.root;
    struct log_key sign = log.sign;
    struct log_key heartbeat = log.heartbeat;
    struct log_key extra = log_builder_key(&log, "extra");
    log_builder_authorise(&log, AVOW_USE_SIGN, &extra.key);
    uint64_t at = log_builder_rotate_root(&log);
    assert_true(avow_key_equal(avow_chain_root_key(&log.state.chain), &log.root.key));
    assert_true(in_force(&log, &root.key, AVOW_KEY_ROOT, at));
    assert_false(in_force(&log, &root.key, AVOW_KEY_ROOT, at + 1));
    assert_true(in_force(&log, &sign.key, AVOW_KEY_SIGN, at));
    assert_false(in_force(&log, &sign.key, AVOW_KEY_SIGN, at + 1));
    assert_false(in_force(&log, &extra.key, AVOW_KEY_SIGN, at + 1));
    assert_false(in_force(&log, &heartbeat.key, AVOW_KEY_HEARTBEAT, at + 1));
    assert_true(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, at + 1));
    assert_false(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, at));
    log_builder_rotate_root(&log);
    log_builder_rotate_root(&log);
    assert_int_equal(avow_chain_epoch(&log.state.chain), 4);
    log_builder_fini(&log);
}

static void test_rotation_refused(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry good;
    log_builder_start(&log, "rotation refused");
    struct log_key stranger = log_builder_key(&log, "stranger");
    log_builder_rotation(&log, &good);
    const struct avow_root_rotation *ok = &good.rotation;
    struct {
        const char *name;
        struct avow_root_rotation rotation;
        const struct log_key *signer;
        enum avow_reject reject;
    } rows[] = {
        {"a root not committed to", *ok, &stranger, AVOW_REJECT_DIGEST},
        {"the root again", *ok, &log.root, AVOW_REJECT_DIGEST},
        {"an old signer", *ok, &log.next_root, AVOW_REJECT_KEY_REUSED},
        {"an old heartbeat", *ok, &log.next_root, AVOW_REJECT_KEY_REUSED},
        {"the root signs too", *ok, &log.next_root, AVOW_REJECT_KEY_REUSED},
        {"signer no point", *ok, &log.next_root, AVOW_REJECT_KEY_POINT},
        {"expired at once", *ok, &log.next_root, AVOW_REJECT_TIME},
        {"lives too long", *ok, &log.next_root, AVOW_REJECT_TIME},
        {"signed by the old root", *ok, &log.root, AVOW_REJECT_ROOT_SIGNATURE},
        {"signed by a stranger", *ok, &stranger, AVOW_REJECT_ROOT_SIGNATURE},
    };
    rows[0].rotation.new_root = stranger.key;
    rows[1].rotation.new_root = log.root.key;
    rows[2].rotation.signing_key = log.sign.key;
    rows[3].rotation.heartbeat_key = log.heartbeat.key;
    rows[4].rotation.signing_key = log.next_root.key;
    rows[5].rotation.signing_key = no_point;
    rows[6].rotation.not_after = good.t;
    rows[7].rotation.not_after = good.t + AVOW_KEY_LIFE_MAX_S + 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_entry entry = good;
        entry.rotation = rows[i].rotation;
        log_builder_sign(&log, &entry, rows[i].signer);
        expect_refused(rows[i].name, &log, &entry, rows[i].reject);
    }
    log_builder_rotate_root(&log);
    log_builder_fini(&log);
}

/* A root that was revealed under one role before cannot become the root, committed to or not. */
static void test_revealed_root_used_before(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    log_builder_start(&log, "used before");
    log_builder_authorise(&log, AVOW_USE_SIGN, &log.next_root.key);
    log_builder_rotation(&log, &entry);
    log_builder_sign(&log, &entry, &log.next_root);
    expect_refused("a root that has signed", &log, &entry, AVOW_REJECT_KEY_REUSED);
    log_builder_fini(&log);
}

static void test_identity(void **state)
{
    (void)state;
    struct log_builder log;
    log_builder_start(&log, "identity");
    uint64_t first = log_builder_rename(&log, "Primeiro");
    log_builder_rotate_root(&log);
    uint64_t second = log_builder_rename(&log, "Segundo");
    const struct {
        uint64_t size;
        const char *name, *jurisdiction;
    } rows[] = {
        {1, "Universidade de Teste", "PT-13"}, {first, "Universidade de Teste", "PT-13"},
        {first + 1, "Primeiro", "PT"},         {second, "Primeiro", "PT"},
        {second + 1, "Segundo", "PT"},         {AVOW_NEVER, "Segundo", "PT"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_chain_names names = avow_chain_names(&log.state.chain, rows[i].size);
        assert_true(avow_bytes_equal(names.name, avow_bytes_text(rows[i].name)));
        assert_true(avow_bytes_equal(names.jurisdiction, avow_bytes_text(rows[i].jurisdiction)));
    }
    log_builder_fini(&log);
}

/* Every field of every signed kind, and where it stands, is under the signature. */
static void test_signatures(void **state)
{
    (void)state;
    struct log_builder log;
    struct log_builder elsewhere;
    struct avow_entry entry;
    log_builder_start(&log, "signatures");
    struct log_key extra = log_builder_key(&log, "extra");
    log_builder_copy(&elsewhere, &log, log.count);
    log_builder_add_achievement(&elsewhere, "A", "A");

    log_builder_naming(&log, &entry, "Novo");
    log_builder_sign(&log, &entry, &extra);
    expect_refused("not the root", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    log_builder_sign(&log, &entry, &log.sign);
    expect_refused("the signer", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    log_builder_sign(&elsewhere, &entry, &log.root);
    expect_refused("at another index", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    log_builder_sign(&log, &entry, &log.root);
    entry.identity.name = avow_bytes_text("Nova");
    expect_refused("another name", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    entry.identity.name = avow_bytes_text("Novo");
    entry.t++;
    expect_refused("another time", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    entry.t--;
    entry.identity.signature.bytes[0] ^= 1;
    expect_refused("a bit of R", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    entry.identity.signature.bytes[0] ^= 1;
    log_builder_append(&log, &entry);

    log_builder_authorisation(&log, &entry, AVOW_USE_SIGN, &extra.key);
    log_builder_sign(&log, &entry, &log.root);
    entry.key.use = AVOW_USE_HEARTBEAT;
    expect_refused("another use", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    log_builder_closing(&log, &entry);
    log_builder_sign(&log, &entry, &log.root);
    entry.closure.has_successor = true;
    expect_refused("a successor added", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    log_builder_fini(&elsewhere);
    log_builder_fini(&log);
}

/* The same root entry over another history of the same length: the signature pins every byte. */
static void test_signature_pins_history(void **state)
{
    (void)state;
    struct log_builder log;
    struct log_builder other;
    struct avow_entry entry;
    log_builder_start(&log, "history");
    log_builder_copy(&other, &log, log.count);
    log_builder_add_achievement(&log, "A", "One");
    log_builder_add_achievement(&other, "A", "Two");
    log_builder_naming(&log, &entry, "Novo");
    log_builder_sign(&other, &entry, &log.root);
    expect_refused("another history", &log, &entry, AVOW_REJECT_ROOT_SIGNATURE);
    log_builder_append(&other, &entry);
    log_builder_fini(&log);
    log_builder_fini(&other);
}

static void test_epochs(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    log_builder_start(&log, "epochs");
    for (unsigned i = 0; i < 256; i++)
        log_builder_rename(&log, "Again");
    assert_int_equal(avow_chain_epoch(&log.state.chain), 256);
    log_builder_naming(&log, &entry, "Once more");
    log_builder_sign(&log, &entry, &log.root);
    expect_refused("the 257th", &log, &entry, AVOW_REJECT_EPOCHS);
    log_builder_add_achievement(&log, "A", "A");
    log_builder_fini(&log);
}

static void test_closure_with_custodian(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    log_builder_start(&log, "custodian");
    struct log_key root = log.root;
    struct log_key old_next_root = log.next_root;
    struct log_key sign = log.sign;
    struct log_key fresh = log_builder_key(&log, "fresh");
    struct log_key before = log_builder_key(&log, "retired before");
    log_builder_authorise(&log, AVOW_USE_SIGN, &before.key);
    log_builder_retire(&log, AVOW_USE_SIGN, &before.key);
    uint64_t at = log_builder_close(&log, &log.state.chain.issuer);
    const struct avow_chain *chain = &log.state.chain;
    assert_true(chain->closed && chain->custodian);
    assert_int_equal(chain->closed_at, at);
    assert_null(avow_chain_root_key(chain));
    /* The closing checkpoint is the old signer's, and nothing after it. */
    assert_true(in_force(&log, &sign.key, AVOW_KEY_SIGN, at));
    assert_true(in_force(&log, &sign.key, AVOW_KEY_SIGN, at + 1));
    assert_false(in_force(&log, &sign.key, AVOW_KEY_SIGN, at + 2));
    assert_false(in_force(&log, &before.key, AVOW_KEY_SIGN, at + 1));
    assert_false(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, at + 1));
    assert_true(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, at + 2));
    assert_true(in_force(&log, &log.heartbeat.key, AVOW_KEY_HEARTBEAT, at));
    assert_false(in_force(&log, &log.heartbeat.key, AVOW_KEY_HEARTBEAT, at + 1));
    assert_false(in_force(&log, &root.key, AVOW_KEY_ROOT, at + 1));
    /* Until the custodian rotates there is no root, and the old one is none. */
    log_builder_authorisation(&log, &entry, AVOW_USE_SIGN, &fresh.key);
    log_builder_sign(&log, &entry, &root);
    expect_refused("the old root's key", &log, &entry, AVOW_REJECT_KEY_UNKNOWN);
    log_builder_rotation(&log, &entry);
    entry.rotation.new_root = old_next_root.key;
    log_builder_sign(&log, &entry, &old_next_root);
    expect_refused("the replaced digest", &log, &entry, AVOW_REJECT_DIGEST);
    log_builder_rotate_root(&log);
    log_builder_authorise(&log, AVOW_USE_SIGN, &fresh.key);
    log_builder_retire(&log, AVOW_USE_SIGN, &fresh.key);
    log_builder_naming(&log, &entry, "Novo");
    log_builder_sign(&log, &entry, &log.root);
    expect_refused("a name after closure", &log, &entry, AVOW_REJECT_CLOSED);
    log_builder_closing(&log, &entry);
    log_builder_sign(&log, &entry, &log.root);
    expect_refused("a second closure", &log, &entry, AVOW_REJECT_CLOSED);
    log_builder_fini(&log);
}

static void test_closure_for_good(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry entry;
    log_builder_start(&log, "closed for good");
    struct log_key root = log.root;
    struct log_key fresh = log_builder_key(&log, "fresh");
    uint64_t at = log_builder_close(&log, NULL);
    assert_true(log.state.chain.closed && !log.state.chain.custodian);
    assert_true(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, at + 1));
    assert_false(in_force(&log, &log.sign.key, AVOW_KEY_SIGN, at + 2));
    assert_false(in_force(&log, &log.heartbeat.key, AVOW_KEY_HEARTBEAT, at + 1));
    log_builder_rotation(&log, &entry);
    log_builder_sign(&log, &entry, &log.next_root);
    expect_refused("a rotation", &log, &entry, AVOW_REJECT_CLOSED);
    log_builder_authorisation(&log, &entry, AVOW_USE_SIGN, &fresh.key);
    log_builder_sign(&log, &entry, &root);
    expect_refused("a key", &log, &entry, AVOW_REJECT_CLOSED);
    log_builder_fini(&log);
}

/* The chain says so itself: it is judged before the log's other entries are seen. */
static void test_closed_chain_alone(void **state)
{
    (void)state;
    for (unsigned custodian = 0; custodian < 2; custodian++) {
        struct log_builder log;
        struct avow_entry entries[3];
        enum avow_reject reject;
        log_builder_start(&log, "closed alone");
        log_builder_close(&log, custodian ? &log.state.chain.issuer : NULL);
        if (custodian)
            log_builder_rotate_root(&log);
        log_builder_naming(&log, &entries[0], "Novo");
        log_builder_closing(&log, &entries[1]);
        log_builder_rotation(&log, &entries[2]);
        for (size_t i = 0; i < (custodian ? 2 : 3); i++) {
            struct avow_hash root = avow_tree_root(&log.state.tree);
            log_builder_sign(&log, &entries[i], i == 2 ? &log.next_root : &log.root);
            assert_int_equal(
                avow_chain_apply(&log.state.chain, log.count, &entries[i], &root, NULL, &reject),
                AVOW_OK);
            assert_int_equal(reject, AVOW_REJECT_CLOSED);
        }
        log_builder_fini(&log);
    }
}

static void test_closure_refused(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_entry good;
    log_builder_start(&log, "closure refused");
    struct log_key custodian = log_builder_key(&log, "custodian");
    log_builder_closing(&log, &good);
    good.closure.has_custodian = true;
    good.closure.custodian_key = custodian.key;
    good.closure.not_after = log.t + 1;
    struct {
        const char *name;
        struct avow_closure closure;
        enum avow_reject reject;
    } rows[] = {
        {"a used key", good.closure, AVOW_REJECT_KEY_REUSED},
        {"no point", good.closure, AVOW_REJECT_KEY_POINT},
        {"expired at once", good.closure, AVOW_REJECT_TIME},
        {"lives too long", good.closure, AVOW_REJECT_TIME},
    };
    rows[0].closure.custodian_key = log.sign.key;
    rows[1].closure.custodian_key = no_point;
    rows[2].closure.not_after = log.t;
    rows[3].closure.not_after = log.t + AVOW_KEY_LIFE_MAX_S + 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_entry entry = good;
        entry.closure = rows[i].closure;
        log_builder_sign(&log, &entry, &log.root);
        expect_refused(rows[i].name, &log, &entry, rows[i].reject);
    }
    log_builder_sign(&log, &good, &log.root);
    log_builder_append(&log, &good);
    log_builder_fini(&log);
}

/* A chain is judged by its root entries alone: the same places, times and rules. */
static void test_alone(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_chain chain;
    struct avow_entry entries[3];
    struct avow_hash roots[3];
    enum avow_reject reject;
    log_builder_start(&log, "alone");
    log_builder_add_achievement(&log, "A", "A");
    uint64_t first = log_builder_rename(&log, "Um");
    log.t += 10;
    log_builder_add_issue(&log, 2);
    uint64_t second = log_builder_rotate_root(&log);
    const uint64_t at[] = {0, first, second};
    for (size_t i = 0; i < 3; i++) {
        roots[i] = log_builder_root_at(&log, at[i]);
        assert_int_equal(avow_entry_decode(log.rows[at[i]].bytes, &entries[i]), AVOW_ACCEPT);
    }
    avow_chain_init(&chain);
    assert_int_equal(avow_chain_apply(&chain, at[1], &entries[1], &roots[1], NULL, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_INCEPTION);
    assert_int_equal(avow_chain_apply(&chain, 1, &entries[0], &roots[0], NULL, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_INCEPTION);
    assert_int_equal(avow_chain_apply(&chain, 0, &entries[0], &roots[1], NULL, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_ROOT);
    assert_int_equal(avow_chain_apply(&chain, 0, &entries[0], &roots[0], NULL, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_int_equal(avow_chain_apply(&chain, 0, &entries[1], &roots[0], NULL, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_INCEPTION);
    assert_int_equal(avow_chain_apply(&chain, at[2], &entries[2], &roots[2], NULL, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_ROOT_SIGNATURE); /* one is left out */
    assert_int_equal(avow_chain_apply(&chain, at[1], &entries[1], &roots[2], NULL, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_ROOT_SIGNATURE);
    assert_int_equal(avow_chain_apply(&chain, at[1], &entries[1], &roots[1], NULL, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_int_equal(avow_chain_apply(&chain, at[1], &entries[2], &roots[2], NULL, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_CHAIN); /* not above the one before */
    struct avow_entry early = entries[1];
    early.t = LOG_BUILDER_T0 - 1;
    assert_int_equal(avow_chain_apply(&chain, at[2], &early, &roots[2], NULL, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_REJECT_TIME);
    assert_int_equal(avow_chain_apply(&chain, at[2], &entries[2], &roots[2], NULL, &reject),
                     AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    struct avow_hash a = digest_of(&chain);
    struct avow_hash b = digest_of(&log.state.chain);
    assert_true(avow_hash_equal(&a, &b));
    assert_int_equal(avow_chain_compare(&chain, &log.state.chain), AVOW_CHAIN_SAME);
    avow_chain_fini(&chain);
    log_builder_fini(&log);
}

static void test_all_zeros_is_empty(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_chain chain = {0};
    struct avow_chain copy = {0};
    enum avow_reject reject;
    struct avow_entry entry;
    struct avow_hash root;
    log_builder_start(&log, "zeros");
    root = log_builder_root_at(&log, 0);
    assert_null(avow_chain_root_key(&chain));
    assert_int_equal(avow_chain_copy(&copy, &chain), AVOW_OK);
    assert_int_equal(avow_entry_decode(log.rows[0].bytes, &entry), AVOW_ACCEPT);
    assert_int_equal(avow_chain_apply(&chain, 0, &entry, &root, NULL, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    assert_int_equal(avow_chain_copy(&copy, &chain), AVOW_OK);
    assert_int_equal(avow_chain_compare(&copy, &chain), AVOW_CHAIN_SAME);
    avow_chain_fini(&copy);
    avow_chain_fini(&chain);
    log_builder_fini(&log);
}

/* The stored form comes back whole; damaged, it is refused or at least never half loaded. */
static void test_save_and_load(void **state)
{
    (void)state;
    struct log_builder log;
    struct avow_chain chain;
    struct avow_buf saved;
    enum avow_reject reject;
    log_builder_start(&log, "saved");
    log_builder_rotate_root(&log);
    log_builder_close(&log, &log.state.chain.issuer);
    log_builder_rotate_root(&log);
    avow_chain_init(&chain);
    avow_buf_init(&saved, 1 << 16);
    avow_chain_save(&saved, &log.state.chain);
    assert_int_equal(avow_chain_load(&chain, avow_buf_bytes(&saved), &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    struct avow_hash a = digest_of(&chain);
    struct avow_hash b = digest_of(&log.state.chain);
    assert_true(avow_hash_equal(&a, &b));
    assert_true(chain.closed && chain.custodian && chain.closed_at == log.state.chain.closed_at);
    for (size_t len = 0; len < saved.len; len++) {
        assert_int_equal(avow_chain_load(&chain, avow_bytes(saved.data, len), &reject), AVOW_OK);
        assert_int_not_equal(reject, AVOW_ACCEPT);
        assert_int_equal(chain.count, 0);
    }
    avow_buf_fini(&saved);
    avow_chain_fini(&chain);
    log_builder_fini(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inception_keys),
        cmocka_unit_test(test_inception_refused),
        cmocka_unit_test(test_authorise_and_retire),
        cmocka_unit_test(test_key_refused),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_rotation_refused),
        cmocka_unit_test(test_revealed_root_used_before),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_signature_pins_history),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_closure_with_custodian),
        cmocka_unit_test(test_closure_for_good),
        cmocka_unit_test(test_closed_chain_alone),
        cmocka_unit_test(test_closure_refused),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_all_zeros_is_empty),
        cmocka_unit_test(test_save_and_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
