#include <config.h>

#include "plan-internal.h"

#include "effective.h"

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
    for (const struct line *x = lines_first(&l->lines); x; x = x->next)
        if (!x->bad && x->what->dir != p->m->target[TARGET_listener_immediate_tls])
            diag(p->diags, CHECK_directive_version, line_span(x),
                 "`%s` needs the listener sections of PowerMTA 5.0", x->what->dir->name);
}

static void plan_listener_line(struct plan *p, const struct listener *l, const struct endpoint *e)
{
    struct arg *args = NEW_ARRAY(p->arena, struct arg, 3);
    struct str source = l->written ? l->source.name : l->object.name;
    bool implicit = effective_is_implicit(p->m, l);
    uint32_t n = 1;
    args[0] = e->arg;
    args[0].text = endpoint_text(p, e);
    args[0].joined = false;
    if (source.n && !(l->written && l->source.bad)) {
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

/* An identity beside another certificate that was written for the whole server.  */
static void check_global(struct plan *p, const struct listener *l)
{
    const struct line *line = line_find(&p->m->lines, p->m->target[TARGET_global_tls_certificate]);
    const struct tls *tls = plan_tls_of(&l->tls);
    if (!line || line->bad || str_eq(line->what->args[0].text, tls->certificate.text))
        return;
    struct diag *m = diag(p->diags, CHECK_tls_per_listener, tls_identity(&l->tls)->span,
                          "before PowerMTA 5.0 all listeners have one TLS identity");
    diag_also(p->diags, m, line_span(line), "another certificate is written here");
}

/* Before 5.0 there is one certificate for all listeners.  */
static void plan_server_tls(struct plan *p)
{
    const struct listener *first = NULL;
    for (size_t i = 0; i < p->m->listeners.n; i++) {
        const struct listener *l = p->m->listeners.v[i];
        if (l->tls.word == TLS_UNSET || l->tls.word == TLS_none || !tls_identity(&l->tls)->to)
            continue;
        if (!first) {
            first = l;
            check_global(p, l);
            plan_identity(p, p->globals, IDENTITY_server, plan_tls_of(&l->tls), NULL, l->tls.span);
        } else if (tls_identity(&first->tls)->to != tls_identity(&l->tls)->to) {
            struct diag *m = diag(p->diags, CHECK_tls_per_listener, tls_identity(&l->tls)->span,
                                  "before PowerMTA 5.0 all listeners have one TLS identity");
            diag_also(p->diags, m, tls_identity(&first->tls)->span, "another one is used here");
            diag_help(p->diags, m, "use one identity, or write for `powermta 5.0`");
        }
    }
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
        plan_text(p, s, TARGET_user_source, inbound_user_source(p->m, u), u->object.span);
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

static void plan_rule(struct plan *p, const struct rule *rule)
{
    struct conf_section *s =
        conf_section(p->conf, NULL, SCOPE_source, rule->name, rule->origin, rule->origin);
    plan_lines(p, s, &rule->lines);
}

void plan_inbound(struct plan *p)
{
    const struct inbound *in = p->m->inbound;
    plan_listeners(p);
    for (size_t i = 0; i < in->named.n; i++)
        plan_rule(p, in->named.v[i]);
    for (size_t i = 0; i < in->addresses.n; i++)
        plan_rule(p, in->addresses.v[i]);
    for (size_t i = 0; i < p->m->users.n; i++)
        plan_user(p, p->m->users.v[i]);
}
