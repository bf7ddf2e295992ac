/* What a verdict on one subject needs. */
#include "cli/frame/fetch.h"

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

void avow_fetch_subject_from(struct avow_client *client, const struct avow_subject *subject,
                             struct avow_fetched *fetched)
{
    struct avow_reference references[REFERENCES_MAX];
    const size_t count = list_references(subject, references);
    avow_fetch_references(client, references, count, fetched);
}

void avow_fetch_subject(const struct avow_cli *cli, const struct avow_subject *subject,
                        struct avow_fetched *fetched)
{
    char reason[AVOW_FETCH_REASON_MAX];
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_fetch_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client != NULL) {
        avow_fetch_subject_from(client, subject, fetched);
        return;
    }
    *fetched = (struct avow_fetched){.why = AVOW_WHY_UNREACHABLE};
    (void)snprintf(fetched->reason, sizeof(fetched->reason), "%s", reason);
}

void avow_fetch_subject_under(struct avow_client *client, const struct avow_subject *subject,
                              const struct avow_policy *policy, uint64_t at,
                              struct avow_fetched *fetched)
{
    struct avow_reference references[REFERENCES_MAX];
    const size_t count = list_references(subject, references);
    avow_fetch_under_from(client, references, count, policy, at, fetched);
}

void avow_fetch_under(const struct avow_cli *cli, const struct avow_subject *subject,
                      const struct avow_policy *policy, uint64_t at, struct avow_fetched *fetched)
{
    char reason[AVOW_FETCH_REASON_MAX];
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_fetch_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client != NULL) {
        avow_fetch_subject_under(client, subject, policy, at, fetched);
        return;
    }
    *fetched = (struct avow_fetched){.why = AVOW_WHY_UNREACHABLE};
    (void)snprintf(fetched->reason, sizeof(fetched->reason), "%s", reason);
}
