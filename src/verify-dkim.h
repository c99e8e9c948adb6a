/* verify-dkim.h - what the checks of keys and signing share.  Nobody else includes it.  */

#ifndef PMTAC_VERIFY_DKIM_H
#define PMTAC_VERIFY_DKIM_H

#include "verify.h"

/* The domain is "*": a key for every sender.  */
bool dkim_is_any(struct str domain);

/* The key of 'map', from domain to key, for "*" or for a parent of 'domain'; NULL for none.  */
const struct key *dkim_wider(const struct map *map, struct str domain);

/* The pool that 'r' stands for.  */
const struct pool *dkim_pool_of(const struct ref *r);

/* The VMTA has a key of its own or by one of its pools; a bad one was reported and counts.  */
bool dkim_has_key(const struct vmta *v);

/* Another server signs what this VMTA takes, or nothing leaves, or that is wanted so.  */
bool dkim_need_not_sign(const struct model *m, const struct vmta *v);

#endif
