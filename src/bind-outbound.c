#include <config.h>

#include "bind-internal.h"

/* vmta { } and pool { } */

/* In a row the two stand in fields of their own, so the edit cannot be given.  */
static void report_swapped(struct bind *b, const struct stmt *s, struct args a)
{
    bool row = s->words->v[0].made;
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

static bool is_odd(const struct origin *o)
{
    return o->bad_address || o->bad_host || !cidr_is_single(&o->cidr) ||
           cidr_kind(&o->cidr) != ADDR_PUBLIC;
}

static void note_origin(struct origins_noted *noted, const struct origin *o)
{
    const struct addr *addr = &o->cidr.addr;
    struct str name = o->host.text, last = noted->name;
    noted->odd = noted->odd || is_odd(o);
    if (noted->odd)
        return;
    bool first = !noted->lowest.family, above = first || addr_cmp(addr, &noted->highest) > 0;
    if (first || addr_cmp(addr, &noted->lowest) < 0)
        noted->lowest = *addr;
    if (above)
        noted->highest = *addr;
    noted->unordered |= !above;
    noted->names_unordered |= name.n == last.n ? str_cmp(name, last) <= 0 : name.n < last.n;
    noted->name = name;
}

void bind_origin(struct bind *b, struct origins *list, const struct stmt *s, struct args a)
{
    if (!bind_shape(b, s, a, 2, 2, "ADDR|CIDR HOSTNAME"))
        return;
    struct origin *o = NEW(b->arena, struct origin);
    struct fault f;
    struct cidr other;
    if (!a.v[1].bad && value_cidr(a.v[1].text, &o->cidr, &f)) {
        bind_host_bits(b, a.v[1], &o->cidr);
        o->bad_host = !bind_host(b, &a.v[2]);
    } else if (!a.v[1].bad && !a.v[2].bad && value_cidr(a.v[2].text, &other, &f)) {
        report_swapped(b, s, a);
        o->bad_address = o->bad_host = true;
    } else {
        o->bad_address = !bind_cidr(b, a.v[1], &o->cidr);
        o->bad_host = !bind_host(b, &a.v[2]);
    }
    o->address = a.v[1];
    o->host = a.v[2];
    o->lo = value_span(stmt_value(s, 0)).lo;
    note_origin(&b->model->noted, o);
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
    struct key *k = arena_alloc(b->arena, sizeof *k);
    *k = key;
    if (keys->last)
        keys->last->next = k;
    else
        keys->first = k;
    keys->last = k;
}

/* A key of the words 'what', whose places are absolute and become those of the key.  */
static struct key new_key(struct bind *b, struct key_words what, struct args a)
{
    struct span span = span_join(a.v[0].span, a.v[a.n - 1].span);
    struct key key = { .what = arena_alloc(b->arena, sizeof what), .lo = span.lo };
    struct arg *const args[] = { &what.domain, &what.selector, &what.file };
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++) {
        args[i]->span.lo -= span.lo;
        args[i]->span.hi -= span.lo;
    }
    what.size = span.hi - span.lo;
    *key.what = what;
    return key;
}

/* Most neighbours sign with the same words, which are judged once.  */
void attr_sign(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    size_t calls = b->diags->n_calls;
    if (!bind_shape(b, s, a, 1, 2, "DOMAIN [SELECTOR]") || a.v[1].bad)
        return;
    struct key_words what = { .domain = a.v[1], .by_sign = true };
    bool bad = false;
    if (!str_eq(a.v[1].text, STR("*")))
        bad = !bind_domain_name(b, &what.domain, false);
    if (a.n > 2) {
        what.selector = a.v[2];
        bad |= !bind_selector(b, a.v[2]);
    }
    struct key key = new_key(b, what, a);
    key.bad = bad;
    add_key(b, keys_of(block), key);
    if (!s->words->special && s->lo && !bad && b->diags->n_calls == calls)
        bind_know(b, block, s)->key = key.what;
}

void bind_key_again(struct bind *b, struct block *block, const struct stmt *s,
                    const struct known *known)
{
    add_key(b, keys_of(block), (struct key){ .what = known->key, .lo = s->lo });
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
    struct key_words what = { .selector = a.v[1], .domain = a.v[2], .file = a.v[3] };
    b->model->has_domain_keys = true;
    add_key(b, keys, new_key(b, what, a));
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
        struct ref *r = arena_alloc(b->arena, sizeof *r);
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
                                                  : &((struct vmta *)block->object)->extras->colds;
    b->model->has_colds = true;
    if (bind_shape(b, s, a, 1, UINT32_MAX, "VMTA, ..."))
        add_refs(b, colds, s, a, 1);
}

void attr_outbound_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct tls_use *use = block->kind == KIND_pool   ? &((struct pool *)block->object)->tls
                          : block->kind == KIND_vmta ? &((struct vmta *)block->object)->extras->tls
                                                     : &((struct domain *)block->object)->tls;
    bind_tls(b, block, s, a, use, false, true);
}

/* pool { } */

void attr_pool_member(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_shape(b, s, a, 1, 1, "VMTA"))
        add_refs(b, &((struct pool *)block->object)->members, NULL, a, 1);
}

bool attr_is_member(struct bind *b, const struct stmt *s)
{
    struct str word = stmt_text(s, 0);
    if (s->block || dict_find(b->dict, word, SCOPE_virtual_mta_pool))
        return false;
    return !dict_any(b->dict, word) && !dict_foreign(b->dict, word);
}

void attr_pool_members(struct bind *b, struct block *block, const struct stmt *s)
{
    struct pool *pool = block->object;
    s = stmt_words(b->arena, s);
    /* All values are elements of a list: give them the place behind a keyword.  */
    struct stmt list = *s;
    list.words = words_behind(b->arena, s->words);
    if (expand_repeats(&b->env, &list, EXPAND_EACH))
        add_refs(b, &pool->members, s, expand_args(&b->env, &list, EXPAND_EACH, 0), 1);
}

/* domain { } */

/* A second section for the same destinations, in a configuration that was read.  */
static void domain_twice(struct bind *b, const struct domains *list, struct arg pattern)
{
    const struct domain *before = domain_find(list, pattern.text);
    if (!before)
        return;
    struct diag *m = diag_at(b->diags, CHECK_name_duplicate, LEVEL_WARNING, pattern.span,
                             "<domain %.*s> stands here twice, and PowerMTA's manual does not say "
                             "what that does",
                             STR_ARG(pattern.text));
    diag_cause(b->diags, m, list->first->span);
    diag_also(b->diags, m, before->span, "the first one");
    diag_help(b->diags, m, "say all of it in one of them");
}

static struct domain *domain_named(struct bind *b, struct domains *list, struct arg pattern)
{
    struct domain *d = domain_find(list, pattern.text);
    if (d)
        return d;
    d = NEW(b->arena, struct domain);
    d->pattern = pattern.text;
    d->span = pattern.span;
    b->model->has_named_domains |= !str_eq(d->pattern, STR("*"));
    domains_add(list, d, b->arena);
    return d;
}

/* What one block says of a domain that may have been spoken of before.  True if a policy says some
   of it.  */
static bool bind_domain_block(struct bind *b, struct domains *list, struct domain *d,
                              const struct stmt *s, struct span span, uint8_t copied)
{
    struct tls_use before = d->tls;
    bool widest = list == &b->model->domains && str_eq(d->pattern, STR("*"));
    struct block block = { .kind = KIND_domain,
                           .object = d,
                           .n_targets = 1,
                           .copied = copied,
                           .inherits = !widest,
                           .braces = { stmt_open(s), stmt_close(s) },
                           .targets = { { SCOPE_domain, &d->lines } } };
    struct diag_context context = b->diags->context;
    if (!context.kind) /* one word in both languages */
        b->diags->context = (struct diag_context){ kind_word(KIND_domain), d->pattern, span };
    d->copied = copied && !d->lines.some;
    d->tls.word = TLS_UNSET;
    bind_body(b, &block, s);
    if (before.word != TLS_UNSET && d->tls.word != TLS_UNSET && d->tls.word != before.word &&
        !copied) {
        struct diag *m =
            diag(b->diags, CHECK_name_duplicate, d->tls.span, "`tls` is set to another value here");
        diag_also(b->diags, m, before.span, "first set here, in a block for the same");
    }
    if (before.word != TLS_UNSET)
        d->tls = before;
    b->diags->context = context;
    return block.used != NULL;
}

static struct known_domain *known_domain(struct bind *b, const struct stmt *s, uint8_t copied)
{
    return &b->known_domains[((uintptr_t)s->block >> 4 ^ copied) & (N_KNOWN_DOMAINS - 1)];
}

/* 'd' as that of 'same' was, 'by' bytes further on.  */
static void bind_domain_again(struct bind *b, struct domain *d, struct known_domain *same,
                              uint32_t by)
{
    const struct domain *known = same->domain;
    d->tls = known->tls;
    if (d->tls.word != TLS_UNSET)
        d->tls.span = (struct span){ d->tls.span.lo + by, d->tls.span.hi + by };
    d->copied = known->copied;
    d->block = known->block;
    if (!known->lines.some)
        return;
    if (!same->fold)
        same->fold = lines_fold(&known->lines, b->arena);
    d->lines =
        (struct lines){ .fold = same->fold, .some = known->lines.some, .by = by, .folded = true };
}

/* The block 's' as it was bound before, if it was; most of them say the same.  */
static struct known_domain *bound_before(struct bind *b, const struct stmt *s, uint8_t copied)
{
    struct known_domain *known = known_domain(b, s, copied);
    bool same = known->block == s->block && known->words == s->words && known->copied == copied;
    /* What was bound once more since then is more than the block.  */
    return same && s->block && known->domain->block == s->block && !(known->uses && b->env.count)
               ? known
               : NULL;
}

/* The first domain of 'list', as it was bound before.  */
static void bind_first_again(struct bind *b, struct domains *list, const struct stmt *s,
                             struct known_domain *known)
{
    uint32_t by = s->lo - known->lo;
    const struct domain *before = known->domain;
    struct domain *d = NEW(b->arena, struct domain);
    d->pattern = before->pattern;
    d->span = (struct span){ before->span.lo + by, before->span.hi + by };
    domains_add(list, d, b->arena);
    bind_domain_again(b, d, known, by);
}

/* A block nested in a VMTA or a pool.  */
static void bind_nested(struct bind *b, struct domains *list, struct domain *d,
                        const struct stmt *s, struct span span, uint8_t copied)
{
    size_t calls = b->diags->n_calls;
    struct known_domain *known = bound_before(b, s, copied);
    if (known) {
        bind_domain_again(b, d, known, s->lo - known->lo);
        return;
    }
    bool uses = bind_domain_block(b, list, d, s, span, copied);
    if ((uses && b->env.count) || !s->block->plain || s->words->n != 2 || s->words->special ||
        d->tls.identity || b->diags->n_calls != calls)
        return;
    d->block = s->block;
    *known_domain(b, s, copied) =
        (struct known_domain){ s->block, s->words, copied, uses, s->lo, d, NULL };
}

static void bind_one_domain(struct bind *b, struct domains *list, const struct stmt *s,
                            struct arg pattern, uint8_t copied)
{
    if (!bind_domain_name(b, &pattern, true))
        return;
    bool nested = list != &b->model->domains;
    if (b->model->raw)
        domain_twice(b, list, pattern);
    struct domain *d = domain_named(b, list, pattern);
    if (nested && d == list->last && d->tls.word == TLS_UNSET && !d->lines.some && !d->block) {
        bind_nested(b, list, d, s, pattern.span, copied);
    } else {
        d->block = NULL;
        bind_domain_block(b, list, d, s, pattern.span, copied);
    }
}

static bool has_range(struct env *env, struct value v)
{
    uint32_t count;
    return expand_count(env, v, &count) && count > 0;
}

/* 'a' for as long as blocks are bound; one pattern is looked at before they are.  */
static struct args args_kept(struct bind *b, struct args a)
{
    struct arg *v = a.v;
    if (a.n <= 2)
        return a;
    a.v = arena_alloc(b->arena, a.n * sizeof *v);
    memcpy(a.v, v, a.n * sizeof *v);
    return a;
}

void bind_domain(struct bind *b, struct domains *list, const struct stmt *s, uint8_t copied)
{
    struct env outer = b->env, inner;
    if (!bind_needs_block(b, s, "PATTERN, ... { ... }"))
        return;
    if (!expand_header(&outer, s, s->words->n - 1, &inner))
        return;
    if (b->model->raw && s->words->n > 2) {
        struct diag *m =
            diag_at(b->diags, CHECK_syntax, LEVEL_WARNING, value_span(stmt_value(s, 2)),
                    "one <domain> is for one domain, and this names another");
        diag_help(b->diags, m, "name them in a `domain-macro`, and write <domain $NAME>");
    }
    uint32_t n = inner.count && !outer.count ? inner.count : 1;
    for (uint32_t i = 0; i < n; i++) {
        if (!outer.count)
            inner.index = i;
        b->env = inner;
        struct args h = args_kept(b, expand_args(&b->env, s, EXPAND_EACH, 0));
        for (uint32_t k = 1; k < h.n; k++)
            if (!h.v[k].bad && (i == 0 || has_range(&outer, stmt_value(s, k))))
                bind_one_domain(b, list, s, h.v[k], copied);
    }
    b->env = outer;
}

void attr_nested_domain(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    (void)a;
    struct domains *domains = block->kind == KIND_pool ? &((struct pool *)block->object)->domains
                                                       : &((struct vmta *)block->object)->domains;
    struct known_domain *known = domains->first ? NULL : bound_before(b, s, block->copied);
    if (known)
        bind_first_again(b, domains, s, known);
    else
        bind_domain(b, domains, s, block->copied);
}

/* An address that is in brackets already: PowerMTA marks IPv6 in them.  */
static bool route_brackets(struct bind *b, struct arg *arg, struct str host, struct str tail)
{
    struct cidr cidr;
    struct fault f;
    struct str inner = str_sub(host, 1, host.n - 2);
    bool bare = value_cidr(inner, &cidr, &f) && cidr.addr.family == 6 && cidr.bits == 128;
    if (bare)
        arg->text = arena_printf(b->arena, "[IPv6:%.*s]%.*s", STR_ARG(inner), STR_ARG(tail));
    return true;
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
            struct diag *d = diag(b->diags, CHECK_directive_value, arg->span,
                                  "`%.*s` has no port: %s", STR_ARG(arg->text), f.why);
            if (str_ieq(host, STR("lookup-mx")))
                diag_help(b->diags, d, "write `smtp-hosts %.*s`", STR_ARG(arg->text));
            return false;
        }
    }
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        return route_brackets(b, arg, host, tail);
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
    for (uint32_t i = 1; i < line->what->n_args; i++)
        line->what->args[i].joined = true;
    line->copied = block->copied;
    if (!old)
        bind_check_line(b, line);
    bind_add_line(b, block, &d->lines, line);
}
