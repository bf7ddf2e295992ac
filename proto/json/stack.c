#include "proto/json/stack.h"

#include "proto/json/put.h"
#include "proto/json/rule.h"
#include "proto/trust/rule_words.h"
#include "proto/trust/stack_words.h"

#define LINE_BYTES_MAX ((size_t)4 * AVOW_ENTRY_BYTES_MAX)

/* NULL if memory ran out on the way; what is too long is cut; nothing is null. */
static json_t *buf_value(const struct avow_buf *buf)
{
    return buf->err == AVOW_ERR_NOMEM ? NULL : avow_value_text_or_null(avow_buf_bytes(buf));
}

static json_t *files_of(const struct avow_stack_check *check, uint64_t used, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < check->count; i++) {
        if ((used >> i & 1) != 0)
            avow_put_item(array, json_string(check->files[check->file_of[i]].name), ok);
    }
    return array;
}

static json_t *number_json(const struct avow_stack_node *node, uint64_t number)
{
    return node->rule.op == AVOW_RULE_CREDITS ? avow_value_hundredths(number)
                                              : avow_value_uint(number);
}

static json_t *rules_json(const struct avow_stack_check *check, bool *ok)
{
    json_t *array = json_array();
    for (size_t v = 0; v < check->result.count; v++) {
        const struct avow_stack_node *node = &check->result.nodes[v];
        json_t *object = json_object();
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf text;
        avow_buf_init(&text, LINE_BYTES_MAX);
        avow_rule_words_say(check->facts, &check->reference.issuer, &node->rule, &text);
        avow_put(object, "rule", json_string(avow_rule_word(node->rule.op)), ok);
        avow_put(object, "depth", avow_value_uint(node->rule.depth), ok);
        avow_put(object, "text", buf_value(&text), ok);
        avow_put(object, "met", json_boolean(node->met), ok);
        avow_put(object, "have", number_json(node, node->have), ok);
        avow_put(object, "need", number_json(node, node->need), ok);
        avow_put(object, "credentials", files_of(check, node->used, ok), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static json_t *credentials_json(const struct avow_stack_check *check, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < check->file_count; i++) {
        const struct avow_stack_file *file = &check->files[i];
        const bool badge = file->part != AVOW_STACK_NO_BADGE;
        const struct avow_subject *subject = &file->subject.subject;
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf remark;
        avow_buf_init(&remark, LINE_BYTES_MAX);
        avow_stack_say_remark(check, i, &remark);
        json_t *object = json_object();
        avow_put(object, "file", json_string(file->name), ok);
        avow_put(object, "reference",
                 file->subject.has_reference
                     ? avow_value_reference(&subject->issuer, subject->index)
                     : json_null(),
                 ok);
        avow_put(object, "verdict", badge ? json_string(avow_word_name(file->word)) : json_null(),
                 ok);
        avow_put(object, "why", badge ? json_string(avow_why_name(file->why)) : json_null(), ok);
        avow_put(object, "counts", json_boolean(avow_stack_is_used(check, i)), ok);
        avow_put(object, "remark", buf_value(&remark), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

static json_t *pathway_json(const struct avow_stack_check *check, bool *ok)
{
    const struct avow_reference *reference = &check->reference;
    json_t *object = json_object();
    avow_put(object, "reference", avow_value_reference(&reference->issuer, reference->index), ok);
    avow_put(object, "title", avow_value_text(check->pathway->title), ok);
    avow_put(object, "award", avow_value_uint(check->pathway->award), ok);
    return object;
}

struct missing {
    json_t *list;
    bool *ok;
};

static void put_sentence(void *context, struct avow_bytes sentence)
{
    const struct missing *missing = context;
    avow_put_item(missing->list, avow_value_text(sentence), missing->ok);
}

static json_t *missing_json(const struct avow_stack_check *check, bool *ok)
{
    struct missing missing = {.list = json_array(), .ok = ok};
    if (avow_stack_missing(check, put_sentence, &missing) != AVOW_OK)
        *ok = false;
    return missing.list;
}

static json_t *warnings_json(const struct avow_stack_check *check, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < check->warning_count; i++)
        avow_put_item(array, json_string(check->warnings[i]), ok);
    return array;
}

json_t *avow_stack_json(const struct avow_stack_check *check)
{
    bool ok = true;
    json_t *object = json_object();
    avow_put(object, "complete",
             check->end == AVOW_STACK_IS_UNKNOWN
                 ? json_null()
                 : json_boolean(check->end == AVOW_STACK_IS_COMPLETE),
             &ok);
    avow_put(object, "credits", avow_value_hundredths(check->result.credits), &ok);
    avow_put(object, "percent", avow_value_uint(avow_stack_percent(&check->result)), &ok);
    avow_put(object, "pathway", pathway_json(check, &ok), &ok);
    avow_put(object, "rules", rules_json(check, &ok), &ok);
    avow_put(object, "missing", missing_json(check, &ok), &ok);
    avow_put(object, "credentials", credentials_json(check, &ok), &ok);
    avow_put(object, "warnings", warnings_json(check, &ok), &ok);
    avow_put(object, "why", avow_value_text_or_null(avow_bytes_text(check->why)), &ok);
    return avow_put_whole(object, ok);
}
