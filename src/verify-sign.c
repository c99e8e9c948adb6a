#include <config.h>

#include "verify-dkim.h"

/* Who has keys, and who is told to sign */

static const struct key *first_key(const struct keys *keys, bool by_sign)
{
    for (const struct key *k = keys->first; k; k = k->next)
        if (!k->bad && k->what->by_sign == by_sign)
            return k;
    return NULL;
}

/* A key that is bad was reported: it is not missing.  */
static bool has_key(const struct keys *keys)
{
    return keys->first != NULL;
}

/* The VMTA has a key of its own or by one of its pools.  */
bool dkim_has_key(const struct vmta *v)
{
    bool found = has_key(&v->keys);
    for (const struct ref *r = v->pools.first; r && !found; r = r->next)
        found = has_key(&coverage_pool_of(r)->keys);
    return found;
}

/* The first line that says `dkim-sign yes`.  */
static const struct line *asks_to_sign(const struct model *m, const struct domains *domains)
{
    const struct directive *dir = m->target[TARGET_domain_dkim_sign];
    for (const struct domain *d = domains->first; d; d = d->next) {
        const struct line *line = line_find(&d->lines, dir);
        if (line && !line->bad && line_bool(&d->lines, dir) == 1)
            return line;
    }
    return NULL;
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
    const struct line *line = asks_to_sign(m, &m->domains);
    for (size_t i = 0; i < m->vmtas.n && !line; i++)
        line = asks_to_sign(m, &m->vmtas.v[i]->domains);
    for (size_t i = 0; i < m->pools.n && !line; i++)
        line = asks_to_sign(m, &m->pools.v[i]->domains);
    return line;
}

static void no_key_at_all(const struct model *m)
{
    const struct line *line = first_request(m);
    bool may_come = keys_may_come(m);
    if (!line)
        return;
    struct diag *d = diag_at(m->diags, CHECK_dkim_no_key, may_come ? LEVEL_WARNING : LEVEL_ERROR,
                             line_span(line),
                             may_come ? "mail is to be signed, and no key is declared here"
                                      : "mail is to be signed, and there is no key");
    diag_help_topology(
        m->diags, d,
        "declare one: dkim DOMAIN { selector NAME KEYFILE }, and `sign DOMAIN` in the vmta");
    diag_help_powermta(m->diags, d, "write `%s SELECTOR, DOMAIN, FILE`",
                       m->target[TARGET_vmta_domain_key]->name);
}

/* 'v' is asked to sign by 'line' and cannot.  */
static void lacks_key(const struct model *m, const struct line *line, const struct vmta *v)
{
    if (!line || v->object.bad || dkim_has_key(v) || coverage_need_not(v->station))
        return;
    struct diag *d = diag_at(m->diags, CHECK_dkim_no_key, LEVEL_WARNING, v->object.span,
                             "mail of the vmta `%.*s` is to be signed, and it has no key",
                             STR_ARG(v->object.name));
    diag_also(m->diags, d, line_span(line), "asked for here");
    diag_cause(m->diags, d, line_span(line));
    diag_help_topology(m->diags, d, "write `sign DOMAIN` in it, or `domain * { dkim-sign no }`");
    diag_help_powermta(m->diags, d, "write a `domain-key` in it, or `dkim-sign no`");
}

/* All mail is to be signed for one identity, and there is no key for that.  */
static void lacks_identity(const struct model *m, const struct vmta *v)
{
    for (size_t i = 0; i < v->station->base->n_views && !v->object.bad; i++) {
        const struct view *view = &v->station->base->views[i];
        struct str domain = coverage_identity(view->identity);
        if (!domain.n || view->sign == SIGN_UNSET ||
            coverage_judge(m->coverage, v->station, view, domain).why != WHY_identity)
            continue;
        struct diag *d =
            diag_at(m->diags, CHECK_dkim_no_key, LEVEL_WARNING, line_span(view->identity),
                    "mail is to be signed for `%.*s`, and there is no key for it", STR_ARG(domain));
        diag_also(m->diags, d, v->object.span, "by the vmta `%.*s`", STR_ARG(v->object.name));
        diag_help_topology(m->diags, d,
                           "write `sign %.*s` in it, or leave the identity to the sender",
                           STR_ARG(domain));
        diag_help_powermta(m->diags, d,
                           "write a `domain-key` for it, or leave the identity to the sender");
    }
}

void verify_dkim_no_key(const struct model *m)
{
    bool signs = model_says(m, TARGET_domain_dkim_sign);
    bool identities = model_says(m, TARGET_domain_dkim_identity);
    if (!signs && !identities)
        return;
    if (!any_key(m)) {
        no_key_at_all(m);
        return;
    }
    if (!m->coverage->n_keys || keys_may_come(m))
        return;
    for (size_t i = 0; i < m->vmtas.n && identities; i++)
        lacks_identity(m, m->vmtas.v[i]);
    if (!signs || has_key(&m->keys))
        return;
    const struct line *everywhere = asks_to_sign(m, &m->domains);
    for (size_t i = 0; i < m->vmtas.n; i++) {
        const struct vmta *v = m->vmtas.v[i];
        const struct line *own = asks_to_sign(m, &v->domains);
        lacks_key(m, own ? own : everywhere, v);
    }
    for (size_t i = 0; i < m->pools.n && !everywhere; i++) {
        const struct line *line = asks_to_sign(m, &m->pools.v[i]->domains);
        for (const struct ref *r = line ? m->pools.v[i]->members.first : NULL; r; r = r->next)
            if (r->to)
                lacks_key(m, line, (const struct vmta *)(const void *)r->to);
    }
}

/* dkim-no-sign */

static void unsigned_keys(const struct model *m, const struct key *key, const char *help)
{
    struct diag *d = diag(m->diags, CHECK_dkim_no_sign, key_span(key),
                          "there is a key for `%.*s`, and signing is not switched on",
                          STR_ARG(key->what->domain.text));
    diag_help(m->diags, d, "%s", help);
}

/* What is never signed: the message could ask for it, and no source heeds that.  */
static bool waits_in_vain(const struct model *m, const struct vmta *v)
{
    return v->station->base->views[0].sign == SIGN_ASKED && !m->coverage->asked;
}

static const struct key *some_key(const struct keys *keys)
{
    const struct key *sign = first_key(keys, true);
    return sign ? sign : first_key(keys, false);
}

static void vmta_no_sign(const struct model *m, const struct vmta *v)
{
    const struct key *key = some_key(&v->keys);
    if (!key || v->object.bad || coverage_is_on(m->coverage, v->station))
        return;
    const struct view *any = v->station->base->views;
    unsigned_keys(m, key,
                  waits_in_vain(m, v) ? "no source has `process-x-dkim-options yes`, so that no "
                                        "message can ask for it: say that, or `dkim-sign yes`"
                  : any->own && any->sign == SIGN_NO
                      ? "its own `domain *` says `dkim-sign no`: leave out that or the key"
                      : "write `domain * { dkim-sign yes }` in the vmta, or `sign` instead");
}

static void pool_no_sign(const struct model *m, const struct pool *p)
{
    const struct key *key = some_key(&p->keys);
    if (!key || p->object.bad || !p->members.first)
        return;
    for (const struct ref *r = p->members.first; r; r = r->next) {
        const struct vmta *v = (const struct vmta *)(const void *)r->to;
        if (!v || coverage_is_on(m->coverage, v->station))
            return;
    }
    unsigned_keys(m, key, "write `domain * { dkim-sign yes }` in the pool, or `sign` instead");
}

void verify_dkim_no_sign(const struct model *m)
{
    const struct coverage *c = m->coverage;
    bool anywhere = false;
    if (m->foreign_names || !c->n_keys)
        return;
    for (size_t i = 0; i < m->vmtas.n; i++)
        vmta_no_sign(m, m->vmtas.v[i]);
    for (size_t i = 0; i < m->pools.n; i++)
        pool_no_sign(m, m->pools.v[i]);
    for (size_t i = 0; i < c->stations.n && !anywhere; i++)
        anywhere = coverage_is_on(c, c->stations.v[i]);
    const struct key *global = some_key(&m->keys);
    if (global && !anywhere)
        unsigned_keys(m, global, "write `domain * { dkim-sign yes }` at the top of the file");
}
