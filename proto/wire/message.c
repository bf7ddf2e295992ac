/* One table says what every message is: its bound, and its fields in their order. Decoding and
 * encoding walk the same table, so that they cannot disagree. */
#include "proto/wire/message.h"

#include "proto/codec/reader.h"
#include "proto/codec/writer.h"
#include "proto/entry/entry.h"
#include "proto/log/evidence.h"
#include "proto/log/fork.h"

#define TEXT_MAX 4096
#define ADDRESS_MAX 300
#define JSON_TEXT_MAX ((size_t)512 * 1024)
#define LIST_CHECKPOINTS_MAX 256
#define LIST_ENTRIES_MAX 65536
#define LIST_CHAIN_MAX AVOW_ROOT_ENTRIES_MAX
#define ITEMS_MAX 15 /* of a message: what one byte of header can say */
#define PATH_BYTES_MAX (AVOW_PATH_MAX * sizeof(struct avow_hash))

enum field {
    F_END,
    F_ISSUER,
    F_KEY,
    F_SIGNATURE,
    F_SEED,
    F_CHECKPOINT,
    F_COSIGNATURES,
    F_PATH,
    F_FROM,
    F_SIZE,
    F_COUNT,
    F_INDEX,
    F_AT,
    F_TIME,
    F_EPOCH,
    F_ROLE,
    F_CODE,
    F_FLAGS,
    F_LAST,
    F_WHOLE,
    F_WORD,
    F_WHY,
    F_STATE,
    F_REASON,
    F_SINCE,
    F_AGE,
    F_TEXT,
    F_JSON,
    F_ADDRESS,
    F_EVIDENCE,
    F_ENTRIES,
    F_CHECKPOINTS,
    F_INDICES,
    F_CHUNKS,
    F_CHAIN,
    F_FORK,
    F_DIGESTS,
    F_STATUSES,
    F_POLICY,
    F_QUERY,
    F_RESULTS,
    F_PLACE,
    F_REFERENCES,
    F_RECOGNITIONS,
};

#define FIELDS_MAX 9

struct shape {
    uint32_t bytes_max;
    uint8_t fields[FIELDS_MAX]; /* enum field, ended by F_END unless full */
};

#define SMALL 512
#define MEDIUM 8192

static const struct shape shapes[] = {
    [AVOW_MESSAGE_HELLO] = {MEDIUM, {F_ROLE, F_TIME, F_EPOCH, F_TEXT, F_ADDRESS}},
    [AVOW_MESSAGE_PING] = {SMALL, {F_END}},
    [AVOW_MESSAGE_PONG] = {SMALL, {F_END}},
    [AVOW_MESSAGE_CLOSE] = {MEDIUM, {F_CODE, F_TEXT}},
    [AVOW_MESSAGE_REFUSED] = {MEDIUM, {F_CODE, F_SIZE, F_TEXT}},
    [AVOW_MESSAGE_ANNOUNCE] = {MEDIUM, {F_CHECKPOINT, F_COSIGNATURES}},
    [AVOW_MESSAGE_GET_CHAIN] = {SMALL, {F_ISSUER, F_SIZE}},
    [AVOW_MESSAGE_CHAIN] = {AVOW_MESSAGE_BYTES_MAX, {F_ISSUER, F_SIZE, F_CHAIN}},
    [AVOW_MESSAGE_GET_RANGE] = {SMALL, {F_ISSUER, F_FROM, F_COUNT, F_SIZE}},
    [AVOW_MESSAGE_RANGE] = {AVOW_MESSAGE_BYTES_MAX, {F_ISSUER, F_FROM, F_SIZE, F_ENTRIES, F_PATH}},
    [AVOW_MESSAGE_GET_CONSISTENCY] = {SMALL, {F_ISSUER, F_FROM, F_SIZE}},
    [AVOW_MESSAGE_CONSISTENCY] = {MEDIUM, {F_ISSUER, F_FROM, F_SIZE, F_PATH}},
    [AVOW_MESSAGE_LIST] = {SMALL, {F_ISSUER}},
    [AVOW_MESSAGE_LOGS] = {AVOW_MESSAGE_BYTES_MAX, {F_LAST, F_CHECKPOINTS}},
    [AVOW_MESSAGE_VERIFY] = {SMALL, {F_ISSUER, F_INDEX, F_AT}},
    [AVOW_MESSAGE_VERDICT] = {SMALL,
                              {F_WORD, F_WHY, F_STATE, F_REASON, F_SINCE, F_SIZE, F_TIME, F_AGE}},
    [AVOW_MESSAGE_PROVE] = {MEDIUM * 8, {F_ISSUER, F_FLAGS, F_INDICES, F_CHUNKS}},
    [AVOW_MESSAGE_EVIDENCE] = {AVOW_MESSAGE_BYTES_MAX, {F_EVIDENCE}},
    [AVOW_MESSAGE_PROVE_UNDER] = {MEDIUM * 8, {F_ISSUER, F_FLAGS, F_AT, F_POLICY, F_REFERENCES}},
    [AVOW_MESSAGE_STATUS] = {SMALL, {F_END}},
    [AVOW_MESSAGE_STATUS_REPLY] = {AVOW_MESSAGE_BYTES_MAX, {F_JSON}},
    [AVOW_MESSAGE_PEERS] = {SMALL, {F_END}},
    [AVOW_MESSAGE_PEERS_REPLY] = {AVOW_MESSAGE_BYTES_MAX, {F_JSON}},
    [AVOW_MESSAGE_GET_POLICY] = {SMALL, {F_TEXT}},
    [AVOW_MESSAGE_POLICY] = {MEDIUM * 8, {F_POLICY}},
    [AVOW_MESSAGE_FIND] = {MEDIUM * 8, {F_QUERY}},
    [AVOW_MESSAGE_FOUND] = {AVOW_MESSAGE_BYTES_MAX, {F_RESULTS}},
    [AVOW_MESSAGE_RECOGNISED] = {SMALL, {F_ISSUER, F_PLACE}},
    [AVOW_MESSAGE_RECOGNITIONS] = {MEDIUM * 8, {F_RECOGNITIONS, F_PLACE}},
    [AVOW_MESSAGE_GET_FORKS] = {SMALL, {F_ISSUER}},
    [AVOW_MESSAGE_FORKS] = {128 * 1024, {F_LAST, F_DIGESTS}},
    [AVOW_MESSAGE_GET_FORK] = {SMALL, {F_ISSUER}},
    [AVOW_MESSAGE_FORK] = {MEDIUM, {F_ISSUER, F_COUNT, F_FORK}},
    [AVOW_MESSAGE_GET_OTHER] = {SMALL, {F_ISSUER, F_INDEX}},
    [AVOW_MESSAGE_OTHER] = {AVOW_MESSAGE_BYTES_MAX, {F_CHECKPOINT, F_CHAIN}},
    [AVOW_MESSAGE_GET_STATUSES] = {SMALL, {F_ISSUER, F_FROM}},
    [AVOW_MESSAGE_STATUSES] = {256 * 1024, {F_ISSUER, F_FROM, F_STATUSES}},
    [AVOW_MESSAGE_SIGNER] = {SMALL, {F_ISSUER, F_KEY, F_SIGNATURE}},
    [AVOW_MESSAGE_DONE] = {SMALL, {F_END}},
    [AVOW_MESSAGE_PROPOSE] = {AVOW_MESSAGE_BYTES_MAX, {F_CHECKPOINT, F_FROM, F_ENTRIES, F_PATH}},
    [AVOW_MESSAGE_HELD] = {SMALL, {F_SIZE, F_WHOLE}},
    [AVOW_MESSAGE_SIGN] = {SMALL, {F_ISSUER, F_SIZE, F_KEY, F_SIGNATURE}},
    [AVOW_MESSAGE_ACCEPTED] = {MEDIUM, {F_CHECKPOINT, F_COSIGNATURES}},
    [AVOW_MESSAGE_GET_HELD] = {SMALL, {F_ISSUER}},
    [AVOW_MESSAGE_HELD_TEXT] = {MEDIUM, {F_FROM, F_SIZE, F_CHECKPOINT}},
    [AVOW_MESSAGE_GET_HELD_RANGE] = {SMALL, {F_ISSUER, F_FROM, F_COUNT}},
    [AVOW_MESSAGE_WITHDRAW] = {SMALL, {F_ISSUER}},
    [AVOW_MESSAGE_HEARTBEAT_KEY] = {SMALL, {F_ISSUER, F_SEED}},
    [AVOW_MESSAGE_RECOVER] = {AVOW_MESSAGE_BYTES_MAX, {F_CHECKPOINT, F_FROM, F_ENTRIES}},
};

static const struct shape *shape_of(uint64_t type)
{
    if (type >= sizeof(shapes) / sizeof(shapes[0]) || shapes[type].bytes_max == 0)
        return NULL;
    return &shapes[type];
}

static size_t field_count(const struct shape *shape)
{
    size_t count = 0;
    while (count < FIELDS_MAX && shape->fields[count] != F_END)
        count++;
    return count;
}

const char *avow_refusal_text(uint64_t code)
{
    static const char *const texts[] = {
        [AVOW_REFUSAL_UNKNOWN_LOG] = "this node does not have that log",
        [AVOW_REFUSAL_MOVED_ON] = "the log has moved on",
        [AVOW_REFUSAL_HELD] = "another text is held at this place in the log",
        [AVOW_REFUSAL_NOT_HOME] = "this node is not the log's home node",
        [AVOW_REFUSAL_NOT_SIGNER] = "the connection has not proved a signing key of this log",
        [AVOW_REFUSAL_CLOCK] = "the time is over 60 seconds from the node's clock",
        [AVOW_REFUSAL_INVALID] = "the data breaks a rule",
        [AVOW_REFUSAL_FULL] = "the node has no room left",
        [AVOW_REFUSAL_BUSY] = "the node is busy; try again",
        [AVOW_REFUSAL_NOT_READY] = "the node has not heard from a peer since it started",
        [AVOW_REFUSAL_TOO_LARGE] = "the answer would be larger than its bound",
        [AVOW_REFUSAL_SHUTDOWN] = "the node is shutting down",
        [AVOW_REFUSAL_PROTOCOL] = "the protocol was broken",
    };
    if (code >= sizeof(texts) / sizeof(texts[0]) || texts[code] == NULL)
        return "refused";
    return texts[code];
}

size_t avow_message_bytes_max(uint64_t type)
{
    if (type >= AVOW_MESSAGE_SKIPPABLE_MIN)
        return AVOW_MESSAGE_BYTES_MAX;
    const struct shape *shape = shape_of(type);
    return shape == NULL ? 0 : shape->bytes_max;
}

enum avow_reject avow_message_peek(struct avow_bytes start, uint64_t *type)
{
    struct avow_reader reader;
    /* The array may be cut short here, so its header is read by hand: a message has 2 to 15 items.
     */
    if (start.len < 2)
        return AVOW_REJECT_TRUNCATED;
    if (start.data[0] < 0x92 || start.data[0] > 0x9f)
        return AVOW_REJECT_TYPE;
    avow_reader_init(&reader, avow_bytes(start.data + 1, start.len - 1));
    *type = avow_reader_uint_max(&reader, AVOW_MESSAGE_TYPE_MAX);
    return reader.reject;
}

enum avow_reject avow_message_bound(struct avow_bytes head, size_t len)
{
    uint64_t type;
    enum avow_reject reject = avow_message_peek(head, &type);
    if (reject != AVOW_ACCEPT)
        return reject;
    size_t max = avow_message_bytes_max(type);
    if (max == 0)
        return AVOW_REJECT_MESSAGE;
    return len > max ? AVOW_REJECT_LENGTH : AVOW_ACCEPT;
}

/* ------------------------------------------------------------------ decoding */

/* Reads an array of at most `max` items, each checked by `item`, and keeps it as a view. */
static void read_list(struct avow_reader *reader, size_t max, struct avow_list *list,
                      void (*item)(struct avow_reader *reader))
{
    list->count = avow_reader_array(reader, max);
    const uint8_t *start = reader->rest.data;
    for (size_t i = 0; i < list->count && reader->reject == AVOW_ACCEPT; i++)
        item(reader);
    if (reader->reject != AVOW_ACCEPT)
        *list = (struct avow_list){0};
    else
        list->items = avow_bytes(start, (size_t)(reader->rest.data - start));
}

static void read_entry_item(struct avow_reader *reader)
{
    (void)avow_reader_bin(reader, AVOW_ENTRY_BYTES_MAX);
}

static void read_uint_item(struct avow_reader *reader)
{
    (void)avow_reader_uint(reader);
}

static void read_checkpoint_item(struct avow_reader *reader)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    avow_reader_array_of(reader, 2);
    avow_checkpoint_read(reader, &checkpoint);
    avow_cosignatures_read(reader, lines, &count);
}

static void read_proved_item(struct avow_reader *reader)
{
    avow_reader_array_of(reader, 3);
    (void)avow_reader_bin(reader, AVOW_ROOT_ENTRY_BYTES_MAX);
    (void)avow_reader_uint(reader);
    (void)avow_reader_bin(reader, PATH_BYTES_MAX);
}

static void read_path(struct avow_reader *reader, struct avow_path *path)
{
    struct avow_bytes bin = avow_reader_bin(reader, PATH_BYTES_MAX);
    if (bin.len % sizeof(struct avow_hash) != 0) {
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        bin.len = 0;
    }
    path->count = bin.len / sizeof(struct avow_hash);
    if (bin.len != 0)
        memcpy(path->hashes, bin.data, bin.len);
}

static void read_digest(struct avow_reader *reader, struct avow_hash *issuer,
                        struct avow_hash *digest)
{
    avow_reader_array_of(reader, 2);
    avow_reader_hash(reader, issuer);
    avow_reader_hash(reader, digest);
}

static void read_digest_item(struct avow_reader *reader)
{
    struct avow_hash issuer;
    struct avow_hash digest;
    read_digest(reader, &issuer, &digest);
}

static void read_reference(struct avow_reader *reader, struct avow_hash *issuer, uint64_t *index)
{
    avow_reader_array_of(reader, 2);
    avow_reader_hash(reader, issuer);
    *index = avow_reader_uint(reader);
}

static void read_reference_item(struct avow_reader *reader)
{
    struct avow_hash issuer;
    uint64_t index;
    read_reference(reader, &issuer, &index);
}

static void read_status(struct avow_reader *reader, struct avow_proved_status *status)
{
    avow_reader_array_of(reader, 4);
    avow_checkpoint_read(reader, &status->checkpoint);
    status->entry = avow_reader_bin(reader, AVOW_ENTRY_BYTES_MAX);
    status->index = avow_reader_uint(reader);
    read_path(reader, &status->path);
}

static void read_status_item(struct avow_reader *reader)
{
    struct avow_proved_status status;
    read_status(reader, &status);
}

static uint64_t *uint_field(struct avow_message *message, enum field field)
{
    switch (field) {
    case F_FROM:
        return &message->from;
    case F_SIZE:
        return &message->size;
    case F_COUNT:
        return &message->count;
    case F_INDEX:
        return &message->index;
    case F_AT:
        return &message->at;
    case F_TIME:
        return &message->time;
    case F_EPOCH:
        return &message->store_epoch;
    case F_ROLE:
        return &message->role;
    case F_CODE:
        return &message->code;
    case F_FLAGS:
        return &message->flags;
    case F_LAST:
        return &message->last;
    case F_WHOLE:
        return &message->whole;
    case F_WORD:
        return &message->word;
    case F_WHY:
        return &message->why;
    case F_STATE:
        return &message->state;
    case F_REASON:
        return &message->reason;
    case F_SINCE:
        return &message->since;
    case F_AGE:
        return &message->age_s;
    case F_END:
    case F_ISSUER:
    case F_KEY:
    case F_SIGNATURE:
    case F_SEED:
    case F_CHECKPOINT:
    case F_COSIGNATURES:
    case F_PATH:
    case F_TEXT:
    case F_JSON:
    case F_ADDRESS:
    case F_EVIDENCE:
    case F_ENTRIES:
    case F_CHECKPOINTS:
    case F_INDICES:
    case F_CHUNKS:
    case F_CHAIN:
    case F_FORK:
    case F_DIGESTS:
    case F_STATUSES:
    case F_POLICY:
    case F_QUERY:
    case F_RESULTS:
    case F_PLACE:
    case F_REFERENCES:
    case F_RECOGNITIONS:
        break;
    }
    return NULL;
}

static uint64_t uint_max(enum field field)
{
    if (field == F_LAST || field == F_WHOLE)
        return 1;
    return field == F_ROLE ? AVOW_PEER_WATCHER : AVOW_UINT_MAX;
}

/* Any field that is not an integer. */
static void read_field(struct avow_reader *reader, struct avow_message *message, enum field field)
{
    if (field == F_ISSUER)
        avow_reader_hash(reader, &message->issuer);
    else if (field == F_KEY)
        avow_reader_key32(reader, &message->key);
    else if (field == F_SIGNATURE)
        avow_reader_signature(reader, &message->signature);
    else if (field == F_SEED)
        avow_reader_bin_exact(reader, message->seed, sizeof(message->seed));
    else if (field == F_CHECKPOINT)
        avow_checkpoint_read(reader, &message->checkpoint);
    else if (field == F_COSIGNATURES)
        avow_cosignatures_read(reader, message->cosignatures, &message->cosignature_count);
    else if (field == F_PATH)
        read_path(reader, &message->path);
    else if (field == F_TEXT)
        message->text = avow_reader_text(reader, TEXT_MAX);
    else if (field == F_JSON)
        message->text = avow_reader_text(reader, JSON_TEXT_MAX);
    else if (field == F_ADDRESS)
        message->address = avow_reader_text(reader, ADDRESS_MAX);
    else if (field == F_EVIDENCE)
        message->evidence = avow_reader_bin(reader, AVOW_EVIDENCE_BYTES_MAX);
    else if (field == F_ENTRIES)
        read_list(reader, LIST_ENTRIES_MAX, &message->entries, read_entry_item);
    else if (field == F_CHECKPOINTS)
        read_list(reader, LIST_CHECKPOINTS_MAX, &message->checkpoints, read_checkpoint_item);
    else if (field == F_INDICES)
        read_list(reader, AVOW_EVIDENCE_ENTRIES_MAX, &message->indices, read_uint_item);
    else if (field == F_CHUNKS)
        read_list(reader, AVOW_EVIDENCE_CHUNKS_MAX, &message->chunks, read_uint_item);
    else if (field == F_CHAIN)
        read_list(reader, LIST_CHAIN_MAX, &message->chain, read_proved_item);
    else if (field == F_FORK)
        message->fork = avow_reader_bin(reader, AVOW_FORK_BYTES_MAX);
    else if (field == F_DIGESTS)
        read_list(reader, AVOW_MESSAGE_DIGESTS_MAX, &message->digests, read_digest_item);
    else if (field == F_STATUSES)
        read_list(reader, AVOW_MESSAGE_STATUSES_MAX, &message->statuses, read_status_item);
    else if (field == F_POLICY)
        message->policy = avow_reader_bin(reader, AVOW_MESSAGE_POLICY_MAX);
    else if (field == F_QUERY)
        message->query = avow_reader_bin(reader, AVOW_MESSAGE_QUERY_MAX);
    else if (field == F_RESULTS)
        message->results = avow_reader_bin(reader, AVOW_MESSAGE_BYTES_MAX);
    else if (field == F_PLACE)
        message->place = avow_reader_bin(reader, AVOW_MESSAGE_PLACE_MAX);
    else if (field == F_REFERENCES)
        read_list(reader, AVOW_MESSAGE_REFERENCES_MAX, &message->references, read_reference_item);
    else if (field == F_RECOGNITIONS)
        read_list(reader, AVOW_MESSAGE_RECOGNITIONS_MAX, &message->recognitions,
                  read_reference_item);
}

enum avow_reject avow_message_decode(struct avow_bytes bytes, struct avow_message *message)
{
    struct avow_reader reader;
    avow_reader_init(&reader, bytes);
    size_t items = avow_reader_array(&reader, ITEMS_MAX);
    uint64_t type = avow_reader_uint_max(&reader, AVOW_MESSAGE_TYPE_MAX);
    message->request = avow_reader_uint(&reader);
    if (items < 2 || bytes.len > AVOW_MESSAGE_BYTES_MAX)
        avow_reader_reject(&reader, AVOW_REJECT_LENGTH);
    if (reader.reject != AVOW_ACCEPT)
        return reader.reject;
    message->type = (enum avow_message_type)type;
    if (type >= AVOW_MESSAGE_SKIPPABLE_MIN)
        return AVOW_ACCEPT;
    const struct shape *shape = shape_of(type);
    if (shape == NULL)
        return AVOW_REJECT_MESSAGE;
    size_t fields = field_count(shape);
    if (bytes.len > shape->bytes_max || items != 2 + fields)
        return AVOW_REJECT_LENGTH;
    for (size_t i = 0; i < fields; i++) {
        enum field field = (enum field)shape->fields[i];
        uint64_t *value = uint_field(message, field);
        if (value != NULL)
            *value = avow_reader_uint_max(&reader, uint_max(field));
        else
            read_field(&reader, message, field);
    }
    return avow_reader_finish(&reader);
}

/* ------------------------------------------------------------------ encoding */

void avow_list_write(struct avow_buf *out, const struct avow_list *list)
{
    avow_write_array(out, list->count);
    avow_write_raw(out, list->items);
}

static void write_path(struct avow_buf *out, const struct avow_path *path)
{
    avow_write_bin(out, avow_bytes(path->hashes, path->count * sizeof(struct avow_hash)));
}

static void write_field(struct avow_buf *out, const struct avow_message *message, enum field field)
{
    if (field == F_ISSUER)
        avow_write_hash(out, &message->issuer);
    else if (field == F_KEY)
        avow_write_key32(out, &message->key);
    else if (field == F_SIGNATURE)
        avow_write_signature(out, &message->signature);
    else if (field == F_SEED)
        avow_write_bin(out, avow_bytes(message->seed, sizeof(message->seed)));
    else if (field == F_CHECKPOINT)
        avow_checkpoint_write(out, &message->checkpoint);
    else if (field == F_COSIGNATURES)
        avow_cosignatures_write(out, message->cosignatures, message->cosignature_count);
    else if (field == F_PATH)
        write_path(out, &message->path);
    else if (field == F_TEXT || field == F_JSON)
        avow_write_text(out, message->text);
    else if (field == F_ADDRESS)
        avow_write_text(out, message->address);
    else if (field == F_EVIDENCE)
        avow_write_bin(out, message->evidence);
    else if (field == F_ENTRIES)
        avow_list_write(out, &message->entries);
    else if (field == F_CHECKPOINTS)
        avow_list_write(out, &message->checkpoints);
    else if (field == F_INDICES)
        avow_list_write(out, &message->indices);
    else if (field == F_CHUNKS)
        avow_list_write(out, &message->chunks);
    else if (field == F_CHAIN)
        avow_list_write(out, &message->chain);
    else if (field == F_FORK)
        avow_write_bin(out, message->fork);
    else if (field == F_DIGESTS)
        avow_list_write(out, &message->digests);
    else if (field == F_STATUSES)
        avow_list_write(out, &message->statuses);
    else if (field == F_POLICY)
        avow_write_bin(out, message->policy);
    else if (field == F_QUERY)
        avow_write_bin(out, message->query);
    else if (field == F_RESULTS)
        avow_write_bin(out, message->results);
    else if (field == F_PLACE)
        avow_write_bin(out, message->place);
    else if (field == F_REFERENCES)
        avow_list_write(out, &message->references);
    else if (field == F_RECOGNITIONS)
        avow_list_write(out, &message->recognitions);
}

void avow_message_encode(struct avow_buf *out, const struct avow_message *message)
{
    const struct shape *shape = shape_of(message->type);
    AVOW_ASSERT(shape != NULL);
    size_t fields = field_count(shape);
    avow_write_array(out, 2 + fields);
    avow_write_uint(out, message->type);
    avow_write_uint(out, message->request);
    for (size_t i = 0; i < fields; i++) {
        enum field field = (enum field)shape->fields[i];
        /* The same table serves both ways; nothing is written through this pointer. */
        const uint64_t *value = uint_field((struct avow_message *)(uintptr_t)message, field);
        if (value != NULL)
            avow_write_uint(out, *value);
        else
            write_field(out, message, field);
    }
}

/* ------------------------------------------------------------------ lists */

/* Starts to read a list's next item; false at the end. */
static bool begin_item(const struct avow_list *list, struct avow_reader *reader)
{
    avow_reader_init(reader, list->items);
    return list->count > 0;
}

/* Takes what was read off the list. */
static bool end_item(struct avow_list *list, const struct avow_reader *reader)
{
    list->items = reader->rest;
    list->count--;
    return reader->reject == AVOW_ACCEPT;
}

bool avow_list_next_entry(struct avow_list *list, struct avow_bytes *entry)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    *entry = avow_reader_bin(&reader, AVOW_ENTRY_BYTES_MAX);
    return end_item(list, &reader);
}

bool avow_list_next_uint(struct avow_list *list, uint64_t *value)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    *value = avow_reader_uint(&reader);
    return end_item(list, &reader);
}

bool avow_list_next_proved(struct avow_list *list, struct avow_bytes *entry, uint64_t *index,
                           struct avow_path *path)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    avow_reader_array_of(&reader, 3);
    *entry = avow_reader_bin(&reader, AVOW_ROOT_ENTRY_BYTES_MAX);
    *index = avow_reader_uint(&reader);
    read_path(&reader, path);
    return end_item(list, &reader);
}

bool avow_list_next_checkpoint(struct avow_list *list, struct avow_checkpoint *checkpoint,
                               struct avow_cosignature *cosignatures, size_t *count)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    avow_reader_array_of(&reader, 2);
    avow_checkpoint_read(&reader, checkpoint);
    avow_cosignatures_read(&reader, cosignatures, count);
    return end_item(list, &reader);
}

bool avow_list_next_digest(struct avow_list *list, struct avow_hash *issuer,
                           struct avow_hash *digest)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_digest(&reader, issuer, digest);
    return end_item(list, &reader);
}

void avow_digest_write(struct avow_buf *out, const struct avow_hash *issuer,
                       const struct avow_hash *digest)
{
    avow_write_array(out, 2);
    avow_write_hash(out, issuer);
    avow_write_hash(out, digest);
}

bool avow_list_next_reference(struct avow_list *list, struct avow_hash *issuer, uint64_t *index)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_reference(&reader, issuer, index);
    return end_item(list, &reader);
}

void avow_reference_write(struct avow_buf *out, const struct avow_hash *issuer, uint64_t index)
{
    avow_write_array(out, 2);
    avow_write_hash(out, issuer);
    avow_write_uint(out, index);
}

bool avow_list_next_status(struct avow_list *list, struct avow_proved_status *status)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_status(&reader, status);
    return end_item(list, &reader);
}

void avow_proved_status_write(struct avow_buf *out, const struct avow_proved_status *status)
{
    avow_write_array(out, 4);
    avow_checkpoint_write(out, &status->checkpoint);
    avow_write_bin(out, status->entry);
    avow_write_uint(out, status->index);
    write_path(out, &status->path);
}

enum avow_reject avow_proved_status_read(struct avow_bytes bytes, struct avow_proved_status *status)
{
    struct avow_reader reader;
    avow_reader_init(&reader, bytes);
    read_status(&reader, status);
    return avow_reader_finish(&reader);
}

void avow_signer_message(const struct avow_hash *issuer, const struct avow_hash *handshake,
                         uint8_t out[AVOW_SIGNER_MESSAGE_BYTES])
{
    static const char prefix[] = "avow signer 1\n";
    memcpy(out, prefix, sizeof(prefix) - 1);
    memcpy(out + sizeof(prefix) - 1, issuer->bytes, sizeof(issuer->bytes));
    memcpy(out + sizeof(prefix) - 1 + sizeof(issuer->bytes), handshake->bytes,
           sizeof(handshake->bytes));
}
