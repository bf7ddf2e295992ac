/* A file is read, changed and written anew: the same way when its commitment is foretold and when
 * it is rewritten, so that no documents are kept in memory between the two. */
#include "cli/recovery/reissue.h"

#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/credential/badge.h"
#include "proto/credential/integrity.h"
#include "proto/trust/subject.h"
#include "sys/files.h"
#include "sys/wipe.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ finding files */

static const struct avow_reissue_file *rows_of(const struct avow_reissue_files *files,
                                               size_t *count)
{
    *count = files->rows.len / sizeof(struct avow_reissue_file);
    return (const struct avow_reissue_file *)(const void *)files->rows.data;
}

void avow_reissue_fini(struct avow_reissue_files *files)
{
    size_t count;
    const struct avow_reissue_file *rows = rows_of(files, &count);
    for (size_t i = 0; i < count; i++)
        free(rows[i].path);
    avow_buf_fini(&files->rows);
}

/* The text of a file as a badge, if it is one of ours whose proof verifies. */
static enum avow_err read_badge(const char *path, struct avow_subject_file *subject)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init_secret(&text, AVOW_SUBJECT_BYTES_MAX);
    enum avow_err err = avow_file_read(path, AVOW_SUBJECT_BYTES_MAX, &text);
    *subject = (struct avow_subject_file){0};
    if (err == AVOW_OK)
        err = avow_subject_read(avow_buf_bytes(&text), subject);
    if (err == AVOW_OK && (subject->document == NULL || !subject->subject.proof_good))
        err = AVOW_ERR_REJECTED;
    return err;
}

static enum avow_err add_file(struct avow_reissue_files *files, const struct avow_hash *issuer,
                              uint64_t from, const char *path)
{
    struct avow_subject_file subject;
    enum avow_err err = read_badge(path, &subject);
    if (err == AVOW_OK && avow_hash_equal(&subject.subject.issuer, issuer) &&
        subject.subject.index >= from) {
        struct avow_reissue_file row = {.path = strdup(path),
                                        .index = subject.subject.index,
                                        .commitment = subject.subject.commitment};
        if (row.path != NULL)
            avow_buf_append(&files->rows, &row, sizeof(row));
        err = row.path == NULL ? AVOW_ERR_NOMEM : files->rows.err;
        if (err != AVOW_OK)
            free(row.path);
    }
    avow_subject_fini(&subject);
    return err == AVOW_ERR_NOMEM ? err : AVOW_OK;
}

/* Paths are whole ones: a call that completes this one may be made elsewhere. */
static int find_in(const struct avow_cli *cli, const char *name, const struct avow_hash *issuer,
                   uint64_t from, struct avow_reissue_files *files)
{
    char path[AVOW_PATH_BYTES], whole[PATH_MAX];
    enum avow_err err = AVOW_OK;
    DIR *folder = realpath(name, whole) != NULL ? opendir(whole) : NULL;
    if (folder == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--files %s: %s", name, strerror(errno));
    for (const struct dirent *entry = readdir(folder); entry != NULL && err == AVOW_OK;
         entry = readdir(folder)) {
        const size_t len = strlen(entry->d_name);
        if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0 &&
            avow_folder_join(whole, entry->d_name, path) == AVOW_OK && !avow_file_is_none(path))
            err = add_file(files, issuer, from, path);
    }
    (void)closedir(folder);
    return err == AVOW_OK ? AVOW_EXIT_OK : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

static int by_index(const void *a, const void *b)
{
    const struct avow_reissue_file *left = a, *right = b;
    return left->index < right->index ? -1 : left->index > right->index;
}

int avow_reissue_find(const struct avow_cli *cli, const struct avow_hash *issuer, uint64_t from,
                      struct avow_reissue_files *files)
{
    const char *name;
    int status = AVOW_EXIT_OK;
    avow_buf_init(&files->rows, SIZE_MAX / 2);
    for (size_t i = 0;
         status == AVOW_EXIT_OK && (name = avow_cli_value_at(cli, "files", i)) != NULL; i++)
        status = find_in(cli, name, issuer, from, files);
    const size_t count = files->rows.len / sizeof(struct avow_reissue_file);
    if (count > 0)
        qsort(files->rows.data, count, sizeof(struct avow_reissue_file), by_index);
    return status;
}

const struct avow_reissue_file *avow_reissue_of(const struct avow_reissue_files *files,
                                                uint64_t index, const struct avow_hash *commitment)
{
    size_t count, low = 0;
    const struct avow_reissue_file *rows = rows_of(files, &count);
    size_t high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (rows[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && rows[low].index == index; low++) {
        if (avow_hash_equal(&rows[low].commitment, commitment))
            return &rows[low];
    }
    return NULL;
}

/* ------------------------------------------------------------------ what a file becomes */

/* "avow:<this issuer>/<index>" in `parent`'s `member` becomes what the map says. */
static enum avow_err move_reference(const struct avow_reissue *reissue, json_t *parent,
                                    const char *member)
{
    const json_t *value = json_object_get(parent, member);
    const char *text = json_string_value(value);
    const size_t scheme = strlen(AVOW_BADGE_SCHEME);
    struct avow_hash issuer;
    uint64_t index, now;
    char reference[AVOW_REFERENCE_TEXT_MAX], moved[AVOW_REFERENCE_TEXT_MAX + 8];
    if (text == NULL || strncmp(text, AVOW_BADGE_SCHEME, scheme) != 0 ||
        avow_id_reference_parse(avow_bytes_text(text + scheme), &issuer, &index) != AVOW_ACCEPT ||
        !avow_hash_equal(&issuer, &reissue->issuer))
        return AVOW_OK;
    if (!reissue->map.now(reissue->map.context, index, &now))
        return AVOW_ERR_NOT_FOUND;
    avow_id_reference_text(&issuer, now, reference);
    (void)snprintf(moved, sizeof(moved), AVOW_BADGE_SCHEME "%s", reference);
    return json_object_set_new(parent, member, json_string(moved)) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

/* Components and pathway of a stacked credential. */
static enum avow_err move_evidence(const struct avow_reissue *reissue, const json_t *document)
{
    const json_t *list = json_object_get(document, "evidence");
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < json_array_size(list) && err == AVOW_OK; i++)
        err = move_reference(reissue, json_array_get(list, i), "id");
    return err;
}

static enum avow_err name_key(const struct avow_reissue *reissue, const json_t *document)
{
    json_t *issuer = json_object_get(document, "issuer");
    const char *id = json_string_value(json_object_get(issuer, "id"));
    char did[AVOW_DID_KEY_TEXT_MAX];
    if (id == NULL || strncmp(id, "did:key:", 8) != 0)
        return AVOW_OK; /* a domain's name, which does not change */
    avow_did_key_text(&reissue->key, did);
    return json_object_set_new(issuer, "id", json_string(did)) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

/* Changes what is committed to; takes the proofs away, which hold no more. */
static enum avow_err change(const struct avow_reissue *reissue, json_t *document)
{
    json_t *subject = json_object_get(document, "credentialSubject");
    (void)json_object_del(document, "proof");
    enum avow_err err = name_key(reissue, document);
    if (err == AVOW_OK)
        err = move_reference(reissue, json_object_get(subject, "achievement"), "id");
    return err == AVOW_OK ? move_evidence(reissue, document) : err;
}

/* Of the registry entry; `seed` is 32 bytes. False when there is none. */
static json_t *registry_entry(const json_t *document)
{
    const json_t *list = json_object_get(document, "credentialStatus");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);
        const char *type = json_string_value(json_object_get(entry, "type"));
        if (type != NULL && strcmp(type, AVOW_BADGE_STATUS_TYPE) == 0)
            return entry;
    }
    return NULL;
}

static bool read_seed(const json_t *document, uint8_t seed[AVOW_SEED_LEN])
{
    const char *id = json_string_value(json_object_get(registry_entry(document), "id"));
    const char *fragment = id != NULL ? strchr(id, '#') : NULL;
    struct avow_buf out;
    avow_buf_init_fixed(&out, seed, AVOW_SEED_LEN);
    return fragment != NULL &&
           avow_base64url_decode(avow_bytes_text(fragment + 1), &out) == AVOW_ACCEPT &&
           out.len == AVOW_SEED_LEN;
}

static enum avow_err commit(const struct avow_reissue *reissue, const json_t *document,
                            struct avow_hash *commitment)
{
    uint8_t seed[AVOW_SEED_LEN];
    struct avow_fault fault;
    enum avow_err err = AVOW_ERR_REJECTED;
    if (read_seed(document, seed))
        err = avow_commitment(document, &reissue->issuer, seed, commitment, &fault);
    sodium_memzero(seed, sizeof(seed));
    return err;
}

static int cannot(const struct avow_cli *cli, const char *path, enum avow_err err)
{
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s cannot be written anew: %s", path,
                         err == AVOW_ERR_IO ? strerror(errno)
                         : err == AVOW_ERR_NOT_FOUND
                             ? "it names a record that is not there any more"
                             : avow_err_text(err));
}

int avow_reissue_commitment(const struct avow_cli *cli, const struct avow_reissue *reissue,
                            const char *path, struct avow_hash *commitment)
{
    struct avow_subject_file file;
    enum avow_err err = read_badge(path, &file);
    if (err == AVOW_OK)
        err = change(reissue, file.document);
    if (err == AVOW_OK)
        err = commit(reissue, file.document, commitment);
    avow_subject_fini(&file);
    return err == AVOW_OK ? AVOW_EXIT_OK : cannot(cli, path, err);
}

/* ------------------------------------------------------------------ writing */

/* The registry entry names the new index, and the seed as before. */
static enum avow_err point_to(const struct avow_reissue *reissue, const json_t *document,
                              uint64_t index)
{
    json_t *entry = registry_entry(document);
    const char *id = json_string_value(json_object_get(entry, "id"));
    char reference[AVOW_REFERENCE_TEXT_MAX], text[AVOW_REFERENCE_TEXT_MAX + 64];
    AVOW_ASSERT(id != NULL && strchr(id, '#') != NULL); /* the commitment was computed */
    avow_id_reference_text(&reissue->issuer, index, reference);
    (void)snprintf(text, sizeof(text), AVOW_BADGE_SCHEME "%s%s", reference, strchr(id, '#'));
    const int rc = json_object_set_new(entry, "id", json_string(text));
    sodium_memzero(text, sizeof(text));
    return rc == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

static enum avow_err put(const char *path, const json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(2));
    if (text == NULL)
        return AVOW_ERR_NOMEM;
    const size_t len = strlen(text);
    text[len] = '\n'; /* in the place of the zero */
    enum avow_err err = avow_file_write(path, avow_bytes(text, len + 1), 0600);
    const int why = errno;
    avow_wipe_free(text);
    errno = why;
    return err;
}

static enum avow_err rewrite(const struct avow_reissue *reissue, const char *path,
                             struct avow_subject_file *file, uint64_t index,
                             const struct avow_hash *commitment,
                             const struct avow_secret_key *secret, uint64_t time)
{
    struct avow_hash computed;
    enum avow_err err = change(reissue, file->document);
    if (err == AVOW_OK)
        err = commit(reissue, file->document, &computed);
    if (err == AVOW_OK && !avow_hash_equal(&computed, commitment))
        err = AVOW_ERR_REJECTED; /* the file is not what it was */
    if (err == AVOW_OK)
        err = point_to(reissue, file->document, index);
    if (err == AVOW_OK)
        err = avow_proof_add(file->document, &reissue->key, secret, time);
    return err == AVOW_OK ? put(path, file->document) : err;
}

int avow_reissue_write(const struct avow_cli *cli, const struct avow_reissue *reissue,
                       const char *path, uint64_t index, const struct avow_hash *commitment,
                       const struct avow_secret_key *secret, uint64_t time)
{
    struct avow_subject_file file;
    enum avow_err err = read_badge(path, &file);
    const bool done = err == AVOW_OK && file.subject.index == index &&
                      avow_hash_equal(&file.subject.commitment, commitment) &&
                      avow_key_equal(&file.subject.signer, &reissue->key);
    if (err == AVOW_OK && !done)
        err = rewrite(reissue, path, &file, index, commitment, secret, time);
    avow_subject_fini(&file);
    return err == AVOW_OK ? AVOW_EXIT_OK : cannot(cli, path, err);
}
