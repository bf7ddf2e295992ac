/* Root chains: what a log's root entries (inception, keys, rotations, identity, closure) add up to,
 * and the choice among several chains of one issuer (docs/protocol.md, "Root entries and epochs").
 *
 * A chain is built from root entries alone, each with the tree root at size = its index, so it can
 * be judged before any other entry of its log is seen. The nth root entry after inception opens
 * epoch n. A chain is a pure function of its root entries. */
#ifndef AVOW_PROTO_LOG_CHAIN_H
#define AVOW_PROTO_LOG_CHAIN_H

#include "proto/entry/entry.h"
#include "proto/log/merkle.h"
#include "proto/log/root_claim.h"

#define AVOW_ROOT_ENTRIES_MAX 257 /* inception and 256 epochs */
#define AVOW_NEVER UINT64_MAX

enum avow_key_kind { AVOW_KEY_ROOT, AVOW_KEY_SIGN, AVOW_KEY_HEARTBEAT };

/* One key of the log's life. It is in force for the log's sizes in (since, until]: a checkpoint of
 * size n is judged by the state after entry n - 1. */
struct avow_chain_key {
    struct avow_key key;
    enum avow_key_kind kind;
    uint64_t since;     /* index of the root entry that brought it */
    uint64_t until;     /* index of the root entry that retired it, or AVOW_NEVER */
    uint64_t not_after; /* Unix seconds; AVOW_NEVER for a root key */
};

/* Whether the key is in force for a checkpoint of this size, whatever its not_after says. */
static inline bool avow_chain_key_covers(const struct avow_chain_key *key, uint64_t size)
{
    return key->since < size && size <= key->until;
}
const char *avow_key_kind_name(enum avow_key_kind kind); /* "root", "sign", "heartbeat" */

struct avow_root_entry {
    uint64_t index;
    struct avow_hash leaf;
    struct avow_hash root_before; /* the tree root at size = index */
    uint64_t kind;
    uint64_t t;
    size_t offset, len; /* its bytes in avow_chain.bytes */
};

struct avow_chain {
    struct avow_hash issuer; /* leaf hash of entry 0 */
    size_t count;            /* root entries; 0 before inception. The epoch is count - 1. */
    struct avow_root_entry *entries;
    size_t key_count;
    struct avow_chain_key *keys;
    struct avow_buf bytes;   /* the root entries' bytes, one after the other */
    struct avow_hash digest; /* of the next root, in force */
    size_t identity;         /* position in `entries` of the one that names the issuer now */
    bool closed;             /* a closure was applied */
    bool custodian;          /* the closure names a custodian */
    uint64_t closed_at;      /* the closure's index */
};

/* Bytes of memory that its entries and keys take: up to a few hundred thousand, if its issuer
 * likes. */
static inline size_t avow_chain_bytes(const struct avow_chain *chain)
{
    return chain->bytes.cap + chain->count * sizeof(*chain->entries) +
           chain->key_count * sizeof(*chain->keys);
}

/* All zeros is the empty chain too. */
void avow_chain_init(struct avow_chain *chain);
void avow_chain_fini(struct avow_chain *chain);
/* `to` is initialised and empty, or overwritten. AVOW_ERR_NOMEM leaves it empty. */
AVOW_NODISCARD enum avow_err avow_chain_copy(struct avow_chain *to, const struct avow_chain *from);

/* Applies the root entry at `index`, whose tree root at size = index is `root_before`. Checks every
 * rule of root entries: inception first and once, time against the chain's own entries, key
 * validity and reuse, lifetimes, the revealed digest, the number of epochs, closure, and the root
 * signature. A retirement names a key in force and repeats its not_after. A closure ends every key,
 * the root too; without a custodian nothing follows it. Keys and signature come last, and are
 * checked by `checker`, or here when it is NULL. On rejection or an error (AVOW_ERR_NOMEM, the
 * checker's) the chain is unchanged. `*reject` is set when AVOW_OK is returned. */
AVOW_NODISCARD enum avow_err avow_chain_apply(struct avow_chain *chain, uint64_t index,
                                              const struct avow_entry *entry,
                                              const struct avow_hash *root_before,
                                              const struct avow_root_checker *checker,
                                              enum avow_reject *reject);

/* The same, but that the root signature and the keys' points are taken to be good: for chains that
 * were checked before (a store's own rows). */
AVOW_NODISCARD enum avow_err avow_chain_reapply(struct avow_chain *chain, uint64_t index,
                                                const struct avow_entry *entry,
                                                const struct avow_hash *root_before,
                                                enum avow_reject *reject);

/* The root entry at `position` (below chain->count, asserted) as it was signed: a view into the
 * chain, until it changes. */
struct avow_bytes avow_chain_entry_bytes(const struct avow_chain *chain, size_t position);
/* Of a chain that is not empty: its epoch, and the leaf hash of the root entry that opened it. */
static inline uint32_t avow_chain_epoch(const struct avow_chain *chain)
{
    return (uint32_t)(chain->count - 1);
}
static inline const struct avow_hash *avow_chain_opening(const struct avow_chain *chain)
{
    return &chain->entries[chain->count - 1].leaf;
}

/* The issuer's name, jurisdiction and website as the chain has them in force for a log of `size`
 * entries (AVOW_NEVER: at its end). Views into the chain. */
struct avow_chain_names {
    struct avow_bytes name, jurisdiction, website;
};
struct avow_chain_names avow_chain_names(const struct avow_chain *chain, uint64_t size);

/* The key in force for a log of `size` entries with these bytes and kind, or NULL. The rule for a
 * signer: authorised by the state after the last entry, closure aside: the closing checkpoint, of
 * size closed_at + 1, is signed by a sign key that the closure ended and by no other key. */
const struct avow_chain_key *avow_chain_key(const struct avow_chain *chain,
                                            const struct avow_key *key, enum avow_key_kind kind,
                                            uint64_t size);
/* Whether the log has ever had this key, in whichever role and in force or not. */
bool avow_chain_has_key(const struct avow_chain *chain, const struct avow_key *key);
/* The root key in force at the chain's end. NULL for an empty chain, and after a closure until the
 * custodian's first root rotation. */
const struct avow_key *avow_chain_root_key(const struct avow_chain *chain);

/* The stored form: an array of [index, root_before, entry]. _load re-applies without signatures.
 * REJECT_* in `*reject` means damaged rows, and leaves the chain empty; AVOW_ERR_NOMEM too. */
void avow_chain_save(struct avow_buf *out, const struct avow_chain *chain);
AVOW_NODISCARD enum avow_err avow_chain_load(struct avow_chain *chain, struct avow_bytes saved,
                                             enum avow_reject *reject);

/* How two chains of one issuer relate. */
enum avow_chain_order {
    AVOW_CHAIN_SAME,
    AVOW_CHAIN_EXTENDS,  /* a is b and more root entries */
    AVOW_CHAIN_EXTENDED, /* the other way round */
    AVOW_CHAIN_BRANCH,   /* the chains part at some entry */
};
enum avow_chain_order avow_chain_compare(const struct avow_chain *a, const struct avow_chain *b);

/* The choice among all known valid chains of one issuer, which form a tree: from inception, at an
 * entry with several children go to the only one under which a root rotation reveals the root
 * digest in force at that entry; if none or several do, stop there. Pure, and independent of the
 * order of `chains`.
 * `*winner`: position of a chain that reaches the furthest along the way chosen (the first of
 * equals, by leaf hash, at a root fork). `*agreed`: how many root entries are beyond dispute.
 * `*root_fork`: the way ended at an entry with several children. */
struct avow_chain_choice {
    size_t winner;
    size_t agreed;
    bool root_fork;
};
struct avow_chain_choice avow_chain_choose(const struct avow_chain *const *chains, size_t count);

#endif
