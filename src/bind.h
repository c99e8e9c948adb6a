/* bind.h - from statements to the typed model of one host.

   Looks every word up in kinds.def and in the dictionary, turns values into types, and reports what
   does not fit, each fault once and at its place.  Names are only collected here; 'resolve' links
   them.  Always true: a statement that was reported leaves nothing half-bound behind.  */

#ifndef PMTAC_BIND_H
#define PMTAC_BIND_H

#include "load.h"
#include "model.h"

/* The model of 'host' (NULL where there are no hosts).  */
struct model *bind(struct program *, struct host *host);

#endif
