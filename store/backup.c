/* A consistent copy, taken while a writer may be at work. */
#include "store/env_inner.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum avow_err copy_file(const struct avow_store *from, const char *path, const char *to)
{
    int fd = avow_fd_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return errno == EEXIST ? AVOW_ERR_EXISTS : avow_db_err(errno, to);
    enum avow_err err = avow_db_err(mdb_env_copyfd(from->env, fd), to);
    if (err == AVOW_OK && avow_fd_sync(fd, fsync) != AVOW_OK)
        err = avow_db_err(errno, to);
    if (close(fd) != 0 && err == AVOW_OK)
        err = avow_db_err(errno, to);
    if (err != AVOW_OK)
        (void)unlink(path);
    return err;
}

/* What happens to the copy from now on is another history: peers' cursors into the original must
 * not be taken for cursors into it. */
static enum avow_err new_epoch(const char *folder)
{
    struct avow_store *store;
    enum avow_err err = avow_store_open(folder, NULL, &store);
    if (err == AVOW_OK)
        err = avow_store_new_epoch(store);
    avow_store_close(&store);
    return err;
}

enum avow_err avow_store_backup(const char *folder, const char *to)
{
    char path[PATH_MAX];
    struct avow_store_options options = {.read_only = true};
    struct avow_store *store;
    int len = snprintf(path, sizeof(path), "%s/%s", to, AVOW_STORE_FILE);
    if (len < 0 || (size_t)len >= sizeof(path))
        return AVOW_ERR_TOO_LARGE;
    enum avow_err err = avow_store_open(folder, &options, &store);
    if (err != AVOW_OK)
        return err;
    if (mkdir(to, 0700) != 0 && errno != EEXIST)
        err = avow_db_err(errno, NULL);
    if (err == AVOW_OK)
        err = copy_file(store, path, to);
    avow_store_close(&store);
    if (err == AVOW_OK)
        err = new_epoch(to);
    return err == AVOW_OK ? avow_store_sync_folder(to) : err;
}
