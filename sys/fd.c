#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum avow_err avow_fd_err(void)
{
    return errno == ENOSPC || errno == EDQUOT ? AVOW_ERR_DISK_FULL : AVOW_ERR_IO;
}

int avow_fd_open(const char *path, int flags, unsigned mode)
{
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

enum avow_err avow_fd_open_file(const char *path, int flags, unsigned mode, int *fd)
{
    struct stat info;
    *fd = avow_fd_open(path, flags | O_NONBLOCK | O_NOCTTY, mode);
    if (*fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? AVOW_ERR_NOT_FOUND
                   : (errno == EISDIR || errno == ENXIO ? AVOW_ERR_NO_FILE : AVOW_ERR_IO);
    enum avow_err err = fstat(*fd, &info) != 0           ? AVOW_ERR_IO
                        : S_ISREG(info.st_mode) == false ? AVOW_ERR_NO_FILE
                                                         : AVOW_OK;
    if (err == AVOW_OK)
        return err;
    const int error = errno;
    (void)close(*fd);
    errno = error;
    *fd = -1;
    return err;
}

enum avow_err avow_fd_write(int fd, struct avow_bytes bytes)
{
    while (bytes.len > 0) {
        errno = EIO; /* for a device that takes nothing and says nothing */
        ssize_t done = write(fd, bytes.data, bytes.len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return avow_fd_err();
        bytes = avow_bytes(bytes.data + done, bytes.len - (size_t)done);
    }
    return AVOW_OK;
}

enum avow_err avow_fd_read(int fd, void *place, size_t len, size_t *got)
{
    uint8_t *at = place;
    for (*got = 0; *got < len;) {
        ssize_t done = read(fd, at + *got, len - *got);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return AVOW_ERR_IO;
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return AVOW_OK;
}

enum avow_err avow_fd_sync(int fd, int (*how)(int fd))
{
    int rc;
    do {
        rc = how(fd);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? AVOW_OK : avow_fd_err();
}

enum avow_err avow_fd_lock(int fd)
{
    int rc;
    do {
        rc = flock(fd, LOCK_EX | LOCK_NB);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return AVOW_OK;
    return errno == EWOULDBLOCK ? AVOW_ERR_BUSY : AVOW_ERR_IO;
}
