/* A log number's entries applied again, every stored node and row compared on the way. */
#include "store/check/check_replay_inner.h"

#include "proto/log/evidence.h"
#include "store/catalogue/index.h"
#include "store/rows/charge.h"

#define PROBLEMS_PER_LOG 32 /* after these a log is bad enough */

void avow_replay_problem(struct avow_replay *replay, const char *what, uint64_t index)
{
    replay->problems++;
    if (replay->problems <= PROBLEMS_PER_LOG)
        replay->check->problem(replay->check, what, replay->issuer, index);
}

static enum avow_err view_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    struct avow_replay *replay = context;
    /* Not through the replay's own source: the entry that is being applied is a view from there. */
    struct avow_node_source other = {.db = replay->check->db, .log = replay->number};
    return avow_node_source_entry(&other, index, entry);
}

static enum avow_err view_status(void *context, uint64_t index, enum avow_status *status,
                                 uint64_t *last)
{
    const struct avow_replay *replay = context;
    avow_checker_status_get(&replay->status, index, status, last);
    return AVOW_OK;
}

static void sink_node(void *context, unsigned level, uint64_t index, const struct avow_hash *hash)
{
    struct avow_replay *replay = context;
    if (level < AVOW_BUNDLE_UNIT)
        return;
    if (level >= AVOW_BUNDLE_HEIGHT)
        replay->tile_nodes++;
    struct avow_hash stored;
    if (avow_node_source_node(&replay->source, level, index, &stored) != AVOW_OK ||
        !avow_hash_equal(&stored, hash))
        avow_replay_problem(replay, "a node of the tree is wrong or missing", index << level);
}

static enum avow_err check_index(struct avow_replay *replay, uint64_t index,
                                 const struct avow_entry *entry)
{
    enum avow_class class;
    bool good;
    if (!avow_index_class_of(entry, &class))
        return AVOW_OK;
    replay->indexed++;
    struct avow_checker *check = replay->check;
    if (entry->kind == AVOW_KIND_RECOGNITION)
        check->recognitions++;
    else
        check->catalogued++;
    enum avow_err err = avow_index_check(check->db, replay->number, index, entry, check->words,
                                         &check->terms, &good);
    if (err == AVOW_OK && !good)
        avow_replay_problem(replay, "an entry's row in an index is missing or wrong", index);
    return err;
}

void avow_replay_init(struct avow_replay *replay, struct avow_checker *check,
                      const struct avow_hash *issuer, uint32_t number)
{
    *replay = (struct avow_replay){.check = check, .issuer = issuer, .number = number};
    avow_state_init(&replay->state);
    replay->source = (struct avow_node_source){.db = check->db, .log = number};
    replay->view =
        (struct avow_log_view){.context = replay, .entry = view_entry, .status = view_status};
    replay->sink = (struct avow_tree_sink){.context = replay, .node = sink_node};
    avow_apply_init(&replay->apply, &replay->state, &replay->view, &replay->sink);
}

void avow_replay_fini(struct avow_replay *replay)
{
    replay->check->found.entries += replay->state.tree.size;
    replay->check->found.bytes += replay->bytes;
    avow_checker_status_fini(&replay->status);
    avow_state_fini(&replay->state);
}

enum avow_err avow_replay_to(struct avow_replay *replay, uint64_t size, bool *good)
{
    enum avow_err err = avow_checker_status_grow(&replay->status, size);
    *good = false;
    while (err == AVOW_OK && replay->state.tree.size < size) {
        uint64_t index = replay->state.tree.size;
        struct avow_bytes entry;
        err = avow_node_source_entry(&replay->source, index, &entry);
        if (err == AVOW_ERR_NOT_FOUND || err == AVOW_ERR_CORRUPT) {
            avow_replay_problem(replay, "an entry is missing or cannot be read", index);
            return AVOW_OK;
        }
        if (err != AVOW_OK)
            return err;
        struct avow_effect effect;
        enum avow_reject reject;
        replay->bytes += avow_charge_entry(entry);
        err = avow_apply(&replay->apply, entry, &effect, &reject);
        if (err == AVOW_ERR_NOT_FOUND || err == AVOW_ERR_CORRUPT || reject != AVOW_ACCEPT) {
            avow_replay_problem(replay, "an entry breaks a rule", index);
            return AVOW_OK;
        }
        if (err == AVOW_OK && effect.changes_status)
            err = avow_checker_status_set(&replay->status, effect.entry.status.target,
                                          (enum avow_status)effect.entry.status.state, index);
        if (err == AVOW_OK)
            err = check_index(replay, index, &effect.entry);
    }
    *good = err == AVOW_OK;
    return err;
}

enum avow_err avow_replay_compare(struct avow_replay *replay, const struct avow_state *stored,
                                  enum avow_chain_part part)
{
    struct avow_buf expected;
    struct avow_buf found;
    avow_buf_init(&expected, SIZE_MAX / 2);
    avow_buf_init(&found, SIZE_MAX / 2);
    avow_state_save(&expected, &replay->state);
    avow_state_save(&found, stored != NULL ? stored : &replay->state);
    enum avow_err err = expected.err != AVOW_OK ? expected.err : found.err;
    if (err == AVOW_OK && !avow_bytes_equal(avow_buf_bytes(&expected), avow_buf_bytes(&found)))
        avow_replay_problem(replay, "the stored state is not what the entries make it",
                            replay->state.tree.size);
    replay->chain_rows |= 1U << part;
    avow_buf_clear(&expected);
    avow_chain_save(&expected, &replay->state.chain);
    avow_row_seal(&expected);
    struct avow_dbkey key = avow_dbkey_part(replay->number, (uint8_t)part, 0);
    struct avow_bytes row = {0};
    if (err == AVOW_OK)
        err = expected.err;
    if (err == AVOW_OK)
        err = avow_db_get(replay->check->db, AVOW_TABLE_CHAINS, &key, &row);
    if (err == AVOW_ERR_NOT_FOUND ||
        (err == AVOW_OK && !avow_bytes_equal(avow_buf_bytes(&expected), row))) {
        avow_replay_problem(replay, "the stored root chain is not the entries' one",
                            replay->state.tree.size);
        err = AVOW_OK;
    }
    avow_buf_fini(&expected);
    avow_buf_fini(&found);
    return err;
}

void avow_replay_cosignatures(struct avow_replay *replay, const struct avow_checkpoint *checkpoint,
                              const struct avow_cosignature *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!avow_cosignature_verify(&lines[i], checkpoint))
            avow_replay_problem(replay, "a cosignature does not verify", checkpoint->size);
    }
}

enum avow_err avow_replay_signed(struct avow_replay *replay,
                                 const struct avow_checkpoint *checkpoint, bool *good)
{
    enum avow_err err = avow_replay_to(replay, checkpoint->size, good);
    if (err != AVOW_OK || !*good)
        return err;
    struct avow_hash root = avow_tree_root(&replay->state.tree);
    if (!avow_hash_equal(&root, &checkpoint->root))
        avow_replay_problem(replay, "the tree root is not the signed one", checkpoint->size);
    if (avow_evidence_judge_checkpoint(checkpoint, &replay->state.chain) != AVOW_ACCEPT)
        avow_replay_problem(replay, "the checkpoint's signature or key is not good",
                            checkpoint->size);
    return avow_checker_status_accepted(replay->check, replay->number, replay->issuer,
                                        &replay->status, checkpoint->size,
                                        &checkpoint->status_root);
}

static enum avow_err kept_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_replay *replay = context;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    if (key.len != 12 || avow_row_kept_read(value, &checkpoint, lines, &count) != AVOW_OK ||
        avow_get_u64be(key.data + 4) != checkpoint.size ||
        !avow_hash_equal(&checkpoint.issuer, replay->issuer) ||
        !avow_checkpoint_verify(&checkpoint)) {
        avow_replay_problem(replay, "a kept checkpoint is damaged", 0);
        return AVOW_OK;
    }
    avow_replay_cosignatures(replay, &checkpoint, lines, count);
    const struct avow_tree_nodes nodes = {.context = &replay->source,
                                          .node = avow_node_source_node};
    struct avow_hash root;
    if (checkpoint.size > replay->state.tree.size ||
        avow_tree_root_at(&nodes, checkpoint.size, &root) != AVOW_OK ||
        !avow_hash_equal(&root, &checkpoint.root))
        avow_replay_problem(replay, "a kept checkpoint is not of this log", checkpoint.size);
    return AVOW_OK;
}

struct tally {
    uint64_t rows;
    uint64_t units; /* entries of bundles, nodes of tiles */
    bool tiles;
};

static enum avow_err tally_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct tally *tally = context;
    struct avow_bundle bundle;
    (void)key;
    tally->rows++;
    if (tally->tiles)
        tally->units += (value.len + sizeof(struct avow_hash) - 1) / sizeof(struct avow_hash);
    else if (avow_bundle_open(value, &bundle) == AVOW_OK)
        tally->units += bundle.count;
    return AVOW_OK;
}

/* Root chains that have not been compared, and status rows of parts that the log has not. */
static enum avow_err check_parts(struct avow_replay *replay)
{
    struct avow_dbkey first = avow_dbkey_log(replay->number);
    struct avow_dbkey after = avow_dbkey_part(
        replay->number,
        replay->has_pending ? AVOW_STATUS_PENDING_EVENTS + 1 : AVOW_STATUS_PENDING_CHUNKS, 0);
    uint64_t chains = 0;
    uint64_t left = 0;
    enum avow_err err = avow_db_count(replay->check->db, AVOW_TABLE_CHAINS, &first, 4, &chains);
    if (err == AVOW_OK)
        err = avow_db_count(replay->check->db, AVOW_TABLE_STATUS, &after, 4, &left);
    if (err == AVOW_OK && chains != (uint64_t)__builtin_popcount(replay->chain_rows))
        avow_replay_problem(replay, "a root chain is stored that the log has not", 0);
    if (err == AVOW_OK && left > 0)
        avow_replay_problem(replay, "status rows are stored that the log has not", 0);
    return err;
}

enum avow_err avow_replay_leftovers(struct avow_replay *replay)
{
    uint64_t size = replay->state.tree.size;
    struct avow_dbkey first = avow_dbkey_log(replay->number);
    struct tally bundles = {0};
    struct tally tiles = {.tiles = true};
    uint64_t indexed;
    enum avow_err err =
        avow_db_walk(replay->check->db, AVOW_TABLE_BUNDLES, &first, 4, tally_row, &bundles);
    if (err == AVOW_OK)
        err = avow_db_walk(replay->check->db, AVOW_TABLE_TILES, &first, 4, tally_row, &tiles);
    if (err == AVOW_OK && (bundles.units != size ||
                           bundles.rows != (size + AVOW_BUNDLE_ENTRIES - 1) / AVOW_BUNDLE_ENTRIES))
        avow_replay_problem(replay, "entries are stored beyond the log's size", size);
    if (err == AVOW_OK && tiles.units != replay->tile_nodes)
        avow_replay_problem(replay, "tree nodes are stored beyond the log's size", size);
    if (err == AVOW_OK)
        err = avow_index_count(replay->check->db, replay->number, &indexed);
    if (err == AVOW_OK && indexed != replay->indexed)
        avow_replay_problem(replay, "an index has rows that no entry of the log has", size);
    if (err == AVOW_OK)
        err = avow_db_walk(replay->check->db, AVOW_TABLE_HISTORY, &first, 4, kept_row, replay);
    return err == AVOW_OK ? check_parts(replay) : err;
}

enum avow_err avow_replay_number(struct avow_replay *replay)
{
    struct avow_hash issuer;
    enum avow_err err = avow_row_number_read(replay->check->db, replay->number, &issuer);
    if (err == AVOW_OK && avow_hash_equal(&issuer, replay->issuer))
        return AVOW_OK;
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND && err != AVOW_ERR_CORRUPT)
        return err;
    avow_replay_problem(replay, "the log's number is not known as its issuer's", replay->number);
    return AVOW_OK;
}
