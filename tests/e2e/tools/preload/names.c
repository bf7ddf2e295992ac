/* Preloaded (LD_PRELOAD): names that no resolver knows, and a machine without IPv6.
 *
 * NAMES is "name=address,address name=address": the addresses come in that order. With NO_IPV6 no
 * socket can be bound to an address of IPv6, as when the kernel was told to do without. */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* The addresses of a name, cut out of NAMES; false without any. */
static bool find(const char *name, char list[256])
{
    const char *row = getenv("NAMES");
    const size_t len = strlen(name);
    while (row != NULL && (strncmp(row, name, len) != 0 || row[len] != '=')) {
        row = strchr(row, ' ');
        row = row == NULL ? NULL : row + 1;
    }
    const size_t size = row == NULL ? 0 : strcspn(row + len + 1, " ");
    if (row == NULL || size >= 256)
        return false;
    memcpy(list, row + len + 1, size);
    list[size] = '\0';
    return true;
}

/* glibc frees each of a list by itself, so lists may be joined. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    char list[256], *rest = NULL;
    struct addrinfo **end = found;
    int error = 0;
    if (name == NULL || !find(name, list))
        return NEXT(getaddrinfo)(name, service, hints, found);
    *found = NULL;
    for (char *one = strtok_r(list, ",", &rest); one != NULL && error == 0;
         one = strtok_r(NULL, ",", &rest)) {
        error = NEXT(getaddrinfo)(one, service, hints, end);
        while (error == 0 && *end != NULL)
            end = &(*end)->ai_next;
    }
    return error;
}

int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    if (getenv("NO_IPV6") != NULL && address.__sockaddr__->sa_family == AF_INET6) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    return NEXT(bind)(fd, address, len);
}
