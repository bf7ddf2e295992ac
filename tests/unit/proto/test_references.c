/* Which entries of its own log an entry names, for every kind, and how it names them where they are
 * after they have moved. */
#include "proto/entry/references.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/pack.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NODE "avownode1a20hs6g54aqx89magcdu8km35mvt5n7lr9vj7zgvmpm4tdxly6xqtf8zp7"
#define NO_SUCH "nowhere"

/* The log is the one whose id is 32 bytes of 1. Each entry moves up by 100 from index 10 on, and
 * entry 99 is left out. */
static const struct row {
    const char *name, *notation;
    const char *named; /* in order */
    const char *moved; /* what it names then */
} rows[] = {
    {"inception", "[0,1,'N','PT','https://a',b32:1,b32:2,b32:3,nil,9]", "", ""},
    {"key", "[1,1,0,0,b32:1,9,b64]", "", ""},
    {"rotation", "[2,1,b32:1,b32:2,b32:3,nil,9,b64]", "", ""},
    {"nodes", "[3,1,['" NODE "@a.example:1']]", "", ""},
    {"achievement", "[4,1,'C','T','en',{}]", "", ""},
    {"issue", "[5,1,12,b32,1,0]", " 12", " 112"},
    {"issue of one that stays", "[5,1,2,b32,1,0]", " 2", " 2"},
    {"issue of one that is left out", "[5,1,99,b32,1,0]", " 99", NO_SUCH},
    {"revocation", "[6,1,13,4,1,0,nil]", " 13", " 113"},
    {"supersession", "[6,1,3,4,3,7,14]", " 3 14", " 3 114"},
    {"successor is left out", "[6,1,13,0,3,7,99]", " 13 99", NO_SUCH},
    {"pathway", "[7,1,15,'P',0,['all',['achievement',nil,5],['achievement',b32:1,6]]]", " 15 5 6",
     " 115 5 6"},
    {"pathway, others' achievements", "[7,1,5,'P',0,['achievement',b32:2,99]]", " 5", " 5"},
    {"pathway whose rule cannot follow", "[7,1,5,'P',0,['achievement',nil,16]]", " 5 16", NO_SUCH},
    {"pathway whose rule names this log by its id", "[7,1,5,'P',0,['achievement',b32:1,99]]",
     " 5 99", NO_SUCH},
    {"recognition", "[8,1,b32:1,'S',0,{'achievements':[2,5]},[],0,0,'urn:x']", "", ""},
    {"identity", "[9,1,'N','PT','https://b',b64]", "", ""},
    {"closure", "[10,1,b32,nil,nil,nil,0,b64]", "", ""},
    {"inert", "[128,1,7,8]", "", ""},
};

static const struct avow_hash own = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

static bool note(void *context, uint64_t index)
{
    char *list = context;
    size_t len = strlen(list);
    (void)snprintf(list + len, 64 - len, " %llu", (unsigned long long)index);
    return true;
}

static bool moved(void *context, uint64_t index, uint64_t *now)
{
    (void)context;
    *now = index < 10 ? index : index + 100;
    return index != 99;
}

static void expect(const char *name, const struct avow_entry *entry, const char *expected)
{
    char list[64] = "";
    assert_true(avow_references_of(entry, &own, note, list));
    if (strcmp(list, expected) != 0)
        fail_msg("%s: names%s, not%s", name, list, expected);
}

static void test_rows(void **state)
{
    (void)state;
    bool tried[AVOW_KIND_COUNT] = {false};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct avow_bytes bytes = pack_new(rows[i].notation);
        struct avow_entry entry;
        assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
        expect(rows[i].name, &entry, rows[i].named);
        bool all = avow_references_move(&entry, &own, moved, NULL);
        if (all != (strcmp(rows[i].moved, NO_SUCH) != 0))
            fail_msg("%s: %s", rows[i].name, all ? "moved" : "not moved");
        if (all)
            expect(rows[i].name, &entry, rows[i].moved);
        if (entry.kind < AVOW_KIND_COUNT)
            tried[entry.kind] = true;
        free((void *)bytes.data);
    }
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        if (!tried[kind])
            fail_msg("no row for kind %llu, %s", (unsigned long long)kind, avow_kind_name(kind));
    }
}

static bool stop_at_second(void *context, uint64_t index)
{
    (void)note(context, index);
    return strcmp(context, " 15") == 0;
}

/* Whoever has seen enough is told no more, be it inside a rule. */
static void test_end(void **state)
{
    (void)state;
    char list[64] = "";
    struct avow_entry entry;
    struct avow_bytes bytes =
        pack_new("[7,1,15,'P',0,['any',['achievement',nil,5],['achievement',nil,6]]]");
    assert_int_equal(avow_entry_decode(bytes, &entry), AVOW_ACCEPT);
    assert_false(avow_references_of(&entry, &own, stop_at_second, list));
    assert_string_equal(list, " 15 5");
    free((void *)bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
