#include <config.h>

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A kind of file that cannot be a source text, in words, or NULL.  */
static const char *unreadable_kind(const struct stat *st)
{
    if (S_ISDIR(st->st_mode))
        return "is a directory";
    if (S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode))
        return NULL;
    if (S_ISSOCK(st->st_mode))
        return "is a socket";
    return "is a device";
}

/* Reads once; waits where a pipe has a writer but no bytes yet.  */
static ssize_t read_some(int fd, char *p, size_t n)
{
    for (;;) {
        ssize_t got = read(fd, p, n);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
        struct pollfd wait = { fd, POLLIN, 0 };
        if (errno == EAGAIN && poll(&wait, 1, -1) < 0 && errno != EINTR)
            return -1;
    }
}

static int read_all(int fd, struct arena *arena, size_t guess, size_t limit, struct str *text)
{
    size_t cap = guess + 3, n = 0;
    char *p = arena_alloc(arena, cap);
    for (;;) {
        if (n + 2 >= cap) {
            p = arena_grow(arena, p, cap, cap * 2);
            cap *= 2;
        }
        ssize_t got = read_some(fd, p + n, cap - 2 - n);
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        n += (size_t)got;
        if (n > limit)
            return EFBIG;
    }
    p[n] = p[n + 1] = '\0';
    *text = (struct str){ p, n };
    return 0;
}

static int read_file(void *context, struct arena *arena, const char *path, size_t limit,
                     struct str *text, struct io_identity *identity, const char **why)
{
    (void)context;
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat st;
    *why = NULL;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        int error = errno;
        if (fd >= 0 && !is_stdin)
            close(fd);
        *why = strerror(error);
        return error;
    }
    int error = 0;
    bool device = S_ISCHR(st.st_mode);
    bool stream = S_ISCHR(st.st_mode) || S_ISSOCK(st.st_mode);
    *why = is_stdin && stream ? NULL : unreadable_kind(&st);
    if (device && !isatty(fd))
        limit = 0; /* /dev/null is a fine standard input, /dev/zero is none */
    if (*why)
        error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    else if (st.st_size > 0 && (uint64_t)st.st_size > limit)
        error = EFBIG;
    else
        error = read_all(fd, arena, st.st_size > 0 ? (size_t)st.st_size : 4096, limit, text);
    if (!is_stdin)
        close(fd);
    bool pipe = S_ISFIFO(st.st_mode) && !is_stdin;
    if (!error && pipe && text->n == 0) {
        *why = "is a pipe that nobody writes to";
        error = EINVAL;
    }
    *identity = (struct io_identity){ 0 };
    if (S_ISREG(st.st_mode))
        *identity = (struct io_identity){ (uint64_t)st.st_dev, (uint64_t)st.st_ino };
    if (error && !*why)
        *why = error != EFBIG      ? strerror(error)
               : device            ? "is a device"
               : limit == IO_LIMIT ? "is larger than 1 GiB"
                                   : "is too large for what it is";
    return error;
}

/* Files that editors leave beside the real one: .a.swp, a~, #a#.  */
static bool is_backup(struct str path)
{
    size_t at = path.n;
    while (at && path.p[at - 1] != '/')
        at--;
    struct str name = str_sub(path, at, path.n);
    return name.n == 0 || name.p[0] == '.' || name.p[0] == '#' || name.p[name.n - 1] == '~';
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static size_t find_files(void *context, struct arena *arena, const char *pattern,
                         struct str **paths)
{
    (void)context;
    glob_t found = { 0 };
    size_t n = 0;
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
        *paths = NEW_ARRAY(arena, struct str, found.gl_pathc);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct str path = str_of(found.gl_pathv[i]);
            if (!is_backup(path))
                (*paths)[n++] = arena_str(arena, path);
        }
        if (n)
            qsort(*paths, n, sizeof **paths, by_bytes);
    }
    globfree(&found);
    return n;
}

static const char *read_environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

static void read_random(void *context, void *bytes, size_t size)
{
    unsigned char fresh[256];
    (void)context;
    if (size <= sizeof fresh && getentropy(fresh, size) == 0)
        memcpy(bytes, fresh, size);
}

static int read_nothing(void *context, struct arena *arena, const char *path, size_t limit,
                        struct str *text, struct io_identity *identity, const char **why)
{
    (void)context, (void)arena, (void)path, (void)limit;
    *text = STR("");
    *identity = (struct io_identity){ 0 };
    *why = strerror(ENOENT);
    return ENOENT;
}

static size_t find_nothing(void *context, struct arena *arena, const char *pattern,
                           struct str **paths)
{
    (void)context, (void)arena, (void)pattern, (void)paths;
    return 0;
}

static const char *no_environment(void *context, const char *name)
{
    (void)context, (void)name;
    return NULL;
}

const struct io io_system = { NULL, read_file, find_files, read_environment, read_random };
const struct io io_nothing = { NULL, read_nothing, find_nothing, no_environment, NULL };
