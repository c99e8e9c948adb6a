#include <config.h>

#include "bind-internal.h"

/* 64 words of one block are told apart by their bits.  */
static const struct attr attrs[] = {
#define KIND(...)
#define READING(...)
#define STATEMENT(...)
#define ATTR(BLOCK, WORD, WHOSE, FUNCTION, REPEAT, SYNTAX, ABOUT)                                  \
    { STR_INIT(WORD),   KIND_##BLOCK, WHOSE_##WHOSE, attr_##FUNCTION,                              \
      REPEAT_##REPEAT, SYNTAX,       0,             false },
#define REPEAT_ONCE false
#define REPEAT_MANY true
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
};

enum { N_ATTRS = sizeof attrs / sizeof attrs[0] };

/* Whose words the inputs are written in.  */
static enum whose language(const struct bind *b)
{
    return b->program->raw ? WHOSE_THEIRS : WHOSE_OURS;
}

static void index_words(struct bind *b)
{
    unsigned count[N_KINDS] = { 0 };
    for (size_t k = 0; k < N_KINDS; k++)
        b->words[k] = (struct map){ .arena = b->program->scratch };
    for (size_t i = 0; i < N_ATTRS; i++) {
        if (!(attrs[i].whose & language(b)))
            continue;
        struct attr *attr = NEW(b->program->scratch, struct attr);
        *attr = attrs[i];
        attr->index = count[attr->kind]++;
        attr->path = strcmp(attr->syntax, "PATH") == 0;
        *map_add(&b->words[attr->kind], attr->word) = attr;
    }
}

bool bind_no_block(struct bind *b, const struct stmt *s)
{
    if (!s->block)
        return true;
    struct diag *m = diag(b->diags, CHECK_syntax, (struct span){ stmt_open(s), stmt_open(s) + 1 },
                          b->model->raw ? "`%.*s` is no section" : "`%.*s` takes no block",
                          STR_ARG(stmt_text(s, 0)));
    diag_help_topology(b->diags, m, "end the line without `{ ... }`");
    diag_help_powermta(b->diags, m, "it is a line and no <tag>");
    return false;
}

/* What is expected instead of 's', as its language writes it.  */
static struct str shape_text(struct bind *b, const struct stmt *s, const char *syntax)
{
    struct str word = stmt_text(s, 0), shape = str_of(syntax);
    const struct directive *dir = dict_any(b->dict, word);
    if (!b->model->raw)
        return arena_printf(b->arena, "expected `%.*s %s`", STR_ARG(word), syntax);
    if (str_ends(shape, STR(" }")) || !dir)
        return arena_printf(b->arena, "expected <%.*s %.*s>", STR_ARG(word),
                            (int)str_find(shape, ' '), shape.p);
    return arena_printf(b->arena, "%.*s takes %.*s", STR_ARG(word),
                        STR_ARG(dict_syntax(dir, b->arena)));
}

bool bind_needs_block(struct bind *b, const struct stmt *s, const char *syntax)
{
    struct str last = stmt_text(s, s->words->n - 1);
    bool glued = last.n && last.p[last.n - 1] == '}';
    if (s->block && s->words->n >= 2)
        return true;
    if (str_eq(last, STR("{")))
        b->n_strangers += BRACES;
    struct diag *m =
        diag(b->diags, CHECK_syntax, stmt_span(s), "%.*s", STR_ARG(shape_text(b, s, syntax)));
    if (!b->model->raw && !s->block && s->words->n >= 2)
        diag_help(b->diags, m,
                  glued ? "a block of one word needs blanks: `{ WORD }`" : "its block is missing");
    return false;
}

bool bind_shape(struct bind *b, const struct stmt *s, struct args a, uint32_t min, uint32_t max,
                const char *syntax)
{
    uint32_t n = a.n - 1;
    if (n >= min && n <= max)
        return true;
    struct span span = n > max ? a.v[max + 1].span : stmt_span(s);
    for (uint32_t i = 0; i < a.n; i++)
        if (a.v[i].bad)
            return false;
    struct diag *m =
        diag(b->diags, CHECK_syntax, span, n > max ? "one value too many" : "a value is missing");
    diag_help(b->diags, m, "%.*s", STR_ARG(shape_text(b, s, syntax)));
    return false;
}

/* Reports a word that may stand once and stands twice.  True: leave the second one out.  */
static bool said_before(struct bind *b, struct block *block, const struct attr *attr,
                        const struct stmt *s)
{
    uint64_t bit = (uint64_t)1 << attr->index;
    if (attr->many)
        return false;
    if (block->copied && ((block->seen | block->seen_copied) & bit))
        return true;
    if (block->seen & bit) {
        bool raw = b->model->raw;
        diag(b->diags, CHECK_directive_repeated, value_span(stmt_value(s, 0)),
             raw ? "`%.*s` stands here twice, and only one of them can count"
                 : "`%.*s` stands here twice, and only the last counts",
             STR_ARG(attr->word));
        if (raw)
            bind_keep(b, block, s, bind_takes_secret(b, attr->word));
        return raw;
    }
    *(block->copied ? &block->seen_copied : &block->seen) |= bit;
    return false;
}

/* 'word' begins a statement of the block.  */
static bool is_keyword(struct bind *b, const struct block *block, struct str word)
{
    bool known = map_get(&b->words[block->kind], word) != NULL;
    for (size_t i = 0; i < block->n_targets && !known; i++)
        known = dict_find(b->dict, word, block->targets[i].scope) != NULL;
    return known;
}

bool bind_runs_on(struct bind *b, struct block *block, const struct stmt *s)
{
    for (uint32_t i = 1; s->words->joined && i < s->words->n; i++) {
        struct value v = stmt_value(s, i);
        if (!v.joined || v.made || v.kind != VALUE_WORD || !is_keyword(b, block, value_text(v)))
            continue;
        const char *p = s->words->v[i - 1].p + s->words->v[i - 1].len;
        while (*p != ',') /* a quote or a slash at most stands between */
            p++;
        if (!memchr(p, '\n', (size_t)(v.p - p)))
            continue;
        uint32_t comma = v.lo - (uint32_t)(v.p - p);
        struct diag *m =
            diag(b->diags, CHECK_syntax, (struct span){ comma, comma + 1 },
                 "this comma joins the line with `%.*s` on the next one", STR_ARG(value_text(v)));
        diag_help(b->diags, m, "remove the comma");
        return true;
    }
    return false;
}

/* What stands behind a path that stands alone is taken for the password of that file.  */
static void hide_behind_path(struct bind *b, const struct attr *attr, const struct stmt *s)
{
    if (attr->path && s->words->n > 2)
        diag_secret(b->diags, span_join(value_span(stmt_value(s, 2)),
                                        value_span(stmt_value(s, s->words->n - 1))));
}

static void bind_attr(struct bind *b, struct block *block, const struct attr *attr,
                      const struct stmt *s)
{
    if (said_before(b, block, attr, s) || bind_runs_on(b, block, s))
        return;
    s = stmt_words(b->arena, s);
    if (attr->bind == attr_nested_domain) {
        attr->bind(b, block, s, (struct args){ NULL, 0 });
        return;
    }
    if (!bind_no_block(b, s))
        return;
    hide_behind_path(b, attr, s);
    enum expand_lists lists = attr->bind == attr_domain_key ? EXPAND_APART
                              : attr->many                  ? EXPAND_JOINED
                                                            : EXPAND_LIST;
    uint32_t n = expand_repeats(&b->env, s, lists);
    for (uint32_t i = 0; i < n; i++)
        attr->bind(b, block, s, expand_args(&b->env, s, lists, i));
}

static bool is_use(const struct attr *attr)
{
    return attr && attr->bind == attr_use;
}

/* All of a block that bears on what a statement is there.  */
static uint32_t place_of(const struct block *block)
{
    return (uint32_t)block->kind | (block->n_targets ? (uint32_t)block->targets[0].scope << 8 : 0) |
           (uint32_t)block->inherits << 16 | (uint32_t)(block->copied > 0) << 17;
}

static const struct known_word *know_word(struct bind *b, const struct block *block,
                                          const struct stmt *s, uint32_t place)
{
    struct str word = stmt_text(s, 0);
    size_t at = word.n ? word.n * 31 + (size_t)word.p[0] * 7 + (size_t)word.p[word.n - 1] : 0;
    struct known_word *known = &b->known_words[(at ^ place) & (N_KNOWN_WORDS - 1)];
    bool pattern = s->words->v[0].kind == VALUE_PATTERN;
    if (known->place == place && str_eq(known->word, word) && !pattern)
        return known;
    *known = (struct known_word){ .word = word, .place = pattern ? 0 : place };
    known->attr = map_get(&b->words[block->kind], word);
    for (uint32_t i = 0; !known->attr && !known->dir && i < block->n_targets; i++) {
        known->dir = bind_directive_of(b, s, block->targets[i].scope);
        known->target = i;
    }
    known->place = place;
    known->word = pattern ? STR("") : word;
    return known;
}

struct known *bind_know(struct bind *b, const struct block *block, const struct stmt *s)
{
    uint32_t place = place_of(block);
    size_t at = ((uintptr_t)s->words >> 4 ^ place) & (N_KNOWN - 1);
    struct known *known = &b->known[at];
    if (known->words != s->words || known->is.place != place)
        *known = (struct known){ .words = s->words, .is = *know_word(b, block, s, place) };
    return known;
}

void bind_body(struct bind *b, struct block *block, const struct stmt *parent)
{
    const struct stmt *s;
    bool policies = false;
    for (struct walk w = walk_block(parent); (s = walk_next(&w));) {
        if (s->words->v[0].bad)
            continue;
        const struct known *known = bind_know(b, block, s);
        const struct attr *attr = known->is.attr;
        if (is_use(attr))
            policies = true;
        else if (known->key && !s->block)
            bind_key_again(b, block, s, known);
        else if (attr)
            bind_attr(b, block, attr, s);
        else if (block->kind == KIND_pool && !b->model->raw && attr_is_member(b, s))
            attr_pool_members(b, block, s);
        else
            bind_directive(b, block, s);
    }
    /* Policies last: what stands beside them wins.  */
    for (struct walk w = walk_block(parent); policies && (s = walk_next(&w));) {
        const struct attr *attr = s->words->v[0].bad ? NULL : bind_know(b, block, s)->is.attr;
        if (is_use(attr))
            bind_attr(b, block, attr, s);
    }
}

enum { FEW_POLICIES = 16 }; /* that are sooner walked than looked up */

/* The policy has been copied into the block already; else notes that it is.  */
static bool is_copied(struct bind *b, struct block *block, const struct policy *policy)
{
    for (const struct used_policy *u = block->used; u; u = u->next)
        if (u->policy == policy)
            return true;
    if (block->n_used++ < FEW_POLICIES) {
        struct used_policy *used = NEW(b->arena, struct used_policy);
        *used = (struct used_policy){ policy, block->used };
        block->used = used;
        return false;
    }
    block->more_used.arena = b->arena;
    void **slot = map_add(&block->more_used, policy->object.name);
    bool copied = *slot != NULL;
    *slot = (void *)(uintptr_t)policy;
    return copied;
}

void bind_use(struct bind *b, struct block *block, struct arg name)
{
    struct policy *policy = name.bad ? NULL : map_get(&b->model->names[KIND_policy], name.text);
    if (name.bad)
        return;
    if (!policy) {
        diag(b->diags, CHECK_name_unknown, name.span, "no policy is called `%.*s`",
             STR_ARG(name.text));
        return;
    }
    policy->object.used = true;
    if (policy->open) {
        struct diag *m = diag(b->diags, CHECK_route_cycle, name.span,
                              "the policy `%.*s` uses itself", STR_ARG(name.text));
        diag_also(b->diags, m, policy->object.span, "declared here");
        return;
    }
    if (block->copied == AST_DEPTH) {
        diag(b->diags, CHECK_route_cycle, name.span, "policies use each other more than %d deep",
             AST_DEPTH);
        return;
    }
    if (is_copied(b, block, policy))
        return;
    policy->open = true;
    block->copied++;
    bind_body(b, block, policy->object.stmt);
    block->copied--;
    policy->open = false;
}

struct block bind_top_block(struct bind *b)
{
    return (struct block){ .kind = KIND_top,
                           .copied = b->shared,
                           .n_targets = 1,
                           .targets = { { SCOPE_global, &b->model->lines } } };
}

struct statement {
    struct str word;
    enum whose whose;
    stmt_fn *bind;
};

static const struct statement statements[] = {
#define KIND(...)
#define READING(...)
#define STATEMENT(WORD, WHOSE, FUNCTION, ...) { STR_INIT(WORD), WHOSE_##WHOSE, stmt_##FUNCTION },
#define ATTR(...)
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
};

/* The statement of ours that 's' is, or NULL; most are the same as the one before.  */
static const struct statement *statement_of(struct bind *b, const struct stmt *s)
{
    struct str word = stmt_text(s, 0);
    if (!b->usual || !str_eq(word, b->usual->word)) {
        const struct statement *statement = map_get(&b->statements, word);
        if (!statement)
            return NULL;
        b->usual = statement;
    }
    return b->usual;
}

static struct map *new_lists(struct arena *arena)
{
    struct map *lists = NEW_ARRAY(arena, struct map, N_SCOPES);
    for (size_t i = 0; i < N_SCOPES; i++)
        lists[i] = (struct map){ .arena = arena };
    return lists;
}

/* The first one needs room for lists: hosts that have none share what is empty.  */
static void add_section(struct bind *b, struct section_body *section)
{
    if (!b->model->sections.n)
        b->model->lists = new_lists(b->arena);
    VEC_PUSH(b->arena, &b->model->sections, section);
}

static void bind_stmt(struct bind *b, const struct stmt *s, const struct statement *statement)
{
    enum scope scope = s->block && !statement ? dict_section(b->dict, stmt_text(s, 0)) : N_SCOPES;
    if (statement) {
        statement->bind(b, stmt_words(b->arena, s));
    } else if (scope != N_SCOPES) {
        struct section_body *section = bind_section(b, scope, s, SCOPE_global);
        if (section)
            add_section(b, section);
    } else {
        struct block block = bind_top_block(b);
        bind_directive(b, &block, s);
    }
}

static bool is_policy(const struct statement *statement)
{
    return statement && statement->bind == stmt_policy;
}

/* Policies come first, since a block may use one that is declared further down.  */
static void bind_policies(struct bind *b, const struct item *items, size_t n)
{
    for (size_t i = 0; i < n && b->program->has_policies; i++)
        if (!items[i].stmt->words->v[0].bad && is_policy(statement_of(b, items[i].stmt)))
            stmt_policy(b, items[i].stmt);
}

static void bind_items(struct bind *b, const struct item *items, size_t n)
{
    struct env env = b->env;
    for (size_t i = 0; i < n; i++) {
        const struct stmt *s = items[i].stmt;
        const struct statement *statement = statement_of(b, s);
        if (s->words->v[0].bad || is_policy(statement))
            continue;
        b->env.count = items[i].around ? items[i].around->count : 0;
        b->env.index = items[i].around ? items[i].around->index : 0;
        b->env.header = items[i].around ? items[i].around->header : NOWHERE;
        bind_stmt(b, s, statement);
    }
    b->env = env;
}

/* The directives that passes name.  */
static const struct directive *const *find_targets(struct program *p)
{
    static const struct {
        struct str name;
        enum scope scope;
    } targets[] = {
#define TARGET(ID, NAME, SCOPE) { STR_INIT(NAME), SCOPE_##SCOPE },
#include "../grammar/target.def"
#undef TARGET
    };
    const struct directive **found = NEW_ARRAY(p->arena, const struct directive *, N_TARGETS);
    for (size_t i = 0; i < N_TARGETS; i++) {
        found[i] = dict_find(p->dict, targets[i].name, targets[i].scope);
        if (!found[i])
            arena_bug(p->arena, "a row of target.def that directives.def does not have");
    }
    return found;
}

static struct model *new_model(struct program *p, struct host *host)
{
    struct model *m = NEW(p->arena, struct model);
    m->arena = p->arena;
    m->scratch = p->scratch;
    m->diags = p->diags;
    m->dict = p->dict;
    m->version = p->version;
    m->raw = p->raw;
    m->fragment = p->options->fragment;
    m->host = host ? host->name : STR("");
    if (p->sources->list.n)
        m->whole = (struct span){ p->sources->list.v[0]->base, p->sources->list.v[0]->base };
    if (!p->targets) {
        p->targets = find_targets(p);
        p->no_lists = new_lists(p->arena);
    }
    m->target = p->targets;
    m->lists = p->no_lists;
    for (size_t i = 0; i < N_KINDS; i++)
        m->names[i] = (struct map){ .arena = p->arena };
    m->macros = (struct map){ .arena = p->arena };
    m->said = NEW_ARRAY(p->arena, bool, dict_count());
    return m;
}

struct model *bind(struct program *p, struct host *host)
{
    struct bind b = { .program = p,
                      .model = new_model(p, host),
                      .arena = p->arena,
                      .diags = p->diags,
                      .dict = p->dict,
                      .env = load_env(p, host),
                      .shared = p->hosts.n > 0,
                      .statements = { .arena = p->scratch },
                      .known = NEW_ARRAY(p->scratch, struct known, N_KNOWN),
                      .known_words = NEW_ARRAY(p->scratch, struct known_word, N_KNOWN_WORDS),
                      .known_domains =
                          NEW_ARRAY(p->scratch, struct known_domain, N_KNOWN_DOMAINS) };
    p->budget = EXPAND_TOTAL;
    index_words(&b);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (statements[i].whose & language(&b))
            *map_add(&b.statements, statements[i].word) = (void *)&statements[i];
    /* What a host says comes first, and what is said for all hosts gives way to it.  */
    bool fleet = b.shared;
    b.shared = false;
    if (host)
        bind_policies(&b, host->items.v, host->items.n);
    b.shared = fleet;
    bind_policies(&b, p->items.v, p->items.n);
    b.shared = false;
    if (host)
        bind_items(&b, host->items.v, host->items.n);
    b.shared = fleet;
    bind_items(&b, p->items.v, p->items.n);
    if (p->raw) {
        bind_judge_whole(b.model);
        bind_judge_strangers(&b);
    }
    arena_reset(p->scratch); /* what words are, in case they come again */
    return b.model;
}
