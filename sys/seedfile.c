#include "sys/seedfile.h"

#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_LEN 65 /* 64 digits and the newline */

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static enum avow_err from_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? AVOW_ERR_DISK_FULL : AVOW_ERR_IO;
}

enum avow_err avow_seedfile_read(const char *path, uint8_t seed[32])
{
    AVOW_CLEANUP(close_fd)
    int fd = avow_fd_open(path, O_RDONLY | O_NOFOLLOW, 0);
    struct stat info;
    char text[TEXT_LEN + 1];
    size_t len = 0;
    const char *end = NULL;
    if (fd < 0)
        return errno == ENOENT ? AVOW_ERR_NOT_FOUND : AVOW_ERR_IO;
    if (fstat(fd, &info) != 0)
        return AVOW_ERR_IO;
    if (!S_ISREG(info.st_mode) || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return AVOW_ERR_CORRUPT;
    size_t got;
    enum avow_err err = avow_fd_read(fd, text, sizeof(text), &got);
    bool good = got == TEXT_LEN && text[TEXT_LEN - 1] == '\n' &&
                sodium_hex2bin(seed, 32, text, TEXT_LEN - 1, NULL, &len, &end) == 0 && len == 32 &&
                end == text + TEXT_LEN - 1;
    sodium_memzero(text, sizeof(text));
    if (err != AVOW_OK)
        return err;
    return good ? AVOW_OK : AVOW_ERR_CORRUPT;
}

static enum avow_err write_new(const char *path, const char text[TEXT_LEN])
{
    AVOW_CLEANUP(close_fd)
    int fd = avow_fd_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0 || fchmod(fd, S_IRUSR | S_IWUSR) != 0)
        return from_errno();
    enum avow_err err = avow_fd_write(fd, avow_bytes(text, TEXT_LEN));
    return err == AVOW_OK ? avow_fd_sync(fd, fsync) : err;
}

static enum avow_err sync_folder(const char *path)
{
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof(copy), "%s", path);
    AVOW_CLEANUP(close_fd)
    int fd = avow_fd_open(dirname(copy), O_RDONLY | O_DIRECTORY, 0);
    return fd >= 0 ? avow_fd_sync(fd, fsync) : from_errno();
}

enum avow_err avow_seedfile_write(const char *path, const uint8_t seed[32])
{
    char beside[PATH_MAX], text[TEXT_LEN];
    int len = snprintf(beside, sizeof(beside), "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof(beside))
        return AVOW_ERR_IO;
    (void)sodium_bin2hex(text, sizeof(text), seed, 32);
    text[TEXT_LEN - 1] = '\n';
    enum avow_err err = write_new(beside, text);
    sodium_memzero(text, sizeof(text));
    if (err == AVOW_OK && rename(beside, path) != 0)
        err = from_errno();
    if (err != AVOW_OK) {
        (void)unlink(beside);
        return err;
    }
    return sync_folder(path);
}
