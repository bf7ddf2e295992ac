/* What goes to a person, and what goes to a program. */
#include "cli/frame/say.h"

#include "cli/frame/command.h"
#include "proto/codec/utf8.h"
#include "proto/json/dump.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define SENTENCE_MAX 4096

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
