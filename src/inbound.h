/* inbound.h - what PowerMTA will be told about clients.

   All that a topology says of listeners, clients, users and sources, as PowerMTA sees it: named
   sources, and rules by address, each a set of lines.  Checks judge these lines and 'plan' writes
   them, so both see the same.

   Always true: everything is a line, also what was said by a word; what stands beside a word wins
   over it; one prefix has one rule, from the most specific to the widest; whatever is not opened is
   closed.  */

#ifndef PMTAC_INBOUND_H
#define PMTAC_INBOUND_H

#include "lower.h"

/* One <source>.  */
struct rule {
    struct str name; /* as its tag has it */
    bool by_address;
    struct cidr cidr; /* by_address: the network */
    struct span origin;
    struct lines lines;
    size_t order; /* of declaration */
    bool written; /* by PowerMTA's own tag, under its name */
};

struct inbound {
    VEC(struct rule *) named;
    VEC(struct rule *) addresses;
    struct map by_address; /* text of the prefix to its rule */
    struct map by_name;    /* named sources, where something written at full length asks for one */
    bool restricting;      /* strangers are refused at the greeting of some listener */
};

/* Makes it for a linked model and enters it there; reports what is said differently twice for the
   same clients.  */
void inbound(struct model *);

/* Both lines say the same: for a switch, yes is true.  */
bool inbound_same(const struct line *, const struct line *);

/* What {auth}, the source of all users, says; NULL where there is none.  */
const struct lines *inbound_auth(const struct model *);

/* The name of the source that a user's rights stand in.  */
struct str inbound_user_source(const struct model *, const struct user *);

#endif
