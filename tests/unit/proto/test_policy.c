/* Policies: files with every key and every mistake, the encoding, and what is said of them. */
#include "proto/trust/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/id.h"
#include "proto/entry/scope.h"
#include "tests/support/pack.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In a row's text $1 to $9 stand for issuers' identifiers, and %1 to %9 for nodes'. */
static void expand(const char *text, struct avow_buf *out)
{
    for (; *text != '\0'; text++) {
        char id[AVOW_NODE_TEXT_MAX];
        struct avow_hash issuer;
        struct avow_key node;
        if ((*text != '$' && *text != '%') || text[1] < '1' || text[1] > '9') {
            avow_buf_append(out, text, 1);
            continue;
        }
        memset(issuer.bytes, text[1], sizeof(issuer.bytes));
        memset(node.bytes, text[1], sizeof(node.bytes));
        if (*text++ == '$')
            avow_id_issuer_text(&issuer, id);
        else
            avow_id_node_text(&node, id);
        avow_buf_append(out, id, strlen(id));
    }
    assert_int_equal(out->err, AVOW_OK);
}

static enum avow_err parse(const char *text, struct avow_policy *policy, char error[512])
{
    struct avow_buf file, message;
    avow_buf_init(&file, AVOW_POLICY_BYTES_MAX);
    avow_buf_init_fixed(&message, error, 511);
    expand(text, &file);
    enum avow_err err = avow_policy_parse(avow_buf_bytes(&file), policy, &message);
    assert_int_equal(message.err, AVOW_OK);
    error[message.len] = '\0';
    avow_buf_fini(&file);
    return err;
}

static const char whole_file[] = "\xef\xbb\xbf; who counts\r\n"
                                 "# a comment\r\n"
                                 "[policy]\r\n"
                                 "  region=PT-13\n"
                                 "max_age =\t90m ; an hour and a half\n"
                                 "max_depth= 3\n"
                                 "require_recognition = yes\n"
                                 "min_witnesses = 1\n"
                                 "\n"
                                 "[anchor Dire\xc3\xa7\xc3\xa3o-Geral do Ensino]\n"
                                 "issuer = $1\n"
                                 "fields = 0612, 07\n"
                                 "levels = 5 - 7\n"
                                 "regions = PT,PT-13\n"
                                 "depth = 2\n"
                                 "[ anchor  ENIC ] ; comment\n"
                                 "issuer = $2\n"
                                 "fields =\n"
                                 "levels = 6\n"
                                 "[anchor]\n"
                                 "issuer = $3\n"
                                 "[witness one]\n"
                                 "node = %1\n"
                                 "[witness]\n"
                                 "node = %2";

static void assert_part(const struct avow_policy *policy, struct avow_policy_part part,
                        const char *text)
{
    struct avow_bytes bytes = avow_policy_part(policy, part);
    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.len);
}

static void assert_scope(const struct avow_policy *policy, size_t anchor, const char *notation)
{
    struct avow_bytes want = pack_new(notation);
    struct avow_bytes have = avow_policy_part(policy, policy->anchors[anchor].scope);
    assert_int_equal(have.len, want.len);
    assert_memory_equal(have.data, want.data, want.len);
    free((void *)want.data);
}

static void test_whole_file(void **state)
{
    (void)state;
    struct avow_policy policy;
    char error[512];
    struct avow_key key = {{0}};
    assert_int_equal(parse(whole_file, &policy, error), AVOW_OK);
    assert_string_equal(error, "");
    assert_string_equal(policy.region, "PT-13");
    assert_int_equal(policy.max_age_s, 5400);
    assert_int_equal(policy.max_depth, 3);
    assert_true(policy.require_recognition);
    assert_int_equal(policy.min_witnesses, 1);
    assert_int_equal(policy.anchor_count, 3);
    assert_int_equal(policy.anchors[1].issuer.bytes[31], '2');
    assert_part(&policy, policy.anchors[0].name, "Dire\xc3\xa7\xc3\xa3o-Geral do Ensino");
    assert_part(&policy, policy.anchors[1].name, "ENIC");
    assert_part(&policy, policy.anchors[2].name, "");
    assert_scope(&policy, 0,
                 "{'depth': 2, 'fields': ['0612', '07'], 'levels': [5, 7],"
                 " 'regions': ['PT', 'PT-13']}");
    assert_scope(&policy, 1, "{'levels': [6, 6]}");
    assert_scope(&policy, 2, "{}");
    assert_int_equal(policy.witness_count, 2);
    assert_part(&policy, policy.witness_names[0], "one");
    assert_false(avow_policy_has_witness(&policy, &key));
    memset(key.bytes, '2', sizeof(key.bytes));
    assert_true(avow_policy_has_witness(&policy, &key));
}

static void test_defaults(void **state)
{
    (void)state;
    struct avow_policy policy, fresh;
    char error[512];
    avow_policy_init(&fresh);
    assert_int_equal(parse("", &policy, error), AVOW_OK);
    assert_memory_equal(&policy, &fresh, sizeof(policy));
    assert_int_equal(parse("[policy]\nregion=\nmax_age=\n", &policy, error), AVOW_OK);
    assert_memory_equal(&policy, &fresh, sizeof(policy));
    assert_int_equal(policy.max_age_s, 86400);
    assert_int_equal(policy.max_depth, 4);
    assert_int_equal(policy.min_witnesses, 0);
    assert_false(policy.require_recognition);
}

static const struct age_row {
    const char *text;
    uint64_t seconds; /* 0: refused */
} age_rows[] = {
    {"1", 1},
    {"3600", 3600},
    {"45s", 45},
    {"90m", 5400},
    {"24h", 86400},
    {"7d", 604800},
    {"0", 0},
    {"0h", 0},
    {"h", 0},
    {"1.5h", 0},
    {"-1", 0},
    {"1w", 0},
    {"1 h", 0},
    {"01h", 0},
    {"36500d", 3153600000},
    {"36501d", 0},
    {"3153600001", 0},
    {"1hh", 0},
    {"9007199254740992", 0},
};

static void test_ages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(age_rows); i++) {
        struct avow_policy policy;
        char text[64], error[512];
        (void)snprintf(text, sizeof(text), "[policy]\nmax_age=%s", age_rows[i].text);
        enum avow_err err = parse(text, &policy, error);
        if ((err == AVOW_OK) != (age_rows[i].seconds != 0) ||
            (err == AVOW_OK && policy.max_age_s != age_rows[i].seconds))
            fail_msg("%s: %s", age_rows[i].text, error);
    }
}

/* Each is refused, with exactly this. */
static const struct error_row {
    const char *text, *error;
} error_rows[] = {
    {"region=PT", "line 1: it stands in no section: write [policy] above it"},
    {"[policies]", "line 1: no such section: \"policies\": there are [policy], [anchor NAME] and "
                   "[witness NAME]"},
    {"[policy x]", "line 1: no such section: \"policy x\": there are [policy], [anchor NAME] and "
                   "[witness NAME]"},
    {"[policy", "line 1: a section's header ends with \"]\""},
    {"[", "line 1: a section's header ends with \"]\""},
    {"[policy]\n\n[policy]", "line 3: a second [policy]: write one"},
    {"[policy]\nwords", "line 2: \"words\" is neither a [section] nor KEY = VALUE"},
    {"[policy]\nissuer=x", "line 2: \"issuer\" is not known in this section: there is region, "
                           "max_age, max_depth, require_recognition or min_witnesses"},
    {"[anchor a]\nregion=PT", "line 2: \"region\" is not known in this section: there is issuer, "
                              "fields, levels, regions or depth"},
    {"[witness a]\nissuer=$1", "line 2: \"issuer\" is not known in this section: there is node"},
    {"[policy]\nregion=PT\n;\nregion=PT", "line 4: \"region\" is given twice in this section"},
    {"[policy]\nregion=\nregion=PT", "line 3: \"region\" is given twice in this section"},
    {"[policy]\nregion=Portugal", "line 2: region cannot be \"Portugal\": write a country or "
                                  "region as in ISO 3166: PT or PT-13"},
    {"[policy]\nmax_age=soon", "line 2: max_age cannot be \"soon\": write a time above 0: 3600, "
                               "90m, 24h or 7d, at most 36500d"},
    {"[policy]\nmax_depth=0", "line 2: max_depth cannot be \"0\": write a number from 1 to 8"},
    {"[policy]\nmax_depth=9", "line 2: max_depth cannot be \"9\": write a number from 1 to 8"},
    {"[policy]\nrequire_recognition=maybe",
     "line 2: require_recognition cannot be \"maybe\": write yes or no"},
    {"[policy]\nmin_witnesses=65",
     "line 2: min_witnesses cannot be \"65\": write a number from 0 to 64"},
    {"[policy]\n\nmin_witnesses=2\n[witness a]\nnode=%1",
     "line 3: min_witnesses is more than there are [witness NAME] sections: name more, or want "
     "fewer"},
    {"[anchor a]\nfields=06\n", "line 1: this anchor has no issuer: write issuer = avow1..."},
    {"\n[anchor a]\n[witness b]\nnode=%1",
     "line 2: this anchor has no issuer: write issuer = avow1..."},
    {"[anchor a]\nissuer=", "line 1: this anchor has no issuer: write issuer = avow1..."},
    {"[witness b]", "line 1: this witness has no node: write node = avownode1..."},
    {"[anchor a]\nissuer=avow1xyz",
     "line 2: issuer cannot be \"avow1xyz\": write an issuer's identifier: avow1..."},
    {"[witness a]\nnode=avow1xyz",
     "line 2: node cannot be \"avow1xyz\": write a node's identifier: avownode1..."},
    {"[anchor a]\nissuer=$1\n[anchor b]\nissuer=$1\n",
     "line 3: this issuer is an anchor already: write one section for it"},
    {"[witness a]\nnode=%1\n[witness b]\nnode=%1\n",
     "line 3: this node is a witness already: write one section for it"},
    {"[anchor a]\nfields=06,6", "line 2: fields cannot be \"06,6\": write ISCED-F codes of 2 to 4 "
                                "digits with commas between: 0612,07"},
    {"[anchor a]\nfields=06,", "line 2: fields cannot be \"06,\": write ISCED-F codes of 2 to 4 "
                               "digits with commas between: 0612,07"},
    {"[anchor a]\nlevels=7-5", "line 2: levels cannot be \"7-5\": write an EQF level from 1 to 8, "
                               "or the first and the last: 5-7"},
    {"[anchor a]\nlevels=5-", "line 2: levels cannot be \"5-\": write an EQF level from 1 to 8, "
                              "or the first and the last: 5-7"},
    {"[anchor a]\nlevels=0", "line 2: levels cannot be \"0\": write an EQF level from 1 to 8, "
                             "or the first and the last: 5-7"},
    {"[anchor a]\nregions=pt", "line 2: regions cannot be \"pt\": write countries or regions as in "
                               "ISO 3166 with commas between: PT,PT-13"},
    {"[anchor a]\ndepth=9", "line 2: depth cannot be \"9\": write a number from 0 to 8"},
    {"[anchor a]b]", "line 1: a name has at most 128 bytes, and none of \"[\", \"]\" and \";\""},
    {"[policy]\n=\xff", "line 2: it is not text in UTF-8, or has control characters"},
    {"[anchor \x01]", "line 1: it is not text in UTF-8, or has control characters"},
    {"[policy]\nregion\x7f=x", "line 2: it is not text in UTF-8, or has control characters"},
    {"[policy]\nregion="
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AA\xc3\xa7",
     "line 2: region cannot be "
     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAA\": write a country or region as in ISO 3166: PT or PT-13"},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(error_rows); i++) {
        struct avow_policy policy, fresh;
        char error[512];
        avow_policy_init(&fresh);
        if (parse(error_rows[i].text, &policy, error) != AVOW_ERR_INVALID ||
            strcmp(error, error_rows[i].error) != 0)
            fail_msg("%s\n gives %s\n  not  %s", error_rows[i].text, error, error_rows[i].error);
        assert_memory_equal(&policy, &fresh, sizeof(policy));
    }
}

static void test_too_large(void **state)
{
    (void)state;
    static char text[AVOW_POLICY_BYTES_MAX + 1];
    struct avow_policy policy;
    struct avow_buf error;
    char room[256];
    memset(text, '\n', sizeof(text));
    avow_buf_init_fixed(&error, room, sizeof(room));
    assert_int_equal(avow_policy_parse(avow_bytes(text, sizeof(text) - 1), &policy, &error),
                     AVOW_OK);
    assert_int_equal(avow_policy_parse(avow_bytes(text, sizeof(text)), &policy, &error),
                     AVOW_ERR_INVALID);
    assert_int_equal(error.len > 0, 1);
}

/* In whichever order their texts came to lie in the storage. */
static bool same(const struct avow_policy *a, const struct avow_policy *b)
{
    struct avow_buf first, second;
    avow_buf_init(&first, AVOW_POLICY_BYTES_MAX);
    avow_buf_init(&second, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(&first, a);
    avow_policy_encode(&second, b);
    assert_true(first.err == AVOW_OK && second.err == AVOW_OK);
    bool equal = avow_bytes_equal(avow_buf_bytes(&first), avow_buf_bytes(&second));
    avow_buf_fini(&first);
    avow_buf_fini(&second);
    return equal;
}

/* Both directions, by both forms. */
static void check_round_trips(const char *name, const struct avow_policy *policy)
{
    struct avow_policy again;
    struct avow_buf out, error, twice;
    avow_buf_init(&out, AVOW_POLICY_BYTES_MAX);
    avow_buf_init(&twice, AVOW_POLICY_BYTES_MAX);
    avow_buf_init(&error, 1024);
    avow_policy_encode(&out, policy);
    assert_int_equal(out.err, AVOW_OK);
    if (avow_policy_decode(avow_buf_bytes(&out), &again) != AVOW_ACCEPT || !same(&again, policy))
        fail_msg("%s: the encoding gives another policy", name);
    avow_buf_clear(&out);
    avow_policy_write(&out, policy);
    assert_int_equal(out.err, AVOW_OK);
    if (avow_policy_parse(avow_buf_bytes(&out), &again, &error) != AVOW_OK || !same(&again, policy))
        fail_msg("%s: written as\n%.*s\nit gives another policy: %.*s", name, (int)out.len,
                 (const char *)out.data, (int)error.len, (const char *)error.data);
    avow_policy_write(&twice, &again);
    assert_true(avow_bytes_equal(avow_buf_bytes(&out), avow_buf_bytes(&twice)));
    avow_buf_fini(&out);
    avow_buf_fini(&twice);
    avow_buf_fini(&error);
}

/* As many anchors and witnesses as there may be, with as long names as there is room for. */
static void fill(struct avow_policy *policy)
{
    char name[128];
    struct avow_bytes scope =
        pack_new("{'depth': 8, 'fields': ['0612', '07', '08', '1011'], 'levels': [5, 7],"
                 " 'regions': ['PT', 'PT-13', 'ES', 'FR', 'DE', 'IT', 'NL', 'BE']}");
    avow_policy_init(policy);
    memcpy(policy->region, "PT-ABC", 7);
    policy->require_recognition = true;
    policy->max_age_s = AVOW_POLICY_AGE_MAX_S - 1;
    policy->max_depth = policy->min_witnesses = 8;
    memset(name, 'n', sizeof(name));
    for (size_t i = 0; i < AVOW_POLICY_ANCHORS_MAX; i++) {
        struct avow_hash issuer = {{(uint8_t)i}};
        struct avow_key key = {{(uint8_t)i}};
        assert_int_equal(
            avow_policy_add_anchor(policy, avow_bytes(name, sizeof(name)), &issuer, scope),
            AVOW_ACCEPT);
        assert_int_equal(avow_policy_add_witness(policy, avow_bytes(name, 40), &key), AVOW_ACCEPT);
    }
    free((void *)scope.data);
}

static void test_round_trips(void **state)
{
    (void)state;
    struct avow_policy policy;
    char error[512];
    avow_policy_init(&policy);
    check_round_trips("defaults", &policy);
    assert_int_equal(parse(whole_file, &policy, error), AVOW_OK);
    check_round_trips("whole file", &policy);
    fill(&policy);
    check_round_trips("the largest", &policy);
    for (size_t i = 0; i < COUNT(age_rows); i++) {
        avow_policy_init(&policy);
        if (age_rows[i].seconds != 0)
            policy.max_age_s = age_rows[i].seconds;
        check_round_trips(age_rows[i].text, &policy);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    struct avow_policy policy, before;
    struct avow_hash issuer = {{0xff}};
    struct avow_key key = {{0xff}};
    struct avow_bytes none = pack_new("{}");
    fill(&policy);
    before = policy;
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes_text("x"), &issuer, none),
                     AVOW_REJECT_LENGTH);
    assert_int_equal(avow_policy_add_witness(&policy, avow_bytes_text("x"), &key),
                     AVOW_REJECT_LENGTH);
    assert_memory_equal(&policy, &before, sizeof(policy));
    policy.anchor_count = 1; /* what is stored is still in the way */
    policy.used = sizeof(policy.storage);
    assert_int_equal(avow_policy_add_anchor(&policy, avow_bytes_text("x"), &issuer, none),
                     AVOW_REJECT_LENGTH);
    assert_int_equal(policy.anchor_count, 1);
    free((void *)none.data);
}

static const struct decode_row {
    const char *notation;
    enum avow_reject reject;
} decode_rows[] = {
    {"['', 86400, 4, 0, 0, [], []]", AVOW_ACCEPT},
    {"['PT', 1, 8, 1, 1, [['', b32:1, {}]], [['', b32:1]]]", AVOW_ACCEPT},
    {"['', 86400, 4, 0, 0, [['a', b32:1, {}], ['a', b32:2, {}]], []]", AVOW_ACCEPT},
    {"['', 86400, 4, 0, 0, []]", AVOW_REJECT_LENGTH},
    {"['', 86400, 4, 0, 0, [], [], 0]", AVOW_REJECT_LENGTH},
    {"['pt', 86400, 4, 0, 0, [], []]", AVOW_REJECT_VALUE},
    {"['PT-12345', 86400, 4, 0, 0, [], []]", AVOW_REJECT_LENGTH},
    {"[nil, 86400, 4, 0, 0, [], []]", AVOW_REJECT_TYPE},
    {"['', 0, 4, 0, 0, [], []]", AVOW_REJECT_RANGE},
    {"['', 3153600001, 4, 0, 0, [], []]", AVOW_REJECT_RANGE},
    {"['', 86400, 0, 0, 0, [], []]", AVOW_REJECT_RANGE},
    {"['', 86400, 9, 0, 0, [], []]", AVOW_REJECT_RANGE},
    {"['', 86400, 4, 2, 0, [], []]", AVOW_REJECT_RANGE},
    {"['', 86400, 4, true, 0, [], []]", AVOW_REJECT_TYPE},
    {"['', 86400, 4, 0, 1, [], []]", AVOW_REJECT_RANGE},
    {"['', 86400, 4, 0, 2, [], [['', b32:1]]]", AVOW_REJECT_RANGE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {}], ['x', b32:1, {}]], []]", AVOW_REJECT_DUPLICATE},
    {"['', 86400, 4, 0, 0, [], [['', b32:1], ['x', b32:1]]]", AVOW_REJECT_DUPLICATE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {'new': 1}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {'achievements': [1]}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {'fields': []}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {'regions': []}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {'depth': 9}]], []]", AVOW_REJECT_RANGE},
    {"['', 86400, 4, 0, 0, [['', b32:1, {'depth': 0}]], []]", AVOW_ACCEPT},
    {"['', 86400, 4, 0, 0, [['', b32:1, []]], []]", AVOW_REJECT_TYPE},
    {"['', 86400, 4, 0, 0, [[' a', b32:1, {}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [['a ', b32:1, {}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [['a]', b32:1, {}]], []]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [], [['a;', b32:1]]]", AVOW_REJECT_VALUE},
    {"['', 86400, 4, 0, 0, [[u129, b32:1, {}]], []]", AVOW_REJECT_LENGTH},
    {"['', 86400, 4, 0, 0, [[u128, b32:1, {}]], []]", AVOW_ACCEPT},
    {"{}", AVOW_REJECT_TYPE},
};

static void test_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(decode_rows); i++) {
        struct avow_policy policy;
        struct avow_bytes bytes = pack_new(decode_rows[i].notation);
        enum avow_reject reject = avow_policy_decode(bytes, &policy);
        if (reject != decode_rows[i].reject)
            fail_msg("%s: %s", decode_rows[i].notation, avow_reject_name(reject));
        if (reject == AVOW_ACCEPT)
            check_round_trips(decode_rows[i].notation, &policy);
        free((void *)bytes.data);
    }
    struct avow_policy policy;
    const uint8_t trailing[] = {0x97, 0xa0, 1, 1, 0, 0, 0x90, 0x90, 0};
    assert_int_equal(avow_policy_decode(avow_bytes(trailing, sizeof(trailing) - 1), &policy),
                     AVOW_ACCEPT);
    assert_int_equal(avow_policy_decode(avow_bytes(trailing, sizeof(trailing)), &policy),
                     AVOW_REJECT_TRAILING);
}

/* What must be said, and what must not. */
static const struct words_row {
    const char *text, *says, *never;
} words_rows[] = {
    {"", "at most 24 hours old", "anchors"},
    {"", "any issuer will do", "must be recognised"},
    {"", "a dishonest issuer or a stolen key can backdate", "At least"},
    {"", "It names no witness", "One of its"},
    {"[policy]\nmax_age=7d", "at most 7 days old", "hours"},
    {"[policy]\nmax_age=1h", "at most 1 hour old", "hours"},
    {"[policy]\nrequire_recognition=yes", "so nothing is valid", "any issuer"},
    {"[policy]\nrequire_recognition=yes\n[anchor DGES]\nissuer=$1",
     "must be recognised, for this achievement, by this anchor, ", "decides nothing"},
    {"[anchor DGES]\nissuer=$1", "decides nothing (require_recognition = no)", "must be"},
    {"[anchor DGES]\nissuer=$1", "It does not say where it is used", "counts if"},
    {"[policy]\nregion=PT\n[anchor DGES]\nissuer=$1", "counts if PT is in them", "not say where"},
    {"[anchor DGES]\nissuer=$1\n[anchor ENIC]\nissuer=$2", "one of these 2 anchors", "this anchor"},
    {"[policy]\nmax_depth=1\n[anchor DGES]\nissuer=$1", "at most 1 recognition:", "recognitions:"},
    {"[anchor DGES]\nissuer=$1\n", "- DGES (avow1", "- avow1"},
    {"[anchor DGES]\nissuer=$1\n", "whatever it recognises.", "fields"},
    {"[anchor]\nissuer=$1\nlevels=5-7", "EQF levels 5 to 7.", "whatever"},
    {"[anchor]\nissuer=$1\nlevels=5-7\nfields=06,07", "fields 06, 07; EQF levels 5 to 7.",
     "whatever"},
    {"[anchor]\nissuer=$1\nregions=PT,ES\nlevels=5", "for use in PT, ES.", "whatever"},
    {"[anchor]\nissuer=$1\ndepth=0", "as an issuer alone", "at most 0"},
    {"[anchor]\nissuer=$1\ndepth=2", "paths of at most 2.", "alone"},
    {"[policy]\nmin_witnesses=1\n[witness a]\nnode=%1\n[witness b]\nnode=%2",
     "At least 1 of 2 witnesses", "backdate"},
    {"[witness a]\nnode=%1\n[witness b]\nnode=%2", "One of its 2 witnesses is enough",
     "no witness"},
    {"", "It does not check that what a credential says is true", "require_recognition"},
};

static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(words_rows); i++) {
        struct avow_policy policy;
        struct avow_buf out;
        char error[512];
        avow_buf_init(&out, 65536);
        assert_int_equal(parse(words_rows[i].text, &policy, error), AVOW_OK);
        avow_policy_explain(&out, &policy);
        avow_buf_append(&out, "", 1);
        assert_int_equal(out.err, AVOW_OK);
        const char *said = (const char *)out.data;
        if (strstr(said, words_rows[i].says) == NULL || strstr(said, words_rows[i].never) != NULL)
            fail_msg("%s\n wants \"%s\", not \"%s\", and gives:\n%s", words_rows[i].text,
                     words_rows[i].says, words_rows[i].never, said);
        avow_buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_file), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_ages),       cmocka_unit_test(test_errors),
        cmocka_unit_test(test_too_large),  cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_decode),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
