/* Any text as base64, base64url, hexadecimal, base58, Multikey and did:key: what is accepted is
 * exactly what we write. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec/base58.h"
#include "proto/codec/base64.h"

static void check(struct avow_bytes text,
                  enum avow_reject (*decode)(struct avow_bytes text, struct avow_buf *out),
                  void (*encode)(struct avow_bytes data, struct avow_buf *out))
{
    struct avow_buf data;
    struct avow_buf again;
    avow_buf_init(&data, text.len);
    avow_buf_init(&again, text.len);
    if (decode(text, &data) == AVOW_ACCEPT) {
        encode(avow_buf_bytes(&data), &again);
        AVOW_ASSERT(data.err == AVOW_OK && again.err == AVOW_OK);
        AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), text));
    } else {
        AVOW_ASSERT(data.len == 0);
    }
    avow_buf_fini(&data);
    avow_buf_fini(&again);
}

static void check_base58(struct avow_bytes text)
{
    uint8_t data[AVOW_BASE58_BYTES_MAX];
    uint8_t storage[AVOW_BASE58_LEN_MAX];
    size_t len;
    if (avow_base58_decode(text, data, sizeof(data), &len) != AVOW_ACCEPT)
        return;
    struct avow_buf again;
    avow_buf_init_fixed(&again, storage, sizeof(storage));
    avow_base58_encode(avow_bytes(data, len), &again);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), text));
}

static void check_keys(struct avow_bytes text)
{
    struct avow_key key;
    char written[AVOW_DID_KEY_TEXT_MAX];
    if (avow_multibase_key_parse(text, &key) == AVOW_ACCEPT) {
        avow_multibase_key_text(&key, written);
        AVOW_ASSERT(avow_bytes_equal(avow_bytes_text(written), text));
    }
    if (avow_did_key_parse(text, &key) == AVOW_ACCEPT) {
        avow_did_key_text(&key, written);
        AVOW_ASSERT(avow_bytes_equal(avow_bytes_text(written), text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_bytes text = avow_bytes(data, size);
    check(text, avow_base64_decode, avow_base64_encode);
    check(text, avow_base64url_decode, avow_base64url_encode);
    check(text, avow_hex_decode, avow_hex_encode);
    check_base58(text);
    check_keys(text);
    return 0;
}
