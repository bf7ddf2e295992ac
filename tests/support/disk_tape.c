/* The wrapped calls: each is recorded or failed, and else passed on. */
#include "tests/support/disk_tape.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

static struct disk_tape *recording;
static char folder[PATH_MAX]; /* empty: nothing is watched */
static struct disk_fault armed;
static size_t calls;

/* The names that ld's --wrap gives. */
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t offset);
ssize_t __real_writev(int fd, const struct iovec *parts, int count);
int __real_fdatasync(int fd);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_statvfs(const char *path, struct statvfs *disk);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t offset);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_statvfs(const char *path, struct statvfs *disk);

/* ------------------------------------------------------------- what is watched */

static bool is_data(const char *path)
{
    size_t len = strlen(folder);
    return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/' &&
           strstr(path + len, "lock") == NULL;
}

/* The path of an open file as the kernel has it. */
static bool path_of(int fd, char path[PATH_MAX])
{
    char link[64];
    if (folder[0] == '\0')
        return false;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, PATH_MAX - 1);
    if (len < 0)
        return false;
    path[len] = '\0';
    return true;
}

static bool watched(int fd)
{
    char path[PATH_MAX];
    return path_of(fd, path) && is_data(path);
}

static bool must_fail(enum disk_kind kind)
{
    if (folder[0] == '\0' || kind != armed.kind)
        return false;
    calls++;
    return armed.nth > 0 && (calls == armed.nth || (armed.forever && calls > armed.nth));
}

/* For one call more, if it is full once: LMDB tries to write an old page back before anybody asks.
 */
static bool is_full(void)
{
    return folder[0] != '\0' && armed.error == ENOSPC && armed.nth > 0 && calls >= armed.nth &&
           (armed.forever || calls <= armed.nth + 1);
}

/* ------------------------------------------------------------------- the tape */

static struct disk_record *add(enum disk_kind kind)
{
    if (recording == NULL)
        return NULL;
    if (recording->count == recording->cap) {
        recording->cap = recording->cap == 0 ? 256 : 2 * recording->cap;
        recording->records =
            realloc(recording->records, recording->cap * sizeof(*recording->records));
        AVOW_ASSERT(recording->records != NULL);
    }
    struct disk_record *record = &recording->records[recording->count++];
    *record = (struct disk_record){.kind = kind};
    return record;
}

static void add_write(int fd, const struct iovec *parts, int count, off_t offset)
{
    struct disk_record *record = add(DISK_WRITE);
    if (record == NULL)
        return;
    record->durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    record->offset = (uint64_t)offset;
    for (int i = 0; i < count; i++)
        record->len += parts[i].iov_len;
    record->bytes = malloc(record->len + 1);
    AVOW_ASSERT(record->bytes != NULL);
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        memcpy(record->bytes + at, parts[i].iov_base, parts[i].iov_len);
        at += parts[i].iov_len;
    }
}

/* As the kernel will name what lies in it. */
static void watch(const char *path)
{
    char real[PATH_MAX] = "";
    AVOW_ASSERT(path == NULL || realpath(path, real) != NULL);
    (void)snprintf(folder, sizeof(folder), "%s", real);
}

void disk_tape_start(struct disk_tape *tape, const char *path)
{
    *tape = (struct disk_tape){0};
    recording = tape;
    armed = (struct disk_fault){0};
    watch(path);
}

void disk_tape_mark(struct disk_tape *tape, uint64_t number)
{
    AVOW_ASSERT(tape == recording);
    add(DISK_MARK)->offset = number;
}

void disk_tape_stop(void)
{
    recording = NULL;
    watch(NULL);
}

void disk_tape_fini(struct disk_tape *tape)
{
    for (size_t i = 0; i < tape->count; i++)
        free(tape->records[i].bytes);
    free(tape->records);
    *tape = (struct disk_tape){0};
}

void disk_fault_arm(const char *path, const struct disk_fault *fault)
{
    armed = *fault;
    calls = 0;
    watch(path);
}

size_t disk_fault_calls(void)
{
    return calls;
}

/* ------------------------------------------------------------------- the calls */

/* A write that fails: a full disk still takes its first half. */
static ssize_t failed_write(int fd, const struct iovec *first, off_t offset)
{
    errno = armed.error;
    if (armed.error != ENOSPC || first->iov_len < 2)
        return -1;
    return __real_pwrite(fd, first->iov_base, first->iov_len / 2, offset);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    return __wrap_writev(fd, &part, 1);
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    if (watched(fd)) {
        if (must_fail(DISK_WRITE))
            return failed_write(fd, &part, offset);
        add_write(fd, &part, 1, offset);
    }
    return __real_pwrite(fd, bytes, len, offset);
}

ssize_t __wrap_writev(int fd, const struct iovec *parts, int count)
{
    if (watched(fd)) {
        off_t offset = lseek(fd, 0, SEEK_CUR);
        if (must_fail(DISK_WRITE))
            return failed_write(fd, parts, offset);
        add_write(fd, parts, count, offset);
    }
    return __real_writev(fd, parts, count);
}

static bool sync_fails(int fd)
{
    char path[PATH_MAX];
    if (!path_of(fd, path) || (!is_data(path) && strcmp(path, folder) != 0))
        return false;
    if (must_fail(DISK_SYNC)) {
        errno = armed.error;
        return true;
    }
    (void)add(is_data(path) ? DISK_SYNC : DISK_SYNC_FOLDER);
    return false;
}

int __wrap_fdatasync(int fd)
{
    return sync_fails(fd) ? -1 : __real_fdatasync(fd);
}

int __wrap_fsync(int fd)
{
    return sync_fails(fd) ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    if (is_data(to))
        (void)add(DISK_NAME);
    return __real_rename(from, to);
}

int __wrap_statvfs(const char *path, struct statvfs *disk)
{
    int rc = __real_statvfs(path, disk);
    if (rc == 0 && is_full())
        disk->f_bavail = 0;
    return rc;
}
