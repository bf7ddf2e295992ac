/* A pathway as its log proves it, with what its rule names: for showing, explaining and checking.
 */
#ifndef AVOW_CLI_PATHWAY_PATHWAY_VIEW_H
#define AVOW_CLI_PATHWAY_PATHWAY_VIEW_H

#include "cli/frame/fetch.h"
#include "cli/log/entry_show.h"
#include "proto/entry/rule.h"

struct avow_pathway_view {
    struct avow_client *client;
    struct avow_fetched fetched; /* the pathway, its award, and every achievement of its rule */
    struct avow_reference reference;
    struct avow_shown shown;
    struct avow_pathway pathway; /* views into `fetched` */
};

/* "7", of --issuer's log or this home's, or a reference. */
int avow_pathway_find(const struct avow_cli *cli, const char *text,
                      struct avow_reference *reference);
/* Connects and fetches. An exit status, having told the person: UNKNOWN if it is not shown,
 * USAGE if the entry is no pathway. Release with _close in every case. */
int avow_pathway_open(const struct avow_cli *cli, const struct avow_reference *reference,
                      struct avow_pathway_view *view);
void avow_pathway_close(struct avow_pathway_view *view);

/* An achievement of the rule, as its log proves it. False if it is not shown, or is none. */
bool avow_pathway_achievement(const struct avow_pathway_view *view, const struct avow_hash *issuer,
                              uint64_t index, struct avow_achievement *achievement);
/* The issuer's present name; empty if its log is not shown. */
struct avow_bytes avow_pathway_issuer_name(const struct avow_pathway_view *view,
                                           const struct avow_hash *issuer);
/* Appends the achievement's title and whose it is, or its reference if it is not shown. */
void avow_pathway_title(const struct avow_pathway_view *view, const struct avow_hash *issuer,
                        uint64_t index, struct avow_buf *out);

/* Appends one node of the rule in words, without what is below it: "all of these", "at least 30
 * ECTS from these", "Data analysis (Universidade do Porto)". */
void avow_rule_say(const struct avow_pathway_view *view, const struct avow_rule_node *node,
                   struct avow_buf *out);
/* Hundredths as people write them: 30, 7.5. */
void avow_rule_say_credits(uint64_t hundredths, struct avow_buf *out);

#endif
