#include <config.h>

#include "compare.h"

#include <stdlib.h>

/* A fact with its place among its section's.  */
struct ranked {
    const struct fact *fact;
    size_t at;
    enum normal normal;
    bool ordered; /* with all others of its section */
};

struct ranking {
    struct ranked *v;
    size_t n;
};

/* Two sections that are compared.  */
struct pairing {
    struct comparison *c;
    const struct facts_section *section[COMPARE_SIDES];
};

static struct ranking items_of(struct comparison *c, int side, const struct facts_section *s)
{
    VEC(struct ranked) items = { 0 };
    const struct facts *f = c->side[side];
    bool ordered = s && facts_is_ordered(s);
    for (const struct fact *fact = s ? s->first : NULL; fact; fact = fact->next)
        if (!fact->silent)
            VEC_PUSH(c->arena, &items,
                     (struct ranked){ fact, items.n, facts_normal(f, fact->is->dir), ordered });
    return (struct ranking){ items.v, items.n };
}

static int by_word(const struct ranked *a, const struct ranked *b)
{
    return a->ordered ? 0 : str_cmp(a->fact->is->word, b->fact->is->word);
}

/* A directive that stands once, or whose lines have an order, keeps it.  */
static bool keeps_order(const struct ranked *i)
{
    return i->ordered || i->normal == NORMAL_ORDERED ||
           (i->fact->is->dir && !i->fact->is->dir->repeatable);
}

static int by_content(const struct fact *a, const struct fact *b)
{
    int order = str_cmp(a->is->value, b->is->value);
    if (!order && !a->is->unread && !b->is->unread)
        order = str_cmp(a->is->secret, b->is->secret);
    return order;
}

static int by_place(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    int order = by_word(a, b);
    if (!order && !keeps_order(a))
        order = by_content(a->fact, b->fact);
    return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

static bool same(const struct fact *a, const struct fact *b)
{
    return str_eq(a->is->value, b->is->value) && str_eq(a->is->word, b->is->word) &&
           a->depth == b->depth &&
           (a->is->unread || b->is->unread || str_eq(a->is->secret, b->is->secret));
}

typedef VEC(const struct fact *) fact_vec;

/* Two lines that read the same differ in what may not be shown.  */
static enum difference_kind kind_of(const fact_vec *a, const fact_vec *b)
{
    bool secret = a->n == 1 && b->n == 1 && str_eq(a->v[0]->is->value, b->v[0]->is->value) &&
                  str_eq(a->v[0]->is->word, b->v[0]->is->word);
    return secret ? DIFFERENCE_secret : DIFFERENCE_lines;
}

static void add(const struct pairing *p, enum difference_kind kind, const fact_vec *a,
                const fact_vec *b)
{
    VEC_PUSH(p->c->arena, &p->c->list,
             (struct difference){ .kind = kind,
                                  .section = { p->section[0], p->section[1] },
                                  .facts = { a->v, b->v },
                                  .n = { a->n, b->n } });
}

static void push(const struct pairing *p, fact_vec *list, const struct fact *fact)
{
    VEC_PUSH(p->c->arena, list, fact);
}

static void compare_sections(struct comparison *, const struct facts_section *,
                             const struct facts_section *);

static void add_section(struct comparison *, int side, const struct facts_section *);

/* Both name a source that nothing else refers to by that name: what these say counts, and is
   compared once.  A source that is there on one side only is told once.  */
static bool same_source(const struct pairing *p, const struct fact *a, const struct fact *b)
{
    struct comparison *c = p->c;
    struct facts_section *x = facts_source(c->side[0], p->section[0], a);
    struct facts_section *y = facts_source(c->side[1], p->section[1], b);
    if (!x && !y)
        return false;
    bool both = x && y;
    struct str key = arena_printf(c->arena, "%.*s\n%.*s", STR_ARG(x ? x->key : STR("")),
                                  STR_ARG(y ? y->key : STR("")));
    void **slot = map_add(&c->pairs, key);
    if (*slot)
        return both;
    *slot = c;
    if (both)
        compare_sections(c, x, y);
    else
        add_section(c, x ? 0 : 1, x ? x : y);
    return both;
}

/* The lines of a directive that stands once, but for those that repeat the one before.  Which of
   several values counts is not documented: both the first and the last may.  */
static void distinct(const struct pairing *p, const struct ranked *v, size_t n, fact_vec *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct fact_words *is = v[i].fact->is, *last = i ? v[i - 1].fact->is : NULL;
        if (!last || !str_eq(last->value, is->value) || !str_eq(last->secret, is->secret))
            push(p, out, v[i].fact);
    }
}

static void count_unread(struct comparison *c, const struct fact *a, const struct fact *b)
{
    bool alike =
        a->is->unread && b->is->unread && a->is->secret.n && str_eq(a->is->secret, b->is->secret);
    c->n_unread += (a->is->unread || b->is->unread) && !alike;
}

static void compare_single(const struct pairing *p, const struct ranked *x, size_t n,
                           const struct ranked *y, size_t m)
{
    fact_vec a = { 0 }, b = { 0 };
    distinct(p, x, n, &a);
    distinct(p, y, m, &b);
    bool equal = a.n == b.n;
    for (size_t i = 0; i < a.n && equal; i++)
        equal = same_source(p, a.v[i], b.v[i]) || same(a.v[i], b.v[i]);
    if (equal) {
        for (size_t i = 0; i < a.n; i++)
            count_unread(p->c, a.v[i], b.v[i]);
        return;
    }
    add(p, a.n > 1 || b.n > 1 ? DIFFERENCE_repeated : kind_of(&a, &b), &a, &b);
}

/* Lines behind 'i' that say what it says.  */
static size_t run_of(const struct ranked *v, size_t i, size_t n)
{
    size_t from = i;
    while (i < n && same(v[from].fact, v[i].fact))
        i++;
    return i - from;
}

/* Lines without an order, sorted: those that only one side has.  */
static void compare_set(const struct pairing *p, const struct ranked *x, size_t n,
                        const struct ranked *y, size_t m)
{
    fact_vec a = { 0 }, b = { 0 };
    size_t i = 0, k = 0;
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : by_content(x[i].fact, y[k].fact);
        size_t left = order <= 0 ? run_of(x, i, n) : 0, right = order >= 0 ? run_of(y, k, m) : 0;
        bool counted = (left ? x[i] : y[k]).normal == NORMAL_COUNTED;
        size_t l = counted || left < 2 ? left : 1, r = counted || right < 2 ? right : 1;
        for (size_t j = r; j < l; j++)
            push(p, &a, x[i + j].fact);
        for (size_t j = l; j < r; j++)
            push(p, &b, y[k + j].fact);
        if (left && right)
            count_unread(p->c, x[i].fact, y[k].fact);
        i += left;
        k += right;
    }
    if (a.n || b.n)
        add(p, kind_of(&a, &b), &a, &b);
}

static int by_value_alone(const struct fact *a, const struct fact *b)
{
    int order = str_cmp(a->is->word, b->is->word);
    if (!order)
        order = a->depth < b->depth ? -1 : a->depth > b->depth;
    return order ? order : by_content(a, b);
}

static int by_value(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    int order = by_value_alone(a->fact, b->fact);
    return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

static int by_at(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    return a->at < b->at ? -1 : a->at > b->at;
}

static struct ranked *sorted(struct comparison *c, const struct ranked *v, size_t n)
{
    struct ranked *copy = NEW_ARRAY(c->arena, struct ranked, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = v[i];
    qsort(copy, n, sizeof *copy, by_value);
    return copy;
}

/* What only one side has of lines whose order decides, in that order; where that is nothing, what
   the order of is another.  */
static void compare_moved(const struct pairing *p, const struct ranked *x, size_t n,
                          const struct ranked *y, size_t m)
{
    struct ranked *a = sorted(p->c, x, n), *b = sorted(p->c, y, m);
    fact_vec left = { 0 }, right = { 0 };
    size_t i = 0, k = 0, n_left = 0, n_right = 0;
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : by_value_alone(a[i].fact, b[k].fact);
        if (order < 0)
            a[n_left++] = a[i++];
        else if (order > 0)
            b[n_right++] = b[k++];
        else
            i++, k++;
    }
    bool moved = !n_left && !n_right;
    qsort(a, n_left, sizeof *a, by_at);
    qsort(b, n_right, sizeof *b, by_at);
    for (i = 0; i < (moved ? n : n_left); i++)
        push(p, &left, moved ? x[i].fact : a[i].fact);
    for (k = 0; k < (moved ? m : n_right); k++)
        push(p, &right, moved ? y[k].fact : b[k].fact);
    add(p, moved ? DIFFERENCE_order : DIFFERENCE_lines, &left, &right);
}

static void compare_ordered(const struct pairing *p, const struct ranked *x, size_t n,
                            const struct ranked *y, size_t m)
{
    while (n && m && same(x->fact, y->fact)) {
        count_unread(p->c, x->fact, y->fact);
        x++, n--;
        y++, m--;
    }
    while (n && m && same(x[n - 1].fact, y[m - 1].fact)) {
        count_unread(p->c, x[n - 1].fact, y[m - 1].fact);
        n--, m--;
    }
    if (n || m)
        compare_moved(p, x, n, y, m);
}

static void compare_group(const struct pairing *p, const struct ranked *x, size_t n,
                          const struct ranked *y, size_t m)
{
    const struct ranked *some = n ? x : y;
    if (some->ordered || some->normal == NORMAL_ORDERED)
        compare_ordered(p, x, n, y, m);
    else if (keeps_order(some))
        compare_single(p, x, n, y, m);
    else
        compare_set(p, x, n, y, m);
}

/* The items from 'i' on that belong together.  */
static size_t group_at(const struct ranking *items, size_t i)
{
    size_t from = i;
    while (i < items->n && !by_word(&items->v[from], &items->v[i]))
        i++;
    return i - from;
}

static void compare_items(const struct pairing *p, const struct ranking *a, const struct ranking *b)
{
    for (size_t i = 0, k = 0; i < a->n || k < b->n;) {
        int order = i == a->n ? 1 : k == b->n ? -1 : by_word(&a->v[i], &b->v[k]);
        size_t n = order <= 0 ? group_at(a, i) : 0, m = order >= 0 ? group_at(b, k) : 0;
        compare_group(p, n ? &a->v[i] : NULL, n, m ? &b->v[k] : NULL, m);
        i += n;
        k += m;
    }
}

/* A section that only one side has.  */
static void add_section(struct comparison *c, int side, const struct facts_section *s)
{
    fact_vec facts[COMPARE_SIDES] = { { 0 }, { 0 } };
    struct pairing p = { .c = c };
    p.section[side] = s;
    for (const struct fact *fact = s->first; fact; fact = fact->next)
        if (!fact->silent)
            push(&p, &facts[side], fact);
    if (facts[side].n || facts_stands(s))
        add(&p, DIFFERENCE_section, &facts[0], &facts[1]);
}

static const struct fact *next_loud(const struct fact *fact)
{
    while (fact && fact->silent)
        fact = fact->next;
    return fact;
}

/* What most sections are: line for line the same.  */
static bool same_in_order(const struct facts_section *x, const struct facts_section *y)
{
    const struct fact *a = next_loud(x->first), *b = next_loud(y->first);
    while (a && b && same(a, b) && !a->is->unread && !b->is->unread) {
        a = next_loud(a->next);
        b = next_loud(b->next);
    }
    return !a && !b;
}

static void sort(struct ranking *items)
{
    if (items->n)
        qsort(items->v, items->n, sizeof *items->v, by_place);
}

static void compare_sections(struct comparison *c, const struct facts_section *x,
                             const struct facts_section *y)
{
    struct pairing p = { c, { x, y } };
    bool refers = x->scope == SCOPE_smtp_listener || x->scope == SCOPE_smtp_user;
    if (!refers && same_in_order(x, y))
        return;
    struct ranking a = items_of(c, 0, x), b = items_of(c, 1, y);
    sort(&a);
    sort(&b);
    compare_items(&p, &a, &b);
}

void compare(struct comparison *c, struct arena *arena, const struct facts *a,
             const struct facts *b)
{
    *c = (struct comparison){ .arena = arena, .side = { a, b } };
    c->pairs = (struct map){ .arena = arena, .exact = true };
    for (size_t i = 0; i < a->sections.n; i++) {
        const struct facts_section *x = a->sections.entries[i].value, *y;
        if (!x || x->referred)
            continue;
        y = facts_find(b, x->key);
        if (y && !y->referred)
            compare_sections(c, x, y);
        else
            add_section(c, 0, x);
    }
    for (size_t i = 0; i < b->sections.n; i++) {
        const struct facts_section *y = b->sections.entries[i].value, *x;
        if (!y || y->referred)
            continue;
        x = facts_find(a, y->key);
        if (!x || x->referred)
            add_section(c, 1, y);
    }
}
