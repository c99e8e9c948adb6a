#include <config.h>

#include "plan-internal.h"

#include "load.h"

bool plan_has(struct plan *p, const struct directive *dir, struct span origin, const char *lost)
{
    if (dir->since <= p->m->version)
        return true;
    struct diag *m = diag(p->diags, CHECK_target_unproven, origin,
                          "`%s` is not known to exist in PowerMTA %s: it is left out", dir->name,
                          version_text(p->m->version));
    if (lost[0])
        diag_help(p->diags, m, "without it %s", lost);
    return false;
}

void plan_lower(struct plan *p, struct conf_section *s, enum lower group, const struct lines *said,
                struct span origin)
{
    for (const struct lower_row *row = lower_rows(group); row->group == group; row++) {
        const struct directive *dir = p->m->target[row->target];
        bool fits = (dir->scopes & (uint64_t)1 << s->scope) != 0;
        if (fits && !(said && line_find(said, dir)) && !conf_has(s, dir) &&
            plan_has(p, dir, origin, row->lost))
            conf_line(p->conf, s, dir, &row->value, 1, 0, origin);
    }
}

struct conf_line *plan_line(struct plan *p, struct conf_section *s, enum target target,
                            const struct arg *args, uint32_t n, struct span origin)
{
    return conf_line(p->conf, s, p->m->target[target], args, n, 0, origin);
}

void plan_text(struct plan *p, struct conf_section *s, enum target target, struct str text,
               struct span origin)
{
    struct arg *arg = arena_alloc(p->arena, sizeof *arg);
    *arg = (struct arg){ .text = text, .span = origin };
    plan_line(p, s, target, arg, 1, origin);
}

static void plan_section(struct plan *, struct conf_section *parent, const struct section_body *);

void plan_lines(struct plan *p, struct conf_section *s, const struct lines *lines)
{
    for (const struct line *l = lines_first(lines); l; l = l->next) {
        if (l->bad || (l->what->lost && !plan_has(p, l->what->dir, line_span(l), l->what->lost)))
            continue;
        struct conf_line *line = conf_line(p->conf, s, l->what->dir, l->what->args, l->what->n_args,
                                           l->lo, line_span(l));
        if (!l->what->nested || !line)
            continue;
        struct conf_section holder = { .scope = s->scope };
        plan_section(p, &holder, l->what->nested);
        line->nested = holder.children;
    }
}

static void plan_section(struct plan *p, struct conf_section *parent,
                         const struct section_body *body)
{
    if (body->object.bad)
        return;
    struct conf_section *s =
        conf_section(p->conf, parent, body->scope, body->arg.text, body->arg.span, body->span);
    plan_lines(p, s, &body->lines);
    for (const struct section_body *child = body->children; child; child = child->next)
        plan_section(p, s, child);
}

const struct tls *plan_tls_of(const struct tls_use *use)
{
    return tls_identity(use)->to ? (const struct tls *)(const void *)tls_identity(use)->to : NULL;
}

#define NO_TARGET N_TARGETS
#define TARGET_NONE NO_TARGET

struct identity_row {
    enum target certificate, ciphers, suites, ca, dh, protocols[N_PROTOCOLS];
};

static const struct identity_row identities[] = {
#define IDENTITY(PLACE, CERT, CIPHERS, SUITES, CA, DH, P0, P1, P2, P3)                             \
    { TARGET_##CERT, TARGET_##CIPHERS, TARGET_##SUITES,                                            \
      TARGET_##CA,   TARGET_##DH,      { TARGET_##P0, TARGET_##P1, TARGET_##P2, TARGET_##P3 } },
#include "../grammar/identity.def"
#undef IDENTITY
};

/* An identity on its way into a section.  */
struct bearer {
    struct plan *p;
    struct conf_section *s;
    const struct lines *said;
};

/* The directive is written beside the identity, or there already.  */
static bool is_said(const struct bearer *b, enum target target)
{
    const struct directive *dir = b->p->m->target[target];
    return (b->said && line_find(b->said, dir)) || conf_has(b->s, dir);
}

static void identity_part(const struct bearer *b, enum target target, const struct arg *arg,
                          const char *lost)
{
    if (target == NO_TARGET || !arg->text.n || is_said(b, target))
        return;
    if (plan_has(b->p, b->p->m->target[target], arg->span, lost))
        plan_line(b->p, b->s, target, arg, 1, arg->span);
}

static void plan_certificate(const struct bearer *b, enum target target, const struct tls *tls,
                             struct span origin)
{
    struct arg *args = NEW_ARRAY(b->p->arena, struct arg, 2);
    bool password = tls->password.kind != SECRET_NONE;
    if (!tls->certificate.text.n || is_said(b, target))
        return;
    args[0] = tls->certificate;
    args[1] = tls->password.arg;
    args[1].secret = true;
    if (tls->password.known)
        args[1].text = tls->password.text;
    if (plan_has(b->p, b->p->m->target[target], origin, "no certificate is shown"))
        plan_line(b->p, b->s, target, args, password ? 2 : 1, origin);
}

const struct directive *plan_protocol(const struct plan *p, int i)
{
    return p->m->target[identities[IDENTITY_domain].protocols[i]];
}

/* The switches of the protocols below the minimum are off, also where that is the default, which
   a global or packaged setting could change; those from it up are on where they are not by
   default.  */
static void plan_minimum(const struct bearer *b, const struct identity_row *row,
                         const struct tls *tls)
{
    static const struct arg no = { .text = STR_INIT("no") }, yes = { .text = STR_INIT("yes") };
    struct fault fault;
    for (int i = 0; tls->minimum && i < N_PROTOCOLS; i++) {
        const struct directive *dir = b->p->m->target[row->protocols[i]];
        bool wanted = i + 1 >= tls->minimum, on = false;
        value_bool(str_of(dir->fallback), &on, &fault);
        if ((wanted && on) || is_said(b, row->protocols[i]))
            continue;
        if (plan_has(b->p, dir, tls->minimum_span, "the oldest protocol is not enforced"))
            conf_line(b->p->conf, b->s, dir, wanted ? &yes : &no, 1, 0, tls->minimum_span);
    }
}

void plan_identity(struct plan *p, struct conf_section *s, enum identity_place place,
                   const struct tls *tls, const struct lines *said, struct span origin)
{
    const struct identity_row *row = &identities[place];
    const struct bearer b = { p, s, said };
    if (!tls)
        return;
    plan_certificate(&b, row->certificate, tls, origin);
    plan_minimum(&b, row, tls);
    identity_part(&b, row->ciphers, &tls->ciphers, "the ciphers are PowerMTA's own");
    identity_part(&b, row->suites, &tls->suites, "the cipher suites are PowerMTA's own");
    identity_part(&b, row->ca, &tls->ca, "the other side is not verified");
    identity_part(&b, row->dh, &tls->dh_bits, "the DH key has PowerMTA's own length");
}

void plan_outbound_tls(struct plan *p, struct conf_section *s, const struct tls_use *use,
                       const struct lines *said)
{
    if (use->word == TLS_UNSET)
        return;
    plan_lower(p, s, lower_tls_out(use->word), said, use->span);
    plan_identity(p, s, IDENTITY_domain, plan_tls_of(use), said, use->span);
}

static bool is_macro(const struct plan *p, const struct line *l)
{
    return l->what->dir == p->m->target[TARGET_global_domain_macro];
}

/* A run of lines outside of all sections.  */
static struct conf_section *new_globals(struct plan *p)
{
    return conf_section(p->conf, NULL, SCOPE_global, STR(""), NOWHERE, NOWHERE);
}

/* Global lines; macros first, since they come before what uses them.  */
static void plan_globals(struct plan *p)
{
    struct conf_section *macros = new_globals(p), *lines = new_globals(p), *keys = new_globals(p);
    p->globals = lines;
    for (const struct line *l = lines_first(&p->m->lines); l; l = l->next)
        if (!l->bad)
            conf_line(p->conf, is_macro(p, l) ? macros : lines, l->what->dir, l->what->args,
                      l->what->n_args, l->lo, line_span(l));
    plan_origins(p, lines, TARGET_global_smtp_source_host, &p->m->origins);
    plan_keys(p, keys, TARGET_global_domain_key, &p->m->keys);
}

static bool has_section(const struct model *m, enum scope scope)
{
    for (size_t i = 0; i < m->sections.n; i++)
        if (m->sections.v[i]->scope == scope)
            return true;
    return false;
}

/* PowerMTA starts neither without a log file nor without a spool.  */
static void plan_defaults(struct plan *p)
{
    static const char why[] = "PowerMTA needs these, and the topology leaves them out.";
    const struct model *m = p->m;
    if (m->fragment || m->raw)
        return;
    struct conf_section *lines = new_globals(p);
    plan_lower(p, lines, LOWER_defaults, &m->lines, NOWHERE);
    lines->comment = why;
    if (has_section(m, SCOPE_spool) || line_find(&m->lines, m->target[TARGET_global_spool]))
        return;
    struct conf_section *spool =
        conf_section(p->conf, NULL, SCOPE_spool, STR("/var/spool/pmta"), NOWHERE, NOWHERE);
    spool->comment = lines->lines ? NULL : why;
}

/* Sections that others refer to; a list must stand before the source that uses it.  */
static bool is_referred_to(enum scope scope)
{
    return dict_scope(scope)->arg == ARG_NAME || dict_scope(scope)->arg == ARG_OPTIONAL_NAME;
}

static void plan_sections(struct plan *p, bool referred)
{
    for (size_t i = 0; i < p->m->sections.n; i++)
        if (is_referred_to(p->m->sections.v[i]->scope) == referred)
            plan_section(p, NULL, p->m->sections.v[i]);
}

void plan(const struct model *m, struct conf *conf)
{
    struct kept kept[N_KEPT] = { { .block = NULL } };
    struct kept_key keys[N_KEPT_KEYS] = { { .line = NULL } };
    struct spread spreads[N_SPREADS] = { { 0 } };
    struct plan p = { .m = m,
                      .conf = conf,
                      .arena = conf->arena,
                      .diags = m->diags,
                      .kept = kept,
                      .keys = keys,
                      .spreads = spreads };
    plan_globals(&p);
    plan_defaults(&p);
    plan_sections(&p, true);
    plan_inbound(&p);
    conf_done(conf);
    plan_outbound(&p);
    plan_sections(&p, false);
    conf_done(conf);
}
