#include <config.h>

#include "verify.h"

/* One key as it is declared: in a dkim block, or by a domain-key line anywhere.  */
struct declared {
    struct str domain, selector, file;
    struct span span;
};

typedef void declared_fn(const struct model *, struct map *, const struct declared *);

static bool is_any(struct str domain)
{
    return str_eq(domain, STR("*"));
}

static void each_line_key(const struct model *m, struct map *map, const struct keys *keys,
                          declared_fn *visit)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (!k->by_sign && !k->bad)
            visit(m, map,
                  &(struct declared){ k->domain.text, k->selector.text, k->file.text, k->span });
}

static void each_list_key(const struct model *m, struct map *map, const struct section_body *s,
                          declared_fn *visit)
{
    for (const struct line *l = s->lines.first; l; l = l->next)
        if (l->dir == m->target[TARGET_global_domain_key] && !l->bad && l->n_args == 3)
            visit(m, map,
                  &(struct declared){ l->args[1].text, l->args[0].text, l->args[2].text, l->span });
}

/* Calls 'visit' for every key of the output that was declared, 'sign' left out.  */
static void each_declared(const struct model *m, struct map *map, declared_fn *visit)
{
    for (size_t i = 0; i < m->dkim.n; i++)
        for (const struct selector *s = m->dkim.v[i]->selectors; s; s = s->next)
            if (!s->bad)
                visit(m, map,
                      &(struct declared){ m->dkim.v[i]->object.name, s->name.text, s->file.text,
                                          span_join(s->name.span, s->file.span) });
    each_line_key(m, map, &m->keys, visit);
    for (size_t i = 0; i < m->vmtas.n; i++)
        each_line_key(m, map, &m->vmtas.v[i]->keys, visit);
    for (size_t i = 0; i < m->pools.n; i++)
        each_line_key(m, map, &m->pools.v[i]->keys, visit);
    for (size_t i = 0; i < m->sections.n; i++)
        if (m->sections.v[i]->scope == SCOPE_domain_key_list)
            each_list_key(m, map, m->sections.v[i], visit);
}

static struct declared *keep(const struct model *m, const struct declared *d)
{
    struct declared *copy = NEW(m->arena, struct declared);
    *copy = *d;
    return copy;
}

/* selector-conflict */

/* The public key of a selector stands in the DNS of its domain, so there is one; "*" is no domain.
 */
static void compare_files(const struct model *m, struct map *map, const struct declared *d)
{
    if (is_any(d->domain))
        return;
    struct str name =
        arena_printf(m->arena, "%.*s._domainkey.%.*s", STR_ARG(d->selector), STR_ARG(d->domain));
    void **slot = map_add(map, name);
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
    struct map map = { .arena = m->arena };
    each_declared(m, &map, compare_files);
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
    if (is_any(d->domain) || str_find(d->file, '$') < d->file.n)
        return;
    void **slot = map_add(map, d->file);
    struct shared_key *shared = *slot;
    if (!shared) {
        *slot = shared = NEW(m->arena, struct shared_key);
        shared->first = *d;
    } else if (!related(shared->first.domain, d->domain) &&
               !(shared->n && str_ieq(shared->second.domain, d->domain)) && !shared->n++) {
        shared->second = *d;
    }
}

void verify_dkim_key_shared(const struct model *m)
{
    struct map map = { .arena = m->arena, .exact = true };
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

/* The key of 'map' for "*", or for a parent of 'domain'.  */
static const struct key *wider(const struct map *map, struct str domain)
{
    const struct key *found = is_any(domain) ? NULL : map_get(map, STR("*"));
    for (size_t at = str_find(domain, '.'); at < domain.n && !found; at = str_find(domain, '.')) {
        domain = str_sub(domain, at + 1, domain.n);
        found = map_get(map, domain);
    }
    return found;
}

static void find_shadowed(const struct model *m, const struct keys *keys)
{
    struct map before = { .arena = m->arena };
    if (keys->first == keys->last)
        return;
    for (const struct key *k = keys->first; k; k = k->next) {
        if (k->by_sign || k->bad)
            continue;
        const struct key *over = wider(&before, k->domain.text);
        void **slot = map_add(&before, k->domain.text);
        if (!*slot)
            *slot = (void *)k;
        if (!over)
            continue;
        struct diag *d = diag(m->diags, CHECK_dkim_shadowed, k->span,
                              "this key never signs: the one for `%.*s` before it is taken",
                              STR_ARG(over->domain.text));
        diag_also(m->diags, d, over->span, "this one covers `%.*s` too", STR_ARG(k->domain.text));
        diag_help(m->diags, d,
                  "PowerMTA takes the first that fits: put the more specific one first");
    }
}

/* The lines of a list as keys, in their order.  */
static struct keys list_keys(const struct model *m, const struct section_body *s)
{
    struct keys keys = { NULL, NULL };
    for (const struct line *l = s->lines.first; l; l = l->next) {
        if (l->dir != m->target[TARGET_global_domain_key] || l->bad || l->n_args != 3)
            continue;
        struct key *k = NEW(m->arena, struct key);
        *k = (struct key){ .domain = l->args[1], .span = l->span };
        *(keys.last ? &keys.last->next : &keys.first) = k;
        keys.last = k;
    }
    return keys;
}

void verify_dkim_shadowed(const struct model *m)
{
    find_shadowed(m, &m->keys);
    for (size_t i = 0; i < m->vmtas.n; i++)
        find_shadowed(m, &m->vmtas.v[i]->keys);
    for (size_t i = 0; i < m->pools.n; i++)
        find_shadowed(m, &m->pools.v[i]->keys);
    for (size_t i = 0; i < m->sections.n; i++)
        if (m->sections.v[i]->scope == SCOPE_domain_key_list) {
            struct keys keys = list_keys(m, m->sections.v[i]);
            find_shadowed(m, &keys);
        }
}

/* dkim-retired-only */

static bool signs_by_itself(const struct dkim *dkim)
{
    for (const struct selector *s = dkim->selectors; s; s = s->next)
        if (s->state == SELECTOR_SIGNING)
            return true;
    return false;
}

static void check_signs(const struct model *m, const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next) {
        const struct dkim *dkim = k->by_sign ? map_get(&m->names[KIND_dkim], k->domain.text) : NULL;
        if (!dkim || dkim->object.bad || signs_by_itself(dkim))
            continue;
        struct diag *d =
            diag(m->diags, CHECK_dkim_retired_only, dkim->object.span,
                 dkim->selectors ? "every selector of `%.*s` is retired or only published"
                                 : "`%.*s` has no selector",
                 STR_ARG(dkim->object.name));
        diag_also(m->diags, d, k->span, "it is to sign here");
        diag_help(m->diags, d, "name a selector that signs: `selector NAME KEYFILE`");
    }
}

void verify_dkim_retired_only(const struct model *m)
{
    for (size_t i = 0; i < m->vmtas.n; i++)
        check_signs(m, &m->vmtas.v[i]->keys);
    for (size_t i = 0; i < m->pools.n; i++)
        check_signs(m, &m->pools.v[i]->keys);
}

/* Who has keys, and who is told to sign */

static const struct pool *pool_of(const struct ref *r)
{
    return (const struct pool *)(const void *)r->to;
}

static const struct domain *any_domain(const struct domains *domains)
{
    for (const struct domain *d = domains->first; d; d = d->next)
        if (is_any(d->pattern))
            return d;
    return NULL;
}

static const struct key *first_key(const struct keys *keys, bool by_sign)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (!k->bad && k->by_sign == by_sign)
            return k;
    return NULL;
}

/* A key that is bad was reported: it is not missing.  */
static bool has_key(const struct keys *keys)
{
    return keys->first != NULL;
}

/* The VMTA has a key of its own or by one of its pools.  */
static bool vmta_has_key(const struct vmta *v)
{
    bool found = has_key(&v->keys);
    for (const struct ref *r = v->pools.first; r && !found; r = r->next)
        found = has_key(&pool_of(r)->keys);
    return found;
}

/* The first line that says `dkim-sign yes`.  With 'maybe', also one that leaves it to the message.
 */
static const struct line *asks_to_sign(const struct model *m, const struct domains *domains,
                                       bool maybe)
{
    const struct directive *dir = m->target[TARGET_domain_dkim_sign];
    for (const struct domain *d = domains->first; d; d = d->next) {
        const struct line *line = line_find(&d->lines, dir);
        int yes = line_bool(&d->lines, dir);
        if (line && !line->bad && (yes == 1 || (maybe && yes < 0)))
            return line;
    }
    return NULL;
}

static bool says_no(const struct model *m, const struct domains *domains)
{
    const struct domain *any = any_domain(domains);
    return any && line_bool(&any->lines, m->target[TARGET_domain_dkim_sign]) == 0;
}

static bool has_value(const struct domain *d, const struct directive *dir)
{
    const struct line *line = line_find(&d->lines, dir);
    return line && !line->bad && line->n_args && line->args[0].text.n;
}

/* Another server signs what this VMTA takes, or nothing leaves, or that is wanted so.  */
static bool need_not_sign(const struct model *m, const struct vmta *v)
{
    const struct domain *any = any_domain(&v->domains);
    if (!any)
        return false;
    const struct line *type = line_find(&any->lines, m->target[TARGET_domain_type]);
    return has_value(any, m->target[TARGET_domain_route]) ||
           has_value(any, m->target[TARGET_domain_smtp_hosts]) ||
           has_value(any, m->target[TARGET_domain_queue_to]) ||
           (type && !type->bad && type->n_args && !str_ieq(type->args[0].text, STR("smtp"))) ||
           says_no(m, &v->domains);
}

/* dkim-no-key */

static bool any_key(const struct model *m)
{
    bool found = has_key(&m->keys);
    for (size_t i = 0; i < m->vmtas.n && !found; i++)
        found = has_key(&m->vmtas.v[i]->keys);
    for (size_t i = 0; i < m->pools.n && !found; i++)
        found = has_key(&m->pools.v[i]->keys);
    for (size_t i = 0; i < m->sections.n && !found; i++)
        found = m->sections.v[i]->scope == SCOPE_domain_key_list;
    return found;
}

/* A header of the message may bring the key, or a file that we do not see may hold it.  */
static bool keys_may_come(const struct model *m)
{
    const struct directive *dir = m->target[TARGET_source_x_dkim_key];
    bool found = m->foreign_names || m->fragment;
    for (size_t i = 0; i < m->listeners.n && !found; i++)
        found = line_bool(&m->listeners.v[i]->source_lines, dir) == 1;
    for (size_t i = 0; i < m->clients.n && !found; i++)
        found = line_bool(&m->clients.v[i]->lines, dir) == 1;
    for (size_t i = 0; i < m->sources.n && !found; i++)
        found = line_bool(&m->sources.v[i]->lines, dir) == 1;
    for (size_t i = 0; i < m->users.n && !found; i++)
        found = line_bool(&m->users.v[i]->source_lines, dir) == 1;
    return found;
}

/* The first line anywhere that asks to sign.  */
static const struct line *first_request(const struct model *m)
{
    const struct line *line = asks_to_sign(m, &m->domains, false);
    for (size_t i = 0; i < m->vmtas.n && !line; i++)
        line = asks_to_sign(m, &m->vmtas.v[i]->domains, false);
    for (size_t i = 0; i < m->pools.n && !line; i++)
        line = asks_to_sign(m, &m->pools.v[i]->domains, false);
    return line;
}

static void no_key_at_all(const struct model *m)
{
    const struct line *line = first_request(m);
    bool may_come = keys_may_come(m);
    if (!line)
        return;
    struct diag *d =
        diag_at(m->diags, CHECK_dkim_no_key, may_come ? LEVEL_WARNING : LEVEL_ERROR, line->span,
                may_come ? "mail is to be signed, and no key is declared here"
                         : "mail is to be signed, and there is no key");
    diag_help(m->diags, d,
              "declare one: dkim DOMAIN { selector NAME KEYFILE }, and `sign DOMAIN` in the vmta");
}

/* 'v' is asked to sign by 'line' and cannot.  */
static void lacks_key(const struct model *m, const struct line *line, const struct vmta *v)
{
    if (!line || v->object.bad || vmta_has_key(v) || need_not_sign(m, v))
        return;
    struct diag *d = diag_at(m->diags, CHECK_dkim_no_key, LEVEL_WARNING, v->object.span,
                             "mail of the vmta `%.*s` is to be signed, and it has no key",
                             STR_ARG(v->object.name));
    diag_also(m->diags, d, line->span, "asked for here");
    diag_help(m->diags, d, "write `sign DOMAIN` in it, or `domain * { dkim-sign no }`");
}

void verify_dkim_no_key(const struct model *m)
{
    if (!any_key(m)) {
        no_key_at_all(m);
        return;
    }
    if (has_key(&m->keys) || keys_may_come(m))
        return;
    const struct line *everywhere = asks_to_sign(m, &m->domains, false);
    for (size_t i = 0; i < m->vmtas.n; i++) {
        const struct vmta *v = m->vmtas.v[i];
        const struct line *own = asks_to_sign(m, &v->domains, false);
        lacks_key(m, own ? own : everywhere, v);
    }
    for (size_t i = 0; i < m->pools.n && !everywhere; i++) {
        const struct line *line = asks_to_sign(m, &m->pools.v[i]->domains, false);
        for (const struct ref *r = line ? m->pools.v[i]->members.first : NULL; r; r = r->next)
            if (r->to)
                lacks_key(m, line, (const struct vmta *)(const void *)r->to);
    }
}

/* dkim-no-sign */

static void unsigned_keys(const struct model *m, const struct key *key, const char *help)
{
    struct diag *d = diag(m->diags, CHECK_dkim_no_sign, key->span,
                          "there is a key for `%.*s`, and signing is not switched on",
                          STR_ARG(key->domain.text));
    diag_help(m->diags, d, "%s", help);
}

/* A `sign`, or a `dkim-sign yes` of its own or of a pool, makes 'v' sign.  */
static bool is_signing(const struct model *m, const struct vmta *v)
{
    if (asks_to_sign(m, &v->domains, true))
        return true;
    if (says_no(m, &v->domains))
        return false;
    bool yes = first_key(&v->keys, true) != NULL;
    for (const struct ref *r = v->pools.first; r && !yes; r = r->next)
        yes = first_key(&pool_of(r)->keys, true) || asks_to_sign(m, &pool_of(r)->domains, true);
    return yes;
}

static const struct key *some_key(const struct keys *keys)
{
    const struct key *sign = first_key(keys, true);
    return sign ? sign : first_key(keys, false);
}

/* What is said for every destination counts for a VMTA unless it says no itself.  */
static void vmta_no_sign(const struct model *m, const struct vmta *v, bool everywhere)
{
    const struct key *key = some_key(&v->keys);
    bool no = says_no(m, &v->domains);
    if (!key || v->object.bad || (everywhere && !no) || is_signing(m, v))
        return;
    unsigned_keys(m, key,
                  no ? "its own `domain *` says `dkim-sign no`: leave out that or the key"
                     : "write `domain * { dkim-sign yes }` in the vmta, or `sign` instead");
}

static void pool_no_sign(const struct model *m, const struct pool *p, bool everywhere)
{
    const struct key *key = some_key(&p->keys);
    bool yes = everywhere || asks_to_sign(m, &p->domains, true) != NULL;
    if (!key || p->object.bad || !p->members.first)
        return;
    for (const struct ref *r = p->members.first; r; r = r->next) {
        const struct vmta *v = (const struct vmta *)(const void *)r->to;
        if (!v || is_signing(m, v) || (yes && !says_no(m, &v->domains)))
            return;
    }
    unsigned_keys(m, key, "write `domain * { dkim-sign yes }` in the pool, or `sign` instead");
}

void verify_dkim_no_sign(const struct model *m)
{
    bool everywhere = asks_to_sign(m, &m->domains, true) != NULL, anywhere = everywhere;
    if (m->foreign_names)
        return;
    for (size_t i = 0; i < m->vmtas.n; i++) {
        vmta_no_sign(m, m->vmtas.v[i], everywhere);
        anywhere = anywhere || is_signing(m, m->vmtas.v[i]);
    }
    for (size_t i = 0; i < m->pools.n; i++)
        pool_no_sign(m, m->pools.v[i], everywhere);
    const struct key *global = some_key(&m->keys);
    if (global && !anywhere)
        unsigned_keys(m, global, "write `domain * { dkim-sign yes }` at the top of the file");
}

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
        struct map *set = NEW(s->m->arena, struct map);
        set->arena = s->m->arena;
        *slot = set;
        add_keys(set, keys);
    }
    return *slot;
}

static bool covers(const struct map *set, struct str domain)
{
    return map_get(set, domain) || wider(set, domain);
}

/* 'v' lacks what 'other' has; the words before and after its name say who that is.  */
static struct diag *report_gap(const struct model *m, const struct vmta *v, const struct key *key,
                               const struct vmta *other, const char *before, const char *after)
{
    struct str domain = key->domain.text;
    struct str what =
        is_any(domain) ? STR("every domain") : arena_printf(m->arena, "`%.*s`", STR_ARG(domain));
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
    struct map all = { .arena = m->arena };
    for (const struct ref *r = p->members.first; r; r = r->next) {
        const struct vmta *v = member_of(r);
        if (!v || need_not_sign(m, v))
            continue;
        for (const struct key *k = v->keys.first; k; k = k->next) {
            void **slot = map_add(&all, k->domain.text);
            if (*slot)
                continue;
            struct wanted *w = NEW(m->arena, struct wanted);
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
        bool stays = !covers(&s->global, domain) && !covers(of_pool, domain) && !wider(all, domain);
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
        if (member_of(r) && !need_not_sign(s->m, member_of(r)))
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
        yes = covers(set_of(s, r->to, &pool_of(r)->keys), domain);
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
    if (!h->to || h->from == h->to || need_not_sign(s->m, h->from) || need_not_sign(s->m, h->to))
        return;
    bool good = check_keys(s, h, &h->from->keys);
    for (const struct ref *r = h->from->pools.first; r && good; r = r->next)
        good = check_keys(s, h, &pool_of(r)->keys);
}

/* A VMTA that signs nothing, and the one that is to warm up in its place does.  */
static void check_cold(struct signing *s, const struct handover *h)
{
    bool nothing = h->to && !s->global.n && !vmta_has_key(h->from) && h->to->keys.first;
    if (!nothing) {
        check_handover(s, h);
        return;
    }
    if (h->from == h->to || need_not_sign(s->m, h->from) || need_not_sign(s->m, h->to))
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
    while (r && (!member_of(r) || need_not_sign(m, member_of(r))))
        r = r->next;
    return r ? member_of(r) : NULL;
}

static bool is_reroute(const struct model *m, const struct line *l)
{
    return !l->bad && l->n_args &&
           (l->dir == m->target[TARGET_domain_reroute] ||
            l->dir == m->target[TARGET_domain_backoff_reroute]);
}

static void check_reroutes(struct signing *s, const struct vmta *v, const struct domains *domains)
{
    for (const struct domain *d = domains->first; d; d = d->next)
        for (const struct line *l = d->lines.first; l; l = l->next)
            if (is_reroute(s->m, l))
                check_handover(s,
                               &(struct handover){ v, target_of(s->m, l->args[0].text), l->span });
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

static void check_partners(struct signing *s, const struct vmta *v)
{
    check_colds(s, v, &v->colds);
    check_reroutes(s, v, &v->domains);
    for (const struct ref *r = v->pools.first; r; r = r->next) {
        check_colds(s, v, &pool_of(r)->colds);
        check_reroutes(s, v, &pool_of(r)->domains);
    }
    if (!reroutes_itself(s->m, v))
        check_reroutes(s, v, &s->m->domains);
}

void verify_dkim_pool_gap(const struct model *m)
{
    struct signing s = { .m = m, .global = { .arena = m->arena }, .sets = { .arena = m->arena } };
    if (m->foreign_names)
        return;
    add_keys(&s.global, &m->keys);
    for (size_t i = 0; i < m->pools.n; i++)
        check_pool(&s, m->pools.v[i]);
    for (size_t i = 0; i < m->vmtas.n; i++)
        check_partners(&s, m->vmtas.v[i]);
}
