/* Every number that is signed, travels or is kept, with its name: once more, literally, so that no
 * change of order or of a list goes unseen; and docs/protocol.md says the same. */
#include "proto/entry/entry.h"
#include "proto/trust/verdict.h"
#include "proto/wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct number {
    const char *name;
    uint64_t value, pinned;
};

static const struct number kinds[] = {
    {"inception", AVOW_KIND_INCEPTION, 0},
    {"key", AVOW_KIND_KEY, 1},
    {"root-rotation", AVOW_KIND_ROOT_ROTATION, 2},
    {"nodes", AVOW_KIND_NODES, 3},
    {"achievement", AVOW_KIND_ACHIEVEMENT, 4},
    {"issue", AVOW_KIND_ISSUE, 5},
    {"status", AVOW_KIND_STATUS, 6},
    {"pathway", AVOW_KIND_PATHWAY, 7},
    {"recognition", AVOW_KIND_RECOGNITION, 8},
    {"identity", AVOW_KIND_IDENTITY, 9},
    {"closure", AVOW_KIND_CLOSURE, 10},
};

static const struct number types[] = {
    {"hello", AVOW_MESSAGE_HELLO, 1},
    {"ping", AVOW_MESSAGE_PING, 2},
    {"pong", AVOW_MESSAGE_PONG, 3},
    {"close", AVOW_MESSAGE_CLOSE, 4},
    {"refused", AVOW_MESSAGE_REFUSED, 5},
    {"announce", AVOW_MESSAGE_ANNOUNCE, 8},
    {"get chain", AVOW_MESSAGE_GET_CHAIN, 10},
    {"chain", AVOW_MESSAGE_CHAIN, 11},
    {"get range", AVOW_MESSAGE_GET_RANGE, 12},
    {"range", AVOW_MESSAGE_RANGE, 13},
    {"get consistency", AVOW_MESSAGE_GET_CONSISTENCY, 14},
    {"consistency", AVOW_MESSAGE_CONSISTENCY, 15},
    {"list", AVOW_MESSAGE_LIST, 16},
    {"logs", AVOW_MESSAGE_LOGS, 17},
    {"verify", AVOW_MESSAGE_VERIFY, 18},
    {"verdict", AVOW_MESSAGE_VERDICT, 19},
    {"prove", AVOW_MESSAGE_PROVE, 20},
    {"evidence", AVOW_MESSAGE_EVIDENCE, 21},
    {"prove under", AVOW_MESSAGE_PROVE_UNDER, 22},
    {"status", AVOW_MESSAGE_STATUS, 24},
    {"status reply", AVOW_MESSAGE_STATUS_REPLY, 25},
    {"peers", AVOW_MESSAGE_PEERS, 26},
    {"peers reply", AVOW_MESSAGE_PEERS_REPLY, 27},
    {"get policy", AVOW_MESSAGE_GET_POLICY, 28},
    {"policy", AVOW_MESSAGE_POLICY, 29},
    {"find", AVOW_MESSAGE_FIND, 30},
    {"found", AVOW_MESSAGE_FOUND, 31},
    {"recognised", AVOW_MESSAGE_RECOGNISED, 32},
    {"recognitions", AVOW_MESSAGE_RECOGNITIONS, 33},
    {"get forks", AVOW_MESSAGE_GET_FORKS, 40},
    {"forks", AVOW_MESSAGE_FORKS, 41},
    {"get fork", AVOW_MESSAGE_GET_FORK, 42},
    {"fork", AVOW_MESSAGE_FORK, 43},
    {"get other", AVOW_MESSAGE_GET_OTHER, 44},
    {"other", AVOW_MESSAGE_OTHER, 45},
    {"get statuses", AVOW_MESSAGE_GET_STATUSES, 46},
    {"statuses", AVOW_MESSAGE_STATUSES, 47},
    {"signer", AVOW_MESSAGE_SIGNER, 64},
    {"done", AVOW_MESSAGE_DONE, 65},
    {"propose", AVOW_MESSAGE_PROPOSE, 66},
    {"held", AVOW_MESSAGE_HELD, 67},
    {"sign", AVOW_MESSAGE_SIGN, 68},
    {"accepted", AVOW_MESSAGE_ACCEPTED, 69},
    {"get held", AVOW_MESSAGE_GET_HELD, 70},
    {"held text", AVOW_MESSAGE_HELD_TEXT, 71},
    {"get held range", AVOW_MESSAGE_GET_HELD_RANGE, 72},
    {"withdraw", AVOW_MESSAGE_WITHDRAW, 73},
    {"heartbeat key", AVOW_MESSAGE_HEARTBEAT_KEY, 74},
    {"recover", AVOW_MESSAGE_RECOVER, 75},
    {"operator", AVOW_MESSAGE_OPERATOR, 76},
};

static const struct number key_actions[] = {
    {"authorise", AVOW_KEY_AUTHORISE, 0},
    {"retire", AVOW_KEY_RETIRE, 1},
};

static const struct number key_uses[] = {
    {"sign", AVOW_USE_SIGN, 0},
    {"heartbeat", AVOW_USE_HEARTBEAT, 1},
};

static const struct number states[] = {
    {"active", AVOW_STATUS_ACTIVE, 0},
    {"revoked", AVOW_STATUS_REVOKED, 1},
    {"suspended", AVOW_STATUS_SUSPENDED, 2},
    {"superseded", AVOW_STATUS_SUPERSEDED, 3},
};

static const struct number reasons[] = {
    {"unspecified", AVOW_REASON_UNSPECIFIED, 0},
    {"error", AVOW_REASON_ERROR, 1},
    {"fraud", AVOW_REASON_FRAUD, 2},
    {"data", AVOW_REASON_DATA, 3},
    {"holder", AVOW_REASON_HOLDER, 4},
    {"key", AVOW_REASON_KEY, 5},
    {"lapsed", AVOW_REASON_LAPSED, 6},
    {"replaced", AVOW_REASON_REPLACED, 7},
    {"closed", AVOW_REASON_CLOSED, 8},
};

static const struct number cascades[] = {
    {"invalid", AVOW_CASCADE_INVALID, 0},
    {"degraded", AVOW_CASCADE_DEGRADED, 1},
    {"grandfathered", AVOW_CASCADE_GRANDFATHERED, 2},
};

static const struct number roles[] = {
    {"issuer", AVOW_ROLE_ISSUER, 0},
    {"authority", AVOW_ROLE_AUTHORITY, 1},
};

static const struct number words[] = {
    {"valid", AVOW_WORD_VALID, 0},           {"tampered", AVOW_WORD_TAMPERED, 1},
    {"disputed", AVOW_WORD_DISPUTED, 2},     {"revoked", AVOW_WORD_REVOKED, 3},
    {"expired", AVOW_WORD_EXPIRED, 4},       {"not-yet-valid", AVOW_WORD_NOT_YET_VALID, 5},
    {"superseded", AVOW_WORD_SUPERSEDED, 6}, {"unknown", AVOW_WORD_UNKNOWN, 7},
    {"suspended", AVOW_WORD_SUSPENDED, 8},   {"unrecognised", AVOW_WORD_UNRECOGNISED, 9},
};

static const struct number whys[] = {
    {"none", AVOW_WHY_NONE, 0},
    {"proof", AVOW_WHY_PROOF, 1},
    {"signer", AVOW_WHY_SIGNER, 2},
    {"entry", AVOW_WHY_ENTRY, 3},
    {"dates", AVOW_WHY_DATES, 4},
    {"status", AVOW_WHY_STATUS, 5},
    {"period", AVOW_WHY_PERIOD, 6},
    {"no-data", AVOW_WHY_NO_DATA, 7},
    {"beyond", AVOW_WHY_BEYOND, 8},
    {"stale", AVOW_WHY_STALE, 9},
    {"future", AVOW_WHY_FUTURE, 10},
    {"newer", AVOW_WHY_NEWER, 11},
    {"abandoned", AVOW_WHY_ABANDONED, 12},
    {"missing", AVOW_WHY_MISSING, 13},
    {"witnesses", AVOW_WHY_WITNESSES, 14},
    {"fork", AVOW_WHY_FORK, 15},
    {"root-fork", AVOW_WHY_ROOT_FORK, 16},
    {"component", AVOW_WHY_COMPONENT, 17},
    {"no-path", AVOW_WHY_NO_PATH, 18},
    {"path-unseen", AVOW_WHY_PATH_UNSEEN, 19},
    {"budget", AVOW_WHY_BUDGET, 20},
    {"not-issue", AVOW_WHY_NOT_ISSUE, 21},
    {"unreachable", AVOW_WHY_UNREACHABLE, 22},
    {"evidence", AVOW_WHY_EVIDENCE, 23},
    {"no-policy", AVOW_WHY_NO_POLICY, 24},
    {"other-issuer", AVOW_WHY_OTHER_ISSUER, 25},
};

static const struct number peer_roles[] = {
    {"node", AVOW_PEER_NODE, 0},
    {"client", AVOW_PEER_CLIENT, 1},
    {"watcher", AVOW_PEER_WATCHER, 2},
};

static const struct number refusals[] = {
    {"unknown log", AVOW_REFUSAL_UNKNOWN_LOG, 1},
    {"moved on", AVOW_REFUSAL_MOVED_ON, 2},
    {"held", AVOW_REFUSAL_HELD, 3},
    {"not home", AVOW_REFUSAL_NOT_HOME, 4},
    {"not signer", AVOW_REFUSAL_NOT_SIGNER, 5},
    {"clock", AVOW_REFUSAL_CLOCK, 6},
    {"invalid", AVOW_REFUSAL_INVALID, 7},
    {"full", AVOW_REFUSAL_FULL, 8},
    {"busy", AVOW_REFUSAL_BUSY, 9},
    {"not ready", AVOW_REFUSAL_NOT_READY, 10},
    {"too large", AVOW_REFUSAL_TOO_LARGE, 11},
    {"shutdown", AVOW_REFUSAL_SHUTDOWN, 12},
    {"protocol", AVOW_REFUSAL_PROTOCOL, 13},
    {"not operator", AVOW_REFUSAL_NOT_OPERATOR, 14},
};

/* ------------------------------------------------------------------ what the program calls them */

static const char *name_of_state(uint64_t value)
{
    return avow_status_name((enum avow_status)value);
}

static const char *name_of_word(uint64_t value)
{
    return avow_word_name((enum avow_word)value);
}

static const char *name_of_why(uint64_t value)
{
    return avow_why_name((enum avow_why)value);
}

/* An enumerator's name as people write it: GET_CHAIN, "get chain". */
static const char *in_words(const char *name)
{
    static char text[64];
    size_t i = 0;
    for (; name[i] != '\0' && i + 1 < sizeof(text); i++)
        text[i] = (char)(name[i] == '_' ? ' ' : name[i] + ('a' - 'A'));
    text[i] = '\0';
    return text;
}

static const char *name_of_type(uint64_t value)
{
    switch (value) {
#define CASE(name, number, ...)                                                                    \
    case number:                                                                                   \
        return in_words(#name);
        AVOW_MESSAGE_LIST(CASE)
#undef CASE
    default: /* any number */
        return "unknown";
    }
}

static const char *name_of_refusal(uint64_t value)
{
    switch (value) {
#define CASE(name, number, text)                                                                   \
    case number:                                                                                   \
        return in_words(#name);
        AVOW_REFUSAL_LIST(CASE)
#undef CASE
    default: /* any number */
        return "unknown";
    }
}

static const struct group {
    const char *title; /* of its first column in docs/protocol.md */
    const struct number *rows;
    size_t count;
    const char *(*name_of)(uint64_t value); /* NULL: the program has no words for them */
} groups[] = {
    {"kind", kinds, COUNT(kinds), avow_kind_name},
    {"type", types, COUNT(types), name_of_type},
    {"key action", key_actions, COUNT(key_actions), NULL},
    {"key use", key_uses, COUNT(key_uses), NULL},
    {"state", states, COUNT(states), name_of_state},
    {"reason", reasons, COUNT(reasons), avow_reason_name},
    {"cascade", cascades, COUNT(cascades), avow_cascade_name},
    {"role", roles, COUNT(roles), NULL},
    {"word", words, COUNT(words), name_of_word},
    {"why", whys, COUNT(whys), name_of_why},
    {"peer role", peer_roles, COUNT(peer_roles), NULL},
    {"refusal", refusals, COUNT(refusals), name_of_refusal},
};

static const struct number *find(const struct group *group, uint64_t value)
{
    for (size_t i = 0; i < group->count; i++) {
        if (group->rows[i].pinned == value)
            return &group->rows[i];
    }
    return NULL;
}

static void test_pinned(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(groups); i++) {
        for (size_t j = 0; j < groups[i].count; j++) {
            const struct number *row = &groups[i].rows[j];
            if (row->value != row->pinned)
                fail_msg("%s \"%s\" is %llu now, and was %llu", groups[i].title, row->name,
                         (unsigned long long)row->value, (unsigned long long)row->pinned);
        }
    }
}

/* What the program has a name for is pinned, under that name. */
static void test_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(groups); i++) {
        for (uint64_t value = 0; value < 256 && groups[i].name_of != NULL; value++) {
            const struct number *row = find(&groups[i], value);
            const char *name = groups[i].name_of(value);
            if (strcmp(name, row == NULL ? "unknown" : row->name) != 0)
                fail_msg("%s %llu, \"%s\", is not pinned here under that name", groups[i].title,
                         (unsigned long long)value, name);
        }
    }
}

/* ------------------------------------------------------------------ what the documents say */

static char *read_document(void)
{
    FILE *file = fopen(AVOW_TEST_VECTORS "/../../docs/protocol.md", "re");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t len = fread(text, 1, (1 << 20) - 1, file);
    assert_true(len > 0 && len < (1 << 20) - 1);
    assert_int_equal(fclose(file), 0);
    return text;
}

/* The rows of the table whose first two columns are these. */
static char *find_table(char *text, const char *title)
{
    char head[64];
    (void)snprintf(head, sizeof(head), "\n| %s | name |", title);
    char *at = strstr(text, head);
    if (at == NULL || strstr(at + 1, head) != NULL) {
        fail_msg("docs/protocol.md has no table \"%s\", or more than one", title);
        return text;
    }
    at = strchr(at + 1, '\n') + 1; /* the line of dashes */
    return strchr(at, '\n') + 1;
}

/* "8 KiB", "1 MiB", "512". */
static size_t bound_of(const char *row, const char *end)
{
    const char *cell = end - 2;
    while (cell > row && cell[-1] != '|')
        cell--;
    char *unit;
    size_t bound = strtoul(cell, &unit, 10);
    if (strncmp(unit, " KiB", 4) == 0)
        return bound << 10;
    return strncmp(unit, " MiB", 4) == 0 ? bound << 20 : bound;
}

static void check_row(const struct group *group, const char *row, const char *end)
{
    char *rest;
    const uint64_t value = strtoull(row + 2, &rest, 10);
    const struct number *number = find(group, value);
    const size_t len = number == NULL ? 0 : strlen(number->name);
    if (number == NULL || strncmp(rest, " | ", 3) != 0 ||
        strncmp(rest + 3, number->name, len) != 0 || strncmp(rest + 3 + len, " |", 2) != 0)
        fail_msg("docs/protocol.md, \"%s\": %.*s", group->title, (int)(end - row), row);
    if (group->rows == types && bound_of(row, end) != avow_message_bytes_max(value))
        fail_msg("docs/protocol.md has another bound: %.*s", (int)(end - row), row);
}

static void test_documented(void **state)
{
    (void)state;
    char *text = read_document();
    for (size_t i = 0; i < COUNT(groups); i++) {
        size_t found = 0;
        char *end, *row = find_table(text, groups[i].title);
        for (; *row == '|'; row = end + 1, found++) {
            end = strchr(row, '\n');
            check_row(&groups[i], row, end);
        }
        if (found != groups[i].count)
            fail_msg("docs/protocol.md has %zu of %zu rows of \"%s\"", found, groups[i].count,
                     groups[i].title);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
