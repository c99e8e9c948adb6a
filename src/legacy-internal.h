/* legacy-internal.h - what the files of the room 'legacy' share.

   legacy-text.c makes values, legacy-option.c reads the block of options and cuts its templates,
   legacy-block.c makes statements, legacy-row.c says what a row becomes, legacy-sender.c who has
   mail leave by what, legacy.c begins and ends.  Always true: statements are in 'tree', the
   texts in them are in 'arena'; what is only known while rows are lowered is in 'scratch'.  */

#ifndef PMTAC_LEGACY_INTERNAL_H
#define PMTAC_LEGACY_INTERNAL_H

#include "legacy.h"

enum {
    NAME_LIMIT = 64, /* bytes of an object's name */
    LENGTHS = 256    /* keywords of rows below that length are shared */
};

/* The parts of a row, by what they are and not by where they stand.  */
enum part {
#define FIELD(ID, WORD) PART_##ID,
#include "../grammar/legacy.def"
    N_PARTS
};

enum option {
#define OPTION(ID, ...) OPTION_##ID,
#include "../grammar/legacy.def"
    N_OPTIONS
};

enum made {
#define MADE(ID, WORD) MADE_##ID,
#include "../grammar/legacy.def"
    N_MADE
};

/* A field and its place.  */
struct piece {
    struct str text;
    struct span span;
};

/* A row with its parts under their names.  */
struct entry {
    const struct rows *rows;
    const struct row *row;
    struct piece part[N_PARTS]; /* 'address' is what mail leaves by; lower case except vmta */
    struct piece client;        /* the address that is listened on */
    struct piece selector;      /* as written */
};

/* A statement whose block still grows.  */
struct made_block {
    struct stmt *stmt;
    struct braces *braces;
    struct stmts body;
    struct piece name;
};

/* Who has its mail leave by something: a listener or a user.  Several VMTAs make a pool.  */
struct sender {
    struct made_block block;
    const struct row *row; /* the first one */
    struct str client;     /* of a listener: its address, as the first row says it */
    struct str endpoint;   /* of a listener: ADDR:PORT */
    struct str password;   /* of a user */
    bool pools;
    struct map vmtas; /* name to the row that said so; without a pool no more than two */
    size_t n_settled; /* VMTAs that earlier inputs had */
    unsigned input;   /* the last one that has a row for it */
};

struct vmta {
    struct made_block block;
    enum row_shape shape;
    bool alone;              /* one row is about it */
    unsigned input;          /* the last one with a client-delivery row for it */
    const struct rows *rows; /* of its first row */
    const struct row *row;
};

/* A key that was stated: of a selector in lower case.  */
struct stated {
    struct str selector, file;
    unsigned input;            /* the first one with such a row */
    const struct words *words; /* of the last 'sign' for it, and its row; NULL: none */
    const struct row *row;
    struct stated *next;
};

enum { FEW_KEYS = 8 }; /* of a domain, that are sooner walked than looked up */

struct domain {
    struct made_block block;
    struct str selector;   /* the first one */
    bool several;          /* there are others */
    bool plain;            /* its name can be a word for itself, and is as its first row has it */
    struct stated *stated; /* FEW_KEYS of them at most; others are in 'seen' */
    unsigned n_stated;
};

/* A VMTA of client-delivery rows of an input, and the first of them.  */
struct delivery {
    const struct vmta *vmta;
    const struct row *row;
};

/* A 'sign' statement without words: it has to name its selector where the domain has several, which
   is known at the end.  */
struct signature {
    struct stmt *stmt;
    const struct domain *domain;
    struct stated *key; /* NULL: not known */
    const struct rows *rows;
    const struct row *row;
};

/* Text in the making: fields and templates, a string if it cannot be a word.  One at a time.  */
struct text {
    struct buf raw;    /* what it says, as a word */
    struct buf quoted; /* the same, as it stands between quotes, once that is something else */
    bool string, differs;
};

/* A piece of a template: text, or the part of a row.  */
struct cut {
    struct str raw, quoted;
    enum part part; /* N_PARTS: none */
};

/* A value of the block of options, ready to be filled in.  */
struct template
{
    struct value value; /* as written */
    VEC(struct cut) cuts;
    unsigned parts; /* of rows, that it has: a bit for each */
    bool plain;     /* a word with nothing in it that is expanded later */
};

/* Words that stand for whole rows of one length.  */
struct keywords {
    struct value word[N_MADE];
    const struct words *tls_none;
};

struct legacy {
    struct arena *arena, *tree, *scratch;
    struct diags *diags;
    unsigned char class[256]; /* of bytes: CLASS_ODD, CLASS_UPPER */
    struct keywords *keywords[LENGTHS];
    struct text text;
    struct buf key;

    /* Of all inputs.  */
    struct map seen; /* facts that were stated, by a key made of their words */
    struct map identity_names, identities, domains, users, listeners, vmtas;
    struct map taken;       /* names that were made for VMTAs and pools, to the next number */
    struct map submissions; /* hostname and address to the name of a VMTA */
    VEC(struct signature) signatures;
    struct sender *local;
    struct domain *usual;  /* of the row before */
    struct stated *stated; /* of this row; NULL: not among those of its domain that are walked */
    unsigned input;        /* counts from 1 */

    /* Of this input.  */
    const struct rows *rows;
    struct ast_file *out;
    struct str plain; /* the row that is lowered, if no byte of it is of a class */
    struct template option[N_OPTIONS];
    VEC(struct stmt *) block_users;
    VEC(struct sender *) senders;
    VEC(struct delivery) deliveries;
};

/* Values.  */

enum { CLASS_ODD = 1, CLASS_UPPER = 2 }; /* a byte no word can have for itself; a capital */

void legacy_text_init(struct legacy *);

/* The next texts are slices of 'row': most rows hold nothing odd, and are looked at once.  */
void legacy_look_at(struct legacy *, const struct row *row);

/* The word 'id'.  */
struct str legacy_word(enum made id);

/* The same as a value that stands for the whole of 'row'.  */
struct value legacy_keyword(struct legacy *, enum made id, const struct row *row);

/* The words 'tls none' for 'row', whose place is the statement's own.  */
const struct words *legacy_tls_none(struct legacy *, const struct row *row);

/* The value that says 'piece' and nothing else.  */
struct value legacy_literal(struct legacy *, struct piece piece);

/* The same for one that is written so and plain.  */
static inline struct value legacy_slice(struct piece piece)
{
    return (
        struct value){ .p = piece.text.p, .lo = piece.span.lo, .len = piece.text.n & 0xffffffu };
}

/* The same, made, whatever it says.  */
struct value legacy_literal_made(struct legacy *, struct piece piece);

/* An empty text; what the last one held is gone.  */
struct text *legacy_text(struct legacy *);
/* Appends 's', which stands for itself.  */
void legacy_text_put(struct legacy *, struct text *, struct str s);
/* Appends the option 'id' as it is for a row; other variables than its fields stay.  */
void legacy_text_option(struct legacy *, struct text *, enum option id, const struct entry *);
/* As it stands between quotes.  */
struct str legacy_text_quoted(const struct text *);
/* What it says, and the value that says it.  */
struct str legacy_text_str(const struct text *);
struct value legacy_text_value(struct legacy *, const struct text *, struct span span);

/* Cuts the value of an option into pieces.  'v' lives as long as the template.  */
struct template legacy_template(struct legacy *, struct value v);

/* Reports that the option 'id' is too long for a row, if it is.  */
bool legacy_fits(struct legacy *, const struct text *, enum option id, struct span span);

/* The value that says 't', which is the option 'id' for a row.  Its place is 'span'.  */
struct value legacy_option_value(struct legacy *, const struct text *t, enum option id,
                                 struct span span);

/* The option 'id' as it is for a row.  Its place is 'span'.  */
struct value legacy_option(struct legacy *, enum option id, const struct entry *, struct span span);

/* 's' in lower case: itself where it is.  */
struct str legacy_lower_case(struct legacy *, struct str s);

/* 's' with what names of objects do not have replaced, and not too long.  */
struct str legacy_name(struct legacy *, struct str s);

/* 'a' and 'b' with 'between'.  */
struct str legacy_joined(struct legacy *, struct str a, const char *between, struct str b);

/* 'name', or if 'taken' or 'others' (NULL: none) has it, the same with a number.  It is taken from
   now on.  */
struct str legacy_free_name(struct legacy *, struct map *taken, const struct map *others,
                            struct str name);

/* Says whether this is the first time that a statement 'what' says 'a' and 'b' in the block of
   'of'.  */
bool legacy_first_time(struct legacy *, enum made what, const void *of, struct str a, struct str b);

/* Statements.  */

/* Appends a statement of 'n' values, whose places are their own.  */
void legacy_add(struct legacy *, struct made_block *, const struct value *, uint32_t n);

#define LEGACY_ADD(L, BLOCK, ...)                                                                  \
    legacy_add(L, BLOCK, (const struct value[]){ __VA_ARGS__ },                                    \
               (uint32_t)(sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)))

/* Appends 'words', whose places count from 'lo'; NULL: they are made later.  */
struct stmt *legacy_add_words(struct legacy *, struct made_block *, const struct words *,
                              uint32_t lo);

/* Takes the last statement away.  */
void legacy_drop_last(struct made_block *);

/* A new block at the top of the file: KIND NAME [ARGUMENT] { }.  */
struct made_block legacy_block(struct legacy *, const struct row *row, enum made kind,
                               struct piece name, const struct value *argument);

/* Options.  */

/* Reads the block 'legacy PATH { ... }' (NULL: none) and reports what it cannot mean.  */
void legacy_options(struct legacy *, const struct stmt *block);

/* Rows.  */

/* Makes the statements of a row of this input.  */
void legacy_row(struct legacy *, const struct row *row);

/* Completes a 'sign' statement.  Where another one reads the same at the same place of its row they
   share their words.  */
void legacy_sign(struct legacy *, const struct signature *);

/* The address in its one spelling, so that two of them are seen to be one.  */
struct str legacy_canonical(struct legacy *, struct str address);

/* Senders.  */

/* A sender with a row in this input is to be finished behind it.  */
void legacy_sender_note(struct legacy *, struct sender *);

/* Mail of 'sender' leaves by the VMTA 'name', as 'row' says.  */
void legacy_sender_by(struct sender *sender, struct str name, const struct row *row);

/* Says by what the mail of 'sender' leaves, when all rows of an input are known.  */
void legacy_sender_finish(struct legacy *, struct sender *sender);

/* The field of a row that says which VMTA it is, saying 'name'.  */
struct piece legacy_via(struct str name, const struct row *row);

#endif
