/* Words in many languages: what is the same to a person is the same bytes. */
#include "store/catalogue/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct words_case {
    const char *name, *text;
    const char *forms; /* of each word, the ones of one word with "/" between */
};

static const struct words_case cases[] = {
    {"nothing", "", ""},
    {"only marks", " -- , . !", ""},
    {"ASCII", "Data Science, 101!", "data science 101"},
    {"a code", "DS-101/b", "ds 101 b"},
    {"diacritics", "Introdução à Programação", "introducao a programacao"},
    {"letters with strokes", "Søren Łódź Straße", "soren lodz strasse"},
    {"already apart", "Ame\xCC\x81lie", "amelie"},
    {"full width and ligatures", "\xEF\xBC\xA4\xEF\xBC\xA1\xEF\xBC\xB4\xEF\xBC\xA1 \xEF\xAC\x81sh",
     "data fish"},
    {"Greek", "Μαθηματικά", "μαθηματικα/mathematika"},
    {"Greek, capitals", "ΜΑΘΗΜΑΤΙΚΆ", "μαθηματικα/mathematika"},
    {"Cyrillic", "Информатика", "информатика/informatika"},
    {"Hangul", "수학", 0},
    {"Kana", "データ", 0},
    {"Arabic", "رياضيات", 0},
};

static struct avow_words *words;

static int set_up(void **state)
{
    (void)state;
    return avow_words_new(&words) == AVOW_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    avow_words_free(&words);
    return 0;
}

/* Every word's forms, with spaces between words. */
static void spell(struct avow_bytes text, char *out, size_t room)
{
    struct avow_folded_word word;
    size_t len = 0;
    out[0] = '\0';
    avow_words_begin(words, text);
    while (avow_words_next(words, &word)) {
        assert_true(word.count >= 1 && word.count <= AVOW_WORDS_FORMS_MAX);
        for (size_t i = 0; i < word.count && len < room; i++) {
            assert_true(word.len[i] > 0);
            len += (size_t)snprintf(out + len, room - len, "%s%.*s",
                                    i > 0 ? "/" : (len > 0 ? " " : ""), word.len[i],
                                    (const char *)word.bytes[i]);
        }
    }
}

static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char got[512];
        spell(avow_bytes_text(cases[i].text), got, sizeof(got));
        if (cases[i].forms != NULL ? strcmp(got, cases[i].forms) != 0 : strchr(got, '/') == NULL)
            fail_msg("%s: %s", cases[i].name, got);
        for (const char *at = strchr(got, '/'); cases[i].forms == NULL && *at != '\0'; at++)
            assert_true((unsigned char)*at < 0x80); /* the last form is in Latin letters */
    }
}

/* Long words are cut between characters; a text that swells is bounded. */
static void test_bounds(void **state)
{
    (void)state;
    char text[8192];
    struct avow_folded_word word;
    size_t count = 0;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "\xCF\x80"[i % 2]; /* pi */
    avow_words_begin(words, avow_bytes(text, sizeof(text)));
    assert_true(avow_words_next(words, &word));
    assert_int_equal(word.len[0], AVOW_WORD_BYTES_MAX);
    memset(text, 'a', sizeof(text));
    for (size_t i = 1; i < sizeof(text); i += 2)
        text[i] = ' ';
    avow_words_begin(words, avow_bytes(text, sizeof(text)));
    while (avow_words_next(words, &word))
        count++;
    assert_int_equal(count, AVOW_WORDS_TEXT_MAX / 2);
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "\xEF\xB7\xBA"[i % 3]; /* one character that folds to eighteen */
    avow_words_begin(words, avow_bytes(text, sizeof(text) - 2));
    assert_false(avow_words_next(words, &word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
