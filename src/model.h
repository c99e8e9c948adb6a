/* model.h - what a topology means, for one host.

   Typed objects, one kind for each thing an operator speaks of.  'bind' fills them from the tree,
   'resolve' links their names, 'verify' judges them and changes nothing, 'plan' makes PowerMTA's
   sections out of them.  An object written by PowerMTA's own tag is the same object.

   Always true: lists are in the order of declaration; a part whose text was reported is marked
   'bad', and whoever meets it stays silent; every part has the place of the text that caused it;
   nothing here points into a container that moves.  */

#ifndef PMTAC_MODEL_H
#define PMTAC_MODEL_H

#include "ast.h"
#include "dict.h"

/* The directives of target.def.  */
enum target {
#define TARGET(ID, ...) TARGET_##ID,
#include "../grammar/target.def"
#undef TARGET
    N_TARGETS
};

/* Kinds of block, one per row KIND of kinds.def.  */
enum kind {
#define KIND(ID, ...) KIND_##ID,
#define READING(...)
#define STATEMENT(...)
#define ATTR(...)
#include "../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
    N_KINDS
};

/* What every object has.  */
struct object {
    struct str name;
    const struct stmt *stmt; /* the statement that declares it; gone when all is bound */
    struct span span;        /* of the name */
    enum kind kind;
    bool bad;
    bool made;   /* out of rows */
    bool used;   /* something refers to it */
    bool shared; /* declared outside of host blocks in a file that has some */
};

struct ref;

/* A PowerMTA directive with its values.  Lines that say the same may share it, so places count from
   the line's own: 'line_span' knows them.  */
struct setting {
    const struct directive *dir;
    struct arg *args;
    uint32_t n_args;
    uint32_t size;               /* from keyword to last value, in bytes of source text */
    struct section_body *nested; /* the block behind a pattern line */
    const char *lost;            /* lines made from words: what a target without it lacks */
};

struct line {
    struct setting *what;
    struct line *next;
    uint32_t lo;                 /* place of the keyword */
    bool bad;
    uint8_t copied;              /* policies deep: 0 for what was written in the block itself */
};

/* Lines that stand in many places, with the places of one of them.  */
struct fold {
    struct arena *arena;
    struct line *first;
    bool linked;                 /* set by resolve: nothing had to be said of them */
};

/* Those of a domain that reads like one before are folded until somebody looks at one, as nobody
   does for most: walk them from 'lines_first' on.  */
struct lines {
    struct line *made;           /* the first of them; NULL while they are folded */
    union {
        struct line *last;
        struct fold *fold;
    };
    uint64_t some;               /* a bit for each directive; several share one */
    uint32_t by;                 /* folded: as many bytes behind the places in 'fold' */
    bool folded;
};

/* A name that stands for an object.  */
struct ref {
    struct str name;
    struct span span;
    struct object *to;       /* set by resolve; NULL: unknown, reserved or not on this host */
    uint32_t line;           /* members of a pool: place of the line that names them */
    bool alone;              /* ... which has no other value */
    bool bad;
    struct ref *next;
};

struct refs {
    struct ref *first, *last;
};

/* A secret: never shown, read from its place only when something is built.  */
enum secret_kind { SECRET_NONE, SECRET_INLINE, SECRET_ENV, SECRET_FILE };

struct secret {
    enum secret_kind kind;
    struct arg arg;  /* as written: the secret itself, a variable's name, a path */
    struct str text; /* itself, once it is known */
    bool known;
};

/* Words behind 'tls'.  */
enum tls_word {
    TLS_UNSET,
#define TLS_WORD(ID, ...) TLS_##ID,
#include "../grammar/tls.def"
#undef TLS_WORD
    N_TLS_WORDS
};

struct tls_use {
    uint8_t word;         /* enum tls_word */
    bool copied;
    bool bad;             /* what was written here has been reported */
    struct span span;     /* of the word */
    struct ref *identity; /* NULL: none given */
};

/* The identity that 'use' names; its name is empty where there is none.  */
static inline const struct ref *tls_identity(const struct tls_use *use)
{
    static const struct ref none;
    return use->identity ? use->identity : &none;
}

/* Protocols from the oldest: 1.0, 1.1, 1.2, 1.3.  */
enum { N_PROTOCOLS = 4 };

struct tls {
    struct object object;
    struct arg certificate, ciphers, suites, ca, dh_bits; /* text empty: not given */
    struct secret password;                               /* of the certificate's key */
    int minimum; /* 0 unset, else 1..4: index + 1 of the oldest protocol allowed */
    struct span minimum_span;
};

enum selector_state { SELECTOR_SIGNING, SELECTOR_PUBLISHED, SELECTOR_RETIRED };

struct selector {
    struct arg name, file;
    enum selector_state state;
    struct dkim *dkim;
    bool bad, used;
    struct selector *next;
};

struct dkim {
    struct object object; /* name: the domain, "*" for any */
    struct selector *selectors, *last_selector;
    struct selector *signing; /* the first that signs, or NULL */
    struct map *index;        /* of selectors by name, once they are many */
    unsigned n_selectors;     /* without an index */
};

/* What is said of a key, by 'sign' or by a 'domain-key' line.  Places count from the key's own;
   selector and file of a 'sign' are set by resolve, with the places where they are declared.  */
struct key_words {
    struct arg domain, selector, file;
    uint32_t size;               /* in bytes of source text */
    bool by_sign;
    bool linked;                 /* set by resolve: the selector was found and is good */
};

/* A key that a VMTA, a pool or the server signs with.  Keys that read the same may share words.  */
struct key {
    struct key_words *what;
    struct key *next;
    uint32_t lo;                 /* place of the keyword */
    bool bad;
};

struct keys {
    struct key *first, *last;
};

/* One source address of a VMTA.  */
struct origin {
    struct cidr cidr;
    bool bad_address, bad_host;
    uint32_t lo;                 /* place of the keyword */
    struct origin *next;
    struct arg address, host;
};

/* From keyword to hostname.  */
static inline struct span origin_span(const struct origin *o)
{
    return (struct span){ o->lo, o->host.span.hi };
}

struct origins {
    struct origin *first, *last;
};

/* What was noted of all sources while they were bound, so that a check which none of them concerns
   need not look at each.  Fleets are mostly written in order.  */
struct origins_noted {
    bool odd;                    /* some were reported, are prefixes, or are not public */
    bool unordered;              /* one is not above the one before it, so some may be the same */
    bool names_unordered;        /* the same of hostnames, of which shorter ones come first */
    struct addr lowest, highest; /* of those that are not odd; family 0: there are none */
    struct str name;             /* the last one */
    VEC(struct str) above;       /* what stands behind the first label of hostnames, seldom twice */
};

/* How to treat a destination.  */
struct domain {
    struct str pattern;
    struct span span; /* of the pattern */
    struct tls_use tls;
    struct lines lines;
    bool bad;
    bool copied;
    const struct braces *block;  /* all that it was bound from, where that is one plain block */
    struct domain *next;
};

struct domains {
    struct domain *first, *last;
    struct map *index;           /* by pattern, once they are many */
};

/* What few VMTAs say.  */
struct extras {
    struct refs colds;
    struct tls_use tls;
    struct lines lines;
};

struct vmta {
    struct object object;
    struct origins origins;
    struct keys keys;
    struct domains domains;
    struct refs pools; /* set by resolve: the pools it is a member of */
    struct extras *extras; /* NULL: it says none of that */
    const struct station *station; /* how it signs; set by coverage where there are keys */
};

/* Those of 'v', which may all be empty.  */
static inline const struct extras *vmta_extras(const struct vmta *v)
{
    static const struct extras none;
    return v->extras ? v->extras : &none;
}

struct pool {
    struct object object;
    struct refs members;
    bool twice; /* set by resolve: some member may stand twice */
    struct keys keys;
    struct refs colds;
    struct tls_use tls;
    struct domains domains;
    struct lines lines;
    const struct common *common; /* its keys; set by coverage where there are keys */
};

enum auth { AUTH_UNSET, AUTH_NONE, AUTH_OPTIONAL, AUTH_REQUIRED };

/* An address prefix as written.  */
struct prefix {
    struct cidr cidr;
    struct span span;
    bool bad;
    struct prefix *next;
};

struct prefixes {
    struct prefix *first, *last;
};

struct endpoint {
    struct cidr cidr;
    uint16_t port;
    struct arg arg;
    bool bad;
    struct endpoint *next;
};

struct listener {
    struct object object; /* written at full length: the name is the address */
    bool written;         /* by PowerMTA's own tag or line: only what is written is emitted */
    struct endpoint *endpoints, *last_endpoint;
    struct tls_use tls;
    enum auth auth;
    struct span auth_span;
    struct prefixes allow;
    struct ref via;            /* name empty: none */
    struct lines lines;        /* of <smtp-listener> */
    struct lines source_lines; /* of <source> */
    struct ref source;         /* written only: the source that it names */
    const struct lines *effective; /* of its source in the end; set by inbound */
};

/* Inbound rules by the client's address.  */
struct client {
    struct object object;
    struct prefixes prefixes;
    int relay; /* -1 unset, 0 no, 1 yes */
    struct span relay_span;
    enum auth auth;
    struct span auth_span;
    struct tls_use tls;
    struct ref via;
    struct lines lines;
};

/* <source> written at full length: by address or by name.  */
struct source_rule {
    struct object object; /* name: as written */
    bool by_address;
    struct cidr cidr;
    bool reserved; /* {auth}, {pickup} and their kind */
    struct ref via;
    struct lines lines;
    struct lines *effective; /* by name: all that it says in the end; set by inbound */
};

struct user {
    struct object object;
    bool written;
    struct secret password;
    struct arg certificate;
    struct ref via;
    struct ref source; /* written only */
    struct prefixes allow;
    struct lines lines;        /* of <smtp-user> */
    struct lines source_lines; /* of <source> */
    const struct lines *effective; /* of his source in the end; set by inbound */
};

struct policy {
    struct object object;
    bool open; /* being copied: a policy that uses itself */
};

/* What stands in any other section.  */
struct section_body {
    enum scope scope;
    struct arg arg;   /* text empty: none */
    struct span span; /* of the tag */
    struct lines lines;
    struct section_body *children; /* sections inside, in order */
    struct section_body *next;
    struct object object; /* for the name spaces of lists */
};

struct inbound;
struct relay;
struct coverage;
struct station;
struct common;

/* All of one host.  */
struct model {
    struct arena *arena;
    struct arena *scratch; /* for what a check needs while it looks */
    struct diags *diags;
    const struct dict *dict;
    const struct directive *const *target; /* N_TARGETS of them, the same for all hosts */
    bool *said;  /* for each directive, by its index: it is written somewhere */
    bool has_colds, has_named_domains, has_required_tls; /* some VMTA, pool or domain has */
    bool has_domain_keys;        /* the same, as PowerMTA writes them */
    struct origins_noted noted;
    int version; /* PMTA_5_0 and its kind */
    bool raw; /* of a configuration of PowerMTA's own: what it says is all there is */
    bool fragment;
    struct str host;   /* "" where there are no host blocks */
    struct span whole; /* first place of the input, for what has none */

    VEC(struct tls *) tls;
    VEC(struct dkim *) dkim;
    VEC(struct listener *) listeners;
    VEC(struct client *) clients;
    VEC(struct source_rule *) sources;
    VEC(struct user *) users;
    VEC(struct vmta *) vmtas;
    VEC(struct pool *) pools;
    VEC(struct section_body *) sections;
    VEC(struct policy *) policies;
    struct domains domains;
    struct lines lines;     /* global directives */
    struct origins origins; /* global smtp-source-host */
    struct keys keys;       /* global domain-key */

    struct map names[N_KINDS];  /* objects of a kind by name; vmtas and pools share KIND_vmta */
    struct map *lists;          /* N_SCOPES of them: named lists (pattern-list ...) by name */
    struct map macros;          /* domain-macro lines by name */
    const struct inbound *inbound; /* what PowerMTA is told about clients; set by inbound */
    const struct relay *relay;     /* who can relay by that; set by relay */
    const struct coverage *coverage; /* which key signs what; set by coverage */
    bool unread;                /* an include of what is read could not be: anything may be there */
    bool foreign_names;         /* names may be defined where we cannot see: 'pmta-include', or
                                   a part of a configuration that is read */
};

/* A line with the 'n' values 'args', which are copied and whose places are absolute.  */
struct line *line_make(struct arena *, const struct directive *, const struct arg *args, uint32_t n,
                       struct span);

/* From keyword to last value.  */
static inline struct span line_span(const struct line *l)
{
    return (struct span){ l->lo, l->lo + l->what->size };
}

/* Where its value 'i' stands.  */
static inline struct span line_arg_span(const struct line *l, uint32_t i)
{
    struct span span = l->what->args[i].span;
    return (struct span){ span.lo + l->lo, span.hi + l->lo };
}

/* Its value 'i', with an absolute place.  */
static inline struct arg line_arg(const struct line *l, uint32_t i)
{
    struct arg arg = l->what->args[i];
    arg.span = line_arg_span(l, i);
    return arg;
}

static inline struct span key_span(const struct key *k)
{
    return (struct span){ k->lo, k->lo + k->what->size };
}

/* 'arg' as it is written in 'k', with an absolute place.  */
static inline struct arg key_written(const struct key *k, struct arg arg)
{
    arg.span.lo += k->lo;
    arg.span.hi += k->lo;
    return arg;
}

/* The same for what resolve sets for 'sign'.  */
static inline struct arg key_linked(const struct key *k, struct arg arg)
{
    return k->what->by_sign ? arg : key_written(k, arg);
}

/* The bit of 'dir' in a set of directives.  */
static inline uint64_t line_bit(const struct directive *dir)
{
    return (uint64_t)1 << ((uintptr_t)dir / sizeof *dir % 64);
}

/* A line with directive 'dir' may be there: 'line_find' is worth its while.  */
static inline bool line_maybe(const struct lines *lines, const struct directive *dir)
{
    return (lines->some & line_bit(dir)) != 0;
}

/* Makes the lines that are folded.  */
void lines_unfold(struct lines *);

/* The first line, or NULL.  */
static inline struct line *lines_first(const struct lines *lines)
{
    if (lines->folded)
        lines_unfold((struct lines *)(uintptr_t)lines);
    return lines->made;
}

struct line *line_find_there(const struct lines *, const struct directive *dir);

/* The lines have the same values, as they are written.  */
bool line_same_values(const struct line *, const struct line *);

/* The line of 'lines' with directive 'dir', the last one where it is repeated, or NULL.  */
static inline struct line *line_find(const struct lines *lines, const struct directive *dir)
{
    return line_maybe(lines, dir) ? line_find_there(lines, dir) : NULL;
}

/* A good boolean value of the line: 1 yes, 0 no; -1 where it has none.  */
int line_switch(const struct line *);

/* The same of the line that 'line_find' finds; -1 where there is none.  */
int line_bool(const struct lines *, const struct directive *dir);

/* What the line says, as one text that is the same for the same: a switch has one spelling.  */
struct str line_value(const struct line *, struct arena *);

/* The directive is written somewhere in the blocks of this host.  What words become does not count.
 */
bool model_says(const struct model *, enum target);

/* The selector of that name, or NULL.  */
struct selector *dkim_selector(const struct dkim *, struct str name);

/* Appends.  */
void dkim_add(struct dkim *, struct selector *, struct arena *);

/* The domain of that pattern, or NULL.  */
struct domain *domain_find(const struct domains *, struct str pattern);

/* Appends.  */
void domains_add(struct domains *, struct domain *, struct arena *);

/* The first value of a line; empty where it is not good.  */
struct str line_word(const struct line *);

/* The level of what is wrong unless a file that is not seen here says more: a note; of a
   configuration that is read nothing is said.  */
enum level model_maybe(const struct model *, enum level);

/* PowerMTA keeps the name for itself: names in braces, and one keyword that stands for a VMTA.  */
bool name_is_reserved(struct str name);

/* A source that PowerMTA itself asks for: a row of reserved.def.  */
bool source_is_own(struct str name);

/* The bytes 'lo' to 'hi' of the pattern 'arg', or all of it where it was not written so.  */
struct span pattern_span(const struct arg *arg, size_t lo, size_t hi);

/* The word of the language for it: "vmta".  */
const char *kind_word(enum kind);

/* Appends.  */
void lines_add(struct lines *, struct line *);

/* Folds a copy of 'lines', which are not folded themselves.  */
struct fold *lines_fold(const struct lines *, struct arena *);

#endif
