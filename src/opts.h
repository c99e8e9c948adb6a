/* opts.h - the command line.

   Reads the words of options.def.  Always true: a command line that was accepted is complete and
   consistent; what is wrong with one is said in one line on standard error.  */

#ifndef PMTAC_OPTS_H
#define PMTAC_OPTS_H

#include "load.h"

enum command {
#define COMMAND(ID, ...) COMMAND_##ID,
#define OPTION(...)
#define ALIAS(...)
#include "../grammar/options.def"
#undef COMMAND
#undef OPTION
#undef ALIAS
    N_COMMANDS
};

enum message_format { MESSAGES_TEXT, MESSAGES_GCC, MESSAGES_JSON };

struct opts {
    enum command command;
    struct options options; /* for the library */
    VEC(enum check) checks; /* to explain; none: all */
    const char *output;     /* NULL or "-": standard output */
    const char *depfile;    /* NULL: beside the output, if 'depend' */
    const char *baseline;   /* NULL: all messages are new */
    bool baseline_write;    /* make it anew */
    bool depend;            /* a dependency file is wanted */
    enum message_format format;
    size_t max_errors;
    bool color;
};

enum opts_result { OPTS_RUN, OPTS_DONE, OPTS_WRONG };

/* Reads 'argv'; memory comes from 'arena'.  OPTS_DONE: help or the version is in 'text' and all is
   done.  OPTS_WRONG: 'text' says what is wrong.  */
enum opts_result opts_read(struct opts *, struct arena *, int argc, char **argv, struct buf *text);

#endif
