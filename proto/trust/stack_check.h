/* A learner's credentials held against a pathway: whether it is complete, what counts for what, and
 * what cannot be told. */
#ifndef AVOW_PROTO_TRUST_STACK_CHECK_H
#define AVOW_PROTO_TRUST_STACK_CHECK_H

#include "proto/trust/stack.h"
#include "proto/trust/subject.h"

#define AVOW_STACK_WARNINGS_MAX 32
#define AVOW_STACK_DETAIL_MAX 768

enum avow_stack_part {
    AVOW_STACK_COUNTS,    /* valid, and of an achievement that the rule names */
    AVOW_STACK_CANNOT,    /* of one, and judged not valid */
    AVOW_STACK_UNTOLD,    /* of one, and it cannot be told whether it is valid */
    AVOW_STACK_TWICE,     /* the same credential as an earlier file */
    AVOW_STACK_ELSEWHERE, /* a badge, not of an achievement that the rule names */
    AVOW_STACK_NO_BADGE,
};

/* One file of the learner's, judged. */
struct avow_stack_file {
    char *name; /* in the folder; owned */
    struct avow_subject_file subject;
    enum avow_stack_part part;
    enum avow_word word;
    enum avow_why why;
    char detail[AVOW_STACK_DETAIL_MAX]; /* why it does not count, for a person; "" */
    size_t same;                        /* TWICE: which */
    bool has_successor;
    uint64_t successor;
    /* Of COUNTS and UNTOLD. The item's texts are in `texts`. */
    struct avow_stack_item item;
    uint64_t maybe_recognised; /* like item.recognised_by: where it cannot be told */
    bool is_blind;             /* what its achievement is worth is not known */
    struct avow_buf texts;
};

enum avow_stack_end {
    AVOW_STACK_IS_UNKNOWN = 0,
    AVOW_STACK_IS_COMPLETE,
    AVOW_STACK_IS_INCOMPLETE,
};

struct avow_stack_check {
    /* Given, and borrowed. */
    const struct avow_facts *facts; /* of the pathway's log; names and titles are theirs too */
    struct avow_reference reference;
    const struct avow_pathway *pathway;
    const struct avow_policy *policy;
    uint64_t now;
    const struct avow_stack_file *files;
    size_t file_count;
    /* Found. */
    size_t count;                               /* items */
    size_t file_of[AVOW_STACK_CREDENTIALS_MAX]; /* an item's position among the files */
    struct avow_stack_item items[AVOW_STACK_CREDENTIALS_MAX];
    struct avow_stack_result result; /* by what is certain */
    enum avow_stack_end end;
    char why[512]; /* of UNKNOWN, or of a pathway that is over */
    size_t warning_count;
    char warnings[AVOW_STACK_WARNINGS_MAX][512];
};

/* Judges what is given; what is found is zeros before. Errors: those of the facts, and those of
 * avow_stack_judge(). */
AVOW_NODISCARD enum avow_err avow_stack_check(struct avow_stack_check *check);

/* Warns if `file`'s learner has another identity of this type than `expected`. */
void avow_stack_check_same(struct avow_stack_check *check, const struct avow_stack_file *file,
                           const char *type, const char *expected, const char *whose);

#endif
