/* Everything in a store, table by table. */
#include "store/check/check.h"

#include <unistd.h>

/* Of a meta page's transaction number in LMDB's data format 1: after the page's header, magic and
 * version, address, map size, two tables and the last page. */
#define META_TXN_OFFSET (16 + 8 + 8 + 8 + 2 * 48 + 8)

static enum avow_err head_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    struct avow_hash issuer;
    if (key.len != sizeof(issuer.bytes)) {
        check->problem(check, "a log's head has no issuer's key", NULL, 0);
        return AVOW_OK;
    }
    memcpy(issuer.bytes, key.data, sizeof(issuer.bytes));
    return avow_checker_log(check, &issuer, value);
}

enum avow_err avow_checker_heads(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    return avow_db_walk(check->db, table, &first, 0, head_row, check);
}

static enum avow_err name_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_checker *check = context;
    if (avow_row_open_with(&value, key) != AVOW_OK)
        check->problem(check, "a named value is damaged", NULL, 0);
    return AVOW_OK;
}

enum avow_err avow_checker_names(struct avow_checker *check, enum avow_table table)
{
    struct avow_dbkey first = {.len = 0};
    return avow_db_walk(check->db, table, &first, 0, name_row, check);
}

static enum avow_err check_counters(struct avow_checker *check)
{
    struct avow_counters stored;
    enum avow_err err = avow_counters_read(check->db, &stored);
    if (err == AVOW_OK && stored.logs == check->found.logs &&
        stored.entries == check->found.entries && stored.bytes == check->found.bytes)
        return AVOW_OK;
    if (err == AVOW_OK || err == AVOW_ERR_CORRUPT)
        check->problem(check, "the store's counters are wrong", NULL, 0);
    return err == AVOW_ERR_CORRUPT ? AVOW_OK : err;
}

/* Each of `expected` rows has been found: there are no others. */
static enum avow_err check_count(struct avow_checker *check, enum avow_table table,
                                 uint64_t expected, const char *problem)
{
    MDB_stat rows;
    if (mdb_stat(check->db->txn, check->db->tables[table], &rows) != MDB_SUCCESS)
        return AVOW_ERR_IO;
    if (rows.ms_entries != expected)
        check->problem(check, problem, NULL, 0);
    return AVOW_OK;
}

enum avow_err avow_checker_subjects(struct avow_checker *check, enum avow_table table)
{
    return check_count(check, table, check->recognitions,
                       "the index of recognitions has other rows than the logs");
}

enum avow_err avow_checker_catalogue(struct avow_checker *check, enum avow_table table)
{
    return check->words == NULL ? AVOW_OK
                                : check_count(check, table, check->catalogued,
                                              "the catalogue has other rows than the logs");
}

enum avow_err avow_checker_words(struct avow_checker *check, enum avow_table table)
{
    uint64_t terms;
    (void)table;
    enum avow_err err = avow_catalogue_count_terms(check->db, &terms);
    if (err == AVOW_OK && check->words != NULL && terms != check->terms)
        check->problem(check, "the catalogue has other words than the logs", NULL, 0);
    return err;
}

enum avow_err avow_checker_meta(struct avow_checker *check, enum avow_table table)
{
    enum avow_err err =
        check_count(check, table, AVOW_META_ROWS, "the store's own table has other rows");
    return err == AVOW_OK ? check_counters(check) : err;
}

/* Each commit writes the meta page of its number's parity, so the two pages' numbers follow each
 * other. LMDB goes by the larger one: a flipped bit there would bring back an older state, whole.
 */
static enum avow_err check_metas(struct avow_checker *check)
{
    MDB_stat pages;
    int fd;
    uint64_t number[2];
    MDB_env *env = mdb_txn_env(check->db->txn);
    if (mdb_env_stat(env, &pages) != MDB_SUCCESS || mdb_env_get_fd(env, &fd) != MDB_SUCCESS)
        return AVOW_ERR_IO;
    for (size_t i = 0; i < 2; i++) {
        off_t at = (off_t)(i * pages.ms_psize + META_TXN_OFFSET);
        if (pread(fd, &number[i], sizeof(number[i]), at) != (ssize_t)sizeof(number[i]))
            return AVOW_ERR_IO;
    }
    if (number[0] % 2 != 0 || (number[0] + 1 != number[1] && number[1] + 1 != number[0]))
        check->problem(check, "a meta page's number is damaged", NULL, 0);
    return AVOW_OK;
}

#define CHECK(table, name, key_len, drop, check) avow_checker_##check,
static avow_checker_table *const checks[AVOW_TABLE_COUNT] = {AVOW_TABLE_LIST(CHECK)};

static enum avow_err check_tables(struct avow_checker *check)
{
    enum avow_err err = check_metas(check);
    if (err == AVOW_OK)
        err = avow_checker_pages(check);
    for (unsigned i = 0; i < AVOW_TABLE_COUNT && err == AVOW_OK; i++)
        err = checks[i](check, (enum avow_table)i);
    return err;
}

/* Words that another version of ICU has folded cannot be compared. */
static enum avow_err take_words(struct avow_checker *check)
{
    uint32_t version;
    enum avow_err err = avow_catalogue_version_read(check->db, &version);
    if (err == AVOW_OK && version == avow_words_version())
        return avow_words_new(&check->words);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND && err != AVOW_ERR_CORRUPT)
        return err;
    check->problem(check, "the catalogue is of another version: a node that opens it renews it",
                   NULL, 0);
    return AVOW_OK;
}

enum avow_err avow_checker_all(struct avow_checker *check)
{
    enum avow_err err = take_words(check);
    return err == AVOW_OK ? check_tables(check) : err;
}

void avow_checker_fini(struct avow_checker *check)
{
    avow_words_free(&check->words);
    avow_map64_fini(&check->numbers);
}
