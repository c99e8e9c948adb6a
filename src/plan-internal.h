/* plan-internal.h - what the files of 'plan' share.  Nobody else includes it.  */

#ifndef PMTAC_PLAN_INTERNAL_H
#define PMTAC_PLAN_INTERNAL_H

#include "inbound.h"
#include "plan.h"

/* Places of identity.def.  */
enum identity_place {
#define IDENTITY(PLACE, ...) IDENTITY_##PLACE,
#include "../grammar/identity.def"
#undef IDENTITY
};

/* What a line of a key that stands in many places was made from, and that line; NULL where it was
   met once.  */
struct kept_key {
    enum target target;
    struct str selector, domain, file;
    const struct conf_line *line;
};

/* The same for the section of a domain block.  */
struct kept {
    const struct braces *block;
    const struct tls *identity;
    uint8_t word; /* enum tls_word of what is around it */
    bool sign;
    unsigned reached;
    enum scope parent;
    const struct conf_section *section;
};

/* Domain sections of one scope, for what those of a nearer scope or narrower pattern inherit.  */
struct spread {
    const struct domains *domains;
    unsigned any;    /* what its "*" switches: bits of plan-undo.c */
    unsigned macros; /* what patterns with macros switch, and all where there are some */
    unsigned all;
    bool wild;       /* some pattern holds for many domains */
};

enum { N_KEPT = 64, N_KEPT_KEYS = 256, N_SPREADS = 16 }; /* powers of two */

struct plan {
    const struct model *m;
    struct conf *conf;
    struct arena *arena; /* of 'conf' */
    struct diags *diags;
    struct kept *kept;            /* N_KEPT of them, by the address of the block */
    struct kept_key *keys;        /* N_KEPT_KEYS of them, by the addresses of what they say */
    struct spread *spreads;       /* N_SPREADS of them, of pools and the server, in the same way */
    struct spread own;            /* of what is being planned, once something asks for it */
    struct conf_section *globals; /* lines of the file itself that others add to */
};

/* Adds the rows of 'group' to 'section', but for directives that 'said' or the section has.  */
void plan_lower(struct plan *, struct conf_section *, enum lower group, const struct lines *said,
                struct span origin);

/* Adds a line with directive 'target' and the given values.  NULL where one cannot be written.  */
struct conf_line *plan_line(struct plan *, struct conf_section *, enum target,
                            const struct arg *args, uint32_t n, struct span origin);

/* The same with the one value 'text'.  */
void plan_text(struct plan *, struct conf_section *, enum target, struct str text,
               struct span origin);

/* False where the target version is not known to have the directive; reports what is lost.  */
bool plan_has(struct plan *, const struct directive *, struct span origin, const char *lost);

/* Adds all good lines.  */
void plan_lines(struct plan *, struct conf_section *, const struct lines *);

/* Adds the certificate, protocols and ciphers of the identity, but for what 'said' has.  */
void plan_identity(struct plan *, struct conf_section *, enum identity_place, const struct tls *,
                   const struct lines *said, struct span origin);

/* What outbound 'tls' becomes.  */
void plan_outbound_tls(struct plan *, struct conf_section *, const struct tls_use *,
                       const struct lines *said);

/* The identity that 'use' names, or NULL.  */
const struct tls *plan_tls_of(const struct tls_use *use);

/* The switch of protocol 'i' towards destinations.  */
const struct directive *plan_protocol(const struct plan *, int i);

/* plan-undo.c: what the sections of a scope pass on; 'tls' is said around them, or NULL.  */
struct spread plan_spread(const struct plan *, const struct domains *, const struct tls_use *tls);

/* What they pass on to a section for 'pattern', as bits.  */
unsigned plan_reached(struct plan *, const struct spread *, struct str pattern);

/* Turns back what was 'reached' and 'use', with the lines 'said' beside it, does not mean.  */
void plan_undo(struct plan *, struct conf_section *, unsigned reached, const struct tls_use *use,
               const struct lines *said);

/* plan-inbound.c: listeners, sources, users */
void plan_inbound(struct plan *);

/* plan-outbound.c: VMTAs, pools, domains */
void plan_outbound(struct plan *);
void plan_keys(struct plan *, struct conf_section *, enum target, const struct keys *);
void plan_origins(struct plan *, struct conf_section *, enum target, const struct origins *);

#endif
