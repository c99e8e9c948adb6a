/* outfile.h - what the program writes: whole files, or nothing.

   A result replaces the old file at once, by a rename in its own folder; devices and pipes are
   written through.  Always true: when something fails the old file is as it was and no temporary
   file is left, except behind a signal that nobody can catch, which may leave one whose name begins
   with a dot; what was written is on the disk before it has the name.

   Only main.c and its kind use this room: no pass writes files.  'why' is a reason in words, good
   until the next call.  */

#ifndef PMTAC_OUTFILE_H
#define PMTAC_OUTFILE_H

#include "str.h"

enum outfile_result { OUTFILE_WRITTEN, OUTFILE_UNCHANGED, OUTFILE_FAILED };

/* Makes 'path' hold 'text'.  A file that holds it already keeps its time and its inode.  The mode
   is 'mode', whatever the umask, without what an old file did not allow; a wider old mode is
   narrowed.  A symbolic link to a file, or to nothing, is refused.  */
enum outfile_result outfile_write(const char *path, struct str text, unsigned mode,
                                  const char **why);

/* Makes the folder 'path'; fine if it is there.  The folder above it must be there.  Returns false
   on failure.  */
bool outfile_mkdir(const char *path, unsigned mode, const char **why);

/* Writes 'text' to the standard output and makes sure that it arrived.  */
enum outfile_result outfile_stdout(struct str text, const char **why);

#endif
