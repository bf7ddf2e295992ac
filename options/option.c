#include "options/option.h"

#include "options/suggest.h"
#include "proto/codec/id.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 64 /* of an option, where one like it is looked for */
#define QUOTED_MAX 400    /* bytes of a word that an error quotes */

bool avow_option_set_text(const struct avow_option *option, void *target, const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len >= option->room)
        return false;
    memcpy((char *)target + option->offset, text, len + 1);
    return true;
}

bool avow_option_set_number(const struct avow_option *option, void *target, const char *text)
{
    uint64_t number;
    AVOW_ASSERT(option->room == sizeof(number));
    if (avow_id_decimal_parse(avow_bytes_text(text), &number) != AVOW_ACCEPT ||
        number < option->min || number > option->max)
        return false;
    memcpy((char *)target + option->offset, &number, sizeof(number));
    return true;
}

bool avow_option_set_flag(const struct avow_option *option, void *target, const char *text)
{
    (void)text;
    *(bool *)(void *)((char *)target + option->offset) = true;
    return true;
}

void avow_words_init(struct avow_words *words, int argc, char *const *argv,
                     const struct avow_option *const *tables, void *target)
{
    *words = (struct avow_words){
        .argc = argc, .argv = argv, .next = 1, .tables = tables, .target = target};
}

void avow_words_fini(struct avow_words *words)
{
    free(words->given);
    words->given = NULL;
    words->given_count = words->given_room = 0;
}

bool avow_words_at_option(const struct avow_words *words)
{
    if (words->next >= words->argc)
        return false;
    const char *word = words->argv[words->next];
    return word[0] == '-' && word[1] != '\0' && strcmp(word, "--") != 0;
}

bool avow_words_gave(const struct avow_words *words, const char *name)
{
    for (size_t i = 0; i < words->given_count; i++) {
        if (strcmp(words->given[i].option->name, name) == 0)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ finding */

static bool has_name(const struct avow_option *option, const char *word, size_t len)
{
    return strlen(option->name) == len && memcmp(option->name, word, len) == 0;
}

/* As in a file: underscores for hyphens. */
static bool has_key(const struct avow_option *option, const char *key)
{
    size_t i = 0;
    while (option->name[i] != '\0' && key[i] == (option->name[i] == '-' ? '_' : option->name[i]))
        i++;
    return option->in_file && option->name[i] == '\0' && key[i] == '\0';
}

/* By its short form, or by the first `len` bytes of `word`. */
static const struct avow_option *find(const struct avow_words *words, char letter, const char *word,
                                      size_t len)
{
    for (const struct avow_option *const *table = words->tables; *table != NULL; table++) {
        for (const struct avow_option *row = *table; row->name != NULL; row++) {
            if (letter != 0 ? row->letter == letter : has_name(row, word, len))
                return row;
        }
    }
    return NULL;
}

static const struct avow_option *find_setting(const struct avow_words *words, const char *key)
{
    for (const struct avow_option *const *table = words->tables; *table != NULL; table++) {
        for (const struct avow_option *row = *table; row->name != NULL; row++) {
            if (has_key(row, key))
                return row;
        }
    }
    return NULL;
}

static enum avow_err unknown(const struct avow_words *words, const char *word,
                             struct avow_buf *error)
{
    struct avow_suggestion best = {0};
    char name[NAME_MAX_BYTES];
    const char *bare = word + strspn(word, "-");
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(bare, "="), bare);
    for (const struct avow_option *const *table = words->tables; *table != NULL; table++) {
        for (const struct avow_option *row = *table; row->name != NULL; row++)
            avow_suggest(&best, name, row->name);
    }
    avow_buf_printf(error, "there is no option %.*s", QUOTED_MAX, word);
    if (best.name != NULL)
        avow_buf_printf(error, "; did you mean --%s?", best.name);
    return AVOW_ERR_INVALID;
}

/* ------------------------------------------------------------------ taking */

static bool was_given(const struct avow_words *words, const struct avow_option *option,
                      bool by_file)
{
    for (size_t i = 0; i < words->given_count; i++) {
        if (words->given[i].option == option && words->given[i].by_file == by_file)
            return true;
    }
    return false;
}

static enum avow_err keep(struct avow_words *words, const struct avow_given *given)
{
    if (words->given_count == words->given_room) {
        const size_t room = 2 * words->given_room + 8;
        struct avow_given *grown = reallocarray(words->given, room, sizeof(*grown));
        if (grown == NULL)
            return AVOW_ERR_NOMEM;
        words->given = grown;
        words->given_room = room;
    }
    words->given[words->given_count++] = *given;
    return AVOW_OK;
}

/* An empty one is a shell variable that was not set, and would be read as "/". */
static bool is_empty_path(const struct avow_option *option, const char *value)
{
    return value != NULL && value[0] == '\0' &&
           (strcmp(option->value, "FILE") == 0 || strcmp(option->value, "DIR") == 0);
}

static enum avow_err take(struct avow_words *words, const struct avow_option *option,
                          const char *value, struct avow_buf *error)
{
    if (is_empty_path(option, value))
        avow_buf_printf(error, "--%s is empty: --%s %s", option->name, option->name, option->value);
    else if (!option->repeatable && was_given(words, option, false))
        avow_buf_printf(error, "--%s is given twice", option->name);
    else if (option->set != NULL && !option->set(option, words->target, value))
        avow_buf_printf(error, "--%s: \"%.*s\" is not %s", option->name, QUOTED_MAX, value,
                        option->form);
    else
        return keep(words, &(struct avow_given){.option = option, .value = value});
    return AVOW_ERR_INVALID;
}

enum avow_err avow_words_take(struct avow_words *words, struct avow_buf *error)
{
    const char *word = words->argv[words->next++];
    const bool is_long = word[1] == '-';
    const char *name = word + (is_long ? 2 : 1);
    const size_t len = is_long ? strcspn(name, "=") : 1;
    const struct avow_option *option = find(words, is_long ? '\0' : name[0], name, len);
    const char *value = name[len] == '\0' ? NULL : name + len + (is_long ? 1 : 0);
    if (option == NULL)
        return unknown(words, word, error);
    if (option->value == NULL && value != NULL) {
        avow_buf_printf(error, "--%s takes no value", option->name);
        return AVOW_ERR_INVALID;
    }
    if (option->value != NULL && value == NULL) {
        if (words->next >= words->argc) {
            avow_buf_printf(error, "--%s needs a value: --%s %s", option->name, option->name,
                            option->value);
            return AVOW_ERR_INVALID;
        }
        value = words->argv[words->next++];
    }
    return take(words, option, value, error);
}

enum avow_err avow_words_take_setting(struct avow_words *words, const char *name, const char *value,
                                      struct avow_buf *error)
{
    const struct avow_option *option = find_setting(words, name);
    const bool overruled = option != NULL && !option->repeatable && was_given(words, option, false);
    if (option == NULL)
        avow_buf_printf(error, "%.*s: no such option", QUOTED_MAX, name);
    else if (!option->repeatable && was_given(words, option, true))
        avow_buf_printf(error, "%s: given twice", name);
    else if (!option->set(option, overruled ? words->overruled : words->target, value))
        avow_buf_printf(error, "%s: must be %s", name, option->form);
    else
        return keep(words, &(struct avow_given){.option = option, .by_file = true});
    return AVOW_ERR_INVALID;
}

enum avow_err avow_words_check(const struct avow_words *words, struct avow_buf *error)
{
    for (const struct avow_option *const *table = words->tables; *table != NULL; table++) {
        for (const struct avow_option *row = *table; row->name != NULL; row++) {
            if (!row->required || was_given(words, row, false) || was_given(words, row, true))
                continue;
            avow_buf_printf(error, "--%s %s is missing", row->name, row->value);
            return AVOW_ERR_INVALID;
        }
    }
    return AVOW_OK;
}
