/* Preloaded (LD_PRELOAD): what is freed, or moved by realloc(), is searched for secrets, and each
 * find is told in the file FREED_REPORT with the way there. Secrets are the lines of the file
 * FREED_SECRETS ("hex DIGITS" for bytes), and what the program draws by randombytes_buf() to the
 * length of a seed: as bytes, and as base64url writes them. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRETS_MAX 4096
#define SEED_LEN 32
#define PART 12 /* of a secret: what is found of one wherever it was cut */
#define FRAMES_MAX 24

#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* glibc's own, under the names that it gives them for this. */
void __libc_free(void *block);
void *__libc_realloc(void *block, size_t size);

static struct secret {
    uint8_t bytes[64];
    size_t len;
} secrets[SECRETS_MAX];
static size_t secret_count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool inside; /* of this library: what it frees is not looked at */

static void add(const void *bytes, size_t len)
{
    (void)pthread_mutex_lock(&mutex);
    if (secret_count < SECRETS_MAX && len >= PART) {
        struct secret *secret = &secrets[secret_count++];
        secret->len = len < sizeof(secret->bytes) ? len : sizeof(secret->bytes);
        memcpy(secret->bytes, bytes, secret->len);
    }
    (void)pthread_mutex_unlock(&mutex);
}

static void add_line(const char *line)
{
    uint8_t bytes[SEED_LEN];
    size_t len = 0;
    if (strncmp(line, "hex ", 4) != 0) {
        add(line, strcspn(line, "\n"));
        return;
    }
    for (const char *at = line + 4; len < sizeof(bytes) && at[0] > ' ' && at[1] > ' '; at += 2) {
        const char digits[] = {at[0], at[1], '\0'};
        bytes[len++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    add(bytes, len);
}

__attribute__((constructor)) static void read_secrets(void)
{
    static char buffer[4096]; /* what a buffer of stdio's held would be found in the next block */
    char line[256];
    const char *path = getenv("FREED_SECRETS");
    inside = true;
    FILE *file = path == NULL ? NULL : fopen(path, "re");
    if (file != NULL)
        (void)setvbuf(file, buffer, _IOFBF, sizeof(buffer));
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        add_line(line);
    if (file != NULL)
        (void)fclose(file);
    inside = false;
}

static bool holds(const void *block, size_t size, const struct secret *secret)
{
    for (size_t at = 0; at + PART <= secret->len; at += PART) {
        if (memmem(block, size, secret->bytes + at, PART) != NULL)
            return true;
    }
    return false;
}

static void tell(size_t size, size_t which)
{
    void *frames[FRAMES_MAX];
    const char *path = getenv("FREED_REPORT");
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        abort();
    (void)dprintf(fd, "%s: secret %zu in a block of %zu bytes, freed by\n",
                  program_invocation_short_name, which, size);
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), fd);
    (void)close(fd);
}

static void look(void *block)
{
    if (block == NULL || inside)
        return;
    inside = true;
    (void)pthread_mutex_lock(&mutex);
    const size_t size = malloc_usable_size(block);
    for (size_t i = 0; i < secret_count; i++) {
        if (holds(block, size, &secrets[i])) {
            tell(size, i);
            break;
        }
    }
    (void)pthread_mutex_unlock(&mutex);
    inside = false;
}

void free(void *block)
{
    look(block);
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    look(block);
    return __libc_realloc(block, size);
}

void randombytes_buf(void *out, size_t len);
void randombytes_buf(void *out, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const uint8_t *bytes = out;
    char text[SEED_LEN / 3 * 4];
    NEXT(randombytes_buf)(out, len);
    if (len != SEED_LEN)
        return;
    for (size_t i = 0; i < sizeof(text); i++) {
        const size_t at = i / 4 * 3;
        const unsigned three =
            (unsigned)bytes[at] << 16 | (unsigned)bytes[at + 1] << 8 | bytes[at + 2];
        text[i] = digits[three >> (18 - i % 4 * 6) & 63];
    }
    add(out, len);
    add(text, sizeof(text));
}
