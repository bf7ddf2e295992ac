/* avow renew: a successor of a credential, in whose favour the old one is superseded. */
#include "cli/frame/given.h"
#include "cli/issue/single.h"
#include "cli/verify/subject_open.h"
#include "proto/crypto/sha256.h"

#include <time.h>

/* Until when: as asked for; else as long as the old one was valid. */
static int find_end(const struct avow_cli *cli, const struct avow_subject *old, uint64_t *until)
{
    const char *given = avow_cli_value(cli, "valid-until");
    const uint64_t now = (uint64_t)time(NULL);
    *until = old->valid_until == 0 ? 0 : now + (old->valid_until - old->valid_from);
    if (given == NULL)
        return AVOW_EXIT_OK;
    if (!avow_learner_time(avow_bytes_text(given), true, until))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--valid-until %s: write YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ", given);
    if (*until <= now)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--valid-until %s: that is over already", given);
    return AVOW_EXIT_OK;
}

/* The file is a badge of this home's issuer, as it was signed. */
static int check_file(const struct avow_cli *cli, const struct avow_hash *issuer,
                      const struct avow_subject_file *file)
{
    const char *path = cli->operands[0];
    if (!file->subject.has_document)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "%s is a reference: to renew a credential takes its file", path);
    if (!file->subject.proof_good)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s was changed after it was signed: %s",
                             path, file->reason);
    if (!avow_hash_equal(&file->subject.issuer, issuer))
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "%s is another issuer's: only its issuer can renew it", path);
    return AVOW_EXIT_OK;
}

/* By it the books know the same renewal again: of this record, with this end if one was given. */
static struct avow_hash digest_of(const struct avow_cli *cli, const struct avow_subject *old)
{
    const char *until = avow_cli_value(cli, "valid-until");
    const struct avow_bytes parts[] = {
        avow_bytes_text("renew"), avow_bytes(old->commitment.bytes, sizeof(old->commitment.bytes)),
        avow_bytes_text(until != NULL ? until : "")};
    return avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
}

static int renew(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                 const struct avow_subject_file *file, const struct avow_single *single)
{
    uint64_t until;
    struct avow_badge_facts facts;
    struct avow_fault fault;
    int status = find_end(cli, &file->subject, &until);
    if (status != AVOW_EXIT_OK)
        return status;
    if (avow_badge_read(file->document, &facts, &fault) != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "out of memory"); /* the badge did read before */
    const struct avow_renewal renewal = {.document = file->document,
                                         .target = file->subject.index,
                                         .commitment = file->subject.commitment};
    const struct avow_hash digest = digest_of(cli, &file->subject);
    struct avow_learners learners;
    enum avow_err err = avow_single_learner(until, &digest, &learners);
    if (err == AVOW_OK)
        err = avow_single_set(single, &learners);
    struct avow_issuance issuance = {.cli = cli,
                                     .keys = keys,
                                     .achievement = facts.achievement,
                                     .learners = &learners,
                                     .journal = {.fd = -1},
                                     .renewal = &renewal};
    status = err == AVOW_OK ? avow_single_issue(&issuance, single)
                            : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    avow_learners_fini(&learners);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct avow_single single;
    AVOW_CLEANUP(avow_subject_fini)
    struct avow_subject_file file = {.document = NULL};
    int status = avow_single_find(cli, &single);
    if (status == AVOW_EXIT_OK)
        status = avow_home_issuer(cli, &keys.issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_subject_open(cli, cli->operands[0], &file);
    if (status == AVOW_EXIT_OK)
        status = check_file(cli, &keys.issuer, &file);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = renew(cli, &keys, &file, &single);
    avow_identity_keys_fini(&keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "out",
     .letter = 'o',
     .value = "FILE",
     .help = "the new badge, NAME.json",
     .required = true},
    {.name = "valid-until",
     .value = "DATE",
     .help = "YYYY-MM-DD, its last day (default: as long as the old one was valid)"},
    {0},
};

const struct avow_command avow_cmd_renew = {
    .name = "renew",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "issue a successor of a credential, which supersedes it",
    .details =
        "Issues the same credential anew, valid from now on: the same achievement, learner and "
        "claims, with a new record and a new seed. In the same signed batch the old record is "
        "superseded by it: whoever is shown the old file is told where the new one is. A "
        "credential that is revoked, suspended or renewed already is not renewed.\n"
        "\n"
        "The folder of the new file keeps books in .avow, as `avow issue` does: the same call may "
        "be repeated after a crash.\n",
    .options = options,
    .json = true,
    .run = run,
};
