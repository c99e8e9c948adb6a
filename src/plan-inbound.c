#include <config.h>

#include "plan-internal.h"

#include <stdlib.h>

/* What is known of the clients of one prefix, from everything that speaks of it.  */
struct rule {
    struct cidr cidr;
    struct str text;
    struct span origin;
    int relay, service; /* -1 unset, 0 no, 1 yes */
    struct span relay_origin, service_origin;
    enum auth auth;
    struct tls_use tls;
    struct span auth_origin;
    struct ref via;
    struct lines lines;
    size_t order;
};

struct rules {
    struct plan *plan;
    VEC(struct rule *) list;
    struct map by_text;
};

static bool is_loopback(const struct cidr *c)
{
    return cidr_kind(c) == ADDR_LOOPBACK;
}

/* Strangers are refused at the greeting where a listener has a list of those who may use it, unless
   they may log in, or could not reach it anyway.  */
static bool restricts(const struct listener *l)
{
    if (l->written || !l->allow.first || l->auth == AUTH_OPTIONAL)
        return false;
    for (const struct endpoint *e = l->endpoints; e; e = e->next)
        if (!e->bad && !is_loopback(&e->cidr))
            return true;
    return false;
}

static struct rule *rule_of(struct rules *r, const struct cidr *cidr, struct span origin)
{
    char text[56];
    struct cidr network = cidr_network(cidr);
    struct str key = arena_str(r->plan->arena, str_of(cidr_text(&network, text)));
    struct rule **slot = (struct rule **)map_add(&r->by_text, key);
    if (*slot)
        return *slot;
    struct rule *rule = NEW(r->plan->arena, struct rule);
    *rule = (struct rule){ .cidr = network,
                           .text = key,
                           .origin = origin,
                           .relay = -1,
                           .service = -1,
                           .order = r->list.n };
    if (cidr_is_any(&network) && network.addr.family == 4)
        rule->text = STR("0/0");
    VEC_PUSH(r->plan->arena, &r->list, rule);
    *slot = rule;
    return rule;
}

static void contradiction(struct plan *p, struct span here, struct span there, const char *what)
{
    struct diag *m = diag(p->diags, CHECK_name_duplicate, here,
                          "%s is said differently for the same clients", what);
    diag_also(p->diags, m, there, "first said here");
}

static void set_relay(struct plan *p, struct rule *rule, int relay, struct span origin)
{
    if (rule->relay >= 0 && rule->relay != relay) {
        contradiction(p, origin, rule->relay_origin, "relaying");
        return;
    }
    rule->relay = relay;
    rule->relay_origin = origin;
}

static void allow_prefix(struct rules *r, const struct prefix *prefix, bool relay)
{
    if (prefix->bad)
        return;
    struct rule *rule = rule_of(r, &prefix->cidr, prefix->span);
    if (relay)
        set_relay(r->plan, rule, 1, prefix->span);
    if (r->plan->restricting) {
        rule->service = 1;
        rule->service_origin = prefix->span;
    }
}

static void merge_lines(struct rules *r, struct rule *rule, const struct lines *lines)
{
    for (const struct line *l = lines->first; l; l = l->next) {
        const struct line *before = l->dir->repeatable ? NULL : line_find(&rule->lines, l->dir);
        if (l->bad)
            continue;
        if (before &&
            !(before->n_args == l->n_args && str_eq(before->args[0].text, l->args[0].text)))
            contradiction(r->plan, l->span, before->span,
                          arena_printf(r->plan->arena, "`%s`", l->dir->name).p);
        if (before)
            continue;
        struct line *copy = NEW(r->plan->arena, struct line);
        *copy = *l;
        copy->next = NULL;
        lines_add(&rule->lines, copy);
    }
}

static void merge_via(struct plan *p, struct rule *rule, const struct ref *via)
{
    if (!via->name.n || via->bad)
        return;
    if (rule->via.name.n && !str_ieq(rule->via.name, via->name))
        contradiction(p, via->span, rule->via.span, "the default VMTA");
    else
        rule->via = *via;
}

static void add_client(struct rules *r, const struct client *c)
{
    for (const struct prefix *x = c->prefixes.first; x; x = x->next) {
        if (x->bad)
            continue;
        struct rule *rule = rule_of(r, &x->cidr, x->span);
        if (c->relay >= 0)
            set_relay(r->plan, rule, c->relay, c->relay_span);
        if (c->relay == 1)
            allow_prefix(r, x, false);
        if (c->auth == AUTH_REQUIRED) {
            rule->auth = c->auth;
            rule->auth_origin = c->auth_span;
        }
        if (rule->tls.word != TLS_UNSET && c->tls.word != TLS_UNSET &&
            rule->tls.word != c->tls.word)
            contradiction(r->plan, c->tls.span, rule->tls.span, "`tls`");
        else if (c->tls.word != TLS_UNSET)
            rule->tls = c->tls;
        merge_via(r->plan, rule, &c->via);
        merge_lines(r, rule, &c->lines);
    }
}

static void add_source(struct rules *r, const struct source_rule *s)
{
    struct rule *rule = rule_of(r, &s->cidr, s->object.span);
    rule->origin = s->object.span;
    merge_via(r->plan, rule, &s->via);
    merge_lines(r, rule, &s->lines);
}

/* From specific to general, as all versions want it; else as declared.  */
static int by_width(const void *a, const void *b)
{
    const struct rule *x = *(struct rule *const *)a, *y = *(struct rule *const *)b;
    if (x->cidr.addr.family != y->cidr.addr.family)
        return x->cidr.addr.family < y->cidr.addr.family ? -1 : 1;
    if (x->cidr.bits != y->cidr.bits)
        return x->cidr.bits > y->cidr.bits ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum lower inbound_group(const struct tls_use *use)
{
    static const enum lower groups[N_TLS_WORDS] = {
        [TLS_none] = LOWER_tls_in_none,
        [TLS_offered] = LOWER_tls_in_offered,
        [TLS_required] = LOWER_tls_in_required,
        [TLS_implicit] = LOWER_tls_in_implicit,
    };
    return groups[use->word];
}

static void plan_via(struct plan *p, struct conf_section *s, const struct ref *via)
{
    if (via->name.n && !via->bad)
        plan_text(p, s, TARGET_source_default_vmta, via->name, via->span);
}

static void put_rule(struct plan *p, const struct rule *rule)
{
    struct conf_section *s =
        conf_section(p->conf, NULL, SCOPE_source, rule->text, rule->origin, rule->origin);
    if (rule->relay >= 0)
        plan_lower(p, s, rule->relay ? LOWER_relay_yes : LOWER_relay_no, &rule->lines,
                   rule->relay_origin);
    if (rule->service >= 0)
        plan_lower(p, s, rule->service ? LOWER_service_yes : LOWER_service_no, &rule->lines,
                   rule->service_origin);
    if (cidr_is_any(&rule->cidr)) {
        plan_lower(p, s, LOWER_closed, &rule->lines, NOWHERE);
        if (p->restricting)
            plan_lower(p, s, LOWER_service_no, &rule->lines, NOWHERE);
    }
    if (rule->auth == AUTH_REQUIRED)
        plan_lower(p, s, LOWER_auth_required, &rule->lines, rule->auth_origin);
    if (rule->tls.word != TLS_UNSET)
        plan_lower(p, s, inbound_group(&rule->tls), &rule->lines, rule->tls.span);
    plan_via(p, s, &rule->via);
    plan_lines(p, s, &rule->lines);
}

static bool listens_on_v6(const struct model *m)
{
    for (size_t i = 0; i < m->listeners.n; i++)
        for (const struct endpoint *e = m->listeners.v[i]->endpoints; e; e = e->next)
            if (!e->bad && e->cidr.addr.family == 6 && !is_loopback(&e->cidr))
                return true;
    return false;
}

/* The rules for everybody: whatever is not opened is closed.  Whether 0/0 also means IPv6 clients
   is not documented, so where some can come there is a rule for them too.  */
static void add_everybody(struct rules *r)
{
    struct cidr v4 = { .addr = { .family = 4 } }, v6 = { .addr = { .family = 6 } };
    if (r->plan->m->fragment && !r->plan->m->listeners.n)
        return;
    rule_of(r, &v4, NOWHERE);
    if (listens_on_v6(r->plan->m))
        rule_of(r, &v6, NOWHERE);
}

static void plan_addresses(struct plan *p)
{
    const struct model *m = p->m;
    struct rules r = { .plan = p, .by_text = { .arena = p->arena } };
    for (size_t i = 0; i < m->sources.n; i++)
        if (m->sources.v[i]->by_address)
            add_source(&r, m->sources.v[i]);
    for (size_t i = 0; i < m->clients.n; i++)
        add_client(&r, m->clients.v[i]);
    for (size_t i = 0; i < m->listeners.n; i++)
        for (const struct prefix *x = m->listeners.v[i]->allow.first; x; x = x->next)
            allow_prefix(&r, x, m->listeners.v[i]->auth != AUTH_REQUIRED);
    add_everybody(&r);
    if (r.list.n)
        qsort(r.list.v, r.list.n, sizeof *r.list.v, by_width);
    for (size_t i = 0; i < r.list.n; i++)
        put_rule(p, r.list.v[i]);
}

/* ADDR:PORT as PowerMTA is told it.  How it wants an IPv6 address is not documented.  */
static struct str endpoint_text(struct plan *p, const struct endpoint *e)
{
    if (e->cidr.addr.family != 6)
        return e->arg.text;
    struct diag *m = diag(p->diags, CHECK_target_unproven, e->arg.span,
                          "no source shows how PowerMTA wants an IPv6 listener written");
    diag_help(p->diags, m,
              "[ADDRESS]:PORT is emitted; try `pmta test config` before you rely on it");
    return e->arg.text;
}

static void plan_listener_section(struct plan *p, const struct listener *l,
                                  const struct endpoint *e)
{
    struct conf_section *s = conf_section(p->conf, NULL, SCOPE_smtp_listener, endpoint_text(p, e),
                                          e->arg.span, l->object.span);
    const struct ref *named = l->written ? &l->source : NULL;
    if (!l->written)
        plan_text(p, s, TARGET_listener_source, l->object.name, l->object.span);
    else if (named->name.n && !named->bad)
        plan_text(p, s, TARGET_listener_source, named->name, named->span);
    if (l->tls.word == TLS_implicit)
        plan_lower(p, s, LOWER_tls_in_implicit, &l->lines, l->tls.span);
    if (l->tls.word != TLS_UNSET && l->tls.word != TLS_none)
        plan_identity(p, s, IDENTITY_listener, plan_tls_of(&l->tls), &l->lines, l->tls.span);
    plan_lines(p, s, &l->lines);
}

/* What a listener section says that a line cannot.  */
static void report_lines(struct plan *p, const struct listener *l)
{
    for (const struct line *x = l->lines.first; x; x = x->next)
        if (!x->bad && x->dir != p->m->target[TARGET_listener_immediate_tls])
            diag(p->diags, CHECK_directive_version, x->span,
                 "`%s` needs the listener sections of PowerMTA 5.0", x->dir->name);
}

static void plan_listener_line(struct plan *p, const struct listener *l, const struct endpoint *e)
{
    struct arg *args = NEW_ARRAY(p->arena, struct arg, 3);
    struct str source = l->written ? l->source.name : l->object.name;
    bool implicit = l->tls.word == TLS_implicit ||
                    line_bool(&l->lines, p->m->target[TARGET_listener_immediate_tls]) == 1;
    uint32_t n = 1;
    args[0] = e->arg;
    args[0].text = endpoint_text(p, e);
    args[0].joined = false;
    if (source.n) {
        args[n++] = (struct arg){ .text = arena_printf(p->arena, "source=%.*s", STR_ARG(source)),
                                  .span = l->object.span };
    }
    if (implicit) {
        args[n++] = (struct arg){ .text = STR("tls=yes"), .span = l->object.span };
        struct diag *m =
            diag(p->diags, CHECK_target_unproven, l->tls.span.hi ? l->tls.span : l->object.span,
                 "no source shows `tls=yes` beside `source=` on one line");
        diag_help(p->diags, m, "try `pmta test config` before you rely on it");
    }
    report_lines(p, l);
    plan_line(p, p->globals, TARGET_global_smtp_listener, args, n, l->object.span);
}

/* Before 5.0 there is one certificate for all listeners.  */
static void plan_server_tls(struct plan *p)
{
    const struct listener *first = NULL;
    for (size_t i = 0; i < p->m->listeners.n; i++) {
        const struct listener *l = p->m->listeners.v[i];
        if (l->tls.word == TLS_UNSET || l->tls.word == TLS_none || !l->tls.identity.to)
            continue;
        if (!first) {
            first = l;
            plan_identity(p, p->globals, IDENTITY_server, plan_tls_of(&l->tls), NULL, l->tls.span);
        } else if (first->tls.identity.to != l->tls.identity.to) {
            struct diag *m = diag(p->diags, CHECK_tls_per_listener, l->tls.identity.span,
                                  "before PowerMTA 5.0 all listeners have one TLS identity");
            diag_also(p->diags, m, first->tls.identity.span, "another one is used here");
            diag_help(p->diags, m, "use one identity, or write for `powermta 5.0`");
        }
    }
}

static bool has_relay_client(const struct model *m)
{
    for (size_t i = 0; i < m->clients.n; i++)
        if (m->clients.v[i]->relay == 1)
            return true;
    for (size_t i = 0; i < m->sources.n; i++)
        if (m->sources.v[i]->by_address &&
            line_bool(&m->sources.v[i]->lines, m->target[TARGET_source_relay]) == 1)
            return true;
    return false;
}

/* The source of a listener says only what was said of the listener: what it says beats the
   client's address, so one value too many would silence a rule for clients.  */
static void plan_listener_source(struct plan *p, const struct listener *l)
{
    struct conf_section *s =
        conf_section(p->conf, NULL, SCOPE_source, l->object.name, l->object.span, l->object.span);
    const struct lines *said = &l->source_lines;
    bool no_login = l->auth == AUTH_UNSET || l->auth == AUTH_NONE;
    struct span auth = l->auth_span.hi ? l->auth_span : l->object.span;
    if (l->tls.word != TLS_UNSET)
        plan_lower(p, s, inbound_group(&l->tls), said, l->tls.span);
    if (l->auth == AUTH_REQUIRED)
        plan_lower(p, s, LOWER_auth_required, said, auth);
    if (no_login)
        plan_lower(p, s, LOWER_auth_none, said, auth);
    if (no_login && !l->allow.first && !has_relay_client(p->m))
        plan_lower(p, s, LOWER_relay_no, said, l->object.span);
    if (p->restricting && (!l->allow.first || l->auth == AUTH_OPTIONAL))
        plan_lower(p, s, LOWER_service_yes, said, l->object.span);
    plan_via(p, s, &l->via);
    plan_lines(p, s, said);
}

/* The name of the source that a user's rights stand in.  */
static struct str user_source(struct plan *p, const struct user *u)
{
    struct str name = arena_printf(p->arena, "user-%.*s", STR_ARG(u->object.name));
    char *text = (char *)(uintptr_t)name.p;
    for (size_t i = 0; i < name.n; i++)
        if (text[i] == '@' || text[i] == '+')
            text[i] = '-';
    return name;
}

static void plan_user_source(struct plan *p, const struct user *u)
{
    if (u->written)
        return;
    struct conf_section *s = conf_section(p->conf, NULL, SCOPE_source, user_source(p, u),
                                          u->object.span, u->object.span);
    plan_lower(p, s, LOWER_relay_yes, &u->source_lines, u->object.span);
    plan_via(p, s, &u->via);
    plan_lines(p, s, &u->source_lines);
}

static void plan_password(struct plan *p, struct conf_section *s, const struct user *u)
{
    struct arg *arg = NEW(p->arena, struct arg);
    if (u->password.kind == SECRET_NONE || u->password.arg.bad)
        return;
    *arg = u->password.arg;
    arg->secret = true;
    if (u->password.known)
        arg->text = u->password.text;
    plan_line(p, s, TARGET_user_password, arg, 1, arg->span);
}

static void plan_user(struct plan *p, const struct user *u)
{
    struct conf_section *s = conf_section(p->conf, NULL, SCOPE_smtp_user, u->object.name,
                                          u->object.span, u->object.span);
    plan_password(p, s, u);
    if (u->certificate.text.n) {
        plan_line(p, s, TARGET_user_tls_certificate, &u->certificate, 1, u->certificate.span);
        if (u->password.kind == SECRET_NONE)
            plan_lower(p, s, LOWER_user_certificate, &u->lines, u->certificate.span);
    }
    if (!u->written)
        plan_text(p, s, TARGET_user_source, user_source(p, u), u->object.span);
    else if (u->source.name.n && !u->source.bad)
        plan_text(p, s, TARGET_user_source, u->source.name, u->source.span);
    plan_lines(p, s, &u->lines);
}

static void plan_listeners(struct plan *p)
{
    bool sections = p->m->version >= PMTA_5_0;
    for (size_t i = 0; i < p->m->listeners.n; i++)
        for (const struct endpoint *e = p->m->listeners.v[i]->endpoints; e; e = e->next) {
            if (e->bad)
                continue;
            if (sections)
                plan_listener_section(p, p->m->listeners.v[i], e);
            else
                plan_listener_line(p, p->m->listeners.v[i], e);
        }
    if (!sections)
        plan_server_tls(p);
}

static void plan_named_sources(struct plan *p)
{
    const struct model *m = p->m;
    for (size_t i = 0; i < m->listeners.n; i++)
        if (!m->listeners.v[i]->written)
            plan_listener_source(p, m->listeners.v[i]);
    for (size_t i = 0; i < m->users.n; i++)
        plan_user_source(p, m->users.v[i]);
    for (size_t i = 0; i < m->sources.n; i++) {
        const struct source_rule *r = m->sources.v[i];
        if (r->by_address)
            continue;
        struct conf_section *s = conf_section(p->conf, NULL, SCOPE_source, r->object.name,
                                              r->object.span, r->object.span);
        plan_via(p, s, &r->via);
        plan_lines(p, s, &r->lines);
    }
}

void plan_inbound(struct plan *p)
{
    for (size_t i = 0; i < p->m->listeners.n; i++)
        p->restricting |= restricts(p->m->listeners.v[i]);
    plan_listeners(p);
    plan_named_sources(p);
    plan_addresses(p);
    for (size_t i = 0; i < p->m->users.n; i++)
        plan_user(p, p->m->users.v[i]);
}
