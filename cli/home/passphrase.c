/* The terminal is /dev/tty, so that data may come in by standard input at the same time. */
#include "cli/home/passphrase.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* The first line of the file. */
static int from_file(const struct avow_cli *cli, const char *path, char *out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot read the passphrase in %s: %s", path,
                             strerror(errno));
    (void)setvbuf(file, NULL, _IONBF, 0); /* stdio keeps no copy */
    bool got = fgets(out, AVOW_PASSPHRASE_MAX, file) != NULL;
    (void)fclose(file);
    size_t len = got ? strcspn(out, "\r\n") : 0;
    if (len == 0)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "there is no passphrase in %s", path);
    if (len == AVOW_PASSPHRASE_MAX - 1)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "the passphrase in %s is too long", path);
    out[len] = '\0';
    return AVOW_EXIT_OK;
}

/* Reads a line without echo. False at the end of input. */
static bool ask(FILE *terminal, const char *prompt, char *out)
{
    struct termios before, quiet;
    bool restorable = tcgetattr(fileno(terminal), &before) == 0;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    (void)fprintf(terminal, "%s: ", prompt);
    (void)fflush(terminal);
    if (restorable)
        (void)tcsetattr(fileno(terminal), TCSAFLUSH, &quiet);
    bool got = fgets(out, AVOW_PASSPHRASE_MAX, terminal) != NULL;
    if (restorable)
        (void)tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    (void)fputc('\n', terminal);
    if (got)
        out[strcspn(out, "\r\n")] = '\0';
    return got;
}

static int ask_again(const struct avow_cli *cli, FILE *terminal, const char *first)
{
    char *second = sodium_malloc(AVOW_PASSPHRASE_MAX);
    if (second == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    int status = AVOW_EXIT_OK;
    if (strlen(first) < AVOW_PASSPHRASE_MIN_NEW)
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                               "a passphrase has at least %d characters; --no-passphrase does "
                               "without one",
                               AVOW_PASSPHRASE_MIN_NEW);
    else if (!ask(terminal, "The same again", second) || strcmp(first, second) != 0)
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "the two passphrases differ");
    sodium_free(second);
    return status;
}

static int from_terminal(const struct avow_cli *cli, const char *prompt, bool fresh, char *out)
{
    FILE *terminal = avow_cli_is_terminal(cli->err) ? fopen("/dev/tty", "r+e") : NULL;
    if (terminal == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "a passphrase is needed and there is no terminal to ask at: set "
                             "AVOW_PASSPHRASE_FILE%s",
                             fresh ? ", or give --no-passphrase" : "");
    (void)setvbuf(terminal, NULL, _IONBF, 0); /* nor here */
    int status = AVOW_EXIT_OK;
    if (!ask(terminal, prompt, out))
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "no passphrase was given");
    if (status == AVOW_EXIT_OK && fresh)
        status = ask_again(cli, terminal, out);
    (void)fclose(terminal);
    return status;
}

int avow_passphrase_get(const struct avow_cli *cli, const char *prompt, bool fresh,
                        char **passphrase)
{
    *passphrase = NULL;
    char *out = sodium_malloc(AVOW_PASSPHRASE_MAX);
    if (out == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    const char *path = getenv("AVOW_PASSPHRASE_FILE");
    int status = path != NULL && path[0] != '\0' ? from_file(cli, path, out)
                                                 : from_terminal(cli, prompt, fresh, out);
    if (status != AVOW_EXIT_OK) {
        sodium_free(out);
        return status;
    }
    *passphrase = out;
    return AVOW_EXIT_OK;
}
