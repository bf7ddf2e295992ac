/* Reading what is found other than by index: classes, recognitions. */
#include "store/catalogue/index.h"
#include "store/read/snapshot_state.h"

enum avow_err avow_snapshot_class(struct avow_snapshot *snapshot, const struct avow_log *log,
                                  enum avow_class class, uint64_t *index)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_bytes value;
    enum avow_err err = avow_index_class_seek(&snapshot->db, log->number, class, index, &value);
    return err == AVOW_OK && *index >= log->checkpoint.size ? AVOW_ERR_NOT_FOUND : err;
}

/* The first row of a subject at or after (`log`, `index`), which are moved to it. */
static enum avow_err seek_subject(struct avow_snapshot *snapshot, const struct avow_hash *subject,
                                  uint32_t *log, uint64_t *index, struct avow_bytes *value)
{
    AVOW_ASSERT(snapshot->live);
    struct avow_dbkey key = avow_index_subject_key(subject, *log, *index);
    struct avow_bytes found;
    enum avow_err err = avow_db_seek(&snapshot->db, AVOW_TABLE_SUBJECTS, &key, &found, value);
    if (err != AVOW_OK)
        return err;
    if (found.len != AVOW_SUBJECT_KEY_BYTES || memcmp(found.data, subject->bytes, 32) != 0)
        return AVOW_ERR_NOT_FOUND;
    *log = avow_get_u32be(found.data + 32);
    *index = avow_get_u64be(found.data + 36);
    return AVOW_OK;
}

enum avow_err avow_snapshot_recognition(struct avow_snapshot *snapshot, const struct avow_log *log,
                                        const struct avow_hash *subject, uint64_t *index)
{
    if (subject == NULL)
        return avow_snapshot_class(snapshot, log, AVOW_CLASS_AUTHORITY, index);
    uint32_t number = log->number;
    struct avow_bytes value;
    enum avow_err err = seek_subject(snapshot, subject, &number, index, &value);
    if (err != AVOW_OK)
        return err;
    return number != log->number || *index >= log->checkpoint.size ? AVOW_ERR_NOT_FOUND : AVOW_OK;
}

/* Whether the row of (number, index) counts, and if so whose log it is. */
static enum avow_err judge_row(struct avow_snapshot *snapshot, uint32_t number, uint64_t index,
                               bool *counts, struct avow_hash *issuer)
{
    *counts = false;
    enum avow_err err = avow_row_number_read(&snapshot->db, number, issuer);
    if (err == AVOW_OK)
        err = avow_snapshot_reaches(snapshot, issuer, number, index, counts);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

enum avow_err avow_snapshot_recogniser(struct avow_snapshot *snapshot,
                                       const struct avow_hash *subject, size_t rows_max,
                                       struct avow_recogniser *at)
{
    for (size_t i = 0; i < rows_max; i++) {
        struct avow_bytes value;
        bool counts;
        uint64_t index = at->index + 1;
        enum avow_err err = seek_subject(snapshot, subject, &at->log, &index, &value);
        if (err != AVOW_OK)
            return err;
        at->index = index;
        at->role = value.len == 1 && value.data[0] == AVOW_ROLE_AUTHORITY ? AVOW_ROLE_AUTHORITY
                                                                          : AVOW_ROLE_ISSUER;
        err = judge_row(snapshot, at->log, index, &counts, &at->body);
        if (err != AVOW_OK || counts)
            return err;
    }
    return AVOW_ERR_BUSY;
}
