/* relay-internal.h - what the files of 'relay' share.  Nobody else includes it.  */

#ifndef PMTAC_RELAY_INTERNAL_H
#define PMTAC_RELAY_INTERNAL_H

#include "regexp.h"
#include "relay.h"

/* relay-recipient.c: finds what global lines take from anybody.  */
void relay_find_recipients(struct relay *);

/* relay-pattern.c: a regular expression takes whatever recipient there is, or all of a top-level
   domain: nothing must be met in it that tells one domain from another.  */
bool relay_pattern_takes_all(struct str pattern);

/* relay-probe.c: recipients whom nobody means, to try expressions on.  */
struct relay_probes {
    struct regexps regexps;
    struct str (*pairs)[2]; /* made when they are first asked for */
};

/* 'pattern' matches recipients of two unrelated domains below the same top-level one; nothing that
   names a domain or a mailbox does.  False where it was built without PCRE2.  */
bool relay_probe(struct relay_probes *, struct str pattern);

/* Anybody can have a domain below 'domain'; only the common ones are known.  */
bool relay_is_top_level(struct str domain);

#endif
