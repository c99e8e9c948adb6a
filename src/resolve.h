/* resolve.h - from names to the objects they stand for.

   Links every name of a model: members, via, cold, identities, keys, lists, sources.  An unknown
   name is reported with the nearest candidates, once; a name that another host of the fleet has is
   left out without a word, and what is left empty by that is not built on this host.

   Always true afterwards: a 'ref' that is not bad has an object, or stands for something that
   PowerMTA reserves, or may be defined in a file that only the server reads.  A 'sign' has its
   selector and key file, or is marked bad.  */

#ifndef PMTAC_RESOLVE_H
#define PMTAC_RESOLVE_H

#include "load.h"
#include "model.h"

/* Links 'model'.  'elsewhere' are the VMTAs and pools of all hosts.  */
void resolve(struct program *, struct model *model, const struct map *elsewhere);

#endif
