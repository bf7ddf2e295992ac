/* cut PORT NODE_PORT STEPS COMMAND...: runs a command that talks to a node through 127.0.0.1:PORT,
 * and kills it (SIGKILL) when so many pieces of its conversation have been carried, in either
 * direction. The next piece is not carried, and the connection is cut.
 *
 * Prints "killed", or "ended STATUS" when the command was through before that. */
#include "tests/e2e/tools/tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS_MAX 16

struct pair {
    int ends[2]; /* the command's, the node's */
};

struct proxy {
    struct sockaddr_in node;
    int listener, child;
    size_t count;
    struct pair pairs[PAIRS_MAX];
    uint64_t left;
};

static struct sockaddr_in loopback(const char *port)
{
    uint64_t number = tool_number(port);
    tool_expect(number > 0 && number < 65536, "a port");
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)number),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int tcp(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    tool_expect(fd >= 0, "a socket");
    return fd;
}

static void listen_on(struct proxy *proxy, const char *port)
{
    struct sockaddr_in address = loopback(port);
    int one = 1;
    proxy->listener = tcp();
    (void)setsockopt(proxy->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    tool_expect(bind(proxy->listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
                    listen(proxy->listener, PAIRS_MAX) == 0,
                "a free port");
}

static pid_t start(struct proxy *proxy, char **command)
{
    pid_t pid = fork();
    tool_expect(pid >= 0, "a process");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)execvp(command[0], command);
        _exit(127);
    }
    proxy->child = pidfd_open(pid, 0);
    tool_expect(proxy->child >= 0, "a descriptor of the process");
    return pid;
}

static void take_connection(struct proxy *proxy)
{
    tool_expect(proxy->count < PAIRS_MAX, "fewer connections");
    struct pair *pair = &proxy->pairs[proxy->count++];
    pair->ends[0] = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
    pair->ends[1] = tcp();
    tool_expect(pair->ends[0] >= 0 && connect(pair->ends[1], (struct sockaddr *)&proxy->node,
                                              sizeof(proxy->node)) == 0,
                "a node");
}

static void close_pair(struct proxy *proxy, size_t i)
{
    (void)close(proxy->pairs[i].ends[0]);
    (void)close(proxy->pairs[i].ends[1]);
    proxy->pairs[i] = proxy->pairs[--proxy->count];
}

/* Carries what has come; false when that would be one piece too many. */
static bool carry(struct proxy *proxy, size_t i, int from)
{
    static char bytes[1 << 20];
    struct pair *pair = &proxy->pairs[i];
    ssize_t got = recv(pair->ends[from], bytes, sizeof(bytes), 0);
    if (got <= 0) {
        close_pair(proxy, i);
        return true;
    }
    if (proxy->left == 0)
        return false;
    proxy->left--;
    for (ssize_t done = 0, sent; done < got; done += sent) {
        sent = send(pair->ends[1 - from], bytes + done, (size_t)(got - done), MSG_NOSIGNAL);
        if (sent <= 0)
            return true; /* its end will be seen */
    }
    return true;
}

/* True when the command has ended, false when it is to be killed. */
static bool serve(struct proxy *proxy)
{
    for (;;) {
        struct pollfd fds[2 + 2 * PAIRS_MAX];
        nfds_t count = 0;
        fds[count++] = (struct pollfd){.fd = proxy->child, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
        for (size_t i = 0; i < proxy->count; i++) {
            fds[count++] = (struct pollfd){.fd = proxy->pairs[i].ends[0], .events = POLLIN};
            fds[count++] = (struct pollfd){.fd = proxy->pairs[i].ends[1], .events = POLLIN};
        }
        tool_expect(poll(fds, count, 60000) > 0, "something to happen within a minute");
        if (fds[0].revents != 0)
            return true;
        if (fds[1].revents != 0)
            take_connection(proxy);
        for (nfds_t i = 2; i < count; i++) {
            if (fds[i].revents == 0)
                continue;
            if (!carry(proxy, (i - 2) / 2, (int)(i % 2)))
                return false;
            break; /* the pairs may be others now */
        }
    }
}

int main(int argc, char **argv)
{
    struct proxy proxy = {0};
    int status;
    if (argc < 5)
        tool_die("usage: cut PORT NODE_PORT STEPS COMMAND...");
    proxy.node = loopback(argv[2]);
    proxy.left = tool_number(argv[3]);
    listen_on(&proxy, argv[1]);
    pid_t pid = start(&proxy, argv + 4);
    bool ended = serve(&proxy);
    if (!ended)
        (void)kill(pid, SIGKILL);
    tool_expect(waitpid(pid, &status, 0) == pid, "the command's end");
    if (!ended)
        (void)printf("killed\n");
    else if (WIFEXITED(status))
        (void)printf("ended %d\n", WEXITSTATUS(status));
    else
        (void)printf("died of signal %d\n", WTERMSIG(status));
    return 0;
}
