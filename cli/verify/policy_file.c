#include "cli/verify/policy_file.h"

#include "cli/frame/ask.h"
#include "client/fetch.h"
#include "proto/entry/shape.h"
#include "sys/files.h"

#include <ctype.h>
#include <errno.h>
#include <unistd.h>

#define ERROR_BYTES_MAX 1024

/* "line 7: …" as "FILE:7: …", where editors find it. */
static int tell(const struct avow_cli *cli, const char *path, int bad, const struct avow_buf *error)
{
    static const char prefix[] = "line ";
    const char *text = (const char *)error->data;
    size_t len = error->len, digits = 0;
    if (len > sizeof(prefix) - 1 && memcmp(text, prefix, sizeof(prefix) - 1) == 0) {
        text += sizeof(prefix) - 1;
        len -= sizeof(prefix) - 1;
        while (digits < len && isdigit((unsigned char)text[digits]))
            digits++;
    }
    if (digits == 0)
        return avow_cli_fail(cli, bad, "%s: %.*s", path, (int)len, text);
    avow_cli_note(cli, "%s:%.*s", path, (int)len, text);
    return bad;
}

/* An exit status: `bad`, having told the person "FILE:LINE: what is wrong and what to write", for a
 * file that is not well formed; USAGE if it cannot be read. */
static int read_policy(const struct avow_cli *cli, const char *path, int bad,
                       struct avow_policy *policy)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    char storage[ERROR_BYTES_MAX];
    struct avow_buf error;
    avow_buf_init(&text, AVOW_POLICY_BYTES_MAX);
    avow_buf_init_fixed(&error, storage, sizeof(storage));
    enum avow_err err = avow_file_read(path, AVOW_POLICY_BYTES_MAX, &text);
    if (err == AVOW_ERR_TOO_LARGE)
        return avow_cli_fail(cli, bad, "%s: a policy has at most 32 KiB", path);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    if (avow_policy_parse(avow_buf_bytes(&text), policy, &error) == AVOW_OK)
        return AVOW_EXIT_OK;
    return tell(cli, path, bad, &error);
}

/* ------------------------------------------------------------------ by its name, from the node */

static bool is_plain_word(const char *name)
{
    const size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
            return false;
    }
    return len > 0 && len <= 64;
}

static int take_answer(const struct avow_cli *cli, const char *name, enum avow_err err,
                       const struct avow_client *client, const struct avow_message *answer,
                       struct avow_policy *policy)
{
    if (err == AVOW_ERR_REFUSED &&
        (answer->code == AVOW_REFUSAL_UNKNOWN_LOG || answer->code == AVOW_REFUSAL_INVALID))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "there is no file \"%s\", and the node at %s holds no policy of that "
                             "name",
                             name, avow_client_address(client));
    if (err != AVOW_OK)
        return avow_cli_fail(
            cli, AVOW_EXIT_UNKNOWN,
            "there is no file \"%s\", and the node cannot be asked for a policy of "
            "that name: %s",
            name, avow_client_reason(client));
    if (avow_policy_decode(answer->policy, policy) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "what the node at %s sent as the policy \"%s\" is none",
                             avow_client_address(client), name);
    avow_cli_note(cli, "The policy \"%s\" is the one that the node at %s holds.", name,
                  avow_client_address(client));
    return AVOW_EXIT_OK;
}

static int read_named(const struct avow_cli *cli, const char *name, struct avow_policy *policy)
{
    char reason[AVOW_FETCH_REASON_MAX];
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "there is no file \"%s\", and no node to ask for a policy of that "
                             "name: %s",
                             name, reason);
    struct avow_message question = {.type = AVOW_MESSAGE_GET_POLICY, .text = avow_bytes_text(name)};
    struct avow_message answer = {0};
    const enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_POLICY, &answer);
    return take_answer(cli, name, err, client, &answer, policy);
}

int avow_policy_file_find(const struct avow_cli *cli, const char *name, int bad,
                          struct avow_policy *policy)
{
    const bool absent = access(name, F_OK) != 0 && errno == ENOENT;
    return absent && is_plain_word(name) ? read_named(cli, name, policy)
                                         : read_policy(cli, name, bad, policy);
}

int avow_policy_file_of_call(const struct avow_cli *cli, struct avow_policy *policy)
{
    const char *name = avow_cli_value(cli, "policy");
    const char *region = avow_cli_value(cli, "region");
    avow_policy_init(policy);
    int status =
        name != NULL ? avow_policy_file_find(cli, name, AVOW_EXIT_USAGE, policy) : AVOW_EXIT_OK;
    if (status != AVOW_EXIT_OK || region == NULL)
        return status;
    if (!avow_shape_jurisdiction(avow_bytes_text(region)))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--region %s: write a country or region by ISO 3166 in capitals: PT, "
                             "PT-13",
                             region);
    (void)snprintf(policy->region, sizeof(policy->region), "%s", region);
    return AVOW_EXIT_OK;
}
