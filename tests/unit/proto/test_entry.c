/* Entries, every kind: what decodes, what comes back when it is encoded, and what is refused. */
#include "proto/entry/entry.h"

#include "proto/codec/id.h"
#include "tests/support/bytes.h"
#include "tests/support/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define T "1790000000"
#define DETAILS                                                                                    \
    "{'assessment': 'exam', 'credit_system': 'ECTS', 'credits': 600, 'criteria': "                 \
    "'https://a.example/c', 'field': '0612', 'framework': 'EQF', 'image': b32, 'level': '6', "     \
    "'outcomes': ['analyse', 'present'], 'participation': 'online', 'prerequisites': 'none', "     \
    "'quality': 'A3ES', 'skills': ['http://data.europa.eu/esco/skill/1'], 'stackable': 'yes', "    \
    "'supervision': 'on-site', 'workload_hours': 150, 'x_own': [1, {'a': nil}]}"
#define SCOPE                                                                                      \
    "{'achievements': [2, 5], 'depth': 2, 'fields': ['06', '0612'], 'levels': [5, 7], "            \
    "'regions': ['PT', 'ES-CT'], 'x_later': [true]}"
#define ROWS "[['QNQ', '6', 'EQF', '6'], ['QNQ', '6', 'MEC', 'L'], ['QNQ', '7', 'EQF', '7']]"

#define NODE "avownode1a20hs6g54aqx89magcdu8km35mvt5n7lr9vj7zgvmpm4tdxly6xqtf8zp7"

struct row {
    const char *name;
    const char *notation;
    enum avow_reject reject;
};

/* Each decodes, and encodes to the same bytes. */
static const struct row valid_rows[] = {
    {"inception", "[0," T ",'N','PT','https://a.example',b32:1,b32:2,b32:3,b32:4,1800000000]", 0},
    {"inception without heartbeat", "[0,0,'N','PT-13','http://a',b32:1,b32:2,b32:3,nil,1]", 0},
    {"authorise", "[1," T ",0,0,b32:1,1800000000,b64]", 0},
    {"retire", "[1," T ",1,1,b32:1,1800000000,b64]", 0},
    {"rotation", "[2," T ",b32:1,b32:2,b32:3,b32:4,1800000000,b64]", 0},
    {"rotation without heartbeat", "[2," T ",b32:1,b32:2,b32:3,nil,1800000000,b64]", 0},
    {"nodes", "[3," T ",['" NODE "@a.example:1']]", 0},
    {"achievement", "[4," T ",'DA-101','Data analysis','pt-PT'," DETAILS "]", 0},
    {"achievement, no details", "[4," T ",'DA-101','Data analysis','en',{}]", 0},
    {"issue", "[5," T ",2,b32," T ",0]", 0},
    {"issue that ends", "[5," T ",70000,b32," T "," T "]", 0},
    {"largest numbers", "[5,9007199254740991,9007199254740991,b32,0,9007199254740991]", 0},
    {"revocation", "[6," T ",3,0,1,2,nil]", 0},
    {"supersession", "[6," T ",3,9,3,7,12]", 0},
    {"pathway", "[7," T ",2,'Award',1,['all',['achievement',nil,1],['achievement',b32,7]]]", 0},
    {"recognition", "[8," T ",b32,'S',0," SCOPE "," ROWS ",0," T ",'urn:x:1']", 0},
    {"recognition of an authority", "[8," T ",b32,'S',1,{},[]," T ",0,'https://a.example']", 0},
    {"identity", "[9," T ",'N','BR-SP','https://b.example',b64]", 0},
    {"closure", "[10," T ",nil,nil,nil,nil,0,b64]", 0},
    {"closure with a successor", "[10," T ",b32,nil,nil,nil,0,b64]", 0},
    {"closure with a custodian", "[10," T ",nil,b32,b32,b32,1800000000,b64]", 0},
    {"inert", "[128," T "]", 0},
    {"inert with fields", "[9007199254740991," T ",{'a': [nil, true, b3]},u40]", 0},
};

/* Each is refused so. */
static const struct row refused_rows[] = {
    {"not an array", "{}", AVOW_REJECT_TYPE},
    {"empty array", "[]", AVOW_REJECT_TRUNCATED},
    {"kind alone", "[128]", AVOW_REJECT_TRUNCATED},
    {"kind that is text", "['a',1]", AVOW_REJECT_TYPE},
    {"time that is nil", "[5,nil,2,b32,1,0]", AVOW_REJECT_TYPE},
    {"time of 2^53", "[5,@cf0020000000000000,2,b32,1,0]", AVOW_REJECT_RANGE},
    {"time not in its shortest form", "[5,@cd0001,2,b32,1,0]", AVOW_REJECT_MINIMAL},

    {"kind 126", "[126," T "]", AVOW_REJECT_NEWER},
    {"kind 126 with fields", "[126," T ",[b32]]", AVOW_REJECT_NEWER},
    {"kind 127", "[127," T ",nil]", AVOW_REJECT_NEWER},
    {"kind 127, malformed", "[127," T ",@c1]", AVOW_REJECT_TYPE},
    {"kind 127, keys out of order", "[127," T ",{'b':1,'a':1}]", AVOW_REJECT_KEY_ORDER},
    {"inert, malformed", "[128," T ",@ca00000000]", AVOW_REJECT_TYPE},
    {"inert, duplicate keys", "[128," T ",{'a':1,'a':1}]", AVOW_REJECT_KEY_ORDER},
    {"inert, item missing", "@93cc8001", AVOW_REJECT_TRUNCATED},

    {"inception, item missing", "[0," T ",'N','PT','https://a',b32,b32,b32,nil]",
     AVOW_REJECT_LENGTH},
    {"inception, item too many", "[0," T ",'N','PT','https://a',b32,b32,b32,nil,1,1]",
     AVOW_REJECT_LENGTH},
    {"inception, no name", "[0," T ",'','PT','https://a',b32,b32,b32,nil,1]", AVOW_REJECT_VALUE},
    {"inception, name in binary", "[0," T ",b3,'PT','https://a',b32,b32,b32,nil,1]",
     AVOW_REJECT_TYPE},
    {"inception, name with a control", "[0," T ",'a\x1f','PT','https://a',b32,b32,b32,nil,1]",
     AVOW_REJECT_CONTROL},
    {"inception, name not UTF-8", "[0," T ",'\xff','PT','https://a',b32,b32,b32,nil,1]",
     AVOW_REJECT_UTF8},
    {"inception, jurisdiction", "[0," T ",'N','pt','https://a',b32,b32,b32,nil,1]",
     AVOW_REJECT_VALUE},
    {"inception, website", "[0," T ",'N','PT','a.example',b32,b32,b32,nil,1]", AVOW_REJECT_VALUE},
    {"inception, root key of 31", "[0," T ",'N','PT','https://a',b31,b32,b32,nil,1]",
     AVOW_REJECT_LENGTH},
    {"inception, digest of 33", "[0," T ",'N','PT','https://a',b32,b33,b32,nil,1]",
     AVOW_REJECT_LENGTH},
    {"inception, no signing key", "[0," T ",'N','PT','https://a',b32,b32,nil,nil,1]",
     AVOW_REJECT_TYPE},
    {"inception, heartbeat key of 0", "[0," T ",'N','PT','https://a',b32,b32,b32,b0,1]",
     AVOW_REJECT_LENGTH},
    {"inception, not_after nil", "[0," T ",'N','PT','https://a',b32,b32,b32,nil,nil]",
     AVOW_REJECT_TYPE},

    {"key, unknown action", "[1," T ",2,0,b32,1,b64]", AVOW_REJECT_VALUE},
    {"key, unknown use", "[1," T ",0,2,b32,1,b64]", AVOW_REJECT_VALUE},
    {"key, no key", "[1," T ",0,0,nil,1,b64]", AVOW_REJECT_TYPE},
    {"key, signature of 63", "[1," T ",0,0,b32,1,b63]", AVOW_REJECT_LENGTH},
    {"key, no signature", "[1," T ",0,0,b32,1,nil]", AVOW_REJECT_TYPE},
    {"key, unsigned", "[1," T ",0,0,b32,1]", AVOW_REJECT_LENGTH},
    {"rotation, no digest", "[2," T ",b32,nil,b32,nil,1,b64]", AVOW_REJECT_TYPE},
    {"rotation, no signing key", "[2," T ",b32,b32,nil,nil,1,b64]", AVOW_REJECT_TYPE},
    {"rotation, unsigned", "[2," T ",b32,b32,b32,nil,1]", AVOW_REJECT_LENGTH},

    {"nodes, none", "[3," T ",[]]", AVOW_REJECT_LENGTH},
    {"nodes, not a list", "[3," T ",'a.example:4747']", AVOW_REJECT_TYPE},
    {"nodes, an address alone", "[3," T ",['a.example:4747']]", AVOW_REJECT_VALUE},
    {"nodes, empty text", "[3," T ",['']]", AVOW_REJECT_VALUE},

    {"achievement, no code", "[4," T ",'','T','en',{}]", AVOW_REJECT_VALUE},
    {"achievement, no title", "[4," T ",'C','','en',{}]", AVOW_REJECT_VALUE},
    {"achievement, language", "[4," T ",'C','T','e',{}]", AVOW_REJECT_VALUE},
    {"achievement, details a list", "[4," T ",'C','T','en',[]]", AVOW_REJECT_TYPE},
    {"achievement, no details", "[4," T ",'C','T','en',nil]", AVOW_REJECT_TYPE},
    {"achievement, a known key's type", "[4," T ",'C','T','en',{'credits':'6'}]", AVOW_REJECT_TYPE},
    {"achievement, keys out of order", "[4," T ",'C','T','en',{'z':1,'y':1}]",
     AVOW_REJECT_KEY_ORDER},
    {"achievement, a key that is no text", "[4," T ",'C','T','en',{1:1}]", AVOW_REJECT_TYPE},

    {"issue, item too many", "[5," T ",2,b32," T ",0,nil]", AVOW_REJECT_LENGTH},
    {"issue, commitment of 33", "[5," T ",2,b33," T ",0]", AVOW_REJECT_LENGTH},
    {"issue, ends before it begins", "[5," T ",2,b32,100,99]", AVOW_REJECT_RANGE},
    {"issue, no end but nil", "[5," T ",2,b32," T ",nil]", AVOW_REJECT_TYPE},

    {"status, unknown state", "[6," T ",3,0,4,0,nil]", AVOW_REJECT_VALUE},
    {"status, unknown reason", "[6," T ",3,0,1,9,nil]", AVOW_REJECT_VALUE},
    {"status, superseded by nothing", "[6," T ",3,0,3,7,nil]", AVOW_REJECT_VALUE},
    {"status, revoked with a successor", "[6," T ",3,0,1,7,5]", AVOW_REJECT_VALUE},
    {"status, suspended with a successor", "[6," T ",3,0,2,7,5]", AVOW_REJECT_VALUE},
    {"status, reinstated with a successor", "[6," T ",3,4,0,0,5]", AVOW_REJECT_VALUE},
    {"status, previous nil", "[6," T ",3,nil,1,0,nil]", AVOW_REJECT_TYPE},

    {"pathway, no title", "[7," T ",2,'',0,['achievement',nil,1]]", AVOW_REJECT_VALUE},
    {"pathway, unknown cascade", "[7," T ",2,'A',3,['achievement',nil,1]]", AVOW_REJECT_VALUE},
    {"pathway, no rule", "[7," T ",2,'A',0,nil]", AVOW_REJECT_TYPE},
    {"pathway, unknown operator", "[7," T ",2,'A',0,['most',['achievement',nil,1]]]",
     AVOW_REJECT_RULE},

    {"recognition, unnamed", "[8," T ",b32,'',0,{},[],0,0,'urn:x']", AVOW_REJECT_VALUE},
    {"recognition, unknown role", "[8," T ",b32,'S',2,{},[],0,0,'urn:x']", AVOW_REJECT_VALUE},
    {"recognition, scope a list", "[8," T ",b32,'S',0,[],[],0,0,'urn:x']", AVOW_REJECT_TYPE},
    {"recognition, a known key's value", "[8," T ",b32,'S',0,{'levels':[6]},[],0,0,'urn:x']",
     AVOW_REJECT_LENGTH},
    {"recognition of an authority for achievements",
     "[8," T ",b32,'S',1,{'achievements':[1]},[],0,0,'urn:x']", AVOW_REJECT_VALUE},
    {"recognition, a row of three", "[8," T ",b32,'S',0,{},[['a','b','c']],0,0,'urn:x']",
     AVOW_REJECT_LENGTH},
    {"recognition, the same row twice",
     "[8," T ",b32,'S',0,{},[['a','b','c','d'],['a','b','c','d']],0,0,'urn:x']", AVOW_REJECT_VALUE},
    {"recognition, ends before it begins", "[8," T ",b32,'S',0,{},[],9,8,'urn:x']",
     AVOW_REJECT_RANGE},
    {"recognition, basis", "[8," T ",b32,'S',0,{},[],0,0,'decree 7']", AVOW_REJECT_VALUE},

    {"identity, no name", "[9," T ",'','PT','https://a',b64]", AVOW_REJECT_VALUE},
    {"identity, jurisdiction", "[9," T ",'N','PRT','https://a',b64]", AVOW_REJECT_VALUE},
    {"identity, website", "[9," T ",'N','PT','ftp://a',b64]", AVOW_REJECT_VALUE},
    {"identity, unsigned", "[9," T ",'N','PT','https://a']", AVOW_REJECT_LENGTH},
    {"closure, custodian without key", "[10," T ",nil,b32,nil,b32,1800000000,b64]",
     AVOW_REJECT_VALUE},
    {"closure, custodian without digest", "[10," T ",nil,b32,b32,nil,1800000000,b64]",
     AVOW_REJECT_VALUE},
    {"closure, key without custodian", "[10," T ",nil,nil,b32,nil,0,b64]", AVOW_REJECT_VALUE},
    {"closure, digest without custodian", "[10," T ",nil,nil,nil,b32,0,b64]", AVOW_REJECT_VALUE},
    {"closure, custodian without not_after", "[10," T ",nil,b32,b32,b32,0,b64]", AVOW_REJECT_VALUE},
    {"closure, not_after without custodian", "[10," T ",nil,nil,nil,nil,1800000000,b64]",
     AVOW_REJECT_VALUE},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void expect(const char *name, struct avow_bytes bytes, enum avow_reject reject)
{
    struct avow_entry entry;
    enum avow_reject got = avow_entry_decode(bytes, &entry);
    if (got != reject)
        fail_msg("%s: %s, not %s", name, avow_reject_name(got), avow_reject_name(reject));
}

/* Fails unless the entry, decoded before, encodes to its own bytes. */
static void expect_same_bytes(const char *name, const struct avow_entry *entry)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_ENTRY_BYTES_MAX);
    avow_entry_encode(&out, entry);
    if (out.err != AVOW_OK || !avow_bytes_equal(avow_buf_bytes(&out), entry->bytes))
        fail_msg("%s: encodes to other bytes", name);
    avow_buf_fini(&out);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(valid_rows); i++) {
        struct avow_entry entry;
        struct avow_bytes bytes = pack_new(valid_rows[i].notation);
        expect(valid_rows[i].name, bytes, AVOW_ACCEPT);
        assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
        expect_same_bytes(valid_rows[i].name, &entry);
        free((void *)bytes.data);
    }
}

/* Every kind has its fields, its form and its signature tried by the rows above. */
static void test_every_kind(void **state)
{
    (void)state;
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        struct avow_entry entry;
        bool tried = false;
        for (size_t i = 0; i < COUNT(valid_rows) && !tried; i++) {
            struct avow_bytes bytes = pack_new(valid_rows[i].notation);
            tried = avow_entry_decode(bytes, &entry) == AVOW_ACCEPT && entry.kind == kind;
            free((void *)bytes.data);
        }
        if (!tried)
            fail_msg("no row for kind %llu, %s", (unsigned long long)kind, avow_kind_name(kind));
        /* Of root entries only the inception, which is the issuer's id, bears no signature. */
        assert_int_equal(avow_entry_signature(&entry) != NULL,
                         avow_kind_is_root(kind) && kind != AVOW_KIND_INCEPTION);
    }
}

/* A cut entry lies in memory of its own, so that a sanitizer sees a read beyond it. */
static void test_truncations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(valid_rows); i++) {
        struct avow_bytes bytes = pack_new(valid_rows[i].notation);
        for (size_t len = 0; len < bytes.len; len++) {
            struct avow_entry entry;
            uint8_t *cut = malloc(len + (len == 0));
            assert_non_null(cut);
            memcpy(cut, bytes.data, len);
            if (avow_entry_decode(avow_bytes(cut, len), &entry) == AVOW_ACCEPT)
                fail_msg("%s: accepted when cut to %zu bytes", valid_rows[i].name, len);
            free(cut);
        }
        uint8_t *longer = malloc(bytes.len + 1);
        assert_non_null(longer);
        memcpy(longer, bytes.data, bytes.len);
        longer[bytes.len] = 0;
        expect(valid_rows[i].name, avow_bytes(longer, bytes.len + 1), AVOW_REJECT_TRAILING);
        free(longer);
        free((void *)bytes.data);
    }
}

/* There is one encoding: whatever else a changed bit makes acceptable encodes to itself. */
static void test_bit_flips(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(valid_rows); i++) {
        struct avow_bytes bytes = pack_new(valid_rows[i].notation);
        uint8_t *data = (uint8_t *)bytes.data;
        for (size_t bit = 0; bit < bytes.len * 8; bit++) {
            struct avow_entry entry;
            data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT)
                expect_same_bytes(valid_rows[i].name, &entry);
            data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(data);
    }
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused_rows); i++) {
        struct avow_bytes bytes = pack_new(refused_rows[i].notation);
        expect(refused_rows[i].name, bytes, refused_rows[i].reject);
        free((void *)bytes.data);
    }
}

/* An entry around a text of `u`. */
struct frame {
    const char *before, *after;
};

static struct avow_bytes pack_frame(const struct frame *frame, size_t text_len)
{
    char notation[512];
    (void)snprintf(notation, sizeof(notation), "%su%zu%s", frame->before, text_len, frame->after);
    return pack_new(notation);
}

/* Makes the entry `len` bytes long; texts of 256 to 65,535 bytes have a head of three. */
static void expect_at_length(const struct frame *frame, size_t len, enum avow_reject reject)
{
    struct avow_bytes bytes = pack_frame(frame, 256);
    size_t rest = bytes.len - 256;
    free((void *)bytes.data);
    bytes = pack_frame(frame, len - rest);
    assert_int_equal(bytes.len, len);
    expect(frame->before, bytes, reject);
    free((void *)bytes.data);
}

static void test_lengths(void **state)
{
    (void)state;
    static const struct frame small[] = {
        {"[0," T ",", ",'PT','https://a',b32:1,b32:2,b32:3,b32:4,1800000000]"},
        {"[9," T ",", ",'PT','https://a',b64]"},
    };
    static const struct frame large[] = {
        {"[4," T ",'C',", ",'en',{}]"},
        {"[4," T ",'C','T','en',{'x':", "}]"},
        {"[7," T ",2,", ",0,['achievement',nil,1]]"},
        {"[8," T ",b32,", ",0,{},[],0,0,'urn:x']"},
        {"[128," T ",", "]"},
    };
    for (size_t i = 0; i < COUNT(small); i++) {
        expect_at_length(&small[i], AVOW_ROOT_ENTRY_BYTES_MAX, AVOW_ACCEPT);
        expect_at_length(&small[i], AVOW_ROOT_ENTRY_BYTES_MAX + 1, AVOW_REJECT_LENGTH);
    }
    for (size_t i = 0; i < COUNT(large); i++) {
        expect_at_length(&large[i], AVOW_ENTRY_BYTES_MAX, AVOW_ACCEPT);
        expect_at_length(&large[i], AVOW_ENTRY_BYTES_MAX + 1, AVOW_REJECT_LENGTH);
    }
}

/* `depth` arrays, one in the other. */
static void expect_nested(const char *before, const char *after, size_t depth,
                          enum avow_reject reject)
{
    struct avow_buf notation;
    avow_buf_init(&notation, 1000);
    avow_buf_printf(&notation, "%s", before);
    for (size_t i = 0; i < depth; i++)
        avow_buf_printf(&notation, "[");
    for (size_t i = 0; i < depth; i++)
        avow_buf_printf(&notation, "]");
    avow_buf_append(&notation, after, strlen(after) + 1);
    struct avow_bytes bytes = pack_new((const char *)notation.data);
    expect((const char *)notation.data, bytes, reject);
    free((void *)bytes.data);
    avow_buf_fini(&notation);
}

/* Twenty levels, the entry's own array included. */
static void test_nesting(void **state)
{
    (void)state;
    expect_nested("[128,1,", "]", 19, AVOW_ACCEPT);
    expect_nested("[128,1,", "]", 20, AVOW_REJECT_DEPTH);
    expect_nested("[127,1,", "]", 19, AVOW_REJECT_NEWER);
    expect_nested("[127,1,", "]", 20, AVOW_REJECT_DEPTH);
    expect_nested("[4,1,'C','T','en',{'x':", "}]", 18, AVOW_ACCEPT);
    expect_nested("[4,1,'C','T','en',{'x':", "}]", 19, AVOW_REJECT_DEPTH);
    expect_nested("[8,1,b32,'S',0,{'x':", "},[],0,0,'urn:x']", 18, AVOW_ACCEPT);
    expect_nested("[8,1,b32,'S',0,{'x':", "},[],0,0,'urn:x']", 19, AVOW_REJECT_DEPTH);
}

/* Packs a nodes entry of `count` times the node of a key of 0x07 bytes at `address`; `upper` writes
 * the id in upper case, `wrong` with one character changed. */
static struct avow_bytes pack_nodes(size_t count, const char *address, bool upper, bool wrong)
{
    char id[AVOW_NODE_TEXT_MAX];
    struct avow_buf notation;
    struct avow_key key;
    memset(&key, 7, sizeof(key));
    avow_id_node_text(&key, id);
    for (char *c = id; *c != 0 && upper; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    if (wrong)
        id[20] = id[20] == 'q' ? 'p' : 'q';
    avow_buf_init(&notation, 10000);
    avow_buf_printf(&notation, "[3," T ",[");
    for (size_t i = 0; i < count; i++)
        avow_buf_printf(&notation, "'%s%s',", id, address);
    avow_buf_append(&notation, "]]", 3);
    struct avow_bytes bytes = pack_new((const char *)notation.data);
    avow_buf_fini(&notation);
    return bytes;
}

static void test_nodes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
        const char *address;
        bool upper, wrong;
        enum avow_reject reject;
    } rows[] = {
        {"one", 1, "@a.example:4747", false, false, AVOW_ACCEPT},
        {"sixteen", 16, "@[2001:db8::1]:1", false, false, AVOW_ACCEPT},
        {"seventeen", 17, "@a:1", false, false, AVOW_REJECT_LENGTH},
        {"no address", 1, "", false, false, AVOW_REJECT_VALUE},
        {"no port", 1, "@a.example", false, false, AVOW_REJECT_VALUE},
        {"no host", 1, "@:4747", false, false, AVOW_REJECT_VALUE},
        {"port 0", 1, "@a:0", false, false, AVOW_REJECT_VALUE},
        {"two addresses", 1, "@a:1@b:2", false, false, AVOW_REJECT_VALUE},
        {"upper case", 1, "@a:1", true, false, AVOW_REJECT_VALUE},
        {"wrong checksum", 1, "@a:1", false, true, AVOW_REJECT_VALUE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_bytes bytes =
            pack_nodes(rows[i].count, rows[i].address, rows[i].upper, rows[i].wrong);
        expect(rows[i].name, bytes, rows[i].reject);
        free((void *)bytes.data);
    }
}

static void test_nodes_walk(void **state)
{
    (void)state;
    struct avow_entry entry;
    struct avow_key node;
    struct avow_bytes address;
    struct avow_bytes bytes = pack_nodes(3, "@a.example:4747", false, false);
    size_t walked = 0;
    assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
    assert_int_equal(entry.nodes.count, 3);
    assert_int_equal(entry.nodes.home.bytes[31], 7);
    struct avow_bytes list = entry.nodes.list;
    while (avow_nodes_next(&list, &node, &address)) {
        walked++;
        assert_int_equal(node.bytes[0], 7);
        assert_true(avow_bytes_equal(address, avow_bytes_text("a.example:4747")));
    }
    assert_int_equal(walked, 3);
    expect_same_bytes("nodes", &entry);
    free((void *)bytes.data);
}

static void test_fields(void **state)
{
    (void)state;
    struct avow_entry entry;
    struct avow_bytes bytes = pack_new("[10,7,b32:1,b32:2,b32:3,b32:4,9,b64:5]");
    assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
    assert_int_equal(entry.kind, AVOW_KIND_CLOSURE);
    assert_int_equal(entry.t, 7);
    assert_true(avow_bytes_equal(entry.bytes, bytes));
    assert_int_equal(entry.closure.successor.bytes[31], 1);
    assert_int_equal(entry.closure.custodian.bytes[0], 2);
    assert_int_equal(entry.closure.custodian_key.bytes[0], 3);
    assert_int_equal(entry.closure.next_root_digest.bytes[0], 4);
    assert_int_equal(entry.closure.not_after, 9);
    assert_int_equal(entry.closure.signature.bytes[63], 5);
    free((void *)bytes.data);
    bytes = pack_new("[8,7,b32:1,'Nome',1,{'depth':1},[['a','b','c','d']],3,4,'urn:x']");
    assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
    assert_int_equal(entry.recognition.role, AVOW_ROLE_AUTHORITY);
    assert_true(avow_bytes_equal(entry.recognition.subject_name, avow_bytes_text("Nome")));
    assert_int_equal(entry.recognition.scope.len, 8);
    assert_int_equal(entry.recognition.equivalence.len, 10);
    assert_int_equal(entry.recognition.valid_from, 3);
    assert_int_equal(entry.recognition.valid_until, 4);
    free((void *)bytes.data);
}

static void test_root_message(void **state)
{
    (void)state;
    struct avow_entry entry;
    struct avow_hash leaf;
    struct avow_hash root;
    struct avow_buf message;
    struct avow_buf expected;
    struct avow_bytes bytes = pack_new("[1,7,0,0,b32:1,9,b64:5]");
    memset(&leaf, 0xaa, sizeof(leaf));
    memset(&root, 0xbb, sizeof(root));
    avow_buf_init(&message, 4096);
    avow_buf_init(&expected, 4096);
    assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
    avow_entry_root_message(&message, &entry, &leaf, 0x0102030405, &root);
    avow_buf_append(&expected, "avow root 1\n", 12);
    avow_buf_append(&expected, &leaf, 32);
    avow_buf_append(&expected, "\0\0\0\x01\x02\x03\x04\x05", 8);
    avow_buf_append(&expected, &root, 32);
    pack(&expected, "[1,7,0,0,b32:1,9]");
    assert_true(avow_bytes_equal(avow_buf_bytes(&message), avow_buf_bytes(&expected)));
    avow_buf_fini(&message);
    avow_buf_fini(&expected);
    free((void *)bytes.data);
}

static void test_words(void **state)
{
    (void)state;
    static const bool voids[] = {false, true, true, true, false, true, false, false, false};
    static const bool roots[] = {true,  true,  true,  false, false, false,
                                 false, false, false, true,  true,  false};
    enum avow_reason reason;
    for (size_t i = 0; i < AVOW_REASON_COUNT; i++) {
        assert_true(avow_reason_parse(avow_bytes_text(avow_reason_name(i)), &reason));
        assert_int_equal(reason, i);
        assert_int_equal(avow_reason_voids(reason), voids[i]);
    }
    assert_string_equal(avow_reason_name(AVOW_REASON_COUNT), "unknown");
    assert_false(avow_reason_parse(avow_bytes_text("unknown"), &reason));
    assert_false(avow_reason_parse(avow_bytes_text(""), &reason));
    assert_string_equal(avow_reason_name(AVOW_REASON_FRAUD), "fraud");
    for (size_t i = 0; i < COUNT(roots); i++)
        assert_int_equal(avow_kind_is_root(i), roots[i]);
    assert_false(avow_kind_is_root(AVOW_KIND_INERT_MIN));
    assert_string_equal(avow_kind_name(AVOW_KIND_CLOSURE), "closure");
    assert_string_equal(avow_kind_name(AVOW_KIND_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_truncations),  cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_nesting),      cmocka_unit_test(test_fields),
        cmocka_unit_test(test_root_message), cmocka_unit_test(test_words),
        cmocka_unit_test(test_nodes),        cmocka_unit_test(test_nodes_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
