/* A pathway as its log proves it, with what its rule names: for showing, explaining and checking.
 */
#ifndef AVOW_CLI_PATHWAY_PATHWAY_VIEW_H
#define AVOW_CLI_PATHWAY_PATHWAY_VIEW_H

#include "cli/frame/command.h"
#include "cli/log/entry_show.h"
#include "client/fetch.h"
#include "proto/trust/rule_words.h"

struct avow_pathway_view {
    struct avow_client *client;
    struct avow_fetched fetched; /* the pathway, its award, and every achievement of its rule */
    struct avow_facts facts;     /* of the same */
    struct avow_reference reference;
    struct avow_shown shown;
    struct avow_pathway pathway; /* views into `fetched` */
};

/* Connects and fetches what `text` names: "7", of --issuer's log or this home's, or a reference. An
 * exit status, having told the person: UNKNOWN if it is not shown, USAGE if there is no such text
 * or the entry is no pathway. Release with _close in every case. */
int avow_pathway_view_open(const struct avow_cli *cli, const char *text,
                           struct avow_pathway_view *view);
void avow_pathway_view_close(struct avow_pathway_view *view);

#endif
