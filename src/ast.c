#include <config.h>

#include "ast.h"

const struct words *words_make(struct arena *arena, const struct value *values, uint32_t n,
                               uint32_t lo)
{
    struct words *words = arena_alloc(arena, sizeof *words + n * sizeof *values);
    words->n = n;
    for (uint32_t i = 0; i < n; i++) {
        words->v[i] = values[i];
        words->v[i].lo -= lo;
    }
    return words;
}

const struct words *words_behind(struct arena *arena, const struct words *words)
{
    struct words *all = arena_alloc(arena, sizeof *all + (words->n + 1) * sizeof *words->v);
    all->n = words->n + 1;
    all->v[0] = (struct value){ .p = "" };
    memcpy(all->v + 1, words->v, words->n * sizeof *words->v);
    return all;
}

struct span stmt_span(const struct stmt *s)
{
    return span_join(value_span(stmt_value(s, 0)), value_span(stmt_value(s, s->words->n - 1)));
}

struct value value_make(struct arena *arena, enum value_kind kind, struct str text,
                        struct span span)
{
    char *p = arena_alloc(arena, sizeof span + text.n + 1);
    memcpy(p, &span, sizeof span);
    p += sizeof span;
    if (text.n)
        memcpy(p, text.p, text.n);
    p[text.n] = '\0';
    bool special = str_find(text, '{') < text.n || str_find(text, '$') < text.n ||
                   (kind == VALUE_STRING && str_find(text, '\\') < text.n);
    return (struct value){ .p = p,
                           .lo = span.lo,
                           .len = text.n & 0xffffffu,
                           .kind = kind & 3u,
                           .special = special,
                           .made = true };
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
    const struct words *said = s->words;
    bool patterns = false;
    for (uint32_t i = 0; i < said->n; i++)
        patterns |= said->v[i].kind == VALUE_PATTERN;
    if (!patterns)
        return s;
    struct stmt *copy = NEW(arena, struct stmt);
    struct words *words = arena_alloc(arena, sizeof *words + said->n * sizeof *said->v);
    words->n = said->n;
    for (uint32_t i = 0; i < said->n; i++)
        words->v[i] = value_word(said->v[i]);
    *copy = *s;
    copy->words = words;
    return copy;
}
