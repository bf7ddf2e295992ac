/* An item's form is said once, for who checks a list and for who walks it. */
#include "proto/wire/list.h"

#include "proto/entry/entry.h"
#include "proto/log/path.h"

/* ------------------------------------------------------------------ items */

void avow_list_item_entry(struct avow_reader *reader)
{
    (void)avow_reader_bin(reader, AVOW_ENTRY_BYTES_MAX);
}

void avow_list_item_uint(struct avow_reader *reader)
{
    (void)avow_reader_uint(reader);
}

static void read_proved(struct avow_reader *reader, struct avow_bytes *entry, uint64_t *index,
                        struct avow_path *path)
{
    avow_reader_array_of(reader, 3);
    *entry = avow_reader_bin(reader, AVOW_ROOT_ENTRY_BYTES_MAX);
    *index = avow_reader_uint(reader);
    avow_path_read(reader, path);
}

void avow_list_item_proved(struct avow_reader *reader)
{
    struct avow_bytes entry;
    uint64_t index;
    struct avow_path path;
    read_proved(reader, &entry, &index, &path);
}

static void read_checkpoint(struct avow_reader *reader, struct avow_checkpoint *checkpoint,
                            struct avow_cosignature *cosignatures, size_t *count)
{
    avow_reader_array_of(reader, 2);
    avow_checkpoint_read(reader, checkpoint);
    avow_cosignatures_read(reader, cosignatures, count);
}

void avow_list_item_checkpoint(struct avow_reader *reader)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    read_checkpoint(reader, &checkpoint, lines, &count);
}

static void read_digest(struct avow_reader *reader, struct avow_hash *issuer,
                        struct avow_hash *digest)
{
    avow_reader_array_of(reader, 2);
    avow_reader_hash(reader, issuer);
    avow_reader_hash(reader, digest);
}

void avow_list_item_digest(struct avow_reader *reader)
{
    struct avow_hash issuer;
    struct avow_hash digest;
    read_digest(reader, &issuer, &digest);
}

static void read_reference(struct avow_reader *reader, struct avow_hash *issuer, uint64_t *index)
{
    avow_reader_array_of(reader, 2);
    avow_reader_hash(reader, issuer);
    *index = avow_reader_uint(reader);
}

void avow_list_item_reference(struct avow_reader *reader)
{
    struct avow_hash issuer;
    uint64_t index;
    read_reference(reader, &issuer, &index);
}

static void read_status(struct avow_reader *reader, struct avow_proved_status *status)
{
    avow_reader_array_of(reader, 4);
    avow_checkpoint_read(reader, &status->checkpoint);
    status->entry = avow_reader_bin(reader, AVOW_ENTRY_BYTES_MAX);
    status->index = avow_reader_uint(reader);
    avow_path_read(reader, &status->path);
}

void avow_list_item_status(struct avow_reader *reader)
{
    struct avow_proved_status status;
    read_status(reader, &status);
}

/* ------------------------------------------------------------------ whole lists */

void avow_list_read(struct avow_reader *reader, size_t max, avow_list_item *item,
                    struct avow_list *list)
{
    list->count = avow_reader_array(reader, max);
    const uint8_t *start = reader->rest.data;
    for (size_t i = 0; i < list->count && reader->reject == AVOW_ACCEPT; i++)
        item(reader);
    if (reader->reject != AVOW_ACCEPT)
        *list = (struct avow_list){0};
    else
        list->items = avow_bytes(start, (size_t)(reader->rest.data - start));
}

void avow_list_write(struct avow_buf *out, const struct avow_list *list)
{
    avow_write_array(out, list->count);
    avow_write_raw(out, list->items);
}

/* ------------------------------------------------------------------ walking */

/* Starts to read a list's next item; false at the end. */
static bool begin_item(const struct avow_list *list, struct avow_reader *reader)
{
    avow_reader_init(reader, list->items);
    return list->count > 0;
}

/* Takes what was read off the list. */
static bool end_item(struct avow_list *list, const struct avow_reader *reader)
{
    list->items = reader->rest;
    list->count--;
    return reader->reject == AVOW_ACCEPT;
}

bool avow_list_next_entry(struct avow_list *list, struct avow_bytes *entry)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    *entry = avow_reader_bin(&reader, AVOW_ENTRY_BYTES_MAX);
    return end_item(list, &reader);
}

bool avow_list_next_uint(struct avow_list *list, uint64_t *value)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    *value = avow_reader_uint(&reader);
    return end_item(list, &reader);
}

bool avow_list_next_proved(struct avow_list *list, struct avow_bytes *entry, uint64_t *index,
                           struct avow_path *path)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_proved(&reader, entry, index, path);
    return end_item(list, &reader);
}

bool avow_list_next_checkpoint(struct avow_list *list, struct avow_checkpoint *checkpoint,
                               struct avow_cosignature *cosignatures, size_t *count)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_checkpoint(&reader, checkpoint, cosignatures, count);
    return end_item(list, &reader);
}

bool avow_list_next_digest(struct avow_list *list, struct avow_hash *issuer,
                           struct avow_hash *digest)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_digest(&reader, issuer, digest);
    return end_item(list, &reader);
}

void avow_list_digest_write(struct avow_buf *out, const struct avow_hash *issuer,
                            const struct avow_hash *digest)
{
    avow_write_array(out, 2);
    avow_write_hash(out, issuer);
    avow_write_hash(out, digest);
}

bool avow_list_next_reference(struct avow_list *list, struct avow_hash *issuer, uint64_t *index)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_reference(&reader, issuer, index);
    return end_item(list, &reader);
}

void avow_list_reference_write(struct avow_buf *out, const struct avow_hash *issuer, uint64_t index)
{
    avow_write_array(out, 2);
    avow_write_hash(out, issuer);
    avow_write_uint(out, index);
}

bool avow_list_next_status(struct avow_list *list, struct avow_proved_status *status)
{
    struct avow_reader reader;
    if (!begin_item(list, &reader))
        return false;
    read_status(&reader, status);
    return end_item(list, &reader);
}

void avow_proved_status_write(struct avow_buf *out, const struct avow_proved_status *status)
{
    avow_write_array(out, 4);
    avow_checkpoint_write(out, &status->checkpoint);
    avow_write_bin(out, status->entry);
    avow_write_uint(out, status->index);
    avow_path_write(out, &status->path);
}
