#include "cli/stack/stack_folder.h"

#include "cli/frame/ask.h"
#include "proto/codec/id.h"
#include "proto/codec/json.h"
#include "proto/credential/badge.h"
#include "proto/entry/details.h"
#include "sys/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define CONNECTIONS_MAX 16 /* anew, in one call */

/* ------------------------------------------------------------------ names and texts */

static bool is_wanted(const char *name)
{
    const size_t len = strlen(name);
    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static int by_name(const void *a, const void *b)
{
    const struct avow_stack_file *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static int add_name(struct avow_stack_folder *folder, const char *name)
{
    if (folder->count == AVOW_STACK_FILES_MAX)
        return avow_cli_fail(folder->cli, AVOW_EXIT_USAGE,
                             "too many files: a folder for one learner has at most %d",
                             AVOW_STACK_FILES_MAX);
    struct avow_stack_file *file = &folder->files[folder->count];
    *file = (struct avow_stack_file){.name = strdup(name)};
    avow_buf_init(&file->texts, AVOW_ENTRY_BYTES_MAX);
    if (file->name == NULL)
        return avow_cli_fail(folder->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    folder->count++;
    return AVOW_EXIT_OK;
}

static int list(struct avow_stack_folder *folder, const char *path)
{
    DIR *open = opendir(path);
    if (open == NULL)
        return avow_cli_fail(folder->cli, AVOW_EXIT_USAGE, "cannot read the folder %s: %s", path,
                             strerror(errno));
    int status = AVOW_EXIT_OK;
    for (const struct dirent *entry = readdir(open); entry != NULL && status == AVOW_EXIT_OK;
         entry = readdir(open)) {
        if (is_wanted(entry->d_name))
            status = add_name(folder, entry->d_name);
    }
    (void)closedir(open);
    if (folder->count > 0)
        qsort(folder->files, folder->count, sizeof(*folder->files), by_name);
    return status;
}

static int read_text(const struct avow_stack_folder *folder, const char *path,
                     struct avow_stack_file *file)
{
    char full[AVOW_PATH_BYTES];
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init_secret(&text, AVOW_SUBJECT_BYTES_MAX);
    enum avow_err err = avow_folder_join(path, file->name, full);
    if (err == AVOW_OK && avow_file_is_none(full)) {
        file->part = AVOW_STACK_NO_BADGE;
        (void)snprintf(file->detail, sizeof(file->detail), "not a file");
        return AVOW_EXIT_OK;
    }
    if (err == AVOW_OK)
        err = avow_file_read(full, AVOW_SUBJECT_BYTES_MAX, &text);
    if (err == AVOW_ERR_IO || err == AVOW_ERR_NOT_FOUND)
        return avow_cli_fail(folder->cli, AVOW_EXIT_USAGE,
                             "cannot read %s: %s: make it readable, or take it out of the folder",
                             full, strerror(errno));
    if (err == AVOW_OK)
        err = avow_subject_read(avow_buf_bytes(&text), &file->subject);
    if (err == AVOW_ERR_NOMEM)
        return avow_cli_fail(folder->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    if (err != AVOW_OK || !file->subject.subject.has_document) {
        file->part = AVOW_STACK_NO_BADGE;
        (void)snprintf(file->detail, sizeof(file->detail), "%s",
                       err == AVOW_OK             ? "a reference, and no badge"
                       : err == AVOW_ERR_REJECTED ? file->subject.reason
                                                  : avow_err_text(err));
    }
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ what it is for */

static bool names(const struct avow_stack_folder *folder, const struct avow_hash *issuer,
                  uint64_t achievement)
{
    struct avow_rule_walk walk;
    struct avow_rule_node node;
    avow_rule_walk_init(&walk, folder->view->pathway.rule);
    while (avow_rule_next(&walk, &node)) {
        const struct avow_hash *whose =
            node.has_issuer ? &node.issuer : &folder->view->reference.issuer;
        if (node.op == AVOW_RULE_ACHIEVEMENT && node.index == achievement &&
            avow_hash_equal(whose, issuer))
            return true;
    }
    return false;
}

/* By the log if it is shown; else by the document's own word. False if neither says. */
static bool find_achievement(const struct avow_stack_file *file, const struct avow_log_proof *proof,
                             uint64_t *achievement, uint64_t *awarded)
{
    struct avow_shown shown;
    struct avow_hash issuer;
    const size_t scheme = strlen(AVOW_BADGE_SCHEME);
    *awarded = file->subject.subject.valid_from;
    if (proof != NULL && avow_shown_get(proof, file->subject.subject.index, &shown) &&
        shown.decoded && shown.entry.kind == AVOW_KIND_ISSUE) {
        *achievement = shown.entry.issue.achievement;
        *awarded = shown.entry.issue.valid_from;
        return true;
    }
    const char *id = json_string_value(json_object_get(
        json_object_get(json_object_get(file->subject.document, "credentialSubject"),
                        "achievement"),
        "id"));
    return id != NULL && strncmp(id, AVOW_BADGE_SCHEME, scheme) == 0 &&
           avow_id_reference_parse(avow_bytes_text(id + scheme), &issuer, achievement) ==
               AVOW_ACCEPT &&
           avow_hash_equal(&issuer, &file->subject.subject.issuer);
}

static bool find_details(const struct avow_stack_folder *folder, const struct avow_log_proof *proof,
                         const struct avow_hash *issuer, uint64_t achievement,
                         struct avow_details *details)
{
    struct avow_shown shown;
    struct avow_achievement found;
    if (proof != NULL && avow_shown_get(proof, achievement, &shown) && shown.decoded &&
        shown.entry.kind == AVOW_KIND_ACHIEVEMENT)
        found = shown.entry.achievement;
    else if (avow_facts_definition(&folder->view->facts, issuer, achievement, &found) != AVOW_OK)
        return false;
    return avow_details_parse(found.details, details) == AVOW_ACCEPT;
}

static uint64_t eqf_of(struct avow_bytes framework, struct avow_bytes level)
{
    return avow_bytes_equal(framework, avow_bytes_text("EQF")) && level.len == 1 &&
                   level.data[0] >= '1' && level.data[0] <= '8'
               ? (uint64_t)(level.data[0] - '0')
               : 0;
}

/* Its own level in the EQF, else as the policy's first path puts it. */
static uint64_t level_of(const struct avow_details *details, const struct avow_verdict *verdict)
{
    uint64_t eqf = eqf_of(details->framework, details->level);
    for (size_t i = 0; i < verdict->recognised.path_count && eqf == 0; i++)
        eqf = eqf_of(verdict->recognised.paths[i].framework, verdict->recognised.paths[i].level);
    return eqf;
}

/* Copies of the texts, which are the evidence's. */
static enum avow_err keep_texts(struct avow_stack_file *file, const struct avow_details *details)
{
    const size_t field_len = details->field.len, system_len = details->credit_system.len;
    avow_buf_append(&file->texts, details->field.data, field_len);
    avow_buf_append(&file->texts, details->credit_system.data, system_len);
    if (file->texts.err != AVOW_OK)
        return file->texts.err;
    if (file->texts.len == 0)
        return AVOW_OK;
    file->item.field = avow_bytes(file->texts.data, field_len);
    file->item.credit_system = avow_bytes(file->texts.data + field_len, system_len);
    return AVOW_OK;
}

/* ------------------------------------------------------------------ asking the node */

/* One of the two: a whole subject, or a reference under a policy that has anchors. */
struct question {
    const struct avow_subject *subject;
    const struct avow_reference *reference;
    const struct avow_policy *policy;
};

static bool ask_once(struct avow_client *client, const struct question *question,
                     struct avow_fetched *fetched)
{
    if (question->subject == NULL)
        avow_fetch_under(client, question->reference, 1, question->policy, 0, fetched);
    else if (question->policy->anchor_count > 0)
        avow_fetch_subject_under(client, question->subject, question->policy, 0, fetched);
    else
        avow_fetch_subject(client, question->subject, fetched);
    return fetched->why != AVOW_WHY_UNREACHABLE || fetched->refusal != 0;
}

/* All over the view's connection, since a node bounds how many an address may make. One that was
 * cut is made anew and the question asked again; a node that does not answer it then either is not
 * asked about the files that follow. */
static void ask(struct avow_stack_folder *folder, const struct question *question,
                struct avow_fetched *fetched)
{
    char reason[AVOW_FETCH_REASON_MAX];
    if (folder->lost[0] != '\0') {
        *fetched = (struct avow_fetched){.why = AVOW_WHY_UNREACHABLE};
        (void)snprintf(fetched->reason, sizeof(fetched->reason), "%s", folder->lost);
        return;
    }
    if (ask_once(folder->view->client, question, fetched))
        return;
    struct avow_client *client = NULL;
    if (folder->connections++ < CONNECTIONS_MAX)
        client = avow_ask_connect(folder->cli, AVOW_PEER_CLIENT, reason);
    if (client != NULL) {
        avow_client_free(&folder->view->client);
        folder->view->client = client;
        avow_fetched_fini(fetched);
        if (ask_once(client, question, fetched))
            return;
    }
    (void)snprintf(folder->lost, sizeof(folder->lost), "%s", fetched->reason);
}

/* ------------------------------------------------------------------ recognised by whom */

/* The judge's terms, with one body for anchor, which recognises whatever it says. */
static void anchor_body(const struct avow_stack_folder *folder, size_t body,
                        struct avow_policy *policy)
{
    *policy = *folder->policy;
    policy->require_recognition = true; /* so that a node shows that there is none */
    policy->max_depth = AVOW_POLICY_MAX_DEPTH;
    policy->anchor_count = 1;
    policy->storage[0] = 0x80; /* an empty scope */
    policy->used = 1;
    policy->anchors[0] = (struct avow_anchor){.issuer = folder->bodies[body], .scope = {0, 1}};
    memset(policy->witness_names, 0, sizeof(policy->witness_names));
}

static enum avow_err search(struct avow_stack_folder *folder, const struct avow_policy *policy,
                            const struct avow_reference *reference, struct avow_award *award,
                            struct avow_recognised *recognised)
{
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched;
    struct avow_known_log log;
    ask(folder, &(struct question){.reference = reference, .policy = policy}, &fetched);
    const struct avow_facts facts = avow_facts_from_evidence(&fetched.evidence);
    award->covered_at = AVOW_NEVER;
    enum avow_err err = facts.log(facts.context, &reference->issuer, &log);
    if (err == AVOW_OK)
        err = avow_standing_covered_at(&facts, &log, policy, reference->index, folder->now,
                                       &award->covered_at);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    return avow_search(&facts, policy, award, folder->now, folder->now, recognised);
}

static enum avow_err ask_bodies(struct avow_stack_folder *folder,
                                const struct avow_details *details, struct avow_stack_file *file)
{
    const struct avow_subject *subject = &file->subject.subject;
    const struct avow_reference reference = {subject->issuer, subject->index};
    struct avow_award award = {.issuer = subject->issuer,
                               .achievement = file->item.achievement,
                               .framework = details->framework,
                               .level = details->level,
                               .field = details->field,
                               .time = file->item.awarded};
    struct avow_policy *policy = calloc(1, sizeof(*policy));
    struct avow_recognised *recognised = calloc(1, sizeof(*recognised));
    enum avow_err err = policy != NULL && recognised != NULL ? AVOW_OK : AVOW_ERR_NOMEM;
    for (size_t i = 0; i < folder->body_count && err == AVOW_OK; i++) {
        anchor_body(folder, i, policy);
        err = search(folder, policy, &reference, &award, recognised);
        if (err == AVOW_OK && recognised->path_count > 0)
            file->item.recognised_by |= UINT64_C(1) << i;
        else if (err == AVOW_OK && recognised->end != AVOW_SEARCH_WHOLE)
            file->maybe_recognised |= UINT64_C(1) << i;
    }
    free(policy);
    free(recognised);
    return err;
}

/* ------------------------------------------------------------------ one file */

static enum avow_err make_item(struct avow_stack_folder *folder, const struct avow_log_proof *proof,
                               const struct avow_verdict *verdict, uint64_t achievement,
                               uint64_t awarded, struct avow_stack_file *file)
{
    struct avow_details details;
    const struct avow_hash *issuer = &file->subject.subject.issuer;
    file->item =
        (struct avow_stack_item){.issuer = *issuer, .achievement = achievement, .awarded = awarded};
    file->is_blind = !find_details(folder, proof, issuer, achievement, &details);
    if (file->is_blind)
        return AVOW_OK;
    file->item.eqf = level_of(&details, verdict);
    file->item.credits = details.has_credits ? details.credits : 0;
    enum avow_err err = keep_texts(file, &details);
    return err == AVOW_OK && folder->body_count > 0 ? ask_bodies(folder, &details, file) : err;
}

static void take_word(struct avow_stack_file *file, const struct avow_verdict *verdict,
                      const struct avow_fetched *fetched)
{
    const bool in_the_way = verdict->word == AVOW_WORD_UNKNOWN && fetched->why != AVOW_WHY_NONE;
    file->word = verdict->word;
    file->why = in_the_way ? fetched->why : verdict->why;
    file->has_successor = verdict->has_successor;
    file->successor = verdict->successor;
    (void)snprintf(file->detail, sizeof(file->detail), "%s",
                   in_the_way ? fetched->reason : file->subject.reason);
}

static enum avow_err judge(struct avow_stack_folder *folder, struct avow_stack_file *file,
                           struct avow_verdict *verdict)
{
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched = {.why = AVOW_WHY_NONE};
    const struct avow_subject *subject = &file->subject.subject;
    uint64_t achievement, awarded;
    if (file->subject.has_reference)
        ask(folder, &(struct question){.subject = subject, .policy = folder->policy}, &fetched);
    const struct avow_facts facts = avow_facts_from_evidence(&fetched.evidence);
    enum avow_err err =
        avow_judge(&facts, folder->policy, subject, folder->now, folder->now, verdict);
    if (err != AVOW_OK)
        return err;
    take_word(file, verdict, &fetched);
    const struct avow_log_proof *proof = avow_evidence_log(&fetched.evidence, &subject->issuer);
    if (!find_achievement(file, proof, &achievement, &awarded) ||
        !names(folder, &subject->issuer, achievement)) {
        file->part = AVOW_STACK_ELSEWHERE;
        return AVOW_OK;
    }
    const int status = avow_word_exit(file->word);
    file->part = status == AVOW_EXIT_OK        ? AVOW_STACK_COUNTS
                 : status == AVOW_EXIT_UNKNOWN ? AVOW_STACK_UNTOLD
                                               : AVOW_STACK_CANNOT;
    return make_item(folder, proof, verdict, achievement, awarded, file);
}

/* The earlier file of the same record, if any: it counts once. */
static bool find_same(const struct avow_stack_folder *folder, size_t position)
{
    struct avow_stack_file *file = &folder->files[position];
    for (size_t i = 0; i < position; i++) {
        const struct avow_stack_file *other = &folder->files[i];
        if (other->subject.has_reference && file->subject.has_reference &&
            (other->part == AVOW_STACK_COUNTS || other->part == AVOW_STACK_UNTOLD) &&
            other->subject.subject.index == file->subject.subject.index &&
            avow_hash_equal(&other->subject.subject.issuer, &file->subject.subject.issuer)) {
            file->same = i;
            return true;
        }
    }
    return false;
}

static int read_one(struct avow_stack_folder *folder, const char *path, size_t position,
                    struct avow_verdict *verdict)
{
    struct avow_stack_file *file = &folder->files[position];
    int status = read_text(folder, path, file);
    if (status != AVOW_EXIT_OK || file->part == AVOW_STACK_NO_BADGE)
        return status;
    enum avow_err err = judge(folder, file, verdict);
    if (err != AVOW_OK)
        return avow_cli_fail(folder->cli, AVOW_EXIT_UNKNOWN, "cannot judge %s: %s", file->name,
                             avow_err_text(err));
    if (find_same(folder, position) &&
        (file->part == AVOW_STACK_COUNTS || file->part == AVOW_STACK_UNTOLD))
        file->part = AVOW_STACK_TWICE;
    return AVOW_EXIT_OK;
}

int avow_stack_folder_read(const struct avow_cli *cli, const char *path,
                           struct avow_pathway_view *view, const struct avow_policy *policy,
                           uint64_t now, struct avow_stack_folder *folder)
{
    *folder = (struct avow_stack_folder){.cli = cli, .view = view, .policy = policy, .now = now};
    folder->body_count = avow_stack_bodies(view->pathway.rule, folder->bodies);
    folder->files = calloc(AVOW_STACK_FILES_MAX, sizeof(*folder->files));
    struct avow_verdict *verdict = calloc(1, sizeof(*verdict));
    if (folder->files == NULL || verdict == NULL) {
        free(verdict);
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    int status = list(folder, path);
    for (size_t i = 0; i < folder->count && status == AVOW_EXIT_OK; i++)
        status = read_one(folder, path, i, verdict);
    free(verdict);
    return status;
}

void avow_stack_folder_fini(struct avow_stack_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->files[i].name);
        avow_subject_fini(&folder->files[i].subject);
        avow_buf_fini(&folder->files[i].texts);
    }
    free(folder->files);
    folder->files = NULL;
    folder->count = 0;
}
