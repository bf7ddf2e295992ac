/* Runs a fuzz target once on each file of a folder, so that a committed corpus is a test
 * with any compiler. A folder without files is a failure: nothing was tested. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The data is copied to a heap block of its own size, so that a sanitizer or valgrind sees one
 * byte too far. Returns false when the file cannot be read. */
static bool replay(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    uint8_t *data = malloc(size > 0 ? size : 1);
    bool whole = data != NULL && fread(data, 1, size, file) == size;
    (void)fclose(file);
    if (whole)
        (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return whole;
}

/* Returns how many files were replayed, or -1 when one could not be read. */
static int replay_folder(const char *folder, DIR *entries)
{
    int count = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char path[4096];
        struct stat status;
        int len = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (len < 0 || (size_t)len >= sizeof(path) || stat(path, &status) != 0)
            return -1;
        if (!S_ISREG(status.st_mode))
            continue;
        if (!replay(path, (size_t)status.st_size)) {
            (void)fprintf(stderr, "cannot read %s\n", path);
            return -1;
        }
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    DIR *entries = argc == 2 ? opendir(argv[1]) : NULL;
    if (entries == NULL) {
        (void)fprintf(stderr, "usage: %s FOLDER, which must exist\n", argv[0]);
        return 2;
    }
    int count = replay_folder(argv[1], entries);
    (void)closedir(entries);
    (void)printf("%d inputs replayed\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
