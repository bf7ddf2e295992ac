/* What a change of keys, of identity or of the log itself will be about, told to the person before
 * anything is done: the log as a node proves it, its records, the keys that end. */
#ifndef AVOW_CLI_ISSUER_OWN_LOG_SUMMARY_H
#define AVOW_CLI_ISSUER_OWN_LOG_SUMMARY_H

#include "cli/home/own_log.h"

/* Credentials are counted, which takes the whole log, up to this many entries (about 8 MB). */
#define AVOW_OUTLOOK_COUNT_MAX 131072

struct avow_outlook {
    const struct avow_cli *cli;
    struct avow_own_log log;
    const struct avow_chain *chain; /* in `log` */
    uint64_t size;                  /* of the log */
    bool counted;
    uint64_t credentials, last_credential; /* if counted; the index of the last one */
};

/* Fetches this home's log from the call's node. An exit status, having told the person. Release
 * with _fini in every case; all zeros is empty too. */
int avow_outlook_open(const struct avow_cli *cli, struct avow_outlook *outlook);
void avow_outlook_fini(struct avow_outlook *outlook);

/* "Instituto, avow1…: 12 entries, 9 credentials, the last at index 11." */
void avow_outlook_tell_log(const struct avow_outlook *outlook);
/* A line for each key of `kind` in force: that it ends with the next entry. */
void avow_outlook_tell_ending(const struct avow_outlook *outlook, enum avow_key_kind kind);

/* Afterwards: what the network has accepted. */
void avow_outlook_tell_accepted(const struct avow_cli *cli,
                                const struct avow_checkpoint *checkpoint);

#endif
