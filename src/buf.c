#include <config.h>

#include "buf.h"

#include <stdio.h>

void buf_room(struct buf *b, size_t more)
{
    if (more > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
        arena_bug(b->arena, "a text of half the address space");
    size_t cap = b->cap ? b->cap * 2 : 256;
    while (cap - b->n < more)
        cap *= 2;
    b->p = arena_grow(b->arena, b->p, b->cap, cap);
    b->cap = cap;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str s = arena_vprintf(b->arena, format, args);
    va_end(args);
    buf_put(b, s);
}

void buf_fill(struct buf *b, char c, size_t n)
{
    if (b->cap - b->n < n)
        buf_room(b, n);
    if (n) /* an empty buffer may have no bytes at all */
        memset(b->p + b->n, c, n);
    b->n += n;
}
