/* buf.h - growing text in an arena.

   Always true: 'p' holds 'n' bytes, with room for 'cap'.  There is no closing NUL; 'buf_str' gives
   the slice.  All output goes through one of these, never through stdio line by line.  */

#ifndef PMTAC_BUF_H
#define PMTAC_BUF_H

#include "arena.h"

struct buf {
    struct arena *arena;
    char *p;
    size_t n, cap;
};

/* Makes room for 'more' further bytes.  */
void buf_room(struct buf *, size_t more);

/* Appends formatted text.  */
void buf_printf(struct buf *, const char *format, ...) PRINTF(2, 3);

/* Appends 's'.  */
static inline void buf_put(struct buf *b, struct str s)
{
    if (b->cap - b->n < s.n)
        buf_room(b, s.n);
    if (s.n)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

/* Appends one byte.  */
static inline void buf_char(struct buf *b, char c)
{
    if (b->n == b->cap)
        buf_room(b, 1);
    b->p[b->n++] = c;
}

/* Appends the NUL-terminated 'text'.  */
static inline void buf_text(struct buf *b, const char *text) { buf_put(b, str_of(text)); }

/* Appends 'n' times 'c'.  */
void buf_fill(struct buf *, char c, size_t n);

/* What was written so far; good until the next write.  */
static inline struct str buf_str(const struct buf *b) { return (struct str){ b->p, b->n }; }

#endif
