#include <config.h>

#include "relay-internal.h"

/* What a domain macro can stand for, as far as it matters.  */
struct macro {
    VEC(const struct line *) lines;
    bool all;     /* every domain */
    bool top;     /* a top-level domain alone */
    bool entered; /* being judged or done: a macro that holds itself adds nothing */
};

struct finder {
    struct relay *relay;
    struct map macros; /* by name; made when one is asked for */
};

/* A domain that is no more than a top-level one, or less.  */
static bool is_top(struct str domain)
{
    return str_find(domain, '.') == domain.n || relay_is_top_level(domain);
}

/* An address in brackets with so few bits, below a /8 or a /32, that it is not one's own.  */
static bool is_every_address(struct str domain)
{
    struct cidr cidr;
    struct fault fault;
    if (domain.n < 2 || domain.p[0] != '[' || domain.p[domain.n - 1] != ']' ||
        !value_cidr(str_sub(domain, 1, domain.n - 2), &cidr, &fault))
        return false;
    return cidr.bits < (cidr.addr.family == 4 ? 8 : 32);
}

static bool has_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_alnum(s.p[i]) || (unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

static void index_macros(struct finder *f)
{
    const struct model *m = f->relay->model;
    for (const struct line *l = lines_first(&m->lines); l; l = l->next) {
        if (l->what->dir != m->target[TARGET_global_domain_macro] || l->bad || !l->what->n_args)
            continue;
        void **slot = map_add(&f->macros, l->what->args[0].text);
        if (!*slot)
            *slot = NEW(m->arena, struct macro);
        struct macro *macro = *slot;
        VEC_PUSH(m->arena, &macro->lines, l);
    }
}

static const struct macro *macro_named(struct finder *f, struct str name);

/* What one piece of a macro, or the domain behind a wildcard, adds to 'to'.  */
static void judge_piece(struct finder *f, struct str piece, struct macro *to)
{
    bool wild = str_starts(piece, STR("*.")) || str_starts(piece, STR("[*.]"));
    size_t skip = !wild ? 0 : piece.p[0] == '[' ? strlen("[*.]") : strlen("*.");
    struct str domain = str_sub(piece, skip, piece.n);
    struct macro inner = { .all = !has_name(domain) || is_every_address(domain),
                           .top = is_top(domain) };
    if (domain.n && domain.p[0] == '$' && is_top(domain)) {
        const struct macro *named = macro_named(f, str_sub(domain, 1, domain.n));
        inner = (struct macro){ .all = named && named->all, .top = named && named->top };
    }
    to->all |= inner.all || (wild && inner.top);
    to->top |= !wild && inner.top;
}

static const struct macro *macro_named(struct finder *f, struct str name)
{
    if (!f->macros.n)
        index_macros(f);
    struct macro *macro = map_get(&f->macros, name);
    if (!macro || macro->entered)
        return macro;
    macro->entered = true;
    for (size_t i = 0; i < macro->lines.n; i++)
        for (uint32_t k = 1; k < macro->lines.v[i]->what->n_args; k++)
            judge_piece(f, macro->lines.v[i]->what->args[k].text, macro);
    return macro;
}

bool relay_is_open_to(const struct relay *r, struct str pattern)
{
    return relay_pattern_takes_all(pattern) || relay_probe(r->probes, pattern);
}

/* 'arg' takes every recipient, or all of a top-level domain.  */
static bool takes_all(struct finder *f, const struct arg *arg)
{
    struct macro whole = { .all = false };
    size_t at = str_find(arg->text, '@');
    if (arg->pattern)
        return relay_is_open_to(f->relay, arg->text);
    judge_piece(f, str_sub(arg->text, at < arg->text.n ? at + 1 : 0, arg->text.n), &whole);
    return whole.all;
}

void relay_find_recipients(struct relay *r)
{
    const struct model *m = r->model;
    struct finder f = { .relay = r, .macros = { .arena = m->arena } };
    r->probes = NEW(m->arena, struct relay_probes);
    regexps_init(&r->probes->regexps, m->arena);
    for (const struct line *l = lines_first(&m->lines); l; l = l->next) {
        bool host = l->what->dir == m->target[TARGET_global_host_name];
        bool relays = l->what->dir == m->target[TARGET_global_relay_domain] ||
                      l->what->dir == m->target[TARGET_global_relay_address];
        if ((!host && !relays) || l->bad || !l->what->n_args)
            continue;
        struct relay_recipient found = { l->what->dir, &l->what->args[0], line_span(l),
                                         relays && takes_all(&f, &l->what->args[0]) };
        VEC_PUSH(m->arena, &r->recipients, found);
    }
}
