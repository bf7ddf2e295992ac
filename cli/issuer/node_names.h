/* The nodes that a log is to name: the list of a nodes entry, from what a person writes. */
#ifndef AVOW_CLI_ISSUER_NODE_NAMES_H
#define AVOW_CLI_ISSUER_NODE_NAMES_H

#include "cli/signer/signer.h"

struct avow_node_names {
    uint8_t storage[AVOW_NODES_MAX * 400];
    struct avow_buf list; /* of struct avow_nodes_entry */
    size_t count;
};

/* Names no node. The list lies in the struct itself, which may not be moved. */
void avow_node_names_init(struct avow_node_names *names);
/* Adds "avownode1…@host:port" as it is; "host:port" is asked for its id. An exit status, having
 * told the person. */
int avow_node_names_add(const struct avow_cli *cli, struct avow_node_names *names,
                        const char *operand);
/* Names the node of --home-node, or no node where it is not given. An exit status, as of _add. */
int avow_node_names_home(const struct avow_cli *cli, struct avow_node_names *names);
/* Appends the nodes entry. An exit status. */
int avow_node_names_append(const struct avow_node_names *names, struct avow_signer *signer);

/* The option's row, for every command after which another node may be the home. */
#define AVOW_HOME_NODE_OPTION                                                                        \
    {                                                                                                \
        .name = "home-node", .value = "NODE",                                                        \
        .help = "the home node is gone: make this one the home, avownode1…@HOST:PORT or HOST:PORT" \
    }

#endif
