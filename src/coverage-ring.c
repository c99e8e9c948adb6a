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
    struct arena *scratch = e->c->m->scratch;
    struct str text = key.domain, rest = str_sub(text, from, text.n);
    size_t at = from + str_find(rest, '$'), end = macro_end(text, at + 1);
    struct str name = str_sub(text, at + 1, at < text.n ? end - at - 1 : 0);
    const struct line *line = name.n ? map_get(&e->c->macros, name) : NULL;
    if (!e->room)
        return;
    if (at >= text.n || depth == MACRO_DEPTH) {
        e->room--;
        VEC_PUSH(scratch, e->out, key);
        return;
    }
    if (!line) {
        expand(e, key, end, depth);
        return;
    }
    for (uint32_t i = 1; i < line->what->n_args; i++) {
        struct str piece = line->what->args[i].text, tail = str_sub(text, end, text.n);
        key.domain =
            arena_printf(scratch, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(piece), STR_ARG(tail));
        expand(e, key, at, depth + 1);
    }
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

/* A macro stands in one place for all its domains: for the most specific of them.  */
static size_t key_labels(const struct coverage *c, const struct key *k)
{
    key_vec all = { 0 };
    size_t most = 0;
    if (str_find(k->what->domain.text, '$') == k->what->domain.text.n)
        return labels(k->what->domain.text);
    expand(&(struct expansion){ c, &all, MACRO_DOMAINS },
           (struct sign_key){ k->what->domain.text, k }, 0, 0);
    for (size_t i = 0; i < all.n; i++)
        if (labels(all.v[i].domain) > most)
            most = labels(all.v[i].domain);
    return most;
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
    return str_ieq(a->what->selector.text, b->what->selector.text) &&
           str_ieq(a->what->domain.text, b->what->domain.text);
}

void coverage_order(const struct coverage *c, struct arena *arena, const struct keys *keys,
                    key_list *list)
{
    VEC(struct ranked) all = { 0 };
    bool sorted = false;
    if (keys->first == keys->last) {
        if (keys->first && !keys->first->bad)
            VEC_PUSH(arena, list, keys->first);
        return;
    }
    for (const struct key *k = keys->first; k; k = k->next) {
        sorted |= k->what->by_sign;
        if (!k->bad)
            VEC_PUSH(arena, &all, (struct ranked){ k, key_labels(c, k), all.n });
    }
    if (sorted && all.n) /* keys that are all written as 'domain-key' keep their order */
        qsort(all.v, all.n, sizeof *all.v, by_rank);
    for (size_t i = 0; i < all.n; i++)
        if (!i || !same_key(all.v[i - 1].key, all.v[i].key)) /* else a policy said it too */
            VEC_PUSH(arena, list, all.v[i].key);
}

void coverage_keys(const struct coverage *c, const struct keys *keys, key_vec *v)
{
    key_list order = { 0 };
    coverage_order(c, c->m->scratch, keys, &order);
    for (size_t i = 0; i < order.n; i++)
        expand(&(struct expansion){ c, v, MACRO_DOMAINS },
               (struct sign_key){ order.v[i]->what->domain.text, order.v[i] }, 0, 0);
}

/* Rings */

static const struct map nothing = { .n = 0 };

struct ring_maker coverage_ring_maker(const struct coverage *c)
{
    struct ring *empty = NEW(c->m->arena, struct ring);
    *empty = (struct ring){ .first = &nothing, .lost = &nothing };
    return (struct ring_maker){ .c = c,
                                .rings = { .arena = c->m->scratch, .exact = true },
                                .empty = empty,
                                .last = empty,
                                .text = { .arena = c->m->scratch } };
}

static void put_key(struct buf *text, struct str domain, const struct key *key)
{
    buf_put(text, key->what->selector.text);
    buf_char(text, ',');
    buf_put(text, domain);
    buf_char(text, ',');
    buf_put(text, key->what->file.text);
    buf_char(text, key->bad ? '-' : '\n');
}

/* An empty map that is the ring's own.  */
static struct map *own_map(const struct coverage *c, const struct map **place)
{
    struct map *map = NEW(c->m->arena, struct map);
    map->arena = c->m->arena;
    *place = map;
    return map;
}

static void index_ring(const struct coverage *c, struct ring *ring, const struct keys *keys)
{
    struct map *first = ring->n > 1 ? own_map(c, &ring->first) : NULL, *lost = NULL;
    for (const struct key *k = keys->first; k; k = k->next) {
        if (!k->bad)
            continue;
        lost = lost ? lost : own_map(c, &ring->lost);
        *map_add(lost, k->what->domain.text) = (void *)k;
    }
    for (size_t i = 0; first && i < ring->n; i++) {
        void **slot = map_add(first, ring->v[i].domain);
        if (!*slot)
            *slot = &ring->v[i];
    }
}

/* 'v' is scratch space, and so are domains out of macros.  */
static struct ring *new_ring(const struct coverage *c, const key_vec *v, const struct keys *keys)
{
    struct ring *ring = NEW(c->m->arena, struct ring);
    *ring =
        (struct ring){ NEW_ARRAY(c->m->arena, struct sign_key, v->n), v->n, &nothing, &nothing };
    for (size_t i = 0; i < v->n; i++) {
        const struct key *key = v->v[i].key;
        bool plain = v->v[i].domain.p == key->what->domain.text.p;
        struct str domain = plain ? key->what->domain.text : arena_str(c->m->arena, v->v[i].domain);
        ring->v[i] = (struct sign_key){ domain, key };
    }
    index_ring(c, ring, keys);
    return ring;
}

static bool is_single(const struct keys *keys)
{
    return keys->first == keys->last && !keys->first->bad &&
           str_find(keys->first->what->domain.text, '$') == keys->first->what->domain.text.n;
}

/* A ring of this one key.  VMTAs that follow each other mostly sign alike.  */
static bool holds_just(const struct ring *ring, const struct keys *keys)
{
    const struct key *a = ring->n == 1 && !ring->lost->n ? ring->v->key : NULL, *b = keys->first;
    return a && b == keys->last && !b->bad &&
           (a->what == b->what || (str_eq(a->what->domain.text, b->what->domain.text) &&
                                   str_eq(a->what->selector.text, b->what->selector.text) &&
                                   str_eq(a->what->file.text, b->what->file.text)));
}

static const struct ring *ring_of(struct ring_maker *k, const key_vec *v, const struct keys *keys)
{
    k->text.n = 0;
    for (size_t i = 0; i < v->n; i++)
        put_key(&k->text, v->v[i].domain, v->v[i].key);
    for (const struct key *key = keys->first; key; key = key->next)
        if (key->bad)
            put_key(&k->text, key->what->domain.text, key);
    k->last = map_get(&k->rings, buf_str(&k->text));
    if (!k->last) {
        k->last = new_ring(k->c, v, keys);
        *map_add(&k->rings, arena_str(k->c->m->scratch, buf_str(&k->text))) = k->last;
    }
    return k->last;
}

const struct ring *coverage_ring(struct ring_maker *k, const struct keys *keys)
{
    struct sign_key one;
    key_vec v = { &one, 1, 1 };
    if (!keys->first)
        return k->empty;
    if (holds_just(k->last, keys))
        return k->last;
    if (is_single(keys)) {
        one = (struct sign_key){ keys->first->what->domain.text, keys->first };
        return ring_of(k, &v, keys);
    }
    v = (key_vec){ 0 };
    coverage_keys(k->c, keys, &v);
    return ring_of(k, &v, keys);
}

/* Asking */

static const struct sign_key *first_of(const struct ring *ring, struct str domain)
{
    if (ring->n == 1)
        return str_ieq(ring->v[0].domain, domain) ? ring->v : NULL;
    return map_get(ring->first, domain);
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
    for (; domain.n && ring->lost->n && !found; domain = coverage_wider(domain))
        found = map_get(ring->lost, domain) != NULL;
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
