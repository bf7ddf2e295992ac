/* Words in order: global options may stand before the command, everything else after it; "--" ends
 * the options. Whatever is wrong is said with the command's --help as the way on. */
#include "cli/frame/parse.h"

#include <stdarg.h>
#include <stdlib.h>

const struct avow_option avow_global_options[] = {
    {.name = "node", .value = "HOST:PORT", .help = "the node to talk to"},
    {.name = "network", .value = "NAME", .help = "the network that the node is in"},
    {.name = "home", .value = "DIR", .help = "the folder of keys and configuration"},
    {.name = "json", .help = "print the answer as JSON"},
    {.name = "help", .letter = 'h', .help = "show this help"},
    {.name = "version", .help = "print the version"},
    {0},
};

struct parser {
    int argc;
    char **argv;
    int next;
    struct avow_cli *cli;
    bool help, version;
};

/* ------------------------------------------------------------------ names */

const struct avow_command *avow_find_command(const struct avow_command *const *commands,
                                             const char *name)
{
    for (; *commands != NULL; commands++) {
        if (strcmp((*commands)->name, name) == 0)
            return *commands;
    }
    return NULL;
}

bool avow_is_family(const struct avow_command *const *commands, const char *word)
{
    size_t len = strlen(word);
    for (; *commands != NULL; commands++) {
        if (strncmp((*commands)->name, word, len) == 0 && (*commands)->name[len] == ' ')
            return true;
    }
    return false;
}

static bool names(const struct avow_option *option, const char *word, size_t len)
{
    return strlen(option->name) == len && memcmp(option->name, word, len) == 0;
}

/* By a long name, or (with `letter`) by a short one. The command's own come first. */
static const struct avow_option *find_option(const struct parser *parser, const char *word,
                                             size_t len, char letter)
{
    const struct avow_option *tables[] = {
        parser->cli->command != NULL ? parser->cli->command->options : NULL, avow_global_options};
    for (size_t i = 0; i < 2; i++) {
        for (const struct avow_option *row = tables[i]; row != NULL && row->name != NULL; row++) {
            if (letter != 0 ? row->letter == letter : names(row, word, len))
                return row;
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ complaints */

static enum avow_parse complain(const struct parser *parser, const char *format, ...)
    AVOW_PRINTF(2, 3);

static enum avow_parse complain(const struct parser *parser, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    const char *name = parser->cli->command != NULL ? parser->cli->command->name : NULL;
    (void)avow_cli_fail(parser->cli, AVOW_EXIT_USAGE, "%s", text);
    avow_cli_note(parser->cli, "See `avow %s%s--help`.", name != NULL ? name : "",
                  name != NULL ? " " : "");
    return AVOW_PARSE_USAGE;
}

static enum avow_parse unknown_command(const struct parser *parser, const char *word)
{
    const char *like = avow_suggest_command(parser->cli->commands, word);
    return complain(parser, "there is no command \"%s\"%s%s%s", word,
                    like != NULL ? "; did you mean \"" : "", like != NULL ? like : "",
                    like != NULL ? "\"?" : "");
}

static enum avow_parse unknown_option(const struct parser *parser, const char *word)
{
    const struct avow_option none = {0};
    const struct avow_command *command = parser->cli->command;
    char name[64];
    const char *bare = word + strspn(word, "-");
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(bare, "="), bare);
    const char *like = avow_suggest_option(command != NULL ? command->options : &none, name);
    return complain(parser, "there is no option %s%s%s%s", word,
                    like != NULL ? "; did you mean --" : "", like != NULL ? like : "",
                    like != NULL ? "?" : "");
}

/* ------------------------------------------------------------------ options */

static bool take_global(struct parser *parser, const struct avow_option *option, const char *value)
{
    struct avow_cli *cli = parser->cli;
    if (option < avow_global_options ||
        option >=
            avow_global_options + sizeof(avow_global_options) / sizeof(avow_global_options[0]))
        return false;
    if (strcmp(option->name, "node") == 0)
        cli->node = value;
    else if (strcmp(option->name, "network") == 0)
        cli->network = value;
    else if (strcmp(option->name, "home") == 0)
        cli->home = value;
    else if (strcmp(option->name, "json") == 0)
        cli->json = true;
    else if (strcmp(option->name, "help") == 0)
        parser->help = true;
    else
        parser->version = true;
    return true;
}

/* An empty one is a shell variable that was not set, and would be read as "/". */
static bool is_empty_path(const struct avow_option *option, const char *value)
{
    return value != NULL && value[0] == '\0' &&
           (strcmp(option->value, "FILE") == 0 || strcmp(option->value, "DIR") == 0);
}

static enum avow_parse take(struct parser *parser, const struct avow_option *option,
                            const char *value)
{
    struct avow_cli *cli = parser->cli;
    if (is_empty_path(option, value))
        return complain(parser, "--%s is empty: --%s %s", option->name, option->name,
                        option->value);
    if (take_global(parser, option, value))
        return AVOW_PARSE_RUN;
    for (size_t i = 0; i < cli->option_count && !option->repeatable; i++) {
        if (cli->options[i].option == option)
            return complain(parser, "--%s is given twice", option->name);
    }
    cli->options[cli->option_count++] = (struct avow_given){.option = option, .value = value};
    return AVOW_PARSE_RUN;
}

/* "--name", "--name=value", "--name value", "-o value", "-ovalue". */
static enum avow_parse take_option(struct parser *parser)
{
    const char *word = parser->argv[parser->next++];
    const char *value = NULL;
    const struct avow_option *option;
    if (word[1] == '-') {
        size_t len = strcspn(word + 2, "=");
        option = find_option(parser, word + 2, len, 0);
        value = word[2 + len] == '=' ? word + 3 + len : NULL;
    } else {
        option = find_option(parser, NULL, 0, word[1]);
        value = word[2] != '\0' ? word + 2 : NULL;
    }
    if (option == NULL)
        return unknown_option(parser, word);
    if (option->value == NULL && value != NULL)
        return complain(parser, "--%s takes no value", option->name);
    if (option->value != NULL && value == NULL) {
        if (parser->next >= parser->argc)
            return complain(parser, "--%s needs a value: --%s %s", option->name, option->name,
                            option->value);
        value = parser->argv[parser->next++];
    }
    return take(parser, option, value);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0'; /* "-" is standard input */
}

/* ------------------------------------------------------------------ the whole */

/* One word, or two: "issue", "issuer new". */
static enum avow_parse take_command(struct parser *parser, const char **family)
{
    const char *word = parser->argv[parser->next];
    parser->cli->command = avow_find_command(parser->cli->commands, word);
    if (parser->cli->command != NULL) {
        parser->next++;
        return AVOW_PARSE_RUN;
    }
    if (!avow_is_family(parser->cli->commands, word))
        return unknown_command(parser, word);
    *family = word;
    parser->next++;
    while (parser->next < parser->argc && is_option(parser->argv[parser->next])) {
        enum avow_parse outcome = take_option(parser);
        if (outcome != AVOW_PARSE_RUN || parser->help)
            return outcome;
    }
    if (parser->next >= parser->argc)
        return complain(parser, "\"%s\" needs a second word", word);
    char name[128];
    (void)snprintf(name, sizeof(name), "%s %s", word, parser->argv[parser->next]);
    parser->cli->command = avow_find_command(parser->cli->commands, name);
    if (parser->cli->command == NULL)
        return unknown_command(parser, name);
    parser->next++;
    *family = NULL;
    return AVOW_PARSE_RUN;
}

static enum avow_parse check(const struct parser *parser)
{
    const struct avow_cli *cli = parser->cli;
    const struct avow_command *command = cli->command;
    for (const struct avow_option *row = command->options; row->name != NULL; row++) {
        bool given = false;
        for (size_t i = 0; i < cli->option_count; i++)
            given = given || cli->options[i].option == row;
        if (row->required && !given)
            return complain(parser, "--%s %s is missing", row->name, row->value);
    }
    if (cli->operand_count < command->operands_min)
        return complain(parser, "%s is missing", command->operands);
    if (cli->operand_count > command->operands_max)
        return complain(parser, "\"%s\" is one too many", cli->operands[command->operands_max]);
    return AVOW_PARSE_RUN;
}

static enum avow_parse parse(struct parser *parser, const char **family)
{
    struct avow_cli *cli = parser->cli;
    bool options_ended = false;
    if (parser->argc <= 1)
        return AVOW_PARSE_EMPTY;
    while (parser->next < parser->argc) {
        const char *word = parser->argv[parser->next];
        enum avow_parse outcome = AVOW_PARSE_RUN;
        if (!options_ended && strcmp(word, "--") == 0) {
            options_ended = true;
            parser->next++;
        } else if (!options_ended && is_option(word)) {
            outcome = take_option(parser);
        } else if (cli->command == NULL) {
            outcome = take_command(parser, family);
        } else {
            cli->operands[cli->operand_count++] = parser->argv[parser->next++];
        }
        if (outcome != AVOW_PARSE_RUN)
            return outcome;
        if (parser->help && *family != NULL)
            return AVOW_PARSE_HELP;
    }
    if (parser->help)
        return AVOW_PARSE_HELP;
    if (parser->version)
        return AVOW_PARSE_VERSION;
    return cli->command == NULL ? complain(parser, "which command?") : check(parser);
}

enum avow_parse avow_parse(struct avow_cli *cli, int argc, char **argv, const char **family)
{
    *family = NULL;
    size_t room = argc > 0 ? (size_t)argc : 1;
    cli->operands = calloc(room, sizeof(*cli->operands));
    cli->options = calloc(room, sizeof(*cli->options));
    if (cli->operands == NULL || cli->options == NULL)
        return AVOW_PARSE_NOMEM;
    struct parser parser = {.argc = argc, .argv = argv, .next = 1, .cli = cli};
    return parse(&parser, family);
}

void avow_parse_fini(struct avow_cli *cli)
{
    free((void *)cli->operands);
    free(cli->options);
    cli->operands = NULL;
    cli->options = NULL;
}
