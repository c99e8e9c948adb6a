#include <config.h>

#include "verify.h"

#include "effective.h"

/* Prefixes wider than these belong to nobody: whoever may relay from one is anybody.  */
enum { ANYBODY_V4 = 8, ANYBODY_V6 = 32 };

static bool is_anybody(const struct cidr *c)
{
    enum addr_kind kind = cidr_kind(c);
    bool local = kind == ADDR_LOOPBACK || kind == ADDR_PRIVATE || kind == ADDR_LINK_LOCAL;
    return !local && c->bits < (c->addr.family == 4 ? ANYBODY_V4 : ANYBODY_V6);
}

/* Mail is taken without login: the rights of an address count.  */
static bool takes_strangers(const struct model *m, const struct listener *l)
{
    return !effective_requires_login(m, l) && effective_reach(l) != REACH_LOOPBACK;
}

static const struct listener *open_listener(const struct model *m)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    for (size_t i = 0; i < m->listeners.n; i++)
        if (takes_strangers(m, m->listeners.v[i]) &&
            line_bool(effective_source_lines(m->listeners.v[i]), relay) != 0)
            return m->listeners.v[i];
    return NULL;
}

static void anybody(const struct model *m, struct span span, const struct listener *l)
{
    struct diag *d =
        diag(m->diags, CHECK_relay_open, span, "anybody may send mail to anybody by way of `%.*s`",
             STR_ARG(l->object.name));
    diag_also(m->diags, d, l->object.span, "mail is taken without login here");
    diag_help(m->diags, d, "name the networks that may relay, or say `auth required`");
}

/* A right in the listener's own source is one for whoever reaches the port.  */
static void check_listener(const struct model *m, const struct listener *l)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    const struct line *line = line_find(effective_source_lines(l), relay);
    if (line && takes_strangers(m, l) && line_bool(effective_source_lines(l), relay) == 1)
        anybody(m, line->span, l);
    for (const struct prefix *p = l->allow.first; p; p = p->next)
        if (!p->bad && takes_strangers(m, l) && is_anybody(&p->cidr))
            anybody(m, p->span, l);
}

static void check_addresses(const struct model *m, const struct listener *open)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    for (size_t i = 0; i < m->clients.n; i++) {
        const struct client *c = m->clients.v[i];
        const struct line *line = line_find(&c->lines, relay);
        bool yes = line ? line_bool(&c->lines, relay) == 1 : c->relay == 1;
        for (const struct prefix *p = c->prefixes.first; yes && c->auth != AUTH_REQUIRED && p;
             p = p->next)
            if (!p->bad && is_anybody(&p->cidr))
                anybody(m, line ? line->span : c->relay_span, open);
    }
    for (size_t i = 0; i < m->sources.n; i++) {
        const struct source_rule *s = m->sources.v[i];
        bool login = line_bool(&s->lines, m->target[TARGET_source_require_auth]) == 1;
        if (s->by_address && is_anybody(&s->cidr) && !login && line_bool(&s->lines, relay) == 1)
            anybody(m, line_find(&s->lines, relay)->span, open);
    }
}

/* A recipient pattern that takes every address.  */
static bool takes_all(const struct arg *arg)
{
    static const struct str patterns[] = { STR_INIT(""),     STR_INIT(".*"),   STR_INIT(".+"),
                                           STR_INIT("@"),    STR_INIT("^.*$"), STR_INIT("^.*"),
                                           STR_INIT(".*@.*") };
    for (size_t i = 0; arg->pattern && i < sizeof patterns / sizeof patterns[0]; i++)
        if (str_eq(arg->text, patterns[i]))
            return true;
    return !arg->pattern && str_eq(arg->text, STR("*"));
}

static void check_recipients(const struct model *m)
{
    for (const struct line *l = m->lines.first; l; l = l->next) {
        bool relays = l->dir == m->target[TARGET_global_relay_domain] ||
                      l->dir == m->target[TARGET_global_relay_address];
        if (!relays || l->bad || !l->n_args || !takes_all(&l->args[0]))
            continue;
        struct diag *d = diag(m->diags, CHECK_relay_open, l->span,
                              "mail for every recipient is taken from anybody");
        diag_help(m->diags, d, "name the domains whose mail this server receives");
    }
}

void verify_relay_open(const struct model *m)
{
    const struct listener *open = open_listener(m);
    for (size_t i = 0; i < m->listeners.n; i++)
        check_listener(m, m->listeners.v[i]);
    if (open)
        check_addresses(m, open);
    check_recipients(m);
}
