/* outfile.h - what the program writes: whole files, or nothing.

   A result replaces the old file at once, by a rename in its own folder; devices and pipes are
   written through, a pipe only when somebody reads it within a second.  Several files are written
   together: all of them beside the old ones first, then renamed one after the other; in between the
   caller may find that they are not wanted.  Always true: when something fails before the first
   rename, every old file is as it was; no temporary file is left, except behind a signal that
   nobody can catch, which may leave some whose names begin with a dot; what was written is on the
   disk before it has the name.

   Only main.c and its kind use this room: no pass writes files.  'why' is a reason in words, good
   until the next call.  */

#ifndef PMTAC_OUTFILE_H
#define PMTAC_OUTFILE_H

#include <signal.h>

#include "str.h"

enum outfile_result { OUTFILE_WRITTEN, OUTFILE_UNCHANGED, OUTFILE_FAILED };

/* How far a file is.  */
enum outfile_state {
    OUTFILE_NEW,     /* nothing is known yet, or the folder was there */
    OUTFILE_SAME,    /* the old file holds what it should */
    OUTFILE_WIDE,    /* it does, for more people than should read it */
    OUTFILE_OTHER,   /* a file is to be written */
    OUTFILE_THROUGH, /* a device or a pipe */
    OUTFILE_READY,   /* what it should hold stands beside it, under the name 'temp' */
    OUTFILE_DONE     /* in place; a folder: made */
};

enum { OUTFILE_TEMP = 64 };

/* Takes the next piece of what a file should hold; returns false where it wants no more.  */
typedef bool outfile_put(void *sink, struct str piece);

/* Makes what a file should hold, piece by piece, and the same each time.  Returns NULL, also where
   'put' wanted no more, or why it could not be made.  Each piece is a call of the system, so they
   should not be small.  */
typedef const char *outfile_print(void *context, outfile_put *put, void *sink);

/* A file to be written, or a folder to be made where there is none.  The first members are the
   caller's; a file holds 'text', or what 'print' makes where that is set.  */
struct outfile {
    const char *path;
    struct str text;
    outfile_print *print;
    void *context;
    unsigned mode;
    bool folder;
    enum outfile_state state;
    char temp[OUTFILE_TEMP];
};

/* Files that are written together; a folder stands before what is in it.  */
struct outfiles {
    struct outfile *v;
    size_t n;
    bool begun;      /* temporary files may be there, and signals that people send are held back */
    sigset_t before; /* what was held back before then */
};

/* Makes folders and, beside each old file that does not hold what it should, one that does.  'v'
   and 'n' are the caller's.  Returns NULL, or the one that failed: then all is as it was.  Else
   'outfile_commit' or 'outfile_drop' is to follow; signals that people send are held back until
   then.  Where there are devices or pipes nothing but folders is made and nothing held back.  */
struct outfile *outfile_begin(struct outfiles *, const char **why);

/* Makes every file hold what it should.  A file that does so already keeps its time and its inode.
   The mode is 'mode', whatever the umask, without what an old file did not allow; a wider old mode
   is narrowed.  A symbolic link to a file, or to nothing, is refused.  Returns NULL, or the one
   that failed: then what is OUTFILE_DONE is in place and all else is as it was, but for devices and
   pipes, which are written to first.  */
struct outfile *outfile_commit(struct outfiles *, const char **why);

/* All is as it was before 'outfile_begin'.  */
void outfile_drop(struct outfiles *);

/* Both halves for the 'n' files of 'files'.  */
struct outfile *outfile_write_all(struct outfile *files, size_t n, const char **why);

/* The same for one file.  */
enum outfile_result outfile_write(const char *path, struct str text, unsigned mode,
                                  const char **why);

/* The two paths name one place in one folder, whether there is a file or not.  */
bool outfile_same_place(const char *a, const char *b);

/* Writes 'text' to the standard output and makes sure that it arrived.  */
enum outfile_result outfile_stdout(struct str text, const char **why);

/* The same for what a file of that kind should hold; its path and mode do not count.  */
enum outfile_result outfile_stdout_all(const struct outfile *, const char **why);

#endif
