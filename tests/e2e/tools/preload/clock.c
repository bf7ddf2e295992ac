/* The wall clock that a test moves on: preloaded (LD_PRELOAD), it adds to CLOCK_REALTIME the
 * seconds that the file named by CLOCK_FILE holds now, as a decimal number. So a node and the
 * commands that ask it agree on the time, and neither has a switch for it. Without the file nothing
 * is added. A test replaces the file by renaming, so that nobody reads half of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead_s(void)
{
    const char *path = getenv("CLOCK_FILE");
    const int before = errno; /* a clock leaves it as it is */
    char text[24] = "";
    FILE *file = path == NULL ? NULL : fopen(path, "re");
    if (file != NULL && fgets(text, sizeof(text), file) == NULL)
        text[0] = '\0';
    if (file != NULL)
        (void)fclose(file);
    const long ahead = strtol(text, NULL, 10);
    errno = before;
    return ahead;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->tv_sec += ahead_s();
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
