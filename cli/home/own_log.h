/* Which log a reading command is about, and its proof. */
#ifndef AVOW_CLI_HOME_OWN_LOG_H
#define AVOW_CLI_HOME_OWN_LOG_H

#include "cli/frame/command.h"
#include "client/fetch.h"

struct avow_own_log {
    struct avow_client *client;
    struct avow_fetched fetched;
    const struct avow_log_proof *proof; /* in `fetched` */
};

/* The log that --issuer names, else this home's: connects and fetches its proof, with `count`
 * entries. An exit status, having told the person. Release with _fini in every case. */
int avow_own_log_issuer(const struct avow_cli *cli, struct avow_hash *issuer);
int avow_own_log_open(const struct avow_cli *cli, const struct avow_hash *issuer,
                      const uint64_t *indices, size_t count, struct avow_own_log *log);
/* Fetches again on the same connection, with other entries. */
int avow_own_log_fetch(const struct avow_cli *cli, const struct avow_hash *issuer,
                       const uint64_t *indices, size_t count, struct avow_own_log *log);
/* Whether the log at `size` had this root. An exit status. */
int avow_own_log_contains(const struct avow_cli *cli, struct avow_own_log *log, uint64_t size,
                          const struct avow_hash *root, bool *contained);
void avow_own_log_fini(struct avow_own_log *log);

#endif
