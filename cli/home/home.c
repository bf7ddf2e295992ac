/* What is secret is 0600 in a folder that is 0700. Nothing is replaced that was not asked to be. */
#include "cli/home/home.h"

#include "cli/home/keyfile.h"
#include "cli/home/passphrase.h"
#include "proto/codec/id.h"
#include "sys/private.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define ISSUER_FILE "issuer"
#define CHECKPOINT_FILE "checkpoint"

int avow_home_path(const struct avow_cli *cli, const char *name, char *path)
{
    if (cli->home == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "no home folder: set AVOW_HOME, or give --home DIR");
    if (avow_folder_join(cli->home, name, path) == AVOW_OK)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the home folder's path is too long");
}

static int file_failed(const struct avow_cli *cli, const char *verb, const char *path,
                       enum avow_err err)
{
    const char *why = err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err);
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot %s %s: %s", verb, path, why);
}

/* A name is home/<name>.key; what has a slash or ends in ".key" is a path. */
static int key_path(const struct avow_cli *cli, const char *name, char path[AVOW_PATH_BYTES])
{
    size_t len = strlen(name);
    int status = avow_home_path(cli, "", path);
    if (status != AVOW_EXIT_OK)
        return status;
    if (strchr(name, '/') != NULL || (len > 4 && strcmp(name + len - 4, ".key") == 0)) {
        (void)snprintf(path, AVOW_PATH_BYTES, "%s", name);
        return AVOW_EXIT_OK;
    }
    char file[64];
    (void)snprintf(file, sizeof(file), "%s.key", name);
    return avow_home_path(cli, file, path);
}

/* ------------------------------------------------------------------ keys */

int avow_home_save_key(const struct avow_cli *cli, const char *name, const char *use,
                       const uint8_t seed[32], const char *passphrase)
{
    char path[AVOW_PATH_BYTES];
    uint8_t text[AVOW_KEYFILE_BYTES_MAX];
    struct avow_keyfile file;
    struct avow_buf out;
    const struct avow_keyfile_cost cost = {crypto_pwhash_OPSLIMIT_MODERATE,
                                           crypto_pwhash_MEMLIMIT_MODERATE};
    int status = key_path(cli, name, path);
    if (status != AVOW_EXIT_OK)
        return status;
    avow_buf_init_fixed(&out, text, sizeof(text));
    enum avow_err err = avow_folder_make(cli->home, 0700);
    if (err == AVOW_OK)
        err = avow_keyfile_seal(&file, use, seed, passphrase, cost);
    if (err == AVOW_OK) {
        avow_keyfile_write(&out, &file);
        err = out.err;
    }
    if (err == AVOW_OK)
        err = avow_file_create(path, avow_buf_bytes(&out), 0600);
    sodium_memzero(&file, sizeof(file));
    sodium_memzero(text, sizeof(text));
    return err == AVOW_OK ? AVOW_EXIT_OK : file_failed(cli, "write", path, err);
}

static int read_keyfile(const struct avow_cli *cli, const char *path, struct avow_keyfile *file)
{
    uint8_t text[AVOW_KEYFILE_BYTES_MAX];
    struct avow_buf in;
    avow_buf_init_fixed(&in, text, sizeof(text));
    enum avow_err err = avow_file_read_own(path, AVOW_KEYFILE_BYTES_MAX, &in);
    if (err != AVOW_OK) {
        int error = errno;
        sodium_memzero(text, sizeof(text));
        errno = error;
        return file_failed(cli, "read", path, err);
    }
    int line;
    enum avow_reject reject = avow_keyfile_parse(avow_buf_bytes(&in), file, &line);
    sodium_memzero(text, sizeof(text));
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s:%d: not a key file: %s", path, line,
                         avow_reject_text(reject));
}

static int check_private(const struct avow_cli *cli, const char *path)
{
    char why[AVOW_PRIVATE_WHY_MAX];
    return avow_private_is(path, why) ? AVOW_EXIT_OK
                                      : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", why);
}

static int open_keyfile(const struct avow_cli *cli, const char *path,
                        const struct avow_keyfile *file, uint8_t seed[32])
{
    char *passphrase = NULL;
    if (file->sealed) {
        char prompt[AVOW_PATH_BYTES + 32];
        (void)snprintf(prompt, sizeof(prompt), "Passphrase of %s", path);
        int status = avow_passphrase_get(cli, prompt, false, &passphrase);
        if (status != AVOW_EXIT_OK)
            return status;
    }
    enum avow_err err = avow_keyfile_open(file, passphrase, seed);
    sodium_free(passphrase);
    if (err == AVOW_OK)
        return AVOW_EXIT_OK;
    if (err == AVOW_ERR_REJECTED)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s: %s", path,
                             file->sealed ? "the passphrase is wrong, or the file is damaged"
                                          : "the file is damaged: its keys do not match");
    return file_failed(cli, "open", path, err);
}

int avow_home_load_key(const struct avow_cli *cli, const char *name, uint8_t **seed)
{
    char path[AVOW_PATH_BYTES];
    struct avow_keyfile *file = sodium_malloc(sizeof(*file));
    *seed = sodium_malloc(32);
    int status;
    if (file != NULL && *seed != NULL) {
        status = key_path(cli, name, path);
        if (status == AVOW_EXIT_OK)
            status = check_private(cli, path);
        if (status == AVOW_EXIT_OK)
            status = read_keyfile(cli, path, file);
        if (status == AVOW_EXIT_OK)
            status = open_keyfile(cli, path, file, *seed);
    } else {
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    sodium_free(file);
    if (status != AVOW_EXIT_OK) {
        sodium_free(*seed);
        *seed = NULL;
    }
    return status;
}

int avow_home_load_pair(const struct avow_cli *cli, const char *name,
                        struct avow_secret_key **secret)
{
    uint8_t *seed;
    *secret = NULL;
    int status = avow_home_load_key(cli, name, &seed);
    if (status != AVOW_EXIT_OK)
        return status;
    *secret = sodium_malloc(sizeof(**secret));
    struct avow_key key;
    if (*secret != NULL)
        avow_ed25519_from_seed(seed, *secret, &key);
    else
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    sodium_free(seed);
    return status;
}

int avow_home_make_key(const struct avow_cli *cli, const char *name, const char *use,
                       const char *passphrase, struct avow_key *key)
{
    if (avow_home_has_key(cli, name)) {
        struct avow_secret_key *secret;
        int status = avow_home_load_pair(cli, name, &secret);
        if (secret != NULL) /* libsodium keeps the public key behind the seed */
            memcpy(key->bytes, secret->bytes + 32, sizeof(key->bytes));
        sodium_free(secret);
        return status;
    }
    uint8_t *seed = sodium_malloc(32);
    if (seed == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    randombytes_buf(seed, 32);
    avow_ed25519_from_seed(seed, NULL, key);
    int status = avow_home_save_key(cli, name, use, seed, passphrase);
    sodium_free(seed);
    return status;
}

int avow_home_public_key(const struct avow_cli *cli, const char *name, struct avow_key *key)
{
    char path[AVOW_PATH_BYTES];
    struct avow_keyfile *file = sodium_malloc(sizeof(*file));
    if (file == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    int status = key_path(cli, name, path);
    if (status == AVOW_EXIT_OK)
        status = read_keyfile(cli, path, file);
    if (status == AVOW_EXIT_OK)
        *key = file->key;
    sodium_free(file);
    return status;
}

int avow_home_rename_key(const struct avow_cli *cli, const char *from, const char *to)
{
    char old_path[AVOW_PATH_BYTES], new_path[AVOW_PATH_BYTES];
    int status = key_path(cli, from, old_path);
    if (status == AVOW_EXIT_OK)
        status = key_path(cli, to, new_path);
    if (status != AVOW_EXIT_OK)
        return status;
    if (rename(old_path, new_path) != 0 || avow_folder_sync(cli->home) != AVOW_OK)
        return file_failed(cli, "rename", old_path, AVOW_ERR_IO);
    return AVOW_EXIT_OK;
}

int avow_home_erase_key(const struct avow_cli *cli, const char *name)
{
    char path[AVOW_PATH_BYTES];
    int status = key_path(cli, name, path);
    if (status == AVOW_EXIT_OK && (unlink(path) != 0 || avow_folder_sync(cli->home) != AVOW_OK))
        status = file_failed(cli, "remove", path, AVOW_ERR_IO);
    return status;
}

bool avow_home_has_key(const struct avow_cli *cli, const char *name)
{
    char path[AVOW_PATH_BYTES];
    return key_path(cli, name, path) == AVOW_EXIT_OK && access(path, F_OK) == 0;
}

int avow_home_new_passphrase(const struct avow_cli *cli, char **passphrase)
{
    *passphrase = NULL;
    if (avow_cli_flag(cli, "no-passphrase"))
        return AVOW_EXIT_OK;
    return avow_passphrase_get(cli, "A passphrase for the new keys", true, passphrase);
}

/* ------------------------------------------------------------------ the issuer */

int avow_home_set_issuer(const struct avow_cli *cli, const struct avow_hash *issuer)
{
    char path[AVOW_PATH_BYTES];
    char id[AVOW_ISSUER_TEXT_MAX], text[AVOW_ISSUER_TEXT_MAX + 1];
    avow_id_issuer_text(issuer, id);
    (void)snprintf(text, sizeof(text), "%s\n", id);
    int status = avow_home_path(cli, ISSUER_FILE, path);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_folder_make(cli->home, 0700);
    if (err == AVOW_OK)
        err = avow_file_create(path, avow_bytes_text(text), 0644);
    if (err == AVOW_ERR_EXISTS)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "%s has an issuer already; another one needs a home of its own "
                             "(AVOW_HOME or --home)",
                             cli->home);
    return err == AVOW_OK ? AVOW_EXIT_OK : file_failed(cli, "write", path, err);
}

bool avow_home_has_issuer(const struct avow_cli *cli)
{
    char path[AVOW_PATH_BYTES];
    return cli->home != NULL && avow_folder_join(cli->home, ISSUER_FILE, path) == AVOW_OK &&
           access(path, F_OK) == 0;
}

int avow_home_issuer(const struct avow_cli *cli, struct avow_hash *issuer)
{
    char path[AVOW_PATH_BYTES];
    uint8_t storage[128 * 1024];
    struct avow_buf in;
    avow_buf_init_fixed(&in, storage, sizeof(storage));
    int status = avow_home_path(cli, ISSUER_FILE, path);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_file_read_own(path, AVOW_ISSUER_TEXT_MAX + 1, &in);
    if (err == AVOW_ERR_NOT_FOUND)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "there is no issuer in %s: make one with `avow issuer new`, or set "
                             "AVOW_HOME",
                             cli->home);
    if (err != AVOW_OK)
        return file_failed(cli, "read", path, err);
    struct avow_bytes text = avow_buf_bytes(&in);
    if (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    enum avow_reject reject = avow_id_issuer_parse(text, issuer);
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s: not an issuer's id: %s", path,
                         avow_reject_text(reject));
}

int avow_home_identity(const struct avow_cli *cli, struct avow_identity_keys *keys)
{
    *keys = (struct avow_identity_keys){0};
    int status = avow_home_issuer(cli, &keys->issuer);
    if (status == AVOW_EXIT_OK && !avow_home_has_key(cli, "signing") && errno == ENOENT)
        return avow_cli_fail(
            cli, AVOW_EXIT_NEGATIVE,
            "there is no %s/signing.key: put a copy of it back, or make another with `avow issuer "
            "rotate-key`, which takes the root key; nothing can be signed without one",
            cli->home);
    if (status == AVOW_EXIT_OK)
        status = avow_home_load_pair(cli, "signing", &keys->signing);
    if (keys->signing != NULL) /* libsodium keeps the public key behind the seed */
        memcpy(keys->key.bytes, keys->signing->bytes + 32, sizeof(keys->key.bytes));
    return status;
}

void avow_identity_keys_fini(struct avow_identity_keys *keys)
{
    sodium_free(keys->signing);
    keys->signing = NULL;
}

/* ------------------------------------------------------------------ the latest checkpoint */

enum avow_err avow_home_load_checkpoint(const struct avow_cli *cli, const struct avow_hash *issuer,
                                        struct avow_checkpoint *checkpoint)
{
    char path[AVOW_PATH_BYTES];
    uint8_t storage[128 * 1024];
    struct avow_buf in;
    avow_buf_init_fixed(&in, storage, sizeof(storage));
    enum avow_err err = avow_folder_join(cli->home, CHECKPOINT_FILE, path);
    if (err == AVOW_OK)
        err = avow_file_read_own(path, AVOW_CHECKPOINT_NOTE_MAX, &in);
    if (err != AVOW_OK)
        return err;
    struct avow_reader reader;
    avow_reader_init(&reader, avow_buf_bytes(&in));
    avow_checkpoint_read(&reader, checkpoint);
    if (avow_reader_finish(&reader) != AVOW_ACCEPT || !avow_checkpoint_verify(checkpoint))
        return AVOW_ERR_CORRUPT;
    return avow_hash_equal(&checkpoint->issuer, issuer) ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

static int put_checkpoint(const struct avow_cli *cli, const struct avow_checkpoint *checkpoint)
{
    char path[AVOW_PATH_BYTES];
    uint8_t storage[AVOW_CHECKPOINT_NOTE_MAX];
    struct avow_buf out;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_checkpoint_write(&out, checkpoint);
    int status = avow_home_path(cli, CHECKPOINT_FILE, path);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_file_write(path, avow_buf_bytes(&out), 0644);
    return err == AVOW_OK ? AVOW_EXIT_OK : file_failed(cli, "write", path, err);
}

int avow_home_save_checkpoint(const struct avow_cli *cli, const struct avow_checkpoint *checkpoint)
{
    struct avow_checkpoint held;
    enum avow_err err = avow_home_load_checkpoint(cli, &checkpoint->issuer, &held);
    if (err == AVOW_OK && (held.epoch > checkpoint->epoch ||
                           (held.epoch == checkpoint->epoch && held.size > checkpoint->size)))
        return AVOW_EXIT_OK; /* another process of this home went further */
    return put_checkpoint(cli, checkpoint);
}

int avow_home_recover_checkpoint(const struct avow_cli *cli,
                                 const struct avow_checkpoint *checkpoint)
{
    struct avow_checkpoint held;
    enum avow_err err = avow_home_load_checkpoint(cli, &checkpoint->issuer, &held);
    if (err == AVOW_OK && avow_checkpoint_same_origin(&held, checkpoint) &&
        held.size > checkpoint->size)
        return AVOW_EXIT_OK; /* the held one goes on from there already */
    return put_checkpoint(cli, checkpoint);
}
