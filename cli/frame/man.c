/* Man pages, from the table: one for avow, one for each command. */
#include "cli/frame/help.h"

#include "cli/frame/parse.h"
#include "options/manual.h"

/* "issuer new" has the page avow-issuer-new(1). */
static void print_page_name(FILE *file, const struct avow_command *command)
{
    (void)fputs("avow\\-", file);
    for (const char *c = command->name; *c != '\0'; c++)
        (void)fputs(*c == ' ' || *c == '-' ? "\\-" : (char[]){*c, '\0'}, file);
}

static const struct avow_option *const every[] = {avow_global_options, NULL};
static const struct avow_option *const json[] = {avow_json_option, NULL};

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
        avow_man_line(file, (*row)->summary);
        (void)fputs(".\n", file);
    }
    avow_man_options(file, "OPTIONS OF EVERY COMMAND", every);
    avow_man_options(file, "OPTION OF EVERY COMMAND THAT HAS AN ANSWER FOR PROGRAMS", json);
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
    avow_man_line(file, command->summary);
    (void)fputs("\n.SH SYNOPSIS\n\\fBavow ", file);
    avow_man_line(file, command->name);
    (void)fputs("\\fR [\\fIoptions\\fR] ", file);
    avow_man_line(file, command->operands);
    (void)fputs("\n.SH DESCRIPTION\n", file);
    avow_man_text(file, command->details != NULL ? command->details : "");
    const struct avow_option *own[] = {command->options, command->json ? avow_json_option : NULL,
                                       NULL};
    avow_man_options(file, "OPTIONS", own);
    avow_man_options(file, "OPTIONS OF EVERY COMMAND", every);
    print_ending(file);
    (void)fputs(".SH SEE ALSO\n\\fBavow\\fR(1)\n", file);
}
