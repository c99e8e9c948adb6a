#include <config.h>

#include "coverage.h"

#include "inbound.h"

static bool any_sign(const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (k->by_sign && !k->bad)
            return true;
    return false;
}

static size_t count_keys(const struct model *m)
{
    size_t n = m->keys.first != NULL;
    for (size_t i = 0; i < m->vmtas.n; i++)
        n += m->vmtas.v[i]->keys.first != NULL;
    for (size_t i = 0; i < m->pools.n; i++)
        n += m->pools.v[i]->keys.first != NULL;
    return n;
}

static void index_macros(struct coverage *c)
{
    for (const struct line *l = c->m->lines.first; l; l = l->next)
        if (l->what->dir == c->m->target[TARGET_global_domain_macro] && !l->bad && l->what->n_args)
            *map_add(&c->macros, line_word(l)) = (void *)l;
}

/* Some client's mail has its X-DKIM-Options heeded, or we do not see all sources.  */
static bool heeds_options(const struct model *m)
{
    const struct directive *dir = m->target[TARGET_source_x_dkim_options];
    bool found = m->foreign_names || m->fragment;
    for (size_t i = 0; i < m->inbound->named.n && !found; i++)
        found = line_bool(&m->inbound->named.v[i]->lines, dir) == 1;
    for (size_t i = 0; i < m->inbound->addresses.n && !found; i++)
        found = line_bool(&m->inbound->addresses.v[i]->lines, dir) == 1;
    return found;
}

static struct common *make_common(struct coverage *c, const struct pool *pool)
{
    struct common *h = NEW(c->m->arena, struct common);
    *h = (struct common){ coverage_ring(c, &pool->keys), coverage_layer(c->m, &pool->domains), pool,
                          any_sign(&pool->keys), c->commons.n };
    return h;
}

/* A pool that says nothing of signing makes no difference to its members.  */
static bool matters(const struct common *h)
{
    return h->ring != NULL && (h->ring->n || h->ring->lost.n || h->layer->n);
}

/* Bases */

static void put_bytes(struct buf *text, const void *p, size_t n)
{
    buf_put(text, (struct str){ p, n });
}

/* Two VMTAs whose text is the same have one base.  */
static void put_layer(struct buf *text, const struct layer *layer)
{
    for (size_t i = 0; i < layer->n; i++) {
        buf_put(text, layer->v[i].pattern);
        buf_char(text, ' ');
        coverage_put_view(text, &layer->v[i]);
    }
}

static const struct base *base_of(struct coverage *c, const struct vmta *v, struct buf *text)
{
    const struct layer *own = coverage_layer(c->m, &v->domains);
    bool signs = any_sign(&v->keys);
    size_t n = 0, n_pools = 0;
    text->n = 0;
    for (const struct ref *r = v->pools.first; r; r = r->next, n_pools += 1)
        signs = signs || coverage_pool_of(r)->common->signs;
    const struct common **pools = NULL;
    for (const struct ref *r = v->pools.first; r; r = r->next) {
        const struct common *h = coverage_pool_of(r)->common;
        if (!matters(h))
            continue;
        pools = pools ? pools : NEW_ARRAY(c->m->arena, const struct common *, n_pools);
        pools[n++] = h;
        put_bytes(text, &h, sizeof h);
    }
    buf_char(text, signs ? '+' : '-');
    put_layer(text, own);
    struct base *base = map_get(&c->bases, buf_str(text));
    if (base)
        return base;
    base = NEW(c->m->arena, struct base);
    base->pools = pools;
    base->n_pools = n;
    base->index = c->bases.n;
    coverage_views(c, base, own, signs);
    *map_add(&c->bases, arena_str(c->m->arena, buf_str(text))) = base;
    return base;
}

static const struct station *station_of(struct coverage *c, const struct ring *own,
                                        const struct base *base)
{
    const void *parts[2] = { own, base };
    struct str text = { (const char *)parts, sizeof parts };
    struct station *s = map_get(&c->by_parts, text);
    if (s)
        return s;
    s = NEW(c->m->arena, struct station);
    *s = (struct station){ own, base, c->stations.n };
    VEC_PUSH(c->m->arena, &c->stations, s);
    *map_add(&c->by_parts, arena_str(c->m->arena, text)) = s;
    return s;
}

static void make_stations(struct coverage *c, struct model *m)
{
    static const struct vmta nobody = { .keys = { NULL, NULL } };
    struct buf text = { .arena = m->arena };
    const struct station *last = NULL;
    for (size_t i = 0; i < m->vmtas.n; i++) {
        struct vmta *v = m->vmtas.v[i];
        const struct base *base = base_of(c, v, &text);
        const struct ring *own = coverage_ring(c, &v->keys);
        if (!last || last->own != own || last->base != base)
            last = station_of(c, own, base);
        v->station = last;
    }
    c->unsteered = station_of(c, c->empty, base_of(c, &nobody, &text));
}

void coverage(struct model *m)
{
    static const struct keys none = { NULL, NULL };
    struct coverage *c = NEW(m->arena, struct coverage);
    struct map names = { .arena = m->arena }, exact = { .arena = m->arena, .exact = true };
    *c = (struct coverage){ .m = m,
                            .rings = exact,
                            .bases = exact,
                            .by_parts = exact,
                            .macros = names,
                            .scratch = { .arena = m->arena } };
    m->coverage = c;
    c->n_keys = count_keys(m);
    if (!c->n_keys)
        return;
    index_macros(c);
    c->asked = heeds_options(m);
    c->empty = coverage_ring(c, &none);
    c->global = coverage_ring(c, &m->keys);
    c->everywhere = coverage_layer(m, &m->domains);
    for (size_t i = 0; i < m->pools.n; i++) {
        struct common *h = make_common(c, m->pools.v[i]);
        m->pools.v[i]->common = h;
        VEC_PUSH(m->arena, &c->commons, h);
    }
    make_stations(c, m);
    coverage_find_routes(c);
}
