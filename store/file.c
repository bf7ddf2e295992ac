/* The store's file, as it stands under its name. */
#include "store/env_inner.h"
#include "sys/files.h"

#include <errno.h>
#include <sys/stat.h>

enum avow_err avow_store_judge_file(const char *folder)
{
    char path[AVOW_PATH_BYTES];
    struct stat found;
    enum avow_err err = avow_folder_join(folder, AVOW_STORE_FILE, path);
    if (err != AVOW_OK)
        return err;
    if (stat(path, &found) != 0)
        return errno == ENOENT ? AVOW_ERR_NOT_FOUND : avow_db_err(errno, NULL);
    if (!S_ISREG(found.st_mode))
        return AVOW_ERR_NO_FILE;
    return found.st_size == 0 ? AVOW_ERR_CORRUPT : AVOW_OK;
}

/* Pages at the end that were freed before they were written need not be there, but those are few.
 */
enum avow_err avow_store_judge_size(const struct avow_store *store)
{
    MDB_envinfo info;
    MDB_stat stats;
    struct stat found;
    int fd;
    int rc = mdb_env_info(store->env, &info);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_stat(store->env, &stats);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_get_fd(store->env, &fd);
    if (rc == MDB_SUCCESS && fstat(fd, &found) != 0)
        rc = errno;
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, store->folder);
    const uint64_t wanted = ((uint64_t)info.me_last_pgno + 1) * stats.ms_psize;
    return (uint64_t)found.st_size < wanted / 2 ? AVOW_ERR_CORRUPT : AVOW_OK;
}

/* Whether a name in the folder is still that of an open file. What cannot be asked now says
 * nothing. */
static bool is_file(const char *folder, const char *name, int fd)
{
    char path[AVOW_PATH_BYTES];
    struct stat named, open;
    if (avow_folder_join(folder, name, path) != AVOW_OK || fstat(fd, &open) != 0)
        return true;
    if (stat(path, &named) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    return named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

bool avow_store_is_in_place(const struct avow_store *store)
{
    int fd;
    return mdb_env_get_fd(store->env, &fd) == MDB_SUCCESS &&
           is_file(store->folder, AVOW_STORE_FILE, fd) &&
           (store->lock_fd < 0 || is_file(store->folder, AVOW_STORE_LOCK_FILE, store->lock_fd));
}
