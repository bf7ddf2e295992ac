/* Preloaded (LD_PRELOAD): what signals and slow devices may do to any system call is done to each
 * that avow, avowd or avow-demo makes. Every second call of a kind fails with EINTR before it has
 * done anything, and the others move a byte, or half of what there is. What libraries and other
 * programs call is let be. */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ, WRITE, OPEN, FSYNC, FDATASYNC, SYNCFS, FLOCK, POLL, RECV, SEND, WAITPID, KINDS };

static atomic_uint calls[KINDS];

static bool is_programs(const void *caller)
{
    Dl_info program, code;
    return strncmp(program_invocation_short_name, "avow", 4) == 0 &&
           dladdr((const void *)getauxval(AT_ENTRY), &program) != 0 && dladdr(caller, &code) != 0 &&
           code.dli_fbase == program.dli_fbase;
}

static bool interrupts(int kind, const void *caller)
{
    if (!is_programs(caller) || atomic_fetch_add(&calls[kind], 1) % 2 == 1)
        return false;
    errno = EINTR;
    return true;
}

static size_t part(size_t len, const void *caller)
{
    return len < 2 || !is_programs(caller) ? len : len / 2;
}

#define CALLER __builtin_return_address(0)
#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *place, size_t len)
{
    return interrupts(READ, CALLER) ? -1 : NEXT(read)(fd, place, part(len, CALLER));
}

ssize_t __read_chk(int fd, void *place, size_t len, size_t room);
ssize_t __read_chk(int fd, void *place, size_t len, size_t room)
{
    return interrupts(READ, CALLER) ? -1 : NEXT(__read_chk)(fd, place, part(len, CALLER), room);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return interrupts(WRITE, CALLER) ? -1 : NEXT(write)(fd, bytes, part(len, CALLER));
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const unsigned mode = va_arg(args, unsigned);
    va_end(args);
    return interrupts(OPEN, CALLER) ? -1 : NEXT(open)(path, flags, mode);
}

int fsync(int fd)
{
    return interrupts(FSYNC, CALLER) ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
    return interrupts(FDATASYNC, CALLER) ? -1 : NEXT(fdatasync)(fd);
}

int syncfs(int fd)
{
    return interrupts(SYNCFS, CALLER) ? -1 : NEXT(syncfs)(fd);
}

int flock(int fd, int how)
{
    return interrupts(FLOCK, CALLER) ? -1 : NEXT(flock)(fd, how);
}

int poll(struct pollfd *list, nfds_t count, int timeout_ms)
{
    return interrupts(POLL, CALLER) ? -1 : NEXT(poll)(list, count, timeout_ms);
}

ssize_t recv(int fd, void *place, size_t len, int flags)
{
    return interrupts(RECV, CALLER) ? -1 : NEXT(recv)(fd, place, part(len, CALLER), flags);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    return interrupts(SEND, CALLER) ? -1 : NEXT(send)(fd, bytes, part(len, CALLER), flags);
}

pid_t waitpid(pid_t child, int *status, int options)
{
    return interrupts(WAITPID, CALLER) ? -1 : NEXT(waitpid)(child, status, options);
}
