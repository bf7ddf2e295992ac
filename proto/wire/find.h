/* What FIND asks and FOUND answers, and references in lists (docs/protocol.md, "Finding"). */
#ifndef AVOW_PROTO_WIRE_FIND_H
#define AVOW_PROTO_WIRE_FIND_H

#include "proto/wire/message.h"

#define AVOW_FIND_WORDS_MAX 512 /* bytes of a query's words */
#define AVOW_FIND_LIMIT_MAX 100 /* results at once */
#define AVOW_FIND_AFTER_MAX 128 /* bytes of a place in a list of results */

/* query = [words s, field s, level u, region s, issuer b32 or nil, policy b or nil, after b,
 * limit u]. All views; what is empty, 0 or absent does not narrow. */
struct avow_find_query {
    struct avow_bytes words;  /* the last one may be a beginning */
    struct avow_bytes field;  /* ISCED-F digits, at most 4: a prefix of the achievement's */
    uint64_t level;           /* EQF, 1 to 8 */
    struct avow_bytes region; /* ISO 3166-1 or -2, of the issuer: PT covers PT-13 */
    bool has_issuer;
    struct avow_hash issuer;
    struct avow_bytes policy; /* encoded: only what it recognises */
    struct avow_bytes after;  /* where an earlier answer ended (its `next`), of the same query */
    uint64_t limit;           /* results wanted; 0: the node chooses, about 20 */
};
void avow_find_query_encode(struct avow_buf *out, const struct avow_find_query *query);
/* ACCEPT; the codec's rejections; RANGE, VALUE for a field, level or region that cannot be. */
AVOW_NODISCARD enum avow_reject avow_find_query_decode(struct avow_bytes bytes,
                                                       struct avow_find_query *query);

/* results = [[[issuer b32, index u, issuer name s, jurisdiction s, entry b], …], next b,
 * stopped u (0, 1)]. A node's word, for a person to choose from: what is chosen is then proved. */
struct avow_find_result {
    struct avow_hash issuer;
    uint64_t index;
    struct avow_bytes name, jurisdiction; /* the issuer's */
    struct avow_bytes entry;
};
struct avow_find_results {
    struct avow_list list;
    struct avow_bytes next; /* empty: this is the end */
    bool stopped;           /* at a bound: there may be more than this search could look at */
};
void avow_find_result_write(struct avow_buf *out, const struct avow_find_result *result);
void avow_find_results_encode(struct avow_buf *out, const struct avow_find_results *results);
/* ACCEPT or the codec's rejections. */
AVOW_NODISCARD enum avow_reject avow_find_results_decode(struct avow_bytes bytes,
                                                         struct avow_find_results *results);
/* Takes the next off the list; false at its end. */
bool avow_find_results_next(struct avow_list *list, struct avow_find_result *result);

#endif
