/* Root chains: storage, and one root entry at a time.
 *
 * An entry is first judged into a `struct step`, which touches nothing; then memory is made sure
 * of; then the step is carried out and cannot fail. So a chain is never half changed. */
#include "proto/log/chain.h"

#include <stdlib.h>

#include "proto/crypto/sha256.h"

#define STEP_KEYS_MAX AVOW_ROOT_CLAIM_KEYS_MAX
#define NONE SIZE_MAX

/* What a root entry does to its chain. */
struct step {
    size_t key_count;
    struct avow_chain_key keys[STEP_KEYS_MAX]; /* brought into force */
    size_t retired;                            /* position of a key that ends, or NONE */
    bool retires_all;
    bool commits; /* to another next root */
    struct avow_hash digest;
    const struct avow_key *signer; /* of the root signature, or NULL for inception */
    const struct avow_signature *signature;
};

static void bytes_init(struct avow_buf *bytes)
{
    avow_buf_init(bytes, (size_t)AVOW_ROOT_ENTRIES_MAX * AVOW_ROOT_ENTRY_BYTES_MAX);
}

void avow_chain_init(struct avow_chain *chain)
{
    *chain = (struct avow_chain){0};
    bytes_init(&chain->bytes);
}

void avow_chain_fini(struct avow_chain *chain)
{
    free(chain->entries);
    free(chain->keys);
    avow_buf_fini(&chain->bytes);
    avow_chain_init(chain);
}

/* A copy of an array that is not empty, or NULL. */
static void *copy_array(const void *array, size_t count, size_t size)
{
    void *copy = calloc(count, size);
    if (copy != NULL)
        memcpy(copy, array, count * size);
    return copy;
}

enum avow_err avow_chain_copy(struct avow_chain *to, const struct avow_chain *from)
{
    avow_chain_fini(to);
    if (from->count == 0)
        return AVOW_OK;
    struct avow_chain copy = *from;
    copy.entries = copy_array(from->entries, from->count, sizeof(*from->entries));
    copy.keys = copy_array(from->keys, from->key_count, sizeof(*from->keys));
    bytes_init(&copy.bytes);
    avow_buf_append(&copy.bytes, from->bytes.data, from->bytes.len);
    if (copy.entries == NULL || copy.keys == NULL || copy.bytes.err != AVOW_OK) {
        avow_chain_fini(&copy);
        return AVOW_ERR_NOMEM;
    }
    *to = copy;
    return AVOW_OK;
}

static bool is_in_force(const struct avow_chain_key *key)
{
    return key->until == AVOW_NEVER;
}

const struct avow_key *avow_chain_root_key(const struct avow_chain *chain)
{
    for (size_t i = chain->key_count; i-- > 0;) {
        if (chain->keys[i].kind == AVOW_KEY_ROOT && is_in_force(&chain->keys[i]))
            return &chain->keys[i].key;
    }
    return NULL;
}

static bool was_used(const struct avow_chain *chain, const struct avow_key *key)
{
    for (size_t i = 0; i < chain->key_count; i++) {
        if (avow_key_equal(&chain->keys[i].key, key))
            return true;
    }
    return false;
}

/* Adds a key to the step: one that the log, this entry included, has never used. Whether it is a
 * point costs as much as a signature, and is looked at with that. */
static enum avow_reject bring_key(const struct avow_chain *chain, struct step *step, uint64_t index,
                                  const struct avow_key *key, enum avow_key_kind kind,
                                  uint64_t not_after)
{
    if (was_used(chain, key))
        return AVOW_REJECT_KEY_REUSED;
    for (size_t i = 0; i < step->key_count; i++) {
        if (avow_key_equal(&step->keys[i].key, key))
            return AVOW_REJECT_KEY_REUSED;
    }
    AVOW_ASSERT(step->key_count < STEP_KEYS_MAX);
    step->keys[step->key_count++] = (struct avow_chain_key){
        .key = *key, .kind = kind, .since = index, .until = AVOW_NEVER, .not_after = not_after};
    return AVOW_ACCEPT;
}

static bool is_lifetime(uint64_t t, uint64_t not_after)
{
    return not_after > t && not_after - t <= AVOW_KEY_LIFE_MAX_S;
}

/* The keys that inception and rotation bring alike. */
struct key_set {
    const struct avow_key *root, *sign, *heartbeat; /* heartbeat may be NULL */
    uint64_t not_after;
};

static enum avow_reject bring_key_set(const struct avow_chain *chain, struct step *step,
                                      uint64_t index, uint64_t t, const struct key_set *set)
{
    if (!is_lifetime(t, set->not_after))
        return AVOW_REJECT_TIME;
    enum avow_reject reject = bring_key(chain, step, index, set->root, AVOW_KEY_ROOT, AVOW_NEVER);
    if (reject == AVOW_ACCEPT)
        reject = bring_key(chain, step, index, set->sign, AVOW_KEY_SIGN, set->not_after);
    if (reject == AVOW_ACCEPT && set->heartbeat != NULL)
        reject = bring_key(chain, step, index, set->heartbeat, AVOW_KEY_HEARTBEAT, set->not_after);
    return reject;
}

static enum avow_reject judge_inception(const struct avow_chain *chain, struct step *step,
                                        const struct avow_entry *entry)
{
    const struct avow_inception *inception = &entry->inception;
    step->commits = true;
    step->digest = inception->next_root_digest;
    return bring_key_set(
        chain, step, 0, entry->t,
        &(struct key_set){
            .root = &inception->root_key,
            .sign = &inception->signing_key,
            .heartbeat = inception->has_heartbeat ? &inception->heartbeat_key : NULL,
            .not_after = inception->not_after,
        });
}

static enum avow_key_kind kind_of_use(enum avow_key_use use)
{
    return use == AVOW_USE_SIGN ? AVOW_KEY_SIGN : AVOW_KEY_HEARTBEAT;
}

/* Retiring names a key in force by its use and repeats its not_after, whatever the time is: there
 * is one way to write it. */
static enum avow_reject judge_retire(const struct avow_chain *chain, struct step *step,
                                     const struct avow_key_entry *retire)
{
    for (size_t i = 0; i < chain->key_count; i++) {
        const struct avow_chain_key *key = &chain->keys[i];
        if (!avow_key_equal(&key->key, &retire->key) || !is_in_force(key) ||
            key->kind != kind_of_use(retire->use))
            continue;
        if (key->not_after != retire->not_after)
            return AVOW_REJECT_TIME;
        step->retired = i;
        return AVOW_ACCEPT;
    }
    return AVOW_REJECT_KEY_UNKNOWN;
}

static enum avow_reject judge_key(const struct avow_chain *chain, struct step *step, uint64_t index,
                                  const struct avow_entry *entry)
{
    const struct avow_key_entry *key = &entry->key;
    step->signature = &key->signature;
    switch (key->action) {
    case AVOW_KEY_AUTHORISE:
        if (!is_lifetime(entry->t, key->not_after))
            return AVOW_REJECT_TIME;
        return bring_key(chain, step, index, &key->key, kind_of_use(key->use), key->not_after);
    case AVOW_KEY_RETIRE:
        return judge_retire(chain, step, key);
    }
    return AVOW_REJECT_VALUE;
}

static enum avow_reject judge_rotation(const struct avow_chain *chain, struct step *step,
                                       uint64_t index, const struct avow_entry *entry)
{
    const struct avow_root_rotation *rotation = &entry->rotation;
    struct avow_bytes revealed =
        avow_bytes(rotation->new_root.bytes, sizeof(rotation->new_root.bytes));
    struct avow_hash digest = avow_sha256(&revealed, 1);
    if (!avow_hash_equal(&digest, &chain->digest))
        return AVOW_REJECT_DIGEST;
    step->retires_all = true;
    step->commits = true;
    step->digest = rotation->next_root_digest;
    step->signer = &rotation->new_root;
    step->signature = &rotation->signature;
    return bring_key_set(chain, step, index, entry->t,
                         &(struct key_set){
                             .root = &rotation->new_root,
                             .sign = &rotation->signing_key,
                             .heartbeat = rotation->has_heartbeat ? &rotation->heartbeat_key : NULL,
                             .not_after = rotation->not_after,
                         });
}

/* Closure ends every key, the root too: a custodian's root comes by rotation, from the digest that
 * replaces the committed one. */
static enum avow_reject judge_closure(const struct avow_chain *chain, struct step *step,
                                      uint64_t index, const struct avow_entry *entry)
{
    const struct avow_closure *closure = &entry->closure;
    step->retires_all = true;
    step->signature = &closure->signature;
    if (!closure->has_custodian)
        return AVOW_ACCEPT;
    if (!is_lifetime(entry->t, closure->not_after))
        return AVOW_REJECT_TIME;
    step->commits = true;
    step->digest = closure->next_root_digest;
    return bring_key(chain, step, index, &closure->custodian_key, AVOW_KEY_SIGN,
                     closure->not_after);
}

/* Where a root entry may stand, whatever it says. */
static enum avow_reject judge_place(const struct avow_chain *chain, uint64_t index,
                                    const struct avow_entry *entry)
{
    bool first = chain->count == 0;
    if (first != (entry->kind == AVOW_KIND_INCEPTION) || first != (index == 0))
        return AVOW_REJECT_INCEPTION;
    if (first)
        return AVOW_ACCEPT;
    const struct avow_root_entry *last = &chain->entries[chain->count - 1];
    if (index <= last->index)
        return AVOW_REJECT_CHAIN;
    if (entry->t < last->t)
        return AVOW_REJECT_TIME;
    if (chain->count == AVOW_ROOT_ENTRIES_MAX)
        return AVOW_REJECT_EPOCHS;
    if (chain->closed && (!chain->custodian || entry->kind == AVOW_KIND_IDENTITY ||
                          entry->kind == AVOW_KIND_CLOSURE))
        return AVOW_REJECT_CLOSED;
    return AVOW_ACCEPT;
}

static enum avow_reject judge(const struct avow_chain *chain, struct step *step, uint64_t index,
                              const struct avow_entry *entry)
{
    enum avow_reject reject = judge_place(chain, index, entry);
    if (reject != AVOW_ACCEPT)
        return reject;
    step->signer = avow_chain_root_key(chain);
    switch ((enum avow_kind)entry->kind) {
    case AVOW_KIND_INCEPTION:
        return judge_inception(chain, step, entry);
    case AVOW_KIND_KEY:
        reject = judge_key(chain, step, index, entry);
        break;
    case AVOW_KIND_ROOT_ROTATION:
        reject = judge_rotation(chain, step, index, entry);
        break;
    case AVOW_KIND_IDENTITY:
        step->signature = &entry->identity.signature;
        break;
    case AVOW_KIND_CLOSURE:
        reject = judge_closure(chain, step, index, entry);
        break;
    case AVOW_KIND_NODES:
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_ISSUE:
    case AVOW_KIND_STATUS:
    case AVOW_KIND_PATHWAY:
    case AVOW_KIND_RECOGNITION:
        reject = AVOW_REJECT_CHAIN; /* not a root entry: apply never sends one */
        break;
    }
    /* Between a closure and the custodian's rotation no root key is in force. */
    if (reject == AVOW_ACCEPT && step->signer == NULL)
        return AVOW_REJECT_KEY_UNKNOWN;
    return reject;
}

/* Has the claim checked by `checker`, or without one on the spot. */
static enum avow_err check_claim(const struct avow_chain *chain, const struct step *step,
                                 uint64_t index, const struct avow_entry *entry,
                                 const struct avow_hash *root_before,
                                 const struct avow_root_checker *checker, enum avow_reject *reject)
{
    uint8_t storage[AVOW_ROOT_ENTRY_BYTES_MAX + 128];
    struct avow_buf message;
    struct avow_root_claim claim = {.index = index,
                                    .leaf = avow_merkle_leaf_hash(entry->bytes),
                                    .root_before = *root_before,
                                    .key_count = step->key_count,
                                    .is_signed = index > 0};
    for (size_t i = 0; i < step->key_count; i++)
        claim.keys[i] = step->keys[i].key;
    avow_buf_init_fixed(&message, storage, sizeof(storage));
    if (claim.is_signed) {
        avow_entry_root_message(&message, entry, avow_chain_opening(chain), index, root_before);
        AVOW_ASSERT(message.err == AVOW_OK);
        claim.signer = *step->signer;
        claim.signature = *step->signature;
        claim.message = avow_buf_bytes(&message);
    }
    if (checker != NULL)
        return checker->check(checker->context, &claim, reject);
    *reject = avow_root_claim_check(&claim);
    return AVOW_OK;
}

static enum avow_err grow_arrays(struct avow_chain *chain, const struct step *step)
{
    struct avow_root_entry *entries =
        realloc(chain->entries, (chain->count + 1) * sizeof(*chain->entries));
    if (entries == NULL)
        return AVOW_ERR_NOMEM;
    chain->entries = entries;
    if (step->key_count == 0)
        return AVOW_OK;
    struct avow_chain_key *keys =
        realloc(chain->keys, (chain->key_count + step->key_count) * sizeof(*chain->keys));
    if (keys == NULL)
        return AVOW_ERR_NOMEM;
    chain->keys = keys;
    return AVOW_OK;
}

/* Room for one more entry of `len` bytes and for the step's keys. On failure the chain may own more
 * memory than it uses, and is otherwise as it was. */
static enum avow_err make_room(struct avow_chain *chain, const struct step *step, size_t len)
{
    if (!chain->bytes.heap) /* an all-zero chain */
        bytes_init(&chain->bytes);
    if (avow_buf_extend(&chain->bytes, len) == NULL) {
        chain->bytes.err = AVOW_OK;
        return AVOW_ERR_NOMEM;
    }
    enum avow_err err = grow_arrays(chain, step);
    if (err != AVOW_OK)
        chain->bytes.len -= len;
    return err;
}

static void carry_out(struct avow_chain *chain, const struct step *step, uint64_t index,
                      const struct avow_entry *entry, const struct avow_hash *root_before)
{
    size_t len = entry->bytes.len;
    size_t offset = chain->bytes.len - len;
    memcpy(chain->bytes.data + offset, entry->bytes.data, len);
    struct avow_hash leaf = avow_merkle_leaf_hash(entry->bytes);
    if (chain->count == 0)
        chain->issuer = leaf;
    if (entry->kind == AVOW_KIND_INCEPTION || entry->kind == AVOW_KIND_IDENTITY)
        chain->identity = chain->count;
    if (entry->kind == AVOW_KIND_CLOSURE) {
        chain->closed = true;
        chain->custodian = entry->closure.has_custodian;
        chain->closed_at = index;
    }
    for (size_t i = 0; i < chain->key_count; i++) {
        if (is_in_force(&chain->keys[i]) && (step->retires_all || i == step->retired))
            chain->keys[i].until = index;
    }
    if (step->key_count > 0)
        memcpy(&chain->keys[chain->key_count], step->keys, step->key_count * sizeof(step->keys[0]));
    chain->key_count += step->key_count;
    if (step->commits)
        chain->digest = step->digest;
    chain->entries[chain->count++] = (struct avow_root_entry){
        .index = index,
        .leaf = leaf,
        .root_before = *root_before,
        .kind = entry->kind,
        .t = entry->t,
        .offset = offset,
        .len = len,
    };
}

/* A rule: whatever costs no signature. */
static enum avow_reject judge_rules(const struct avow_chain *chain, struct step *step,
                                    uint64_t index, const struct avow_entry *entry,
                                    const struct avow_hash *root_before)
{
    struct avow_tree empty = {0};
    struct avow_hash empty_root = avow_tree_root(&empty);
    enum avow_reject reject = judge(chain, step, index, entry);
    if (reject == AVOW_ACCEPT && index == 0 && !avow_hash_equal(root_before, &empty_root))
        reject = AVOW_REJECT_ROOT;
    return reject;
}

static enum avow_err carry_out_in_room(struct avow_chain *chain, const struct step *step,
                                       uint64_t index, const struct avow_entry *entry,
                                       const struct avow_hash *root_before)
{
    enum avow_err err = make_room(chain, step, entry->bytes.len);
    if (err == AVOW_OK)
        carry_out(chain, step, index, entry, root_before);
    return err;
}

enum avow_err avow_chain_apply(struct avow_chain *chain, uint64_t index,
                               const struct avow_entry *entry, const struct avow_hash *root_before,
                               const struct avow_root_checker *checker, enum avow_reject *reject)
{
    struct step step = {.retired = NONE};
    enum avow_err err = AVOW_OK;
    *reject = judge_rules(chain, &step, index, entry, root_before);
    if (*reject == AVOW_ACCEPT)
        err = check_claim(chain, &step, index, entry, root_before, checker, reject);
    if (err != AVOW_OK || *reject != AVOW_ACCEPT)
        return err;
    return carry_out_in_room(chain, &step, index, entry, root_before);
}

enum avow_err avow_chain_reapply(struct avow_chain *chain, uint64_t index,
                                 const struct avow_entry *entry,
                                 const struct avow_hash *root_before, enum avow_reject *reject)
{
    struct step step = {.retired = NONE};
    *reject = judge_rules(chain, &step, index, entry, root_before);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    return carry_out_in_room(chain, &step, index, entry, root_before);
}
