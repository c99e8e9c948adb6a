#include <config.h>

#include "load-internal.h"

static const struct {
    const char *text;
    int version;
} versions[] = { { "4.0", PMTA_4_0 }, { "4.5", PMTA_4_5 }, { "5.0", PMTA_5_0 } };

enum { N_VERSIONS = sizeof versions / sizeof versions[0] };

int version_of(struct str text)
{
    for (size_t i = 0; i < N_VERSIONS; i++)
        if (str_eq(text, str_of(versions[i].text)))
            return versions[i].version;
    return 0;
}

const char *version_text(int version)
{
    for (size_t i = 0; i < N_VERSIONS; i++)
        if (version == versions[i].version)
            return versions[i].text;
    return "?";
}

struct env load_env(struct program *p, struct host *host)
{
    struct env env = {
        .arena = p->arena,
        .diags = p->diags,
        .vars = &p->globals,
        .budget = &p->budget,
        .scratch = &p->words,
        .literal = p->raw,
    };
    if (host)
        env.vars = &host->vars;
    return env;
}

static struct env current_env(struct loader *l)
{
    return l->host ? l->host->env : load_env(l->p, NULL);
}

bool load_one_value(struct loader *l, const struct stmt *s, const char *syntax, struct arg *arg)
{
    struct env env = current_env(l);
    if (s->block)
        diag(l->p->diags, CHECK_syntax, (struct span){ stmt_open(s), stmt_open(s) + 1 },
             "`%.*s` takes no block", STR_ARG(stmt_text(s, 0)));
    if (s->words->n != 2) {
        struct diag *m = diag(l->p->diags, CHECK_syntax, stmt_span(s), "expected `%.*s %s`",
                              STR_ARG(stmt_text(s, 0)), syntax);
        diag_help(l->p->diags, m, "a value with blanks stands in quotes");
        return false;
    }
    *arg = expand_value(&env, value_word(stmt_value(s, 1)), env.index);
    return !arg->bad;
}

static bool is_variable_name(struct str name)
{
    if (!name.n || name.n > 64)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!is_alnum(name.p[i]) && name.p[i] != '.' && name.p[i] != '_' && name.p[i] != '-')
            return false;
    return true;
}

/* Not a pattern that cannot be a path.  */
static bool is_one_word(struct value v)
{
    for (size_t i = 0; v.kind == VALUE_PATTERN && i < v.len; i++)
        if (is_blank(v.p[i]) || v.p[i] == '"' || v.p[i] == ',' || v.p[i] == ';')
            return false;
    return true;
}

static bool let_shape(struct loader *l, const struct stmt *s)
{
    bool good = s->words->n == 4 && !s->block && str_eq(stmt_text(s, 2), STR("=")) &&
                is_one_word(stmt_value(s, 3)) && !s->words->v[3].joined;
    if (!good)
        diag(l->p->diags, CHECK_syntax, stmt_span(s), "expected `let NAME = VALUE`, one value");
    return good;
}

static void load_let(struct loader *l, struct ast_file *file, const struct stmt *s)
{
    (void)file;
    struct program *p = l->p;
    uint32_t count;
    struct env env = current_env(l);
    if (!let_shape(l, s))
        return;
    struct str name = stmt_text(s, 1);
    struct value value = value_word(stmt_value(s, 3));
    if (!is_variable_name(name)) {
        diag(p->diags, CHECK_name_syntax, value_span(stmt_value(s, 1)),
             "`%.*s` is no name for a variable", STR_ARG(name));
        return;
    }
    struct vars *vars = l->host ? &l->host->vars : &p->globals;
    struct var **slot = (struct var **)map_add(&vars->map, name);
    if (*slot && !(*slot)->span.hi)
        return; /* -D wins */
    if (*slot) {
        struct diag *m = diag(p->diags, CHECK_name_duplicate, value_span(stmt_value(s, 1)),
                              "the variable `%.*s` is set twice", STR_ARG(name));
        diag_also(p->diags, m, (*slot)->span, "first set here");
        return;
    }
    struct var *var = NEW(p->arena, struct var);
    *var = (struct var){ .name = name, .value = value, .span = value_span(stmt_value(s, 1)) };
    *slot = var;
    if (!expand_count(&env, value, &count)) {
        var->value.bad = true;
    } else if (count && l->host && env.count == count) {
        struct arg arg = expand_value(&env, value, env.index);
        var->value = value_make(p->arena, VALUE_WORD, arg.text, value_span(value));
        var->value.bad = arg.bad;
    } else if (count) {
        struct diag *m = diag(p->diags, CHECK_range_length, value_span(value),
                              "a variable holds one word, not a range");
        diag_help(p->diags, m, "write the range where the variable is used");
        var->value.bad = true;
    }
}

static void load_powermta(struct loader *l, struct ast_file *file, const struct stmt *s)
{
    (void)file;
    struct program *p = l->p;
    struct arg arg;
    if (!load_one_value(l, s, "VERSION", &arg))
        return;
    int version = version_of(arg.text);
    if (!version) {
        struct diag *m =
            diag(p->diags, CHECK_directive_value, arg.span,
                 "`%.*s` is not a version of PowerMTA that is known", STR_ARG(arg.text));
        diag_help(p->diags, m, "write 4.0, 4.5 or 5.0");
    } else if (p->version_span.hi && version != p->version) {
        struct diag *m = diag(p->diags, CHECK_name_duplicate, arg.span, "another version");
        diag_also(p->diags, m, p->version_span, "first said here");
    } else {
        p->version = version;
        p->version_span = arg.span;
    }
}

static struct host *host_named(struct program *p, struct arg name, struct env env)
{
    struct host **slot = (struct host **)map_add(&p->host_names, name.text);
    if (*slot)
        return *slot;
    struct host *host = NEW(p->arena, struct host);
    host->name = name.text;
    host->span = name.span;
    host->vars = (struct vars){ .map = { .arena = p->arena, .exact = true }, .outer = &p->globals };
    host->assigned = (struct map){ .arena = p->arena };
    struct var *var = NEW(p->arena, struct var);
    *var = (struct var){ .name = STR("host"),
                         .span = name.span,
                         .used = true,
                         .value = value_make(p->arena, VALUE_WORD, name.text, name.span) };
    *map_add(&host->vars.map, STR("host")) = var;
    host->env = env;
    host->env.vars = &host->vars;
    VEC_PUSH(p->arena, &p->hosts, host);
    *slot = host;
    return host;
}

static void load_host(struct loader *l, struct ast_file *file, const struct stmt *s)
{
    struct program *p = l->p;
    struct env outer = load_env(p, NULL), env;
    if (l->host || !s->block || s->words->n != 2) {
        diag(p->diags, CHECK_syntax, stmt_span(s),
             l->host ? "a host inside a host" : "expected `host NAME { ... }`");
        return;
    }
    if (!expand_header(&outer, s, 1, &env))
        return;
    uint32_t n = env.count ? env.count : 1;
    for (uint32_t i = 0; i < n; i++) {
        struct fault fault;
        env.index = i;
        struct arg name = expand_value(&env, value_word(stmt_value(s, 1)), i);
        if (name.bad)
            return;
        if (!value_name(name.text, false, &fault) || name.text.p[0] == '.') {
            diag(p->diags, CHECK_name_syntax, name.span, "`%.*s` is no name for a host: %s",
                 STR_ARG(name.text),
                 name.text.n && name.text.p[0] == '.' ? "it begins with a dot" : fault.why);
            return;
        }
        l->host = host_named(p, name, env);
        struct env before = l->host->env;
        l->host->env = env;
        l->host->env.vars = &l->host->vars;
        load_stmts(l, file, walk_block(s));
        l->host->env = before;
        l->host = NULL;
    }
}

/* 'vmta NAME' without a block, in a host: the host has the VMTA that is declared outside.  */
static bool assign_vmta(struct loader *l, const struct stmt *s)
{
    struct env *env = &l->host->env;
    if (s->block || !str_ieq(stmt_text(s, 0), STR("vmta")) || s->words->n < 2)
        return false;
    uint32_t n = expand_repeats(env, s, EXPAND_EACH);
    struct args args = n ? expand_args(env, s, EXPAND_EACH, 0) : (struct args){ NULL, 0 };
    for (uint32_t i = 1; i < args.n; i++) {
        struct arg *arg = NEW(l->p->arena, struct arg);
        *arg = args.v[i];
        if (arg->bad)
            continue;
        *map_add(&l->host->assigned, arg->text) = arg;
        *map_add(&l->p->assigned, arg->text) = arg;
    }
    return true;
}

typedef void read_fn(struct loader *, struct ast_file *, const struct stmt *);

static const struct {
    struct str word;
    read_fn *read;
} readings[] = {
#define READING(WORD, FUNCTION, ...) { STR_INIT(WORD), load_##FUNCTION },
#define STATEMENT(...)
#define KIND(...)
#define ATTR(...)
#include "../grammar/kinds.def"
#undef READING
#undef STATEMENT
#undef KIND
#undef ATTR
};

/* The function that reads 's', or NULL where it means something instead, as nearly all do.  */
static read_fn *reader_of(struct loader *l, const struct stmt *s)
{
    struct str word = stmt_text(s, 0);
    if (str_eq(word, l->usual))
        return NULL;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++)
        if (str_ieq(word, readings[i].word))
            return readings[i].read;
    l->usual = word;
    l->p->has_policies |= str_ieq(word, STR("policy"));
    return NULL;
}

bool load_is_include(struct loader *l, const struct stmt *s)
{
    return reader_of(l, s) == load_include;
}

/* A statement in the block of a host, which must be kept with the element that it is for.  */
static void host_item(struct loader *l, const struct stmt *s)
{
    struct env env = current_env(l);
    struct stmt *copy = NEW(l->p->arena, struct stmt);
    struct element *element = NEW(l->p->arena, struct element);
    if (assign_vmta(l, s))
        return;
    *copy = *s;
    *element = (struct element){ env.count, env.index, env.header };
    VEC_PUSH(l->p->arena, &l->host->items, (struct item){ copy, element });
}

/* 's', which steers nothing, and is kept at 'at'.  */
static void load_item(struct loader *l, const struct stmt *s, const struct stmt *at)
{
    if (l->host)
        host_item(l, s);
    else
        VEC_PUSH(l->p->tree, &l->p->items, (struct item){ at, NULL });
}

/* Variables first: a path to include may hold one that is set further down.  */
void load_stmts(struct loader *l, struct ast_file *file, struct walk all)
{
    const struct stmt *s;
    bool plain = true; /* nothing is read here, and nothing was reported */
    for (struct walk w = all; (s = walk_next(&w));) {
        bool bad = s->words->v[0].bad;
        read_fn *read = bad ? NULL : reader_of(l, s);
        plain &= !bad && !read;
        if (read == load_let)
            load_let(l, file, s);
    }
    const struct stmt *at = all.next;
    for (struct walk w = all; (s = walk_next(&w)); at = w.next) {
        bool bad = !plain && s->words->v[0].bad;
        read_fn *read = plain || bad ? NULL : reader_of(l, s);
        if (read && read != load_let)
            read(l, file, s);
        else if (!read && !bad)
            load_item(l, s, at);
    }
}

/* -D wins over 'let' in every host: a variable of its own in front of the others.  */
static void apply_defines(struct program *p)
{
    for (size_t i = 0; i < p->options->defines.n; i++) {
        struct define d = p->options->defines.v[i];
        struct var *var = NEW(p->arena, struct var);
        *var = (struct var){ .name = d.name,
                             .used = true,
                             .value = value_make(p->arena, VALUE_WORD, d.value, NOWHERE) };
        var->value.special = false;
        *map_add(&p->globals.map, d.name) = var;
        for (size_t h = 0; h < p->hosts.n; h++)
            *map_add(&p->hosts.v[h]->vars.map, d.name) = var;
    }
}

/* What rows say when all of them are known: outside of hosts, and in each.  */
static void finish_rows(struct program *p)
{
    if (p->legacy)
        legacy_finish(p->legacy);
    for (size_t i = 0; i < p->hosts.n; i++)
        if (p->hosts.v[i]->legacy)
            legacy_finish(p->hosts.v[i]->legacy);
    arena_reset(p->scratch);
    p->legacy = NULL;
    for (size_t i = 0; i < p->hosts.n; i++)
        p->hosts.v[i]->legacy = NULL;
}

void load(struct program *p, struct arena *arena, struct diags *diags, struct sources *sources,
          const struct dict *dict, const struct options *options)
{
    *p = (struct program){ .arena = arena,
                           .scratch = p->scratch,
                           .tree = p->tree,
                           .diags = diags,
                           .sources = sources,
                           .dict = dict,
                           .options = options,
                           .version = PMTA_5_0,
                           .budget = EXPAND_TOTAL };
    p->globals.map = (struct map){ .arena = arena, .exact = true };
    p->host_names = (struct map){ .arena = arena };
    p->assigned = (struct map){ .arena = arena };
    regexps_init(&p->regexps, arena);
    struct loader l = { .p = p,
                        .by_identity = { .arena = arena, .exact = true },
                        .by_name = { .arena = arena, .exact = true },
                        .inclusions = { .arena = arena, .exact = true } };
    apply_defines(p);
    p->raw = diags->raw = load_are_raw(p);
    for (size_t i = 0; i < options->inputs.n && !p->broken; i++)
        load_input(&l, options->inputs.v[i]);
    apply_defines(p);
    finish_rows(p);
    if (options->version)
        p->version = options->version;
}
