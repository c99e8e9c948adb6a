/* relay-internal.h - what the files of 'relay' share.  Nobody else includes it.  */

#ifndef PMTAC_RELAY_INTERNAL_H
#define PMTAC_RELAY_INTERNAL_H

#include "relay.h"

/* relay-recipient.c: finds what global lines take from anybody.  */
void relay_find_recipients(struct relay *);

/* relay-pattern.c: a regular expression takes whatever recipient there is, or all of a top-level
   domain: nothing must be met in it that tells one domain from another.  */
bool relay_pattern_takes_all(struct str pattern);

#endif
