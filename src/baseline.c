#include <config.h>

#include "baseline.h"

#include <stdlib.h>

/* The first line: what this is, and the version of its form.  */
static const struct str head =
    STR_INIT("# pmtac baseline 1: messages that are known; see pmtac(1)\n");

/* FNV-1a: the same everywhere, and nobody has a reason to look for collisions here.  */
static uint64_t hash(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h;
}

/* The line of 'm'.  Blanks may change, and so may the place.  */
static struct str entry(struct diags *d, const struct diag *m)
{
    struct place at = source_place(d->sources, m->span.lo);
    struct buf file = { .arena = d->arena };
    uint64_t h = hash(0xcbf29ce484222325u, diag_shown_text(d, m));
    struct str line = at.source ? diag_shown_line(d, m->span) : STR("");
    for (size_t i = 0; i < line.n; i++)
        if (!is_blank(line.p[i]))
            h = hash(h, str_sub(line, i, 1));
    diag_escape(&file, at.source ? at.source->name : STR("-"));
    return arena_printf(d->arena, "%s %.*s %016llx", check_row(m->check)->name,
                        STR_ARG(buf_str(&file)), (unsigned long long)h);
}

static int by_bytes(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

struct str baseline_print(struct diags *d, size_t *n)
{
    struct buf out = { .arena = d->arena };
    VEC(struct str) lines = { 0 };
    for (size_t i = 0; i < d->list.n; i++)
        for (size_t k = 0; d->list.v[i]->level != LEVEL_OFF && k <= d->list.v[i]->more; k++)
            VEC_PUSH(d->arena, &lines, entry(d, d->list.v[i]));
    if (lines.n)
        qsort(lines.v, lines.n, sizeof *lines.v, by_bytes);
    buf_put(&out, head);
    for (size_t i = 0; i < lines.n; i++)
        buf_printf(&out, "%.*s\n", STR_ARG(lines.v[i]));
    *n = lines.n;
    return buf_str(&out);
}

/* How often each line stands in 'text'.  Comments and empty lines are left out, and line ends are
   what an editor or git made of them.  */
static struct map counts_of(struct diags *d, struct str text)
{
    struct map counts = { .arena = d->arena, .exact = true };
    while (text.n) {
        size_t end = str_find(text, '\n');
        struct str line = str_sub(text, 0, end);
        text = str_sub(text, end + 1, text.n);
        line.n -= line.n && line.p[line.n - 1] == '\r';
        if (!line.n || line.p[0] == '#')
            continue;
        void **slot = map_add(&counts, line);
        *slot = (void *)((uintptr_t)*slot + 1);
    }
    return counts;
}

bool baseline_is(struct str text)
{
    return str_starts(text, str_sub(head, 0, str_find(head, ':')));
}

size_t baseline_take(struct diags *d, struct str text)
{
    size_t taken = 0;
    if (!baseline_is(text))
        return SIZE_MAX;
    struct map counts = counts_of(d, text);
    for (size_t i = 0; i < d->list.n; i++) {
        struct diag *m = d->list.v[i];
        if (m->level == LEVEL_OFF)
            continue;
        void **slot = map_find(&counts, entry(d, m));
        size_t left = slot ? (size_t)(uintptr_t)*slot : 0;
        if (left <= m->more)
            continue; /* all of what stands at one place, or nothing */
        *slot = (void *)(uintptr_t)(left - m->more - 1);
        taken += m->more + 1;
        diag_take_back(d, m);
    }
    return taken;
}
