/* Decoding and encoding walk the same two tables, of messages and of fields, so that they cannot
 * disagree. */
#include "proto/wire/message.h"

#include "proto/crypto/sha256.h"
#include "proto/log/evidence.h"
#include "proto/log/fork.h"
#include "proto/log/path.h"

#define ITEMS_MAX 15 /* of a message: what one byte of header can say */

/* How a field is written. */
enum form {
    FORM_UINT,  /* bounded by its largest value */
    FORM_FIXED, /* a binary of exactly so many bytes */
    FORM_BIN,   /* a binary, a text, a list: of at most so many bytes, or items */
    FORM_TEXT,
    FORM_LIST,
    FORM_CHECKPOINT, /* this and the two below have bounds of their own */
    FORM_COSIGNATURES,
    FORM_PATH,
};

/* Every field: its name here, its form, its member of struct avow_message, its bound, and what
 * reads an item of a list. */
#define FIELD_LIST(X)                                                                              \
    X(ISSUER, FIXED, issuer, 32, NULL)                                                             \
    X(KEY, FIXED, key, 32, NULL)                                                                   \
    X(SIGNATURE, FIXED, signature, 64, NULL)                                                       \
    X(SEED, FIXED, seed, 32, NULL)                                                                 \
    X(PROOF, FIXED, proof, 32, NULL)                                                               \
    X(CHECKPOINT, CHECKPOINT, checkpoint, 0, NULL)                                                 \
    X(COSIGNATURES, COSIGNATURES, cosignatures, 0, NULL)                                           \
    X(PATH, PATH, path, 0, NULL)                                                                   \
    X(FROM, UINT, from, AVOW_UINT_MAX, NULL)                                                       \
    X(SIZE, UINT, size, AVOW_UINT_MAX, NULL)                                                       \
    X(COUNT, UINT, count, AVOW_UINT_MAX, NULL)                                                     \
    X(INDEX, UINT, index, AVOW_UINT_MAX, NULL)                                                     \
    X(AT, UINT, at, AVOW_UINT_MAX, NULL)                                                           \
    X(TIME, UINT, time, AVOW_UINT_MAX, NULL)                                                       \
    X(EPOCH, UINT, store_epoch, AVOW_UINT_MAX, NULL)                                               \
    X(ROLE, UINT, role, AVOW_PEER_WATCHER, NULL)                                                   \
    X(CODE, UINT, code, AVOW_UINT_MAX, NULL)                                                       \
    X(FLAGS, UINT, flags, AVOW_UINT_MAX, NULL)                                                     \
    X(LAST, UINT, last, 1, NULL)                                                                   \
    X(WHOLE, UINT, whole, 1, NULL)                                                                 \
    X(WORD, UINT, word, AVOW_UINT_MAX, NULL)                                                       \
    X(WHY, UINT, why, AVOW_UINT_MAX, NULL)                                                         \
    X(STATE, UINT, state, AVOW_UINT_MAX, NULL)                                                     \
    X(REASON, UINT, reason, AVOW_UINT_MAX, NULL)                                                   \
    X(SINCE, UINT, since, AVOW_UINT_MAX, NULL)                                                     \
    X(AGE, UINT, age_s, AVOW_UINT_MAX, NULL)                                                       \
    X(TEXT, TEXT, text, 4096, NULL)                                                                \
    X(JSON, TEXT, text, 512 * 1024, NULL)                                                          \
    X(ADDRESS, TEXT, address, 300, NULL)                                                           \
    X(EVIDENCE, BIN, evidence, AVOW_EVIDENCE_BYTES_MAX, NULL)                                      \
    X(FORK, BIN, fork, AVOW_FORK_BYTES_MAX, NULL)                                                  \
    X(POLICY, BIN, policy, AVOW_MESSAGE_POLICY_MAX, NULL)                                          \
    X(QUERY, BIN, query, AVOW_MESSAGE_QUERY_MAX, NULL)                                             \
    X(RESULTS, BIN, results, AVOW_MESSAGE_BYTES_MAX, NULL)                                         \
    X(PLACE, BIN, place, AVOW_MESSAGE_PLACE_MAX, NULL)                                             \
    X(ENTRIES, LIST, entries, 65536, avow_list_item_entry)                                         \
    X(CHECKPOINTS, LIST, checkpoints, 256, avow_list_item_checkpoint)                              \
    X(INDICES, LIST, indices, AVOW_EVIDENCE_ENTRIES_MAX, avow_list_item_uint)                      \
    X(CHUNKS, LIST, chunks, AVOW_EVIDENCE_CHUNKS_MAX, avow_list_item_uint)                         \
    X(CHAIN, LIST, chain, AVOW_ROOT_ENTRIES_MAX, avow_list_item_proved)                            \
    X(DIGESTS, LIST, digests, AVOW_MESSAGE_DIGESTS_MAX, avow_list_item_digest)                     \
    X(STATUSES, LIST, statuses, AVOW_MESSAGE_STATUSES_MAX, avow_list_item_status)                  \
    X(REFERENCES, LIST, references, AVOW_MESSAGE_REFERENCES_MAX, avow_list_item_reference)         \
    X(RECOGNITIONS, LIST, recognitions, AVOW_MESSAGE_RECOGNITIONS_MAX, avow_list_item_reference)

/* A row's form is that of its member. */
#define MEMBER(member) (((struct avow_message *)0)->member)
#define FITS_UINT(member, bound) _Generic(MEMBER(member), uint64_t : true)
#define FITS_FIXED(member, bound) (sizeof(MEMBER(member)) == (bound))
#define FITS_BIN(member, bound) _Generic(MEMBER(member), struct avow_bytes : true)
#define FITS_TEXT(member, bound) FITS_BIN(member, bound)
#define FITS_LIST(member, bound) _Generic(MEMBER(member), struct avow_list : true)
#define FITS_CHECKPOINT(member, bound) _Generic(MEMBER(member), struct avow_checkpoint : true)
#define FITS_COSIGNATURES(member, bound) _Generic(MEMBER(member)[0], struct avow_cosignature : true)
#define FITS_PATH(member, bound) _Generic(MEMBER(member), struct avow_path : true)
#define FIELD_FITS(name, form, member, bound, item)                                                \
    _Static_assert(FITS_##form(member, bound), #name);
FIELD_LIST(FIELD_FITS)

enum field {
    F_END,
#define FIELD_ENUM(name, form, member, bound, item) F_##name,
    FIELD_LIST(FIELD_ENUM)
#undef FIELD_ENUM
};

struct field_row {
    enum form form;
    size_t offset;
    uint64_t bound;
    avow_list_item *item;
};

static const struct field_row field_rows[] = {
#define FIELD_ROW(name, form, member, bound, item)                                                 \
    [F_##name] = {FORM_##form, offsetof(struct avow_message, member), bound, item},
    FIELD_LIST(FIELD_ROW)
#undef FIELD_ROW
};

#define FIELDS_MAX 9

struct shape {
    uint32_t bytes_max;
    uint8_t fields[FIELDS_MAX]; /* enum field, ended by F_END unless full */
};

static const struct shape shapes[] = {
#define SHAPE(name, number, bytes_max, ...) [AVOW_MESSAGE_##name] = {bytes_max, {__VA_ARGS__}},
    AVOW_MESSAGE_LIST(SHAPE)
#undef SHAPE
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
#define REFUSAL_ROW(name, number, text) [AVOW_REFUSAL_##name] = (text),
        AVOW_REFUSAL_LIST(REFUSAL_ROW)
#undef REFUSAL_ROW
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

static void read_field(struct avow_reader *reader, struct avow_message *message,
                       const struct field_row *field)
{
    void *to = (uint8_t *)message + field->offset;
    switch (field->form) {
    case FORM_UINT:
        *(uint64_t *)to = avow_reader_uint_max(reader, field->bound);
        return;
    case FORM_FIXED:
        avow_reader_bin_exact(reader, to, field->bound);
        return;
    case FORM_BIN:
        *(struct avow_bytes *)to = avow_reader_bin(reader, field->bound);
        return;
    case FORM_TEXT:
        *(struct avow_bytes *)to = avow_reader_text(reader, field->bound);
        return;
    case FORM_LIST:
        avow_list_read(reader, field->bound, field->item, to);
        return;
    case FORM_CHECKPOINT:
        avow_checkpoint_read(reader, to);
        return;
    case FORM_COSIGNATURES:
        avow_cosignatures_read(reader, to, &message->cosignature_count);
        return;
    case FORM_PATH:
        avow_path_read(reader, to);
        return;
    }
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
    for (size_t i = 0; i < fields; i++)
        read_field(&reader, message, &field_rows[shape->fields[i]]);
    return avow_reader_finish(&reader);
}

/* ------------------------------------------------------------------ encoding */

static void write_field(struct avow_buf *out, const struct avow_message *message,
                        const struct field_row *field)
{
    const void *from = (const uint8_t *)message + field->offset;
    switch (field->form) {
    case FORM_UINT:
        avow_write_uint(out, *(const uint64_t *)from);
        return;
    case FORM_FIXED:
        avow_write_bin(out, avow_bytes(from, field->bound));
        return;
    case FORM_BIN:
        avow_write_bin(out, *(const struct avow_bytes *)from);
        return;
    case FORM_TEXT:
        avow_write_text(out, *(const struct avow_bytes *)from);
        return;
    case FORM_LIST:
        avow_list_write(out, from);
        return;
    case FORM_CHECKPOINT:
        avow_checkpoint_write(out, from);
        return;
    case FORM_COSIGNATURES:
        avow_cosignatures_write(out, from, message->cosignature_count);
        return;
    case FORM_PATH:
        avow_path_write(out, from);
        return;
    }
}

void avow_message_encode(struct avow_buf *out, const struct avow_message *message)
{
    const struct shape *shape = shape_of(message->type);
    AVOW_ASSERT(shape != NULL);
    size_t fields = field_count(shape);
    avow_write_array(out, 2 + fields);
    avow_write_uint(out, message->type);
    avow_write_uint(out, message->request);
    for (size_t i = 0; i < fields; i++)
        write_field(out, message, &field_rows[shape->fields[i]]);
}

void avow_message_signer_text(const struct avow_hash *issuer, const struct avow_hash *handshake,
                              uint8_t out[AVOW_SIGNER_MESSAGE_BYTES])
{
    static const char prefix[] = "avow signer 1\n";
    memcpy(out, prefix, sizeof(prefix) - 1);
    memcpy(out + sizeof(prefix) - 1, issuer->bytes, sizeof(issuer->bytes));
    memcpy(out + sizeof(prefix) - 1 + sizeof(issuer->bytes), handshake->bytes,
           sizeof(handshake->bytes));
}

struct avow_hash avow_message_operator_proof(const uint8_t token[AVOW_OPERATOR_TOKEN_BYTES],
                                             const struct avow_hash *handshake)
{
    const struct avow_bytes parts[] = {
        avow_bytes_text("avow operator 1\n"),
        avow_bytes(handshake->bytes, sizeof(handshake->bytes)),
    };
    return avow_sha256_hmac(avow_bytes(token, AVOW_OPERATOR_TOKEN_BYTES), parts, 2);
}
