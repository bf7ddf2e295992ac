/* proto/credential/badge: what is built, word for word; what is refused, with its place; that what
 * is built is read back; that no byte of a signed document can be changed. */
#include "proto/credential/badge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/codec/jcs.h"
#include "proto/codec/json.h"
#include "proto/codec/time.h"
#include "proto/credential/integrity.h"
#include "tests/support/alloc.h"
#include "tests/support/sample_badge.h"

#define DOCUMENT_MAX (1024 * 1024)
#define ISSUER "avow157n60fa857n60fa857n60fa857n60fa857n60fa857n60fa857nsuk9frk"
#define DID "did:key:z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z"

static const char whole_document[] =
    "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\","
    "\"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"],"
    "\"credentialStatus\":[{\"id\":\"avow:" ISSUER "/1234"
    "#Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4\","
    "\"type\":\"urn:avow:RegistryEntry\"}],"
    "\"credentialSubject\":{\"achievement\":{\"achievementType\":\"MicroCredential\","
    "\"alignment\":[{\"targetCode\":\"6\",\"targetFramework\":\"EQF\",\"targetName\":"
    "\"EQF level 6\",\"targetType\":\"ext:EQF\",\"targetUrl\":"
    "\"http://data.europa.eu/snb/eqf/6\",\"type\":[\"Alignment\"]},"
    "{\"targetCode\":\"0612\",\"targetFramework\":\"ISCED-F\",\"targetName\":\"ISCED-F 0612\","
    "\"targetType\":\"ext:ISCED-F\",\"targetUrl\":\"http://data.europa.eu/snb/isced-f/0612\","
    "\"type\":[\"Alignment\"]}],"
    "\"creditsAvailable\":3.5,\"criteria\":{\"id\":\"https://universitat.example/ade\"},"
    "\"description\":\"Builds and operates data pipelines.\",\"humanCode\":\"DA-101\","
    "\"id\":\"avow:" ISSUER "/2\",\"inLanguage\":\"en\","
    "\"name\":\"Applied Data Engineering\",\"type\":[\"Achievement\"]},"
    "\"creditsEarned\":3.5,\"identifier\":["
    "{\"hashed\":false,\"identityHash\":\"Ζωή 李小龍\",\"identityType\":\"name\","
    "\"type\":\"IdentityObject\"},"
    "{\"hashed\":false,\"identityHash\":\"zoe@example.org\",\"identityType\":\"emailAddress\","
    "\"type\":\"IdentityObject\"},"
    "{\"hashed\":false,\"identityHash\":\"2026/0042\",\"identityType\":\"sourcedId\","
    "\"type\":\"IdentityObject\"}],"
    "\"result\":[{\"type\":[\"Result\"],\"value\":\"9.5\"}],\"type\":[\"AchievementSubject\"]},"
    "\"id\":\"urn:uuid:3ee10dfb-cb0f-8743-af74-d8a3af111c83\","
    "\"issuer\":{\"address\":{\"addressCountryCode\":\"ES\",\"addressRegion\":\"ES-CT\","
    "\"type\":[\"Address\"]},\"id\":\"" DID "\",\"name\":\"Universitat de Test — Ζ\","
    "\"type\":[\"Profile\"],\"url\":\"https://universitat.example/\"},"
    "\"name\":\"Applied Data Engineering\","
    "\"type\":[\"VerifiableCredential\",\"OpenBadgeCredential\"],"
    "\"validFrom\":\"2026-01-15T00:00:00Z\",\"validUntil\":\"2031-01-15T00:00:00Z\"}";

static const char least_document[] =
    "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\","
    "\"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"],"
    "\"credentialStatus\":[{\"id\":\"avow:" ISSUER "/1234"
    "#Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4\","
    "\"type\":\"urn:avow:RegistryEntry\"}],"
    "\"credentialSubject\":{\"achievement\":{\"achievementType\":\"MicroCredential\","
    "\"criteria\":{\"narrative\":\"Applied Data Engineering\"},"
    "\"description\":\"Applied Data Engineering\",\"id\":\"avow:" ISSUER "/2\","
    "\"name\":\"Applied Data Engineering\",\"type\":[\"Achievement\"]},"
    "\"identifier\":[{\"hashed\":false,\"identityHash\":\"Ζωή 李小龍\",\"identityType\":\"name\","
    "\"type\":\"IdentityObject\"}],\"type\":[\"AchievementSubject\"]},"
    "\"id\":\"urn:uuid:3ee10dfb-cb0f-8743-af74-d8a3af111c83\","
    "\"issuer\":{\"id\":\"" DID "\",\"name\":\"Universitat de Test — Ζ\",\"type\":[\"Profile\"]},"
    "\"name\":\"Applied Data Engineering\","
    "\"type\":[\"VerifiableCredential\",\"OpenBadgeCredential\"],"
    "\"validFrom\":\"2026-01-15T00:00:00Z\"}";

static void assert_canonical(const json_t *document, const char *wanted)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, DOCUMENT_MAX);
    avow_jcs_write(document, &text);
    avow_buf_append(&text, "", 1);
    assert_int_equal(text.err, AVOW_OK);
    assert_string_equal((const char *)text.data, wanted);
}

static struct avow_badge least_badge(void)
{
    const struct avow_badge whole = sample_badge();
    return (struct avow_badge){
        .issuer = whole.issuer,
        .index = whole.index,
        .key = whole.key,
        .issuer_name = whole.issuer_name,
        .achievement = whole.achievement,
        .title = whole.title,
        .learner_name = whole.learner_name,
        .valid_from = whole.valid_from,
        .learner_email = "", /* an empty column of a CSV is the same as none */
        .seed = {0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e,
                 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e,
                 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e, 0x5e},
    };
}

static void test_built(void **state)
{
    (void)state;
    const struct avow_badge badges[] = {sample_badge(), least_badge()};
    const char *const wanted[] = {whole_document, least_document};
    for (size_t i = 0; i < 2; i++) {
        AVOW_CLEANUP(avow_json_release)
        json_t *document = NULL;
        assert_int_equal(avow_badge_build(&badges[i], &document), AVOW_OK);
        assert_canonical(document, wanted[i]);
    }
}

/* The file that tests/interop/proof.mjs verifies with another implementation of everything. */
static void test_signed_is_the_file(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    json_error_t error;
    AVOW_CLEANUP(avow_json_release)
    json_t *file = json_load_file(AVOW_TEST_VECTORS "/../fuzz/corpus/badge/whole.json", 0, &error);
    if (file == NULL)
        fail_msg("%s", error.text);
    assert_true(json_equal(document, file));
}

static const char *text_at(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static void test_levels_and_credits(void **state)
{
    (void)state;
    struct avow_badge badge = sample_badge();
    badge.framework = "QF & more";
    badge.level = "1st";
    badge.credits_hundredths = 600;
    badge.jurisdiction = "PT";
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    assert_int_equal(avow_badge_build(&badge, &document), AVOW_OK);
    const json_t *subject = json_object_get(document, "credentialSubject");
    const json_t *achievement = json_object_get(subject, "achievement");
    const json_t *level = json_array_get(json_object_get(achievement, "alignment"), 0);
    assert_string_equal(text_at(level, "targetType"), "ext:QualificationsFramework");
    assert_string_equal(text_at(level, "targetName"), "QF & more 1st");
    assert_string_equal(text_at(level, "targetUrl"), "urn:avow:framework:QF%20%26%20more:1st");
    assert_int_equal(json_integer_value(json_object_get(subject, "creditsEarned")), 6);
    const json_t *address = json_object_get(json_object_get(document, "issuer"), "address");
    assert_int_equal(json_object_size(address), 2);
    assert_string_equal(text_at(address, "addressCountryCode"), "PT");
}

/* The commitment must survive a new index, the id must not be the seed's twin. */
static void test_index_is_not_committed(void **state)
{
    (void)state;
    struct avow_badge badge = sample_badge();
    struct avow_hash commitments[3];
    for (size_t i = 0; i < 3; i++) {
        badge.index = i == 0 ? 7 : 8;
        badge.seed[31] = i == 2;
        AVOW_CLEANUP(avow_json_release)
        json_t *document = NULL;
        assert_int_equal(avow_badge_build(&badge, &document), AVOW_OK);
        struct avow_fault fault;
        assert_int_equal(
            avow_commitment(document, &badge.issuer, sample_badge().seed, &commitments[i], &fault),
            AVOW_OK);
        assert_memory_equal(text_at(document, "id") + 22, "-8", 2);
    }
    assert_true(avow_hash_equal(&commitments[0], &commitments[1]));
    assert_false(avow_hash_equal(&commitments[1], &commitments[2]));
}

static char long_code[AVOW_BADGE_CODE_MAX + 2];

static void test_longest_codes(void **state)
{
    (void)state;
    struct avow_badge badge = sample_badge();
    memset(long_code, '%', AVOW_BADGE_CODE_MAX + 1);
    badge.field = long_code;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    assert_int_equal(avow_badge_build(&badge, &document), AVOW_ERR_INVALID);
    badge.field = badge.framework = badge.level = long_code + 1;
    assert_int_equal(avow_badge_build(&badge, &document), AVOW_OK);
}

struct invalid {
    const char *name;
    void (*spoil)(struct avow_badge *badge);
};

static void no_issuer_name(struct avow_badge *badge)
{
    badge->issuer_name = NULL;
}
static void no_title(struct avow_badge *badge)
{
    badge->title = "";
}
static void no_learner(struct avow_badge *badge)
{
    badge->learner_name = NULL;
}
static void level_alone(struct avow_badge *badge)
{
    badge->framework = NULL;
}
static void ill_formed_text(struct avow_badge *badge)
{
    badge->result = "\xc3(";
}
static void line_break(struct avow_badge *badge)
{
    badge->learner_name = "A\nB";
}
static void late(struct avow_badge *badge)
{
    badge->valid_until = AVOW_TIME_MAX + 1;
}
static void backwards(struct avow_badge *badge)
{
    badge->valid_until = badge->valid_from - 1;
}
static void no_country(struct avow_badge *badge)
{
    badge->jurisdiction = "-CT";
}
static void great_index(struct avow_badge *badge)
{
    badge->index = AVOW_UINT_MAX + 1;
}

static const struct invalid invalids[] = {
    {"no issuer's name", no_issuer_name},
    {"no title", no_title},
    {"no learner's name", no_learner},
    {"a level without its framework", level_alone},
    {"text that is not UTF-8", ill_formed_text},
    {"a line break", line_break},
    {"a time after 9999", late},
    {"an end before the beginning", backwards},
    {"a region without its country", no_country},
    {"an index beyond 2^53", great_index},
};

static void test_invalid(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(invalids) / sizeof(invalids[0]); i++) {
        struct avow_badge badge = sample_badge();
        invalids[i].spoil(&badge);
        json_t *document = NULL;
        if (avow_badge_build(&badge, &document) != AVOW_ERR_INVALID)
            fail_msg("%s: built", invalids[i].name);
    }
}

static void test_read_back(void **state)
{
    (void)state;
    const struct avow_badge badge = sample_badge();
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    struct avow_badge_facts facts;
    struct avow_fault fault;
    assert_int_equal(avow_badge_read(document, &facts, &fault), AVOW_OK);
    assert_true(avow_hash_equal(&facts.issuer, &badge.issuer));
    assert_int_equal(facts.index, badge.index);
    assert_memory_equal(facts.seed, badge.seed, sizeof(badge.seed));
    assert_true(avow_key_equal(&facts.key, &badge.key));
    assert_int_equal(facts.achievement, badge.achievement);
    assert_int_equal(facts.valid_from, badge.valid_from);
    assert_int_equal(facts.valid_until, badge.valid_until);
    assert_string_equal(facts.issuer_name, badge.issuer_name);
    assert_string_equal(facts.achievement_name, badge.title);
    assert_string_equal(facts.learner_name, badge.learner_name);
}

/* What a stacked credential is made of, built, read back, and refused. */
static void test_parts(void **state)
{
    (void)state;
    struct avow_badge badge = sample_badge();
    static struct avow_badge_part parts[AVOW_BADGE_COMPONENTS_MAX + 1];
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        parts[i] = (struct avow_badge_part){.issuer = badge.issuer, .index = 10 + i, .title = "A"};
    parts[1].issuer.bytes[0] ^= 1;
    parts[1].index = 10; /* another log's */
    const struct avow_badge_part pathway = {badge.issuer, 9, "Diploma"};
    badge.components = parts;
    badge.pathway = &pathway;
    badge.component_count = AVOW_BADGE_COMPONENTS_MAX;
    struct avow_secret_key secret;
    struct avow_key key;
    struct avow_badge_facts facts;
    struct avow_fault fault;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    sample_badge_key(&secret, &key);
    assert_int_equal(avow_badge_build(&badge, &document), AVOW_OK);
    assert_int_equal(avow_proof_add(document, &key, &secret, SAMPLE_CREATED), AVOW_OK);
    assert_int_equal(avow_badge_read(document, &facts, &fault), AVOW_OK);
    assert_int_equal(facts.component_count, badge.component_count);
    for (size_t i = 0; i < facts.component_count; i++) {
        assert_true(avow_hash_equal(&facts.components[i].issuer, &parts[i].issuer));
        assert_int_equal(facts.components[i].index, parts[i].index);
        assert_string_equal(facts.components[i].title, "A");
    }
    assert_int_equal(facts.pathway.index, 9);
    assert_string_equal(facts.pathway.title, "Diploma");

    json_t *none = NULL;
    badge.component_count++;
    assert_int_equal(avow_badge_build(&badge, &none), AVOW_ERR_INVALID); /* too many */
    badge.component_count = 3;
    parts[2] = parts[0];
    assert_int_equal(avow_badge_build(&badge, &none), AVOW_ERR_INVALID); /* one twice */
    parts[2].index = 8;
    parts[2].title = "";
    assert_int_equal(avow_badge_build(&badge, &none), AVOW_ERR_INVALID); /* no title */
    badge.component_count = 1;
    badge.pathway = NULL;
    assert_int_equal(avow_badge_build(&badge, &none), AVOW_ERR_INVALID); /* no pathway */
    badge.pathway = &pathway;
    badge.component_count = 0;
    assert_int_equal(avow_badge_build(&badge, &none), AVOW_ERR_INVALID); /* no components */
    assert_null(none);
}

/* A successor says what its predecessor said, but for what makes it another document. */
static void test_renewal(void **state)
{
    (void)state;
    static const char *const new_members[] = {
        "id", "validFrom", "validUntil", "credentialStatus", "proof", "issuer"};
    struct avow_badge_renewal renewal = {.index = 77, .valid_from = 1800000000};
    const struct avow_badge badge = sample_badge();
    struct avow_secret_key secret;
    struct avow_badge_facts facts;
    struct avow_fault fault;
    AVOW_CLEANUP(avow_json_release)
    json_t *old = sample_badge_signed();
    AVOW_CLEANUP(avow_json_release)
    json_t *before = json_deep_copy(old);
    AVOW_CLEANUP(avow_json_release)
    json_t *made = NULL;
    sample_badge_key(&secret, &renewal.key);
    renewal.issuer = badge.issuer;
    memset(renewal.seed, 0x21, sizeof(renewal.seed));
    assert_int_equal(avow_badge_renew(old, &renewal, &made), AVOW_OK);
    assert_true(json_equal(old, before));
    assert_int_equal(avow_proof_add(made, &renewal.key, &secret, SAMPLE_CREATED), AVOW_OK);
    assert_int_equal(avow_badge_read(made, &facts, &fault), AVOW_OK);
    assert_int_equal(facts.index, 77);
    assert_int_equal(facts.valid_from, 1800000000);
    assert_int_equal(facts.valid_until, 0);
    assert_memory_equal(facts.seed, renewal.seed, sizeof(renewal.seed));
    assert_int_equal(facts.achievement, badge.achievement);
    assert_string_not_equal(json_string_value(json_object_get(made, "id")),
                            json_string_value(json_object_get(old, "id")));
    for (size_t i = 0; i < sizeof(new_members) / sizeof(new_members[0]); i++) {
        (void)json_object_del(made, new_members[i]);
        (void)json_object_del(old, new_members[i]);
    }
    assert_true(json_equal(made, old));
    json_t *none = NULL;
    renewal.valid_until = renewal.valid_from - 1;
    assert_int_equal(avow_badge_renew(before, &renewal, &none), AVOW_ERR_INVALID);
    assert_null(none);
}

struct edit {
    const char *name;
    const char *pointer; /* of an object's member, or of an item of a list */
    const char *json;    /* NULL: taken away */
    enum avow_reject reject;
    const char *where;
};

#define OTHER_DID "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
#define SEED "#Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4"
#define STATUS(id) "[{\"type\":\"urn:avow:RegistryEntry\",\"id\":\"" id "\"}]"

#define PART(index, genre) "{\"id\":\"avow:" ISSUER "/" index "\",\"genre\":\"" genre "\"}"

static const struct edit edits[] = {
    {"no context", "/@context", NULL, AVOW_REJECT_DOCUMENT, "/@context"},
    {"a third context", "/@context/2", "\"https://x.example\"", AVOW_REJECT_DOCUMENT, "/@context"},
    {"a type as text", "/type", "\"VerifiableCredential\"", AVOW_REJECT_DOCUMENT, "/type"},
    {"another type", "/type/1", "\"EndorsementCredential\"", AVOW_REJECT_DOCUMENT, "/type"},
    {"no status", "/credentialStatus", NULL, AVOW_REJECT_DOCUMENT, "/credentialStatus"},
    {"no registry entry", "/credentialStatus", "[{\"type\":\"X\"}]", AVOW_REJECT_DOCUMENT,
     "/credentialStatus"},
    {"two registry entries", "/credentialStatus/1",
     "{\"type\":\"urn:avow:RegistryEntry\",\"id\":\"x\"}", AVOW_REJECT_DUPLICATE,
     "/credentialStatus/1"},
    {"nine entries", "/credentialStatus", "[1,2,3,4,5,6,7,8,9]", AVOW_REJECT_LENGTH,
     "/credentialStatus"},
    {"a member too many", "/credentialStatus/0/purpose", "1", AVOW_REJECT_DOCUMENT,
     "/credentialStatus/0"},
    {"no reference", "/credentialStatus", STATUS("avow:" SEED), AVOW_REJECT_VALUE,
     "/credentialStatus/0/id"},
    {"no seed", "/credentialStatus", STATUS("avow:" ISSUER "/1234"), AVOW_REJECT_VALUE,
     "/credentialStatus/0/id"},
    {"a short seed", "/credentialStatus", STATUS("avow:" ISSUER "/1234#Xl5e"), AVOW_REJECT_VALUE,
     "/credentialStatus/0/id"},
    {"a padded seed", "/credentialStatus", STATUS("avow:" ISSUER "/1234" SEED "="),
     AVOW_REJECT_VALUE, "/credentialStatus/0/id"},
    {"an index with a zero", "/credentialStatus", STATUS("avow:" ISSUER "/01234" SEED),
     AVOW_REJECT_VALUE, "/credentialStatus/0/id"},
    {"another scheme", "/credentialStatus", STATUS("urn:" ISSUER "/1234" SEED), AVOW_REJECT_VALUE,
     "/credentialStatus/0/id"},
    {"no proof", "/proof", NULL, AVOW_REJECT_DOCUMENT, "/proof"},
    {"an issuer as text", "/issuer", "\"" DID "\"", AVOW_REJECT_TYPE, "/issuer/id"},
    {"another issuer's key", "/issuer/id", "\"" OTHER_DID "\"", AVOW_REJECT_DOCUMENT, "/issuer/id"},
    {"an issuer without a name", "/issuer/name", NULL, AVOW_REJECT_DOCUMENT, "/issuer/name"},
    {"an issuer with an empty name", "/issuer/name", "\"\"", AVOW_REJECT_DOCUMENT, "/issuer/name"},
    {"no beginning", "/validFrom", NULL, AVOW_REJECT_LENGTH, "/validFrom"},
    {"a date alone", "/validFrom", "\"2026-01-15\"", AVOW_REJECT_LENGTH, "/validFrom"},
    {"no such day", "/validUntil", "\"2031-02-29T00:00:00Z\"", AVOW_REJECT_RANGE, "/validUntil"},
    {"an end in 1970", "/validUntil", "\"1970-01-01T00:00:00Z\"", AVOW_REJECT_TIME, "/validUntil"},
    {"an end before the beginning", "/validUntil", "\"2026-01-14T23:59:59Z\"", AVOW_REJECT_TIME,
     "/validUntil"},
    {"an end that is null", "/validUntil", "null", AVOW_REJECT_LENGTH, "/validUntil"},
    {"a list of subjects", "/credentialSubject", "[]", AVOW_REJECT_DOCUMENT, "/credentialSubject"},
    {"no achievement", "/credentialSubject/achievement", NULL, AVOW_REJECT_VALUE,
     "/credentialSubject/achievement/id"},
    {"an achievement of another log", "/credentialSubject/achievement/id",
     "\"avow:"
     "avow1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqskmft20"
     "/2\"",
     AVOW_REJECT_DOCUMENT, "/credentialSubject/achievement/id"},
    {"an achievement without a name", "/credentialSubject/achievement/name", NULL,
     AVOW_REJECT_DOCUMENT, "/credentialSubject/achievement/name"},
    {"a domain for an issuer is accepted", "/issuer/id", "\"did:web:universitat.example\"",
     AVOW_ACCEPT, NULL},
    {"no end is accepted", "/validUntil", NULL, AVOW_ACCEPT, NULL},
    {"a status list beside is accepted", "/credentialStatus/1",
     "{\"type\":\"BitstringStatusListEntry\"}", AVOW_ACCEPT, NULL},
    {"a learner without a name is accepted", "/credentialSubject/identifier", NULL, AVOW_ACCEPT,
     NULL},
    {"another's evidence is accepted", "/evidence", "[{\"id\":\"https://x.example\"}, 7]",
     AVOW_ACCEPT, NULL},
    {"a component and its pathway", "/evidence",
     "[" PART("7", "component") "," PART("9", "pathway") "]", AVOW_ACCEPT, NULL},
    {"a component without a pathway", "/evidence", "[" PART("7", "component") "]",
     AVOW_REJECT_DOCUMENT, "/evidence"},
    {"a pathway without a component", "/evidence", "[" PART("7", "pathway") "]",
     AVOW_REJECT_DOCUMENT, "/evidence"},
    {"a component twice", "/evidence", "[" PART("7", "component") "," PART("7", "component") "]",
     AVOW_REJECT_DUPLICATE, "/evidence/1"},
    {"two pathways", "/evidence", "[1," PART("7", "pathway") "," PART("8", "pathway") "]",
     AVOW_REJECT_DUPLICATE, "/evidence/2"},
    {"a component that is no reference", "/evidence", "[" PART("x", "component") "]",
     AVOW_REJECT_VALUE, "/evidence/0"},
    {"a part of another genre", "/evidence", "[" PART("7", "thesis") "]", AVOW_REJECT_VALUE,
     "/evidence/0"},
};

/* Follows a pointer without escapes to its last token, which is returned. */
static const char *walk(json_t **at, char *pointer)
{
    char *rest = NULL;
    char *token = strtok_r(pointer, "/", &rest);
    for (char *next = strtok_r(NULL, "/", &rest); next != NULL;
         token = next, next = strtok_r(NULL, "/", &rest))
        *at = json_is_array(*at) ? json_array_get(*at, (size_t)(token[0] - '0'))
                                 : json_object_get(*at, token);
    return token;
}

static void apply(json_t *document, const struct edit *edit)
{
    char pointer[128];
    (void)snprintf(pointer, sizeof(pointer), "%s", edit->pointer);
    json_t *at = document;
    const char *token = walk(&at, pointer);
    json_t *value = edit->json == NULL ? NULL : json_loads(edit->json, JSON_DECODE_ANY, NULL);
    const size_t item = (size_t)(token[0] - '0');
    int rc = 0;
    if (value == NULL)
        rc = json_object_del(at, token);
    else if (!json_is_array(at))
        rc = json_object_set_new(at, token, value);
    else if (item == json_array_size(at))
        rc = json_array_append_new(at, value);
    else
        rc = json_array_set_new(at, item, value);
    if (rc != 0)
        fail_msg("%s: could not be applied", edit->name);
}

static void test_read_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        const struct edit *edit = &edits[i];
        AVOW_CLEANUP(avow_json_release)
        json_t *document = sample_badge_signed();
        apply(document, edit);
        struct avow_badge_facts facts;
        struct avow_fault fault = {.reject = AVOW_ACCEPT};
        const enum avow_err err = avow_badge_read(document, &facts, &fault);
        if (fault.reject != edit->reject || (err == AVOW_OK) != (edit->reject == AVOW_ACCEPT))
            fail_msg("%s: %s at %s", edit->name, avow_reject_name(fault.reject), fault.where);
        if (edit->where != NULL && strcmp(fault.where, edit->where) != 0)
            fail_msg("%s: at %s", edit->name, fault.where);
    }
}

/* True if the text is a document that reads and verifies. */
static bool passes(struct avow_bytes text)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    struct avow_json_error error;
    if (avow_json_parse(text, DOCUMENT_MAX, &document, &error) != AVOW_OK)
        return false;
    struct avow_badge_facts facts;
    struct avow_proof_facts proof;
    struct avow_fault fault;
    return avow_badge_read(document, &facts, &fault) == AVOW_OK &&
           avow_proof_verify(document, &proof, &fault) == AVOW_OK;
}

static void test_every_byte_counts(void **state)
{
    (void)state;
    static const uint8_t flips[] = {0x01, 0x20, 0x80};
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    char *text = json_dumps(document, JSON_COMPACT);
    assert_non_null(text);
    const struct avow_bytes bytes = avow_bytes_text(text);
    assert_true(passes(bytes));
    for (size_t i = 0; i < bytes.len; i++) {
        for (size_t f = 0; f < sizeof(flips); f++) {
            text[i] = (char)(text[i] ^ flips[f]);
            if (passes(bytes))
                fail_msg("byte %zu may be changed to %02x", i, (unsigned)(uint8_t)text[i]);
            text[i] = (char)(text[i] ^ flips[f]);
        }
    }
    assert_true(passes(bytes));
    free(text);
}

static enum avow_err issue(void *context)
{
    (void)context;
    const struct avow_badge badge = sample_badge();
    struct avow_secret_key secret;
    struct avow_key key;
    sample_badge_key(&secret, &key);
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    enum avow_err err = avow_badge_build(&badge, &document);
    if (err == AVOW_OK)
        err = avow_proof_add(document, &key, &secret, SAMPLE_CREATED);
    return err;
}

static void test_memory(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free);
    avow_alloc_sweep("issue", issue, NULL);
}

int main(void)
{
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built),
        cmocka_unit_test(test_signed_is_the_file),
        cmocka_unit_test(test_levels_and_credits),
        cmocka_unit_test(test_index_is_not_committed),
        cmocka_unit_test(test_longest_codes),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_read_refusals),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
