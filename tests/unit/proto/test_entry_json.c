/* An entry's JSON has every field of its kind, whichever kind there is. */
#include "proto/json/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/sample_entries.h"

#define ISSUER "avow1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq40q8xj"
#define T "2026-09-21T14:13:20Z"
#define UNTIL "2026-09-22T14:13:20Z"
#define X4(text) text text text text
#define X32(text) X4(X4(text)) X4(X4(text))

/* By kind: its name, and the members after those that every entry has. */
static const struct {
    const char *kind, *members;
} expected[] = {
    {"inception",
     "\"name\":\"A \\\"school\\\"\","
     "\"jurisdiction\":\"PT-13\","
     "\"website\":\"https://school.example\","
     "\"signing_key\":\"z6Mkef1w29eU7SP9XmbDzTwbiisHZ3uTS5JpNEuu1R6pADkW\","
     "\"root_key\":\"z6MkeXBLjYiSvqnhFb6D7sHm8yKm4jV45wwBFRaatf1cfZ76\","
     "\"next_root_digest\":\"" X32(
         "02") "\","
               "\"heartbeat_key\":\"z6MkeiwEAT7UhjgNfrqjRmGX1be3oD7f78zdveaZ4o9QuZ5D\","
               "\"not_after\":\"" UNTIL "\""},
    {"key", "\"action\":\"authorise\","
            "\"use\":\"sign\","
            "\"key\":\"z6MkenrXJkaVJ2ybox6Es4bSJUQp3NKrnCgTV4FD8BC1etPv\","
            "\"not_after\":\"" UNTIL "\","
            "\"signature\":\"" X32("06") X32("06") "\""},
    {"root-rotation",
     "\"new_root\":\"z6Mkevh7bMWWUda468bFjfFGtDxLXgkG8L46bsaXEwHD9Z3L\","
     "\"signing_key\":\"z6Mkf4XhsxSXfEAWNK6GcFu7TyVs21AfUTRjiguqMhNQeDgk\","
     "\"next_root_digest\":\"" X32(
         "08") "\","
               "\"heartbeat_key\":\"z6Mkf8T12FuYFXTjWQLn3ZE2krGdGANs9X7ZH6aVR5R1PZ1T\","
               "\"not_after\":\"" UNTIL "\","
               "\"signature\":\"" X32("0b") X32("0b") "\""},
    {"nodes",
     "\"nodes\":[{\"node\":\"avownode1yqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqsq6vhztc\","
     "\"address\":\"home.example:4747\"},{\"node\":"
     "\"avownode1yysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyyssl7wca6\","
     "\"address\":\"other.example:4747\"}]"},
    {"achievement", "\"code\":\"DA-101\","
                    "\"title\":\"Data analysis\","
                    "\"language\":\"en\","
                    "\"credits\":7.5,"
                    "\"image\":\"" X32("aa") "\","
                                             "\"credit_system\":\"ECTS\","
                                             "\"level\":\"6\","
                                             "\"framework\":\"EQF\","
                                             "\"skills\":[\"https://skill/42\"]"},
    {"issue", "\"achievement\":2,"
              "\"valid_from\":\"" T "\","
              "\"valid_until\":\"" UNTIL "\","
              "\"commitment\":\"" X32("0c") "\""},
    {"status",
     "\"target\":\"avow1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq40q8xj/5\","
     "\"to\":\"superseded\","
     "\"reason\":\"replaced\","
     "\"successor\":\"avow1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq40q8xj/7\","
     "\"previous\":\"avow1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq40q8xj/6\""},
    {"pathway", "\"award\":2,"
                "\"title\":\"A diploma\","
                "\"cascade\":\"degraded\","
                "\"rule\":[\"all\",[\"achievement\",null,2],[\"credits\",7.5,"
                "\"ECTS\",[\"where\",{\"field\":\"06\","
                "\"level\":[5,7]},[\"achievement\",null,3]]]]"},
    {"recognition",
     "\"subject\":\"avow1p5xs6rgdp5xs6rgdp5xs6rgdp5xs6rgdp5xs6rgdp5xs6rgdp5xsrd6r9a\","
     "\"subject_name\":\"A school\","
     "\"role\":\"authority\","
     "\"scope\":{\"achievements\":[2],"
     "\"depth\":1,"
     "\"fields\":[\"06\"],"
     "\"levels\":[5,7],"
     "\"regions\":[\"PT\"]},"
     "\"usable\":true,"
     "\"equivalence\":[\"KNQF:7=EQF:6\"],"
     "\"valid_from\":\"" T "\","
     "\"valid_until\":\"" UNTIL "\","
     "\"basis\":\"https://law.example/1\""},
    {"identity", "\"name\":\"A university\","
                 "\"jurisdiction\":\"PT\","
                 "\"website\":\"https://uni.example\","
                 "\"signature\":\"" X32("0e") X32("0e") "\""},
    {"closure", "\"successor\":\"avow1pu8s7rc0pu8s7rc0pu8s7rc0pu8s7rc0pu8s7rc0pu8s7rc0pu8stfy7xh\","
                "\"custodian\":\"avow1zqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgqdw9xqp\","
                "\"custodian_key\":\"z6Mkfbt52NAcPcYKV36L6eWTnyfxyGrGrxvJBxF5pjjCctGQ\","
                "\"next_root_digest\":\"" X32("12") "\","
                                                    "\"not_after\":\"" UNTIL "\","
                                                    "\"signature\":\"" X32("13") X32("13") "\""},
};
_Static_assert(sizeof(expected) / sizeof(expected[0]) == AVOW_KIND_COUNT, "a row for each kind");

static const struct avow_hash issuer = {{1}};

static void expect(const struct avow_entry *entry, const enum avow_status *state,
                   const char *members)
{
    const struct avow_entry_view view = {
        .issuer = &issuer, .index = 7, .entry = entry, .state = state};
    char want[2048];
    (void)snprintf(want, sizeof(want),
                   "{\"issuer\":\"" ISSUER "\",\"index\":7,\"reference\":\"" ISSUER "/7\",%s}",
                   members);
    json_t *json = avow_entry_json(&view);
    assert_non_null(json);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    assert_string_equal(text, want);
    free(text);
    json_decref(json);
}

static void test_every_kind(void **state)
{
    (void)state;
    static const enum avow_status active = AVOW_STATUS_ACTIVE;
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        const struct avow_entry entry = sample_entry(kind);
        char members[2048];
        (void)snprintf(members, sizeof(members),
                       "\"kind\":\"%s\",\"state\":\"active\",\"time\":\"" T "\",%s",
                       expected[kind].kind, expected[kind].members);
        expect(&entry, &active, members);
    }
}

/* A field that is forgotten here is missed by its number: beside kind and t, each item of the entry
 * is a member, but for those that are shown as several. */
static void test_every_field(void **state)
{
    (void)state;
#define ITEMS(name, number, word, member, items, root, status) [number] = (items)-2,
    static const size_t items[] = {AVOW_KIND_LIST(ITEMS)};
#undef ITEMS
    static const size_t more[AVOW_KIND_COUNT] = {
        [AVOW_KIND_ACHIEVEMENT] = 5, /* the sample's details are six members */
        [AVOW_KIND_RECOGNITION] = 1, /* usable */
    };
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        const struct avow_entry entry = sample_entry(kind);
        const struct avow_entry_view view = {.issuer = &issuer, .entry = &entry};
        json_t *json = avow_entry_json(&view);
        if (json_object_size(json) != 6 + items[kind] + more[kind])
            fail_msg("%s: %zu members", avow_kind_name(kind), json_object_size(json));
        json_decref(json);
    }
}

/* What an entry leaves out; and entries whose kind is not known. */
static void test_absent(void **state)
{
    (void)state;
    struct avow_entry entry = {.kind = AVOW_KIND_CLOSURE, .t = 1};
    expect(&entry, NULL,
           "\"kind\":\"closure\",\"state\":null,\"time\":\"1970-01-01T00:00:01Z\","
           "\"successor\":null,\"custodian\":null,\"custodian_key\":null,"
           "\"next_root_digest\":null,\"not_after\":null,\"signature\":\"" X32("00")
               X32("00") "\"");
    entry = (struct avow_entry){.kind = AVOW_KIND_STATUS, .t = 1, .status = {.target = 5}};
    expect(&entry, NULL,
           "\"kind\":\"status\",\"state\":null,\"time\":\"1970-01-01T00:00:01Z\","
           "\"target\":\"" ISSUER "/5\",\"to\":\"active\",\"reason\":\"unspecified\","
           "\"previous\":null");
    entry = (struct avow_entry){.kind = AVOW_KIND_INERT_MIN, .t = 1};
    expect(&entry, NULL, "\"kind\":\"unknown\",\"state\":null,\"time\":\"1970-01-01T00:00:01Z\"");
    expect(NULL, NULL, "\"kind\":\"unknown\",\"state\":null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_every_field),
        cmocka_unit_test(test_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
