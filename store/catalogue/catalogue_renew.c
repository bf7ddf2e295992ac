/* Words that another version of ICU has folded are folded again: what is asked and what is stored
 * must be folded alike. */
#include "store/catalogue/index.h"
#include "store/rows/bundle.h"

static struct avow_dbkey version_key(void)
{
    return avow_dbkey_bytes(avow_bytes_text("words"));
}

enum avow_err avow_catalogue_version_read(const struct avow_db *db, uint32_t *version)
{
    struct avow_dbkey key = version_key();
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_META, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_open(&row);
    if (err == AVOW_OK && row.len != 4)
        err = AVOW_ERR_CORRUPT;
    if (err == AVOW_OK)
        *version = avow_get_u32be(row.data);
    return err;
}

enum avow_err avow_catalogue_version_write(const struct avow_db *db, uint32_t version)
{
    uint8_t storage[4 + AVOW_ROW_SEAL_BYTES];
    uint8_t bytes[4];
    struct avow_buf row;
    struct avow_dbkey key = version_key();
    avow_put_u32be(bytes, version);
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_buf_append(&row, bytes, sizeof(bytes));
    avow_row_seal(&row);
    return avow_db_put(db, AVOW_TABLE_META, &key, avow_buf_bytes(&row));
}

static enum avow_err empty(const struct avow_db *db, enum avow_table table)
{
    return avow_db_err(mdb_drop(db->txn, db->tables[table], 0), db->folder);
}

/* The entry of a row by class, added anew. */
static enum avow_err add_again(const struct avow_db *db, struct avow_words **words,
                               const struct avow_dbkey *key)
{
    uint32_t log = avow_get_u32be(key->bytes);
    uint64_t index = avow_get_u64be(key->bytes + 5);
    struct avow_bundle bundle;
    struct avow_bytes bytes;
    enum avow_err err = avow_bundle_read(db, log, index / AVOW_BUNDLE_ENTRIES, &bundle);
    if (err == AVOW_OK)
        err = avow_bundle_entry(&bundle, (size_t)(index % AVOW_BUNDLE_ENTRIES), &bytes);
    if (err == AVOW_ERR_NOT_FOUND)
        err = AVOW_ERR_CORRUPT;
    if (err != AVOW_OK)
        return err;
    /* A view into the map does not outlive the puts. */
    uint8_t copy[AVOW_ENTRY_BYTES_MAX];
    if (bytes.len > sizeof(copy))
        return AVOW_ERR_CORRUPT;
    memcpy(copy, bytes.data, bytes.len);
    return avow_index_add(db, words, log, index, avow_bytes(copy, bytes.len));
}

static enum avow_err add_all(const struct avow_db *db, struct avow_words **words)
{
    struct avow_dbkey key = {.len = 0};
    for (;;) {
        struct avow_bytes found;
        struct avow_bytes value;
        enum avow_err err = avow_db_seek(db, AVOW_TABLE_CLASSES, &key, &found, &value);
        if (err != AVOW_OK)
            return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
        if (found.len != 13)
            return AVOW_ERR_CORRUPT;
        key = avow_dbkey_bytes(found);
        if (key.bytes[4] == AVOW_CLASS_ACHIEVEMENT || key.bytes[4] == AVOW_CLASS_PATHWAY)
            err = add_again(db, words, &key);
        if (err != AVOW_OK)
            return err;
        key.bytes[key.len++] = 0; /* the least key above */
    }
}

enum avow_err avow_catalogue_renew(const struct avow_db *db, struct avow_words **words,
                                   bool *changed)
{
    uint32_t version = 0;
    enum avow_err err = avow_catalogue_version_read(db, &version);
    *changed = err == AVOW_ERR_NOT_FOUND || (err == AVOW_OK && version != avow_words_version());
    if (!*changed)
        return err;
    err = empty(db, AVOW_TABLE_CATALOGUE);
    if (err == AVOW_OK)
        err = empty(db, AVOW_TABLE_WORDS);
    if (err == AVOW_OK)
        err = add_all(db, words);
    return err == AVOW_OK ? avow_catalogue_version_write(db, avow_words_version()) : err;
}
