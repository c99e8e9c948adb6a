#include <config.h>

#include "verify.h"

struct provider {
    struct str domain, owner;
};

static const struct provider providers[] = {
#define PROVIDER(DOMAIN, OWNER, QUEUE) { STR_INIT(DOMAIN), STR_INIT(OWNER) },
#include "../grammar/providers.def"
#undef PROVIDER
};

static const struct str placeholders[] = {
#define PLACEHOLDER(DOMAIN) STR_INIT(DOMAIN),
#include "../grammar/placeholders.def"
#undef PLACEHOLDER
};

/* Judges a name of a server or of a signing domain by a table of domains.  */
typedef void name_fn(const struct model *, const void *row, struct str name, struct span,
                     bool signs);

/* A walk over all names, of which each is judged once.  */
struct names {
    const struct model *model;
    struct map table, seen;
    struct map above; /* the domains right above those of the table */
    struct str clean; /* nothing is the matter with names right below it */
    name_fn *judge;
};

static void add_row(struct names *names, struct str domain, const void *row)
{
    *map_add(&names->table, domain) = (void *)(uintptr_t)row;
    *map_add(&names->above, str_sub(domain, str_find(domain, '.') + 1, domain.n)) = names;
}

/* The value in 'map' of 'name' or of the nearest domain above it, or NULL.  */
static const void *find_domain(const struct map *map, struct str name)
{
    while (name.n) {
        const void *found = map_get(map, name);
        if (found)
            return found;
        name = str_sub(name, str_find(name, '.') + 1, name.n);
    }
    return NULL;
}

/* Nothing is the matter with names right below 'above'.  */
static bool is_clean(const struct names *names, struct str above)
{
    return !find_domain(&names->table, above) && !map_find(&names->above, above);
}

static bool all_clean(const struct names *names)
{
    const struct origins_noted *noted = &names->model->noted;
    for (size_t i = 0; i < noted->above.n; i++)
        if (!is_clean(names, noted->above.v[i]))
            return false;
    return true;
}

static void judge_name(struct names *names, const struct arg *arg, bool signs)
{
    struct str above = str_sub(arg->text, str_find(arg->text, '.') + 1, arg->text.n);
    if (names->clean.n && str_eq(above, names->clean))
        return;
    const void *row = find_domain(&names->table, arg->text);
    if (!row && !map_find(&names->above, above))
        names->clean = above;
    if (!row || map_find(&names->seen, arg->text))
        return;
    *map_add(&names->seen, arg->text) = (void *)row;
    names->judge(names->model, row, arg->text, arg->span, signs);
}

static void judge_origins(struct names *names, const struct origins *origins)
{
    for (const struct origin *o = origins->first; o; o = o->next)
        if (!o->bad_host)
            judge_name(names, &o->host, false);
}

/* What 'sign' names is judged where it is declared.  */
static void judge_keys(struct names *names, const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next) {
        if (k->bad || k->what->by_sign)
            continue;
        struct arg domain = key_written(k, k->what->domain);
        judge_name(names, &domain, true);
    }
}

static void judge_names(struct names *names)
{
    const struct model *model = names->model;
    for (size_t i = 0; i < model->dkim.n; i++) {
        const struct object *o = &model->dkim.v[i]->object;
        judge_name(names, &(struct arg){ .text = o->name, .span = o->span }, true);
    }
    bool all = model->has_domain_keys || !all_clean(names);
    for (size_t i = 0; i < model->vmtas.n && all; i++) {
        judge_origins(names, &model->vmtas.v[i]->origins);
        judge_keys(names, &model->vmtas.v[i]->keys);
    }
    for (size_t i = 0; i < model->pools.n; i++)
        judge_keys(names, &model->pools.v[i]->keys);
    judge_origins(names, &model->origins);
    judge_keys(names, &model->keys);
    for (const struct line *l = lines_first(&model->lines); l; l = l->next)
        if (l->what->dir == model->target[TARGET_global_host_name] && !l->bad &&
            l->what->n_args == 1)
            judge_name(names,
                       &(struct arg){ .text = l->what->args[0].text, .span = line_arg_span(l, 0) },
                       false);
}

static struct names new_names(const struct model *model, name_fn *judge)
{
    struct map empty = { .arena = model->scratch };
    return (struct names){
        .model = model, .table = empty, .seen = empty, .above = empty, .judge = judge
    };
}

static void judge_foreign(const struct model *model, const void *row, struct str name,
                          struct span span, bool signs)
{
    const struct provider *provider = row;
    struct diag *m = diag(model->diags, CHECK_host_foreign, span, "`%.*s` belongs to %.*s",
                          STR_ARG(name), STR_ARG(provider->owner));
    diag_help(model->diags, m, "%s",
              signs ? "sign with a domain of your own, whose DNS holds your key"
                    : "write a hostname of your own, to which the address resolves");
}

void verify_host_foreign(const struct model *model)
{
    struct names names = new_names(model, judge_foreign);
    for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++)
        add_row(&names, providers[i].domain, &providers[i]);
    judge_names(&names);
}

static void judge_placeholder(const struct model *model, const void *row, struct str name,
                              struct span span, bool signs)
{
    (void)row;
    struct diag *m = diag(model->diags, CHECK_host_placeholder, span,
                          "`%.*s` is a name out of an example", STR_ARG(name));
    diag_help(model->diags, m, "write the name of %s",
              signs ? "the domain that signs" : "this server");
}

/* The domains of the operators' addresses, which samples fill in as well.  */
static void judge_postmasters(const struct model *model, const struct map *table)
{
    for (const struct line *l = lines_first(&model->lines); l; l = l->next) {
        if (l->what->dir != model->target[TARGET_global_postmaster] || l->bad ||
            l->what->n_args != 1)
            continue;
        struct str text = l->what->args[0].text;
        if (!find_domain(table, str_sub(text, str_find(text, '@') + 1, text.n)))
            continue;
        struct diag *m = diag(model->diags, CHECK_host_placeholder, line_arg_span(l, 0),
                              "`%.*s` is an address out of an example", STR_ARG(text));
        diag_help(model->diags, m, "write an address that somebody reads");
    }
}

void verify_host_placeholder(const struct model *model)
{
    struct names names = new_names(model, judge_placeholder);
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++)
        add_row(&names, placeholders[i], &placeholders[i]);
    judge_names(&names);
    judge_postmasters(model, &names.table);
}

/* host-shared */

/* Where a hostname was first seen.  */
struct first_use {
    const struct origin *origin;
    const struct vmta *vmta;
    bool noted;
};

static bool same_address(const struct origin *x, const struct origin *y)
{
    return cidr_contains(&x->cidr, &y->cidr) || cidr_contains(&y->cidr, &x->cidr);
}

static void judge_shared(const struct model *model, struct map *seen, const struct vmta *vmta,
                         const struct origin *o)
{
    void **slot = map_add(seen, o->host.text);
    struct first_use *first = *slot;
    if (!first) {
        first = NEW(model->scratch, struct first_use);
        *first = (struct first_use){ o, vmta, false };
        *slot = first;
        return;
    }
    if (first->noted || first->vmta == vmta || same_address(first->origin, o))
        return;
    first->noted = true;
    struct diag *m = diag(model->diags, CHECK_host_shared, o->host.span,
                          "`%.*s` is the name of `%.*s` in `%.*s` and of `%.*s` in `%.*s`",
                          STR_ARG(o->host.text), STR_ARG(first->origin->address.text),
                          STR_ARG(first->vmta->object.name), STR_ARG(o->address.text),
                          STR_ARG(vmta->object.name));
    if (first->origin->host.span.lo != o->host.span.lo)
        diag_also(model->diags, m, first->origin->host.span, "first used here");
}

/* The names of all VMTAs' sources by their hashes.  */
struct hashes {
    const struct arena *arena;
    uint64_t *slots; /* 0 is free */
    size_t mask;
};

/* Enters 's'; true where it, or something with its hash, is there already.  */
static bool was_there(struct hashes *h, struct str s)
{
    uint64_t hash = map_wide_hash(h->arena, s, false) | 1;
    size_t i = hash >> 1 & h->mask;
    for (; h->slots[i]; i = (i + 1) & h->mask)
        if (h->slots[i] == hash)
            return true;
    h->slots[i] = hash;
    return false;
}

/* Some hostname may stand twice.  A set of hashes is small enough to be asked for each.  */
static bool some_twice(const struct model *model)
{
    size_t n = 0, size = 16;
    for (size_t i = 0; i < model->vmtas.n; i++)
        for (const struct origin *o = model->vmtas.v[i]->origins.first; o; o = o->next)
            n++;
    while (size < 2 * n)
        size *= 2;
    struct hashes h = { model->scratch, NEW_ARRAY(model->scratch, uint64_t, size), size - 1 };
    for (size_t i = 0; i < model->vmtas.n; i++)
        for (const struct origin *o = model->vmtas.v[i]->origins.first; o; o = o->next)
            if (!o->bad_address && !o->bad_host && was_there(&h, o->host.text))
                return true;
    return false;
}

/* Once for each hostname.  */
void verify_host_shared(const struct model *model)
{
    struct map seen = { .arena = model->scratch };
    if ((!model->noted.odd && !model->noted.names_unordered) || !some_twice(model))
        return;
    for (size_t i = 0; i < model->vmtas.n; i++)
        for (const struct origin *o = model->vmtas.v[i]->origins.first; o; o = o->next)
            if (!o->bad_address && !o->bad_host)
                judge_shared(model, &seen, model->vmtas.v[i], o);
}
