#include <config.h>

#include "ast.h"

struct span value_span(struct value v)
{
    struct span span;
    if (v.made) {
        memcpy(&span, v.p - sizeof span, sizeof span);
        return span;
    }
    return (struct span){ v.lo, v.lo + v.len + (v.kind == VALUE_WORD ? 0 : 2) };
}

struct span stmt_span(const struct stmt *s)
{
    if (!s->n_values)
        return (struct span){ s->open, s->open + 1 };
    return span_join(value_span(s->values[0]), value_span(s->values[s->n_values - 1]));
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
    bool words = true;
    for (uint32_t i = 0; i < s->n_values; i++)
        words &= s->values[i].kind != VALUE_PATTERN;
    if (words)
        return s;
    struct stmt *copy = NEW(arena, struct stmt);
    *copy = *s;
    copy->values = NEW_ARRAY(arena, struct value, s->n_values);
    for (uint32_t i = 0; i < s->n_values; i++)
        copy->values[i] = value_word(s->values[i]);
    return copy;
}
