/* Every form of MessagePack that docs/protocol.md, "Encoding", allows, and no other.
 *
 * Nothing here trusts a length: it is compared with what is left of the input before it is used. */
#include "proto/codec/reader.h"

#include "proto/codec/utf8.h"

enum kind { KIND_NIL, KIND_BOOL, KIND_UINT, KIND_BIN, KIND_TEXT, KIND_ARRAY, KIND_MAP };

/* A value's first bytes, judged: `size` is its number (UINT, BOOL), the bytes of its body (BIN,
 * TEXT), or its number of items or pairs (ARRAY, MAP). */
struct head {
    enum kind kind;
    uint64_t size;
};

void avow_reader_init(struct avow_reader *reader, struct avow_bytes input)
{
    *reader = (struct avow_reader){.rest = input, .reject = AVOW_ACCEPT};
}

void avow_reader_reject(struct avow_reader *reader, enum avow_reject reject)
{
    if (reader->reject != AVOW_ACCEPT || reject == AVOW_ACCEPT)
        return;
    reader->reject = reject;
    reader->rest.len = 0;
}

/* Consumes a lead byte and `width` bytes of big-endian number, which must be at least `min`: a
 * smaller one has a shorter form. */
static bool read_number(struct avow_reader *reader, size_t width, uint64_t min, uint64_t *out)
{
    if (reader->rest.len < 1 + width) {
        avow_reader_reject(reader, AVOW_REJECT_TRUNCATED);
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | reader->rest.data[1 + i];
    if (value < min) {
        avow_reader_reject(reader, AVOW_REJECT_MINIMAL);
        return false;
    }
    avow_reader_skip(reader, 1 + width);
    *out = value;
    return true;
}

/* The forms whose lead byte is followed by a number. */
static const struct wide_form {
    enum kind kind;
    uint8_t lead;
    uint8_t width;
    uint64_t min;
} wide_forms[] = {
    {KIND_BIN, 0xc4, 1, 0},
    {KIND_BIN, 0xc5, 2, 0x100},
    {KIND_BIN, 0xc6, 4, 0x10000},
    {KIND_UINT, 0xcc, 1, 0x80},
    {KIND_UINT, 0xcd, 2, 0x100},
    {KIND_UINT, 0xce, 4, 0x10000},
    {KIND_UINT, 0xcf, 8, 0x100000000},
    {KIND_TEXT, 0xd9, 1, 32},
    {KIND_TEXT, 0xda, 2, 0x100},
    {KIND_TEXT, 0xdb, 4, 0x10000},
    {KIND_ARRAY, 0xdc, 2, 16},
    {KIND_ARRAY, 0xdd, 4, 0x10000},
    {KIND_MAP, 0xde, 2, 16},
    {KIND_MAP, 0xdf, 4, 0x10000},
};

/* The forms that are one byte; false if `lead` is not of one. */
static bool one_byte_head(uint8_t lead, struct head *head)
{
    if (lead < 0x80)
        *head = (struct head){KIND_UINT, lead};
    else if (lead < 0x90)
        *head = (struct head){KIND_MAP, lead & 0x0f};
    else if (lead < 0xa0)
        *head = (struct head){KIND_ARRAY, lead & 0x0f};
    else if (lead < 0xc0)
        *head = (struct head){KIND_TEXT, lead & 0x1f};
    else if (lead == 0xc0)
        *head = (struct head){KIND_NIL, 0};
    else if (lead == 0xc2 || lead == 0xc3)
        *head = (struct head){KIND_BOOL, lead & 1};
    else
        return false;
    return true;
}

/* Consumes a value's head. What has no place in the format (negative integers, floats, extensions,
 * the unused 0xc1) is TYPE. */
static bool read_head(struct avow_reader *reader, struct head *head)
{
    if (reader->rest.len == 0) {
        avow_reader_reject(reader, AVOW_REJECT_TRUNCATED);
        return false;
    }
    uint8_t lead = reader->rest.data[0];
    if (one_byte_head(lead, head)) {
        avow_reader_skip(reader, 1);
        return true;
    }
    for (size_t i = 0; i < sizeof(wide_forms) / sizeof(wide_forms[0]); i++) {
        const struct wide_form *form = &wide_forms[i];
        if (form->lead == lead) {
            head->kind = form->kind;
            return read_number(reader, form->width, form->min, &head->size);
        }
    }
    avow_reader_reject(reader, AVOW_REJECT_TYPE);
    return false;
}

/* Consumes the head of a value that must be of `kind`. Nothing is said of a wrong value's form. */
static bool read_head_of(struct avow_reader *reader, enum kind kind, uint64_t *size)
{
    struct head head;
    if (!read_head(reader, &head))
        return false;
    if (head.kind != kind) {
        avow_reader_reject(reader, AVOW_REJECT_TYPE);
        return false;
    }
    *size = head.size;
    return true;
}

/* The number of items or pairs of a container; every one of them needs `unit` bytes at least. */
static size_t read_count(struct avow_reader *reader, enum kind kind, size_t max, size_t unit)
{
    uint64_t count;
    if (!read_head_of(reader, kind, &count))
        return 0;
    if (count > max || count > reader->rest.len / unit) {
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        return 0;
    }
    return (size_t)count;
}

size_t avow_reader_array(struct avow_reader *reader, size_t max)
{
    return read_count(reader, KIND_ARRAY, max, 1);
}

void avow_reader_array_of_slow(struct avow_reader *reader, size_t count)
{
    if (avow_reader_array(reader, count) != count)
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
}

size_t avow_reader_map(struct avow_reader *reader, size_t max)
{
    return read_count(reader, KIND_MAP, max, 2);
}

/* Consumes the `len` bytes of a body, of which the input must have enough. */
static struct avow_bytes read_body(struct avow_reader *reader, uint64_t len, size_t max_len)
{
    if (len > max_len || len > reader->rest.len) {
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        return avow_bytes(NULL, 0);
    }
    struct avow_bytes body = avow_bytes(reader->rest.data, (size_t)len);
    avow_reader_skip(reader, (size_t)len);
    return body;
}

static struct avow_bytes read_text_body(struct avow_reader *reader, uint64_t len, size_t max_len)
{
    struct avow_bytes text = read_body(reader, len, max_len);
    enum avow_reject reject = avow_utf8_check(text);
    if (reject == AVOW_ACCEPT)
        return text;
    avow_reader_reject(reader, reject);
    return avow_bytes(NULL, 0);
}

struct avow_bytes avow_reader_text(struct avow_reader *reader, size_t max_len)
{
    uint64_t len;
    if (!read_head_of(reader, KIND_TEXT, &len))
        return avow_bytes(NULL, 0);
    return read_text_body(reader, len, max_len);
}

struct avow_bytes avow_reader_key(struct avow_reader *reader, struct avow_bytes *last,
                                  size_t max_len)
{
    struct avow_bytes key = avow_reader_text(reader, max_len);
    if (reader->reject != AVOW_ACCEPT)
        return avow_bytes(NULL, 0);
    /* The empty key is a key: only its absence has no address. */
    if (last->data != NULL && avow_bytes_compare(*last, key) >= 0) {
        avow_reader_reject(reader, AVOW_REJECT_KEY_ORDER);
        return avow_bytes(NULL, 0);
    }
    *last = key;
    return key;
}

uint64_t avow_reader_uint_slow(struct avow_reader *reader)
{
    uint64_t value;
    if (!read_head_of(reader, KIND_UINT, &value))
        return 0;
    if (value <= AVOW_UINT_MAX)
        return value;
    avow_reader_reject(reader, AVOW_REJECT_RANGE);
    return 0;
}

bool avow_reader_nil(struct avow_reader *reader)
{
    if (reader->rest.len == 0 || reader->rest.data[0] != 0xc0)
        return false;
    avow_reader_skip(reader, 1);
    return true;
}

struct avow_bytes avow_reader_bin(struct avow_reader *reader, size_t max_len)
{
    uint64_t len;
    if (!read_head_of(reader, KIND_BIN, &len))
        return avow_bytes(NULL, 0);
    return read_body(reader, len, max_len);
}

void avow_reader_bin_exact_slow(struct avow_reader *reader, void *out, size_t len)
{
    struct avow_bytes bin = avow_reader_bin(reader, len);
    if (bin.len == len && reader->reject == AVOW_ACCEPT) {
        memcpy(out, bin.data, len);
        return;
    }
    avow_reader_reject(reader, AVOW_REJECT_LENGTH);
    memset(out, 0, len);
}

void avow_reader_hash(struct avow_reader *reader, struct avow_hash *out)
{
    avow_reader_bin_exact(reader, out->bytes, sizeof(out->bytes));
}

void avow_reader_key32(struct avow_reader *reader, struct avow_key *out)
{
    avow_reader_bin_exact(reader, out->bytes, sizeof(out->bytes));
}

void avow_reader_signature(struct avow_reader *reader, struct avow_signature *out)
{
    avow_reader_bin_exact(reader, out->bytes, sizeof(out->bytes));
}

/* An array or map of which `values` values are still to come. A map's keys come first, third and
 * so on: one is due whenever an even number is left. */
struct level {
    uint64_t values;
    bool is_map;
    struct avow_bytes last_key;
};

static void enter(struct avow_reader *reader, struct level *levels, size_t *depth, size_t max,
                  const struct head *head)
{
    bool is_map = head->kind == KIND_MAP;
    if (*depth == max) {
        avow_reader_reject(reader, AVOW_REJECT_DEPTH);
        return;
    }
    if (head->size > reader->rest.len / (is_map ? 2 : 1)) {
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        return;
    }
    uint64_t values = is_map ? head->size * 2 : head->size;
    levels[(*depth)++] = (struct level){.values = values, .is_map = is_map};
}

/* Consumes one scalar, or the head of a container, which is then a level. */
static void step(struct avow_reader *reader, struct level *levels, size_t *depth, size_t max)
{
    struct head head;
    if (!read_head(reader, &head))
        return;
    switch (head.kind) {
    case KIND_NIL:
    case KIND_BOOL:
        return;
    case KIND_UINT:
        if (head.size > AVOW_UINT_MAX)
            avow_reader_reject(reader, AVOW_REJECT_RANGE);
        return;
    case KIND_BIN:
        (void)read_body(reader, head.size, SIZE_MAX);
        return;
    case KIND_TEXT:
        (void)read_text_body(reader, head.size, SIZE_MAX);
        return;
    case KIND_ARRAY:
    case KIND_MAP:
        enter(reader, levels, depth, max, &head);
        return;
    }
}

struct avow_bytes avow_reader_any_inside(struct avow_reader *reader, size_t outer)
{
    AVOW_ASSERT(outer <= AVOW_READER_DEPTH_MAX);
    struct level levels[AVOW_READER_DEPTH_MAX];
    size_t depth = 0;
    const uint8_t *start = reader->rest.data;
    step(reader, levels, &depth, AVOW_READER_DEPTH_MAX - outer);
    while (depth > 0 && reader->reject == AVOW_ACCEPT) {
        struct level *level = &levels[depth - 1];
        if (level->values == 0) {
            depth--;
            continue;
        }
        bool key_due = level->is_map && level->values % 2 == 0;
        level->values--;
        if (key_due)
            (void)avow_reader_key(reader, &level->last_key, SIZE_MAX);
        else
            step(reader, levels, &depth, AVOW_READER_DEPTH_MAX - outer);
    }
    if (reader->reject != AVOW_ACCEPT)
        return avow_bytes(NULL, 0);
    return avow_bytes(start, (size_t)(reader->rest.data - start));
}

struct avow_bytes avow_reader_any(struct avow_reader *reader)
{
    return avow_reader_any_inside(reader, 0);
}

enum avow_reject avow_reader_finish(const struct avow_reader *reader)
{
    if (reader->reject == AVOW_ACCEPT && reader->rest.len > 0)
        return AVOW_REJECT_TRAILING;
    return reader->reject;
}
