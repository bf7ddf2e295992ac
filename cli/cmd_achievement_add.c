/* avow achievement add: the public definition of what credentials will be for. */
#include "cli/number.h"
#include "cli/request.h"
#include "cli/same_code.h"
#include "cli/signer.h"
#include "proto/codec/utf8.h"
#include "proto/log/details.h"
#include "proto/log/shape.h"

#include <stdlib.h>

struct addition {
    const struct avow_cli *cli;
    bool code_checked; /* once: later attempts go on from a log that has hardly grown */
    struct avow_details details;
    uint8_t list_storage[2][AVOW_ENTRY_BYTES_MAX]; /* outcomes, skills */
    uint8_t map_storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_achievement achievement;
};

static int wrong(const struct avow_cli *cli, const char *option, const char *what)
{
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s %s: %s", option, avow_cli_value(cli, option),
                         what);
}

static struct avow_bytes text_of(const struct avow_cli *cli, const char *option)
{
    const char *value = avow_cli_value(cli, option);
    return value != NULL ? avow_bytes_text(value) : avow_bytes(NULL, 0);
}

/* Every text given is well formed and not empty. */
static int check_texts(const struct avow_cli *cli)
{
    for (size_t i = 0; i < cli->option_count; i++) {
        const struct avow_given *given = &cli->options[i];
        if (given->value == NULL)
            continue;
        struct avow_bytes text = avow_bytes_text(given->value);
        if (text.len == 0 || avow_utf8_check(text) != AVOW_ACCEPT)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "--%s: the text is empty, or not UTF-8 without control characters",
                                 given->option->name);
    }
    return AVOW_EXIT_OK;
}

static int check_shapes(const struct avow_cli *cli)
{
    const char *language = avow_cli_value(cli, "language");
    const char *field = avow_cli_value(cli, "field");
    const char *criteria = avow_cli_value(cli, "criteria");
    const char *skill;
    if (language != NULL && !avow_shape_language(avow_bytes_text(language)))
        return wrong(cli, "language", "write a BCP 47 tag: en, pt-PT");
    if (field != NULL && !avow_shape_field(avow_bytes_text(field)))
        return wrong(cli, "field", "write an ISCED-F 2013 code of 2 to 4 digits: 0612");
    if (criteria != NULL && !avow_shape_url(avow_bytes_text(criteria)))
        return wrong(cli, "criteria", "write an address that begins with https:// or http://");
    for (size_t i = 0; (skill = avow_cli_value_at(cli, "skill", i)) != NULL; i++) {
        if (!avow_shape_uri(avow_bytes_text(skill)))
            return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--skill %s: write a URI", skill);
    }
    const char *level = avow_cli_value(cli, "level");
    const char *framework = avow_cli_value(cli, "framework");
    if (level != NULL && framework != NULL && strcmp(framework, "EQF") == 0 &&
        (strlen(level) != 1 || level[0] < '1' || level[0] > '8'))
        return wrong(cli, "level", "the EQF's levels are 1 to 8");
    if ((level == NULL) != (framework == NULL))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--level and --framework belong together: --level 6 --framework EQF");
    if ((avow_cli_value(cli, "credits") == NULL) != (avow_cli_value(cli, "credit-system") == NULL))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--credits and --credit-system belong together: --credits 6 "
                             "--credit-system ECTS");
    return AVOW_EXIT_OK;
}

static int take_numbers(struct addition *addition)
{
    const struct avow_cli *cli = addition->cli;
    struct avow_details *details = &addition->details;
    const char *credits = avow_cli_value(cli, "credits");
    const char *hours = avow_cli_value(cli, "workload");
    if (credits != NULL && !avow_number_hundredths(credits, &details->credits))
        return wrong(cli, "credits", "write a number with at most two decimals: 6, 7.5");
    uint64_t hundredths = 0;
    if (hours != NULL && (!avow_number_hundredths(hours, &hundredths) || hundredths % 100 != 0))
        return wrong(cli, "workload", "write a whole number of hours");
    details->workload_hours = hundredths / 100;
    details->has_credits = credits != NULL;
    details->has_workload = hours != NULL;
    return AVOW_EXIT_OK;
}

static enum avow_err take_list(const struct avow_cli *cli, const char *option,
                               uint8_t storage[AVOW_ENTRY_BYTES_MAX], struct avow_text_list *list)
{
    struct avow_buf out;
    const char *value;
    avow_buf_init_fixed(&out, storage, AVOW_ENTRY_BYTES_MAX);
    for (; (value = avow_cli_value_at(cli, option, list->count)) != NULL; list->count++)
        avow_write_text(&out, avow_bytes_text(value));
    list->items = avow_buf_bytes(&out);
    return out.err;
}

static int take_details(struct addition *addition)
{
    const struct avow_cli *cli = addition->cli;
    struct avow_details *details = &addition->details;
    details->credit_system = text_of(cli, "credit-system");
    details->level = text_of(cli, "level");
    details->framework = text_of(cli, "framework");
    details->field = text_of(cli, "field");
    details->assessment = text_of(cli, "assessment");
    details->participation = text_of(cli, "participation");
    details->quality = text_of(cli, "quality");
    details->prerequisites = text_of(cli, "prerequisites");
    details->supervision = text_of(cli, "supervision");
    details->stackable = text_of(cli, "stackable");
    details->criteria = text_of(cli, "criteria");
    int status = take_numbers(addition);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = take_list(cli, "outcome", addition->list_storage[0], &details->outcomes);
    if (err == AVOW_OK)
        err = take_list(cli, "skill", addition->list_storage[1], &details->skills);
    struct avow_buf map;
    struct avow_details parsed;
    avow_buf_init_fixed(&map, addition->map_storage, sizeof(addition->map_storage));
    if (err == AVOW_OK)
        avow_details_write(&map, details);
    if (err != AVOW_OK || map.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "too much text: the whole definition has at most %d bytes",
                             AVOW_ENTRY_BYTES_MAX);
    addition->achievement.details = avow_buf_bytes(&map);
    enum avow_reject reject = avow_details_parse(addition->achievement.details, &parsed);
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the definition is refused: %s",
                         avow_reject_text(reject));
}

/* Two definitions of one code are hard to tell apart ever after: not by accident. */
static int check_code(struct addition *addition, struct avow_signer *signer)
{
    const struct avow_cli *cli = addition->cli;
    uint64_t found;
    if (addition->code_checked || avow_cli_flag(cli, "again"))
        return AVOW_EXIT_OK;
    int status = avow_same_code(signer, addition->achievement.code, &found);
    addition->code_checked = status == AVOW_EXIT_OK;
    if (status != AVOW_EXIT_OK || found == 0)
        return status;
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                         "entry %llu is an achievement with the code %s already: issue for it with "
                         "--achievement %llu, or add another one of the same code with --again",
                         (unsigned long long)found, avow_cli_value(cli, "code"),
                         (unsigned long long)found);
}

static int build(void *context, struct avow_signer *signer)
{
    struct addition *addition = context;
    int status = check_code(addition, signer);
    if (status != AVOW_EXIT_OK)
        return status;
    const struct avow_entry entry = {
        .kind = AVOW_KIND_ACHIEVEMENT,
        .t = avow_signer_time(signer),
        .achievement = addition->achievement,
    };
    return avow_signer_append(signer, &entry);
}

/* The mandatory elements of the European standard (Council Recommendation 2022/C 243/02, annex I),
 * which a verifier abroad will look for. */
static void name_what_is_missing(const struct avow_cli *cli)
{
    static const char *const elements[] = {"outcome",    "credits",       "level",   "field",
                                           "assessment", "participation", "quality", NULL};
    char missing[256] = "";
    size_t len = 0;
    for (const char *const *name = elements; *name != NULL; name++) {
        if (avow_cli_value(cli, *name) == NULL && len < sizeof(missing))
            len += (size_t)snprintf(missing + len, sizeof(missing) - len, " --%s", *name);
    }
    if (len > 0)
        avow_cli_note(cli, "Not given, though the European standard has them:%s", missing);
}

static int run(struct avow_cli *cli)
{
    struct addition *addition = calloc(1, sizeof(*addition));
    struct avow_identity_keys keys = {0};
    struct avow_published published;
    const struct avow_hash request = avow_request_of(cli);
    if (addition == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    addition->cli = cli;
    const char *language = avow_cli_value(cli, "language");
    addition->achievement.code = text_of(cli, "code");
    addition->achievement.title = text_of(cli, "title");
    addition->achievement.language = avow_bytes_text(language != NULL ? language : "en");
    const struct avow_publication publication = {
        .request = &request, .build = build, .context = addition};
    int status = check_texts(cli);
    if (status == AVOW_EXIT_OK)
        status = check_shapes(cli);
    if (status == AVOW_EXIT_OK)
        status = take_details(addition);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_publish(cli, &keys, &publication, &published);
    if (status == AVOW_EXIT_OK) {
        (void)fprintf(cli->out, cli->json ? "{\"index\": %llu}\n" : "%llu\n",
                      (unsigned long long)published.base);
        avow_published_told(cli, &published);
        name_what_is_missing(cli);
    }
    avow_identity_keys_fini(&keys);
    free(addition);
    return status;
}

static const struct avow_option options[] = {
    {.name = "code", .value = "CODE", .help = "the issuer's own code for it", .required = true},
    {.name = "title", .value = "TEXT", .help = "what it is called", .required = true},
    {.name = "language", .value = "TAG", .help = "of the texts, BCP 47 (default: en)"},
    {.name = "outcome", .value = "TEXT", .help = "a learning outcome", .repeatable = true},
    {.name = "level", .value = "LEVEL", .help = "as its framework writes it: 6"},
    {.name = "framework", .value = "NAME", .help = "of the level: EQF, QF-EHEA, a national one"},
    {.name = "field", .value = "CODE", .help = "ISCED-F 2013 field: 0612"},
    {.name = "credits", .value = "NUMBER", .help = "6, 7.5"},
    {.name = "credit-system", .value = "NAME", .help = "of the credits: ECTS"},
    {.name = "workload", .value = "HOURS", .help = "a learner's hours in all"},
    {.name = "assessment", .value = "TEXT", .help = "how it is assessed"},
    {.name = "participation", .value = "TEXT", .help = "how one takes part: online, on site"},
    {.name = "quality", .value = "TEXT", .help = "what assures its quality"},
    {.name = "prerequisites", .value = "TEXT", .help = "what one needs to begin"},
    {.name = "supervision", .value = "TEXT", .help = "how identity is checked in assessment"},
    {.name = "stackable", .value = "TEXT", .help = "what it can be a part of"},
    {.name = "criteria", .value = "URL", .help = "where it is described"},
    {.name = "skill", .value = "URI", .help = "a skill, as ESCO names it", .repeatable = true},
    {.name = "again", .help = "even if the log has an achievement of this code"},
    {0},
};

const struct avow_command avow_cmd_achievement_add = {
    .name = "achievement add",
    .operands = "",
    .summary = "publish the definition of an achievement",
    .details = "Publishes what credentials will be issued for, with the elements of the European "
               "standard for micro-credentials, and prints its index in the issuer's log. Elements "
               "that are missing are named on standard error. A definition is never changed: a new "
               "one can supersede it. A code that is in use is refused without --again.\n"
               "\n"
               "    avow achievement add --code DA-101 --title 'Data analysis' \\\n"
               "        --level 6 --framework EQF --field 0612 --credits 6 --credit-system ECTS\n",
    .options = options,
    .run = run,
};
