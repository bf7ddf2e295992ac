/* avow verify: evidence from a node or a file, checked and judged here. The node is not believed:
 * its part is to carry the proof. */
#include "cli/fetch.h"
#include "cli/subject.h"
#include "cli/verdict_show.h"
#include "proto/codec/time.h"

#include <time.h>

static const struct avow_option options[] = {
    {.name = "offline",
     .value = "EVIDENCE",
     .help = "judge by this file, which avow prove made, and ask no node"},
    {.name = "at",
     .value = "TIME",
     .help = "judge as of this time: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"},
    {.name = NULL},
};

/* A date means its first second. */
static int read_at(const struct avow_cli *cli, uint64_t now, uint64_t *at)
{
    const char *given = avow_cli_value(cli, "at");
    char text[AVOW_TIME_TEXT_LEN + 2];
    *at = now;
    if (given == NULL)
        return AVOW_EXIT_OK;
    (void)snprintf(text, sizeof(text), "%s%s", given, strlen(given) == 10 ? "T00:00:00Z" : "");
    if (avow_time_parse(avow_bytes_text(text), at) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                         "--at %s: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC", given);
}

static int gather(const struct avow_cli *cli, const struct avow_subject_file *file,
                  struct avow_fetched *fetched)
{
    const char *offline = avow_cli_value(cli, "offline");
    *fetched = (struct avow_fetched){.why = AVOW_WHY_NONE};
    if (offline != NULL)
        return avow_fetch_file(cli, offline, fetched);
    if (file->has_reference)
        avow_fetch_subject(cli, &file->subject, fetched);
    return AVOW_EXIT_OK;
}

static int show(const struct avow_cli *cli, const struct avow_verdict_view *view)
{
    if (!cli->json) {
        avow_verdict_print(cli->out, view, avow_cli_may_colour(cli->out));
        return avow_word_exit(view->verdict->word);
    }
    json_t *json = avow_verdict_json(view);
    if (json == NULL || json_dumpf(json, cli->out, JSON_INDENT(2)) != 0 ||
        fputc('\n', cli->out) == EOF) {
        json_decref(json);
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "cannot write the answer");
    }
    json_decref(json);
    return avow_word_exit(view->verdict->word);
}

static int judge(const struct avow_cli *cli, const struct avow_subject_file *file,
                 const struct avow_fetched *fetched, uint64_t now, uint64_t at)
{
    struct avow_policy policy;
    struct avow_verdict verdict;
    const struct avow_facts facts = avow_facts_from_evidence(&fetched->evidence);
    avow_policy_init(&policy);
    enum avow_err err = avow_judge(&facts, &policy, &file->subject, now, at, &verdict);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "cannot judge: %s", avow_err_text(err));
    /* Why nothing is known: because it could not be asked, or what came does not hold. */
    const bool in_the_way = verdict.word == AVOW_WORD_UNKNOWN && fetched->why != AVOW_WHY_NONE;
    if (in_the_way)
        verdict.why = fetched->why;
    const struct avow_verdict_view view = {
        .verdict = &verdict,
        .file = file,
        .policy = &policy,
        .now = now,
        .at = at,
        .detail = in_the_way ? fetched->reason : file->reason,
    };
    return show(cli, &view);
}

static int run(struct avow_cli *cli)
{
    const uint64_t now = (uint64_t)time(NULL);
    uint64_t at;
    int status = read_at(cli, now, &at);
    if (status != AVOW_EXIT_OK)
        return status;
    AVOW_CLEANUP(avow_subject_fini)
    struct avow_subject_file file;
    status = avow_subject_open(cli, cli->operands[0], &file);
    if (status != AVOW_EXIT_OK)
        return status;
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched;
    status = gather(cli, &file, &fetched);
    return status != AVOW_EXIT_OK ? status : judge(cli, &file, &fetched, now, at);
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
        "A badge that was changed after it was signed is tampered, even where it cannot be read "
        "any more. In JSON, what is not known is null, and times are RFC 3339 in UTC.",
    .options = options,
    .run = run,
};
