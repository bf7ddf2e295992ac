#include "node/loop/base/fair.h"

static void add_source(struct avow_fair *fair, struct avow_fair_item *first)
{
    first->beside = NULL;
    if (fair->first == NULL)
        fair->first = first;
    else
        fair->final->beside = first;
    fair->final = first;
}

/* What leads to the first item of a source, or to where there is none. */
static struct avow_fair_item **find(struct avow_fair *fair, uint32_t source)
{
    struct avow_fair_item **first = &fair->first;
    while (*first != NULL && (*first)->source != source)
        first = &(*first)->beside;
    return first;
}

void avow_fair_put(struct avow_fair *fair, struct avow_fair_item *item)
{
    struct avow_fair_item *first = *find(fair, item->source);
    item->next = NULL;
    if (first == NULL) {
        item->last = item;
        add_source(fair, item);
        return;
    }
    first->last->next = item;
    first->last = item;
}

void avow_fair_put_back(struct avow_fair *fair, struct avow_fair_item *item)
{
    struct avow_fair_item **place = find(fair, item->source), *first = *place;
    if (first == NULL) {
        avow_fair_put(fair, item);
        return;
    }
    item->next = first;
    item->last = first->last;
    item->beside = first->beside;
    *place = item;
    if (fair->final == first)
        fair->final = item;
}

void *avow_fair_take(struct avow_fair *fair)
{
    struct avow_fair_item *item = fair->first;
    if (item == NULL)
        return NULL;
    fair->first = item->beside;
    if (fair->first == NULL)
        fair->final = NULL;
    if (item->next != NULL) {
        item->next->last = item->last;
        add_source(fair, item->next);
    }
    item->next = item->last = item->beside = NULL;
    return item->owner;
}
