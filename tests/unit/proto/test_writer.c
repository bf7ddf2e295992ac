/* codec/writer: shortest forms, agreement with msgpack-c's unpacker, failure that sticks. */
#include "proto/codec/writer.h"

#include "proto/codec/reader.h"
#include "tests/support/bytes.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct uint_case {
    uint64_t value;
    struct avow_bytes expected;
};

static const struct uint_case uint_cases[] = {
    {0, BYTES(0)},
    {127, BYTES(0x7f)},
    {128, BYTES(0xcc, 0x80)},
    {255, BYTES(0xcc, 0xff)},
    {256, BYTES(0xcd, 1, 0)},
    {65535, BYTES(0xcd, 0xff, 0xff)},
    {65536, BYTES(0xce, 0, 1, 0, 0)},
    {UINT32_MAX, BYTES(0xce, 0xff, 0xff, 0xff, 0xff)},
    {UINT64_C(1) << 32, BYTES(0xcf, 0, 0, 0, 1, 0, 0, 0, 0)},
    {AVOW_UINT_MAX, BYTES(0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)},
};

static void test_uint(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(uint_cases); i++) {
        uint8_t storage[16];
        struct avow_buf out;
        avow_buf_init_fixed(&out, storage, sizeof(storage));
        avow_write_uint(&out, uint_cases[i].value);
        if (out.err != AVOW_OK || !avow_bytes_equal(avow_buf_bytes(&out), uint_cases[i].expected))
            fail_msg("%llu", (unsigned long long)uint_cases[i].value);
    }
}

enum shape { SHAPE_TEXT, SHAPE_BIN, SHAPE_ARRAY, SHAPE_MAP };

/* The head that goes before `size` bytes, items or pairs. */
struct head_case {
    const char *name;
    enum shape shape;
    size_t size;
    struct avow_bytes expected;
};

static const struct head_case head_cases[] = {
    {"text 0", SHAPE_TEXT, 0, BYTES(0xa0)},
    {"text 31", SHAPE_TEXT, 31, BYTES(0xbf)},
    {"text 32", SHAPE_TEXT, 32, BYTES(0xd9, 32)},
    {"text 255", SHAPE_TEXT, 255, BYTES(0xd9, 255)},
    {"text 256", SHAPE_TEXT, 256, BYTES(0xda, 1, 0)},
    {"text 65536", SHAPE_TEXT, 65536, BYTES(0xdb, 0, 1, 0, 0)},
    {"bin 0", SHAPE_BIN, 0, BYTES(0xc4, 0)},
    {"bin 255", SHAPE_BIN, 255, BYTES(0xc4, 255)},
    {"bin 256", SHAPE_BIN, 256, BYTES(0xc5, 1, 0)},
    {"bin 65536", SHAPE_BIN, 65536, BYTES(0xc6, 0, 1, 0, 0)},
    {"array 0", SHAPE_ARRAY, 0, BYTES(0x90)},
    {"array 15", SHAPE_ARRAY, 15, BYTES(0x9f)},
    {"array 16", SHAPE_ARRAY, 16, BYTES(0xdc, 0, 16)},
    {"array 65536", SHAPE_ARRAY, 65536, BYTES(0xdd, 0, 1, 0, 0)},
    {"map 0", SHAPE_MAP, 0, BYTES(0x80)},
    {"map 15", SHAPE_MAP, 15, BYTES(0x8f)},
    {"map 16", SHAPE_MAP, 16, BYTES(0xde, 0, 16)},
    {"map 65536", SHAPE_MAP, 65536, BYTES(0xdf, 0, 1, 0, 0)},
};

static void write_shape(struct avow_buf *out, enum shape shape, struct avow_bytes body)
{
    switch (shape) {
    case SHAPE_TEXT:
        avow_write_text(out, body);
        break;
    case SHAPE_BIN:
        avow_write_bin(out, body);
        break;
    case SHAPE_ARRAY:
        avow_write_array(out, body.len);
        break;
    case SHAPE_MAP:
        avow_write_map(out, body.len);
        break;
    }
}

static void test_heads(void **state)
{
    (void)state;
    static char body[65536];
    memset(body, 'x', sizeof(body));
    for (size_t i = 0; i < COUNT(head_cases); i++) {
        const struct head_case *row = &head_cases[i];
        bool has_body = row->shape == SHAPE_TEXT || row->shape == SHAPE_BIN;
        struct avow_buf out;
        avow_buf_init(&out, 70000);
        write_shape(&out, row->shape, avow_bytes(body, row->size));
        size_t head_len = row->expected.len;
        if (out.err != AVOW_OK || out.len != head_len + (has_body ? row->size : 0) ||
            memcmp(out.data, row->expected.data, head_len) != 0 ||
            memcmp(out.data + head_len, body, out.len - head_len) != 0)
            fail_msg("%s", row->name);
        avow_buf_fini(&out);
    }
}

static const struct avow_hash hash = {{0xa1}};
static const struct avow_key key = {{0xb2}};
static const struct avow_signature signature = {{0xc3}};

static void write_specimen(struct avow_buf *out)
{
    static const uint8_t raw[] = {0x92, 0xc2, 0xc3};
    avow_write_array(out, 7);
    avow_write_uint(out, 1700000000);
    avow_write_nil(out);
    avow_write_hash(out, &hash);
    avow_write_key32(out, &key);
    avow_write_signature(out, &signature);
    avow_write_map(out, 1);
    avow_write_text(out, avow_bytes_text("título"));
    avow_write_bin(out, avow_bytes(NULL, 0));
    avow_write_raw(out, avow_bytes(raw, sizeof(raw)));
}

static void check_bin(const msgpack_object *object, const void *data, size_t len)
{
    assert_int_equal(object->type, MSGPACK_OBJECT_BIN);
    assert_int_equal(object->via.bin.size, len);
    if (len > 0)
        assert_memory_equal(object->via.bin.ptr, data, len);
}

static void test_msgpack_c_agrees(void **state)
{
    (void)state;
    struct avow_buf out;
    avow_buf_init(&out, 1024);
    write_specimen(&out);
    assert_int_equal(out.err, AVOW_OK);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    assert_int_equal(msgpack_unpack_next(&unpacked, (const char *)out.data, out.len, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(offset, out.len);
    assert_int_equal(unpacked.data.type, MSGPACK_OBJECT_ARRAY);
    assert_int_equal(unpacked.data.via.array.size, 7);
    const msgpack_object *items = unpacked.data.via.array.ptr;
    assert_int_equal(items[0].type, MSGPACK_OBJECT_POSITIVE_INTEGER);
    assert_int_equal(items[0].via.u64, 1700000000);
    assert_int_equal(items[1].type, MSGPACK_OBJECT_NIL);
    check_bin(&items[2], &hash, sizeof(hash));
    check_bin(&items[3], &key, sizeof(key));
    check_bin(&items[4], &signature, sizeof(signature));
    assert_int_equal(items[5].type, MSGPACK_OBJECT_MAP);
    assert_int_equal(items[5].via.map.size, 1);
    const msgpack_object_kv *pair = items[5].via.map.ptr;
    assert_int_equal(pair->key.type, MSGPACK_OBJECT_STR);
    assert_int_equal(pair->key.via.str.size, strlen("título"));
    assert_memory_equal(pair->key.via.str.ptr, "título", strlen("título"));
    check_bin(&pair->val, NULL, 0);
    assert_int_equal(items[6].type, MSGPACK_OBJECT_ARRAY);
    msgpack_unpacked_destroy(&unpacked);
    avow_buf_fini(&out);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct avow_buf out;
    avow_buf_init(&out, 1024);
    write_specimen(&out);
    struct avow_reader reader;
    struct avow_hash hash_read;
    struct avow_key key_read;
    struct avow_signature signature_read;
    struct avow_bytes last = {NULL, 0};
    avow_reader_init(&reader, avow_buf_bytes(&out));
    avow_reader_array_of(&reader, 7);
    assert_int_equal(avow_reader_uint(&reader), 1700000000);
    assert_true(avow_reader_nil(&reader));
    avow_reader_hash(&reader, &hash_read);
    avow_reader_key32(&reader, &key_read);
    avow_reader_signature(&reader, &signature_read);
    assert_int_equal(avow_reader_map(&reader, 1), 1);
    struct avow_bytes name = avow_reader_key(&reader, &last, 100);
    assert_int_equal(avow_reader_bin(&reader, 100).len, 0);
    assert_int_equal(avow_reader_any(&reader).len, 3);
    assert_int_equal(avow_reader_finish(&reader), AVOW_ACCEPT);
    assert_true(avow_hash_equal(&hash, &hash_read));
    assert_true(avow_key_equal(&key, &key_read));
    assert_memory_equal(&signature, &signature_read, sizeof(signature));
    assert_true(avow_bytes_equal(name, avow_bytes_text("título")));
    avow_buf_fini(&out);
}

/* Whatever the room, the failure shows and no byte is written past it. */
static void test_too_small(void **state)
{
    (void)state;
    struct avow_buf whole;
    avow_buf_init(&whole, 1024);
    write_specimen(&whole);
    for (size_t cap = 0; cap < whole.len; cap++) {
        uint8_t *storage = malloc(cap > 0 ? cap : 1);
        assert_non_null(storage);
        struct avow_buf out;
        avow_buf_init_fixed(&out, storage, cap);
        write_specimen(&out);
        if (out.err != AVOW_ERR_TOO_LARGE || out.len > cap)
            fail_msg("room for %zu bytes", cap);
        free(storage);
    }
    avow_buf_fini(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uint),
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_msgpack_c_agrees),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
