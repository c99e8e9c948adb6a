/* bind-internal.h - what the files of 'bind' share.  Nobody else includes it.  */

#ifndef PMTAC_BIND_INTERNAL_H
#define PMTAC_BIND_INTERNAL_H

#include "bind.h"

struct attr;

struct used_policy {
    const struct policy *policy;
    struct used_policy *next;
};

/* A block that is being bound.  */
struct block {
    enum kind kind;
    void *object;       /* the struct that the kind has in model.h */
    struct span braces; /* where it stands */
    struct {
        enum scope scope;
        struct lines *lines;
    } targets[2]; /* where its directives go, in the order in which they are asked */
    size_t n_targets;
    uint64_t seen;        /* words that were said, by their index in the kind */
    uint64_t seen_copied; /* the same by policies */
    uint8_t copied;       /* policies deep: 0 for what stands in the block itself */
    struct used_policy *used;    /* each policy is copied once; these are the first ones */
    size_t n_used;
    struct map more_used;        /* the rest of them, by name */
    bool inherits;        /* from wider blocks, so that defaults are worth saying */
};

/* What a keyword is in a place.  */
struct known_word {
    struct str word;
    uint32_t place;
    uint32_t target;
    const struct attr *attr;
    const struct directive *dir;
};

/* What the words of a statement were found to be in a place: the same again where they stand again.
   'what' is what their line says, and 'key' what their 'sign' does, if nothing had to be said of
   it.  */
struct known {
    const struct words *words;
    struct known_word is;
    struct setting *what;
    struct key_words *key;
};

/* A nested domain block that was bound and that nothing had to be said of.  */
struct known_domain {
    const struct braces *block;
    const struct words *words;
    uint8_t copied;
    bool uses;                   /* policies, which may hold ranges */
    uint32_t lo;                 /* where it stood */
    const struct domain *domain;
    struct fold *fold;           /* its lines; NULL until it stands again */
};

enum { BRACES = 4 }; /* so many unknown words does a brace count for */

enum { N_KNOWN = 256, N_KNOWN_WORDS = 256, N_KNOWN_DOMAINS = 64 }; /* powers of two */

struct bind {
    struct program *program;
    struct model *model;
    struct arena *arena;
    struct diags *diags;
    const struct dict *dict;
    struct env env;
    bool shared;               /* outside of host blocks, while there are some */
    struct map words[N_KINDS]; /* word to struct attr */
    struct known *known;       /* N_KNOWN of them, by the address of the words */
    struct known_word *known_words; /* N_KNOWN_WORDS of them, by letters of the word */
    struct known_domain *known_domains; /* N_KNOWN_DOMAINS of them, by that of the block */
    struct map statements;     /* word to struct statement */
    const struct statement *usual; /* the one that was met last */
    struct str usual_domain;   /* a good name of a domain: the last one */
    struct str above_host;     /* two labels or more behind the first one of a good host */
    uint32_t unknown;          /* place of the word that was unknown last */
    size_t n_strangers;        /* words that nobody knows, in a configuration that is read */
    struct diag *broken;       /* about the beginning of a pattern, just before */
};

/* Whose word it is: of the topology language, of PowerMTA, or of both.  */
enum whose { WHOSE_OURS = 1, WHOSE_THEIRS = 2, WHOSE_BOTH = 3 };

typedef void stmt_fn(struct bind *, const struct stmt *);
typedef void attr_fn(struct bind *, struct block *, const struct stmt *, struct args);

struct attr {
    struct str word;
    enum kind kind;
    enum whose whose;
    attr_fn *bind;
    bool many;
    const char *syntax;
    unsigned index; /* in its kind */
    bool path;      /* its value is a path that stands alone */
};

/* bind.c */
/* What 's' is in 'block': one of our words, or a directive of one of its targets, or neither.  */
struct known *bind_know(struct bind *, const struct block *, const struct stmt *s);
/* What stands in the block of 'parent'.  */
void bind_body(struct bind *, struct block *, const struct stmt *parent);
/* Sets up 'o' as declared by 's' under 'name' and enters it; false where it was reported.  */
bool bind_declare(struct bind *, struct object *o, enum kind, enum kind space, struct arg name,
                  const struct stmt *s);
/* Reports 'expected WORD SYNTAX' unless 's' has 'min' to 'max' values behind its keyword.  */
bool bind_shape(struct bind *, const struct stmt *s, struct args, uint32_t min, uint32_t max,
                const char *syntax);
bool bind_no_block(struct bind *, const struct stmt *s);
/* A comma joins the line of 's' with a word of the next one, which was meant to begin a statement:
   reports it and returns true.  */
bool bind_runs_on(struct bind *, struct block *, const struct stmt *s);
/* 's' has a header and a block; else reports 'expected WORD SYNTAX'.  */
bool bind_needs_block(struct bind *, const struct stmt *s, const char *syntax);
void bind_use(struct bind *, struct block *, struct arg name);

/* bind-line.c */
/* The directive of 'scope' that 's' is, or NULL.  */
const struct directive *bind_directive_of(struct bind *, const struct stmt *s, enum scope);
/* Binds 's' as a directive of one of the block's scopes, or reports what it is instead.  */
void bind_directive(struct bind *, struct block *, const struct stmt *s);
/* A line with directive 'dir' as 'target' says, from values that were checked.  */
struct line *bind_make_line(struct bind *, enum target, const struct arg *args, uint32_t n,
                            struct span span);
/* Checks the values against the directive's type and reports; marks the line bad.  */
bool bind_check_value(struct bind *, struct line *);
/* The same, and whether the directive is good for the target version and current.  */
void bind_check_line(struct bind *, struct line *);
/* Adds 'line' unless it repeats another, which is reported.  */
void bind_add_line(struct bind *, struct block *, struct lines *, struct line *);
/* The statement 's' is no word of this place: says why, and what comes near.  */
void bind_unknown(struct bind *, struct block *, const struct stmt *s);
/* Hides what may be a secret in a statement that nobody understands, where 'meant' is the nearest
   word that somebody does.  Returns what may be shown of its first word.  */
struct str bind_hide_unknown(struct bind *, const struct block *, const struct stmt *s,
                             struct str meant);
/* 'word' is, or was meant as, one that takes a secret.  */
bool bind_takes_secret(struct bind *, struct str word);

/* bind-pattern.c */
/* Reports the patterns of 'line' that do not compile or hold a '#'; marks the line bad.  */
void bind_check_patterns(struct bind *, struct line *);
/* What stands at 'word', in a place for a pattern, is the beginning of one, and the rest of it is
   in a comment behind 'line': reports it and returns true.  */
bool bind_is_cut(struct bind *, struct span word, struct span line);

/* bind-value.c: values with checks of their own */
bool bind_cidr(struct bind *, struct arg, struct cidr *);
/* A prefix that stands for a network: host bits are reported.  */
bool bind_network(struct bind *, struct arg, struct cidr *);
void bind_host_bits(struct bind *, struct arg, const struct cidr *);
bool bind_endpoint(struct bind *, struct arg, struct cidr *, uint16_t *port);
bool bind_host(struct bind *, struct arg *);
bool bind_domain_name(struct bind *, struct arg *, bool pattern);
bool bind_selector(struct bind *, struct arg);
bool bind_name(struct bind *, struct arg, bool user);
struct ref bind_ref(struct bind *, struct arg, const struct stmt *s);
struct secret bind_secret(struct bind *, const struct stmt *s, struct arg);

/* What variables in 'text', which is a secret, bring in is as secret as that, wherever else they
   are used.  Returns whether there are any.  */
bool bind_hide_variables(struct bind *, struct str text);
struct str bind_lower(struct bind *, struct str);
void bind_prefixes(struct bind *, struct prefixes *, struct args, uint32_t from);

/* The file itself as a block: its directives are PowerMTA's global ones.  */
struct block bind_top_block(struct bind *);

/* bind-whole.c */
/* Decides whether a configuration that was read is a whole one.  */
void bind_judge_whole(struct model *);

/* bind-stranger.c */
/* The statement 's' of a configuration that was read is no directive of this place: says why, and
   keeps it as it is written.  */
void bind_stranger(struct bind *, struct block *, const struct stmt *s);
/* The line stays as it is written, and says nothing to anybody.  */
bool bind_is_kept(const struct line *);
/* 's' stays a line as it is written; with 'secret' its values are never shown.  */
void bind_keep(struct bind *, struct block *, const struct stmt *s, bool secret);
/* What a placeholder stands in was never filled in: reports that and returns true.  For values of
   a configuration that was read, which are wrong anyway.  */
bool bind_is_template(struct bind *, struct arg);
/* Value 'which' of 'line', which was read, does not fit, and PowerMTA may take it all the same:
   reports that as a warning and returns true.  */
bool bind_is_odd(struct bind *, struct line *, size_t which);
/* Says once of what was read that much of it is invented.  */
void bind_judge_strangers(struct bind *);

/* bind-declare.c and bind-attr.c: one function for each word of kinds.def */
#define KIND(...)
#define READING(...)
#define STATEMENT(WORD, WHOSE, FUNCTION, ...) stmt_fn stmt_##FUNCTION;
#define ATTR(BLOCK, WORD, WHOSE, FUNCTION, ...) attr_fn attr_##FUNCTION;
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
/* One good value stands behind the keyword of 's'; else it is reported.  */
bool bind_one(struct bind *, const struct stmt *s, struct args, const char *syntax);
/* Binds a 'tls' statement of the given direction, with 'identity' perhaps naming one.  */
void bind_tls(struct bind *, struct block *, const struct stmt *s, struct args, struct tls_use *,
              bool inbound, bool identity);

/* bind-outbound.c */
/* The key that the words of 's' made before, once more.  */
void bind_key_again(struct bind *, struct block *, const struct stmt *s, const struct known *);
void bind_domain(struct bind *, struct domains *, const struct stmt *s, uint8_t copied);
/* 's', in a pool, is a list of members.  */
bool attr_is_member(struct bind *, const struct stmt *s);
void attr_pool_members(struct bind *, struct block *, const struct stmt *s);
void bind_origin(struct bind *, struct origins *, const struct stmt *s, struct args);
void bind_domain_key(struct bind *, struct keys *, struct args);

/* bind-section.c */
struct section_body *bind_section(struct bind *, enum scope, const struct stmt *s,
                                  enum scope parent);

#endif
