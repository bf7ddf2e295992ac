/* The frame of the program: parse, settle where things are, run, and make sure that what was
 * printed has been written. */
#include "cli/frame/command.h"

#include "cli/frame/parse.h"
#include "cli/frame/settings.h"
#include "proto/codec/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef AVOW_VERSION
#define AVOW_VERSION "unknown"
#endif

#define SENTENCE_MAX 4096

/* ------------------------------------------------------------------ what was given */

const char *avow_cli_value_at(const struct avow_cli *cli, const char *option, size_t n)
{
    for (size_t i = 0; i < cli->option_count; i++) {
        if (strcmp(cli->options[i].option->name, option) == 0 && n-- == 0)
            return cli->options[i].value;
    }
    return NULL;
}

const char *avow_cli_value(const struct avow_cli *cli, const char *option)
{
    const char *value = NULL;
    for (size_t i = 0; i < cli->option_count; i++) {
        if (strcmp(cli->options[i].option->name, option) == 0)
            value = cli->options[i].value;
    }
    return value;
}

bool avow_cli_flag(const struct avow_cli *cli, const char *option)
{
    for (size_t i = 0; i < cli->option_count; i++) {
        if (strcmp(cli->options[i].option->name, option) == 0)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ saying things */

/* What could rewrite a terminal's line or turn a name around: controls, and the bidirectional
 * controls of Unicode (UAX #9, table 3). */
static bool is_treacherous(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x061c ||
           (code_point >= 0x200e && code_point <= 0x200f) ||
           (code_point >= 0x2028 && code_point <= 0x202e) ||
           (code_point >= 0x2066 && code_point <= 0x2069) || code_point == 0xfeff;
}

void avow_cli_print_text(FILE *file, struct avow_bytes text)
{
    const uint8_t *plain = text.data; /* of what has not been printed */
    while (text.len > 0) {
        const uint8_t *start = text.data;
        uint32_t code_point;
        bool good = avow_utf8_next(&text, &code_point);
        if (good && !is_treacherous(code_point))
            continue;
        (void)fwrite(plain, 1, (size_t)(start - plain), file);
        if (good)
            (void)fprintf(file, "\\u{%x}", code_point);
        else
            (void)fprintf(file, "\\x%02x", start[0]);
        if (!good)
            text = avow_bytes(start + 1, text.len - 1);
        plain = text.data;
    }
    if (text.data != plain)
        (void)fwrite(plain, 1, (size_t)(text.data - plain), file);
}

int avow_cli_fail(const struct avow_cli *cli, int exit_status, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    bool colour = avow_cli_may_colour(cli->err);
    (void)fprintf(cli->err, "%savow%s%s:%s ", colour ? "\033[1;31m" : "",
                  cli->command != NULL ? " " : "", cli->command != NULL ? cli->command->name : "",
                  colour ? "\033[0m" : "");
    avow_cli_print_text(cli->err, avow_bytes_text(sentence));
    (void)fputc('\n', cli->err);
    return exit_status;
}

void avow_cli_note(const struct avow_cli *cli, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    avow_cli_print_text(cli->err, avow_bytes_text(sentence));
    (void)fputc('\n', cli->err);
}

bool avow_cli_is_terminal(FILE *file)
{
    int fd = fileno(file); /* -1 for a stream in memory */
    return fd >= 0 && isatty(fd) == 1;
}

bool avow_cli_may_colour(FILE *file)
{
    const char *refused = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return avow_cli_is_terminal(file) && (refused == NULL || refused[0] == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

/* ------------------------------------------------------------------ the program */

static int run(struct avow_cli *cli)
{
    int status = avow_settings_load(cli);
    if (status == AVOW_EXIT_OK)
        status = cli->command->run(cli);
    avow_settings_fini(cli);
    return status;
}

/* A full disk under `> file` must not look like success. */
static int finish(const struct avow_cli *cli, int status)
{
    if (fflush(cli->out) == 0 && ferror(cli->out) == 0)
        return status;
    return avow_cli_fail(cli, status != AVOW_EXIT_OK ? status : AVOW_EXIT_NEGATIVE,
                         "cannot write the output: %s", strerror(errno));
}

int avow_cli_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct avow_cli cli = {.out = out, .err = err};
    const char *family;
    int status = AVOW_EXIT_USAGE;
    switch (avow_parse(avow_commands, argc, argv, &cli, &family)) {
    case AVOW_PARSE_RUN:
        status = run(&cli);
        break;
    case AVOW_PARSE_HELP:
        status = AVOW_EXIT_OK;
        if (family != NULL)
            avow_cli_help_family(out, family);
        else
            avow_cli_help(out, cli.command);
        break;
    case AVOW_PARSE_EMPTY:
        avow_cli_help(err, NULL);
        break;
    case AVOW_PARSE_VERSION:
        status = AVOW_EXIT_OK;
        (void)fprintf(out, "avow %s\n", AVOW_VERSION);
        break;
    case AVOW_PARSE_USAGE:
        break;
    case AVOW_PARSE_NOMEM:
        status = avow_cli_fail(&cli, AVOW_EXIT_NEGATIVE, "out of memory");
        break;
    }
    status = finish(&cli, status);
    avow_parse_fini(&cli);
    return status;
}
