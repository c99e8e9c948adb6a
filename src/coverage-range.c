#include <config.h>

#include "coverage-table.h"

/* Names that count up.  */
struct run {
    struct str first, prefix, suffix;
    uint64_t lo, hi;
    size_t width; /* of the digits, where they begin with a zero; else 0 */
    bool counts;
};

enum { MAX_DIGITS = 18 };

/* Splits a name at its last digits.  */
static struct run split(struct str name)
{
    size_t end = name.n;
    struct run r = { .first = name };
    while (end && !is_digit(name.p[end - 1]))
        end--;
    size_t start = end;
    while (start && is_digit(name.p[start - 1]) && end - start < MAX_DIGITS)
        start--;
    r.counts = end > start;
    r.prefix = str_sub(name, 0, start);
    r.suffix = str_sub(name, end, name.n);
    for (size_t i = start; i < end; i++)
        r.lo = r.lo * 10 + (uint64_t)(name.p[i] - '0');
    r.width = r.counts && name.p[start] == '0' && end - start > 1 ? end - start : 0;
    r.hi = r.lo;
    return r;
}

static size_t digits(uint64_t n)
{
    size_t count = 1;
    while (n >= 10) {
        n /= 10;
        count++;
    }
    return count;
}

/* 'next' is the name that follows the run; {08..10} keeps its width.  */
static bool follows(const struct run *run, const struct run *next)
{
    bool width =
        run->width ? next->width == run->width || digits(next->lo) == run->width : !next->width;
    return run->counts && next->counts && width && next->lo == run->hi + 1 &&
           str_eq(run->prefix, next->prefix) && str_eq(run->suffix, next->suffix);
}

static struct str run_text(struct arena *arena, const struct run *r)
{
    if (r->lo == r->hi)
        return r->first;
    return arena_printf(arena, "%.*s{%0*llu..%0*llu}%.*s", STR_ARG(r->prefix), (int)r->width,
                        (unsigned long long)r->lo, (int)r->width, (unsigned long long)r->hi,
                        STR_ARG(r->suffix));
}

void coverage_ranges(struct arena *arena, const name_list *names, name_list *ranges)
{
    struct run run = { .counts = false };
    ranges->n = 0;
    for (size_t i = 0; i < names->n; i++) {
        struct run next = split(names->v[i]);
        if (i && follows(&run, &next)) {
            run.hi = next.lo;
            continue;
        }
        if (i)
            VEC_PUSH(arena, ranges, run_text(arena, &run));
        run = next;
    }
    if (names->n)
        VEC_PUSH(arena, ranges, run_text(arena, &run));
}
