/* coverage.h - which key signs the mail of a domain when it leaves by a VMTA.

   All that a topology says of keys, and of who is told to sign, as PowerMTA sees it.  Checks judge
   it, a report shows it and 'plan' writes the keys in its order, so that all of them see the same.

   Always true: of several keys the first of the VMTA is taken whose domain is the sender's or a
   parent of it, then those of its pools, then those of the whole server; settings for destinations
   come from the VMTA, its pools and the server in the same way (sections 7 and 12 of the notes on
   PowerMTA's syntax).  VMTAs that sign alike share one station, so that what is asked of a station
   is asked once, however many VMTAs there are.  */

#ifndef PMTAC_COVERAGE_H
#define PMTAC_COVERAGE_H

#include "buf.h"
#include "model.h"

/* A key as PowerMTA is told it.  */
struct sign_key {
    struct str domain; /* macros expanded */
    const struct key *key;
};

/* The keys of one scope in the order in which they are tried.  */
struct ring {
    struct sign_key *v;
    size_t n;
    const struct map *first; /* domain to its first key; left empty where there is one key */
    const struct map *lost;  /* domains whose keys have been reported: they sign nothing */
};

/* What is said of signing for the destinations of one pattern, or of several.  */
enum sign { SIGN_UNSET, SIGN_NO, SIGN_YES, SIGN_ASKED };

struct view {
    struct str pattern;     /* "*" for all that no other view speaks of */
    const struct str *more; /* further patterns; of a base alone */
    size_t n_more;
    enum sign sign; /* SIGN_ASKED: as X-DKIM-Options of the message says */
    bool own;       /* 'sign' is said by the VMTA itself */
    bool nested;    /* another pattern, which is not "*", holds for these too */
    bool second;    /* a second signature is made */
    bool handed;    /* to another server, which signs or does not */
    bool withheld;  /* thrown away, or given to a program or file */
    const struct line *identity, *fallback; /* NULL: the sender's domain, none */
};

/* The settings of a VMTA's scope, of a pool or of the server that speak of signing.  */
struct layer {
    struct view *v;
    size_t n;
    struct map by_pattern;
};

/* The keys and settings of one pool.  */
struct common {
    const struct ring *ring;
    const struct layer *layer;
    const struct pool *pool;
    bool signs;   /* by 'sign': its members are told to */
    size_t index; /* in the order of pools */
};

/* What VMTAs have in common but for keys of their own.  */
struct base {
    const struct common **pools;
    size_t n_pools, index;
    struct view *views; /* the first is of "*"; each other one differs from it, or is nested */
    size_t n_views;
};

struct station {
    const struct ring *own;
    const struct base *base;
    size_t index;
};

/* A way by which mail of a VMTA comes to another one.  */
struct route {
    const struct vmta *to;       /* NULL: to nobody; of a pool one of those that sign */
    const struct object *taker;  /* it, or the pool */
    struct span span;            /* where that is said */
    const struct directive *dir; /* of a reroute; NULL for a cold VMTA */
    struct str pattern;          /* of a reroute: the destinations */
    bool cold;
};

struct coverage {
    const struct model *m;
    const struct ring *global;
    const struct layer *everywhere; /* what is said of destinations for the whole server */
    size_t n_keys;                  /* of all scopes; 0: nothing else was made */
    VEC(struct common *) commons;   /* of the pools, in their order */
    VEC(struct station *) stations;
    const struct station *unsteered; /* of {default} */
    const struct routes *routes;     /* of the server, then of each pool; NULL: no ways at all */
    bool asked;                      /* some source heeds X-DKIM-Options */
    struct map macros;               /* name to line */
    uint64_t spoken;                 /* directives that speak of signing, as bits: those written */
};

/* Why mail leaves unsigned: the rows of coverage.def.  */
enum unsigned_why {
    WHY_SIGNED,
#define WHY(ID, ...) WHY_##ID,
#include "../grammar/coverage.def"
#undef WHY
    N_WHYS
};

struct verdict {
    enum unsigned_why why;
    const struct sign_key *key; /* WHY_SIGNED alone */
    bool asked;                 /* signed only where the message asks for it */
};

/* Makes it for a linked model that 'inbound' has seen, and enters it there.  What is needed while
   it is made, and to answer, is taken from the model's scratch space.  */
void coverage(struct model *);

typedef VEC(const struct key *) key_list;
typedef VEC(struct str) name_list;
typedef VEC(struct sign_key) key_vec;

/* Fills 'list' with the good keys of one scope in the order in which they are written: as declared,
   but from the most specific domain to "*" where a 'sign' is among them; a macro stands where the
   most specific of its domains would.  The list is taken from the arena.  */
void coverage_order(const struct coverage *, struct arena *, const struct keys *, key_list *list);

/* The same, with all domains that macros stand for.  The list is scratch space.  */
void coverage_keys(const struct coverage *, const struct keys *, key_vec *);

/* The key that a ring has for mail of 'domain', NULL for none.  "*" is any that no key names.  */
const struct sign_key *coverage_find(const struct ring *, struct str domain);

/* The same for the VMTAs of a station, with the keys of their pools and of the server.  */
const struct sign_key *coverage_key(const struct coverage *, const struct station *,
                                    struct str domain);

/* A key for 'domain' is there or was reported as one that signs no more.  */
bool coverage_can(const struct coverage *, const struct station *, struct str domain);

/* What becomes of mail of 'domain' towards the destinations of 'view'.  */
struct verdict coverage_judge(const struct coverage *, const struct station *, const struct view *,
                              struct str domain);

/* Some mail of the station's VMTAs is signed, as far as settings decide that.  */
bool coverage_is_on(const struct coverage *, const struct station *);

/* Another server signs what the VMTAs take, or nothing leaves, or their own words forbid it.  */
bool coverage_need_not(const struct station *);

/* The domain of a fixed signing identity; empty for the sender's.  */
struct str coverage_identity(const struct line *);

/* 'domain' is "*".  */
bool coverage_is_any(struct str domain);

/* The next wider domain: behind the first dot, "*" behind the last one, empty behind "*".  */
struct str coverage_wider(struct str domain);

/* Settings for the destinations of the pattern 'wide' hold for those of 'pattern' too.  */
bool coverage_pattern_holds(struct str wide, struct str pattern);

typedef void route_fn(void *context, const struct vmta *from, const struct route *);

/* Calls 'visit' for the ways by which mail of 'from' comes to others.  */
void coverage_routes(const struct coverage *, const struct vmta *from, route_fn *visit,
                     void *context);

/* The pool, or the VMTA (NULL: bad, or on another host), that 'r' stands for.  */
const struct pool *coverage_pool_of(const struct ref *r);
const struct vmta *coverage_member(const struct ref *r);

/* Inside of the room.  What is made once: rings by their keys.  */
struct ring_maker {
    const struct coverage *c;
    struct map rings;
    struct ring *empty, *last;
    struct buf text;
};

/* Two scopes with the same keys give the same ring.  */
struct ring_maker coverage_ring_maker(const struct coverage *);
const struct ring *coverage_ring(struct ring_maker *, const struct keys *);

typedef VEC(struct view) view_list;

/* Fills 'list', which is scratch space, with the settings of one scope; makes a layer of them;
   merges all of a VMTA's; writes settings as text, but for the pattern; finds the ways of mail.  */
void coverage_settings(const struct coverage *, const struct domains *, view_list *list);
const struct layer *coverage_layer(const struct coverage *, const view_list *);
void coverage_views(const struct coverage *, struct base *, const struct layer *own, bool signs);
void coverage_put_view(struct buf *, const struct view *);
uint64_t coverage_spoken(const struct model *);
void coverage_find_routes(struct coverage *);

#endif
