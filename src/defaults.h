/* defaults.h - lines that change nothing, for whoever compares two configurations or makes another
   one that does the same.

   A topology says by itself what a configuration may leave out, and the reverse.  Two rules tell
   which lines change nothing; there is no other reason to leave one out of a comparison:

     usual     a line that says PowerMTA's default (FALLBACK in directives.def) where nothing wider
               says otherwise.  Wider are: for a source by address the networks around it, for one
               with a name all networks and {auth}; for a domain the wider patterns beside it, then
               pools, then the server; for a VMTA the pools and the server; for the TLS of a
               listener that of the server (sections 7, 8 and 13 of the notes on PowerMTA's syntax)
     restated  a line in a <domain> that the server's <domain *> says too, where all <domain>
               sections that say anything of that say the same

   Pools count for all VMTAs, so that a line may count that a closer look would drop; the other way
   round there is no mistake.  Defaults are known of PowerMTA 5.0, and older ones are taken to have
   them.  What the package's own files of defaults say is not known, and does not count.  */

#ifndef PMTAC_DEFAULTS_H
#define PMTAC_DEFAULTS_H

#include "model.h"

/* A section that lines stand in.  */
struct defaults_place {
    enum scope scope, parent; /* SCOPE_global: the file itself */
    struct str arg;
    uint64_t *widened; /* of the section around a domain: directives that wide patterns in it set
                          otherwise than usual, as bits; NULL: not known */
};

/* What a line says.  */
struct defaults_line {
    const struct directive *dir;
    struct str value; /* in its one spelling (dict_normal) */
    bool usual;       /* that is the default */
};

struct defaults_said;

struct defaults {
    struct arena *arena;
    const struct directive *const *target;
    struct defaults_said *said; /* by the index of the directive */
    struct map at;              /* domains of pools and the server where a directive is */
    struct map networks;        /* networks where a directive is */
    VEC(struct cidr) widths;    /* of those, one for each family and length */
    struct buf text;            /* for a moment */
};

void defaults_init(struct defaults *, struct arena *, const struct model *);

/* The one value of 'dir' is its default; 'value' is in its one spelling.  */
bool defaults_is_usual(const struct directive *dir, struct str value, struct arena *);

/* Takes note of a line.  */
void defaults_note(struct defaults *, const struct defaults_place *, const struct defaults_line *);

/* All lines have been noted.  The line, which stands there and is the only one of its directive
   there, changes nothing.  */
bool defaults_is_idle(struct defaults *, const struct defaults_place *,
                      const struct defaults_line *);

/* The line would change nothing, wherever it stood.  */
bool defaults_is_idle_anywhere(const struct defaults *, const struct defaults_line *);

/* Some line says other than the default of the directive.  */
bool defaults_is_odd(const struct defaults *, const struct directive *);

#endif
