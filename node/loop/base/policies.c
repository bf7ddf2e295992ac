#include "node/loop/base/policies.h"

#include "sys/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

static const char suffix[] = ".ini";

struct named {
    char name[AVOW_POLICY_FILE_NAME_MAX + 1];
    struct avow_policy policy;
};

struct avow_policies {
    size_t count;
    struct named list[AVOW_POLICIES_MAX];
};

/* The length of a policy's name; 0 for a file that is none. */
static size_t name_len(const char *file)
{
    size_t len = strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    return len <= AVOW_POLICY_FILE_NAME_MAX && strcmp(file + len, suffix) == 0 ? len : 0;
}

static int is_policy(const struct dirent *file)
{
    return name_len(file->d_name) > 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum avow_err refuse(struct avow_buf *error, const char *folder, const char *file,
                            const char *what)
{
    avow_buf_printf(error, "%s/%s: %s", folder, file, what);
    return AVOW_ERR_INVALID;
}

static enum avow_err read_text(const char *folder, const char *file, struct avow_buf *text,
                               struct avow_buf *error)
{
    char path[AVOW_PATH_BYTES];
    if (avow_folder_join(folder, file, path) != AVOW_OK)
        return refuse(error, folder, file, strerror(ENAMETOOLONG));
    enum avow_err err = avow_file_read_own(path, AVOW_POLICY_BYTES_MAX, text);
    if (err == AVOW_OK || err == AVOW_ERR_NOMEM)
        return err;
    return refuse(error, folder, file,
                  err == AVOW_ERR_TOO_LARGE ? "a policy has at most 32,768 bytes"
                  : err == AVOW_ERR_NO_FILE ? avow_err_text(err)
                                            : strerror(errno));
}

static enum avow_err read_policy(const char *folder, const char *file, struct named *named,
                                 struct avow_buf *error)
{
    struct avow_buf text;
    struct avow_buf why;
    avow_buf_init(&text, AVOW_POLICY_BYTES_MAX + 1);
    avow_buf_init(&why, 4096);
    memcpy(named->name, file, name_len(file));
    enum avow_err err = read_text(folder, file, &text, error);
    if (err == AVOW_OK) {
        err = avow_policy_parse(avow_buf_bytes(&text), &named->policy, &why);
        if (err == AVOW_ERR_INVALID)
            avow_buf_printf(error, "%s/%s: %.*s", folder, file, (int)why.len,
                            (const char *)why.data);
    }
    avow_buf_fini(&text);
    avow_buf_fini(&why);
    return err;
}

static enum avow_err read_all(const char *folder, struct dirent **files, size_t count,
                              struct avow_policies *policies, struct avow_buf *error)
{
    if (count > AVOW_POLICIES_MAX) {
        avow_buf_printf(error, "%s: more than %d policies", folder, AVOW_POLICIES_MAX);
        return AVOW_ERR_INVALID;
    }
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < count && err == AVOW_OK; i++)
        err = read_policy(folder, files[i]->d_name, &policies->list[policies->count++], error);
    return err;
}

enum avow_err avow_policies_read(const char *folder, struct avow_policies **policies,
                                 struct avow_buf *error)
{
    struct dirent **files = NULL;
    int count = 0;
    *policies = calloc(1, sizeof(**policies));
    if (*policies == NULL)
        return AVOW_ERR_NOMEM;
    if (folder[0] == '\0')
        return AVOW_OK;
    enum avow_err err = AVOW_OK;
    count = scandir(folder, &files, is_policy, by_name);
    if (count < 0) {
        avow_buf_printf(error, "%s: %s", folder, strerror(errno));
        err = AVOW_ERR_INVALID;
    } else {
        err = read_all(folder, files, (size_t)count, *policies, error);
    }
    for (int i = 0; i < count; i++)
        free(files[i]);
    free(files);
    if (err != AVOW_OK)
        avow_policies_free(policies);
    return err;
}

void avow_policies_free(struct avow_policies **policies)
{
    free(*policies);
    *policies = NULL;
}

size_t avow_policies_count(const struct avow_policies *policies)
{
    return policies == NULL ? 0 : policies->count;
}

const struct avow_policy *avow_policies_at(const struct avow_policies *policies, size_t position)
{
    return position < avow_policies_count(policies) ? &policies->list[position].policy : NULL;
}

const struct avow_policy *avow_policies_find(const struct avow_policies *policies,
                                             struct avow_bytes name)
{
    for (size_t i = 0; i < avow_policies_count(policies); i++) {
        if (avow_bytes_equal(avow_bytes_text(policies->list[i].name), name))
            return &policies->list[i].policy;
    }
    return NULL;
}
