/* Lines in a fixed order, each with one form, so that a file is either understood whole or refused
 * by its line. */
#include "cli/home/keyfile.h"

#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"

#include <sodium.h>
#include <stdio.h>

#define FIRST_LINE "avow key 1"

_Static_assert(AVOW_KEYFILE_SALT_LEN == crypto_pwhash_SALTBYTES, "salt");
_Static_assert(AVOW_KEYFILE_NONCE_LEN == crypto_secretbox_NONCEBYTES, "nonce");
_Static_assert(AVOW_KEYFILE_BOX_LEN == 32 + crypto_secretbox_MACBYTES, "box");

static bool is_word(struct avow_bytes text)
{
    bool good = text.len > 0 && text.len < AVOW_KEYFILE_USE_MAX;
    for (size_t i = 0; i < text.len && good; i++)
        good = (text.data[i] >= 'a' && text.data[i] <= 'z') || text.data[i] == '-';
    return good;
}

/* ------------------------------------------------------------------ sealing */

static enum avow_err stretch(const struct avow_keyfile *file, const char *passphrase,
                             uint8_t key[crypto_secretbox_KEYBYTES])
{
    int failed = crypto_pwhash(key, crypto_secretbox_KEYBYTES, passphrase, strlen(passphrase),
                               file->salt, file->cost.operations, (size_t)file->cost.memory,
                               crypto_pwhash_ALG_ARGON2ID13);
    return failed == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

enum avow_err avow_keyfile_seal(struct avow_keyfile *file, const char *use, const uint8_t seed[32],
                                const char *passphrase, struct avow_keyfile_cost cost)
{
    if (!is_word(avow_bytes_text(use)))
        return AVOW_ERR_INVALID;
    *file = (struct avow_keyfile){.sealed = passphrase != NULL, .cost = cost};
    (void)snprintf(file->use, sizeof(file->use), "%s", use);
    avow_ed25519_from_seed(seed, NULL, &file->key);
    if (passphrase == NULL) {
        memcpy(file->seed, seed, sizeof(file->seed));
        return AVOW_OK;
    }
    randombytes_buf(file->salt, sizeof(file->salt));
    randombytes_buf(file->nonce, sizeof(file->nonce));
    uint8_t key[crypto_secretbox_KEYBYTES];
    enum avow_err err = stretch(file, passphrase, key);
    if (err == AVOW_OK && crypto_secretbox_easy(file->box, seed, 32, file->nonce, key) != 0)
        err = AVOW_ERR_CRYPTO;
    sodium_memzero(key, sizeof(key));
    return err;
}

enum avow_err avow_keyfile_open(const struct avow_keyfile *file, const char *passphrase,
                                uint8_t seed[32])
{
    if (!file->sealed) {
        memcpy(seed, file->seed, 32);
    } else if (passphrase == NULL) {
        return AVOW_ERR_INVALID;
    } else {
        uint8_t key[crypto_secretbox_KEYBYTES];
        enum avow_err err = stretch(file, passphrase, key);
        if (err == AVOW_OK &&
            crypto_secretbox_open_easy(seed, file->box, sizeof(file->box), file->nonce, key) != 0)
            err = AVOW_ERR_REJECTED;
        sodium_memzero(key, sizeof(key));
        if (err != AVOW_OK)
            return err;
    }
    struct avow_key key;
    avow_ed25519_from_seed(seed, NULL, &key);
    if (avow_key_equal(&key, &file->key))
        return AVOW_OK;
    sodium_memzero(seed, 32);
    return AVOW_ERR_REJECTED;
}

/* ------------------------------------------------------------------ text */

static void write_hex(struct avow_buf *out, const char *name, const uint8_t *bytes, size_t len)
{
    avow_buf_printf(out, "%s: ", name);
    avow_hex_encode(avow_bytes(bytes, len), out);
    avow_buf_printf(out, "\n");
}

void avow_keyfile_write(struct avow_buf *out, const struct avow_keyfile *file)
{
    char public[AVOW_MULTIKEY_TEXT_MAX];
    avow_multibase_key_text(&file->key, public);
    avow_buf_printf(out, FIRST_LINE "\nuse: %s\npublic: %s\n", file->use, public);
    if (!file->sealed) {
        avow_buf_printf(out, "sealed: no\n");
        write_hex(out, "seed", file->seed, sizeof(file->seed));
        return;
    }
    avow_buf_printf(out, "sealed: argon2id %llu %llu\n", (unsigned long long)file->cost.operations,
                    (unsigned long long)file->cost.memory);
    write_hex(out, "salt", file->salt, sizeof(file->salt));
    write_hex(out, "nonce", file->nonce, sizeof(file->nonce));
    write_hex(out, "box", file->box, sizeof(file->box));
}

struct lines {
    struct avow_bytes rest;
    int number;
    enum avow_reject reject;
};

/* The next line without its newline; empty after a rejection. */
static struct avow_bytes next_line(struct lines *lines)
{
    if (lines->reject != AVOW_ACCEPT)
        return avow_bytes(NULL, 0);
    lines->number++;
    const uint8_t *end =
        lines->rest.len == 0 ? NULL : memchr(lines->rest.data, '\n', lines->rest.len);
    if (end == NULL) {
        lines->reject = AVOW_REJECT_TRUNCATED;
        return avow_bytes(NULL, 0);
    }
    struct avow_bytes line = avow_bytes(lines->rest.data, (size_t)(end - lines->rest.data));
    lines->rest = avow_bytes(end + 1, lines->rest.len - line.len - 1);
    return line;
}

/* The value of the next line, which must begin with `prefix`. */
static struct avow_bytes next_value(struct lines *lines, const char *prefix)
{
    struct avow_bytes line = next_line(lines);
    size_t len = strlen(prefix);
    if (lines->reject != AVOW_ACCEPT)
        return line;
    if (line.len < len || memcmp(line.data, prefix, len) != 0) {
        lines->reject = AVOW_REJECT_VALUE;
        return avow_bytes(NULL, 0);
    }
    return avow_bytes(line.data + len, line.len - len);
}

static void next_hex(struct lines *lines, const char *prefix, uint8_t *out, size_t len)
{
    struct avow_bytes value = next_value(lines, prefix);
    if (lines->reject == AVOW_ACCEPT)
        lines->reject = avow_hex_decode_exact(value, out, len);
}

static void read_cost(struct lines *lines, struct avow_bytes text, struct avow_keyfile *file)
{
    const char word[] = "argon2id ";
    const uint8_t *space = text.len < sizeof(word) ? NULL
                                                   : memchr(text.data + sizeof(word) - 1, ' ',
                                                            text.len - (sizeof(word) - 1));
    if (space == NULL || memcmp(text.data, word, sizeof(word) - 1) != 0) {
        lines->reject = AVOW_REJECT_VALUE;
        return;
    }
    const uint8_t *start = text.data + sizeof(word) - 1;
    lines->reject =
        avow_id_decimal_parse(avow_bytes(start, (size_t)(space - start)), &file->cost.operations);
    if (lines->reject != AVOW_ACCEPT)
        return;
    const uint8_t *end = text.data + text.len;
    lines->reject =
        avow_id_decimal_parse(avow_bytes(space + 1, (size_t)(end - space - 1)), &file->cost.memory);
    if (lines->reject == AVOW_ACCEPT &&
        (file->cost.operations < crypto_pwhash_OPSLIMIT_MIN ||
         file->cost.operations > AVOW_KEYFILE_OPERATIONS_MAX ||
         file->cost.memory < crypto_pwhash_MEMLIMIT_MIN ||
         file->cost.memory > AVOW_KEYFILE_MEMORY_MAX || file->cost.memory % 1024 != 0))
        lines->reject = AVOW_REJECT_RANGE;
}

static void read_head(struct lines *lines, struct avow_keyfile *file)
{
    struct avow_bytes first = next_line(lines);
    if (lines->reject == AVOW_ACCEPT && !avow_bytes_equal(first, avow_bytes_text(FIRST_LINE)))
        lines->reject = AVOW_REJECT_VERSION;
    struct avow_bytes use = next_value(lines, "use: ");
    if (lines->reject == AVOW_ACCEPT && !is_word(use))
        lines->reject = AVOW_REJECT_VALUE;
    if (lines->reject == AVOW_ACCEPT)
        memcpy(file->use, use.data, use.len);
    struct avow_bytes public = next_value(lines, "public: ");
    if (lines->reject == AVOW_ACCEPT)
        lines->reject = avow_multibase_key_parse(public, &file->key);
    if (lines->reject == AVOW_ACCEPT && !avow_ed25519_key_is_valid(&file->key))
        lines->reject = AVOW_REJECT_KEY_POINT;
}

enum avow_reject avow_keyfile_parse(struct avow_bytes text, struct avow_keyfile *file, int *line)
{
    *file = (struct avow_keyfile){0};
    struct lines lines = {.rest = text, .reject = AVOW_ACCEPT};
    if (text.len > AVOW_KEYFILE_BYTES_MAX)
        lines.reject = AVOW_REJECT_LENGTH;
    read_head(&lines, file);
    struct avow_bytes sealed = next_value(&lines, "sealed: ");
    if (lines.reject == AVOW_ACCEPT) {
        file->sealed = !avow_bytes_equal(sealed, avow_bytes_text("no"));
        if (file->sealed)
            read_cost(&lines, sealed, file);
    }
    if (file->sealed) {
        next_hex(&lines, "salt: ", file->salt, sizeof(file->salt));
        next_hex(&lines, "nonce: ", file->nonce, sizeof(file->nonce));
        next_hex(&lines, "box: ", file->box, sizeof(file->box));
    } else {
        next_hex(&lines, "seed: ", file->seed, sizeof(file->seed));
    }
    if (lines.reject == AVOW_ACCEPT && lines.rest.len > 0) {
        lines.number++;
        lines.reject = AVOW_REJECT_TRAILING;
    }
    *line = lines.number;
    if (lines.reject != AVOW_ACCEPT)
        sodium_memzero(file, sizeof(*file));
    return lines.reject;
}
