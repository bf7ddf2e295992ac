/* Whole notes: a checkpoint and its cosignatures as text, and back. Parsing reads the fields and
 * then compares with what we would write, so a text has exactly one form. */
#include "proto/log/checkpoint.h"

#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/log/note.h"

#define HEARTBEAT_NAME_MAX 96
#define OPENING_SHOWN 16

void avow_cosignature_heartbeat_name(struct avow_buf *out, const struct avow_hash *issuer)
{
    char text[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, text);
    avow_buf_printf(out, "avow/%s/heartbeat", text);
}

static struct avow_bytes heartbeat_name_in(uint8_t storage[HEARTBEAT_NAME_MAX],
                                           const struct avow_hash *issuer)
{
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, storage, HEARTBEAT_NAME_MAX);
    avow_cosignature_heartbeat_name(&buf, issuer);
    AVOW_ASSERT(buf.err == AVOW_OK);
    return avow_buf_bytes(&buf);
}

static void cosignature_line(struct avow_buf *out, struct avow_bytes name,
                             const struct avow_cosignature *line)
{
    const struct avow_note_key key = {
        .name = name, .type = AVOW_NOTE_COSIGNATURE, .key = line->key};
    const struct avow_note_signature signature = {.time = line->time, .signature = line->signature};
    avow_note_line_write(out, &key, &signature);
}

void avow_checkpoint_note_write(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                                const struct avow_cosignature *lines, size_t count,
                                const struct avow_key *heartbeat)
{
    char origin[AVOW_ORIGIN_TEXT_MAX];
    avow_checkpoint_origin(checkpoint, origin);
    const struct avow_note_key key = {
        .name = avow_bytes_text(origin), .type = AVOW_NOTE_ED25519, .key = checkpoint->key};
    const struct avow_note_signature signature = {.signature = checkpoint->signature};
    avow_checkpoint_body(out, checkpoint);
    avow_buf_append(out, "\n", 1);
    avow_note_line_write(out, &key, &signature);
    for (size_t i = 0; i < count; i++) {
        if (heartbeat != NULL && avow_key_equal(heartbeat, &lines[i].key)) {
            uint8_t name[HEARTBEAT_NAME_MAX];
            cosignature_line(out, heartbeat_name_in(name, &checkpoint->issuer), &lines[i]);
        } else {
            char node[AVOW_NODE_TEXT_MAX];
            avow_id_node_text(&lines[i].key, node);
            cosignature_line(out, avow_bytes_text(node), &lines[i]);
        }
    }
}

/* Takes what comes before the first `end` off the front of `*rest`, and `end`; false without one.
 */
static bool take_until(struct avow_bytes *rest, char end, struct avow_bytes *out)
{
    const uint8_t *at = rest->len > 0 ? memchr(rest->data, end, rest->len) : NULL;
    if (at == NULL)
        return false;
    *out = avow_bytes(rest->data, (size_t)(at - rest->data));
    *rest = avow_bytes(at + 1, rest->len - out->len - 1);
    return true;
}

static bool take_word(struct avow_bytes *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || memcmp(rest->data, word, len) != 0)
        return false;
    *rest = avow_bytes(rest->data + len, rest->len - len);
    return true;
}

static bool read_origin(struct avow_bytes line, struct avow_checkpoint *checkpoint)
{
    struct avow_bytes issuer, epoch;
    uint64_t number = 0;
    if (!take_word(&line, "avow/") || !take_until(&line, '/', &issuer) ||
        !take_until(&line, '/', &epoch))
        return false;
    if (avow_id_issuer_parse(issuer, &checkpoint->issuer) != AVOW_ACCEPT ||
        avow_id_decimal_parse(epoch, &number) != AVOW_ACCEPT || number > AVOW_EPOCH_MAX)
        return false;
    checkpoint->epoch = (uint32_t)number;
    return avow_hex_decode_exact(line, checkpoint->opening.bytes, OPENING_SHOWN) == AVOW_ACCEPT;
}

static bool read_hash(struct avow_bytes line, struct avow_hash *hash)
{
    return avow_base64_decode_exact(line, hash->bytes, sizeof(hash->bytes)) == AVOW_ACCEPT;
}

/* The note's text, in the one form that avow_checkpoint_body() writes. */
static enum avow_reject read_body(struct avow_bytes text, struct avow_checkpoint *checkpoint)
{
    struct avow_bytes rest = text, origin, size, root, time, status;
    if (!take_until(&rest, '\n', &origin) || !read_origin(origin, checkpoint))
        return AVOW_REJECT_ORIGIN;
    if (!take_until(&rest, '\n', &size) || !take_until(&rest, '\n', &root) ||
        !take_word(&rest, "time ") || !take_until(&rest, '\n', &time) ||
        !take_word(&rest, "status ") || !take_until(&rest, '\n', &status))
        return AVOW_REJECT_VALUE;
    if (avow_id_decimal_parse(size, &checkpoint->size) != AVOW_ACCEPT || checkpoint->size == 0 ||
        avow_id_decimal_parse(time, &checkpoint->time) != AVOW_ACCEPT ||
        !read_hash(root, &checkpoint->root) || !read_hash(status, &checkpoint->status_root))
        return AVOW_REJECT_VALUE;
    uint8_t storage[AVOW_CHECKPOINT_BODY_MAX];
    struct avow_buf again;
    avow_buf_init_fixed(&again, storage, sizeof(storage));
    avow_checkpoint_body(&again, checkpoint);
    return avow_bytes_equal(avow_buf_bytes(&again), text) ? AVOW_ACCEPT : AVOW_REJECT_VALUE;
}

/* Which of `keys` made `line`, verified. KEY_UNKNOWN when none did. */
static enum avow_reject find_signer(const struct avow_note *note, const struct avow_note_line *line,
                                    enum avow_note_type type, const struct avow_key *keys,
                                    size_t key_count, struct avow_key *signer,
                                    struct avow_note_signature *signature)
{
    for (size_t i = 0; i < key_count; i++) {
        const struct avow_note_key key = {.name = line->name, .type = type, .key = keys[i]};
        if (avow_note_key_id(&key) != line->key_id)
            continue;
        *signer = keys[i];
        return avow_note_verify(note, &key, signature);
    }
    return AVOW_REJECT_KEY_UNKNOWN;
}

/* The checkpoint's own line: the first under its origin's name by one of `keys`. */
static enum avow_reject read_signature(const struct avow_note *note, const struct avow_key *keys,
                                       size_t key_count, struct avow_checkpoint *checkpoint)
{
    char origin[AVOW_ORIGIN_TEXT_MAX];
    avow_checkpoint_origin(checkpoint, origin);
    enum avow_reject reject = AVOW_REJECT_KEY_UNKNOWN;
    for (size_t i = 0; i < note->count && reject == AVOW_REJECT_KEY_UNKNOWN; i++) {
        const struct avow_note_line *line = &note->lines[i];
        struct avow_note_signature signature;
        if (!avow_bytes_equal(line->name, avow_bytes_text(origin)))
            continue;
        reject = find_signer(note, line, AVOW_NOTE_ED25519, keys, key_count, &checkpoint->key,
                             &signature);
        if (reject == AVOW_ACCEPT)
            checkpoint->signature = signature.signature;
    }
    return reject;
}

/* The node that a line names, in the one form of its id. */
static bool node_of(struct avow_bytes name, struct avow_key *node)
{
    char text[AVOW_NODE_TEXT_MAX];
    if (avow_id_node_parse(name, node) != AVOW_ACCEPT)
        return false;
    avow_id_node_text(node, text);
    return avow_bytes_equal(name, avow_bytes_text(text));
}

/* The cosignature in one line of the note; KEY_UNKNOWN for one to be ignored. */
static enum avow_reject read_cosignature(const struct avow_note *note,
                                         const struct avow_note_line *line,
                                         struct avow_bytes heartbeat_name,
                                         const struct avow_key *keys, size_t key_count,
                                         struct avow_cosignature *out)
{
    struct avow_key node;
    if (!avow_bytes_equal(line->name, heartbeat_name)) {
        if (!node_of(line->name, &node))
            return AVOW_REJECT_KEY_UNKNOWN;
        if (!avow_ed25519_key_is_valid(&node))
            return AVOW_REJECT_KEY_POINT;
        keys = &node;
        key_count = 1;
    }
    struct avow_note_signature signature;
    enum avow_reject reject =
        find_signer(note, line, AVOW_NOTE_COSIGNATURE, keys, key_count, &out->key, &signature);
    if (reject != AVOW_ACCEPT)
        return reject;
    out->time = signature.time;
    out->signature = signature.signature;
    return out->time <= AVOW_UINT_MAX ? AVOW_ACCEPT : AVOW_REJECT_RANGE;
}

static bool has_key(const struct avow_cosignature *lines, size_t count, const struct avow_key *key)
{
    for (size_t i = 0; i < count; i++)
        if (avow_key_equal(&lines[i].key, key))
            return true;
    return false;
}

static enum avow_reject read_cosignatures(const struct avow_note *note,
                                          const struct avow_hash *issuer,
                                          const struct avow_key *keys, size_t key_count,
                                          struct avow_cosignature lines[AVOW_COSIGNATURES_MAX],
                                          size_t *count)
{
    uint8_t storage[HEARTBEAT_NAME_MAX];
    struct avow_bytes heartbeat_name = heartbeat_name_in(storage, issuer);
    for (size_t i = 0; i < note->count; i++) {
        struct avow_cosignature line;
        enum avow_reject reject =
            read_cosignature(note, &note->lines[i], heartbeat_name, keys, key_count, &line);
        if (reject == AVOW_REJECT_KEY_UNKNOWN)
            continue;
        if (reject != AVOW_ACCEPT)
            return reject;
        if (has_key(lines, *count, &line.key))
            return AVOW_REJECT_DUPLICATE;
        if (*count == AVOW_COSIGNATURES_MAX)
            return AVOW_REJECT_LENGTH;
        lines[(*count)++] = line;
    }
    return AVOW_ACCEPT;
}

enum avow_reject avow_checkpoint_note_read(struct avow_bytes bytes, const struct avow_key *keys,
                                           size_t key_count, struct avow_checkpoint *checkpoint,
                                           struct avow_cosignature lines[AVOW_COSIGNATURES_MAX],
                                           size_t *count)
{
    *count = 0;
    *checkpoint = (struct avow_checkpoint){0};
    struct avow_note note;
    enum avow_reject reject = avow_note_parse(bytes, &note);
    if (reject == AVOW_ACCEPT)
        reject = read_body(note.text, checkpoint);
    if (reject != AVOW_ACCEPT)
        return reject;
    reject = read_signature(&note, keys, key_count, checkpoint);
    if (reject != AVOW_ACCEPT)
        return reject;
    return read_cosignatures(&note, &checkpoint->issuer, keys, key_count, lines, count);
}
