#include "cli/pathway/pathway_file.h"

#include "proto/codec/id.h"
#include "proto/codec/json.h"
#include "proto/codec/utf8.h"
#include "proto/json/rule.h"
#include "sys/files.h"

#include <errno.h>

#define FILE_BYTES_MAX (256 * 1024)

static int wrong(const struct avow_cli *cli, const char *path, const char *where, const char *what)
{
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s: %s: %s", path, where, what);
}

static int check_keys(const struct avow_cli *cli, const char *path, const json_t *document)
{
    static const char *const keys[] = {"title", "award", "cascade", "rule"};
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)document, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            known = known || strcmp(key, keys[i]) == 0;
        if (!known)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "%s: \"%.60s\" is unknown: a pathway has title, award, cascade "
                                 "and rule",
                                 path, key);
    }
    return AVOW_EXIT_OK;
}

/* A number, or a reference into this log. */
static bool read_award(const json_t *value, const struct avow_hash *own, uint64_t *index)
{
    struct avow_hash issuer;
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        (uint64_t)json_integer_value(value) <= AVOW_UINT_MAX) {
        *index = (uint64_t)json_integer_value(value);
        return true;
    }
    return json_is_string(value) &&
           avow_id_reference_parse(avow_bytes_text(json_string_value(value)), &issuer, index) ==
               AVOW_ACCEPT &&
           avow_hash_equal(&issuer, own);
}

static bool read_cascade(const json_t *value, uint64_t *cascade)
{
    for (*cascade = 0; *cascade < AVOW_CASCADE_COUNT; ++*cascade) {
        if (json_is_string(value)
                ? strcmp(json_string_value(value), avow_cascade_name(*cascade)) == 0
                : json_is_integer(value) && json_integer_value(value) == (json_int_t)*cascade)
            return true;
    }
    return false;
}

static int read_members(const struct avow_cli *cli, const char *path,
                        const struct avow_hash *issuer, struct avow_pathway_file *file)
{
    const json_t *title = json_object_get(file->document, "title");
    struct avow_pathway *pathway = &file->pathway;
    struct avow_rule_fault fault;
    char where[160];
    int status = check_keys(cli, path, file->document);
    if (status != AVOW_EXIT_OK)
        return status;
    pathway->title = avow_bytes(json_string_value(title), json_string_length(title));
    if (pathway->title.len == 0 || avow_utf8_check(pathway->title) != AVOW_ACCEPT)
        return wrong(cli, path, "/title", "write what the pathway is called, a text on one line");
    if (!read_award(json_object_get(file->document, "award"), issuer, &pathway->award))
        return wrong(cli, path, "/award",
                     "write the index of the achievement in your own log that it leads to: 5");
    if (!read_cascade(json_object_get(file->document, "cascade"), &pathway->cascade))
        return wrong(cli, path, "/cascade",
                     "what becomes of the award when a component is revoked later? Write "
                     "\"invalid\", \"degraded\" or \"grandfathered\"");
    avow_buf_init(&file->rule, AVOW_ENTRY_BYTES_MAX);
    if (avow_rule_from_json(json_object_get(file->document, "rule"), &file->rule, &fault)) {
        pathway->rule = avow_buf_bytes(&file->rule);
        return AVOW_EXIT_OK;
    }
    (void)snprintf(where, sizeof(where), "/rule%s", fault.where);
    return wrong(cli, path, where, fault.what);
}

int avow_pathway_file_read(const struct avow_cli *cli, const char *path,
                           const struct avow_hash *issuer, struct avow_pathway_file *file)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    struct avow_json_error error;
    *file = (struct avow_pathway_file){.document = NULL};
    avow_buf_init(&file->rule, AVOW_ENTRY_BYTES_MAX);
    avow_buf_init(&text, FILE_BYTES_MAX);
    enum avow_err err = avow_file_read(path, FILE_BYTES_MAX, &text);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    err = avow_json_parse(avow_buf_bytes(&text), FILE_BYTES_MAX, &file->document, &error);
    if (err == AVOW_ERR_REJECTED)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s:%d:%d: not JSON: %s", path, error.line,
                             error.column, error.text);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    if (!json_is_object(file->document))
        return wrong(cli, path, "/",
                     "write an object: {\"title\": \"…\", \"award\": 5, \"cascade\": \"invalid\", "
                     "\"rule\": [\"all\", …]}");
    return read_members(cli, path, issuer, file);
}

void avow_pathway_file_fini(struct avow_pathway_file *file)
{
    avow_buf_fini(&file->rule);
    avow_json_release(&file->document);
}
