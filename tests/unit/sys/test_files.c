/* Files of our own: what somebody has put in the place of one is told, and not waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys/fd.h"
#include "sys/files.h"
#include "sys/process.h"
#include "sys/seedfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_S 20 /* who waits for a pipe is killed */

static char folder[] = "/tmp/avow-files-XXXXXX";
static char path[64], other[64];

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/file", folder);
    (void)snprintf(other, sizeof(other), "%s/other", folder);
    assert_int_equal(avow_file_write(other, avow_bytes_text("text"), 0600), AVOW_OK);
    (void)alarm(WAIT_S);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(other);
    return rmdir(folder);
}

static int make_none(void)
{
    return 0;
}

static int make_file(void)
{
    return avow_file_write(path, avow_bytes_text("text"), 0600) == AVOW_OK ? 0 : -1;
}

static int make_pipe(void)
{
    return mkfifo(path, 0600);
}

static int make_inner_folder(void)
{
    return mkdir(path, 0700);
}

static int make_socket(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
    int rc = bind(fd, (struct sockaddr *)&name, sizeof(name));
    (void)close(fd);
    return rc;
}

static int make_link_to_device(void)
{
    return symlink("/dev/zero", path);
}

static int make_link_to_file(void)
{
    return symlink(other, path);
}

static const struct row {
    const char *name;
    int (*make)(void);
    enum avow_err own, seed, write; /* read as a file of ours, and as a key; written */
} rows[] = {
    {"nothing", make_none, AVOW_ERR_NOT_FOUND, AVOW_ERR_NOT_FOUND, AVOW_OK},
    {"a file", make_file, AVOW_OK, AVOW_ERR_CORRUPT, AVOW_OK},
    {"a pipe", make_pipe, AVOW_ERR_NO_FILE, AVOW_ERR_NO_FILE, AVOW_ERR_NO_FILE},
    {"a folder", make_inner_folder, AVOW_ERR_NO_FILE, AVOW_ERR_NO_FILE, AVOW_ERR_NO_FILE},
    {"a socket", make_socket, AVOW_ERR_NO_FILE, AVOW_ERR_NO_FILE, AVOW_ERR_NO_FILE},
    {"a link to a device", make_link_to_device, AVOW_ERR_NO_FILE, AVOW_ERR_IO, AVOW_ERR_NO_FILE},
    {"a link to a file", make_link_to_file, AVOW_OK, AVOW_ERR_IO, AVOW_ERR_NO_FILE},
};

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf text;
        uint8_t seed[32];
        int fd;
        avow_buf_init(&text, 100);
        assert_int_equal(rows[i].make(), 0);
        if (avow_file_read_own(path, 100, &text) != rows[i].own)
            fail_msg("%s, as a file of ours", rows[i].name);
        if (avow_seedfile_read(path, seed) != rows[i].seed)
            fail_msg("%s, as a key", rows[i].name);
        if (avow_fd_open_file(path, O_RDWR, 0, &fd) != rows[i].own)
            fail_msg("%s, to be written", rows[i].name);
        assert_int_equal(fd < 0, rows[i].own != AVOW_OK);
        if (fd >= 0)
            assert_int_equal(close(fd), 0);
        struct stat before = {0}, after = {0};
        (void)lstat(path, &before);
        if (avow_file_write(path, avow_bytes_text("new"), 0600) != rows[i].write)
            fail_msg("%s, written", rows[i].name);
        assert_int_equal(lstat(path, &after), 0);
        assert_int_equal(before.st_ino == after.st_ino, rows[i].write != AVOW_OK);
        (void)remove(path);
    }
}

static void test_bounds(void **state)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    (void)state;
    avow_buf_init(&text, 100);
    assert_int_equal(avow_file_read_own(other, 3, &text), AVOW_ERR_TOO_LARGE);
    assert_int_equal(avow_file_read_own("-", 3, &text), AVOW_ERR_NOT_FOUND); /* not our input */
}

/* In a child: what is given up there is not had back. */
static void test_process(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit core, files;
        avow_process_guard();
        const uint64_t raised = avow_process_raise_files();
        bool good = prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 &&
                    core.rlim_cur == 0 && core.rlim_max == 0 &&
                    getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == files.rlim_max &&
                    (files.rlim_cur == raised || raised == UINT64_MAX);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_process),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
