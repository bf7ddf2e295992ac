#include "store/migrate_charges.h"

#include "store/rows/charge.h"
#include "store/rows/log_rows.h"

#define PREFIX_BYTES 16        /* of both kinds of row, before what they get */
#define HEAD_NUMBER 8          /* where a head has its log number; a candidate at 0 */
#define PENDING_BASE 4         /* where a pending row has its base, */
#define PENDING_BYTES (4 + 16) /* and its bytes */

/* What a log number's entries are charged, below the accepted size and from it on. */
struct charges {
    uint64_t base; /* the accepted size, where more is stored; else AVOW_NEVER */
    uint64_t accepted, pending;
};

static enum avow_err add_bundle(void *context, struct avow_bytes key, struct avow_bytes row)
{
    struct charges *charges = context;
    struct avow_bundle bundle;
    if (key.len != 12 || avow_bundle_open(row, &bundle) != AVOW_OK)
        return AVOW_OK; /* damaged, as it was before: whoever reads it finds that out */
    const uint64_t first = avow_get_u64be(key.data + 4) * AVOW_BUNDLE_ENTRIES;
    const uint64_t base = charges->base > first ? charges->base - first : 0;
    uint64_t all = 0;
    uint64_t above = 0;
    enum avow_err err = avow_charge_bundle(&bundle, 0, &all);
    if (err == AVOW_OK && base < bundle.count)
        err = avow_charge_bundle(&bundle, (size_t)base, &above);
    charges->accepted += all - above;
    charges->pending += above;
    return err;
}

static enum avow_err charge_number(const struct avow_db *db, uint32_t number,
                                   struct charges *charges)
{
    struct avow_dbkey first = avow_dbkey_log(number);
    return avow_db_walk(db, AVOW_TABLE_BUNDLES, &first, first.len, add_bundle, charges);
}

/* Copies a sealed row into `copy`, its seal taken off. */
static enum avow_err copy_row(struct avow_bytes row, struct avow_buf *copy)
{
    avow_buf_init(copy, SIZE_MAX / 2);
    if (avow_row_open(&row) != AVOW_OK || row.len < PREFIX_BYTES)
        return AVOW_ERR_CORRUPT;
    avow_buf_append(copy, row.data, row.len);
    return copy->err;
}

/* Puts the row with `count` numbers after its first PREFIX_BYTES. */
static enum avow_err put_spliced(const struct avow_db *db, enum avow_table table,
                                 const struct avow_dbkey *key, struct avow_bytes old,
                                 const uint64_t *numbers, size_t count)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf row;
    avow_buf_init(&row, SIZE_MAX / 2);
    avow_buf_append(&row, old.data, PREFIX_BYTES);
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8];
        avow_put_u64be(bytes, numbers[i]);
        avow_buf_append(&row, bytes, sizeof(bytes));
    }
    avow_buf_append(&row, old.data + PREFIX_BYTES, old.len - PREFIX_BYTES);
    avow_row_seal(&row);
    return row.err == AVOW_OK ? avow_db_put(db, table, key, avow_buf_bytes(&row)) : row.err;
}

/* `charges->base` from the log's pending row, in which their sum is then put. */
static enum avow_err charge_log(const struct avow_db *db, uint32_t number, struct charges *charges)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf copy;
    struct avow_dbkey key = avow_dbkey_log(number);
    struct avow_bytes row;
    avow_buf_init(&copy, 0);
    enum avow_err err = avow_db_get(db, AVOW_TABLE_PENDING, &key, &row);
    if (err == AVOW_OK)
        err = copy_row(row, &copy);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND && err != AVOW_ERR_CORRUPT)
        return err;
    if (copy.len < PENDING_BYTES + 8)
        return charge_number(db, number, charges);
    charges->base = avow_get_u64be(copy.data + PENDING_BASE);
    err = charge_number(db, number, charges);
    if (err != AVOW_OK)
        return err;
    avow_put_u64be(copy.data + PENDING_BYTES, charges->pending);
    avow_row_seal(&copy);
    return copy.err == AVOW_OK ? avow_db_put(db, AVOW_TABLE_PENDING, &key, avow_buf_bytes(&copy))
                               : copy.err;
}

/* A row of HEADS or BRANCHES. */
static enum avow_err migrate_row(const struct avow_db *db, enum avow_table table,
                                 const struct avow_dbkey *key, struct avow_bytes row)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf copy;
    struct charges charges = {.base = AVOW_NEVER};
    const bool is_head = table == AVOW_TABLE_HEADS;
    enum avow_err err = copy_row(row, &copy);
    if (err != AVOW_OK)
        return err == AVOW_ERR_CORRUPT ? AVOW_OK : err; /* and stays so */
    uint32_t number = avow_get_u32be(copy.data + (is_head ? HEAD_NUMBER : 0));
    err = is_head ? charge_log(db, number, &charges) : charge_number(db, number, &charges);
    const uint64_t numbers[] = {charges.accepted, 0, 0};
    return err == AVOW_OK
               ? put_spliced(db, table, key, avow_buf_bytes(&copy), numbers, is_head ? 3 : 1)
               : err;
}

static enum avow_err migrate_table(const struct avow_db *db, enum avow_table table)
{
    struct avow_dbkey key = {.len = 0};
    struct avow_bytes found;
    struct avow_bytes row;
    enum avow_err err;
    while ((err = avow_db_seek(db, table, &key, &found, &row)) == AVOW_OK) {
        key = avow_dbkey_bytes(found);
        err = migrate_row(db, table, &key, row);
        if (err != AVOW_OK)
            return err;
        key.bytes[key.len++] = 0; /* the next key at the earliest */
    }
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

struct recount {
    uint64_t was, is;
};

static enum avow_err recount_bundle(void *context, struct avow_bytes key, struct avow_bytes row)
{
    struct recount *recount = context;
    struct avow_bundle bundle;
    (void)key;
    if (avow_bundle_open(row, &bundle) != AVOW_OK)
        return AVOW_OK;
    recount->was += bundle.data.len;
    return avow_charge_bundle(&bundle, 0, &recount->is);
}

/* Of every log number, also of those that are to go. */
static enum avow_err migrate_counters(const struct avow_db *db)
{
    struct recount recount = {0};
    struct avow_counters counters;
    struct avow_dbkey first = {.len = 0};
    enum avow_err err = avow_counters_read(db, &counters);
    if (err == AVOW_OK)
        err = avow_db_walk(db, AVOW_TABLE_BUNDLES, &first, 0, recount_bundle, &recount);
    counters.bytes += recount.is - recount.was;
    return err == AVOW_OK ? avow_counters_write(db, &counters) : err;
}

enum avow_err avow_migrate_charges(const struct avow_db *db)
{
    enum avow_err err = migrate_table(db, AVOW_TABLE_HEADS);
    if (err == AVOW_OK)
        err = migrate_table(db, AVOW_TABLE_BRANCHES);
    return err == AVOW_OK ? migrate_counters(db) : err;
}
