/* --help: from the table, wrapped for a terminal of 80 columns. */
#include "cli/frame/help.h"

#include "cli/frame/parse.h"

#define WIDTH 79
#define OPTION_COLUMN 30

/* Prints `text` word by word; a newline starts a line, an empty line a paragraph, and a line that
 * begins with spaces is an example, printed as it is. */
static void print_wrapped(FILE *file, const char *text, int indent)
{
    int column = 0;
    while (*text != '\0') {
        if (column == 0 && *text == ' ') {
            int len = (int)strcspn(text, "\n");
            (void)fprintf(file, "%*s%.*s\n", indent, "", len, text);
            text += len + (text[len] == '\n');
            continue;
        }
        if (*text == '\n') {
            (void)fputs("\n", file);
            column = 0;
            text++;
            continue;
        }
        int len = (int)strcspn(text, " \n");
        if (column > 0 && column + 1 + len > WIDTH) {
            (void)fputc('\n', file);
            column = 0;
        }
        (void)fprintf(file, "%*s%.*s", column == 0 ? indent : 1, "", len, text);
        column += len + (column == 0 ? indent : 1);
        text += len;
        text += strspn(text, " ");
    }
    if (column > 0)
        (void)fputc('\n', file);
}

static void print_option(FILE *file, const struct avow_option *option)
{
    char name[128];
    char letter[8] = "";
    if (option->letter != 0)
        (void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    (void)snprintf(name, sizeof(name), "  %s--%s%s%s", letter, option->name,
                   option->value != NULL ? " " : "", option->value != NULL ? option->value : "");
    (void)fprintf(file, "%-*s %s%s%s\n", OPTION_COLUMN, name, option->help,
                  option->required ? " (required)" : "", option->repeatable ? " (repeatable)" : "");
}

static void print_options(FILE *file, const char *title, const struct avow_option *options)
{
    if (options->name == NULL)
        return;
    (void)fprintf(file, "\n%s:\n", title);
    for (; options->name != NULL; options++)
        print_option(file, options);
}

static void print_row(FILE *file, const struct avow_command *command)
{
    (void)fprintf(file, "  %-20s %s\n", command->name, command->summary);
}

static void overview(FILE *file, const struct avow_command *const *commands)
{
    (void)fputs("avow: a registry of micro-credentials that anyone can verify at any node\n\n"
                "usage: avow COMMAND [options]\n\ncommands:\n",
                file);
    for (const struct avow_command *const *row = commands; *row != NULL; row++)
        print_row(file, *row);
    print_options(file, "options of every command", avow_global_options);
    (void)fputs(
        "\nEnvironment: AVOW_HOME, AVOW_NODE, AVOW_SECOND, AVOW_NETWORK, AVOW_PASSPHRASE_FILE, "
        "NO_COLOR.\n"
        "Exit status: 0 done or valid, 1 refused, failed or not valid, 2 usage, 3 cannot "
        "tell.\n"
        "`avow COMMAND --help` says more.\n",
        file);
}

void avow_help(FILE *file, const struct avow_command *const *commands,
               const struct avow_command *command)
{
    if (command == NULL) {
        overview(file, commands);
        return;
    }
    bool has_operands = command->operands[0] != '\0';
    (void)fprintf(file, "avow %s: %s\n\nusage: avow %s%s%s%s\n", command->name, command->summary,
                  command->name, command->options->name != NULL ? " [options]" : "",
                  has_operands ? " " : "", command->operands);
    if (command->details != NULL && command->details[0] != '\0') {
        (void)fputc('\n', file);
        print_wrapped(file, command->details, 0);
    }
    print_options(file, "options", command->options);
    print_options(file, "options of every command", avow_global_options);
}

void avow_help_family(FILE *file, const struct avow_command *const *commands, const char *family)
{
    size_t len = strlen(family);
    (void)fprintf(file, "usage: avow %s COMMAND [options]\n\ncommands:\n", family);
    for (const struct avow_command *const *row = commands; *row != NULL; row++) {
        if (strncmp((*row)->name, family, len) == 0 && (*row)->name[len] == ' ')
            print_row(file, *row);
    }
    (void)fprintf(file, "\n`avow %s COMMAND --help` says more.\n", family);
}
