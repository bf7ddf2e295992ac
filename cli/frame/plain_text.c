#include "cli/frame/plain_text.h"

#include "proto/codec/utf8.h"

bool avow_plain_text_has_bidi(struct avow_bytes text)
{
    uint32_t code_point;
    while (avow_utf8_next(&text, &code_point)) {
        if ((code_point >= 0x202a && code_point <= 0x202e) ||
            (code_point >= 0x2066 && code_point <= 0x2069))
            return true;
    }
    return false;
}

static bool separates(uint8_t byte, bool spaces)
{
    return byte == ',' || byte == ';' || (spaces && byte == ' ');
}

bool avow_plain_text_item(struct avow_bytes *list, bool spaces, struct avow_bytes *item)
{
    while (list->len > 0 && (separates(list->data[0], spaces) || list->data[0] == ' '))
        *list = avow_bytes(list->data + 1, list->len - 1);
    *item = *list;
    if (list->len == 0) /* then it may have no storage */
        return false;
    size_t len = 0;
    while (len < list->len && !separates(list->data[len], spaces))
        len++;
    *item = avow_bytes(list->data, len);
    *list = avow_bytes(list->data + len, list->len - len);
    while (item->len > 0 && item->data[item->len - 1] == ' ')
        item->len--;
    return item->len > 0;
}
