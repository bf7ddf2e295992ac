/* What is known of other histories, verified again. */
#include <stdlib.h>

#include "proto/log/evidence.h"
#include "store/check/check.h"
#include "store/rows/fork_rows.h"

/* An issuer's accepted log, but for its chain. */
static enum avow_err read_head(struct avow_checker *check, const struct avow_hash *issuer,
                               struct avow_log *log)
{
    struct avow_dbkey key = avow_dbkey_bytes(avow_bytes(issuer->bytes, sizeof(issuer->bytes)));
    struct avow_bytes row;
    struct avow_head_info info;
    enum avow_err err = avow_db_get(check->db, AVOW_TABLE_HEADS, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_head_read(row, &info, log);
    return err == AVOW_OK && info.chain_len == 0 ? AVOW_ERR_NOT_FOUND : err;
}

/* ------------------------------------------------------------------- forks */

/* By the accepted chain, if the origin is one of its epochs; else by signatures alone. */
static enum avow_err judge_fork(struct avow_checker *check, const struct avow_log *log,
                                const struct avow_fork *fork, bool *good)
{
    struct avow_chain chain;
    const struct avow_checkpoint *first = &fork->first;
    avow_chain_init(&chain);
    enum avow_err err = avow_row_chain_read(check->db, log->number, AVOW_CHAIN_ACCEPTED, &chain);
    if (err == AVOW_OK && first->epoch < chain.count &&
        avow_hash_equal(&chain.entries[first->epoch].leaf, &first->opening))
        *good = avow_fork_check(fork, &chain) == AVOW_ACCEPT;
    else if (err == AVOW_OK)
        *good = avow_checkpoint_verify(first) && avow_checkpoint_verify(&fork->second);
    avow_chain_fini(&chain);
    if (err == AVOW_ERR_CORRUPT) /* named already, with its log */
        err = AVOW_OK;
    return err;
}

/* What the head says of its origin is what the row says. */
static enum avow_err compare_head(struct avow_checker *check, const struct avow_log *log,
                                  const struct avow_known_fork *known, bool *good)
{
    uint64_t count = 0;
    struct avow_dbkey first = avow_fork_foreign_key(log->number, log->checkpoint.epoch, 0);
    enum avow_err err = avow_db_count(check->db, AVOW_TABLE_FOREIGN, &first, 8, &count);
    uint64_t time =
        known->newest.time > log->checkpoint.time ? known->newest.time : log->checkpoint.time;
    if (err == AVOW_OK && (!log->forked || log->fork_time != time || count != known->foreign))
        *good = false;
    return err;
}

static enum avow_err check_fork(struct avow_checker *check, struct avow_bytes key,
                                const struct avow_known_fork *known, struct avow_log *log,
                                bool *good)
{
    struct avow_fork fork;
    if (avow_fork_decode(known->fork, &fork) != AVOW_ACCEPT)
        return AVOW_OK;
    struct avow_dbkey expected = avow_fork_key(&fork.first);
    if (!avow_bytes_equal(key, avow_row_key_view(&expected)) ||
        !avow_checkpoint_same_origin(&fork.first, &known->newest) ||
        !avow_checkpoint_verify(&known->newest))
        return AVOW_OK;
    enum avow_err err = read_head(check, &fork.first.issuer, log);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND || err == AVOW_ERR_CORRUPT ? AVOW_OK : err;
    err = judge_fork(check, log, &fork, good);
    if (err != AVOW_OK || !avow_checkpoint_same_origin(&fork.first, &log->checkpoint))
        return err;
    return compare_head(check, log, known, good);
}

static enum avow_err fork_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_known_fork known;
    bool good = false;
    struct avow_log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        return AVOW_ERR_NOMEM;
    check->found.bytes += value.len;
    enum avow_err err = AVOW_OK;
    if (avow_fork_row_read(key, value, &known) == AVOW_OK)
        err = check_fork(check, key, &known, log, &good);
    free(log);
    if (!good && err == AVOW_OK)
        check->problem(check, "a fork's row is damaged or wrong", NULL, 0);
    return err;
}

/* A head that speaks of a fork has its row. */
static enum avow_err head_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_head_info info;
    (void)key;
    struct avow_log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        return AVOW_ERR_NOMEM;
    enum avow_err err = avow_row_head_read(value, &info, log);
    if (err == AVOW_OK && log->forked) {
        struct avow_bytes row;
        struct avow_dbkey fork = avow_fork_key(&log->checkpoint);
        err = avow_db_get(check->db, AVOW_TABLE_FORKS, &fork, &row);
        if (err == AVOW_ERR_NOT_FOUND)
            check->problem(check, "a fork's proof is missing", &log->checkpoint.issuer, 0);
    }
    free(log);
    return err == AVOW_ERR_CORRUPT || err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* ----------------------------------------------------------- status entries */

static enum avow_err foreign_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_foreign foreign;
    struct avow_entry entry;
    struct avow_hash root;
    bool good = key.len == 16 && avow_fork_foreign_row_read(key, value, &foreign) == AVOW_OK;
    check->found.bytes += value.len;
    if (good) {
        struct avow_hash leaf = avow_merkle_leaf_hash(foreign.entry);
        good = avow_merkle_inclusion_root(&leaf, foreign.index, foreign.checkpoint.size,
                                          &foreign.path, &root) == AVOW_ACCEPT &&
               avow_hash_equal(&root, &foreign.checkpoint.root) &&
               avow_checkpoint_verify(&foreign.checkpoint) &&
               avow_entry_decode(foreign.entry, &entry) == AVOW_ACCEPT &&
               entry.kind == AVOW_KIND_STATUS &&
               entry.status.target == avow_get_u64be(key.data + 8);
    }
    if (!good)
        check->problem(check, "another branch's status entry is damaged", NULL, 0);
    return AVOW_OK;
}

/* -------------------------------------------------------- other root chains */

static enum avow_err check_other(const struct avow_other_chain *other, struct avow_bytes saved,
                                 bool *good)
{
    struct avow_chain chain;
    struct avow_buf expected;
    enum avow_reject reject = AVOW_ACCEPT;
    avow_chain_init(&chain);
    avow_buf_init(&expected, SIZE_MAX / 2);
    enum avow_err err =
        avow_evidence_chain_of_list(other->list, &other->checkpoint, NULL, &chain, &reject);
    if (err == AVOW_OK && reject == AVOW_ACCEPT) {
        avow_chain_save(&expected, &chain);
        err = expected.err;
        *good = avow_evidence_judge_checkpoint(&other->checkpoint, &chain) == AVOW_ACCEPT &&
                avow_bytes_equal(avow_buf_bytes(&expected), saved);
    }
    avow_buf_fini(&expected);
    avow_chain_fini(&chain);
    return err;
}

static enum avow_err other_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_other_chain other;
    struct avow_bytes saved;
    bool good = false;
    enum avow_err err = AVOW_OK;
    check->found.bytes += value.len;
    if (key.len == 33 && avow_fork_other_row_read(key, value, &other, &saved) == AVOW_OK &&
        memcmp(other.checkpoint.issuer.bytes, key.data, 32) == 0)
        err = check_other(&other, saved, &good);
    if (!good && err == AVOW_OK)
        check->problem(check, "another root chain is damaged", NULL, 0);
    return err;
}

enum avow_err avow_checker_forks(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    enum avow_err err = avow_db_walk(check->db, table, &first, 0, fork_row, check);
    return err == AVOW_OK ? avow_db_walk(check->db, AVOW_TABLE_HEADS, &first, 0, head_row, check)
                          : err;
}

enum avow_err avow_checker_foreign(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    enum avow_err err = avow_db_walk(check->db, table, &first, 0, foreign_row, check);
    return err == AVOW_OK ? avow_checker_with_log(check, table) : err;
}

enum avow_err avow_checker_others(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    return avow_db_walk(check->db, table, &first, 0, other_row, check);
}
