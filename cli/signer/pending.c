/* A record is locked before it has its name, so that nobody ever sees it without its owner. */
#include "cli/signer/pending.h"

#include "proto/codec/writer.h"
#include "sys/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "pending"
#define RECORD_BYTES_MAX 1024
#define VERSION 1

/* ------------------------------------------------------------------ the bytes of a record */

static void encode(struct avow_buf *out, const struct avow_pending_record *record)
{
    avow_write_array(out, 4);
    avow_write_uint(out, VERSION);
    avow_write_hash(out, &record->request);
    avow_write_uint(out, record->base);
    avow_checkpoint_write(out, &record->text);
}

static bool decode(struct avow_bytes bytes, struct avow_pending_record *record)
{
    struct avow_reader reader;
    avow_reader_init(&reader, bytes);
    avow_reader_array_of(&reader, 4);
    bool good = avow_reader_uint(&reader) == VERSION;
    avow_reader_hash(&reader, &record->request);
    record->base = avow_reader_uint(&reader);
    avow_checkpoint_read(&reader, &record->text);
    return good && avow_reader_finish(&reader) == AVOW_ACCEPT;
}

/* ------------------------------------------------------------------ one's own */

static int failed(const struct avow_cli *cli, const char *path, enum avow_err err)
{
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

static int record_path(const struct avow_cli *cli, const char *prefix, const char *name,
                       char path[AVOW_PATH_BYTES])
{
    char relative[AVOW_PENDING_NAME_MAX + 16];
    (void)snprintf(relative, sizeof(relative), FOLDER "/%s%s", prefix, name);
    return avow_home_path(cli, relative, path);
}

static enum avow_err write_locked(int fd, struct avow_bytes bytes)
{
    enum avow_err err = avow_fd_lock(fd);
    if (err == AVOW_OK)
        err = avow_fd_write(fd, bytes);
    return err == AVOW_OK ? avow_fd_sync(fd, fsync) : err;
}

int avow_pending_create(const struct avow_cli *cli, struct avow_pending_record *record, int *lock)
{
    char folder[AVOW_PATH_BYTES], part[AVOW_PATH_BYTES], path[AVOW_PATH_BYTES];
    uint8_t bytes[RECORD_BYTES_MAX];
    struct avow_buf out;
    avow_buf_init_fixed(&out, bytes, sizeof(bytes));
    encode(&out, record);
    (void)snprintf(record->name, sizeof(record->name), "%ld-%08x", (long)getpid(),
                   randombytes_random());
    int status = avow_home_path(cli, FOLDER, folder);
    if (status == AVOW_EXIT_OK)
        status = record_path(cli, ".", record->name, part);
    if (status == AVOW_EXIT_OK)
        status = record_path(cli, "", record->name, path);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_folder_make(folder, 0700);
    if (err != AVOW_OK)
        return failed(cli, folder, err);
    *lock = avow_fd_open(part, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (*lock < 0)
        return failed(cli, part, AVOW_ERR_IO);
    err = write_locked(*lock, avow_buf_bytes(&out));
    if (err == AVOW_OK && rename(part, path) != 0)
        err = AVOW_ERR_IO;
    if (err == AVOW_OK)
        err = avow_folder_sync(folder);
    if (err != AVOW_OK) {
        status = failed(cli, path, err);
        (void)unlink(part);
        (void)unlink(path);
        (void)close(*lock);
        *lock = -1;
    }
    return status;
}

void avow_pending_remove(const struct avow_cli *cli, const struct avow_pending_record *record,
                         int lock)
{
    char path[AVOW_PATH_BYTES];
    /* One that stays is found dead or done by the next call. */
    if (record_path(cli, "", record->name, path) == AVOW_EXIT_OK)
        (void)unlink(path);
    if (lock >= 0)
        (void)close(lock);
}

/* ------------------------------------------------------------------ all others */

/* False for a file that is not a record, or has gone meanwhile. */
static bool read_record(const struct avow_cli *cli, const char *name,
                        struct avow_pending_record *record)
{
    char path[AVOW_PATH_BYTES];
    uint8_t bytes[RECORD_BYTES_MAX];
    struct stat found;
    (void)snprintf(record->name, sizeof(record->name), "%s", name);
    if (record_path(cli, "", record->name, path) != AVOW_EXIT_OK)
        return false;
    int fd;
    if (avow_fd_open_file(path, O_RDONLY, 0, &fd) != AVOW_OK)
        return false;
    char own[32];
    (void)snprintf(own, sizeof(own), "%ld-", (long)getpid());
    record->alive = avow_fd_lock(fd) != AVOW_OK;
    record->own = record->alive && strncmp(name, own, strlen(own)) == 0;
    size_t len;
    enum avow_err err = avow_fd_read(fd, bytes, sizeof(bytes), &len);
    bool good = err == AVOW_OK && fstat(fd, &found) == 0 && decode(avow_bytes(bytes, len), record);
    if (good)
        record->made = (uint64_t)found.st_mtime;
    else if (err == AVOW_OK && !record->alive)
        (void)unlink(path);
    (void)close(fd);
    return good;
}

/* What a crash left before it had its name; a day is longer than any process is between the two. */
static void sweep_part(DIR *folder, const char *name)
{
    struct stat found;
    if (fstatat(dirfd(folder), name, &found, 0) == 0 && S_ISREG(found.st_mode) &&
        found.st_mtime + 86400 < time(NULL))
        (void)unlinkat(dirfd(folder), name, 0);
}

static int list_folder(const struct avow_cli *cli, DIR *folder, struct avow_buf *out)
{
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct avow_pending_record record;
        if (entry->d_name[0] == '.')
            sweep_part(folder, entry->d_name);
        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= AVOW_PENDING_NAME_MAX)
            continue;
        if (read_record(cli, entry->d_name, &record))
            avow_buf_append(out, &record, sizeof(record));
    }
    return out->err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(out->err));
}

int avow_pending_list(const struct avow_cli *cli, struct avow_pending_record **records,
                      size_t *count)
{
    char path[AVOW_PATH_BYTES];
    *records = NULL;
    *count = 0;
    int status = avow_home_path(cli, FOLDER, path);
    if (status != AVOW_EXIT_OK)
        return status;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? AVOW_EXIT_OK
                               : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot read %s: %s", path,
                                               strerror(errno));
    struct avow_buf out;
    avow_buf_init(&out, 16384 * sizeof(struct avow_pending_record));
    status = list_folder(cli, folder, &out);
    (void)closedir(folder);
    if (status != AVOW_EXIT_OK) {
        avow_buf_fini(&out);
        return status;
    }
    *count = out.len / sizeof(struct avow_pending_record);
    *records = (struct avow_pending_record *)(void *)out.data;
    return AVOW_EXIT_OK;
}
