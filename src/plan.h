/* plan.h - from the model to PowerMTA's sections and lines.

   Chooses what stands where, in an order that is right for every known version: macros and lists
   before what uses them, named sources, then addresses from specific to general, keys from specific
   to "*".  Closed by construction: whatever the topology does not open is written closed.  */

#ifndef PMTAC_PLAN_H
#define PMTAC_PLAN_H

#include "conf.h"
#include "model.h"

/* Makes the output of a linked model in 'conf', which hands it on as it is done.  What the target
   version cannot say is reported.  */
void plan(const struct model *, struct conf *conf);

#endif
