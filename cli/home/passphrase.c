/* The terminal is /dev/tty, so that data may come in by standard input at the same time. */
#include "cli/home/passphrase.h"

#include "sys/fd.h"
#include "sys/private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* A line as far as AVOW_PASSPHRASE_MAX holds it, byte by byte: what is beyond stays unread, and
 * nobody keeps a copy. `*got` is false where the input ends before there is anything. */
static enum avow_err read_line(int fd, char *out, bool *got)
{
    enum avow_err err = AVOW_OK;
    size_t len = 0, one = 1;
    while (len < AVOW_PASSPHRASE_MAX - 1 && err == AVOW_OK && one == 1) {
        err = avow_fd_read(fd, out + len, 1, &one);
        len += one;
        if (one == 1 && out[len - 1] == '\n')
            break;
    }
    out[len] = '\0';
    *got = len > 0;
    return err;
}

/* The first line of the file. */
static int from_file(const struct avow_cli *cli, const char *path, char *out)
{
    bool got = false;
    char why[AVOW_PRIVATE_WHY_MAX];
    if (!avow_private_is(path, why))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", why);
    int fd = avow_fd_open(path, O_RDONLY, 0);
    enum avow_err err = fd < 0 ? AVOW_ERR_IO : read_line(fd, out, &got);
    if (err != AVOW_OK)
        (void)avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot read the passphrase in %s: %s", path,
                            strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    if (err != AVOW_OK)
        return AVOW_EXIT_NEGATIVE;
    size_t len = got ? strcspn(out, "\r\n") : 0;
    if (len == 0)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "there is no passphrase in %s", path);
    if (len == AVOW_PASSPHRASE_MAX - 1)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "the passphrase in %s is too long", path);
    out[len] = '\0';
    return AVOW_EXIT_OK;
}

/* Reads a line without echo. False at the end of input. */
static bool ask(int terminal, const char *prompt, char *out)
{
    struct termios before, quiet;
    bool got, restorable = tcgetattr(terminal, &before) == 0;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    (void)dprintf(terminal, "%s: ", prompt);
    if (restorable)
        (void)tcsetattr(terminal, TCSAFLUSH, &quiet);
    enum avow_err err = read_line(terminal, out, &got);
    if (restorable)
        (void)tcsetattr(terminal, TCSAFLUSH, &before);
    (void)dprintf(terminal, "\n");
    out[strcspn(out, "\r\n")] = '\0';
    return err == AVOW_OK && got;
}

static int ask_again(const struct avow_cli *cli, int terminal, const char *first)
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
    int terminal = avow_cli_is_terminal(cli->err) ? avow_fd_open("/dev/tty", O_RDWR, 0) : -1;
    if (terminal < 0)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "a passphrase is needed and there is no terminal to ask at: set "
                             "AVOW_PASSPHRASE_FILE%s",
                             fresh ? ", or give --no-passphrase" : "");
    int status = AVOW_EXIT_OK;
    if (!ask(terminal, prompt, out))
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "no passphrase was given");
    if (status == AVOW_EXIT_OK && fresh)
        status = ask_again(cli, terminal, out);
    (void)close(terminal);
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
