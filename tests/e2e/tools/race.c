/* race NODE ROUNDS SEED: two signers with the same key, on two connections, each with its own next
 * record, both at once, again and again.
 *
 * In each round both look at the log, make a batch of one to three records, propose it, and sign
 * what is held, until their own is accepted; one who finds the other's text held sometimes
 * completes it, as any signer may. Every text that either has signed is kept. In the end no two of
 * them have one size, each is a prefix of the one log that the node shows, each is acknowledged,
 * and each record is in that log exactly once.
 *
 * Prints the issuer's id, and on stderr how often the two got in each other's way. */
#include "proto/codec/id.h"
#include "tests/e2e/tools/tool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SIGNERS 2
#define BATCH_MAX 3
#define TRIES_MAX 100000

struct signer {
    struct avow_client *client;
    const struct tool_issuer *issuer;
    pthread_barrier_t *start;
    uint64_t rounds, random;
    char seed[32];
    uint64_t made;                 /* records */
    struct avow_checkpoint *texts; /* signed */
    size_t count, cap;
    uint64_t refused, completed; /* by the other's being faster; the other's text */
};

static void keep(struct signer *signer, const struct avow_checkpoint *text)
{
    if (signer->count == signer->cap) {
        signer->cap = signer->cap * 2 + 1024;
        signer->texts = realloc(signer->texts, signer->cap * sizeof(*text));
    }
    tool_expect(signer->texts != NULL, "memory");
    signer->texts[signer->count++] = *text;
}

/* A "no" that only says that the other was faster. */
static void must_be_in_the_way(struct signer *signer, enum avow_err err,
                               const struct avow_message *answer)
{
    if (err != AVOW_ERR_REFUSED ||
        (answer->code != AVOW_REFUSAL_HELD && answer->code != AVOW_REFUSAL_MOVED_ON))
        tool_die("%s", avow_client_reason(signer->client));
    signer->refused++;
}

static bool sign(struct signer *signer, struct avow_checkpoint *text)
{
    struct avow_message answer;
    keep(signer, text);
    enum avow_err err = tool_sign(signer->client, text, &signer->issuer->keys, &answer);
    if (err != AVOW_OK)
        must_be_in_the_way(signer, err, &answer);
    return err == AVOW_OK;
}

/* Signs the other's text, if it is held whole. */
static void complete_other(struct signer *signer)
{
    struct avow_message answer;
    struct avow_message question = {.type = AVOW_MESSAGE_GET_HELD, .issuer = signer->issuer->id};
    enum avow_err err = avow_client_ask(signer->client, &question, AVOW_MESSAGE_HELD_TEXT, &answer);
    if (err != AVOW_OK) {
        must_be_in_the_way(signer, err, &answer);
    } else if (answer.size == answer.checkpoint.size) {
        struct avow_checkpoint text = answer.checkpoint;
        signer->completed += sign(signer, &text) ? 1 : 0;
    }
}

/* Whether the log has what was proposed here: the other may have completed it, and gone on. */
static bool is_in(struct signer *signer, const struct avow_checkpoint *text)
{
    struct tool_view view;
    struct avow_message answer = {0};
    enum avow_err err = tool_view_fetch(&view, signer->client, &text->issuer, 0, &answer);
    tool_expect(err == AVOW_OK, "the log");
    struct avow_checkpoint now = view.proof->checkpoint;
    tool_view_fini(&view);
    if (now.size <= text->size)
        return now.size == text->size && avow_hash_equal(&now.root, &text->root);
    struct avow_message question = {.type = AVOW_MESSAGE_GET_CONSISTENCY,
                                    .issuer = text->issuer,
                                    .from = text->size,
                                    .size = now.size};
    err = avow_client_ask(signer->client, &question, AVOW_MESSAGE_CONSISTENCY, &answer);
    tool_expect(err == AVOW_OK, "a consistency proof");
    return avow_merkle_consistency_check(text->size, &text->root, now.size, &now.root,
                                         &answer.path) == AVOW_ACCEPT;
}

/* Proposes `records` more records on the log as it is; true when that is held. */
static bool propose(struct signer *signer, uint64_t records, struct avow_checkpoint *text)
{
    const struct tool_issuer *issuer = signer->issuer;
    struct tool_view view;
    struct avow_message answer;
    enum avow_err err =
        tool_view_fetch(&view, signer->client, &issuer->id, issuer->achievement, &answer);
    if (err != AVOW_OK)
        tool_die("%s", avow_client_reason(signer->client));
    for (uint64_t i = 0; i < records; i++) {
        struct avow_hash commitment = tool_commitment(signer->seed, signer->made + i);
        tool_append_issue(view.draft, issuer->achievement, &commitment);
    }
    tool_expect(avow_draft_checkpoint(view.draft, tool_unix(), text) == AVOW_OK, "a checkpoint");
    err = tool_propose(signer->client, view.draft, text, avow_draft_base(view.draft), text->size,
                       &answer);
    tool_view_fini(&view);
    if (err != AVOW_OK)
        must_be_in_the_way(signer, err, &answer);
    return err == AVOW_OK && answer.whole != 0;
}

/* One try to get `records` more records in; true when they are accepted. */
static bool try_once(struct signer *signer, uint64_t records)
{
    struct avow_checkpoint text;
    if (propose(signer, records, &text))
        return sign(signer, &text) || is_in(signer, &text);
    if (tool_random(&signer->random, 2) == 0)
        complete_other(signer);
    return false;
}

static void *run(void *argument)
{
    struct signer *signer = argument;
    struct avow_message answer;
    tool_expect(tool_prove_signer(signer->client, &signer->issuer->id, &signer->issuer->keys,
                                  &answer) == AVOW_OK,
                "a signer that is let in");
    for (uint64_t round = 0; round < signer->rounds; round++) {
        uint64_t records = 1 + tool_random(&signer->random, BATCH_MAX);
        unsigned tries = 0;
        (void)pthread_barrier_wait(signer->start);
        while (!try_once(signer, records))
            tool_expect(++tries < TRIES_MAX, "a signer that gets through");
        signer->made += records;
    }
    return NULL;
}

/* ---- in the end ---- */

/* The log as the node shows it, every entry applied anew; `roots[n]` is the root at size n. */
static struct avow_hash *download(struct signer *signer, struct avow_draft *log, uint64_t size)
{
    struct avow_hash *roots = calloc(size + 1, sizeof(*roots));
    tool_expect(roots != NULL, "memory");
    while (avow_draft_size(log) < size) {
        struct avow_message answer;
        struct avow_message question = {.type = AVOW_MESSAGE_GET_RANGE,
                                        .issuer = signer->issuer->id,
                                        .from = avow_draft_size(log),
                                        .count = 1000,
                                        .size = size};
        struct avow_bytes entry;
        if (avow_client_ask(signer->client, &question, AVOW_MESSAGE_RANGE, &answer) != AVOW_OK)
            tool_die("%s", avow_client_reason(signer->client));
        tool_expect(answer.entries.count > 0, "entries");
        while (avow_list_next_entry(&answer.entries, &entry)) {
            enum avow_reject reject;
            tool_expect(avow_draft_append(log, entry, &reject) == AVOW_OK && reject == AVOW_ACCEPT,
                        "a log by the rules");
            roots[avow_draft_size(log)] = avow_tree_root(&avow_draft_state(log)->tree);
        }
    }
    return roots;
}

static int by_size(const void *a, const void *b)
{
    const struct avow_checkpoint *left = a, *right = b;
    return left->size < right->size ? -1 : left->size > right->size;
}

/* Every text that was ever signed is a prefix of the log, and no two of one size differ. */
static uint64_t check_texts(const struct signer *signers, const struct avow_hash *roots,
                            uint64_t size)
{
    size_t count = signers[0].count + signers[1].count, distinct = 0;
    struct avow_checkpoint *texts = calloc(count + 1, sizeof(*texts));
    tool_expect(texts != NULL, "memory");
    memcpy(texts, signers[0].texts, signers[0].count * sizeof(*texts));
    memcpy(texts + signers[0].count, signers[1].texts, signers[1].count * sizeof(*texts));
    qsort(texts, count, sizeof(*texts), by_size);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size > size || !avow_hash_equal(&texts[i].root, &roots[texts[i].size]))
            tool_die("fork: a text of size %llu was signed that is not in the log",
                     (unsigned long long)texts[i].size);
        bool again = i > 0 && texts[i - 1].size == texts[i].size;
        if (again && !avow_checkpoint_same_text(&texts[i - 1], &texts[i]))
            tool_die("fork: two texts of size %llu were signed", (unsigned long long)texts[i].size);
        distinct += again ? 0 : 1;
    }
    free(texts);
    return distinct;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct avow_hash));
}

/* Each record of each signer is in the log once, and nothing else is. */
static void check_records(const struct signer *signers, const struct avow_draft *log)
{
    size_t count = 0, expected = signers[0].made + signers[1].made;
    struct avow_hash *found = calloc(avow_draft_size(log) + 1, sizeof(*found));
    tool_expect(found != NULL, "memory");
    for (uint64_t i = 0; i < avow_draft_size(log); i++) {
        struct avow_entry entry;
        tool_expect(avow_entry_decode(avow_draft_entry(log, i), &entry) == AVOW_ACCEPT, "entries");
        if (entry.kind == AVOW_KIND_ISSUE)
            found[count++] = entry.issue.commitment;
    }
    if (count != expected)
        tool_die("%zu records are in the log, %zu were accepted", count, expected);
    qsort(found, count, sizeof(*found), by_bytes);
    for (size_t i = 0; i < SIGNERS; i++) {
        for (uint64_t n = 0; n < signers[i].made; n++) {
            struct avow_hash record = tool_commitment(signers[i].seed, n);
            tool_expect(bsearch(&record, found, count, sizeof(*found), by_bytes) != NULL,
                        "every accepted record in the log");
        }
    }
    free(found);
}

static void conclude(struct signer *signers)
{
    struct tool_view view;
    struct avow_message answer;
    struct avow_draft *log;
    tool_expect(tool_view_fetch(&view, signers[0].client, &signers[0].issuer->id, 0, &answer) ==
                    AVOW_OK,
                "the log");
    struct avow_checkpoint now = view.proof->checkpoint;
    tool_expect(avow_draft_new(&log) == AVOW_OK, "memory");
    struct avow_hash *roots = download(&signers[0], log, now.size);
    tool_expect(avow_hash_equal(&roots[now.size], &now.root), "one root");
    uint64_t texts = check_texts(signers, roots, now.size);
    check_records(signers, log);
    (void)fprintf(stderr,
                  "%llu texts signed, %llu entries; %llu times in the way, %llu completed\n",
                  (unsigned long long)texts, (unsigned long long)now.size,
                  (unsigned long long)signers[0].refused + signers[1].refused,
                  (unsigned long long)signers[0].completed + signers[1].completed);
    tool_expect(signers[0].refused + signers[1].refused > signers[0].rounds / 100, "a race");
    free(roots);
    avow_draft_free(&log);
    tool_view_fini(&view);
}

int main(int argc, char **argv)
{
    struct signer signers[SIGNERS];
    struct tool_issuer issuer;
    pthread_t threads[SIGNERS];
    pthread_barrier_t start;
    char id[AVOW_ISSUER_TEXT_MAX];
    if (argc != 4 || avow_crypto_init() != AVOW_OK)
        tool_die("usage: race NODE ROUNDS SEED");
    uint64_t rounds = tool_number(argv[2]), seed = tool_number(argv[3]);
    tool_expect(pthread_barrier_init(&start, NULL, SIGNERS) == 0, "a barrier");
    for (unsigned i = 0; i < SIGNERS; i++) {
        signers[i] = (struct signer){.client = tool_connect(argv[1]),
                                     .issuer = &issuer,
                                     .start = &start,
                                     .rounds = rounds,
                                     .random = seed + i};
        (void)snprintf(signers[i].seed, sizeof(signers[i].seed), "Signer %u", i);
    }
    tool_issuer_init(&issuer, "Race", avow_client_node(signers[0].client), argv[1]);
    tool_submit(signers[0].client, issuer.draft, 0, &issuer.id, &issuer.keys);
    for (unsigned i = 0; i < SIGNERS; i++)
        tool_expect(pthread_create(&threads[i], NULL, run, &signers[i]) == 0, "a thread");
    for (unsigned i = 0; i < SIGNERS; i++)
        tool_expect(pthread_join(threads[i], NULL) == 0, "a thread's end");
    conclude(signers);
    avow_id_issuer_text(&issuer.id, id);
    (void)printf("%s\n", id);
    for (unsigned i = 0; i < SIGNERS; i++) {
        free(signers[i].texts);
        avow_client_free(&signers[i].client);
    }
    tool_issuer_fini(&issuer);
    return 0;
}
