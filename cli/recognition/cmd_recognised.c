/* avow recognised: who recognises an issuer. Which recognitions there are is a node's word; each
 * that is shown is proved by the log of the body that made it. */
#include "cli/frame/ask.h"
#include "cli/frame/given.h"
#include "cli/frame/recognition_show.h"
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/verify/paths_show.h"
#include "cli/verify/policy_file.h"
#include "client/fetch.h"
#include "client/recognisers.h"
#include "proto/codec/id.h"
#include "proto/codec/json.h"
#include "proto/json/put.h"
#include "proto/json/recognition.h"

#include <stdlib.h>
#include <time.h>

#define PROVED_AT_ONCE 64 /* entries of one body, so that one answer has room */

struct inquiry {
    const struct avow_cli *cli;
    uint64_t now, at;
    struct avow_policy policy;
    struct avow_hash issuer;
    struct avow_client *client;
    struct avow_recognisers list;
    json_t *rows;
    size_t shown, unproved; /* of those that recognise the issuer itself */
    bool ok;                /* false: memory ran out */
};

/* ------------------------------------------------------------------ one row */

static json_t *row_json(const struct avow_log_proof *proof, uint64_t index,
                        const struct avow_recognition *recognition, enum avow_status state)
{
    const struct avow_hash *body = &proof->checkpoint.issuer;
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    bool ok = true;
    json_t *row = json_object();
    avow_put(row, "issuer", avow_value_issuer(body), &ok);
    avow_put(row, "index", avow_value_uint(index), &ok);
    avow_put(row, "reference", avow_value_reference(body, index), &ok);
    avow_put(row, "name", avow_value_text(names.name), &ok);
    avow_put(row, "jurisdiction", avow_value_text(names.jurisdiction), &ok);
    avow_put(row, "state", json_string(avow_status_name(state)), &ok);
    avow_recognition_put(recognition, row, &ok);
    return avow_put_whole(row, ok);
}

static void print_row(FILE *file, const struct avow_log_proof *proof, uint64_t index,
                      const struct avow_recognition *recognition, enum avow_status state)
{
    char reference[AVOW_REFERENCE_TEXT_MAX];
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    avow_id_reference_text(&proof->checkpoint.issuer, index, reference);
    (void)fputs("\n", file);
    avow_cli_print_text(file, names.name);
    (void)fputs(", ", file);
    avow_cli_print_text(file, names.jurisdiction);
    (void)fprintf(file, ", recognises it as %s, under the name ",
                  recognition->role == AVOW_ROLE_AUTHORITY ? "authority" : "issuer");
    avow_cli_print_text(file, recognition->subject_name);
    if (state != AVOW_STATUS_ACTIVE)
        (void)fprintf(file, "  [%s]",
                      state == AVOW_STATUS_REVOKED ? "withdrawn" : avow_status_name(state));
    (void)fprintf(file, "\n  %s\n", reference);
    avow_recognition_show(file, recognition, "  ");
}

/* False if the evidence does not show a recognition of the issuer there. */
static bool show_row(struct inquiry *inquiry, const struct avow_log_proof *proof, uint64_t index)
{
    struct avow_bytes bytes;
    struct avow_entry entry;
    enum avow_status state;
    if (!avow_log_proof_entry(proof, index, &bytes) ||
        !avow_log_proof_status(proof, index, &state) ||
        avow_entry_decode(bytes, &entry) != AVOW_ACCEPT || entry.kind != AVOW_KIND_RECOGNITION ||
        !avow_hash_equal(&entry.recognition.subject, &inquiry->issuer))
        return false;
    if (!inquiry->cli->json)
        print_row(inquiry->cli->out, proof, index, &entry.recognition, state);
    else
        avow_put_item(inquiry->rows, row_json(proof, index, &entry.recognition, state),
                      &inquiry->ok);
    return true;
}

/* ------------------------------------------------------------------ all rows */

/* Those of one body, from `first` on: proved together. Returns how many were dealt with. */
static size_t show_body(struct inquiry *inquiry, size_t first)
{
    uint64_t indices[PROVED_AT_ONCE];
    size_t count = 0;
    const struct avow_recogniser_row *rows = inquiry->list.rows + first;
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched;
    while (first + count < inquiry->list.count && count < PROVED_AT_ONCE &&
           rows[count].distance == 0 &&
           avow_hash_equal(&rows[count].entry.issuer, &rows[0].entry.issuer) &&
           (count == 0 || rows[count].entry.index > indices[count - 1])) {
        indices[count] = rows[count].entry.index;
        count++;
    }
    avow_fetch_from(inquiry->client, &rows[0].entry.issuer, indices, count, &fetched);
    const struct avow_log_proof *proof =
        fetched.why == AVOW_WHY_NONE ? avow_evidence_log(&fetched.evidence, &rows[0].entry.issuer)
                                     : NULL;
    for (size_t i = 0; i < count; i++) {
        if (proof != NULL && show_row(inquiry, proof, indices[i]))
            inquiry->shown++;
        else
            inquiry->unproved++;
    }
    return count;
}

static int by_entry(const void *a, const void *b)
{
    const struct avow_recogniser_row *left = a, *right = b;
    if (left->distance != right->distance)
        return left->distance < right->distance ? -1 : 1;
    const int order = memcmp(left->entry.issuer.bytes, right->entry.issuer.bytes,
                             sizeof(left->entry.issuer.bytes));
    if (order != 0)
        return order;
    return left->entry.index < right->entry.index ? -1 : left->entry.index > right->entry.index;
}

static void show_rows(struct inquiry *inquiry)
{
    struct avow_recognisers *list = &inquiry->list;
    if (list->count > 0)
        qsort(list->rows, list->count, sizeof(*list->rows), by_entry);
    for (size_t i = 0; i < list->count && list->rows[i].distance == 0;)
        i += show_body(inquiry, i);
    if (!inquiry->cli->json && inquiry->shown == 0)
        (void)fputs("No recognition of it is proved.\n", inquiry->cli->out);
    if (inquiry->unproved > 0)
        avow_cli_note(inquiry->cli, "%zu more that the node names it does not prove: not shown.",
                      inquiry->unproved);
    avow_cli_note(inquiry->cli,
                  "Each is proved by its body's signed log; that there are no others is the "
                  "node's word%s.",
                  list->cut ? ", and there were more than could be looked at" : "");
}

/* ------------------------------------------------------------------ through whom */

static enum avow_err search(const struct inquiry *inquiry, struct avow_fetched *fetched,
                            struct avow_facts *facts, struct avow_recognised *recognised)
{
    struct avow_reference references[AVOW_COMPONENTS_MAX];
    const struct avow_subject subject = {
        .issuer = inquiry->issuer,
        .component_count = avow_recognisers_on_the_way(&inquiry->list, &inquiry->policy, references,
                                                       AVOW_COMPONENTS_MAX),
        .components = references,
    };
    const struct avow_award award = {
        .issuer = inquiry->issuer, .general = true, .time = inquiry->at, .covered_at = AVOW_NEVER};
    avow_fetch_subject(inquiry->client, &subject, fetched);
    *facts = avow_facts_from_evidence(&fetched->evidence);
    return avow_search(facts, &inquiry->policy, &award, inquiry->now, inquiry->at, recognised);
}

/* `*found`: some path leads from an anchor to the issuer. */
static int show_paths(struct inquiry *inquiry, json_t *answer, bool *found)
{
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched = {0};
    struct avow_facts facts;
    struct avow_recognised recognised;
    const enum avow_err err = search(inquiry, &fetched, &facts, &recognised);
    const struct avow_paths_view view = {
        .policy = &inquiry->policy, .facts = &facts, .recognised = &recognised};
    const bool colour = avow_cli_may_colour(inquiry->cli->out);
    if (err != AVOW_OK)
        return avow_cli_fail(inquiry->cli, AVOW_EXIT_UNKNOWN, "cannot search: %s",
                             avow_err_text(err));
    *found = recognised.path_count > 0;
    if (inquiry->cli->json) {
        avow_paths_put(&view, answer, &inquiry->ok);
        return AVOW_EXIT_OK;
    }
    (void)fputs("\nUnder the policy:\n", inquiry->cli->out);
    avow_paths_show(inquiry->cli->out, &view, colour ? AVOW_TERM_DIM : "",
                    colour ? AVOW_TERM_RESET : "");
    if (!*found)
        (void)fputs("  no way from any of its anchors to this issuer is shown\n",
                    inquiry->cli->out);
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ the answer */

static int answer(struct inquiry *inquiry)
{
    const struct avow_cli *cli = inquiry->cli;
    const bool has_policy = avow_cli_value(cli, "policy") != NULL;
    bool found = false;
    int status = AVOW_EXIT_OK;
    AVOW_CLEANUP(avow_json_release)
    json_t *object = json_object();
    avow_put(object, "issuer", avow_value_issuer(&inquiry->issuer), &inquiry->ok);
    if (!has_policy)
        avow_put(object, "paths", json_array(), &inquiry->ok);
    show_rows(inquiry);
    if (has_policy)
        status = show_paths(inquiry, object, &found);
    avow_put(object, "recognitions", json_incref(inquiry->rows), &inquiry->ok);
    avow_put(object, "recognised", found ? json_true() : json_null(), &inquiry->ok);
    if (status == AVOW_EXIT_OK && !inquiry->ok)
        status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    if (status == AVOW_EXIT_OK && cli->json)
        status = avow_cli_print_json(cli, json_incref(object));
    return status == AVOW_EXIT_OK && has_policy && !found ? AVOW_EXIT_UNKNOWN : status;
}

static int ask(struct inquiry *inquiry)
{
    char reason[AVOW_FETCH_REASON_MAX];
    const struct avow_cli *cli = inquiry->cli;
    const unsigned depth = avow_cli_value(cli, "policy") != NULL ? inquiry->policy.max_depth : 1;
    inquiry->client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    if (inquiry->client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    const enum avow_err err =
        avow_recognisers_list(inquiry->client, &inquiry->issuer, depth, &inquiry->list);
    if (err == AVOW_ERR_NOMEM)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", avow_client_reason(inquiry->client));
    return answer(inquiry);
}

static int run(struct avow_cli *cli)
{
    struct inquiry inquiry = {
        .cli = cli, .now = (uint64_t)time(NULL), .rows = json_array(), .ok = true};
    inquiry.at = inquiry.now;
    int status = avow_given_time(cli, "at", &inquiry.at);
    if (status == AVOW_EXIT_OK &&
        avow_id_issuer_parse(avow_bytes_text(cli->operands[0]), &inquiry.issuer) != AVOW_ACCEPT)
        status = avow_cli_fail(cli, AVOW_EXIT_USAGE, "\"%s\" is not an issuer's id, avow1…",
                               cli->operands[0]);
    if (status == AVOW_EXIT_OK)
        status = avow_policy_file_of_call(cli, &inquiry.policy);
    if (status == AVOW_EXIT_OK)
        status = ask(&inquiry);
    avow_recognisers_fini(&inquiry.list);
    avow_client_free(&inquiry.client);
    json_decref(inquiry.rows);
    return status;
}

static const struct avow_option options[] = {
    {.name = "at",
     .value = "TIME",
     .help = "for awards of this time (default: now): YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"},
    AVOW_POLICY_OPTIONS,
    {0},
};

const struct avow_command avow_cmd_recognised = {
    .name = "recognised",
    .operands = "ISSUER",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "show who recognises an issuer, and through whom",
    .details =
        "Lists the recognitions of an issuer that the node knows, each proved by the log of the "
        "body that made it, with its scope. With --policy also the ways from the policy's anchors "
        "to the issuer, as a body, whatever it awards; a credential may still be outside their "
        "scopes: `avow verify` judges that.\n"
        "\n"
        "Ends with 0 when an answer was given (with --policy: when there is a way), with 3 when "
        "none is shown: that there is none is not proved by this.",
    .options = options,
    .json = true,
    .run = run,
};
