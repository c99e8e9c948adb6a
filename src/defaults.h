/* defaults.h - lines that change nothing, for whoever compares two configurations.

   A topology says by itself what a configuration may leave out, and the reverse.  Four rules tell
   which lines change nothing; there is no other reason to leave one out of a comparison:

     widest    a line that says the default (FALLBACK in directives.def) where nothing wider can say
               otherwise: outside of all sections, in <source 0/0>, in the <domain *> of the server
     unopposed a line that says the default in the source of a listener, of a directive for which no
               source of addresses says anything else
     unanimous a line that says the default of a directive of which no line says anything else
     restated  a line in a <domain> that the server's <domain *> says too, of a directive of which
               all lines in <domain> sections say the same

   A directive that only has another name since 4.5 counts as that.

   What the package's own files of defaults say is not known, and does not count.  Always true: what
   has no default in the table is never without effect by the first two.  */

#ifndef PMTAC_DEFAULTS_H
#define PMTAC_DEFAULTS_H

#include "model.h"

enum defaults_place {
    DEFAULTS_WIDEST,
    DEFAULTS_ADDRESS,  /* a source of addresses that is not the widest */
    DEFAULTS_LISTENER, /* the source of a listener */
    DEFAULTS_NESTED    /* all else */
};

/* What all lines say of one directive.  */
struct defaults_use {
    struct str value;  /* of the first one */
    bool some, mixed;  /* there is a line; two of them differ */
    bool odd;          /* some line says other than the default */
    bool odd_address;  /* some source of addresses does */
    bool widest;       /* the widest section says it */
};

struct defaults {
    struct arena *arena;
    struct defaults_use *uses; /* by the index of the directive */
};

void defaults_init(struct defaults *, struct arena *);

/* The values as one text that is the same for the same: a switch has one spelling.  */
struct str defaults_value(const struct directive *, const struct arg *args, size_t n,
                          struct arena *);

/* What the directive is called in the version of the model.  */
const struct directive *defaults_renamed(const struct model *, const struct directive *);

/* Takes note of a line.  */
void defaults_note(struct defaults *, const struct directive *, const struct arg *args, size_t n,
                   enum defaults_place);

/* All lines have been noted.  A line that says this, there, changes nothing.  */
bool defaults_is_idle(const struct defaults *, const struct directive *, const struct arg *args,
                      size_t n, enum defaults_place);

/* Some line says other than the default of the directive.  */
bool defaults_is_odd(const struct defaults *, const struct directive *);

#endif
