/* Key files: a few lines of text that hold one Ed25519 seed, sealed with a passphrase (Argon2id,
 * XSalsa20-Poly1305) or, where the person has asked for it, not.
 *
 *   avow key 1
 *   use: signing
 *   public: z6Mk…
 *   sealed: argon2id <operations> <bytes of memory>      or: sealed: no
 *   salt: <hex>
 *   nonce: <hex>
 *   box: <hex>                                           or: seed: <hex>
 */
#ifndef AVOW_CLI_HOME_KEYFILE_H
#define AVOW_CLI_HOME_KEYFILE_H

#include "proto/crypto/ed25519.h"

#define AVOW_KEYFILE_BYTES_MAX 1024
#define AVOW_KEYFILE_USE_MAX 32
#define AVOW_KEYFILE_SALT_LEN 16
#define AVOW_KEYFILE_NONCE_LEN 24
#define AVOW_KEYFILE_BOX_LEN 48
/* What a file may ask of the machine that opens it. */
#define AVOW_KEYFILE_OPERATIONS_MAX 16
#define AVOW_KEYFILE_MEMORY_MAX (UINT64_C(1) << 30)

/* What Argon2id is to cost. */
struct avow_keyfile_cost {
    uint64_t operations, memory;
};

struct avow_keyfile {
    char use[AVOW_KEYFILE_USE_MAX];
    struct avow_key key;
    bool sealed;
    struct avow_keyfile_cost cost;
    uint8_t salt[AVOW_KEYFILE_SALT_LEN];
    uint8_t nonce[AVOW_KEYFILE_NONCE_LEN];
    uint8_t box[AVOW_KEYFILE_BOX_LEN];
    uint8_t seed[32]; /* where it is not sealed: secret */
};

/* Fills `file` with `seed`, sealed with `passphrase` (NULL: not sealed). `use` is a word of lower
 * case letters and dashes. AVOW_ERR_INVALID for another; AVOW_ERR_NOMEM when Argon2id cannot have
 * its memory. */
AVOW_NODISCARD enum avow_err avow_keyfile_seal(struct avow_keyfile *file, const char *use,
                                               const uint8_t seed[32], const char *passphrase,
                                               struct avow_keyfile_cost cost);
/* Opens it into `seed`. AVOW_ERR_REJECTED: a wrong passphrase, or a file that was changed.
 * AVOW_ERR_INVALID: it is sealed and `passphrase` is NULL. AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_keyfile_open(const struct avow_keyfile *file,
                                               const char *passphrase, uint8_t seed[32]);

/* The text of a file, and back. `*line` is the line of the first thing that is wrong. VERSION for a
 * first line of another version, VALUE, LENGTH, CHECKSUM, RANGE for costs over the bounds,
 * TRUNCATED, TRAILING, KEY_POINT. */
void avow_keyfile_write(struct avow_buf *out, const struct avow_keyfile *file);
AVOW_NODISCARD enum avow_reject avow_keyfile_parse(struct avow_bytes text,
                                                   struct avow_keyfile *file, int *line);

#endif
