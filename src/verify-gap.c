#include <config.h>

#include "verify-dkim.h"

/* dkim-pool-gap.  Of domains where one is a parent of the other only the parent has to be looked
   for: a key of the parent signs for both.  What is left of a pool must then be found, as it is,
   among the keys of each member.  */

struct wanted {
    const struct key *key;
    const struct vmta *by;
    size_t member; /* the last one that has it, from 1 */
};

struct signing {
    const struct model *m;
    struct map global; /* domain to key */
    struct map sets;   /* VMTA or pool to the map of its keys */
    struct map ways;   /* pool to where its domains lead */
};

static void add_keys(struct map *set, const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (k->domain.text.n)
            *map_add(set, k->domain.text) = (void *)k;
}

static const struct map *set_of(struct signing *s, const struct object *o, const struct keys *keys)
{
    void **slot = map_add(&s->sets, o->name);
    if (!*slot) {
        struct map *set = NEW(s->m->scratch, struct map);
        set->arena = s->m->scratch;
        *slot = set;
        add_keys(set, keys);
    }
    return *slot;
}

static bool covers(const struct map *set, struct str domain)
{
    return map_get(set, domain) || dkim_wider(set, domain);
}

/* 'v' lacks what 'other' has; the words before and after its name say who that is.  */
static struct diag *report_gap(const struct model *m, const struct vmta *v, const struct key *key,
                               const struct vmta *other, const char *before, const char *after)
{
    struct str domain = key->domain.text;
    struct str what = dkim_is_any(domain) ? STR("every domain")
                                          : arena_printf(m->scratch, "`%.*s`", STR_ARG(domain));
    struct diag *d =
        diag(m->diags, CHECK_dkim_pool_gap, v->object.span,
             "the vmta `%.*s` cannot sign for %.*s, but %s`%.*s`%s can", STR_ARG(v->object.name),
             STR_ARG(what), before, STR_ARG(other->object.name), after);
    diag_also(m->diags, d, key->span, "the key of `%.*s`", STR_ARG(other->object.name));
    diag_help(m->diags, d, "write `sign %.*s` in it", STR_ARG(domain));
    return d;
}

static const struct vmta *member_of(const struct ref *r)
{
    return r->bad ? NULL : (const struct vmta *)(const void *)r->to;
}

/* All domains that members sign for, to who does so first.  */
static struct map wanted_domains(const struct model *m, const struct pool *p)
{
    struct map all = { .arena = m->scratch };
    for (const struct ref *r = p->members.first; r; r = r->next) {
        const struct vmta *v = member_of(r);
        if (!v || dkim_need_not_sign(m, v))
            continue;
        for (const struct key *k = v->keys.first; k; k = k->next) {
            void **slot = map_add(&all, k->domain.text);
            if (*slot)
                continue;
            struct wanted *w = NEW(m->scratch, struct wanted);
            *w = (struct wanted){ .key = k, .by = v };
            *slot = w;
        }
    }
    return all;
}

/* Takes out of 'all' what the pool or the server signs for everybody, and what a wider key covers.
   Returns how many stay.  */
static size_t reduce(struct signing *s, const struct pool *p, struct map *all)
{
    size_t n = 0;
    const struct map *of_pool = set_of(s, &p->object, &p->keys);
    for (size_t i = 0; i < all->n; i++) {
        struct str domain = all->entries[i].key;
        struct wanted *w = all->entries[i].value;
        bool stays =
            !covers(&s->global, domain) && !covers(of_pool, domain) && !dkim_wider(all, domain);
        w->member = stays ? 0 : SIZE_MAX;
        n += stays;
    }
    return n;
}

/* Reports what member 'number' lacks, out of the 'n' domains that stay.  */
static void check_member(const struct model *m, struct map *all, size_t n, const struct ref *r,
                         size_t number)
{
    const struct vmta *v = member_of(r);
    for (const struct key *k = v->keys.first; k; k = k->next) {
        struct wanted *w = map_get(all, k->domain.text);
        if (w->member == number || w->member == SIZE_MAX)
            continue;
        w->member = number;
        n--;
    }
    for (size_t i = 0; i < all->n && n; i++) {
        const struct wanted *w = all->entries[i].value;
        if (w->member == number || w->member == SIZE_MAX)
            continue;
        struct diag *d = report_gap(m, v, w->key, w->by, "", " in the same pool");
        diag_also(m->diags, d, r->span, "it is a member of the pool here");
        return;
    }
}

static void check_pool(struct signing *s, const struct pool *p)
{
    struct map all = wanted_domains(s->m, p);
    size_t n = reduce(s, p, &all), number = 0;
    for (const struct ref *r = n ? p->members.first : NULL; r; r = r->next)
        if (member_of(r) && !dkim_need_not_sign(s->m, member_of(r)))
            check_member(s->m, &all, n, r, ++number);
}

/* A VMTA, or a pool with all its members, whose mail another VMTA takes.  */
struct handover {
    const struct vmta *from;
    const struct vmta *to;
    struct span span; /* where that is said */
};

static bool can_sign(struct signing *s, const struct vmta *v, struct str domain)
{
    bool yes = covers(&s->global, domain) || covers(set_of(s, &v->object, &v->keys), domain);
    for (const struct ref *r = v->pools.first; r && !yes; r = r->next)
        yes = covers(set_of(s, r->to, &dkim_pool_of(r)->keys), domain);
    return yes;
}

/* False where it was reported.  */
static bool check_keys(struct signing *s, const struct handover *h, const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next) {
        if (can_sign(s, h->to, k->domain.text))
            continue;
        struct diag *d = report_gap(s->m, h->to, k, h->from, "", ", whose mail it takes over,");
        diag_also(s->m->diags, d, h->span, "it takes over mail of `%.*s` here",
                  STR_ARG(h->from->object.name));
        return false;
    }
    return true;
}

static void check_handover(struct signing *s, const struct handover *h)
{
    if (!h->to || h->from == h->to || dkim_need_not_sign(s->m, h->from) ||
        dkim_need_not_sign(s->m, h->to))
        return;
    bool good = check_keys(s, h, &h->from->keys);
    for (const struct ref *r = h->from->pools.first; r && good; r = r->next)
        good = check_keys(s, h, &dkim_pool_of(r)->keys);
}

/* A VMTA that signs nothing, and the one that is to warm up in its place does.  */
static void check_cold(struct signing *s, const struct handover *h)
{
    bool nothing = h->to && !s->global.n && !dkim_has_key(h->from) && h->to->keys.first;
    if (!nothing) {
        check_handover(s, h);
        return;
    }
    if (h->from == h->to || dkim_need_not_sign(s->m, h->from) || dkim_need_not_sign(s->m, h->to))
        return;
    struct diag *d = report_gap(s->m, h->from, h->to->keys.first, h->to, "its cold vmta ", "");
    diag_also(s->m->diags, d, h->span, "it is warmed up here");
}

static void check_colds(struct signing *s, const struct vmta *v, const struct refs *colds)
{
    for (const struct ref *r = colds->first; r; r = r->next)
        check_cold(s, &(struct handover){ v, member_of(r), r->span });
}

/* Where 'name' leads to; of a pool the first that signs by itself, since its members sign alike. */
static const struct vmta *target_of(const struct model *m, struct str name)
{
    const struct object *o = map_get(&m->names[KIND_vmta], name);
    if (!o || o->kind == KIND_vmta)
        return (const struct vmta *)(const void *)o;
    const struct ref *r = ((const struct pool *)(const void *)o)->members.first;
    while (r && (!member_of(r) || dkim_need_not_sign(m, member_of(r))))
        r = r->next;
    return r ? member_of(r) : NULL;
}

static bool is_reroute(const struct model *m, const struct line *l)
{
    return !l->bad && l->what->n_args &&
           (l->what->dir == m->target[TARGET_domain_reroute] ||
            l->what->dir == m->target[TARGET_domain_backoff_reroute]);
}

/* Where the lines of some domains lead to, each target once.  Many VMTAs share those of a pool and
   of the server, so they are collected once.  */
struct ways {
    VEC(struct handover) list;
};

static void add_way(const struct signing *s, struct ways *ways, struct map *seen,
                    const struct line *l)
{
    const struct vmta *to = is_reroute(s->m, l) ? target_of(s->m, l->what->args[0].text) : NULL;
    void **slot = to ? map_add(seen, to->object.name) : NULL;
    if (!slot || *slot)
        return;
    *slot = (void *)to;
    VEC_PUSH(s->m->scratch, &ways->list, (struct handover){ NULL, to, line_span(l) });
}

static struct ways ways_out(const struct signing *s, const struct domains *domains)
{
    const struct directive *const *target = s->m->target;
    struct ways ways = { { 0 } };
    struct map seen = { .arena = s->m->scratch };
    for (const struct domain *d = domains->first; d; d = d->next) {
        bool some = line_maybe(&d->lines, target[TARGET_domain_reroute]) ||
                    line_maybe(&d->lines, target[TARGET_domain_backoff_reroute]);
        for (const struct line *l = some ? d->lines.first : NULL; l; l = l->next)
            add_way(s, &ways, &seen, l);
    }
    return ways;
}

static void check_ways(struct signing *s, const struct vmta *v, const struct ways *ways)
{
    for (size_t i = 0; i < ways->list.n; i++)
        check_handover(s, &(struct handover){ v, ways->list.v[i].to, ways->list.v[i].span });
}

static const struct ways *ways_of(struct signing *s, const struct pool *p)
{
    void **slot = map_add(&s->ways, p->object.name);
    if (!*slot) {
        struct ways *ways = *slot = NEW(s->m->scratch, struct ways);
        *ways = ways_out(s, &p->domains);
    }
    return *slot;
}

/* A VMTA with a way out of its own does not take the general one.  */
static bool reroutes_itself(const struct model *m, const struct vmta *v)
{
    for (const struct domain *d = v->domains.first; d; d = d->next)
        for (const struct line *l = d->lines.first; l; l = l->next)
            if (is_reroute(m, l))
                return true;
    return false;
}

static void check_partners(struct signing *s, const struct vmta *v, const struct ways *general)
{
    struct ways own = ways_out(s, &v->domains);
    check_colds(s, v, &v->colds);
    check_ways(s, v, &own);
    for (const struct ref *r = v->pools.first; r; r = r->next) {
        check_colds(s, v, &dkim_pool_of(r)->colds);
        check_ways(s, v, ways_of(s, dkim_pool_of(r)));
    }
    if (general->list.n && !reroutes_itself(s->m, v))
        check_ways(s, v, general);
}

void verify_dkim_pool_gap(const struct model *m)
{
    struct signing s = { .m = m,
                         .global = { .arena = m->scratch },
                         .sets = { .arena = m->scratch },
                         .ways = { .arena = m->scratch } };
    if (m->foreign_names)
        return;
    add_keys(&s.global, &m->keys);
    for (size_t i = 0; i < m->pools.n; i++)
        check_pool(&s, m->pools.v[i]);
    struct ways general = ways_out(&s, &m->domains);
    for (size_t i = 0; i < m->vmtas.n; i++)
        check_partners(&s, m->vmtas.v[i], &general);
}
