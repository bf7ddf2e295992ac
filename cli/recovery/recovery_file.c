#include "cli/recovery/recovery_file.h"

#include "cli/home/home.h"
#include "proto/codec/reader.h"
#include "proto/codec/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_NAME "recovery"
#define FILE_BYTES_MAX ((size_t)1024 * 1024 * 1024)
#define VERSION 1

static int cannot(const struct avow_cli *cli, const char *verb, enum avow_err err)
{
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot %s %s/%s: %s", verb, cli->home, FILE_NAME,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

/* ------------------------------------------------------------------ writing */

static void write_entries(struct avow_buf *out, const struct avow_salvage *salvage, uint64_t from,
                          uint64_t size)
{
    avow_write_array(out, (size_t)(size - from));
    for (uint64_t i = from; i < size; i++)
        avow_write_bin(out, avow_draft_entry(salvage->draft, i));
}

static void write_cuts(struct avow_buf *out, const struct avow_salvage *salvage)
{
    const struct avow_checkpoint *cuts =
        (const struct avow_checkpoint *)(const void *)salvage->cuts.data;
    const size_t count = salvage->cuts.len / sizeof(*cuts);
    avow_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        avow_write_array(out, 2);
        avow_write_uint(out, cuts[i].size);
        avow_write_hash(out, &cuts[i].root);
    }
}

static struct avow_hash commitment_at(const struct avow_salvage *salvage, uint64_t index)
{
    struct avow_entry entry;
    enum avow_reject reject = avow_entry_decode(avow_draft_entry(salvage->draft, index), &entry);
    AVOW_ASSERT(reject == AVOW_ACCEPT && entry.kind == AVOW_KIND_ISSUE);
    return entry.issue.commitment;
}

static void write_moved(struct avow_buf *out, const struct avow_salvage *salvage)
{
    size_t count, again = 0;
    const struct avow_salvage_row *rows = avow_salvage_rows(salvage, &count);
    for (size_t i = 0; i < count; i++)
        again += rows[i].fate == AVOW_FATE_AGAIN ? 1 : 0;
    avow_write_array(out, again);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].fate != AVOW_FATE_AGAIN)
            continue;
        struct avow_hash commitment = {{0}};
        if (rows[i].file != NULL)
            commitment = commitment_at(salvage, rows[i].now);
        avow_write_array(out, 4);
        avow_write_uint(out, rows[i].old);
        avow_write_uint(out, rows[i].now);
        avow_write_hash(out, &commitment);
        avow_write_bin(out, avow_bytes_text(rows[i].file != NULL ? rows[i].file->path : ""));
    }
}

int avow_recovery_file_write(const struct avow_salvage *salvage,
                             const struct avow_checkpoint *checkpoint)
{
    char path[AVOW_PATH_BYTES];
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf out;
    avow_buf_init(&out, FILE_BYTES_MAX);
    avow_write_array(&out, 7);
    avow_write_uint(&out, VERSION);
    avow_checkpoint_write(&out, checkpoint);
    avow_write_uint(&out, salvage->from);
    write_entries(&out, salvage, salvage->from, checkpoint->size);
    write_entries(&out, salvage, checkpoint->size, avow_draft_size(salvage->draft));
    write_cuts(&out, salvage);
    write_moved(&out, salvage);
    int status = avow_home_path(salvage->cli, FILE_NAME, path);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = out.err;
    if (err == AVOW_OK)
        err = avow_file_create(path, avow_buf_bytes(&out), 0600);
    return err == AVOW_OK ? AVOW_EXIT_OK : cannot(salvage->cli, "write", err);
}

/* ------------------------------------------------------------------ reading */

static void read_entries(struct avow_reader *reader, struct avow_list *list)
{
    list->count = avow_reader_array(reader, FILE_BYTES_MAX);
    const uint8_t *start = reader->rest.data;
    for (size_t i = 0; i < list->count && reader->reject == AVOW_ACCEPT; i++)
        (void)avow_reader_bin(reader, AVOW_ENTRY_BYTES_MAX);
    list->items = avow_bytes(start, (size_t)(reader->rest.data - start));
}

static enum avow_err read_cuts(struct avow_reader *reader, struct avow_recovery_file *file)
{
    file->cut_count = avow_reader_array(reader, FILE_BYTES_MAX);
    file->cuts = calloc(file->cut_count + 1, sizeof(*file->cuts));
    if (file->cuts == NULL)
        return AVOW_ERR_NOMEM;
    for (size_t i = 0; i < file->cut_count && reader->reject == AVOW_ACCEPT; i++) {
        avow_reader_array_of(reader, 2);
        file->cuts[i].size = avow_reader_uint(reader);
        avow_reader_hash(reader, &file->cuts[i].root);
    }
    return AVOW_OK;
}

static enum avow_err read_moved(struct avow_reader *reader, struct avow_recovery_file *file)
{
    const size_t count = avow_reader_array(reader, FILE_BYTES_MAX);
    file->moved = calloc(count + 1, sizeof(*file->moved));
    if (file->moved == NULL)
        return AVOW_ERR_NOMEM;
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        struct avow_moved *moved = &file->moved[i];
        avow_reader_array_of(reader, 4);
        moved->old = avow_reader_uint(reader);
        moved->now = avow_reader_uint(reader);
        avow_reader_hash(reader, &moved->commitment);
        const struct avow_bytes path = avow_reader_bin(reader, AVOW_PATH_BYTES);
        if (path.len > 0)
            moved->path = strndup((const char *)path.data, path.len);
        if (path.len > 0 && moved->path == NULL)
            return AVOW_ERR_NOMEM;
        file->moved_count = i + 1;
    }
    return AVOW_OK;
}

static enum avow_err decode(struct avow_recovery_file *file)
{
    struct avow_reader reader;
    avow_reader_init(&reader, avow_buf_bytes(&file->bytes));
    avow_reader_array_of(&reader, 7);
    const bool known = avow_reader_uint(&reader) == VERSION;
    avow_checkpoint_read(&reader, &file->checkpoint);
    file->from = avow_reader_uint(&reader);
    read_entries(&reader, &file->entries);
    read_entries(&reader, &file->rest);
    enum avow_err err = read_cuts(&reader, file);
    if (err == AVOW_OK)
        err = read_moved(&reader, file);
    if (err != AVOW_OK)
        return err;
    return known && avow_reader_finish(&reader) == AVOW_ACCEPT ? AVOW_OK : AVOW_ERR_CORRUPT;
}

int avow_recovery_file_read(const struct avow_cli *cli, struct avow_recovery_file *file,
                            bool *found)
{
    char path[AVOW_PATH_BYTES];
    *file = (struct avow_recovery_file){0};
    *found = false;
    avow_buf_init(&file->bytes, FILE_BYTES_MAX);
    int status = avow_home_path(cli, FILE_NAME, path);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_file_read(path, FILE_BYTES_MAX, &file->bytes);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_EXIT_OK;
    if (err == AVOW_OK)
        err = decode(file);
    *found = err == AVOW_OK;
    return err == AVOW_OK ? AVOW_EXIT_OK : cannot(cli, "read", err);
}

void avow_recovery_file_fini(struct avow_recovery_file *file)
{
    for (size_t i = 0; i < file->moved_count; i++)
        free(file->moved[i].path);
    free(file->moved);
    free(file->cuts);
    file->moved = NULL;
    file->cuts = NULL;
    file->moved_count = 0;
    avow_buf_fini(&file->bytes);
}

int avow_recovery_file_remove(const struct avow_cli *cli)
{
    char path[AVOW_PATH_BYTES];
    int status = avow_home_path(cli, FILE_NAME, path);
    if (status == AVOW_EXIT_OK && (unlink(path) != 0 || avow_folder_sync(cli->home) != AVOW_OK))
        status = cannot(cli, "remove", AVOW_ERR_IO);
    return status;
}

/* ------------------------------------------------------------------ the map */

static bool now_at(void *context, uint64_t index, uint64_t *now)
{
    const struct avow_recovery_file *file = context;
    size_t low = 0, high = file->moved_count;
    *now = index;
    if (index < file->from)
        return true;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (file->moved[middle].old < index)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == file->moved_count || file->moved[low].old != index)
        return false;
    *now = file->moved[low].now;
    return true;
}

struct avow_reissue_map avow_recovery_file_map(struct avow_recovery_file *file)
{
    return (struct avow_reissue_map){.context = file, .now = now_at};
}
