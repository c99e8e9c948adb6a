/* str.h - slices of text.

   A 'struct str' points at bytes that somebody else keeps: the source text, a table, the arena.
   It is never NUL-terminated and may hold any byte.  Nothing here depends on the locale: letters
   are the 52 ASCII ones, digits the 10 ASCII ones (a Turkish locale must not change a mail server).
 */

#ifndef PMTAC_STR_H
#define PMTAC_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* A place in the inputs: half-open byte positions over all texts of a compilation (see source.h).
   {0,0} is nowhere.  */
struct span {
    uint32_t lo, hi;
};

#define NOWHERE ((struct span){ 0, 0 })

/* A slice of a string literal.  */
#define STR(LITERAL) ((struct str){ "" LITERAL, sizeof(LITERAL) - 1 })
/* The same in an initialiser of static storage.  */
#define STR_INIT(LITERAL)                                                                          \
    {                                                                                              \
        "" LITERAL, sizeof(LITERAL) - 1                                                            \
    }
/* The two arguments that "%.*s" takes.  */
#define STR_ARG(S) (int)(S).n, (S).p

#if defined __GNUC__
#define PRINTF(FORMAT, FIRST) __attribute__((format(printf, FORMAT, FIRST)))
#else
#define PRINTF(FORMAT, FIRST)
#endif

/* Letters and digits of ASCII, and nothing else.  */
static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool is_alpha(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}
static inline bool is_alnum(char c)
{
    return is_alpha(c) || is_digit(c);
}
static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}
static inline char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The slice of the NUL-terminated 'text'; NULL gives the empty slice.  */
static inline struct str str_of(const char *text)
{
    return (struct str){ text ? text : "", text ? strlen(text) : 0 };
}

/* 's' without its first 'from' bytes, and at most 'n' bytes of it.  Both are clipped to 's'.  */
static inline struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){ from ? s.p + from : s.p, n }; /* an empty slice may have no bytes at all */
}

/* Same bytes.  */
static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Same bytes but for the case of ASCII letters.  */
bool str_ieq(struct str a, struct str b);

/* Below, equal to or above zero as 'a' sorts before, with or after 'b', by bytes.  */
int str_cmp(struct str a, struct str b);

/* 's' begins, or ends, with 'part'.  */
bool str_starts(struct str s, struct str part);
bool str_ends(struct str s, struct str part);

/* The offset of the first 'c' in 's', or s.n where there is none.  */
size_t str_find(struct str s, char c);

/* 's' without ASCII blanks at both ends.  */
struct str str_trim(struct str s);

#endif
