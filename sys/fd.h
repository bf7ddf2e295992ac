/* System calls on a descriptor, carried through: what a signal interrupts is begun again, and what
 * was done in part is gone on with. After AVOW_ERR_IO errno says why, of this call and no other. */
#ifndef AVOW_SYS_FD_H
#define AVOW_SYS_FD_H

#include "proto/base.h"

/* What errno says of a failed call: DISK_FULL, IO. */
AVOW_NODISCARD enum avow_err avow_fd_err(void);
/* open(2), with O_CLOEXEC. The descriptor, or -1 with errno. */
int avow_fd_open(const char *path, int flags, unsigned mode);
/* The same of what has to be a regular file: nothing is waited for, as a pipe that somebody put in
 * its place would have it. NO_FILE when it is something else; NOT_FOUND; IO. */
AVOW_NODISCARD enum avow_err avow_fd_open_file(const char *path, int flags, unsigned mode, int *fd);
/* Writes all of it. DISK_FULL, IO; some of it may have been written then. */
AVOW_NODISCARD enum avow_err avow_fd_write(int fd, struct avow_bytes bytes);
/* Reads `len` bytes, or as many as there are before the end, into `place`: `*got` of them. IO. */
AVOW_NODISCARD enum avow_err avow_fd_read(int fd, void *place, size_t len, size_t *got);
/* Calls `how`, which is fsync, fdatasync or syncfs. DISK_FULL, IO. */
AVOW_NODISCARD enum avow_err avow_fd_sync(int fd, int (*how)(int fd));
/* Locks the open file against other processes, for as long as it is open. BUSY: another one has
 * it. IO. */
AVOW_NODISCARD enum avow_err avow_fd_lock(int fd);

#endif
