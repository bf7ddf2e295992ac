#include "cli/frame/ask.h"

#include "proto/codec/id.h"

struct avow_client_config avow_ask_config(const struct avow_cli *cli, const char *address,
                                          enum avow_peer_role role)
{
    return (struct avow_client_config){.address = address,
                                       .network = cli->network,
                                       .role = role,
                                       .timeout_ms = (unsigned)cli->timeout_s * 1000};
}

int avow_ask_name(const struct avow_cli *cli, const char *address, char name[AVOW_ASK_NAME_MAX])
{
    char reason[AVOW_CLIENT_REASON_MAX], id[AVOW_NODE_TEXT_MAX];
    struct avow_client *client;
    const struct avow_client_config config = avow_ask_config(cli, address, AVOW_PEER_CLIENT);
    enum avow_err err = avow_client_connect(&config, &client, reason);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, err == AVOW_ERR_INVALID ? AVOW_EXIT_USAGE : AVOW_EXIT_UNKNOWN,
                             "%s", reason);
    avow_id_node_text(avow_client_node(client), id);
    (void)snprintf(name, AVOW_ASK_NAME_MAX, "%s@%s", id, avow_client_address(client));
    avow_client_free(&client);
    return AVOW_EXIT_OK;
}

struct avow_client *avow_ask_connect(const struct avow_cli *cli, enum avow_peer_role role,
                                     char *reason)
{
    struct avow_client *client = NULL;
    char why[AVOW_CLIENT_REASON_MAX];
    const struct avow_client_config config = avow_ask_config(cli, cli->node, role);
    reason[0] = '\0';
    if (avow_client_connect(&config, &client, why) != AVOW_OK)
        (void)snprintf(reason, AVOW_FETCH_REASON_MAX, "%s", why);
    return client;
}

int avow_ask_status(enum avow_why why)
{
    if (why == AVOW_WHY_NONE)
        return AVOW_EXIT_OK;
    return why == AVOW_WHY_EVIDENCE ? AVOW_EXIT_NEGATIVE : AVOW_EXIT_UNKNOWN;
}

int avow_ask_result(const struct avow_cli *cli, const struct avow_client *client, enum avow_err err)
{
    if (err == AVOW_OK)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, err == AVOW_ERR_NOMEM ? AVOW_EXIT_NEGATIVE : AVOW_EXIT_UNKNOWN, "%s",
                         avow_client_reason(client));
}

/* Connects; without a connection there is no evidence. */
static struct avow_client *connect_for(const struct avow_cli *cli, struct avow_fetched *fetched)
{
    *fetched = (struct avow_fetched){.why = AVOW_WHY_UNREACHABLE};
    return avow_ask_connect(cli, AVOW_PEER_CLIENT, fetched->reason);
}

void avow_ask_subject(const struct avow_cli *cli, const struct avow_subject *subject,
                      struct avow_fetched *fetched)
{
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = connect_for(cli, fetched);
    if (client != NULL)
        avow_fetch_subject(client, subject, fetched);
}

void avow_ask_under(const struct avow_cli *cli, const struct avow_subject *subject,
                    const struct avow_policy *policy, uint64_t at, struct avow_fetched *fetched)
{
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = connect_for(cli, fetched);
    if (client != NULL)
        avow_fetch_subject_under(client, subject, policy, at, fetched);
}

int avow_ask_file(const struct avow_cli *cli, const char *path, struct avow_fetched *fetched)
{
    enum avow_err err = avow_fetch_file(path, fetched);
    if (err == AVOW_OK)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path, avow_err_text(err));
}

int avow_ask_walk(const struct avow_cli *cli, struct avow_client *client,
                  const struct avow_checkpoint *checkpoint, avow_walk_entry *entry, void *context)
{
    return avow_ask_result(cli, client, avow_walk(client, checkpoint, entry, context));
}

int avow_ask_found(const struct avow_cli *cli, struct avow_client *client,
                   const struct avow_find_query *query, avow_found_result *result, void *context)
{
    return avow_ask_result(cli, client, avow_found_each(client, query, result, context));
}
