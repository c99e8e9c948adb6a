#include <config.h>

#include "verify.h"

#include "effective.h"
#include "inbound.h"

/* Prefixes wider than these belong to nobody: whoever may relay from one is anybody.  */
enum { ANYBODY_V4 = 8, ANYBODY_V6 = 32 };

static bool is_anybody(const struct cidr *c)
{
    enum addr_kind kind = cidr_kind(c);
    bool local = kind == ADDR_LOOPBACK || kind == ADDR_PRIVATE || kind == ADDR_LINK_LOCAL;
    return !local && c->bits < (c->addr.family == 4 ? ANYBODY_V4 : ANYBODY_V6);
}

/* Clients of 'rule' need no login on 'l': what the listener's own source says of that beats the
   rule for the address.  */
static bool takes_strangers(const struct model *m, const struct listener *l,
                            const struct rule *rule)
{
    const struct directive *auth = m->target[TARGET_source_require_auth];
    int said = line_bool(l->effective, auth);
    if (said < 0 && rule)
        said = line_bool(&rule->lines, auth);
    return said != 1 && effective_reach(l) != REACH_LOOPBACK;
}

static void anybody(const struct model *m, struct span span, const struct listener *l)
{
    struct diag *d =
        diag(m->diags, CHECK_relay_open, span, "anybody may send mail to anybody by way of `%.*s`",
             STR_ARG(l->object.name));
    diag_also(m->diags, d, l->object.span, "mail is taken without login here");
    diag_help(m->diags, d, "name the networks that may relay, or say `auth required`");
}

static const struct rule *everybody(const struct model *m)
{
    const struct inbound *in = m->inbound;
    return in->addresses.n ? map_get(&in->by_address, STR("0.0.0.0/0")) : NULL;
}

/* A right in the listener's own source is one for whoever reaches the port.  */
static void check_listeners(const struct model *m)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    for (size_t i = 0; i < m->listeners.n; i++) {
        const struct listener *l = m->listeners.v[i];
        if (line_bool(l->effective, relay) == 1 && takes_strangers(m, l, everybody(m)))
            anybody(m, line_span(line_find(l->effective, relay)), l);
    }
}

/* A right by address counts wherever no login is needed and the listener does not take it away.  */
static void check_rule(const struct model *m, const struct rule *rule)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    const struct line *line = line_find(&rule->lines, relay);
    if (!is_anybody(&rule->cidr) || line_bool(&rule->lines, relay) != 1)
        return;
    for (size_t i = 0; i < m->listeners.n; i++) {
        const struct listener *l = m->listeners.v[i];
        if (line_bool(l->effective, relay) < 0 && takes_strangers(m, l, rule)) {
            anybody(m, line_span(line), l);
            return;
        }
    }
}

static bool has_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_alnum(s.p[i]) || (unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

/* A pattern without a letter or a digit holds nothing that tells one recipient from another, and a
   wildcard before a single label takes a whole registry.  */
static bool takes_all(const struct arg *arg)
{
    struct str s = arg->text;
    bool wild = str_starts(s, STR("*.")) || str_starts(s, STR("[*.]"));
    if (arg->pattern || !wild)
        return !has_name(s);
    s = str_sub(s, s.p[0] == '[' ? strlen("[*.]") : strlen("*."), s.n);
    return !has_name(s) || (str_find(s, '.') == s.n && s.p[0] != '$');
}

static void check_recipients(const struct model *m)
{
    for (const struct line *l = m->lines.first; l; l = l->next) {
        bool relays = l->what->dir == m->target[TARGET_global_relay_domain] ||
                      l->what->dir == m->target[TARGET_global_relay_address];
        if (!relays || l->bad || !l->what->n_args || !takes_all(&l->what->args[0]))
            continue;
        struct diag *d = diag(m->diags, CHECK_relay_open, line_span(l),
                              "mail for every recipient is taken from anybody");
        diag_help(m->diags, d, "name the domains whose mail this server receives");
    }
}

void verify_relay_open(const struct model *m)
{
    check_listeners(m);
    for (size_t i = 0; i < m->inbound->addresses.n; i++)
        check_rule(m, m->inbound->addresses.v[i]);
    check_recipients(m);
}
