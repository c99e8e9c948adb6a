#include <config.h>

#include "plan-internal.h"

#include "coverage.h"

void plan_origins(struct plan *p, struct conf_section *s, enum target target,
                  const struct origins *origins)
{
    for (const struct origin *o = origins->first; o; o = o->next) {
        if (o->bad_address || o->bad_host)
            continue;
        struct arg *args = arena_alloc(p->arena, 2 * sizeof *args);
        args[0] = o->address;
        args[1] = o->host;
        plan_line(p, s, target, args, 2, origin_span(o));
    }
}

/* From here to 'leave_lasting' what is made lasts as long as the model.  */
static struct arena *enter_lasting(struct plan *p)
{
    struct arena *scratch = p->arena;
    p->arena = p->conf->arena = p->m->arena;
    return scratch;
}

static void leave_lasting(struct plan *p, struct arena *scratch)
{
    p->arena = p->conf->arena = scratch;
}

static struct conf_line *new_key(struct plan *p, struct conf_section *s, enum target target,
                                 const struct key *k)
{
    struct arg *args = arena_alloc(p->arena, 3 * sizeof *args);
    args[0] = key_linked(k, k->what->selector);
    args[1] = key_written(k, k->what->domain);
    args[2] = key_linked(k, k->what->file);
    args[0].joined = false;
    args[1].joined = args[2].joined = true;
    return plan_line(p, s, target, args, 3, key_span(k));
}

/* Same bytes at the same place.  */
static bool is_same_text(struct str a, struct str b)
{
    return a.p == b.p && a.n == b.n;
}

static bool is_same_key(const struct kept_key *a, const struct kept_key *b)
{
    return a->target == b->target && is_same_text(a->selector, b->selector) &&
           is_same_text(a->domain, b->domain) && is_same_text(a->file, b->file);
}

static struct kept_key *kept_key(const struct plan *p, const struct kept_key *key)
{
    uintptr_t place = (uintptr_t)key->selector.p ^ (uintptr_t)key->domain.p;
    return &p->keys[(place >> 4 ^ place >> 12) & (N_KEPT_KEYS - 1)];
}

/* The line of a key that many sign with is made once, as the section of a domain block is.  */
static void plan_key(struct plan *p, struct conf_section *s, enum target target,
                     const struct key *k)
{
    struct kept_key key = { .target = target,
                            .selector = k->what->selector.text,
                            .domain = k->what->domain.text,
                            .file = k->what->file.text };
    struct kept_key *kept = kept_key(p, &key);
    if (p->conf->places || !is_same_key(kept, &key)) {
        if (new_key(p, s, target, k))
            *kept = key;
    } else if (kept->line) {
        conf_line_again(p->conf, s, kept->line);
    } else {
        struct arena *scratch = enter_lasting(p);
        struct conf_line *line = new_key(p, s, target, k);
        leave_lasting(p, scratch);
        line->printed = NEW(p->m->arena, struct str);
        kept->line = line;
    }
}

void plan_keys(struct plan *p, struct conf_section *s, enum target target, const struct keys *keys)
{
    key_list list = { 0 };
    coverage_order(p->m->coverage, p->arena, keys, &list);
    for (size_t i = 0; i < list.n; i++)
        plan_key(p, s, target, list.v[i]);
}

/* The first 'sign' of the list, or NULL.  */
static const struct key *first_sign(const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (k->what->by_sign && !k->bad)
            return k;
    return NULL;
}

/* What makes the VMTA sign: its own 'sign', or that of a pool.  */
static const struct key *signs(const struct vmta *v)
{
    const struct key *sign = first_sign(&v->keys);
    for (const struct ref *r = v->pools.first; r && !sign; r = r->next)
        sign = first_sign(&((const struct pool *)(const void *)r->to)->keys);
    return sign;
}

static void plan_colds(struct plan *p, struct conf_section *s, enum target target,
                       const struct refs *colds)
{
    for (const struct ref *r = colds->first; r; r = r->next)
        if (!r->bad && plan_has(p, p->m->target[target], r->span, "no mail is diverted to it"))
            plan_text(p, s, target, r->name, r->span);
}

/* What is said around domain sections of every destination; it goes into 'domain *'.  */
struct around {
    const struct tls_use *tls;
    const struct key *sign;
};

/* 'd' may be NULL: a 'domain *' that nobody has written.  */
static struct conf_section *new_domain(struct plan *p, struct conf_section *parent,
                                       const struct domain *d, const struct around *around,
                                       unsigned reached)
{
    struct span origin = d                                ? d->span
                         : around->tls->word != TLS_UNSET ? around->tls->span
                                                          : key_span(around->sign);
    struct conf_section *s =
        conf_section(p->conf, parent, SCOPE_domain, d ? d->pattern : STR("*"), origin, origin);
    if (d) {
        plan_outbound_tls(p, s, &d->tls, &d->lines);
        plan_undo(p, s, reached, &d->tls, &d->lines);
        plan_lines(p, s, &d->lines);
    }
    if (around && (!d || d->tls.word == TLS_UNSET)) {
        plan_outbound_tls(p, s, around->tls, d ? &d->lines : NULL);
        plan_undo(p, s, reached, around->tls, d ? &d->lines : NULL);
    }
    if (around && around->sign)
        plan_lower(p, s, LOWER_sign, NULL, key_span(around->sign));
    return s;
}

static struct kept kept_as(const struct conf_section *parent, const struct domain *d,
                           const struct around *around, unsigned reached)
{
    return (struct kept){ .block = d ? d->block : NULL,
                          .identity = around ? plan_tls_of(around->tls) : NULL,
                          .word = around ? around->tls->word : TLS_UNSET,
                          .sign = around && around->sign,
                          .reached = reached,
                          .parent = parent->scope };
}

static bool is_same(const struct kept *a, const struct kept *b)
{
    return a->block == b->block && a->identity == b->identity && a->word == b->word &&
           a->sign == b->sign && a->reached == b->reached && a->parent == b->parent;
}

/* The section of a block that stands in many places is made once, in memory that lasts, when it is
   met for the second time, unless these places are wanted; but what had to be said of it is said
   each time.  The same for a 'domain *' that nobody has written: 'd' is NULL.  */
static void plan_domain(struct plan *p, struct conf_section *parent, const struct domain *d,
                        const struct around *around, unsigned reached)
{
    if (!parent || (d && !d->block) || p->conf->places) {
        new_domain(p, parent, d, around, reached);
        return;
    }
    size_t calls = p->diags->n_calls;
    struct kept key = kept_as(parent, d, around, reached);
    struct kept *kept = &p->kept[((uintptr_t)key.block >> 4 ^ key.word) & (N_KEPT - 1)];
    if (!is_same(kept, &key)) {
        new_domain(p, parent, d, around, reached);
        if (p->diags->n_calls == calls)
            *kept = key;
    } else if (kept->section) {
        conf_again(p->conf, parent, kept->section);
    } else {
        struct arena *scratch = enter_lasting(p);
        struct conf_section *section = new_domain(p, parent, d, around, reached);
        leave_lasting(p, scratch);
        section->printed = NEW(p->m->arena, struct str);
        kept->section = section;
    }
}

/* What is passed on by 'domains', inside of 'tls'; 'known' remembers it.  */
static const struct spread *spread_of(struct plan *p, struct spread *known,
                                      const struct domains *domains, const struct tls_use *tls)
{
    if (known->domains != domains)
        *known = plan_spread(p, domains, tls);
    return known;
}

/* What a pool or the server passes on is found out once.  */
static const struct spread *known_spread(struct plan *p, const struct domains *domains,
                                         const struct tls_use *tls)
{
    size_t at = ((uintptr_t)domains >> 4) & (N_SPREADS - 1);
    return spread_of(p, &p->spreads[at], domains, tls);
}

/* What the section would inherit from the pools and from the server.  Only a 'tls' word takes
   something back.  */
static unsigned reached(struct plan *p, struct str pattern, const struct tls_use *use,
                        const struct refs *pools)
{
    unsigned bits = 0;
    if (use->word == TLS_UNSET)
        return 0;
    for (const struct ref *r = pools ? pools->first : NULL; r; r = r->next) {
        const struct pool *pool = coverage_pool_of(r);
        bits |= plan_reached(p, known_spread(p, &pool->domains, &pool->tls), pattern);
    }
    return bits | plan_reached(p, known_spread(p, &p->m->domains, NULL), pattern);
}

/* What an object says of every destination goes into its 'domain *', which is made where it is
   missing.  */
static void plan_any(struct plan *p, struct conf_section *parent, const struct domain *any,
                     const struct around *around, const struct refs *pools)
{
    const struct tls_use *use = any && any->tls.word != TLS_UNSET ? &any->tls : around->tls;
    unsigned bits = reached(p, STR("*"), use, pools);
    if (any || around->tls->word != TLS_UNSET || around->sign)
        plan_domain(p, parent, any, around, bits);
}

/* A section for some destinations also inherits from wider patterns beside it, 'domains'.  */
static void plan_named(struct plan *p, struct conf_section *parent, const struct domain *d,
                       const struct domains *domains, const struct around *around,
                       const struct refs *pools)
{
    unsigned bits = reached(p, d->pattern, &d->tls, pools);
    if (d->tls.word != TLS_UNSET)
        bits |= plan_reached(p, spread_of(p, &p->own, domains, around->tls), d->pattern);
    plan_domain(p, parent, d, NULL, bits);
}

/* The domain sections of a VMTA or a pool; 'pools' are those of a VMTA.  */
static void plan_domains(struct plan *p, struct conf_section *parent, const struct domains *domains,
                         const struct around *around, const struct refs *pools)
{
    const struct domain *any = NULL;
    for (const struct domain *d = domains->first; d; d = d->next)
        if (coverage_is_any(d->pattern))
            any = d;
        else
            plan_named(p, parent, d, domains, around, pools);
    plan_any(p, parent, any, around, pools);
}

static void plan_vmta(struct plan *p, const struct vmta *v)
{
    struct conf_section *s = conf_section(p->conf, NULL, SCOPE_virtual_mta, v->object.name,
                                          v->object.span, v->object.span);
    plan_origins(p, s, TARGET_vmta_source_host, &v->origins);
    plan_keys(p, s, TARGET_vmta_domain_key, &v->keys);
    plan_colds(p, s, TARGET_vmta_cold, &vmta_extras(v)->colds);
    plan_lines(p, s, &vmta_extras(v)->lines);
    plan_domains(p, s, &v->domains, &(struct around){ &vmta_extras(v)->tls, signs(v) }, &v->pools);
}

static void plan_pool(struct plan *p, const struct pool *pool)
{
    struct conf_section *s = conf_section(p->conf, NULL, SCOPE_virtual_mta_pool, pool->object.name,
                                          pool->object.span, pool->object.span);
    for (const struct ref *r = pool->members.first; r; r = r->next)
        if (!r->bad)
            plan_text(p, s, TARGET_pool_member, r->name, r->span);
    plan_keys(p, s, TARGET_pool_domain_key, &pool->keys);
    plan_colds(p, s, TARGET_pool_cold, &pool->colds);
    plan_lines(p, s, &pool->lines);
    plan_domains(p, s, &pool->domains, &(struct around){ &pool->tls, NULL }, NULL);
}

void plan_outbound(struct plan *p)
{
    for (size_t i = 0; i < p->m->vmtas.n; i++) {
        plan_vmta(p, p->m->vmtas.v[i]);
        conf_done(p->conf);
    }
    for (size_t i = 0; i < p->m->pools.n; i++) {
        plan_pool(p, p->m->pools.v[i]);
        conf_done(p->conf);
    }
    for (const struct domain *d = p->m->domains.first; d; d = d->next) {
        plan_domain(p, NULL, d, NULL, reached(p, d->pattern, &d->tls, NULL));
        conf_done(p->conf);
    }
}
