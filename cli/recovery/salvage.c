#include "cli/recovery/salvage.h"

#include "cli/frame/ask.h"
#include "client/walk.h"
#include "proto/codec/id.h"
#include "proto/entry/references.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ reading the log */

struct reading {
    struct avow_salvage *salvage;
    enum avow_err err;
    enum avow_reject reject;
};

static bool take_entry(void *context, uint64_t index, struct avow_bytes bytes)
{
    struct reading *reading = context;
    struct avow_salvage *salvage = reading->salvage;
    if (index < salvage->from) {
        if (reading->err == AVOW_OK && reading->reject == AVOW_ACCEPT)
            reading->err = avow_draft_append(salvage->draft, bytes, &reading->reject);
        return reading->err != AVOW_ERR_NOMEM;
    }
    struct avow_entry entry;
    struct avow_salvage_row row = {.old = index, .fate = AVOW_FATE_RULE};
    row.reject = avow_entry_decode(bytes, &entry);
    row.kind = row.reject == AVOW_ACCEPT ? entry.kind : UINT64_MAX;
    avow_buf_append(&salvage->old_bytes, bytes.data, bytes.len);
    avow_buf_append(&salvage->old_ends, &salvage->old_bytes.len, sizeof(salvage->old_bytes.len));
    avow_buf_append(&salvage->rows, &row, sizeof(row));
    return salvage->old_bytes.err == AVOW_OK && salvage->old_ends.err == AVOW_OK &&
           salvage->rows.err == AVOW_OK;
}

int avow_salvage_read(const struct avow_cli *cli, struct avow_client *client,
                      const struct avow_checkpoint *checkpoint, uint64_t from,
                      struct avow_salvage *salvage)
{
    struct reading reading = {.salvage = salvage};
    *salvage = (struct avow_salvage){
        .cli = cli, .issuer = checkpoint->issuer, .from = from, .size = checkpoint->size};
    avow_buf_init(&salvage->old_bytes, SIZE_MAX / 2);
    avow_buf_init(&salvage->old_ends, SIZE_MAX / 2);
    avow_buf_init(&salvage->rows, SIZE_MAX / 2);
    avow_buf_init(&salvage->cuts, SIZE_MAX / 2);
    if (avow_draft_new(&salvage->draft) != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    int status = avow_ask_walk(cli, client, checkpoint, take_entry, &reading);
    if (status == AVOW_EXIT_OK && (reading.err != AVOW_OK || reading.reject != AVOW_ACCEPT))
        status = avow_cli_fail(
            cli, AVOW_EXIT_UNKNOWN, "the node's log breaks a rule below entry %llu: %s",
            (unsigned long long)from,
            reading.err != AVOW_OK ? avow_err_text(reading.err) : avow_reject_text(reading.reject));
    return status;
}

void avow_salvage_fini(struct avow_salvage *salvage)
{
    avow_draft_free(&salvage->draft);
    avow_buf_fini(&salvage->old_bytes);
    avow_buf_fini(&salvage->old_ends);
    avow_buf_fini(&salvage->rows);
    avow_buf_fini(&salvage->cuts);
}

struct avow_salvage_row *avow_salvage_rows(const struct avow_salvage *salvage, size_t *count)
{
    *count = salvage->rows.len / sizeof(struct avow_salvage_row);
    return (struct avow_salvage_row *)(void *)salvage->rows.data;
}

static struct avow_bytes old_entry(const struct avow_salvage *salvage, uint64_t index)
{
    const size_t *ends = (const size_t *)(const void *)salvage->old_ends.data;
    const size_t position = (size_t)(index - salvage->from);
    const size_t start = position == 0 ? 0 : ends[position - 1];
    return avow_bytes(salvage->old_bytes.data + start, ends[position] - start);
}

const char *avow_fate_text(const struct avow_salvage_row *row)
{
    switch (row->fate) {
    case AVOW_FATE_AGAIN:
        return "";
    case AVOW_FATE_BEYOND:
        return "this home has not seen it accepted (--honest-until)";
    case AVOW_FATE_DROPPED:
        return "dropped";
    case AVOW_FATE_ROOT:
        return "a root entry: do that anew";
    case AVOW_FATE_POINTS:
        return "it refers to an entry that is left out";
    case AVOW_FATE_RULE:
        return avow_reject_text(row->reject);
    case AVOW_FATE_DONE:
        return "its target has that state already";
    }
    return "";
}

/* ------------------------------------------------------------------ where entries are now */

/* False for one that is left out. */
static bool now_at(void *context, uint64_t index, uint64_t *now)
{
    const struct avow_salvage *salvage = context;
    size_t count;
    const struct avow_salvage_row *rows = avow_salvage_rows(salvage, &count);
    *now = index;
    if (index < salvage->from)
        return true;
    if (index - salvage->from >= count || rows[index - salvage->from].fate != AVOW_FATE_AGAIN)
        return false;
    *now = rows[index - salvage->from].now;
    return true;
}

static struct avow_reissue_map salvage_map(struct avow_salvage *salvage)
{
    return (struct avow_reissue_map){.context = salvage, .now = now_at};
}

/* ------------------------------------------------------------------ one entry */

struct again {
    struct avow_salvage *salvage;
    const struct avow_reissue_files *files;
    struct avow_reissue reissue;
    uint64_t t;
    size_t bytes, entries, references; /* of the batch so far */
    uint64_t last;                     /* what it referred to last */
};

/* What the entry refers to is where it is now. False when it is nowhere. */
static bool move_references(struct avow_salvage *salvage, struct avow_entry *entry)
{
    enum avow_status status;
    return avow_references_move(entry, &salvage->issuer, now_at, salvage) &&
           (entry->kind != AVOW_KIND_STATUS ||
            avow_draft_status(salvage->draft, entry->status.target, &status,
                              &entry->status.previous) == AVOW_OK);
}

/* A credential whose file is at hand gets the commitment that the file will have. */
static int take_file(const struct again *again, struct avow_salvage_row *row,
                     struct avow_entry *entry)
{
    if (entry->kind != AVOW_KIND_ISSUE)
        return AVOW_EXIT_OK;
    row->file = avow_reissue_of(again->files, row->old, &entry->issue.commitment);
    return row->file == NULL ? AVOW_EXIT_OK
                             : avow_reissue_commitment(again->salvage->cli, &again->reissue,
                                                       row->file->path, &entry->issue.commitment);
}

static int out_of_memory(const struct again *again)
{
    return avow_cli_fail(again->salvage->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

/* The batch ends where the draft ends now. */
static int cut(struct again *again)
{
    struct avow_salvage *salvage = again->salvage;
    struct avow_checkpoint text;
    enum avow_err err = avow_draft_checkpoint(salvage->draft, again->t, &text);
    if (err == AVOW_OK)
        avow_buf_append(&salvage->cuts, &text, sizeof(text));
    again->bytes = again->entries = again->references = 0;
    again->last = 0;
    return err == AVOW_OK && salvage->cuts.err == AVOW_OK ? AVOW_EXIT_OK : out_of_memory(again);
}

static bool is_full(const struct again *again, size_t len)
{
    if (again->salvage->cuts.len == 0)
        return again->bytes + len > AVOW_SALVAGE_FIRST_BYTES;
    return again->entries >= AVOW_SALVAGE_BATCH_ENTRIES ||
           again->references >= AVOW_SALVAGE_BATCH_REFERENCES;
}

static bool count_reference(void *context, uint64_t index)
{
    struct again *again = context;
    if (index != again->last) /* a batch repeats its achievement */
        again->references++;
    again->last = index;
    return true;
}

static void count(struct again *again, const struct avow_entry *entry, size_t len)
{
    again->bytes += len + 5; /* with the longest header of a binary */
    again->entries++;
    (void)avow_references_of(entry, &again->salvage->issuer, count_reference, again);
    if (entry->kind == AVOW_KIND_STATUS) /* the target is shown with its last status entry */
        again->references++;
}

static int append(struct again *again, struct avow_salvage_row *row, const struct avow_entry *entry)
{
    uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_buf out;
    struct avow_draft *draft = again->salvage->draft;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_entry_encode(&out, entry);
    int status = is_full(again, out.len) ? cut(again) : AVOW_EXIT_OK;
    if (status != AVOW_EXIT_OK)
        return status;
    row->now = avow_draft_size(draft);
    enum avow_err err =
        out.err != AVOW_OK ? out.err : avow_draft_append(draft, avow_buf_bytes(&out), &row->reject);
    if (err == AVOW_OK && row->reject == AVOW_ACCEPT)
        count(again, entry, out.len);
    if (err != AVOW_OK)
        return avow_cli_fail(again->salvage->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    row->fate = row->reject == AVOW_ACCEPT ? AVOW_FATE_AGAIN : AVOW_FATE_RULE;
    return AVOW_EXIT_OK;
}

static bool has_state(const struct avow_salvage *salvage, const struct avow_entry *entry)
{
    enum avow_status status;
    uint64_t last;
    return entry->kind == AVOW_KIND_STATUS &&
           avow_draft_status(salvage->draft, entry->status.target, &status, &last) == AVOW_OK &&
           (status == entry->status.state || status == AVOW_STATUS_REVOKED);
}

static int salvage_entry(struct again *again, struct avow_salvage_row *row)
{
    struct avow_entry entry;
    row->reject = avow_entry_decode(old_entry(again->salvage, row->old), &entry);
    if (row->reject != AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    entry.t = again->t;
    row->fate = AVOW_FATE_POINTS;
    if (!move_references(again->salvage, &entry))
        return AVOW_EXIT_OK;
    row->fate = AVOW_FATE_DONE;
    if (has_state(again->salvage, &entry))
        return AVOW_EXIT_OK;
    int status = take_file(again, row, &entry);
    return status == AVOW_EXIT_OK ? append(again, row, &entry) : status;
}

/* ------------------------------------------------------------------ all of them */

/* By what the person says of it. */
static bool is_dropped(const struct avow_cli *cli, uint64_t index)
{
    const char *text;
    uint64_t dropped;
    for (size_t i = 0; (text = avow_cli_value_at(cli, "drop", i)) != NULL; i++) {
        if (avow_id_decimal_parse(avow_bytes_text(text), &dropped) == AVOW_ACCEPT &&
            dropped == index)
            return true;
    }
    return false;
}

static bool is_honest(const struct avow_salvage *salvage, struct avow_salvage_row *row)
{
    if (row->kind >= AVOW_KIND_COUNT) {
        if (row->reject == AVOW_ACCEPT) /* without effect: what it says is not known here */
            row->reject = AVOW_REJECT_NEWER;
        return false;
    }
    if (avow_kind_is_root(row->kind))
        row->fate = AVOW_FATE_ROOT;
    else if (row->old >= salvage->honest)
        row->fate = AVOW_FATE_BEYOND;
    else if (is_dropped(salvage->cli, row->old))
        row->fate = AVOW_FATE_DROPPED;
    else
        return true;
    return false;
}

/* A revocation of what stays is not to wait for anything. */
static bool goes_first(const struct avow_salvage *salvage, const struct avow_salvage_row *row)
{
    struct avow_entry entry;
    return row->kind == AVOW_KIND_STATUS &&
           avow_entry_decode(old_entry(salvage, row->old), &entry) == AVOW_ACCEPT &&
           entry.status.state == AVOW_STATUS_REVOKED && entry.status.target < salvage->from;
}

int avow_salvage_again(struct avow_salvage *salvage, const struct avow_reissue_files *files,
                       const struct avow_key *key, uint64_t t)
{
    size_t row_count;
    struct avow_salvage_row *rows = avow_salvage_rows(salvage, &row_count);
    struct again again = {
        .salvage = salvage,
        .files = files,
        .reissue = {.issuer = salvage->issuer, .key = *key, .map = salvage_map(salvage)},
        .t = t,
    };
    int status = AVOW_EXIT_OK;
    for (size_t i = 0; i < row_count && status == AVOW_EXIT_OK; i++) {
        if (is_honest(salvage, &rows[i]) && goes_first(salvage, &rows[i]))
            status = salvage_entry(&again, &rows[i]);
    }
    for (size_t i = 0; i < row_count && status == AVOW_EXIT_OK; i++) {
        if (is_honest(salvage, &rows[i]) && !goes_first(salvage, &rows[i]))
            status = salvage_entry(&again, &rows[i]);
    }
    return status == AVOW_EXIT_OK ? cut(&again) : status;
}
