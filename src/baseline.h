/* baseline.h - what is known to be wrong, so that only what is new is reported.

   A baseline is a text of one line for each message: its check, its file, and a number made of what
   it says and of the line that it is about, as both are shown, so that secrets are no part of it.
XX
   that are alike have a line each, so that two people's changes merge.  Who uses it: main.  */

#ifndef PMTAC_BASELINE_H
#define PMTAC_BASELINE_H

#include "diag.h"

/* The baseline of all messages of 'd', which are sorted; '*n' says how many they are.  */
struct str baseline_print(struct diags *d, size_t *n);

/* Takes the messages back that 'text', a baseline, knows; each of its lines stands for one.
   Returns how many those are, or SIZE_MAX where 'text' is no baseline.  */
size_t baseline_take(struct diags *d, struct str text);

/* 'text' is a baseline, perhaps an edited one.  */
bool baseline_is(struct str text);

#endif
