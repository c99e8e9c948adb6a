/* tree.h - what it means that two trees are the same: same statements, same blocks, same words.

   A string and a word that say the same are the same, since printing may have to quote.  */

#ifndef PMTAC_FUZZ_TREE_H
#define PMTAC_FUZZ_TREE_H

#include "ast.h"

/* Byte 'i' of what 'v' says, and where the next one is.  */
static inline char tree_byte(struct value v, size_t *i)
{
    if (v.kind == VALUE_STRING && v.p[*i] == '\\' && *i + 1 < v.len)
        ++*i;
    return v.p[(*i)++];
}

static inline bool tree_same_value(struct value a, struct value b)
{
    size_t i = 0, k = 0;
    if ((a.kind == VALUE_PATTERN) != (b.kind == VALUE_PATTERN) || a.joined != b.joined)
        return false;
    while (i < a.len && k < b.len)
        if (tree_byte(a, &i) != tree_byte(b, &k))
            return false;
    return i == a.len && k == b.len;
}

static inline const struct stmt *tree_body(const struct stmt *s)
{
    return s->block ? s->block->body : NULL;
}

static inline bool tree_same(const struct stmt *a, const struct stmt *b)
{
    for (; a && b; a = a->next, b = b->next) {
        if (a->words->n != b->words->n || !a->block != !b->block ||
            !tree_same(tree_body(a), tree_body(b)))
            return false;
        for (uint32_t i = 0; i < a->words->n; i++)
            if (!tree_same_value(a->words->v[i], b->words->v[i]))
                return false;
    }
    return a == b;
}

#endif
