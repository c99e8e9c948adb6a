#include <config.h>

#include "diag.h"

#include <stdlib.h>

/* Inner ones behind outer ones, so that the last that begins in front of a place is the innermost
   of those that may hold it.  */
static int by_span(const void *a, const void *b)
{
    const struct allowance *x = *(struct allowance *const *)a, *y = *(struct allowance *const *)b;
    if (x->check != y->check)
        return x->check < y->check ? -1 : 1;
    if (x->span.lo != y->span.lo)
        return x->span.lo < y->span.lo ? -1 : 1;
    if (x->span.hi != y->span.hi)
        return x->span.hi > y->span.hi ? -1 : 1;
    return x->comment.lo < y->comment.lo ? -1 : x->comment.lo > y->comment.lo;
}

static bool covers_same(const struct allowance *x, const struct allowance *y)
{
    return x->check == y->check && x->span.lo == y->span.lo && x->span.hi == y->span.hi;
}

/* Spans of statements nest, so that whoever is around 'x' is around the one in front of it or is
   that one.  */
static struct allowance *around(struct allowance *before, const struct allowance *x)
{
    if (!before || before->check != x->check)
        return NULL;
    while (before && before->span.hi <= x->span.lo)
        before = before->outer;
    return before;
}

/* The innermost allowance for 'check' at position 'at', or NULL.  */
static struct allowance *allowance_at(const struct diags *d, enum check check, uint32_t at)
{
    size_t lo = 0, hi = d->n_allowances;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        const struct allowance *x = d->allowances[middle];
        if (x->check < check || (x->check == check && x->span.lo <= at))
            lo = middle + 1;
        else
            hi = middle;
    }
    struct allowance *found = lo ? d->allowances[lo - 1] : NULL;
    while (found && (found->check != check || found->span.hi <= at))
        found = found->check == check ? found->outer : NULL;
    return found;
}

static enum wish wish_for(const struct diags *d, enum check check)
{
    return d->levels ? d->levels->of[check] : WISH_USUAL;
}

/* An error of 'check' that stays one, whatever a comment says: the user would have to lower it
   first, and may be unable to.  */
static bool is_firm(const struct diags *d, enum check check)
{
    enum wish wish = wish_for(d, check);
    enum lowered lowered = check_row(check)->lowered;
    bool wished = wish == WISH_OFF || wish == WISH_NO_ERROR;
    return lowered == LOWERED_NEVER || (lowered == LOWERED_CALL && !wished);
}

/* A comment silences the message.  */
static bool is_allowed(struct diags *d, enum check check, enum level usual, struct span span)
{
    struct allowance *x = d->n_allowances ? allowance_at(d, check, span.lo) : NULL;
    if (!x)
        return false;
    bool refused = usual == LEVEL_ERROR && is_firm(d, check);
    x->refused |= refused;
    x->used |= !refused;
    return !refused;
}

/* 'wished' for a message that is 'usual' by itself, unless nobody can have it so.  */
static enum level lowered(enum check check, enum level usual, enum level wished)
{
    bool never = usual == LEVEL_ERROR && check_row(check)->lowered == LOWERED_NEVER;
    return never ? LEVEL_ERROR : wished;
}

enum level diag_judge(struct diags *d, enum check check, enum level usual, struct span span)
{
    if (usual == LEVEL_OFF || is_allowed(d, check, usual, span))
        return LEVEL_OFF;
    enum level level = usual;
    switch (wish_for(d, check)) {
    case WISH_USUAL:
        break;
    case WISH_ON:
        level = usual < LEVEL_WARNING ? LEVEL_WARNING : usual;
        break;
    case WISH_OFF:
        return lowered(check, usual, LEVEL_OFF);
    case WISH_ERROR:
        return LEVEL_ERROR;
    case WISH_NO_ERROR:
        return usual == LEVEL_ERROR ? lowered(check, usual, LEVEL_WARNING) : usual;
    }
    return level == LEVEL_WARNING && d->levels && d->levels->errors ? LEVEL_ERROR : level;
}

enum level diag_level_read(const struct diags *d, enum check check, enum level usual)
{
    enum level most = check_row(check)->read;
    enum wish wish = wish_for(d, check);
    if (most == LEVEL_OFF && (wish == WISH_ON || wish == WISH_ERROR))
        most = LEVEL_NOTE;
    return usual > most ? most : usual;
}

bool diag_is_stubborn(const struct diags *d, enum check check)
{
    enum wish wish = wish_for(d, check);
    return check_row(check)->lowered == LOWERED_NEVER &&
           (wish == WISH_OFF || wish == WISH_NO_ERROR);
}

bool diags_forbid(const struct diags *d)
{
    return d->n_errors || (d->levels && d->levels->strict && d->n_warnings);
}

void diag_take_back(struct diags *d, struct diag *m)
{
    d->n_errors -= m->level == LEVEL_ERROR;
    d->n_warnings -= m->level == LEVEL_WARNING;
    d->n_milder[m->check] -= m->level != LEVEL_ERROR;
    d->n_faults -= m->level == LEVEL_ERROR && m->usual == LEVEL_ERROR;
    m->level = LEVEL_OFF;
}

/* Those of 'check' that were not even kept.  */
static size_t forget_dropped(struct diags *d, enum check check)
{
    size_t *dropped = d->dropped[check], n = 0;
    for (int level = LEVEL_NOTE; level <= LEVEL_ERROR; level++)
        n += dropped[level];
    d->n_errors -= dropped[LEVEL_ERROR];
    d->n_warnings -= dropped[LEVEL_WARNING];
    d->n_milder[check] -= n - dropped[LEVEL_ERROR];
    d->n_dropped -= n;
    memset(dropped, 0, sizeof d->dropped[check]);
    return n;
}

size_t diags_fold(struct diags *d, enum check check)
{
    size_t n = forget_dropped(d, check), left = 0;
    for (size_t i = 0; i < d->list.n; i++) {
        struct diag *m = d->list.v[i];
        if (m->check == check && m->level != LEVEL_OFF) {
            diag_take_back(d, m);
            n++;
        }
        if (m->level != LEVEL_OFF)
            d->list.v[left++] = m;
    }
    d->list.n = left; /* so that there is room for what is said instead */
    return n;
}

/* What has been reported before the comments were read.  */
static void allow_late(struct diags *d, struct diag *m)
{
    if (m->level == LEVEL_OFF || !is_allowed(d, m->check, m->usual, m->span))
        return;
    diag_take_back(d, m);
}

void diags_allow(struct diags *d, struct allowance **list, size_t n)
{
    if (!n)
        return;
    qsort(list, n, sizeof *list, by_span);
    struct allowance *before = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct allowance *x = list[i];
        if (before && covers_same(before, x))
            continue;
        x->outer = around(before, x);
        before = list[kept++] = x;
    }
    d->allowances = list;
    d->n_allowances = kept;
    for (size_t i = 0; i < d->list.n; i++)
        allow_late(d, d->list.v[i]);
}
