/* A node's catalogue asked page by page: where achievements and pathways are, by the node's word.
 */
#ifndef AVOW_CLIENT_FOUND_H
#define AVOW_CLIENT_FOUND_H

#include "client/client.h"
#include "proto/entry/entry.h"
#include "proto/wire/find.h"

/* Logs of more entries than this are not read whole only to look for achievements (about 256 KB):
 * the catalogue tells where they are. */
#define AVOW_FOUND_SIZE_MIN 4096

/* Called for each result; views live until it returns. False ends the walk as out of memory. */
typedef bool avow_found_result(void *context, const struct avow_find_result *result,
                               const struct avow_entry *entry);

/* All results of `query`, whose `after` and `limit` are set here; of at most 1,000 pages of
 * AVOW_FIND_LIMIT_MAX. AVOW_OK; AVOW_ERR_NOMEM, also when `result` says so; AVOW_ERR_REJECTED when
 * what the node sends is no answer of a catalogue, or does not end; else the connection's;
 * avow_client_reason() says what is wrong. */
AVOW_NODISCARD enum avow_err avow_found_each(struct avow_client *client,
                                             const struct avow_find_query *query,
                                             avow_found_result *result, void *context);

/* Takes the next result off a list, with its entry: an achievement or a pathway. `*more` is false
 * at the end. False for an entry that is neither. */
bool avow_found_next(struct avow_list *list, struct avow_find_result *result,
                     struct avow_entry *entry, bool *more);

#endif
