/* From words to hits: a window of numbers at a time is scored by each word in turn, from the
 * blocks in which the word stands. Windows go from the first number on, so that whoever floods the
 * catalogue comes after what was there before. */
#include "store/find/finder_inner.h"

#include <stdlib.h>

#define BLOCKS (AVOW_FINDER_WINDOW / AVOW_CATALOGUE_BLOCK)
#define WHOLE 16 /* a word's factor, in sixteenths */
#define TRANSLITERATED 12
#define BEGINNING 12
#define RARITY_MAX 400

/* ------------------------------------------------------------------ words */

static void add_term(struct avow_finder *finder, struct avow_bytes term, size_t word,
                     unsigned factor)
{
    if (finder->term_count == AVOW_FINDER_TERMS_MAX) {
        finder->stopped = true;
        return;
    }
    struct avow_finder_term *added = &finder->terms[finder->term_count++];
    memcpy(added->bytes, term.data, term.len);
    added->len = (uint8_t)term.len;
    added->word = (uint8_t)word;
    added->factor = (uint8_t)factor;
}

/* All words of the catalogue that begin so: one seek each. */
static enum avow_err add_beginnings(struct avow_finder *finder, struct avow_bytes beginning,
                                    size_t word, unsigned factor)
{
    struct avow_dbkey key = avow_dbkey_bytes(beginning);
    while (finder->term_count < AVOW_FINDER_TERMS_MAX) {
        struct avow_bytes found;
        struct avow_bytes value;
        struct avow_bytes term;
        uint32_t block;
        enum avow_err err =
            avow_db_seek(&finder->snapshot->db, AVOW_TABLE_WORDS, &key, &found, &value);
        if (err != AVOW_OK)
            return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
        if (found.len < beginning.len || memcmp(found.data, beginning.data, beginning.len) != 0)
            return AVOW_OK;
        if (!avow_posting_key_read(found, &term, &block) || term.len == 0)
            return AVOW_ERR_CORRUPT;
        add_term(finder, term, word,
                 term.len == beginning.len ? factor : factor * BEGINNING / WHOLE);
        key = avow_posting_key(term, 0);
        key.bytes[term.len] = 1; /* past its blocks: no word has so small a byte */
        key.len = term.len + 1;
    }
    finder->stopped = true;
    return AVOW_OK;
}

static enum avow_err add_word(struct avow_finder *finder, const struct avow_folded_word *word,
                              bool is_last)
{
    size_t number = finder->word_count++;
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < word->count && err == AVOW_OK; i++) {
        unsigned factor = word->count > 1 && i > 0 ? TRANSLITERATED : WHOLE;
        struct avow_bytes form = avow_bytes(word->bytes[i], word->len[i]);
        if (is_last)
            err = add_beginnings(finder, form, number, factor);
        else
            add_term(finder, form, number, factor);
    }
    return err;
}

struct tally {
    struct avow_finder *finder;
    uint64_t count;
};

static enum avow_err count_block(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct tally *tally = context;
    (void)key;
    tally->count += value.len / AVOW_CATALOGUE_POSTING_BYTES;
    return tally->count < AVOW_FINDER_POSTINGS_MAX &&
                   avow_allowance_may_go_on(tally->finder->snapshot)
               ? AVOW_OK
               : AVOW_ERR_TOO_LARGE;
}

/* 16 times the base-2 logarithm of how many entries there are for each that has the word. */
static uint16_t rarity(uint64_t entries, uint64_t having)
{
    uint64_t ratio = (entries + 1) * 256 / (having > 0 ? having : 1);
    unsigned top = 0;
    while (top < 63 && ratio >> (top + 1) != 0)
        top++;
    uint64_t below = top >= 4 ? ratio >> (top - 4) & 15 : 0;
    uint64_t value = top * 16 + below;
    value = value > 128 + 4 ? value - 128 : 4; /* of 256; and no word counts nothing */
    return (uint16_t)(value < RARITY_MAX ? value : RARITY_MAX);
}

/* How rare each word is, unless the place to go on from says how rare it was. */
static enum avow_err weigh_words(struct avow_finder *finder)
{
    MDB_stat rows;
    struct avow_db *db = &finder->snapshot->db;
    uint64_t having[AVOW_FINDER_WORDS_MAX] = {0};
    if (mdb_stat(db->txn, db->tables[AVOW_TABLE_CATALOGUE], &rows) != MDB_SUCCESS)
        return AVOW_ERR_IO;
    for (size_t i = 0; i < finder->term_count; i++) {
        const struct avow_finder_term *term = &finder->terms[i];
        struct avow_dbkey key = avow_posting_key(avow_bytes(term->bytes, term->len), 0);
        struct tally tally = {.finder = finder};
        enum avow_err err =
            avow_db_walk(db, AVOW_TABLE_WORDS, &key, (size_t)term->len + 1, count_block, &tally);
        if (err != AVOW_OK && err != AVOW_ERR_TOO_LARGE)
            return err;
        having[term->word] += tally.count;
    }
    for (size_t i = 0; i < finder->word_count; i++)
        finder->rarities[i] = rarity(rows.ms_entries, having[i]);
    return AVOW_OK;
}

static bool is_repeated(const struct avow_folded_word *words, size_t count)
{
    const struct avow_folded_word *word = &words[count];
    for (size_t i = 0; i < count; i++) {
        if (words[i].count == word->count && words[i].len[0] == word->len[0] &&
            memcmp(words[i].bytes[0], word->bytes[0], word->len[0]) == 0)
            return true;
    }
    return false;
}

enum avow_err avow_finder_read_words(struct avow_finder *finder)
{
    struct avow_folded_word words[AVOW_FINDER_WORDS_MAX];
    size_t count = 0;
    enum avow_err err = AVOW_OK;
    avow_words_begin(finder->words, finder->query->words);
    while (count < AVOW_FINDER_WORDS_MAX && avow_words_next(finder->words, &words[count]))
        count++;
    finder->word_count = finder->term_count = 0;
    for (size_t i = 0; i < count && err == AVOW_OK; i++) {
        bool is_last = i + 1 == count;
        if (is_last || !is_repeated(words, i))
            err = add_word(finder, &words[i], is_last);
    }
    return err == AVOW_OK && !finder->has_after ? weigh_words(finder) : err;
}

/* ------------------------------------------------------------------ hits */

static void sift_down(struct avow_finder *finder, size_t at)
{
    struct avow_hit *heap = finder->hits;
    for (;;) {
        size_t last = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < finder->hit_count && avow_hit_before(heap[last], heap[child]))
                last = child;
        }
        if (last == at)
            return;
        struct avow_hit other = heap[at];
        heap[at] = heap[last];
        heap[last] = other;
        at = last;
    }
}

/* Keeps the best ones: the worst of those that are kept is on top. */
static void keep(struct avow_finder *finder, struct avow_hit hit)
{
    struct avow_hit *heap = finder->hits;
    if (finder->has_after && !avow_hit_before(finder->after, hit))
        return;
    if (finder->hit_count == AVOW_FINDER_HITS) {
        finder->dropped = true;
        if (!avow_hit_before(hit, heap[0]))
            return;
        heap[0] = hit;
        sift_down(finder, 0);
        return;
    }
    size_t at = finder->hit_count++;
    for (; at > 0 && avow_hit_before(heap[(at - 1) / 2], hit); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = hit;
}

static int by_order(const void *a, const void *b)
{
    const struct avow_hit *left = a;
    const struct avow_hit *right = b;
    if (avow_hit_before(*left, *right))
        return -1;
    return avow_hit_before(*right, *left) ? 1 : 0;
}

static enum avow_err admits(struct avow_finder *finder, uint16_t field, uint8_t kind_level,
                            uint32_t log, bool *admitted)
{
    const struct avow_find_query *query = finder->query;
    *admitted = (field & finder->field_mask) == finder->field &&
                (query->level == 0 || (kind_level & 15U) == query->level) &&
                (!query->has_issuer || log == finder->issuer_log);
    if (!*admitted || (query->region.len == 0 && !finder->narrows_recognised))
        return AVOW_OK;
    return avow_finder_admits(finder, log, admitted);
}

/* ------------------------------------------------------------------ scanning */

struct scan {
    struct avow_finder *finder;
    uint32_t first; /* block of the window */
    unsigned factor;
};

static enum avow_err score_block(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct scan *scan = context;
    struct avow_finder *finder = scan->finder;
    uint32_t block = avow_get_u32be(key.data + key.len - 4) - scan->first;
    if (block >= BLOCKS)
        return AVOW_ERR_NOT_FOUND; /* the window ends */
    if (finder->postings >= AVOW_FINDER_POSTINGS_MAX || !avow_allowance_may_go_on(finder->snapshot))
        return AVOW_ERR_TOO_LARGE;
    for (size_t at = 0; at + AVOW_CATALOGUE_POSTING_BYTES <= value.len;
         at += AVOW_CATALOGUE_POSTING_BYTES) {
        struct avow_posting posting = avow_posting_read(value.data + at);
        bool admitted;
        enum avow_err err =
            admits(finder, posting.field, posting.kind_level, posting.log, &admitted);
        if (err != AVOW_OK)
            return err;
        uint32_t place = block * AVOW_CATALOGUE_BLOCK + posting.place % AVOW_CATALOGUE_BLOCK;
        uint8_t weight = (uint8_t)(posting.weight * scan->factor / WHOLE);
        if (admitted && finder->best[place] < weight)
            finder->best[place] = weight;
    }
    finder->postings += value.len / AVOW_CATALOGUE_POSTING_BYTES;
    return AVOW_OK;
}

/* One word's part in the score of each number of the window. */
static enum avow_err score_word(struct avow_finder *finder, size_t word, uint32_t first)
{
    bool any = false;
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < finder->term_count && err == AVOW_OK; i++) {
        const struct avow_finder_term *term = &finder->terms[i];
        if (term->word != word)
            continue;
        struct scan scan = {.finder = finder, .first = first, .factor = term->factor};
        struct avow_dbkey key = avow_posting_key(avow_bytes(term->bytes, term->len), first);
        err = avow_db_walk(&finder->snapshot->db, AVOW_TABLE_WORDS, &key, (size_t)term->len + 1,
                           score_block, &scan);
        if (err == AVOW_ERR_NOT_FOUND)
            err = AVOW_OK;
        any = true;
    }
    for (size_t i = 0; any && i < AVOW_FINDER_WINDOW; i++) {
        if (finder->best[i] == 0)
            continue;
        finder->score[i] += (uint32_t)finder->best[i] * finder->rarities[word];
        finder->matched[i]++;
        finder->best[i] = 0;
    }
    return err;
}

static enum avow_err scan_window(struct avow_finder *finder, uint32_t first)
{
    enum avow_err err = AVOW_OK;
    memset(finder->score, 0, sizeof(finder->score));
    memset(finder->matched, 0, sizeof(finder->matched));
    memset(finder->best, 0, sizeof(finder->best));
    for (size_t word = 0; word < finder->word_count && err == AVOW_OK; word++)
        err = score_word(finder, word, first);
    uint64_t words = finder->word_count;
    for (uint32_t i = 0; i < AVOW_FINDER_WINDOW; i++) {
        uint64_t matched = finder->matched[i];
        if (matched == 0)
            continue;
        uint64_t score = finder->score[i] * matched * matched / (words * words);
        keep(finder, (struct avow_hit){(uint32_t)score + 1, first * AVOW_CATALOGUE_BLOCK + i});
    }
    return err;
}

static enum avow_err scan_words(struct avow_finder *finder)
{
    struct avow_dbkey end = {.bytes = {0xff, 0xff, 0xff, 0xff}, .len = 4};
    struct avow_bytes last;
    struct avow_bytes row;
    enum avow_err err =
        avow_db_seek_before(&finder->snapshot->db, AVOW_TABLE_CATALOGUE, &end, &last, &row);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    uint32_t blocks = avow_get_u32be(last.data) / AVOW_CATALOGUE_BLOCK + 1;
    for (uint32_t first = 0; first < blocks && err == AVOW_OK; first += BLOCKS)
        err = avow_allowance_may_go_on(finder->snapshot) ? scan_window(finder, first)
                                                         : AVOW_ERR_TOO_LARGE;
    return err;
}

/* Without words: every row, in its order. */
static enum avow_err scan_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_finder *finder = context;
    bool admitted;
    if (key.len != 4 || value.len < 15)
        return AVOW_ERR_CORRUPT;
    if (finder->rows++ >= AVOW_FINDER_ROWS_MAX || !avow_allowance_may_go_on(finder->snapshot))
        return AVOW_ERR_TOO_LARGE;
    enum avow_err err = admits(finder, avow_get_u16be(value.data + 12), value.data[14],
                               avow_get_u32be(value.data), &admitted);
    if (err == AVOW_OK && admitted)
        keep(finder, (struct avow_hit){0, avow_get_u32be(key.data)});
    return err == AVOW_OK && finder->dropped ? AVOW_ERR_NOT_FOUND : err;
}

static enum avow_err scan_rows(struct avow_finder *finder)
{
    struct avow_dbkey first = avow_dbkey_log(finder->has_after ? finder->after.number : 0);
    enum avow_err err =
        avow_db_walk(&finder->snapshot->db, AVOW_TABLE_CATALOGUE, &first, 0, scan_row, finder);
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

enum avow_err avow_finder_scan(struct avow_finder *finder)
{
    finder->hit_count = 0;
    finder->dropped = false;
    enum avow_err err = AVOW_OK;
    if (finder->word_count > 0)
        err = scan_words(finder);
    else if (finder->query->words.len == 0)
        err = scan_rows(finder);
    if (err == AVOW_ERR_TOO_LARGE) {
        finder->stopped = true;
        err = AVOW_OK;
    }
    qsort(finder->hits, finder->hit_count, sizeof(finder->hits[0]), by_order);
    return err;
}
