#include "cli/watch/interest.h"

#include "client/fetch.h"
#include "proto/codec/id.h"
#include "proto/trust/subject.h"
#include "sys/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LIST_BYTES_MAX ((size_t)64 * 1024 * 1024)

void avow_interest_fini(struct avow_interest *interest)
{
    free(interest->issuers);
    free(interest->credentials);
    *interest = (struct avow_interest){0};
}

static int compare_issuers(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct avow_hash));
}

static int compare_credentials(const void *a, const void *b)
{
    const struct avow_named *one = a, *other = b;
    const int order = memcmp(one->issuer.bytes, other->issuer.bytes, sizeof(one->issuer.bytes));
    if (order != 0)
        return order;
    return (one->index > other->index) - (one->index < other->index);
}

/* ------------------------------------------------------------------ reading */

static int add_issuer(const struct avow_cli *cli, struct avow_interest *interest,
                      const struct avow_hash *issuer)
{
    struct avow_hash *grown =
        realloc(interest->issuers, (interest->issuer_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    interest->issuers = grown;
    grown[interest->issuer_count++] = *issuer;
    return AVOW_EXIT_OK;
}

static int add_credential(const struct avow_cli *cli, struct avow_interest *interest,
                          struct avow_named named)
{
    /* A power of two says that the room is used up. */
    const size_t count = interest->credential_count;
    if ((count & (count - 1)) == 0) {
        const size_t cap = count == 0 ? 1 : count * 2;
        struct avow_named *grown = realloc(interest->credentials, cap * sizeof(*grown));
        if (grown == NULL)
            return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
        interest->credentials = grown;
    }
    interest->credentials[interest->credential_count++] = named;
    return AVOW_EXIT_OK;
}

/* A badge, or a list of references, one a line. */
static int read_credentials(const struct avow_cli *cli, const char *path,
                            struct avow_interest *interest)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init_secret(&text, LIST_BYTES_MAX);
    enum avow_err err = avow_file_read(path, LIST_BYTES_MAX, &text);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path, avow_err_text(err));
    AVOW_CLEANUP(avow_subject_fini)
    struct avow_subject_file file;
    if (avow_subject_read(avow_buf_bytes(&text), &file) == AVOW_OK && file.has_reference)
        return add_credential(cli, interest,
                              (struct avow_named){file.subject.issuer, file.subject.index});
    struct avow_bytes rest = avow_buf_bytes(&text);
    for (unsigned line = 1; rest.len > 0; line++) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        const size_t len = end == NULL ? rest.len : (size_t)(end - rest.data);
        struct avow_bytes row = avow_bytes(rest.data, len);
        rest = end == NULL ? avow_bytes(NULL, 0) : avow_bytes(end + 1, rest.len - len - 1);
        if (row.len > 0 && row.data[row.len - 1] == '\r')
            row.len--;
        struct avow_named named;
        if (row.len == 0)
            continue;
        if (avow_id_reference_parse(row, &named.issuer, &named.index) != AVOW_ACCEPT)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "%s, line %u: neither a badge nor a reference", path, line);
        int status = add_credential(cli, interest, named);
        if (status != AVOW_EXIT_OK)
            return status;
    }
    return AVOW_EXIT_OK;
}

static bool is_badge_name(const char *name)
{
    const size_t len = strlen(name);
    return len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static int read_folder(const struct avow_cli *cli, const char *folder,
                       struct avow_interest *interest)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", folder, strerror(errno));
    int status = AVOW_EXIT_OK;
    for (const struct dirent *entry = readdir(dir); entry != NULL && status == AVOW_EXIT_OK;
         entry = readdir(dir)) {
        char path[AVOW_PATH_BYTES];
        if (is_badge_name(entry->d_name) &&
            avow_folder_join(folder, entry->d_name, path) == AVOW_OK && !avow_file_is_none(path))
            status = read_credentials(cli, path, interest);
    }
    (void)closedir(dir);
    if (status == AVOW_EXIT_OK && interest->credential_count == 0)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s holds no badges (*.json)", folder);
    return status;
}

static int read_issuers(const struct avow_cli *cli, struct avow_interest *interest)
{
    const char *id;
    for (size_t i = 0; (id = avow_cli_value_at(cli, "issuer", i)) != NULL; i++) {
        struct avow_hash issuer;
        if (avow_id_issuer_parse(avow_bytes_text(id), &issuer) != AVOW_ACCEPT)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--issuer %s is not an issuer's id", id);
        int status = add_issuer(cli, interest, &issuer);
        if (status != AVOW_EXIT_OK)
            return status;
    }
    return AVOW_EXIT_OK;
}

/* Credentials name the logs to watch where no issuer does. */
static int take_issuers(const struct avow_cli *cli, struct avow_interest *interest)
{
    if (interest->issuer_count != 0)
        return AVOW_EXIT_OK;
    for (size_t i = 0; i < interest->credential_count; i++) {
        const struct avow_hash *issuer = &interest->credentials[i].issuer;
        if (i > 0 && avow_hash_equal(issuer, &interest->credentials[i - 1].issuer))
            continue;
        int status = add_issuer(cli, interest, issuer);
        if (status != AVOW_EXIT_OK)
            return status;
    }
    return AVOW_EXIT_OK;
}

int avow_interest_read(const struct avow_cli *cli, struct avow_interest *interest)
{
    const char *achievement = avow_cli_value(cli, "achievement");
    const char *credentials = avow_cli_value(cli, "credentials");
    struct stat info;
    *interest = (struct avow_interest){.has_achievement = achievement != NULL};
    int status = read_issuers(cli, interest);
    if (status == AVOW_EXIT_OK && achievement != NULL) {
        if (avow_id_decimal_parse(avow_bytes_text(achievement), &interest->achievement) !=
                AVOW_ACCEPT ||
            interest->issuer_count != 1)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "--achievement takes an index in the log of one --issuer");
    }
    if (status == AVOW_EXIT_OK && credentials != NULL)
        status = stat(credentials, &info) == 0 && S_ISDIR(info.st_mode)
                     ? read_folder(cli, credentials, interest)
                     : read_credentials(cli, credentials, interest);
    if (status != AVOW_EXIT_OK)
        return status;
    if (interest->credential_count > 0)
        qsort(interest->credentials, interest->credential_count, sizeof(*interest->credentials),
              compare_credentials);
    status = take_issuers(cli, interest);
    if (interest->issuer_count > 0)
        qsort(interest->issuers, interest->issuer_count, sizeof(*interest->issuers),
              compare_issuers);
    return status;
}

/* ------------------------------------------------------------------ asking */

bool avow_interest_log(const struct avow_interest *interest, const struct avow_hash *issuer)
{
    return interest->issuer_count == 0 ||
           bsearch(issuer, interest->issuers, interest->issuer_count, sizeof(*interest->issuers),
                   compare_issuers) != NULL;
}

/* Whether the credential at `index` is of the achievement; true where the node does not show it. */
static bool target_is_of(const struct avow_interest *interest, struct avow_client *client,
                         const struct avow_hash *issuer, uint64_t index)
{
    struct avow_shown target;
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched;
    avow_fetch_from(client, issuer, &index, 1, &fetched);
    const struct avow_log_proof *proof =
        fetched.why == AVOW_WHY_NONE ? avow_evidence_log(&fetched.evidence, issuer) : NULL;
    if (proof == NULL || !avow_shown_get(proof, index, &target) || !target.decoded)
        return true;
    return target.entry.kind == AVOW_KIND_ISSUE &&
           target.entry.issue.achievement == interest->achievement;
}

bool avow_interest_entry(const struct avow_interest *interest, struct avow_client *client,
                         const struct avow_shown *shown)
{
    if (!interest->has_achievement && interest->credential_count == 0)
        return true;
    if (!shown->decoded)
        return true; /* the entry may well be about what is wanted */
    const bool change = shown->entry.kind == AVOW_KIND_STATUS;
    if (!change && shown->entry.kind != AVOW_KIND_ISSUE)
        return false;
    const struct avow_hash *issuer = &shown->proof->checkpoint.issuer;
    const uint64_t index = change ? shown->entry.status.target : shown->index;
    const struct avow_named named = {*issuer, index};
    if (interest->credential_count > 0 &&
        bsearch(&named, interest->credentials, interest->credential_count, sizeof(named),
                compare_credentials) == NULL)
        return false;
    if (!interest->has_achievement)
        return true;
    return change ? target_is_of(interest, client, issuer, index)
                  : shown->entry.issue.achievement == interest->achievement;
}
