#include <config.h>

#include "verify.h"

/* A row of providers.def whose mail PowerMTA 5.0 rolls up by itself.  */
struct rollup {
    struct str domain, queue;
};

static const struct rollup rollups[] = {
#define PROVIDER(DOMAIN, OWNER, QUEUE) { STR_INIT(DOMAIN), STR_INIT(QUEUE) },
#include "../grammar/providers.def"
#undef PROVIDER
};

/* Kinds of queue that open no connection.  */
static const struct str quiet_types[] = { STR_INIT("discard"), STR_INIT("pipe"), STR_INIT("file") };

static bool has_line(const struct model *model, const struct lines *lines, enum target target)
{
    return line_find(lines, model->target[target]) != NULL;
}

/* Calls 'judge' for all domains: global ones, then those of VMTAs and pools.  */
struct domain_walk {
    void (*judge)(const struct model *, const struct domain *, void *context);
    void *context;
};

static void walk_domains(const struct model *model, const struct domains *domains,
                         struct domain_walk walk)
{
    for (const struct domain *d = domains->first; d; d = d->next)
        if (!d->bad)
            walk.judge(model, d, walk.context);
}

static void walk_all_domains(const struct model *model, struct domain_walk walk)
{
    walk_domains(model, &model->domains, walk);
    for (size_t i = 0; i < model->vmtas.n; i++)
        walk_domains(model, &model->vmtas.v[i]->domains, walk);
    for (size_t i = 0; i < model->pools.n; i++)
        walk_domains(model, &model->pools.v[i]->domains, walk);
}

static void collect_pattern(const struct model *model, const struct domain *d, void *patterns)
{
    (void)model;
    *map_add(patterns, d->pattern) = (void *)d;
}

/* All patterns of domains, by their text.  */
static struct map all_patterns(const struct model *model)
{
    struct map patterns = { .arena = model->scratch };
    walk_all_domains(model, (struct domain_walk){ collect_pattern, &patterns });
    return patterns;
}

/* domain-rolled-up */

struct rolled {
    struct map queues;   /* provider's domain to struct rollup */
    struct map patterns; /* what is configured anyway */
    bool off;            /* for all domains */
};

/* Mail for 'd' is taken elsewhere before any MX is asked.  */
static bool is_routed(const struct model *model, const struct domain *d)
{
    return has_line(model, &d->lines, TARGET_domain_smtp_hosts) ||
           has_line(model, &d->lines, TARGET_domain_route) ||
           has_line(model, &d->lines, TARGET_domain_queue_to);
}

static void judge_rolled_up(const struct model *model, const struct domain *d, void *context)
{
    const struct rolled *rolled = context;
    const struct rollup *rollup = map_get(&rolled->queues, d->pattern);
    const struct directive *off = model->target[TARGET_domain_disable_rollup];
    int own = line_bool(&d->lines, off);
    if (!rollup || own == 1 || (own < 0 && rolled->off) || is_routed(model, d) ||
        map_find(&rolled->patterns, rollup->queue))
        return;
    struct diag *m = diag(model->diags, CHECK_domain_rolled_up, d->span,
                          "PowerMTA 5.0 puts mail for `%.*s` into the queue `%.*s`, which these "
                          "settings do not reach",
                          STR_ARG(d->pattern), STR_ARG(rollup->queue));
    diag_help_topology(model->diags, m,
                       "write `domain %.*s { ... }` for that queue, or `%s yes` here",
                       STR_ARG(rollup->queue), off->name);
    diag_help_powermta(model->diags, m, "write <domain %.*s> for that queue, or `%s yes` here",
                       STR_ARG(rollup->queue), off->name);
}

void verify_domain_rolled_up(const struct model *model)
{
    struct rolled rolled = { .queues = { .arena = model->scratch } };
    const struct domain *all = domain_find(&model->domains, STR("*"));
    if (model->version < PMTA_5_0 || !model->has_named_domains)
        return;
    for (size_t i = 0; i < sizeof rollups / sizeof rollups[0]; i++)
        if (rollups[i].queue.n)
            *map_add(&rolled.queues, rollups[i].domain) = (void *)&rollups[i];
    rolled.patterns = all_patterns(model);
    rolled.off = all && line_bool(&all->lines, model->target[TARGET_domain_disable_rollup]) == 1;
    walk_all_domains(model, (struct domain_walk){ judge_rolled_up, &rolled });
}

/* warmup-no-limit, warmup-no-cold */

/* The line that says how much a cold VMTA takes, in one of 'domains', or NULL.  */
static const struct line *cold_limit(const struct model *model, const struct domains *domains)
{
    for (const struct domain *d = domains->first; d; d = d->next) {
        const struct line *l = line_find(&d->lines, model->target[TARGET_domain_cold_limit]);
        if (l)
            return l;
    }
    return NULL;
}

static bool pools_limit(const struct model *model, const struct vmta *vmta)
{
    for (const struct ref *r = vmta->pools.first; r; r = r->next)
        if (r->to && cold_limit(model, &((const struct pool *)r->to)->domains))
            return true;
    return false;
}

static bool members_limit(const struct model *model, const struct pool *pool)
{
    for (const struct ref *r = pool->members.first; r; r = r->next)
        if (r->to && r->to->kind == KIND_vmta &&
            cold_limit(model, &((const struct vmta *)r->to)->domains))
            return true;
    return false;
}

static void no_limit(const struct model *model, const struct object *o, const struct ref *cold)
{
    const char *name = model->target[TARGET_domain_cold_limit]->name;
    if (cold->bad)
        return;
    enum level level = model_maybe(model, LEVEL_WARNING);
    struct diag *m = diag_at(model->diags, CHECK_warmup_no_limit, level, cold->span,
                             "`%.*s` takes over nothing from `%.*s`: no `%s` says how much",
                             STR_ARG(cold->name), STR_ARG(o->name), name);
    diag_help_topology(model->diags, m, "write `domain * { %s 50/d,100/d,200/d }` in `%.*s`", name,
                       STR_ARG(o->name));
    diag_help_powermta(model->diags, m, "write `%s 50/d,100/d,200/d` in a <domain *> in `%.*s`",
                       name, STR_ARG(o->name));
}

void verify_warmup_no_limit(const struct model *model)
{
    if (cold_limit(model, &model->domains))
        return;
    for (size_t i = 0; i < model->vmtas.n; i++) {
        const struct vmta *v = model->vmtas.v[i];
        if (vmta_extras(v)->colds.first && !cold_limit(model, &v->domains) &&
            !pools_limit(model, v))
            no_limit(model, &v->object, vmta_extras(v)->colds.first);
    }
    for (size_t i = 0; i < model->pools.n; i++) {
        const struct pool *p = model->pools.v[i];
        if (p->colds.first && !cold_limit(model, &p->domains) && !members_limit(model, p))
            no_limit(model, &p->object, p->colds.first);
    }
}

/* The line diverts something: 0/d is a way to say nothing.  */
static bool diverts(const struct line *line)
{
    for (uint32_t i = 0; i < line->what->n_args; i++)
        if (!str_starts(line->what->args[i].text, STR("0/")))
            return true;
    return false;
}

static void no_cold(const struct model *model, const struct domains *domains)
{
    const struct line *line = cold_limit(model, domains);
    if (!line || line->bad || !diverts(line) || model->foreign_names)
        return;
    struct diag *m = diag(model->diags, CHECK_warmup_no_cold, line_span(line),
                          "`%s` limits a cold VMTA, and there is none", line->what->dir->name);
    diag_help_topology(model->diags, m,
                       "name one by `cold VMTA` in the VMTA or pool that is to hand over");
    diag_help_powermta(
        model->diags, m,
        "name one by `cold-virtual-mta` in the virtual MTA or pool that is to hand over");
}

static bool has_cold(const struct model *model, const struct vmta *v)
{
    return vmta_extras(v)->colds.first ||
           has_line(model, &vmta_extras(v)->lines, TARGET_vmta_auto_cold);
}

static bool pools_have_cold(const struct vmta *v)
{
    for (const struct ref *r = v->pools.first; r; r = r->next)
        if (r->to && ((const struct pool *)r->to)->colds.first)
            return true;
    return false;
}

static bool members_have_cold(const struct model *model, const struct pool *p)
{
    for (const struct ref *r = p->members.first; r; r = r->next)
        if (r->bad || !r->to ||
            (r->to->kind == KIND_vmta && has_cold(model, (const struct vmta *)r->to)))
            return true;
    return false;
}

void verify_warmup_no_cold(const struct model *model)
{
    bool any = false;
    if (!model_says(model, TARGET_domain_cold_limit))
        return;
    for (size_t i = 0; i < model->vmtas.n; i++) {
        const struct vmta *v = model->vmtas.v[i];
        bool cold = has_cold(model, v) || pools_have_cold(v);
        any |= cold;
        if (!cold)
            no_cold(model, &v->domains);
    }
    for (size_t i = 0; i < model->pools.n; i++) {
        const struct pool *p = model->pools.v[i];
        any |= p->colds.first != NULL;
        if (!p->colds.first && !members_have_cold(model, p))
            no_cold(model, &p->domains);
    }
    if (!any)
        no_cold(model, &model->domains);
}

/* vmta-no-source */

/* 1: 'domains' say that mail for everybody opens no connection, 0: that it does, -1: nothing.  */
static int is_quiet(const struct model *model, const struct domains *domains)
{
    const struct domain *d = domain_find(domains, STR("*"));
    const struct line *type = d ? line_find(&d->lines, model->target[TARGET_domain_type]) : NULL;
    if (!type || type->bad || type->what->n_args != 1)
        return -1;
    for (size_t i = 0; i < sizeof quiet_types / sizeof quiet_types[0]; i++)
        if (str_ieq(type->what->args[0].text, quiet_types[i]))
            return 1;
    return 0;
}

/* No mail of 'v' opens a connection.  Its own domains beat those of its pools, and those the
   rest.  */
static bool never_connects(const struct model *model, const struct vmta *v)
{
    int quiet = is_quiet(model, &v->domains);
    for (const struct ref *r = v->pools.first; r && quiet < 0; r = r->next)
        if (r->to)
            quiet = is_quiet(model, &((const struct pool *)r->to)->domains);
    if (quiet < 0)
        quiet = is_quiet(model, &model->domains);
    return quiet == 1;
}

static bool has_source(const struct model *model, const struct vmta *v)
{
    const struct lines *lines = &vmta_extras(v)->lines;
    return v->origins.first || has_line(model, lines, TARGET_vmta_proxy_source_host) ||
           has_line(model, lines, TARGET_vmta_use_proxy) ||
           has_line(model, lines, TARGET_vmta_source_ip) ||
           has_line(model, lines, TARGET_global_include);
}

static bool has_global_source(const struct model *model)
{
    const struct lines *lines = &model->lines;
    return model->origins.first || has_line(model, lines, TARGET_global_smtp_proxy_source_host) ||
           has_line(model, lines, TARGET_global_use_proxy) ||
           has_line(model, lines, TARGET_global_smtp_source_ip);
}

void verify_vmta_no_source(const struct model *model)
{
    if (has_global_source(model))
        return;
    for (size_t i = 0; i < model->vmtas.n; i++) {
        const struct vmta *v = model->vmtas.v[i];
        if (has_source(model, v) || never_connects(model, v))
            continue;
        enum level level = model_maybe(model, LEVEL_WARNING);
        struct diag *m = diag_at(model->diags, CHECK_vmta_no_source, level, v->object.span,
                                 "`%.*s` has no source: the system picks the address it sends from",
                                 STR_ARG(v->object.name));
        diag_help_topology(model->diags, m, "write `source ADDRESS HOSTNAME` in it");
        diag_help_powermta(model->diags, m, "write `smtp-source-host ADDRESS HOSTNAME` in it");
    }
}

/* rollup-no-domain */

/* 'queue' falls under a pattern of a domain: itself, *.d or [*.]d with a d above it.  */
static bool is_configured(const struct model *model, const struct map *patterns, struct str queue)
{
    struct buf text = { .arena = model->scratch };
    if (map_find(patterns, queue))
        return true;
    for (struct str d = queue; d.n;) {
        text.n = 0;
        buf_printf(&text, "[*.]%.*s", STR_ARG(d));
        if (map_find(patterns, buf_str(&text)))
            return true;
        d = str_sub(d, str_find(d, '.') + 1, d.n);
        text.n = 0;
        buf_printf(&text, "*.%.*s", STR_ARG(d));
        if (d.n && map_find(patterns, buf_str(&text)))
            return true;
    }
    return false;
}

/* What a macro of domain patterns stands for is configured as well.  */
static void add_macros(const struct model *model, struct map *patterns)
{
    for (const struct line *l = lines_first(&model->lines); l; l = l->next) {
        if (l->what->dir != model->target[TARGET_global_domain_macro] || l->bad ||
            l->what->n_args < 2)
            continue;
        struct str use = arena_printf(model->scratch, "$%.*s", STR_ARG(l->what->args[0].text));
        for (uint32_t i = 1; i < l->what->n_args && map_find(patterns, use); i++)
            *map_add(patterns, l->what->args[i].text) = (void *)l;
    }
}

void verify_rollup_no_domain(const struct model *model)
{
    struct map patterns = { .arena = model->scratch }, said = patterns;
    for (size_t i = 0; i < model->sections.n; i++) {
        const struct section_body *s = model->sections.v[i];
        if (s->scope != SCOPE_mx_rollup_list)
            continue;
        if (!patterns.n) {
            patterns = all_patterns(model);
            add_macros(model, &patterns);
        }
        for (const struct line *l = lines_first(&s->lines); l; l = l->next) {
            if (l->what->dir != model->target[TARGET_rollup_mx] || l->bad || l->what->n_args != 2)
                continue;
            struct str queue = l->what->args[1].text;
            if (map_find(&said, queue) || is_configured(model, &patterns, queue))
                continue;
            *map_add(&said, queue) = (void *)l;
            enum level level = model_maybe(model, LEVEL_WARNING);
            struct diag *m =
                diag_at(model->diags, CHECK_rollup_no_domain, level, line_arg_span(l, 1),
                        "no `domain` configures the queue `%.*s`", STR_ARG(queue));
            diag_help_topology(model->diags, m,
                               "write `domain %.*s { %s lookup-mx:DOMAIN }` with its limits",
                               STR_ARG(queue), model->target[TARGET_domain_smtp_hosts]->name);
            diag_help_powermta(model->diags, m,
                               "write <domain %.*s> with `%s lookup-mx:DOMAIN` and its limits",
                               STR_ARG(queue), model->target[TARGET_domain_smtp_hosts]->name);
        }
    }
}

/* macro-member */

struct member {
    const struct line *macro;
    struct span span;
};

/* A piece such as "com" or ".com" may well stand in two macros; a domain should not.  */
static bool is_piece(struct str text)
{
    return text.n == 0 || text.p[0] == '.' || text.p[0] == '$' || str_find(text, '.') == text.n;
}

static void judge_member(const struct model *model, struct map *seen, const struct line *macro,
                         const struct arg *arg)
{
    void **slot = map_add(seen, arg->text);
    const struct member *first = *slot;
    struct diag *m;
    if (!first) {
        struct member *member = NEW(model->scratch, struct member);
        *member = (struct member){ macro, arg->span };
        *slot = member;
        return;
    }
    if (first->macro == macro)
        m = diag(model->diags, CHECK_macro_member, arg->span, "`%.*s` stands twice in `%.*s`",
                 STR_ARG(arg->text), STR_ARG(macro->what->args[0].text));
    else if (!is_piece(arg->text))
        m = diag(model->diags, CHECK_macro_member, arg->span, "`%.*s` is in `%.*s` and in `%.*s`",
                 STR_ARG(arg->text), STR_ARG(first->macro->what->args[0].text),
                 STR_ARG(macro->what->args[0].text));
    else
        return;
    diag_cause(model->diags, m, line_span(macro));
    if (first->span.lo != arg->span.lo)
        diag_also(model->diags, m, first->span, "it stands here first");
}

void verify_macro_member(const struct model *model)
{
    struct map seen = { .arena = model->scratch };
    for (const struct line *l = lines_first(&model->lines); l; l = l->next) {
        if (l->what->dir != model->target[TARGET_global_domain_macro] || l->bad)
            continue;
        for (uint32_t i = 1; i < l->what->n_args; i++)
            if (!(l->what->args[i].text.n && l->what->args[i].text.p[0] == '$'))
                judge_member(
                    model, &seen, l,
                    &(struct arg){ .text = l->what->args[i].text, .span = line_arg_span(l, i) });
    }
}

/* acct-move, postmaster-missing, run-as-root */

void verify_acct_move(const struct model *model)
{
    for (size_t i = 0; i < model->sections.n; i++) {
        const struct section_body *s = model->sections.v[i];
        const struct line *l = s->scope == SCOPE_acct_file
                                   ? line_find(&s->lines, model->target[TARGET_acct_move_interval])
                                   : NULL;
        if (!l || l->bad || has_line(model, &s->lines, TARGET_acct_move_to))
            continue;
        const char *to = model->target[TARGET_acct_move_to]->name;
        struct diag *m = diag(model->diags, CHECK_acct_move, line_span(l),
                              "PowerMTA ignores `%s` without `%s`", l->what->dir->name, to);
        diag_help(model->diags, m, "write `%s DIRECTORY`, on the same volume", to);
    }
}

/* Nothing at all was declared: that has a message of its own.  */
static bool is_empty(const struct model *model)
{
    return !model->listeners.n && !model->vmtas.n && !model->sections.n &&
           !lines_first(&model->lines) && !model->domains.first;
}

void verify_postmaster_missing(const struct model *model)
{
    const struct directive *dir = model->target[TARGET_global_postmaster];
    if (model->fragment || model->foreign_names || is_empty(model) || line_find(&model->lines, dir))
        return;
    struct diag *m = diag(model->diags, CHECK_postmaster_missing, model->whole,
                          "no `%s` gets PowerMTA's notices and the mail for abuse", dir->name);
    diag_help_topology(model->diags, m, "write `%s ADDRESS` at the top of a topology", dir->name);
    diag_help_powermta(model->diags, m, "write `%s ADDRESS` outside of all sections", dir->name);
}

void verify_run_as_root(const struct model *model)
{
    const struct directive *dir = model->target[TARGET_global_run_as_root];
    if (line_bool(&model->lines, dir) != 1)
        return;
    struct diag *m = diag(model->diags, CHECK_run_as_root, line_span(line_find(&model->lines, dir)),
                          "whoever breaks into PowerMTA is root");
    diag_help(model->diags, m, "write `%s no`: it then runs as the user pmta", dir->name);
}
