/* One row an option, of avow and of avowd alike: from it come parsing, --help, the manual page,
 * shell completions, and the names in avowd's file. */
#ifndef AVOW_OPTIONS_OPTION_H
#define AVOW_OPTIONS_OPTION_H

#include "proto/base.h"

struct avow_option {
    const char *name;     /* without dashes: "csv" */
    const char *value;    /* what follows it, for people: "FILE"; NULL for a flag */
    const char *help;     /* one line, no full stop */
    const char *fallback; /* what holds where it is not given, for people; or NULL */
    bool required;
    bool repeatable;
    bool in_file; /* may stand in the program's file, with underscores for hyphens */
    char letter;  /* short form, without its dash; 0: none */
    /* Judges `text` and stores it in `target`, the program's own struct; false when it has another
     * form. NULL: the text is kept as it was given, and whoever asks for it judges it. */
    bool (*set)(const struct avow_option *option, void *target, const char *text);
    const char *form;    /* what `set` takes, for people: "a number from 4 to 4096" */
    size_t offset, room; /* where in `target` a `set` below stores, and how many bytes */
    uint64_t min, max;   /* bounds of a number */
};

/* Fills in `offset` and `room`. */
#define AVOW_OPTION_AT(type, field)                                                                \
    .offset = offsetof(type, field), .room = sizeof(((type *)0)->field)

/* For `set`: a text of at least one byte into an array of char; a decimal number within the bounds
 * into a uint64_t; true, whatever `text` is, into a bool. */
bool avow_option_set_text(const struct avow_option *option, void *target, const char *text);
bool avow_option_set_number(const struct avow_option *option, void *target, const char *text);
bool avow_option_set_flag(const struct avow_option *option, void *target, const char *text);

/* An option as it was given. */
struct avow_given {
    const struct avow_option *option;
    const char *value; /* points into argv; NULL for a flag, and where it came from the file */
    bool by_file;
};

/* A command line that is being read. */
struct avow_words {
    int argc;
    char *const *argv;
    int next; /* the word to be read next */
    /* Rows ended by one without a name, tables ended by NULL: looked in in this order. */
    const struct avow_option *const *tables;
    void *target;             /* of `set` */
    void *overruled;          /* the same, of a setting where the command line has spoken */
    struct avow_given *given; /* in order; owned */
    size_t given_count, given_room;
};

/* Starts after the program's name. Release with _fini. */
void avow_words_init(struct avow_words *words, int argc, char *const *argv,
                     const struct avow_option *const *tables, void *target);
void avow_words_fini(struct avow_words *words);

/* Whether the next word is an option; "-" alone is none, and so is "--". */
bool avow_words_at_option(const struct avow_words *words);
/* Takes the option that is next, and its value: "--name value", "--name=value", "--name",
 * "-o value", "-ovalue". AVOW_OK; AVOW_ERR_INVALID with a sentence in `error` when there is no such
 * option, when its value is missing or is not of its form, when it is given twice;
 * AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_words_take(struct avow_words *words, struct avow_buf *error);
/* Takes a setting of the program's file, whose names have underscores. What the command line gave
 * wins, but a wrong value is still wrong; a repeatable one is added to it. The same results. */
AVOW_NODISCARD enum avow_err avow_words_take_setting(struct avow_words *words, const char *name,
                                                     const char *value, struct avow_buf *error);
/* AVOW_ERR_INVALID with a sentence in `error` when one that is required was not given. */
AVOW_NODISCARD enum avow_err avow_words_check(const struct avow_words *words,
                                              struct avow_buf *error);

/* Whether the option of this name was given. */
bool avow_words_gave(const struct avow_words *words, const char *name);

#endif
