/* A new file is written beside its place under a name of its own, synced, and renamed: a crash
 * leaves the old or the new, and at worst a stray ".part". */
#include "sys/files.h"

#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP ((size_t)64 * 1024)

bool avow_file_is_none(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

enum avow_err avow_folder_join(const char *folder, const char *name, char out[AVOW_PATH_BYTES])
{
    int len = snprintf(out, AVOW_PATH_BYTES, "%s/%s", folder, name);
    return len < 0 || len >= AVOW_PATH_BYTES ? AVOW_ERR_TOO_LARGE : AVOW_OK;
}

static enum avow_err sync_parent(const char *path)
{
    char folder[AVOW_PATH_BYTES];
    (void)snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        return avow_folder_sync(".");
    slash[slash == folder ? 1 : 0] = '\0';
    return avow_folder_sync(folder);
}

/* Writes and syncs a file of a new name beside `path`. */
static enum avow_err write_part(const char *path, struct avow_bytes bytes, unsigned mode,
                                char part[AVOW_PATH_BYTES])
{
    int len = snprintf(part, AVOW_PATH_BYTES, "%s.XXXXXX.part", path);
    if (len < 0 || len >= AVOW_PATH_BYTES)
        return AVOW_ERR_TOO_LARGE;
    int fd = mkostemps(part, (int)strlen(".part"), O_CLOEXEC);
    if (fd < 0)
        return avow_fd_err();
    enum avow_err err = avow_fd_write(fd, bytes);
    if (err == AVOW_OK && fchmod(fd, (mode_t)mode) != 0)
        err = avow_fd_err();
    if (err == AVOW_OK)
        err = avow_fd_sync(fd, fsync);
    if (close(fd) != 0 && err == AVOW_OK)
        err = avow_fd_err();
    if (err != AVOW_OK) {
        int error = errno;
        (void)unlink(part);
        errno = error;
    }
    return err;
}

static enum avow_err put(const char *path, struct avow_bytes bytes, unsigned mode, unsigned flags)
{
    char part[AVOW_PATH_BYTES];
    enum avow_err err = write_part(path, bytes, mode, part);
    if (err != AVOW_OK)
        return err;
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, flags) != 0) {
        err = errno == EEXIST ? AVOW_ERR_EXISTS : avow_fd_err();
        int error = errno;
        (void)unlink(part);
        errno = error;
        return err;
    }
    return sync_parent(path);
}

enum avow_err avow_file_write(const char *path, struct avow_bytes bytes, unsigned mode)
{
    struct stat info;
    if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return AVOW_ERR_NO_FILE;
    return put(path, bytes, mode, 0);
}

enum avow_err avow_file_create(const char *path, struct avow_bytes bytes, unsigned mode)
{
    return put(path, bytes, mode, RENAME_NOREPLACE);
}

/* Never asks `out` for more than `max` bytes, which may be all that it can hold. */
static enum avow_err read_all(int fd, size_t max, struct avow_buf *out)
{
    size_t got;
    for (size_t total = 0; total < max; total += got) {
        const size_t step = max - total < READ_STEP ? max - total : READ_STEP;
        uint8_t *place = avow_buf_extend(out, step);
        if (place == NULL)
            return out->err;
        enum avow_err err = avow_fd_read(fd, place, step, &got);
        out->len -= step - got;
        if (err != AVOW_OK || got < step)
            return err;
    }
    uint8_t more;
    enum avow_err err = avow_fd_read(fd, &more, sizeof(more), &got);
    return err == AVOW_OK && got > 0 ? AVOW_ERR_TOO_LARGE : err;
}

static enum avow_err read_and_close(int fd, size_t max, struct avow_buf *out)
{
    enum avow_err err = read_all(fd, max, out);
    int error = errno;
    (void)close(fd);
    errno = error;
    return err;
}

enum avow_err avow_file_read(const char *path, size_t max, struct avow_buf *out)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, max, out);
    int fd = avow_fd_open(path, O_RDONLY, 0);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? AVOW_ERR_NOT_FOUND : AVOW_ERR_IO;
    return read_and_close(fd, max, out);
}

enum avow_err avow_file_read_own(const char *path, size_t max, struct avow_buf *out)
{
    int fd;
    enum avow_err err = avow_fd_open_file(path, O_RDONLY, 0, &fd);
    return err == AVOW_OK ? read_and_close(fd, max, out) : err;
}

enum avow_err avow_folder_make(const char *path, unsigned mode)
{
    char partial[AVOW_PATH_BYTES];
    int len = snprintf(partial, sizeof(partial), "%s", path);
    if (len < 0 || (size_t)len >= sizeof(partial))
        return AVOW_ERR_TOO_LARGE;
    for (char *c = partial + 1; *c != '\0'; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        if (mkdir(partial, (mode_t)mode) != 0 && errno != EEXIST)
            return avow_fd_err();
        *c = '/';
    }
    if (mkdir(partial, (mode_t)mode) != 0 && errno != EEXIST)
        return avow_fd_err();
    struct stat found;
    if (stat(partial, &found) != 0)
        return AVOW_ERR_IO;
    errno = ENOTDIR;
    return S_ISDIR(found.st_mode) ? AVOW_OK : AVOW_ERR_IO;
}

static enum avow_err sync_path(const char *path, int (*sync_fd)(int fd))
{
    int fd = avow_fd_open(path, O_RDONLY, 0);
    if (fd < 0)
        return AVOW_ERR_IO;
    enum avow_err err = avow_fd_sync(fd, sync_fd);
    int error = errno;
    (void)close(fd);
    errno = error;
    return err;
}

enum avow_err avow_folder_sync(const char *path)
{
    return sync_path(path, fsync);
}

enum avow_err avow_folder_sync_all(const char *path)
{
    return sync_path(path, syncfs);
}
