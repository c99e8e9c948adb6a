#include <config.h>

#include "raise-internal.h"

#include "inbound.h"

/* Those who log in, and clients by their address.  */

static bool is_yes(const struct node *line)
{
    struct fault fault;
    bool on = false;
    return line && line->n_words == 2 && value_bool(line->words[1].text, &on, &fault) && on;
}

/* Users.  */

/* The source of a user of ours would have that name, and somebody else has it.  */
static bool is_taken(struct raise *r, struct str user)
{
    struct user named = { .object = { .name = user } };
    struct str name = inbound_user_source(r->m, &named);
    if (map_find(&r->names[KIND_user], name) || map_find(&r->sources, name))
        return true;
    *map_add(&r->names[KIND_user], name) = (void *)(uintptr_t)1;
    return false;
}

/* A user of ours may relay, whatever else is said of him.  */
static void drop_relay(struct raise *r, struct node *user)
{
    struct node *next = NULL;
    for (size_t i = user->kids.n; i-- > 0; next = user->kids.v[i]) {
        struct node *line = user->kids.v[i];
        if (line->dir != r->m->target[TARGET_source_relay] || !is_yes(line))
            continue;
        remarks own = next ? next->above : (remarks){ 0 };
        if (next)
            next->above = (remarks){ 0 };
        raise_remarks(next ? next : user, line);
        for (size_t k = 0; k < own.n; k++)
            VEC_PUSH(r->arena, &next->above, own.v[k]);
        line->gone = true;
    }
}

bool raise_keeps_source(struct raise *r, const struct node *node)
{
    struct str asked = raise_asked(r, node);
    struct fault fault;
    if (!node->block || node->scope != SCOPE_smtp_user || !asked.n)
        return false;
    const struct node *source = raise_source(r, asked);
    return !source || !raise_line(&source->kids, r->m->target[TARGET_source_relay]) ||
           !value_name(node->words[1].text, true, &fault);
}

static void raise_user(struct raise *r, struct node *node)
{
    struct str asked = raise_asked(r, node);
    struct node *source = asked.n ? raise_source(r, asked) : NULL;
    if (!source || raise_keeps_source(r, node) || is_taken(r, node->words[1].text))
        return;
    struct node *line = raise_line(&node->kids, r->m->target[TARGET_user_source]);
    node->words[0].text = str_of(kind_word(KIND_user));
    node->kind = KIND_user;
    line->gone = true;
    raise_remarks(node, line);
    raise_inline(r, node, source);
    drop_relay(r, node);
    raise_sweep(&node->kids);
    raise_words(r, KIND_user, &node->kids);
}

void raise_users(struct raise *r)
{
    for (size_t i = 0; i < r->top.n; i++)
        if (r->top.v[i]->block && r->top.v[i]->scope == SCOPE_smtp_user)
            raise_user(r, r->top.v[i]);
}

/* Clients.  */

static bool is_client(const struct node *node, struct cidr *cidr)
{
    struct fault fault;
    return node->block && !node->gone && node->scope == SCOPE_source && node->kind == KIND_top &&
           node->n_words == 2 && value_cidr(node->words[1].text, cidr, &fault);
}

/* All lines are lines of a client's block too.  */
static bool may_raise(const struct node *node)
{
    for (size_t i = 0; i < node->kids.n; i++)
        if (!node->kids.v[i]->dir)
            return false;
    return true;
}

/* All that it says is what a topology says of everybody by itself.  */
static bool is_closed_anyway(struct raise *r, const struct node *node)
{
    const struct lower_row *first = lower_rows(LOWER_closed);
    for (size_t i = 0; i < node->kids.n; i++) {
        const struct node *line = node->kids.v[i];
        const struct lower_row *row = first;
        while (row->group == LOWER_closed && r->m->target[row->target] != line->dir)
            row++;
        if (row->group != LOWER_closed || is_yes(line))
            return false;
    }
    return !raise_speaks(node);
}

static struct str client_name(struct raise *r, const struct node *node, const struct cidr *cidr)
{
    const struct node *relay = raise_line(&node->kids, r->m->target[TARGET_source_relay]);
    enum raise_call call = cidr_is_any(cidr)                  ? CALL_everybody
                           : cidr_kind(cidr) == ADDR_LOOPBACK ? CALL_loopback
                           : is_yes(relay)                    ? CALL_relaying
                                                              : CALL_others;
    return raise_name(r, KIND_client, raise_called(call));
}

/* Another address of which the same is said as of that of 'first'.  */
static void join_client(struct node *first, struct node *node)
{
    raise_word(first, node->words[1].text);
    first->words[first->n_words - 1].joined = true;
    raise_remarks(first, node);
    for (size_t i = 0; i < node->kids.n; i++)
        raise_remarks(first, node->kids.v[i]);
    node->gone = true;
}

static void raise_client(struct raise *r, struct node *node, const struct cidr *cidr)
{
    struct word address = node->words[1];
    if (cidr_is_any(cidr) && cidr->addr.family == 4 && is_closed_anyway(r, node)) {
        node->gone = true;
        return;
    }
    struct str name = client_name(r, node, cidr);
    node->n_words = 0;
    raise_word(node, str_of(kind_word(KIND_client)));
    raise_word(node, name);
    raise_word(node, address.text);
    node->kind = KIND_client;
    raise_words(r, KIND_client, &node->kids);
}

void raise_clients(struct raise *r)
{
    struct map known = { .arena = r->arena, .exact = true };
    struct cidr cidr;
    for (size_t i = 0; i < r->top.n; i++) {
        struct node *node = r->top.v[i], *first = NULL;
        if (!is_client(node, &cidr) || !may_raise(node))
            continue;
        if (!cidr_is_any(&cidr)) {
            void **slot = map_add(&known, raise_texts(&node->kids, r->arena));
            first = *slot;
            *slot = first ? first : node;
        }
        if (first)
            join_client(first, node);
        else
            raise_client(r, node, &cidr);
    }
    raise_sweep(&r->top);
}
