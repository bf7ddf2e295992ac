#include "cli/log/export.h"

#include "sys/files.h"

#include <errno.h>

static int cannot(const struct avow_export *export, const char *what, const char *path,
                  enum avow_err err)
{
    return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE, "cannot %s %s: %s", what, path,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

/* True if the file is there with these very bytes. */
static bool is_there(const char *path, struct avow_bytes bytes)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf held;
    avow_buf_init(&held, AVOW_EXPORT_FILE_MAX);
    return avow_file_read(path, AVOW_EXPORT_FILE_MAX, &held) == AVOW_OK &&
           avow_bytes_equal(avow_buf_bytes(&held), bytes);
}

int avow_export_put(struct avow_export *export, const char *name, struct avow_bytes bytes)
{
    char path[AVOW_PATH_BYTES];
    char parent[AVOW_PATH_BYTES];
    enum avow_err err = avow_folder_join(export->folder, name, path);
    if (err != AVOW_OK)
        return cannot(export, "write", name, err);
    if (is_there(path, bytes)) {
        export->kept++;
        return AVOW_EXIT_OK;
    }
    (void)snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
    err = avow_folder_make(parent, 0755);
    if (err != AVOW_OK)
        return cannot(export, "make the folder", parent, err);
    err = avow_file_write(path, bytes, 0644);
    if (err != AVOW_OK)
        return cannot(export, "write", path, err);
    export->written++;
    return AVOW_EXIT_OK;
}
