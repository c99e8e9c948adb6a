/* replay.c - runs a fuzz target over files instead of an engine.

   Arguments are files and folders; without any, the cases and the examples of the source tree.
   Speaks TAP: one line per target and folder, since a fault ends the program anyway.  */

#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also run on prefixes of an input up to this size: that is where scanners go wrong.  */
enum { PREFIXES = 600, PATH_LIMIT = 4096 };

static bool replay_file(const char *path, size_t size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    uint8_t *text = malloc(size + 1);
    size_t n = text ? fread(text, 1, size, f) : 0;
    fclose(f);
    if (!text)
        return false;
    LLVMFuzzerTestOneInput(text, n);
    for (size_t i = 0; i < n && n <= PREFIXES; i += fuzz_step) {
        uint8_t *part = malloc(i + 1);
        if (part)
            LLVMFuzzerTestOneInput(memcpy(part, text, i), i);
        free(part);
    }
    free(text);
    return true;
}

/* The number of files read at and below 'path'; negative if one could not be read.  */
static long replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return -1;
    if (!S_ISDIR(st.st_mode))
        return replay_file(path, (size_t)st.st_size) ? 1 : -1;
    DIR *folder = opendir(path);
    long n = 0;
    for (struct dirent *e; folder && (e = readdir(folder));) {
        char inner[PATH_LIMIT];
        if (e->d_name[0] == '.')
            continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, e->d_name) >= (int)sizeof inner)
            continue;
        long found = replay(inner);
        if (found < 0) {
            n = -1;
            break;
        }
        n += found;
    }
    if (folder)
        closedir(folder);
    return n;
}

int main(int argc, char **argv)
{
    static const char *const corpus[] = { "tests/cases", "examples" };
    const char *top = getenv("abs_top_srcdir");
    int bad = 0, n = 0;
    for (int i = 1; i < argc; i++) {
        long files = replay(argv[i]);
        bad += files < 0;
        printf("%sok %d - %s: %ld files\n", files < 0 ? "not " : "", ++n, argv[i], files);
    }
    for (size_t i = 0; argc == 1 && i < sizeof corpus / sizeof *corpus; i++) {
        char path[PATH_LIMIT];
        if (snprintf(path, sizeof path, "%s/%s", top ? top : ".", corpus[i]) >= (int)sizeof path)
            continue;
        long files = replay(path);
        bad += files < 0;
        printf("%sok %d - %s: %ld files\n", files < 0 ? "not " : "", ++n, corpus[i], files);
    }
    printf("1..%d\n", n);
    return bad > 0;
}
