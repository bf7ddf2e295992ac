#include "proto/json/issuer.h"

#include "proto/json/put.h"
#include "proto/log/note.h"

static json_t *keys_json(const struct avow_known_log *log, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < log->chain->key_count; i++) {
        const struct avow_chain_key *key = &log->chain->keys[i];
        if (!avow_chain_key_covers(key, log->checkpoint->size))
            continue;
        json_t *object = json_object();
        avow_put(object, "use", json_string(avow_key_kind_name(key->kind)), ok);
        avow_put(object, "public_key", avow_value_key(&key->key), ok);
        avow_put(object, "not_after", avow_value_time(key->not_after), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static void put_names(json_t *object, const struct avow_chain *chain, bool *ok)
{
    const struct avow_chain_names names = avow_chain_names(chain, AVOW_NEVER);
    avow_put(object, "id", avow_value_issuer(&chain->issuer), ok);
    avow_put(object, "name", avow_value_text(names.name), ok);
    avow_put(object, "jurisdiction", avow_value_text(names.jurisdiction), ok);
    avow_put(object, "website", avow_value_text(names.website), ok);
}

static json_t *note_value(const struct avow_known_log *log)
{
    uint8_t bytes[AVOW_CHECKPOINT_NOTE_MAX];
    const struct avow_key *heartbeat = NULL;
    struct avow_buf note;
    for (size_t i = 0; i < log->chain->key_count; i++) {
        const struct avow_chain_key *key = &log->chain->keys[i];
        if (key->kind == AVOW_KEY_HEARTBEAT && avow_chain_key_covers(key, log->checkpoint->size))
            heartbeat = &key->key;
    }
    avow_buf_init_fixed(&note, bytes, sizeof(bytes));
    avow_checkpoint_note_write(&note, log->checkpoint, log->cosignatures, log->cosignature_count,
                               heartbeat);
    return note.err == AVOW_OK ? avow_value_text(avow_buf_bytes(&note)) : NULL;
}

static json_t *vkey_value(const struct avow_checkpoint *checkpoint)
{
    uint8_t bytes[512];
    char origin[AVOW_ORIGIN_TEXT_MAX];
    struct avow_buf vkey;
    avow_checkpoint_origin(checkpoint, origin);
    const struct avow_note_key key = {
        .name = avow_bytes_text(origin), .type = AVOW_NOTE_ED25519, .key = checkpoint->key};
    avow_buf_init_fixed(&vkey, bytes, sizeof(bytes));
    avow_vkey_write(&vkey, &key);
    return vkey.err == AVOW_OK ? avow_value_text(avow_buf_bytes(&vkey)) : NULL;
}

json_t *avow_issuer_json(const struct avow_known_log *log)
{
    bool ok = true;
    json_t *object = json_object();
    put_names(object, log->chain, &ok);
    avow_put(object, "epoch", avow_value_uint(log->checkpoint->epoch), &ok);
    avow_put(object, "size", avow_value_uint(log->checkpoint->size), &ok);
    avow_put(object, "closed", json_boolean(log->chain->closed), &ok);
    avow_put(object, "keys", keys_json(log, &ok), &ok);
    avow_put(object, "vkey", vkey_value(log->checkpoint), &ok);
    avow_put(object, "checkpoint", note_value(log), &ok);
    return avow_put_whole(object, ok);
}

/* ------------------------------------------------------------------ history */

static json_t *all_keys_json(const struct avow_chain *chain, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < chain->key_count; i++) {
        const struct avow_chain_key *key = &chain->keys[i];
        json_t *object = json_object();
        avow_put(object, "use", json_string(avow_key_kind_name(key->kind)), ok);
        avow_put(object, "public_key", avow_value_key(&key->key), ok);
        avow_put(object, "since", avow_value_uint(key->since), ok);
        avow_put(object, "until",
                 key->until != AVOW_NEVER ? avow_value_uint(key->until) : json_null(), ok);
        avow_put(object, "not_after", avow_value_time(key->not_after), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static json_t *root_entries_json(const struct avow_chain *chain, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < chain->count; i++)
        avow_put_item(array, avow_value_uint(chain->entries[i].index), ok);
    return array;
}

json_t *avow_issuer_history_json(const struct avow_chain *chain)
{
    bool ok = true;
    json_t *object = json_object();
    put_names(object, chain, &ok);
    avow_put(object, "epoch", avow_value_uint(avow_chain_epoch(chain)), &ok);
    avow_put(object, "closed", json_boolean(chain->closed), &ok);
    avow_put(object, "root_entries", root_entries_json(chain, &ok), &ok);
    avow_put(object, "keys", all_keys_json(chain, &ok), &ok);
    return avow_put_whole(object, ok);
}
