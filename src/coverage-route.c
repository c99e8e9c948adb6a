#include <config.h>

#include "coverage.h"

/* The ways by which mail of one VMTA comes to another: a cold VMTA, and reroutes of the VMTA, its
   pools and the server.  */

typedef VEC(struct route) route_list;

/* What a pool, or the server, says for all VMTAs below it.  */
struct routes {
    route_list all;      /* reroutes, one for each line */
    route_list distinct; /* the same, each taker once */
    route_list rest;     /* of a pool: what the server says beyond it, each taker once */
};

struct route_walk {
    const struct coverage *c;
    const struct vmta *from;
    route_fn *visit;
    void *context;
};

const struct pool *coverage_pool_of(const struct ref *r)
{
    return (const struct pool *)(const void *)r->to;
}

const struct vmta *coverage_member(const struct ref *r)
{
    return r->bad ? NULL : (const struct vmta *)(const void *)r->to;
}

/* Whoever takes the mail: of a pool the first that signs by itself, since its members sign alike.
 */
static const struct vmta *target_of(const struct object *o)
{
    if (!o || o->kind == KIND_vmta)
        return (const struct vmta *)(const void *)o;
    const struct ref *r = ((const struct pool *)(const void *)o)->members.first;
    while (r && (!coverage_member(r) || coverage_need_not(coverage_member(r)->station)))
        r = r->next;
    return r ? coverage_member(r) : NULL;
}

static bool is_reroute(const struct model *m, const struct line *l)
{
    return !l->bad && (l->what->dir == m->target[TARGET_domain_reroute] ||
                       l->what->dir == m->target[TARGET_domain_backoff_reroute]);
}

static void add_reroute(const struct model *m, struct arena *arena, const struct domain *d,
                        const struct line *l, route_list *list)
{
    const struct object *taker = map_get(&m->names[KIND_vmta], line_word(l));
    VEC_PUSH(
        arena, list,
        (struct route){ target_of(taker), taker, line_span(l), l->what->dir, d->pattern, false });
}

static void find_reroutes(const struct model *m, struct arena *arena, const struct domains *domains,
                          route_list *list)
{
    for (const struct domain *d = domains->first; d; d = d->next) {
        bool some = line_maybe(&d->lines, m->target[TARGET_domain_reroute]) ||
                    line_maybe(&d->lines, m->target[TARGET_domain_backoff_reroute]);
        for (const struct line *l = some ? lines_first(&d->lines) : NULL; l; l = l->next)
            if (is_reroute(m, l))
                add_reroute(m, arena, d, l, list);
    }
}

/* A line nearer to the VMTA says otherwise for all destinations of 'r'.  */
static bool is_overruled(const struct route *r, const route_list *nearer)
{
    for (size_t i = 0; nearer && i < nearer->n; i++)
        if (nearer->v[i].dir == r->dir && coverage_pattern_holds(nearer->v[i].pattern, r->pattern))
            return true;
    return false;
}

/* Adds those of 'list' that 'nearer' lets be, each taker once.  */
static void add_distinct(const struct coverage *c, const route_list *list, const route_list *nearer,
                         route_list *out)
{
    struct map seen = { .arena = c->m->scratch };
    for (size_t i = 0; i < list->n; i++) {
        const struct route *r = &list->v[i];
        void **slot = r->to && !is_overruled(r, nearer) ? map_add(&seen, r->to->object.name) : NULL;
        if (!slot || *slot)
            continue;
        *slot = &seen;
        VEC_PUSH(c->m->arena, out, *r);
    }
}

static struct route cold_way(const struct ref *r)
{
    return (struct route){
        .to = coverage_member(r), .taker = r->bad ? NULL : r->to, .span = r->span, .cold = true
    };
}

static struct routes of_server(const struct coverage *c)
{
    struct routes of = { .all = { .n = 0 } };
    find_reroutes(c->m, c->m->arena, &c->m->domains, &of.all);
    add_distinct(c, &of.all, NULL, &of.distinct);
    return of;
}

static struct routes of_pool(const struct coverage *c, const struct pool *p)
{
    struct routes of = { .all = { .n = 0 } };
    find_reroutes(c->m, c->m->arena, &p->domains, &of.all);
    add_distinct(c, &of.all, NULL, &of.distinct);
    if (of.all.n)
        add_distinct(c, &c->routes->all, &of.all, &of.rest);
    else
        of.rest = c->routes->distinct;
    return of;
}

void coverage_find_routes(struct coverage *c)
{
    const struct model *m = c->m;
    if (!m->has_colds && !model_says(m, TARGET_domain_reroute) &&
        !model_says(m, TARGET_domain_backoff_reroute))
        return;
    struct routes *list = NEW_ARRAY(m->arena, struct routes, m->pools.n + 1);
    list[0] = of_server(c);
    c->routes = list;
    for (size_t i = 0; i < m->pools.n; i++)
        list[i + 1] = of_pool(c, m->pools.v[i]);
}

static const struct routes *routes_of(const struct coverage *c, const struct ref *pool)
{
    return &c->routes[coverage_pool_of(pool)->common->index + 1];
}

/* The VMTA's own lines leave nothing to be said by others.  */
static bool is_closed(const route_list *own)
{
    const struct directive *dir = NULL;
    for (size_t i = 0; i < own->n; i++) {
        if (!coverage_is_any(own->v[i].pattern))
            continue;
        if (dir && dir != own->v[i].dir)
            return true;
        dir = own->v[i].dir;
    }
    return false;
}

/* Those of 'of' that 'nearer' lets be, each taker once.  */
static void take_distinct(const struct route_walk *w, const struct routes *of,
                          const route_list *nearer)
{
    route_list left = { 0 };
    for (size_t i = 0; i < of->distinct.n; i++)
        VEC_PUSH(w->c->m->scratch, &left, of->distinct.v[i]);
    for (size_t i = 0; i < of->all.n && left.n; i++) {
        size_t k = 0;
        while (k < left.n && left.v[k].to != of->all.v[i].to)
            k++;
        if (k == left.n || is_overruled(&of->all.v[i], nearer))
            continue;
        w->visit(w->context, w->from, &of->all.v[i]);
        left.v[k] = left.v[--left.n];
    }
}

static void take_all(const struct route_walk *w, const route_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        w->visit(w->context, w->from, &list->v[i]);
}

static void take_colds(const struct route_walk *w, const struct refs *colds)
{
    for (const struct ref *r = colds->first; r; r = r->next) {
        const struct route way = cold_way(r);
        w->visit(w->context, w->from, &way);
    }
}

/* A VMTA with reroutes of its own: each line farther away has to be looked at.  */
static void take_own(const struct route_walk *w, route_list *nearer)
{
    take_all(w, nearer);
    for (const struct ref *r = w->from->pools.first; r; r = r->next) {
        const struct routes *of = routes_of(w->c, r);
        take_distinct(w, of, nearer);
        for (size_t i = 0; i < of->all.n; i++)
            VEC_PUSH(w->c->m->scratch, nearer, of->all.v[i]);
    }
    if (!is_closed(nearer))
        take_distinct(w, w->c->routes, nearer);
}

/* The others take the ways that are kept for their pools.  */
void coverage_routes(const struct coverage *c, const struct vmta *from, route_fn *visit,
                     void *context)
{
    const struct route_walk walk = { c, from, visit, context }, *w = &walk;
    route_list own = { 0 };
    if (!c->routes)
        return;
    take_colds(w, &vmta_extras(from)->colds);
    find_reroutes(c->m, c->m->scratch, &from->domains, &own);
    for (const struct ref *r = from->pools.first; r; r = r->next) {
        const struct routes *of = routes_of(c, r);
        take_colds(w, &coverage_pool_of(r)->colds);
        if (own.n)
            continue;
        take_all(w, &of->distinct);
        take_all(w, &of->rest);
    }
    if (own.n)
        take_own(w, &own);
    else if (!from->pools.first)
        take_all(w, &w->c->routes->distinct);
}
