/* avow verify: evidence from a node or a file, checked and judged here. The node is not believed:
 * its part is to carry the proof. */
#include "cli/frame/ask.h"
#include "cli/frame/given.h"
#include "cli/frame/say.h"
#include "cli/verify/policy_file.h"
#include "cli/verify/subject_open.h"
#include "cli/verify/verdict_show.h"
#include "client/fetch.h"

#include <time.h>

static const struct avow_option options[] = {
    {.name = "offline",
     .value = "EVIDENCE",
     .help = "judge by this file, which avow prove made, and ask no node"},
    {.name = "at",
     .value = "TIME",
     .help = "judge as of this time: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"},
    AVOW_POLICY_OPTIONS,
    {.name = NULL},
};

/* What one call judges, and by what. */
struct call {
    const struct avow_cli *cli;
    uint64_t now, at;
    struct avow_policy policy;
    struct avow_subject_file file;
    struct avow_fetched fetched;
};

static int gather(struct call *call)
{
    const char *offline = avow_cli_value(call->cli, "offline");
    const struct avow_subject *subject = &call->file.subject;
    const uint64_t at = call->at != call->now ? call->at : 0;
    if (offline != NULL)
        return avow_ask_file(call->cli, offline, &call->fetched);
    if (call->file.has_reference && avow_cli_value(call->cli, "policy") != NULL)
        avow_ask_under(call->cli, subject, &call->policy, at, &call->fetched);
    else if (call->file.has_reference)
        avow_ask_subject(call->cli, subject, &call->fetched);
    return AVOW_EXIT_OK;
}

static int show(const struct avow_cli *cli, const struct avow_verdict_view *view,
                const struct avow_evidence *shown)
{
    if (!cli->json) {
        avow_verdict_show(cli->out, view, shown, avow_cli_may_colour(cli->out));
        return avow_word_exit(view->verdict->word);
    }
    return avow_cli_print_json_text(cli, avow_verdict_json_text(view)) == AVOW_EXIT_OK
               ? avow_word_exit(view->verdict->word)
               : AVOW_EXIT_UNKNOWN;
}

/* Where no time was asked about, the evidence has a say. */
static enum avow_err weigh(struct call *call, const struct avow_facts *facts,
                           struct avow_verdict *verdict)
{
    const struct avow_subject *subject = &call->file.subject;
    enum avow_err err = AVOW_OK;
    if (avow_cli_value(call->cli, "at") == NULL)
        err = avow_moment(facts, &subject->issuer, call->now, &call->at);
    return err == AVOW_OK ? avow_judge(facts, &call->policy, subject, call->now, call->at, verdict)
                          : err;
}

static int judge(struct call *call)
{
    const struct avow_fetched *fetched = &call->fetched;
    struct avow_verdict verdict;
    const struct avow_facts facts = avow_facts_from_evidence(&fetched->evidence);
    const enum avow_err err = weigh(call, &facts, &verdict);
    if (err != AVOW_OK)
        return avow_cli_fail(call->cli, AVOW_EXIT_UNKNOWN, "cannot judge: %s", avow_err_text(err));
    /* Why nothing is known: because it could not be asked, or what came does not hold. */
    const bool in_the_way = verdict.word == AVOW_WORD_UNKNOWN && fetched->why != AVOW_WHY_NONE;
    if (in_the_way)
        verdict.why = fetched->why;
    const struct avow_verdict_view view = {
        .verdict = &verdict,
        .file = &call->file,
        .policy = &call->policy,
        .facts = &facts,
        .now = call->now,
        .at = call->at,
        .detail = in_the_way ? fetched->reason : call->file.reason,
    };
    return show(call->cli, &view, &fetched->evidence);
}

static int run_call(struct call *call)
{
    call->at = call->now;
    int status = avow_given_time(call->cli, "at", &call->at);
    if (status == AVOW_EXIT_OK)
        status = avow_policy_file_of_call(call->cli, &call->policy);
    if (status == AVOW_EXIT_OK)
        status = avow_subject_open(call->cli, call->cli->operands[0], &call->file);
    if (status == AVOW_EXIT_OK)
        status = gather(call);
    if (status == AVOW_EXIT_OK)
        status = judge(call);
    avow_subject_fini(&call->file);
    avow_fetched_fini(&call->fetched);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct call call = {.cli = cli, .now = (uint64_t)time(NULL)};
    return run_call(&call);
}

const struct avow_command avow_cmd_verify = {
    .name = "verify",
    .operands = "FILE|REF|-",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "judge a credential, with what was checked and what was not",
    .details =
        "Reads a badge file, standard input (-), or a bare reference (avow1\xe2\x80\xa6/1234), "
        "asks "
        "a node for proof, checks the proof here and judges by it. No node is trusted: what fails "
        "a check is worth as much as no answer. The badge's seed and its learner stay on this "
        "machine; the node learns which entry is asked about and nothing else.\n"
        "\n"
        "Exit status: 0 valid; 1 judged not valid (tampered, disputed, revoked, expired, "
        "not-yet-valid, superseded, suspended, unrecognised); 2 the call is wrong, or the file is "
        "not a badge; 3 unknown: it cannot be told. Unknown is never valid.\n"
        "\n"
        "A policy (`avow policy new`) says on whom you rely. By whom the issuer is recognised, "
        "through whom, and at which level, is then shown and proved; without one it is not looked "
        "up.\n"
        "\n"
        "A badge that was changed after it was signed is tampered, even where it cannot be read "
        "any more. In JSON, what is not known is null, and times are RFC 3339 in UTC.",
    .options = options,
    .json = true,
    .run = run,
};
