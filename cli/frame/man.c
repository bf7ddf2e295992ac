/* Man pages, from the table: one for avow, one for each command. */
#include "cli/frame/help.h"

#include "cli/frame/parse.h"

/* Text for troff: a backslash and a leading dot or quote would be requests, a dash a hyphen. */
static void print_escaped(FILE *file, const char *text)
{
    bool line_start = true;
    for (; *text != '\0'; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            (void)fputs("\\&", file);
        if (*text == '\\')
            (void)fputs("\\e", file);
        else if (*text == '-')
            (void)fputs("\\-", file);
        else
            (void)fputc(*text, file);
        line_start = *text == '\n';
    }
}

/* Empty lines are paragraphs; a line that begins with spaces is an example. */
static void print_details(FILE *file, const char *text)
{
    while (*text != '\0') {
        int len = (int)strcspn(text, "\n");
        char line[1024];
        (void)snprintf(line, sizeof(line), "%.*s", len, text);
        if (len == 0) {
            (void)fputs(".PP\n", file);
        } else {
            if (line[0] == ' ')
                (void)fputs(".EX\n", file);
            print_escaped(file, line);
            (void)fputs(line[0] == ' ' ? "\n.EE\n" : "\n", file);
        }
        text += len;
        if (*text == '\n')
            text++;
    }
}

static void print_options(FILE *file, const struct avow_option *options)
{
    for (; options->name != NULL; options++) {
        (void)fputs(".TP\n", file);
        if (options->letter != 0)
            (void)fprintf(file, "\\fB\\-%c\\fR, ", options->letter);
        (void)fputs("\\fB\\-\\-", file);
        print_escaped(file, options->name);
        (void)fputs("\\fR", file);
        if (options->value != NULL) {
            (void)fputs(" \\fI", file);
            print_escaped(file, options->value);
            (void)fputs("\\fR", file);
        }
        (void)fputc('\n', file);
        print_escaped(file, options->help);
        (void)fprintf(file, "%s%s.\n", options->required ? "; required" : "",
                      options->repeatable ? "; may be repeated" : "");
    }
}

/* "issuer new" has the page avow-issuer-new(1). */
static void print_page_name(FILE *file, const struct avow_command *command)
{
    (void)fputs("avow\\-", file);
    for (const char *c = command->name; *c != '\0'; c++)
        (void)fputs(*c == ' ' || *c == '-' ? "\\-" : (char[]){*c, '\0'}, file);
}

static void print_ending(FILE *file)
{
    (void)fputs(
        ".SH EXIT STATUS\n"
        "0 done or valid; 1 refused, failed or not valid; 2 a wrong call; 3 cannot tell.\n"
        ".SH ENVIRONMENT\n"
        "AVOW_HOME, AVOW_NODE, AVOW_SECOND, AVOW_NETWORK, AVOW_PASSPHRASE_FILE, NO_COLOR.\n",
        file);
}

static void overview(FILE *file, const struct avow_command *const *commands)
{
    (void)fputs(".TH AVOW 1 \"\" \"Avow\" \"Avow manual\"\n.SH NAME\n"
                "avow \\- issue, revoke and verify micro\\-credentials in a registry of peers\n"
                ".SH SYNOPSIS\n\\fBavow\\fR \\fICOMMAND\\fR [\\fIoptions\\fR]\n.SH COMMANDS\n",
                file);
    for (const struct avow_command *const *row = commands; *row != NULL; row++) {
        (void)fputs(".TP\n\\fB", file);
        print_page_name(file, *row);
        (void)fputs("\\fR(1)\n", file);
        print_escaped(file, (*row)->summary);
        (void)fputs(".\n", file);
    }
    (void)fputs(".SH OPTIONS OF EVERY COMMAND\n", file);
    print_options(file, avow_global_options);
    print_ending(file);
}

void avow_man(FILE *file, const struct avow_command *const *commands,
              const struct avow_command *command)
{
    if (command == NULL) {
        overview(file, commands);
        return;
    }
    (void)fputs(".TH \"", file);
    print_page_name(file, command);
    (void)fputs("\" 1 \"\" \"Avow\" \"Avow manual\"\n.SH NAME\n", file);
    print_page_name(file, command);
    (void)fputs(" \\- ", file);
    print_escaped(file, command->summary);
    (void)fputs("\n.SH SYNOPSIS\n\\fBavow ", file);
    print_escaped(file, command->name);
    (void)fputs("\\fR [\\fIoptions\\fR] ", file);
    print_escaped(file, command->operands);
    (void)fputs("\n.SH DESCRIPTION\n", file);
    print_details(file, command->details != NULL ? command->details : "");
    if (command->options->name != NULL) {
        (void)fputs(".SH OPTIONS\n", file);
        print_options(file, command->options);
    }
    (void)fputs(".SH OPTIONS OF EVERY COMMAND\n", file);
    print_options(file, avow_global_options);
    print_ending(file);
    (void)fputs(".SH SEE ALSO\n\\fBavow\\fR(1)\n", file);
}
