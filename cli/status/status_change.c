/* In batches small enough for the proof of their targets to fit one answer. A batch is done whole
 * or not at all, and doing it again changes nothing. */
#include "cli/status/status_change.h"

#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/signer/signer.h"
#include "cli/status/targets.h"
#include "proto/codec/id.h"
#include "proto/json/put.h"

#include <stdlib.h>

#define BATCH_TARGETS 256

/* What was in the state already, by a status entry with a reason of its own. */
struct standing {
    uint64_t index, reason, since;
};

struct change {
    const struct avow_cli *cli;
    enum avow_status state;
    enum avow_reason reason;
    bool has_reason;   /* --reason was given */
    bool recognitions; /* only they are to be changed, and are said to be withdrawn */
    const struct avow_targets *targets;
    size_t first, count;       /* the batch at hand */
    size_t changed, unchanged; /* in the batches before it */
    size_t appended;           /* in the batch */
    struct avow_buf standing;  /* struct standing: where another reason was asked for */
    size_t standing_before;    /* its length before the batch */
    struct standing same;      /* the last where it was not; .since 0: none */
};

static int find_reason(struct change *change)
{
    const char *word = avow_cli_value(change->cli, "reason");
    change->reason = AVOW_REASON_UNSPECIFIED;
    change->has_reason = word != NULL;
    if (word == NULL || avow_reason_parse(avow_bytes_text(word), &change->reason))
        return AVOW_EXIT_OK;
    return avow_cli_fail(change->cli, AVOW_EXIT_USAGE, "--reason %s: the reasons are %s", word,
                         AVOW_REASON_WORDS);
}

/* ------------------------------------------------------------------ one target */

static int refuse(const struct change *change, const struct avow_target *target, const char *why)
{
    char reference[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(&change->targets->issuer, target->index, reference);
    return avow_cli_fail(change->cli, AVOW_EXIT_NEGATIVE, "%s %s", reference, why);
}

/* The entry is there, may have a status, and is the one that the file is about. */
static int check_entry(const struct change *change, const struct avow_target *target,
                       const struct avow_signer *signer)
{
    struct avow_entry entry;
    if (!avow_signer_entry(signer, target->index, &entry))
        return refuse(change, target, "is not in the log");
    if (!avow_kind_has_status(entry.kind))
        return refuse(change, target, "is not of a kind that can be revoked");
    if (change->recognitions && entry.kind != AVOW_KIND_RECOGNITION)
        return refuse(change, target, "is not a recognition: `avow revoke` is for the others");
    if (target->has_commitment && (entry.kind != AVOW_KIND_ISSUE ||
                                   !avow_hash_equal(&entry.issue.commitment, &target->commitment)))
        return refuse(change, target,
                      "records another credential than the file: the file was changed, or its "
                      "record was never accepted");
    return AVOW_EXIT_OK;
}

/* An entry has one reason for its state, the first: another one is not recorded, and the person is
 * told. */
static int keep(struct change *change, uint64_t target, uint64_t last,
                const struct avow_signer *signer)
{
    struct avow_entry entry;
    if (!avow_signer_entry(signer, last, &entry) || entry.kind != AVOW_KIND_STATUS)
        return AVOW_EXIT_OK; /* active from the beginning */
    const struct standing standing = {target, entry.status.reason, entry.t};
    if (!change->has_reason || entry.status.reason == (uint64_t)change->reason) {
        change->same = standing;
        return AVOW_EXIT_OK;
    }
    avow_buf_append(&change->standing, &standing, sizeof(standing));
    return change->standing.err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(change->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

static int append(struct change *change, const struct avow_target *target,
                  struct avow_signer *signer)
{
    enum avow_status status;
    uint64_t previous;
    int outcome = check_entry(change, target, signer);
    if (outcome != AVOW_EXIT_OK)
        return outcome;
    if (avow_draft_status(avow_signer_draft(signer), target->index, &status, &previous) != AVOW_OK)
        return refuse(change, target, "has a state that the node did not prove");
    if (status == change->state)
        return keep(change, target->index, previous, signer);
    if (status == AVOW_STATUS_REVOKED)
        return refuse(change, target, "is revoked, which is final");
    if (status == AVOW_STATUS_SUPERSEDED && change->state != AVOW_STATUS_REVOKED)
        return refuse(change, target, "is superseded: it can only be revoked");
    const struct avow_entry entry = {
        .kind = AVOW_KIND_STATUS,
        .t = avow_signer_time(signer),
        .status = {.target = target->index,
                   .previous = previous,
                   .state = change->state,
                   .reason = change->reason},
    };
    change->appended++;
    return avow_signer_append(signer, &entry);
}

/* ------------------------------------------------------------------ batches */

static int build(void *context, struct avow_signer *signer)
{
    struct change *change = context;
    int status = AVOW_EXIT_OK;
    change->appended = 0;
    change->standing.len = change->standing_before;
    for (size_t i = 0; i < change->count && status == AVOW_EXIT_OK; i++)
        status = append(change, &change->targets->items[change->first + i], signer);
    return status;
}

static int publish_batch(struct change *change, const struct avow_identity_keys *keys)
{
    uint64_t indices[BATCH_TARGETS];
    struct avow_published published;
    for (size_t i = 0; i < change->count; i++)
        indices[i] = change->targets->items[change->first + i].index;
    const struct avow_publication publication = {
        .indices = indices, .count = change->count, .build = build, .context = change};
    int status = avow_publish(change->cli, keys, &publication, &published);
    if (status == AVOW_EXIT_OK) {
        change->changed += change->appended;
        change->unchanged += change->count - change->appended;
        change->standing_before = change->standing.len;
    }
    return status;
}

static int publish_all(struct change *change, const struct avow_identity_keys *keys)
{
    int status = AVOW_EXIT_OK;
    while (status == AVOW_EXIT_OK && change->first < change->targets->count) {
        size_t rest = change->targets->count - change->first;
        change->count = rest < BATCH_TARGETS ? rest : BATCH_TARGETS;
        status = publish_batch(change, keys);
        change->first += change->count;
    }
    return status;
}

static void tell_standing(const struct change *change, const struct standing *standing,
                          const char *asked)
{
    char reference[AVOW_REFERENCE_TEXT_MAX], since[AVOW_TERM_TIME_MAX];
    avow_id_reference_text(&change->targets->issuer, standing->index, reference);
    avow_term_time(standing->since, since);
    avow_cli_note(change->cli, "%s is %s since %s, for the reason %s%s%s.", reference,
                  avow_status_name(change->state), since, avow_reason_name(standing->reason),
                  asked != NULL ? ", which stands; not recorded: " : "",
                  asked != NULL ? asked : "");
}

static void tell(const struct change *change, const struct standing *standing, size_t kept)
{
    const char *word = change->recognitions ? "withdrawn" : avow_status_name(change->state);
    const char *asked = avow_reason_name(change->reason);
    if (change->unchanged == 1 && kept == 0 && change->same.since > 0)
        tell_standing(change, &change->same, NULL);
    for (size_t i = 0; i < kept; i++)
        tell_standing(change, &standing[i], asked);
    if (change->unchanged > 0)
        avow_cli_note(change->cli, "%zu already %s.", change->unchanged, word);
    if (change->changed > 0)
        avow_cli_note(change->cli, "%zu now %s.", change->changed, word);
}

static json_t *list_standing(const struct change *change, const struct standing *standing,
                             size_t kept)
{
    bool ok = true;
    json_t *list = json_array();
    for (size_t i = 0; i < kept; i++) {
        json_t *row = json_object();
        avow_put(row, "reference",
                 avow_value_reference(&change->targets->issuer, standing[i].index), &ok);
        avow_put(row, "reason", json_string(avow_reason_name(standing[i].reason)), &ok);
        avow_put(row, "since", avow_value_uint(standing[i].since), &ok);
        avow_put_item(list, row, &ok);
    }
    return avow_put_whole(list, ok);
}

/* NEGATIVE when a reason that was asked for is not in the log. */
static int report(const struct change *change)
{
    const struct standing *standing = (const struct standing *)(const void *)change->standing.data;
    const size_t kept = change->standing.len / sizeof(*standing);
    int status = AVOW_EXIT_OK;
    tell(change, standing, kept);
    if (change->cli->json)
        status = avow_cli_print_json(
            change->cli,
            json_pack("{s:s, s:I, s:I, s:o}", "state", avow_status_name(change->state), "changed",
                      (json_int_t)change->changed, "unchanged", (json_int_t)change->unchanged,
                      "otherReason", list_standing(change, standing, kept)));
    return kept > 0 ? AVOW_EXIT_NEGATIVE : status;
}

static int change_all(struct avow_cli *cli, enum avow_status state, bool recognitions)
{
    struct avow_identity_keys keys = {0};
    struct avow_targets targets = {0};
    struct change change = {
        .cli = cli, .state = state, .recognitions = recognitions, .targets = &targets};
    avow_buf_init(&change.standing, SIZE_MAX / 2);
    int status = find_reason(&change);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_targets_read(cli, &keys.issuer, &targets);
    if (status == AVOW_EXIT_OK)
        status = publish_all(&change, &keys);
    if (status == AVOW_EXIT_OK)
        status = report(&change);
    else if (change.changed > 0)
        avow_cli_note(cli, "%zu had been changed before that; the same call goes on from there.",
                      change.changed);
    avow_buf_fini(&change.standing);
    avow_targets_fini(&targets);
    avow_identity_keys_fini(&keys);
    return status;
}

int avow_status_change(struct avow_cli *cli, enum avow_status state)
{
    return change_all(cli, state, false);
}

int avow_status_change_withdraw(struct avow_cli *cli)
{
    return change_all(cli, AVOW_STATUS_REVOKED, true);
}
