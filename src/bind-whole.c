#include <config.h>

#include "bind-internal.h"

/* A configuration that is read is whole, or one of the files that make a whole one.

   PowerMTA takes mail in and delivers it, so a whole configuration has a listener and says
   somewhere how domains are treated; nearly every one that people run has both.  What lacks either
   is included by another file, which nobody names here, and most of what it does not say is said
   there: whatever is missing, unknown or unused in it is no fault.  The same holds where an include
   could not be read. This is the one place that decides it; '--fragment' decides it beforehand.  */

static bool treats_domains(const struct model *m)
{
    bool found = m->domains.first != NULL;
    for (size_t i = 0; i < m->vmtas.n && !found; i++)
        found = m->vmtas.v[i]->domains.first != NULL;
    for (size_t i = 0; i < m->pools.n && !found; i++)
        found = m->pools.v[i]->domains.first != NULL;
    return found;
}

void bind_judge_whole(struct model *m)
{
    m->unread |= m->fragment; /* whoever says so knows of the other files */
    m->fragment |= !model_says(m, TARGET_global_smtp_listener) || !treats_domains(m);
    m->foreign_names |= m->fragment;
}
