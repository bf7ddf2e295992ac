/* Root chains: what is asked of them, and their stored form. */
#include "proto/codec/reader.h"
#include "proto/codec/writer.h"
#include "proto/log/chain.h"

struct avow_bytes avow_chain_entry_bytes(const struct avow_chain *chain, size_t position)
{
    AVOW_ASSERT(position < chain->count);
    const struct avow_root_entry *entry = &chain->entries[position];
    return avow_bytes(chain->bytes.data + entry->offset, entry->len);
}

/* The last root entry that names the issuer, for a log of `size` entries. */
static size_t naming_entry(const struct avow_chain *chain, uint64_t size)
{
    for (size_t i = chain->count; i-- > 1;) {
        if (chain->entries[i].kind == AVOW_KIND_IDENTITY && chain->entries[i].index < size)
            return i;
    }
    return 0;
}

struct avow_chain_names avow_chain_names(const struct avow_chain *chain, uint64_t size)
{
    struct avow_entry entry;
    size_t position = size == AVOW_NEVER ? chain->identity : naming_entry(chain, size);
    enum avow_reject reject = avow_entry_decode(avow_chain_entry_bytes(chain, position), &entry);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    if (entry.kind == AVOW_KIND_INCEPTION)
        return (struct avow_chain_names){entry.inception.name, entry.inception.jurisdiction,
                                         entry.inception.website};
    return (struct avow_chain_names){entry.identity.name, entry.identity.jurisdiction,
                                     entry.identity.website};
}

const char *avow_key_kind_name(enum avow_key_kind kind)
{
    static const char *const names[] = {
        [AVOW_KEY_ROOT] = "root", [AVOW_KEY_SIGN] = "sign", [AVOW_KEY_HEARTBEAT] = "heartbeat"};
    return names[kind];
}

/* The closing checkpoint, of size closed_at + 1, is signed by a sign key that the closure ended,
 * and by no other: the custodian's first checkpoint is a larger one. */
static bool is_in_force_at(const struct avow_chain *chain, const struct avow_chain_key *key,
                           uint64_t size)
{
    if (chain->closed && size == chain->closed_at + 1)
        return key->kind == AVOW_KEY_SIGN && key->until == chain->closed_at;
    return avow_chain_key_covers(key, size);
}

const struct avow_chain_key *avow_chain_key(const struct avow_chain *chain,
                                            const struct avow_key *key, enum avow_key_kind kind,
                                            uint64_t size)
{
    for (size_t i = 0; i < chain->key_count; i++) {
        const struct avow_chain_key *known = &chain->keys[i];
        if (known->kind == kind && avow_key_equal(&known->key, key))
            return is_in_force_at(chain, known, size) ? known : NULL;
    }
    return NULL;
}

bool avow_chain_has_key(const struct avow_chain *chain, const struct avow_key *key)
{
    for (size_t i = 0; i < chain->key_count; i++)
        if (avow_key_equal(&chain->keys[i].key, key))
            return true;
    return false;
}

void avow_chain_save(struct avow_buf *out, const struct avow_chain *chain)
{
    avow_write_array(out, chain->count);
    for (size_t i = 0; i < chain->count; i++) {
        avow_write_array(out, 3);
        avow_write_uint(out, chain->entries[i].index);
        avow_write_hash(out, &chain->entries[i].root_before);
        avow_write_bin(out, avow_chain_entry_bytes(chain, i));
    }
}

static enum avow_err load_entry(struct avow_chain *chain, struct avow_reader *reader)
{
    struct avow_hash root_before;
    struct avow_entry entry;
    enum avow_reject reject;
    avow_reader_array_of(reader, 3);
    uint64_t index = avow_reader_uint(reader);
    avow_reader_hash(reader, &root_before);
    struct avow_bytes bytes = avow_reader_bin(reader, AVOW_ROOT_ENTRY_BYTES_MAX);
    if (reader->reject != AVOW_ACCEPT)
        return AVOW_OK;
    enum avow_err err = AVOW_OK;
    reject = avow_entry_decode(bytes, &entry);
    if (reject == AVOW_ACCEPT)
        err = avow_chain_reapply(chain, index, &entry, &root_before, &reject);
    if (reject != AVOW_ACCEPT)
        avow_reader_reject(reader, reject);
    return err;
}

enum avow_err avow_chain_load(struct avow_chain *chain, struct avow_bytes saved,
                              enum avow_reject *reject)
{
    struct avow_reader reader;
    enum avow_err err = AVOW_OK;
    avow_chain_fini(chain);
    avow_reader_init(&reader, saved);
    size_t count = avow_reader_array(&reader, AVOW_ROOT_ENTRIES_MAX);
    for (size_t i = 0; i < count && err == AVOW_OK && reader.reject == AVOW_ACCEPT; i++)
        err = load_entry(chain, &reader);
    *reject = avow_reader_finish(&reader);
    if (err != AVOW_OK || *reject != AVOW_ACCEPT)
        avow_chain_fini(chain);
    return err;
}
