/* Breadth first, backwards from the issuer. Each body is asked about once. */
#include "client/recognisers.h"

#include <stdlib.h>

#define PAGES_MAX (2 * AVOW_RECOGNISERS_MAX)

static enum avow_err add(struct avow_recognisers *list, const struct avow_recogniser_row *row)
{
    if (list->count == list->cap) {
        const size_t cap = list->cap == 0 ? 64 : 2 * list->cap;
        struct avow_recogniser_row *rows = reallocarray(list->rows, cap, sizeof(*rows));
        if (rows == NULL)
            return AVOW_ERR_NOMEM;
        list->rows = rows;
        list->cap = cap;
    }
    list->rows[list->count++] = *row;
    return AVOW_OK;
}

static enum avow_err take_page(struct avow_list answer, const struct avow_hash *subject,
                               unsigned distance, struct avow_recognisers *list)
{
    struct avow_recogniser_row row = {.subject = *subject, .distance = distance};
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK &&
           avow_list_next_reference(&answer, &row.entry.issuer, &row.entry.index)) {
        if (list->count == AVOW_RECOGNISERS_MAX) {
            list->cut = true;
            return AVOW_OK;
        }
        err = add(list, &row);
    }
    return err;
}

/* All pages about one body. A node that never ends its list ends at the bound, which is of all
 * bodies together. */
static enum avow_err ask_about(struct avow_client *client, const struct avow_hash *subject,
                               unsigned distance, struct avow_recognisers *list)
{
    uint8_t place[AVOW_MESSAGE_PLACE_MAX];
    size_t place_len = 0;
    while (list->pages++ < PAGES_MAX && !list->cut) {
        struct avow_message question = {.type = AVOW_MESSAGE_RECOGNISED,
                                        .issuer = *subject,
                                        .place = avow_bytes(place, place_len)};
        struct avow_message answer = {0};
        enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_RECOGNITIONS, &answer);
        if (err == AVOW_OK)
            err = take_page(answer.recognitions, subject, distance, list);
        if (err != AVOW_OK || answer.place.len == 0)
            return err;
        if (avow_bytes_equal(answer.place, question.place))
            return avow_client_fail(client, AVOW_ERR_REJECTED,
                                    "the node's list of recognitions goes on where it was");
        place_len = answer.place.len;
        memcpy(place, answer.place.data, place_len);
    }
    list->cut = true;
    return AVOW_OK;
}

static bool was_asked(const struct avow_recognisers *list, size_t before,
                      const struct avow_hash *issuer, const struct avow_hash *body)
{
    if (avow_hash_equal(issuer, body))
        return true;
    for (size_t i = 0; i < before; i++) {
        if (avow_hash_equal(&list->rows[i].entry.issuer, body))
            return true;
    }
    return false;
}

enum avow_err avow_recognisers_list(struct avow_client *client, const struct avow_hash *issuer,
                                    unsigned depth, struct avow_recognisers *list)
{
    *list = (struct avow_recognisers){0};
    enum avow_err err = ask_about(client, issuer, 0, list);
    for (size_t i = 0; i < list->count && err == AVOW_OK && !list->cut; i++) {
        const struct avow_recogniser_row row = list->rows[i];
        if (row.distance + 1 < depth && !was_asked(list, i, issuer, &row.entry.issuer))
            err = ask_about(client, &row.entry.issuer, row.distance + 1, list);
    }
    return err;
}

void avow_recognisers_fini(struct avow_recognisers *list)
{
    free(list->rows);
    *list = (struct avow_recognisers){0};
}

/* ------------------------------------------------------------------ from the anchors */

static bool is_anchor(const struct avow_policy *policy, const struct avow_hash *body)
{
    for (size_t i = 0; i < policy->anchor_count; i++) {
        if (avow_hash_equal(&policy->anchors[i].issuer, body))
            return true;
    }
    return false;
}

/* Whether its body is an anchor, or is recognised by a row that has been found to be on the way. */
static bool leads_on(const struct avow_recognisers *list, const struct avow_policy *policy,
                     const bool *on_the_way, size_t position)
{
    const struct avow_hash *body = &list->rows[position].entry.issuer;
    if (is_anchor(policy, body))
        return true;
    for (size_t i = 0; i < list->count; i++) {
        if (on_the_way[i] && avow_hash_equal(&list->rows[i].subject, body))
            return true;
    }
    return false;
}

size_t avow_recognisers_on_the_way(const struct avow_recognisers *list,
                                   const struct avow_policy *policy,
                                   struct avow_reference *references, size_t max)
{
    bool on_the_way[AVOW_RECOGNISERS_MAX] = {false};
    size_t count = 0;
    for (unsigned round = 0; round < policy->max_depth; round++) {
        for (size_t i = 0; i < list->count; i++)
            on_the_way[i] = on_the_way[i] || leads_on(list, policy, on_the_way, i);
    }
    for (size_t i = 0; i < list->count && count < max; i++) {
        if (on_the_way[i])
            references[count++] = list->rows[i].entry;
    }
    return count;
}
