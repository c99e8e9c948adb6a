#include <config.h>

#include "verify.h"

#include "effective.h"
#include "inbound.h"
#include "relay.h"

static bool wants_tls(enum tls_word word)
{
    return word == TLS_offered || word == TLS_required || word == TLS_implicit;
}

static bool has_certificate(const struct model *m, const struct listener *l)
{
    const struct tls *tls = (const struct tls *)(const void *)tls_identity(&l->tls)->to;
    return (tls && tls->certificate.text.n) ||
           line_find(&l->lines, m->target[TARGET_listener_tls_certificate]) ||
           line_find(&m->lines, m->target[TARGET_global_tls_certificate]);
}

static enum level missing_level(const struct model *m)
{
    if (m->raw)
        return model_maybe(m, LEVEL_ERROR);
    return m->fragment || m->foreign_names ? LEVEL_WARNING : LEVEL_ERROR;
}

static void no_identity(const struct model *m, const struct listener *l, struct span span)
{
    bool named = tls_identity(&l->tls)->name.n > 0;
    struct diag *d =
        diag_at(m->diags, CHECK_tls_no_identity, missing_level(m), span,
                named ? "the identity `%.*s` has no certificate"
                      : "TLS is asked for, and no certificate is in reach%.*s",
                named ? (int)tls_identity(&l->tls)->name.n : 0, tls_identity(&l->tls)->name.p);
    if (named)
        diag_also(m->diags, d, tls_identity(&l->tls)->to->span, "declared here");
    diag_help_topology(
        m->diags, d,
        named ? "say `certificate PATH` in it"
              : "declare `tls NAME { certificate PATH }` and add NAME behind the word");
    diag_help_powermta(m->diags, d, "write `%s FILE`",
                       m->target[TARGET_global_tls_certificate]->name);
}

/* Clients that are offered TLS by their address, where no listener has a certificate to show.  */
static void clients_without_identity(const struct model *m)
{
    const struct directive *starttls = m->target[TARGET_source_allow_starttls];
    for (size_t i = 0; i < m->listeners.n; i++)
        if (has_certificate(m, m->listeners.v[i]) || tls_identity(&m->listeners.v[i]->tls)->bad)
            return;
    for (size_t i = 0; i < m->inbound->addresses.n; i++) {
        const struct lines *lines = &m->inbound->addresses.v[i]->lines;
        if (effective_said(m, lines, TARGET_source_allow_starttls) != 1)
            continue;
        struct diag *d = diag_at(m->diags, CHECK_tls_no_identity, missing_level(m),
                                 line_span(line_find(lines, starttls)),
                                 "TLS is asked for, and no listener has a certificate");
        diag_help_topology(m->diags, d, "say `tls offered IDENTITY` in a listener");
        diag_help_powermta(m->diags, d, "write `%s FILE`",
                           m->target[TARGET_global_tls_certificate]->name);
    }
}

void verify_tls_no_identity(const struct model *m)
{
    const struct directive *starttls = m->target[TARGET_source_allow_starttls];
    const struct directive *immediate = m->target[TARGET_listener_immediate_tls];
    for (size_t i = 0; i < m->listeners.n; i++) {
        const struct listener *l = m->listeners.v[i];
        const struct line *line = NULL;
        if (tls_identity(&l->tls)->bad || has_certificate(m, l))
            continue;
        if (effective_said(m, l->effective, TARGET_source_allow_starttls) == 1)
            line = line_find(l->effective, starttls);
        if (line_bool(&l->lines, immediate) == 1)
            line = line_find(&l->lines, immediate);
        if (wants_tls(l->tls.word))
            no_identity(m, l,
                        tls_identity(&l->tls)->name.n ? tls_identity(&l->tls)->span : l->tls.span);
        else if (line)
            no_identity(m, l, line_span(line));
    }
    clients_without_identity(m);
}

void verify_tls_unenforced(const struct model *m)
{
    for (size_t i = 0; i < m->listeners.n; i++) {
        const struct listener *l = m->listeners.v[i];
        if (l->tls.word != TLS_required || effective_requires_login(m, l))
            continue;
        struct diag *d =
            diag(m->diags, CHECK_tls_unenforced, l->tls.span,
                 "TLS cannot be required here: mail is taken without login, in clear text too");
        diag_help(m->diags, d,
                  "say `auth required`, `tls implicit`, or `tls offered` if that will do");
    }
}

/* Something protects logins on 'l' if it is written: where the target version lacks it, it is not,
   and target-unproven says so.  */
static bool is_meant_safe(const struct model *m, const struct listener *l)
{
    return effective_is_implicit(m, l) ||
           line_bool(l->effective, m->target[TARGET_source_allow_auth]) == 0 ||
           line_bool(l->effective, m->target[TARGET_source_starttls_before_auth]) == 1;
}

/* What would mend it: TLS can only be required where login is.  */
static const char *safer(const struct model *m, const struct listener *l)
{
    if (is_meant_safe(m, l))
        return "leave it out: what keeps passwords safe here is not known to the target version";
    if (l->tls.word == TLS_required)
        return "leave out what takes back the `tls required` of this listener";
    return effective_requires_login(m, l)
               ? "say `tls required IDENTITY` in the listener"
               : "say `tls implicit IDENTITY`, or `tls required IDENTITY` with `auth required`";
}

static void clear_login(const struct model *m, const struct listener *l, const struct line *plain,
                        enum level level)
{
    struct span span = plain ? line_span(plain) : l->auth_span.hi ? l->auth_span : l->object.span;
    struct diag *d = diag_at(m->diags, CHECK_tls_clear_login, level, span,
                             plain ? "passwords may come in clear text on `%.*s`"
                                   : "a login on `%.*s` may come without TLS, though not by PLAIN",
                             STR_ARG(l->object.name));
    if (plain)
        diag_also(m->diags, d, l->object.span, "the listener");
    diag_help_topology(m->diags, d, "%s", safer(m, l));
    diag_help_powermta(m->diags, d, "%s `%s yes`",
                       plain ? "leave this out, and write" : "give it a certificate, and write",
                       m->target[TARGET_source_starttls_before_auth]->name);
}

/* What clients may do without TLS at one door.  */
struct bare {
    bool some, plain; /* some may log in, some by PLAIN */
    enum reach from, plain_from;
    const struct line *line; /* of a rule by address that allows PLAIN */
};

static struct bare bare_of(const struct model *m, const struct relay_door *door)
{
    struct addrset all = door->bare, plain = door->plain;
    struct bare bare = { .some = all.n > 0, .plain = plain.n > 0 };
    if (bare.some)
        bare.from = relay_farthest(m->relay, &all);
    if (!bare.plain)
        return bare;
    bare.plain_from = relay_farthest(m->relay, &plain);
    const struct rule *rule = relay_plain_rule(m->relay, door, plain);
    bare.line = rule ? line_find(&rule->lines, m->target[TARGET_source_plain_auth]) : NULL;
    return bare;
}

static void check_bare(const struct model *m, const struct listener *l, const struct bare *bare)
{
    static const enum level levels[] = {
        [REACH_LOOPBACK] = LEVEL_NOTE, [REACH_PRIVATE] = LEVEL_WARNING, [REACH_PUBLIC] = LEVEL_ERROR
    };
    static const enum level lower[] = {
        [LEVEL_NOTE] = LEVEL_OFF, [LEVEL_WARNING] = LEVEL_NOTE, [LEVEL_ERROR] = LEVEL_WARNING
    };
    const struct line *own = line_find(l->effective, m->target[TARGET_source_plain_auth]);
    enum reach reach = effective_reach(l);
    enum level plain = LEVEL_OFF, other = LEVEL_OFF;
    if (bare->plain)
        plain = levels[bare->plain_from < reach ? bare->plain_from : reach];
    bool other_way = !l->written || (m->raw && !has_certificate(m, l));
    if (other_way && !is_meant_safe(m, l))
        other = lower[levels[bare->from < reach ? bare->from : reach]];
    if (plain != LEVEL_OFF)
        clear_login(m, l, bare->line ? bare->line : own, plain);
    if (other > plain)
        clear_login(m, l, NULL, other);
}

/* What is said for all clients in a part of a configuration, or where a listener cannot be read. */
static void clear_in_parts(const struct model *m)
{
    const struct directive *plain = m->target[TARGET_source_plain_auth];
    for (size_t i = 0; i < m->sources.n; i++) {
        const struct source_rule *s = m->sources.v[i];
        if (!s->by_address || !cidr_is_any(&s->cidr) || line_bool(&s->lines, plain) != 1)
            continue;
        struct diag *d = diag_at(m->diags, CHECK_tls_clear_login, LEVEL_WARNING,
                                 line_span(line_find(&s->lines, plain)),
                                 "whoever logs in may send his password in clear text");
        diag_help(m->diags, d, "leave this out, and write `%s yes`",
                  m->target[TARGET_source_starttls_before_auth]->name);
    }
}

/* PowerMTA merges the sources of a client directive by directive, so that the relay proof is
   asked.  */
void verify_tls_clear_login(const struct model *m)
{
    size_t calls = m->diags->n_calls;
    struct bare *doors = NEW_ARRAY(m->scratch, struct bare, m->relay->doors.n);
    for (size_t i = 0; i < m->relay->doors.n; i++)
        doors[i] = bare_of(m, m->relay->doors.v[i]);
    for (size_t i = 0; i < m->listeners.n; i++) {
        const struct listener *l = m->listeners.v[i];
        const struct bare *bare = &doors[m->relay->of[i]->number];
        if (!l->tls.bad && bare->some && effective_offers_login(m, l))
            check_bare(m, l, bare);
    }
    if (m->raw && (m->foreign_names || m->diags->n_faults) && calls == m->diags->n_calls)
        clear_in_parts(m);
}

/* tls-require-all */

static bool has_value(const struct model *m, const struct domain *d, enum target target)
{
    const struct line *l = line_find(&d->lines, m->target[target]);
    return l && l->what->n_args && l->what->args[0].text.n;
}

/* All mail goes to servers that somebody named, or to none.  */
static bool is_routed(const struct model *m, const struct domain *d)
{
    return d &&
           (has_value(m, d, TARGET_domain_smtp_hosts) || has_value(m, d, TARGET_domain_route) ||
            has_value(m, d, TARGET_domain_queue_to) || has_value(m, d, TARGET_domain_type));
}

/* What requires TLS for every destination in a block of these domains, where 'own' is its word for
   all of them; NOWHERE for nothing.  */
static struct span required_by(const struct model *m, const struct domain *any,
                               const struct tls_use *own)
{
    const struct tls_use *use = any && any->tls.word != TLS_UNSET ? &any->tls : own;
    const struct directive *dir = m->target[TARGET_domain_require_starttls];
    int require = any ? line_bool(&any->lines, dir) : -1;
    if (any && line_bool(&any->lines, m->target[TARGET_domain_use_starttls]) == 0)
        return NOWHERE;
    if (require == 1)
        return line_span(line_find(&any->lines, dir));
    return require < 0 && use->word == TLS_required ? use->span : NOWHERE;
}

static void check_required(const struct model *m, const struct domains *domains,
                           const struct tls_use *own)
{
    const struct domain *any = domain_find(domains, STR("*"));
    struct span span = required_by(m, any, own);
    if (!span.hi || is_routed(m, any) || is_routed(m, domain_find(&m->domains, STR("*"))))
        return;
    struct diag *d = diag(m->diags, CHECK_tls_require_all, span,
                          "TLS is required of every destination: mail for servers without it "
                          "waits and bounces");
    diag_help_topology(
        m->diags, d,
        "require it for the domains that have it, and say `tls opportunistic` for the rest");
    diag_help_powermta(m->diags, d,
                       "require it for the domains that have it, and only use it for the rest");
}

void verify_tls_require_all(const struct model *m)
{
    static const struct tls_use nothing = { .word = TLS_UNSET };
    if (!m->has_required_tls && !model_says(m, TARGET_domain_require_starttls))
        return;
    check_required(m, &m->domains, &nothing);
    for (size_t i = 0; i < m->vmtas.n; i++)
        check_required(m, &m->vmtas.v[i]->domains, &vmta_extras(m->vmtas.v[i])->tls);
    for (size_t i = 0; i < m->pools.n; i++)
        check_required(m, &m->pools.v[i]->domains, &m->pools.v[i]->tls);
}

/* directive-repeated: 'tls' of a VMTA or a pool beside that of its 'domain *' */

static void check_words(const struct model *m, const struct domains *domains,
                        const struct tls_use *own)
{
    const struct domain *any = own->word != TLS_UNSET ? domain_find(domains, STR("*")) : NULL;
    if (!any || any->tls.word == TLS_UNSET || (own->copied && !any->tls.copied) ||
        (own->word == any->tls.word &&
         str_ieq(tls_identity(own)->name, tls_identity(&any->tls)->name)))
        return;
    struct diag *d = diag(m->diags, CHECK_directive_repeated, own->span,
                          "`domain *` says `tls` too, and only that counts");
    diag_also(m->diags, d, any->tls.span, "this one is used");
    diag_help(m->diags, d, "leave one of them out");
}

void verify_directive_repeated(const struct model *m)
{
    for (size_t i = 0; i < m->vmtas.n; i++)
        check_words(m, &m->vmtas.v[i]->domains, &vmta_extras(m->vmtas.v[i])->tls);
    for (size_t i = 0; i < m->pools.n; i++)
        check_words(m, &m->pools.v[i]->domains, &m->pools.v[i]->tls);
}
