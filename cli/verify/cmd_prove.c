/* avow prove: evidence to keep beside a credential, checked before it is written. */
#include "cli/frame/ask.h"
#include "cli/frame/given.h"
#include "cli/home/home.h"
#include "cli/verify/policy_file.h"
#include "cli/verify/subject_open.h"
#include "client/fetch.h"

#include <errno.h>
#include <inttypes.h>

static const struct avow_option options[] = {
    {.name = "out", .letter = 'o', .value = "FILE", .help = "the file to write", .required = true},
    {.name = "at", .value = "TIME", .help = "for a judgement as of this time (default: now)"},
    AVOW_POLICY_OPTIONS,
    {.name = NULL},
};

/* Evidence that does not show the entry would prove nothing. */
static int check_use(const struct avow_cli *cli, const struct avow_subject *subject,
                     const struct avow_fetched *fetched)
{
    const struct avow_log_proof *proof = avow_evidence_log(&fetched->evidence, &subject->issuer);
    struct avow_bytes entry;
    enum avow_status state;
    if (proof != NULL && subject->index >= proof->checkpoint.size)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "the log that %s knows ends before entry %" PRIu64 ": it has %" PRIu64
                             " entries",
                             cli->node, subject->index, proof->checkpoint.size);
    if (proof == NULL || !avow_log_proof_entry(proof, subject->index, &entry) ||
        !avow_log_proof_status(proof, subject->index, &state))
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "the node at %s sent evidence that does not show entry %" PRIu64,
                             cli->node, subject->index);
    return AVOW_EXIT_OK;
}

static int write_evidence(const struct avow_cli *cli, const struct avow_fetched *fetched)
{
    const char *path = avow_cli_value(cli, "out");
    enum avow_err err = avow_file_write(path, avow_buf_bytes(&fetched->bytes), 0644);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    return AVOW_EXIT_OK;
}

static int prove(const struct avow_cli *cli, const struct avow_subject *subject)
{
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched = {0};
    struct avow_policy policy;
    uint64_t at = 0;
    int status = avow_given_time(cli, "at", &at);
    if (status == AVOW_EXIT_OK)
        status = avow_policy_file_of_call(cli, &policy);
    if (status != AVOW_EXIT_OK)
        return status;
    if (avow_cli_value(cli, "policy") != NULL)
        avow_ask_under(cli, subject, &policy, at, &fetched);
    else
        avow_ask_subject(cli, subject, &fetched);
    if (fetched.why != AVOW_WHY_NONE)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", fetched.reason);
    status = check_use(cli, subject, &fetched);
    return status == AVOW_EXIT_OK ? write_evidence(cli, &fetched) : status;
}

static int run(struct avow_cli *cli)
{
    AVOW_CLEANUP(avow_subject_fini)
    struct avow_subject_file file;
    int status = avow_subject_open(cli, cli->operands[0], &file);
    if (status != AVOW_EXIT_OK)
        return status;
    if (!file.has_reference)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "%s is damaged: it does not say which entry it is (%s)",
                             cli->operands[0], file.reason);
    return prove(cli, &file.subject);
}

const struct avow_command avow_cmd_prove = {
    .name = "prove",
    .operands = "FILE|REF",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "write the evidence that lets anyone verify a credential offline",
    .details =
        "Asks a node to prove the record and its status, checks every signature and hash of the "
        "answer, and writes it only if all hold. The evidence holds nothing of the document: no "
        "name, no seed. avow verify --offline judges by it with no node at all, for as long as "
        "the verifier's policy takes it for fresh.\n"
        "\n"
        "With --policy it also proves by whom the issuer is recognised under that policy, or shows "
        "all that the anchors' logs have, so that anyone can see that it is not.",
    .options = options,
    .run = run,
};
