#include <config.h>

#include "bind-internal.h"

/* The statements at the top of a file or in a host: each declares objects.  */

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

static bool same_values(const struct stmt *x, const struct stmt *y)
{
    if (x->words->n != y->words->n)
        return false;
    for (uint32_t i = 0; i < x->words->n; i++)
        if (!str_eq(stmt_text(x, i), stmt_text(y, i)))
            return false;
    return true;
}

/* Rows in a host and rows outside of hosts that need the same thing both make it, in the same
   words.  */
static bool same_rows(const struct stmt *x, const struct stmt *y)
{
    if (!x->words->v[0].made || !y->words->v[0].made || !same_values(x, y))
        return false;
    struct walk xs = walk_block(x), ys = walk_block(y);
    const struct stmt *a = walk_next(&xs), *b = walk_next(&ys);
    while (a && b && same_values(a, b)) {
        a = walk_next(&xs);
        b = walk_next(&ys);
    }
    return !a && !b;
}

bool bind_declare(struct bind *b, struct object *o, enum kind kind, enum kind space,
                  struct arg name, const struct stmt *s)
{
    *o = (struct object){ .kind = kind,
                          .name = name.text,
                          .span = name.span,
                          .stmt = s,
                          .made = s->words->v[0].made,
                          .shared = b->shared };
    void **slot = map_add(&b->model->names[space], name.text);
    const struct object *before = *slot;
    if (before) {
        o->bad = true;
        if ((before->shared || !o->shared) && !same_rows(before->stmt, s))
            report_duplicate(b, before, o);
        return false; /* one of the host's own hides one for all hosts */
    }
    *slot = o;
    return true;
}

/* In a configuration that was read: the object that a section before this one is about too, which
   is reported; what both say is said of one.  Else NULL.  */
static void *declared_before(struct bind *b, enum kind kind, enum kind space, struct arg name)
{
    struct object *before = b->model->raw ? map_get(&b->model->names[space], name.text) : NULL;
    if (!before || before->kind != kind)
        return NULL;
    struct diag *m =
        diag_at(b->diags, CHECK_name_duplicate, LEVEL_WARNING, name.span,
                "`%.*s` has a section already, and PowerMTA's manual does not say what "
                "two of them do",
                STR_ARG(name.text));
    diag_also(b->diags, m, before->span, "the first one");
    diag_help(b->diags, m, "say all of it in one of them");
    return before;
}

/* The statements at the top: each declares objects, one for each element of its header.  */

/* The statements in the block of 's': each is bound for each element of the header.  */
static size_t statements_in(const struct stmt *s)
{
    size_t n = 0;
    const struct stmt *child;
    for (struct walk w = walk_block(s); (child = walk_next(&w));)
        n += 1 + statements_in(child);
    return n;
}

typedef void declare_fn(struct bind *, const struct stmt *, struct args header);

/* Calls 'declare' for each element of the header's ranges.  With 'list', a header whose first
   value has no range gives one object, and ranges behind it expand in place.  */
static void each_element(struct bind *b, const struct stmt *s, bool list, const char *syntax,
                         declare_fn *declare)
{
    struct env outer = b->env, inner;
    uint32_t count = 0;
    if (!bind_needs_block(b, s, syntax))
        return;
    if (!expand_count(&outer, stmt_value(s, 1), &count))
        return;
    bool iterate = count > 0 || !list;
    if (!expand_header(&outer, s, iterate ? s->words->n - 1 : 0, &inner))
        return;
    uint32_t n = inner.count && !outer.count ? inner.count : 1;
    if (n > 1 && !expand_spend(&outer, inner.header, (size_t)n * statements_in(s)))
        return;
    for (uint32_t i = 0; i < n; i++) {
        if (!outer.count)
            inner.index = i;
        b->env = inner;
        declare(b, s, expand_args(&b->env, s, EXPAND_EACH, 0));
    }
    b->env = outer;
}

/* Binds what stands in the block of 'o'; messages about it name 'o'.  */
static void fill(struct bind *b, struct object *o, struct block block, const struct stmt *s)
{
    struct diag_context before = b->diags->context;
    const char *word =
        b->model->raw ? dict_scope(block.targets[0].scope)->name : kind_word(o->kind);
    b->diags->context = (struct diag_context){ word, o->name, o->span };
    block.braces = (struct span){ stmt_open(s), stmt_close(s) };
    bind_body(b, &block, s);
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

/* PowerMTA may read digits, and points between them, as an address or the beginning of one.  */
static bool is_number(struct str name)
{
    bool number = name.n > 0;
    for (size_t i = 0; i < name.n; i++)
        number &= is_digit(name.p[i]) || name.p[i] == '.';
    return number;
}

static bool listener_name(struct bind *b, struct arg name)
{
    if (!bind_name(b, name, false))
        return false;
    if (!is_number(name.text))
        return true; /* no other name is an address, or the beginning of one */
    struct diag *m = diag(b->diags, CHECK_name_syntax, name.span,
                          "a listener called `%.*s` would be a rule for clients of that address",
                          STR_ARG(name.text));
    diag_help(b->diags, m, "give it a word as its name: `listener submission ADDR:PORT { ... }`");
    return false;
}

/* The default VMTA of a listener that rows in a host and outside of it need.  Where they choose by
   a header there is none but for all of them.  */
static void join_via(struct bind *b, struct listener *l, struct ref via)
{
    bool same = str_ieq(l->via.name, via.name);
    if (l->allow.first && !same) {
        l->via = (struct ref){ .name = STR("") };
    } else if (!l->via.name.n) {
        l->via = via;
    } else if (via.name.n && !same) {
        struct diag *m = diag(b->diags, CHECK_name_duplicate, via.span,
                              "mail handed in at `%.*s` leaves by another VMTA in these rows",
                              STR_ARG(l->object.name));
        diag_also(b->diags, m, l->via.span, "it leaves by this one here");
        diag_help(b->diags, m, "keep the rows of one client address in one file");
    }
}

/* Rows outside of hosts and in one need a listener on the same address: there is one, with the
   certificate of the first.  */
static bool join_listener(struct bind *b, const struct stmt *s, struct args h)
{
    struct listener *l = map_get(&b->model->names[KIND_listener], h.v[1].text);
    struct ref via = { .name = STR("") };
    if (!l || !s->words->v[0].made || !l->object.made || h.n != 3 ||
        !str_eq(l->endpoints->arg.text, h.v[2].text))
        return false;
    const struct stmt *t;
    for (struct walk w = walk_block(s); (t = walk_next(&w));) {
        const struct attr *attr = map_get(&b->words[KIND_listener], stmt_text(t, 0));
        struct args a = expand_args(&b->env, t, EXPAND_LIST, 0);
        if (attr && attr->bind == attr_listener_via)
            via = bind_ref(b, a.v[1], t);
        struct object *identity = attr && attr->bind == attr_listener_tls && a.n > 2
                                      ? map_get(&b->model->names[KIND_tls], a.v[2].text)
                                      : NULL;
        if (identity)
            identity->used = true;
    }
    join_via(b, l, via);
    return true;
}

static void declare_listener(struct bind *b, const struct stmt *s, struct args h)
{
    struct listener *l = NEW(b->arena, struct listener);
    if (!bind_shape(b, s, h, 2, UINT32_MAX, "NAME ADDR:PORT, ... { ... }") ||
        !listener_name(b, h.v[1]) || join_listener(b, s, h) ||
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

/* There is a listener, however well it is written.  */
static void says_listener(struct bind *b)
{
    b->model->said[b->model->target[TARGET_global_smtp_listener] - dict_at(0)] = true;
}

static void declare_raw_listener(struct bind *b, const struct stmt *s, struct args h)
{
    struct listener *l = NEW(b->arena, struct listener);
    if (!bind_shape(b, s, h, 1, 1, "ADDR:PORT { ... }") || h.v[1].bad)
        return;
    says_listener(b);
    l->object = (struct object){ .kind = KIND_raw_listener,
                                 .name = h.v[1].text,
                                 .span = h.v[1].span,
                                 .stmt = s,
                                 .made = s->words->v[0].made,
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
    if (!bind_shape(b, s, h, 1, 1, "NAME { ... }") || !bind_name(b, h.v[1], true))
        return;
    struct user *u = declared_before(b, KIND_raw_user, KIND_user, h.v[1]);
    if (!u) {
        u = NEW(b->arena, struct user);
        if (!bind_declare(b, &u->object, KIND_raw_user, KIND_user, h.v[1], s))
            return;
        u->written = true;
        VEC_PUSH(b->arena, &b->model->users, u);
    }
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

/* 'extras' in memory that lasts, or NULL where there are none.  */
static struct extras *keep_extras(struct bind *b, const struct extras *extras)
{
    if (!extras->colds.first && extras->tls.word == TLS_UNSET && !extras->tls.identity &&
        !extras->tls.bad && !extras->lines.some)
        return NULL;
    struct extras *kept = arena_alloc(b->arena, sizeof *kept);
    *kept = *extras;
    return kept;
}

static void declare_vmta(struct bind *b, const struct stmt *s, struct args h)
{
    if (!bind_shape(b, s, h, 1, 1, "NAME { ... }") || !bind_name(b, h.v[1], false))
        return;
    struct host *host = map_get(&b->program->host_names, b->model->host);
    if (is_elsewhere(b, h.v[1].text, host))
        return;
    struct extras extras = { .tls = { .word = TLS_UNSET } };
    struct vmta *v = declared_before(b, KIND_vmta, KIND_vmta, h.v[1]);
    if (!v) {
        v = NEW(b->arena, struct vmta);
        if (!bind_declare(b, &v->object, KIND_vmta, KIND_vmta, h.v[1], s))
            return;
        VEC_PUSH(b->arena, &b->model->vmtas, v);
    } else {
        extras = *vmta_extras(v);
    }
    v->extras = &extras;
    fill(b, &v->object,
         (struct block){ .kind = KIND_vmta,
                         .object = v,
                         .n_targets = 1,
                         .targets = { { SCOPE_virtual_mta, &extras.lines } } },
         s);
    v->extras = keep_extras(b, &extras);
}

static void declare_pool(struct bind *b, const struct stmt *s, struct args h)
{
    if (!bind_shape(b, s, h, 1, 1, "NAME { MEMBER ... }") || !bind_name(b, h.v[1], false))
        return;
    struct pool *p = declared_before(b, KIND_pool, KIND_vmta, h.v[1]);
    if (!p) {
        p = NEW(b->arena, struct pool);
        if (!bind_declare(b, &p->object, KIND_pool, KIND_vmta, h.v[1], s))
            return;
        VEC_PUSH(b->arena, &b->model->pools, p);
    }
    fill(b, &p->object,
         (struct block){ .kind = KIND_pool,
                         .object = p,
                         .n_targets = 1,
                         .targets = { { SCOPE_virtual_mta_pool, &p->lines } } },
         s);
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
    if (is_number(arg->text)) {
        struct diag *m = diag(b->diags, CHECK_name_syntax, arg->span,
                              "a source called `%.*s` would be a rule for clients of that address",
                              STR_ARG(arg->text));
        diag_help(b->diags, m, "write an address or a prefix, or give it a word as its name");
        return false;
    }
    if (!r->reserved)
        return bind_name(b, *arg, true);
    if (!source_is_own(arg->text)) {
        struct diag *m = diag_at(b->diags, CHECK_name_reserved, LEVEL_WARNING, arg->span,
                                 "names in braces are PowerMTA's own, and `%.*s` is none of them",
                                 STR_ARG(arg->text));
        diag_help(b->diags, m, "leave the braces out");
    }
    return true;
}

static void declare_raw_source(struct bind *b, const struct stmt *s, struct args h)
{
    if (!bind_shape(b, s, h, 1, 1, "CIDR|NAME { ... }") || h.v[1].bad)
        return;
    struct source_rule *r = declared_before(b, KIND_raw_source, KIND_raw_source, h.v[1]);
    if (!r) {
        r = NEW(b->arena, struct source_rule);
        if (!source_argument(b, r, &h.v[1]) ||
            !bind_declare(b, &r->object, KIND_raw_source, KIND_raw_source, h.v[1], s))
            return;
        VEC_PUSH(b->arena, &b->model->sources, r);
    }
    fill(b, &r->object,
         (struct block){ .kind = KIND_raw_source,
                         .object = r,
                         .n_targets = 1,
                         .targets = { { SCOPE_source, &r->lines } } },
         s);
}

void stmt_tls(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_tls);
}

void stmt_dkim(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "DOMAIN { ... }", declare_dkim);
}

void stmt_listener(struct bind *b, const struct stmt *s)
{
    each_element(b, s, true, "NAME ADDR:PORT, ... { ... }", declare_listener);
}

void stmt_client(struct bind *b, const struct stmt *s)
{
    each_element(b, s, true, "NAME CIDR, ... { ... }", declare_client);
}

void stmt_user(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_user);
}

void stmt_raw_user(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_raw_user);
}

void stmt_vmta(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { ... }", declare_vmta);
}

void stmt_pool(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "NAME { MEMBER ... }", declare_pool);
}

void stmt_raw_source(struct bind *b, const struct stmt *s)
{
    each_element(b, s, false, "CIDR|NAME { ... }", declare_raw_source);
}

void stmt_domain(struct bind *b, const struct stmt *s)
{
    bind_domain(b, &b->model->domains, s, b->shared);
}

void stmt_policy(struct bind *b, const struct stmt *s)
{
    struct policy *p = NEW(b->arena, struct policy);
    struct args h = expand_args(&b->env, s, EXPAND_EACH, 0);
    if (!s->block || !bind_shape(b, s, h, 1, 1, "NAME { ... }")) {
        if (!s->block)
            diag(b->diags, CHECK_syntax, stmt_span(s), "expected `policy NAME { ... }`");
        return;
    }
    if (bind_name(b, h.v[1], false) &&
        bind_declare(b, &p->object, KIND_policy, KIND_policy, h.v[1], s))
        VEC_PUSH(b->arena, &b->model->policies, p);
}

/* The one-line form: an address, then options.  */
static void listener_line(struct bind *b, const struct stmt *s, struct args a)
{
    struct listener *l = NEW(b->arena, struct listener);
    says_listener(b);
    struct line *line =
        bind_make_line(b, TARGET_global_smtp_listener, a.v + 1, a.n - 1, stmt_span(s));
    bind_check_line(b, line);
    if (line->bad)
        return;
    l->object = (struct object){ .kind = KIND_raw_listener,
                                 .name = a.v[1].text,
                                 .span = a.v[1].span,
                                 .stmt = s,
                                 .made = s->words->v[0].made,
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

void stmt_raw_listener(struct bind *b, const struct stmt *s)
{
    if (s->block) {
        each_element(b, s, false, "ADDR:PORT { ... }", declare_raw_listener);
        return;
    }
    uint32_t n = expand_repeats(&b->env, s, EXPAND_JOINED);
    for (uint32_t i = 0; i < n; i++) {
        struct args a = expand_args(&b->env, s, EXPAND_JOINED, i);
        if (bind_shape(b, s, a, 1, 3, "ADDR:PORT [source=NAME]"))
            listener_line(b, s, a);
    }
}

void stmt_pmta_include(struct bind *b, const struct stmt *s)
{
    struct block block = bind_top_block(b);
    if (bind_no_block(b, s))
        attr_include(b, &block, s, expand_args(&b->env, s, EXPAND_JOINED, 0));
}

void stmt_global_domain_key(struct bind *b, const struct stmt *s)
{
    uint32_t n = bind_no_block(b, s) ? expand_repeats(&b->env, s, EXPAND_APART) : 0;
    for (uint32_t i = 0; i < n; i++)
        bind_domain_key(b, &b->model->keys, expand_args(&b->env, s, EXPAND_APART, i));
}

void stmt_global_source(struct bind *b, const struct stmt *s)
{
    uint32_t n = bind_no_block(b, s) ? expand_repeats(&b->env, s, EXPAND_JOINED) : 0;
    for (uint32_t i = 0; i < n; i++)
        bind_origin(b, &b->model->origins, s, expand_args(&b->env, s, EXPAND_JOINED, i));
}
