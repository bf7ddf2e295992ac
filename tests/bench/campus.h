/* A store as a large node's: each university of the world's list an issuer with achievements out of
 * ESCO, and four ranks of bodies that recognise them (docs/performance.md).
 *
 * Body 0 recognises CAMPUS_NATIONAL bodies as authorities, each of these CAMPUS_AGENCIES, each of
 * these CAMPUS_SECTORAL, and each of these its share of all that are left as issuers. So a path
 * from body 0 to a university has four recognitions. */
#ifndef AVOW_TESTS_BENCH_CAMPUS_H
#define AVOW_TESTS_BENCH_CAMPUS_H

#include "store/store.h"

#define CAMPUS_ISSUERS 10251
#define CAMPUS_ACHIEVEMENTS 10 /* of each: 102,510 in all */
#define CAMPUS_ISSUES 4
#define CAMPUS_NATIONAL 27
#define CAMPUS_AGENCIES 4
#define CAMPUS_SECTORAL 2
#define CAMPUS_BODIES (1 + CAMPUS_NATIONAL * (1 + CAMPUS_AGENCIES * (1 + CAMPUS_SECTORAL)))

struct campus {
    uint64_t t;                           /* of every entry and checkpoint */
    struct avow_hash ids[CAMPUS_ISSUERS]; /* bodies first, from the anchor down */
    uint64_t first_issue;                 /* the index of every university's */
    uint64_t achievements, recognitions;  /* in all */
    double seconds;                       /* that it took */
    size_t title_count;
    char **titles; /* of ESCO's occupations and skills */
};

#define CAMPUS_RING 64 /* hostile bodies */

/* A ring of hostile bodies, each of which recognises all of them as authorities, over and over,
 * until there are `recognitions` in all; and one body that so recognises each university.
 * Their ids: ring[0 …], and `wide`. */
struct campus_hostile {
    struct avow_hash ring[CAMPUS_RING], wide;
};
void campus_add_hostile(struct campus *campus, struct avow_store *store, uint64_t recognitions,
                        struct campus_hostile *hostile);

/* Reads the lists under AVOW_VECTORS, makes the logs and appends them to the store. */
void campus_build(struct campus *campus, struct avow_store *store);
void campus_fini(struct campus *campus);

#endif
