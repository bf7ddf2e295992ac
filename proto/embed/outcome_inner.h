/* What the calls of avow.h share. */
#ifndef AVOW_PROTO_EMBED_OUTCOME_INNER_H
#define AVOW_PROTO_EMBED_OUTCOME_INNER_H

#include "proto/avow.h"
#include "proto/trust/verdict.h"

#define AVOW_OUTCOME_MESSAGE_MAX 1024

/* All zeros: no verdict, nothing to say. */
struct avow_outcome {
    enum avow_verdict_word word;
    enum avow_why why;
    char message[AVOW_OUTCOME_MESSAGE_MAX];
    char *json; /* owned; NULL if there is none */
};

/* The public number of a word. */
enum avow_verdict_word avow_outcome_word(enum avow_word word);

/* An empty outcome in `*outcome`, and whether the library can work: OK, ARGUMENT without a place
 * for the outcome, MEMORY or CRYPTO. */
enum avow_result avow_outcome_begin(struct avow_outcome **outcome);
/* Gives the outcome a message, if `result` has left it without one. Returns `result`. */
enum avow_result avow_outcome_end(struct avow_outcome *outcome, enum avow_result result);
/* Keeps what there is to say, and returns `result`. */
enum avow_result avow_outcome_say(struct avow_outcome *outcome, enum avow_result result,
                                  const char *format, ...) AVOW_PRINTF(3, 4);

/* Checks evidence that somebody gave. `*reason` is NULL, or what is wrong with it, as the end of a
 * sentence: then the evidence is empty. OK or MEMORY. */
enum avow_result avow_outcome_evidence(struct avow_bytes bytes, struct avow_evidence *evidence,
                                       const char **reason);
#define AVOW_OUTCOME_NO_EVIDENCE "the evidence does not hold: %s" /* and the reason */

#endif
