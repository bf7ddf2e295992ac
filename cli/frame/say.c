/* What goes to a person, and what goes to a program. */
#include "cli/frame/say.h"

#include "cli/frame/command.h"
#include "proto/codec/hidden.h"
#include "proto/json/dump.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define SENTENCE_MAX 4096

void avow_cli_print_text(FILE *file, struct avow_bytes text)
{
    struct avow_bytes piece;
    uint32_t code_point;
    bool hidden;
    while (avow_hidden_next(&text, &piece, &hidden, &code_point)) {
        if (!hidden)
            (void)fwrite(piece.data, 1, piece.len, file);
        else if (code_point == UINT32_MAX)
            (void)fprintf(file, "\\x%02x", piece.data[0]);
        else
            (void)fprintf(file, "\\u{%x}", code_point);
    }
}

void avow_cli_print_lines(FILE *file, struct avow_bytes text)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.data);
        avow_cli_print_text(file, avow_bytes(text.data, len));
        if (end == NULL)
            return;
        (void)fputc('\n', file);
        text = avow_bytes(end + 1, text.len - len - 1);
    }
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

int avow_cli_print_json(const struct avow_cli *cli, json_t *value)
{
    return avow_cli_print_json_text(cli, avow_json_dump(value));
}

int avow_cli_print_json_text(const struct avow_cli *cli, char *text)
{
    const bool printed = text != NULL && fprintf(cli->out, "%s\n", text) >= 0;
    free(text);
    return printed ? AVOW_EXIT_OK
                   : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot print the answer");
}
