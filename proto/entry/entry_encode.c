/* Encoding entries, and the message under a root signature. */
#include "proto/codec/writer.h"
#include "proto/entry/entry.h"

static void write_optional_key(struct avow_buf *out, bool has, const struct avow_key *key)
{
    if (has)
        avow_write_key32(out, key);
    else
        avow_write_nil(out);
}

static void write_optional_hash(struct avow_buf *out, bool has, const struct avow_hash *hash)
{
    if (has)
        avow_write_hash(out, hash);
    else
        avow_write_nil(out);
}

static void write_inception(struct avow_buf *out, const struct avow_inception *inception)
{
    avow_write_text(out, inception->name);
    avow_write_text(out, inception->jurisdiction);
    avow_write_text(out, inception->website);
    avow_write_key32(out, &inception->root_key);
    avow_write_hash(out, &inception->next_root_digest);
    avow_write_key32(out, &inception->signing_key);
    write_optional_key(out, inception->has_heartbeat, &inception->heartbeat_key);
    avow_write_uint(out, inception->not_after);
}

static void write_key(struct avow_buf *out, const struct avow_key_entry *key)
{
    avow_write_uint(out, key->action);
    avow_write_uint(out, key->use);
    avow_write_key32(out, &key->key);
    avow_write_uint(out, key->not_after);
}

static void write_rotation(struct avow_buf *out, const struct avow_root_rotation *rotation)
{
    avow_write_key32(out, &rotation->new_root);
    avow_write_hash(out, &rotation->next_root_digest);
    avow_write_key32(out, &rotation->signing_key);
    write_optional_key(out, rotation->has_heartbeat, &rotation->heartbeat_key);
    avow_write_uint(out, rotation->not_after);
}

static void write_nodes(struct avow_buf *out, const struct avow_nodes *nodes)
{
    avow_write_array(out, nodes->count);
    avow_write_raw(out, nodes->list);
}

static void write_achievement(struct avow_buf *out, const struct avow_achievement *achievement)
{
    avow_write_text(out, achievement->code);
    avow_write_text(out, achievement->title);
    avow_write_text(out, achievement->language);
    avow_write_raw(out, achievement->details);
}

static void write_issue(struct avow_buf *out, const struct avow_issue *issue)
{
    avow_write_uint(out, issue->achievement);
    avow_write_hash(out, &issue->commitment);
    avow_write_uint(out, issue->valid_from);
    avow_write_uint(out, issue->valid_until);
}

static void write_status(struct avow_buf *out, const struct avow_status_entry *change)
{
    avow_write_uint(out, change->target);
    avow_write_uint(out, change->previous);
    avow_write_uint(out, change->state);
    avow_write_uint(out, change->reason);
    if (change->has_successor)
        avow_write_uint(out, change->successor);
    else
        avow_write_nil(out);
}

static void write_pathway(struct avow_buf *out, const struct avow_pathway *pathway)
{
    avow_write_uint(out, pathway->award);
    avow_write_text(out, pathway->title);
    avow_write_uint(out, pathway->cascade);
    avow_write_raw(out, pathway->rule);
}

static void write_recognition(struct avow_buf *out, const struct avow_recognition *recognition)
{
    avow_write_hash(out, &recognition->subject);
    avow_write_text(out, recognition->subject_name);
    avow_write_uint(out, recognition->role);
    avow_write_raw(out, recognition->scope);
    avow_write_raw(out, recognition->equivalence);
    avow_write_uint(out, recognition->valid_from);
    avow_write_uint(out, recognition->valid_until);
    avow_write_text(out, recognition->basis);
}

static void write_identity(struct avow_buf *out, const struct avow_identity *identity)
{
    avow_write_text(out, identity->name);
    avow_write_text(out, identity->jurisdiction);
    avow_write_text(out, identity->website);
}

static void write_closure(struct avow_buf *out, const struct avow_closure *closure)
{
    write_optional_hash(out, closure->has_successor, &closure->successor);
    write_optional_hash(out, closure->has_custodian, &closure->custodian);
    write_optional_key(out, closure->has_custodian, &closure->custodian_key);
    write_optional_hash(out, closure->has_custodian, &closure->next_root_digest);
    avow_write_uint(out, closure->not_after);
}

struct avow_signature *avow_entry_signature(struct avow_entry *entry)
{
    switch ((enum avow_kind)entry->kind) {
    case AVOW_KIND_KEY:
        return &entry->key.signature;
    case AVOW_KIND_ROOT_ROTATION:
        return &entry->rotation.signature;
    case AVOW_KIND_IDENTITY:
        return &entry->identity.signature;
    case AVOW_KIND_CLOSURE:
        return &entry->closure.signature;
    case AVOW_KIND_INCEPTION:
    case AVOW_KIND_NODES:
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_ISSUE:
    case AVOW_KIND_STATUS:
    case AVOW_KIND_PATHWAY:
    case AVOW_KIND_RECOGNITION:
        return NULL;
    }
    return NULL;
}

/* Writes the array of `items` items but for the signature, which is not among them. */
static void write_unsigned(struct avow_buf *out, const struct avow_entry *entry, size_t items)
{
    avow_write_array(out, items);
    avow_write_uint(out, entry->kind);
    avow_write_uint(out, entry->t);
    switch ((enum avow_kind)entry->kind) {
#define WRITE_CASE(name, number, word, member, items, root, status)                                \
    case AVOW_KIND_##name:                                                                         \
        write_##member(out, &entry->member);                                                       \
        return;
        AVOW_KIND_LIST(WRITE_CASE)
#undef WRITE_CASE
    }
}

void avow_entry_encode(struct avow_buf *out, const struct avow_entry *entry)
{
    if (entry->kind >= AVOW_KIND_INERT_MIN) {
        avow_buf_append(out, entry->bytes.data, entry->bytes.len);
        return;
    }
    AVOW_ASSERT(entry->kind < AVOW_KIND_COUNT);
    /* Nothing is written through this pointer. */
    const struct avow_signature *signature =
        avow_entry_signature((struct avow_entry *)(uintptr_t)entry);
    write_unsigned(out, entry, avow_kind_items(entry->kind));
    if (signature != NULL)
        avow_write_signature(out, signature);
}

void avow_entry_root_message(struct avow_buf *out, const struct avow_entry *entry,
                             const struct avow_hash *previous_leaf, uint64_t index,
                             const struct avow_hash *root_before)
{
    static const char label[] = "avow root 1\n";
    uint8_t at[8];
    AVOW_ASSERT(avow_kind_is_root(entry->kind) && entry->kind != AVOW_KIND_INCEPTION);
    avow_put_u64be(at, index);
    avow_buf_append(out, label, sizeof(label) - 1);
    avow_buf_append(out, previous_leaf->bytes, sizeof(previous_leaf->bytes));
    avow_buf_append(out, at, sizeof(at));
    avow_buf_append(out, root_before->bytes, sizeof(root_before->bytes));
    write_unsigned(out, entry, avow_kind_items(entry->kind) - 1);
}
