/* report-relay.h - what the two forms of the table of relaying share.  Nobody else includes it.  */

#ifndef PMTAC_REPORT_RELAY_H
#define PMTAC_REPORT_RELAY_H

#include "relay.h"
#include "report.h"

/* The table as a member of the document of messages: all of it, nothing folded.  */
void report_relay_json(const struct report *, struct buf *);

/* All names that PowerMTA takes mail for, besides the recipients of global lines: of VMTAs.  */
size_t report_host_names(const struct relay *, struct str **names);

#endif
