/* The home: keys sealed and not, wrong passphrases, damaged files, modes, and the issuer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/home/home.h"
#include "cli/home/keyfile.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* As cheap as Argon2id can be had: what it costs is not tested here. */
static const struct avow_keyfile_cost cheap = {1, 8192};

struct scene {
    char home[64];
    char *said;
    size_t said_len;
    struct avow_cli cli;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    (void)snprintf(scene->home, sizeof(scene->home), "/tmp/avow-test-XXXXXX");
    assert_non_null(mkdtemp(scene->home));
    scene->cli.err = open_memstream(&scene->said, &scene->said_len);
    scene->cli.home = scene->home;
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    char command[128];
    (void)fclose(scene->cli.err);
    (void)snprintf(command, sizeof(command), "rm -r %s", scene->home);
    int status = system(command); /* NOLINT(cert-env33-c): a folder of our own making */
    free(scene->said);
    free(scene);
    return status;
}

static bool was_said(struct scene *scene, const char *part)
{
    assert_int_equal(fflush(scene->cli.err), 0);
    return scene->said != NULL && strstr(scene->said, part) != NULL;
}

static void seed_of(uint8_t fill, uint8_t seed[32])
{
    memset(seed, fill, 32);
}

/* ------------------------------------------------------------------ key files */

static struct avow_bytes written(const struct avow_keyfile *file,
                                 uint8_t storage[AVOW_KEYFILE_BYTES_MAX])
{
    struct avow_buf out;
    avow_buf_init_fixed(&out, storage, AVOW_KEYFILE_BYTES_MAX);
    avow_keyfile_write(&out, file);
    assert_int_equal(out.err, AVOW_OK);
    return avow_buf_bytes(&out);
}

static void test_seal_and_open(void **state)
{
    static const char *const passphrases[] = {NULL, "correct horse", ""};
    (void)state;
    for (size_t i = 0; i < sizeof(passphrases) / sizeof(passphrases[0]); i++) {
        uint8_t seed[32], opened[32], storage[AVOW_KEYFILE_BYTES_MAX];
        struct avow_keyfile file, read;
        int line;
        seed_of(9, seed);
        assert_int_equal(avow_keyfile_seal(&file, "signing", seed, passphrases[i], cheap), AVOW_OK);
        struct avow_bytes text = written(&file, storage);
        assert_int_equal(avow_keyfile_parse(text, &read, &line), AVOW_ACCEPT);
        assert_string_equal(read.use, "signing");
        assert_int_equal(read.sealed, passphrases[i] != NULL);
        assert_int_equal(avow_keyfile_open(&read, passphrases[i], opened), AVOW_OK);
        assert_memory_equal(opened, seed, 32);
        if (passphrases[i] == NULL)
            continue;
        assert_int_equal(avow_keyfile_open(&read, "another", opened), AVOW_ERR_REJECTED);
        assert_int_equal(avow_keyfile_open(&read, NULL, opened), AVOW_ERR_INVALID);
    }
}

static void test_bad_use(void **state)
{
    static const char *const uses[] = {"", "Signing", "two words", "line\nbreak",
                                       "a-use-that-is-far-too-long-for-it"};
    (void)state;
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        struct avow_keyfile file;
        uint8_t seed[32];
        seed_of(1, seed);
        if (avow_keyfile_seal(&file, uses[i], seed, NULL, cheap) != AVOW_ERR_INVALID)
            fail_msg("\"%s\" was taken for a use", uses[i]);
    }
}

/* No byte of a sealed file can be changed unnoticed, but for the word of its use. */
static void test_every_byte(void **state)
{
    uint8_t seed[32], opened[32], storage[AVOW_KEYFILE_BYTES_MAX];
    struct avow_keyfile file;
    (void)state;
    seed_of(3, seed);
    assert_int_equal(avow_keyfile_seal(&file, "x", seed, "passphrase", cheap), AVOW_OK);
    struct avow_bytes text = written(&file, storage);
    const uint8_t *use = (const uint8_t *)strchr((const char *)storage, 'x');
    for (size_t i = 0; i < text.len; i++) {
        struct avow_keyfile read;
        int line;
        if (storage + i == use)
            continue;
        storage[i] ^= 1;
        enum avow_reject reject = avow_keyfile_parse(text, &read, &line);
        if (reject == AVOW_ACCEPT && avow_keyfile_open(&read, "passphrase", opened) == AVOW_OK)
            fail_msg("byte %zu: changed, and the file opens", i);
        storage[i] ^= 1;
    }
}

static const struct {
    const char *name;
    const char *text;
    enum avow_reject reject;
    int line;
} bad_files[] = {
    {"empty", "", AVOW_REJECT_TRUNCATED, 1},
    {"no newline", "avow key 1", AVOW_REJECT_TRUNCATED, 1},
    {"another version", "avow key 2\n", AVOW_REJECT_VERSION, 1},
    {"another file", "[cli]\nnode = x\n", AVOW_REJECT_VERSION, 1},
    {"no use", "avow key 1\npublic: z\n", AVOW_REJECT_VALUE, 2},
    {"bad use", "avow key 1\nuse: A B\n", AVOW_REJECT_VALUE, 2},
    {"bad key", "avow key 1\nuse: a\npublic: hello\n", AVOW_REJECT_TYPE, 3},
};

static void test_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
        struct avow_keyfile file;
        int line;
        enum avow_reject reject =
            avow_keyfile_parse(avow_bytes_text(bad_files[i].text), &file, &line);
        if (reject != bad_files[i].reject || line != bad_files[i].line)
            fail_msg("%s: %s in line %d", bad_files[i].name, avow_reject_text(reject), line);
    }
}

/* A file cannot make the machine that opens it work for ever. */
static void test_costs(void **state)
{
    static const struct {
        const char *cost;
        enum avow_reject reject;
    } rows[] = {
        {"argon2id 3 268435456", AVOW_ACCEPT},
        {"argon2id 17 8192", AVOW_REJECT_RANGE},
        {"argon2id 1 2147483648", AVOW_REJECT_RANGE},
        {"argon2id 0 8192", AVOW_REJECT_RANGE},
        {"argon2id 1 1", AVOW_REJECT_RANGE},
        {"argon2id 1 8193", AVOW_REJECT_RANGE}, /* Argon2id counts in KiB */
        {"argon2id 01 8192", AVOW_REJECT_MINIMAL},
        {"argon2id 1", AVOW_REJECT_VALUE},
        {"scrypt 1 8192", AVOW_REJECT_VALUE},
    };
    uint8_t seed[32], storage[AVOW_KEYFILE_BYTES_MAX];
    struct avow_keyfile file;
    (void)state;
    seed_of(4, seed);
    assert_int_equal(avow_keyfile_seal(&file, "x", seed, "p", cheap), AVOW_OK);
    struct avow_bytes text = written(&file, storage);
    storage[text.len] = '\0';
    const char *mark = strstr((const char *)storage, "argon2id");
    const char *rest = strchr(mark, '\n');
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char changed[2 * AVOW_KEYFILE_BYTES_MAX];
        struct avow_keyfile read;
        int line;
        (void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(mark - (const char *)storage),
                       (const char *)storage, rows[i].cost, rest);
        enum avow_reject reject = avow_keyfile_parse(avow_bytes_text(changed), &read, &line);
        if (reject != rows[i].reject)
            fail_msg("%s: %s", rows[i].cost, avow_reject_text(reject));
    }
}

/* ------------------------------------------------------------------ in the home */

static void test_save_and_load(void **state)
{
    struct scene *scene = *state;
    char path[128];
    uint8_t seed[32], *loaded;
    struct stat found;
    seed_of(5, seed);
    assert_int_equal(avow_home_save_key(&scene->cli, "signing", "signing", seed, NULL), 0);
    (void)snprintf(path, sizeof(path), "%s/signing.key", scene->home);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 0);
    assert_memory_equal(loaded, seed, 32);
    sodium_free(loaded);
    /* by its path, too */
    assert_int_equal(avow_home_load_key(&scene->cli, path, &loaded), 0);
    sodium_free(loaded);
    /* never over another */
    assert_int_equal(avow_home_save_key(&scene->cli, "signing", "signing", seed, NULL), 1);
    assert_true(was_said(scene, "exists already"));
    assert_int_equal(unlink(path), 0);
    assert_false(avow_home_has_key(&scene->cli, "signing"));
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 1);
    assert_true(was_said(scene, "cannot read"));
}

/* A key that others may have read or changed is not used, nor one in a folder of theirs. */
static void test_not_private(void **state)
{
    struct scene *scene = *state;
    char path[128];
    uint8_t seed[32], *loaded;
    seed_of(5, seed);
    (void)snprintf(path, sizeof(path), "%s/signing.key", scene->home);
    assert_int_equal(avow_home_save_key(&scene->cli, "signing", "signing", seed, NULL), 0);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 1);
    assert_true(was_said(scene, "signing.key can be changed by others: chmod 600"));
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(scene->home, 0777), 0);
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 1);
    assert_true(was_said(scene, "can be changed by others: chmod go-w"));
    assert_int_equal(chmod(scene->home, 0700), 0);
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 0);
    sodium_free(loaded);
}

static void write_passphrase(const struct scene *scene, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/passphrase", scene->home);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(setenv("AVOW_PASSPHRASE_FILE", path, 1), 0);
}

/* The one test that pays what Argon2id costs. */
static void test_passphrase_file(void **state)
{
    struct scene *scene = *state;
    uint8_t seed[32], *loaded;
    seed_of(6, seed);
    assert_int_equal(avow_home_save_key(&scene->cli, "signing", "signing", seed, "open sesame"), 0);
    assert_int_equal(unsetenv("AVOW_PASSPHRASE_FILE"), 0);
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 1);
    assert_true(was_said(scene, "AVOW_PASSPHRASE_FILE"));
    write_passphrase(scene, "open sesame\nand a second line\n");
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 0);
    assert_memory_equal(loaded, seed, 32);
    sodium_free(loaded);
    write_passphrase(scene, "open barley\n");
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 1);
    assert_true(was_said(scene, "the passphrase is wrong"));
    write_passphrase(scene, "\n");
    assert_int_equal(avow_home_load_key(&scene->cli, "signing", &loaded), 1);
    assert_true(was_said(scene, "there is no passphrase in"));
    assert_int_equal(unsetenv("AVOW_PASSPHRASE_FILE"), 0);
}

static void test_issuer(void **state)
{
    struct scene *scene = *state;
    struct avow_hash issuer, read;
    memset(issuer.bytes, 0x77, sizeof(issuer.bytes));
    assert_false(avow_home_has_issuer(&scene->cli));
    assert_int_equal(avow_home_issuer(&scene->cli, &read), 1);
    assert_true(was_said(scene, "avow issuer new"));
    assert_int_equal(avow_home_set_issuer(&scene->cli, &issuer), 0);
    assert_int_equal(avow_home_issuer(&scene->cli, &read), 0);
    assert_true(avow_hash_equal(&issuer, &read));
    assert_int_equal(avow_home_set_issuer(&scene->cli, &issuer), 1);
    assert_true(was_said(scene, "needs a home of its own"));
}

static void make_checkpoint(struct avow_checkpoint *checkpoint, uint64_t size)
{
    struct avow_secret_key secret;
    struct avow_key key;
    uint8_t seed[32];
    seed_of(8, seed);
    avow_ed25519_from_seed(seed, &secret, &key);
    *checkpoint = (struct avow_checkpoint){.size = size, .time = 1790000000};
    memset(checkpoint->issuer.bytes, 0x77, sizeof(checkpoint->issuer.bytes));
    avow_checkpoint_sign(checkpoint, &secret);
}

static void test_checkpoint(void **state)
{
    struct scene *scene = *state;
    struct avow_checkpoint small, large, read;
    struct avow_hash other = {{1}};
    char path[128];
    make_checkpoint(&small, 5);
    make_checkpoint(&large, 9);
    assert_int_equal(avow_home_load_checkpoint(&scene->cli, &large.issuer, &read),
                     AVOW_ERR_NOT_FOUND);
    assert_int_equal(avow_home_save_checkpoint(&scene->cli, &large), 0);
    /* what it has seen never shrinks */
    assert_int_equal(avow_home_save_checkpoint(&scene->cli, &small), 0);
    assert_int_equal(avow_home_load_checkpoint(&scene->cli, &large.issuer, &read), AVOW_OK);
    assert_int_equal(read.size, 9);
    assert_int_equal(avow_home_load_checkpoint(&scene->cli, &other, &read), AVOW_ERR_NOT_FOUND);
    (void)snprintf(path, sizeof(path), "%s/checkpoint", scene->home);
    assert_int_equal(truncate(path, 40), 0);
    assert_int_equal(avow_home_load_checkpoint(&scene->cli, &large.issuer, &read),
                     AVOW_ERR_CORRUPT);
}

int main(void)
{
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal_and_open),
        cmocka_unit_test(test_bad_use),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_costs),
        cmocka_unit_test_setup_teardown(test_save_and_load, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_private, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_passphrase_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_issuer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_checkpoint, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
