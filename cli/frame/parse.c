/* Words in order: global options may stand before the command, everything else after it; "--" ends
 * the options. Whatever is wrong is said with the command's --help as the way on. */
#include "cli/frame/parse.h"

#include "options/suggest.h"

#include <stdarg.h>
#include <stdlib.h>

#define SENTENCE_MAX 4096

const struct avow_option avow_global_options[] = {
    {.name = "node", .value = "HOST:PORT", .help = "the node to talk to"},
    {.name = "network", .value = "NAME", .help = "the network that the node is in"},
    {.name = "home", .value = "DIR", .help = "the folder of keys and configuration"},
    {.name = "timeout",
     .value = "SECONDS",
     .help = "how long a node may take for an answer",
     .fallback = "10",
     .set = avow_option_set_number,
     .form = "a number of seconds from 1 to 3600",
     AVOW_OPTION_AT(struct avow_cli, timeout_s),
     .min = 1,
     .max = 3600},
    {.name = "help", .letter = 'h', .help = "show this help"},
    {.name = "version", .help = "print the version"},
    {0},
};

const struct avow_option avow_json_option[] = {
    {.name = "json", .help = "print the answer as JSON"},
    {0},
};

struct parser {
    struct avow_cli *cli;
    struct avow_words words;
    const struct avow_option *tables[4]; /* the command's own, --json, those of every command */
    bool help, version;
};

/* ------------------------------------------------------------------ names */

const struct avow_command *avow_parse_find_command(const struct avow_command *const *commands,
                                                   const char *name)
{
    for (; *commands != NULL; commands++) {
        if (strcmp((*commands)->name, name) == 0)
            return *commands;
    }
    return NULL;
}

bool avow_parse_is_family(const struct avow_command *const *commands, const char *word)
{
    size_t len = strlen(word);
    for (; *commands != NULL; commands++) {
        if (strncmp((*commands)->name, word, len) == 0 && (*commands)->name[len] == ' ')
            return true;
    }
    return false;
}

static const char *suggest_command(const struct avow_command *const *commands, const char *word)
{
    struct avow_suggestion best = {0};
    for (; *commands != NULL; commands++)
        avow_suggest(&best, word, (*commands)->name);
    return best.name;
}

int avow_parse_no_command(const struct avow_cli *cli, const char *word)
{
    const char *like = suggest_command(cli->commands, word);
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "there is no command \"%s\"%s%s%s", word,
                         like != NULL ? "; did you mean \"" : "", like != NULL ? like : "",
                         like != NULL ? "\"?" : "");
}

/* ------------------------------------------------------------------ complaints */

/* After what is wrong has been said: the way on. */
static enum avow_parse see_help(const struct parser *parser)
{
    const char *name = parser->cli->command != NULL ? parser->cli->command->name : NULL;
    avow_cli_note(parser->cli, "See `avow %s%s--help`.", name != NULL ? name : "",
                  name != NULL ? " " : "");
    return AVOW_PARSE_USAGE;
}

static enum avow_parse complain(const struct parser *parser, const char *format, ...)
    AVOW_PRINTF(2, 3);

static enum avow_parse complain(const struct parser *parser, const char *format, ...)
{
    char text[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)avow_cli_fail(parser->cli, AVOW_EXIT_USAGE, "%s", text);
    return see_help(parser);
}

static enum avow_parse unknown_command(const struct parser *parser, const char *word)
{
    (void)avow_parse_no_command(parser->cli, word);
    return see_help(parser);
}

/* What reading an option came to. */
static enum avow_parse outcome_of(const struct parser *parser, enum avow_err err,
                                  const struct avow_buf *error)
{
    if (err == AVOW_OK)
        return AVOW_PARSE_RUN;
    if (err == AVOW_ERR_NOMEM)
        return AVOW_PARSE_NOMEM;
    return complain(parser, "%.*s", (int)error->len, (const char *)error->data);
}

static enum avow_parse take_option(struct parser *parser)
{
    uint8_t room[SENTENCE_MAX];
    struct avow_buf error;
    avow_buf_init_fixed(&error, room, sizeof(room));
    enum avow_err err = avow_words_take(&parser->words, &error);
    parser->help = avow_words_gave(&parser->words, "help");
    parser->version = avow_words_gave(&parser->words, "version");
    return outcome_of(parser, err, &error);
}

/* ------------------------------------------------------------------ the whole */

static bool set_command(struct parser *parser, const char *name)
{
    parser->cli->command = avow_parse_find_command(parser->cli->commands, name);
    if (parser->cli->command == NULL)
        return false;
    parser->tables[0] = parser->cli->command->options;
    parser->tables[1] = avow_json_option;
    parser->tables[2] = avow_global_options;
    return true;
}

/* One word, or two: "issue", "issuer new". */
static enum avow_parse take_command(struct parser *parser, const char **family)
{
    struct avow_words *words = &parser->words;
    const char *word = words->argv[words->next];
    if (set_command(parser, word)) {
        words->next++;
        return AVOW_PARSE_RUN;
    }
    if (!avow_parse_is_family(parser->cli->commands, word))
        return unknown_command(parser, word);
    *family = word;
    words->next++;
    while (avow_words_at_option(words)) {
        enum avow_parse outcome = take_option(parser);
        if (outcome != AVOW_PARSE_RUN || parser->help)
            return outcome;
    }
    if (words->next >= words->argc)
        return complain(parser, "\"%s\" needs a second word", word);
    char name[128];
    (void)snprintf(name, sizeof(name), "%s %s", word, words->argv[words->next]);
    if (!set_command(parser, name))
        return unknown_command(parser, name);
    words->next++;
    *family = NULL;
    return AVOW_PARSE_RUN;
}

static enum avow_parse check(const struct parser *parser)
{
    uint8_t room[SENTENCE_MAX];
    struct avow_buf error;
    const struct avow_cli *cli = parser->cli;
    const struct avow_command *command = cli->command;
    avow_buf_init_fixed(&error, room, sizeof(room));
    enum avow_err err = avow_words_check(&parser->words, &error);
    if (err != AVOW_OK)
        return outcome_of(parser, err, &error);
    if (avow_words_gave(&parser->words, "json") && !command->json)
        return complain(parser, "--json is no option here: this command prints no JSON");
    if (cli->operand_count < command->operands_min)
        return complain(parser, "%s is missing", command->operands);
    if (cli->operand_count > command->operands_max)
        return complain(parser, "\"%s\" is one too many", cli->operands[command->operands_max]);
    return AVOW_PARSE_RUN;
}

/* Operands and options in any order; "--" ends the options. */
static enum avow_parse take_words(struct parser *parser, const char **family)
{
    struct avow_cli *cli = parser->cli;
    struct avow_words *words = &parser->words;
    bool options_ended = false;
    while (words->next < words->argc) {
        enum avow_parse outcome = AVOW_PARSE_RUN;
        if (!options_ended && strcmp(words->argv[words->next], "--") == 0) {
            options_ended = true;
            words->next++;
        } else if (!options_ended && avow_words_at_option(words)) {
            outcome = take_option(parser);
        } else if (cli->command == NULL) {
            outcome = take_command(parser, family);
        } else {
            cli->operands[cli->operand_count++] = words->argv[words->next++];
        }
        if (outcome != AVOW_PARSE_RUN || (parser->help && *family != NULL))
            return outcome;
    }
    return AVOW_PARSE_RUN;
}

static enum avow_parse parse(struct parser *parser, const char **family)
{
    enum avow_parse outcome = take_words(parser, family);
    if (outcome != AVOW_PARSE_RUN)
        return outcome;
    if (parser->help)
        return AVOW_PARSE_HELP;
    if (parser->version)
        return AVOW_PARSE_VERSION;
    return parser->cli->command == NULL ? complain(parser, "which command?") : check(parser);
}

enum avow_parse avow_parse(struct avow_cli *cli, int argc, char **argv, const char **family)
{
    struct parser parser = {.cli = cli, .tables = {avow_json_option, avow_global_options}};
    *family = NULL;
    if (argc <= 1)
        return AVOW_PARSE_EMPTY;
    cli->operands = calloc((size_t)argc, sizeof(*cli->operands));
    if (cli->operands == NULL)
        return AVOW_PARSE_NOMEM;
    avow_words_init(&parser.words, argc, argv, parser.tables, cli);
    enum avow_parse outcome = parse(&parser, family);
    cli->options = parser.words.given;
    cli->option_count = parser.words.given_count;
    cli->node = avow_cli_value(cli, "node");
    cli->network = avow_cli_value(cli, "network");
    cli->home = avow_cli_value(cli, "home");
    cli->json = avow_cli_flag(cli, "json");
    return outcome;
}

bool avow_parse_is_global(const struct avow_option *option)
{
    for (const struct avow_option *row = avow_global_options; row->name != NULL; row++) {
        if (row == option)
            return true;
    }
    return option == avow_json_option;
}

void avow_parse_fini(struct avow_cli *cli)
{
    free((void *)cli->operands);
    free(cli->options);
    cli->operands = NULL;
    cli->options = NULL;
}
