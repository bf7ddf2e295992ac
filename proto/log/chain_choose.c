/* How chains of one issuer relate, and which of them counts. */
#include "proto/crypto/sha256.h"
#include "proto/log/chain.h"

#define NONE SIZE_MAX

/* One node of the tree that chains form: the entry where it stands. The signature pins index and
 * root, so that for valid chains the leaf hash alone would do. */
static bool is_same_entry(const struct avow_root_entry *a, const struct avow_root_entry *b)
{
    return a->index == b->index && avow_hash_equal(&a->leaf, &b->leaf) &&
           avow_hash_equal(&a->root_before, &b->root_before);
}

static int compare_entry(const struct avow_root_entry *a, const struct avow_root_entry *b)
{
    int order = memcmp(a->leaf.bytes, b->leaf.bytes, sizeof(a->leaf.bytes));
    if (order == 0)
        order = (a->index > b->index) - (a->index < b->index);
    if (order == 0)
        order = memcmp(a->root_before.bytes, b->root_before.bytes, sizeof(a->root_before.bytes));
    return order;
}

enum avow_chain_order avow_chain_compare(const struct avow_chain *a, const struct avow_chain *b)
{
    size_t common = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < common; i++) {
        if (!is_same_entry(&a->entries[i], &b->entries[i]))
            return AVOW_CHAIN_BRANCH;
    }
    if (a->count == b->count)
        return AVOW_CHAIN_SAME;
    return a->count > b->count ? AVOW_CHAIN_EXTENDS : AVOW_CHAIN_EXTENDED;
}

/* Decodes a root entry that its chain has accepted before. */
static void decode_at(const struct avow_chain *chain, size_t position, struct avow_entry *entry)
{
    enum avow_reject reject = avow_entry_decode(avow_chain_entry_bytes(chain, position), entry);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
}

/* The root digest in force after the chain's first `count` entries. */
static struct avow_hash digest_after(const struct avow_chain *chain, size_t count)
{
    struct avow_entry entry;
    for (size_t i = count; i-- > 1;) {
        uint64_t kind = chain->entries[i].kind;
        if (kind != AVOW_KIND_ROOT_ROTATION && kind != AVOW_KIND_CLOSURE)
            continue;
        decode_at(chain, i, &entry);
        if (kind == AVOW_KIND_ROOT_ROTATION)
            return entry.rotation.next_root_digest;
        if (entry.closure.has_custodian)
            return entry.closure.next_root_digest;
    }
    decode_at(chain, 0, &entry);
    return entry.inception.next_root_digest;
}

/* True if a rotation at or after position `from` reveals the key of `digest`. */
static bool reveals(const struct avow_chain *chain, size_t from, const struct avow_hash *digest)
{
    struct avow_entry entry;
    for (size_t i = from; i < chain->count; i++) {
        if (chain->entries[i].kind != AVOW_KIND_ROOT_ROTATION)
            continue;
        decode_at(chain, i, &entry);
        struct avow_bytes root =
            avow_bytes(entry.rotation.new_root.bytes, sizeof(entry.rotation.new_root.bytes));
        struct avow_hash revealed = avow_sha256(&root, 1);
        if (avow_hash_equal(&revealed, digest))
            return true;
    }
    return false;
}

/* Among the chains on the way, `depth` entries of which are agreed. */
struct way {
    const struct avow_chain *const *chains;
    size_t count;
    size_t guide; /* a chain that goes the way: others do if they share its first `depth` entries */
    size_t depth;
};

static bool is_on(const struct way *way, const struct avow_chain *chain)
{
    if (chain->count < way->depth)
        return false;
    for (size_t i = 0; i < way->depth; i++) {
        if (!is_same_entry(&chain->entries[i], &way->chains[way->guide]->entries[i]))
            return false;
    }
    return true;
}

/* The first chain that goes on beyond the way's depth, and whether others go elsewhere. */
static size_t find_child(const struct way *way, bool *several)
{
    size_t child = NONE;
    *several = false;
    for (size_t i = 0; i < way->count; i++) {
        const struct avow_chain *chain = way->chains[i];
        if (chain->count <= way->depth || !is_on(way, chain))
            continue;
        if (child == NONE)
            child = i;
        else if (!is_same_entry(&chain->entries[way->depth],
                                &way->chains[child]->entries[way->depth]))
            *several = true;
    }
    return child;
}

/* Of several children the only one under which the digest's key is revealed: a chain through it, or
 * NONE. */
static size_t find_revealing_child(const struct way *way)
{
    struct avow_hash digest = digest_after(way->chains[way->guide], way->depth);
    size_t found = NONE;
    for (size_t i = 0; i < way->count; i++) {
        const struct avow_chain *chain = way->chains[i];
        if (chain->count <= way->depth || !is_on(way, chain) ||
            !reveals(chain, way->depth, &digest))
            continue;
        if (found == NONE)
            found = i;
        else if (!is_same_entry(&chain->entries[way->depth],
                                &way->chains[found]->entries[way->depth]))
            return NONE;
    }
    return found;
}

/* A total order of chains that agree on their first `from` entries: by their leaf hashes one after
 * the other, the longer first if one extends the other. */
static bool is_before(const struct avow_chain *a, const struct avow_chain *b, size_t from)
{
    for (size_t i = from; i < a->count && i < b->count; i++) {
        int order = compare_entry(&a->entries[i], &b->entries[i]);
        if (order != 0)
            return order < 0;
    }
    return a->count > b->count;
}

static size_t first_on(const struct way *way)
{
    size_t first = way->guide;
    for (size_t i = 0; i < way->count; i++) {
        if (is_on(way, way->chains[i]) && is_before(way->chains[i], way->chains[first], way->depth))
            first = i;
    }
    return first;
}

struct avow_chain_choice avow_chain_choose(const struct avow_chain *const *chains, size_t count)
{
    struct way way = {.chains = chains, .count = count, .guide = 0, .depth = 1};
    AVOW_ASSERT(count > 0);
    for (size_t i = 0; i < count; i++)
        AVOW_ASSERT(chains[i]->count > 0 &&
                    avow_hash_equal(&chains[i]->issuer, &chains[0]->issuer));
    for (;;) {
        bool several;
        size_t child = find_child(&way, &several);
        if (child != NONE && several) {
            child = find_revealing_child(&way);
            if (child == NONE)
                return (struct avow_chain_choice){first_on(&way), way.depth, true};
        }
        if (child == NONE)
            return (struct avow_chain_choice){first_on(&way), way.depth, false};
        way.guide = child;
        way.depth++;
    }
}
