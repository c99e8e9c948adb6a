/* relay.h - the relay proof: which clients can relay by way of which listener.

   Exact sets of addresses, computed from the lines that PowerMTA will read ('inbound'), sections
   written at full length included.  For each listener: who can relay without login, who after which
   login, who of them in clear text; who can log in without TLS, and who by PLAIN; and the
   recipients that anybody may send to.

   Always true: a rule for fewer addresses wins over one for more; the listener's named source wins
   over both; after login the user's source, or {auth} for a user without one, joins them.  Where
   PowerMTA's behaviour is not documented every set holds what any of the readings lets through:

   - the rule for 0/0 may or may not stand for IPv6 clients too, and one for IPv4-mapped addresses
     (::ffff:0:0/96, RFC 4291) for IPv4 clients;
   - a wildcard listener may or may not take both families;
   - the user's source may win over the listener's, or the reverse;
   - {auth} may or may not stand below the user's own source, and above or below the address's;
   - implicit TLS may or may not count where STARTTLS must come before a login, and may or may not
     keep a login from coming without TLS before PowerMTA 4.5.

   A file that only the server reads may say anything and is not in the sets.  */

#ifndef PMTAC_RELAY_H
#define PMTAC_RELAY_H

#include "addrset.h"
#include "effective.h"
#include "inbound.h"

/* Readings of what is not documented about addresses: each family by itself, or as one.  */
enum { RELAY_READINGS = 2 };

/* Directives of a source that decide.  */
enum relay_word {
    RELAY_SERVICE,
    RELAY_REQUIRE_AUTH,
    RELAY_ALLOW_AUTH,
    RELAY_STARTTLS,
    RELAY_TLS_FIRST,
    RELAY_PLAIN,
    RELAY_RIGHT,
    N_RELAY_WORDS
};

/* Clients that can do something, and those of them who can do it in clear text.  */
struct relay_clients {
    struct addrset all, clear;
};

/* Users whose login means the same: their sources say the same of relaying.  */
struct relay_login {
    int right;        /* what the source says: 1 yes, 0 no, -1 nothing */
    bool certificate; /* which the client must show, so under TLS */
    VEC(const struct user *) users;
};

/* A listener as far as relaying goes; listeners that agree in all of it share one.  */
struct relay_door {
    size_t number;                /* in the list of doors */
    const struct listener *first; /* of its listeners */
    int8_t own[N_RELAY_WORDS];    /* of its named source: 1 yes, 0 no, -1 not said */
    bool implicit;                /* TLS from the first byte on */
    unsigned reach;               /* who can connect: bits of enum relay_reach */
    struct addrset from;          /* the same as addresses */
    struct addrset mail;          /* may hand in mail without login */
    struct addrset bare;          /* may log in without TLS */
    struct addrset plain;         /* those of them who may do so by PLAIN */
    struct relay_clients open;    /* can relay without login */
    struct relay_clients *logins; /* can relay after login, for each login */
    struct addrset open_by_reading[RELAY_READINGS]; /* that make up 'open' */
};

enum relay_reach { RELAY_LOOPBACK_4 = 1, RELAY_LOOPBACK_6 = 2, RELAY_ALL_4 = 4, RELAY_ALL_6 = 8 };

/* How many public addresses: those of private networks, loopback and the like do not count, IPv4
   ones in IPv6 clothes count as IPv4.  */
struct relay_size {
    struct addr_count v4, v6;
};

/* What one rule by address adds to those who can relay without login.  */
struct relay_share {
    const struct rule *rule;
    struct relay_size size;
};

/* Recipients that anybody may send to.  */
struct relay_recipient {
    const struct directive *dir;
    const struct arg *arg;
    struct span span; /* of the line */
    bool all;         /* all there are, or all of a top-level domain */
};

struct relay {
    const struct model *model;
    VEC(struct relay_login) logins;
    VEC(struct relay_door *) doors;
    struct relay_door **of;                 /* the door of each listener, in their order */
    VEC(struct relay_recipient) recipients; /* by global lines */
    struct relay_probes *probes;
    struct relay_work *work;
};

/* Makes it for a model that 'inbound' has seen, and enters it there; n log n in the rules by
   address, and linear in listeners and users.  'other' is one of another host of the compilation,
   or NULL: what is the same for all is taken from it.  */
void relay(struct model *, const struct relay *other);

/* Which rules by address let how many public addresses relay without login at a door, in one of
   the readings; rules that let none are left out.  Empty where the door's own source decides.
   Returns their number; the list is good until the next call.  */
size_t relay_shares(const struct relay *, const struct relay_door *, int reading,
                    struct relay_share **);

/* Whoever names recipients by the expression 'pattern' takes all there are, or all of a top-level
   domain.  */
bool relay_is_open_to(const struct relay *, struct str pattern);

/* The public part of 'set'.  */
struct relay_size relay_size(const struct relay *, struct addrset set);

/* Somebody from outside of the machine can connect.  */
bool relay_is_outside(const struct relay_door *);

/* How far away the farthest clients of a set are that is not empty, which becomes the set of these:
   on this machine, in private networks, or anywhere.  That set is scratch space.  */
enum reach relay_farthest(const struct relay *, struct addrset *);

/* The first rule by address that lets some of 'clients' use PLAIN without TLS at a door; NULL where
   the door's own source does.  */
const struct rule *relay_plain_rule(const struct relay *, const struct relay_door *,
                                    struct addrset clients);

/* The size is that of everybody: no one party has so many addresses.  At least a /8 of IPv4 or more
   than a /32 of IPv6, which is what a provider is given to begin with.  */
bool relay_is_anybody(const struct relay_size *);

/* The size is more than one site has: more than a /16 of IPv4 or a /48 of IPv6 (RFC 6177).  */
enum relay_wide { RELAY_NARROW, RELAY_WIDE_4, RELAY_WIDE_6 };
enum relay_wide relay_is_wide(const struct relay_size *);

#endif
