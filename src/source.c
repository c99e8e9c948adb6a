#include <config.h>

#include "source.h"

#include <errno.h>
#include <stdlib.h>

void sources_init(struct sources *s, struct arena *arena, const struct io *io)
{
    *s = (struct sources){ .arena = arena, .io = io, .next = 1 };
}

struct source *source_add(struct sources *s, struct str name, struct str text, struct span included)
{
    if (text.n >= UINT32_MAX - 3 || text.n + 3 > UINT32_MAX - s->next)
        return NULL;
    struct source *source = NEW(s->arena, struct source);
    *source = (struct source){
        .name = arena_str(s->arena, name), .text = text, .base = s->next, .included = included
    };
    s->next += (uint32_t)text.n + 2; /* so that the end of a text is no place in the next */
    VEC_PUSH(s->arena, &s->list, source);
    return source;
}

struct source *source_open(struct sources *s, struct str path, struct str name,
                           struct span included, int *error, const char **why)
{
    struct str text;
    struct io_identity identity;
    struct str terminated = arena_str(s->arena, path);
    *error = s->io->read(s->io->context, s->arena, terminated.p, IO_LIMIT, &text, &identity, why);
    if (*error)
        return NULL;
    struct source *source = source_add(s, name, text, included);
    if (!source) {
        *error = EFBIG;
        *why = "does not fit: all inputs together are limited to 4 GiB";
        return NULL;
    }
    source->identity = identity;
    return source;
}

const struct source *source_of(const struct sources *s, uint32_t at)
{
    size_t lo = 0, hi = s->list.n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (s->list.v[middle]->base <= at)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo ? s->list.v[lo - 1] : NULL;
}

/* Finds the starts of lines up to that of the line behind 'offset', and of line 'line'.  */
static void find_lines(struct sources *s, struct source *source, size_t offset, size_t line)
{
    const char *text = source->text.p;
    if (!source->lines.n)
        VEC_PUSH(s->arena, &source->lines, 0);
    while (source->searched < source->text.n &&
           (source->searched <= offset || source->lines.n < line)) {
        size_t left = source->text.n - source->searched;
        const char *end = memchr(text + source->searched, '\n', left);
        source->searched = end ? (size_t)(end - text) + 1 : source->text.n;
        if (end)
            VEC_PUSH(s->arena, &source->lines, (uint32_t)source->searched);
    }
}

struct place source_place(struct sources *s, uint32_t at)
{
    struct source *source = (struct source *)source_of(s, at);
    if (!at || !source)
        return (struct place){ NULL, 0, 0 };
    uint32_t offset = at - source->base;
    find_lines(s, source, offset, 0);
    size_t lo = 0, hi = source->lines.n;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (source->lines.v[middle] <= offset)
            lo = middle + 1;
        else
            hi = middle;
    }
    return (struct place){ source, (uint32_t)lo, offset - source->lines.v[lo - 1] + 1 };
}

struct str source_line(struct sources *s, const struct source *source, uint32_t line)
{
    find_lines(s, (struct source *)source, 0, line);
    if (line == 0 || line > source->lines.n)
        return STR("");
    size_t from = source->lines.v[line - 1];
    struct str rest = str_sub(source->text, from, source->text.n);
    struct str text = str_sub(rest, 0, str_find(rest, '\n'));
    if (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    return text;
}

struct str source_text(const struct sources *s, struct span span)
{
    const struct source *source = source_of(s, span.lo);
    if (!span.hi || !source)
        return STR("");
    return str_sub(source->text, span.lo - source->base, span.hi - span.lo);
}

static int by_place(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void places_sort(place_list *list)
{
    if (list->n)
        qsort(list->v, list->n, sizeof *list->v, by_place);
}

bool places_has(const place_list *sorted, uint32_t lo, uint32_t hi)
{
    size_t a = 0, b = sorted->n;
    while (a < b) {
        size_t middle = a + (b - a) / 2;
        if (sorted->v[middle] < lo)
            a = middle + 1;
        else
            b = middle;
    }
    return a < sorted->n && sorted->v[a] < hi;
}

enum { BLOCK = 4096 }; /* bytes of text whose characters are counted together */

static uint32_t count_characters(const struct source *source, size_t from, size_t to)
{
    uint32_t n = 0;
    for (size_t i = from; i < to; i++)
        n += ((unsigned char)source->text.p[i] & 0xc0) != 0x80;
    return n;
}

static void make_characters(struct sources *s, struct source *source)
{
    size_t n = source->text.n / BLOCK + 1;
    source->characters = NEW_ARRAY(s->arena, uint32_t, n);
    for (size_t i = 1; i < n; i++)
        source->characters[i] =
            source->characters[i - 1] + count_characters(source, (i - 1) * BLOCK, i * BLOCK);
}

uint32_t source_characters(struct sources *s, const struct source *source, size_t from, size_t to)
{
    if (to > source->text.n) /* the place behind the end */
        to = source->text.n;
    size_t first = from / BLOCK + 1, last = to / BLOCK;
    if (last <= first)
        return count_characters(source, from, to);
    if (!source->characters)
        make_characters(s, (struct source *)source);
    return count_characters(source, from, first * BLOCK) +
           (source->characters[last] - source->characters[first]) +
           count_characters(source, last * BLOCK, to);
}
