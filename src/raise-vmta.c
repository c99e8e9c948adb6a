#include <config.h>

#include "raise-internal.h"

/* VMTAs, pools, and the keys that they sign with.  */

/* A 'domain-key' line in parts.  */
struct key_line {
    struct str selector, domain, file;
};

static bool read_key(const struct node *line, struct key_line *key)
{
    struct fault fault;
    if (line->n_words != 4)
        return false;
    *key = (struct key_line){ line->words[1].text, line->words[2].text, line->words[3].text };
    for (size_t i = 0; i < key->domain.n; i++)
        if (key->domain.p[i] >= 'A' && key->domain.p[i] <= 'Z')
            return false; /* a topology writes names in small letters */
    return value_selector(key->selector, &fault) &&
           (str_eq(key->domain, STR("*")) || value_domain(key->domain, false, &fault) == HOST_FINE);
}

static bool is_key(const struct raise *r, const struct node *line)
{
    return !line->gone && (line->dir == r->m->target[TARGET_vmta_domain_key] ||
                           line->dir == r->m->target[TARGET_pool_domain_key]);
}

/* What a section says of all destinations, or NULL.  */
static struct node *any_domain(const struct node *node)
{
    for (size_t i = 0; i < node->kids.n; i++) {
        struct node *kid = node->kids.v[i];
        if (kid->block && !kid->gone && kid->scope == SCOPE_domain && kid->n_words == 2 &&
            str_eq(kid->words[1].text, STR("*")))
            return kid;
    }
    return NULL;
}

static struct node *sign_line(const struct raise *r, const struct node *domain)
{
    return domain ? raise_line(&domain->kids, r->m->target[TARGET_domain_dkim_sign]) : NULL;
}

static bool is_sign(struct raise *r, const struct node *line)
{
    return line && raise_says(r, line, lower_rows(LOWER_sign));
}

/* The block that declares the keys of 'domain'; a new one stands in front of 'node'.  */
static struct node *keys_of(struct raise *r, struct node *node, struct str domain)
{
    r->keys.arena = r->arena;
    void **slot = map_add(&r->keys, domain);
    if (!*slot) {
        struct node *dkim = raise_node(r, kind_word(KIND_dkim));
        raise_word(dkim, domain);
        dkim->block = true;
        dkim->kind = KIND_dkim;
        VEC_PUSH(r->arena, &node->fore, dkim);
        *slot = dkim;
    }
    return *slot;
}

static struct node *selector_of(const struct node *dkim, struct str selector)
{
    for (size_t i = 0; i < dkim->kids.n; i++)
        if (str_ieq(dkim->kids.v[i]->words[1].text, selector))
            return dkim->kids.v[i];
    return NULL;
}

/* The key is another file than the one that the selector has.  */
static bool conflicts(struct raise *r, const struct key_line *key)
{
    const struct node *dkim = r->keys.n ? map_get(&r->keys, key->domain) : NULL;
    const struct node *selector = dkim ? selector_of(dkim, key->selector) : NULL;
    return selector && (!str_eq(selector->words[1].text, key->selector) ||
                        !str_eq(selector->words[2].text, key->file));
}

/* 'sign' puts domains of more labels first, and "*" last.  */
static size_t labels_of(struct str domain)
{
    size_t n = !str_eq(domain, STR("*"));
    for (size_t i = 0; i < domain.n; i++)
        n += domain.p[i] == '.';
    return n;
}

/* All keys of 'node' are such as 'sign' can name, and in the order that it would give them.  */
static bool has_plain_keys(struct raise *r, const struct node *node)
{
    struct key_line before = { .domain = STR("") }, key;
    bool some = false;
    for (size_t i = 0; i < node->kids.n; i++) {
        if (!is_key(r, node->kids.v[i]))
            continue;
        if (!read_key(node->kids.v[i], &key) || conflicts(r, &key) ||
            (some &&
             (labels_of(key.domain) > labels_of(before.domain) ||
              (str_eq(key.domain, before.domain) && str_eq(key.selector, before.selector)))))
            return false;
        before = key;
        some = true;
    }
    return some;
}

/* One line becomes 'sign'.  */
static void raise_key(struct raise *r, struct node *node, struct node *line)
{
    struct key_line key;
    read_key(line, &key);
    struct node *dkim = keys_of(r, node, key.domain);
    if (!selector_of(dkim, key.selector)) {
        struct node *selector = raise_node(r, raise_called(CALL_selector).p);
        raise_word(selector, key.selector);
        raise_word(selector, key.file);
        selector->lo = line->lo;
        selector->hi = line->hi;
        VEC_PUSH(r->arena, &dkim->kids, selector);
    }
    bool first = str_eq(dkim->kids.v[0]->words[1].text, key.selector);
    line->dir = NULL;
    line->n_words = 0;
    raise_word(line, raise_called(CALL_sign));
    raise_word(line, key.domain);
    if (!first)
        raise_word(line, key.selector);
}

/* 'sign' also switches signing on, for every destination.  */
static void raise_keys(struct raise *r, struct node *node)
{
    struct node *any = any_domain(node), *sign = sign_line(r, any);
    bool own = node->kind == KIND_vmta && is_sign(r, sign);
    if (!(own || (r->signs_all && !sign)) || !has_plain_keys(r, node))
        return;
    for (size_t i = 0; i < node->kids.n; i++)
        if (is_key(r, node->kids.v[i]))
            raise_key(r, node, node->kids.v[i]);
    if (!own || raise_speaks(sign))
        return;
    sign->gone = true;
    raise_sweep(&any->kids);
    any->gone = !any->kids.n && !raise_speaks(any);
    raise_sweep(&node->kids);
}

/* Members that stand next to each other go on one line.  */
static bool is_member(const struct raise *r, const struct node *line)
{
    return line->dir == r->m->target[TARGET_pool_member] && line->n_words == 2;
}

/* A name that is a word of its own would be read as that, and one that a topology does not take
   would take its neighbours with it.  */
static bool is_plain_member(const struct raise *r, struct str name)
{
    struct fault fault;
    return r->vmtas.n && map_find(&r->vmtas, name) && value_name(name, false, &fault) &&
           !dict_any(r->m->dict, name) && !dict_foreign(r->m->dict, name) &&
           !raise_is_word(KIND_pool, name);
}

static void join_members(struct raise *r, struct node *pool)
{
    struct node *line = NULL;
    for (size_t i = 0; i < pool->kids.n; i++) {
        struct node *kid = pool->kids.v[i];
        if (!is_member(r, kid) || !is_plain_member(r, kid->words[1].text)) {
            line = NULL;
            continue;
        }
        if (!line || raise_speaks(kid) || line->beside.n) {
            line = kid;
            line->n_words = 1;
            line->words[0] = line->words[1];
            line->dir = NULL;
            continue;
        }
        raise_word(line, kid->words[1].text);
        kid->gone = true;
    }
    raise_sweep(&pool->kids);
}

static void note_vmtas(struct raise *r)
{
    r->vmtas.arena = r->arena;
    for (size_t i = 0; i < r->top.n; i++) {
        struct node *node = r->top.v[i];
        if (node->block && node->scope == SCOPE_virtual_mta && node->n_words == 2)
            *map_add(&r->vmtas, node->words[1].text) = node;
    }
}

void raise_vmtas(struct raise *r)
{
    note_vmtas(r);
    for (size_t i = 0; i < r->top.n; i++) {
        struct node *node = r->top.v[i];
        if (!node->block || raise_kind(node->scope) == KIND_top)
            continue;
        node->kind = raise_kind(node->scope);
        node->words[0].text = str_of(kind_word(node->kind));
        raise_keys(r, node);
        if (node->kind == KIND_pool)
            join_members(r, node);
        raise_words(r, node->kind, &node->kids);
    }
}
