/* Opening and closing: the map, the locks, the version. */
#include "store/catalogue/catalogue.h"
#include "store/env_inner.h"
#include "store/read/proved.h"
#include "store/write/writer.h"
#include "sys/fd.h"
#include "sys/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef AVOW_SANITIZED
#define MAP_SIZE_DEFAULT                                                                           \
    (UINT64_C(1) << 32) /* the sanitizers keep the rest of the address space                       \
                         */
#else
#define MAP_SIZE_DEFAULT (UINT64_C(1) << 40)
#endif
#define MAP_SIZE_MIN (UINT64_C(1) << 26)
#define READERS_DEFAULT 126

/* One writer a folder, whatever process it is in. */
static enum avow_err take_lock(struct avow_store *store)
{
    char path[AVOW_PATH_BYTES];
    enum avow_err err = avow_folder_join(store->folder, AVOW_STORE_LOCK_FILE, path);
    if (err != AVOW_OK)
        return err;
    err = avow_fd_open_file(path, O_RDWR | O_CREAT, 0600, &store->lock_fd);
    if (err == AVOW_ERR_IO)
        return avow_db_err(errno, store->folder);
    return err == AVOW_OK ? avow_fd_lock(store->lock_fd) : err;
}

static int open_env(struct avow_store *store, const char *path, unsigned readers, uint64_t map)
{
    int rc = mdb_env_create(&store->env);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxdbs(store->env, AVOW_TABLE_COUNT);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxreaders(store->env, readers);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_mapsize(store->env, (size_t)map);
    /* Default durability, always: a commit is on disk when it returns. */
    unsigned flags = MDB_NOSUBDIR | MDB_NORDAHEAD | MDB_NOTLS;
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(store->env, path, flags | (store->read_only ? MDB_RDONLY : 0), 0600);
    if (rc != MDB_SUCCESS && store->env != NULL) {
        mdb_env_close(store->env); /* LMDB asks for this even when the open failed */
        store->env = NULL;
    }
    return rc;
}

/* Address space is reserved once, for good: growing it under a reader would kill the process. */
static enum avow_err open_map(struct avow_store *store, const char *name,
                              const struct avow_store_options *options)
{
    char path[AVOW_PATH_BYTES];
    enum avow_err err = avow_folder_join(store->folder, name, path);
    if (err != AVOW_OK)
        return err;
    unsigned readers = options->readers_max > 0 ? options->readers_max : READERS_DEFAULT;
    uint64_t map = options->map_size > 0 ? options->map_size : MAP_SIZE_DEFAULT;
    int rc = open_env(store, path, readers, map);
    while (rc == ENOMEM && options->map_size == 0 && map > MAP_SIZE_MIN) {
        map /= 2;
        rc = open_env(store, path, readers, map);
    }
    return avow_db_err(rc, store->folder);
}

enum avow_err avow_store_sync_folder(const char *folder)
{
    int fd = avow_fd_open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return avow_db_err(errno, NULL);
    enum avow_err err = avow_fd_sync(fd, fsync);
    if (err != AVOW_OK)
        err = avow_db_err(errno, folder);
    (void)close(fd);
    return err;
}

/* Makes an empty store under its first name, whole and synced. */
static enum avow_err lay_out(struct avow_store *store, const struct avow_store_options *options,
                             const struct avow_migrations *migrations)
{
    enum avow_err err = open_map(store, AVOW_STORE_NEW_FILE, options);
    if (err == AVOW_OK)
        err = avow_store_migrate(store, migrations);
    if (store->env != NULL)
        mdb_env_close(store->env);
    store->env = NULL;
    return err;
}

/* LMDB does not sync the first pages of a new file before it uses them: a crash there would leave a
 * file that cannot be opened. So a new store gets its name once it is whole. */
static enum avow_err create_file(struct avow_store *store, const struct avow_store_options *options,
                                 const struct avow_migrations *migrations)
{
    char path[AVOW_PATH_BYTES];
    char made[AVOW_PATH_BYTES];
    char lock[AVOW_PATH_BYTES];
    enum avow_err err = avow_folder_join(store->folder, AVOW_STORE_FILE, path);
    if (err == AVOW_OK)
        err = avow_folder_join(store->folder, AVOW_STORE_NEW_FILE, made);
    if (err == AVOW_OK)
        err = avow_folder_join(store->folder, AVOW_STORE_NEW_FILE "-lock", lock);
    if (err != AVOW_OK || access(path, F_OK) == 0)
        return err;
    (void)unlink(made); /* a crash's */
    err = lay_out(store, options, migrations);
    (void)unlink(lock);
    if (err == AVOW_OK && rename(made, path) != 0)
        err = avow_db_err(errno, store->folder);
    if (err != AVOW_OK) {
        (void)unlink(made);
        return err;
    }
    err = avow_store_sync_folder(store->folder);
    if (err != AVOW_OK)
        (void)unlink(path); /* else the next start would take its name for durable */
    return err;
}

static enum avow_err create_folder(const char *folder)
{
    char parent[AVOW_PATH_BYTES];
    if (mkdir(folder, 0700) != 0)
        return errno == EEXIST ? AVOW_OK : avow_db_err(errno, NULL);
    enum avow_err err = avow_folder_join(folder, "..", parent);
    if (err == AVOW_OK)
        err = avow_store_sync_folder(parent);
    if (err != AVOW_OK)
        (void)rmdir(folder);
    return err;
}

static enum avow_err renew_catalogue(struct avow_store *store)
{
    struct avow_txn *txn;
    bool changed;
    enum avow_err err = avow_txn_begin(store, &txn);
    if (err != AVOW_OK)
        return err;
    err = avow_catalogue_renew(&txn->db, &txn->writer->words, &changed);
    if (err == AVOW_OK && changed)
        return avow_txn_commit(&txn);
    avow_txn_abort(&txn);
    return err;
}

static enum avow_err open_all(struct avow_store *store, const struct avow_store_options *options,
                              const struct avow_migrations *migrations)
{
    enum avow_err err = store->read_only ? AVOW_OK : create_folder(store->folder);
    if (err == AVOW_OK && !store->read_only)
        err = take_lock(store);
    if (err == AVOW_OK && !store->read_only)
        err = create_file(store, options, migrations);
    if (err == AVOW_OK)
        err = avow_store_judge_file(store->folder);
    if (err == AVOW_OK)
        err = open_map(store, AVOW_STORE_FILE, options);
    if (err == AVOW_OK)
        err = avow_store_judge_size(store);
    int dead;
    if (err == AVOW_OK && !store->read_only)
        err = avow_db_err(mdb_reader_check(store->env, &dead), store->folder);
    if (err == AVOW_OK)
        err = avow_store_migrate(store, migrations);
    if (err == AVOW_OK && !store->read_only)
        err = avow_writer_new(store, &store->writer);
    if (err == AVOW_OK && !store->read_only)
        err = renew_catalogue(store);
    return err;
}

enum avow_err avow_store_open(const char *folder, const struct avow_store_options *options,
                              struct avow_store **store)
{
    return avow_store_open_with(folder, options, &avow_migrations, store);
}

enum avow_err avow_store_open_with(const char *folder, const struct avow_store_options *options,
                                   const struct avow_migrations *migrations,
                                   struct avow_store **store)
{
    static const struct avow_store_options defaults = {0};
    if (options == NULL)
        options = &defaults;
    struct avow_store *made = calloc(1, sizeof(*made));
    *store = NULL;
    if (made == NULL)
        return AVOW_ERR_NOMEM;
    made->lock_fd = -1;
    made->read_only = options->read_only;
    made->bytes_max = options->bytes_max;
    made->log_bytes_max = options->log_bytes_max;
    size_t len = strlen(folder) + 1;
    made->folder = malloc(len);
    if (made->folder != NULL)
        memcpy(made->folder, folder, len);
    made->proofs = avow_proofs_new();
    enum avow_err err = made->folder == NULL || made->proofs == NULL
                            ? AVOW_ERR_NOMEM
                            : open_all(made, options, migrations);
    if (err != AVOW_OK)
        avow_store_close(&made);
    *store = made;
    return err;
}

void avow_store_close(struct avow_store **store)
{
    struct avow_store *gone = *store;
    *store = NULL;
    if (gone == NULL)
        return;
    avow_writer_free(&gone->writer);
    if (gone->env != NULL)
        mdb_env_close(gone->env);
    if (gone->lock_fd >= 0)
        (void)close(gone->lock_fd);
    avow_proofs_free(&gone->proofs);
    free(gone->folder);
    free(gone);
}

uint64_t avow_store_epoch(const struct avow_store *store)
{
    return store->epoch;
}
