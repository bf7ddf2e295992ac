/* msgpack-c chooses the shortest forms; its callback appends to our buffer, where failure sticks.
 */
#include "proto/codec/writer.h"

#include <msgpack.h>

static int append(void *context, const char *data, size_t len)
{
    struct avow_buf *out = context;
    avow_buf_append(out, data, len);
    return out->err == AVOW_OK ? 0 : -1;
}

static msgpack_packer packer_of(struct avow_buf *out)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, append);
    return packer;
}

/* The results of msgpack_pack_* repeat what out->err says. */
void avow_write_array(struct avow_buf *out, size_t count)
{
    msgpack_packer packer = packer_of(out);
    AVOW_ASSERT(count <= UINT32_MAX);
    (void)msgpack_pack_array(&packer, count);
}

void avow_write_map(struct avow_buf *out, size_t pairs)
{
    msgpack_packer packer = packer_of(out);
    AVOW_ASSERT(pairs <= UINT32_MAX);
    (void)msgpack_pack_map(&packer, pairs);
}

void avow_write_uint(struct avow_buf *out, uint64_t value)
{
    msgpack_packer packer = packer_of(out);
    AVOW_ASSERT(value <= AVOW_UINT_MAX);
    (void)msgpack_pack_uint64(&packer, value);
}

void avow_write_nil(struct avow_buf *out)
{
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_nil(&packer);
}

void avow_write_text(struct avow_buf *out, struct avow_bytes text)
{
    msgpack_packer packer = packer_of(out);
    AVOW_ASSERT(text.len <= UINT32_MAX);
    (void)msgpack_pack_str(&packer, text.len);
    avow_write_raw(out, text);
}

void avow_write_bin(struct avow_buf *out, struct avow_bytes bin)
{
    msgpack_packer packer = packer_of(out);
    AVOW_ASSERT(bin.len <= UINT32_MAX);
    (void)msgpack_pack_bin(&packer, bin.len);
    avow_write_raw(out, bin);
}

void avow_write_hash(struct avow_buf *out, const struct avow_hash *hash)
{
    avow_write_bin(out, avow_bytes(hash->bytes, sizeof(hash->bytes)));
}

void avow_write_key32(struct avow_buf *out, const struct avow_key *key)
{
    avow_write_bin(out, avow_bytes(key->bytes, sizeof(key->bytes)));
}

void avow_write_signature(struct avow_buf *out, const struct avow_signature *signature)
{
    avow_write_bin(out, avow_bytes(signature->bytes, sizeof(signature->bytes)));
}

void avow_write_raw(struct avow_buf *out, struct avow_bytes value)
{
    avow_buf_append(out, value.data, value.len);
}
