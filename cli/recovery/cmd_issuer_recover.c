/* avow issuer recover: after a theft of the signing key, or of the root key: a root rotation at the
 * last good size, by the next root key, which every node follows; what was honest beyond it is
 * registered again.
 *
 * The batch is signed once, kept in home/recovery, and sent as it is until all is done. */
#include "cli/frame/confirm.h"
#include "cli/issuer/key_set.h"
#include "cli/issuer/node_names.h"
#include "cli/issuer/own_log_summary.h"
#include "cli/recovery/recovery_file.h"
#include "proto/codec/id.h"

#include <sodium.h>
#include <time.h>

#define LISTED_MAX 40 /* entries of each sort that are told one by one */

struct recovery {
    const struct avow_cli *cli;
    uint64_t from;
    struct avow_node_names home; /* that the batch names, if any */
    struct avow_outlook outlook;
    struct avow_salvage salvage;
    struct avow_reissue_files files;
    struct avow_key_set set;
};

/* ------------------------------------------------------------------ what was asked for */

static int number(const struct avow_cli *cli, const char *option, const char *text, uint64_t *value)
{
    if (avow_id_decimal_parse(avow_bytes_text(text), value) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s %s: not a number", option, text);
}

static int read_options(struct recovery *recovery)
{
    const struct avow_cli *cli = recovery->cli;
    const char *text = avow_cli_value(cli, "from");
    uint64_t ignored;
    int status = AVOW_EXIT_OK;
    if (text == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "from where? --from SIZE: the first entry that is not to be trusted");
    status = number(cli, "from", text, &recovery->from);
    text = avow_cli_value(cli, "honest-until");
    if (status == AVOW_EXIT_OK && text != NULL)
        status = number(cli, "honest-until", text, &ignored);
    for (size_t i = 0; status == AVOW_EXIT_OK && (text = avow_cli_value_at(cli, "drop", i)) != NULL;
         i++)
        status = number(cli, "drop", text, &ignored);
    return status == AVOW_EXIT_OK ? avow_node_names_home(cli, &recovery->home) : status;
}

/* A second history that reveals the same root key would be a root fork. */
static int check_from(const struct recovery *recovery)
{
    const struct avow_outlook *outlook = &recovery->outlook;
    const unsigned long long size = outlook->size;
    if (recovery->from < 1 || recovery->from > outlook->size)
        return avow_cli_fail(recovery->cli, AVOW_EXIT_USAGE,
                             "--from %llu: the log has %llu entries: write 1 to %llu",
                             (unsigned long long)recovery->from, size, size);
    for (size_t i = 0; i < outlook->chain->count; i++) {
        const struct avow_root_entry *entry = &outlook->chain->entries[i];
        if (entry->kind == AVOW_KIND_ROOT_ROTATION && entry->index >= recovery->from)
            return avow_cli_fail(recovery->cli, AVOW_EXIT_NEGATIVE,
                                 "entry %llu is a root rotation: a recovery below it could not be "
                                 "told from it, by anyone; write --from %llu or more",
                                 (unsigned long long)entry->index,
                                 (unsigned long long)entry->index + 1);
    }
    return AVOW_EXIT_OK;
}

/* How far the log is known to be honest: as far as the person says, or as this home has seen its
 * own records accepted. */
static int find_honest(struct recovery *recovery)
{
    const struct avow_cli *cli = recovery->cli;
    const char *text = avow_cli_value(cli, "honest-until");
    struct avow_own_log *log = &recovery->outlook.log;
    struct avow_checkpoint seen;
    bool contained = false;
    if (text != NULL)
        return number(cli, "honest-until", text, &recovery->salvage.honest);
    const enum avow_err err =
        avow_home_load_checkpoint(cli, &recovery->outlook.chain->issuer, &seen);
    int status = AVOW_EXIT_OK;
    if (err == AVOW_OK)
        status = avow_own_log_contains(cli, log, seen.size, &seen.root, &contained);
    if (status != AVOW_EXIT_OK)
        return status;
    recovery->salvage.honest = seen.size;
    if (err == AVOW_OK && contained)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s: %s",
                         err == AVOW_OK
                             ? "the node does not show the history that this home has signed"
                             : "this home does not know what it has signed",
                         "name another node with --node, or say with --honest-until SIZE up to "
                         "where the entries that it shows are yours (the --from for none)");
}

/* ------------------------------------------------------------------ telling */

static void tell_row(const struct recovery *recovery, const struct avow_salvage_row *row)
{
    const char *kind = row->kind < AVOW_KIND_COUNT ? avow_kind_name(row->kind) : "entry";
    const unsigned long long old = row->old, now = row->now;
    if (row->fate != AVOW_FATE_AGAIN)
        avow_cli_note(recovery->cli, "  %llu %s: left out: %s", old, kind, avow_fate_text(row));
    else if (row->kind != AVOW_KIND_ISSUE)
        avow_cli_note(recovery->cli, "  %llu %s: again at %llu", old, kind, now);
    else
        avow_cli_note(recovery->cli, "  %llu %s: again at %llu, %s%s", old, kind, now,
                      row->file != NULL ? "rewrites " : "its file is not at hand",
                      row->file != NULL ? row->file->path : "");
}

/* What needs a person's eye first: what is left out, and credentials without a file. */
static int sort_of(const struct avow_salvage_row *row)
{
    if (row->fate != AVOW_FATE_AGAIN)
        return 0;
    return row->kind == AVOW_KIND_ISSUE && row->file == NULL ? 1 : 2;
}

static void tell_rows(const struct recovery *recovery)
{
    size_t count, told;
    const struct avow_salvage_row *rows = avow_salvage_rows(&recovery->salvage, &count);
    for (int sort = 0; sort < 3; sort++) {
        told = 0;
        for (size_t i = 0; i < count; i++) {
            if (sort_of(&rows[i]) == sort && told++ < LISTED_MAX)
                tell_row(recovery, &rows[i]);
        }
        if (told > LISTED_MAX)
            avow_cli_note(recovery->cli, "  … and %zu more", told - LISTED_MAX);
    }
}

static void tell(const struct recovery *recovery)
{
    const struct avow_cli *cli = recovery->cli;
    const unsigned long long from = recovery->from, size = recovery->outlook.size;
    size_t count, sorts[3] = {0};
    const struct avow_salvage_row *rows = avow_salvage_rows(&recovery->salvage, &count);
    for (size_t i = 0; i < count; i++)
        sorts[sort_of(&rows[i])]++;
    avow_outlook_tell_log(&recovery->outlook);
    avow_cli_note(cli,
                  "- The next root key comes into force at entry %llu; all other keys end "
                  "there, whoever has them.",
                  from);
    avow_cli_note(cli, "- Entries 0 to %llu stay as they are.", from - 1);
    if (size > from)
        avow_cli_note(cli, "- Entries %llu to %llu are abandoned, on every node.", from, size - 1);
    avow_cli_note(cli,
                  "- Of these, %zu are registered again, %zu of them credentials whose files "
                  "are not at hand; %zu are left out:",
                  sorts[1] + sorts[2], sorts[1], sorts[0]);
    tell_rows(recovery);
    if (sorts[1] > 0)
        avow_cli_note(cli, "- A credential without its file (--files DIR) is in the log again, but "
                           "the file that its holder has is not good any more: issue it anew.");
    if (recovery->home.count > 0)
        avow_cli_note(cli, "- The home node is another one from there on: %s.",
                      avow_cli_value(cli, "home-node"));
}

/* ------------------------------------------------------------------ the batch */

/* The rotation, the nodes, and what is registered again. */
static int draft(struct recovery *recovery)
{
    struct avow_draft *draft = recovery->salvage.draft;
    const struct avow_state *state = avow_draft_state(draft);
    const uint64_t now = (uint64_t)time(NULL), t = now > state->time ? now : state->time;
    struct avow_entry entries[2];
    size_t count = 1;
    int status = avow_key_set_rotation(recovery->cli, &recovery->set, state, t, &entries[0]);
    if (recovery->home.count > 0)
        entries[count++] = (struct avow_entry){
            .kind = AVOW_KIND_NODES,
            .t = t,
            .nodes = {.count = recovery->home.count, .list = avow_buf_bytes(&recovery->home.list)}};
    for (size_t i = 0; i < count && status == AVOW_EXIT_OK; i++) {
        uint8_t storage[AVOW_ENTRY_BYTES_MAX];
        struct avow_buf out;
        enum avow_reject reject = AVOW_ACCEPT;
        avow_buf_init_fixed(&out, storage, sizeof(storage));
        avow_entry_encode(&out, &entries[i]);
        enum avow_err err = out.err;
        if (err == AVOW_OK)
            err = avow_draft_append(draft, avow_buf_bytes(&out), &reject);
        if (err != AVOW_OK || reject != AVOW_ACCEPT)
            status = avow_cli_fail(recovery->cli, AVOW_EXIT_NEGATIVE,
                                   "the log's rules refuse this %s entry: %s",
                                   avow_kind_name(entries[i].kind),
                                   err != AVOW_OK ? avow_err_text(err) : avow_reject_text(reject));
    }
    return status == AVOW_EXIT_OK ? avow_salvage_again(&recovery->salvage, &recovery->files,
                                                       &recovery->set.signing_key, t)
                                  : status;
}

static int sign_and_keep(const struct recovery *recovery)
{
    struct avow_checkpoint checkpoint;
    memcpy(&checkpoint, recovery->salvage.cuts.data, sizeof(checkpoint)); /* of the first batch */
    avow_checkpoint_sign(&checkpoint, recovery->set.signing);
    return avow_recovery_file_write(&recovery->salvage, &checkpoint);
}

/* From the log as the node has it to home/recovery, with the person's consent. */
static int prepare(struct recovery *recovery)
{
    const struct avow_cli *cli = recovery->cli;
    int status = avow_outlook_open(cli, &recovery->outlook);
    if (status == AVOW_EXIT_OK)
        status = check_from(recovery);
    if (status == AVOW_EXIT_OK)
        status = avow_salvage_read(cli, recovery->outlook.log.client,
                                   &recovery->outlook.log.proof->checkpoint, recovery->from,
                                   &recovery->salvage);
    if (status == AVOW_EXIT_OK)
        status = find_honest(recovery);
    if (status == AVOW_EXIT_OK)
        status =
            avow_reissue_find(cli, &recovery->salvage.issuer, recovery->from, &recovery->files);
    if (status == AVOW_EXIT_OK)
        status = avow_key_set_make(cli, &recovery->set);
    if (status == AVOW_EXIT_OK)
        status = draft(recovery);
    if (status != AVOW_EXIT_OK)
        return status;
    tell(recovery);
    status = avow_confirm(cli, "Recover? It cannot be undone.");
    return status == AVOW_EXIT_OK ? sign_and_keep(recovery) : status;
}

/* ------------------------------------------------------------------ the call */

static int run(struct avow_cli *cli)
{
    struct recovery recovery = {.cli = cli};
    struct avow_recovery_file file = {0};
    bool found;
    int status = avow_recovery_file_read(cli, &file, &found);
    if (status == AVOW_EXIT_OK && found) {
        avow_cli_note(cli, "Completing an earlier call that was cut short, from entry %llu on.",
                      (unsigned long long)file.from);
    } else if (status == AVOW_EXIT_OK) {
        status = read_options(&recovery);
        if (status == AVOW_EXIT_OK)
            status = prepare(&recovery);
        avow_recovery_file_fini(&file);
        if (status == AVOW_EXIT_OK)
            status = avow_recovery_file_read(cli, &file, &found);
    }
    if (status == AVOW_EXIT_OK)
        status = avow_recovery_file_send(cli, &file);
    avow_recovery_file_fini(&file);
    avow_key_set_fini(&recovery.set);
    avow_reissue_fini(&recovery.files);
    avow_salvage_fini(&recovery.salvage);
    avow_outlook_fini(&recovery.outlook);
    return status;
}

static const struct avow_option options[] = {
    {.name = "from",
     .value = "SIZE",
     .help = "the first entry that is abandoned: the rotation's place"},
    {.name = "honest-until",
     .value = "SIZE",
     .help = "entries below are yours (default: what this home has seen accepted)"},
    {.name = "drop",
     .value = "INDEX",
     .help = "leave this entry out all the same",
     .repeatable = true},
    {.name = "files",
     .value = "DIR",
     .help = "rewrite the badges in this folder whose records move",
     .repeatable = true},
    AVOW_HOME_NODE_OPTION,
    AVOW_KEY_SET_OPTIONS,
    AVOW_CONFIRM_OPTION,
    {0},
};

const struct avow_command avow_cmd_issuer_recover = {
    .name = "issuer recover",
    .operands = "",
    .summary = "after a theft of keys: go on from the last good entry",
    .details =
        "Puts a root rotation, by the next root key, at the entry that --from names. All nodes "
        "follow it, whatever the thief has signed beyond: those entries are abandoned, and nothing "
        "that the stolen keys sign later counts. What lay below never stopped being good.\n"
        "\n"
        "Honest entries beyond --from are registered again at new indices, revocations first. "
        "Credentials among them need new files: those that are found in --files are rewritten in "
        "place, others are listed. Achievements get new indices; a pathway whose rule names one of "
        "them, and root entries, are left out and listed.\n"
        "\n"
        "Choose a node (--node) that shows your own history. Says what will happen and asks. What "
        "is signed is kept in the home, and the same call sends it again until all is done.",
    .options = options,
    .json = true,
    .run = run,
};
