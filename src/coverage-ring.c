#include <config.h>

#include "coverage.h"

#include <stdlib.h>

bool coverage_is_any(struct str domain)
{
    return domain.n == 1 && domain.p[0] == '*';
}

struct str coverage_wider(struct str domain)
{
    size_t dot = str_find(domain, '.');
    if (coverage_is_any(domain))
        return STR("");
    return dot < domain.n ? str_sub(domain, dot + 1, domain.n) : STR("*");
}

/* The order of writing */

struct ranked {
    const struct key *key;
    size_t labels, order; /* "*" has no labels */
};

static size_t labels(struct str domain)
{
    size_t n = !coverage_is_any(domain);
    for (size_t i = 0; i < domain.n; i++)
        n += domain.p[i] == '.';
    return n;
}

/* The first key whose domain is, or is a parent of, the sender's signs: so more labels first and
   "*" last, else as declared.  */
static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->labels != y->labels)
        return x->labels > y->labels ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool same_key(const struct key *a, const struct key *b)
{
    return str_ieq(a->selector.text, b->selector.text) && str_ieq(a->domain.text, b->domain.text);
}

void coverage_order(struct arena *arena, const struct keys *keys, key_list *list)
{
    VEC(struct ranked) all = { 0 };
    bool sorted = false;
    for (const struct key *k = keys->first; k; k = k->next) {
        sorted |= k->by_sign;
        if (!k->bad)
            VEC_PUSH(arena, &all, (struct ranked){ k, labels(k->domain.text), all.n });
    }
    if (all.n > 1 && sorted) /* keys that are all written as 'domain-key' keep their order */
        qsort(all.v, all.n, sizeof *all.v, by_rank);
    for (size_t i = 0; i < all.n; i++)
        if (!i || !same_key(all.v[i - 1].key, all.v[i].key)) /* else a policy said it too */
            VEC_PUSH(arena, list, all.v[i].key);
}

/* Domain macros */

enum { MACRO_DEPTH = 16, MACRO_DOMAINS = 10000 };

struct expansion {
    const struct coverage *c;
    key_vec *out;
    size_t room; /* domains that may still be made: macros may multiply */
};

static size_t macro_end(struct str text, size_t from)
{
    while (from < text.n && (is_alnum(text.p[from]) || text.p[from] == '_'))
        from++;
    return from;
}

/* Adds 'key' with each of the domains that its text stands for.  What is not defined here stays as
   it is.  */
static void expand(struct expansion *e, struct sign_key key, size_t from, int depth)
{
    struct str text = key.domain, rest = str_sub(text, from, text.n);
    size_t at = from + str_find(rest, '$'), end = macro_end(text, at + 1);
    struct str name = str_sub(text, at + 1, at < text.n ? end - at - 1 : 0);
    const struct line *line = name.n ? map_get(&e->c->macros, name) : NULL;
    if (!e->room)
        return;
    if (at >= text.n || depth == MACRO_DEPTH) {
        e->room--;
        VEC_PUSH(e->c->m->arena, e->out, key);
        return;
    }
    if (!line) {
        expand(e, key, end, depth);
        return;
    }
    for (uint32_t i = 1; i < line->what->n_args; i++) {
        struct str piece = line->what->args[i].text, tail = str_sub(text, end, text.n);
        key.domain = arena_printf(e->c->m->arena, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(piece),
                                  STR_ARG(tail));
        expand(e, key, at, depth + 1);
    }
}

/* Rings */

static void put_key(struct buf *text, const struct sign_key *key)
{
    buf_put(text, key->selector);
    buf_char(text, ',');
    buf_put(text, key->domain);
    buf_char(text, ',');
    buf_put(text, key->file);
    buf_char(text, '\n');
}

static void index_ring(const struct coverage *c, struct ring *ring, const struct keys *keys)
{
    ring->first = (struct map){ .arena = c->m->arena };
    ring->lost = (struct map){ .arena = c->m->arena };
    for (const struct key *k = keys->first; k; k = k->next)
        if (k->bad)
            *map_add(&ring->lost, k->domain.text) = (void *)k;
    for (size_t i = 0; i < ring->n && ring->n > 1; i++) {
        void **slot = map_add(&ring->first, ring->v[i].domain);
        if (!*slot)
            *slot = &ring->v[i];
    }
}

static struct sign_key sign_key(const struct key *k)
{
    return (struct sign_key){ k->selector.text, k->domain.text, k->file.text, k->span };
}

static bool is_single(const struct keys *keys)
{
    return keys->first && keys->first == keys->last && !keys->first->bad &&
           str_find(keys->first->domain.text, '$') == keys->first->domain.text.n;
}

void coverage_keys(const struct coverage *c, const struct keys *keys, key_vec *v)
{
    key_list order = { 0 };
    coverage_order(c->m->arena, keys, &order);
    for (size_t i = 0; i < order.n; i++)
        expand(&(struct expansion){ c, v, MACRO_DOMAINS }, sign_key(order.v[i]), 0, 0);
}

static struct ring *new_ring(const struct coverage *c, const key_vec *v, const struct keys *keys)
{
    struct ring *ring = NEW(c->m->arena, struct ring);
    ring->n = v->n;
    ring->v = NEW_ARRAY(c->m->arena, struct sign_key, v->n);
    for (size_t i = 0; i < v->n; i++)
        ring->v[i] = v->v[i];
    index_ring(c, ring, keys);
    return ring;
}

const struct ring *coverage_ring(struct coverage *c, const struct keys *keys)
{
    struct buf *text = &c->scratch;
    struct sign_key one;
    key_vec v = { &one, 1, 1 };
    if (!keys->first && c->empty)
        return c->empty;
    if (is_single(keys)) {
        one = sign_key(keys->first);
    } else {
        v = (key_vec){ 0 };
        coverage_keys(c, keys, &v);
    }
    text->n = 0;
    for (size_t i = 0; i < v.n; i++)
        put_key(text, &v.v[i]);
    for (const struct key *k = keys->first; k; k = k->next)
        if (k->bad)
            put_key(text, &(struct sign_key){ .domain = k->domain.text });
    struct ring *ring = map_get(&c->rings, buf_str(text));
    if (!ring) {
        ring = new_ring(c, &v, keys);
        *map_add(&c->rings, arena_str(c->m->arena, buf_str(text))) = ring;
    }
    return ring;
}

/* Asking */

static const struct sign_key *first_of(const struct ring *ring, struct str domain)
{
    if (ring->n == 1)
        return str_ieq(ring->v[0].domain, domain) ? ring->v : NULL;
    return map_get(&ring->first, domain);
}

const struct sign_key *coverage_find(const struct ring *ring, struct str domain)
{
    const struct sign_key *found = NULL;
    for (; domain.n && ring->n; domain = coverage_wider(domain)) {
        const struct sign_key *key = first_of(ring, domain);
        if (key && (!found || key < found))
            found = key;
    }
    return found;
}

const struct sign_key *coverage_key(const struct coverage *c, const struct station *s,
                                    struct str domain)
{
    const struct sign_key *key = coverage_find(s->own, domain);
    for (size_t i = 0; i < s->base->n_pools && !key; i++)
        key = coverage_find(s->base->pools[i]->ring, domain);
    return key ? key : coverage_find(c->global, domain);
}

static bool lost_in(const struct ring *ring, struct str domain)
{
    bool found = false;
    for (; domain.n && ring->lost.n && !found; domain = coverage_wider(domain))
        found = map_get(&ring->lost, domain) != NULL;
    return found;
}

static bool is_lost(const struct station *s, struct str domain)
{
    bool found = lost_in(s->own, domain);
    for (size_t i = 0; i < s->base->n_pools && !found; i++)
        found = lost_in(s->base->pools[i]->ring, domain);
    return found;
}

bool coverage_can(const struct coverage *c, const struct station *s, struct str domain)
{
    return coverage_key(c, s, domain) || is_lost(s, domain);
}

/* Why a mail for which there is a key is not signed.  */
static enum unsigned_why why_idle(const struct coverage *c, const struct view *view)
{
    switch (view->sign) {
    case SIGN_UNSET:
        return WHY_not_on;
    case SIGN_NO:
        return WHY_off;
    case SIGN_ASKED:
        return c->asked ? WHY_SIGNED : WHY_never_asked;
    case SIGN_YES:
        break;
    }
    return WHY_SIGNED;
}

static enum unsigned_why why_keyless(const struct station *s, struct str identity,
                                     struct str domain)
{
    if (identity.n)
        return WHY_identity;
    return is_lost(s, domain) ? WHY_retired : WHY_no_key;
}

struct verdict coverage_judge(const struct coverage *c, const struct station *s,
                              const struct view *view, struct str domain)
{
    struct str identity = coverage_identity(view->identity);
    struct str fallback = coverage_identity(view->fallback);
    struct verdict v = { .why = WHY_withheld };
    if (view->withheld)
        return v;
    v.key = coverage_key(c, s, identity.n ? identity : domain);
    if (!v.key && fallback.n)
        v.key = coverage_key(c, s, fallback);
    v.why = why_idle(c, view);
    if (!v.key && v.why != WHY_off)
        v.why = why_keyless(s, identity, domain);
    if (v.why != WHY_SIGNED) {
        v.key = NULL;
        v.why = view->handed ? WHY_handed : v.why;
    }
    v.asked = v.key && view->sign == SIGN_ASKED;
    return v;
}
