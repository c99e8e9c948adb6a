/* raise-internal.h - what the files of 'raise' share.  Nobody else includes it.

   A configuration as statements that can be moved, with the comments that belong to each.  */

#ifndef PMTAC_RAISE_INTERNAL_H
#define PMTAC_RAISE_INTERNAL_H

#include "defaults.h"
#include "lower.h"
#include "raise.h"

/* One value.  */
struct word {
    struct str text;
    bool joined;  /* by a comma to the one before it */
    bool pattern; /* between slashes; 'text' is without them */
    bool secret;  /* stands in the file, and must never be read as a reference */
    bool spelled; /* as the topology spells it: ranges in it are meant */
};

struct remark {
    struct str text; /* from '#' on */
    bool blank;      /* an empty line stands above it */
};

typedef VEC(struct remark) remarks;

struct node;
typedef VEC(struct node *) nodes;

/* A statement.  */
struct node {
    struct word *words;
    uint32_t n_words;
    nodes kids;
    remarks above, end; /* comments: above it, and at the end of its block */
    struct str beside;  /* on its line, or behind the opening brace */
    struct str behind;  /* behind the closing brace */
    enum scope scope;   /* of a block: its own; of a line: the section that it stands in */
    enum kind kind;     /* of the topology; KIND_top for PowerMTA's own */
    const struct directive *dir; /* of a line that is one, else NULL */
    const struct node *from; /* the source that it stood in, where several ask for that, or NULL */
    nodes fore;              /* declarations that were made for it */
    uint32_t lo, hi;         /* where it was read; 'hi' 0: it was made */
    struct raise *raise;
    bool block;
    bool blank; /* an empty line stands above it */
    bool gone;  /* something else says it now */
};

struct raise {
    const struct program *program;
    const struct model *m;
    struct arena *arena;
    struct raised *out;
    const place_list *refuse; /* places of statements that a topology cannot say */
    bool keep_secrets;
    nodes top;
    struct defaults defaults;
    place_list accepted;           /* what PowerMTA is told, sorted */
    struct map names[N_KINDS]; /* of what was raised, to numbers; sources count as listeners */
    struct map variables;      /* of the environment: name to struct raise_secret */
    struct map sources;        /* named ones: name to struct node */
    struct map asked;          /* their names to how many ask for them */
    struct map vmtas;          /* names of those that stay to struct node */
    bool relay_client;         /* some clients may relay by their address */
    struct map keys;           /* "domain" to struct node: a dkim block */
    struct map identities;     /* what they say to tls blocks */
    bool signs_all;            /* all mail is signed for which there is a key */
};

/* raise-tree.c */
/* Fills r->top from what was read.  */
void raise_read(struct raise *);
/* A statement of one word.  */
struct node *raise_node(struct raise *, const char *word);
/* Adds a word to it.  */
void raise_word(struct node *, struct str text);
/* Comments of 'from' go above 'to'.  */
void raise_remarks(struct node *to, const struct node *from);
/* Removes what is gone from the list.  */
void raise_sweep(nodes *);
/* The line of 'dir' in 'list', or NULL.  */
struct node *raise_line(const nodes *, const struct directive *dir);
/* The values behind the keyword as arguments.  */
struct arg *raise_args(const struct node *);
/* The values of the line in their one spelling.  */
struct str raise_value(struct raise *, const struct node *line);
/* The line says what the row does.  */
bool raise_says(struct raise *, const struct node *line, const struct lower_row *);
/* What the row says changes nothing, wherever it is said.  */
bool raise_is_idle(struct raise *, const struct lower_row *);
/* Both are written in the same words, blocks included.  */
bool raise_same(const struct node *, const struct node *);
/* 'text', or with a number behind it, which none of 'kind' is called yet; entered there.  */
struct str raise_name(struct raise *, enum kind, struct str text);
/* What a name may hold out of 'text'.  */
struct str raise_clean(struct raise *, struct str text);
/* It holds comments, here or in its block.  */
bool raise_speaks(const struct node *);

/* raise-print.c */
void raise_print(const struct raise *, struct buf *);
/* One statement as a text that is the same for the same, without comments.  */
struct str raise_text(const struct node *, struct arena *);
/* The same of many.  */
struct str raise_texts(const nodes *, struct arena *);

/* raise-word.c: raise.def */
enum raise_call {
#define RAISED(...)
#define UNSAID(...)
#define RENAMED(...)
#define STATED(...)
#define PORT(...)
#define CALLED(ID, TEXT) CALL_##ID,
#include "../grammar/raise.def"
#undef RAISED
#undef UNSAID
#undef RENAMED
#undef STATED
#undef PORT
#undef CALLED
};
struct str raise_called(enum raise_call);
/* What people call the port.  */
struct str raise_port(struct raise *, uint16_t port);
/* The kind that the section is in a topology; KIND_top where it is PowerMTA's own.  */
enum kind raise_kind(enum scope);
/* Puts the words that raise.def has for a block of 'kind' in the place of lines of 'list'.  */
void raise_words(struct raise *, enum kind, nodes *list);

/* The language has a word of that name in a block of 'kind'.  */
bool raise_is_word(enum kind, struct str word);
/* The line may stand once in a block of 'kind', so that its place there means nothing.  */
bool raise_is_single(enum kind, const struct node *line);
/* The directive has a name of its own in a block of 'kind'.  */
bool raise_has_name(const struct raise *, enum kind, const struct directive *);
/* The statement is what the rows 'group' became in a block of 'kind'.  */
bool raise_is_group(const struct node *statement, enum kind, enum lower group);
/* The statement of 'list' that begins with 'word' and is no directive, or NULL.  */
struct node *raise_said(const nodes *, const char *word);

/* raise-tls.c */
/* What 'listener' shows becomes an identity of its own behind the word 'tls', if it says that.  */
void raise_identity(struct raise *, struct node *listener);

/* One pass for each kind of thing.  */
void raise_listeners(struct raise *);
void raise_users(struct raise *);
void raise_clients(struct raise *);
void raise_vmtas(struct raise *);
void raise_domains(struct raise *);
void raise_ranges(struct raise *);
void raise_policies(struct raise *);

/* raise-source.c */
/* The named source that 'name' asks for, if its lines may stand elsewhere; else NULL.  */
struct node *raise_source(struct raise *, struct str name);
/* Adds what 'source' says to 'to', with its comments where nobody else asks for it any more: then
   it is gone.  */
void raise_inline(struct raise *, struct node *to, struct node *source);
/* One of those that asked for 'source' does so no more.  */
void raise_release(struct raise *, const struct node *source);
/* The statement is a user of a source that stays a section of its own.  */
bool raise_keeps_source(struct raise *, const struct node *);
/* The name of the source that a listener or user asks for; empty: none.  */
struct str raise_asked(const struct raise *, const struct node *);
#endif
