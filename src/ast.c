#include <config.h>

#include "ast.h"

static struct words *new_words(struct arena *arena, uint32_t n)
{
    struct words *words = arena_alloc(arena, sizeof *words + n * sizeof *words->v);
    *words = (struct words){ .n = n & 0x1fffffffu };
    return words;
}

static void put_word(struct words *words, uint32_t i, struct value v)
{
    words->v[i] = v;
    words->special |= v.special;
    words->joined |= v.joined;
    words->pattern |= v.kind == VALUE_PATTERN;
}

const struct words *words_make(struct arena *arena, const struct value *values, uint32_t n,
                               uint32_t lo)
{
    struct words *words = arena_alloc(arena, sizeof *words + n * sizeof *values);
    bool special = false, joined = false, pattern = false;
    for (uint32_t i = 0; i < n; i++) {
        words->v[i] = values[i];
        words->v[i].lo -= lo;
        special |= values[i].special;
        joined |= values[i].joined;
        pattern |= values[i].kind == VALUE_PATTERN;
    }
    words->n = n & 0x1fffffffu;
    words->special = special;
    words->joined = joined;
    words->pattern = pattern;
    return words;
}

const struct words *words_behind(struct arena *arena, const struct words *said)
{
    struct words *words = new_words(arena, said->n + 1);
    put_word(words, 0, (struct value){ .p = "" });
    for (uint32_t i = 0; i < said->n; i++)
        put_word(words, i + 1, said->v[i]);
    return words;
}

struct span stmt_span(const struct stmt *s)
{
    return span_join(value_span(stmt_value(s, 0)), value_span(stmt_value(s, s->words->n - 1)));
}

struct stmt *stmt_settled(struct arena *arena, const struct stmt *s)
{
    const struct stmt *child;
    struct stmts body = { NULL, NULL };
    struct stmt *copy = NEW(arena, struct stmt);
    struct words *words = new_words(arena, s->words->n);
    for (uint32_t i = 0; i < s->words->n; i++)
        put_word(words, i, stmt_value(s, i));
    copy->words = words;
    if (!s->block)
        return copy;
    for (struct walk w = walk_block(s); (child = walk_next(&w));)
        stmts_add(&body, stmt_settled(arena, child));
    struct braces *block = NEW(arena, struct braces);
    *block = (struct braces){ body.first, stmt_open(s), stmt_close(s), s->block->plain };
    copy->block = block;
    return copy;
}

struct value value_room(struct arena *arena, size_t n, struct span span, char **p)
{
    uint32_t written = span.hi - span.lo;
    char *start = arena_alloc(arena, sizeof written + n + 1);
    memcpy(start, &written, sizeof written);
    *p = start + sizeof written;
    (*p)[n] = '\0';
    return (struct value){ .p = *p, .lo = span.lo, .len = n & 0xffffffu, .made = true };
}

struct value value_make(struct arena *arena, enum value_kind kind, struct str text,
                        struct span span)
{
    char *p;
    struct value v = value_room(arena, text.n, span, &p);
    if (text.n)
        memcpy(p, text.p, text.n);
    v.kind = kind & 3u;
    v.special = str_find(text, '{') < text.n || str_find(text, '$') < text.n ||
                (kind == VALUE_STRING && str_find(text, '\\') < text.n);
    return v;
}

struct value value_word(struct value v)
{
    if (v.kind != VALUE_PATTERN)
        return v;
    v.kind = VALUE_WORD;
    v.p--;
    v.len += 2;
    v.special = memchr(v.p, '{', v.len) || memchr(v.p, '$', v.len);
    return v;
}

const struct stmt *stmt_words(struct arena *arena, const struct stmt *s)
{
    if (!s->words->pattern)
        return s;
    struct stmt *copy = NEW(arena, struct stmt);
    struct words *words = new_words(arena, s->words->n);
    for (uint32_t i = 0; i < s->words->n; i++)
        put_word(words, i, value_word(s->words->v[i]));
    *copy = *s;
    copy->words = words;
    return copy;
}
