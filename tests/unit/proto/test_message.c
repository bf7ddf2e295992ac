/* Messages: every type both ways, in every length and with every bit flipped; what is unknown, too
 * long, or to be skipped. */
#include "proto/wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/writer.h"
#include "tests/support/bytes.h"
#include "tests/support/full_message.h"
#include "tests/support/pack.h"

#define KIB 1024

/* docs/protocol.md, "Messages": how many fields follow type and request, and the bound. */
struct type_case {
    const char *name;
    enum avow_message_type type;
    size_t fields;
    size_t bytes_max;
};

static const struct type_case types[] = {
    {"HELLO", AVOW_MESSAGE_HELLO, 5, 8 * KIB},
    {"PING", AVOW_MESSAGE_PING, 0, 512},
    {"PONG", AVOW_MESSAGE_PONG, 0, 512},
    {"CLOSE", AVOW_MESSAGE_CLOSE, 2, 8 * KIB},
    {"REFUSED", AVOW_MESSAGE_REFUSED, 3, 8 * KIB},
    {"ANNOUNCE", AVOW_MESSAGE_ANNOUNCE, 2, 8 * KIB},
    {"GET_CHAIN", AVOW_MESSAGE_GET_CHAIN, 2, 512},
    {"CHAIN", AVOW_MESSAGE_CHAIN, 3, 1024 * KIB},
    {"GET_RANGE", AVOW_MESSAGE_GET_RANGE, 4, 512},
    {"RANGE", AVOW_MESSAGE_RANGE, 5, 1024 * KIB},
    {"GET_CONSISTENCY", AVOW_MESSAGE_GET_CONSISTENCY, 3, 512},
    {"CONSISTENCY", AVOW_MESSAGE_CONSISTENCY, 4, 8 * KIB},
    {"LIST", AVOW_MESSAGE_LIST, 1, 512},
    {"LOGS", AVOW_MESSAGE_LOGS, 2, 1024 * KIB},
    {"VERIFY", AVOW_MESSAGE_VERIFY, 3, 512},
    {"VERDICT", AVOW_MESSAGE_VERDICT, 8, 512},
    {"PROVE", AVOW_MESSAGE_PROVE, 4, 64 * KIB},
    {"EVIDENCE", AVOW_MESSAGE_EVIDENCE, 1, 1024 * KIB},
    {"PROVE_UNDER", AVOW_MESSAGE_PROVE_UNDER, 5, 64 * KIB},
    {"STATUS", AVOW_MESSAGE_STATUS, 0, 512},
    {"STATUS_REPLY", AVOW_MESSAGE_STATUS_REPLY, 1, 1024 * KIB},
    {"PEERS", AVOW_MESSAGE_PEERS, 0, 512},
    {"PEERS_REPLY", AVOW_MESSAGE_PEERS_REPLY, 1, 1024 * KIB},
    {"GET_POLICY", AVOW_MESSAGE_GET_POLICY, 1, 512},
    {"POLICY", AVOW_MESSAGE_POLICY, 1, 64 * KIB},
    {"FIND", AVOW_MESSAGE_FIND, 1, 64 * KIB},
    {"FOUND", AVOW_MESSAGE_FOUND, 1, 1024 * KIB},
    {"RECOGNISED", AVOW_MESSAGE_RECOGNISED, 2, 512},
    {"RECOGNITIONS", AVOW_MESSAGE_RECOGNITIONS, 2, 64 * KIB},
    {"GET_FORKS", AVOW_MESSAGE_GET_FORKS, 1, 512},
    {"FORKS", AVOW_MESSAGE_FORKS, 2, 128 * KIB},
    {"GET_FORK", AVOW_MESSAGE_GET_FORK, 1, 512},
    {"FORK", AVOW_MESSAGE_FORK, 3, 8 * KIB},
    {"GET_OTHER", AVOW_MESSAGE_GET_OTHER, 2, 512},
    {"OTHER", AVOW_MESSAGE_OTHER, 2, 1024 * KIB},
    {"GET_STATUSES", AVOW_MESSAGE_GET_STATUSES, 2, 512},
    {"STATUSES", AVOW_MESSAGE_STATUSES, 3, 256 * KIB},
    {"SIGNER", AVOW_MESSAGE_SIGNER, 3, 512},
    {"DONE", AVOW_MESSAGE_DONE, 0, 512},
    {"PROPOSE", AVOW_MESSAGE_PROPOSE, 4, 1024 * KIB},
    {"HELD", AVOW_MESSAGE_HELD, 2, 512},
    {"SIGN", AVOW_MESSAGE_SIGN, 4, 512},
    {"ACCEPTED", AVOW_MESSAGE_ACCEPTED, 2, 8 * KIB},
    {"GET_HELD", AVOW_MESSAGE_GET_HELD, 1, 512},
    {"HELD_TEXT", AVOW_MESSAGE_HELD_TEXT, 3, 8 * KIB},
    {"GET_HELD_RANGE", AVOW_MESSAGE_GET_HELD_RANGE, 3, 512},
    {"WITHDRAW", AVOW_MESSAGE_WITHDRAW, 1, 512},
    {"HEARTBEAT_KEY", AVOW_MESSAGE_HEARTBEAT_KEY, 2, 512},
    {"RECOVER", AVOW_MESSAGE_RECOVER, 3, 1 << 20},
    {"OPERATOR", AVOW_MESSAGE_OPERATOR, 1, 512},
};
#define TYPES (sizeof(types) / sizeof(types[0]))

/* ------------------------------------------------------------------ both ways */

static struct avow_buf encoded(enum avow_message_type type)
{
    struct avow_message message = full_message();
    struct avow_buf out;
    avow_buf_init(&out, AVOW_MESSAGE_BYTES_MAX);
    message.type = type;
    avow_message_encode(&out, &message);
    assert_int_equal(out.err, AVOW_OK);
    full_message_fini();
    return out;
}

/* Decodes; what is accepted must be written again as it was. */
static enum avow_reject decode(struct avow_bytes bytes)
{
    struct avow_message message;
    enum avow_reject reject = avow_message_decode(bytes, &message);
    if (reject != AVOW_ACCEPT || (uint64_t)message.type >= AVOW_MESSAGE_SKIPPABLE_MIN)
        return reject;
    struct avow_buf again;
    avow_buf_init(&again, AVOW_MESSAGE_BYTES_MAX);
    avow_message_encode(&again, &message);
    assert_true(avow_bytes_equal(avow_buf_bytes(&again), bytes));
    avow_buf_fini(&again);
    return reject;
}

/* ------------------------------------------------------------------ every type */

static void test_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        struct avow_buf bytes = encoded(types[i].type);
        enum avow_reject reject = decode(avow_buf_bytes(&bytes));
        if (reject != AVOW_ACCEPT)
            fail_msg("%s: %s", types[i].name, avow_reject_text(reject));
        if (bytes.data[0] != 0x92 + types[i].fields)
            fail_msg("%s has %d items", types[i].name, bytes.data[0] & 15);
        if (avow_message_bytes_max(types[i].type) != types[i].bytes_max)
            fail_msg("%s has another bound", types[i].name);
        avow_buf_fini(&bytes);
    }
}

/* Every other number below 128 is unknown. */
static void test_unknown(void **state)
{
    (void)state;
    for (uint8_t type = 0; type < AVOW_MESSAGE_SKIPPABLE_MIN; type++) {
        const uint8_t bytes[] = {0x92, type, 0};
        bool known = false;
        for (size_t i = 0; i < TYPES; i++)
            known = known || types[i].type == type;
        struct avow_bytes message = avow_bytes(bytes, sizeof(bytes));
        bool bounded = avow_message_bytes_max(type) != 0;
        if (known != bounded)
            fail_msg("%u is %s", type, bounded ? "known" : "unknown");
        if (known)
            continue;
        assert_int_equal(decode(message), AVOW_REJECT_MESSAGE);
        assert_int_equal(avow_message_bound(message, sizeof(bytes)), AVOW_REJECT_MESSAGE);
    }
}

static void test_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        struct avow_buf bytes = encoded(types[i].type);
        for (size_t len = 0; len < bytes.len; len++)
            if (decode(avow_bytes(bytes.data, len)) == AVOW_ACCEPT)
                fail_msg("%s: accepted when cut to %zu bytes", types[i].name, len);
        avow_buf_append(&bytes, "", 1);
        assert_int_equal(decode(avow_buf_bytes(&bytes)), AVOW_REJECT_TRAILING);
        avow_buf_fini(&bytes);
    }
}

/* A copy of exactly its length, so that a sanitizer sees a byte too far. */
static void test_every_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        struct avow_buf bytes = encoded(types[i].type);
        uint8_t *copy = malloc(bytes.len);
        assert_non_null(copy);
        memcpy(copy, bytes.data, bytes.len);
        for (size_t bit = 0; bit < bytes.len * 8; bit++) {
            copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
            (void)decode(avow_bytes(copy, bytes.len));
            copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        free(copy);
        avow_buf_fini(&bytes);
    }
}

static void test_count_of_items(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        struct avow_buf bytes = encoded(types[i].type);
        uint8_t head = bytes.data[0];
        for (uint8_t items = 0; items < 16; items++) {
            bytes.data[0] = 0x90 | items;
            if (bytes.data[0] != head)
                assert_int_not_equal(decode(avow_buf_bytes(&bytes)), AVOW_ACCEPT);
        }
        avow_buf_fini(&bytes);
    }
}

/* ------------------------------------------------------------------ bounds */

static void test_bounds(void **state)
{
    (void)state;
    uint8_t *large = calloc(1, AVOW_MESSAGE_BYTES_MAX + 1);
    assert_non_null(large);
    for (size_t i = 0; i < TYPES; i++) {
        struct avow_buf bytes = encoded(types[i].type);
        struct avow_bytes head = avow_bytes(bytes.data, 3);
        size_t max = types[i].bytes_max;
        assert_int_equal(avow_message_bound(head, max), AVOW_ACCEPT);
        assert_int_equal(avow_message_bound(head, max + 1), AVOW_REJECT_LENGTH);
        memcpy(large, bytes.data, bytes.len);
        assert_int_equal(decode(avow_bytes(large, max + 1)), AVOW_REJECT_LENGTH);
        avow_buf_fini(&bytes);
    }
    free(large);
}

struct refusal {
    const char *name;
    const char *message; /* notation of tests/support/pack.h */
    enum avow_reject want;
};

static const struct refusal refusals[] = {
    {"no request", "[2]", AVOW_REJECT_TRUNCATED},
    {"nothing", "[]", AVOW_REJECT_TRUNCATED},
    {"not an array", "2", AVOW_REJECT_TYPE},
    {"a type that is text", "['two', 0]", AVOW_REJECT_TYPE},
    {"a request that is nil", "[2, nil]", AVOW_REJECT_TYPE},
    {"sixteen items", "[128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", AVOW_REJECT_LENGTH},
    {"an unknown role", "[1, 0, 3, 5, 6, '', '']", AVOW_REJECT_RANGE},
    {"a role", "[1, 0, 2, 5, 6, '', '']", AVOW_ACCEPT},
    {"a long agent", "[1, 0, 2, 5, 6, u4097, '']", AVOW_REJECT_LENGTH},
    {"the longest agent", "[1, 0, 2, 5, 6, u4096, '']", AVOW_ACCEPT},
    {"a long address", "[1, 0, 2, 5, 6, '', u301]", AVOW_REJECT_LENGTH},
    {"a last flag of 2", "[17, 1, 2, []]", AVOW_REJECT_RANGE},
    {"an empty list of logs", "[17, 1, 1, []]", AVOW_ACCEPT},
    {"a list of numbers for logs", "[17, 1, 1, [1]]", AVOW_REJECT_TYPE},
    {"a whole flag of 2", "[67, 1, 5, 2]", AVOW_REJECT_RANGE},
    {"a whole flag", "[67, 1, 5, 1]", AVOW_ACCEPT},
    {"a short issuer", "[16, 1, b31:0]", AVOW_REJECT_LENGTH},
    {"a path that is not of hashes", "[15, 1, b32:0, 1, 2, b33:0]", AVOW_REJECT_LENGTH},
    {"a proved entry's path that is not of hashes", "[11, 1, b32:0, 1, [[b3:0, 0, b33:0]]]",
     AVOW_REJECT_LENGTH},
    {"an empty path", "[15, 1, b32:0, 1, 2, b0:0]", AVOW_ACCEPT},
    {"the longest path", "[15, 1, b32:0, 1, 2, b2048:0]", AVOW_ACCEPT},
    {"a path too long", "[15, 1, b32:0, 1, 2, b2080:0]", AVOW_REJECT_LENGTH},
    {"an entry too long", "[13, 1, b32:0, 0, 1, [b8193:0], b0:0]", AVOW_REJECT_LENGTH},
    {"the longest entry", "[13, 1, b32:0, 0, 1, [b8192:0], b0:0]", AVOW_ACCEPT},
    {"a root entry too long", "[11, 1, b32:0, 1, [[b1025:0, 0, b0:0]]]", AVOW_REJECT_LENGTH},
    {"the longest root entry", "[11, 1, b32:0, 1, [[b1024:0, 0, b0:0]]]", AVOW_ACCEPT},
    {"a policy too long", "[29, 1, b32769:0]", AVOW_REJECT_LENGTH},
    {"the longest policy", "[29, 1, b32768:0]", AVOW_ACCEPT},
    {"a query too long", "[30, 1, b40961:0]", AVOW_REJECT_LENGTH},
    {"a place too long", "[32, 1, b32:0, b65:0]", AVOW_REJECT_LENGTH},
    {"a reference without its index", "[33, 1, [[b32:0]], b0:0]", AVOW_REJECT_LENGTH},
    {"a reference", "[22, 1, b32:0, 0, 0, b1:0, [[b32:0, 7]]]", AVOW_ACCEPT},
    {"a fork too long", "[43, 1, b32:0, 0, b4097:0]", AVOW_REJECT_LENGTH},
    {"the longest fork", "[43, 1, b32:0, 0, b4096:0]", AVOW_ACCEPT},
    {"a digest of an issuer alone", "[41, 0, 1, [[b32:0]]]", AVOW_REJECT_LENGTH},
    {"digests", "[41, 0, 1, [[b32:0, b32:1]]]", AVOW_ACCEPT},
    {"a status entry without a checkpoint", "[47, 1, b32:0, 0, [[nil, b1:0, 0, b0:0]]]",
     AVOW_REJECT_TYPE},
    {"no status entries", "[47, 1, b32:0, 0, []]", AVOW_ACCEPT},
    {"text with a control character", "[4, 0, 1, @a101]", AVOW_REJECT_CONTROL},
    {"to be skipped", "[128, 5]", AVOW_ACCEPT},
    {"to be skipped, with fields", "[200, 5, [], {}, 'x']", AVOW_ACCEPT},
    {"to be skipped, the largest type", "[4294967295, 5]", AVOW_ACCEPT},
    {"a type too large", "[4294967296, 5]", AVOW_REJECT_RANGE},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct avow_bytes bytes = pack_new(refusals[i].message);
        enum avow_reject reject = decode(bytes);
        if (reject != refusals[i].want)
            fail_msg("%s: %s", refusals[i].name, avow_reject_name(reject));
        free((void *)(uintptr_t)bytes.data);
    }
}

/* Lists of one item too many, of the smallest items there are: the number 0, and an entry of no
 * bytes, which is c4 00. */
static void test_list_bounds(void **state)
{
    (void)state;
    struct avow_message message = full_message();
    static const struct {
        enum avow_message_type type;
        size_t max;
        size_t offset;
        size_t item;
    } cases[] = {
        {AVOW_MESSAGE_PROVE, 4096, offsetof(struct avow_message, indices), 1},
        {AVOW_MESSAGE_PROVE, 2048, offsetof(struct avow_message, chunks), 1},
        {AVOW_MESSAGE_RANGE, 65536, offsetof(struct avow_message, entries), 2},
    };
    static const uint8_t numbers[8192];
    static uint8_t entries[2 * 65537];
    for (size_t i = 0; i < sizeof(entries); i += 2)
        entries[i] = 0xc4;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t extra = 0; extra < 2; extra++) {
            struct avow_message one = message;
            size_t count = cases[i].max + extra;
            struct avow_list list = {
                count, avow_bytes(cases[i].item == 1 ? numbers : entries, count * cases[i].item)};
            memcpy((uint8_t *)&one + cases[i].offset, &list, sizeof(list));
            one.type = cases[i].type;
            struct avow_buf out;
            avow_buf_init(&out, AVOW_MESSAGE_BYTES_MAX);
            avow_message_encode(&out, &one);
            assert_int_equal(decode(avow_buf_bytes(&out)),
                             extra == 0 ? AVOW_ACCEPT : AVOW_REJECT_LENGTH);
            avow_buf_fini(&out);
        }
    }
    full_message_fini();
}

/* ------------------------------------------------------------------ the first bytes */

struct peek_case {
    const char *name;
    struct avow_bytes head;
    uint64_t type;
    enum avow_reject want;
};

static const struct peek_case peeks[] = {
    {"two bytes", BYTES(0x92, 2), 2, AVOW_ACCEPT},
    {"the rest is missing", BYTES(0x9a, 19, 0), 19, AVOW_ACCEPT},
    {"a type to skip", BYTES(0x92, 0xcc, 0x80), 128, AVOW_ACCEPT},
    {"a large type", BYTES(0x92, 0xcd, 0x01, 0x00, 0x00), 256, AVOW_ACCEPT},
    {"the largest type", BYTES(0x92, 0xce, 255, 255, 255, 255), UINT32_MAX, AVOW_ACCEPT},
    {"one byte", BYTES(0x92), 0, AVOW_REJECT_TRUNCATED},
    {"a cut type", BYTES(0x92, 0xcd, 1), 0, AVOW_REJECT_TRUNCATED},
    {"one item", BYTES(0x91, 2), 0, AVOW_REJECT_TYPE},
    {"sixteen items", BYTES(0xdc, 0, 16, 2), 0, AVOW_REJECT_TYPE},
    {"a map", BYTES(0x82, 2), 0, AVOW_REJECT_TYPE},
    {"a type in a longer form", BYTES(0x92, 0xcc, 2), 0, AVOW_REJECT_MINIMAL},
    {"a text", BYTES(0x92, 0xa1, 'x'), 0, AVOW_REJECT_TYPE},
};

static void test_peek(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(peeks) / sizeof(peeks[0]); i++) {
        uint64_t type = 0;
        enum avow_reject reject = avow_message_peek(peeks[i].head, &type);
        if (reject != peeks[i].want || (reject == AVOW_ACCEPT && type != peeks[i].type))
            fail_msg("%s: %s", peeks[i].name, avow_reject_name(reject));
    }
    static const uint8_t skipped[] = {0x92, 0xcc, 0x80};
    struct avow_bytes head = avow_bytes(skipped, sizeof(skipped));
    assert_int_equal(avow_message_bound(head, AVOW_MESSAGE_BYTES_MAX), AVOW_ACCEPT);
    assert_int_equal(avow_message_bound(head, AVOW_MESSAGE_BYTES_MAX + 1), AVOW_REJECT_LENGTH);
    assert_int_equal(avow_message_bound(avow_bytes("x", 1), 9), AVOW_REJECT_TRUNCATED);
}

/* ------------------------------------------------------------------ lists, texts, the signer */

static void test_lists(void **state)
{
    (void)state;
    struct avow_message message = full_message();
    struct avow_bytes entry;
    uint64_t index, sum = 0;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count, walked = 0;
    struct avow_list list = message.entries;
    for (; avow_list_next_entry(&list, &entry); walked++)
        assert_int_equal(entry.len, 4);
    assert_int_equal(walked, 3);
    for (list = message.indices; avow_list_next_uint(&list, &index);)
        sum += index;
    assert_int_equal(sum, 210000);
    walked = 0;
    for (list = message.checkpoints; avow_list_next_checkpoint(&list, &checkpoint, lines, &count);
         walked++) {
        assert_int_equal(checkpoint.size, 9);
        assert_int_equal(count, walked);
    }
    assert_int_equal(walked, 3);
    struct avow_hash issuer, digest;
    for (list = message.digests, walked = 0; avow_list_next_digest(&list, &issuer, &digest);)
        walked += issuer.bytes[0] == 1;
    assert_int_equal(walked, 3);
    struct avow_proved_status status;
    for (list = message.statuses, walked = 0; avow_list_next_status(&list, &status); walked++)
        assert_true(status.index == walked && status.path.count == 2 && status.entry.len == 4);
    assert_int_equal(walked, 3);
    struct avow_buf out;
    avow_buf_init(&out, KIB);
    avow_list_write(&out, &message.indices);
    assert_int_equal(out.len, 1 + message.indices.items.len);
    assert_int_equal(out.data[0], 0x93);
    avow_buf_fini(&out);
    full_message_fini();
}

static void test_texts(void **state)
{
    (void)state;
    for (uint64_t code = AVOW_REFUSAL_UNKNOWN_LOG; code <= AVOW_REFUSAL_NOT_OPERATOR; code++)
        assert_string_not_equal(avow_refusal_text(code), "refused");
    assert_string_equal(avow_refusal_text(0), "refused");
    assert_string_equal(avow_refusal_text(UINT64_MAX), "refused");
}

static void test_signer(void **state)
{
    (void)state;
    struct avow_hash issuer, handshake;
    uint8_t out[AVOW_SIGNER_MESSAGE_BYTES];
    memset(&issuer, 'i', sizeof(issuer));
    memset(&handshake, 'h', sizeof(handshake));
    avow_message_signer_text(&issuer, &handshake, out);
    static const char want[] = "avow signer 1\n"
                               "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiihhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh";
    assert_int_equal(sizeof(want) - 1, sizeof(out));
    assert_memory_equal(out, want, sizeof(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),          cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_every_length),   cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_count_of_items), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_refusals),       cmocka_unit_test(test_list_bounds),
        cmocka_unit_test(test_peek),           cmocka_unit_test(test_lists),
        cmocka_unit_test(test_texts),          cmocka_unit_test(test_signer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
