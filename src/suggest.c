#include <config.h>

#include "suggest.h"

enum { LONGEST = 64 };

void suggest_init(struct suggest *s, struct str word)
{
    *s = (struct suggest){ .word = word, .distance = SIZE_MAX };
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* The distance of two words of at most LONGEST bytes, letters compared without their case.  */
static size_t distance(struct str a, struct str b)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.n; j++)
        above[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            char x = to_lower(a.p[i - 1]), y = to_lower(b.p[j - 1]);
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == to_lower(b.p[j - 2]) && to_lower(a.p[i - 2]) == y)
                row[j] = least(row[j], before[j - 2] + 1, SIZE_MAX);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.n];
}

void suggest_offer(struct suggest *s, struct str candidate)
{
    if (s->word.n > LONGEST || candidate.n > LONGEST || str_eq(s->word, candidate))
        return;
    size_t longer = s->word.n > candidate.n ? s->word.n : candidate.n;
    size_t shorter = s->word.n + candidate.n - longer;
    size_t limit = (longer < 3 ? 3 : longer) / 3;
    if (longer - shorter > limit || (s->distance != SIZE_MAX && longer - shorter >= s->distance))
        return;
    size_t d = distance(s->word, candidate);
    if (d <= limit && d < s->distance && d < longer) {
        s->distance = d;
        s->best = candidate;
    }
}
