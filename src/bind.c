#include <config.h>

#include "bind-internal.h"

/* 64 words of one block are told apart by their bits.  */
static const struct attr attrs[] = {
#define KIND(...)
#define READING(...)
#define STATEMENT(...)
#define ATTR(BLOCK, WORD, FUNCTION, REPEAT, SYNTAX, ABOUT)                                         \
    { STR_INIT(WORD), KIND_##BLOCK, attr_##FUNCTION, REPEAT_##REPEAT, SYNTAX, 0 },
#define REPEAT_ONCE false
#define REPEAT_MANY true
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
};

enum { N_ATTRS = sizeof attrs / sizeof attrs[0] };

typedef void stmt_fn(struct bind *, const struct stmt *);

static void index_words(struct bind *b)
{
    unsigned count[N_KINDS] = { 0 };
    for (size_t k = 0; k < N_KINDS; k++)
        b->words[k] = (struct map){ .arena = b->arena };
    for (size_t i = 0; i < N_ATTRS; i++) {
        struct attr *attr = NEW(b->arena, struct attr);
        *attr = attrs[i];
        attr->index = count[attr->kind]++;
        *map_add(&b->words[attr->kind], attr->word) = attr;
    }
}

bool bind_no_block(struct bind *b, const struct stmt *s)
{
    if (!s->open)
        return true;
    struct diag *m = diag(b->diags, CHECK_syntax, (struct span){ s->open, s->open + 1 },
                          "`%.*s` takes no block", STR_ARG(value_text(s->values[0])));
    diag_help(b->diags, m, "end the line without `{ ... }`");
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
    diag_help(b->diags, m, "expected `%.*s %s`", STR_ARG(value_text(s->values[0])), syntax);
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
        diag(b->diags, CHECK_directive_repeated, value_span(s->values[0]),
             "`%.*s` stands here twice, and only the last counts", STR_ARG(attr->word));
        return false;
    }
    *(block->copied ? &block->seen_copied : &block->seen) |= bit;
    return false;
}

/* A comma joins this line with a word of the next one, which was meant to begin a statement.  */
static bool runs_on(struct bind *b, struct block *block, const struct stmt *s)
{
    for (uint32_t i = 1; i < s->n_values; i++) {
        struct value v = s->values[i];
        if (!v.joined || v.made || v.kind != VALUE_WORD ||
            !map_get(&b->words[block->kind], value_text(v)))
            continue;
        const char *p = v.p;
        bool other_line = false;
        while (*--p != ',')
            other_line |= *p == '\n';
        if (!other_line)
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

static void bind_attr(struct bind *b, struct block *block, const struct attr *attr,
                      const struct stmt *s)
{
    if (said_before(b, block, attr, s) || runs_on(b, block, s))
        return;
    if (attr->bind == attr_nested_domain) {
        attr->bind(b, block, s, (struct args){ NULL, 0 });
        return;
    }
    if (!bind_no_block(b, s))
        return;
    enum expand_lists lists = attr->bind == attr_domain_key ? EXPAND_APART
                              : attr->many                  ? EXPAND_JOINED
                                                            : EXPAND_LIST;
    uint32_t n = expand_repeats(&b->env, s, lists);
    for (uint32_t i = 0; i < n; i++)
        attr->bind(b, block, s, expand_words(&b->env, s, lists, i));
}

static bool is_use(const struct attr *attr)
{
    return attr && attr->bind == attr_use;
}

void bind_body(struct bind *b, struct block *block, const struct stmt *first)
{
    const struct map *words = &b->words[block->kind];
    const struct stmt *policies = NULL;
    for (const struct stmt *s = first; s; s = s->next) {
        if (s->values[0].bad)
            continue;
        const struct attr *attr = map_get(words, value_text(s->values[0]));
        if (is_use(attr))
            policies = policies ? policies : s;
        else if (attr)
            bind_attr(b, block, attr, s);
        else if (block->kind == KIND_pool && attr_is_member(b, s))
            attr_pool_members(b, block, s);
        else
            bind_directive(b, block, s);
    }
    /* Policies last: what stands beside them wins.  */
    for (const struct stmt *s = policies; s; s = s->next) {
        const struct attr *attr =
            s->values[0].bad ? NULL : map_get(words, value_text(s->values[0]));
        if (is_use(attr))
            bind_attr(b, block, attr, s);
    }
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
    policy->open = true;
    block->copied++;
    bind_body(b, block, policy->object.stmt->body);
    block->copied--;
    policy->open = false;
}

static bool is_poolish(enum kind kind)
{
    return kind == KIND_vmta || kind == KIND_pool;
}

/* One name, two objects: says which of the three mistakes it is.  */
static void report_duplicate(struct bind *b, const struct object *before, const struct object *o)
{
    bool exact = str_eq(before->name, o->name);
    struct diag *m;
    if (is_poolish(o->kind) && before->kind != o->kind)
        m = diag(b->diags, CHECK_name_collision, o->span,
                 "`%.*s` is a %s and a %s, which share their names", STR_ARG(o->name),
                 kind_word(before->kind), kind_word(o->kind));
    else if (!exact)
        m = diag(b->diags, CHECK_name_collision, o->span, "`%.*s` and `%.*s` differ only in case",
                 STR_ARG(o->name), STR_ARG(before->name));
    else
        m = diag(b->diags, CHECK_name_duplicate, o->span, "`%.*s` is declared twice",
                 STR_ARG(o->name));
    diag_also(b->diags, m, before->span, "first declared here");
}

bool bind_declare(struct bind *b, struct object *o, enum kind kind, enum kind space,
                  struct arg name, const struct stmt *s)
{
    *o = (struct object){
        .kind = kind, .name = name.text, .span = name.span, .stmt = s, .shared = b->shared
    };
    void **slot = map_add(&b->model->names[space], name.text);
    const struct object *before = *slot;
    if (before) {
        o->bad = true;
        if (before->shared || !o->shared)
            report_duplicate(b, before, o);
        return false; /* one of the host's own hides one for all hosts */
    }
    *slot = o;
    return true;
}

/* The statements at the top: each declares objects, one for each element of its header.  */

typedef void declare_fn(struct bind *, const struct stmt *, struct args header);

/* Calls 'declare' for each element of the header's ranges.  With 'list', a header whose first
   value has no range gives one object, and ranges behind it expand in place.  */
static void each_element(struct bind *b, const struct stmt *s, bool list, const char *syntax,
                         declare_fn *declare)
{
    struct env outer = b->env, inner;
    uint32_t count = 0;
    if (s->n_values < 2 || !s->open) {
        struct diag *m = diag(b->diags, CHECK_syntax, stmt_span(s), "expected `%.*s %s`",
                              STR_ARG(value_text(s->values[0])), syntax);
        if (!s->open && s->n_values >= 2)
            diag_help(b->diags, m, "its block is missing");
        return;
    }
    if (!expand_count(&outer, s->values[1], &count))
        return;
    bool iterate = count > 0 || !list;
    if (!expand_header(&outer, s->values + 1, iterate ? s->n_values - 1 : 0, &inner))
        return;
    uint32_t n = inner.count && !outer.count ? inner.count : 1;
    for (uint32_t i = 0; i < n; i++) {
        if (!outer.count)
            inner.index = i;
        b->env = inner;
        declare(b, s, expand_words(&b->env, s, EXPAND_EACH, 0));
    }
    b->env = outer;
}

/* Binds what stands in the block of 'o'; messages about it name 'o'.  */
static void fill(struct bind *b, struct object *o, struct block block, const struct stmt *s)
{
    struct diag_context before = b->diags->context;
    b->diags->context = (struct diag_context){ kind_word(o->kind), o->name, o->span };
    block.braces = (struct span){ s->open, s->close };
    bind_body(b, &block, s->body);
    b->diags->context = before;
}

static void declare_tls(struct bind *b, const struct stmt *s, struct args h)
{
    struct tls *tls = NEW(b->arena, struct tls);
    if (!bind_shape(b, s, h, 1, 1, "NAME { ... }") || !bind_name(b, h.v[1], false) ||
        !bind_declare(b, &tls->object, KIND_tls, KIND_tls, h.v[1], s))
        return;
    VEC_PUSH(b->arena, &b->model->tls, tls);
    fill(b, &tls->object, (struct block){ .kind = KIND_tls, .object = tls }, s);
}

static void declare_dkim(struct bind *b, const struct stmt *s, struct args h)
{
    struct dkim *dkim = NEW(b->arena, struct dkim);
    if (!bind_shape(b, s, h, 1, 1, "DOMAIN { ... }"))
        return;
    if (!str_eq(h.v[1].text, STR("*")) && !bind_domain_name(b, &h.v[1], false))
        return;
    if (!bind_declare(b, &dkim->object, KIND_dkim, KIND_dkim, h.v[1], s))
        return;
    VEC_PUSH(b->arena, &b->model->dkim, dkim);
    fill(b, &dkim->object, (struct block){ .kind = KIND_dkim, .object = dkim }, s);
}

static void add_endpoint(struct bind *b, struct listener *l, struct arg arg)
{
    struct endpoint *e = NEW(b->arena, struct endpoint);
    e->arg = arg;
    e->bad = !bind_endpoint(b, arg, &e->cidr, &e->port);
    if (l->last_endpoint)
        l->last_endpoint->next = e;
    else
        l->endpoints = e;
    l->last_endpoint = e;
}

static bool listener_name(struct bind *b, struct arg name)
{
    struct cidr cidr;
    struct fault f;
    if (!bind_name(b, name, false))
        return false;
    if (!value_cidr(name.text, &cidr, &f) &&
        !value_int(name.text, 0, UINT32_MAX, &(uint64_t){ 0 }, &f))
        return true;
    struct diag *m = diag(b->diags, CHECK_name_syntax, name.span,
                          "a listener called `%.*s` would be a rule for clients of that address",
                          STR_ARG(name.text));
    diag_help(b->diags, m, "give it a word as its name: `listener submission ADDR:PORT { ... }`");
    return false;
}

static void declare_listener(struct bind *b, const struct stmt *s, struct args h)
{
    struct listener *l = NEW(b->arena, struct listener);
    if (!bind_shape(b, s, h, 2, UINT32_MAX, "NAME ADDR:PORT, ... { ... }") ||
        !listener_name(b, h.v[1]) ||
        !bind_declare(b, &l->object, KIND_listener, KIND_listener, h.v[1], s))
        return;
    for (uint32_t i = 2; i < h.n; i++)
        add_endpoint(b, l, h.v[i]);
    VEC_PUSH(b->arena, &b->model->listeners, l);
    fill(b, &l->object,
         (struct block){ .kind = KIND_listener,
                         .object = l,
                         .n_targets = 2,
                         .inherits = true,
                         .targets = { { SCOPE_smtp_listener, &l->lines },
                                      { SCOPE_source, &l->source_lines } } },
         s);
}

static void declare_raw_listener(struct bind *b, const struct stmt *s, struct args h)
{
    struct listener *l = NEW(b->arena, struct listener);
    if (!bind_shape(b, s, h, 1, 1, "ADDR:PORT { ... }") || h.v[1].bad)
        return;
    l->object = (struct object){ .kind = KIND_raw_listener,
                                 .name = h.v[1].text,
                                 .span = h.v[1].span,
                                 .stmt = s,
                                 .shared = b->shared };
    l->written = true;
    add_endpoint(b, l, h.v[1]);
    VEC_PUSH(b->arena, &b->model->listeners, l);
    fill(b, &l->object,
         (struct block){ .kind = KIND_raw_listener,
                         .object = l,
                         .n_targets = 1,
                         .targets = { { SCOPE_smtp_listener, &l->lines } } },
         s);
}

static void declare_client(struct bind *b, const struct stmt *s, struct args h)
{
    struct client *c = NEW(b->arena, struct client);
    if (!bind_shape(b, s, h, 2, UINT32_MAX, "NAME CIDR, ... { ... }") ||
        !bind_name(b, h.v[1], false) ||
        !bind_declare(b, &c->object, KIND_client, KIND_client, h.v[1], s))
        return;
    c->relay = -1;
    bind_prefixes(b, &c->prefixes, h, 2);
    VEC_PUSH(b->arena, &b->model->clients, c);
    fill(b, &c->object,
         (struct block){ .kind = KIND_client,
                         .object = c,
                         .n_targets = 1,
                         .targets = { { SCOPE_source, &c->lines } } },
         s);
}

static void declare_user(struct bind *b, const struct stmt *s, struct args h)
{
    struct user *u = NEW(b->arena, struct user);
    if (!bind_shape(b, s, h, 1, 1, "NAME { ... }") || !bind_name(b, h.v[1], true) ||
        !bind_declare(b, &u->object, KIND_user, KIND_user, h.v[1], s))
        return;
    VEC_PUSH(b->arena, &b->model->users, u);
    fill(b, &u->object,
         (struct block){
             .kind = KIND_user,
             .object = u,
             .n_targets = 2,
             .targets = { { SCOPE_smtp_user, &u->lines }, { SCOPE_source, &u->source_lines } } },
         s);
}

static void declare_raw_user(struct bind *b, const struct stmt *s, struct args h)
{
    struct user *u = NEW(b->arena, struct user);
    if (!bind_shape(b, s, h, 1, 1, "NAME { ... }") || !bind_name(b, h.v[1], true) ||
        !bind_declare(b, &u->object, KIND_raw_user, KIND_user, h.v[1], s))
        return;
    u->written = true;
    VEC_PUSH(b->arena, &b->model->users, u);
    fill(b, &u->object,
         (struct block){ .kind = KIND_raw_user,
                         .object = u,
                         .n_targets = 1,
                         .targets = { { SCOPE_smtp_user, &u->lines } } },
         s);
}

/* The VMTA stands on another host alone.  */
static bool is_elsewhere(struct bind *b, struct str name, struct host *host)
{
    return b->shared && map_get(&b->program->assigned, name) &&
           !(host && map_get(&host->assigned, name));
}

static void declare_vmta(struct bind *b, const struct stmt *s, struct args h)
{
    struct vmta *v = NEW(b->arena, struct vmta);
    if (!bind_shape(b, s, h, 1, 1, "NAME { ... }") || !bind_name(b, h.v[1], false))
        return;
    struct host *host = map_get(&b->program->host_names, b->model->host);
    if (is_elsewhere(b, h.v[1].text, host))
        return;
    if (!bind_declare(b, &v->object, KIND_vmta, KIND_vmta, h.v[1], s))
        return;
    VEC_PUSH(b->arena, &b->model->vmtas, v);
    fill(b, &v->object,
         (struct block){ .kind = KIND_vmta,
                         .object = v,
                         .n_targets = 1,
                         .targets = { { SCOPE_virtual_mta, &v->lines } } },
         s);
}

static void declare_pool(struct bind *b, const struct stmt *s, struct args h)
{
    struct pool *p = NEW(b->arena, struct pool);
    if (!bind_shape(b, s, h, 1, 1, "NAME { MEMBER ... }") || !bind_name(b, h.v[1], false) ||
        !bind_declare(b, &p->object, KIND_pool, KIND_vmta, h.v[1], s))
        return;
    VEC_PUSH(b->arena, &b->model->pools, p);
    fill(b, &p->object,
         (struct block){ .kind = KIND_pool,
                         .object = p,
                         .n_targets = 1,
                         .targets = { { SCOPE_virtual_mta_pool, &p->lines } } },
         s);
}

static bool is_reserved_source(struct str name)
{
    static const struct str names[] = {
#define RESERVED(NAME) STR_INIT(NAME),
#include "../grammar/reserved.def"
#undef RESERVED
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_ieq(name, names[i]))
            return true;
    return false;
}

static bool source_argument(struct bind *b, struct source_rule *r, struct arg *arg)
{
    struct fault f;
    r->reserved = arg->text.n && arg->text.p[0] == '{';
    char c = arg->text.n ? arg->text.p[0] : 0;
    bool digits = is_digit(c) && (str_find(arg->text, '.') < arg->text.n ||
                                  str_find(arg->text, '/') < arg->text.n);
    r->by_address =
        value_cidr(arg->text, &r->cidr, &f) || digits || str_find(arg->text, ':') < arg->text.n;
    if (r->by_address)
        return bind_network(b, *arg, &r->cidr);
    if (!r->reserved)
        return bind_name(b, *arg, true);
    if (!is_reserved_source(arg->text)) {
        struct diag *m = diag_at(b->diags, CHECK_name_reserved, LEVEL_WARNING, arg->span,
                                 "names in braces are PowerMTA's own, and `%.*s` is none of them",
                                 STR_ARG(arg->text));
        diag_help(b->diags, m, "leave the braces out");
    }
    return true;
}

static void declare_raw_source(struct bind *b, const struct stmt *s, struct args h)
{
    struct source_rule *r = NEW(b->arena, struct source_rule);
    if (!bind_shape(b, s, h, 1, 1, "CIDR|NAME { ... }") || h.v[1].bad ||
        !source_argument(b, r, &h.v[1]) ||
        !bind_declare(b, &r->object, KIND_raw_source, KIND_raw_source, h.v[1], s))
        return;
    VEC_PUSH(b->arena, &b->model->sources, r);
    fill(b, &r->object,
         (struct block){ .kind = KIND_raw_source,
                         .object = r,
                         .n_targets = 1,
                         .targets = { { SCOPE_source, &r->lines } } },
         s);
}

static void stmt_tls(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_tls);
}

static void stmt_dkim(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "DOMAIN { ... }", declare_dkim);
}

static void stmt_listener(struct bind *b, const struct stmt *s)
{
    each_element(b, s, true, "NAME ADDR:PORT, ... { ... }", declare_listener);
}

static void stmt_client(struct bind *b, const struct stmt *s)
{
    each_element(b, s, true, "NAME CIDR, ... { ... }", declare_client);
}

static void stmt_user(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_user);
}

static void stmt_raw_user(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_raw_user);
}

static void stmt_vmta(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_vmta);
}

static void stmt_pool(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { MEMBER ... }", declare_pool);
}

static void stmt_raw_source(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "CIDR|NAME { ... }", declare_raw_source);
}

static void stmt_domain(struct bind *b, const struct stmt *s)
{
    bind_domain(b, &b->model->domains, &b->model->names[KIND_domain], s, b->shared);
}

static void stmt_policy(struct bind *b, const struct stmt *s)
{
    struct policy *p = NEW(b->arena, struct policy);
    struct args h = expand_words(&b->env, s, EXPAND_EACH, 0);
    if (!s->open || !bind_shape(b, s, h, 1, 1, "NAME { ... }")) {
        if (!s->open)
            diag(b->diags, CHECK_syntax, stmt_span(s), "expected `policy NAME { ... }`");
        return;
    }
    if (bind_name(b, h.v[1], false) &&
        bind_declare(b, &p->object, KIND_policy, KIND_policy, h.v[1], s))
        VEC_PUSH(b->arena, &b->model->policies, p);
}

static struct block top_block(struct bind *b)
{
    return (struct block){ .kind = KIND_top,
                           .copied = b->shared,
                           .n_targets = 1,
                           .targets = { { SCOPE_global, &b->model->lines } } };
}

/* The one-line form: an address, then options.  */
static void listener_line(struct bind *b, const struct stmt *s, struct args a)
{
    struct listener *l = NEW(b->arena, struct listener);
    struct line *line =
        bind_make_line(b, TARGET_global_smtp_listener, a.v + 1, a.n - 1, stmt_span(s));
    bind_check_line(b, line);
    if (line->bad)
        return;
    l->object = (struct object){ .kind = KIND_raw_listener,
                                 .name = a.v[1].text,
                                 .span = a.v[1].span,
                                 .stmt = s,
                                 .shared = b->shared };
    l->written = true;
    add_endpoint(b, l, a.v[1]);
    for (uint32_t i = 2; i < a.n; i++) {
        size_t equals = str_find(a.v[i].text, '=');
        struct arg value = a.v[i];
        value.text = str_sub(value.text, equals + 1, value.text.n);
        if (str_starts(a.v[i].text, STR("source=")))
            l->source = bind_ref(b, value, s);
        else
            lines_add(&l->lines,
                      bind_make_line(b, TARGET_listener_immediate_tls, &value, 1, value.span));
    }
    VEC_PUSH(b->arena, &b->model->listeners, l);
}

static void stmt_raw_listener(struct bind *b, const struct stmt *s)
{
    if (s->open) {
        each_element(b, s, false, "ADDR:PORT { ... }", declare_raw_listener);
        return;
    }
    uint32_t n = expand_repeats(&b->env, s, EXPAND_JOINED);
    for (uint32_t i = 0; i < n; i++) {
        struct args a = expand_words(&b->env, s, EXPAND_JOINED, i);
        if (bind_shape(b, s, a, 1, 3, "ADDR:PORT [source=NAME]"))
            listener_line(b, s, a);
    }
}

static void stmt_pmta_include(struct bind *b, const struct stmt *s)
{
    struct block block = top_block(b);
    if (bind_no_block(b, s))
        attr_include(b, &block, s, expand_words(&b->env, s, EXPAND_JOINED, 0));
}

static void stmt_global_domain_key(struct bind *b, const struct stmt *s)
{
    uint32_t n = bind_no_block(b, s) ? expand_repeats(&b->env, s, EXPAND_APART) : 0;
    for (uint32_t i = 0; i < n; i++)
        bind_domain_key(b, &b->model->keys, expand_words(&b->env, s, EXPAND_APART, i));
}

static void stmt_global_source(struct bind *b, const struct stmt *s)
{
    uint32_t n = bind_no_block(b, s) ? expand_repeats(&b->env, s, EXPAND_JOINED) : 0;
    for (uint32_t i = 0; i < n; i++)
        bind_origin(b, &b->model->origins, s, expand_words(&b->env, s, EXPAND_JOINED, i));
}

struct statement {
    struct str word;
    stmt_fn *bind;
};

static const struct statement statements[] = {
#define KIND(...)
#define READING(...)
#define STATEMENT(WORD, FUNCTION, ...) { STR_INIT(WORD), stmt_##FUNCTION },
#define ATTR(...)
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
};

static void bind_stmt(struct bind *b, const struct stmt *s)
{
    struct str word = value_text(s->values[0]);
    const struct statement *statement = map_get(&b->statements, word);
    enum scope scope = s->open ? dict_section(b->dict, word) : N_SCOPES;
    if (statement) {
        statement->bind(b, s);
    } else if (scope != N_SCOPES) {
        struct section_body *section = bind_section(b, scope, s, SCOPE_global);
        if (section)
            VEC_PUSH(b->arena, &b->model->sections, section);
    } else {
        struct block block = top_block(b);
        bind_directive(b, &block, s);
    }
}

static bool is_policy(struct bind *b, const struct stmt *s)
{
    const struct statement *statement = map_get(&b->statements, value_text(s->values[0]));
    return statement && statement->bind == stmt_policy;
}

/* Policies come first, since a block may use one that is declared further down.  */
static void bind_policies(struct bind *b, const struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!items[i].stmt->values[0].bad && is_policy(b, items[i].stmt))
            stmt_policy(b, items[i].stmt);
}

static void bind_items(struct bind *b, const struct item *items, size_t n)
{
    struct env env = b->env;
    for (size_t i = 0; i < n; i++) {
        if (items[i].stmt->values[0].bad || is_policy(b, items[i].stmt))
            continue;
        b->env.count = items[i].count;
        b->env.index = items[i].index;
        b->env.header = items[i].header;
        bind_stmt(b, items[i].stmt);
    }
    b->env = env;
}

static struct model *new_model(struct program *p, struct host *host)
{
    struct model *m = NEW(p->arena, struct model);
    m->arena = p->arena;
    m->diags = p->diags;
    m->dict = p->dict;
    m->version = p->version;
    m->fragment = p->options->fragment;
    m->host = host ? host->name : STR("");
    if (p->sources->list.n)
        m->whole = (struct span){ p->sources->list.v[0]->base, p->sources->list.v[0]->base };
    static const struct {
        struct str name;
        enum scope scope;
    } targets[] = {
#define TARGET(ID, NAME, SCOPE) { STR_INIT(NAME), SCOPE_##SCOPE },
#include "../grammar/target.def"
#undef TARGET
    };
    for (size_t i = 0; i < N_TARGETS; i++) {
        m->target[i] = dict_find(p->dict, targets[i].name, targets[i].scope);
        if (!m->target[i])
            arena_bug(p->arena, "a row of target.def that directives.def does not have");
    }
    for (size_t i = 0; i < N_KINDS; i++)
        m->names[i] = (struct map){ .arena = p->arena };
    for (size_t i = 0; i < N_SCOPES; i++)
        m->lists[i] = (struct map){ .arena = p->arena };
    m->macros = m->elsewhere = (struct map){ .arena = p->arena };
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
                      .statements = { .arena = p->arena } };
    p->budget = EXPAND_TOTAL;
    index_words(&b);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
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
    return b.model;
}
