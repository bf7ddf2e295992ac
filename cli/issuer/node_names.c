#include "cli/issuer/node_names.h"

#include "cli/frame/ask.h"
#include "proto/codec/writer.h"

void avow_node_names_init(struct avow_node_names *names)
{
    names->count = 0;
    avow_buf_init_fixed(&names->list, names->storage, sizeof(names->storage));
}

int avow_node_names_add(const struct avow_cli *cli, struct avow_node_names *names,
                        const char *operand)
{
    char text[AVOW_ASK_NAME_MAX];
    int status = AVOW_EXIT_OK;
    (void)snprintf(text, sizeof(text), "%s", operand);
    if (strchr(operand, '@') == NULL)
        status = avow_ask_name(cli, operand, text);
    if (status != AVOW_EXIT_OK)
        return status;
    if (!avow_nodes_address_fits(avow_bytes_text(text)))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "%s: write avownode1…@HOST:PORT, or HOST:PORT of a running node",
                             operand);
    avow_write_text(&names->list, avow_bytes_text(text));
    names->count++;
    return AVOW_EXIT_OK;
}

int avow_node_names_home(const struct avow_cli *cli, struct avow_node_names *names)
{
    const char *home = avow_cli_value(cli, "home-node");
    avow_node_names_init(names);
    return home != NULL ? avow_node_names_add(cli, names, home) : AVOW_EXIT_OK;
}

int avow_node_names_append(const struct avow_node_names *names, struct avow_signer *signer)
{
    const struct avow_entry entry = {
        .kind = AVOW_KIND_NODES,
        .t = avow_signer_time(signer),
        .nodes = {.count = names->count, .list = avow_buf_bytes(&names->list)},
    };
    return avow_signer_append(signer, &entry);
}
