#include "node/loop/data.h"

#include "sys/files.h"
#include "sys/private.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static enum avow_err open_folder(const char *data, const struct avow_logger *logger)
{
    if (avow_folder_make(data, S_IRWXU) != AVOW_OK) {
        avow_line_denied(logger, "cannot-make-data-folder", "data", data, strerror(errno));
        return AVOW_ERR_IO;
    }
    struct stat folder;
    const char *problem =
        stat(data, &folder) == 0 ? avow_private_folder_problem(&folder, geteuid()) : NULL;
    if (problem == NULL)
        return AVOW_OK;
    avow_line_denied(logger, "cannot-use-data-folder", "data", data, problem);
    return AVOW_ERR_OPEN_TO_ALL;
}

static enum avow_err load_identity(const char *data, const struct avow_logger *logger,
                                   struct avow_node_identity *identity)
{
    const char *which;
    enum avow_err err = avow_node_identity_load(data, identity, &which);
    if (err != AVOW_OK)
        avow_line_denied(logger,
                         strcmp(which, AVOW_NODE_KEY_FILE) == 0 ? "cannot-use-node-key"
                                                                : "cannot-use-operator-token",
                         "data", data, avow_err_text(err));
    return err;
}

static const char *why_no_store(enum avow_err err)
{
    if (err == AVOW_ERR_SCHEMA)
        return "it is of another version: use that one, or an empty folder, which gets the logs "
               "from other nodes";
    if (err == AVOW_ERR_CORRUPT)
        return "store.mdb is empty, cut short or damaged: put a backup in its place, or move it "
               "away and start with none, which gets the logs from other nodes";
    return err == AVOW_ERR_NO_FILE ? "store.mdb or writer.lock is not a regular file"
                                   : avow_err_text(err);
}

enum avow_err avow_data_open(const struct avow_options *options, const struct avow_logger *logger,
                             struct avow_node_identity *identity, struct avow_store **store,
                             struct avow_snapshot **snapshot)
{
    const char *data = options->data;
    struct avow_store_options store_options = {
        .bytes_max = options->store_max_bytes,
        .log_bytes_max = options->log_max_bytes,
        .readers_max = 126,
    };
    enum avow_err err = open_folder(data, logger);
    if (err == AVOW_OK)
        err = load_identity(data, logger, identity);
    if (err != AVOW_OK)
        return err;
    err = avow_store_open(data, &store_options, store);
    if (err == AVOW_OK)
        err = avow_snapshot_new(*store, snapshot);
    if (err != AVOW_OK)
        avow_line_denied(logger, "cannot-open-store", "data", data, why_no_store(err));
    return err;
}
