/* Evidence, from a node or from a file, checked. Whoever gave it is not believed: what fails the
 * check is worth as much as no answer, and is told apart from it. */
#ifndef AVOW_CLIENT_FETCH_H
#define AVOW_CLIENT_FETCH_H

#include "client/client.h"
#include "proto/trust/verdict.h"

#define AVOW_FETCH_REASON_MAX 768

struct avow_fetched {
    struct avow_buf bytes;         /* the evidence as it came; empty unless it is good */
    struct avow_evidence evidence; /* views into `bytes` */
    /* NONE, or why there is none: UNREACHABLE, NO_DATA (the node does not have the log), EVIDENCE
     * (what was given does not hold). */
    enum avow_why why;
    uint64_t refusal; /* the node's code with UNREACHABLE, if it refused; else 0 */
    char reason[AVOW_FETCH_REASON_MAX]; /* for a person; "" with NONE */
};

/* All zeros is empty too. */
void avow_fetched_fini(struct avow_fetched *fetched);

/* Asks the node at the other end of `client` to prove `count` entries of `issuer`'s log, and its
 * checkpoint and root chain: with none, these alone. */
void avow_fetch_from(struct avow_client *client, const struct avow_hash *issuer,
                     const uint64_t *indices, size_t count, struct avow_fetched *fetched);
#define AVOW_FETCH_REFERENCES_MAX 520
/* Asks for `count` entries, at most AVOW_FETCH_REFERENCES_MAX, of as many logs as it takes, a
 * question to each. A log that the node does not have, or beyond what fits in one evidence, is left
 * out; without the first one's there is no evidence. */
void avow_fetch_references(struct avow_client *client, const struct avow_reference *references,
                           size_t count, struct avow_fetched *fetched);
/* Asks for all that a verdict on `subject` needs: the proof of its entry and, of a stacked
 * credential, of its components and its pathway, a question to each of their logs. What the node
 * does not have of these is left out, and the verdict is then unknown; without the subject's own
 * log there is no evidence. */
void avow_fetch_subject(struct avow_client *client, const struct avow_subject *subject,
                        struct avow_fetched *fetched);
/* Asks for all that a verdict on `subject` under `policy` as of `at` (0: now) needs, the
 * recognitions on the way too: one question, which the node answers by the same search as is
 * repeated here over its evidence. */
void avow_fetch_subject_under(struct avow_client *client, const struct avow_subject *subject,
                              const struct avow_policy *policy, uint64_t at,
                              struct avow_fetched *fetched);
/* The same for `count` references, at most AVOW_MESSAGE_REFERENCES_MAX, the first of which is what
 * is to be judged. */
void avow_fetch_under(struct avow_client *client, const struct avow_reference *references,
                      size_t count, const struct avow_policy *policy, uint64_t at,
                      struct avow_fetched *fetched);
/* Takes evidence that a file ("-": standard input) holds. AVOW_OK, also when it does not hold; else
 * why there is no reading it: AVOW_ERR_NOT_FOUND, _IO (errno says why), _NOMEM. */
AVOW_NODISCARD enum avow_err avow_fetch_file(const char *path, struct avow_fetched *fetched);

#endif
