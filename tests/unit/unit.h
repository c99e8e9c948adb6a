/* unit.h - how a unit test runs.  Always true: CK_ENV decides about the output, so that the harness
   gets TAP and a person gets text.  */

#ifndef PMTAC_UNIT_H
#define PMTAC_UNIT_H

#include <check.h>

/* Runs 'suite', which goes with it.  Returns the status of the program: 1 where a test failed.  */
static inline int unit_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

#endif
