#include <config.h>

#include "raise-internal.h"

/* Named sources: what only listeners and users ask for becomes a part of them.  */

/* It is for clients by their address.  */
static bool is_by_address(struct str name)
{
    struct cidr cidr;
    struct fault fault;
    return value_cidr(name, &cidr, &fault);
}

static const struct str source_option = STR_INIT("source=");

struct str raise_asked(const struct raise *r, const struct node *node)
{
    bool user = node->scope == SCOPE_smtp_user;
    if (node->block && (user || node->scope == SCOPE_smtp_listener)) {
        const struct node *line = raise_line(
            &node->kids, r->m->target[user ? TARGET_user_source : TARGET_listener_source]);
        return line && line->n_words > 1 ? line->words[1].text : STR("");
    }
    if (node->dir == r->m->target[TARGET_global_smtp_listener])
        for (uint32_t i = 2; i < node->n_words; i++)
            if (str_starts(node->words[i].text, source_option))
                return str_sub(node->words[i].text, source_option.n, node->words[i].text.n);
    return STR("");
}

static void index_sources(struct raise *r)
{
    r->sources.arena = r->asked.arena = r->arena;
    for (size_t i = 0; i < r->top.n; i++) {
        struct node *node = r->top.v[i];
        if (node->block && node->scope == SCOPE_source && node->n_words == 2 &&
            !is_by_address(node->words[1].text))
            *map_add(&r->sources, node->words[1].text) = node;
        struct str name = raise_asked(r, node);
        if (!name.n)
            continue;
        void **slot = map_add(&r->asked, name);
        *slot = (void *)((uintptr_t)*slot + 1);
    }
}

/* All of its lines are lines of a listener's or user's own block too.  */
static bool may_move(const struct node *source)
{
    for (size_t i = 0; i < source->kids.n; i++)
        if (!source->kids.v[i]->dir)
            return false;
    return true;
}

struct node *raise_source(struct raise *r, struct str name)
{
    if (!r->sources.arena)
        index_sources(r);
    struct node *source = r->sources.n ? map_get(&r->sources, name) : NULL;
    return source && !source_is_own(name) && may_move(source) ? source : NULL;
}

static struct node *copy_of(const struct node *line)
{
    struct node *copy = NEW(line->raise->arena, struct node);
    *copy = *line;
    copy->above = copy->end = (remarks){ 0 };
    copy->beside = copy->behind = STR("");
    copy->blank = false;
    copy->words = NEW_ARRAY(line->raise->arena, struct word, line->n_words);
    memcpy(copy->words, line->words, line->n_words * sizeof *copy->words);
    return copy;
}

void raise_release(struct raise *r, const struct node *source)
{
    void **slot = map_find(&r->asked, source->words[1].text);
    *slot = (void *)((uintptr_t)*slot - 1);
}

void raise_inline(struct raise *r, struct node *to, struct node *source)
{
    raise_release(r, source);
    bool last = !map_get(&r->asked, source->words[1].text);
    bool shared = !last || source->from;
    source->from = source;
    for (size_t i = 0; i < source->kids.n; i++) {
        struct node *line = copy_of(source->kids.v[i]);
        if (last) {
            line->above = source->kids.v[i]->above;
            line->beside = source->kids.v[i]->beside;
            line->blank = source->kids.v[i]->blank;
        }
        line->from = shared ? source : NULL;
        VEC_PUSH(r->arena, &to->kids, line);
    }
    if (!last)
        return;
    struct node head = { .raise = r, .above = source->above, .beside = source->beside };
    raise_remarks(to, &head);
    for (size_t i = 0; i < source->end.n; i++)
        VEC_PUSH(r->arena, &to->end, source->end.v[i]);
    if (source->behind.n)
        VEC_PUSH(r->arena, &to->end, (struct remark){ source->behind, false });
    source->gone = true;
}
