/* verify-dkim.h - what the checks of keys and signing share.  Nobody else includes it.  */

#ifndef PMTAC_VERIFY_DKIM_H
#define PMTAC_VERIFY_DKIM_H

#include "coverage.h"
#include "verify.h"

/* The VMTA has a key of its own or by one of its pools; a bad one was reported and counts.  */
bool dkim_has_key(const struct vmta *v);

#endif
