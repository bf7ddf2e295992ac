/* Logs for tests, in memory. Allocation failure and a rejected entry that must be accepted abort.
 */
#include "tests/support/log_builder.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/codec/id.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"

static enum avow_err view_entry(void *context, uint64_t index, struct avow_bytes *entry)
{
    const struct log_builder *builder = context;
    AVOW_ASSERT(index < builder->count);
    *entry = builder->rows[index].bytes;
    return AVOW_OK;
}

static enum avow_err view_status(void *context, uint64_t index, enum avow_status *status,
                                 uint64_t *last_status_entry)
{
    const struct log_builder *builder = context;
    AVOW_ASSERT(index < builder->count);
    *status = builder->rows[index].status;
    *last_status_entry = builder->rows[index].last_status_entry;
    return AVOW_OK;
}

struct log_key log_builder_key(const struct log_builder *builder, const char *name)
{
    struct log_key made;
    struct avow_bytes parts[] = {avow_bytes_text(builder->seed), avow_bytes_text("/"),
                                 avow_bytes_text(name)};
    struct avow_hash seed = avow_sha256(parts, 3);
    avow_ed25519_from_seed(seed.bytes, &made.secret, &made.key);
    return made;
}

static struct log_key numbered_key(const struct log_builder *builder, const char *what, unsigned n)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s %u", what, n);
    return log_builder_key(builder, name);
}

struct log_key log_builder_node_key(const struct log_builder *builder)
{
    return log_builder_key(builder, "node");
}

static struct avow_hash digest_of(const struct avow_key *key)
{
    struct avow_bytes bytes = avow_bytes(key->bytes, sizeof(key->bytes));
    return avow_sha256(&bytes, 1);
}

void log_builder_init(struct log_builder *builder, const char *seed)
{
    *builder = (struct log_builder){.t = LOG_BUILDER_T0, .key_life_s = AVOW_KEY_LIFE_MAX_S};
    (void)snprintf(builder->seed, sizeof(builder->seed), "%s", seed);
    avow_state_init(&builder->state);
    builder->root = numbered_key(builder, "root", 0);
    builder->next_root = numbered_key(builder, "root", 1);
    builder->sign = numbered_key(builder, "sign", 0);
    builder->heartbeat = numbered_key(builder, "heartbeat", 0);
    builder->roots = 2;
}

void log_builder_fini(struct log_builder *builder)
{
    for (size_t i = 0; i < builder->count; i++)
        free((void *)builder->rows[i].bytes.data);
    free(builder->rows);
    avow_state_fini(&builder->state);
    *builder = (struct log_builder){0};
}

void log_builder_start(struct log_builder *builder, const char *seed)
{
    log_builder_init(builder, seed);
    struct log_key node = log_builder_node_key(builder);
    log_builder_add_inception(builder);
    log_builder_add_nodes(builder, &node.key, "node.example:4747");
}

void log_builder_copy(struct log_builder *to, const struct log_builder *from, size_t size)
{
    log_builder_init(to, from->seed);
    for (size_t i = 0; i < size; i++) {
        enum avow_reject reject = log_builder_try_bytes(to, from->rows[i].bytes);
        AVOW_ASSERT(reject == AVOW_ACCEPT);
    }
    to->roots = from->roots;
    to->t = from->t;
    to->key_life_s = from->key_life_s;
    to->root = from->root;
    to->next_root = from->next_root;
    to->sign = from->sign;
    to->heartbeat = from->heartbeat;
}

void log_builder_inception(struct log_builder *builder, struct avow_entry *entry)
{
    *entry = (struct avow_entry){.kind = AVOW_KIND_INCEPTION, .t = builder->t};
    entry->inception = (struct avow_inception){
        .name = avow_bytes_text("Universidade de Teste"),
        .jurisdiction = avow_bytes_text("PT-13"),
        .website = avow_bytes_text("https://teste.example/"),
        .root_key = builder->root.key,
        .next_root_digest = digest_of(&builder->next_root.key),
        .signing_key = builder->sign.key,
        .has_heartbeat = true,
        .heartbeat_key = builder->heartbeat.key,
        .not_after = builder->t + builder->key_life_s,
    };
}

/* Brings the keys "sign N" and "heartbeat N" and commits to "root N+1", N counting rotations. */
void log_builder_rotation(struct log_builder *builder, struct avow_entry *entry)
{
    unsigned n = builder->roots - 1;
    struct log_key next = numbered_key(builder, "root", n + 1);
    *entry = (struct avow_entry){.kind = AVOW_KIND_ROOT_ROTATION, .t = builder->t};
    entry->rotation = (struct avow_root_rotation){
        .new_root = builder->next_root.key,
        .next_root_digest = digest_of(&next.key),
        .signing_key = numbered_key(builder, "sign", n).key,
        .has_heartbeat = true,
        .heartbeat_key = numbered_key(builder, "heartbeat", n).key,
        .not_after = builder->t + builder->key_life_s,
    };
}

void log_builder_authorisation(struct log_builder *builder, struct avow_entry *entry,
                               enum avow_key_use use, const struct avow_key *key)
{
    *entry = (struct avow_entry){.kind = AVOW_KIND_KEY, .t = builder->t};
    entry->key = (struct avow_key_entry){
        .action = AVOW_KEY_AUTHORISE,
        .use = use,
        .key = *key,
        .not_after = builder->t + builder->key_life_s,
    };
}

void log_builder_retirement(struct log_builder *builder, struct avow_entry *entry,
                            enum avow_key_use use, const struct avow_key *key)
{
    *entry = (struct avow_entry){.kind = AVOW_KIND_KEY, .t = builder->t};
    entry->key = (struct avow_key_entry){.action = AVOW_KEY_RETIRE, .use = use, .key = *key};
    for (size_t i = 0; i < builder->state.chain.key_count; i++) {
        if (avow_key_equal(&builder->state.chain.keys[i].key, key))
            entry->key.not_after = builder->state.chain.keys[i].not_after;
    }
}

void log_builder_naming(struct log_builder *builder, struct avow_entry *entry, const char *name)
{
    *entry = (struct avow_entry){.kind = AVOW_KIND_IDENTITY, .t = builder->t};
    entry->identity.name = avow_bytes_text(name);
    entry->identity.jurisdiction = avow_bytes_text("PT");
    entry->identity.website = avow_bytes_text("https://novo.example/");
}

void log_builder_closing(struct log_builder *builder, struct avow_entry *entry)
{
    *entry = (struct avow_entry){.kind = AVOW_KIND_CLOSURE, .t = builder->t};
}

void log_builder_status_change(struct log_builder *builder, struct avow_entry *entry,
                               uint64_t target, enum avow_status state, enum avow_reason reason,
                               uint64_t successor)
{
    *entry = (struct avow_entry){.kind = AVOW_KIND_STATUS, .t = builder->t};
    entry->status = (struct avow_status_entry){
        .target = target,
        .previous = target < builder->count ? builder->rows[target].last_status_entry : 0,
        .state = state,
        .reason = reason,
        .has_successor = successor != LOG_BUILDER_NONE,
        .successor = successor != LOG_BUILDER_NONE ? successor : 0,
    };
}

void log_builder_sign(const struct log_builder *builder, struct avow_entry *entry,
                      const struct log_key *root)
{
    uint8_t storage[2 * AVOW_ROOT_ENTRY_BYTES_MAX];
    struct avow_buf message;
    struct avow_hash before = avow_tree_root(&builder->state.tree);
    avow_buf_init_fixed(&message, storage, sizeof(storage));
    avow_entry_root_message(&message, entry, avow_chain_opening(&builder->state.chain),
                            builder->count, &before);
    AVOW_ASSERT(message.err == AVOW_OK);
    avow_ed25519_sign(&root->secret, avow_buf_bytes(&message), avow_entry_signature(entry));
}

static void keep(struct log_builder *builder, struct avow_bytes bytes)
{
    if (builder->count == builder->cap) {
        builder->cap = builder->cap == 0 ? 64 : builder->cap * 2;
        builder->rows = realloc(builder->rows, builder->cap * sizeof(*builder->rows));
        AVOW_ASSERT(builder->rows != NULL);
    }
    builder->rows[builder->count++] =
        (struct log_builder_row){.bytes = bytes, .leaf = builder->effect.leaf};
    if (builder->effect.changes_status) {
        struct log_builder_row *target = &builder->rows[builder->effect.entry.status.target];
        target->status = (enum avow_status)builder->effect.entry.status.state;
        target->last_status_entry = builder->effect.index;
    }
}

enum avow_reject log_builder_try_bytes(struct log_builder *builder, struct avow_bytes bytes)
{
    struct avow_apply apply;
    enum avow_reject reject;
    uint8_t *copy = malloc(bytes.len + 1);
    AVOW_ASSERT(copy != NULL);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    builder->view = (struct avow_log_view){builder, view_entry, view_status};
    avow_apply_init(&apply, &builder->state, &builder->view, NULL);
    enum avow_err err = avow_apply(&apply, avow_bytes(copy, bytes.len), &builder->effect, &reject);
    AVOW_ASSERT(err == AVOW_OK);
    if (reject == AVOW_ACCEPT)
        keep(builder, avow_bytes(copy, bytes.len));
    else
        free(copy);
    return reject;
}

enum avow_reject log_builder_try(struct log_builder *builder, const struct avow_entry *entry)
{
    struct avow_buf bytes;
    avow_buf_init(&bytes, SIZE_MAX / 2);
    avow_entry_encode(&bytes, entry);
    AVOW_ASSERT(bytes.err == AVOW_OK);
    enum avow_reject reject = log_builder_try_bytes(builder, avow_buf_bytes(&bytes));
    avow_buf_fini(&bytes);
    return reject;
}

uint64_t log_builder_append(struct log_builder *builder, const struct avow_entry *entry)
{
    enum avow_reject reject = log_builder_try(builder, entry);
    if (reject != AVOW_ACCEPT)
        (void)fprintf(stderr, "%s at %zu: %s\n", avow_kind_name(entry->kind), builder->count,
                      avow_reject_text(reject));
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return builder->effect.index;
}

uint64_t log_builder_add_inception(struct log_builder *builder)
{
    struct avow_entry entry;
    log_builder_inception(builder, &entry);
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_add_nodes(struct log_builder *builder, const struct avow_key *node,
                               const char *address)
{
    char id[AVOW_NODE_TEXT_MAX];
    char text[AVOW_NODE_TEXT_MAX + 256];
    uint8_t storage[sizeof(text) + 8];
    struct avow_buf list;
    struct avow_entry entry = {.kind = AVOW_KIND_NODES, .t = builder->t};
    avow_id_node_text(node, id);
    (void)snprintf(text, sizeof(text), "%s@%s", id, address);
    avow_buf_init_fixed(&list, storage, sizeof(storage));
    avow_write_text(&list, avow_bytes_text(text));
    entry.nodes = (struct avow_nodes){.count = 1, .list = avow_buf_bytes(&list)};
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_add_achievement(struct log_builder *builder, const char *code,
                                     const char *title)
{
    static const uint8_t no_details[] = {0x80};
    struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = builder->t};
    entry.achievement = (struct avow_achievement){
        .code = avow_bytes_text(code),
        .title = avow_bytes_text(title),
        .language = avow_bytes_text("en"),
        .details = avow_bytes(no_details, sizeof(no_details)),
    };
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_add_issue(struct log_builder *builder, uint64_t achievement)
{
    uint8_t index[8];
    avow_put_u64be(index, builder->count);
    struct avow_bytes parts[] = {avow_bytes_text(builder->seed), avow_bytes(index, sizeof(index))};
    struct avow_hash commitment = avow_sha256(parts, 2);
    return log_builder_add_issue_of(builder, achievement, &commitment, builder->t, 0);
}

uint64_t log_builder_add_issue_of(struct log_builder *builder, uint64_t achievement,
                                  const struct avow_hash *commitment, uint64_t valid_from,
                                  uint64_t valid_until)
{
    struct avow_entry entry = {.kind = AVOW_KIND_ISSUE, .t = builder->t};
    entry.issue = (struct avow_issue){achievement, *commitment, valid_from, valid_until};
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_add_status(struct log_builder *builder, uint64_t target,
                                enum avow_status state, enum avow_reason reason, uint64_t successor)
{
    struct avow_entry entry;
    log_builder_status_change(builder, &entry, target, state, reason, successor);
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_add_pathway(struct log_builder *builder, uint64_t award,
                                 struct avow_bytes rule)
{
    struct avow_entry entry = {.kind = AVOW_KIND_PATHWAY, .t = builder->t};
    entry.pathway =
        (struct avow_pathway){.award = award, .title = avow_bytes_text("Pathway"), .rule = rule};
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_add_recognition(struct log_builder *builder, const struct avow_hash *subject,
                                     enum avow_role role)
{
    static const uint8_t no_scope[] = {0x80};
    static const uint8_t no_rows[] = {0x90};
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = builder->t};
    entry.recognition = (struct avow_recognition){
        .subject = *subject,
        .subject_name = avow_bytes_text("Recognised"),
        .role = role,
        .scope = avow_bytes(no_scope, sizeof(no_scope)),
        .equivalence = avow_bytes(no_rows, sizeof(no_rows)),
        .basis = avow_bytes_text("https://basis.example/decree"),
    };
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_rotate_root(struct log_builder *builder)
{
    struct avow_entry entry;
    unsigned n = builder->roots - 1;
    log_builder_rotation(builder, &entry);
    log_builder_sign(builder, &entry, &builder->next_root);
    uint64_t index = log_builder_append(builder, &entry);
    builder->root = builder->next_root;
    builder->next_root = numbered_key(builder, "root", n + 1);
    builder->sign = numbered_key(builder, "sign", n);
    builder->heartbeat = numbered_key(builder, "heartbeat", n);
    builder->roots++;
    return index;
}

uint64_t log_builder_authorise(struct log_builder *builder, enum avow_key_use use,
                               const struct avow_key *key)
{
    struct avow_entry entry;
    log_builder_authorisation(builder, &entry, use, key);
    log_builder_sign(builder, &entry, &builder->root);
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_retire(struct log_builder *builder, enum avow_key_use use,
                            const struct avow_key *key)
{
    struct avow_entry entry;
    log_builder_retirement(builder, &entry, use, key);
    log_builder_sign(builder, &entry, &builder->root);
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_rename(struct log_builder *builder, const char *name)
{
    struct avow_entry entry;
    log_builder_naming(builder, &entry, name);
    log_builder_sign(builder, &entry, &builder->root);
    return log_builder_append(builder, &entry);
}

uint64_t log_builder_close(struct log_builder *builder, const struct avow_hash *custodian)
{
    struct avow_entry entry;
    log_builder_closing(builder, &entry);
    struct log_key sign = log_builder_key(builder, "custodian sign");
    struct log_key root = log_builder_key(builder, "custodian root");
    if (custodian != NULL) {
        entry.closure.has_custodian = true;
        entry.closure.custodian = *custodian;
        entry.closure.custodian_key = sign.key;
        entry.closure.next_root_digest = digest_of(&root.key);
        entry.closure.not_after = builder->t + builder->key_life_s;
    }
    log_builder_sign(builder, &entry, &builder->root);
    uint64_t index = log_builder_append(builder, &entry);
    if (custodian != NULL) {
        builder->sign = sign;
        builder->next_root = root;
    }
    return index;
}

static struct avow_hash full_node(const struct log_builder *builder, unsigned level, uint64_t index)
{
    if (level == 0)
        return builder->rows[index].leaf;
    struct avow_hash left = full_node(builder, level - 1, 2 * index);
    struct avow_hash right = full_node(builder, level - 1, 2 * index + 1);
    return avow_merkle_node_hash(&left, &right);
}

static enum avow_err tree_node(void *context, unsigned level, uint64_t index,
                               struct avow_hash *hash)
{
    const struct log_builder *builder = context;
    if (builder->count >> level <= index)
        return AVOW_ERR_NOT_FOUND;
    *hash = full_node(builder, level, index);
    return AVOW_OK;
}

struct avow_tree_nodes log_builder_nodes(const struct log_builder *builder)
{
    return (struct avow_tree_nodes){.context = (void *)builder, .node = tree_node};
}

struct avow_hash log_builder_root_at(const struct log_builder *builder, uint64_t size)
{
    struct avow_tree tree = {0};
    AVOW_ASSERT(size <= builder->count);
    for (size_t i = 0; i < size; i++)
        avow_tree_append(&tree, &builder->rows[i].leaf, NULL);
    return avow_tree_root(&tree);
}

void log_builder_chunk(const struct log_builder *builder, uint64_t chunk,
                       uint8_t out[AVOW_STATUS_CHUNK_BYTES])
{
    uint64_t first = chunk * AVOW_STATUS_CHUNK_ENTRIES;
    memset(out, 0, AVOW_STATUS_CHUNK_BYTES);
    for (uint64_t i = first; i < builder->count && i < first + AVOW_STATUS_CHUNK_ENTRIES; i++)
        avow_status_map_set(out, i, builder->rows[i].status);
}

static enum avow_err status_node(void *context, unsigned level, uint64_t index,
                                 struct avow_hash *hash, bool *found)
{
    const struct log_builder *builder = context;
    struct avow_hash children[2];
    uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
    *found = index << level < avow_status_map_chunk_count(builder->count);
    if (!*found)
        return AVOW_OK;
    if (level == 0) {
        log_builder_chunk(builder, index, chunk);
        *hash = avow_status_map_chunk_hash(chunk);
        return AVOW_OK;
    }
    for (unsigned i = 0; i < 2; i++) {
        bool child;
        enum avow_err err = status_node(context, level - 1, 2 * index + i, &children[i], &child);
        AVOW_ASSERT(err == AVOW_OK);
        if (!child)
            children[i] = avow_status_map_zero_node(level - 1);
    }
    *hash = avow_merkle_node_hash(&children[0], &children[1]);
    return AVOW_OK;
}

static struct avow_status_nodes status_nodes(const struct log_builder *builder)
{
    return (struct avow_status_nodes){.context = (void *)builder, .node = status_node};
}

struct avow_hash log_builder_status_root(const struct log_builder *builder)
{
    struct avow_hash root;
    struct avow_status_nodes nodes = status_nodes(builder);
    enum avow_err err = avow_status_map_root(&nodes, builder->count, &root);
    AVOW_ASSERT(err == AVOW_OK);
    return root;
}

struct avow_path log_builder_status_path(const struct log_builder *builder, uint64_t chunk)
{
    struct avow_path path;
    struct avow_status_nodes nodes = status_nodes(builder);
    enum avow_err err = avow_status_map_prove(&nodes, chunk, builder->count, &path);
    AVOW_ASSERT(err == AVOW_OK);
    return path;
}
