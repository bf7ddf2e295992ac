/* What a verdict on one record is decided by: private to the files of verdict. Facts are gathered
 * first, then the rows are tried; nothing is judged while it is being gathered. */
#ifndef AVOW_PROTO_TRUST_FINDINGS_H
#define AVOW_PROTO_TRUST_FINDINGS_H

#include "proto/trust/verdict.h"

/* What a record is stacked from, once it is judged. */
struct stack_findings {
    bool asked; /* the document names components or a pathway */
    bool told;  /* by which cascade is known, and the components' words are */
    uint64_t cascade;
    size_t count;
    const struct avow_component *components;
};

enum recognition_finding {
    RECOGNITION_UNASKED,
    RECOGNITION_FOUND,
    RECOGNITION_NONE,
    RECOGNITION_UNSEEN, /* none, and not all could be seen */
    RECOGNITION_BUDGET,
};

struct findings {
    const struct avow_facts *facts;
    const struct avow_policy *policy;
    const struct avow_subject *subject;
    uint64_t now, at;
    uint64_t dates_at; /* its period is judged as of then */
    struct avow_known_log log;
    bool has_log;
    struct avow_freshness freshness;
    struct avow_standing standing;
    bool has_entry;  /* shown, and a credential */
    bool other_kind; /* shown, and not a credential */
    struct stack_findings stack;
    enum recognition_finding recognition;
    /* What is decided. */
    enum avow_word word;
    enum avow_why why;
    unsigned checked; /* of enum avow_check */
};

/* Gathers what the facts say of the subject's log and record; the first six members are set, the
 * others zeros. Errors: those of the facts. */
AVOW_NODISCARD enum avow_err avow_findings_gather(struct findings *f);

/* Sets word and why by the first row that holds. */
void avow_findings_decide(struct findings *f);

#endif
