#include <config.h>

#include "verify-dkim.h"

/* One key as it is declared: in a dkim block, or by a domain-key line anywhere.  */
struct declared {
    struct str domain, selector, file;
    struct span span;
};

typedef void declared_fn(const struct model *, struct map *, const struct declared *);

static void each_line_key(const struct model *m, struct map *map, const struct keys *keys,
                          declared_fn *visit)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (!k->what->by_sign && !k->bad)
            visit(m, map,
                  &(struct declared){ k->what->domain.text, k->what->selector.text,
                                      k->what->file.text, key_span(k) });
}

static void each_list_key(const struct model *m, struct map *map, const struct section_body *s,
                          declared_fn *visit)
{
    for (const struct line *l = lines_first(&s->lines); l; l = l->next)
        if (l->what->dir == m->target[TARGET_global_domain_key] && !l->bad && l->what->n_args == 3)
            visit(m, map,
                  &(struct declared){ l->what->args[1].text, l->what->args[0].text,
                                      l->what->args[2].text, line_span(l) });
}

/* 's' in the block of its domain.  */
static struct declared by_block(const struct selector *s)
{
    return (struct declared){ s->dkim->object.name, s->name.text, s->file.text,
                              span_join(s->name.span, s->file.span) };
}

/* Calls 'visit' for every key that a domain-key line declares.  */
static void each_line(const struct model *m, struct map *map, declared_fn *visit)
{
    each_line_key(m, map, &m->keys, visit);
    for (size_t i = 0; i < m->vmtas.n; i++)
        each_line_key(m, map, &m->vmtas.v[i]->keys, visit);
    for (size_t i = 0; i < m->pools.n; i++)
        each_line_key(m, map, &m->pools.v[i]->keys, visit);
    for (size_t i = 0; i < m->sections.n; i++)
        if (m->sections.v[i]->scope == SCOPE_domain_key_list)
            each_list_key(m, map, m->sections.v[i], visit);
}

/* Calls 'visit' for every key of the output that was declared, 'sign' left out.  */
static void each_declared(const struct model *m, struct map *map, declared_fn *visit)
{
    for (size_t i = 0; i < m->dkim.n; i++)
        for (const struct selector *s = m->dkim.v[i]->selectors; s; s = s->next)
            if (!s->bad) {
                struct declared declared = by_block(s);
                visit(m, map, &declared);
            }
    each_line(m, map, visit);
}

static struct declared *keep(const struct model *m, const struct declared *d)
{
    struct declared *copy = NEW(m->scratch, struct declared);
    *copy = *d;
    return copy;
}

/* selector-conflict */

/* The key that the block of its domain declares under the name of 'd', or NULL.  */
static const struct declared *in_block(const struct model *m, const struct declared *d)
{
    const struct dkim *dkim = map_get(&m->names[KIND_dkim], d->domain);
    const struct selector *s = dkim ? dkim_selector(dkim, d->selector) : NULL;
    if (!s || s->bad)
        return NULL;
    struct declared declared = by_block(s);
    return keep(m, &declared);
}

/* The public key of a selector stands in the DNS of its domain, so there is one; "*" is no domain.
   A block has each selector once, so 'd' is always that of a line.  */
static void compare_files(const struct model *m, struct map *map, const struct declared *d)
{
    struct buf name = { .arena = m->scratch };
    if (coverage_is_any(d->domain))
        return;
    buf_put(&name, d->selector);
    buf_char(&name, ' '); /* which no selector has */
    buf_put(&name, d->domain);
    void **slot = map_add(map, buf_str(&name));
    if (!*slot)
        *slot = (void *)(uintptr_t)in_block(m, d);
    const struct declared *before = *slot;
    if (!before)
        *slot = keep(m, d);
    if (!before || str_eq(before->file, d->file))
        return;
    bool later = d->span.lo >= before->span.lo;
    const struct declared *first = later ? before : d, *second = later ? d : before;
    struct diag *x = diag(m->diags, CHECK_selector_conflict, second->span,
                          "the selector `%.*s` of `%.*s` has two key files", STR_ARG(d->selector),
                          STR_ARG(d->domain));
    diag_also(m->diags, x, first->span, "`%.*s` here", STR_ARG(first->file));
    diag_help(m->diags, x,
              "DNS holds one public key for it: give each key file a selector of its own");
}

void verify_selector_conflict(const struct model *m)
{
    struct map map = { .arena = m->scratch };
    each_line(m, &map, compare_files);
}

/* dkim-key-shared */

struct shared_key {
    struct declared first, second;
    size_t n; /* unrelated domains */
};

static bool is_below(struct str name, struct str parent)
{
    return name.n > parent.n && name.p[name.n - parent.n - 1] == '.' &&
           str_ieq(str_sub(name, name.n - parent.n, parent.n), parent);
}

static bool related(struct str a, struct str b)
{
    return str_ieq(a, b) || is_below(a, b) || is_below(b, a);
}

/* Counts the domains of each key file.  A file that PowerMTA itself looks up by the domain is not
   one file.  */
static void count_domains(const struct model *m, struct map *map, const struct declared *d)
{
    if (coverage_is_any(d->domain) || str_find(d->file, '$') < d->file.n)
        return;
    void **slot = map_add(map, d->file);
    struct shared_key *shared = *slot;
    if (!shared) {
        *slot = shared = NEW(m->scratch, struct shared_key);
        shared->first = *d;
    } else if (!related(shared->first.domain, d->domain) &&
               !(shared->n && str_ieq(shared->second.domain, d->domain)) && !shared->n++) {
        shared->second = *d;
    }
}

void verify_dkim_key_shared(const struct model *m)
{
    struct map map = { .arena = m->scratch, .exact = true };
    each_declared(m, &map, count_domains);
    for (size_t i = 0; i < map.n; i++) {
        const struct shared_key *s = map.entries[i].value;
        if (!s->n)
            continue;
        struct diag *d = diag(m->diags, CHECK_dkim_key_shared, s->second.span,
                              "`%.*s` is the key of `%.*s` and of `%.*s`%s", STR_ARG(s->first.file),
                              STR_ARG(s->first.domain), STR_ARG(s->second.domain),
                              s->n > 1 ? ", and of others" : "");
        diag_also(m->diags, d, s->first.span, "first named here");
        diag_help(m->diags, d, "whoever gets hold of it signs for all of them");
    }
}

/* dkim-shadowed */

/* The key of 'before' for a domain that holds 'domain', but is not the same; NULL: none.  */
static const struct sign_key *wider_key(const struct map *before, struct str domain)
{
    const struct sign_key *found = NULL;
    for (domain = coverage_wider(domain); domain.n && !found; domain = coverage_wider(domain))
        found = map_get(before, domain);
    return found;
}

static void report_shadowed(const struct model *m, const struct sign_key *key,
                            const struct sign_key *over)
{
    struct diag *d =
        diag(m->diags, CHECK_dkim_shadowed, key_span(key->key),
             "this key never signs: the one for `%.*s` before it is taken", STR_ARG(over->domain));
    diag_also(m->diags, d, key_span(over->key), "this one covers `%.*s` too", STR_ARG(key->domain));
    diag_help(m->diags, d, "PowerMTA takes the first that fits: put the more specific one first");
}

/* Keys in their order.  A line whose macro stands for several domains is shadowed where all of them
   are.  */
static void find_shadowed(const struct model *m, const key_vec *keys)
{
    struct map before = { .arena = m->scratch };
    for (size_t i = 0, next; i < keys->n; i = next) {
        const struct sign_key *first = &keys->v[i], *over = wider_key(&before, first->domain);
        for (next = i; next < keys->n && keys->v[next].key->lo == first->key->lo; next++)
            if (over && !wider_key(&before, keys->v[next].domain))
                over = NULL;
        for (size_t k = i; k < next; k++) {
            void **slot = map_add(&before, keys->v[k].domain);
            if (!*slot)
                *slot = &keys->v[k];
        }
        if (over)
            report_shadowed(m, first, over);
    }
}

/* Keys of one domain with several selectors: the first of them signs.  A second signature may take
   another one: that is not documented.  */
static void find_twins(const struct model *m, const key_vec *keys)
{
    struct map before = { .arena = m->scratch };
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *key = keys->v[i].key;
        void **slot = map_add(&before, keys->v[i].domain);
        const struct key *over = *slot;
        if (!over)
            *slot = (void *)key;
        if (!over || str_ieq(over->what->selector.text, key->what->selector.text) ||
            str_find(key->what->domain.text, '$') < key->what->domain.text.n)
            continue;
        struct diag *d = diag_at(m->diags, CHECK_dkim_shadowed, LEVEL_WARNING, key_span(key),
                                 "this key never signs: another one for `%.*s` is taken",
                                 STR_ARG(key->what->domain.text));
        diag_also(m->diags, d, key_span(over), "the selector `%.*s` signs",
                  STR_ARG(over->what->selector.text));
        diag_help(m->diags, d, "PowerMTA takes the first that fits: leave out one of them");
    }
}

/* What 'sign' writes is sorted.  */
static bool any_line(const struct keys *keys)
{
    bool found = false;
    for (const struct key *k = keys->first; k && !found; k = k->next)
        found = !k->what->by_sign;
    return found;
}

/* 'ring' is of these keys, so that it knows whether a domain has several.  */
static void shadowed_in(const struct model *m, const struct keys *keys, const struct ring *ring)
{
    key_vec list = { 0 };
    if (keys->first == keys->last)
        return;
    bool lines = any_line(keys);
    bool twins = ring->n > ring->first->n && !model_says(m, TARGET_domain_second_dkim_sign);
    if (!lines && !twins)
        return;
    coverage_keys(m->coverage, keys, &list);
    if (lines)
        find_shadowed(m, &list);
    if (twins)
        find_twins(m, &list);
}

static void shadowed_in_list(const struct model *m, const struct section_body *s)
{
    key_vec list = { 0 };
    for (const struct line *l = lines_first(&s->lines); l; l = l->next) {
        if (l->what->dir != m->target[TARGET_global_domain_key] || l->bad || l->what->n_args != 3)
            continue;
        struct key *key = NEW(m->scratch, struct key);
        struct key_words *what = NEW(m->scratch, struct key_words);
        *what = (struct key_words){ .domain = l->what->args[1], .size = l->what->size };
        *key = (struct key){ .what = what, .lo = l->lo };
        VEC_PUSH(m->scratch, &list, (struct sign_key){ key->what->domain.text, key });
    }
    find_shadowed(m, &list);
}

/* The keys of a pool or of the server, by the domains above theirs; made when they are asked for.
 */
struct outer {
    const struct ring *ring;
    const struct pool *pool; /* NULL: of the server */
    struct map below;        /* domain to key_list of what stands below it */
    bool made;
};

/* Keys of one scope against those of the scopes around it.  */
struct scopes {
    const struct model *m;
    struct outer *pools, server;
};

typedef VEC(const struct sign_key *) hidden_list;

static void index_outer(const struct model *m, struct outer *outer)
{
    outer->made = true;
    outer->below = (struct map){ .arena = m->scratch };
    for (size_t i = 0; i < outer->ring->n; i++) {
        const struct sign_key *key = &outer->ring->v[i];
        struct str up = coverage_wider(key->domain);
        for (; up.n; up = coverage_wider(up)) {
            void **slot = map_add(&outer->below, up);
            hidden_list *list = *slot ? *slot : NEW(m->scratch, hidden_list);
            *slot = list;
            VEC_PUSH(m->scratch, list, key);
        }
    }
}

/* Receivers see no difference between the two.  */
static bool is_same_key(const struct key *a, const struct key *b)
{
    return str_ieq(a->what->selector.text, b->what->selector.text) &&
           str_eq(a->what->file.text, b->what->file.text);
}

/* A key of 'outer' that 'key', of the scope 'own', is taken before although it is wider.  */
static const struct sign_key *hidden_by(const struct outer *outer, const struct ring *own,
                                        const struct sign_key *key)
{
    const hidden_list *list = map_get(&outer->below, key->domain);
    for (size_t i = 0; list && i < list->n; i++) {
        const struct sign_key *found = coverage_find(own, list->v[i]->domain);
        if (found && found->key == key->key && !is_same_key(found->key, list->v[i]->key))
            return list->v[i];
    }
    return NULL;
}

static void report_hidden(struct scopes *s, const struct outer *outer, const struct sign_key *key,
                          const struct sign_key *hidden)
{
    struct str pool = outer->pool ? outer->pool->object.name : STR("");
    struct diag *d =
        diag_at(s->m->diags, CHECK_dkim_shadowed, LEVEL_WARNING, key_span(key->key),
                "this key for `%.*s` is taken before the one for `%.*s` of the %s%.*s%s",
                STR_ARG(key->domain), STR_ARG(hidden->domain),
                outer->pool ? "pool `" : "whole server", STR_ARG(pool), outer->pool ? "`" : "");
    diag_also(s->m->diags, d, key_span(hidden->key), "the more specific one");
    diag_help(s->m->diags, d, "write here too which key signs for `%.*s`", STR_ARG(hidden->domain));
}

static void hidden_in(struct scopes *s, const struct ring *own, struct outer *outer)
{
    if (!own->n || !outer->ring->n || outer->ring == own)
        return;
    if (!outer->made)
        index_outer(s->m, outer);
    for (size_t i = 0; i < own->n; i++) {
        const struct sign_key *key = &own->v[i], *hidden = hidden_by(outer, own, key);
        if (hidden)
            report_hidden(s, outer, key, hidden);
    }
}

/* Those of a VMTA are taken before those of its pools and of the server (section 12 of the notes);
   that those of the server come last is not said.  */
static void find_hidden(const struct model *m)
{
    const struct coverage *c = m->coverage;
    struct scopes s = { .m = m,
                        .pools = NEW_ARRAY(m->scratch, struct outer, c->commons.n),
                        .server = { .ring = c->global } };
    for (size_t i = 0; i < c->commons.n; i++) {
        s.pools[i] = (struct outer){ .ring = c->commons.v[i]->ring, .pool = c->commons.v[i]->pool };
        hidden_in(&s, c->commons.v[i]->ring, &s.server);
    }
    for (size_t i = 0; i < c->stations.n; i++) {
        const struct station *station = c->stations.v[i];
        for (size_t k = 0; k < station->base->n_pools; k++)
            hidden_in(&s, station->own, &s.pools[station->base->pools[k]->index]);
        hidden_in(&s, station->own, &s.server);
    }
}

void verify_dkim_shadowed(const struct model *m)
{
    if (m->coverage->n_keys) {
        shadowed_in(m, &m->keys, m->coverage->global);
        find_hidden(m);
    }
    for (size_t i = 0; i < m->vmtas.n; i++)
        if (m->vmtas.v[i]->station)
            shadowed_in(m, &m->vmtas.v[i]->keys, m->vmtas.v[i]->station->own);
    for (size_t i = 0; i < m->pools.n; i++)
        if (m->pools.v[i]->common)
            shadowed_in(m, &m->pools.v[i]->keys, m->pools.v[i]->common->ring);
    for (size_t i = 0; i < m->sections.n; i++)
        if (m->sections.v[i]->scope == SCOPE_domain_key_list)
            shadowed_in_list(m, m->sections.v[i]);
}

/* dkim-retired-only */

static void report_retired(const struct model *m, const struct dkim *dkim, const struct key *k)
{
    struct diag *d = diag(m->diags, CHECK_dkim_retired_only, dkim->object.span,
                          dkim->selectors ? "every selector of `%.*s` is retired or only published"
                                          : "`%.*s` has no selector",
                          STR_ARG(dkim->object.name));
    diag_also(m->diags, d, key_span(k), "it is to sign here");
    diag_help(m->diags, d, "name a selector that signs: `selector NAME KEYFILE`");
}

/* 'seen' holds the domains that have been looked at.  */
static void check_signs(const struct model *m, struct map *seen, const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next) {
        void **slot = k->what->by_sign ? map_add(seen, k->what->domain.text) : NULL;
        if (!slot || *slot)
            continue;
        const struct dkim *dkim = map_get(&m->names[KIND_dkim], k->what->domain.text);
        *slot = seen;
        if (dkim && !dkim->object.bad && !dkim->signing)
            report_retired(m, dkim, k);
    }
}

/* Some domain has no selector that signs.  */
static bool any_retired(const struct model *m)
{
    bool found = false;
    for (size_t i = 0; i < m->dkim.n && !found; i++)
        found = !m->dkim.v[i]->signing;
    return found;
}

void verify_dkim_retired_only(const struct model *m)
{
    struct map seen = { .arena = m->scratch };
    if (!any_retired(m))
        return;
    for (size_t i = 0; i < m->vmtas.n; i++)
        check_signs(m, &seen, &m->vmtas.v[i]->keys);
    for (size_t i = 0; i < m->pools.n; i++)
        check_signs(m, &seen, &m->pools.v[i]->keys);
}
