#include "sys/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void avow_process_guard(void)
{
    const struct rlimit none = {0};
    (void)setrlimit(RLIMIT_CORE, &none);
    /* A core that is piped to a program knows no such limit. */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

uint64_t avow_process_raise_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return UINT64_MAX;
    const struct rlimit raised = {.rlim_cur = files.rlim_max, .rlim_max = files.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        files = raised;
    return files.rlim_cur == RLIM_INFINITY ? UINT64_MAX : files.rlim_cur;
}
