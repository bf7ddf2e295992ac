/* Notes that others have signed: the example of signed-note, sum.golang.org's, Tessera's, and what
 * torchwood's witness is given. Then what is not a note. */
#include "proto/log/note.h"

#include "proto/crypto/ed25519.h"
#include "tests/support/bytes.h"
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SPEC "note/signed-note-spec"
#define SUMDB "note/sumdb"
#define TESSERA "tessera/"

static struct avow_bytes without_newline(struct avow_bytes text)
{
    while (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    return text;
}

static enum avow_reject open_note(struct avow_bytes bytes, const struct avow_note_key *key)
{
    struct avow_note note;
    enum avow_reject reject = avow_note_parse(bytes, &note);
    return reject == AVOW_ACCEPT ? avow_note_verify(&note, key, NULL) : reject;
}

static const struct {
    const char *note, *vkey;
    enum avow_reject want;
} published[] = {
    {SPEC ".note", SPEC ".vkey", AVOW_ACCEPT},
    {SPEC ".note", SUMDB ".vkey", AVOW_REJECT_KEY_UNKNOWN},
    {SUMDB "-20852163.checkpoint", SUMDB ".vkey", AVOW_ACCEPT},
    {SUMDB "-35225469.checkpoint", SUMDB ".vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint", SUMDB ".vkey", AVOW_REJECT_KEY_UNKNOWN},
    {TESSERA "checkpoint.0", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.1", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.2", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.3", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.4", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.5", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.6", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.7", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.8", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.9", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.10", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.11", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.12", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.13", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.14", TESSERA "vkey", AVOW_ACCEPT},
    {TESSERA "checkpoint.15", TESSERA "vkey", AVOW_ACCEPT},
};

/* An accepted note written again is the same bytes, and no single bit of it can be flipped. */
static void check_accepted(const char *name, struct avow_bytes bytes,
                           const struct avow_note_key *key)
{
    struct avow_note note;
    struct avow_note_signature signature;
    assert_int_equal(avow_note_parse(bytes, &note), AVOW_ACCEPT);
    assert_int_equal(avow_note_verify(&note, key, &signature), AVOW_ACCEPT);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf again;
    avow_buf_init(&again, AVOW_NOTE_BYTES_MAX);
    avow_buf_append(&again, note.text.data, note.text.len);
    avow_buf_append(&again, "\n", 1);
    avow_note_line_write(&again, key, &signature);
    if (!avow_bytes_equal(avow_buf_bytes(&again), bytes))
        fail_msg("%s: written again it differs", name);
    for (size_t bit = 0; bit < 8 * again.len; bit++) {
        again.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (open_note(avow_buf_bytes(&again), key) == AVOW_ACCEPT)
            fail_msg("%s: accepted with bit %zu flipped", name, bit);
        again.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void test_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        AVOW_CLEANUP(avow_vectors_free)
        struct avow_bytes note = avow_vectors_printed(published[i].note);
        AVOW_CLEANUP(avow_vectors_free)
        struct avow_bytes vkey = avow_vectors_printed(published[i].vkey);
        struct avow_note_key key;
        if (avow_vkey_parse(without_newline(vkey), &key) != AVOW_ACCEPT)
            fail_msg("%s", published[i].vkey);
        enum avow_reject got = open_note(note, &key);
        if (got != published[i].want)
            fail_msg("%s with %s: %s", published[i].note, published[i].vkey, avow_reject_name(got));
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf again;
        avow_buf_init(&again, 1024);
        avow_vkey_write(&again, &key);
        assert_true(avow_bytes_equal(avow_buf_bytes(&again), without_newline(vkey)));
        if (got == AVOW_ACCEPT)
            check_accepted(published[i].note, note, &key);
    }
}

/* The notes of torchwood's litewitness.txt, each between a blank line after "old" and "```". The
 * second has its last character changed, to one that no encoder writes; the third is of a log that
 * differs by one digit. */
static const enum avow_reject torchwood[] = {
    AVOW_ACCEPT, AVOW_REJECT_MINIMAL, AVOW_REJECT_KEY_UNKNOWN,
    AVOW_ACCEPT, AVOW_ACCEPT,         AVOW_ACCEPT,
    AVOW_ACCEPT, AVOW_ACCEPT,         AVOW_ACCEPT,
};

static void test_torchwood(void **state)
{
    (void)state;
    static const char name[] = "sigsum.org/v1/tree/"
                               "4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    const struct avow_note_key key = {
        .name = avow_bytes_text(name),
        .type = AVOW_NOTE_ED25519,
        .key = {{0xff, 0xdc, 0x2d, 0x4d, 0x98, 0xe4, 0x12, 0x4d, 0x3f, 0xea, 0xf7,
                 0x88, 0xc0, 0xc2, 0xf9, 0xab, 0xfd, 0x79, 0x60, 0x83, 0xd1, 0xf0,
                 0x49, 0x54, 0x37, 0xf3, 0x02, 0xec, 0x79, 0xcf, 0x10, 0x0f}},
    };
    AVOW_CLEANUP(avow_vectors_free)
    struct avow_bytes file = avow_vectors_printed("note/litewitness.txt");
    const char *at = (const char *)file.data;
    size_t count = 0;
    while ((at = strstr(at, "```\nold ")) != NULL) {
        const char *start = strstr(at, "\n\n") + 2;
        const char *end = strstr(start, "```");
        enum avow_reject got = open_note(avow_bytes(start, (size_t)(end - start)), &key);
        if (count < sizeof(torchwood) / sizeof(torchwood[0]) && got != torchwood[count])
            fail_msg("note %zu: %s", count, avow_reject_name(got));
        count++;
        at = end;
    }
    assert_int_equal(count, sizeof(torchwood) / sizeof(torchwood[0]));
}

#define DASH "\xe2\x80\x94 "
#define SIGNATURE "a.example AAAAAAA="

static const struct {
    const char *name;
    struct avow_bytes note;
    enum avow_reject want;
} forms[] = {
    {"shortest", TEXT("t\n\n" DASH SIGNATURE "\n"), AVOW_ACCEPT},
    {"text of one newline", TEXT("\n\n" DASH SIGNATURE "\n"), AVOW_ACCEPT},
    {"blank lines in the text", TEXT("a\n\nb\n\n" DASH SIGNATURE "\n"), AVOW_ACCEPT},
    {"a signature line in the text", TEXT("t\n\n" DASH SIGNATURE "\n\n" DASH SIGNATURE "\n"),
     AVOW_ACCEPT},
    {"U+007F is no control character here", TEXT("\x7f\n\n" DASH SIGNATURE "\n"), AVOW_ACCEPT},
    {"name outside ASCII", TEXT("t\n\n" DASH "\xc3\xa9 AAAAAAA=\n"), AVOW_ACCEPT},
    {"empty", TEXT(""), AVOW_REJECT_TRUNCATED},
    {"no blank line", TEXT("t\n" DASH SIGNATURE "\n"), AVOW_REJECT_TRUNCATED},
    {"no text", TEXT("\n" DASH SIGNATURE "\n"), AVOW_REJECT_TRUNCATED},
    {"no signature", TEXT("t\n\n"), AVOW_REJECT_TRUNCATED},
    {"no last newline", TEXT("t\n\n" DASH SIGNATURE), AVOW_REJECT_TRUNCATED},
    {"hyphen for a dash", TEXT("t\n\n- " SIGNATURE "\n"), AVOW_REJECT_VALUE},
    {"no space after the dash", TEXT("t\n\n\xe2\x80\x94" SIGNATURE "\n"), AVOW_REJECT_VALUE},
    {"two spaces", TEXT("t\n\n" DASH " " SIGNATURE "\n"), AVOW_REJECT_VALUE},
    {"no name", TEXT("t\n\n" DASH "AAAAAAA=\n"), AVOW_REJECT_VALUE},
    {"plus in the name", TEXT("t\n\n" DASH "a+b AAAAAAA=\n"), AVOW_REJECT_VALUE},
    {"no-break space in the name",
     TEXT("t\n\n" DASH "a\xc2\xa0"
          "b AAAAAAA=\n"),
     AVOW_REJECT_VALUE},
    {"ideographic space in the name",
     TEXT("t\n\n" DASH "a\xe3\x80\x80"
          "b AAAAAAA=\n"),
     AVOW_REJECT_VALUE},
    {"not base64", TEXT("t\n\n" DASH "a AAAAAA!=\n"), AVOW_REJECT_CHECKSUM},
    {"base64 and a space", TEXT("t\n\n" DASH "a AAAAAAA= \n"), AVOW_REJECT_LENGTH},
    {"base64 without padding", TEXT("t\n\n" DASH "a AAAAAAA\n"), AVOW_REJECT_LENGTH},
    {"base64 with stray bits", TEXT("t\n\n" DASH "a AAAAAAB=\n"), AVOW_REJECT_MINIMAL},
    {"key id and no signature", TEXT("t\n\n" DASH "a AAAAAA==\n"), AVOW_REJECT_LENGTH},
    {"tab", TEXT("t\t\n\n" DASH SIGNATURE "\n"), AVOW_REJECT_CONTROL},
    {"carriage return", TEXT("t\r\n\n" DASH SIGNATURE "\n"), AVOW_REJECT_CONTROL},
    {"NUL", TEXT("\0\n\n" DASH SIGNATURE "\n"), AVOW_REJECT_CONTROL},
    {"not UTF-8", TEXT("\xff\n\n" DASH SIGNATURE "\n"), AVOW_REJECT_UTF8},
    {"a surrogate", TEXT("\xed\xa0\x80\n\n" DASH SIGNATURE "\n"), AVOW_REJECT_UTF8},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct avow_note note;
        enum avow_reject got = avow_note_parse(forms[i].note, &note);
        if (got != forms[i].want)
            fail_msg("%s: %s", forms[i].name, avow_reject_name(got));
    }
}

/* How many lines of how many bytes of signature, after a text of how many bytes. */
static const struct {
    const char *name;
    size_t text, lines, signature;
    enum avow_reject want;
} sizes[] = {
    {"16 of 5 kB", 100, 16, 5000, AVOW_ACCEPT},
    {"32 short ones", 100, 32, 64, AVOW_ACCEPT},
    {"33", 100, 33, 64, AVOW_REJECT_LENGTH},
    {"the longest text", AVOW_NOTE_TEXT_MAX, 1, 72, AVOW_ACCEPT},
    {"longer", AVOW_NOTE_TEXT_MAX + 1, 1, 72, AVOW_REJECT_LENGTH},
    {"a signature of 6 KiB", 100, 1, 6144, AVOW_ACCEPT},
    {"longer", 100, 1, 6147, AVOW_REJECT_LENGTH},
    {"over the bound in all", 100, 22, 6144, AVOW_REJECT_LENGTH},
};

static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf buf;
        avow_buf_init(&buf, (size_t)1 << 20);
        memset(avow_buf_extend(&buf, sizes[i].text), 'x', sizes[i].text);
        buf.data[buf.len - 1] = '\n';
        avow_buf_append(&buf, "\n", 1);
        for (size_t line = 0; line < sizes[i].lines; line++) {
            avow_buf_printf(&buf, DASH "a.example ");
            size_t len = (4 + sizes[i].signature + 2) / 3 * 4;
            size_t padding = (3 - (4 + sizes[i].signature) % 3) % 3;
            uint8_t *base64 = avow_buf_extend(&buf, len);
            memset(base64, 'A', len);
            memset(base64 + len - padding, '=', padding);
            avow_buf_append(&buf, "\n", 1);
        }
        struct avow_note note;
        enum avow_reject got = avow_note_parse(avow_buf_bytes(&buf), &note);
        if (got != sizes[i].want)
            fail_msg("%s: %s", sizes[i].name, avow_reject_name(got));
        if (got == AVOW_ACCEPT)
            assert_int_equal(note.lines[0].len, sizes[i].signature > 72 ? 0 : sizes[i].signature);
    }
}

#define VKEY_END "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

static const struct {
    const char *name;
    struct avow_bytes text;
    enum avow_reject want;
} vkeys[] = {
    {"good", TEXT("example.com/foo+530d903a+" VKEY_END), AVOW_ACCEPT},
    {"another name", TEXT("example.com/fop+530d903a+" VKEY_END), AVOW_REJECT_CHECKSUM},
    {"another id", TEXT("example.com/foo+530d903b+" VKEY_END), AVOW_REJECT_CHECKSUM},
    {"upper case", TEXT("example.com/foo+530D903A+" VKEY_END), AVOW_REJECT_CHECKSUM},
    {"no second plus", TEXT("example.com/foo+530d903a-" VKEY_END), AVOW_REJECT_CHECKSUM},
    {"no plus", TEXT("example.com/foo"), AVOW_REJECT_VALUE},
    {"no name", TEXT("+530d903a+" VKEY_END), AVOW_REJECT_VALUE},
    {"space in the name", TEXT("a b+530d903a+" VKEY_END), AVOW_REJECT_VALUE},
    {"cut short", TEXT("example.com/foo+530d903a+AekyeRrm"), AVOW_REJECT_LENGTH},
    {"too long", TEXT("example.com/foo+530d903a+" VKEY_END "A"), AVOW_REJECT_LENGTH},
    {"not base64", TEXT("example.com/foo+530d903a+!ekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
     AVOW_REJECT_CHECKSUM},
    {"type 2", TEXT("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
     AVOW_REJECT_VALUE},
    {"empty", TEXT(""), AVOW_REJECT_VALUE},
};

static void test_vkeys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vkeys) / sizeof(vkeys[0]); i++) {
        struct avow_note_key key;
        enum avow_reject got = avow_vkey_parse(vkeys[i].text, &key);
        if (got != vkeys[i].want)
            fail_msg("%s: %s", vkeys[i].name, avow_reject_name(got));
    }
    /* A key of small order whose id is right. */
    struct avow_note_key bad = {.name = TEXT("a"), .type = AVOW_NOTE_ED25519, .key = {{1}}};
    struct avow_note_key key;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, 1024);
    avow_vkey_write(&text, &bad);
    assert_int_equal(avow_vkey_parse(avow_buf_bytes(&text), &key), AVOW_REJECT_KEY_POINT);
}

/* Lines by one key: twice is refused, and a cosignature's time must be below 2^63. */
static void test_cosignatures(void **state)
{
    (void)state;
    const uint8_t seed[32] = {9};
    struct avow_secret_key secret;
    struct avow_note_key key = {.name = TEXT("witness.example/w"), .type = AVOW_NOTE_COSIGNATURE};
    avow_ed25519_from_seed(seed, &secret, &key.key);
    const uint64_t times[] = {0, 1679315147, INT64_MAX, (uint64_t)INT64_MAX + 1};
    for (size_t i = 0; i < 4; i++) {
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf buf;
        avow_buf_init(&buf, 4096);
        avow_note_cosigned(&buf, times[i], avow_bytes_text("text\n"));
        struct avow_note_signature signature = {.time = times[i]}, got;
        avow_ed25519_sign(&secret, avow_buf_bytes(&buf), &signature.signature);
        avow_buf_clear(&buf);
        avow_buf_printf(&buf, "text\n\n");
        avow_note_line_write(&buf, &key, &signature);
        struct avow_note note;
        assert_int_equal(avow_note_parse(avow_buf_bytes(&buf), &note), AVOW_ACCEPT);
        enum avow_reject want = times[i] > INT64_MAX ? AVOW_REJECT_SIGNATURE : AVOW_ACCEPT;
        assert_int_equal(avow_note_verify(&note, &key, &got), want);
        if (want == AVOW_ACCEPT)
            assert_int_equal(got.time, times[i]);
        struct avow_note_key other = key;
        other.type = AVOW_NOTE_ED25519;
        assert_int_equal(avow_note_verify(&note, &other, &got), AVOW_REJECT_KEY_UNKNOWN);
        avow_note_line_write(&buf, &key, &signature);
        assert_int_equal(avow_note_parse(avow_buf_bytes(&buf), &note), AVOW_ACCEPT);
        assert_int_equal(avow_note_verify(&note, &key, &got), AVOW_REJECT_DUPLICATE);
    }
}

static int start_crypto(void **state)
{
    (void)state;
    return avow_crypto_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published), cmocka_unit_test(test_torchwood),
        cmocka_unit_test(test_forms),     cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_vkeys),     cmocka_unit_test(test_cosignatures),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
