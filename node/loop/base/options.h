/* What avowd is told: by flags, and by an INI file whose [node] section has the same names.
 *
 * One table (options.c) says what there is, by options/option.h. Flags win over the file;
 * a repeated `peer` adds to the ones before it. */
#ifndef AVOW_NODE_LOOP_BASE_OPTIONS_H
#define AVOW_NODE_LOOP_BASE_OPTIONS_H

#include "node/loop/base/logging.h"

#include <stdio.h>

#define AVOW_PEERS_MAX 64
#define AVOW_HOST_MAX 256 /* with its NUL */

/* "host:port" or "[v6]:port"; a peer may be pinned by "avownode1…@" before it. */
struct avow_endpoint {
    char host[AVOW_HOST_MAX];
    uint16_t port;
    bool has_node;
    struct avow_key node;
};

struct avow_policies;

struct avow_options {
    bool help, manual, version; /* print and stop */
    char data[4096];
    char config[4096];   /* "": none */
    char policies[4096]; /* a folder of policies; "": none */
    char network[64 + 1];
    char address[128 + 1]; /* how others reach this node, "host:port"; "": not told */
    struct avow_endpoint listen;
    size_t peer_count;
    struct avow_endpoint peers[AVOW_PEERS_MAX];
    uint64_t query_threads; /* 0: one for each core */
    uint64_t links_max;
    uint64_t links_per_address;
    uint64_t store_max_bytes; /* 0: no bound */
    uint64_t log_max_bytes;   /* of one log; 0: no bound */
    enum avow_log_level log_level;
    const struct avow_policies *named; /* what main has read from `policies`; may be NULL */
};

/* Reads argv, then the file it names for what argv left unsaid. AVOW_OK; AVOW_ERR_INVALID with a
 * sentence in `error` that names the flag, or the file and its line; AVOW_ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_options_read(struct avow_options *options, int argc,
                                               char *const argv[], struct avow_buf *error);

/* Print the text of --help; and of avowd(8), for man. */
void avow_options_help(FILE *file);
void avow_options_manual(FILE *file);

#endif
