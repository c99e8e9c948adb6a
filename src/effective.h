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

/* Where clients stand, as a set: on this machine, or elsewhere; by IPv4, or IPv6.  */
enum { FROM_HERE_4 = 1, FROM_AWAY_4 = 2, FROM_HERE_6 = 4, FROM_AWAY_6 = 8, FROM_ALL = 15 };
enum { N_FROM = 4 };

/* Where the clients of a prefix may stand.  All addresses of one family may also be meant to be
   those of the other: that is not documented.  */
unsigned effective_clients(const struct cidr *);

/* From where the listener can be reached.  A program on this machine that connects to an address
   of the machine comes from that address, so that loopback reaches loopback and wildcards only.  */
unsigned effective_reached_from(const struct listener *);

/* The line of a switch that counts, or NULL.  Of several in a configuration that was read it is one
   that does harm, since which of them PowerMTA takes is not documented.  */
const struct line *effective_line(const struct model *, const struct lines *, enum target);

/* What 'lines' say of a switch once they are written: 1 yes, 0 no, -1 nothing.  A line that was
   made of a word and that the target version lacks is left out, and protects nobody.  */
int effective_said(const struct model *, const struct lines *, enum target);

/* No mail is taken before login.  */
bool effective_requires_login(const struct model *, const struct listener *);

/* Somebody may log in.  */
bool effective_offers_login(const struct model *, const struct listener *);

/* TLS from the first byte on.  */
bool effective_is_implicit(const struct model *, const struct listener *);

#endif
