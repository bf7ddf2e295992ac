#include "proto/codec/ini.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct avow_bytes avow_ini_trim(struct avow_bytes text)
{
    while (text.len > 0 && is_blank(text.data[0]))
        text = avow_bytes(text.data + 1, text.len - 1);
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

void avow_ini_init(struct avow_ini *ini, struct avow_bytes text)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    if (text.len >= sizeof(mark) && memcmp(text.data, mark, sizeof(mark)) == 0)
        text = avow_bytes(text.data + sizeof(mark), text.len - sizeof(mark));
    *ini = (struct avow_ini){.rest = text};
}

static struct avow_bytes next_line(struct avow_ini *ini)
{
    const uint8_t *end = memchr(ini->rest.data, '\n', ini->rest.len);
    struct avow_bytes line = ini->rest;
    if (end == NULL) {
        ini->rest = avow_bytes(NULL, 0);
    } else {
        line.len = (size_t)(end - line.data);
        ini->rest = avow_bytes(end + 1, ini->rest.len - line.len - 1);
    }
    ini->line++;
    return line;
}

/* What stands before a comment. */
static struct avow_bytes without_comment(const struct avow_ini *ini, struct avow_bytes line)
{
    if (line.len > 0 && (line.data[0] == ';' || line.data[0] == '#'))
        return avow_bytes(line.data, 0);
    for (size_t i = 1; i < line.len && ini->trailing_comments; i++) {
        if (line.data[i] == ';' && is_blank(line.data[i - 1]))
            return avow_ini_trim(avow_bytes(line.data, i));
    }
    return line;
}

static enum avow_ini_item bad(struct avow_ini *ini, const char *problem)
{
    ini->problem = problem;
    return AVOW_INI_BAD;
}

static enum avow_ini_item take(struct avow_ini *ini)
{
    const struct avow_bytes text = ini->text;
    if (memchr(text.data, '\0', text.len) != NULL)
        return bad(ini, "it has a NUL byte");
    if (text.data[0] == '[') {
        if (text.data[text.len - 1] != ']')
            return bad(ini, "a section's header ends with \"]\"");
        ini->section = avow_ini_trim(avow_bytes(text.data + 1, text.len - 2));
        return AVOW_INI_SECTION;
    }
    const uint8_t *equals = memchr(text.data, '=', text.len);
    if (equals == NULL)
        return bad(ini, "neither a [section] nor NAME = VALUE");
    const size_t before = (size_t)(equals - text.data);
    ini->name = avow_ini_trim(avow_bytes(text.data, before));
    ini->value = avow_ini_trim(avow_bytes(equals + 1, text.len - before - 1));
    return AVOW_INI_PAIR;
}

enum avow_ini_item avow_ini_next(struct avow_ini *ini)
{
    while (ini->rest.len > 0) {
        const struct avow_bytes line = next_line(ini);
        ini->text = without_comment(ini, avow_ini_trim(line));
        if (line.len > AVOW_INI_LINE_MAX)
            return bad(ini, "the line is longer than 32 KiB");
        if (ini->text.len > 0)
            return take(ini);
    }
    return AVOW_INI_END;
}
