/* avow achievement add: the public definition of what credentials will be for. */
#include "cli/achievement/definition.h"
#include "cli/achievement/same_code.h"
#include "cli/signer/signer.h"
#include "proto/crypto/sha256.h"

struct addition {
    const struct avow_cli *cli;
    bool code_checked; /* once: later attempts go on from a log that has hardly grown */
    const struct avow_definition *definition;
};

/* Two definitions of one code are hard to tell apart ever after: not by accident. */
static int check_code(struct addition *addition, struct avow_signer *signer)
{
    const struct avow_cli *cli = addition->cli;
    const struct avow_bytes code = addition->definition->achievement.code;
    uint64_t found;
    if (addition->code_checked || avow_cli_flag(cli, "again"))
        return AVOW_EXIT_OK;
    int status = avow_same_code(signer, code, &found);
    addition->code_checked = status == AVOW_EXIT_OK;
    if (status != AVOW_EXIT_OK || found == 0)
        return status;
    return avow_cli_fail(
        cli, AVOW_EXIT_NEGATIVE,
        "entry %llu is an achievement with the code %.*s already: issue for it with "
        "--achievement %llu, or add another one of the same code with --again",
        (unsigned long long)found, (int)code.len, (const char *)code.data,
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
        .achievement = addition->definition->achievement,
    };
    return avow_signer_append(signer, &entry);
}

/* What a verifier abroad will look for. With --strict nothing is published without it. */
static int name_what_is_missing(const struct avow_cli *cli,
                                const struct avow_definition *definition)
{
    char storage[512];
    struct avow_buf names;
    avow_buf_init_fixed(&names, storage, sizeof(storage));
    const size_t missing = avow_definition_missing(definition, &names);
    if (definition->details.field.len == 0)
        avow_cli_note(cli, "Without a field (--field), a recognition that is limited to fields "
                           "does not cover it.");
    if (missing == 0)
        return AVOW_EXIT_OK;
    avow_cli_note(cli, "Missing, though mandatory in the European standard: %.*s.", (int)names.len,
                  (const char *)names.data);
    if (!avow_cli_flag(cli, "strict"))
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                         "%zu mandatory element%s missing; nothing was "
                         "published",
                         missing, missing == 1 ? " is" : "s are");
}

/* What is asked for: the words of the call, and what is in its file. */
static struct avow_hash request_of(const struct avow_cli *cli,
                                   const struct avow_definition *definition)
{
    const struct avow_hash words = avow_cli_request(cli);
    const struct avow_achievement *achievement = &definition->achievement;
    const struct avow_bytes parts[] = {avow_bytes(words.bytes, sizeof(words.bytes)),
                                       achievement->code, achievement->title, achievement->language,
                                       achievement->details};
    return avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
}

static int publish(const struct avow_cli *cli, const struct avow_definition *definition)
{
    struct addition addition = {.cli = cli, .definition = definition};
    struct avow_identity_keys keys = {0};
    struct avow_published published;
    const struct avow_hash request = request_of(cli, definition);
    const struct avow_publication publication = {
        .request = &request, .build = build, .context = &addition};
    int status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_publish(cli, &keys, &publication, &published);
    if (status == AVOW_EXIT_OK) {
        (void)fprintf(cli->out, cli->json ? "{\"index\": %llu}\n" : "%llu\n",
                      (unsigned long long)published.base);
        avow_published_told(cli, &published);
    }
    avow_identity_keys_fini(&keys);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct avow_definition definition;
    int status = avow_definition_read(cli, &definition);
    if (status == AVOW_EXIT_OK)
        status = name_what_is_missing(cli, &definition);
    if (status == AVOW_EXIT_OK)
        status = publish(cli, &definition);
    avow_definition_fini(&definition);
    return status;
}

static const struct avow_option options[] = {
    AVOW_DEFINITION_OPTIONS,
    {.name = "strict", .help = "refuse what lacks a mandatory element of the European standard"},
    {.name = "again", .help = "even if the log has an achievement of this code"},
    {0},
};

const struct avow_command avow_cmd_achievement_add = {
    .name = "achievement add",
    .operands = "[FILE.json]",
    .operands_max = 1,
    .summary = "publish the definition of an achievement",
    .details =
        "Publishes what credentials will be issued for, with the elements of the European "
        "standard for micro-credentials (Council Recommendation 2022/C 243/02), and prints its "
        "index in the issuer's log. A code and a title must be there. Mandatory elements that are "
        "missing are named on standard error; with --strict nothing is then published. A "
        "definition is never changed: a new one can supersede it. A code that is in use is "
        "refused without --again.\n"
        "\n"
        "A file has the elements as a JSON object, called as `avow achievement show` prints "
        "them: {\"code\": \"DA-101\", \"title\": \"Data analysis\", \"outcomes\": "
        "[\"\xe2\x80\xa6\"], "
        "\"credits\": 6, \xe2\x80\xa6}. An option replaces what the file says.\n"
        "\n"
        "    avow achievement add --code DA-101 --title 'Data analysis' \\\n"
        "        --level 6 --framework EQF --field 0612 --credits 6 --credit-system ECTS\n",
    .options = options,
    .json = true,
    .run = run,
};
