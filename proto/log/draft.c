/* The tree is kept as the base's peaks and, for each level, an array of the nodes completed since.
 * The status map is kept as the proved chunks, changed as entries change them; its root is computed
 * when a checkpoint is asked for: first the base's part, path by path, then the new chunks
 * appended. */
#include "proto/log/draft.h"

#include <stdlib.h>

struct chunk {
    uint64_t number;
    bool changed;
    struct avow_bytes path; /* in the base's map; empty for a chunk that is new */
    uint8_t bytes[AVOW_STATUS_CHUNK_BYTES];
};

struct event { /* a target's newest status entry */
    uint64_t target, index;
};

struct avow_draft {
    const struct avow_log_proof *proof; /* NULL for a new log */
    struct avow_tree base;              /* the tree below the appended entries */
    struct avow_tree status_base;       /* the status map's tree likewise */
    struct avow_state state;
    struct avow_log_view view;
    struct avow_tree_sink sink;
    struct avow_apply apply;
    struct avow_buf bytes;                   /* appended entries, one after the other */
    struct avow_buf ends;                    /* size_t offsets into `bytes` */
    struct avow_buf nodes[AVOW_TREE_LEVELS]; /* nodes completed since, from index base >> level */
    struct avow_buf chunks;                  /* struct chunk, by number */
    struct avow_buf events;                  /* struct event, oldest first */
};

static size_t chunk_count(const struct avow_draft *draft)
{
    return draft->chunks.len / sizeof(struct chunk);
}

static struct chunk *chunk_at(const struct avow_draft *draft, size_t position)
{
    return (struct chunk *)(void *)draft->chunks.data + position;
}

static struct chunk *find_chunk(const struct avow_draft *draft, uint64_t number)
{
    size_t low = 0, high = chunk_count(draft);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chunk_at(draft, middle)->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < chunk_count(draft) && chunk_at(draft, low)->number == number;
    return found ? chunk_at(draft, low) : NULL;
}

static enum avow_err add_chunk(struct avow_draft *draft, uint64_t number, const uint8_t *bytes,
                               struct avow_bytes path)
{
    struct chunk chunk = {.number = number, .path = path};
    if (bytes != NULL)
        memcpy(chunk.bytes, bytes, sizeof(chunk.bytes));
    avow_buf_append(&draft->chunks, &chunk, sizeof(chunk));
    return draft->chunks.err;
}

/* ------------------------------------------------------------------ the view that apply reads */

static enum avow_err view_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    const struct avow_draft *draft = context;
    if (index >= draft->base.size) {
        *entry = avow_draft_entry(draft, index);
        return AVOW_OK;
    }
    return avow_log_proof_entry(draft->proof, index, entry) ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static uint64_t last_event(const struct avow_draft *draft, uint64_t target)
{
    const struct event *events = (const struct event *)(const void *)draft->events.data;
    for (size_t i = draft->events.len / sizeof(struct event); i-- > 0;) {
        if (events[i].target == target)
            return events[i].index;
    }
    return 0;
}

static enum avow_err view_status(void *context, uint64_t index, enum avow_status *status,
                                 uint64_t *last_status_entry)
{
    const struct avow_draft *draft = context;
    const struct chunk *chunk = find_chunk(draft, index / AVOW_STATUS_CHUNK_ENTRIES);
    if (chunk == NULL)
        return AVOW_ERR_NOT_FOUND;
    *status = avow_status_map_get(chunk->bytes, index);
    *last_status_entry = last_event(draft, index);
    return AVOW_OK;
}

static void keep_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct avow_draft *draft = context;
    AVOW_ASSERT(draft->nodes[level].err != AVOW_OK ||
                index == (draft->base.size >> level) +
                             draft->nodes[level].len / sizeof(struct avow_hash));
    avow_buf_append(&draft->nodes[level], hash, sizeof(*hash));
}

/* ------------------------------------------------------------------ beginning and end */

enum avow_err avow_draft_new(struct avow_draft **out)
{
    struct avow_draft *draft = calloc(1, sizeof(*draft));
    if (draft == NULL)
        return AVOW_ERR_NOMEM;
    avow_state_init(&draft->state);
    draft->view =
        (struct avow_log_view){.context = draft, .entry = view_entry, .status = view_status};
    draft->sink = (struct avow_tree_sink){.context = draft, .node = keep_node};
    avow_apply_init(&draft->apply, &draft->state, &draft->view, &draft->sink);
    avow_buf_init(&draft->bytes, SIZE_MAX / 2);
    avow_buf_init(&draft->ends, SIZE_MAX / 2);
    avow_buf_init(&draft->chunks, SIZE_MAX / 2);
    avow_buf_init(&draft->events, SIZE_MAX / 2);
    for (unsigned level = 0; level < AVOW_TREE_LEVELS; level++)
        avow_buf_init(&draft->nodes[level], SIZE_MAX / 2);
    *out = draft;
    return AVOW_OK;
}

void avow_draft_free(struct avow_draft **spent)
{
    struct avow_draft *draft = *spent;
    *spent = NULL;
    if (draft == NULL)
        return;
    avow_state_fini(&draft->state);
    avow_buf_fini(&draft->bytes);
    avow_buf_fini(&draft->ends);
    avow_buf_fini(&draft->chunks);
    avow_buf_fini(&draft->events);
    for (unsigned level = 0; level < AVOW_TREE_LEVELS; level++)
        avow_buf_fini(&draft->nodes[level]);
    free(draft);
}

static void path_from_bytes(struct avow_bytes bytes, struct avow_path *path)
{
    path->count = bytes.len / sizeof(struct avow_hash);
    if (bytes.len != 0)
        memcpy(path->hashes, bytes.data, bytes.len);
}

/* The path of the log's last entry: in the proved entries, or in the root chain, whose paths are
 * not kept; a prover that signs for others always puts the last entry among the entries. */
static enum avow_reject load_tree(struct avow_draft *draft)
{
    const struct avow_log_proof *proof = draft->proof;
    uint64_t size = proof->checkpoint.size;
    if (proof->entry_count == 0 || proof->entries[proof->entry_count - 1].index != size - 1)
        return AVOW_REJECT_PROOF;
    const struct avow_proved_entry *last = &proof->entries[proof->entry_count - 1];
    struct avow_hash leaf = avow_merkle_leaf_hash(last->bytes);
    struct avow_path path;
    path_from_bytes(last->path, &path);
    struct avow_entry entry;
    enum avow_reject reject = avow_entry_decode(last->bytes, &entry);
    if (reject != AVOW_ACCEPT)
        return reject;
    draft->state.time = entry.t;
    reject = avow_tree_from_last(&leaf, size, &path, &draft->state.tree);
    draft->base = draft->state.tree;
    return reject;
}

static enum avow_reject load_status(struct avow_draft *draft)
{
    const struct avow_log_proof *proof = draft->proof;
    uint64_t chunks = avow_status_map_chunk_count(proof->checkpoint.size);
    if (proof->chunk_count == 0 || proof->chunks[proof->chunk_count - 1].number != chunks - 1)
        return AVOW_REJECT_PROOF;
    const struct avow_proved_chunk *last = &proof->chunks[proof->chunk_count - 1];
    struct avow_hash leaf = avow_status_map_chunk_hash(last->bytes);
    struct avow_path path;
    path_from_bytes(last->path, &path);
    return avow_tree_from_last(&leaf, chunks, &path, &draft->status_base);
}

static enum avow_err load_tables(struct avow_draft *draft)
{
    const struct avow_log_proof *proof = draft->proof;
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < proof->chunk_count && err == AVOW_OK; i++)
        err = add_chunk(draft, proof->chunks[i].number, proof->chunks[i].bytes,
                        proof->chunks[i].path);
    for (size_t i = 0; i < proof->entry_count && err == AVOW_OK; i++) {
        struct avow_entry entry;
        if (avow_entry_decode(proof->entries[i].bytes, &entry) != AVOW_ACCEPT)
            continue;
        if (entry.kind == AVOW_KIND_STATUS) {
            struct event event = {entry.status.target, proof->entries[i].index};
            avow_buf_append(&draft->events, &event, sizeof(event));
        } else if (entry.kind == AVOW_KIND_NODES) {
            draft->state.has_home = true;
            draft->state.home = entry.nodes.home;
            draft->state.nodes_index = proof->entries[i].index;
        }
        err = draft->events.err;
    }
    return err;
}

enum avow_err avow_draft_from_proof(const struct avow_log_proof *proof, struct avow_draft **out,
                                    enum avow_reject *reject)
{
    AVOW_CLEANUP(avow_draft_free)
    struct avow_draft *draft = NULL;
    *out = NULL;
    enum avow_err err = avow_draft_new(&draft);
    if (err != AVOW_OK)
        return err;
    draft->proof = proof;
    *reject = load_tree(draft);
    if (*reject == AVOW_ACCEPT)
        *reject = load_status(draft);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    err = load_tables(draft);
    if (err == AVOW_OK)
        err = avow_chain_copy(&draft->state.chain, &proof->chain);
    if (err != AVOW_OK)
        return err;
    *out = draft;
    draft = NULL;
    return AVOW_OK;
}

/* ------------------------------------------------------------------ growing */

/* The view must show an entry before the next one refers to it, and never one that was rejected. */
static enum avow_err record(struct avow_draft *draft, const struct avow_effect *effect)
{
    uint64_t number = effect->index / AVOW_STATUS_CHUNK_ENTRIES;
    if (effect->index % AVOW_STATUS_CHUNK_ENTRIES == 0) {
        enum avow_err err = add_chunk(draft, number, NULL, avow_bytes(NULL, 0));
        if (err != AVOW_OK)
            return err;
    }
    avow_buf_append(&draft->nodes[0], &effect->leaf, sizeof(effect->leaf));
    if (effect->changes_status) {
        const struct avow_status_entry *change = &effect->entry.status;
        struct event event = {change->target, effect->index};
        struct chunk *chunk = find_chunk(draft, change->target / AVOW_STATUS_CHUNK_ENTRIES);
        AVOW_ASSERT(chunk != NULL); /* apply has read it */
        avow_status_map_set(chunk->bytes, change->target, (enum avow_status)change->state);
        chunk->changed = true;
        avow_buf_append(&draft->events, &event, sizeof(event));
    }
    for (unsigned level = 0; level < AVOW_TREE_LEVELS; level++) {
        if (draft->nodes[level].err != AVOW_OK)
            return draft->nodes[level].err;
    }
    return draft->events.err;
}

enum avow_err avow_draft_append(struct avow_draft *draft, struct avow_bytes entry,
                                enum avow_reject *reject)
{
    size_t start = draft->bytes.len;
    avow_buf_append(&draft->bytes, entry.data, entry.len);
    if (draft->bytes.err != AVOW_OK)
        return draft->bytes.err;
    struct avow_effect effect;
    enum avow_err err = avow_apply(&draft->apply, avow_bytes(draft->bytes.data + start, entry.len),
                                   &effect, reject);
    if (err != AVOW_OK || *reject != AVOW_ACCEPT) {
        draft->bytes.len = start;
        return err;
    }
    size_t end = draft->bytes.len;
    avow_buf_append(&draft->ends, &end, sizeof(end));
    return draft->ends.err != AVOW_OK ? draft->ends.err : record(draft, &effect);
}

uint64_t avow_draft_base(const struct avow_draft *draft)
{
    return draft->base.size;
}

uint64_t avow_draft_size(const struct avow_draft *draft)
{
    return draft->state.tree.size;
}

const struct avow_state *avow_draft_state(const struct avow_draft *draft)
{
    return &draft->state;
}

struct avow_bytes avow_draft_entry(const struct avow_draft *draft, uint64_t index)
{
    AVOW_ASSERT(index >= draft->base.size && index < draft->state.tree.size);
    const size_t *ends = (const size_t *)(const void *)draft->ends.data;
    size_t position = (size_t)(index - draft->base.size);
    size_t start = position == 0 ? 0 : ends[position - 1];
    return avow_bytes(draft->bytes.data + start, ends[position] - start);
}

enum avow_err avow_draft_status(const struct avow_draft *draft, uint64_t target,
                                enum avow_status *status, uint64_t *last_status_entry)
{
    return view_status((void *)(uintptr_t)draft, target, status, last_status_entry);
}

/* ------------------------------------------------------------------ roots and proofs */

/* The level of the full subtree ("peak") of a tree of `size` leaves that leaf `index` is in. */
static unsigned peak_level(uint64_t size, uint64_t index)
{
    unsigned level = AVOW_TREE_LEVELS;
    uint64_t start = 0;
    while (level-- > 0) {
        uint64_t width = UINT64_C(1) << level;
        if ((size & width) == 0)
            continue;
        if (index < start + width)
            return level;
        start += width;
    }
    AVOW_ASSERT(false);
    return 0;
}

/* NOLINTBEGIN(misc-no-recursion): at most AVOW_TREE_LEVELS deep */
/* The hash of node (level, index) of the base's status map after the changes, from proved chunks: a
 * node above a changed chunk is recomputed; any other is in the path of a chunk beside it. */
static struct avow_hash status_node(const struct avow_draft *draft, size_t first, size_t last,
                                    unsigned level, uint64_t index)
{
    const struct chunk *chunk = chunk_at(draft, first);
    if (level == 0)
        return avow_status_map_chunk_hash(chunk->bytes);
    /* Chunks first to last - 1 are all that the draft knows below this node; at least one. */
    uint64_t middle = (2 * index + 1) << (level - 1);
    size_t split = first;
    while (split < last && chunk_at(draft, split)->number < middle)
        split++;
    struct avow_hash left, right;
    if (split > first)
        left = status_node(draft, first, split, level - 1, 2 * index);
    else
        memcpy(&left, chunk->path.data + (level - 1) * sizeof(left), sizeof(left));
    if (split < last)
        right = status_node(draft, split, last, level - 1, 2 * index + 1);
    else
        memcpy(&right, chunk->path.data + (level - 1) * sizeof(right), sizeof(right));
    return avow_merkle_node_hash(&left, &right);
}
/* NOLINTEND(misc-no-recursion) */

static struct avow_hash status_root(const struct avow_draft *draft)
{
    struct avow_tree tree = draft->status_base;
    uint64_t base = tree.size;
    size_t first = 0;
    while (first < chunk_count(draft) && chunk_at(draft, first)->number < base) {
        uint64_t number = chunk_at(draft, first)->number;
        unsigned level = peak_level(base, number);
        size_t last = first;
        bool changed = false;
        while (last < chunk_count(draft) && chunk_at(draft, last)->number < base &&
               chunk_at(draft, last)->number >> level == number >> level) {
            changed = changed || chunk_at(draft, last)->changed;
            last++;
        }
        if (changed)
            tree.peaks[level] = status_node(draft, first, last, level, number >> level);
        first = last;
    }
    for (; first < chunk_count(draft); first++) {
        struct avow_hash leaf = avow_status_map_chunk_hash(chunk_at(draft, first)->bytes);
        avow_tree_append(&tree, &leaf, NULL);
    }
    return avow_tree_root(&tree);
}

enum avow_err avow_draft_checkpoint(const struct avow_draft *draft, uint64_t time,
                                    struct avow_checkpoint *checkpoint)
{
    const struct avow_chain *chain = &draft->state.chain;
    if (chain->count == 0)
        return AVOW_ERR_INVALID;
    *checkpoint = (struct avow_checkpoint){
        .issuer = chain->issuer,
        .epoch = avow_chain_epoch(chain),
        .opening = *avow_chain_opening(chain),
        .size = draft->state.tree.size,
        .root = avow_tree_root(&draft->state.tree),
        .time = time,
        .status_root = status_root(draft),
    };
    return AVOW_OK;
}

static enum avow_err tree_node(void *context, unsigned level, uint64_t index,
                               struct avow_hash *hash)
{
    const struct avow_draft *draft = context;
    uint64_t start = draft->base.size >> level;
    if (index >= start) {
        size_t position = (size_t)(index - start) * sizeof(*hash);
        if (position + sizeof(*hash) > draft->nodes[level].len)
            return AVOW_ERR_NOT_FOUND;
        memcpy(hash, draft->nodes[level].data + position, sizeof(*hash));
        return AVOW_OK;
    }
    if ((start & 1) == 0 || index != start - 1)
        return AVOW_ERR_NOT_FOUND;
    *hash = draft->base.peaks[level];
    return AVOW_OK;
}

enum avow_err avow_draft_consistency(const struct avow_draft *draft, uint64_t size,
                                     struct avow_path *path)
{
    struct avow_tree_nodes nodes = {(void *)(uintptr_t)draft, tree_node};
    return avow_merkle_consistency_prove(&nodes, size, draft->state.tree.size, path);
}
