#include "options/manual.h"

#define WIDTH 79
#define OPTION_COLUMN 30

/* ------------------------------------------------------------------ --help */

void avow_help_text(FILE *file, const char *text)
{
    int column = 0;
    while (*text != '\0') {
        if (column == 0 && *text == ' ') {
            int len = (int)strcspn(text, "\n");
            (void)fprintf(file, "%.*s\n", len, text);
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
        (void)fprintf(file, "%s%.*s", column == 0 ? "" : " ", len, text);
        column += len + (column == 0 ? 0 : 1);
        text += len;
        text += strspn(text, " ");
    }
    if (column > 0)
        (void)fputc('\n', file);
}

/* What stands after an option's text: `before` and `after` around what the row says beside it. */
static void print_traits(FILE *file, const struct avow_option *option, const char *before,
                         const char *after)
{
    if (option->required)
        (void)fprintf(file, "%srequired%s", before, after);
    if (option->repeatable)
        (void)fprintf(file, "%srepeatable%s", before, after);
    if (option->fallback != NULL)
        (void)fprintf(file, "%sdefault: %s%s", before, option->fallback, after);
}

static void print_option(FILE *file, const struct avow_option *option)
{
    char name[128];
    char letter[8] = "";
    if (option->letter != 0)
        (void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    (void)snprintf(name, sizeof(name), "  %s--%s%s%s", letter, option->name,
                   option->value != NULL ? " " : "", option->value != NULL ? option->value : "");
    (void)fprintf(file, "%-*s %s", OPTION_COLUMN, name, option->help);
    print_traits(file, option, " (", ")");
    (void)fputc('\n', file);
}

static bool are_empty(const struct avow_option *const *tables)
{
    while (*tables != NULL && (*tables)->name == NULL)
        tables++;
    return *tables == NULL;
}

void avow_help_options(FILE *file, const char *title, const struct avow_option *const *tables)
{
    if (are_empty(tables))
        return;
    (void)fprintf(file, "\n%s:\n", title);
    for (; *tables != NULL; tables++) {
        for (const struct avow_option *row = *tables; row->name != NULL; row++)
            print_option(file, row);
    }
}

/* ------------------------------------------------------------------ troff */

/* A backslash and a leading dot or quote would be requests, a dash a hyphen. */
static void print_escaped(FILE *file, const char *text, size_t len)
{
    if (len > 0 && (text[0] == '.' || text[0] == '\''))
        (void)fputs("\\&", file);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\')
            (void)fputs("\\e", file);
        else if (text[i] == '-')
            (void)fputs("\\-", file);
        else
            (void)fputc(text[i], file);
    }
}

void avow_man_line(FILE *file, const char *line)
{
    print_escaped(file, line, strlen(line));
}

void avow_man_text(FILE *file, const char *text)
{
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        const bool example = text[0] == ' ';
        if (len == 0) {
            (void)fputs(".PP\n", file);
        } else {
            (void)fputs(example ? ".EX\n" : "", file);
            print_escaped(file, text, len);
            (void)fputs(example ? "\n.EE\n" : "\n", file);
        }
        text += len;
        if (*text == '\n')
            text++;
    }
}

static void print_man_option(FILE *file, const struct avow_option *option)
{
    (void)fputs(".TP\n", file);
    if (option->letter != 0)
        (void)fprintf(file, "\\fB\\-%c\\fR, ", option->letter);
    (void)fputs("\\fB\\-\\-", file);
    avow_man_line(file, option->name);
    (void)fputs("\\fR", file);
    if (option->value != NULL) {
        (void)fputs(" \\fI", file);
        avow_man_line(file, option->value);
        (void)fputs("\\fR", file);
    }
    (void)fputc('\n', file);
    avow_man_line(file, option->help);
    print_traits(file, option, "; ", "");
    (void)fputs(".\n", file);
}

void avow_man_options(FILE *file, const char *title, const struct avow_option *const *tables)
{
    if (are_empty(tables))
        return;
    (void)fprintf(file, ".SH %s\n", title);
    for (; *tables != NULL; tables++) {
        for (const struct avow_option *row = *tables; row->name != NULL; row++)
            print_man_option(file, row);
    }
}
