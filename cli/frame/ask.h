/* A client for this call: of the node that the call names, telling the person what is wrong. */
#ifndef AVOW_CLI_FRAME_ASK_H
#define AVOW_CLI_FRAME_ASK_H

#include "cli/frame/command.h"
#include "client/fetch.h"
#include "client/found.h"
#include "client/page.h"
#include "client/walk.h"

/* How the call talks to the node at `address`, "HOST:PORT": in its network, with its patience. */
struct avow_client_config avow_ask_config(const struct avow_cli *cli, const char *address,
                                          enum avow_peer_role role);
#define AVOW_ASK_NAME_MAX 400
/* "avownode1…@host:port" of the node at `address`, as it proves its id. An exit status: USAGE or
 * UNKNOWN, having told the person. */
int avow_ask_name(const struct avow_cli *cli, const char *address, char name[AVOW_ASK_NAME_MAX]);
/* Connects to the call's node. On failure NULL, with `reason` filled (AVOW_FETCH_REASON_MAX). */
struct avow_client *avow_ask_connect(const struct avow_cli *cli, enum avow_peer_role role,
                                     char *reason);

/* The exit status of an answer: OK with NONE, NEGATIVE when what was given does not hold, else
 * UNKNOWN. */
int avow_ask_status(enum avow_why why);
/* The exit status of what a client returned: OK; else, having told the person
 * avow_client_reason(), NEGATIVE for a want of memory and UNKNOWN for all else. */
int avow_ask_result(const struct avow_cli *cli, const struct avow_client *client,
                    enum avow_err err);

/* Connects, and does what avow_fetch_subject() and avow_fetch_subject_under() do. */
void avow_ask_subject(const struct avow_cli *cli, const struct avow_subject *subject,
                      struct avow_fetched *fetched);
void avow_ask_under(const struct avow_cli *cli, const struct avow_subject *subject,
                    const struct avow_policy *policy, uint64_t at, struct avow_fetched *fetched);
/* Takes evidence that a file holds. OK, also when it does not hold; USAGE, having told the person,
 * when there is no reading it. */
int avow_ask_file(const struct avow_cli *cli, const char *path, struct avow_fetched *fetched);

/* Do what avow_walk() and avow_found_each() do. An exit status, as avow_ask_result() gives. */
int avow_ask_walk(const struct avow_cli *cli, struct avow_client *client,
                  const struct avow_checkpoint *checkpoint, avow_walk_entry *entry, void *context);
int avow_ask_found(const struct avow_cli *cli, struct avow_client *client,
                   const struct avow_find_query *query, avow_found_result *result, void *context);

#endif
