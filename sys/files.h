/* Files: read whole within a bound, written whole or not at all. */
#ifndef AVOW_SYS_FILES_H
#define AVOW_SYS_FILES_H

#include "proto/base.h"

#define AVOW_PATH_BYTES 4096

/* Writes a file whole and synced, by rename over what was there; mode as given. ERR_IO (errno says
 * why), ERR_DISK_FULL, ERR_TOO_LARGE for a path that is too long. */
AVOW_NODISCARD enum avow_err avow_write_file(const char *path, struct avow_bytes bytes,
                                             unsigned mode);
/* The same, but ERR_EXISTS when there is a file already, which stays as it is. */
AVOW_NODISCARD enum avow_err avow_create_file(const char *path, struct avow_bytes bytes,
                                              unsigned mode);
/* Appends a whole file of at most `max` bytes to `out`; "-" is standard input. ERR_NOT_FOUND,
 * ERR_TOO_LARGE, ERR_IO (errno says why), ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_read_file(const char *path, size_t max, struct avow_buf *out);
/* Whether it is something else than a file, whatever it is called: a folder, a device, or a pipe,
 * which may never end. False when there is nothing of that name. */
bool avow_is_no_file(const char *path);
/* "folder/name" with a NUL. ERR_TOO_LARGE. */
AVOW_NODISCARD enum avow_err avow_join_path(const char *folder, const char *name,
                                            char out[AVOW_PATH_BYTES]);
/* Makes a folder and those above it. ERR_IO. */
AVOW_NODISCARD enum avow_err avow_make_folder(const char *path, unsigned mode);
/* Makes the names in a folder durable. ERR_IO. */
AVOW_NODISCARD enum avow_err avow_sync_folder(const char *path);
/* Makes everything written to the file system that holds `path` durable: one call for many files.
 * ERR_IO. */
AVOW_NODISCARD enum avow_err avow_sync_all(const char *path);

#endif
