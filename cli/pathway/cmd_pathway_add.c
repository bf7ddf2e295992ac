/* avow pathway add: by which credentials a larger award is earned. */
#include "cli/frame/ask.h"
#include "cli/frame/given.h"
#include "cli/pathway/pathway_file.h"
#include "cli/signer/signer.h"
#include "cli/signer/signer_inner.h"
#include "client/walk.h"
#include "proto/crypto/sha256.h"
#include "proto/entry/references.h"
#include "proto/entry/rule.h"
#include "proto/log/status_map.h"

/* As for achievements: a larger log is not fetched whole to spare somebody a second pathway. */
#define SAME_SIZE_MAX 131072

struct addition {
    const struct avow_cli *cli;
    const struct avow_pathway *pathway;
    bool replaces;
    uint64_t replaced;
    bool looked;    /* for the same one, once */
    uint64_t same;  /* the newest that says the same and stands; 0: none */
    uint64_t index; /* the answer */
    size_t index_count;
    uint64_t indices[AVOW_RULE_NODES_MAX + 2]; /* of the award, of the rule's achievements here, of
                                                  what is replaced */
};

/* ------------------------------------------------------------------ what is there already */

static bool look_at(void *context, uint64_t index, struct avow_bytes bytes)
{
    struct addition *addition = context;
    const struct avow_pathway *wanted = addition->pathway;
    struct avow_entry entry;
    if (avow_entry_decode(bytes, &entry) != AVOW_ACCEPT)
        return true;
    if (entry.kind == AVOW_KIND_STATUS && entry.status.target == addition->same &&
        entry.status.state != AVOW_STATUS_ACTIVE)
        addition->same = 0;
    if (entry.kind == AVOW_KIND_PATHWAY && entry.pathway.award == wanted->award &&
        entry.pathway.cascade == wanted->cascade &&
        avow_bytes_equal(entry.pathway.title, wanted->title) &&
        avow_bytes_equal(entry.pathway.rule, wanted->rule))
        addition->same = index;
    return true;
}

static int look_for_same(struct addition *addition, struct avow_signer *signer)
{
    const struct avow_checkpoint *checkpoint = &signer->proof->checkpoint;
    if (addition->looked || checkpoint->size > SAME_SIZE_MAX)
        return AVOW_EXIT_OK;
    int status = avow_ask_walk(addition->cli, signer->client, checkpoint, look_at, addition);
    addition->looked = status == AVOW_EXIT_OK;
    return status;
}

/* ------------------------------------------------------------------ the new entries */

/* What the rule and the award name in this log must be achievements. */
static int check_achievements(const struct addition *addition, const struct avow_signer *signer)
{
    for (size_t i = 0; i < addition->index_count; i++) {
        struct avow_entry entry;
        const uint64_t index = addition->indices[i];
        if (addition->replaces && index == addition->replaced)
            continue;
        if (!avow_signer_entry(signer, index, &entry) || entry.kind != AVOW_KIND_ACHIEVEMENT)
            return avow_cli_fail(addition->cli, AVOW_EXIT_NEGATIVE,
                                 "entry %llu of your log is not an achievement, as the pathway has "
                                 "it: `avow achievement list` has them",
                                 (unsigned long long)index);
    }
    return AVOW_EXIT_OK;
}

/* Sets `*done` if it is replaced already, by the same pathway. */
static int check_replaced(struct addition *addition, struct avow_signer *signer, uint64_t *previous,
                          bool *done)
{
    const struct avow_cli *cli = addition->cli;
    const unsigned long long replaced = addition->replaced;
    struct avow_entry entry, change;
    enum avow_status state;
    *done = false;
    if (!avow_signer_entry(signer, addition->replaced, &entry) || entry.kind != AVOW_KIND_PATHWAY)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "--replaces %llu: that entry is no pathway",
                             replaced);
    if (avow_draft_status(avow_signer_draft(signer), addition->replaced, &state, previous) !=
        AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN,
                             "--replaces %llu: the node did not prove its state", replaced);
    if (state == AVOW_STATUS_ACTIVE)
        return AVOW_EXIT_OK;
    const bool named = state == AVOW_STATUS_SUPERSEDED &&
                       avow_signer_entry(signer, *previous, &change) &&
                       change.kind == AVOW_KIND_STATUS && change.status.has_successor;
    *done = named && addition->same != 0 && change.status.successor == addition->same;
    if (*done)
        return AVOW_EXIT_OK;
    if (named)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "--replaces %llu: entry %llu has replaced it: replace that one",
                             replaced, (unsigned long long)change.status.successor);
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "--replaces %llu: it is %s", replaced,
                         avow_status_name(state));
}

static int append(struct addition *addition, struct avow_signer *signer, uint64_t previous)
{
    const uint64_t t = avow_signer_time(signer);
    const struct avow_entry entry = {
        .kind = AVOW_KIND_PATHWAY, .t = t, .pathway = *addition->pathway};
    addition->index = avow_draft_size(avow_signer_draft(signer));
    int status = avow_signer_append(signer, &entry);
    if (status != AVOW_EXIT_OK || !addition->replaces)
        return status;
    const struct avow_entry change = {
        .kind = AVOW_KIND_STATUS,
        .t = t,
        .status = {.target = addition->replaced,
                   .previous = previous,
                   .state = AVOW_STATUS_SUPERSEDED,
                   .reason = AVOW_REASON_REPLACED,
                   .has_successor = true,
                   .successor = addition->index},
    };
    return avow_signer_append(signer, &change);
}

static int build(void *context, struct avow_signer *signer)
{
    struct addition *addition = context;
    uint64_t previous = 0;
    bool done = false;
    int status = look_for_same(addition, signer);
    if (status == AVOW_EXIT_OK)
        status = check_achievements(addition, signer);
    if (status == AVOW_EXIT_OK && addition->replaces)
        status = check_replaced(addition, signer, &previous, &done);
    if (status != AVOW_EXIT_OK)
        return status;
    if (done || (!addition->replaces && addition->same != 0)) {
        addition->index = addition->same;
        avow_cli_note(addition->cli, "The log says so already; nothing was added.");
        return AVOW_EXIT_OK;
    }
    return append(addition, signer, previous);
}

/* ------------------------------------------------------------------ the call */

static bool need(void *context, uint64_t index)
{
    struct addition *addition = context;
    for (size_t i = 0; i < addition->index_count; i++) {
        if (addition->indices[i] == index)
            return true;
    }
    addition->indices[addition->index_count++] = index;
    return true;
}

static void list_needed(struct addition *addition, const struct avow_hash *own)
{
    const struct avow_entry entry = {.kind = AVOW_KIND_PATHWAY, .pathway = *addition->pathway};
    (void)avow_references_of(&entry, own, need, addition);
    if (addition->replaces)
        (void)need(addition, addition->replaced);
}

/* What is asked for: the words of the call, and what is in its file. */
static struct avow_hash request_of(const struct avow_cli *cli, const struct avow_pathway *pathway)
{
    const struct avow_hash words = avow_cli_request(cli);
    const uint64_t numbers[] = {pathway->award, pathway->cascade};
    const struct avow_bytes parts[] = {avow_bytes(words.bytes, sizeof(words.bytes)),
                                       avow_bytes((const uint8_t *)numbers, sizeof(numbers)),
                                       pathway->title, pathway->rule};
    return avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
}

static int publish(struct addition *addition, const struct avow_identity_keys *keys)
{
    const struct avow_cli *cli = addition->cli;
    const struct avow_hash request = request_of(cli, addition->pathway);
    const struct avow_publication publication = {
        .request = &request,
        .indices = addition->indices,
        .count = addition->index_count,
        .build = build,
        .context = addition,
    };
    struct avow_published published;
    int status = avow_publish(cli, keys, &publication, &published);
    if (status != AVOW_EXIT_OK)
        return status;
    (void)fprintf(cli->out, cli->json ? "{\"index\": %llu}\n" : "%llu\n",
                  (unsigned long long)(published.before ? published.base : addition->index));
    avow_published_told(cli, &published);
    return AVOW_EXIT_OK;
}

static int run(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct avow_pathway_file file = {.document = NULL};
    struct addition addition = {.cli = cli, .pathway = &file.pathway};
    const char *replaces = avow_cli_value(cli, "replaces");
    addition.replaces = replaces != NULL;
    int status = avow_home_issuer(cli, &keys.issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_pathway_file_read(cli, cli->operands[0], &keys.issuer, &file);
    if (status == AVOW_EXIT_OK && replaces != NULL)
        status = avow_given_index(cli, replaces, &keys.issuer, &addition.replaced);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK) {
        list_needed(&addition, &keys.issuer);
        status = publish(&addition, &keys);
    }
    avow_pathway_file_fini(&file);
    avow_identity_keys_fini(&keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "replaces",
     .value = "INDEX",
     .help = "an older pathway of yours that this one supersedes"},
    {0},
};

const struct avow_command avow_cmd_pathway_add = {
    .name = "pathway add",
    .operands = "FILE.json",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "publish by which credentials a larger award is earned",
    .details =
        "Reads {\"title\", \"award\", \"cascade\", \"rule\"} and prints the index of the pathway "
        "in "
        "your log. award is the index of your achievement that it leads to. cascade says what a "
        "component's later revocation does to the award: invalid, degraded (valid, with a "
        "warning) or grandfathered. A rule is one of\n"
        "\n"
        "    [\"achievement\", null, 2]        your achievement 2 (another's: its id, "
        "\"avow1\xe2\x80\xa6\")\n"
        "    [\"all\", rule, \xe2\x80\xa6]                every one of these\n"
        "    [\"any\", rule, \xe2\x80\xa6]                one of these\n"
        "    [\"n\", 2, rule, \xe2\x80\xa6]               two of these\n"
        "    [\"credits\", 30, \"ECTS\", rule]   what counts there adds up to 30 ECTS\n"
        "    [\"where\", {\"level\": [5, 7], \"field\": \"06\", \"issuer\": "
        "\"avow1\xe2\x80\xa6\",\n"
        "        \"recognised_by\": \"avow1\xe2\x80\xa6\", \"within\": \"5y\"}, rule]   of what "
        "fits\n"
        "    [\"distinct\", rule]              no credential counts twice\n"
        "\n"
        "avow pathway explain says a rule in words. What the log says already is not said again.\n",
    .options = options,
    .json = true,
    .run = run,
};
