/* effective.h - what a listener does in the end, from all that speaks of it.

   The questions that several checks ask.  Always true: an answer follows the rules by which
   PowerMTA merges sources, and where those are not documented it is the cautious one.  */

#ifndef PMTAC_EFFECTIVE_H
#define PMTAC_EFFECTIVE_H

#include "model.h"

/* Who can reach a listener, from the fewest on.  */
enum reach { REACH_LOOPBACK, REACH_PRIVATE, REACH_PUBLIC };

/* The widest reach of its addresses; a wildcard is public.  */
enum reach effective_reach(const struct listener *);

/* A listener's address that stands for all of the machine: 0/0, 0.0.0.0, ::.  */
bool effective_is_wildcard(const struct cidr *);

/* No mail is taken before login.  */
bool effective_requires_login(const struct model *, const struct listener *);

/* Somebody may log in.  */
bool effective_offers_login(const struct model *, const struct listener *);

#endif
