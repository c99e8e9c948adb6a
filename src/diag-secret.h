/* diag-secret.h - what no message may show.

   Inside of the room.  Three things say that a text is a secret: who understood the statement
   registered it; it stands where secrets stand, told by the words of its line (diag-mask.c) or the
   columns of its row (diag-row.c), although nobody understood the statement; or it looks like one,
   as no name does (diag-looks.c).  Always true: what is hidden in a line is hidden in each message
   about it, whatever its format; a word of the tables is shown, whoever took it for a password,
   unless it stands in a password's place, so that messages stay legible.  */

#ifndef PMTAC_DIAG_SECRET_H
#define PMTAC_DIAG_SECRET_H

#include "diag.h"

/* Bytes of a line that are hidden.  */
struct mask {
    size_t lo, hi;
};

/* A line that a message is about.  */
struct masked_line {
    const struct source *source;
    struct str text;
    uint32_t base, number;
    VEC(struct mask) masks; /* sorted, apart from each other */
};

/* The line of position 'at', looked through once for all messages about it; NULL for nowhere.  */
const struct masked_line *masked_line(struct diags *, uint32_t at);

/* The length of what is to be hidden at byte 'at' of 'line', for whatever reason; else 0.  */
size_t hidden_at(struct diags *, const struct masked_line *line, size_t at);

/* Makes what was registered by its text known to the functions below; or 'text', which is a secret
   by its place.  */
void index_secrets(struct diags *);
void index_secret(struct diags *, struct str text);

/* 'text', said of 'span', with asterisks for what is to be hidden.  */
struct str hide_in_text(struct diags *, struct span span, struct str text);

/* Adds what is to be hidden in 'line' by the words in it, or by its columns where it is a row.  */
void mask_words(struct diags *, struct masked_line *line);
void mask_row(struct diags *, struct masked_line *line);

/* Hides bytes 'lo' to 'hi', which no mask before reaches beyond.  */
void mask_add(struct diags *, struct masked_line *line, size_t lo, size_t hi);

/* 'word' is one of the tables.  */
bool is_known_word(struct diags *, struct str word);

/* 'word', which stands in quotes although plain words need none, looks like a secret: it is long,
   or of letters and digits.  */
bool looks_quoted_secret(struct str word);

/* Capitals and digits without '.' and '-', or a user with more behind him: no name of a VMTA.  */
bool is_no_name(struct str field);

/* The length of what looks like a secret at byte 'at' of 'text', where a piece of a word begins
   that letters and digits take turns in as in no name, or a login or a query of an address; else 0.
 */
size_t secret_by_looks(struct str text, size_t at);

#endif
