#include <config.h>

#include "verify.h"

#include "inbound.h"

/* name-collision: the names of generated sources */

struct source_name {
    struct object *object;
    bool generated;
};

static void report_collision(const struct model *m, struct str name, const struct source_name *x,
                             const struct source_name *y)
{
    const struct object *a = x->object, *b = y->object;
    bool later = a->span.lo > b->span.lo;
    const struct object *first = later ? b : a, *second = later ? a : b;
    struct diag *d =
        diag(m->diags, CHECK_name_collision, second->span,
             "%s `%.*s` and %s `%.*s` both become `<source %.*s>`", kind_word(second->kind),
             STR_ARG(second->name), kind_word(first->kind), STR_ARG(first->name), STR_ARG(name));
    diag_also(m->diags, d, first->span, "the other one");
    diag_help(m->diags, d, "give one of them another name");
}

/* Enters 'object' as the source 'name' and reports what was called so before.  */
static void enter_source(const struct model *m, struct map *names, struct object *object,
                         struct str name, bool generated)
{
    void **slot = map_add(names, name);
    struct source_name *now = NEW(m->scratch, struct source_name);
    *now = (struct source_name){ object, generated };
    if (*slot && (generated || ((struct source_name *)*slot)->generated))
        report_collision(m, name, *slot, now);
    else if (!*slot)
        *slot = now;
}

void verify_name_collision(const struct model *m)
{
    struct map names = { .arena = m->scratch };
    for (size_t i = 0; i < m->sources.n; i++)
        if (!m->sources.v[i]->by_address && !m->sources.v[i]->object.bad)
            enter_source(m, &names, &m->sources.v[i]->object, m->sources.v[i]->object.name, false);
    for (size_t i = 0; i < m->listeners.n; i++)
        if (!m->listeners.v[i]->written && !m->listeners.v[i]->object.bad)
            enter_source(m, &names, &m->listeners.v[i]->object, m->listeners.v[i]->object.name,
                         true);
    for (size_t i = 0; i < m->users.n; i++)
        if (!m->users.v[i]->written && !m->users.v[i]->object.bad)
            enter_source(m, &names, &m->users.v[i]->object, inbound_user_source(m, m->users.v[i]),
                         true);
}

/* Pools */

void verify_pool_empty(const struct model *m)
{
    bool reported = !m->raw && m->diags->n_faults; /* and with it a member, perhaps */
    for (size_t i = 0; i < m->pools.n; i++) {
        const struct pool *p = m->pools.v[i];
        if (p->object.bad || p->members.first || reported || (m->raw && lines_first(&p->lines)))
            continue;
        struct diag *d = diag(m->diags, CHECK_pool_empty, p->object.span,
                              "the pool `%.*s` has no members", STR_ARG(p->object.name));
        diag_help_topology(m->diags, d,
                           "name its members in the block, as in `pool %.*s { tx1, tx2 }`",
                           STR_ARG(p->object.name));
        diag_help_powermta(m->diags, d,
                           "name its members in it, each by a line `virtual-mta NAME`");
    }
}

static void members_twice(const struct model *m, const struct pool *p)
{
    struct map seen = { .arena = m->scratch };
    for (const struct ref *r = p->members.first; r; r = r->next) {
        void **slot = r->bad ? NULL : map_add(&seen, r->name);
        const struct ref *before = slot ? *slot : NULL;
        if (slot)
            *slot = (void *)r;
        if (!before)
            continue;
        struct diag *d = diag(m->diags, CHECK_pool_member_twice, r->span,
                              "`%.*s` is a member of the pool `%.*s` already", STR_ARG(r->name),
                              STR_ARG(p->object.name));
        if (before->span.lo != r->span.lo)
            diag_also(m->diags, d, before->span, "first named here");
        diag_help(m->diags, d, "PowerMTA documents no weights: leave one of them out");
    }
}

void verify_pool_member_twice(const struct model *m)
{
    for (size_t i = 0; i < m->pools.n; i++)
        if (m->pools.v[i]->twice)
            members_twice(m, m->pools.v[i]);
}

/* A place that makes <domain> sections in the pool, or nowhere.  */
static struct span domain_place(const struct pool *p)
{
    return p->domains.first           ? p->domains.first->span
           : p->tls.word != TLS_UNSET ? p->tls.span
                                      : NOWHERE;
}

static void report_conflict(const struct model *m, const struct ref *r, const struct pool *first,
                            const struct pool *second)
{
    struct diag *d =
        diag(m->diags, CHECK_pool_domain_conflict, r->span,
             "`%.*s` is in the pools `%.*s` and `%.*s`, and both have domain sections",
             STR_ARG(r->name), STR_ARG(first->object.name), STR_ARG(second->object.name));
    diag_also(m->diags, d, domain_place(first), "in pool `%.*s`", STR_ARG(first->object.name));
    diag_also(m->diags, d, domain_place(second), "in pool `%.*s`", STR_ARG(second->object.name));
    diag_help_topology(m->diags, d,
                       "PowerMTA refuses that: say it in the VMTAs, by `use` of a policy");
    diag_help_powermta(m->diags, d,
                       "PowerMTA refuses that: put these sections into the virtual MTAs");
}

void verify_pool_domain_conflict(const struct model *m)
{
    struct map seen = { .arena = m->scratch };
    for (size_t i = 0; i < m->pools.n; i++) {
        const struct pool *p = m->pools.v[i];
        if (p->object.bad || !domain_place(p).hi)
            continue;
        for (const struct ref *r = p->members.first; r; r = r->next) {
            void **slot = r->bad || !r->to ? NULL : map_add(&seen, r->name);
            if (slot && *slot && *slot != p)
                report_conflict(m, r, *slot, p);
            else if (slot)
                *slot = (void *)p;
        }
    }
}

/* route-cycle.  The nodes are the VMTAs and, behind them, the pools: what a pool says holds for
   each member.  A pool as a target of mail is not followed, since its other members may take it. */

enum { CYCLE_SHOWN = 8, CYCLE_STEPS = 10000000 };

enum color { WHITE, GREY, BLACK };

struct edge {
    size_t to;
    struct span span;
    struct str pattern; /* the destinations that it is about */
};

struct node {
    size_t first, end; /* its edges */
    size_t at;         /* the one behind that which is being followed */
    size_t depth;      /* its place on the path, while it is grey */
    enum color color;
};

struct graph {
    const struct model *model;
    struct map index; /* of a name: 1 + its node */
    VEC(struct edge) edges;
    struct node *nodes;
    size_t *path; /* grey nodes from the root on */
    size_t depth;
    size_t steps; /* that may still be taken along cycles */
};

static struct str node_name(const struct graph *g, size_t node)
{
    const struct model *m = g->model;
    return node < m->vmtas.n ? m->vmtas.v[node]->object.name
                             : m->pools.v[node - m->vmtas.n]->object.name;
}

static void add_edge(struct graph *g, struct str name, struct span span, struct str pattern)
{
    size_t to = (size_t)(uintptr_t)map_get(&g->index, name);
    if (to && to <= g->model->vmtas.n)
        VEC_PUSH(g->model->scratch, &g->edges, (struct edge){ to - 1, span, pattern });
}

static void add_colds(struct graph *g, const struct refs *colds)
{
    for (const struct ref *r = colds->first; r; r = r->next)
        if (!r->bad)
            add_edge(g, r->name, r->span, STR("*"));
}

static void add_reroutes(struct graph *g, const struct domains *domains)
{
    const struct model *m = g->model;
    for (const struct domain *d = domains->first; d; d = d->next)
        for (const struct line *l = lines_first(&d->lines); l; l = l->next)
            if ((l->what->dir == m->target[TARGET_domain_reroute] ||
                 l->what->dir == m->target[TARGET_domain_backoff_reroute]) &&
                !l->bad && l->what->n_args)
                add_edge(g, l->what->args[0].text, line_arg_span(l, 0), d->pattern);
}

static void add_pools(struct graph *g, const struct refs *pools)
{
    for (const struct ref *r = pools->first; r; r = r->next) {
        size_t to = (size_t)(uintptr_t)map_get(&g->index, r->to ? r->to->name : r->name);
        if (to)
            VEC_PUSH(g->model->scratch, &g->edges, (struct edge){ to - 1, NOWHERE, STR("*") });
    }
}

static void build_graph(struct graph *g, const struct model *m)
{
    size_t n = m->vmtas.n + m->pools.n;
    g->nodes = NEW_ARRAY(m->scratch, struct node, n);
    g->path = NEW_ARRAY(m->scratch, size_t, n);
    g->steps = CYCLE_STEPS;
    for (size_t i = 0; i < n; i++)
        *map_add(&g->index, node_name(g, i)) = (void *)(uintptr_t)(i + 1);
    for (size_t i = 0; i < n; i++) {
        const struct vmta *v = i < m->vmtas.n ? m->vmtas.v[i] : NULL;
        const struct pool *p = v ? NULL : m->pools.v[i - m->vmtas.n];
        g->nodes[i].first = g->nodes[i].at = g->edges.n;
        add_colds(g, v ? &vmta_extras(v)->colds : &p->colds);
        add_reroutes(g, v ? &v->domains : &p->domains);
        if (v)
            add_pools(g, &v->pools);
        g->nodes[i].end = g->edges.n;
    }
}

/* "*.d" and "[*.]d" without what stands for any subdomain.  */
static struct str pattern_base(struct str pattern, bool *wild)
{
    size_t skip = str_starts(pattern, STR("*.")) ? 2 : str_starts(pattern, STR("[*.]")) ? 4 : 0;
    *wild = skip > 0;
    return str_sub(pattern, skip, pattern.n);
}

static bool is_below(struct str name, struct str parent)
{
    return name.n > parent.n && name.p[name.n - parent.n - 1] == '.' &&
           str_ieq(str_sub(name, name.n - parent.n, parent.n), parent);
}

/* Some destination fits both; '*narrow' becomes the narrower pattern.  */
static bool patterns_meet(struct str *narrow, struct str other)
{
    bool x_wild, y_wild;
    struct str x = pattern_base(*narrow, &x_wild), y = pattern_base(other, &y_wild);
    if (str_eq(other, STR("*")) || str_ieq(*narrow, other))
        return true;
    if (y_wild && (is_below(x, y) || str_ieq(x, y)))
        return true;
    if (!str_eq(*narrow, STR("*")) && !(x_wild && (is_below(y, x) || str_ieq(x, y))))
        return false;
    *narrow = other;
    return true;
}

static const struct edge *followed(const struct graph *g, size_t depth)
{
    return &g->edges.v[g->nodes[g->path[depth]].at - 1];
}

/* The nodes of the path from 'start' on are a loop for some destination.  A VMTA that comes back to
   itself by what its pool says is none: PowerMTA leaves that out.  */
static bool is_loop(struct graph *g, size_t start)
{
    size_t n_vmtas = 0;
    struct str narrow = STR("*");
    for (size_t i = start; i < g->depth && g->steps; i++, g->steps--) {
        n_vmtas += g->path[i] < g->model->vmtas.n;
        if (!patterns_meet(&narrow, followed(g, i)->pattern))
            return false;
    }
    return n_vmtas > 1 || g->depth - start == 1;
}

/* The last part of the loop that somebody wrote: to be a member of a pool is nothing of the kind.
 */
static const struct edge *written_edge(const struct graph *g)
{
    size_t i = g->depth - 1;
    while (!followed(g, i)->span.hi)
        i--;
    return followed(g, i);
}

static void report_self(const struct graph *g, const struct edge *edge)
{
    struct diags *d = g->model->diags;
    struct diag *m = diag(d, CHECK_route_cycle, edge->span, "`%.*s` hands its mail to itself",
                          STR_ARG(node_name(g, edge->to)));
    diag_help(d, m, "name another VMTA, or leave this out");
}

static void report_loop(const struct graph *g, size_t start)
{
    struct diags *d = g->model->diags;
    struct buf names = { .arena = g->model->scratch };
    const struct edge *at = written_edge(g);
    size_t n = 0, first = start;
    while (g->path[first] >= g->model->vmtas.n)
        first++;
    for (size_t i = first; i < g->depth && n < CYCLE_SHOWN; i++)
        if (g->path[i] < g->model->vmtas.n && ++n)
            buf_printf(&names, "`%.*s`, ", STR_ARG(node_name(g, g->path[i])));
    struct diag *m = diag(d, CHECK_route_cycle, at->span, "mail goes in a circle: %.*s%s`%.*s`",
                          STR_ARG(buf_str(&names)), n == CYCLE_SHOWN ? "..., " : "",
                          STR_ARG(node_name(g, g->path[first])));
    for (size_t i = start; i < g->depth && i - start < CYCLE_SHOWN; i++)
        if (followed(g, i) != at && followed(g, i)->span.hi)
            diag_also(d, m, followed(g, i)->span, "`%.*s` is handed mail here",
                      STR_ARG(node_name(g, followed(g, i)->to)));
    diag_help(d, m, "PowerMTA switches off the queues of a circle: leave one of these out");
}

static void enter_node(struct graph *g, size_t node)
{
    g->nodes[node].color = GREY;
    g->nodes[node].depth = g->depth;
    g->path[g->depth++] = node;
}

/* The node at 'start' of the path has been reached again from its end.  */
static void close_loop(struct graph *g, size_t start)
{
    if (!is_loop(g, start))
        return;
    if (g->depth - start == 1)
        report_self(g, followed(g, start));
    else
        report_loop(g, start);
}

/* Follows every edge that can be reached from 'root', once.  */
static void follow(struct graph *g, size_t root)
{
    enter_node(g, root);
    while (g->depth) {
        struct node *node = &g->nodes[g->path[g->depth - 1]];
        if (node->at == node->end) {
            node->color = BLACK;
            g->depth--;
            continue;
        }
        size_t to = g->edges.v[node->at++].to;
        if (g->nodes[to].color == WHITE)
            enter_node(g, to);
        else if (g->nodes[to].color == GREY)
            close_loop(g, g->nodes[to].depth);
    }
}

void verify_route_cycle(const struct model *m)
{
    struct graph g = { .model = m, .index = { .arena = m->scratch } };
    if (!m->has_colds && !model_says(m, TARGET_domain_reroute) &&
        !model_says(m, TARGET_domain_backoff_reroute))
        return;
    build_graph(&g, m);
    for (size_t i = 0; i < m->vmtas.n; i++)
        if (g.nodes[i].color == WHITE)
            follow(&g, i);
}
