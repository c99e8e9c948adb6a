#include <config.h>

#include "bind-internal.h"

/* The argument of a section's tag: a path may begin with a bar, a name is a name.  */
static bool check_argument(struct bind *b, const struct section *row, struct section_body *body)
{
    struct arg arg = body->arg;
    struct cidr cidr;
    uint16_t port;
    switch (row->arg) {
    case ARG_NAME:
    case ARG_OPTIONAL_NAME:
        return !arg.text.n || bind_name(b, arg, false);
    case ARG_ENDPOINT:
        return bind_endpoint(b, arg, &cidr, &port);
    case ARG_DOMAIN:
        return bind_domain_name(b, &body->arg, true);
    case ARG_NONE:
    case ARG_PATH:
    case ARG_SOURCE:
        return !arg.bad;
    }
    return false;
}

static bool has_argument(struct bind *b, const struct section *row, const struct stmt *s,
                         struct args a, bool nested)
{
    bool wanted = row->arg != ARG_NONE && !(nested && row->arg == ARG_OPTIONAL_NAME);
    if (a.n == (wanted ? 2 : 1))
        return true;
    struct diag *m = diag(b->diags, CHECK_syntax, stmt_span(s),
                          wanted ? "`%s` needs one argument" : "`%s` takes no argument", row->name);
    if (wanted && a.n > 2)
        diag_help_topology(b->diags, m, "an argument with blanks stands in quotes");
    return false;
}

/* A pattern line whose result is a list of its own: `mail-from /x/ pattern-list { ... }`.  */
static bool bind_nested_list(struct bind *b, struct section_body *body, const struct stmt *s)
{
    struct str last = stmt_text(s, s->words->n - 1);
    enum scope scope = dict_section(b->dict, last);
    if (!s->block || s->words->n < 2 || scope != body->scope)
        return false;
    struct value tag = stmt_value(s, s->words->n - 1);
    struct stmt inner = *s;
    inner.words = words_make(b->arena, &tag, 1, s->lo);
    struct stmt head = *s;
    head.block = NULL;
    struct args a = expand_args(&b->env, &head, EXPAND_JOINED, b->env.index);
    const struct directive *dir = dict_find(b->dict, a.v[0].text, scope);
    if (!dir)
        return false;
    a.v[a.n - 1].text = arena_printf(b->arena, "<%s>", dict_scope(scope)->name);
    struct line *line = line_make(b->arena, dir, a.v + 1, a.n - 1, stmt_span(s));
    bind_check_line(b, line);
    line->what->nested = bind_section(b, scope, &inner, scope);
    line->bad |= !line->what->nested;
    lines_add(&body->lines, line);
    return true;
}

static bool may_stand(const struct section *row, enum scope parent)
{
    return (row->parents & (uint64_t)1 << parent) != 0;
}

/* An include that the server reads, in a section that may hold one.  */
static bool is_server_include(struct bind *b, enum scope scope, const struct stmt *s)
{
    const struct attr *attr = map_get(&b->words[KIND_vmta], stmt_text(s, 0));
    const struct directive *include = b->model->target[TARGET_global_include];
    return attr && attr->bind == attr_include && !s->block &&
           (include->scopes & (uint64_t)1 << scope);
}

static void bind_child(struct bind *b, struct section_body *body, struct section_body ***end,
                       const struct stmt *s)
{
    enum scope scope = s->block ? dict_section(b->dict, stmt_text(s, 0)) : N_SCOPES;
    if (scope == N_SCOPES || !may_stand(dict_scope(scope), body->scope)) {
        struct block block = { .kind = KIND_top,
                               .n_targets = 1,
                               .targets = { { body->scope, &body->lines } } };
        if (is_server_include(b, body->scope, s))
            attr_include(
                b, &block, s,
                expand_args(&b->env, stmt_words(b->arena, s), EXPAND_JOINED, b->env.index));
        else
            bind_directive(b, &block, s);
        return;
    }
    struct section_body *child = bind_section(b, scope, s, body->scope);
    if (child) {
        **end = child;
        *end = &child->next;
    }
}

/* False for a section that the target version does not have; where that is not known for certain,
   it is noted.  */
static bool is_of_version(struct bind *b, const struct section *row, struct span span)
{
    bool sure = row->since >= PMTA_5_0;
    if (row->since > b->model->version)
        diag_at(b->diags, CHECK_directive_version, sure ? LEVEL_ERROR : LEVEL_NOTE, span,
                sure ? "`<%s>` exists from PowerMTA %s on, and this is for %s"
                     : "`<%s>` is known from PowerMTA %s; whether %s has it is not",
                row->name, version_text(row->since), version_text(b->model->version));
    return !sure || row->since <= b->model->version;
}

struct section_body *bind_section(struct bind *b, enum scope scope, const struct stmt *s,
                                  enum scope parent)
{
    const struct section *row = dict_scope(scope);
    struct section_body *body = NEW(b->arena, struct section_body), **end = &body->children;
    struct stmt head = *stmt_words(b->arena, s);
    head.block = NULL;
    if (!may_stand(row, parent)) {
        diag(b->diags, CHECK_directive_scope, value_span(stmt_value(s, 0)),
             "a `%s` section does not stand here", row->name);
        return NULL;
    }
    struct args a = expand_args(&b->env, &head, EXPAND_JOINED, b->env.index);
    if (!has_argument(b, row, s, a, parent != SCOPE_global))
        return NULL;
    body->scope = scope;
    body->span = stmt_span(s);
    if (a.n > 1)
        body->arg = a.v[1];
    if (!check_argument(b, row, body))
        body->object.bad = true;
    body->object = (struct object){ .kind = KIND_top,
                                    .name = body->arg.text,
                                    .span = a.n > 1 ? a.v[1].span : body->span,
                                    .bad = body->object.bad,
                                    .shared = b->shared };
    if (!is_of_version(b, row, body->span))
        return NULL;
    const struct stmt *child;
    for (struct walk w = walk_block(s); (child = walk_next(&w));)
        if (!child->words->v[0].bad && !bind_nested_list(b, body, child))
            bind_child(b, body, &end, child);
    return body;
}
