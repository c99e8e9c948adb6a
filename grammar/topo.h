/* topo.h - what scanner and parser of the topology language share.  Nobody else includes it.

   The scanner makes the language easy: it hands out the values of a statement as one token, and
   balanced braces; it reports every character it cannot read and repairs what it can.  So the
   grammar has a rule for every sequence of tokens and never meets a syntax error.  */

#ifndef PMTAC_TOPO_H
#define PMTAC_TOPO_H

#include "share.h"

enum topo_last { LAST_NOTHING, LAST_VALUE, LAST_COMMA };

/* A brace that opens a block, its line, and what had been said before it.  */
struct topo_open {
    const char *p;
    struct line_read line;
    size_t indent;               /* of the line that it stands on */
    size_t calls, comments;
};

struct topo {
    struct arena *arena;
    struct diags *diags;
    struct source *source;
    struct ast_file *file;
    char *text;                  /* the buffer; place = base + (p - text) */
    bool clean;                  /* printable ASCII throughout */
    VEC(struct value) values;    /* of the statement being read */
    struct share share;          /* what was read before */
    struct line_read line_read;  /* the last one */

    /* The scanner's memory of what it has seen.  */
    enum topo_last last;
    const char *last_end;        /* end of the last value; a value may not touch it */
    bool last_bad;
    char next;                   /* the byte behind the word that is being read */
    const char *line;            /* start of the current line */
    const char *comma;           /* the last comma, for LAST_COMMA */
    bool opens;                  /* a block may open here */
    uint32_t depth;
    struct topo_open open[AST_DEPTH]; /* braces that are open; one that was closed stands for as
                                         long as no other one is opened */
    bool lone_comma;             /* nothing stood in front of the comma before the next value */
    bool stray;                  /* a '}' too many was met, and no value since */
    bool ended;                  /* too deep: the rest is left alone */
    bool repair;                 /* second pass: close blocks where the indentation says so */
    bool unbalanced;             /* first pass: a block was open at the end */
};

static inline uint32_t topo_place(const struct topo *t, const char *p)
{
    return t->source->base + (uint32_t)(p - t->text);
}

/* The text at a place.  */
static inline const char *topo_text(const struct topo *t, uint32_t place)
{
    return t->text + (place - t->source->base);
}

/* The block that was opened at 'depth' was read.  One that stands in no other is not kept: it has a
   name, which stands once.  */
void topo_remember(struct topo *t, uint32_t depth, const struct braces *block);

static inline struct span topo_span(const struct topo *t, const char *p, size_t n)
{
    return (struct span){ topo_place(t, p), topo_place(t, p) + (uint32_t)n };
}

#endif
