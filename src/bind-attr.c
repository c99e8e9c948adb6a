#include <config.h>

#include "bind-internal.h"
#include "suggest.h"

/* One value behind the keyword.  */
static bool one(struct bind *b, const struct stmt *s, struct args a, const char *syntax)
{
    return bind_shape(b, s, a, 1, 1, syntax) && !a.v[1].bad;
}

/* The index in 'words' of what 'arg' says, or -1, reported with all of them.  */
static int one_of(struct bind *b, struct arg arg, const char *const *words, int n)
{
    struct buf all = { .arena = b->arena };
    for (int i = 0; i < n; i++) {
        if (str_ieq(arg.text, str_of(words[i])))
            return i;
        buf_printf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    }
    struct diag *m = diag(b->diags, CHECK_directive_value, arg.span, "`%.*s` is not %.*s",
                          STR_ARG(arg.text), STR_ARG(buf_str(&all)));
    diag_help(b->diags, m, "write %.*s", STR_ARG(buf_str(&all)));
    return -1;
}

/* tls { } */

void attr_tls_certificate(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct tls *tls = block->object;
    if (!bind_shape(b, s, a, 1, 2, "PATH [SECRET]") || a.v[1].bad)
        return;
    tls->certificate = a.v[1];
    if (a.n > 2 && !a.v[2].bad)
        tls->password = bind_secret(b, s, a.v[2]);
}

void attr_tls_key(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct tls *tls = block->object;
    if (!one(b, s, a, "PATH"))
        return;
    struct str cert = STR("CERTIFICATE.pem");
    for (const struct stmt *t = tls->object.stmt->body; t; t = t->next)
        if (t->n_values > 1 && str_ieq(value_text(t->values[0]), STR("certificate")))
            cert = value_text(t->values[1]);
    struct diag *m = diag(b->diags, CHECK_tls_key_file, a.v[0].span,
                          "PowerMTA reads certificate and key from one PEM file");
    diag_help(
        b->diags, m,
        "join them: (umask 077; cat %.*s %.*s > both.pem), and name that file as `certificate`",
        STR_ARG(cert), STR_ARG(a.v[1].text));
}

void attr_tls_minimum(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    static const char *const words[] = { "1.0", "1.1", "1.2", "1.3" };
    struct tls *tls = block->object;
    if (!one(b, s, a, "1.0, 1.1, 1.2 or 1.3"))
        return;
    tls->minimum = one_of(b, a.v[1], words, N_PROTOCOLS) + 1;
    tls->minimum_span = stmt_span(s);
}

static void tls_text(struct bind *b, const struct stmt *s, struct args a, struct arg *to,
                     enum target target, const char *syntax)
{
    if (!one(b, s, a, syntax))
        return;
    struct line *line = bind_make_line(b, target, a.v + 1, 1, stmt_span(s));
    if (bind_check_value(b, line))
        *to = a.v[1];
}

void attr_tls_ciphers(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->ciphers, TARGET_listener_tls_ciphers, "LIST");
}

void attr_tls_suites(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->suites, TARGET_listener_tls_suites, "LIST");
}

void attr_tls_ca(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->ca, TARGET_listener_tls_ca_file, "PATH");
}

void attr_tls_dh_bits(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->dh_bits, TARGET_listener_tls_dh,
             "1024, 2048 or 4096");
}

/* dkim { } */

static bool same_selector(struct bind *b, const struct selector *x, const struct selector *y)
{
    if (!str_ieq(x->name.text, y->name.text))
        return false;
    bool conflict = !str_eq(x->file.text, y->file.text);
    struct diag *m =
        diag(b->diags, conflict ? CHECK_selector_conflict : CHECK_name_duplicate, y->name.span,
             conflict ? "the selector `%.*s` of this domain has two key files"
                      : "the selector `%.*s` is declared twice",
             STR_ARG(y->name.text));
    diag_also(b->diags, m, conflict ? x->file.span : x->name.span, "first declared here");
    return true;
}

void attr_dkim_selector(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    static const char *const words[] = { "signing", "published", "retired" };
    struct dkim *dkim = block->object;
    struct selector **end = &dkim->selectors, *selector = NEW(b->arena, struct selector);
    if (!bind_shape(b, s, a, 2, 3, "NAME KEYFILE [signing|published|retired]"))
        return;
    int state = a.n > 3 && !a.v[3].bad ? one_of(b, a.v[3], words, 3) : 0;
    *selector =
        (struct selector){ .name = a.v[1],
                           .file = a.v[2],
                           .dkim = dkim,
                           .state = state < 0 ? SELECTOR_SIGNING : (enum selector_state)state };
    selector->bad = !bind_selector(b, a.v[1]) || a.v[2].bad;
    for (; *end; end = &(*end)->next)
        if (!selector->bad && same_selector(b, *end, selector))
            return;
    *end = selector;
}

/* TLS words */

struct tls_row {
    const char *word;
    bool inbound, outbound;
    const char *other;
};

static const struct tls_row tls_rows[] = {
    { "", false, false, "" },
#define TLS_WORD(ID, WORD, IN, OUT, OTHER) { WORD, IN, OUT, OTHER },
#include "../grammar/tls.def"
#undef TLS_WORD
};

static struct str tls_words(struct bind *b, bool inbound)
{
    struct buf all = { .arena = b->arena };
    for (size_t i = 1; i < N_TLS_WORDS; i++)
        if (inbound ? tls_rows[i].inbound : tls_rows[i].outbound)
            buf_printf(&all, "%s%s", all.n ? ", " : "", tls_rows[i].word);
    return buf_str(&all);
}

static void bind_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a,
                     struct tls_use *use, bool inbound, bool identity)
{
    use->bad = true;
    if (!bind_shape(b, s, a, 1, identity ? 2 : 1, identity ? "WORD [IDENTITY]" : "WORD") ||
        a.v[1].bad)
        return;
    for (size_t i = 1; i < N_TLS_WORDS; i++) {
        const struct tls_row *row = &tls_rows[i];
        if (!str_ieq(a.v[1].text, str_of(row->word)))
            continue;
        if (!(inbound ? row->inbound : row->outbound)) {
            struct diag *m = diag(b->diags, CHECK_tls_direction, a.v[1].span,
                                  inbound ? "`%s` is about mail going out; clients come in here"
                                          : "`%s` is about clients coming in; mail goes out here",
                                  row->word);
            diag_help(b->diags, m, "write `tls %s`", row->other);
            diag_fix(b->diags, m, a.v[1].span, str_of(row->other));
            return;
        }
        *use = (struct tls_use){ .word = (enum tls_word)i,
                                 .span = a.v[1].span,
                                 .copied = block->copied > 0 };
        if (a.n > 2)
            use->identity = bind_ref(b, a.v[2], s);
        return;
    }
    struct str all = tls_words(b, inbound);
    struct diag *m = diag(b->diags, CHECK_directive_value, a.v[1].span, "`%.*s` is not one of %.*s",
                          STR_ARG(a.v[1].text), STR_ARG(all));
    diag_help(b->diags, m, "the policy comes first, then the identity: `tls %s NAME`",
              inbound ? "required" : "opportunistic");
}

/* listener { } */

void attr_listener_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    bind_tls(b, block, s, a, &((struct listener *)block->object)->tls, true, true);
}

static void bind_auth(struct bind *b, const struct stmt *s, struct args a, enum auth *auth,
                      struct span *span)
{
    static const char *const words[] = { "none", "optional", "required" };
    int word = one(b, s, a, "none|optional|required") ? one_of(b, a.v[1], words, 3) : -1;
    if (word < 0)
        return;
    *auth = (enum auth)(word + 1);
    *span = stmt_span(s);
}

void attr_listener_auth(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct listener *l = block->object;
    bind_auth(b, s, a, &l->auth, &l->auth_span);
}

void attr_listener_allow(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_shape(b, s, a, 1, UINT32_MAX, "CIDR, ..."))
        bind_prefixes(b, &((struct listener *)block->object)->allow, a, 1);
}

void attr_listener_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "VMTA|POOL"))
        ((struct listener *)block->object)->via = bind_ref(b, a.v[1], s);
}

void attr_use(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "POLICY"))
        bind_use(b, block, a.v[1]);
}

void attr_include(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct lines *lines = block->targets[block->n_targets - 1].lines;
    if (!one(b, s, a, "PATH|URL"))
        return;
    struct line *line = bind_make_line(b, TARGET_global_include, a.v + 1, 1, stmt_span(s));
    line->copied = block->copied;
    bind_check_line(b, line);
    lines_add(lines, line);
    b->model->foreign_names = true;
}

/* client { } */

void attr_client_relay(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    static const char *const words[] = { "no", "yes" };
    struct client *c = block->object;
    if (!one(b, s, a, "yes|no"))
        return;
    c->relay = one_of(b, a.v[1], words, 2);
    c->relay_span = stmt_span(s);
}

void attr_client_auth(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct client *c = block->object;
    bind_auth(b, s, a, &c->auth, &c->auth_span);
    if (c->auth == AUTH_UNSET || c->auth == AUTH_REQUIRED)
        return;
    struct diag *m = diag(b->diags, CHECK_directive_value, a.v[1].span,
                          "a client can only be required to log in");
    diag_help(b->diags, m, "`auth none` and `auth optional` belong to the listener");
    c->auth = AUTH_UNSET;
}

void attr_client_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct client *c = block->object;
    bind_tls(b, block, s, a, &c->tls, true, false);
    if (c->tls.word != TLS_implicit)
        return;
    struct diag *m = diag(b->diags, CHECK_tls_direction, a.v[1].span,
                          "implicit TLS is a matter of the listener, not of its clients");
    diag_help(b->diags, m, "write `tls required` here, or `tls implicit` in the listener");
    c->tls.word = TLS_UNSET;
}

void attr_client_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "VMTA|POOL"))
        ((struct client *)block->object)->via = bind_ref(b, a.v[1], s);
}

/* user { } */

void attr_user_password(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_shape(b, s, a, 1, 1, "env:NAME, file:PATH or a string"))
        ((struct user *)block->object)->password = bind_secret(b, s, a.v[1]);
}

void attr_user_certificate(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "PATH"))
        ((struct user *)block->object)->certificate = a.v[1];
}

void attr_user_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "VMTA|POOL"))
        ((struct user *)block->object)->via = bind_ref(b, a.v[1], s);
}

void attr_user_allow(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (!bind_shape(b, s, a, 1, UINT32_MAX, "CIDR, ..."))
        return;
    bind_prefixes(b, &((struct user *)block->object)->allow, a, 1);
    struct diag *m = diag_at(b->diags, CHECK_target_unproven, LEVEL_NOTE, a.v[0].span,
                             "PowerMTA cannot bind a user to an address; this is not enforced");
    diag_help(b->diags, m, "give these clients a listener of their own, or a `client` block");
}

/* vmta { } and pool { } */

/* In a row the two stand in fields of their own, so the edit cannot be given.  */
static void report_swapped(struct bind *b, const struct stmt *s, struct args a)
{
    bool row = s->values[1].made;
    struct span span = row ? a.v[1].span : span_join(a.v[1].span, a.v[2].span);
    struct diag *m =
        diag(b->diags, CHECK_host_is_address, span, "hostname and address are swapped");
    struct str fix =
        arena_printf(b->arena, "%.*s %.*s", STR_ARG(a.v[2].text), STR_ARG(a.v[1].text));
    if (row)
        return;
    diag_help(b->diags, m, "write %.*s", STR_ARG(fix));
    diag_fix(b->diags, m, span, fix);
}

void bind_origin(struct bind *b, struct origins *list, const struct stmt *s, struct args a)
{
    struct origin *o = NEW(b->arena, struct origin);
    struct fault f;
    struct cidr cidr;
    if (!bind_shape(b, s, a, 2, 2, "ADDR|CIDR HOSTNAME"))
        return;
    bool swapped = !a.v[1].bad && !a.v[2].bad && !value_cidr(a.v[1].text, &cidr, &f) &&
                   value_cidr(a.v[2].text, &cidr, &f);
    if (swapped) {
        report_swapped(b, s, a);
        o->bad_address = o->bad_host = true;
    } else {
        o->bad_address = !bind_network(b, a.v[1], &o->cidr);
        o->bad_host = !bind_host(b, &a.v[2]);
    }
    o->address = a.v[1];
    o->host = a.v[2];
    o->span = stmt_span(s);
    if (list->last)
        list->last->next = o;
    else
        list->first = o;
    list->last = o;
}

void attr_vmta_source(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    bind_origin(b, &((struct vmta *)block->object)->origins, s, a);
}

static struct keys *keys_of(struct block *block)
{
    return block->kind == KIND_pool ? &((struct pool *)block->object)->keys
                                    : &((struct vmta *)block->object)->keys;
}

static void add_key(struct bind *b, struct keys *keys, struct key key)
{
    struct key *k = NEW(b->arena, struct key);
    *k = key;
    if (keys->last)
        keys->last->next = k;
    else
        keys->first = k;
    keys->last = k;
}

void attr_sign(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (!bind_shape(b, s, a, 1, 2, "DOMAIN [SELECTOR]") || a.v[1].bad)
        return;
    struct key key = { .domain = a.v[1],
                       .span = span_join(a.v[0].span, a.v[a.n - 1].span),
                       .by_sign = true };
    if (!str_eq(a.v[1].text, STR("*")))
        key.bad = !bind_domain_name(b, &key.domain, false);
    if (a.n > 2) {
        key.selector = a.v[2];
        key.bad |= !bind_selector(b, a.v[2]);
    }
    add_key(b, keys_of(block), key);
}

void bind_domain_key(struct bind *b, struct keys *keys, struct args a)
{
    struct span span = span_join(a.v[0].span, a.v[a.n - 1].span);
    if (a.n == 4 && !bind_selector(b, a.v[1]))
        return;
    struct line *line = bind_make_line(b, TARGET_vmta_domain_key, a.v + 1, a.n - 1, span);
    bind_check_line(b, line);
    if (line->bad)
        return;
    add_key(b, keys,
            (struct key){ .selector = a.v[1], .domain = a.v[2], .file = a.v[3], .span = span });
}

void attr_domain_key(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    (void)s;
    bind_domain_key(b, keys_of(block), a);
}

static void add_refs(struct bind *b, struct refs *refs, const struct stmt *s, struct args a,
                     uint32_t from)
{
    for (uint32_t i = from; i < a.n; i++) {
        struct ref *r = NEW(b->arena, struct ref);
        *r = bind_ref(b, a.v[i], s);
        if (refs->last)
            refs->last->next = r;
        else
            refs->first = r;
        refs->last = r;
    }
}

void attr_cold(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct refs *colds = block->kind == KIND_pool ? &((struct pool *)block->object)->colds
                                                  : &((struct vmta *)block->object)->colds;
    if (bind_shape(b, s, a, 1, UINT32_MAX, "VMTA, ..."))
        add_refs(b, colds, s, a, 1);
}

void attr_outbound_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct tls_use *use = block->kind == KIND_pool   ? &((struct pool *)block->object)->tls
                          : block->kind == KIND_vmta ? &((struct vmta *)block->object)->tls
                                                     : &((struct domain *)block->object)->tls;
    bind_tls(b, block, s, a, use, false, true);
}

void attr_nested_domain(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    (void)a;
    struct domains *domains = block->kind == KIND_pool ? &((struct pool *)block->object)->domains
                                                       : &((struct vmta *)block->object)->domains;
    bind_domain(b, domains, NULL, s, block->copied);
}

/* pool { } */

void attr_pool_member(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_shape(b, s, a, 1, 1, "VMTA"))
        add_refs(b, &((struct pool *)block->object)->members, NULL, a, 1);
}

bool attr_is_member(struct bind *b, const struct stmt *s)
{
    struct str word = value_text(s->values[0]);
    if (s->open || dict_find(b->dict, word, SCOPE_virtual_mta_pool))
        return false;
    return !dict_any(b->dict, word) && !dict_foreign(b->dict, word);
}

void attr_pool_members(struct bind *b, struct block *block, const struct stmt *s)
{
    struct pool *pool = block->object;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_values; i++)
        if (!expand_count(&b->env, s->values[i], &n))
            return;
    /* All values are elements of a list: give them the place behind a keyword.  */
    struct stmt list = *s;
    list.n_values++;
    list.values = arena_alloc(b->arena, list.n_values * sizeof *list.values);
    list.values[0] = (struct value){ .p = "", .lo = s->values[0].lo };
    memcpy(list.values + 1, s->values, s->n_values * sizeof *s->values);
    if (expand_repeats(&b->env, &list, EXPAND_EACH))
        add_refs(b, &pool->members, s, expand_words(&b->env, &list, EXPAND_EACH, 0), 1);
}

/* domain { } */

static struct domain *domain_named(struct bind *b, struct domains *list, struct map *index,
                                   struct arg pattern, const struct stmt *s)
{
    void **slot = index ? map_add(index, pattern.text) : NULL;
    struct domain *d = slot ? *slot : NULL;
    for (struct domain *x = list->first; !index && x && !d; x = x->next)
        if (str_ieq(x->pattern, pattern.text))
            d = x;
    if (d)
        return d;
    d = NEW(b->arena, struct domain);
    d->pattern = pattern.text;
    d->span = pattern.span;
    d->stmt = s;
    if (slot)
        *slot = d;
    if (list->last)
        list->last->next = d;
    else
        list->first = d;
    list->last = d;
    return d;
}

static void bind_one_domain(struct bind *b, struct domains *list, struct map *index,
                            const struct stmt *s, struct arg pattern, uint8_t copied)
{
    if (!bind_domain_name(b, &pattern, true))
        return;
    struct domain *d = domain_named(b, list, index, pattern, s);
    struct tls_use before = d->tls;
    bool widest = list == &b->model->domains && str_eq(d->pattern, STR("*"));
    struct block block = { .kind = KIND_domain,
                           .object = d,
                           .n_targets = 1,
                           .copied = copied,
                           .inherits = !widest,
                           .braces = { s->open, s->close },
                           .targets = { { SCOPE_domain, &d->lines } } };
    struct diag_context context = b->diags->context;
    if (!context.kind)
        b->diags->context =
            (struct diag_context){ kind_word(KIND_domain), d->pattern, pattern.span };
    d->copied = copied && !d->lines.first;
    d->tls.word = TLS_UNSET;
    bind_body(b, &block, s->body);
    if (before.word != TLS_UNSET && d->tls.word != TLS_UNSET && d->tls.word != before.word &&
        !copied) {
        struct diag *m =
            diag(b->diags, CHECK_name_duplicate, d->tls.span, "`tls` is set to another value here");
        diag_also(b->diags, m, before.span, "first set here, in a block for the same");
    }
    if (before.word != TLS_UNSET)
        d->tls = before;
    b->diags->context = context;
}

static bool has_range(struct env *env, struct value v)
{
    uint32_t count;
    return expand_count(env, v, &count) && count > 0;
}

void bind_domain(struct bind *b, struct domains *list, struct map *index, const struct stmt *s,
                 uint8_t copied)
{
    struct env outer = b->env, inner;
    if (s->n_values < 2 || !s->open) {
        struct diag *m =
            diag(b->diags, CHECK_syntax, stmt_span(s), "expected `%.*s PATTERN, ... { ... }`",
                 STR_ARG(value_text(s->values[0])));
        if (!s->open && s->n_values >= 2)
            diag_help(b->diags, m, "its block is missing");
        return;
    }
    if (!expand_header(&outer, s->values + 1, s->n_values - 1, &inner))
        return;
    uint32_t n = inner.count && !outer.count ? inner.count : 1;
    for (uint32_t i = 0; i < n; i++) {
        if (!outer.count)
            inner.index = i;
        b->env = inner;
        struct args h = expand_words(&b->env, s, EXPAND_EACH, 0);
        for (uint32_t k = 1; k < h.n; k++)
            if (!h.v[k].bad && (i == 0 || has_range(&outer, s->values[k])))
                bind_one_domain(b, list, index, s, h.v[k], copied);
    }
    b->env = outer;
}

/* "HOST", "HOST:PORT", "ADDR", "ADDR:PORT" as smtp-hosts takes them: an address in brackets.  */
static bool route_host(struct bind *b, struct arg *arg)
{
    struct cidr cidr;
    struct fault f;
    uint64_t port = 0;
    size_t colon = arg->text.n;
    while (colon && arg->text.p[colon - 1] != ':')
        colon--;
    struct str host = arg->text, tail = STR("");
    bool v6 = str_find(arg->text, ':') + 1 < colon && arg->text.p[0] != '[';
    if (colon && !v6 && arg->text.p[arg->text.n - 1] != ']') {
        tail = str_sub(arg->text, colon - 1, arg->text.n);
        host = str_sub(arg->text, 0, colon - 1);
        if (!value_int(str_sub(tail, 1, tail.n), 1, 65535, &port, &f)) {
            diag(b->diags, CHECK_directive_value, arg->span, "`%.*s` has no port: %s",
                 STR_ARG(arg->text), f.why);
            return false;
        }
    }
    if (host.n && host.p[0] == '[')
        return true; /* as PowerMTA has it; its value is checked there */
    if (value_cidr(host, &cidr, &f) && cidr.bits == (cidr.addr.family == 4 ? 32 : 128)) {
        arg->text = arena_printf(b->arena, cidr.addr.family == 4 ? "[%.*s]%.*s" : "[IPv6:%.*s]%.*s",
                                 STR_ARG(host), STR_ARG(tail));
        return true;
    }
    struct arg name = *arg;
    name.text = host;
    return str_find(host, ':') < host.n || bind_host(b, &name);
}

void attr_domain_route(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct domain *d = block->object;
    if (!bind_shape(b, s, a, 1, UINT32_MAX, "HOST[:PORT], ..."))
        return;
    for (uint32_t i = 1; i < a.n; i++)
        if (a.v[i].bad || !route_host(b, &a.v[i]))
            return;
    bool old = b->model->version < PMTA_4_5;
    struct line *line = bind_make_line(b, old ? TARGET_domain_route : TARGET_domain_smtp_hosts,
                                       a.v + 1, a.n - 1, span_join(a.v[0].span, a.v[a.n - 1].span));
    for (uint32_t i = 1; i < line->n_args; i++)
        line->args[i].joined = true;
    line->copied = block->copied;
    if (!old)
        bind_check_line(b, line);
    bind_add_line(b, block, &d->lines, line);
}

/* Sections at full length */

void attr_raw_listener_source(struct bind *b, struct block *block, const struct stmt *s,
                              struct args a)
{
    if (one(b, s, a, "NAME"))
        ((struct listener *)block->object)->source = bind_ref(b, a.v[1], s);
}

void attr_raw_source_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "VMTA|POOL"))
        ((struct source_rule *)block->object)->via = bind_ref(b, a.v[1], s);
}

void attr_raw_user_source(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (one(b, s, a, "NAME"))
        ((struct user *)block->object)->source = bind_ref(b, a.v[1], s);
}
