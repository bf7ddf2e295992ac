/* One table row an element: its name in JSON, its option, what shape it has and where it goes. */
#include "cli/achievement/definition.h"

#include "cli/frame/given.h"
#include "cli/frame/plain_text.h"
#include "proto/codec/base64.h"
#include "proto/codec/json.h"
#include "proto/codec/utf8.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"
#include "proto/entry/shape.h"
#include "sys/files.h"

#include <errno.h>
#include <stdarg.h>

#define FILE_BYTES_MAX (64 * 1024)
#define IMAGE_BYTES_MAX (16 * 1024 * 1024)
#define VALUES_MAX 256 /* of one list */

struct element {
    const char *key, *option;
    bool (*fits)(struct avow_bytes text); /* NULL: any text */
    const char *what_to_write;
    bool list;
};

enum {
    ASSESSMENT,
    CODE,
    CREDIT_SYSTEM,
    CREDITS,
    CRITERIA,
    FIELD,
    FRAMEWORK,
    IMAGE,
    LANGUAGE,
    LEVEL,
    OUTCOMES,
    PARTICIPATION,
    PREREQUISITES,
    QUALITY,
    SKILLS,
    STACKABLE,
    SUPERVISION,
    TITLE,
    WORKLOAD,
    ELEMENTS,
};

static bool is_credits(struct avow_bytes text);
static bool is_hours(struct avow_bytes text);

static const struct element elements[ELEMENTS] = {
    [ASSESSMENT] = {"assessment", "assessment", NULL, NULL, false},
    [CODE] = {"code", "code", NULL, NULL, false},
    [CREDIT_SYSTEM] = {"credit_system", "credit-system", NULL, NULL, false},
    [CREDITS] = {"credits", "credits", is_credits,
                 "write a number with at most two decimals: 6, 7.5", false},
    [CRITERIA] = {"criteria", "criteria", avow_shape_url,
                  "write an address that begins with https:// or http://", false},
    [FIELD] = {"field", "field", avow_shape_field,
               "write an ISCED-F 2013 code of 2 to 4 digits: 0612", false},
    [FRAMEWORK] = {"framework", "framework", NULL, NULL, false},
    [IMAGE] = {"image", "image", NULL, NULL, false},
    [LANGUAGE] = {"language", "language", avow_shape_language, "write a BCP 47 tag: en, pt-PT",
                  false},
    [LEVEL] = {"level", "level", NULL, NULL, false},
    [OUTCOMES] = {"outcomes", "outcome", NULL, NULL, true},
    [PARTICIPATION] = {"participation", "participation", NULL, NULL, false},
    [PREREQUISITES] = {"prerequisites", "prerequisites", NULL, NULL, false},
    [QUALITY] = {"quality", "quality", NULL, NULL, false},
    [SKILLS] = {"skills", "skill", avow_shape_uri, "write a URI", true},
    [STACKABLE] = {"stackable", "stackable", NULL, NULL, false},
    [SUPERVISION] = {"supervision", "supervision", NULL, NULL, false},
    [TITLE] = {"title", "title", NULL, NULL, false},
    [WORKLOAD] = {"workload_hours", "workload", is_hours, "write a whole number of hours", false},
};

/* What was given for each element: texts in the order given. Offsets, since the storage moves. */
struct given {
    size_t count;
    size_t at[VALUES_MAX], len[VALUES_MAX];
};

struct reading {
    const struct avow_cli *cli;
    const char *path; /* of the file; NULL: none */
    struct avow_definition *definition;
    struct given given[ELEMENTS];
    size_t problems;
};

static void problem(struct reading *reading, size_t which, const char *format, ...)
    AVOW_PRINTF(3, 4);

static void problem(struct reading *reading, size_t which, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    reading->problems++;
    if (avow_cli_value(reading->cli, elements[which].option) != NULL || reading->path == NULL)
        avow_cli_note(reading->cli, "avow achievement add: --%s: %s", elements[which].option, what);
    else
        avow_cli_note(reading->cli, "%s: %s: %s", reading->path, elements[which].key, what);
}

/* ------------------------------------------------------------------ taking values */

static void take(struct reading *reading, size_t which, struct avow_bytes text)
{
    struct given *given = &reading->given[which];
    struct avow_buf *texts = &reading->definition->texts;
    if (given->count == VALUES_MAX) {
        problem(reading, which, "at most %d of them", VALUES_MAX);
        return;
    }
    given->at[given->count] = texts->len;
    given->len[given->count++] = text.len;
    avow_buf_append(texts, text.data, text.len);
}

static struct avow_bytes text_at(const struct reading *reading, size_t which, size_t nth)
{
    const struct given *given = &reading->given[which];
    if (nth >= given->count || given->len[nth] == 0)
        return avow_bytes(NULL, 0);
    return avow_bytes(reading->definition->texts.data + given->at[nth], given->len[nth]);
}

static void take_json_value(struct reading *reading, size_t which, const json_t *value)
{
    char number[64];
    if (json_is_string(value)) {
        take(reading, which, avow_bytes(json_string_value(value), json_string_length(value)));
    } else if (json_is_number(value) && (which == CREDITS || which == WORKLOAD || which == LEVEL)) {
        (void)snprintf(number, sizeof(number), "%.10g", json_number_value(value));
        take(reading, which, avow_bytes_text(number));
    } else {
        problem(reading, which, "it should be %s",
                which == CREDITS || which == WORKLOAD ? "a number" : "a text");
    }
}

static void take_member(struct reading *reading, const char *key, const json_t *value)
{
    size_t which = 0;
    while (which < ELEMENTS && strcmp(elements[which].key, key) != 0)
        which++;
    if (which == ELEMENTS) {
        reading->problems++;
        avow_cli_note(reading->cli,
                      "%s: there is no element \"%s\": they are called as `avow achievement show` "
                      "prints them",
                      reading->path, key);
        return;
    }
    if (avow_cli_value(reading->cli, elements[which].option) != NULL || json_is_null(value))
        return;
    if (!elements[which].list) {
        take_json_value(reading, which, value);
        return;
    }
    if (!json_is_array(value))
        problem(reading, which, "it should be a list: [\"…\", …]");
    for (size_t i = 0; i < json_array_size(value); i++)
        take_json_value(reading, which, json_array_get(value, i));
}

static int read_file(struct reading *reading)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    AVOW_CLEANUP(avow_json_release)
    json_t *object = NULL;
    struct avow_json_error error = {0};
    avow_buf_init(&text, FILE_BYTES_MAX);
    enum avow_err err = avow_file_read(reading->path, FILE_BYTES_MAX, &text);
    if (err != AVOW_OK)
        return avow_cli_fail(reading->cli, AVOW_EXIT_USAGE, "cannot read %s: %s", reading->path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    err = avow_json_parse(avow_buf_bytes(&text), FILE_BYTES_MAX, &object, &error);
    if (err == AVOW_ERR_REJECTED)
        return avow_cli_fail(reading->cli, AVOW_EXIT_USAGE, "%s:%d:%d: %s", reading->path,
                             error.line, error.column, avow_reject_text(error.reject));
    if (err != AVOW_OK)
        return avow_cli_fail(reading->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    if (!json_is_object(object))
        return avow_cli_fail(reading->cli, AVOW_EXIT_USAGE,
                             "%s is not a definition: write {\"code\": …, \"title\": …}",
                             reading->path);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) take_member(reading, key, value);
    return AVOW_EXIT_OK;
}

/* The log has the digest of a picture; a file has it already, in hexadecimal. */
static int take_image(struct reading *reading, const char *path)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf image;
    struct avow_buf digest;
    uint8_t hex[64];
    avow_buf_init(&image, IMAGE_BYTES_MAX);
    avow_buf_init_fixed(&digest, hex, sizeof(hex));
    const enum avow_err err = avow_file_read(path, IMAGE_BYTES_MAX, &image);
    if (err != AVOW_OK)
        return avow_cli_fail(reading->cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    const struct avow_bytes bytes = avow_buf_bytes(&image);
    const struct avow_hash hash = avow_sha256(&bytes, 1);
    avow_hex_encode(avow_bytes(hash.bytes, sizeof(hash.bytes)), &digest);
    take(reading, IMAGE, avow_buf_bytes(&digest));
    return AVOW_EXIT_OK;
}

static int take_options(struct reading *reading)
{
    const char *value;
    for (size_t which = 0; which < ELEMENTS; which++) {
        for (size_t nth = 0;
             which != IMAGE &&
             (value = avow_cli_value_at(reading->cli, elements[which].option, nth)) != NULL;
             nth++)
            take(reading, which, avow_bytes_text(value));
    }
    const char *image = avow_cli_value(reading->cli, "image");
    return image != NULL ? take_image(reading, image) : AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ checking them */

static bool is_number(struct avow_bytes text, uint64_t *hundredths)
{
    char copy[32];
    if (text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return avow_given_hundredths(copy, hundredths);
}

static bool is_credits(struct avow_bytes text)
{
    uint64_t hundredths;
    return is_number(text, &hundredths);
}

static bool is_hours(struct avow_bytes text)
{
    uint64_t hundredths;
    return is_number(text, &hundredths) && hundredths % 100 == 0;
}

static void check_text(struct reading *reading, size_t which, struct avow_bytes text)
{
    const struct element *element = &elements[which];
    if (text.len == 0 || avow_utf8_check(text) != AVOW_ACCEPT)
        problem(reading, which, "it is empty, or not UTF-8 without control characters");
    else if (avow_plain_text_has_bidi(text))
        problem(reading, which, "an invisible character that turns text around: remove it");
    else if (element->fits != NULL && !element->fits(text))
        problem(reading, which, "%.*s: %s", text.len > 80 ? 80 : (int)text.len,
                (const char *)text.data, element->what_to_write);
}

static bool is_given(const struct reading *reading, size_t which)
{
    return reading->given[which].count > 0;
}

static void check_together(struct reading *reading)
{
    const struct avow_bytes level = text_at(reading, LEVEL, 0);
    if (!is_given(reading, CODE))
        problem(reading, CODE, "it is missing: the issuer's own code for it");
    if (!is_given(reading, TITLE))
        problem(reading, TITLE, "it is missing: what it is called");
    if (is_given(reading, LEVEL) != is_given(reading, FRAMEWORK))
        problem(reading, is_given(reading, LEVEL) ? FRAMEWORK : LEVEL,
                "--level and --framework belong together: --level 6 --framework EQF");
    else if (avow_bytes_equal(text_at(reading, FRAMEWORK, 0), avow_bytes_text("EQF")) &&
             (level.len != 1 || level.data[0] < '1' || level.data[0] > '8'))
        problem(reading, LEVEL, "the EQF's levels are 1 to 8");
    if (is_given(reading, CREDITS) != is_given(reading, CREDIT_SYSTEM))
        problem(reading, is_given(reading, CREDITS) ? CREDIT_SYSTEM : CREDITS,
                "--credits and --credit-system belong together: --credits 6 --credit-system ECTS");
    struct avow_hash image;
    if (is_given(reading, IMAGE) && avow_hex_decode_exact(text_at(reading, IMAGE, 0), image.bytes,
                                                          sizeof(image.bytes)) != AVOW_ACCEPT)
        problem(reading, IMAGE, "write its SHA-256 in hexadecimal; or give --image FILE");
}

static void check_all(struct reading *reading)
{
    for (size_t which = 0; which < ELEMENTS; which++) {
        for (size_t nth = 0; nth < reading->given[which].count; nth++)
            check_text(reading, which, text_at(reading, which, nth));
    }
    check_together(reading);
}

/* ------------------------------------------------------------------ the entry's form */

static struct avow_text_list write_list(struct reading *reading, size_t which, struct avow_buf *out)
{
    const size_t start = out->len;
    struct avow_text_list list = {.count = reading->given[which].count};
    for (size_t nth = 0; nth < list.count; nth++)
        avow_write_text(out, text_at(reading, which, nth));
    if (out->err == AVOW_OK && list.count > 0)
        list.items = avow_bytes(out->data + start, out->len - start);
    return list;
}

static void fill(struct reading *reading)
{
    struct avow_details *details = &reading->definition->details;
    struct avow_achievement *achievement = &reading->definition->achievement;
    uint64_t hours = 0;
    achievement->code = text_at(reading, CODE, 0);
    achievement->title = text_at(reading, TITLE, 0);
    achievement->language =
        is_given(reading, LANGUAGE) ? text_at(reading, LANGUAGE, 0) : avow_bytes_text("en");
    details->assessment = text_at(reading, ASSESSMENT, 0);
    details->credit_system = text_at(reading, CREDIT_SYSTEM, 0);
    details->criteria = text_at(reading, CRITERIA, 0);
    details->field = text_at(reading, FIELD, 0);
    details->framework = text_at(reading, FRAMEWORK, 0);
    details->level = text_at(reading, LEVEL, 0);
    details->participation = text_at(reading, PARTICIPATION, 0);
    details->prerequisites = text_at(reading, PREREQUISITES, 0);
    details->quality = text_at(reading, QUALITY, 0);
    details->stackable = text_at(reading, STACKABLE, 0);
    details->supervision = text_at(reading, SUPERVISION, 0);
    details->has_credits = is_given(reading, CREDITS);
    details->has_workload = is_given(reading, WORKLOAD);
    details->has_image = is_given(reading, IMAGE);
    if (details->has_credits)
        (void)is_number(text_at(reading, CREDITS, 0), &details->credits);
    if (details->has_workload)
        (void)is_number(text_at(reading, WORKLOAD, 0), &hours);
    details->workload_hours = hours / 100;
    if (details->has_image)
        details->has_image = avow_hex_decode_exact(text_at(reading, IMAGE, 0), details->image.bytes,
                                                   sizeof(details->image.bytes)) == AVOW_ACCEPT;
}

/* The map is written after the texts that it is made of; views are taken when nothing moves any
 * more. */
static int encode(struct reading *reading)
{
    struct avow_definition *definition = reading->definition;
    uint8_t lists[2][AVOW_ENTRY_BYTES_MAX], storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_buf outcomes, skills, map;
    avow_buf_init_fixed(&outcomes, lists[0], sizeof(lists[0]));
    avow_buf_init_fixed(&skills, lists[1], sizeof(lists[1]));
    avow_buf_init_fixed(&map, storage, sizeof(storage));
    fill(reading);
    definition->details.outcomes = write_list(reading, OUTCOMES, &outcomes);
    definition->details.skills = write_list(reading, SKILLS, &skills);
    if (outcomes.err == AVOW_OK && skills.err == AVOW_OK)
        avow_details_write(&map, &definition->details);
    if (outcomes.err != AVOW_OK || skills.err != AVOW_OK || map.err != AVOW_OK)
        return avow_cli_fail(reading->cli, AVOW_EXIT_USAGE,
                             "too much text: the whole definition has at most %d bytes",
                             AVOW_ENTRY_BYTES_MAX);
    const size_t at = definition->texts.len;
    avow_buf_append(&definition->texts, map.data, map.len);
    fill(reading); /* again: the storage may have moved */
    if (definition->texts.err != AVOW_OK)
        return avow_cli_fail(reading->cli, AVOW_EXIT_NEGATIVE, "%s",
                             avow_err_text(definition->texts.err));
    definition->achievement.details = avow_bytes(definition->texts.data + at, map.len);
    const enum avow_reject reject =
        avow_details_parse(definition->achievement.details, &definition->details);
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(reading->cli, AVOW_EXIT_USAGE, "the definition is refused: %s",
                         avow_reject_text(reject));
}

int avow_definition_read(const struct avow_cli *cli, struct avow_definition *definition)
{
    struct reading reading = {.cli = cli,
                              .path = cli->operand_count > 0 ? cli->operands[0] : NULL,
                              .definition = definition};
    *definition = (struct avow_definition){0};
    avow_buf_init(&definition->texts, (size_t)4 * FILE_BYTES_MAX);
    int status = take_options(&reading);
    if (status == AVOW_EXIT_OK && reading.path != NULL)
        status = read_file(&reading);
    if (status != AVOW_EXIT_OK)
        return status;
    if (definition->texts.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "too much text: %s",
                             avow_err_text(definition->texts.err));
    check_all(&reading);
    return reading.problems > 0 ? AVOW_EXIT_USAGE : encode(&reading);
}

void avow_definition_fini(struct avow_definition *definition)
{
    avow_buf_fini(&definition->texts);
}

size_t avow_definition_missing(const struct avow_definition *definition, struct avow_buf *out)
{
    const struct avow_details *details = &definition->details;
    const struct {
        const char *name;
        bool there;
    } mandatory[] = {
        {"learning outcomes (--outcome)", details->outcomes.count > 0},
        {"workload (--credits with --credit-system, or --workload)",
         details->has_credits || details->has_workload},
        {"level (--level with --framework)", details->level.len > 0},
        {"type of assessment (--assessment)", details->assessment.len > 0},
        {"form of participation (--participation)", details->participation.len > 0},
        {"quality assurance (--quality)", details->quality.len > 0},
    };
    size_t missing = 0;
    for (size_t i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++) {
        if (!mandatory[i].there)
            avow_buf_printf(out, "%s%s", missing++ > 0 ? "; " : "", mandatory[i].name);
    }
    return missing;
}
