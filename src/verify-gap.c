#include <config.h>

#include "verify-dkim.h"

/* dkim-pool-gap.  VMTAs that stand in for each other: what one of them signs the others must sign
   too.  All questions are asked of stations, so that VMTAs that sign alike are one.  */

enum { MANY_KEYS = 16 };

/* What one station lacks beside another.  */
struct lack {
    struct str domain; /* empty: nothing */
    const struct sign_key *idle;
};

struct signing {
    const struct model *m;
    const struct coverage *c;
    struct map pairs;  /* two stations to what the second one lacks */
    struct map counts; /* a ring to how many domains of it other domains hold */
};

/* A VMTA whose mail another one takes.  */
struct handover {
    const struct vmta *from, *to;
    struct span span;
};

static bool need_not(const struct vmta *v)
{
    return coverage_need_not(v->station);
}

/* Messages */

/* The place where 'keys' name the domain: by a macro, where none names it as it is.  */
static struct span place_in(const struct keys *keys, struct str domain)
{
    struct span found = NOWHERE;
    for (const struct key *k = keys->first; k; k = k->next) {
        bool macro = str_find(k->what->domain.text, '$') < k->what->domain.text.n;
        if (str_ieq(k->what->domain.text, domain))
            return key_span(k);
        found = macro && !found.hi ? key_span(k) : found;
    }
    return found;
}

static struct span key_place(const struct vmta *v, struct str domain)
{
    struct span found = place_in(&v->keys, domain);
    for (const struct ref *r = v->pools.first; r && !found.hi; r = r->next)
        found = place_in(&coverage_pool_of(r)->keys, domain);
    return found;
}

/* 'v' lacks what 'other' has; the words before and after its name say who that is.  */
static struct diag *report_gap(const struct model *m, const struct vmta *v, struct str domain,
                               const struct vmta *other, const char *before, const char *after)
{
    struct str what = coverage_is_any(domain) ? STR("every domain")
                                              : arena_printf(m->scratch, "`%.*s`", STR_ARG(domain));
    struct diag *d =
        diag(m->diags, CHECK_dkim_pool_gap, v->object.span,
             "the vmta `%.*s` cannot sign for %.*s, but %s`%.*s`%s can", STR_ARG(v->object.name),
             STR_ARG(what), before, STR_ARG(other->object.name), after);
    diag_also(m->diags, d, key_place(other, domain), "the key of `%.*s`",
              STR_ARG(other->object.name));
    diag_help_topology(m->diags, d, "write `sign %.*s` in it", STR_ARG(domain));
    diag_help_powermta(m->diags, d, "write a `domain-key` for %.*s in it", STR_ARG(domain));
    return d;
}

/* 'v' has the key by its pool or the server, as 'other' has, and is not told to sign.  */
static struct diag *report_idle(const struct model *m, const struct vmta *v,
                                const struct sign_key *key, const struct vmta *other,
                                const char *after)
{
    struct diag *d = diag(m->diags, CHECK_dkim_pool_gap, v->object.span,
                          "nothing tells the vmta `%.*s` to sign, but `%.*s`%s does",
                          STR_ARG(v->object.name), STR_ARG(other->object.name), after);
    diag_also(m->diags, d, key_span(key->key), "the key that it does not use");
    diag_help_topology(m->diags, d,
                       "write `domain * { dkim-sign yes }` in it, or `sign` in the pool");
    diag_help_powermta(m->diags, d, "write `dkim-sign yes` in a <domain *> in it");
    return d;
}

/* A key that a VMTA without keys of its own has by its pools or the server, while nothing tells it
   to sign; NULL: that is not so.  */
static const struct sign_key *idle_key(const struct signing *s, const struct station *of)
{
    const struct ring *ring = s->c->global;
    if (of->own->n || of->own->lost->n || coverage_is_on(s->c, of))
        return NULL;
    for (size_t i = 0; i < of->base->n_pools && !ring->n; i++)
        ring = of->base->pools[i]->ring;
    return ring->n ? ring->v : NULL;
}

/* Pools.  Of domains where one is a parent of the other only the parent has to be looked for: a key
   of the parent signs for both.  What is left must then be found, as it is, among the keys of each
   member.  */

struct wanted {
    const struct vmta *by;
    size_t member; /* the last one that has it, from 1 */
};

static void want(const struct model *m, struct map *all, const struct vmta *by, struct str domain)
{
    void **slot = map_add(all, domain);
    if (*slot)
        return;
    struct wanted *w = NEW(m->scratch, struct wanted);
    w->by = by;
    *slot = w;
}

/* All domains that members have keys for, to who does so first.  */
static struct map wanted_domains(const struct model *m, const struct pool *p)
{
    struct map all = { .arena = m->scratch };
    const struct ring *last = NULL;
    for (const struct ref *r = p->members.first; r; r = r->next) {
        const struct vmta *v = coverage_member(r);
        if (!v || v->station->own == last || need_not(v))
            continue;
        last = v->station->own;
        for (size_t i = 0; i < last->n; i++)
            want(m, &all, v, last->v[i].domain);
        for (size_t i = 0; i < last->lost->n; i++)
            want(m, &all, v, last->lost->entries[i].key);
    }
    return all;
}

static bool is_lost(const struct ring *ring, struct str domain)
{
    bool found = false;
    for (; domain.n && ring->lost->n && !found; domain = coverage_wider(domain))
        found = map_get(ring->lost, domain) != NULL;
    return found;
}

static bool has_wider(const struct map *all, struct str domain)
{
    bool found = false;
    for (domain = coverage_wider(domain); domain.n && !found; domain = coverage_wider(domain))
        found = map_get(all, domain) != NULL;
    return found;
}

/* Takes out of 'all' what the pool or the server signs for everybody, and what a wider key covers.
   Returns how many stay.  */
static size_t reduce(const struct signing *s, const struct pool *p, struct map *all)
{
    const struct ring *ring = p->common->ring;
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct str domain = all->entries[i].key;
        struct wanted *w = all->entries[i].value;
        bool stays = !coverage_find(s->c->global, domain) && !coverage_find(ring, domain) &&
                     !is_lost(ring, domain) && !has_wider(all, domain);
        w->member = stays ? 0 : SIZE_MAX;
        n += stays;
    }
    return n;
}

/* Marks that member 'number' has a key for 'domain'; true where that had to be looked for.  */
static bool mark(struct map *all, struct str domain, size_t number)
{
    struct wanted *w = map_get(all, domain);
    if (w->member == number || w->member == SIZE_MAX)
        return false;
    w->member = number;
    return true;
}

/* Reports what member 'number' lacks, out of the 'n' domains that stay.  */
static void check_member(const struct model *m, struct map *all, size_t n, const struct ref *r,
                         size_t number)
{
    const struct vmta *v = coverage_member(r);
    const struct ring *own = v->station->own;
    for (size_t i = 0; i < own->n; i++)
        n -= mark(all, own->v[i].domain, number);
    for (size_t i = 0; i < own->lost->n; i++)
        n -= mark(all, own->lost->entries[i].key, number);
    for (size_t i = 0; i < all->n && n; i++) {
        const struct wanted *w = all->entries[i].value;
        if (w->member == number || w->member == SIZE_MAX)
            continue;
        struct diag *d = report_gap(m, v, all->entries[i].key, w->by, "", " in the same pool");
        diag_also(m->diags, d, r->span, "it is a member of the pool here");
        return;
    }
}

/* Members that have a key by the pool or the server like the others, and do not use it.  */
static void check_idle(const struct signing *s, const struct pool *p)
{
    const struct vmta *on = NULL;
    for (const struct ref *r = p->members.first; r && !on; r = r->next)
        if (coverage_member(r) && !need_not(coverage_member(r)) &&
            coverage_is_on(s->c, coverage_member(r)->station))
            on = coverage_member(r);
    for (const struct ref *r = on ? p->members.first : NULL; r; r = r->next) {
        const struct vmta *v = coverage_member(r);
        const struct sign_key *key = v && !need_not(v) ? idle_key(s, v->station) : NULL;
        if (!key)
            continue;
        struct diag *d = report_idle(s->m, v, key, on, " in the same pool");
        diag_also(s->m->diags, d, r->span, "it is a member of the pool here");
    }
}

static bool is_uniform(const struct pool *p)
{
    const struct vmta *first = NULL;
    for (const struct ref *r = p->members.first; r; r = r->next) {
        const struct vmta *v = coverage_member(r);
        if (v && first && v->station != first->station)
            return false;
        first = v ? v : first;
    }
    return true;
}

static void check_pool(const struct signing *s, const struct pool *p)
{
    if (is_uniform(p))
        return;
    struct map all = wanted_domains(s->m, p);
    size_t n = reduce(s, p, &all), number = 0;
    for (const struct ref *r = n ? p->members.first : NULL; r; r = r->next)
        if (coverage_member(r) && !need_not(coverage_member(r)))
            check_member(s->m, &all, n, r, ++number);
    if (!n)
        check_idle(s, p);
}

/* Handovers */

/* How many domains of a ring each of their parents holds; "*" holds all.  */
static const struct map *counts_of(struct signing *s, const struct ring *ring)
{
    struct str key = { (const char *)&ring->v, sizeof ring->v };
    struct map *counts = map_get(&s->counts, key);
    if (counts)
        return counts;
    counts = NEW(s->m->scratch, struct map);
    counts->arena = s->m->scratch;
    *map_add(&s->counts, key) = counts;
    for (size_t i = 0; i < ring->first->n; i++)
        for (struct str d = ring->first->entries[i].key; d.n; d = coverage_wider(d)) {
            void **slot = map_add(counts, d);
            *slot = (void *)((uintptr_t)*slot + 1);
        }
    return counts;
}

/* The domains of 'own', which may be few, hold all of 'ring', which may be many: known without
   looking at each.  */
static bool holds_all(struct signing *s, const struct ring *ring, const struct ring *own)
{
    size_t n = 0;
    if (ring->n < MANY_KEYS || !own->n)
        return false;
    const struct map *counts = counts_of(s, ring);
    if (own->n == 1)
        return map_get(counts, own->v[0].domain) == map_get(counts, STR("*"));
    for (size_t i = 0; i < own->first->n; i++)
        if (!has_wider(own->first, own->first->entries[i].key))
            n += (uintptr_t)map_get(counts, own->first->entries[i].key);
    return n == (uintptr_t)map_get(counts, STR("*"));
}

/* The first domain of 'ring' that 'to' cannot sign for; empty: none.  */
static struct str missing(struct signing *s, const struct ring *ring, const struct station *to)
{
    bool same = ring == to->own || holds_all(s, ring, to->own);
    for (size_t i = 0; i < to->base->n_pools && !same; i++)
        same = ring == to->base->pools[i]->ring;
    for (size_t i = 0; i < ring->n && !same; i++)
        if (!coverage_can(s->c, to, ring->v[i].domain))
            return ring->v[i].domain;
    for (size_t i = 0; i < ring->lost->n && !same; i++)
        if (!coverage_can(s->c, to, ring->lost->entries[i].key))
            return ring->lost->entries[i].key;
    return STR("");
}

static struct str missing_of(struct signing *s, const struct station *from,
                             const struct station *to)
{
    struct str domain = missing(s, from->own, to);
    for (size_t i = 0; i < from->base->n_pools && !domain.n; i++)
        domain = missing(s, from->base->pools[i]->ring, to);
    return domain;
}

/* What the VMTAs of 'to' lack when they take mail of those of 'from'.  */
static const struct lack *lack_of(struct signing *s, const struct station *from,
                                  const struct station *to)
{
    const void *pair[2] = { from, to };
    struct str text = { (const char *)pair, sizeof pair };
    struct lack *lack = map_get(&s->pairs, text);
    if (lack)
        return lack;
    lack = NEW(s->m->scratch, struct lack);
    *map_add(&s->pairs, arena_str(s->m->scratch, text)) = lack;
    if (!coverage_key(s->c, to, STR("*"))) /* else it signs for every domain */
        lack->domain = missing_of(s, from, to);
    if (!lack->domain.n && coverage_is_on(s->c, from))
        lack->idle = idle_key(s, to);
    return lack;
}

static void check_handover(struct signing *s, const struct handover *h)
{
    const char *who = ", whose mail it takes over,";
    if (!h->to || h->from == h->to || need_not(h->from) || need_not(h->to))
        return;
    const struct lack *lack = lack_of(s, h->from->station, h->to->station);
    if (!lack->domain.n && !lack->idle)
        return;
    struct diag *d = lack->domain.n ? report_gap(s->m, h->to, lack->domain, h->from, "", who)
                                    : report_idle(s->m, h->to, lack->idle, h->from, who);
    diag_also(s->m->diags, d, h->span, "it takes over mail of `%.*s` here",
              STR_ARG(h->from->object.name));
}

/* A VMTA that signs nothing, and the one that is to warm up in its place does.  */
static void check_cold(struct signing *s, const struct handover *h)
{
    bool nothing = h->to && !s->c->global->n && !dkim_has_key(h->from) && h->to->keys.first;
    if (!nothing) {
        check_handover(s, h);
        return;
    }
    if (h->from == h->to || need_not(h->from) || need_not(h->to))
        return;
    struct diag *d = report_gap(s->m, h->from, h->to->keys.first->what->domain.text, h->to,
                                "its cold vmta ", "");
    diag_also(s->m->diags, d, h->span, "it is warmed up here");
}

static void take(void *context, const struct vmta *from, const struct route *r)
{
    struct signing *s = context;
    const struct handover h = { from, r->to, r->span };
    if (r->cold)
        check_cold(s, &h);
    else
        check_handover(s, &h);
}

void verify_dkim_pool_gap(const struct model *m)
{
    struct signing s = { .m = m,
                         .c = m->coverage,
                         .pairs = { .arena = m->scratch, .exact = true },
                         .counts = { .arena = m->scratch, .exact = true } };
    if (m->foreign_names || !s.c->n_keys)
        return;
    for (size_t i = 0; i < m->pools.n; i++)
        check_pool(&s, m->pools.v[i]);
    for (size_t i = 0; i < m->vmtas.n && s.c->routes; i++)
        coverage_routes(s.c, m->vmtas.v[i], take, &s);
}
