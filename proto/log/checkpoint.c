/* Checkpoints on the wire, their text, their signatures. The note as a whole: checkpoint_note.c. */
#include "proto/log/checkpoint.h"

#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/codec/writer.h"
#include "proto/log/note.h"

#define OPENING_SHOWN 16 /* bytes of the opening entry's leaf hash that the origin shows */
#define COSIGNED_MAX (AVOW_CHECKPOINT_BODY_MAX + 64)

void avow_checkpoint_write(struct avow_buf *out, const struct avow_checkpoint *checkpoint)
{
    avow_write_array(out, 9);
    avow_write_hash(out, &checkpoint->issuer);
    avow_write_uint(out, checkpoint->epoch);
    avow_write_hash(out, &checkpoint->opening);
    avow_write_uint(out, checkpoint->size);
    avow_write_hash(out, &checkpoint->root);
    avow_write_uint(out, checkpoint->time);
    avow_write_hash(out, &checkpoint->status_root);
    avow_write_key32(out, &checkpoint->key);
    avow_write_signature(out, &checkpoint->signature);
}

void avow_checkpoint_read(struct avow_reader *reader, struct avow_checkpoint *checkpoint)
{
    avow_reader_array_of(reader, 9);
    avow_reader_hash(reader, &checkpoint->issuer);
    checkpoint->epoch = (uint32_t)avow_reader_uint_max(reader, AVOW_EPOCH_MAX);
    avow_reader_hash(reader, &checkpoint->opening);
    checkpoint->size = avow_reader_uint(reader);
    if (checkpoint->size == 0)
        avow_reader_reject(reader, AVOW_REJECT_RANGE);
    avow_reader_hash(reader, &checkpoint->root);
    checkpoint->time = avow_reader_uint(reader);
    avow_reader_hash(reader, &checkpoint->status_root);
    avow_reader_key32(reader, &checkpoint->key);
    avow_reader_signature(reader, &checkpoint->signature);
}

void avow_cosignature_write(struct avow_buf *out, const struct avow_cosignature *line)
{
    avow_write_array(out, 3);
    avow_write_key32(out, &line->key);
    avow_write_uint(out, line->time);
    avow_write_signature(out, &line->signature);
}

static void read_cosignature(struct avow_reader *reader, struct avow_cosignature *line)
{
    avow_reader_array_of(reader, 3);
    avow_reader_key32(reader, &line->key);
    line->time = avow_reader_uint(reader);
    avow_reader_signature(reader, &line->signature);
}

void avow_cosignatures_write(struct avow_buf *out, const struct avow_cosignature *lines,
                             size_t count)
{
    AVOW_ASSERT(count <= AVOW_COSIGNATURES_MAX);
    avow_write_array(out, count);
    for (size_t i = 0; i < count; i++)
        avow_cosignature_write(out, &lines[i]);
}

void avow_cosignatures_read(struct avow_reader *reader,
                            struct avow_cosignature lines[AVOW_COSIGNATURES_MAX], size_t *count)
{
    size_t given = avow_reader_array(reader, AVOW_COSIGNATURES_MAX);
    for (size_t i = 0; i < given; i++) {
        read_cosignature(reader, &lines[i]);
        for (size_t j = 0; j < i; j++)
            if (avow_key_equal(&lines[i].key, &lines[j].key))
                avow_reader_reject(reader, AVOW_REJECT_DUPLICATE);
    }
    *count = reader->reject == AVOW_ACCEPT ? given : 0;
}

void avow_checkpoint_origin(const struct avow_checkpoint *checkpoint,
                            char out[AVOW_ORIGIN_TEXT_MAX])
{
    char issuer[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(&checkpoint->issuer, issuer);
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, out, AVOW_ORIGIN_TEXT_MAX);
    avow_buf_printf(&buf, "avow/%s/%u/", issuer, checkpoint->epoch);
    avow_hex_encode(avow_bytes(checkpoint->opening.bytes, OPENING_SHOWN), &buf);
    avow_buf_append(&buf, "", 1);
    AVOW_ASSERT(buf.err == AVOW_OK);
}

bool avow_checkpoint_same_origin(const struct avow_checkpoint *a, const struct avow_checkpoint *b)
{
    return avow_hash_equal(&a->issuer, &b->issuer) && a->epoch == b->epoch &&
           memcmp(a->opening.bytes, b->opening.bytes, OPENING_SHOWN) == 0;
}

bool avow_checkpoint_same_text(const struct avow_checkpoint *a, const struct avow_checkpoint *b)
{
    return avow_checkpoint_same_origin(a, b) && a->size == b->size && a->time == b->time &&
           avow_hash_equal(&a->root, &b->root) && avow_hash_equal(&a->status_root, &b->status_root);
}

void avow_checkpoint_body(struct avow_buf *out, const struct avow_checkpoint *checkpoint)
{
    char origin[AVOW_ORIGIN_TEXT_MAX];
    avow_checkpoint_origin(checkpoint, origin);
    avow_buf_printf(out, "%s\n%llu\n", origin, (unsigned long long)checkpoint->size);
    avow_base64_encode(avow_bytes(checkpoint->root.bytes, sizeof(checkpoint->root.bytes)), out);
    avow_buf_printf(out, "\ntime %llu\nstatus ", (unsigned long long)checkpoint->time);
    avow_base64_encode(
        avow_bytes(checkpoint->status_root.bytes, sizeof(checkpoint->status_root.bytes)), out);
    avow_buf_append(out, "\n", 1);
}

/* The text in storage of the caller's. */
static struct avow_bytes body_in(uint8_t storage[AVOW_CHECKPOINT_BODY_MAX],
                                 const struct avow_checkpoint *checkpoint)
{
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, storage, AVOW_CHECKPOINT_BODY_MAX);
    avow_checkpoint_body(&buf, checkpoint);
    AVOW_ASSERT(buf.err == AVOW_OK);
    return avow_buf_bytes(&buf);
}

static struct avow_bytes cosigned_in(uint8_t storage[COSIGNED_MAX],
                                     const struct avow_checkpoint *checkpoint, uint64_t time)
{
    uint8_t body[AVOW_CHECKPOINT_BODY_MAX];
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, storage, COSIGNED_MAX);
    avow_note_cosigned(&buf, time, body_in(body, checkpoint));
    AVOW_ASSERT(buf.err == AVOW_OK);
    return avow_buf_bytes(&buf);
}

static struct avow_key public_of(const struct avow_secret_key *secret)
{
    struct avow_key key;
    memcpy(key.bytes, secret->bytes + sizeof(secret->bytes) - sizeof(key.bytes), sizeof(key.bytes));
    return key;
}

void avow_checkpoint_sign(struct avow_checkpoint *checkpoint, const struct avow_secret_key *secret)
{
    uint8_t body[AVOW_CHECKPOINT_BODY_MAX];
    checkpoint->key = public_of(secret);
    avow_ed25519_sign(secret, body_in(body, checkpoint), &checkpoint->signature);
}

bool avow_checkpoint_verify(const struct avow_checkpoint *checkpoint)
{
    uint8_t body[AVOW_CHECKPOINT_BODY_MAX];
    return avow_ed25519_verify(&checkpoint->key, body_in(body, checkpoint), &checkpoint->signature);
}

void avow_cosignature_sign(struct avow_cosignature *line, const struct avow_checkpoint *checkpoint,
                           uint64_t time, const struct avow_secret_key *secret)
{
    uint8_t message[COSIGNED_MAX];
    line->key = public_of(secret);
    line->time = time;
    avow_ed25519_sign(secret, cosigned_in(message, checkpoint, time), &line->signature);
}

bool avow_cosignature_verify(const struct avow_cosignature *line,
                             const struct avow_checkpoint *checkpoint)
{
    uint8_t message[COSIGNED_MAX];
    return avow_ed25519_verify(&line->key, cosigned_in(message, checkpoint, line->time),
                               &line->signature);
}
