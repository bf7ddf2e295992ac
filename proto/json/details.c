#include "proto/json/details.h"

#include "proto/json/put.h"

static void put_text(json_t *object, const char *name, struct avow_bytes text, bool *ok)
{
    if (text.len > 0)
        avow_put(object, name, avow_value_text(text), ok);
}

static void put_list(json_t *object, const char *name, struct avow_text_list list, bool *ok)
{
    if (list.count > 0)
        avow_put(object, name, avow_value_list(list), ok);
}

void avow_details_put(const struct avow_details *details, json_t *object, bool *ok)
{
    put_list(object, "outcomes", details->outcomes, ok);
    if (details->has_workload)
        avow_put(object, "workload_hours", avow_value_uint(details->workload_hours), ok);
    if (details->has_credits)
        avow_put(object, "credits", json_real((double)details->credits / 100), ok);
    if (details->has_image)
        avow_put(object, "image", avow_value_hex(&details->image), ok);
    put_text(object, "credit_system", details->credit_system, ok);
    put_text(object, "level", details->level, ok);
    put_text(object, "framework", details->framework, ok);
    put_text(object, "field", details->field, ok);
    put_text(object, "assessment", details->assessment, ok);
    put_text(object, "participation", details->participation, ok);
    put_text(object, "quality", details->quality, ok);
    put_text(object, "prerequisites", details->prerequisites, ok);
    put_text(object, "supervision", details->supervision, ok);
    put_text(object, "stackable", details->stackable, ok);
    put_text(object, "criteria", details->criteria, ok);
    put_list(object, "skills", details->skills, ok);
}
