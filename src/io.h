/* io.h - the only door to the world outside: files, globs, the environment.

   A compilation reaches files through a 'struct io', so that an editor can lay its unsaved text
   over them, a browser can have none, and a fuzzer cannot touch the disk.  Always true: an input is
   opened once and judged by its descriptor.  */

#ifndef PMTAC_IO_H
#define PMTAC_IO_H

#include "arena.h"

/* The longest input, in bytes.  Positions are 32 bits over all inputs together.  */
enum { IO_LIMIT = 1 << 30 };

/* What one file is, whatever it is called.  */
struct io_identity {
    uint64_t device, inode;     /* both 0: no file (standard input, memory) */
};

struct io {
    void *context;
    /* Reads all of 'path' ("-" is standard input) into the arena with two further NUL bytes behind
       the text.  Returns 0 or an errno value; 'why' then holds a reason in words.  At most 'limit'
       bytes are read: more is EFBIG.  */
    int (*read)(void *context, struct arena *arena, const char *path, size_t limit,
                struct str *text, struct io_identity *identity, const char **why);
    /* The paths that the pattern names, sorted by bytes, without editor backups and dot files.
       Returns their number.  */
    size_t (*glob)(void *context, struct arena *arena, const char *pattern, struct str **paths);
    /* The value of an environment variable, or NULL.  */
    const char *(*environment)(void *context, const char *name);
    /* Fills 'size' bytes (at most 256) with what nobody foresees, or leaves them.  NULL: leaves
       them.  */
    void (*random)(void *context, void *bytes, size_t size);
};

/* The real world.  */
extern const struct io io_system;
/* A world without files and without an environment.  */
extern const struct io io_nothing;

#endif
