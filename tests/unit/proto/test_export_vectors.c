/* A log as static files (C2SP tlog-tiles), tests/vectors/export, which other languages audit.
 * Written with AVOW_WRITE_VECTORS=1, and otherwise what is there must be what we say: every byte of
 * it is a function of the format. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "proto/log/note.h"
#include "tests/support/proof_builder.h"
#include "tests/support/verdict_logs.h"

#define FOLDER AVOW_TEST_VECTORS "/export"
#define WIDTH 256
#define FILE_MAX 65536

static struct verdict_log made;

/* Writes the file, or compares it. */
static void put(const char *name, const struct avow_buf *bytes)
{
    char path[512];
    bool write = getenv("AVOW_WRITE_VECTORS") != NULL;
    assert_int_equal(bytes->err, AVOW_OK);
    (void)snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
    for (char *slash = path + strlen(AVOW_TEST_VECTORS); write && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, write ? "wb" : "rb");
    if (file == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    if (write) {
        assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    } else {
        static uint8_t there[FILE_MAX];
        assert_int_equal(fread(there, 1, sizeof(there), file), bytes->len);
        assert_memory_equal(there, bytes->data, bytes->len);
    }
    assert_int_equal(fclose(file), 0);
}

static void put_tile(const char *level, size_t tile, size_t width, const struct avow_buf *bytes)
{
    char name[64];
    if (width == WIDTH)
        (void)snprintf(name, sizeof(name), "tile/%s/%03zu", level, tile);
    else
        (void)snprintf(name, sizeof(name), "tile/%s/%03zu.p/%zu", level, tile, width);
    put(name, bytes);
}

static void test_entries(void **state)
{
    (void)state;
    const struct log_builder *log = &made.log;
    for (size_t start = 0; start < log->count; start += WIDTH) {
        size_t end = start + WIDTH < log->count ? start + WIDTH : log->count;
        struct avow_buf bundle, leaves;
        avow_buf_init(&bundle, FILE_MAX);
        avow_buf_init(&leaves, FILE_MAX);
        for (size_t i = start; i < end; i++) {
            const struct log_builder_row *row = &log->rows[i];
            uint8_t length[2];
            avow_put_u16be(length, (uint16_t)row->bytes.len);
            avow_buf_append(&bundle, length, sizeof(length));
            avow_buf_append(&bundle, row->bytes.data, row->bytes.len);
            avow_buf_append(&leaves, row->leaf.bytes, sizeof(row->leaf.bytes));
        }
        put_tile("entries", start / WIDTH, end - start, &bundle);
        put_tile("0", start / WIDTH, end - start, &leaves);
        avow_buf_fini(&bundle);
        avow_buf_fini(&leaves);
    }
}

static void test_upper_tile(void **state)
{
    (void)state;
    struct avow_tree_nodes nodes = log_builder_nodes(&made.log);
    struct avow_buf tile;
    avow_buf_init(&tile, FILE_MAX);
    for (size_t i = 0; i < made.log.count / WIDTH; i++) {
        struct avow_hash hash;
        assert_int_equal(nodes.node(nodes.context, 8, i, &hash), AVOW_OK);
        avow_buf_append(&tile, hash.bytes, sizeof(hash.bytes));
    }
    assert_int_equal(tile.len, 32); /* one full tile below */
    put_tile("1", 0, made.log.count / WIDTH, &tile);
    avow_buf_fini(&tile);
}

static void test_status(void **state)
{
    (void)state;
    struct avow_buf chunk;
    avow_buf_init(&chunk, FILE_MAX);
    log_builder_chunk(&made.log, 0, avow_buf_extend(&chunk, AVOW_STATUS_CHUNK_BYTES));
    put("status/000", &chunk);
    avow_buf_fini(&chunk);
}

static void test_note(void **state)
{
    (void)state;
    struct proof_plan plan;
    char origin[AVOW_ORIGIN_TEXT_MAX];
    struct avow_buf note, vkey;
    struct log_key witness = log_builder_key(&made.log, "witness 1");
    proof_plan_init(&plan, &made.log);
    proof_plan_cosign(&plan, &made.log.heartbeat, HOUR(72));
    proof_plan_cosign(&plan, &witness, HOUR(73));
    avow_buf_init(&note, AVOW_CHECKPOINT_NOTE_MAX);
    avow_buf_init(&vkey, AVOW_CHECKPOINT_NOTE_MAX);
    avow_checkpoint_note_write(&note, &plan.checkpoint, plan.lines, plan.line_count,
                               &made.log.heartbeat.key);
    put("checkpoint", &note);
    avow_checkpoint_origin(&plan.checkpoint, origin);
    const struct avow_note_key key = {
        .name = avow_bytes_text(origin), .type = AVOW_NOTE_ED25519, .key = plan.checkpoint.key};
    avow_vkey_write(&vkey, &key);
    avow_buf_append(&vkey, "\n", 1);
    put("vkey", &vkey);
    avow_buf_fini(&note);
    avow_buf_fini(&vkey);
}

static int make_log(void **state)
{
    (void)state;
    if (avow_crypto_init() != AVOW_OK)
        return -1;
    verdict_log_init(&made, "log vectors");
    while (made.log.count < 300)
        log_builder_add_issue(&made.log, made.index[R_ACHIEVEMENT]);
    return 0;
}

static int drop_log(void **state)
{
    (void)state;
    verdict_log_fini(&made);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_upper_tile),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_note),
    };
    return cmocka_run_group_tests(tests, make_log, drop_log);
}
