/* Golden logs: what the builder makes of fixed seeds must be, byte for byte, what tests/vectors/log
 * holds, so that formats cannot change unnoticed and other implementations have something to check
 * against (tests/vectors/log/README.md). AVOW_WRITE_VECTORS=1 writes the files anew. */
#include "tests/support/log_builder.h"

#include "proto/codec/id.h"
#include "tests/support/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FILE_MAX (4U << 20)

static void hex(struct avow_buf *out, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        avow_buf_printf(out, "%02x", bytes[i]);
}

static void hex_field(struct avow_buf *out, const char *name, const void *data, size_t len)
{
    avow_buf_printf(out, "\"%s\": \"", name);
    hex(out, data, len);
    avow_buf_printf(out, "\"");
}

/* Writes the roots, the epoch and the keys in force of a log's first `size` entries. */
static void write_size(struct avow_buf *out, const struct log_builder *log, size_t size)
{
    static const char *const kinds[] = {"root", "sign", "heartbeat"};
    struct log_builder part;
    log_builder_copy(&part, log, size);
    struct avow_hash root = avow_tree_root(&part.state.tree);
    struct avow_hash status_root = log_builder_status_root(&part);
    const struct avow_chain *chain = &part.state.chain;
    const char *comma = "";
    avow_buf_printf(out, "    {\"size\": %zu, \"epoch\": %u, ", size, avow_chain_epoch(chain));
    hex_field(out, "opening", avow_chain_opening(chain), 32);
    avow_buf_printf(out, ", ");
    hex_field(out, "root", &root, 32);
    avow_buf_printf(out, ", ");
    hex_field(out, "status_root", &status_root, 32);
    avow_buf_printf(out, ",\n     \"keys\": [");
    for (size_t i = 0; i < chain->key_count; i++) {
        const struct avow_chain_key *key = &chain->keys[i];
        if (avow_chain_key(chain, &key->key, key->kind, size) == NULL)
            continue;
        avow_buf_printf(out, "%s{\"kind\": \"%s\", ", comma, kinds[key->kind]);
        hex_field(out, "key", &key->key, 32);
        avow_buf_printf(out, "}");
        comma = ", ";
    }
    avow_buf_printf(out, "]}");
    log_builder_fini(&part);
}

/* Every size up to 32, then each power of two and the sizes beside it, and the last. */
static bool is_shown(const struct log_builder *log, size_t size)
{
    size_t power = 32;
    while (power + 1 < size)
        power *= 2;
    return size <= 32 || size + 1 >= power || size == log->count;
}

static void write_log(struct avow_buf *out, const struct log_builder *log)
{
    char issuer[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(&log->state.chain.issuer, issuer);
    avow_buf_printf(out, "{\n  \"issuer\": \"%s\",\n  \"entries\": [\n", issuer);
    for (size_t i = 0; i < log->count; i++) {
        avow_buf_printf(out, "    \"");
        hex(out, log->rows[i].bytes.data, log->rows[i].bytes.len);
        avow_buf_printf(out, i + 1 < log->count ? "\",\n" : "\"\n");
    }
    avow_buf_printf(out, "  ],\n  \"sizes\": [\n");
    for (size_t size = 1; size <= log->count; size++) {
        if (!is_shown(log, size))
            continue;
        write_size(out, log, size);
        avow_buf_printf(out, size < log->count ? ",\n" : "\n");
    }
    avow_buf_printf(out, "  ]\n}\n");
}

/* Every kind, every action, every state. */
static void build_kinds(struct log_builder *log)
{
    struct avow_bytes rule = pack_new("['all', ['n', 1, ['achievement', nil, 2], ['achievement', "
                                      "b32, 7]], ['credits', 3000, 'ECTS', ['where', {'field': "
                                      "'06', 'level': [5, 7]}, ['achievement', nil, 3]]]]");
    struct avow_bytes inert = pack_new("[128, 1790000300, {'note': 'kept'}]");
    log_builder_start(log, "kinds");
    log_builder_add_achievement(log, "DA-101", "Análise de dados");
    log_builder_add_achievement(log, "DA-102", "Análise de dados, 2.ª edição");
    uint64_t issue = log_builder_add_issue(log, 2);
    log->t += 100;
    uint64_t later = log_builder_add_issue(log, 3);
    uint64_t pathway = log_builder_add_pathway(log, 3, rule);
    uint64_t recognition =
        log_builder_add_recognition(log, &log->state.chain.issuer, AVOW_ROLE_AUTHORITY);
    log_builder_add_status(log, issue, AVOW_STATUS_SUSPENDED, AVOW_REASON_LAPSED, LOG_BUILDER_NONE);
    log_builder_add_status(log, issue, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED,
                           LOG_BUILDER_NONE);
    log_builder_add_status(log, issue, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED, later);
    log_builder_add_status(log, 2, AVOW_STATUS_SUPERSEDED, AVOW_REASON_REPLACED, 3);
    log_builder_add_status(log, recognition, AVOW_STATUS_REVOKED, AVOW_REASON_HOLDER,
                           LOG_BUILDER_NONE);
    struct log_key second = log_builder_key(log, "second signer");
    struct log_key beat = log_builder_key(log, "second heartbeat");
    log->t += 100;
    log_builder_authorise(log, AVOW_USE_SIGN, &second.key);
    log_builder_authorise(log, AVOW_USE_HEARTBEAT, &beat.key);
    log_builder_retire(log, AVOW_USE_SIGN, &log->sign.key);
    log_builder_rotate_root(log);
    log_builder_rename(log, "Universidade Renomeada");
    log->t += 100;
    enum avow_reject reject = log_builder_try_bytes(log, inert);
    assert_int_equal(reject, AVOW_ACCEPT);
    log_builder_close(log, &log->state.chain.issuer);
    log_builder_add_status(log, pathway, AVOW_STATUS_REVOKED, AVOW_REASON_CLOSED, LOG_BUILDER_NONE);
    log_builder_rotate_root(log);
    free((void *)rule.data);
    free((void *)inert.data);
}

/* Over two status chunks, with states on both sides of the border. */
static void build_chunks(struct log_builder *log)
{
    log_builder_start(log, "chunks");
    log_builder_add_achievement(log, "A", "A");
    while (log->count < 1030)
        log_builder_add_issue(log, 2);
    for (uint64_t target = 1020; target < 1028; target++)
        log_builder_add_status(log, target,
                               target % 2 == 0 ? AVOW_STATUS_REVOKED : AVOW_STATUS_SUSPENDED,
                               AVOW_REASON_ERROR, LOG_BUILDER_NONE);
}

static void compare(const char *name, const struct avow_buf *made)
{
    char path[4096];
    static char held[FILE_MAX];
    (void)snprintf(path, sizeof(path), "%s/log/%s", AVOW_TEST_VECTORS, name);
    bool write = getenv("AVOW_WRITE_VECTORS") != NULL;
    FILE *file = fopen(path, write ? "w" : "r");
    if (file == NULL)
        fail_msg("%s: cannot be opened", path);
    if (write) {
        assert_int_equal(fwrite(made->data, 1, made->len, file), made->len);
        assert_int_equal(fclose(file), 0);
        return;
    }
    size_t len = fread(held, 1, sizeof(held), file);
    (void)fclose(file);
    if (!avow_bytes_equal(avow_bytes(held, len), avow_buf_bytes(made)))
        fail_msg("%s: the builder makes another log: has a format changed?", name);
}

static void test_logs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*build)(struct log_builder *log);
    } rows[] = {
        {"kinds.json", build_kinds},
        {"chunks.json", build_chunks},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct log_builder log;
        struct avow_buf out;
        rows[i].build(&log);
        avow_buf_init(&out, FILE_MAX);
        write_log(&out, &log);
        assert_int_equal(out.err, AVOW_OK);
        compare(rows[i].name, &out);
        avow_buf_fini(&out);
        log_builder_fini(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
