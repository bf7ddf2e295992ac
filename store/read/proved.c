/* Lists without a lock: what was put into one stays until all of it is freed. */
#include "store/read/proved.h"

#include <stdlib.h>

#define LISTS 4096

struct avow_proofs {
    _Atomic(struct avow_proved *) first[LISTS];
};

struct avow_proofs *avow_proofs_new(void)
{
    return calloc(1, sizeof(struct avow_proofs));
}

void avow_proofs_free(struct avow_proofs **proofs)
{
    for (size_t i = 0; *proofs != NULL && i < LISTS; i++) {
        struct avow_proved *proved = atomic_load(&(*proofs)->first[i]);
        while (proved != NULL) {
            struct avow_proved *next = proved->next;
            free(proved);
            proved = next;
        }
    }
    free(*proofs);
    *proofs = NULL;
}

/* The newest of the log's: but for one made at the same moment, the largest. */
static struct avow_proved *find(struct avow_proved *proved, uint32_t number)
{
    while (proved != NULL && proved->number != number)
        proved = proved->next;
    return proved;
}

struct avow_proved *avow_proofs_of(struct avow_proofs *proofs, uint32_t number, uint64_t bundles)
{
    _Atomic(struct avow_proved *) *list = &proofs->first[number % LISTS];
    struct avow_proved *first = atomic_load_explicit(list, memory_order_acquire);
    const struct avow_proved *old = find(first, number);
    if (old != NULL && old->bundles >= bundles)
        return (struct avow_proved *)(uintptr_t)old;
    const uint64_t room = 2 * bundles;
    struct avow_proved *made = calloc(1, sizeof(*made) + room * sizeof(made->units[0]));
    if (made == NULL)
        return NULL;
    made->number = number;
    made->bundles = room;
    for (uint64_t i = 0; old != NULL && i < old->bundles; i++)
        atomic_init(&made->units[i], avow_proved_units(old, i));
    do {
        made->next = first;
    } while (!atomic_compare_exchange_weak_explicit(list, &first, made, memory_order_release,
                                                    memory_order_acquire));
    return made;
}

void avow_proved_clear(struct avow_proved *proved)
{
    for (uint64_t i = 0; i < proved->bundles; i++)
        atomic_store_explicit(&proved->units[i], 0, memory_order_relaxed);
}
