/* Shapes of short texts, by hand and byte by byte: the locale has no say. */
#include "proto/entry/shape.h"

#include "proto/entry/entry.h"

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(uint8_t c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(uint8_t c)
{
    return is_letter(c) || is_digit(c);
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool starts_with(struct avow_bytes text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

static bool has_space(struct avow_bytes text)
{
    return text.len != 0 && memchr(text.data, ' ', text.len) != NULL;
}

bool avow_shape_jurisdiction(struct avow_bytes text)
{
    if (text.len < 2 || !is_upper(text.data[0]) || !is_upper(text.data[1]))
        return false;
    if (text.len == 2)
        return true;
    if (text.len < 4 || text.len > 6 || text.data[2] != '-')
        return false;
    for (size_t i = 3; i < text.len; i++) {
        if (!is_upper(text.data[i]) && !is_digit(text.data[i]))
            return false;
    }
    return true;
}

bool avow_shape_language(struct avow_bytes text)
{
    size_t subtag = 0; /* its length so far */
    bool first = true;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c == '-') {
            if (subtag < (first ? 2U : 1U))
                return false;
            first = false;
            subtag = 0;
            continue;
        }
        if (!(first ? is_letter(c) : is_alphanumeric(c)) || ++subtag > 8)
            return false;
    }
    return subtag >= (first ? 2U : 1U);
}

bool avow_shape_url(struct avow_bytes text)
{
    size_t prefix = starts_with(text, "https://") ? 8 : starts_with(text, "http://") ? 7 : 0;
    return prefix != 0 && text.len > prefix && !has_space(text);
}

bool avow_shape_uri(struct avow_bytes text)
{
    size_t i = 0;
    while (i < text.len && (is_alphanumeric(text.data[i]) || text.data[i] == '+' ||
                            text.data[i] == '-' || text.data[i] == '.'))
        i++;
    return i > 0 && is_letter(text.data[0]) && i + 1 < text.len && text.data[i] == ':' &&
           !has_space(text);
}

bool avow_shape_field(struct avow_bytes text)
{
    if (text.len < 2 || text.len > 4)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return false;
    }
    return true;
}

static bool is_port(struct avow_bytes text)
{
    uint32_t port = 0;
    if (text.len < 1 || text.len > 5 || text.data[0] == '0')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return false;
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    }
    return port <= UINT16_MAX;
}

/* In brackets: an IPv6 address, in its alphabet and with at least two colons. */
static bool is_bracketed(struct avow_bytes host)
{
    size_t colons = 0;
    if (host.len < 4 || host.data[0] != '[' || host.data[host.len - 1] != ']')
        return false;
    for (size_t i = 1; i + 1 < host.len; i++) {
        if (host.data[i] == ':')
            colons++;
        else if (!is_hex(host.data[i]) && host.data[i] != '.')
            return false;
    }
    return colons >= 2;
}

static bool is_host(struct avow_bytes host)
{
    if (host.len < 1 || host.len > 253)
        return false;
    if (host.data[0] == '[')
        return is_bracketed(host);
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.data[i];
        bool edge = i == 0 || i + 1 == host.len;
        if (!is_alphanumeric(c) && (edge || (c != '-' && c != '.')))
            return false;
    }
    return true;
}

bool avow_shape_address(struct avow_bytes text)
{
    size_t colon = text.len;
    while (colon > 0 && text.data[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    return is_host(avow_bytes(text.data, colon - 1)) &&
           is_port(avow_bytes(text.data + colon, text.len - colon));
}

bool avow_shape_any(struct avow_bytes text)
{
    return text.len > 0;
}

struct avow_bytes avow_shape_read(struct avow_reader *reader, bool (*fits)(struct avow_bytes text))
{
    struct avow_bytes text = avow_reader_text(reader, AVOW_ENTRY_BYTES_MAX);
    if (!fits(text))
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
    return text;
}
