/* A child and its end. */
#include "tests/support/doomed.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* cmocka would catch the child's death, and go on with its parent's tests in it. */
static void die_quietly(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)signal(signals[i], SIG_DFL);
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    AVOW_ASSERT(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    (void)close(fd);
}

bool doomed_run(void (*work)(void *context), void *context)
{
    int status;
    pid_t child = fork();
    AVOW_ASSERT(child >= 0);
    if (child == 0) {
        die_quietly();
        work(context);
        _exit(0);
    }
    AVOW_ASSERT(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void *doomed_share(size_t len)
{
    void *shared = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    AVOW_ASSERT(shared != MAP_FAILED);
    return shared;
}
