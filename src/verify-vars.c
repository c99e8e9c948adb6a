#include <config.h>

#include "verify-vars.h"

#include "effective.h"

/* Variables */

static void report_variable(struct program *p, const struct var *var)
{
    struct diag *m = diag(p->diags, CHECK_unused, var->span, "nothing uses the variable `%.*s`",
                          STR_ARG(var->name));
    diag_help(p->diags, m, "write ${%.*s} where it is meant, or leave it out", STR_ARG(var->name));
}

/* What one host does not need, another may: a name that is used anywhere is used.  */
static void report_vars(struct program *p, const struct vars *vars, const struct map *used)
{
    for (size_t i = 0; i < vars->map.n; i++) {
        const struct var *var = vars->map.entries[i].value;
        if (var && !var->used && var->span.hi && !map_find(used, var->name))
            report_variable(p, var);
    }
}

void verify_variables(struct program *p)
{
    struct map used = { .arena = p->arena, .exact = true };
    for (size_t h = 0; h < p->hosts.n; h++) {
        const struct map *vars = &p->hosts.v[h]->vars.map;
        for (size_t i = 0; i < vars->n; i++)
            if (((const struct var *)vars->entries[i].value)->used)
                map_add(&used, vars->entries[i].key);
    }
    for (size_t h = 0; h < p->hosts.n; h++)
        report_vars(p, &p->hosts.v[h]->vars, &used);
    used = (struct map){ .arena = p->arena };
    report_vars(p, &p->globals, &used);
}

/* Objects */

struct unused {
    const struct model *model;
    struct map used; /* shared objects that some host uses, by 'identity' */
    bool fleet, reporting;
    bool open;    /* names may be used where we cannot see */
    bool by_name; /* a message may name the VMTA that it leaves by */
    bool login;   /* some listener takes one */
};

/* The kinds of unused things: how they are called, and what would use them.  */
struct thing {
    const char *what, *help;
    const char *written; /* the help in a configuration that is read */
};

static const struct thing thing_tls = { "TLS identity", "name it behind `tls`, or leave it out",
                                        "" };
static const struct thing thing_dkim = { "key of", "`sign` it in a vmta or pool, or leave it out",
                                         "" };
static const struct thing thing_policy = { "policy", "copy it by `use`, or leave it out", "" };
static const struct thing thing_vmta = { "vmta",
                                         "name it behind `via` or in a pool, or leave it out",
                                         "name it behind `default-virtual-mta` or in a pool, or "
                                         "leave it out" };
static const struct thing thing_pool = { "pool", "name it behind `via`, or leave it out",
                                         "name it behind `default-virtual-mta`, or leave it out" };
static const struct thing thing_list = { "list", "name it where it is to be asked, or leave it out",
                                         "name it where it is to be asked, or leave it out" };
static const struct thing thing_source = {
    "source", "", "name it in an <smtp-user> or a listener, or leave it out"
};
static const struct thing thing_macro = {
    "macro", "write it with a `$` in front as the pattern of a domain, or leave it out",
    "write it with a `$` in front as the pattern of a domain, or leave it out"
};
static const struct thing thing_user = {
    "user", "say `auth required` or `auth optional` in a listener, or leave the user out",
    "write `require-auth yes` in a source, or leave the user out"
};

/* One object as the hosts have it in common: the place of its name, and the element of a range.  */
static struct str identity(const struct unused *u, const struct object *o)
{
    char *key = arena_alloc(u->model->scratch, sizeof o->span + o->name.n);
    memcpy(key, &o->span, sizeof o->span);
    memcpy(key + sizeof o->span, o->name.p, o->name.n);
    return (struct str){ key, sizeof o->span + o->name.n };
}

/* First call for all models: remembers what is used.  Second call: reports what is not.  */
static void visit(struct unused *u, const struct object *o, bool used, const struct thing *thing)
{
    struct diags *d = u->model->diags;
    bool shared = u->fleet && o->shared;
    if (o->bad)
        return;
    if (!u->reporting) {
        if (shared && used)
            map_add(&u->used, identity(u, o));
        return;
    }
    if (used || (shared && map_find(&u->used, identity(u, o))))
        return;
    struct diag *m =
        diag(d, CHECK_unused, o->span,
             thing == &thing_user ? "no listener takes a login, so the %s `%.*s` is unused"
                                  : "nothing uses the %s `%.*s`",
             thing->what, STR_ARG(o->name));
    diag_help_topology(d, m, "%s", thing->help);
    diag_help_powermta(d, m, "%s", thing->written);
}

/* A name that is linked to nothing and has no braces: PowerMTA chooses by the client's address.  */
static bool chooses(const struct ref *via)
{
    return via->name.n && !via->bad && !via->to && via->name.p[0] != '{';
}

/* Clients of a source with these lines name a VMTA by header, by merge variable or by a list.  */
static bool names_vmtas(const struct unused *u, const struct lines *lines, const struct ref *via)
{
    const struct model *m = u->model;
    return chooses(via) || line_bool(lines, m->target[TARGET_source_x_vmta]) == 1 ||
           line_bool(lines, m->target[TARGET_source_mailmerge]) == 1;
}

static bool any_names_vmtas(const struct unused *u)
{
    const struct model *m = u->model;
    bool found = line_find(&m->lines, m->target[TARGET_global_pickup]) != NULL;
    for (size_t i = 0; i < m->listeners.n && !found; i++)
        found = names_vmtas(u, &m->listeners.v[i]->source_lines, &m->listeners.v[i]->via);
    for (size_t i = 0; i < m->clients.n && !found; i++)
        found = names_vmtas(u, &m->clients.v[i]->lines, &m->clients.v[i]->via);
    for (size_t i = 0; i < m->sources.n && !found; i++)
        found = names_vmtas(u, &m->sources.v[i]->lines, &m->sources.v[i]->via);
    for (size_t i = 0; i < m->users.n && !found; i++)
        found = names_vmtas(u, &m->users.v[i]->source_lines, &m->users.v[i]->via);
    for (size_t i = 0; i < m->sections.n && !found; i++)
        found = m->sections.v[i]->scope == SCOPE_transmissions_api;
    return found;
}

/* Without any listener that is what has to be said, not that users are of no use.  */
static bool any_takes_login(const struct model *m)
{
    bool found = m->listeners.n == 0;
    for (size_t i = 0; i < m->listeners.n && !found; i++)
        found = effective_offers_login(m, m->listeners.v[i]);
    return found;
}

/* What only our own words can refer to.  */
static void visit_own(struct unused *u)
{
    const struct model *m = u->model;
    for (size_t i = 0; i < m->tls.n; i++)
        visit(u, &m->tls.v[i]->object, m->tls.v[i]->object.used, &thing_tls);
    for (size_t i = 0; i < m->dkim.n; i++)
        visit(u, &m->dkim.v[i]->object, m->dkim.v[i]->object.used, &thing_dkim);
    for (size_t i = 0; i < m->policies.n; i++)
        visit(u, &m->policies.v[i]->object, m->policies.v[i]->object.used, &thing_policy);
}

static void visit_named(struct unused *u)
{
    const struct model *m = u->model;
    for (size_t i = 0; i < m->vmtas.n; i++)
        visit(u, &m->vmtas.v[i]->object, m->vmtas.v[i]->object.used || u->by_name, &thing_vmta);
    for (size_t i = 0; i < m->pools.n; i++)
        visit(u, &m->pools.v[i]->object, m->pools.v[i]->object.used || u->by_name, &thing_pool);
    for (size_t i = 0; i < m->users.n; i++)
        visit(u, &m->users.v[i]->object, u->login, &thing_user);
}

/* Where nothing is that could name a list of 'scope', another file has it.  */
static bool has_users_of(const struct model *m, enum scope scope)
{
    return scope == SCOPE_pattern_list ? m->sources.n > 0 : m->domains.first != NULL;
}

static void visit_lists(struct unused *u)
{
    const struct model *m = u->model;
    for (size_t i = 0; i < m->sections.n; i++) {
        const struct section_body *s = m->sections.v[i];
        bool list = s->scope == SCOPE_pattern_list || s->scope == SCOPE_smtp_pattern_list;
        if (list && (!u->open || has_users_of(m, s->scope)))
            visit(u, &s->object, s->object.used, &thing_list);
    }
}

/* Sources that somebody has to name, in a configuration that was read; PowerMTA itself uses those
   whose names it keeps.  */
static void visit_sources(struct unused *u)
{
    const struct model *m = u->model;
    bool named = !u->open || m->users.n || m->listeners.n;
    for (size_t i = 0; m->raw && i < m->sources.n && named; i++) {
        const struct source_rule *s = m->sources.v[i];
        if (!s->by_address && !name_is_reserved(s->object.name))
            visit(u, &s->object, s->object.used, &thing_source);
    }
}

static void visit_macros(struct unused *u)
{
    const struct model *m = u->model;
    for (size_t i = 0; i < m->macros.n; i++) {
        const struct section_body *s = m->macros.entries[i].value;
        struct object o = s->object;
        o.shared = true; /* a line does not say where it stands; its place decides */
        visit(u, &o, o.used, &thing_macro);
    }
}

/* An include of the server, and whoever includes a fragment, may refer to names that PowerMTA
   sees, but not to those that only this language has.  Of a part of a configuration that was read
   the lists are judged where that part has what should name them.  */
static void visit_all(struct unused *u, const struct model *m)
{
    u->model = m;
    u->by_name = any_names_vmtas(u);
    u->login = any_takes_login(m);
    visit_own(u);
    if (!u->open || (m->raw && !m->unread)) {
        visit_lists(u);
        visit_sources(u);
    }
    if (u->open)
        return;
    visit_named(u);
    visit_macros(u);
}

void verify_unused_fleet(const struct model *const *models, size_t n)
{
    struct unused u = { .fleet = n > 1 };
    for (size_t i = 0; i < n; i++) {
        u.used.arena = models[i]->scratch;
        u.used.exact = true;
        u.open |= models[i]->foreign_names || models[i]->fragment;
    }
    for (int pass = n > 1 ? 0 : 1; pass < 2; pass++) {
        u.reporting = pass == 1;
        for (size_t i = 0; i < n; i++)
            visit_all(&u, models[i]);
    }
}
