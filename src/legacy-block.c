#include <config.h>

#include "legacy-internal.h"

/* Statements.  */

static struct stmt *statement(struct legacy *l, const struct value *values, uint32_t n)
{
    struct stmt *s = arena_alloc(l->tree, sizeof *s);
    *s = (struct stmt){ .words = words_make(l->tree, values, n, 0) };
    return s;
}

static void append(struct made_block *b, struct stmt *s)
{
    stmts_add(&b->body, s);
    b->braces->body = b->body.first;
}

void legacy_add(struct legacy *l, struct made_block *b, const struct value *values, uint32_t n)
{
    append(b, statement(l, values, n));
}

struct stmt *legacy_add_words(struct legacy *l, struct made_block *b, const struct words *words,
                              uint32_t lo)
{
    struct stmt *s = arena_alloc(l->tree, sizeof *s);
    *s = (struct stmt){ .words = words, .lo = lo };
    append(b, s);
    return s;
}

void legacy_drop_last(struct made_block *b)
{
    struct stmt *last = NULL;
    for (struct stmt *s = b->body.first; s != b->body.last; s = s->next)
        last = s;
    b->body.last = last;
    if (last)
        last->next = NULL;
    else
        b->body.first = NULL;
    b->braces->body = b->body.first;
}

struct made_block legacy_block(struct legacy *l, const struct row *row, enum made kind,
                               struct piece name, const struct value *argument)
{
    struct value values[3] = { legacy_keyword(l, kind, row), legacy_literal(l, name) };
    if (argument)
        values[2] = *argument;
    struct made_block b = { .stmt = statement(l, values, argument ? 3 : 2),
                            .braces = arena_alloc(l->tree, sizeof *b.braces),
                            .name = name };
    *b.braces = (struct braces){ NULL, row->line.lo, row->line.hi, false };
    b.stmt->block = b.braces;
    stmts_add(&l->out->stmts, b.stmt);
    return b;
}
