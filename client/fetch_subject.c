/* What a verdict on one subject needs. */
#include "client/fetch.h"

#define REFERENCES_MAX (AVOW_COMPONENTS_MAX + 2) /* and itself, and the pathway */

/* The subject's own first, then what it is stacked from, then its pathway. */
static size_t list_references(const struct avow_subject *subject,
                              struct avow_reference references[REFERENCES_MAX])
{
    size_t count = 0;
    AVOW_ASSERT(subject->component_count <= AVOW_COMPONENTS_MAX);
    references[count++] =
        (struct avow_reference){.issuer = subject->issuer, .index = subject->index};
    for (size_t i = 0; i < subject->component_count; i++)
        references[count++] = subject->components[i];
    if (subject->has_pathway)
        references[count++] = subject->pathway;
    return count;
}

void avow_fetch_subject(struct avow_client *client, const struct avow_subject *subject,
                        struct avow_fetched *fetched)
{
    struct avow_reference references[REFERENCES_MAX];
    const size_t count = list_references(subject, references);
    avow_fetch_references(client, references, count, fetched);
}

void avow_fetch_subject_under(struct avow_client *client, const struct avow_subject *subject,
                              const struct avow_policy *policy, uint64_t at,
                              struct avow_fetched *fetched)
{
    struct avow_reference references[REFERENCES_MAX];
    const size_t count = list_references(subject, references);
    avow_fetch_under(client, references, count, policy, at, fetched);
}
