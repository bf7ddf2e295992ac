/* judge: what another implementation has made holds here too. Reads lines
 *
 *     ed25519 SEED KEY MESSAGE SIGNATURE    the key and the signature are those, and verify
 *     forged - KEY MESSAGE SIGNATURE        does not verify
 *     number BITS TEXT                      RFC 8785's text of a double
 *
 * with hexadecimal bytes, "-" for none. Prints how many there were; dies at the first that does not
 * hold. */
#include "proto/codec/jcs.h"
#include "proto/crypto/ed25519.h"
#include "tests/e2e/tools/tool.h"

#include <sodium.h>
#include <stdio.h>

#define WORDS_MAX 5
#define MESSAGE_MAX 4096

static size_t from_hex(uint8_t *out, size_t room, const char *hex)
{
    size_t len = 0;
    if (strcmp(hex, "-") != 0)
        tool_expect(sodium_hex2bin(out, room, hex, strlen(hex), NULL, &len, NULL) == 0, hex);
    return len;
}

static void exactly(uint8_t *out, size_t len, const char *hex)
{
    tool_expect(from_hex(out, len, hex) == len, "bytes of the right length");
}

static bool verifies(const struct avow_key *key, char *const words[], uint8_t *message, size_t *len)
{
    struct avow_signature signature;
    *len = from_hex(message, MESSAGE_MAX, words[3]);
    exactly(signature.bytes, sizeof(signature.bytes), words[4]);
    return avow_ed25519_key_is_valid(key) &&
           avow_ed25519_verify(key, avow_bytes(message, *len), &signature);
}

static bool ed25519_holds(char *const words[])
{
    uint8_t seed[32], message[MESSAGE_MAX], wanted[64];
    struct avow_key key, made;
    struct avow_secret_key secret;
    struct avow_signature signature;
    size_t len;
    exactly(seed, sizeof(seed), words[1]);
    exactly(key.bytes, sizeof(key.bytes), words[2]);
    exactly(wanted, sizeof(wanted), words[4]);
    avow_ed25519_from_seed(seed, &secret, &made);
    if (!avow_key_equal(&key, &made) || !verifies(&key, words, message, &len))
        return false;
    avow_ed25519_sign(&secret, avow_bytes(message, len), &signature);
    return memcmp(signature.bytes, wanted, sizeof(wanted)) == 0;
}

static bool forged_is_refused(char *const words[])
{
    uint8_t message[MESSAGE_MAX];
    struct avow_key key;
    size_t len;
    exactly(key.bytes, sizeof(key.bytes), words[2]);
    return !verifies(&key, words, message, &len);
}

static bool number_holds(char *const words[])
{
    uint8_t bytes[8], text[64];
    double number;
    struct avow_buf out;
    exactly(bytes, sizeof(bytes), words[1]);
    const uint64_t bits = avow_get_u64be(bytes);
    memcpy(&number, &bits, sizeof(number));
    avow_buf_init_fixed(&out, text, sizeof(text));
    avow_jcs_write_number(number, &out);
    return out.err == AVOW_OK && avow_bytes_equal(avow_buf_bytes(&out), avow_bytes_text(words[2]));
}

static const struct {
    const char *name;
    size_t words;
    bool (*holds)(char *const words[]);
} kinds[] = {
    {"ed25519", 5, ed25519_holds},
    {"forged", 5, forged_is_refused},
    {"number", 3, number_holds},
};

static bool holds(char *const words[], size_t count)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (count == kinds[i].words && strcmp(words[0], kinds[i].name) == 0)
            return kinds[i].holds(words);
    }
    tool_die("no such line");
}

int main(void)
{
    static char line[4 * MESSAGE_MAX];
    uint64_t lines = 0;
    tool_expect(avow_crypto_init() == AVOW_OK, "libsodium");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        char *words[WORDS_MAX + 1], *rest = line;
        size_t count = 0;
        lines++;
        while (count <= WORDS_MAX && (words[count] = strtok_r(rest, " \n", &rest)) != NULL)
            count++;
        if (count == 0 || !holds(words, count))
            tool_die("line %llu does not hold: %s", (unsigned long long)lines, words[0]);
    }
    tool_expect(lines > 0, "a line");
    (void)printf("%llu hold\n", (unsigned long long)lines);
    return 0;
}
