#include <config.h>

#include "raise-internal.h"

/* Destinations: words for TLS, routes, and one block for patterns that are treated alike.  */

/* "HOST" or "HOST:PORT", which 'route' takes as 'smtp-hosts' does.  */
static bool is_plain_route(struct str text)
{
    struct fault fault;
    uint64_t port;
    size_t colon = str_find(text, ':');
    struct str host = str_sub(text, 0, colon);
    struct cidr cidr;
    return value_host(host, &fault) == HOST_FINE && !value_cidr(host, &cidr, &fault) &&
           (colon == text.n ||
            value_int(str_sub(text, colon + 1, text.n), 1, 65535, &port, &fault));
}

/* "[ADDRESS]" or "[ADDRESS]:PORT" without its brackets; empty: it is none.  */
static struct str bare_route(struct raise *r, struct str text)
{
    struct addr addr;
    struct fault fault;
    size_t close = str_find(text, ']');
    struct str inner = str_sub(text, 1, close - 1);
    if (!text.n || text.p[0] != '[' || close == text.n || !value_addr(inner, &addr, &fault) ||
        addr.family != 4 || (close + 1 < text.n && text.p[close + 1] != ':'))
        return STR("");
    return arena_printf(r->arena, "%.*s%.*s", STR_ARG(inner),
                        STR_ARG(str_sub(text, close + 1, text.n)));
}

/* The old name of 'smtp-hosts'; a topology has the word for something of its own.  */
static void rename_route(struct raise *r, struct node *domain)
{
    struct node *line = raise_line(&domain->kids, r->m->target[TARGET_domain_route]);
    if (!line || r->m->version < PMTA_4_5)
        return;
    line->dir = r->m->target[TARGET_domain_smtp_hosts];
    line->words[0].text = str_of(line->dir->name);
}

static void raise_route(struct raise *r, struct node *domain)
{
    struct node *line = raise_line(&domain->kids, r->m->target[TARGET_domain_smtp_hosts]);
    if (!line || line->n_words != 2 || r->m->version < PMTA_4_5)
        return;
    struct str text = line->words[1].text, bare = bare_route(r, text);
    struct fault fault;
    uint64_t port;
    size_t colon = str_find(bare, ':');
    bool good = bare.n ? colon == bare.n ||
                             value_int(str_sub(bare, colon + 1, bare.n), 1, 65535, &port, &fault)
                       : is_plain_route(text);
    if (!good)
        return;
    line->words[0].text = raise_called(CALL_route);
    line->words[1].text = bare.n ? bare : text;
    line->dir = NULL;
}

/* Blocks that say the same of several patterns.  Which comes first means nothing.  */
static void join_domains(struct raise *r, nodes *list)
{
    struct map known = { .arena = r->arena, .exact = true };
    for (size_t i = 0; i < list->n; i++) {
        struct node *node = list->v[i], body = *node;
        if (!node->block || node->scope != SCOPE_domain || node->n_words != 2)
            continue;
        body.n_words = 0;
        if (str_eq(node->words[1].text, STR("*")) || !node->kids.n)
            continue;
        void **slot = map_add(&known, raise_text(&body, r->arena));
        struct node *first = *slot;
        if (!first) {
            *slot = node;
            continue;
        }
        raise_word(first, node->words[1].text);
        first->words[first->n_words - 1].joined = true;
        if (raise_speaks(node))
            raise_remarks(first, node);
        for (size_t k = 0; k < node->kids.n; k++)
            raise_remarks(first, node->kids.v[k]);
        node->gone = true;
    }
    raise_sweep(list);
}

static void raise_all(struct raise *r, nodes *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct node *node = list->v[i];
        if (node->block && node->scope == SCOPE_domain) {
            node->kind = KIND_domain;
            raise_words(r, KIND_domain, &node->kids);
            rename_route(r, node);
            raise_route(r, node);
        } else if (node->kind == KIND_vmta || node->kind == KIND_pool) {
            raise_all(r, &node->kids);
        }
    }
    join_domains(r, list);
}

void raise_domains(struct raise *r)
{
    raise_all(r, &r->top);
}
