#include "proto/codec/hidden.h"

#include "proto/codec/utf8.h"

struct range {
    uint32_t first, last;
};

/* By code point. Default_Ignorable_Code_Point of Unicode 15, controls, spaces, line and paragraph
 * separators, interlinear annotation, and the braille pattern without dots. */
static const struct range hidden[] = {
    {0x0000, 0x001f},   {0x007f, 0x00a0},   {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/* Canonical combining class 9, of the scripts that are written with joiners. */
static const struct range viramas[] = {
    {0x094d, 0x094d}, {0x09cd, 0x09cd}, {0x0a4d, 0x0a4d}, {0x0acd, 0x0acd},
    {0x0b4d, 0x0b4d}, {0x0bcd, 0x0bcd}, {0x0c4d, 0x0c4d}, {0x0ccd, 0x0ccd},
    {0x0d4d, 0x0d4d}, {0x0dca, 0x0dca}, {0x1039, 0x103a}, {0x17d2, 0x17d2},
};

/* Arabic letters that join what comes before, and those of them that join nothing that follows. */
static const struct range joining[] = {
    {0x0620, 0x0620}, {0x0622, 0x063f}, {0x0641, 0x064a}, {0x066e, 0x066f},
    {0x0671, 0x0673}, {0x0675, 0x06d3}, {0x06d5, 0x06d5}, {0x06ee, 0x06ef},
    {0x06fa, 0x06fc}, {0x06ff, 0x06ff}, {0x0750, 0x077f},
};
static const struct range joining_before_only[] = {
    {0x0622, 0x0625}, {0x0627, 0x0627}, {0x0629, 0x0629}, {0x062f, 0x0632}, {0x0648, 0x0648},
    {0x0671, 0x0673}, {0x0675, 0x0677}, {0x0688, 0x0699}, {0x06c0, 0x06c0}, {0x06c3, 0x06cb},
    {0x06cd, 0x06cd}, {0x06cf, 0x06cf}, {0x06d2, 0x06d3}, {0x06d5, 0x06d5}, {0x06ee, 0x06ef},
    {0x0759, 0x075b}, {0x076b, 0x076c}, {0x0771, 0x0771}, {0x0773, 0x0774}, {0x0778, 0x0779},
};

static bool is_in(const struct range *ranges, size_t count, uint32_t code_point)
{
    size_t low = 0;
    for (size_t high = count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= code_point;
}
#define IS_IN(ranges, code_point) is_in(ranges, sizeof(ranges) / sizeof((ranges)[0]), code_point)

bool avow_hidden_is(uint32_t code_point)
{
    return IS_IN(hidden, code_point);
}

/* `before` is the last code point that is no vowel sign. */
static bool gives_form(uint32_t before, uint32_t code_point, struct avow_bytes rest)
{
    uint32_t after = 0;
    (void)avow_utf8_next(&rest, &after);
    if (code_point != 0x200c && code_point != 0x200d)
        return false;
    if (IS_IN(viramas, before))
        return true;
    return code_point == 0x200c && IS_IN(joining, before) && !IS_IN(joining_before_only, before) &&
           IS_IN(joining, after);
}

bool avow_hidden_next(struct avow_bytes *text, struct avow_bytes *piece, bool *is_hidden,
                      uint32_t *code_point)
{
    const struct avow_bytes whole = *text;
    uint32_t before = 0;
    *is_hidden = false;
    while (text->len > 0 && !*is_hidden) {
        const struct avow_bytes here = *text;
        const bool good = avow_utf8_next(text, code_point);
        if (!good)
            *text = avow_bytes(here.data + 1, here.len - 1);
        *is_hidden =
            !good || (avow_hidden_is(*code_point) && !gives_form(before, *code_point, *text));
        if (!good)
            *code_point = UINT32_MAX;
        if (*is_hidden && here.len != whole.len) { /* what comes before it is a piece */
            *is_hidden = false;
            *text = here;
            break;
        }
        if (*code_point < 0x064b || *code_point > 0x0652)
            before = *code_point;
    }
    *piece = avow_bytes(whole.data, whole.len - text->len);
    return whole.len > 0;
}

void avow_hidden_write_json(struct avow_buf *out, struct avow_bytes json)
{
    const uint8_t *plain = json.data; /* of what has not been written */
    while (json.len > 0 && out->err == AVOW_OK) {
        const uint8_t *start = json.data;
        uint32_t code_point;
        if (!avow_utf8_next(&json, &code_point))
            break;
        if (code_point < 0x7f || !avow_hidden_is(code_point))
            continue;
        avow_buf_append(out, plain, (size_t)(start - plain));
        if (code_point > 0xffff)
            avow_buf_printf(out, "\\u%04x\\u%04x", 0xd7c0 + (code_point >> 10),
                            0xdc00 + (code_point & 0x3ff));
        else
            avow_buf_printf(out, "\\u%04x", code_point);
        plain = json.data;
    }
    avow_buf_append(out, plain, (size_t)(json.data + json.len - plain));
}
