/* regexp.h - Perl-compatible patterns: whether one compiles, what it matches, and what is plain in
   it.

   The one door to PCRE2; nobody else knows of it.  'regexp_fault' and 'regexp_open' ask the
   library, the rest reads the text and needs none.  Always true: a pattern is compiled and run
   under limits that keep a hostile one from taking long, and judged once for each text; what the
   library asks for is memory of the arena, so that nothing is left to free.  Built without PCRE2 no
   pattern has a fault, and none matches.  */

#ifndef PMTAC_REGEXP_H
#define PMTAC_REGEXP_H

#include "map.h"

struct regexp_block;

/* The patterns of one compilation.  */
struct regexps {
    struct arena *arena;
    struct map faults;          /* a pattern's text to what is wrong with it, or NULL */
    struct regexp_block *spare; /* memory that the library gave back */
};

/* Why a pattern does not compile, as the library says it, and the offset where that was seen, at
   most the pattern's length.  */
struct regexp_fault {
    size_t at;
    struct str why;
    bool limit; /* nothing is wrong with it but its size */
};

/* Patterns are checked: this was built with PCRE2.  */
bool regexp_is_checked(void);

void regexps_init(struct regexps *, struct arena *);

/* What is wrong with 'pattern', whose bytes the caller keeps, or NULL.  */
const struct regexp_fault *regexp_fault(struct regexps *, struct str pattern);

/* A pattern that is ready to be run.  */
struct regexp_program {
    void *code, *data, *limits; /* the library's */
};

/* Makes 'pattern' ready, or returns false: it does not compile, or nothing can compile it.  */
bool regexp_open(struct regexps *, struct str pattern, struct regexp_program *);

/* The pattern matches somewhere in 'text'.  False where that takes too long to find out.  */
bool regexp_match(const struct regexp_program *, struct str text);

/* Gives its memory back to the patterns that come next.  */
void regexp_close(struct regexp_program *);

/* A piece of a pattern: what matches one character, or has a place between them.  */
enum regexp_kind {
    REGEXP_BYTE,  /* this byte, escaped or not */
    REGEXP_ANY,   /* a bare dot */
    REGEXP_CLASS, /* one of several characters: [a-z], \d */
    REGEXP_START, /* ^ */
    REGEXP_END,   /* $; 'byte' is 'z' for \z, which no line end may follow */
    REGEXP_EDGE,  /* an assertion about one place: \b */
    REGEXP_OPEN,  /* of a group */
    REGEXP_CLOSE,
    REGEXP_BAR,
    REGEXP_OPTIONS, /* (?i), without those that change how the rest is read */
    REGEXP_OTHER    /* whatever takes more than this to understand */
};

struct regexp_piece {
    enum regexp_kind kind;
    char byte;              /* of REGEXP_BYTE and REGEXP_END */
    bool counted, optional; /* a quantifier stands behind it, which allows none */
    uint32_t lo, hi;        /* offsets, without the quantifier */
};

struct regexp_pieces {
    struct regexp_piece *v;
    size_t n, cap;
};

/* Cuts 'pattern' into 'pieces', which are overwritten.  A REGEXP_OTHER is the last one: behind it
   there may be anything.  */
void regexp_cut(struct arena *, struct str pattern, struct regexp_pieces *pieces);

/* A pattern that is nothing but text.  */
struct regexp_literal {
    struct str text;
    bool at_start, at_end; /* ^ before it, $ behind it */
};

/* 'pieces' are a literal, put into 'literal'; its text is in the arena.  */
bool regexp_is_literal(struct arena *, const struct regexp_pieces *, struct regexp_literal *);

/* 'pieces' match every text, also the empty one.  */
bool regexp_is_everything(const struct regexp_pieces *);

#endif
