/* ast.h - what was written: statements of values and blocks.

   One generic tree for all front ends.  A statement is a run of values and perhaps a block of
   statements; nothing here knows what a word means.  Values are slices of the source text, as
   written: ranges and variables are still in them.

   Always true: every value has a place; a value without flags needs no further decoding; statements
   are in source order; comments are kept beside the tree, in source order, and find their statement
   by their place.  Blocks nest at most AST_DEPTH deep.  */

#ifndef PMTAC_AST_H
#define PMTAC_AST_H

#include "diag.h"

enum { AST_DEPTH = 64, AST_WORD = 1 << 16 };    /* nesting; bytes of one value */

enum value_kind { VALUE_WORD, VALUE_STRING, VALUE_PATTERN };

/* Sixteen bytes, since there are millions.  */
struct value {
    const char *p;               /* without quotes or slashes */
    uint32_t lo;                 /* place of its first byte, quote or slash included */
    uint32_t len : 24;
    uint32_t kind : 2;           /* enum value_kind */
    uint32_t joined : 1;         /* by a comma to the value before it */
    uint32_t bad : 1;            /* has been reported */
    uint32_t special : 1;        /* holds '{', '$' or, in a string, a backslash */
    uint32_t made : 1;           /* not written so: the length of its span stands before 'p' */
};

_Static_assert(sizeof(struct value) == 16, "values are small");

/* What a statement says.  Statements that read the same share it, so places count from the
   statement's own.  */
struct words {
    uint32_t n : 29;             /* at least 1 */
    uint32_t special : 1;        /* some value is */
    uint32_t joined : 1;         /* some value is */
    uint32_t pattern : 1;        /* some value is one */
    struct value v[];
};

/* Statements in braces.  Blocks that read the same, header included, share it: so places count from
   the statement that has it, and those of the statements in it too.  */
struct braces {
    struct stmt *body;           /* the first one, or NULL */
    uint32_t open, close;        /* of '{' and '}' */
    bool plain;                  /* no value in it is special */
};

struct stmt {
    const struct words *words;
    const struct braces *block;  /* NULL: none */
    struct stmt *next;
    uint32_t lo;                 /* place of the first value; 0 where the values know their own */
};

struct stmts {
    struct stmt *first, *last;
};

struct ast_file {
    struct source *source;
    struct stmts stmts;
    VEC(struct span) comments;   /* each from '#' to the end of its line */
    bool includes;               /* PowerMTA's own: some line includes another file */
};

static inline struct str value_text(struct value v) { return (struct str){ v.p, v.len }; }

/* Where 'v' stands, quotes and slashes included.  */
static inline struct span value_span(struct value v)
{
    struct span span = { v.lo, v.lo + v.len + (v.kind == VALUE_WORD ? 0 : 2) };
    uint32_t n;
    if (v.made) {
        memcpy(&n, v.p - sizeof n, sizeof n);
        span.hi = span.lo + n;
    }
    return span;
}

/* Value 'i' of 's'.  */
static inline struct value stmt_value(const struct stmt *s, uint32_t i)
{
    struct value v = s->words->v[i];
    v.lo += s->lo;
    return v;
}

/* Its text.  */
static inline struct str stmt_text(const struct stmt *s, uint32_t i)
{
    return value_text(s->words->v[i]);
}

/* Places of the braces of 's', which has some.  */
static inline uint32_t stmt_open(const struct stmt *s) { return s->lo + s->block->open; }
static inline uint32_t stmt_close(const struct stmt *s) { return s->lo + s->block->close; }

/* A walk over the statements in a block, with their places made absolute:
   for (struct walk w = walk_block(s); (child = walk_next(&w));)
   A statement that is met lives until the next one is.  */
struct walk {
    struct stmt stmt;
    const struct stmt *next;
    uint32_t lo;
};

static inline struct walk walk_block(const struct stmt *s)
{
    return (struct walk){ .next = s->block ? s->block->body : NULL, .lo = s->lo };
}

/* The same over statements whose places are absolute.  */
static inline struct walk walk_stmts(const struct stmt *first)
{
    return (struct walk){ .next = first };
}

static inline const struct stmt *walk_next(struct walk *w)
{
    if (!w->next)
        return NULL;
    w->stmt = *w->next;
    w->stmt.lo += w->lo;
    w->next = w->stmt.next;
    return &w->stmt;
}

/* 's' with places that do not depend on where it stands, in its block too.  */
struct stmt *stmt_settled(struct arena *, const struct stmt *s);

/* The words of a statement that says the 'n' values, whose places are absolute and become relative
   to 'lo'.  */
const struct words *words_make(struct arena *, const struct value *values, uint32_t n, uint32_t lo);

/* 'words' behind an empty keyword.  */
const struct words *words_behind(struct arena *, const struct words *);

/* From the first value of 's' to the last.  */
struct span stmt_span(const struct stmt *s);

/* A word of 'n' bytes without ranges and variables that stands for other text at 'span'; they are
   to be written to '*p'.  */
struct value value_room(struct arena *, size_t n, struct span span, char **p);

/* A value that stands for 'text' though 'span' says something else, such as a path made from a
   field of a row.  'text' is copied.  */
struct value value_make(struct arena *, enum value_kind, struct str text, struct span span);

/* 'v' where no pattern can stand: what looks like one is a path, with its slashes.  */
struct value value_word(struct value v);

/* 's' with all its values as words; itself where they are.  The block is shared.  */
const struct stmt *stmt_words(struct arena *, const struct stmt *s);

/* Appends 's' to 'list'.  */
static inline void stmts_add(struct stmts *list, struct stmt *s)
{
    if (list->last)
        list->last->next = s;
    else
        list->first = s;
    list->last = s;
}

/* Prints the tree in canonical form: four spaces a level, keywords as written, comments kept, '{'
   on the line of its header.  Reading the result gives the same tree.  */
void ast_print(const struct ast_file *, struct buf *);

/* Prints the values of one statement, as deep as 'indent' blanks, so that they are read back.  */
void ast_print_words(const struct words *, size_t indent, struct buf *);

/* Prints one value as it has to be written to be read back: quoted where it must be.  */
void ast_print_value(struct value, struct buf *);

#endif
