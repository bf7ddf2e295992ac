/* Versions, and the way from one to the next. */
#include "store/migrate.h"

#include "store/catalogue/catalogue.h"
#include "store/env_inner.h"
#include "store/migrate_charges.h"
#include "store/rows/log_rows.h"

#include <sodium.h>

/* The row "schema": its form is the same in every version. */
#define SCHEMA_BYTES 12

/* To add one: raise AVOW_SCHEMA_VERSION, and write its row here: {from, to, run}. */
static const struct avow_migration product_rows[AVOW_SCHEMA_VERSION - AVOW_SCHEMA_OLDEST + 1] = {
    {2, 3, avow_migrate_charges}, {0, 0, NULL}, /* the end */
};

const struct avow_migrations avow_migrations = {
    .version = AVOW_SCHEMA_VERSION,
    .rows = product_rows,
    .count = AVOW_SCHEMA_VERSION - AVOW_SCHEMA_OLDEST,
};

struct schema {
    uint32_t version;
    uint64_t epoch; /* of this copy of the store */
};

static struct avow_dbkey schema_key(void)
{
    return avow_dbkey_bytes(avow_bytes_text("schema"));
}

static enum avow_err write_schema(const struct avow_db *db, const struct schema *schema)
{
    struct avow_dbkey key = schema_key();
    uint8_t storage[SCHEMA_BYTES + AVOW_ROW_SEAL_BYTES];
    uint8_t content[SCHEMA_BYTES];
    struct avow_buf row;
    avow_put_u32be(content, schema->version);
    avow_put_u64be(content + 4, schema->epoch);
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_buf_append(&row, content, sizeof(content));
    avow_row_seal(&row);
    return avow_db_put(db, AVOW_TABLE_META, &key, avow_buf_bytes(&row));
}

static const struct avow_migration *migration_from(const struct avow_migrations *migrations,
                                                   uint32_t version)
{
    for (size_t i = 0; i < migrations->count; i++) {
        if (migrations->rows[i].from == version)
            return &migrations->rows[i];
    }
    return NULL;
}

/* Reads the row, and what there is to do next: NULL when the version is the wanted one. NOT_FOUND
 * when there is no row; SCHEMA when the version is newer, or older than any row knows. */
static enum avow_err read_schema(const struct avow_db *db, const struct avow_migrations *migrations,
                                 struct schema *schema, const struct avow_migration **next)
{
    struct avow_dbkey key = schema_key();
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_META, &key, &row);
    *next = NULL;
    if (err != AVOW_OK)
        return err;
    if (row.len < 4)
        return AVOW_ERR_CORRUPT;
    schema->version = avow_get_u32be(row.data);
    if (schema->version < migrations->version)
        *next = migration_from(migrations, schema->version);
    if (schema->version != migrations->version && *next == NULL)
        return AVOW_ERR_SCHEMA;
    if (avow_row_open(&row) != AVOW_OK || row.len != SCHEMA_BYTES)
        return AVOW_ERR_CORRUPT;
    schema->epoch = avow_get_u64be(row.data + 4);
    return AVOW_OK;
}

static void abort_txn(MDB_txn **txn)
{
    mdb_txn_abort(*txn); /* NULL is a no-op */
}

/* LMDB frees the handle whatever the commit returns. */
static enum avow_err commit(const struct avow_store *store, MDB_txn **txn)
{
    MDB_txn *spent = *txn;
    *txn = NULL;
    return avow_db_err(mdb_txn_commit(spent), store->folder);
}

static enum avow_err open_table(struct avow_store *store, MDB_txn *txn, enum avow_table table)
{
    unsigned flags = store->read_only ? 0 : MDB_CREATE;
    int rc = mdb_dbi_open(txn, avow_tables[table].name, flags, &store->tables[table]);
    return rc == MDB_NOTFOUND ? AVOW_ERR_SCHEMA : avow_db_err(rc, store->folder);
}

static enum avow_err open_tables(struct avow_store *store, MDB_txn *txn)
{
    enum avow_err err = AVOW_OK;
    for (unsigned i = 0; i < AVOW_TABLE_COUNT && err == AVOW_OK; i++)
        err = open_table(store, txn, (enum avow_table)i);
    return err;
}

/* What a new store begins with. */
static enum avow_err put_first_rows(const struct avow_db *db, const struct schema *schema)
{
    struct avow_counters counters = {.next_log = 1};
    enum avow_err err = write_schema(db, schema);
    if (err == AVOW_OK)
        err = avow_counters_write(db, &counters);
    return err == AVOW_OK ? avow_catalogue_version_write(db, avow_words_version()) : err;
}

static uint64_t new_epoch(void)
{
    uint64_t epoch;
    randombytes_buf(&epoch, sizeof(epoch));
    return epoch;
}

/* `schema`: in the table meta, which is open; `next`: the migration that is due, or NULL. */
static enum avow_err migrate(struct avow_store *store, const struct avow_db *db,
                             struct schema *schema, const struct avow_migration *next)
{
    enum avow_err err = open_tables(store, db->txn);
    if (err != AVOW_OK || next == NULL)
        return err;
    err = next->run(db);
    schema->version = next->to;
    return err == AVOW_OK ? write_schema(db, schema) : err;
}

/* One transaction. `*more`: it was a migration, and there may be another one. */
static enum avow_err open_content(struct avow_store *store,
                                  const struct avow_migrations *migrations, bool *more)
{
    AVOW_CLEANUP(abort_txn)
    MDB_txn *txn = NULL;
    struct schema schema = {0};
    const struct avow_migration *next = NULL;
    int rc = mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &txn);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, store->folder);
    struct avow_db db = {.txn = txn, .tables = store->tables, .folder = store->folder};
    enum avow_err err = open_table(store, txn, AVOW_TABLE_META);
    if (err == AVOW_OK)
        err = read_schema(&db, migrations, &schema, &next);
    const bool is_new = err == AVOW_ERR_NOT_FOUND;
    if (is_new) {
        schema = (struct schema){migrations->version, new_epoch()};
        err = store->read_only ? AVOW_ERR_SCHEMA : AVOW_OK;
    }
    if (err == AVOW_OK && next != NULL && store->read_only)
        err = AVOW_ERR_OLDER;
    if (err == AVOW_OK)
        err = migrate(store, &db, &schema, next);
    if (err == AVOW_OK && is_new)
        err = put_first_rows(&db, &schema);
    store->epoch = schema.epoch;
    *more = next != NULL;
    return err == AVOW_OK ? commit(store, &txn) : err;
}

enum avow_err avow_store_migrate(struct avow_store *store, const struct avow_migrations *migrations)
{
    bool more = true;
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && more)
        err = open_content(store, migrations, &more);
    return err;
}

enum avow_err avow_store_new_epoch(struct avow_store *store)
{
    AVOW_CLEANUP(abort_txn)
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (rc != MDB_SUCCESS)
        return avow_db_err(rc, store->folder);
    struct avow_db db = {.txn = txn, .tables = store->tables, .folder = store->folder};
    const struct schema schema = {AVOW_SCHEMA_VERSION, new_epoch()};
    enum avow_err err = write_schema(&db, &schema);
    if (err == AVOW_OK)
        err = commit(store, &txn);
    if (err == AVOW_OK)
        store->epoch = schema.epoch;
    return err;
}
