/* The distance of Levenshtein. */
#include "options/suggest.h"

#define WORD_MAX 64

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One row of the table at a time; words over WORD_MAX are like nothing. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t len_a = strlen(a), len_b = strlen(b);
    if (len_a > WORD_MAX || len_b > WORD_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i <= len_b; i++)
        row[i] = i;
    for (size_t i = 1; i <= len_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= len_b; j++) {
            size_t above = row[j];
            size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = smaller(replaced, smaller(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[len_b];
}

/* Near enough: a third of the word may be wrong, and two letters of a short one. */
void avow_suggest(struct avow_suggestion *best, const char *word, const char *name)
{
    size_t far = distance(word, name);
    size_t limit = strlen(word) / 3 > 2 ? strlen(word) / 3 : 2;
    if (far <= limit && far < strlen(word) && (best->name == NULL || far < best->distance))
        *best = (struct avow_suggestion){.name = name, .distance = far};
}
