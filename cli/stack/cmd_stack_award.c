/* avow stack award: the larger credential, once all that its pathway takes is there. */
#include "cli/issue/single.h"
#include "cli/stack/stack_call.h"
#include "cli/verify/policy_file.h"
#include "proto/crypto/sha256.h"

#include <stdlib.h>

struct award {
    struct avow_stack_call *call;
    struct avow_identity_keys keys;
    struct avow_single single;
    struct avow_learners learners;
    size_t count;
    struct avow_badge_part components[AVOW_STACK_CREDENTIALS_MAX], pathway;
    char *titles[AVOW_STACK_CREDENTIALS_MAX + 1]; /* owned */
};

static char *copy(struct avow_bytes text)
{
    return strndup((const char *)text.data, text.len);
}

/* The credentials that it rests upon, and no others: nothing else can take it away later. */
static enum avow_err list_components(struct award *award)
{
    const struct avow_stack_check *check = &award->call->check;
    for (size_t i = 0; i < check->count; i++) {
        const struct avow_stack_file *file = &check->files[check->file_of[i]];
        const struct avow_subject *subject = &file->subject.subject;
        struct avow_achievement achievement;
        if ((check->result.needed >> i & 1) == 0)
            continue;
        const bool shown = avow_facts_definition(check->facts, &subject->issuer,
                                                 file->item.achievement, &achievement) == AVOW_OK;
        char *title = shown ? copy(achievement.title) : strdup(file->name);
        if (title == NULL)
            return AVOW_ERR_NOMEM;
        award->titles[award->count] = title;
        award->components[award->count++] =
            (struct avow_badge_part){subject->issuer, subject->index, title};
    }
    char *title = copy(check->pathway->title);
    award->titles[award->count] = title;
    award->pathway =
        (struct avow_badge_part){check->reference.issuer, check->reference.index, title};
    return title != NULL ? AVOW_OK : AVOW_ERR_NOMEM;
}

/* The books know an award again by its learner, its pathway and what it is made of. */
static void set_digest(struct award *award)
{
    struct avow_hash *digest = &award->learners.rows[0].digest;
    for (size_t i = 0; i <= award->count; i++) {
        const struct avow_badge_part *part =
            i < award->count ? &award->components[i] : &award->pathway;
        uint8_t index[8];
        avow_put_u64be(index, part->index);
        const struct avow_bytes parts[] = {
            avow_bytes(digest->bytes, sizeof(digest->bytes)),
            avow_bytes(part->issuer.bytes, sizeof(part->issuer.bytes)),
            avow_bytes(index, sizeof(index))};
        *digest = avow_sha256(parts, 3);
    }
}

/* Against whom it is to be awarded to; beside what the check has found. */
static void check_person(struct award *award)
{
    const struct avow_cli *cli = award->call->cli;
    struct avow_stack_check *check = &award->call->check;
    for (size_t i = 0; i < check->count; i++) {
        const struct avow_stack_file *file = &check->files[check->file_of[i]];
        if ((check->result.needed >> i & 1) == 0)
            continue;
        avow_stack_check_same(check, file, "name", avow_cli_value(cli, "name"),
                              "the award goes to");
        avow_stack_check_same(check, file, "emailAddress", avow_cli_value(cli, "email"),
                              "the award goes to");
    }
    for (size_t i = 0; i < check->warning_count; i++)
        avow_cli_note(cli, "Note: %s.", check->warnings[i]);
}

static int refuse(const struct award *award)
{
    const int status = avow_stack_call_exit(award->call);
    (void)avow_stack_call_print(award->call);
    return avow_cli_fail(award->call->cli, status,
                         status == AVOW_EXIT_UNKNOWN
                             ? "nothing was awarded: whether the pathway is complete cannot be told"
                             : "nothing was awarded: the pathway is not complete");
}

static int issue(struct award *award)
{
    const struct avow_cli *cli = award->call->cli;
    const uint64_t achievement = award->call->view.pathway.award;
    int status = avow_learners_from_options(cli, achievement, &award->learners);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = list_components(award);
    if (err == AVOW_OK)
        err = avow_single_set(&award->single, &award->learners);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    set_digest(award);
    check_person(award);
    struct avow_issuance issuance = {.cli = cli,
                                     .keys = &award->keys,
                                     .achievement = achievement,
                                     .learners = &award->learners,
                                     .journal = {.fd = -1},
                                     .component_count = award->count,
                                     .components = award->components,
                                     .pathway = &award->pathway};
    return avow_single_issue(&issuance, &award->single);
}

static int run_award(const struct avow_cli *cli, struct award *award)
{
    int status = avow_single_find(cli, &award->single);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &award->keys);
    if (status == AVOW_EXIT_OK)
        status = avow_stack_call_run(cli, &award->call);
    if (status != AVOW_EXIT_OK)
        return status;
    if (!avow_hash_equal(&award->keys.issuer, &award->call->view.reference.issuer))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "the pathway is another issuer's: only it can award by it");
    return avow_stack_call_exit(award->call) == AVOW_EXIT_OK ? issue(award) : refuse(award);
}

static int run(struct avow_cli *cli)
{
    struct award *award = calloc(1, sizeof(*award));
    if (award == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    const int status = run_award(cli, award);
    for (size_t i = 0; i <= award->count; i++)
        free(award->titles[i]);
    avow_learners_fini(&award->learners);
    avow_identity_keys_fini(&award->keys);
    avow_stack_call_free(&award->call);
    free(award);
    return status;
}

static const struct avow_option options[] = {
    AVOW_STACK_OPTIONS,
    {.name = "name", .value = "NAME", .help = "the learner's name", .required = true},
    {.name = "out",
     .letter = 'o',
     .value = "FILE",
     .help = "the new badge, NAME.json",
     .required = true},
    {.name = "email", .value = "ADDRESS", .help = "the learner's e-mail address"},
    {.name = "id", .value = "ID", .help = "the learner's number"},
    {.name = "result", .value = "TEXT", .help = "the learner's result"},
    {.name = "valid-until", .value = "DATE", .help = "YYYY-MM-DD, its last day (default: no end)"},
    AVOW_POLICY_OPTIONS,
    {0},
};

const struct avow_command avow_cmd_stack_award = {
    .name = "stack award",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "issue the larger award of a pathway to whom it is complete for",
    .details =
        "Checks the folder as `avow stack check` does and, only if the pathway is complete, issues "
        "the credential that it leads to. The new badge names the credentials that it rests upon, "
        "as few as the rule needs, and the pathway: whoever verifies it verifies them. Of all this "
        "nothing is in the public log. What differs in who the learner is, is told.\n"
        "\n"
        "The folder of the new file keeps books in .avow, as `avow issue` does: the same call may "
        "be repeated after a crash.\n"
        "\n"
        "    avow stack award ana/ --pathway 7 --name 'Ana Silva' --out ana/diploma.json\n",
    .options = options,
    .json = true,
    .run = run,
};
