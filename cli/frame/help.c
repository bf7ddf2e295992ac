/* --help, from the table. */
#include "cli/frame/help.h"

#include "cli/frame/parse.h"
#include "options/manual.h"

static void print_row(FILE *file, const struct avow_command *command)
{
    (void)fprintf(file, "  %-20s %s\n", command->name, command->summary);
}

static const struct avow_option *const every[] = {avow_global_options, NULL};
static const struct avow_option *const json[] = {avow_json_option, NULL};

static void overview(FILE *file, const struct avow_command *const *commands)
{
    (void)fputs("avow: a registry of micro-credentials that anyone can verify at any node\n\n"
                "usage: avow COMMAND [options]\n\ncommands:\n",
                file);
    for (const struct avow_command *const *row = commands; *row != NULL; row++)
        print_row(file, *row);
    avow_help_options(file, "options of every command", every);
    avow_help_options(file, "of every command that has an answer for programs", json);
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
                  command->name,
                  command->json || command->options->name != NULL ? " [options]" : "",
                  has_operands ? " " : "", command->operands);
    if (command->details != NULL && command->details[0] != '\0') {
        (void)fputc('\n', file);
        avow_help_text(file, command->details);
    }
    const struct avow_option *own[] = {command->options, command->json ? avow_json_option : NULL,
                                       NULL};
    avow_help_options(file, "options", own);
    avow_help_options(file, "options of every command", every);
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
