/* arena.h - the memory of one compilation.

   Everything that a compilation makes comes from one arena and goes with it: nobody frees a part,
   nothing points out of it.  Always true: memory is aligned for pointers and 64-bit numbers and
   lives until 'arena_free' or 'arena_reset'.

   When memory runs out, or a promise of ours is broken, the arena does not return: it jumps to the
   handler set with 'arena_catch', so that a language server survives and only 'main.c' exits.  */

#ifndef PMTAC_ARENA_H
#define PMTAC_ARENA_H

#include <setjmp.h>
#include <stdarg.h>

#include "str.h"

struct arena_chunk;
struct arena_block;

enum arena_trouble { ARENA_FINE, ARENA_NO_MEMORY, ARENA_BUG };

struct arena {
    char *at, *end;             /* the free part of the newest chunk */
    struct arena_chunk *chunks;
    struct arena_block *blocks; /* large pieces that may grow in place */
    size_t size;                /* bytes taken from the system */
    jmp_buf *handler;
    const char *bug;            /* what was broken, for ARENA_BUG */
    uint64_t seed[2];           /* of the hashes of what is in it; may be set while it is empty */
};

/* An empty arena whose troubles go to 'handler' (see 'setjmp'; the value is an enum
   arena_trouble).  */
void arena_init(struct arena *arena, jmp_buf *handler);

/* Gives everything back to the system.  The arena may be used again after 'arena_init'.  */
void arena_free(struct arena *arena);

/* Forgets all that was allocated; its memory is used again.  For an arena that holds what is needed
   for a moment only.  */
void arena_reset(struct arena *arena);

enum {
    ARENA_ALIGN = 8,            /* of pointers and 64-bit numbers, and nothing is wider */
    ARENA_BLOCK = 64 << 10      /* pieces from here on stand alone and may grow in place */
};

/* 'arena_alloc' where the newest chunk does not hold it.  */
void *arena_alloc_slow(struct arena *arena, size_t size);

/* 'size' bytes of undefined content; never NULL.  */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
    size_t whole = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (size >= ARENA_BLOCK || (size_t)(arena->end - arena->at) <= whole)
        return arena_alloc_slow(arena, size);
    void *p = arena->at;
    arena->at += whole;
    return p;
}

/* One object of 'size' bytes, all zero; never NULL.  Where 'size' is known it takes a few
   instructions.  */
static inline void *arena_new(struct arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

/* 'n' objects of 'size' bytes each, all zero; never NULL.  */
void *arena_zalloc(struct arena *arena, size_t n, size_t size);

/* Room for 'new_size' bytes that begins with the 'old_size' bytes of 'p' (which the arena gave, or
   NULL).  'p' is not to be used any more.  */
void *arena_grow(struct arena *arena, void *p, size_t old_size, size_t new_size);

/* 'p', 'size' bytes that the arena gave, is needed no more: large pieces go back to the system.  */
void arena_drop(struct arena *arena, void *p, size_t size);

/* A copy of 's' in the arena.  */
struct str arena_str(struct arena *arena, struct str s);

/* Formatted text in the arena, followed by a NUL that the slice does not count.  */
struct str arena_printf(struct arena *arena, const char *format, ...) PRINTF(2, 3);
struct str arena_vprintf(struct arena *arena, const char *format, va_list args) PRINTF(2, 0);

/* Jumps to the handler: 'what' is a promise of this program that was broken.  */
_Noreturn void arena_bug(struct arena *arena, const char *what);

/* One zeroed object of TYPE.  */
#define NEW(ARENA, TYPE) ((TYPE *)arena_new(ARENA, sizeof(TYPE)))
/* COUNT zeroed objects of TYPE.  */
#define NEW_ARRAY(ARENA, TYPE, COUNT) ((TYPE *)arena_zalloc(ARENA, COUNT, sizeof(TYPE)))

/* A growing array: VEC(struct x) v = { 0 };  VEC_PUSH(arena, &v, x) appends.  The elements move
   when it grows, so keep indices, not pointers, while it grows.  */
#define VEC(TYPE)   \
    struct {        \
        TYPE *v;    \
        size_t n;   \
        size_t cap; \
    }
#define VEC_PUSH(ARENA, VECTOR, ...)                                                       \
    do {                                                                                   \
        if ((VECTOR)->n == (VECTOR)->cap)                                                  \
            (VECTOR)->v = arena_more(ARENA, (VECTOR)->v, &(VECTOR)->cap, sizeof *(VECTOR)->v); \
        (VECTOR)->v[(VECTOR)->n] = (__VA_ARGS__);                                          \
        (VECTOR)->n++;                                                                     \
    } while (0)

/* Twice the room for an array of '*cap' elements of 'size' bytes; sets '*cap'.  */
void *arena_more(struct arena *arena, void *p, size_t *cap, size_t size);

#endif
