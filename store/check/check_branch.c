/* Candidates checked like logs, and what is to go: whole, or as far as it is still there. */
#include "store/catalogue/index.h"
#include "store/check/check_replay_inner.h"
#include "store/rows/branch_rows.h"
#include "store/rows/charge.h"

static enum avow_err check_candidate(struct avow_replay *replay, const struct avow_state *stored)
{
    bool good;
    uint64_t size = stored->tree.size;
    enum avow_err err = avow_replay_number(replay);
    if (err == AVOW_OK)
        err = avow_replay_to(replay, size, &good);
    if (err != AVOW_OK || !good)
        return err;
    if (size > 0)
        err = avow_replay_compare(replay, stored, AVOW_CHAIN_ACCEPTED);
    if (err == AVOW_OK && size > 0)
        err = avow_checker_status_accepted(replay->check, replay->number, replay->issuer,
                                           &replay->status, size, NULL);
    return err == AVOW_OK ? avow_replay_leftovers(replay) : err;
}

static enum avow_err candidate_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_hash issuer = {{0}};
    struct avow_branch_info info = {0};
    struct avow_state stored;
    if (key.len == sizeof(issuer.bytes))
        memcpy(issuer.bytes, key.data, sizeof(issuer.bytes));
    enum avow_err err = avow_branch_read(value, &issuer, &info, &stored);
    if (err == AVOW_OK) {
        struct avow_replay replay;
        avow_replay_init(&replay, check, &issuer, info.number);
        err = check_candidate(&replay, &stored);
        if (replay.bytes != info.bytes)
            avow_replay_problem(&replay, "the count of a log's bytes is wrong", 0);
        if (!avow_checkpoint_verify(&info.checkpoint))
            avow_replay_problem(&replay, "a candidate's checkpoint is not signed", 0);
        avow_replay_fini(&replay);
    } else {
        check->problem(check, "a candidate's row is damaged", &issuer, 0);
        err = AVOW_OK;
    }
    avow_state_fini(&stored);
    return err == AVOW_OK ? avow_map64_put(&check->numbers, info.number, 1) : err;
}

/* ----------------------------------------------------------------- retired */

static enum avow_err check_whole(struct avow_checker *check, const struct avow_hash *issuer,
                                 const struct avow_retired *retired)
{
    struct avow_replay replay;
    bool good;
    avow_replay_init(&replay, check, issuer, retired->number);
    enum avow_err err = avow_replay_signed(&replay, &retired->checkpoint, &good);
    if (err == AVOW_OK && good)
        err = avow_replay_compare(&replay, NULL, AVOW_CHAIN_ACCEPTED);
    if (err == AVOW_OK && good)
        err = avow_replay_leftovers(&replay);
    avow_replay_fini(&replay);
    return err;
}

static enum avow_err bundle_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_bundle bundle;
    (void)key;
    if (avow_bundle_open(value, &bundle) == AVOW_OK) {
        check->found.entries += bundle.count;
        return avow_charge_bundle(&bundle, 0, &check->found.bytes);
    }
    return AVOW_OK;
}

/* Index rows go before the entries that they are of. */
static enum avow_err class_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_entry entry;
    struct avow_bytes bytes;
    bool good = false;
    (void)value;
    if (key.len != 13) {
        check->problem(check, "a row of an index is damaged", NULL, 0);
        return AVOW_OK;
    }
    uint32_t number = avow_get_u32be(key.data);
    uint64_t index = avow_get_u64be(key.data + 5);
    struct avow_node_source source = {.db = check->db, .log = number};
    if (key.data[4] == AVOW_CLASS_ISSUER || key.data[4] == AVOW_CLASS_AUTHORITY)
        check->recognitions++;
    else
        check->catalogued++;
    enum avow_err err = avow_node_source_entry(&source, index, &bytes);
    if (err == AVOW_OK && avow_entry_decode(bytes, &entry) == AVOW_ACCEPT)
        err =
            avow_index_check(check->db, number, index, &entry, check->words, &check->terms, &good);
    if (!good)
        check->problem(check, "an entry's row in an index is missing or wrong", NULL, index);
    return err == AVOW_ERR_NOT_FOUND || err == AVOW_ERR_CORRUPT ? AVOW_OK : err;
}

/* Some of it may be gone: it only counts. */
static enum avow_err check_going(struct avow_checker *check, const struct avow_retired *retired)
{
    struct avow_dbkey first = avow_dbkey_log(retired->number);
    enum avow_err err =
        avow_db_walk(check->db, AVOW_TABLE_BUNDLES, &first, first.len, bundle_row, check);
    if (err != AVOW_OK)
        return err;
    return avow_db_walk(check->db, AVOW_TABLE_CLASSES, &first, first.len, class_row, check);
}

static enum avow_err retired_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_retired retired;
    struct avow_hash issuer;
    enum avow_err err = avow_retired_read(key, value, &retired);
    if (err == AVOW_OK && retired.kind == AVOW_RETIRED_FOREIGN)
        return AVOW_OK;
    if (err == AVOW_OK)
        err = avow_row_number_read(check->db, retired.number, &issuer);
    if (err == AVOW_ERR_CORRUPT || err == AVOW_ERR_NOT_FOUND) {
        check->problem(check, "a retired number's row is damaged", NULL, 0);
        return AVOW_OK;
    }
    if (err == AVOW_OK)
        err = avow_map64_put(&check->numbers, retired.number, 1);
    if (err != AVOW_OK)
        return err;
    return retired.kind == AVOW_RETIRED_LOG ? check_whole(check, &issuer, &retired)
                                            : check_going(check, &retired);
}

enum avow_err avow_checker_branches(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    return avow_db_walk(check->db, table, &first, 0, candidate_row, check);
}

enum avow_err avow_checker_retired(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    return avow_db_walk(check->db, table, &first, 0, retired_row, check);
}
