/* Rows of the indexes. A recognition's row by class holds its subject, so that both of its rows can
 * be deleted when its entry is gone. */
#include "store/catalogue/index.h"

#define CLASS_KEY_BYTES 13

/* --------------------------------------------------------------------- rows */

/* --------------------------------------------------------------------- rows */

static struct avow_dbkey class_key(uint32_t log, enum avow_class class, uint64_t index)
{
    return avow_dbkey_part(log, (uint8_t) class, index);
}

struct avow_dbkey avow_index_subject_key(const struct avow_hash *subject, uint32_t log,
                                         uint64_t index)
{
    struct avow_dbkey key = {.len = AVOW_SUBJECT_KEY_BYTES};
    memcpy(key.bytes, subject->bytes, sizeof(subject->bytes));
    avow_put_u32be(key.bytes + 32, log);
    avow_put_u64be(key.bytes + 36, index);
    return key;
}

/* Entries of these kinds are in the index. */
static bool is_indexed(uint64_t kind)
{
    switch ((enum avow_kind)kind) {
    case AVOW_KIND_ACHIEVEMENT:
    case AVOW_KIND_PATHWAY:
    case AVOW_KIND_RECOGNITION:
        return true;
    case AVOW_KIND_INCEPTION:
    case AVOW_KIND_KEY:
    case AVOW_KIND_ROOT_ROTATION:
    case AVOW_KIND_NODES:
    case AVOW_KIND_ISSUE:
    case AVOW_KIND_STATUS:
    case AVOW_KIND_IDENTITY:
    case AVOW_KIND_CLOSURE:
        return false;
    }
    return false; /* AVOW_KIND_INERT_MIN and up */
}

bool avow_index_class_of(const struct avow_entry *entry, enum avow_class *class)
{
    if (entry->kind == AVOW_KIND_ACHIEVEMENT)
        *class = AVOW_CLASS_ACHIEVEMENT;
    else if (entry->kind == AVOW_KIND_PATHWAY)
        *class = AVOW_CLASS_PATHWAY;
    else if (entry->kind == AVOW_KIND_RECOGNITION)
        *class = entry->recognition.role == AVOW_ROLE_AUTHORITY ? AVOW_CLASS_AUTHORITY
                                                                : AVOW_CLASS_ISSUER;
    else
        return false;
    return true;
}

/* Whether an entry's second byte says that its kind is one of those: the others need no decoding.
 */
bool avow_index_may_have(struct avow_bytes bytes)
{
    return bytes.len > 1 && is_indexed(bytes.data[1]);
}

static bool is_recognition(enum avow_class class)
{
    return class == AVOW_CLASS_ISSUER || class == AVOW_CLASS_AUTHORITY;
}

static enum avow_err add_recognition(const struct avow_db *db, uint32_t log, uint64_t index,
                                     enum avow_class class, const struct avow_entry *entry)
{
    const struct avow_hash *subject = &entry->recognition.subject;
    const uint8_t role = (uint8_t)entry->recognition.role;
    struct avow_dbkey key = class_key(log, class, index);
    enum avow_err err = avow_db_put(db, AVOW_TABLE_CLASSES, &key, avow_bytes(subject->bytes, 32));
    if (err != AVOW_OK)
        return err;
    key = avow_index_subject_key(subject, log, index);
    return avow_db_put(db, AVOW_TABLE_SUBJECTS, &key, avow_bytes(&role, 1));
}

static enum avow_err add_catalogued(const struct avow_db *db, struct avow_words **words,
                                    uint32_t log, uint64_t index, enum avow_class class,
                                    const struct avow_entry *entry)
{
    uint8_t value[4];
    uint32_t number;
    struct avow_dbkey key = class_key(log, class, index);
    enum avow_err err = avow_catalogue_add(db, words, log, index, entry, &number);
    if (err != AVOW_OK)
        return err;
    avow_put_u32be(value, number);
    return avow_db_put(db, AVOW_TABLE_CLASSES, &key, avow_bytes(value, sizeof(value)));
}

enum avow_err avow_index_add(const struct avow_db *db, struct avow_words **words, uint32_t log,
                             uint64_t index, struct avow_bytes bytes)
{
    struct avow_entry entry;
    enum avow_class class;
    if (!avow_index_may_have(bytes) || avow_entry_decode(bytes, &entry) != AVOW_ACCEPT ||
        !avow_index_class_of(&entry, &class))
        return AVOW_OK;
    return is_recognition(class) ? add_recognition(db, log, index, class, &entry)
                                 : add_catalogued(db, words, log, index, class, &entry);
}

/* The first row of a class at `*index` or above, which is moved to it. */
enum avow_err avow_index_class_seek(const struct avow_db *db, uint32_t log, enum avow_class class,
                                    uint64_t *index, struct avow_bytes *value)
{
    struct avow_dbkey key = class_key(log, class, *index);
    struct avow_bytes found;
    enum avow_err err = avow_db_seek(db, AVOW_TABLE_CLASSES, &key, &found, value);
    if (err != AVOW_OK)
        return err;
    if (found.len != CLASS_KEY_BYTES || memcmp(found.data, key.bytes, 5) != 0)
        return AVOW_ERR_NOT_FOUND;
    *index = avow_get_u64be(found.data + 5);
    return AVOW_OK;
}

static enum avow_err drop_row(const struct avow_db *db, uint32_t log, enum avow_class class,
                              uint64_t index, struct avow_bytes value)
{
    struct avow_dbkey key = class_key(log, class, index);
    enum avow_err err = AVOW_OK;
    if (is_recognition(class)) {
        struct avow_hash subject;
        if (value.len != sizeof(subject.bytes))
            return AVOW_ERR_CORRUPT;
        memcpy(subject.bytes, value.data, sizeof(subject.bytes));
        struct avow_dbkey other = avow_index_subject_key(&subject, log, index);
        err = avow_db_delete(db, AVOW_TABLE_SUBJECTS, &other);
    } else {
        err =
            value.len == 4 ? avow_catalogue_drop(db, avow_get_u32be(value.data)) : AVOW_ERR_CORRUPT;
    }
    return err == AVOW_OK ? avow_db_delete(db, AVOW_TABLE_CLASSES, &key) : err;
}

enum avow_err avow_index_drop(const struct avow_db *db, uint32_t log, uint64_t from, size_t limit,
                              bool *more)
{
    *more = false;
    for (unsigned class = 0; class < AVOW_CLASS_COUNT; class ++) {
        for (;;) {
            struct avow_bytes value;
            uint64_t index = from;
            enum avow_err err =
                avow_index_class_seek(db, log, (enum avow_class) class, &index, &value);
            if (err == AVOW_ERR_NOT_FOUND)
                break;
            *more = limit == 0;
            if (err == AVOW_OK && !*more)
                err = drop_row(db, log, (enum avow_class) class, index, value);
            if (err != AVOW_OK || *more)
                return err;
            limit--;
        }
    }
    struct avow_dbkey key = avow_dbkey_log(log);
    return from == 0 ? avow_db_delete(db, AVOW_TABLE_PLACES, &key) : AVOW_OK;
}

/* ----------------------------------------------------------------- checking */

enum avow_err avow_index_count(const struct avow_db *db, uint32_t log, uint64_t *count)
{
    struct avow_dbkey first = avow_dbkey_log(log);
    return avow_db_count(db, AVOW_TABLE_CLASSES, &first, first.len, count);
}

static enum avow_err check_recognition(const struct avow_db *db, uint32_t log, uint64_t index,
                                       const struct avow_entry *entry, bool *good)
{
    const struct avow_hash *subject = &entry->recognition.subject;
    const uint8_t role = (uint8_t)entry->recognition.role;
    struct avow_dbkey key = avow_index_subject_key(subject, log, index);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_SUBJECTS, &key, &row);
    *good = err == AVOW_OK && avow_bytes_equal(row, avow_bytes(&role, 1));
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

enum avow_err avow_index_check(const struct avow_db *db, uint32_t log, uint64_t index,
                               const struct avow_entry *entry, struct avow_words *words,
                               uint64_t *terms, bool *good)
{
    enum avow_class class;
    struct avow_bytes row;
    *good = true;
    if (!avow_index_class_of(entry, &class))
        return AVOW_OK;
    struct avow_dbkey key = class_key(log, class, index);
    enum avow_err err = avow_db_get(db, AVOW_TABLE_CLASSES, &key, &row);
    *good = err == AVOW_OK &&
            (is_recognition(class)
                 ? avow_bytes_equal(row, avow_bytes(entry->recognition.subject.bytes, 32))
                 : row.len == 4);
    if (!*good)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    return is_recognition(class) ? check_recognition(db, log, index, entry, good)
                                 : avow_catalogue_check(db, words, avow_get_u32be(row.data), log,
                                                        index, entry, terms, good);
}
