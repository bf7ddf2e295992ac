/* avow issuer nodes: where the log lives. The first is the home node. */
#include "cli/frame/say.h"
#include "cli/home/own_log.h"
#include "cli/issuer/node_names.h"
#include "proto/codec/id.h"
#include "proto/json/entry.h"

static int build(void *context, struct avow_signer *signer)
{
    return avow_node_names_append(context, signer);
}

static int change(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct avow_node_names names;
    struct avow_published published;
    const struct avow_hash request = avow_cli_request(cli);
    const struct avow_publication publication = {
        .request = &request, .build = build, .context = &names};
    int status = AVOW_EXIT_OK;
    avow_node_names_init(&names);
    for (size_t i = 0; i < cli->operand_count && status == AVOW_EXIT_OK; i++)
        status = avow_node_names_add(cli, &names, cli->operands[i]);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_publish(cli, &keys, &publication, &published);
    if (status == AVOW_EXIT_OK) {
        avow_cli_note(cli, "The first of them is the home node from now on.");
        avow_published_told(cli, &published);
    }
    avow_identity_keys_fini(&keys);
    return status;
}

/* One line each, or with --json {"node", "address"}. */
static int print_nodes(const struct avow_cli *cli, struct avow_bytes rest)
{
    struct avow_bytes address;
    struct avow_key node;
    char id[AVOW_NODE_TEXT_MAX];
    if (cli->json)
        return avow_cli_print_json(cli, avow_entry_nodes_json(rest));
    while (avow_nodes_next(&rest, &node, &address)) {
        avow_id_node_text(&node, id);
        (void)fprintf(cli->out, "%s@", id);
        avow_cli_print_text(cli->out, address);
        (void)fputc('\n', cli->out);
    }
    return AVOW_EXIT_OK;
}

/* The proof that one signs by shows the nodes entry. */
static int list(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct avow_signer *signer = NULL;
    struct avow_entry entry;
    int status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_open(cli, &keys, NULL, 0, &signer);
    if (status == AVOW_EXIT_OK) {
        const struct avow_state *state = avow_draft_state(avow_signer_draft(signer));
        const bool named = state->has_home && avow_signer_entry(signer, state->nodes_index, &entry);
        status = print_nodes(cli, named ? entry.nodes.list : avow_bytes(NULL, 0));
    }
    avow_signer_free(&signer);
    avow_identity_keys_fini(&keys);
    return status;
}

static int run(struct avow_cli *cli)
{
    return cli->operand_count == 0 ? list(cli) : change(cli);
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_issuer_nodes = {
    .name = "issuer nodes",
    .operands = "[NODE…]",
    .operands_max = AVOW_NODES_MAX,
    .summary = "show or change the nodes that keep the log",
    .details = "Without operands prints the nodes that the log names, the home node first. With "
               "operands, each avownode1…@HOST:PORT or HOST:PORT of a running node, publishes "
               "them in their place.",
    .options = options,
    .json = true,
    .run = run,
};
