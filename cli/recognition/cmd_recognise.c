/* avow recognise: a body's signed word about an issuer, or about another body. */
#include "cli/frame/say.h"
#include "cli/home/own_log.h"
#include "cli/recognition/same_statement.h"
#include "cli/recognition/statements.h"
#include "cli/signer/signer.h"
#include "cli/signer/signer_inner.h"
#include "proto/codec/id.h"
#include "proto/crypto/sha256.h"
#include "proto/json/put.h"
#include "sys/files.h"

struct publishing {
    const struct avow_cli *cli;
    struct avow_statements *statements;
    bool looked; /* for what is there already, once: what the log gained since is not ours */
    size_t added;
};

static int build(void *context, struct avow_signer *signer)
{
    struct publishing *publishing = context;
    struct avow_statements *statements = publishing->statements;
    int status = AVOW_EXIT_OK;
    publishing->added = 0;
    if (!publishing->looked)
        status = avow_same_statement(publishing->cli, signer->client, &signer->proof->checkpoint,
                                     statements);
    publishing->looked = status == AVOW_EXIT_OK;
    for (size_t i = 0; i < statements->count && status == AVOW_EXIT_OK; i++) {
        struct avow_statement *statement = &statements->items[i];
        if (statement->known)
            continue;
        struct avow_entry entry = statement->entry;
        entry.t = avow_signer_time(signer);
        statement->index = avow_draft_size(avow_signer_draft(signer));
        status = avow_signer_append(signer, &entry);
        publishing->added++;
    }
    return status;
}

/* An earlier call of the same request had published them: where, the log itself tells. */
static int locate(struct publishing *publishing, const struct avow_hash *issuer, uint64_t base)
{
    struct avow_statements *statements = publishing->statements;
    struct avow_own_log log;
    int status = avow_own_log_open(publishing->cli, issuer, NULL, 0, &log);
    if (status == AVOW_EXIT_OK)
        status =
            avow_same_statement(publishing->cli, log.client, &log.proof->checkpoint, statements);
    avow_own_log_fini(&log);
    for (size_t i = 0; i < statements->count; i++) {
        if (!statements->items[i].known)
            statements->items[i].index = base + i;
    }
    return status;
}

/* What is asked for: the words of the call, and what is in its file. */
static struct avow_hash request_of(const struct avow_cli *cli,
                                   const struct avow_statements *statements)
{
    struct avow_hash hash = avow_cli_request(cli);
    for (size_t i = 0; i < statements->count; i++) {
        const struct avow_bytes parts[] = {
            avow_bytes(hash.bytes, sizeof(hash.bytes)),
            avow_bytes(statements->items[i].digest.bytes, sizeof(hash.bytes))};
        hash = avow_sha256(parts, 2);
    }
    return hash;
}

static json_t *rows_json(const struct avow_statements *statements)
{
    bool ok = true;
    json_t *rows = json_array();
    for (size_t i = 0; i < statements->count; i++) {
        const struct avow_statement *statement = &statements->items[i];
        const struct avow_recognition *recognition = &statement->entry.recognition;
        json_t *row = json_object();
        avow_put(row, "index", avow_value_uint(statement->index), &ok);
        avow_put(row, "issuer", avow_value_issuer(&recognition->subject), &ok);
        avow_put(row, "subject_name", avow_value_text(recognition->subject_name), &ok);
        avow_put(row, "before", json_boolean(statement->known), &ok);
        avow_put_item(rows, row, &ok);
    }
    return avow_put_whole(rows, ok);
}

static int report_one(const struct avow_cli *cli, const struct avow_statement *statement)
{
    if (statement->known)
        avow_cli_note(cli, "The log says so already; nothing was added.");
    (void)fprintf(cli->out, cli->json ? "{\"index\": %llu}\n" : "%llu\n",
                  (unsigned long long)statement->index);
    return AVOW_EXIT_OK;
}

static int report(const struct publishing *publishing)
{
    const struct avow_cli *cli = publishing->cli;
    const struct avow_statements *statements = publishing->statements;
    size_t known = 0;
    if (avow_cli_value(cli, "csv") == NULL)
        return report_one(cli, &statements->items[0]);
    for (size_t i = 0; i < statements->count; i++) {
        const struct avow_statement *statement = &statements->items[i];
        char id[AVOW_ISSUER_TEXT_MAX];
        avow_id_issuer_text(&statement->entry.recognition.subject, id);
        known += statement->known ? 1 : 0;
        if (cli->json)
            continue;
        (void)fprintf(cli->out, "%8llu  %s  ", (unsigned long long)statement->index, id);
        avow_cli_print_text(cli->out, statement->entry.recognition.subject_name);
        (void)fputc('\n', cli->out);
    }
    if (known > 0)
        avow_cli_note(cli, "%zu had been published before.", known);
    avow_cli_note(cli, "%zu recognition%s published, under one signature.",
                  statements->count - known, statements->count - known == 1 ? "" : "s");
    return cli->json ? avow_cli_print_json(cli, rows_json(statements)) : AVOW_EXIT_OK;
}

static int publish(struct publishing *publishing, const struct avow_identity_keys *keys)
{
    const struct avow_cli *cli = publishing->cli;
    const struct avow_hash request = request_of(cli, publishing->statements);
    const struct avow_publication publication = {
        .request = &request, .build = build, .context = publishing};
    struct avow_published published;
    int status = avow_publish(cli, keys, &publication, &published);
    if (status == AVOW_EXIT_OK && published.before)
        status = locate(publishing, &keys->issuer, published.base);
    if (status == AVOW_EXIT_OK)
        status = report(publishing);
    if (status == AVOW_EXIT_OK)
        avow_published_told(cli, &published);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct avow_statements statements = {0};
    struct publishing publishing = {.cli = cli, .statements = &statements};
    int status = avow_home_issuer(cli, &keys.issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_statements_read(cli, &keys.issuer, &statements);
    if (status == AVOW_EXIT_OK && avow_cli_flag(cli, "dry-run"))
        avow_cli_note(cli, "%zu recognition%s would be published; nothing was.", statements.count,
                      statements.count == 1 ? "" : "s");
    else if (status == AVOW_EXIT_OK && statements.count == 0)
        avow_cli_note(cli, "The file has no rows; nothing was published.");
    else if (status == AVOW_EXIT_OK) {
        status = avow_home_identity(cli, &keys);
        if (status == AVOW_EXIT_OK)
            status = publish(&publishing, &keys);
    }
    avow_statements_fini(&statements);
    avow_identity_keys_fini(&keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "as", .value = "ROLE", .help = "issuer, or authority: whom it recognises counts too"},
    {.name = "subject-name", .value = "NAME", .help = "by which you know it"},
    {.name = "fields", .value = "LIST", .help = "only these ISCED-F fields and below: 0612,07"},
    {.name = "levels", .value = "RANGE", .help = "only these levels of the EQF: 5-7"},
    {.name = "regions", .value = "LIST", .help = "where it has effect, ISO 3166: PT,PT-13"},
    {.name = "achievements", .value = "LIST", .help = "only these, by index in its log: 2,5"},
    {.name = "depth", .value = "N", .help = "how many further steps an authority's word goes"},
    {.name = "equivalence",
     .value = "ROW",
     .help = "its level and the equal of yours: KNQF:7=EQF:6",
     .repeatable = true},
    {.name = "from", .value = "DATE", .help = "of the awards covered (default: of any date)"},
    {.name = "until", .value = "DATE", .help = "the last day of the awards covered"},
    {.name = "basis", .value = "URI", .help = "where the decision can be read: https, http or urn"},
    {.name = "csv", .value = "FILE", .help = "many, one a row; columns named like the options"},
    {.name = "dry-run", .help = "check everything, publish nothing"},
    {0},
};

const struct avow_command avow_cmd_recognise = {
    .name = "recognise",
    .operands = "[ISSUER]",
    .operands_max = 1,
    .summary = "say that you recognise an issuer, or another body, and for what",
    .details =
        "Publishes a signed recognition in this body's log and prints its index. Verifiers who "
        "have chosen this body as an anchor then accept the issuer's awards within the scope "
        "that is given; what is not given does not narrow. --as, --subject-name and --basis must "
        "be there. The same recognition that stands already is not published twice.\n"
        "\n"
        "An equivalence is directional: KNQF:7=EQF:6 says what their level 7 counts for here.\n"
        "\n"
        "A CSV file has the column issuer and columns named like the options (lists separated by "
        "spaces, commas or semicolons). All problems are told by line and column, and then "
        "nothing is signed; else all rows go into the log under one signature, and each is "
        "printed with its index.\n"
        "\n"
        "    avow recognise avow1\xe2\x80\xa6 --as issuer --subject-name 'Nairobi Technical "
        "Institute' \\\n"
        "        --fields 07 --levels 4-6 --regions PT --equivalence KNQF:5=EQF:4 \\\n"
        "        --basis https://agency.example/decisions/17\n",
    .options = options,
    .json = true,
    .run = run,
};
