#include <config.h>

#include "raise-internal.h"

/* Listeners: their address, the source that they name, and the TLS identity that they show.  */

/* One smtp-listener, as a line or as a section.  */
struct door {
    struct node *node;
    struct str source; /* empty: none */
    nodes lines;       /* its own, without 'source' */
    size_t next;       /* index of the next one that says the same in the same source, or 0 */
    bool taken;        /* it stays as it is, or is a part of another one */
};

typedef VEC(struct door) doors;

/* Of the options of a line, 'tls' is what a section calls otherwise.  */
static void read_line(struct raise *r, struct door *d)
{
    const struct directive *dir = r->m->target[TARGET_listener_immediate_tls];
    for (uint32_t i = 2; i < d->node->n_words; i++) {
        struct str option = d->node->words[i].text;
        size_t equals = str_find(option, '=');
        if (str_eq(str_sub(option, equals + 1, option.n), d->source))
            continue;
        struct node *line = raise_node(r, dir->name);
        raise_word(line, str_sub(option, equals + 1, option.n));
        line->dir = dir;
        VEC_PUSH(r->arena, &d->lines, line);
    }
}

static void read_block(struct raise *r, struct door *d)
{
    for (size_t i = 0; i < d->node->kids.n; i++)
        if (d->node->kids.v[i]->dir != r->m->target[TARGET_listener_source])
            VEC_PUSH(r->arena, &d->lines, d->node->kids.v[i]);
}

static bool is_door(const struct raise *r, const struct node *node)
{
    return node->n_words > 1 &&
           (node->block ? node->scope == SCOPE_smtp_listener
                        : node->dir == r->m->target[TARGET_global_smtp_listener]);
}

static struct str endpoint(const struct door *d)
{
    return d->node->words[1].text;
}

/* An IPv6 listener would bring a rule for all IPv6 clients with it; before 5.0 a listener's words
   are not all known to PowerMTA.  */
static bool may_raise(struct raise *r, const struct door *d)
{
    struct cidr cidr;
    uint16_t port;
    struct fault fault;
    return r->m->version >= PMTA_5_0 && value_endpoint(endpoint(d), &cidr, &port, &fault) &&
           cidr.addr.family == 4 && (!d->source.n || raise_source(r, d->source));
}

static void find_doors(struct raise *r, doors *list)
{
    for (size_t i = 0; i < r->top.n; i++) {
        struct door d = { .node = r->top.v[i] };
        if (!is_door(r, d.node))
            continue;
        d.source = raise_asked(r, d.node);
        if (d.node->block)
            read_block(r, &d);
        else
            read_line(r, &d);
        d.taken = !may_raise(r, &d);
        VEC_PUSH(r->arena, list, d);
    }
}

/* Digits alone would be an address.  */
static bool has_letter(struct str name)
{
    bool letter = false;
    for (size_t i = 0; i < name.n; i++)
        letter |= is_alpha(name.p[i]);
    return letter;
}

static struct str listener_name(struct raise *r, const struct door *d)
{
    struct str name = raise_clean(r, d->source);
    struct cidr cidr;
    uint16_t port = 0;
    struct fault fault;
    value_endpoint(endpoint(d), &cidr, &port, &fault);
    return raise_name(r, KIND_listener, has_letter(name) ? name : raise_port(r, port));
}

/* Listeners that say the same in the same source are one, at several addresses.  */
static void chain_doors(struct raise *r, doors *list)
{
    struct map last = { .arena = r->arena, .exact = true };
    for (size_t i = 0; i < list->n; i++) {
        struct door *d = &list->v[i];
        if (d->taken)
            continue;
        struct str key = arena_printf(r->arena, "%.*s\n%.*s", STR_ARG(d->source),
                                      STR_ARG(raise_texts(&d->lines, r->arena)));
        void **slot = map_add(&last, key);
        struct door *before = *slot;
        if (before)
            before->next = i;
        d->taken = before != NULL;
        *slot = d;
    }
}

static void join_door(struct raise *r, struct node *to, struct door *d, const struct node *source)
{
    raise_word(to, endpoint(d));
    to->words[to->n_words - 1].joined = true;
    raise_remarks(to, d->node);
    d->node->gone = true;
    if (source)
        raise_release(r, source);
}

/* 'auth none' says by itself that nobody may relay, where no client may.  */
static void drop_relay(struct raise *r, struct node *listener)
{
    struct node *line = raise_line(&listener->kids, r->m->target[TARGET_source_relay]);
    bool none = !raise_line(&listener->kids, r->m->target[TARGET_source_require_auth]);
    const struct node *auth = raise_line(&listener->kids, r->m->target[TARGET_source_allow_auth]);
    struct fault fault;
    bool relay = false, allowed = true;
    if (!line || !auth || r->relay_client || raise_speaks(line))
        return;
    value_bool(line->words[1].text, &relay, &fault);
    value_bool(auth->words[1].text, &allowed, &fault);
    line->gone = none && !relay && !allowed;
}

static void raise_door(struct raise *r, doors *list, struct door *d)
{
    struct node *node = d->node, *source = d->source.n ? raise_source(r, d->source) : NULL;
    struct str place = endpoint(d), name = listener_name(r, d);
    node->block = true;
    node->kind = KIND_listener;
    node->dir = NULL;
    node->n_words = 0;
    raise_word(node, str_of(kind_word(KIND_listener)));
    raise_word(node, name);
    raise_word(node, place);
    for (const struct door *x = d; x->next; x = &list->v[x->next])
        join_door(r, node, &list->v[x->next], source);
    node->kids = d->lines;
    if (source)
        raise_inline(r, node, source);
    drop_relay(r, node);
    raise_words(r, KIND_listener, &node->kids);
    raise_identity(r, node);
}

void raise_listeners(struct raise *r)
{
    doors list = { 0 };
    find_doors(r, &list);
    chain_doors(r, &list);
    for (size_t i = 0; i < list.n; i++)
        if (!list.v[i].taken)
            raise_door(r, &list, &list.v[i]);
    raise_sweep(&r->top);
}
