/* load.h - from paths to statements: inputs, includes, legacy rows, hosts, variables.

   Reads every input once and sorts its top-level statements: what stands outside of host blocks,
   and what belongs to each host.  Knows the statements that steer reading ('include', 'let',
   'legacy', 'host', 'powermta') and no other.  Always true: items are in the order of the inputs,
   included ones in the place of their include.  */

#ifndef PMTAC_LOAD_H
#define PMTAC_LOAD_H

#include "expand.h"
#include "legacy.h"
#include "regexp.h"

enum format { FORMAT_GUESS, FORMAT_TOPOLOGY, FORMAT_PIPE, FORMAT_POWERMTA };

struct define {
    struct str name, value;
};

struct options {
    VEC(struct str) inputs; /* paths; "-" is standard input */
    VEC(struct define) defines;
    VEC(struct str) include_dirs;
    struct str root; /* of a tree that was copied from a server; "": none */
    enum format format;
    int version; /* 0: as the topology says */
    bool fragment, annotate, redact;
    bool relay;      /* make the table of who can relay */
    bool dkim;       /* make the table of who signs for what */
    bool json;       /* tables are for programs */
    bool secrets;    /* read them from their places (when building) */
    bool compare;    /* one that cannot be read is no error: it is not compared */
    bool keep_secrets; /* a conversion leaves them where they are */
    struct str host; /* only this one; "" all */
    struct levels levels;
};

/* A host block whose header has ranges: one of its elements, as in struct env.  */
struct element {
    uint32_t count, index;
    struct span header;
};

struct item {
    const struct stmt *stmt;
    const struct element *around; /* NULL: none */
};

struct host {
    struct str name;
    struct span span;
    struct vars vars;
    struct env env; /* of its header */
    VEC(struct item) items;
    struct map assigned;   /* VMTAs that it names by reference */
    struct legacy *legacy; /* what rows in it said, while they are read */
};

/* An input that is rows, for whoever prints them back.  */
struct rows_file {
    struct rows rows;
    struct ast_file *file;
};

struct program {
    struct arena *arena;
    struct arena *scratch; /* for a moment */
    struct arena *tree;    /* for the tree, which nobody looks at once all hosts are bound */
    struct diags *diags;
    struct sources *sources;
    const struct dict *dict;
    const struct options *options;
    VEC(struct ast_file *) files; /* main inputs and what they include */
    VEC(struct rows_file *) rows;
    struct map raw_files; /* path to struct raw_file, of configurations that are read */
    struct legacy *legacy;  /* what rows outside of hosts said, while they are read */
    VEC(struct item) items; /* outside of host blocks */
    bool has_policies;      /* some item, in a host block or not, is one */
    VEC(struct host *) hosts;
    struct map host_names;
    struct map assigned;          /* VMTAs that some host names by reference */
    struct vars defines, globals; /* globals.outer is NULL; defines win */
    int version;
    struct span version_span;
    struct regexps regexps;                 /* patterns that were compiled */
    VEC(struct str) secret_files;           /* that were read, in order */
    VEC(struct str) secret_paths;           /* of all that are named, read or not; terminated */
    size_t budget;                          /* elements of ranges that are left */
    struct scratch words;                   /* of all environments */
    const struct source *secrets_noted;     /* rows whose passwords were spoken of */
    const struct directive *const *targets; /* the rows of target.def, when 'bind' has found them */
    struct map *no_lists;                   /* of models without sections */
    bool raw;                               /* the inputs are PowerMTA's own configuration */
    bool broken;                            /* an input could not be read: status 2 */
};

/* Reads all inputs of 'options'.  p->scratch and p->tree are set; the first holds nothing
   afterwards.  What goes wrong with an input named there sets 'broken' and is reported without a
   place; all else is a message.  */
void load(struct program *, struct arena *, struct diags *, struct sources *, const struct dict *,
          const struct options *);

/* Rows have become statements, and nobody prints them back: gives their memory back.  */
void load_forget_rows(struct program *);

/* The environment for what stands outside of host blocks, seen from 'host' (NULL: no hosts).  */
struct env load_env(struct program *, struct host *host);

/* 'path' as it is meant in the file that holds 'span': beside that file, unless it is absolute.  */
struct str load_beside(struct program *, struct span span, struct str path);

/* 'text' is one of the versions: 400, 405, 500; else 0.  */
int version_of(struct str text);
/* "5.0" and its kind.  */
const char *version_text(int version);

#endif
