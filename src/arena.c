#include <config.h>

#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    FIRST_CHUNK = 64 << 10, /* a small topology needs one */
    CHUNK = 2 << 20,        /* large ones: fewer page faults than with small chunks */
    FEW = 3,                /* so many chunks are followed by ... */
    LARGE_CHUNK = 8 << 20,  /* ... those that have room for huge pages */
    HUGE_PAGE = 2 << 20
};

struct arena_chunk {
    struct arena_chunk *next;
    _Alignas(ARENA_ALIGN) char data[];
};

struct arena_block {
    struct arena_block *next, *prev;
    _Alignas(ARENA_ALIGN) char data[];
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0, "blocks keep the alignment");

void arena_init(struct arena *arena, jmp_buf *handler)
{
    *arena = (struct arena){ .handler = handler,
                             .seed = { 0x243f6a8885a308d3u, 0x13198a2e03707344u } };
}

static _Noreturn void no_memory(struct arena *arena)
{
    longjmp(*arena->handler, ARENA_NO_MEMORY);
}

_Noreturn void arena_bug(struct arena *arena, const char *what)
{
    arena->bug = what;
    longjmp(*arena->handler, ARENA_BUG);
}

static void link_block(struct arena *arena, struct arena_block *b)
{
    b->prev = NULL;
    b->next = arena->blocks;
    if (b->next)
        b->next->prev = b;
    arena->blocks = b;
}

/* Asks for huge pages in a large piece: a small page that is touched for the first time costs more
   than what is then done in it.  */
static void want_huge(void *p, size_t size)
{
#if defined MADV_HUGEPAGE
    uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
    uintptr_t to = ((uintptr_t)p + size) & ~(uintptr_t)(HUGE_PAGE - 1);
    if (size >= LARGE_CHUNK)
        madvise((void *)from, to - from, MADV_HUGEPAGE); /* a wish: it may as well be refused */
#else
    (void)p, (void)size;
#endif
}

/* Memory fresh from the system is zero already, so what is to be zero is best asked of it.  */
static void *new_block(struct arena *arena, size_t size, bool zero)
{
    if (size > SIZE_MAX / 2)
        no_memory(arena);
    struct arena_block *b = zero ? calloc(1, sizeof *b + size) : malloc(sizeof *b + size);
    if (!b)
        no_memory(arena);
    want_huge(b, size);
    arena->size += size;
    link_block(arena, b);
    return b->data;
}

static struct arena_block *block_of(void *p)
{
    return (struct arena_block *)(void *)((char *)p - sizeof(struct arena_block));
}

static void unlink_block(struct arena *arena, struct arena_block *b)
{
    if (b->prev)
        b->prev->next = b->next;
    else
        arena->blocks = b->next;
    if (b->next)
        b->next->prev = b->prev;
}

static void *grow_block(struct arena *arena, void *p, size_t old_size, size_t new_size)
{
    struct arena_block *b = block_of(p);
    if (new_size > SIZE_MAX / 2)
        no_memory(arena);
    unlink_block(arena, b);
    struct arena_block *grown = realloc(b, sizeof *b + new_size);
    link_block(arena, grown ? grown : b);
    if (!grown)
        no_memory(arena);
    arena->size += new_size - old_size;
    return grown->data;
}

static size_t chunk_size(const struct arena *arena)
{
    const struct arena_chunk *c = arena->chunks;
    for (int i = 1; c && i < FEW; i++)
        c = c->next;
    return c ? LARGE_CHUNK : arena->chunks ? CHUNK : FIRST_CHUNK;
}

static void new_chunk(struct arena *arena)
{
    size_t size = chunk_size(arena);
    struct arena_chunk *c = size < LARGE_CHUNK ? malloc(size) : aligned_alloc(HUGE_PAGE, size);
    if (!c)
        no_memory(arena);
    want_huge(c, size);
    arena->size += size;
    c->next = arena->chunks;
    arena->chunks = c;
    arena->at = c->data;
    arena->end = (char *)c + size;
}

void *arena_alloc_slow(struct arena *arena, size_t size)
{
    if (size >= ARENA_BLOCK)
        return new_block(arena, size, false);
    new_chunk(arena);
    return arena_alloc(arena, size);
}

static void free_blocks(struct arena *arena)
{
    for (struct arena_block *b = arena->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    arena->blocks = NULL;
}

/* Frees all chunks but 'kept'.  */
static void free_chunks(struct arena *arena, struct arena_chunk *kept)
{
    for (struct arena_chunk *c = arena->chunks, *next; c; c = next) {
        next = c->next;
        if (c != kept)
            free(c);
    }
    arena->chunks = kept;
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *first = arena->chunks; /* only the first one is there for nearly all */
    while (first && first->next)
        first = first->next;
    if (arena->chunks != first)
        free_chunks(arena, first);
    free_blocks(arena);
    arena->at = first ? first->data : NULL;
    arena->end = first ? (char *)first + FIRST_CHUNK : NULL;
}

void arena_free(struct arena *arena)
{
    free_chunks(arena, NULL);
    free_blocks(arena);
    *arena = (struct arena){ .handler = arena->handler };
}

void *arena_zalloc(struct arena *arena, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        no_memory(arena);
    if (n * size >= ARENA_BLOCK)
        return new_block(arena, n * size, true);
    void *p = arena_alloc(arena, n * size);
    return memset(p, 0, n * size);
}

void *arena_grow(struct arena *arena, void *p, size_t old_size, size_t new_size)
{
    if (p && old_size >= ARENA_BLOCK)
        return grow_block(arena, p, old_size, new_size);
    void *grown = arena_alloc(arena, new_size);
    if (p && old_size)
        memcpy(grown, p, old_size);
    return grown;
}

void arena_drop(struct arena *arena, void *p, size_t size)
{
    if (!p || size < ARENA_BLOCK)
        return;
    unlink_block(arena, block_of(p));
    free(block_of(p));
}

void *arena_more(struct arena *arena, void *p, size_t *cap, size_t size)
{
    size_t more = *cap ? *cap * 2 : 8;
    if (more > SIZE_MAX / 2 / size)
        no_memory(arena);
    void *grown = arena_grow(arena, p, *cap * size, more * size);
    *cap = more;
    return grown;
}

struct str arena_str(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (struct str){ p, s.n };
}

struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = format ? vsnprintf(NULL, 0, format, args) : -1;
    if (n < 0)
        arena_bug(arena, "a format that vsnprintf refuses");
    char *p = arena_alloc(arena, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return (struct str){ p, (size_t)n };
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str s = arena_vprintf(arena, format, args);
    va_end(args);
    return s;
}
