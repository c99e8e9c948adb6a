/* load-internal.h - what the files of the room 'load' share.

   load-input.c reads inputs, load-raw.c those of PowerMTA's own, load.c what statements say.  */

#ifndef PMTAC_LOAD_INTERNAL_H
#define PMTAC_LOAD_INTERNAL_H

#include "load.h"

struct loader {
    struct program *p;
    struct host *host; /* whose block is being read, or NULL */
    unsigned depth;
    size_t spliced; /* includes of PowerMTA's own that were followed */
    struct map by_identity, by_name; /* of files: how they were read */
    struct map inclusions;           /* in host blocks */
    struct str usual;                /* a word that steers nothing: the one that was met last */
};

/* Reads the input 'path' of the command line, and what it includes.  */
void load_input(struct loader *, struct str path);

/* Reads the statements of 'file', or of a block in it.  */
void load_stmts(struct loader *, struct ast_file *file, struct walk all);

/* The value behind the keyword, where there is exactly one and no block; else that is reported.  */
bool load_one_value(struct loader *, const struct stmt *, const char *syntax, struct arg *);

/* The inputs are PowerMTA's own configuration.  They are not mixed with others: that is reported,
   and sets 'broken'.  */
bool load_are_raw(struct program *);

/* Reads 'source' as a configuration of PowerMTA's own.  */
void load_raw(struct loader *, struct source *);

/* The statement includes another file.  */
bool load_is_include(struct loader *, const struct stmt *);

/* 'path' may name several files.  */
bool load_is_glob(struct str path);

/* 'include PATH' and 'legacy PATH { ... }'.  */
void load_include(struct loader *, struct ast_file *, const struct stmt *);
void load_legacy(struct loader *, struct ast_file *, const struct stmt *);

#endif
