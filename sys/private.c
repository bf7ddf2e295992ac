#include "sys/private.h"

#include "sys/files.h"

#include <stdio.h>
#include <unistd.h>

#define OTHERS (S_IRWXG | S_IRWXO)
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

const char *avow_private_file_problem(const struct stat *file, uid_t self)
{
    const bool lent = file->st_uid == 0 && self != 0;
    if (file->st_uid != self && !lent && self != 0)
        return "belongs to another user: take one of your own";
    if ((file->st_mode & (lent ? OTHERS_WRITE : OTHERS)) == 0)
        return NULL;
    return (file->st_mode & OTHERS_WRITE) != 0 ? "can be changed by others: chmod 600"
                                               : "can be read by others: chmod 600";
}

const char *avow_private_folder_problem(const struct stat *folder, uid_t self)
{
    if (folder->st_uid != self && folder->st_uid != 0 && self != 0)
        return "belongs to another user: keep secrets in a folder of your own";
    if ((folder->st_mode & OTHERS_WRITE) == 0 || (folder->st_mode & S_ISVTX) != 0)
        return NULL;
    return "can be changed by others: chmod go-w";
}

static void folder_of(const char *path, char folder[AVOW_PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    const size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    (void)snprintf(folder, AVOW_PATH_BYTES, "%.*s%s", (int)len, path,
                   slash == NULL ? "." : (len == 0 ? "/" : ""));
}

bool avow_private_is(const char *path, char why[AVOW_PRIVATE_WHY_MAX])
{
    char folder[AVOW_PATH_BYTES];
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return true;
    const char *problem = avow_private_file_problem(&info, geteuid());
    if (problem != NULL) {
        (void)snprintf(why, AVOW_PRIVATE_WHY_MAX,
                       "%s %s (a copy, where the file system has no modes), and make a new key if "
                       "it may have been used",
                       path, problem);
        return false;
    }
    folder_of(path, folder);
    problem = stat(folder, &info) == 0 ? avow_private_folder_problem(&info, geteuid()) : NULL;
    if (problem != NULL)
        (void)snprintf(why, AVOW_PRIVATE_WHY_MAX, "%s, the folder of %s, %s", folder, path,
                       problem);
    return problem == NULL;
}
