/* dict.h - the words of the target: PowerMTA's sections and directives.

   Expands grammar/sections.def, grammar/types.def, grammar/patterns.def, grammar/directives.def and
   grammar/foreign.def.
   Always true: what is not in these tables is not PowerMTA as far as this program knows, and every
   row rests on a fact of the vendor's documentation or on real files, as its row says.  The tables
   are constant; a 'struct dict' is only the index over them for one compilation.  */

#ifndef PMTAC_DICT_H
#define PMTAC_DICT_H

#include "arena.h"
#include "value.h"

/* Versions are compared as numbers: 4.5 is 405, 5.0 is 500.  */
enum { PMTA_4_0 = 400, PMTA_4_5 = 405, PMTA_5_0 = 500 };

/* SCOPE_global and one SCOPE_<section> per row of sections.def ('-' becomes '_'), in that order. */
enum scope {
#define SECTION(ID, NAME, ...) SCOPE_##ID,
#include "../grammar/sections.def"
#undef SECTION
    N_SCOPES
};

/* What an argument of a section tag is.  */
enum section_arg {
    ARG_NONE,
    ARG_NAME,
    ARG_OPTIONAL_NAME,
    ARG_PATH,
    ARG_DOMAIN,
    ARG_SOURCE,
    ARG_ENDPOINT
};

struct section {
    const char *name; /* the tag; "" for the global scope */
    enum section_arg arg;
    uint64_t parents; /* bit SCOPE_x: may stand in x */
    bool once;
    bool ordered; /* the order of its lines decides */
    int since;    /* first version, 0 where unknown or older than 4.0 */
    const char *about;
};

/* Types of values, one per row of types.def.  */
enum type {
#define TYPE(ID, ...) TYPE_##ID,
#include "../grammar/types.def"
#undef TYPE
    N_TYPES
};

/* What the order of lines with patterns does.  */
enum pattern_order { ORDER_NONE, ORDER_FIRST, ORDER_CONFLICT };

/* What the patterns look at: texts, addresses, or addresses whose match grants a right.  */
enum pattern_subject { LOOKS_AT_TEXT, LOOKS_AT_ADDRESS, LOOKS_AT_RIGHT };

/* How a type of value uses patterns; see patterns.def.  */
struct pattern_use {
    enum pattern_order order;
    enum pattern_subject looks_at;
    bool any_case;   /* letters are compared without their case */
    const char *end; /* of an address, as a pattern */
};

/* How sure the facts are.  */
enum proof { PROOF_DOCUMENTED, PROOF_SEEN, PROOF_INFERRED };

struct directive {
    const char *name; /* lower case */
    uint64_t scopes;  /* bit SCOPE_x */
    enum type type;
    const char *param;    /* of the type: "0..100", "smtp|pipe|file", "" */
    const char *fallback; /* PowerMTA 5.0's default as a value that could be written, or "" where
                             there is none, it is unknown or it depends */
    bool repeatable;
    int since;            /* first version where it is known to exist: 400 for <=4.0 and older,
                             405, 500; for "<=5.0" 500 */
    bool since_sure;      /* false: "<=5.0", or "?", so an older version may have it too */
    const char *replaced; /* "" or what to write instead, or why it is gone */
    enum proof proof;
    const char *about; /* purpose, one line */
};

/* A word from elsewhere, and what PowerMTA has for it.  */
struct foreign {
    const char *name;    /* lower case, one word */
    const char *instead; /* a sentence part: "write use-starttls yes and require-starttls yes" */
};

/* One value of a line, after ranges and variables.  */
struct arg {
    struct str text;
    struct span span; /* where it was written */
    bool joined;      /* by a comma to the one before it */
    bool pattern;     /* written between slashes; 'text' is without them */
    bool string;      /* written in quotes; 'text' is decoded */
    bool secret;      /* never shown in a message, masked where output is redacted */
    bool bad;         /* reported already: whatever looks at it stays silent */
    bool unread;      /* a secret that is somewhere else, and was not read from there */
};

struct dict;

/* An index over the tables, in 'arena'.  */
struct dict *dict_new(struct arena *arena);

/* The directive 'name' (any case) as it exists in 'scope', or NULL.  */
const struct directive *dict_find(const struct dict *, struct str name, enum scope);

/* The first directive called 'name' in any scope, or NULL.  */
const struct directive *dict_any(const struct dict *, struct str name);

/* The scope whose tag is 'name' (any case), or N_SCOPES.  Never SCOPE_global.  */
enum scope dict_section(const struct dict *, struct str name);

/* The foreign word 'name' (any case), or NULL.  */
const struct foreign *dict_foreign(const struct dict *, struct str name);

/* The tables themselves, for suggestions, tests and manuals.  */
size_t dict_count(void);
const struct directive *dict_at(size_t i);

/* Stands for a line of a configuration that stays as it is written: no row of the dictionary.  Its
   first value is its first word, it may stand anywhere, and nobody looks for it.  */
const struct directive *dict_verbatim(void);
const struct section *dict_scope(enum scope);

/* All scopes that know 'name', as text: "<source>, <domain> and global", in 'arena'.  */
struct str dict_scopes_text(const struct dict *, struct str name, struct arena *arena);

/* The syntax of its value as people read it: "yes or no", "a number from 0 to 100".  */
struct str dict_syntax(const struct directive *, struct arena *arena);

/* The 'n' values 'args' fit the directive's type under 'version' (e.g. rate multiples exist from
   5.0 on).  Else fills 'fault' (offsets within args[*which]; '*which' == n: a value is missing
   behind the last) and returns false.  Names of objects are only checked as words.  */
bool dict_value(const struct directive *, const struct arg *args, size_t n, int version,
                size_t *which, struct fault *fault);

/* The value is the same as the default: booleans by meaning, numbers and words by text.  Only for
   directives with one value.  */
bool dict_is_default(const struct directive *, const struct arg *args, size_t n);

/* The word 'text', value 'i' of the directive, in its one spelling: yes for true, seconds for any
   duration, bytes, networks, lower case where case means nothing.  It may be 'text' itself.  */
struct str dict_normal(const struct directive *, size_t i, struct str text, struct arena *arena);

/* The same for the argument of a section's tag.  */
struct str dict_normal_arg(enum scope, struct str text, struct arena *arena);

/* How values of 'type' use patterns; NULL where none can stand in them.  */
const struct pattern_use *dict_patterns(enum type);

/* The directive's value is a secret (a password, an API key), or names a file and then a secret:
   index of the argument that is secret, or -1.  */
int dict_secret_arg(const struct directive *);

#endif
