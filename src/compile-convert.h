/* compile-convert.h - a configuration of PowerMTA's own as topology.  For 'compile' alone.  */

#ifndef PMTAC_COMPILE_CONVERT_H
#define PMTAC_COMPILE_CONVERT_H

#include "compile.h"

/* Makes the one output of 'c' out of the configuration that was read, compiles that again and
   compares the two: where PowerMTA would not do the same there is no output, and an error.  What is
   left out is reported, all else about the input is not; what has to be done before the result can
   be built goes into c->remarks.  */
void compile_convert(struct compilation *c);

#endif
