/* Decoding entries: shapes, bounds and vocabularies of every kind. */
#include "proto/entry/entry.h"

#include "proto/codec/reader.h"
#include "proto/entry/details.h"
#include "proto/entry/rule.h"
#include "proto/entry/scope.h"
#include "proto/entry/shape.h"

/* Judges a part that was cut out of `reader` and parsed apart. */
static void judge(struct avow_reader *reader, enum avow_reject reject)
{
    if (reject != AVOW_ACCEPT)
        avow_reader_reject(reader, reject);
}

/* An enumerated value: anything above `max` is an unknown word, not a number out of range. */
static uint64_t read_word(struct avow_reader *reader, uint64_t max)
{
    uint64_t word = avow_reader_uint(reader);
    if (word <= max)
        return word;
    avow_reader_reject(reader, AVOW_REJECT_VALUE);
    return 0;
}

static bool read_optional_key(struct avow_reader *reader, struct avow_key *key)
{
    if (avow_reader_nil(reader))
        return false;
    avow_reader_key32(reader, key);
    return true;
}

static bool read_optional_hash(struct avow_reader *reader, struct avow_hash *hash)
{
    if (avow_reader_nil(reader))
        return false;
    avow_reader_hash(reader, hash);
    return true;
}

/* A period whose end, if it has one, is not before its beginning. */
static void read_period(struct avow_reader *reader, uint64_t *from, uint64_t *until)
{
    *from = avow_reader_uint(reader);
    *until = avow_reader_uint(reader);
    if (*until != 0 && *until < *from)
        avow_reader_reject(reader, AVOW_REJECT_RANGE);
}

static void read_inception(struct avow_reader *reader, struct avow_inception *inception)
{
    *inception = (struct avow_inception){0};
    inception->name = avow_shape_read(reader, avow_shape_any);
    inception->jurisdiction = avow_shape_read(reader, avow_shape_jurisdiction);
    inception->website = avow_shape_read(reader, avow_shape_url);
    avow_reader_key32(reader, &inception->root_key);
    avow_reader_hash(reader, &inception->next_root_digest);
    avow_reader_key32(reader, &inception->signing_key);
    inception->has_heartbeat = read_optional_key(reader, &inception->heartbeat_key);
    inception->not_after = avow_reader_uint(reader);
}

static void read_key(struct avow_reader *reader, struct avow_key_entry *key)
{
    *key = (struct avow_key_entry){0};
    key->action = (enum avow_key_action)read_word(reader, AVOW_KEY_RETIRE);
    key->use = (enum avow_key_use)read_word(reader, AVOW_USE_HEARTBEAT);
    avow_reader_key32(reader, &key->key);
    key->not_after = avow_reader_uint(reader);
    avow_reader_signature(reader, &key->signature);
}

static void read_rotation(struct avow_reader *reader, struct avow_root_rotation *rotation)
{
    *rotation = (struct avow_root_rotation){0};
    avow_reader_key32(reader, &rotation->new_root);
    avow_reader_hash(reader, &rotation->next_root_digest);
    avow_reader_key32(reader, &rotation->signing_key);
    rotation->has_heartbeat = read_optional_key(reader, &rotation->heartbeat_key);
    rotation->not_after = avow_reader_uint(reader);
    avow_reader_signature(reader, &rotation->signature);
}

static void read_nodes(struct avow_reader *reader, struct avow_nodes *nodes)
{
    struct avow_text_list list =
        avow_text_list_read(reader, AVOW_NODES_MAX, avow_nodes_address_fits);
    *nodes = (struct avow_nodes){.count = list.count, .list = list.items};
    if (list.count == 0) {
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        return;
    }
    struct avow_bytes rest = list.items;
    struct avow_bytes address;
    bool found = avow_nodes_next(&rest, &nodes->home, &address);
    AVOW_ASSERT(found);
}

static void read_achievement(struct avow_reader *reader, struct avow_achievement *achievement)
{
    struct avow_details details;
    *achievement = (struct avow_achievement){0};
    achievement->code = avow_shape_read(reader, avow_shape_any);
    achievement->title = avow_shape_read(reader, avow_shape_any);
    achievement->language = avow_shape_read(reader, avow_shape_language);
    achievement->details = avow_reader_any_inside(reader, 1);
    if (reader->reject == AVOW_ACCEPT)
        judge(reader, avow_details_parse(achievement->details, &details));
}

static void read_issue(struct avow_reader *reader, struct avow_issue *issue)
{
    issue->achievement = avow_reader_uint(reader);
    avow_reader_hash(reader, &issue->commitment);
    read_period(reader, &issue->valid_from, &issue->valid_until);
}

/* A successor is named by a supersession and by nothing else. */
static void read_status(struct avow_reader *reader, struct avow_status_entry *change)
{
    *change = (struct avow_status_entry){0};
    change->target = avow_reader_uint(reader);
    change->previous = avow_reader_uint(reader);
    change->state = read_word(reader, AVOW_STATUS_SUPERSEDED);
    change->reason = read_word(reader, AVOW_REASON_COUNT - 1);
    change->has_successor = !avow_reader_nil(reader);
    if (change->has_successor)
        change->successor = avow_reader_uint(reader);
    if (change->has_successor != (change->state == AVOW_STATUS_SUPERSEDED))
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
}

static void read_pathway(struct avow_reader *reader, struct avow_pathway *pathway)
{
    *pathway = (struct avow_pathway){0};
    pathway->award = avow_reader_uint(reader);
    pathway->title = avow_shape_read(reader, avow_shape_any);
    pathway->cascade = read_word(reader, AVOW_CASCADE_COUNT - 1);
    pathway->rule = avow_reader_any_inside(reader, 1);
    if (reader->reject == AVOW_ACCEPT)
        judge(reader, avow_rule_check(pathway->rule));
}

static void read_recognition(struct avow_reader *reader, struct avow_recognition *recognition)
{
    struct avow_scope scope;
    *recognition = (struct avow_recognition){0};
    avow_reader_hash(reader, &recognition->subject);
    recognition->subject_name = avow_shape_read(reader, avow_shape_any);
    recognition->role = (enum avow_role)read_word(reader, AVOW_ROLE_AUTHORITY);
    recognition->scope = avow_reader_any_inside(reader, 1);
    recognition->equivalence = avow_reader_any_inside(reader, 1);
    read_period(reader, &recognition->valid_from, &recognition->valid_until);
    recognition->basis = avow_shape_read(reader, avow_shape_uri);
    if (reader->reject != AVOW_ACCEPT)
        return;
    judge(reader, avow_scope_parse(recognition->scope, &scope));
    if (scope.has_achievements && recognition->role != AVOW_ROLE_ISSUER)
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
    judge(reader, avow_equivalence_check(recognition->equivalence));
}

static void read_identity(struct avow_reader *reader, struct avow_identity *identity)
{
    *identity = (struct avow_identity){0};
    identity->name = avow_shape_read(reader, avow_shape_any);
    identity->jurisdiction = avow_shape_read(reader, avow_shape_jurisdiction);
    identity->website = avow_shape_read(reader, avow_shape_url);
    avow_reader_signature(reader, &identity->signature);
}

static void read_closure(struct avow_reader *reader, struct avow_closure *closure)
{
    *closure = (struct avow_closure){0};
    closure->has_successor = read_optional_hash(reader, &closure->successor);
    closure->has_custodian = read_optional_hash(reader, &closure->custodian);
    bool has_key = read_optional_key(reader, &closure->custodian_key);
    bool has_digest = read_optional_hash(reader, &closure->next_root_digest);
    closure->not_after = avow_reader_uint(reader);
    avow_reader_signature(reader, &closure->signature);
    if (has_key != closure->has_custodian || has_digest != closure->has_custodian ||
        (closure->not_after != 0) != closure->has_custodian)
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
}

static void read_fields(struct avow_reader *reader, struct avow_entry *entry)
{
    switch ((enum avow_kind)entry->kind) {
#define READ_CASE(name, number, word, member, items, root, status)                                 \
    case AVOW_KIND_##name:                                                                         \
        read_##member(reader, &entry->member);                                                     \
        return;
        AVOW_KIND_LIST(READ_CASE)
#undef READ_CASE
    }
}

/* A kind without fields of ours: well formed, and from AVOW_KIND_INERT_MIN up without effect. */
static enum avow_reject judge_unknown(struct avow_reader *reader, uint64_t kind, size_t items)
{
    for (size_t i = 2; i < items && reader->reject == AVOW_ACCEPT; i++)
        (void)avow_reader_any_inside(reader, 1);
    enum avow_reject reject = avow_reader_finish(reader);
    if (reject == AVOW_ACCEPT && kind < AVOW_KIND_INERT_MIN)
        return AVOW_REJECT_NEWER;
    return reject;
}

enum avow_reject avow_entry_decode(struct avow_bytes bytes, struct avow_entry *entry)
{
    struct avow_reader reader;
    if (bytes.len > AVOW_ENTRY_BYTES_MAX)
        return AVOW_REJECT_LENGTH;
    avow_reader_init(&reader, bytes);
    size_t items = avow_reader_array(&reader, AVOW_ENTRY_BYTES_MAX);
    entry->kind = avow_reader_uint(&reader);
    entry->t = avow_reader_uint(&reader);
    entry->bytes = bytes;
    if (reader.reject != AVOW_ACCEPT)
        return reader.reject;
    if (items < 2)
        return AVOW_REJECT_LENGTH;
    const size_t known = avow_kind_items(entry->kind);
    if (known == 0)
        return judge_unknown(&reader, entry->kind, items);
    if (items != known || (avow_kind_is_root(entry->kind) && bytes.len > AVOW_ROOT_ENTRY_BYTES_MAX))
        return AVOW_REJECT_LENGTH;
    read_fields(&reader, entry);
    return avow_reader_finish(&reader);
}
