/* Thinning: from the newest row back, each witness's nearest later line beside it. */
#include "store/write/kept_inner.h"

#define WITNESSES_MAX 64 /* followed at once; rows with others stay */

struct met {
    struct avow_key key;
    uint64_t time; /* of its line on the next larger checkpoint that stays */
};

struct thinning {
    uint64_t now;
    size_t count;
    struct met met[WITNESSES_MAX];
};

static struct met *find(struct thinning *thinning, const struct avow_key *key)
{
    for (size_t i = 0; i < thinning->count; i++) {
        if (avow_key_equal(&thinning->met[i].key, key))
            return &thinning->met[i];
    }
    return NULL;
}

static bool is_repeated(struct thinning *thinning, const struct avow_cosignature *line)
{
    const struct met *met = find(thinning, &line->key);
    bool old = thinning->now > line->time && thinning->now - line->time > AVOW_KEPT_HOURLY_S;
    uint64_t bucket = old ? AVOW_KEPT_DAY_S : AVOW_KEPT_HOUR_S;
    return met != NULL && met->time / bucket == line->time / bucket;
}

static void remember(struct thinning *thinning, const struct avow_cosignature *line)
{
    struct met *met = find(thinning, &line->key);
    if (met == NULL && thinning->count < WITNESSES_MAX)
        met = &thinning->met[thinning->count++];
    if (met != NULL)
        *met = (struct met){line->key, line->time};
}

/* Decides on a row: `*goes`. */
static enum avow_err judge(struct thinning *thinning, struct avow_bytes row, bool *goes)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    enum avow_err err = avow_row_kept_read(row, &checkpoint, lines, &count);
    if (err != AVOW_OK)
        return err;
    *goes = true;
    for (size_t i = 0; i < count; i++)
        *goes = *goes && is_repeated(thinning, &lines[i]);
    for (size_t i = 0; i < count && !*goes; i++)
        remember(thinning, &lines[i]);
    return AVOW_OK;
}

enum avow_err avow_kept_thin(const struct avow_db *db, uint32_t log, uint64_t size, uint64_t now)
{
    struct thinning thinning = {.now = now};
    struct avow_dbkey key = avow_dbkey_item(log, size + 1);
    for (size_t i = 0; i < AVOW_KEPT_LOOKED_AT; i++) {
        struct avow_bytes found;
        struct avow_bytes row;
        bool goes;
        enum avow_err err = avow_db_seek_before(db, AVOW_TABLE_HISTORY, &key, &found, &row);
        if (err == AVOW_ERR_NOT_FOUND)
            return AVOW_OK;
        if (err == AVOW_OK && (found.len != key.len || memcmp(found.data, key.bytes, 4) != 0))
            return AVOW_OK; /* another log's */
        if (err == AVOW_OK) {
            key = avow_dbkey_bytes(found);
            err = judge(&thinning, row, &goes);
        }
        if (err == AVOW_OK && goes)
            err = avow_db_delete(db, AVOW_TABLE_HISTORY, &key);
        if (err != AVOW_OK)
            return err;
    }
    return AVOW_OK;
}
