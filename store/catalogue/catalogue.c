/* The catalogue's rows. */
#include "store/catalogue/catalogue.h"

#include "store/catalogue/catalogue_describe_inner.h"

#define NUMBER_ROW_HEAD 15 /* log, index, field, kind and level */
#define NUMBER_ROW_MAX                                                                             \
    (NUMBER_ROW_HEAD + AVOW_CATALOGUE_TERMS_MAX * (2 + AVOW_WORD_BYTES_MAX) + AVOW_ROW_SEAL_BYTES)

/* --------------------------------------------------------------------- forms */

static struct avow_dbkey number_key(uint32_t number)
{
    return avow_dbkey_log(number); /* 4 bytes, big-endian */
}

static void write_row(struct avow_buf *row, const struct avow_dbkey *key, uint64_t index,
                      const struct avow_description *description)
{
    uint8_t head[NUMBER_ROW_HEAD];
    avow_put_u32be(head, description->posting.log);
    avow_put_u64be(head + 4, index);
    avow_put_u16be(head + 12, description->posting.field);
    head[14] = description->posting.kind_level;
    avow_buf_append(row, head, sizeof(head));
    for (size_t i = 0; i < description->count; i++) {
        const struct avow_term *term = &description->terms[i];
        const uint8_t sizes[] = {term->weight, term->len};
        avow_buf_append(row, sizes, sizeof(sizes));
        avow_buf_append(row, term->bytes, term->len);
    }
    avow_row_seal_with(row, avow_row_key_view(key));
}

/* Takes the next word off what follows a row's head. False at the end. */
static bool next_term(struct avow_bytes *rest, struct avow_term *term)
{
    if (rest->len < 2 || rest->data[1] == 0 || rest->data[1] > AVOW_WORD_BYTES_MAX ||
        rest->data[1] > rest->len - 2)
        return false;
    term->weight = rest->data[0];
    term->len = rest->data[1];
    memcpy(term->bytes, rest->data + 2, term->len);
    rest->data += 2 + term->len;
    rest->len -= (size_t)2 + term->len;
    return true;
}

/* --------------------------------------------------------------------- reading */

static enum avow_err read_row(struct avow_bytes row, const struct avow_dbkey *key,
                              struct avow_catalogued *entry)
{
    if (avow_row_open_with(&row, avow_row_key_view(key)) != AVOW_OK || row.len < NUMBER_ROW_HEAD)
        return AVOW_ERR_CORRUPT;
    *entry = (struct avow_catalogued){
        .log = avow_get_u32be(row.data),
        .index = avow_get_u64be(row.data + 4),
        .field = avow_get_u16be(row.data + 12),
        .kind_level = row.data[14],
    };
    return AVOW_OK;
}

enum avow_err avow_catalogue_read(const struct avow_db *db, uint32_t number,
                                  struct avow_catalogued *entry)
{
    struct avow_dbkey key = number_key(number);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_CATALOGUE, &key, &row);
    return err == AVOW_OK ? read_row(row, &key, entry) : err;
}

/* --------------------------------------------------------------------- writing */

/* The number after the last one. Those of entries that have been taken out may come again: nothing
 * of theirs is left. */
static enum avow_err next_number(const struct avow_db *db, uint32_t *number)
{
    struct avow_dbkey end = {.bytes = {0xff, 0xff, 0xff, 0xff}, .len = 4};
    struct avow_bytes found;
    struct avow_bytes row;
    enum avow_err err = avow_db_seek_before(db, AVOW_TABLE_CATALOGUE, &end, &found, &row);
    *number = 0;
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    if (found.len != 4)
        return AVOW_ERR_CORRUPT;
    *number = avow_get_u32be(found.data) + 1;
    return *number == UINT32_MAX ? AVOW_ERR_TOO_LARGE : AVOW_OK;
}

/* Numbers only grow, so that a block's last one is below this. */
static enum avow_err add_posting(const struct avow_db *db, const struct avow_term *term,
                                 uint32_t number, const struct avow_posting *posting)
{
    uint8_t block[AVOW_CATALOGUE_BLOCK_BYTES];
    struct avow_dbkey key =
        avow_posting_key(avow_bytes(term->bytes, term->len), number / AVOW_CATALOGUE_BLOCK);
    struct avow_bytes row = {0};
    enum avow_err err = avow_db_get(db, AVOW_TABLE_WORDS, &key, &row);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    if (row.len > sizeof(block) - AVOW_CATALOGUE_POSTING_BYTES)
        return AVOW_ERR_CORRUPT;
    if (row.len > 0)
        memcpy(block, row.data, row.len);
    struct avow_posting own = *posting;
    own.place = (uint8_t)(number % AVOW_CATALOGUE_BLOCK);
    own.weight = term->weight;
    avow_posting_write(block + row.len, &own);
    return avow_db_put(db, AVOW_TABLE_WORDS, &key,
                       avow_bytes(block, row.len + AVOW_CATALOGUE_POSTING_BYTES));
}

enum avow_err avow_catalogue_add(const struct avow_db *db, struct avow_words **words, uint32_t log,
                                 uint64_t index, const struct avow_entry *entry, uint32_t *number)
{
    struct avow_description description;
    uint8_t storage[NUMBER_ROW_MAX];
    struct avow_buf row;
    enum avow_err err = *words == NULL ? avow_words_new(words) : AVOW_OK;
    if (err == AVOW_OK)
        err = next_number(db, number);
    if (err != AVOW_OK)
        return err;
    avow_catalogue_describe(*words, log, entry, &description);
    for (size_t i = 0; i < description.count && err == AVOW_OK; i++)
        err = add_posting(db, &description.terms[i], *number, &description.posting);
    if (err != AVOW_OK)
        return err;
    struct avow_dbkey key = number_key(*number);
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    write_row(&row, &key, index, &description);
    return avow_db_put(db, AVOW_TABLE_CATALOGUE, &key, avow_buf_bytes(&row));
}

/* The position of a number's posting in its block; the row's length if it is not there. */
static size_t find_posting(struct avow_bytes row, uint32_t number)
{
    size_t at = 0;
    while (at + AVOW_CATALOGUE_POSTING_BYTES <= row.len &&
           row.data[at] != number % AVOW_CATALOGUE_BLOCK)
        at += AVOW_CATALOGUE_POSTING_BYTES;
    return at + AVOW_CATALOGUE_POSTING_BYTES <= row.len ? at : row.len;
}

static enum avow_err drop_posting(const struct avow_db *db, const struct avow_term *term,
                                  uint32_t number)
{
    uint8_t block[AVOW_CATALOGUE_BLOCK_BYTES];
    struct avow_dbkey key =
        avow_posting_key(avow_bytes(term->bytes, term->len), number / AVOW_CATALOGUE_BLOCK);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_WORDS, &key, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    size_t at = find_posting(row, number);
    if (at == row.len || row.len > sizeof(block))
        return AVOW_ERR_CORRUPT;
    size_t after = at + AVOW_CATALOGUE_POSTING_BYTES;
    memcpy(block, row.data, at);
    memcpy(block + at, row.data + after, row.len - after);
    size_t len = row.len - AVOW_CATALOGUE_POSTING_BYTES;
    return len == 0 ? avow_db_delete(db, AVOW_TABLE_WORDS, &key)
                    : avow_db_put(db, AVOW_TABLE_WORDS, &key, avow_bytes(block, len));
}

enum avow_err avow_catalogue_drop(const struct avow_db *db, uint32_t number)
{
    uint8_t copy[NUMBER_ROW_MAX];
    struct avow_dbkey key = number_key(number);
    struct avow_bytes row;
    struct avow_term term;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_CATALOGUE, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_open_with(&row, avow_row_key_view(&key));
    if (err == AVOW_OK && (row.len < NUMBER_ROW_HEAD || row.len > sizeof(copy)))
        err = AVOW_ERR_CORRUPT;
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    memcpy(copy, row.data, row.len);
    struct avow_bytes rest = avow_bytes(copy + NUMBER_ROW_HEAD, row.len - NUMBER_ROW_HEAD);
    while (err == AVOW_OK && next_term(&rest, &term))
        err = drop_posting(db, &term, number);
    return err == AVOW_OK ? avow_db_delete(db, AVOW_TABLE_CATALOGUE, &key) : err;
}

/* --------------------------------------------------------------------- checking */

static enum avow_err check_posting(const struct avow_db *db, const struct avow_term *term,
                                   uint32_t number, const struct avow_posting *expected, bool *good)
{
    struct avow_dbkey key =
        avow_posting_key(avow_bytes(term->bytes, term->len), number / AVOW_CATALOGUE_BLOCK);
    uint8_t bytes[AVOW_CATALOGUE_POSTING_BYTES];
    struct avow_posting own = *expected;
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_WORDS, &key, &row);
    if (err != AVOW_OK) {
        *good = false;
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    }
    own.place = (uint8_t)(number % AVOW_CATALOGUE_BLOCK);
    own.weight = term->weight;
    avow_posting_write(bytes, &own);
    size_t at = find_posting(row, number);
    *good = *good && at < row.len && memcmp(row.data + at, bytes, sizeof(bytes)) == 0;
    return AVOW_OK;
}

enum avow_err avow_catalogue_check(const struct avow_db *db, struct avow_words *words,
                                   uint32_t number, uint32_t log, uint64_t index,
                                   const struct avow_entry *entry, uint64_t *terms, bool *good)
{
    struct avow_description description;
    uint8_t storage[NUMBER_ROW_MAX];
    struct avow_buf expected;
    struct avow_bytes row;
    struct avow_dbkey key = number_key(number);
    if (words == NULL)
        return AVOW_OK;
    avow_catalogue_describe(words, log, entry, &description);
    *terms += description.count;
    avow_buf_init_fixed(&expected, storage, sizeof(storage));
    write_row(&expected, &key, index, &description);
    enum avow_err err = avow_db_get(db, AVOW_TABLE_CATALOGUE, &key, &row);
    *good = err == AVOW_OK && avow_bytes_equal(row, avow_buf_bytes(&expected));
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    for (size_t i = 0; i < description.count && err == AVOW_OK; i++)
        err = check_posting(db, &description.terms[i], number, &description.posting, good);
    return err;
}

static enum avow_err count_block(void *context, struct avow_bytes key, struct avow_bytes value)
{
    uint64_t *terms = context;
    (void)key;
    /* One that is no whole number of postings counts one too many. */
    *terms += (value.len + AVOW_CATALOGUE_POSTING_BYTES - 1) / AVOW_CATALOGUE_POSTING_BYTES;
    *terms += value.len % AVOW_CATALOGUE_POSTING_BYTES == 0 ? 0 : 1;
    return AVOW_OK;
}

enum avow_err avow_catalogue_count_terms(const struct avow_db *db, uint64_t *terms)
{
    struct avow_dbkey first = {.len = 0};
    *terms = 0;
    return avow_db_walk(db, AVOW_TABLE_WORDS, &first, 0, count_block, terms);
}
