#include <config.h>

#include "resolve.h"
#include "suggest.h"

struct resolve {
    struct program *program;
    struct model *m;
    struct arena *arena;
    struct diags *diags;
    const struct map *elsewhere;
    struct dkim *usual; /* the domain that was signed last */
    size_t guess;       /* the VMTA or pool that may be named next */
};

/* Reports that nothing is called 'name', with the nearest of 'map'.  Below an error, another file
   may know better.  */
static void report_unknown(struct resolve *r, struct span span, const char *what, struct str name,
                           const struct map *map, enum level level)
{
    struct suggest near;
    suggest_init(&near, name);
    bool guess = diag_may_guess(r->diags);
    for (size_t i = 0; guess && i < map->n; i++)
        if (map->entries[i].value)
            suggest_offer(&near, map->entries[i].key);
    struct diag *m = diag_at(r->diags, CHECK_name_unknown, level, span, "no %s is called `%.*s`",
                             what, STR_ARG(name));
    if (near.best.n)
        diag_help(r->diags, m, "did you mean `%.*s`?", STR_ARG(near.best));
    else if (level == LEVEL_NOTE)
        diag_help(r->diags, m, "the files that the server includes may define it");
    else if (level == LEVEL_WARNING)
        diag_help(r->diags, m, "the configuration that includes this one has to define it");
}

/* The same for a name of PowerMTA.  Returns true where the name is to be dropped.  Of what is read
   nothing is dropped; and a part of a configuration is believed to know the names of a kind where
   it declares some.  */
static bool unknown(struct resolve *r, struct span span, const char *what, struct str name,
                    const struct map *map)
{
    const struct model *m = r->m;
    if (m->raw && m->foreign_names && (m->unread || !map->n))
        return false;
    enum level level = m->raw                   ? LEVEL_ERROR
                       : m->foreign_names       ? LEVEL_NOTE
                       : m->fragment && !map->n ? LEVEL_WARNING
                                                : LEVEL_ERROR;
    report_unknown(r, span, what, name, map, level);
    return !m->raw && level == LEVEL_ERROR;
}

/* The VMTA or pool of that name, or NULL.  Members are often named in the order in which they are
   declared: the one behind that which was found last is tried first.  */
static struct object *object_called(struct resolve *r, struct str name)
{
    const struct map *map = &r->m->names[KIND_vmta];
    if (r->guess < map->n && str_eq(map->entries[r->guess].key, name))
        return map->entries[r->guess++].value;
    void **slot = map_find(map, name);
    if (!slot)
        return NULL;
    r->guess = map_index(map, slot) + 1;
    return *slot;
}

/* Links a name of a VMTA, with 'pools' also of a pool.  Returns false where the object is on
   another host of the fleet only.  */
static bool link_vmta(struct resolve *r, struct ref *ref, bool pools)
{
    const struct map *map = &r->m->names[KIND_vmta];
    if (ref->bad || !ref->name.n || name_is_reserved(ref->name))
        return true;
    struct object *o = object_called(r, ref->name);
    if (o && (pools || o->kind == KIND_vmta)) {
        ref->to = o;
        ref->name = o->name; /* as declared: PowerMTA may mind the case */
        o->used = true;
        return true;
    }
    if (o) {
        struct diag *m = diag(r->diags, CHECK_name_unknown, ref->span,
                              "`%.*s` is a pool; only a VMTA can stand here", STR_ARG(ref->name));
        diag_also(r->diags, m, o->span, "declared here");
        ref->bad = true;
        return true;
    }
    if (map_get(r->elsewhere, ref->name))
        return false;
    ref->bad = unknown(r, ref->span, pools ? "VMTA or pool" : "VMTA", ref->name, map);
    return true;
}

/* Links a list of VMTAs and takes those out that only other hosts have.  Returns the first that it
   took, or NULL.  */
static struct ref *link_list(struct resolve *r, struct refs *refs)
{
    struct ref *absent = NULL;
    struct ref **at = &refs->first;
    refs->last = NULL;
    while (*at) {
        if (link_vmta(r, *at, false)) {
            refs->last = *at;
            at = &(*at)->next;
        } else {
            absent = absent ? absent : *at;
            *at = (*at)->next;
        }
    }
    return absent;
}

/* Warns of a name that only another host of the fleet has.  */
static void elsewhere(struct resolve *r, const struct ref *absent, const char *what)
{
    struct diag *d = diag_at(r->diags, CHECK_name_unknown, LEVEL_WARNING, absent->span,
                             "`%.*s` is on another host, and %s", STR_ARG(absent->name), what);
    diag_help(r->diags, d, "name a VMTA of the host `%.*s`", STR_ARG(r->m->host));
}

/* A line of a pool that names no member at all and begins nearly like a directive was meant to be
   one.  */
static bool is_misspelt(struct resolve *r, const struct ref *first)
{
    const struct map *map = &r->m->names[KIND_vmta];
    struct suggest near;
    if (!first->line || first->alone)
        return false;
    for (const struct ref *x = first; x && x->line == first->line; x = x->next)
        if (map_get(map, x->name) || map_get(r->elsewhere, x->name) || x->bad)
            return false;
    suggest_init(&near, first->name);
    for (size_t i = 0; i < dict_count(); i++)
        if (dict_at(i)->scopes & (uint64_t)1 << SCOPE_virtual_mta_pool)
            suggest_offer(&near, str_of(dict_at(i)->name));
    if (!near.best.n)
        return false;
    struct diag *m = diag(r->diags, CHECK_directive_unknown, first->span,
                          "`%.*s` is neither a VMTA nor a directive", STR_ARG(first->name));
    diag_help(r->diags, m, "did you mean `%.*s`?", STR_ARG(near.best));
    return true;
}

static void check_member_lines(struct resolve *r, struct pool *pool)
{
    for (struct ref *x = pool->members.first; x;) {
        uint32_t line = x->line;
        bool bad = is_misspelt(r, x);
        do {
            x->bad |= bad;
            x = x->next;
        } while (x && line && x->line == line);
    }
}

static void note_membership(struct resolve *r, struct pool *pool)
{
    for (struct ref *x = pool->members.first; x; x = x->next) {
        struct vmta *v = (struct vmta *)(void *)x->to;
        pool->twice |= !v || (v->pools.last && v->pools.last->to == &pool->object);
        if (!v)
            continue;
        struct ref *of = NEW(r->arena, struct ref);
        *of = (struct ref){ .name = pool->object.name, .span = x->span, .to = &pool->object };
        if (v->pools.last)
            v->pools.last->next = of;
        else
            v->pools.first = of;
        v->pools.last = of;
    }
}

/* Links the members.  Returns false for a pool that is not built on this host, since all of its
   members are on others.  */
static bool link_pool(struct resolve *r, struct pool *pool)
{
    check_member_lines(r, pool);
    const struct ref *absent = link_list(r, &pool->members);
    if (absent && !pool->members.first) {
        *map_find(&r->m->names[KIND_vmta], pool->object.name) = NULL;
        return false;
    }
    if (absent && !pool->object.shared)
        elsewhere(r, absent, "takes no part in this pool");
    note_membership(r, pool);
    return true;
}

/* Links cold VMTAs.  Those of other hosts are left out, which should leave one.  */
static void link_colds(struct resolve *r, struct refs *colds)
{
    struct ref *absent = link_list(r, colds);
    if (!absent || colds->first)
        return;
    elsewhere(r, absent, "is not warmed up here");
    absent->bad = true; /* it is named, and nobody has to miss it once more */
    absent->next = NULL;
    colds->first = colds->last = absent;
}

static void link_identity(struct resolve *r, struct tls_use *use)
{
    const struct map *map = &r->m->names[KIND_tls];
    struct ref *ref = use->identity;
    if (!ref || !ref->name.n || ref->bad)
        return;
    ref->to = map_get(map, ref->name);
    if (ref->to)
        ref->to->used = true;
    else
        report_unknown(r, ref->span, "TLS identity", ref->name, map, LEVEL_ERROR);
    ref->bad = !ref->to;
}

/* The selector that signs: the one that is named, or the first that signs.  */
static struct selector *pick_selector(struct dkim *dkim, struct str name)
{
    return name.n ? dkim_selector(dkim, name) : dkim->signing;
}

static void undeclared(struct resolve *r, struct key *key, const struct dkim *dkim)
{
    struct suggest near;
    struct arg missing = key_written(key, dkim ? key->what->selector : key->what->domain);
    struct diag *m = diag(r->diags, CHECK_dkim_undeclared, missing.span,
                          dkim ? "no selector `%.*s` is declared for this domain"
                               : "no key is declared for `%.*s`",
                          STR_ARG(missing.text));
    suggest_init(&near, missing.text);
    bool guess = diag_may_guess(r->diags);
    for (size_t i = 0; guess && !dkim && i < r->m->names[KIND_dkim].n; i++)
        suggest_offer(&near, r->m->names[KIND_dkim].entries[i].key);
    for (const struct selector *s = dkim && guess ? dkim->selectors : NULL; s; s = s->next)
        suggest_offer(&near, s->name.text);
    if (near.best.n)
        diag_help(r->diags, m, "did you mean `%.*s`?", STR_ARG(near.best));
    else if (!dkim)
        diag_help_topology(r->diags, m, "declare it: `dkim %.*s { selector NAME KEYFILE }`",
                           STR_ARG(missing.text));
}

static void use_macros(struct resolve *r, struct str text, struct span span);

/* What is declared of 'domain', or NULL; neighbours sign the same more often than not.  */
static struct dkim *dkim_of(struct resolve *r, struct str domain)
{
    if (!r->usual || !str_eq(domain, r->usual->object.name)) {
        struct dkim *dkim = map_get(&r->m->names[KIND_dkim], domain);
        if (!dkim)
            return NULL;
        r->usual = dkim;
    }
    return r->usual;
}

static void link_key(struct resolve *r, struct key *key)
{
    if (!key->what->by_sign && !key->bad)
        use_macros(r, key->what->domain.text, key_written(key, key->what->domain).span);
    if (!key->what->by_sign || key->bad || key->what->linked)
        return;
    struct dkim *dkim = dkim_of(r, key->what->domain.text);
    struct selector *s = dkim ? pick_selector(dkim, key->what->selector.text) : NULL;
    if (dkim)
        dkim->object.used = true;
    if (s) {
        s->used = true;
        key->bad = s->bad;
        key->what->linked = !s->bad;
        key->what->selector = s->name;
        key->what->file = s->file;
        return;
    }
    key->bad = true;
    if (!dkim || (key->what->selector.text.n && dkim->selectors))
        undeclared(r, key, dkim);
}

static void link_keys(struct resolve *r, struct keys *keys)
{
    for (struct key *k = keys->first; k; k = k->next)
        link_key(r, k);
}

static const struct {
    enum type type;
    enum scope list;
    const char *what;
} list_types[] = {
    { TYPE_PATTERN_LIST_REF, SCOPE_pattern_list, "pattern list" },
    { TYPE_SMTP_PATTERN_LIST_REF, SCOPE_smtp_pattern_list, "SMTP pattern list" },
    { TYPE_REWRITE_LIST_REF, SCOPE_rewrite_list, "rewrite list" },
    { TYPE_ADDRESS_LIST_REFS, SCOPE_address_list, "address list" },
    { TYPE_PROXY_REFS, SCOPE_proxy, "proxy" },
    { TYPE_SOURCE_GROUP_REF, SCOPE_source_group, "source group" },
};

/* Links a name of a list that has a section.  */
static void link_to_list(struct resolve *r, struct line *line, struct arg arg, enum scope scope,
                         const char *what)
{
    struct section_body *body = map_get(&r->m->lists[scope], arg.text);
    if (body)
        body->object.used = true;
    else if (arg.text.n)
        line->bad |= unknown(r, arg.span, what, arg.text, &r->m->lists[scope]);
}

/* Links the name 'text' of a VMTA in a line; returns it as declared.  */
static struct str link_vmta_line(struct resolve *r, struct line *line, struct str text,
                                 struct span span, bool pools)
{
    struct ref ref = { .name = text, .span = span };
    if (!link_vmta(r, &ref, pools) || ref.bad)
        line->bad = true;
    return ref.name;
}

/* virtual-mta=NAME and call-to:LIST behind a pattern.  */
static void link_result(struct resolve *r, struct line *line)
{
    for (uint32_t i = 0; i < line->what->n_args; i++) {
        struct arg arg = line_arg(line, i);
        if (!arg.pattern && str_starts(arg.text, STR("virtual-mta="))) {
            struct str name = str_sub(arg.text, str_find(arg.text, '=') + 1, arg.text.n);
            name = link_vmta_line(r, line, name, arg.span, true);
            line->what->args[i].text = arena_printf(r->arena, "virtual-mta=%.*s", STR_ARG(name));
        } else if (!arg.pattern && str_starts(arg.text, STR("call-to:"))) {
            arg.text = str_sub(arg.text, strlen("call-to:"), arg.text.n);
            if (!arg.text.n && i + 1 < line->what->n_args)
                arg = line_arg(line, i + 1);
            link_to_list(r, line, arg, SCOPE_pattern_list, "pattern list");
        }
    }
}

/* "$name" in such a value is a domain macro.  */
static bool takes_macros(enum type type)
{
    return type == TYPE_DOMAIN_PATTERN || type == TYPE_DOMAIN || type == TYPE_DOMAIN_MACRO ||
           type == TYPE_MX || type == TYPE_PATTERN_INT || type == TYPE_PATTERN_DOMAIN ||
           type == TYPE_QUEUE || type == TYPE_QUEUE_FILTER || type == TYPE_DOMAIN_KEY;
}

static void link_line(struct resolve *r, struct line *line)
{
    if (line->bad)
        return;
    for (size_t i = 0; i < sizeof list_types / sizeof list_types[0]; i++)
        for (uint32_t k = 0; line->what->dir->type == list_types[i].type && k < line->what->n_args;
             k++)
            link_to_list(r, line, line_arg(line, k), list_types[i].list, list_types[i].what);
    if (line->what->dir->type == TYPE_VMTA || line->what->dir->type == TYPE_VMTA_OR_POOL)
        line->what->args[0].text =
            link_vmta_line(r, line, line->what->args[0].text, line_arg_span(line, 0),
                           line->what->dir->type == TYPE_VMTA_OR_POOL);
    if (line->what->dir->type == TYPE_PATTERN_ROW ||
        line->what->dir->type == TYPE_HEADER_PATTERN_ROW ||
        line->what->dir->type == TYPE_PATTERN_RESULT)
        link_result(r, line);
    if (takes_macros(line->what->dir->type))
        for (uint32_t k = line->what->dir->type == TYPE_DOMAIN_MACRO; k < line->what->n_args; k++)
            use_macros(r, line->what->args[k].text, line_arg_span(line, k));
}

static void link_lines(struct resolve *r, struct lines *lines);

static void link_section(struct resolve *r, struct section_body *body)
{
    link_lines(r, &body->lines);
    for (struct section_body *child = body->children; child; child = child->next)
        link_section(r, child);
}

static void link_lines(struct resolve *r, struct lines *lines)
{
    for (struct line *l = lines_first(lines); l; l = l->next) {
        link_line(r, l);
        if (l->what->nested)
            link_section(r, l->what->nested);
    }
}

/* "$name" in a domain pattern: PowerMTA's own macro.  */
static void use_macros(struct resolve *r, struct str text, struct span span)
{
    for (size_t i = 0; i + 1 < text.n; i++) {
        size_t n = i + 1;
        if (text.p[i] != '$')
            continue;
        while (n < text.n && (is_alnum(text.p[n]) || text.p[n] == '_'))
            n++;
        struct str name = str_sub(text, i + 1, n - i - 1);
        struct section_body *used = map_get(&r->m->macros, name);
        if (used)
            used->object.used = true;
        else if (name.n)
            unknown(r, span, "domain macro", name, &r->m->macros);
    }
}

/* Lines that many domains share need no linking once it is known that nothing is to be said.  */
static void link_folded(struct resolve *r, struct lines *lines)
{
    struct fold *fold = lines->fold;
    size_t calls = r->diags->n_calls;
    bool bad = false;
    if (fold->linked)
        return;
    lines_unfold(lines);
    link_lines(r, lines);
    for (const struct line *l = lines_first(lines); l; l = l->next)
        bad |= l->bad;
    fold->linked = !bad && r->diags->n_calls == calls;
}

static void link_domains(struct resolve *r, struct domains *domains)
{
    for (struct domain *d = domains->first; d; d = d->next) {
        link_identity(r, &d->tls);
        if (d->lines.folded)
            link_folded(r, &d->lines);
        else
            link_lines(r, &d->lines);
        use_macros(r, d->pattern, d->span);
    }
}

/* Reports a second section of a kind that stands once.  */
static void check_once(struct resolve *r)
{
    const struct section_body *first[N_SCOPES] = { NULL };
    for (size_t i = 0; i < r->m->sections.n; i++) {
        const struct section_body *s = r->m->sections.v[i];
        if (first[s->scope] && dict_scope(s->scope)->once) {
            struct diag *d =
                diag(r->diags, CHECK_directive_repeated, s->span,
                     "a second `%s`, and PowerMTA takes one", dict_scope(s->scope)->name);
            diag_also(r->diags, d, first[s->scope]->span, "the first one");
            diag_help(r->diags, d, "say all in one of them");
        } else {
            first[s->scope] = s;
        }
    }
}

/* Enters what global lines and sections define: macros, lists.  A macro is kept as a section
   without a tag, so that all that has a name is an object.  */
static void index_lists(struct resolve *r)
{
    struct model *m = r->m;
    for (struct line *l = lines_first(&m->lines); l; l = l->next) {
        if (l->what->dir != m->target[TARGET_global_domain_macro] || l->bad || !l->what->n_args)
            continue;
        void **slot = map_add(&m->macros, l->what->args[0].text);
        struct section_body *before = *slot, *macro = NEW(r->arena, struct section_body);
        macro->object =
            (struct object){ .name = l->what->args[0].text, .span = line_arg_span(l, 0) };
        if (before) {
            struct diag *d =
                diag(r->diags, CHECK_name_duplicate, line_arg_span(l, 0),
                     "the macro `%.*s` is defined twice", STR_ARG(l->what->args[0].text));
            diag_also(r->diags, d, before->object.span, "first defined here");
        }
        *slot = before ? before : macro;
    }
    check_once(r);
    for (size_t i = 0; i < m->sections.n; i++) {
        struct section_body *s = m->sections.v[i];
        if (!s->arg.text.n)
            continue;
        void **slot = map_add(&m->lists[s->scope], s->arg.text);
        if (*slot) {
            struct diag *d = diag(r->diags, CHECK_name_duplicate, s->object.span,
                                  "`%.*s` is declared twice", STR_ARG(s->arg.text));
            diag_also(r->diags, d, ((struct section_body *)*slot)->object.span,
                      "first declared here");
        }
        *slot = s;
    }
}

/* The source that a listener or user written at full length names.  */
static void link_source(struct resolve *r, struct ref *ref)
{
    struct model *m = r->m;
    if (!ref->name.n || ref->bad || ref->name.p[0] == '{')
        return;
    struct source_rule *rule = map_get(&m->names[KIND_raw_source], ref->name);
    struct cidr cidr;
    struct fault fault;
    if (value_cidr(ref->name, &cidr, &fault)) {
        struct diag *d =
            diag(r->diags, CHECK_name_unknown, ref->span,
                 "`%.*s` is a network, and no source has that as its name", STR_ARG(ref->name));
        diag_help(r->diags, d, "a source for a network needs no naming: it counts by itself");
        ref->bad = true;
    } else if (rule && !rule->by_address) {
        ref->to = &rule->object;
        ref->name = rule->object.name;
        rule->object.used = true;
    } else if (!map_get(&m->names[KIND_listener], ref->name)) {
        ref->bad = unknown(r, ref->span, "source", ref->name, &m->names[KIND_raw_source]);
    }
}

/* Keeps the objects of 'list' for which 'keep' is true.  */
#define FILTER(LIST, KEEP)                                                                         \
    do {                                                                                           \
        size_t kept = 0;                                                                           \
        for (size_t i = 0; i < (LIST)->n; i++)                                                     \
            if (KEEP)                                                                              \
                (LIST)->v[kept++] = (LIST)->v[i];                                                  \
        (LIST)->n = kept;                                                                          \
    } while (0)

static void link_inbound(struct resolve *r)
{
    struct model *m = r->m;
    FILTER(&m->listeners, link_vmta(r, &m->listeners.v[i]->via, true));
    FILTER(&m->users, link_vmta(r, &m->users.v[i]->via, true));
    FILTER(&m->clients, link_vmta(r, &m->clients.v[i]->via, true));
    FILTER(&m->sources, link_vmta(r, &m->sources.v[i]->via, true));
    for (size_t i = 0; i < m->listeners.n; i++) {
        struct listener *l = m->listeners.v[i];
        link_identity(r, &l->tls);
        link_source(r, &l->source);
        link_lines(r, &l->source_lines);
    }
    for (size_t i = 0; i < m->users.n; i++) {
        link_source(r, &m->users.v[i]->source);
        link_lines(r, &m->users.v[i]->source_lines);
    }
    for (size_t i = 0; i < m->clients.n; i++)
        link_lines(r, &m->clients.v[i]->lines);
    for (size_t i = 0; i < m->sources.n; i++)
        link_lines(r, &m->sources.v[i]->lines);
}

static void link_outbound(struct resolve *r)
{
    struct model *m = r->m;
    FILTER(&m->pools, link_pool(r, m->pools.v[i]));
    for (size_t i = 0; i < m->pools.n; i++) {
        struct pool *p = m->pools.v[i];
        link_colds(r, &p->colds);
        link_keys(r, &p->keys);
        link_identity(r, &p->tls);
        link_domains(r, &p->domains);
        link_lines(r, &p->lines);
    }
    for (size_t i = 0; i < m->vmtas.n; i++) {
        struct vmta *v = m->vmtas.v[i];
        if (v->extras)
            link_colds(r, &v->extras->colds);
        link_keys(r, &v->keys);
        if (v->extras)
            link_identity(r, &v->extras->tls);
        link_domains(r, &v->domains);
        if (v->extras)
            link_lines(r, &v->extras->lines);
    }
}

void resolve(struct program *p, struct model *model, const struct map *elsewhere)
{
    struct resolve r = { p, model, p->arena, p->diags, elsewhere, NULL, 0 };
    index_lists(&r);
    link_outbound(&r);
    link_inbound(&r);
    link_domains(&r, &model->domains);
    link_lines(&r, &model->lines);
    for (size_t i = 0; i < model->sections.n; i++)
        link_section(&r, model->sections.v[i]);
}
