#include "sys/seedfile.h"

#include "sys/fd.h"
#include "sys/files.h"
#include "sys/private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_LEN 65 /* 64 digits and the newline */

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

enum avow_err avow_seedfile_read(const char *path, uint8_t seed[32])
{
    AVOW_CLEANUP(close_fd)
    int fd;
    struct stat info;
    char text[TEXT_LEN + 1];
    size_t len = 0;
    const char *end = NULL;
    size_t got;
    enum avow_err err = avow_fd_open_file(path, O_RDONLY | O_NOFOLLOW, 0, &fd);
    if (err != AVOW_OK)
        return err;
    if (fstat(fd, &info) != 0)
        return AVOW_ERR_IO;
    if (avow_private_file_problem(&info, geteuid()) != NULL)
        return AVOW_ERR_OPEN_TO_ALL;
    err = avow_fd_read(fd, text, sizeof(text), &got);
    bool good = got == TEXT_LEN && text[TEXT_LEN - 1] == '\n' &&
                sodium_hex2bin(seed, 32, text, TEXT_LEN - 1, NULL, &len, &end) == 0 && len == 32 &&
                end == text + TEXT_LEN - 1;
    sodium_memzero(text, sizeof(text));
    if (err != AVOW_OK)
        return err;
    return good ? AVOW_OK : AVOW_ERR_CORRUPT;
}

enum avow_err avow_seedfile_write(const char *path, const uint8_t seed[32])
{
    char text[TEXT_LEN];
    (void)sodium_bin2hex(text, sizeof(text), seed, 32);
    text[TEXT_LEN - 1] = '\n';
    enum avow_err err = avow_file_write(path, avow_bytes(text, sizeof(text)), S_IRUSR | S_IWUSR);
    sodium_memzero(text, sizeof(text));
    return err;
}
