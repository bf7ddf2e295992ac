#include "proto/json/rule.h"

#include "proto/codec/id.h"
#include "proto/codec/utf8.h"
#include "proto/codec/writer.h"
#include "proto/entry/shape.h"
#include "proto/json/put.h"

#include <stdarg.h>

#define DAY_S 86400
#define YEAR_S 31557600 /* 365.25 days */
#define CREDITS_MAX 100000

/* ------------------------------------------------------------------ reading */

struct reading {
    struct avow_buf *out;
    struct avow_rule_fault *fault;
    size_t nodes, depth;
    size_t path[AVOW_RULE_DEPTH_MAX]; /* position of each open node in its parent's array */
};

static bool wrong(struct reading *reading, const char *below, const char *format, ...)
    AVOW_PRINTF(3, 4);

/* `below` the node at hand: "/1", "/1/level", or "". */
static bool wrong(struct reading *reading, const char *below, const char *format, ...)
{
    struct avow_rule_fault *fault = reading->fault;
    size_t len = 0;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(fault->what, sizeof(fault->what), format, args);
    va_end(args);
    fault->where[0] = '\0';
    for (size_t i = 1; i < reading->depth && len < sizeof(fault->where); i++)
        len += (size_t)snprintf(fault->where + len, sizeof(fault->where) - len, "/%zu",
                                reading->path[i]);
    if (len < sizeof(fault->where))
        (void)snprintf(fault->where + len, sizeof(fault->where) - len, "%s", below);
    return false;
}

static struct avow_bytes text_of(const json_t *value)
{
    return avow_bytes(json_string_value(value), json_string_length(value));
}

static bool is_uint(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           (uint64_t)json_integer_value(value) <= AVOW_UINT_MAX;
}

static bool read_issuer(const json_t *value, struct avow_hash *issuer)
{
    return json_is_string(value) && avow_id_issuer_parse(text_of(value), issuer) == AVOW_ACCEPT;
}

/* At most two decimals, as avow_given_hundredths() reads them. */
static bool read_hundredths(const json_t *value, uint64_t *hundredths)
{
    const double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= 0.01) || number > CREDITS_MAX)
        return false;
    *hundredths = (uint64_t)(number * 100 + 0.5);
    const double rest = number * 100 - (double)*hundredths;
    return rest > -1e-6 && rest < 1e-6;
}

static bool read_span(const json_t *value, uint64_t *seconds)
{
    if (is_uint(value)) {
        *seconds = (uint64_t)json_integer_value(value);
        return true;
    }
    const struct avow_bytes text = text_of(value);
    if (text.len < 2)
        return false;
    const uint8_t unit = text.data[text.len - 1];
    if (avow_id_decimal_parse(avow_bytes(text.data, text.len - 1), seconds) != AVOW_ACCEPT ||
        *seconds > AVOW_UINT_MAX / YEAR_S || (unit != 'd' && unit != 'y'))
        return false;
    *seconds *= unit == 'd' ? DAY_S : YEAR_S;
    return true;
}

static bool read_level(const json_t *value, uint64_t *min, uint64_t *max)
{
    const json_t *low = json_array_get(value, 0), *high = json_array_get(value, 1);
    if (json_array_size(value) != 2 || !is_uint(low) || !is_uint(high))
        return false;
    *min = (uint64_t)json_integer_value(low);
    *max = (uint64_t)json_integer_value(high);
    return *min >= 1 && *min <= *max && *max <= 8;
}

static bool has_only_where_keys(struct reading *reading, const json_t *where)
{
    static const char *const keys[] = {"field", "issuer", "level", "recognised_by", "within"};
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)where, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            known = known || strcmp(key, keys[i]) == 0;
        if (!known)
            return wrong(reading, "/1",
                         "\"%.40s\" is unknown: write some of field, issuer, level, recognised_by "
                         "and within",
                         key);
    }
    return true;
}

static bool write_issuer_key(struct reading *reading, const json_t *where, const char *key,
                             const char *place)
{
    struct avow_hash issuer;
    const json_t *value = json_object_get(where, key);
    if (value == NULL)
        return true;
    if (!read_issuer(value, &issuer))
        return wrong(reading, place, "not an issuer: write its id, \"avow1…\"");
    avow_write_text(reading->out, avow_bytes_text(key));
    avow_write_hash(reading->out, &issuer);
    return true;
}

/* In the order of the keys' bytes. */
static bool write_where(struct reading *reading, const json_t *where)
{
    struct avow_buf *out = reading->out;
    const json_t *field = json_object_get(where, "field"), *level = json_object_get(where, "level");
    const json_t *within = json_object_get(where, "within");
    uint64_t min, max, seconds;
    if (!json_is_object(where) || json_object_size(where) == 0)
        return wrong(reading, "/1",
                     "not an object that narrows: write {\"level\": [5, 7]}, {\"field\": \"06\"} "
                     "or another of its keys");
    if (!has_only_where_keys(reading, where))
        return false;
    avow_write_map(out, json_object_size(where));
    if (field != NULL && !avow_shape_field(text_of(field)))
        return wrong(reading, "/1/field", "not an ISCED-F code: write 2 to 4 digits, \"0612\"");
    if (field != NULL) {
        avow_write_text(out, avow_bytes_text("field"));
        avow_write_text(out, text_of(field));
    }
    if (!write_issuer_key(reading, where, "issuer", "/1/issuer"))
        return false;
    if (level != NULL && !read_level(level, &min, &max))
        return wrong(reading, "/1/level", "not levels of the EQF: write [lowest, highest], [5, 7]");
    if (level != NULL) {
        avow_write_text(out, avow_bytes_text("level"));
        avow_write_array(out, 2);
        avow_write_uint(out, min);
        avow_write_uint(out, max);
    }
    if (!write_issuer_key(reading, where, "recognised_by", "/1/recognised_by"))
        return false;
    if (within != NULL && !read_span(within, &seconds))
        return wrong(reading, "/1/within", "not a span: write seconds, \"90d\" or \"5y\"");
    if (within != NULL) {
        avow_write_text(out, avow_bytes_text("within"));
        avow_write_uint(out, seconds);
    }
    return true;
}

static bool write_credits(struct reading *reading, const json_t *node)
{
    uint64_t hundredths;
    const struct avow_bytes system = text_of(json_array_get(node, 2));
    if (!read_hundredths(json_array_get(node, 1), &hundredths))
        return wrong(reading, "/1",
                     "not a number of credits: write one with at most two decimals, 30 or 7.5");
    if (system.len == 0 || avow_utf8_check(system) != AVOW_ACCEPT)
        return wrong(reading, "/2", "not a credit system: write its name, \"ECTS\"");
    avow_write_uint(reading->out, hundredths);
    avow_write_text(reading->out, system);
    return true;
}

static bool write_achievement(struct reading *reading, const json_t *node)
{
    struct avow_hash issuer;
    const json_t *whose = json_array_get(node, 1), *index = json_array_get(node, 2);
    if (!json_is_null(whose) && !read_issuer(whose, &issuer))
        return wrong(reading, "/1",
                     "not an issuer: write null for your own log, or another's id, \"avow1…\"");
    if (!is_uint(index))
        return wrong(reading, "/2", "not an index: write the achievement's number in that log");
    if (json_is_null(whose))
        avow_write_nil(reading->out);
    else
        avow_write_hash(reading->out, &issuer);
    avow_write_uint(reading->out, (uint64_t)json_integer_value(index));
    return true;
}

static bool write_n(struct reading *reading, const json_t *node)
{
    const json_t *number = json_array_get(node, 1);
    const size_t children = json_array_size(node) - 2;
    if (!is_uint(number) || json_integer_value(number) < 1 ||
        (uint64_t)json_integer_value(number) > children)
        return wrong(reading, "/1", "how many of the %zu rules that follow? Write 1 to %zu",
                     children, children);
    avow_write_uint(reading->out, (uint64_t)json_integer_value(number));
    return true;
}

static bool write_nothing(struct reading *reading, const json_t *node)
{
    (void)reading;
    (void)node;
    return true;
}

static const struct operator_row {
    const char *word;
    size_t fields, least, most; /* after the word: fields; and rules */
    bool (*write)(struct reading *reading, const json_t *node);
    const char *form;
} operators[] = {
    {"all", 0, 1, SIZE_MAX, write_nothing, "[\"all\", rule, …]"},
    {"any", 0, 1, SIZE_MAX, write_nothing, "[\"any\", rule, …]"},
    {"n", 1, 1, SIZE_MAX, write_n, "[\"n\", 2, rule, rule, …]"},
    {"credits", 2, 1, 1, write_credits, "[\"credits\", 30, \"ECTS\", rule]"},
    {"achievement", 2, 0, 0, write_achievement, "[\"achievement\", null, 2]"},
    {"where", 1, 1, 1, write_where, "[\"where\", {\"level\": [5, 7]}, rule]"},
    {"distinct", 0, 1, 1, write_nothing, "[\"distinct\", rule]"},
};

static const struct operator_row *find_operator(const json_t *word)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (json_is_string(word) && strcmp(json_string_value(word), operators[i].word) == 0)
            return &operators[i];
    }
    return NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): to AVOW_RULE_DEPTH_MAX */
static bool read_node(struct reading *reading, const json_t *node, size_t position)
{
    if (reading->depth == AVOW_RULE_DEPTH_MAX)
        return wrong(reading, "", "nested too deeply: at most %d rules in each other",
                     AVOW_RULE_DEPTH_MAX);
    reading->path[reading->depth++] = position;
    const struct operator_row *row = find_operator(json_array_get(node, 0));
    if (row == NULL)
        return wrong(reading, "",
                     "not a rule: write an array that begins with \"all\", \"any\", \"n\", "
                     "\"credits\", \"achievement\", \"where\" or \"distinct\"");
    const size_t size = json_array_size(node), first = 1 + row->fields;
    if (size < first + row->least || size - first > row->most)
        return wrong(reading, "", "too %s for \"%s\": write %s",
                     size < first + row->least ? "little" : "much", row->word, row->form);
    if (++reading->nodes > AVOW_RULE_NODES_MAX)
        return wrong(reading, "", "too many rules: at most %d in all", AVOW_RULE_NODES_MAX);
    avow_write_array(reading->out, size);
    avow_write_text(reading->out, avow_bytes_text(row->word));
    if (!row->write(reading, row->write == write_where ? json_array_get(node, 1) : node))
        return false;
    for (size_t i = first; i < size; i++) {
        if (!read_node(reading, json_array_get(node, i), i))
            return false;
    }
    reading->depth--;
    return true;
}

bool avow_rule_from_json(const json_t *value, struct avow_buf *out, struct avow_rule_fault *fault)
{
    struct reading reading = {.out = out, .fault = fault};
    *fault = (struct avow_rule_fault){.where = ""};
    if (!read_node(&reading, value, 0))
        return false;
    if (out->err != AVOW_OK)
        return wrong(&reading, "", "too much text for one entry: at most %d bytes",
                     AVOW_ENTRY_BYTES_MAX);
    return true;
}

/* ------------------------------------------------------------------ writing */

const char *avow_rule_word(enum avow_rule_operator op)
{
    return operators[op].word;
}

static json_t *where_json(const struct avow_rule_where *where, bool *ok)
{
    json_t *object = json_object();
    if (where->field.len > 0)
        avow_put(object, "field", avow_value_text(where->field), ok);
    if (where->has_issuer)
        avow_put(object, "issuer", avow_value_issuer(&where->issuer), ok);
    if (where->has_level)
        avow_put(object, "level", avow_value_range(where->level_min, where->level_max), ok);
    if (where->has_recognised_by)
        avow_put(object, "recognised_by", avow_value_issuer(&where->recognised_by), ok);
    if (where->has_within)
        avow_put(object, "within", avow_value_uint(where->within_s), ok);
    return object;
}

static void put_fields(json_t *array, const struct avow_rule_node *node, bool *ok)
{
    switch (node->op) {
    case AVOW_RULE_ALL:
    case AVOW_RULE_ANY:
    case AVOW_RULE_DISTINCT:
        return;
    case AVOW_RULE_N:
        avow_put_item(array, avow_value_uint(node->number), ok);
        return;
    case AVOW_RULE_CREDITS:
        avow_put_item(array, avow_value_hundredths(node->number), ok);
        avow_put_item(array, avow_value_text(node->system), ok);
        return;
    case AVOW_RULE_ACHIEVEMENT:
        avow_put_item(array, node->has_issuer ? avow_value_issuer(&node->issuer) : json_null(), ok);
        avow_put_item(array, avow_value_uint(node->index), ok);
        return;
    case AVOW_RULE_WHERE:
        avow_put_item(array, where_json(&node->where, ok), ok);
        return;
    }
}

json_t *avow_rule_to_json(struct avow_bytes rule)
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    json_t *open[AVOW_RULE_DEPTH_MAX] = {NULL}; /* each is owned by the one before */
    bool ok = true;
    avow_rule_walk_init(&walk, rule);
    while (ok && avow_rule_next(&walk, &node)) {
        json_t *array = json_array();
        avow_put_item(array, json_string(avow_rule_word(node.op)), &ok);
        put_fields(array, &node, &ok);
        if (node.depth > 1)
            avow_put_item(open[node.depth - 2], array, &ok);
        open[node.depth - 1] = array;
    }
    return avow_put_whole(open[0], ok);
}
