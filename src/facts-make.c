#include <config.h>

#include "facts-internal.h"

#include "plan.h"

/* From what is planned */

static void add_conf(struct facts *f, const struct facts_group *g, const struct conf_section *s,
                     uint32_t depth)
{
    for (const struct conf_line *l = s->lines; l; l = l->next) {
        struct facts_line line = { l->dir, str_of(l->dir->name), l->args, l->n_args, l->origin,
                                   depth };
        if (facts_normal(f, l->dir) == NORMAL_MACRO)
            facts_learn(f, &line);
        facts_add(f, g, &line);
        if (l->nested)
            add_conf(f, g, l->nested, depth + 1);
    }
    for (const struct conf_section *c = s->children; c; c = c->next)
        for (size_t i = 0; i < g->n; i++) {
            struct facts_group inner = facts_open(f, g->v[i], c->scope, STR(""), c->arg, c->origin);
            add_conf(f, &inner, c, 0);
        }
}

static void take_piece(const struct conf *conf, void *context)
{
    struct facts *f = context;
    for (const struct conf_section *s = conf->first; s; s = s->next) {
        struct facts_group g = { &f->global, 1 };
        if (s->scope != SCOPE_global)
            g = facts_open(f, f->global, s->scope, STR(""), s->arg, s->origin);
        add_conf(f, &g, s, 0);
    }
}

static void add_planned(struct facts *f, struct arena *scratch, const struct model *m)
{
    struct conf conf = {
        .arena = scratch, .diags = m->diags, .places = true, .done = take_piece, .context = f
    };
    plan(m, &conf);
}

/* From what was read */

static bool is_left_out(const struct facts *f, const struct stmt *s)
{
    return f->without && places_has(f->without, s->lo, s->lo + 1);
}

/* A line; its values are good until the next one is made.  */
static struct facts_line line_of(struct facts *f, const struct stmt *s, enum scope scope,
                                 uint32_t depth)
{
    struct facts_line l = { .word = stmt_text(s, 0), .span = stmt_span(s), .depth = depth };
    uint32_t from = 1;
    if (scope != N_SCOPES && s->words->v[0].kind == VALUE_PATTERN)
        l.dir = dict_find(f->dict, STR("/regex/"), scope);
    if (l.dir)
        from = 0;
    else if (scope != N_SCOPES)
        l.dir = dict_find(f->dict, l.word, scope);
    bool patterns = l.dir && dict_patterns(l.dir->type);
    f->read.n = 0;
    for (uint32_t i = from; i < s->words->n; i++) {
        struct value v = stmt_value(s, i);
        bool pattern = patterns && v.kind == VALUE_PATTERN;
        VEC_PUSH(f->arena, &f->read,
                 (struct arg){ .text = value_text(pattern ? v : value_word(v)),
                               .span = value_span(v),
                               .joined = v.joined && i > from,
                               .pattern = pattern });
    }
    l.args = f->read.v;
    l.n = (uint32_t)f->read.n;
    return l;
}

static void add_tree(struct facts *, const struct facts_group *, enum scope, struct walk,
                     uint32_t depth);

/* A line whose last value is a list of its own.  */
static bool add_nested(struct facts *f, const struct facts_group *g, enum scope scope,
                       const struct stmt *s, uint32_t depth)
{
    uint32_t n = s->words->n;
    if (n < 2 || dict_section(f->dict, stmt_text(s, n - 1)) != scope || scope == N_SCOPES)
        return false;
    struct facts_line l = line_of(f, s, scope, depth);
    f->read.v[l.n - 1].text = arena_printf(f->arena, "<%s>", dict_scope(scope)->name);
    facts_add(f, g, &l);
    add_tree(f, g, scope, walk_block(s), depth + 1);
    return true;
}

/* Several domains in one tag, which is an error, are as many sections.  */
static void add_section(struct facts *f, const struct facts_group *g, const struct stmt *s)
{
    struct str tag = stmt_text(s, 0);
    enum scope scope = dict_section(f->dict, tag);
    uint32_t n = s->words->n, k = 1;
    do {
        struct str arg = k < n ? value_text(value_word(stmt_value(s, k))) : STR("");
        for (size_t i = 0; i < g->n; i++) {
            struct facts_group inner = facts_open(f, g->v[i], scope, tag, arg, stmt_span(s));
            add_tree(f, &inner, scope, walk_block(s), 0);
        }
    } while (++k < n && stmt_value(s, k).joined);
}

static void add_stmt(struct facts *f, const struct facts_group *g, enum scope scope,
                     const struct stmt *s, uint32_t depth)
{
    if (is_left_out(f, s))
        return;
    if (!s->block) {
        struct facts_line l = line_of(f, s, scope, depth);
        facts_add(f, g, &l);
    } else if (!add_nested(f, g, scope, s, depth)) {
        add_section(f, g, s);
    }
}

static void add_tree(struct facts *f, const struct facts_group *g, enum scope scope,
                     struct walk all, uint32_t depth)
{
    const struct stmt *s;
    while ((s = walk_next(&all)))
        add_stmt(f, g, scope, s, depth);
}

/* Macros first: a line may stand behind what uses it.  */
static void learn_macros(struct facts *f, const struct program *p)
{
    for (size_t i = 0; i < p->items.n; i++) {
        const struct stmt *s = p->items.v[i].stmt;
        if (s->block || is_left_out(f, s) ||
            !str_ieq(stmt_text(s, 0), str_of(f->target[TARGET_global_domain_macro]->name)))
            continue;
        struct facts_line l = line_of(f, s, SCOPE_global, 0);
        facts_learn(f, &l);
    }
}

void facts_make(struct facts *f, struct arena *arena, struct arena *scratch,
                const struct program *p, const struct model *m, const place_list *without)
{
    facts_init(f, arena, m);
    f->without = without;
    if (m->raw) {
        const struct facts_group global = { &f->global, 1 };
        learn_macros(f, p);
        for (size_t i = 0; i < p->items.n; i++)
            add_stmt(f, &global, SCOPE_global, p->items.v[i].stmt, 0);
    } else {
        add_planned(f, scratch, m);
    }
    facts_settle(f, m);
}
