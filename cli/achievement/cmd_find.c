/* avow find: the catalogue of a node: achievements and pathways of every log that it holds. What it
 * answers is its word, to choose from: what is chosen is then proved. */
#include "cli/frame/ask.h"
#include "cli/frame/given.h"
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/verify/policy_file.h"
#include "client/fetch.h"
#include "client/found.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/codec/utf8.h"
#include "proto/entry/details.h"
#include "proto/entry/shape.h"
#include "proto/json/found.h"
#include "proto/wire/find.h"

#include <inttypes.h>

#define LIMIT_DEFAULT 20

struct finding {
    const struct avow_cli *cli;
    struct avow_find_query query;
    struct avow_buf words, policy, after; /* what the query borrows */
};

/* ------------------------------------------------------------------ the query */

static int read_words(struct finding *finding)
{
    const struct avow_cli *cli = finding->cli;
    for (size_t i = 0; i < cli->operand_count; i++)
        avow_buf_printf(&finding->words, "%s%s", i > 0 ? " " : "", cli->operands[i]);
    finding->query.words = avow_buf_bytes(&finding->words);
    if (finding->words.err == AVOW_OK && avow_utf8_check(finding->query.words) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                         "the words are over %d bytes, or not UTF-8 without control characters",
                         AVOW_FIND_WORDS_MAX);
}

static int read_number(const struct avow_cli *cli, const char *option, uint64_t max,
                       uint64_t *number)
{
    const char *text = avow_cli_value(cli, option);
    if (text == NULL)
        return AVOW_EXIT_OK;
    if (avow_id_decimal_parse(avow_bytes_text(text), number) == AVOW_ACCEPT && *number >= 1 &&
        *number <= max)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s %s: write a number, 1 to %" PRIu64, option,
                         text, max);
}

static int read_narrowing(struct finding *finding)
{
    const struct avow_cli *cli = finding->cli;
    struct avow_find_query *query = &finding->query;
    const char *field = avow_cli_value(cli, "field");
    const char *region = avow_cli_value(cli, "region");
    const char *issuer = avow_cli_value(cli, "issuer");
    if (field != NULL && !avow_shape_field(avow_bytes_text(field)))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--field %s: write an ISCED-F 2013 field, of which 2 to 4 digits "
                             "stand for all below them: 06, 0612",
                             field);
    if (region != NULL && !avow_shape_jurisdiction(avow_bytes_text(region)))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--region %s: write a country or region by ISO 3166 in capitals: PT, "
                             "PT-13",
                             region);
    query->has_issuer = issuer != NULL;
    if (issuer != NULL &&
        avow_id_issuer_parse(avow_bytes_text(issuer), &query->issuer) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--issuer %s: not an issuer's id, avow1…",
                             issuer);
    query->field = field != NULL ? avow_bytes_text(field) : query->field;
    query->region = region != NULL ? avow_bytes_text(region) : query->region;
    query->limit = LIMIT_DEFAULT;
    int status = read_number(cli, "level", 8, &query->level);
    return status == AVOW_EXIT_OK ? read_number(cli, "limit", AVOW_FIND_LIMIT_MAX, &query->limit)
                                  : status;
}

static int read_after(struct finding *finding)
{
    const char *after = avow_cli_value(finding->cli, "after");
    if (after == NULL)
        return AVOW_EXIT_OK;
    if (avow_base64url_decode(avow_bytes_text(after), &finding->after) == AVOW_ACCEPT &&
        finding->after.err == AVOW_OK) {
        finding->query.after = avow_buf_bytes(&finding->after);
        return AVOW_EXIT_OK;
    }
    return avow_cli_fail(finding->cli, AVOW_EXIT_USAGE,
                         "--after %s: write what the answer before this one ended with", after);
}

/* Only what the policy recognises. Its region is the verifier's; --region is the issuer's. */
static int read_policy(struct finding *finding)
{
    const char *name = avow_cli_value(finding->cli, "policy");
    struct avow_policy policy;
    avow_policy_init(&policy);
    if (name == NULL)
        return AVOW_EXIT_OK;
    int status = avow_policy_file_find(finding->cli, name, AVOW_EXIT_USAGE, &policy);
    if (status != AVOW_EXIT_OK)
        return status;
    if (policy.anchor_count == 0)
        return avow_cli_fail(finding->cli, AVOW_EXIT_USAGE,
                             "--policy %s: it names no anchor, so it recognises nobody", name);
    avow_policy_encode(&finding->policy, &policy);
    finding->query.policy = avow_buf_bytes(&finding->policy);
    return finding->policy.err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(finding->cli, AVOW_EXIT_USAGE, "--policy %s: it is too long", name);
}

/* ------------------------------------------------------------------ one result */

static void print_details(FILE *file, const struct avow_details *details)
{
    const char *separator = "  ";
    if (details->level.len > 0) {
        (void)fputs(separator, file);
        avow_cli_print_text(file, details->framework);
        (void)fputs(" level ", file);
        avow_cli_print_text(file, details->level);
        separator = "; ";
    }
    if (details->has_credits) {
        (void)fprintf(file, "%s%g ", separator, (double)details->credits / 100);
        avow_cli_print_text(file, details->credit_system);
        separator = "; ";
    }
    if (details->field.len > 0) {
        (void)fprintf(file, "%sfield ", separator);
        avow_cli_print_text(file, details->field);
        separator = "; ";
    }
    if (separator[0] == ';')
        (void)fputc('\n', file);
}

static void print_result(const struct avow_cli *cli, const struct avow_find_result *result,
                         const struct avow_entry *entry)
{
    char reference[AVOW_REFERENCE_TEXT_MAX];
    const bool colour = avow_cli_may_colour(cli->out);
    const bool achievement = entry->kind == AVOW_KIND_ACHIEVEMENT;
    struct avow_details details;
    avow_id_reference_text(&result->issuer, result->index, reference);
    (void)fputs(colour ? AVOW_TERM_BOLD : "", cli->out);
    avow_cli_print_text(cli->out, achievement ? entry->achievement.title : entry->pathway.title);
    (void)fputs(colour ? AVOW_TERM_RESET : "", cli->out);
    (void)fputs(achievement ? "\n  " : "  (a pathway)\n  ", cli->out);
    avow_cli_print_text(cli->out, result->name);
    (void)fputs(", ", cli->out);
    avow_cli_print_text(cli->out, result->jurisdiction);
    (void)fputc('\n', cli->out);
    if (achievement && avow_details_parse(entry->achievement.details, &details) == AVOW_ACCEPT)
        print_details(cli->out, &details);
    (void)fprintf(cli->out, "  %s\n", reference);
}

/* ------------------------------------------------------------------ the answer */

/* All of them are looked at, although with --json nothing is printed yet. */
static int show_results(const struct avow_cli *cli, struct avow_list list, size_t *count)
{
    struct avow_find_result result;
    struct avow_entry entry;
    bool more;
    while (avow_found_next(&list, &result, &entry, &more)) {
        if (!more)
            return AVOW_EXIT_OK;
        if (!cli->json)
            print_result(cli, &result, &entry);
        ++*count;
    }
    return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                         "the node at %s sent an entry that is neither an achievement nor a "
                         "pathway",
                         cli->node);
}

static int show(const struct avow_cli *cli, struct avow_bytes bytes)
{
    char storage[2 * AVOW_FIND_AFTER_MAX];
    struct avow_buf next;
    struct avow_find_results results;
    size_t count = 0;
    avow_buf_init_fixed(&next, storage, sizeof(storage));
    if (avow_find_results_decode(bytes, &results) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "what the node at %s sent is not an answer of the catalogue",
                             cli->node);
    int status = show_results(cli, results.list, &count);
    if (status != AVOW_EXIT_OK)
        return status;
    if (cli->json)
        return avow_cli_print_json(cli, avow_found_json(&results));
    avow_base64url_encode(results.next, &next);
    if (count == 0)
        avow_cli_note(cli, "Nothing was found in the logs that this node holds.");
    if (next.len > 0)
        avow_cli_note(cli, "There are more: the same call with --after %.*s goes on.",
                      (int)next.len, storage);
    else if (results.stopped)
        avow_cli_note(cli, "The search ended at its bound: there may be more. Narrow it.");
    return AVOW_EXIT_OK;
}

static int ask(const struct finding *finding)
{
    char reason[AVOW_FETCH_REASON_MAX];
    const struct avow_cli *cli = finding->cli;
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf query;
    avow_buf_init(&query, AVOW_MESSAGE_QUERY_MAX);
    if (client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    avow_find_query_encode(&query, &finding->query);
    if (query.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the query is too long");
    struct avow_message question = {.type = AVOW_MESSAGE_FIND, .query = avow_buf_bytes(&query)};
    struct avow_message answer = {0};
    if (avow_client_ask(client, &question, AVOW_MESSAGE_FOUND, &answer) != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", avow_client_reason(client));
    return show(cli, answer.results);
}

static int run(struct avow_cli *cli)
{
    struct finding finding = {.cli = cli};
    uint8_t after[AVOW_FIND_AFTER_MAX];
    avow_buf_init(&finding.words, AVOW_FIND_WORDS_MAX);
    avow_buf_init(&finding.policy, AVOW_MESSAGE_POLICY_MAX);
    avow_buf_init_fixed(&finding.after, after, sizeof(after));
    int status = read_words(&finding);
    if (status == AVOW_EXIT_OK)
        status = read_narrowing(&finding);
    if (status == AVOW_EXIT_OK)
        status = read_after(&finding);
    if (status == AVOW_EXIT_OK)
        status = read_policy(&finding);
    if (status == AVOW_EXIT_OK)
        status = ask(&finding);
    avow_buf_fini(&finding.words);
    avow_buf_fini(&finding.policy);
    return status;
}

static const struct avow_option options[] = {
    {.name = "field", .value = "CODE", .help = "only this ISCED-F field and those below: 06, 0612"},
    {.name = "level", .value = "N", .help = "only this level of the EQF, 1 to 8"},
    {.name = "region", .value = "REGION", .help = "only issuers there, ISO 3166: PT, PT-13"},
    {.name = "issuer", .value = "ID", .help = "only this issuer's, avow1…"},
    {.name = "policy",
     .value = "FILE",
     .help = "only what this policy recognises: a file, or the name of one that the node holds"},
    {.name = "limit", .value = "N", .help = "so many results at once (default: 20)"},
    {.name = "after", .value = "CURSOR", .help = "go on where an answer ended"},
    {0},
};

const struct avow_command avow_cmd_find = {
    .name = "find",
    .operands = "[WORD…]",
    .operands_max = 64,
    .summary = "find achievements and pathways in the catalogue of a node",
    .details = "Searches the titles, codes, outcomes and issuers of all logs that the node holds, "
               "in any language and script, the most relevant first. The last word may be a "
               "beginning. In JSON: {results [{issuer, index, title, …}], next, stopped}; next is "
               "what --after takes.\n"
               "\n"
               "What is found is the node's word; `avow achievement show REF` proves it.\n"
               "\n"
               "    avow find data analysis --field 06 --level 6 --policy hiring.ini\n",
    .options = options,
    .json = true,
    .run = run,
};
