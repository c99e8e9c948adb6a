#include <config.h>

#include "verify.h"

#include "lower.h"

/* domain-shadowed.  A VMTA asks its own <domain> sections first, then those of its pool, then those
   at the top, and its '*' matches everything: so what is said further out never counts where the
   '*' speaks of the same (User's Guide 5.0, <domain>).  */

/* What a domain says by a directive, and others with it.  */
struct saying {
    const struct domain *domain;
    struct span span;
    struct saying *next;
};

/* What domains other than '*' say, by directive: maps of a value to a list of sayings.  */
struct sayings {
    struct map **by_directive; /* NULL: nothing */
};

struct shade {
    const struct model *m;
    struct lines words[N_TLS_WORDS], sign; /* what words become */
    struct sayings top;
    struct map pools;  /* name to struct sayings */
    uint32_t reported; /* the place of the last message: a range repeats its text */
};

/* A block with domains, and what is around it.  */
struct holder {
    const struct object *object;
    const struct domains *domains;
    const struct domain *any;
    const struct tls_use *tls;
    const struct key *sign;
    struct map own; /* its other patterns, to their domains; made when it is needed */
};

static void add_saying(struct shade *s, struct sayings *to, const struct domain *d,
                       const struct line *l, struct span span)
{
    if (l->bad || l->what->dir->repeatable)
        return; /* nor is a line that was kept as it is written one of the table */
    struct map **values = &to->by_directive[l->what->dir - dict_at(0)];
    if (!*values) {
        *values = NEW(s->m->scratch, struct map);
        **values = (struct map){ .arena = s->m->scratch, .exact = true };
    }
    void **slot = map_add(*values, line_value(l, s->m->scratch));
    struct saying *saying = NEW(s->m->scratch, struct saying);
    *saying = (struct saying){ d, span, *slot };
    *slot = saying;
}

/* Reads all domains but '*' and PowerMTA's own queues, which no mail enters by its domain.  */
static struct sayings read_domains(struct shade *s, const struct domains *domains)
{
    struct sayings all = { NULL };
    for (const struct domain *d = domains->first; d; d = d->next) {
        if (d->bad || str_eq(d->pattern, STR("*")) || name_is_reserved(d->pattern))
            continue;
        if (!all.by_directive)
            all.by_directive = NEW_ARRAY(s->m->scratch, struct map *, dict_count());
        for (const struct line *l = lines_first(&d->lines); l; l = l->next)
            add_saying(s, &all, d, l, line_span(l));
        for (const struct line *l = lines_first(&s->words[d->tls.word]); l; l = l->next)
            if (!line_find(&d->lines, l->what->dir))
                add_saying(s, &all, d, l, d->tls.span);
    }
    return all;
}

static void index_own(struct shade *s, struct holder *h)
{
    if (h->own.arena)
        return;
    h->own = (struct map){ .arena = s->m->scratch };
    for (const struct domain *d = h->domains->first; d; d = d->next)
        if (d != h->any)
            *map_add(&h->own, d->pattern) = (void *)d;
}

static bool says(const struct shade *s, const struct holder *h, struct str pattern,
                 const struct directive *dir)
{
    const struct domain *d = map_get(&h->own, pattern);
    bool found = d && line_find(&d->lines, dir);
    for (const struct line *l = d ? lines_first(&s->words[d->tls.word]) : NULL; l; l = l->next)
        found |= l->what->dir == dir;
    return found;
}

/* A domain of the holder that is narrower than '*' says something for all that 'pattern' is.  */
static bool speaks_itself(struct shade *s, struct holder *h, struct str pattern,
                          const struct directive *dir)
{
    struct buf text = { .arena = s->m->scratch };
    size_t skip = str_starts(pattern, STR("*.")) ? 2 : str_starts(pattern, STR("[*.]")) ? 4 : 0;
    if (h->domains->first == h->domains->last)
        return false;
    index_own(s, h);
    if (says(s, h, pattern, dir))
        return true;
    for (struct str d = str_sub(pattern, skip, pattern.n); d.n;) {
        text.n = 0;
        buf_printf(&text, "[*.]%.*s", STR_ARG(d));
        if (says(s, h, buf_str(&text), dir))
            return true;
        d = str_sub(d, str_find(d, '.') + 1, d.n);
        text.n = 0;
        buf_printf(&text, "*.%.*s", STR_ARG(d));
        if (d.n && says(s, h, buf_str(&text), dir))
            return true;
    }
    return false;
}

/* Something further out that says otherwise than 'l', or NULL.  */
static const struct saying *contrary(struct shade *s, struct holder *h, const struct sayings *outer,
                                     const struct line *l)
{
    bool once = outer->by_directive && !l->what->dir->repeatable;
    const struct map *values = once ? outer->by_directive[l->what->dir - dict_at(0)] : NULL;
    if (!values)
        return NULL;
    struct str own = line_value(l, s->m->scratch);
    for (size_t i = 0; i < values->n; i++) {
        const struct saying *x = values->entries[i].value;
        if (str_eq(values->entries[i].key, own))
            continue;
        while (x && speaks_itself(s, h, x->domain->pattern, l->what->dir))
            x = x->next;
        if (x)
            return x;
    }
    return NULL;
}

static void judge_line(struct shade *s, struct holder *h, const struct sayings *outer,
                       const struct line *l, struct span span)
{
    const struct saying *x = l->bad || l->what->dir->repeatable || span.lo == s->reported
                                 ? NULL
                                 : contrary(s, h, outer, l);
    if (!x)
        return;
    s->reported = span.lo;
    struct str name = h->object->name, pattern = x->domain->pattern;
    struct diag *d = diag(s->m->diags, CHECK_domain_shadowed, span,
                          "`%s` for every domain in `%.*s` beats what is said for `%.*s` outside",
                          l->what->dir->name, STR_ARG(name), STR_ARG(pattern));
    diag_also(s->m->diags, d, x->span, "mail of `%.*s` for `%.*s` does not follow this",
              STR_ARG(name), STR_ARG(pattern));
    diag_cause(s->m->diags, d, x->span);
    diag_help_topology(s->m->diags, d, "write `domain %.*s { ... }` in `%.*s` too",
                       STR_ARG(pattern), STR_ARG(name));
    diag_help_powermta(s->m->diags, d, "write <domain %.*s> in `%.*s` too", STR_ARG(pattern),
                       STR_ARG(name));
}

/* Judges what the '*' of a holder says: by lines, and by words that no line beside them beats.  */
static void judge_any(struct shade *s, struct holder *h, const struct sayings *outer)
{
    const struct tls_use *use = h->any && h->any->tls.word != TLS_UNSET ? &h->any->tls : h->tls;
    const struct lines *written = h->any ? &h->any->lines : NULL;
    if (!outer->by_directive)
        return;
    for (const struct line *l = written ? lines_first(written) : NULL; l; l = l->next)
        judge_line(s, h, outer, l, line_span(l));
    for (const struct line *l = lines_first(&s->words[use->word]); l; l = l->next)
        if (!written || !line_find(written, l->what->dir))
            judge_line(s, h, outer, l, use->span);
    for (const struct line *l = h->sign ? lines_first(&s->sign) : NULL; l; l = l->next)
        if (!written || !line_find(written, l->what->dir))
            judge_line(s, h, outer, l, key_span(h->sign));
}

static const struct key *first_sign(const struct keys *keys)
{
    const struct key *k = keys->first;
    while (k && (k->bad || !k->what->by_sign))
        k = k->next;
    return k;
}

static const struct pool *pool_of(const struct ref *r)
{
    return (const struct pool *)(const void *)r->to;
}

static const struct sayings *sayings_of(struct shade *s, const struct pool *p)
{
    void **slot = map_add(&s->pools, p->object.name);
    if (!*slot) {
        struct sayings *made = *slot = NEW(s->m->scratch, struct sayings);
        *made = read_domains(s, &p->domains);
    }
    return *slot;
}

static void judge_vmta(struct shade *s, const struct vmta *v)
{
    struct holder h = { .object = &v->object,
                        .domains = &v->domains,
                        .any = domain_find(&v->domains, STR("*")),
                        .tls = &vmta_extras(v)->tls,
                        .sign = first_sign(&v->keys) };
    for (const struct ref *r = v->pools.first; r && !h.sign; r = r->next)
        h.sign = first_sign(&pool_of(r)->keys);
    for (const struct ref *r = v->pools.first; r; r = r->next)
        if (pool_of(r)->domains.first)
            judge_any(s, &h, sayings_of(s, pool_of(r)));
    judge_any(s, &h, &s->top);
}

/* Some domain that a '*' could beat.  */
static bool has_narrow(const struct model *m)
{
    const struct domains *top = &m->domains;
    bool found = top->first != top->last || (top->first && !domain_find(top, STR("*")));
    for (size_t i = 0; i < m->pools.n && !found; i++)
        found = m->pools.v[i]->domains.first;
    return found;
}

void verify_domain_shadowed(const struct model *m)
{
    struct shade s = { .m = m, .pools = { .arena = m->scratch } };
    if (!has_narrow(m))
        return;
    for (int w = TLS_UNSET + 1; w < N_TLS_WORDS; w++)
        lower(m, &s.words[w], lower_tls_out((enum tls_word)w), SCOPE_domain, NULL, NOWHERE);
    lower(m, &s.sign, LOWER_sign, SCOPE_domain, NULL, NOWHERE);
    s.top = read_domains(&s, &m->domains);
    for (size_t i = 0; i < m->vmtas.n; i++)
        judge_vmta(&s, m->vmtas.v[i]);
    for (size_t i = 0; i < m->pools.n; i++) {
        const struct pool *p = m->pools.v[i];
        struct holder h = { .object = &p->object,
                            .domains = &p->domains,
                            .any = domain_find(&p->domains, STR("*")),
                            .tls = &p->tls };
        judge_any(&s, &h, &s.top);
    }
}
