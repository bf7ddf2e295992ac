/* Policy files: what stands in which line. Every error names its line. */
#include "proto/trust/policy.h"

#include "proto/codec/id.h"
#include "proto/codec/ini.h"
#include "proto/codec/utf8.h"
#include "proto/codec/writer.h"
#include "proto/entry/shape.h"

#include <stdio.h>

enum section { SECTION_NONE, SECTION_POLICY, SECTION_ANCHOR, SECTION_WITNESS };

struct parse {
    struct avow_policy *policy;
    struct avow_buf *error;
    unsigned line;
    bool failed;
    bool seen_policy;
    /* The section at hand; of an anchor or witness, what is gathered until the next begins. */
    enum section section;
    unsigned section_line, min_witnesses_line;
    uint32_t seen; /* bit i: keys[i] was given in it */
    struct avow_bytes name;
    bool has_id;
    struct avow_hash issuer;
    struct avow_key node;
    struct avow_bytes fields, regions;    /* as written, and checked */
    uint64_t level_min, level_max, depth; /* level_min 0, depth NO_DEPTH: not given */
};
#define NO_DEPTH UINT64_MAX

/* ---- texts ---- */

/* Takes what stands before the first `c` off the front of `*text`, and `c` too. */
static struct avow_bytes cut(struct avow_bytes *text, char c)
{
    const uint8_t *at = text->len == 0 ? NULL : memchr(text->data, c, text->len);
    struct avow_bytes part = *text;
    if (at == NULL) {
        *text = avow_bytes(NULL, 0);
        return part;
    }
    part.len = (size_t)(at - text->data);
    *text = avow_bytes(at + 1, text->len - part.len - 1);
    return part;
}

/* How much of `text` an error quotes: not in the middle of a character. */
static int shown(struct avow_bytes text)
{
    size_t len = text.len;
    if (len > 80) {
        len = 80;
        while (len > 0 && (text.data[len] & 0xc0) == 0x80)
            len--;
    }
    return (int)len;
}

static void fail(struct parse *parse, unsigned line, const char *what)
{
    if (!parse->failed)
        avow_buf_printf(parse->error, "line %u: %s", line, what);
    parse->failed = true;
}

static void fail_quoting(struct parse *parse, const char *before, struct avow_bytes text,
                         const char *after)
{
    if (!parse->failed)
        avow_buf_printf(parse->error, "line %u: %s\"%.*s\"%s", parse->line, before, shown(text),
                        (const char *)text.data, after);
    parse->failed = true;
}

/* ---- values: false if `value`, which is not empty, has another form ---- */

static bool take_region(struct parse *parse, struct avow_bytes value)
{
    if (!avow_shape_jurisdiction(value))
        return false;
    memcpy(parse->policy->region, value.data, value.len);
    parse->policy->region[value.len] = '\0';
    return true;
}

static bool take_max_age(struct parse *parse, struct avow_bytes value)
{
    static const struct {
        uint8_t unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint64_t scale = 1;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (value.data[value.len - 1] == units[i].unit) {
            scale = units[i].seconds;
            value.len--;
            break;
        }
    }
    uint64_t number;
    if (avow_id_decimal_parse(value, &number) != AVOW_ACCEPT || number == 0 ||
        number > AVOW_POLICY_AGE_MAX_S / scale)
        return false;
    parse->policy->max_age_s = number * scale;
    return true;
}

static bool take_number(struct avow_bytes value, uint64_t min, uint64_t max, uint64_t *number)
{
    return avow_id_decimal_parse(value, number) == AVOW_ACCEPT && *number >= min && *number <= max;
}

static bool take_max_depth(struct parse *parse, struct avow_bytes value)
{
    uint64_t number;
    if (!take_number(value, 1, AVOW_POLICY_DEPTH_MAX, &number))
        return false;
    parse->policy->max_depth = (unsigned)number;
    return true;
}

static bool take_require(struct parse *parse, struct avow_bytes value)
{
    parse->policy->require_recognition = avow_bytes_equal(value, avow_bytes_text("yes"));
    return parse->policy->require_recognition || avow_bytes_equal(value, avow_bytes_text("no"));
}

static bool take_min_witnesses(struct parse *parse, struct avow_bytes value)
{
    uint64_t number;
    if (!take_number(value, 0, AVOW_POLICY_WITNESSES_MAX, &number))
        return false;
    parse->policy->min_witnesses = (unsigned)number;
    parse->min_witnesses_line = parse->line;
    return true;
}

static bool take_issuer(struct parse *parse, struct avow_bytes value)
{
    parse->has_id = avow_id_issuer_parse(value, &parse->issuer) == AVOW_ACCEPT;
    return parse->has_id;
}

static bool take_node(struct parse *parse, struct avow_bytes value)
{
    parse->has_id = avow_id_node_parse(value, &parse->node) == AVOW_ACCEPT;
    return parse->has_id;
}

static bool is_list(struct avow_bytes value, bool (*fits)(struct avow_bytes text))
{
    while (value.len > 0) {
        bool more = memchr(value.data, ',', value.len) != NULL;
        if (!fits(avow_ini_trim(cut(&value, ','))) || (more && value.len == 0))
            return false;
    }
    return true;
}

static bool take_fields(struct parse *parse, struct avow_bytes value)
{
    parse->fields = value;
    return is_list(value, avow_shape_field);
}

static bool take_regions(struct parse *parse, struct avow_bytes value)
{
    parse->regions = value;
    return is_list(value, avow_shape_jurisdiction);
}

static bool take_levels(struct parse *parse, struct avow_bytes value)
{
    bool is_range = memchr(value.data, '-', value.len) != NULL;
    if (!take_number(avow_ini_trim(cut(&value, '-')), 1, 8, &parse->level_min))
        return false;
    parse->level_max = parse->level_min;
    return !is_range || take_number(avow_ini_trim(value), parse->level_min, 8, &parse->level_max);
}

static bool take_depth(struct parse *parse, struct avow_bytes value)
{
    return take_number(value, 0, AVOW_POLICY_DEPTH_MAX, &parse->depth);
}

static const struct key {
    enum section section;
    const char *name, *form;
    bool (*take)(struct parse *parse, struct avow_bytes value);
} keys[] = {
    {SECTION_POLICY, "region", "a country or region as in ISO 3166: PT or PT-13", take_region},
    {SECTION_POLICY, "max_age", "a time above 0: 3600, 90m, 24h or 7d, at most 36500d",
     take_max_age},
    {SECTION_POLICY, "max_depth", "a number from 1 to 8", take_max_depth},
    {SECTION_POLICY, "require_recognition", "yes or no", take_require},
    {SECTION_POLICY, "min_witnesses", "a number from 0 to 64", take_min_witnesses},
    {SECTION_ANCHOR, "issuer", "an issuer's identifier: avow1...", take_issuer},
    {SECTION_ANCHOR, "fields", "ISCED-F codes of 2 to 4 digits with commas between: 0612,07",
     take_fields},
    {SECTION_ANCHOR, "levels", "an EQF level from 1 to 8, or the first and the last: 5-7",
     take_levels},
    {SECTION_ANCHOR, "regions", "countries or regions as in ISO 3166 with commas between: PT,PT-13",
     take_regions},
    {SECTION_ANCHOR, "depth", "a number from 0 to 8", take_depth},
    {SECTION_WITNESS, "node", "a node's identifier: avownode1...", take_node},
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))
static const char *const key_names[] = {
    [SECTION_NONE] = "",
    [SECTION_POLICY] = "region, max_age, max_depth, require_recognition or min_witnesses",
    [SECTION_ANCHOR] = "issuer, fields, levels, regions or depth",
    [SECTION_WITNESS] = "node",
};

/* ---- sections ---- */

static void write_list(struct avow_buf *out, const char *key, struct avow_bytes list)
{
    if (list.len == 0)
        return;
    size_t count = 1;
    for (size_t i = 0; i < list.len; i++)
        count += list.data[i] == ',';
    avow_write_text(out, avow_bytes_text(key));
    avow_write_array(out, count);
    while (list.len > 0)
        avow_write_text(out, avow_ini_trim(cut(&list, ',')));
}

/* The keys in byte order. */
static void write_scope(struct avow_buf *out, const struct parse *parse)
{
    avow_write_map(out, (size_t)(parse->depth != NO_DEPTH) + (parse->fields.len > 0) +
                            (parse->level_min != 0) + (parse->regions.len > 0));
    if (parse->depth != NO_DEPTH) {
        avow_write_text(out, avow_bytes_text("depth"));
        avow_write_uint(out, parse->depth);
    }
    write_list(out, "fields", parse->fields);
    if (parse->level_min != 0) {
        avow_write_text(out, avow_bytes_text("levels"));
        avow_write_array(out, 2);
        avow_write_uint(out, parse->level_min);
        avow_write_uint(out, parse->level_max);
    }
    write_list(out, "regions", parse->regions);
}

static enum avow_reject add_anchor(struct parse *parse)
{
    uint8_t room[AVOW_POLICY_STORAGE];
    struct avow_buf scope;
    avow_buf_init_fixed(&scope, room, sizeof(room));
    write_scope(&scope, parse);
    if (scope.err != AVOW_OK)
        return AVOW_REJECT_LENGTH;
    return avow_policy_add_anchor(parse->policy, parse->name, &parse->issuer,
                                  avow_buf_bytes(&scope));
}

static void end_section(struct parse *parse)
{
    bool anchor = parse->section == SECTION_ANCHOR;
    if (parse->failed || (!anchor && parse->section != SECTION_WITNESS))
        return;
    if (!parse->has_id) {
        fail(parse, parse->section_line,
             anchor ? "this anchor has no issuer: write issuer = avow1..."
                    : "this witness has no node: write node = avownode1...");
        return;
    }
    enum avow_reject reject =
        anchor ? add_anchor(parse)
               : avow_policy_add_witness(parse->policy, parse->name, &parse->node);
    if (reject == AVOW_REJECT_DUPLICATE)
        fail(parse, parse->section_line,
             anchor ? "this issuer is an anchor already: write one section for it"
                    : "this node is a witness already: write one section for it");
    else if (reject != AVOW_ACCEPT)
        fail(parse, parse->section_line,
             "there is no room for it: at most 64 anchors and 64 witnesses, and 16 KiB of names "
             "and scopes");
}

static bool is_name(struct avow_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == '[' || name.data[i] == ']' || name.data[i] == ';')
            return false;
    }
    return name.len <= AVOW_POLICY_NAME_MAX;
}

static void begin_section(struct parse *parse, struct avow_bytes rest)
{
    end_section(parse);
    struct avow_bytes whole = rest;
    struct avow_bytes word = cut(&rest, ' ');
    rest = avow_ini_trim(rest);
    parse->section = SECTION_NONE;
    if (avow_bytes_equal(word, avow_bytes_text("policy")) && rest.len == 0)
        parse->section = SECTION_POLICY;
    else if (avow_bytes_equal(word, avow_bytes_text("anchor")))
        parse->section = SECTION_ANCHOR;
    else if (avow_bytes_equal(word, avow_bytes_text("witness")))
        parse->section = SECTION_WITNESS;
    if (parse->section == SECTION_NONE)
        fail_quoting(parse, "no such section: ", whole,
                     ": there are [policy], [anchor NAME] and [witness NAME]");
    else if (parse->section == SECTION_POLICY && parse->seen_policy)
        fail(parse, parse->line, "a second [policy]: write one");
    else if (!is_name(rest))
        fail(parse, parse->line,
             "a name has at most 128 bytes, and none of \"[\", \"]\" and \";\"");
    parse->seen_policy |= parse->section == SECTION_POLICY;
    parse->section_line = parse->line;
    parse->seen = 0;
    parse->name = rest;
    parse->has_id = false;
    parse->fields = parse->regions = avow_bytes(NULL, 0);
    parse->level_min = parse->level_max = 0;
    parse->depth = NO_DEPTH;
}

static void take_pair(struct parse *parse, struct avow_bytes name, struct avow_bytes value)
{
    if (parse->section == SECTION_NONE) {
        fail(parse, parse->line, "it stands in no section: write [policy] above it");
        return;
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct key *key = &keys[i];
        char form[160];
        if (key->section != parse->section || !avow_bytes_equal(name, avow_bytes_text(key->name)))
            continue;
        (void)snprintf(form, sizeof(form), ": write %s", key->form);
        if (parse->seen & UINT32_C(1) << i) {
            fail_quoting(parse, "", name, " is given twice in this section");
        } else if (value.len > 0 && !key->take(parse, value)) {
            char before[40];
            (void)snprintf(before, sizeof(before), "%s cannot be ", key->name);
            fail_quoting(parse, before, value, form);
        }
        parse->seen |= UINT32_C(1) << i;
        return;
    }
    char after[120];
    (void)snprintf(after, sizeof(after), " is not known in this section: there is %s",
                   key_names[parse->section]);
    fail_quoting(parse, "", name, after);
}

static void take_bad(struct parse *parse, const struct avow_ini *ini)
{
    if (ini->text.data[0] == '[')
        fail(parse, parse->line, ini->problem);
    else
        fail_quoting(parse, "", ini->text, " is neither a [section] nor KEY = VALUE");
}

static void take_item(struct parse *parse, const struct avow_ini *ini, enum avow_ini_item item)
{
    parse->line = ini->line;
    if (item == AVOW_INI_PAIR ? avow_utf8_check(ini->name) != AVOW_ACCEPT ||
                                    avow_utf8_check(ini->value) != AVOW_ACCEPT
                              : avow_utf8_check(ini->text) != AVOW_ACCEPT)
        fail(parse, parse->line, "it is not text in UTF-8, or has control characters");
    else if (item == AVOW_INI_SECTION)
        begin_section(parse, ini->section);
    else if (item == AVOW_INI_PAIR)
        take_pair(parse, ini->name, ini->value);
    else
        take_bad(parse, ini);
}

enum avow_err avow_policy_parse(struct avow_bytes text, struct avow_policy *policy,
                                struct avow_buf *error)
{
    struct parse parse = {.policy = policy, .error = error};
    struct avow_ini ini;
    enum avow_ini_item item;
    avow_policy_init(policy);
    if (text.len > AVOW_POLICY_BYTES_MAX)
        fail(&parse, 1, "the file is larger than 32 KiB: a policy has at most 64 anchors");
    avow_ini_init(&ini, text);
    ini.trailing_comments = true;
    while (!parse.failed && (item = avow_ini_next(&ini)) != AVOW_INI_END)
        take_item(&parse, &ini, item);
    end_section(&parse);
    if (!parse.failed && policy->min_witnesses > policy->witness_count)
        fail(&parse, parse.min_witnesses_line,
             "min_witnesses is more than there are [witness NAME] sections: name more, or want "
             "fewer");
    if (parse.failed)
        avow_policy_init(policy);
    return parse.failed ? AVOW_ERR_INVALID : AVOW_OK;
}
