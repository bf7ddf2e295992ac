/* What a watcher wants to hear of: logs, an achievement, certain credentials; everything if nothing
 * is named. The node is not told: it is asked about whole logs. */
#ifndef AVOW_CLI_WATCH_INTEREST_H
#define AVOW_CLI_WATCH_INTEREST_H

#include "cli/log/entry_show.h"
#include "client/client.h"

struct avow_interest {
    struct avow_hash *issuers; /* in order; empty: all logs */
    size_t issuer_count;
    bool has_achievement;
    uint64_t achievement;
    struct avow_named { /* one credential */
        struct avow_hash issuer;
        uint64_t index;
    } * credentials; /* in order; empty: all */
    size_t credential_count;
};

/* By --issuer, --achievement and --credentials. An exit status, having told the person. Release
 * with _fini in every case. */
int avow_interest_read(const struct avow_cli *cli, struct avow_interest *interest);
void avow_interest_fini(struct avow_interest *interest);

/* Whether any record of this issuer's log may be of interest. */
bool avow_interest_log(const struct avow_interest *interest, const struct avow_hash *issuer);
/* Is this entry to be told of? A change of status counts as its target, which for an achievement is
 * asked for through `client`; what cannot be found out is told of. */
bool avow_interest_entry(const struct avow_interest *interest, struct avow_client *client,
                         const struct avow_shown *shown);

#endif
