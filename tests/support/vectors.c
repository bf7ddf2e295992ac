/* Finds the vectors from wherever a test is started: ctest starts it deep in the build folder. */
#include "tests/support/vectors.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *const usual_folders[] = {
    "../shared/data",          "../../shared/data",          "../../../shared/data",
    "../../../../shared/data", "../../../../../shared/data",
};

/* NULL if nobody has named one and there is none where it usually is. */
static const char *folder(void)
{
    const char *named = getenv("AVOW_VECTORS");
    if (named != NULL)
        return named[0] != '\0' ? named : NULL;
    for (size_t i = 0; i < sizeof(usual_folders) / sizeof(usual_folders[0]); i++) {
        struct stat info;
        if (stat(usual_folders[i], &info) == 0 && S_ISDIR(info.st_mode))
            return usual_folders[i];
    }
    return NULL;
}

void avow_vectors_need(void)
{
    if (folder() == NULL) {
        print_message("no vectors by others: set AVOW_VECTORS to their folder\n");
        skip();
    }
}

static void join(const char *in, const char *name, char out[AVOW_VECTORS_PATH_MAX])
{
    int len = snprintf(out, AVOW_VECTORS_PATH_MAX, "%s/%s", in, name);
    if (len < 0 || len >= AVOW_VECTORS_PATH_MAX)
        fail_msg("%s: its path is too long", name);
}

void avow_vectors_path(const char *name, char out[AVOW_VECTORS_PATH_MAX])
{
    const char *in = folder();
    if (in == NULL)
        fail_msg("no vectors by others: set AVOW_VECTORS to their folder");
    join(in, name, out);
}

static FILE *open_path(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    return file;
}

FILE *avow_vectors_open(const char *name)
{
    char path[AVOW_VECTORS_PATH_MAX];
    avow_vectors_path(name, path);
    return open_path(path);
}

static struct avow_bytes read_path(const char *path)
{
    FILE *file = open_path(path);
    struct avow_buf contents;
    avow_buf_init(&contents, SIZE_MAX / 2);
    uint8_t block[65536];
    size_t len;
    while ((len = fread(block, 1, sizeof(block), file)) > 0)
        avow_buf_append(&contents, block, len);
    avow_buf_append(&contents, "", 1);
    if (ferror(file) != 0 || contents.err != AVOW_OK)
        fail_msg("%s: cannot be read", path);
    (void)fclose(file);
    return avow_bytes(contents.data, contents.len - 1);
}

struct avow_bytes avow_vectors_read(const char *name)
{
    char path[AVOW_VECTORS_PATH_MAX];
    avow_vectors_path(name, path);
    return read_path(path);
}

struct avow_bytes avow_vectors_printed(const char *name)
{
    char path[AVOW_VECTORS_PATH_MAX];
    join(AVOW_TEST_VECTORS "/published", name, path);
    return read_path(path);
}

void avow_vectors_free(struct avow_bytes *contents)
{
    free((void *)(uintptr_t)contents->data);
    *contents = avow_bytes(NULL, 0);
}
