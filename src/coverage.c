#include <config.h>

#include "coverage.h"

#include "inbound.h"

static bool any_sign(const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (k->what->by_sign && !k->bad)
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
    for (const struct line *l = lines_first(&c->m->lines); l; l = l->next)
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

/* What is needed while it is made: rings, bases and stations by what they are made of.  */
struct maker {
    struct coverage *c;
    struct ring_maker rings;
    struct map bases, stations;
    const struct base *plain[2]; /* of VMTAs for whose destinations nothing is said; who signs */
    bool pools_matter;
    view_list settings;                 /* of the scope that is looked at */
    VEC(const struct common *) commons; /* of the VMTA that is looked at */
    struct buf text;
};

static struct maker maker_of(struct coverage *c)
{
    const struct map exact = { .arena = c->m->scratch, .exact = true };
    return (struct maker){ .c = c,
                           .rings = coverage_ring_maker(c),
                           .bases = exact,
                           .stations = exact,
                           .text = { .arena = c->m->scratch } };
}

/* A pool that says nothing of signing makes no difference to its members.  */
static bool matters(const struct common *h)
{
    return h->ring->n || h->ring->lost->n || h->layer->n;
}

static const struct layer *layer_of(struct maker *k, const struct domains *domains)
{
    coverage_settings(k->c, domains, &k->settings);
    return coverage_layer(k->c, &k->settings);
}

static void make_commons(struct maker *k, struct model *m)
{
    for (size_t i = 0; i < m->pools.n; i++) {
        struct pool *p = m->pools.v[i];
        struct common *h = NEW(m->arena, struct common);
        *h = (struct common){ coverage_ring(&k->rings, &p->keys), layer_of(k, &p->domains), p,
                              any_sign(&p->keys), i };
        p->common = h;
        k->pools_matter |= matters(h);
        VEC_PUSH(m->arena, &k->c->commons, h);
    }
}

/* Bases */

/* A VMTA's pools, those that matter, and what it says itself: where that is the same text, the base
   is the same.  */
static struct str base_text(struct maker *k, const struct refs *pools, bool signs)
{
    struct buf *text = &k->text;
    text->n = k->commons.n = 0;
    for (const struct ref *r = k->pools_matter ? pools->first : NULL; r; r = r->next) {
        const struct common *h = coverage_pool_of(r)->common;
        if (!matters(h))
            continue;
        VEC_PUSH(k->c->m->scratch, &k->commons, h);
        buf_put(text, (struct str){ (const char *)&h, sizeof h });
    }
    buf_char(text, signs ? '+' : '-');
    for (size_t i = 0; i < k->settings.n; i++) {
        buf_put(text, k->settings.v[i].pattern);
        buf_char(text, ' ');
        coverage_put_view(text, &k->settings.v[i]);
    }
    return buf_str(text);
}

static const struct base *base_with(struct maker *k, const struct refs *pools, bool signs)
{
    struct arena *arena = k->c->m->arena;
    struct str text = base_text(k, pools, signs);
    struct base *base = map_get(&k->bases, text);
    if (base)
        return base;
    base = NEW(arena, struct base);
    base->index = k->bases.n;
    base->n_pools = k->commons.n;
    base->pools = NEW_ARRAY(arena, const struct common *, k->commons.n);
    for (size_t i = 0; i < k->commons.n; i++)
        base->pools[i] = k->commons.v[i];
    coverage_views(k->c, base, coverage_layer(k->c, &k->settings), signs);
    *map_add(&k->bases, arena_str(k->c->m->scratch, text)) = base;
    return base;
}

static bool pools_sign(const struct refs *pools)
{
    bool found = false;
    for (const struct ref *r = pools->first; r && !found; r = r->next)
        found = coverage_pool_of(r)->common->signs;
    return found;
}

static const struct base *base_of(struct maker *k, const struct vmta *v)
{
    bool grouped = k->pools_matter && v->pools.first;
    bool signs = any_sign(&v->keys) || (grouped && pools_sign(&v->pools));
    coverage_settings(k->c, &v->domains, &k->settings);
    if (grouped || k->settings.n)
        return base_with(k, &v->pools, signs);
    if (!k->plain[signs])
        k->plain[signs] = base_with(k, &v->pools, signs);
    return k->plain[signs];
}

static const struct station *station_of(struct maker *k, const struct ring *own,
                                        const struct base *base)
{
    struct arena *arena = k->c->m->arena;
    const void *parts[2] = { own, base };
    struct str text = { (const char *)parts, sizeof parts };
    struct station *s = map_get(&k->stations, text);
    if (s)
        return s;
    s = NEW(arena, struct station);
    *s = (struct station){ own, base, k->c->stations.n };
    VEC_PUSH(arena, &k->c->stations, s);
    *map_add(&k->stations, arena_str(k->c->m->scratch, text)) = s;
    return s;
}

static void make_stations(struct maker *k, struct model *m)
{
    static const struct vmta nobody = { .keys = { NULL, NULL } };
    const struct station *last = NULL;
    for (size_t i = 0; i < m->vmtas.n; i++) {
        struct vmta *v = m->vmtas.v[i];
        const struct base *base = base_of(k, v);
        const struct ring *own = coverage_ring(&k->rings, &v->keys);
        if (!last || last->own != own || last->base != base)
            last = station_of(k, own, base);
        v->station = last;
    }
    k->c->unsteered = station_of(k, k->rings.empty, base_of(k, &nobody));
}

void coverage(struct model *m)
{
    struct coverage *c = NEW(m->arena, struct coverage);
    *c = (struct coverage){ .m = m, .macros = { .arena = m->arena } };
    m->coverage = c;
    c->n_keys = count_keys(m);
    if (!c->n_keys)
        return;
    index_macros(c);
    c->asked = heeds_options(m);
    c->spoken = coverage_spoken(m);
    struct maker k = maker_of(c);
    c->global = coverage_ring(&k.rings, &m->keys);
    c->everywhere = layer_of(&k, &m->domains);
    make_commons(&k, m);
    make_stations(&k, m);
    coverage_find_routes(c);
    arena_reset(m->scratch);
}
