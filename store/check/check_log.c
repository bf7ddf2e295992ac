/* An issuer's log checked: what is accepted, what is pending, what is kept. */
#include <stdlib.h>

#include "store/catalogue/index.h"
#include "store/catalogue/place.h"
#include "store/check/check_replay_inner.h"

static enum avow_err check_place(struct avow_replay *replay)
{
    struct avow_place expected = avow_place_of(&replay->state.chain);
    struct avow_place stored;
    enum avow_err err = avow_place_read(replay->check->db, replay->number, &stored);
    if (err == AVOW_OK && memcmp(&expected, &stored, sizeof(stored)) == 0)
        return AVOW_OK;
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND && err != AVOW_ERR_CORRUPT)
        return err;
    avow_replay_problem(replay, "where the log's issuer is, is missing or wrong", 0);
    return AVOW_OK;
}

static enum avow_err check_accepted(struct avow_replay *replay, const struct avow_log *log,
                                    uint64_t bytes, bool *good)
{
    enum avow_err err = avow_replay_signed(replay, &log->checkpoint, good);
    if (err != AVOW_OK || !*good)
        return err;
    if (replay->bytes != bytes)
        avow_replay_problem(replay, "the count of a log's bytes is wrong", 0);
    avow_replay_cosignatures(replay, &log->checkpoint, log->cosignatures, log->cosignature_count);
    err = avow_replay_compare(replay, &log->state, AVOW_CHAIN_ACCEPTED);
    return err == AVOW_OK ? check_place(replay) : err;
}

static enum avow_err check_pending(struct avow_replay *replay, uint64_t accepted, bool *good)
{
    struct avow_dbkey key = avow_dbkey_log(replay->number);
    struct avow_bytes row;
    struct avow_pending_info info;
    struct avow_state stored;
    enum avow_err err = avow_db_get(replay->check->db, AVOW_TABLE_PENDING, &key, &row);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_OK;
    if (err == AVOW_OK)
        err = avow_row_pending_read(row, &info, &stored);
    if (err == AVOW_ERR_CORRUPT || (err == AVOW_OK && info.pending.base != accepted)) {
        avow_replay_problem(replay, "the row of what is pending is damaged", accepted);
        *good = false;
        return AVOW_OK;
    }
    if (err != AVOW_OK)
        return err;
    uint64_t bytes = replay->bytes;
    replay->has_pending = true;
    err = avow_replay_to(replay, info.pending.size, good);
    if (err != AVOW_OK || !*good)
        return err;
    if (replay->bytes - bytes != info.bytes)
        avow_replay_problem(replay, "the count of pending bytes is wrong", accepted);
    err = avow_replay_compare(replay, &stored,
                              info.own_chain ? AVOW_CHAIN_PENDING : AVOW_CHAIN_ACCEPTED);
    if (err != AVOW_OK)
        return err;
    return avow_checker_status_pending(replay->check, replay->number, replay->issuer,
                                       &replay->status, accepted);
}

static enum avow_err run(struct avow_replay *replay, const struct avow_log *log, uint64_t bytes)
{
    bool good = true;
    enum avow_err err = avow_replay_number(replay);
    if (err != AVOW_OK)
        return err;
    if (log->checkpoint.size > 0)
        err = check_accepted(replay, log, bytes, &good);
    if (err == AVOW_OK && good)
        err = check_pending(replay, log->checkpoint.size, &good);
    if (err == AVOW_OK && good)
        err = avow_replay_leftovers(replay);
    return err;
}

enum avow_err avow_checker_log(struct avow_checker *check, const struct avow_hash *issuer,
                               struct avow_bytes row)
{
    struct avow_log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        return AVOW_ERR_NOMEM;
    struct avow_head_info info = {0};
    enum avow_err err = avow_row_head_read(row, &info, log);
    if (err == AVOW_ERR_CORRUPT || (err == AVOW_OK && log->checkpoint.size > 0 &&
                                    !avow_hash_equal(&log->checkpoint.issuer, issuer))) {
        check->problem(check, "a log's head is damaged", issuer, 0);
        free(log);
        return avow_map64_put(&check->numbers, info.number, 1);
    }
    if (err == AVOW_OK)
        err = avow_map64_put(&check->numbers, info.number, 1);
    struct avow_replay replay;
    avow_replay_init(&replay, check, issuer, info.number);
    if (err == AVOW_OK)
        err = run(&replay, log, info.bytes);
    check->found.logs++;
    avow_replay_fini(&replay);
    free(log);
    return err;
}
