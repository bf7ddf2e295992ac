/* The terminal is /dev/tty, as for passphrases: standard input may be data. */
#include "cli/frame/confirm.h"

#include <strings.h>

#define ANSWER_MAX 16

static bool is_yes(const char *answer)
{
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

int avow_confirm(const struct avow_cli *cli, const char *question)
{
    char answer[ANSWER_MAX];
    if (avow_cli_flag(cli, "yes"))
        return AVOW_EXIT_OK;
    FILE *terminal = avow_cli_is_terminal(cli->err) ? fopen("/dev/tty", "r+e") : NULL;
    if (terminal == NULL)
        return avow_cli_fail(
            cli, AVOW_EXIT_USAGE,
            "nothing was done: there is no terminal to ask at; --yes answers \"%s\"", question);
    (void)setvbuf(terminal, NULL, _IONBF, 0); /* read and written by turns */
    avow_cli_print_text(terminal, avow_bytes_text(question));
    (void)fputs(" [y/N] ", terminal);
    const bool got = fgets(answer, sizeof(answer), terminal) != NULL;
    (void)fclose(terminal);
    if (got)
        answer[strcspn(answer, "\r\n")] = '\0';
    return got && is_yes(answer) ? AVOW_EXIT_OK
                                 : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "nothing was done");
}
