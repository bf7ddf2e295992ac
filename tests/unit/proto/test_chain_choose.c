/* The choice among root chains: scenes with real keys, and thousands of random trees against the
 * rule of docs/protocol.md as it reads, on an explicit tree. */
#include "tests/support/log_builder.h"

#include "proto/crypto/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct avow_chain_choice choose(const struct log_builder *const *logs, size_t count)
{
    const struct avow_chain *chains[8];
    assert_true(count <= COUNT(chains));
    for (size_t i = 0; i < count; i++)
        chains[i] = &logs[i]->state.chain;
    return avow_chain_choose(chains, count);
}

static void expect(const char *name, struct avow_chain_choice got, size_t winner, size_t agreed,
                   bool root_fork)
{
    if (got.winner != winner || got.agreed != agreed || got.root_fork != root_fork)
        fail_msg("%s: winner %zu, agreed %zu, fork %d", name, got.winner, got.agreed,
                 got.root_fork);
}

static void test_one_way(void **state)
{
    (void)state;
    struct log_builder shorter;
    struct log_builder longer;
    log_builder_start(&shorter, "one way");
    log_builder_copy(&longer, &shorter, shorter.count);
    log_builder_rename(&longer, "Novo");
    const struct log_builder *logs[] = {&shorter, &longer, &shorter};
    expect("alone", choose(logs, 1), 0, 1, false);
    expect("an extension wins", choose(logs, 2), 1, 2, false);
    expect("an extension wins, first", choose(&logs[1], 2), 0, 2, false);
    assert_int_equal(avow_chain_compare(&longer.state.chain, &shorter.state.chain),
                     AVOW_CHAIN_EXTENDS);
    assert_int_equal(avow_chain_compare(&shorter.state.chain, &longer.state.chain),
                     AVOW_CHAIN_EXTENDED);
    log_builder_fini(&shorter);
    log_builder_fini(&longer);
}

/* Whoever has stolen the root makes a longer chain, and is beaten by the pre-rotated one. */
static void test_stolen_root(void **state)
{
    (void)state;
    struct log_builder thief;
    struct log_builder owner;
    log_builder_start(&thief, "stolen root");
    log_builder_copy(&owner, &thief, thief.count);
    struct log_key extra = log_builder_key(&thief, "thief");
    log_builder_rename(&thief, "Ladrão");
    log_builder_authorise(&thief, AVOW_USE_SIGN, &extra.key);
    log_builder_rename(&thief, "Ladrão 2");
    log_builder_rotate_root(&owner);
    const struct log_builder *logs[] = {&thief, &owner};
    expect("the rotation wins", choose(logs, 2), 1, 2, false);
    assert_int_equal(avow_chain_compare(&thief.state.chain, &owner.state.chain), AVOW_CHAIN_BRANCH);
    log_builder_fini(&thief);
    log_builder_fini(&owner);
}

/* Two uses of one root: a fork until a rotation stands under one of them. */
static void test_root_fork_settled(void **state)
{
    (void)state;
    struct log_builder a;
    struct log_builder b;
    struct log_builder c;
    log_builder_start(&a, "settled");
    log_builder_copy(&b, &a, a.count);
    log_builder_rename(&a, "A");
    log_builder_rename(&b, "B");
    log_builder_rename(&a, "A again");
    const struct log_builder *logs[] = {&a, &b, &c};
    struct avow_chain_choice fork = choose(logs, 2);
    assert_true(fork.root_fork);
    assert_int_equal(fork.agreed, 1);
    log_builder_copy(&c, &b, b.count);
    log_builder_rename(&c, "C");
    log_builder_rotate_root(&c);
    expect("a later rotation settles it", choose(logs, 3), 2, 4, false);
    log_builder_fini(&a);
    log_builder_fini(&b);
    log_builder_fini(&c);
}

/* Both reveal the committed root: nobody can tell whose it is. */
static void test_two_rotations(void **state)
{
    (void)state;
    struct log_builder a;
    struct log_builder b;
    struct log_builder c;
    log_builder_start(&a, "two rotations");
    log_builder_copy(&b, &a, a.count);
    log_builder_copy(&c, &a, a.count);
    log_builder_rename(&b, "B");
    log_builder_rename(&c, "C");
    log_builder_rotate_root(&a);
    log_builder_rotate_root(&b);
    const struct log_builder *logs[] = {&a, &b, &c};
    struct avow_chain_choice fork = choose(logs, 3);
    assert_true(fork.root_fork);
    assert_int_equal(fork.agreed, 1);
    log_builder_fini(&a);
    log_builder_fini(&b);
    log_builder_fini(&c);
}

/* A custodian's rotation reveals the digest of the closure, not the one in force before it. */
static void test_closure_beaten(void **state)
{
    (void)state;
    struct log_builder closed;
    struct log_builder owner;
    log_builder_start(&closed, "closure beaten");
    log_builder_copy(&owner, &closed, closed.count);
    log_builder_close(&closed, &closed.state.chain.issuer);
    log_builder_rotate_root(&closed);
    const struct log_builder *logs[] = {&closed, &owner};
    expect("a hand-over stands", choose(logs, 2), 0, 3, false);
    log_builder_rotate_root(&owner);
    expect("but not against the committed root", choose(logs, 2), 1, 2, false);
    log_builder_fini(&closed);
    log_builder_fini(&owner);
}

/* A rotation under a branch counts by the digest where the ways part, not by a later one. */
static void test_later_digest(void **state)
{
    (void)state;
    struct log_builder a;
    struct log_builder b;
    log_builder_start(&a, "later digest");
    log_builder_rotate_root(&a);
    log_builder_copy(&b, &a, a.count);
    log_builder_rename(&a, "A");
    log_builder_rename(&b, "B");
    log_builder_rotate_root(&a);
    log_builder_rotate_root(&a);
    const struct log_builder *logs[] = {&b, &a};
    expect("the digest of the parting", choose(logs, 2), 1, 5, false);
    log_builder_fini(&a);
    log_builder_fini(&b);
}

/* ---- random trees ---- */

#define POOL 64
#define TREE_MAX 64
#define CHAINS_MAX 12

static struct log_key pool[POOL];
static struct avow_hash pool_digests[POOL];

struct node {
    size_t parent;
    struct avow_hash leaf;
    struct avow_hash digest; /* in force from here */
    bool reveals;
    struct avow_hash revealed; /* SHA-256 of the root that a rotation here shows */
};

struct world {
    uint64_t random;
    size_t node_count;
    struct node nodes[TREE_MAX];
    size_t chain_count;
    struct avow_chain chains[CHAINS_MAX];
    size_t ends[CHAINS_MAX]; /* each chain's last node */
};

static uint64_t draw(struct world *world, uint64_t below)
{
    world->random ^= world->random << 13; /* xorshift64 */
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random % below;
}

static bool is_used(const struct avow_chain *chain, const struct avow_key *key)
{
    for (size_t i = 0; i < chain->key_count; i++) {
        if (avow_key_equal(&chain->keys[i].key, key))
            return true;
    }
    return false;
}

/* A key that the chain has not used and has not committed to. */
static size_t draw_fresh(struct world *world, const struct avow_chain *chain)
{
    for (;;) {
        size_t i = (size_t)draw(world, POOL);
        if (!is_used(chain, &pool[i].key) && !avow_hash_equal(&pool_digests[i], &chain->digest))
            return i;
    }
}

static size_t committed_key(const struct avow_chain *chain)
{
    for (size_t i = 0; i < POOL; i++) {
        if (avow_hash_equal(&pool_digests[i], &chain->digest))
            return i;
    }
    fail_msg("a digest of no key in the pool");
    return 0;
}

/* A root entry that the chain accepts but for its signature. */
static void draw_entry(struct world *world, const struct avow_chain *chain, uint64_t t,
                       struct avow_entry *entry)
{
    static const char *const names[] = {"A", "B", "C"};
    uint64_t what = chain->closed ? 0 : draw(world, 8);
    size_t sign = draw_fresh(world, chain);
    size_t next = draw_fresh(world, chain);
    while (next == sign)
        next = draw_fresh(world, chain);
    *entry = (struct avow_entry){.kind = AVOW_KIND_IDENTITY, .t = t};
    if (what < 3) {
        entry->kind = AVOW_KIND_ROOT_ROTATION;
        entry->rotation = (struct avow_root_rotation){
            .new_root = pool[committed_key(chain)].key,
            .next_root_digest = pool_digests[next],
            .signing_key = pool[sign].key,
            .not_after = t + 1,
        };
    } else if (what == 3) {
        entry->kind = AVOW_KIND_CLOSURE;
        entry->closure = (struct avow_closure){
            .has_custodian = true,
            .custodian_key = pool[sign].key,
            .next_root_digest = pool_digests[next],
            .not_after = t + 1,
        };
    } else {
        entry->identity.name = avow_bytes_text(names[draw(world, COUNT(names))]);
        entry->identity.jurisdiction = avow_bytes_text("PT");
        entry->identity.website = avow_bytes_text("https://a");
    }
}

/* Applies an entry unsigned. */
static void extend(struct avow_chain *chain, uint64_t index, struct avow_entry *entry,
                   const struct avow_hash *root)
{
    uint8_t storage[AVOW_ROOT_ENTRY_BYTES_MAX];
    struct avow_buf out;
    enum avow_reject reject;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_entry_encode(&out, entry);
    assert_int_equal(out.err, AVOW_OK);
    assert_int_equal(avow_entry_decode(avow_buf_bytes(&out), entry), AVOW_ACCEPT);
    assert_int_equal(avow_chain_reapply(chain, index, entry, root, &reject), AVOW_OK);
    if (reject != AVOW_ACCEPT)
        fail_msg("the generator's own entry: %s", avow_reject_name(reject));
}

/* The chain's last entry as a node below `parent`, made if it is not there. */
static size_t node_of(struct world *world, const struct avow_chain *chain, size_t parent,
                      const struct avow_entry *entry)
{
    struct node node = {.parent = parent, .leaf = *avow_chain_opening(chain)};
    for (size_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i].parent == parent && avow_hash_equal(&world->nodes[i].leaf, &node.leaf))
            return i;
    }
    node.digest = chain->digest;
    node.reveals = entry->kind == AVOW_KIND_ROOT_ROTATION;
    if (node.reveals) {
        struct avow_bytes root = avow_bytes(entry->rotation.new_root.bytes, 32);
        node.revealed = avow_sha256(&root, 1);
    }
    assert_true(world->node_count < TREE_MAX);
    world->nodes[world->node_count] = node;
    return world->node_count++;
}

/* The first `count` entries of a chain, as a chain. */
static void copy_prefix(struct avow_chain *to, const struct avow_chain *from, size_t count)
{
    struct avow_entry entry;
    enum avow_reject reject;
    avow_chain_init(to);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(avow_entry_decode(avow_chain_entry_bytes(from, i), &entry), AVOW_ACCEPT);
        assert_int_equal(avow_chain_reapply(to, from->entries[i].index, &entry,
                                            &from->entries[i].root_before, &reject),
                         AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
    }
}

static void begin(struct world *world, uint64_t seed)
{
    struct avow_tree empty = {0};
    struct avow_hash root = avow_tree_root(&empty);
    struct avow_entry entry = {.kind = AVOW_KIND_INCEPTION, .t = 1};
    memset(world, 0, sizeof(*world));
    world->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    entry.inception = (struct avow_inception){
        .name = avow_bytes_text("N"),
        .jurisdiction = avow_bytes_text("PT"),
        .website = avow_bytes_text("https://a"),
        .root_key = pool[0].key,
        .next_root_digest = pool_digests[1],
        .signing_key = pool[2].key,
        .not_after = 2,
    };
    avow_chain_init(&world->chains[0]);
    extend(&world->chains[0], 0, &entry, &root);
    world->ends[0] = node_of(world, &world->chains[0], SIZE_MAX, &entry);
    world->chain_count = 1;
}

/* A new chain that leaves an old one somewhere, or goes on from its end, by one to three entries.
 * Few times and names, so that some entries coincide. */
static void grow(struct world *world)
{
    size_t from = (size_t)draw(world, world->chain_count);
    const struct avow_chain *old = &world->chains[from];
    size_t keep = 1 + (size_t)draw(world, old->count);
    size_t node = world->ends[from];
    struct avow_chain *chain = &world->chains[world->chain_count];
    for (size_t i = old->count; i > keep; i--)
        node = world->nodes[node].parent;
    copy_prefix(chain, old, keep);
    for (size_t more = 1 + (size_t)draw(world, 3); more > 0; more--) {
        struct avow_entry entry;
        struct avow_hash root = {{0}};
        draw_entry(world, chain, chain->count + 1, &entry);
        extend(chain, chain->count, &entry, &root);
        node = node_of(world, chain, node, &entry);
    }
    world->ends[world->chain_count++] = node;
}

static void end(struct world *world)
{
    for (size_t i = 0; i < world->chain_count; i++)
        avow_chain_fini(&world->chains[i]);
}

static bool is_under(const struct world *world, size_t node, size_t top)
{
    while (node != top && node != SIZE_MAX)
        node = world->nodes[node].parent;
    return node == top;
}

static bool revealed_under(const struct world *world, size_t top, const struct avow_hash *digest)
{
    for (size_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i].reveals && avow_hash_equal(&world->nodes[i].revealed, digest) &&
            is_under(world, i, top))
            return true;
    }
    return false;
}

/* The rule as it reads. Returns the node where the way ends. */
static size_t walk(const struct world *world, size_t *agreed, bool *root_fork)
{
    size_t at = 0;
    for (*agreed = 1;; (*agreed)++) {
        size_t children = 0;
        size_t revealing = 0;
        size_t child = SIZE_MAX;
        size_t chosen = SIZE_MAX;
        for (size_t i = 0; i < world->node_count; i++) {
            if (world->nodes[i].parent != at)
                continue;
            children++;
            child = i;
            if (revealed_under(world, i, &world->nodes[at].digest)) {
                revealing++;
                chosen = i;
            }
        }
        *root_fork = children > 1 && revealing != 1;
        if (children == 0 || *root_fork)
            return at;
        at = children == 1 ? child : chosen;
    }
}

/* Chooses in a random order of the same chains. */
static const struct avow_chain *choose_shuffled(struct world *world,
                                                struct avow_chain_choice *choice)
{
    const struct avow_chain *order[CHAINS_MAX] = {NULL};
    for (size_t i = 0; i < world->chain_count; i++) {
        size_t j = (size_t)draw(world, i + 1);
        order[i] = order[j];
        order[j] = &world->chains[i];
    }
    *choice = avow_chain_choose(order, world->chain_count);
    return order[choice->winner];
}

static void check_world(struct world *world, uint64_t seed)
{
    size_t agreed;
    bool root_fork;
    size_t last = walk(world, &agreed, &root_fork);
    const struct avow_chain *first = NULL;
    for (size_t i = 0; i < 4; i++) {
        struct avow_chain_choice choice;
        const struct avow_chain *winner = choose_shuffled(world, &choice);
        if (choice.agreed != agreed || choice.root_fork != root_fork)
            fail_msg("seed %llu: agreed %zu and fork %d, not %zu and %d", (unsigned long long)seed,
                     choice.agreed, choice.root_fork, agreed, root_fork);
        size_t end_of_winner = world->ends[winner - world->chains];
        if (!is_under(world, end_of_winner, last) || (!root_fork && end_of_winner != last))
            fail_msg("seed %llu: the winner goes another way", (unsigned long long)seed);
        if (first == NULL)
            first = winner;
        if (avow_chain_compare(first, winner) != AVOW_CHAIN_SAME)
            fail_msg("seed %llu: the winner depends on the order", (unsigned long long)seed);
    }
}

static void test_random_trees(void **state)
{
    (void)state;
    static struct world world;
    size_t forks = 0;
    size_t settled = 0;
    struct log_builder names = {.seed = "pool"};
    for (size_t i = 0; i < POOL; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%zu", i);
        pool[i] = log_builder_key(&names, name);
        struct avow_bytes key = avow_bytes(pool[i].key.bytes, 32);
        pool_digests[i] = avow_sha256(&key, 1);
    }
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        begin(&world, seed);
        for (size_t chains = 1 + (size_t)draw(&world, CHAINS_MAX - 1); chains > 0; chains--) {
            size_t agreed;
            bool fork_before;
            bool fork_after;
            (void)walk(&world, &agreed, &fork_before);
            grow(&world);
            (void)walk(&world, &agreed, &fork_after);
            forks += fork_after;
            settled += fork_before && !fork_after;
            check_world(&world, seed);
        }
        end(&world);
    }
    /* The trees must be of every sort, or nothing was tested. */
    assert_true(forks > 500);
    assert_true(settled > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_way),           cmocka_unit_test(test_stolen_root),
        cmocka_unit_test(test_root_fork_settled), cmocka_unit_test(test_two_rotations),
        cmocka_unit_test(test_closure_beaten),    cmocka_unit_test(test_later_digest),
        cmocka_unit_test(test_random_trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
