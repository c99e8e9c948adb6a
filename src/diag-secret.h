/* diag-secret.h - secrets that nothing has registered, told by their looks.

   Inside of the room: a statement that is damaged may hold a secret where nobody takes one.  Plain
   words need no quotes, so what stands in quotes and looks like neither a path nor a name is taken
   for a secret; hiding too much costs little.  */

#ifndef PMTAC_DIAG_SECRET_H
#define PMTAC_DIAG_SECRET_H

#include "diag.h"

/* The length of what is to be hidden at byte 'at' of 'line', where it begins; else 0.  */
size_t secret_by_looks(struct str line, size_t at);

/* 'text', a message about 'span', with asterisks for what is to be hidden there.  */
struct str hide_by_looks(struct diags *d, struct span span, struct str text);

/* Where the secret of a legacy row begins: at its last field where it has six, unless it is one
   with two addresses, which has no password; at the last but one where its shape is in doubt.
   SIZE_MAX: there is none.  */
size_t secret_in_row(struct str line);

/* The length of what is to be hidden at byte 'at' of any 'text': a secret that was registered by
   its text, or the login or the query of a URL; else 0.  */
size_t secret_anywhere(const struct diags *d, struct str text, size_t at);

/* 'text' as it may be printed: asterisks for what is to be hidden anywhere.  */
struct str hide_anywhere(const struct diags *d, struct str text);

#endif
