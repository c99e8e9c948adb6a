#include <config.h>

#include "facts-internal.h"

/* A domain out of a macro is as good as one that is written, unless that is there too: PowerMTA
   then takes the written one, and whether it looks at the other at all is not documented.  */
static void settle_expanded(struct facts *f)
{
    for (size_t i = 0; i < f->sections.n; i++) {
        struct facts_section *s = f->sections.entries[i].value;
        if (!s || !s->expanded)
            continue;
        struct str key = str_sub(s->key, 0, s->key.n - strlen("\n$"));
        if (map_get(&f->sections, key))
            continue;
        f->sections.entries[i].value = NULL;
        s->key = key;
        s->expanded = false;
        *map_add(&f->sections, key) = s;
    }
}

enum { DOMAIN_LENGTH = 255 }; /* of what can be a domain (RFC 1035) */

/* A wider domain of the section, or "".  */
static struct str parent_domain(struct str domain)
{
    size_t dot = str_find(domain, '.');
    return dot < domain.n             ? str_sub(domain, dot + 1, domain.n)
           : str_eq(domain, STR("*")) ? STR("")
                                      : STR("*");
}

/* The domain of a key; its value is "SELECTOR, DOMAIN, FILE".  */
static struct str key_domain(const struct fact *fact)
{
    size_t from = str_find(fact->is->value, ',') + 2;
    struct str rest = str_sub(fact->is->value, from, fact->is->value.n);
    return str_sub(rest, 0, str_find(rest, ','));
}

/* Of the keys of a section the first one that fits is taken, so one that stands behind a wider one
   never signs, and the order of the others means nothing: of two that fit the narrower is first. */
static void settle_keys(struct facts *f, struct facts_section *s)
{
    struct map taken = { .arena = f->arena };
    for (struct fact *fact = s->first; fact; fact = fact->next) {
        if (facts_normal(f, fact->is->dir) != NORMAL_KEYS)
            continue;
        struct str domain = key_domain(fact);
        if (domain.n > DOMAIN_LENGTH)
            continue;
        for (struct str d = domain; d.n && !fact->silent; d = parent_domain(d))
            fact->silent = map_find(&taken, d) != NULL;
        if (!fact->silent)
            *map_add(&taken, domain) = fact;
    }
}

struct facts_section *facts_source(const struct facts *f, const struct facts_section *s,
                                   const struct fact *fact)
{
    if ((s->scope != SCOPE_smtp_listener || fact->is->dir != f->target[TARGET_listener_source]) &&
        (s->scope != SCOPE_smtp_user || fact->is->dir != f->target[TARGET_user_source]))
        return NULL;
    struct cidr cidr;
    struct fault fault;
    if (source_is_own(fact->is->value) || value_cidr(fact->is->value, &cidr, &fault))
        return NULL;
    struct buf key = { .arena = f->arena };
    buf_printf(&key, "%s %.*s", dict_scope(SCOPE_source)->name, STR_ARG(fact->is->value));
    return facts_find(f, buf_str(&key));
}

/* Without any listener PowerMTA has one on port 25 of every address, unless the two old directives
   say where.  */
static void imply_listener(struct facts *f)
{
    static const enum target old[] = { TARGET_global_smtp_ip, TARGET_global_smtp_port };
    for (size_t i = 0; i < f->sections.n; i++) {
        const struct facts_section *s = f->sections.entries[i].value;
        if (s && s->scope == SCOPE_smtp_listener)
            return;
    }
    for (const struct fact *fact = f->global->first; fact; fact = fact->next)
        for (size_t i = 0; i < sizeof old / sizeof *old; i++)
            if (fact->is->dir == f->target[old[i]])
                return;
    facts_open(f, f->global, SCOPE_smtp_listener, STR(""), STR("0.0.0.0:25"), NOWHERE);
}

static bool is_silent(const struct facts_section *s)
{
    const struct fact *fact = s->first;
    while (fact && fact->silent)
        fact = fact->next;
    return !fact;
}

/* All sources that the listener asks for change nothing: which of several counts is not known.  */
static bool asks_for_nothing(const struct facts *f, const struct facts_section *listener)
{
    const struct facts_section *source;
    for (const struct fact *fact = listener->first; fact; fact = fact->next)
        if (fact->is->dir == f->target[TARGET_listener_source] &&
            (!(source = facts_source(f, listener, fact)) || !is_silent(source)))
            return false;
    return true;
}

/* A listener that asks for a source which changes nothing asks for none.  A user is another matter:
   without a source of his own that of all users is his.  */
static void settle_sources(struct facts *f)
{
    for (size_t i = 0; i < f->sections.n; i++) {
        const struct facts_section *s = f->sections.entries[i].value;
        if (!s || s->scope != SCOPE_smtp_listener || !asks_for_nothing(f, s))
            continue;
        for (struct fact *fact = s->first; fact; fact = fact->next)
            fact->silent |= facts_source(f, s, fact) != NULL;
    }
}

void facts_settle(struct facts *f, const struct model *m)
{
    settle_expanded(f);
    imply_listener(f);
    for (size_t i = 0; i < f->sections.n; i++) {
        struct facts_section *s = f->sections.entries[i].value, *source;
        if (!s || !s->first)
            continue;
        if (!facts_is_ordered(s))
            settle_keys(f, s);
        for (const struct fact *fact = s->first; fact; fact = fact->next)
            if ((source = facts_source(f, s, fact)))
                source->referred = true;
    }
    facts_silence(f, m);
    settle_sources(f);
}
