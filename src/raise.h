/* raise.h - a configuration of PowerMTA's own as the topology that a person would have written.

   The other way of 'lower', 'inbound' and 'plan': what they make of a word becomes that word again.
   Always true: a section becomes words only where these are lowered to the same effect again, as
   'defaults' has it; whatever has no word stays as it is, in its place, and so do the comments;
   what PowerMTA is not told, because nobody understood it, stays as a comment.  */

#ifndef PMTAC_RAISE_H
#define PMTAC_RAISE_H

#include "conf.h"
#include "load.h"
#include "model.h"

/* A secret that became a reference.  */
struct raise_secret {
    struct str name;  /* of the variable of the environment */
    struct str text;  /* the secret itself */
    struct str owner; /* whose it is: "user app" */
};

/* A statement of the topology, and the one of the configuration that it was made of.  */
struct raise_place {
    size_t at;       /* where it begins in the text */
    uint32_t lo, hi; /* the other's extent with its block; 'hi' 0: there is none */
};

struct raised {
    struct str text; /* the topology */
    VEC(struct raise_place) places; /* of all statements, in order */
    size_t n_statements;
    VEC(struct span) refused; /* statements that stand as comments, since nobody understood them */
    VEC(struct raise_secret) secrets;
};

/* Makes a topology of the linked model of a configuration, which 'program' has read.  'part': it is
   one that another one includes.  'keep_secrets' leaves passwords where they are.  Statements that
   begin at one of 'refuse', sorted, become comments too.  All memory is the model's.  May be done
   again.  */
void raise_model(const struct program *, const struct model *, bool part, bool keep_secrets,
                 const place_list *refuse, struct raised *);

#endif
