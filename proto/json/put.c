#include "proto/json/put.h"

#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/codec/time.h"

void avow_put(json_t *object, const char *name, json_t *value, bool *ok)
{
    if (json_object_set_new(object, name, value) != 0)
        *ok = false;
}

void avow_put_item(json_t *array, json_t *value, bool *ok)
{
    if (json_array_append_new(array, value) != 0)
        *ok = false;
}

json_t *avow_put_whole(json_t *value, bool ok)
{
    if (ok)
        return value;
    json_decref(value);
    return NULL;
}

json_t *avow_value_text(struct avow_bytes text)
{
    return json_stringn(text.len > 0 ? (const char *)text.data : "", text.len);
}

json_t *avow_value_text_or_null(struct avow_bytes text)
{
    return text.len > 0 ? avow_value_text(text) : json_null();
}

json_t *avow_value_list(struct avow_text_list list)
{
    struct avow_bytes text;
    bool ok = true;
    json_t *array = json_array();
    while (avow_text_list_next(&list, &text))
        avow_put_item(array, avow_value_text(text), &ok);
    return avow_put_whole(array, ok);
}

json_t *avow_value_uint(uint64_t number)
{
    return json_integer((json_int_t)number);
}

json_t *avow_value_range(uint64_t min, uint64_t max)
{
    return json_pack("[I, I]", (json_int_t)min, (json_int_t)max);
}

json_t *avow_value_hundredths(uint64_t hundredths)
{
    return hundredths % 100 == 0 ? json_integer((json_int_t)(hundredths / 100))
                                 : json_real((double)hundredths / 100);
}

json_t *avow_value_time(uint64_t seconds)
{
    char text[AVOW_TIME_TEXT_LEN + 1];
    if (seconds > AVOW_TIME_MAX)
        return json_null();
    avow_time_format(seconds, text);
    return json_string(text);
}

json_t *avow_value_time_or_null(uint64_t seconds)
{
    return seconds != 0 ? avow_value_time(seconds) : json_null();
}

json_t *avow_value_issuer(const struct avow_hash *issuer)
{
    char text[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, text);
    return json_string(text);
}

json_t *avow_value_reference(const struct avow_hash *issuer, uint64_t index)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(issuer, index, text);
    return json_string(text);
}

json_t *avow_value_node(const struct avow_key *node)
{
    char text[AVOW_NODE_TEXT_MAX];
    avow_id_node_text(node, text);
    return json_string(text);
}

json_t *avow_value_key(const struct avow_key *key)
{
    char text[AVOW_MULTIKEY_TEXT_MAX];
    avow_multibase_key_text(key, text);
    return json_string(text);
}

static json_t *hex_value(const void *data, size_t len)
{
    uint8_t hex[2 * sizeof(struct avow_signature)];
    struct avow_buf out;
    avow_buf_init_fixed(&out, hex, sizeof(hex));
    avow_hex_encode(avow_bytes(data, len), &out);
    return avow_value_text(avow_buf_bytes(&out));
}

json_t *avow_value_hex(const struct avow_hash *hash)
{
    return hex_value(hash->bytes, sizeof(hash->bytes));
}

json_t *avow_value_signature(const struct avow_signature *signature)
{
    return hex_value(signature->bytes, sizeof(signature->bytes));
}
