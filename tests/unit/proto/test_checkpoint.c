/* Checkpoints: the wire form, the text against one made with OpenSSL and another bech32m, and every
 * bit of both. */
#include "proto/log/checkpoint.h"

#include "proto/log/note.h"
#include "tests/support/bytes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ISSUER "avow1zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsguuukr"
#define ORIGIN "avow/" ISSUER "/2/22222222222222222222222222222222"
#define ROOT "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM=\n"
#define STATUS "status REREREREREREREREREREREREREREREREREREREREREQ=\n"
#define BODY ORIGIN "\n1234567\n" ROOT "time 1800000000\n" STATUS
#define DASH "\xe2\x80\x94 "
#define SIGNED                                                                                     \
    DASH ORIGIN " Zy6E3xhAed9m/ZADsFsi6fPKYAn1c4cqbnHOLHdbM9xWItfa490R7+e4xjOvPfWzIexH3gE/"        \
                "8mUPPNnUpE3WfY6zTgQ=\n"
#define HEARTBEAT                                                                                  \
    DASH "avow/" ISSUER "/heartbeat 4kFeJAAAAABrSdI8QhcPe4cGaWhDKxppNkwkCRnPR92S+vj4JvMChBDlPx3f"  \
         "inb1EKNZGwC/419x1wTzuRIIeyIV1GJT0tmggUnFDA==\n"
#define NODE "avownode1a4yj333g68pvd6hfqvufqkv4vy54jfe6t33ljd3kc9rpfty8xlgsxwl32q"
#define WITNESS                                                                                    \
    DASH NODE " GxBe0QAAAABrSdI9CYGb5YcC8dPDL96TBqeJvNUvuqs7PlTQ7XfTKupXLtc3N0JhvHQkNQfX6bhrhO3/"  \
              "11PyQwMBLg01oGfAdW3aBw==\n"
#define VKEY ORIGIN "+672e84df+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

static struct avow_checkpoint checkpoint;
static struct avow_cosignature lines[2];  /* heartbeat, witness */
static struct avow_secret_key secrets[3]; /* sign, heartbeat, witness */
static struct avow_key keys[3];

/* What the text above says, signed here. */
static int make(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t seed[32];
        memset(seed, i + 1, sizeof(seed));
        avow_ed25519_from_seed(seed, &secrets[i], &keys[i]);
    }
    checkpoint = (struct avow_checkpoint){.epoch = 2, .size = 1234567, .time = 1800000000};
    memset(checkpoint.issuer.bytes, 0x11, 32);
    memset(checkpoint.opening.bytes, 0x22, 32);
    memset(checkpoint.root.bytes, 0x33, 32);
    memset(checkpoint.status_root.bytes, 0x44, 32);
    avow_checkpoint_sign(&checkpoint, &secrets[0]);
    avow_cosignature_sign(&lines[0], &checkpoint, 1800000060, &secrets[1]);
    avow_cosignature_sign(&lines[1], &checkpoint, 1800000061, &secrets[2]);
    return 0;
}

static void assert_text(const struct avow_buf *buf, const char *want)
{
    assert_int_equal(buf->err, AVOW_OK);
    assert_int_equal(buf->len, strlen(want));
    assert_memory_equal(buf->data, want, buf->len);
}

static void test_text(void **state)
{
    (void)state;
    uint8_t storage[AVOW_CHECKPOINT_NOTE_MAX];
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, storage, sizeof(storage));
    avow_checkpoint_body(&buf, &checkpoint);
    assert_text(&buf, BODY);
    avow_buf_clear(&buf);
    avow_checkpoint_note_write(&buf, &checkpoint, lines, 2, &keys[1]);
    assert_text(&buf, BODY "\n" SIGNED HEARTBEAT WITNESS);
    avow_buf_clear(&buf);
    avow_checkpoint_note_write(&buf, &checkpoint, NULL, 0, NULL);
    assert_text(&buf, BODY "\n" SIGNED);
    char origin[AVOW_ORIGIN_TEXT_MAX];
    avow_checkpoint_origin(&checkpoint, origin);
    assert_string_equal(origin, ORIGIN);
    avow_buf_clear(&buf);
    const struct avow_note_key key = {
        .name = avow_bytes_text(origin), .type = AVOW_NOTE_ED25519, .key = keys[0]};
    avow_vkey_write(&buf, &key);
    assert_text(&buf, VKEY);
}

/* The bounds that the header promises, at the largest values. */
static void test_bounds(void **state)
{
    (void)state;
    struct avow_checkpoint largest;
    struct avow_cosignature full[AVOW_COSIGNATURES_MAX];
    memset(&largest, 0xff, sizeof(largest));
    memset(full, 0xff, sizeof(full));
    largest.epoch = AVOW_EPOCH_MAX;
    largest.size = AVOW_UINT_MAX;
    largest.time = AVOW_UINT_MAX;
    uint8_t storage[AVOW_CHECKPOINT_NOTE_MAX];
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, storage, AVOW_CHECKPOINT_BODY_MAX);
    avow_checkpoint_body(&buf, &largest);
    assert_int_equal(buf.err, AVOW_OK);
    avow_buf_init_fixed(&buf, storage, sizeof(storage));
    avow_checkpoint_note_write(&buf, &largest, full, AVOW_COSIGNATURES_MAX, &full[0].key);
    assert_int_equal(buf.err, AVOW_OK);
}

static enum avow_reject read_wire(struct avow_bytes bytes, struct avow_checkpoint *out,
                                  struct avow_cosignature out_lines[AVOW_COSIGNATURES_MAX],
                                  size_t *count)
{
    struct avow_reader reader;
    avow_reader_init(&reader, bytes);
    avow_reader_array_of(&reader, 2);
    avow_checkpoint_read(&reader, out);
    avow_cosignatures_read(&reader, out_lines, count);
    return avow_reader_finish(&reader);
}

static void write_wire(struct avow_buf *buf)
{
    avow_buf_append(buf, "\x92", 1);
    avow_checkpoint_write(buf, &checkpoint);
    avow_cosignatures_write(buf, lines, 2);
    assert_int_equal(buf->err, AVOW_OK);
}

/* True if everything that was signed verifies and the opening's hidden half is as it was. */
static bool all_verify(const struct avow_checkpoint *got, const struct avow_cosignature *got_lines,
                       size_t count)
{
    if (!avow_checkpoint_verify(got) || !avow_key_equal(&got->key, &keys[0]) ||
        !avow_hash_equal(&got->opening, &checkpoint.opening) || count != 2)
        return false;
    for (size_t i = 0; i < 2; i++)
        if (!avow_key_equal(&got_lines[i].key, &keys[1 + i]) ||
            !avow_cosignature_verify(&got_lines[i], got))
            return false;
    return true;
}

static void test_wire(void **state)
{
    (void)state;
    uint8_t storage[1024];
    struct avow_buf buf;
    avow_buf_init_fixed(&buf, storage, sizeof(storage));
    write_wire(&buf);
    struct avow_checkpoint got;
    struct avow_cosignature got_lines[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    assert_int_equal(read_wire(avow_buf_bytes(&buf), &got, got_lines, &count), AVOW_ACCEPT);
    assert_true(all_verify(&got, got_lines, count));
    assert_true(avow_checkpoint_same_text(&got, &checkpoint));
    for (size_t len = 0; len < buf.len; len++)
        assert_int_not_equal(read_wire(avow_bytes(storage, len), &got, got_lines, &count),
                             AVOW_ACCEPT);
    for (size_t bit = 0; bit < 8 * buf.len; bit++) {
        storage[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (read_wire(avow_buf_bytes(&buf), &got, got_lines, &count) == AVOW_ACCEPT &&
            all_verify(&got, got_lines, count))
            fail_msg("accepted with bit %zu flipped", bit);
        storage[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* Changes to the values, not the bytes. */
static const struct {
    const char *name;
    uint32_t epoch;
    uint64_t size;
    size_t lines;
    enum avow_reject want;
} wire_cases[] = {
    {"least", 0, 1, 0, AVOW_ACCEPT},
    {"most", AVOW_EPOCH_MAX, AVOW_UINT_MAX, AVOW_COSIGNATURES_MAX, AVOW_ACCEPT},
    {"no entries", 0, 0, 0, AVOW_REJECT_RANGE},
    {"epoch 257", AVOW_EPOCH_MAX + 1, 1, 0, AVOW_REJECT_RANGE},
    {"16 cosignatures", 0, 1, 16, AVOW_REJECT_LENGTH},
};

static void test_wire_bounds(void **state)
{
    (void)state;
    struct avow_checkpoint got;
    struct avow_cosignature got_lines[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    uint8_t storage[4096];
    struct avow_buf buf;
    for (size_t i = 0; i < sizeof(wire_cases) / sizeof(wire_cases[0]); i++) {
        struct avow_checkpoint given = checkpoint;
        given.epoch = wire_cases[i].epoch;
        given.size = wire_cases[i].size;
        avow_buf_init_fixed(&buf, storage, sizeof(storage));
        avow_buf_append(&buf, "\x92", 1);
        avow_checkpoint_write(&buf, &given);
        if (wire_cases[i].lines > 15)
            avow_buf_append(&buf, "\xdc\x00\x10", 3);
        else
            avow_buf_append(&buf, &(uint8_t){(uint8_t)(0x90 | wire_cases[i].lines)}, 1);
        for (size_t line = 0; line < wire_cases[i].lines; line++) {
            struct avow_cosignature other = lines[0];
            other.key.bytes[0] = (uint8_t)line;
            avow_cosignature_write(&buf, &other);
        }
        enum avow_reject reject = read_wire(avow_buf_bytes(&buf), &got, got_lines, &count);
        if (reject != wire_cases[i].want)
            fail_msg("%s: %s", wire_cases[i].name, avow_reject_name(reject));
        assert_int_equal(count, reject == AVOW_ACCEPT ? wire_cases[i].lines : 0);
    }
    const struct avow_cosignature twice[2] = {lines[1], lines[1]};
    avow_buf_init_fixed(&buf, storage, sizeof(storage));
    avow_buf_append(&buf, "\x92", 1);
    avow_checkpoint_write(&buf, &checkpoint);
    avow_cosignatures_write(&buf, twice, 2);
    assert_int_equal(read_wire(avow_buf_bytes(&buf), &got, got_lines, &count),
                     AVOW_REJECT_DUPLICATE);
}

#define FOREIGN DASH "witness.example/w 4kFeJAAAAABrSdI8QhcPe4cGaWhDKxppNkwkCRnPR92S+vj4JvM=\n"
/* Our names, ids of no key that we were given. */
#define OTHER_SIGNED DASH ORIGIN " AAAAAAAA\n"
#define OTHER_HEARTBEAT DASH "avow/" ISSUER "/heartbeat AAAAAAAA\n"

/* Read with the sign and the heartbeat key as candidates. */
static const struct {
    const char *name;
    struct avow_bytes note;
    enum avow_reject want;
    size_t count; /* cosignatures */
} note_cases[] = {
    {"alone", TEXT(BODY "\n" SIGNED), AVOW_ACCEPT, 0},
    {"both lines", TEXT(BODY "\n" SIGNED HEARTBEAT WITNESS), AVOW_ACCEPT, 2},
    {"another order", TEXT(BODY "\n" WITNESS SIGNED HEARTBEAT), AVOW_ACCEPT, 2},
    {"a foreign witness", TEXT(BODY "\n" SIGNED FOREIGN WITNESS), AVOW_ACCEPT, 1},
    {"another sign key's line", TEXT(BODY "\n" OTHER_SIGNED SIGNED), AVOW_ACCEPT, 0},
    {"another heartbeat", TEXT(BODY "\n" SIGNED OTHER_HEARTBEAT HEARTBEAT), AVOW_ACCEPT, 1},
    {"a witness that is another key", TEXT(BODY "\n" SIGNED DASH NODE " AAAAAAAA\n"), AVOW_ACCEPT,
     0},
    {"not signed", TEXT(BODY "\n" HEARTBEAT WITNESS), AVOW_REJECT_KEY_UNKNOWN, 0},
    {"signed twice", TEXT(BODY "\n" SIGNED SIGNED), AVOW_REJECT_DUPLICATE, 0},
    {"one witness twice", TEXT(BODY "\n" SIGNED WITNESS WITNESS), AVOW_REJECT_DUPLICATE, 0},
    {"one heartbeat twice", TEXT(BODY "\n" SIGNED HEARTBEAT HEARTBEAT), AVOW_REJECT_DUPLICATE, 0},
    {"not a note", TEXT(BODY SIGNED), AVOW_REJECT_TRUNCATED, 0},
    {"not ours", TEXT("example.com/log\n1\n" ROOT "\n" SIGNED), AVOW_REJECT_ORIGIN, 0},
    {"no epoch", TEXT("avow/" ISSUER "\n1\n" ROOT "time 1\n" STATUS "\n" SIGNED),
     AVOW_REJECT_ORIGIN, 0},
    {"epoch 02",
     TEXT("avow/" ISSUER "/02/22222222222222222222222222222222\n1\n" ROOT "time 1\n" STATUS
          "\n" SIGNED),
     AVOW_REJECT_ORIGIN, 0},
    {"epoch 257",
     TEXT("avow/" ISSUER "/257/22222222222222222222222222222222\n1\n" ROOT "time 1\n" STATUS
          "\n" SIGNED),
     AVOW_REJECT_ORIGIN, 0},
    {"short opening",
     TEXT("avow/" ISSUER "/2/222222222222222222222222222222\n1\n" ROOT "time 1\n" STATUS
          "\n" SIGNED),
     AVOW_REJECT_ORIGIN, 0},
    {"no extension lines", TEXT(ORIGIN "\n1234567\n" ROOT "\n" SIGNED), AVOW_REJECT_VALUE, 0},
    {"size 0", TEXT(ORIGIN "\n0\n" ROOT "time 1\n" STATUS "\n" SIGNED), AVOW_REJECT_VALUE, 0},
    {"size 01", TEXT(ORIGIN "\n01\n" ROOT "time 1\n" STATUS "\n" SIGNED), AVOW_REJECT_VALUE, 0},
    {"size 2^53", TEXT(ORIGIN "\n9007199254740992\n" ROOT "time 1\n" STATUS "\n" SIGNED),
     AVOW_REJECT_VALUE, 0},
    {"time of minus one", TEXT(ORIGIN "\n1\n" ROOT "time -1\n" STATUS "\n" SIGNED),
     AVOW_REJECT_VALUE, 0},
    {"status before time", TEXT(ORIGIN "\n1\n" ROOT STATUS "time 1\n\n" SIGNED), AVOW_REJECT_VALUE,
     0},
    {"one more line", TEXT(BODY "more\n\n" SIGNED), AVOW_REJECT_VALUE, 0},
    {"another size", TEXT(ORIGIN "\n1234568\n" ROOT "time 1800000000\n" STATUS "\n" SIGNED),
     AVOW_REJECT_SIGNATURE, 0},
};

static void test_notes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(note_cases) / sizeof(note_cases[0]); i++) {
        struct avow_checkpoint got;
        struct avow_cosignature got_lines[AVOW_COSIGNATURES_MAX];
        size_t count = 0;
        enum avow_reject reject =
            avow_checkpoint_note_read(note_cases[i].note, keys, 2, &got, got_lines, &count);
        if (reject != note_cases[i].want)
            fail_msg("%s: %s", note_cases[i].name, avow_reject_name(reject));
        if (reject != AVOW_ACCEPT)
            continue;
        if (count != note_cases[i].count)
            fail_msg("%s: %zu cosignatures", note_cases[i].name, count);
        assert_true(avow_checkpoint_same_text(&got, &checkpoint));
        assert_true(avow_checkpoint_verify(&got));
        for (size_t line = 0; line < count; line++)
            assert_true(avow_cosignature_verify(&got_lines[line], &got));
    }
}

/* Any bit flipped in a note makes it refused, or loses the line that the bit is in: a name or an
 * id that is no longer known. */
static void test_note_bits(void **state)
{
    (void)state;
    char note[] = BODY "\n" SIGNED HEARTBEAT WITNESS;
    for (size_t bit = 0; bit < 8 * (sizeof(note) - 1); bit++) {
        struct avow_checkpoint got;
        struct avow_cosignature got_lines[AVOW_COSIGNATURES_MAX];
        size_t count = 0;
        note[bit / 8] ^= (char)(1U << bit % 8);
        if (avow_checkpoint_note_read(avow_bytes(note, sizeof(note) - 1), keys, 2, &got, got_lines,
                                      &count) == AVOW_ACCEPT &&
            (count == 2 || bit / 8 < sizeof(BODY SIGNED)))
            fail_msg("accepted with bit %zu flipped", bit);
        note[bit / 8] ^= (char)(1U << bit % 8);
    }
}

static void test_same(void **state)
{
    (void)state;
    struct avow_checkpoint other = checkpoint;
    other.opening.bytes[31] ^= 1; /* not shown */
    other.key.bytes[0] ^= 1;
    assert_true(avow_checkpoint_same_text(&other, &checkpoint));
    other.size++;
    assert_true(avow_checkpoint_same_origin(&other, &checkpoint));
    assert_false(avow_checkpoint_same_text(&other, &checkpoint));
    other.opening.bytes[15] ^= 1;
    assert_false(avow_checkpoint_same_origin(&other, &checkpoint));
    other = checkpoint;
    other.epoch++;
    assert_false(avow_checkpoint_same_origin(&other, &checkpoint));
    other = checkpoint;
    other.issuer.bytes[0] ^= 1;
    assert_false(avow_checkpoint_same_origin(&other, &checkpoint));
    other = checkpoint;
    other.time++;
    assert_false(avow_checkpoint_same_text(&other, &checkpoint));
    other = checkpoint;
    other.status_root.bytes[31] ^= 1;
    assert_false(avow_checkpoint_same_text(&other, &checkpoint));
    other = checkpoint;
    other.root.bytes[31] ^= 1;
    assert_false(avow_checkpoint_same_text(&other, &checkpoint));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),  cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_wire),  cmocka_unit_test(test_wire_bounds),
        cmocka_unit_test(test_notes), cmocka_unit_test(test_note_bits),
        cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
