/* A 32-byte seed in a file of its own: 64 hexadecimal digits and a newline, mode 0600. */
#ifndef AVOW_SYS_SEEDFILE_H
#define AVOW_SYS_SEEDFILE_H

#include "proto/base.h"

/* AVOW_OK; NOT_FOUND; CORRUPT when it is not of that form; OPEN_TO_ALL when others than its owner
 * can read or write it; NO_FILE when it is no regular file; IO, as for a link, which is not
 * followed. */
AVOW_NODISCARD enum avow_err avow_seedfile_read(const char *path, uint8_t seed[32]);
/* Writes it as avow_file_write() does: whole or not at all, also when the power fails. NO_FILE,
 * DISK_FULL, TOO_LARGE for a path that is too long, IO. */
AVOW_NODISCARD enum avow_err avow_seedfile_write(const char *path, const uint8_t seed[32]);

#endif
