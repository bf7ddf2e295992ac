#include "cli/issue/single.h"

#include "cli/frame/say.h"
#include "proto/codec/id.h"

#include <stdlib.h>

int avow_single_find(const struct avow_cli *cli, struct avow_single *single)
{
    const char *path = avow_cli_value(cli, "out");
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const size_t len = strlen(name), folder_len = slash != NULL ? (size_t)(slash - path) : 0;
    if (len <= 5 || strcmp(name + len - 5, ".json") != 0)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--out %s: write a file's name that ends in .json", path);
    if (len - 5 > AVOW_LEARNER_FILE_MAX || folder_len >= sizeof(single->folder))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--out %s: too long", path);
    memcpy(single->name, name, len - 5);
    single->name[len - 5] = '\0';
    const char *problem = avow_learner_file_problem(avow_bytes_text(single->name));
    if (problem != NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--out %s: %s", path, problem);
    if (folder_len > 0)
        (void)snprintf(single->folder, sizeof(single->folder), "%.*s", (int)folder_len, path);
    else
        (void)snprintf(single->folder, sizeof(single->folder), "%s", slash != NULL ? "/" : ".");
    return AVOW_EXIT_OK;
}

enum avow_err avow_single_set(const struct avow_single *single, struct avow_learners *learners)
{
    learners->rows[0].texts[AVOW_LEARNER_FILE] = learners->text.len;
    avow_buf_append(&learners->text, single->name, strlen(single->name) + 1);
    return learners->text.err;
}

enum avow_err avow_single_learner(uint64_t valid_until, const struct avow_hash *digest,
                                  struct avow_learners *learners)
{
    *learners = (struct avow_learners){.count = 1};
    avow_buf_init_secret(&learners->text, SIZE_MAX / 2);
    avow_buf_append(&learners->text, "", 1); /* every text of the row */
    learners->rows = calloc(1, sizeof(*learners->rows));
    if (learners->rows == NULL)
        return AVOW_ERR_NOMEM;
    learners->rows[0] = (struct avow_learner){.valid_until = valid_until, .digest = *digest};
    return learners->text.err;
}

int avow_single_issue(struct avow_issuance *issuance, const struct avow_single *single)
{
    const struct avow_cli *cli = issuance->cli;
    char reference[AVOW_REFERENCE_TEXT_MAX];
    const char *path = avow_cli_value(cli, "out");
    issuance->folder = single->folder;
    int status = avow_issue_all(issuance);
    if (status != AVOW_EXIT_OK)
        return status;
    avow_id_reference_text(&issuance->keys->issuer, issuance->last_index, reference);
    if (issuance->skipped > 0)
        avow_cli_note(cli, "It had been issued before.");
    if (cli->json)
        return avow_cli_print_json(cli,
                                   json_pack("{s:s, s:s}", "file", path, "reference", reference));
    (void)fprintf(cli->out, "%s %s\n", path, reference);
    return AVOW_EXIT_OK;
}
