/* codec/base64: RFC 4648's vectors, every length, every form that an encoder would not write. */
#include "proto/codec/base64.h"

#include "tests/support/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct codec {
    const char *name;
    void (*encode)(struct avow_bytes data, struct avow_buf *out);
    enum avow_reject (*decode)(struct avow_bytes text, struct avow_buf *out);
};

static const struct codec base64 = {"base64", avow_base64_encode, avow_base64_decode};
static const struct codec base64url = {"base64url", avow_base64url_encode, avow_base64url_decode};
static const struct codec hex = {"hex", avow_hex_encode, avow_hex_decode};

struct codec_case {
    const struct codec *codec;
    struct avow_bytes text;
    enum avow_reject expected;
    struct avow_bytes data;
};

static const struct codec_case codec_cases[] = {
    /* RFC 4648, section 10 */
    {&base64, TEXT(""), AVOW_ACCEPT, TEXT("")},
    {&base64, TEXT("Zg=="), AVOW_ACCEPT, TEXT("f")},
    {&base64, TEXT("Zm8="), AVOW_ACCEPT, TEXT("fo")},
    {&base64, TEXT("Zm9v"), AVOW_ACCEPT, TEXT("foo")},
    {&base64, TEXT("Zm9vYg=="), AVOW_ACCEPT, TEXT("foob")},
    {&base64, TEXT("Zm9vYmE="), AVOW_ACCEPT, TEXT("fooba")},
    {&base64, TEXT("Zm9vYmFy"), AVOW_ACCEPT, TEXT("foobar")},
    {&hex, TEXT("666f6f626172"), AVOW_ACCEPT, TEXT("foobar")},
    {&base64url, TEXT("Zm9vYg"), AVOW_ACCEPT, TEXT("foob")},
    {&base64, TEXT("+/+/"), AVOW_ACCEPT, BYTES(0xfb, 0xff, 0xbf)},
    {&base64url, TEXT("-_-_"), AVOW_ACCEPT, BYTES(0xfb, 0xff, 0xbf)},
    {&hex, TEXT(""), AVOW_ACCEPT, TEXT("")},
    /* not what an encoder writes */
    {&base64, TEXT("Zg"), AVOW_REJECT_LENGTH, TEXT("")},
    {&base64, TEXT("Zg="), AVOW_REJECT_LENGTH, TEXT("")},
    {&base64, TEXT("Zg==="), AVOW_REJECT_LENGTH, TEXT("")},
    {&base64, TEXT("="), AVOW_REJECT_LENGTH, TEXT("")},
    {&base64, TEXT("===="), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Z==="), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Zg==Zg=="), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Zm9v===="), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Z=9v"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Zh=="), AVOW_REJECT_MINIMAL, TEXT("")},
    {&base64, TEXT("Zm9="), AVOW_REJECT_MINIMAL, TEXT("")},
    {&base64, TEXT("Zm9-"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Zm9\n"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Zm 9v"), AVOW_REJECT_LENGTH, TEXT("")},
    {&base64, TEXT("Zm9\0"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("Zm9\xff"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64, TEXT("MDEyMzQ1Njc4"), AVOW_REJECT_LENGTH, TEXT("")}, /* nine bytes in eight */
    {&base64url, TEXT("Zg=="), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&base64url, TEXT("Zh"), AVOW_REJECT_MINIMAL, TEXT("")},
    {&base64url, TEXT("Z"), AVOW_REJECT_LENGTH, TEXT("")},
    {&base64url, TEXT("Zm9/"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&hex, TEXT("6"), AVOW_REJECT_LENGTH, TEXT("")},
    {&hex, TEXT("6F"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&hex, TEXT("6g"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&hex, TEXT("0x"), AVOW_REJECT_CHECKSUM, TEXT("")},
    {&hex, TEXT("303132333435363738"), AVOW_REJECT_LENGTH, TEXT("")},
};

/* There is room for eight bytes after the two that stand there already. */
static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codec_cases); i++) {
        const struct codec_case *row = &codec_cases[i];
        uint8_t storage[10] = {0xa, 0xb};
        struct avow_buf out;
        avow_buf_init_fixed(&out, storage, sizeof(storage));
        out.len = 2;
        enum avow_reject reject = row->codec->decode(row->text, &out);
        struct avow_bytes data = avow_bytes(storage + 2, out.len - 2);
        if (reject != row->expected || out.err != AVOW_OK || !avow_bytes_equal(data, row->data) ||
            storage[0] != 0xa || storage[1] != 0xb)
            fail_msg("%s \"%.*s\": %s", row->codec->name, (int)row->text.len,
                     (const char *)row->text.data, avow_reject_name(reject));
    }
}

/* Every length and byte value there and back, through one encoder and its decoder. */
static void test_round_trip(void **state)
{
    (void)state;
    static const struct codec *const codecs[] = {&base64, &base64url, &hex};
    uint8_t data[256];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 37);
    for (size_t c = 0; c < COUNT(codecs); c++) {
        for (size_t len = 0; len <= sizeof(data); len++) {
            struct avow_buf text;
            struct avow_buf back;
            avow_buf_init(&text, 1024);
            avow_buf_init(&back, len);
            codecs[c]->encode(avow_bytes(data, len), &text);
            assert_int_equal(text.err, AVOW_OK);
            assert_int_equal(codecs[c]->decode(avow_buf_bytes(&text), &back), AVOW_ACCEPT);
            if (!avow_bytes_equal(avow_buf_bytes(&back), avow_bytes(data, len)))
                fail_msg("%s of %zu bytes", codecs[c]->name, len);
            avow_buf_fini(&text);
            avow_buf_fini(&back);
        }
    }
}

struct alphabet_row {
    const struct codec *codec;
    const char *before, *digits;
    unsigned mask; /* of the bits that the last digit stands for */
};

static const struct alphabet_row alphabets[] = {
    {&base64, "Zm9", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 63},
    {&base64url, "Zm9", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 63},
    {&hex, "6", "0123456789abcdef", 15},
};

static void expect_digit(const struct alphabet_row *row, unsigned byte)
{
    const size_t len = strlen(row->before);
    const char *digit = byte == 0 ? NULL : strchr(row->digits, (int)byte);
    char text[5] = "";
    uint8_t storage[3] = {0};
    struct avow_buf out;
    memcpy(text, row->before, len);
    text[len] = (char)byte;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    enum avow_reject reject = row->codec->decode(avow_bytes(text, len + 1), &out);
    enum avow_reject expected = digit != NULL ? AVOW_ACCEPT : AVOW_REJECT_CHECKSUM;
    if (byte == '=' && row->codec == &base64) /* padding, which leaves bits over */
        expected = AVOW_REJECT_MINIMAL;
    if (reject != expected)
        fail_msg("%s, byte %u: %s", row->codec->name, byte, avow_reject_name(reject));
    if (digit != NULL)
        assert_int_equal(out.data[out.len - 1] & row->mask, digit - row->digits);
}

/* Every byte as the last digit: one of the alphabet stands for itself, and nothing else is read. */
static void test_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(alphabets); i++) {
        for (unsigned byte = 0; byte < 256; byte++)
            expect_digit(&alphabets[i], byte);
    }
}

static void test_exact(void **state)
{
    (void)state;
    uint8_t out[2];
    assert_int_equal(avow_base64_decode_exact(avow_bytes_text("Zm8="), out, 2), AVOW_ACCEPT);
    assert_memory_equal(out, "fo", 2);
    assert_int_equal(avow_base64_decode_exact(avow_bytes_text("Zg=="), out, 2), AVOW_REJECT_LENGTH);
    assert_memory_equal(out, "\0\0", 2);
    assert_int_equal(avow_base64_decode_exact(avow_bytes_text("Zm9v"), out, 2), AVOW_REJECT_LENGTH);
    assert_int_equal(avow_hex_decode_exact(avow_bytes_text("666f"), out, 2), AVOW_ACCEPT);
    assert_memory_equal(out, "fo", 2);
    assert_int_equal(avow_hex_decode_exact(avow_bytes_text("66"), out, 2), AVOW_REJECT_LENGTH);
    assert_int_equal(avow_hex_decode_exact(avow_bytes_text("666x"), out, 2), AVOW_REJECT_CHECKSUM);
    assert_memory_equal(out, "\0\0", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
