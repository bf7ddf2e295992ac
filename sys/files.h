/* Files: read whole within a bound, written whole or not at all. */
#ifndef AVOW_SYS_FILES_H
#define AVOW_SYS_FILES_H

#include "proto/base.h"

#define AVOW_PATH_BYTES 4096

/* Writes a file whole and synced, by rename over the file that was there; mode as given.
 * ERR_NO_FILE when a link, a device or a pipe is there, which stays; ERR_IO (errno says why),
 * ERR_DISK_FULL, ERR_TOO_LARGE for a path that is too long. */
AVOW_NODISCARD enum avow_err avow_file_write(const char *path, struct avow_bytes bytes,
                                             unsigned mode);
/* The same, but ERR_EXISTS when there is a file already, which stays as it is. */
AVOW_NODISCARD enum avow_err avow_file_create(const char *path, struct avow_bytes bytes,
                                              unsigned mode);
/* Appends a whole file of at most `max` bytes to `out`; "-" is standard input. ERR_NOT_FOUND,
 * ERR_TOO_LARGE, ERR_IO (errno says why), ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_file_read(const char *path, size_t max, struct avow_buf *out);
/* The same of a file of ours, which no standard input stands for: ERR_NO_FILE when it is no regular
 * one, as a pipe, which nobody may ever write to. */
AVOW_NODISCARD enum avow_err avow_file_read_own(const char *path, size_t max, struct avow_buf *out);
/* Whether it is something else than a file, whatever it is called: a folder, a device, or a pipe,
 * which may never end. False when there is nothing of that name. */
bool avow_file_is_none(const char *path);
/* "folder/name" with a NUL. ERR_TOO_LARGE. */
AVOW_NODISCARD enum avow_err avow_folder_join(const char *folder, const char *name,
                                              char out[AVOW_PATH_BYTES]);
/* Makes a folder and those above it. ERR_IO. */
AVOW_NODISCARD enum avow_err avow_folder_make(const char *path, unsigned mode);
/* Makes the names in a folder durable. ERR_IO. */
AVOW_NODISCARD enum avow_err avow_folder_sync(const char *path);
/* Makes everything written to the file system that holds `path` durable: one call for many files.
 * ERR_IO. */
AVOW_NODISCARD enum avow_err avow_folder_sync_all(const char *path);

#endif
