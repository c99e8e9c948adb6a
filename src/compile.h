/* compile.h - the pipeline: inputs to messages and outputs.

   The one entry to the library.  Always true: it holds no global state, never exits, never writes a
   file, and comes back from running out of memory; where anything is an error there is no output,
   nor where the options are strict and anything is a warning.

   What the target version cannot say is found out while output is made.  So there are two ways:
   'compile', which makes it for nobody and is done; or 'compile_start', printing, and
   'compile_finish', which tells whether what was printed may be used.  */

#ifndef PMTAC_COMPILE_H
#define PMTAC_COMPILE_H

#include "facts.h"
#include "load.h"
#include "model.h"
#include "suppress.h"

/* What is wanted.  With COMPILE_MODELS the outputs are there to be looked at, whatever is wrong
   with the input.  */
enum compile_goal {
    COMPILE_CHECK,
    COMPILE_BUILD,
    COMPILE_CONVERT,
    COMPILE_TABLES,
    COMPILE_MODELS,
    COMPILE_COMPARE /* what is built; of PowerMTA's own, whatever could be read */
};

enum compile_status {
    COMPILE_FINE,   /* warnings included */
    COMPILE_ERRORS, /* in the input, or warnings where none may be */
    COMPILE_BROKEN, /* an input named by the caller cannot be read */
    COMPILE_NO_MEMORY,
    COMPILE_BUG /* a promise of this program was broken: 'arena.bug' says which */
};

/* Something to be printed: from a model, or a text.  */
struct output {
    struct str host; /* "" where there are no host blocks */
    const struct model *model;
    size_t place;    /* of the model among all */
    struct str text; /* model NULL */
};

struct compilation {
    struct arena arena;
    struct arena scratch; /* for what is needed for a moment */
    struct arena tree;    /* what was read, until all of it is bound */
    jmp_buf handler;
    struct sources sources;
    struct diags diags;     /* sorted when 'compile' or 'compile_finish' returns */
    struct options options; /* as they were given */
    enum compile_goal goal;
    enum compile_status trouble; /* that ended it: COMPILE_NO_MEMORY or COMPILE_BUG, else 0 */
    struct program program;
    struct suppress suppress;
    VEC(struct model *) models; /* of all hosts */
    size_t n_judged;            /* of them, from the first: all has been said of their output */
    VEC(struct output) outputs; /* one for each host; one for a conversion */
    struct buf piece;           /* of output, on its way out */
    bool unread;                /* a part of the input could not even be read */
    struct buf tables; /* that were asked for: text, or members of the document of messages */
    struct buf remarks;            /* for people, about a conversion: lines of text */
    struct compilation *converted; /* what a conversion comes to, or NULL */
    bool differs;                  /* and it is not the same */
};

/* Compiles as 'options' say.  What 'options' points to must outlive 'c'.  Messages are in
   c->diags; c->outputs is empty unless the status is COMPILE_FINE and the goal an output.  Tables
   that the options ask for are made also where there are errors, as far as the input was
   understood; after COMPILE_TABLES the outputs are the configurations that they are about, without
   secrets, to compare and not to use.  */
enum compile_status compile(struct compilation *c, const struct options *options,
                            const struct io *io, enum compile_goal goal);

/* The same but for what is to be said of the output.  COMPILE_FINE: that may be printed now, and is
   to be thrown away unless 'compile_finish', which has to follow, returns the same.  */
enum compile_status compile_start(struct compilation *c, const struct options *options,
                                  const struct io *io, enum compile_goal goal);

/* Says what is left to be said and sorts the messages; returns what 'compile' would.  Called
   once.  */
enum compile_status compile_finish(struct compilation *c);

/* Takes a piece of output; returns false where it wants no more.  */
typedef bool put_fn(void *context, struct str text);

/* Prints output number 'output' in large pieces.  May be done again, with the same result.  Returns
   COMPILE_FINE, also where 'put' wanted no more, or what went wrong; troubles with memory go where
   they went before then.  'put' has to return.  */
enum compile_status compile_print(struct compilation *, size_t output, put_fn *put, void *context);

/* The same as one text, in the arena; its 'p' is NULL where memory ran out.  */
struct str compile_text(struct compilation *, size_t output);

/* What output number 'output' says, as facts in the arena; for COMPILE_COMPARE, or a topology after
   'compile'.  Troubles as with 'compile_print'.  */
enum compile_status compile_facts(struct compilation *, size_t output, struct facts *);

/* Gives all memory of 'c' back; good after any status.  */
void compile_free(struct compilation *c);

#endif
