/* INI files: what is read lies in the file, line after line; and written again it reads the same.
 */
#include "proto/codec/ini.h"
#include "tests/fuzz/fuzz.h"

static void write_item(struct avow_buf *out, const struct avow_ini *ini, enum avow_ini_item item)
{
    if (item == AVOW_INI_SECTION) {
        avow_buf_append(out, "[", 1);
        avow_buf_append(out, ini->section.data, ini->section.len);
        avow_buf_append(out, "]\n", 2);
    } else if (item == AVOW_INI_PAIR) {
        avow_buf_append(out, ini->name.data, ini->name.len);
        avow_buf_append(out, "=", 1);
        avow_buf_append(out, ini->value.data, ini->value.len);
        avow_buf_append(out, "\n", 1);
    }
}

static void write_all(struct avow_bytes text, bool trailing_comments, struct avow_buf *out)
{
    struct avow_ini ini;
    unsigned line = 0;
    enum avow_ini_item item;
    avow_ini_init(&ini, text);
    ini.trailing_comments = trailing_comments;
    avow_buf_append(out, "\n", 1); /* a mark of UTF-8 counts in the first line only */
    while ((item = avow_ini_next(&ini)) != AVOW_INI_END) {
        AVOW_ASSERT(ini.line > line);
        AVOW_ASSERT(item != AVOW_INI_BAD || ini.problem != NULL);
        line = ini.line;
        write_item(out, &ini, item);
    }
    AVOW_ASSERT(out->err == AVOW_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int trailing = 0; trailing <= 1; trailing++) {
        struct avow_buf once, twice;
        avow_buf_init(&once, 2 * size + 16);
        avow_buf_init(&twice, 2 * size + 16);
        write_all(avow_bytes(data, size), trailing != 0, &once);
        write_all(avow_buf_bytes(&once), trailing != 0, &twice);
        AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&once), avow_buf_bytes(&twice)));
        avow_buf_fini(&once);
        avow_buf_fini(&twice);
    }
    return 0;
}
