#include <config.h>

#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    PIECE_SIZE = 1 << 14, /* of the old file, compared at a time */
    PATH_SIZE = 4096,
    ATTEMPTS = 100,     /* at a temporary name that nobody has */
    READER_WAITS = 100, /* for somebody who reads a pipe, each of so many milliseconds */
    READER_WAIT = 10
};

/* Signals that end a program and that somebody sends, or that a write that fails does.  */
static const int signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGALRM,
                               SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ };

enum { N_SIGNALS = sizeof signals / sizeof signals[0] };

/* Says why, out of errno.  */
static bool failed(const char **why)
{
    *why = strerror(errno);
    return false;
}

/* Holds back all signals of the table, or the one that says that a file grew too large.  */
static void hold_signals(sigset_t *before, bool all)
{
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < N_SIGNALS; i++)
        if (all || signals[i] == SIGXFSZ)
            sigaddset(&held, signals[i]);
    sigprocmask(SIG_BLOCK, &held, before);
}

/* Lets them go.  A file that grew too large has been reported by the write that failed.  */
static void release_signals(const sigset_t *before)
{
    sigset_t pending, large;
    int error = errno, got;
    sigemptyset(&large);
    sigaddset(&large, SIGXFSZ);
    if (!sigismember(before, SIGXFSZ) && sigpending(&pending) == 0 &&
        sigismember(&pending, SIGXFSZ))
        sigwait(&large, &got);
    sigprocmask(SIG_SETMASK, before, NULL);
    errno = error;
}

/* Somebody wants the program to end.  */
static bool is_interrupted(const sigset_t *before)
{
    sigset_t pending;
    if (sigpending(&pending) < 0)
        return false;
    for (size_t i = 0; i < N_SIGNALS; i++)
        if (signals[i] != SIGXFSZ && signals[i] != SIGPIPE && !sigismember(before, signals[i]) &&
            sigismember(&pending, signals[i])) {
            errno = EINTR;
            return true;
        }
    return false;
}

/* Writes all of 'text'; waits where the other end takes nothing yet.  */
static bool write_all(int fd, struct str text)
{
    while (text.n) {
        size_t n = text.n < SSIZE_MAX ? text.n : SSIZE_MAX;
        ssize_t put = write(fd, text.p, n);
        if (put > 0) {
            text = str_sub(text, (size_t)put, text.n);
        } else if (put == 0) {
            errno = EIO;
            return false;
        } else if (errno == EAGAIN) {
            struct pollfd wait = { .fd = fd, .events = POLLOUT };
            if (poll(&wait, 1, -1) < 0 && errno != EINTR)
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Where pieces go, and what became of them.  */
struct sink {
    int fd;
    bool fine;
    int error; /* where it is not */
};

/* Runs what 'f' should hold through 'put'.  */
static bool print(const struct outfile *f, outfile_put *put, struct sink *sink, const char **why)
{
    const char *trouble = NULL;
    if (f->print)
        trouble = f->print(f->context, put, sink);
    else
        put(sink, f->text);
    if (trouble)
        *why = trouble;
    return !trouble;
}

static bool write_piece(void *context, struct str piece)
{
    struct sink *sink = context;
    sink->fine = write_all(sink->fd, piece);
    sink->error = errno;
    return sink->fine;
}

/* Writes all of 'f' to 'fd'.  */
static bool write_pieces(const struct outfile *f, int fd, const char **why)
{
    struct sink sink = { .fd = fd, .fine = true };
    if (!print(f, write_piece, &sink, why))
        return false;
    errno = sink.error;
    return sink.fine || failed(why);
}

/* Closes 'fd' and keeps errno if there was a failure before.  */
static bool close_after(int fd, bool fine)
{
    int error = errno;
    /* After EINTR the descriptor is gone all the same.  */
    if (close(fd) < 0 && errno != EINTR && fine)
        return false;
    errno = error;
    return fine;
}

/* Opens the folder of 'path' and finds the name in it.  */
static int open_folder(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_SIZE];
    size_t n = slash ? (size_t)(slash - path) : 0;
    *name = slash ? slash + 1 : path;
    if (n >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, n);
    folder[n] = '\0';
    const char *where = n ? folder : slash ? "/" : ".";
    int fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
#ifdef O_PATH
    /* A folder that may be written to and not listed.  */
    if (fd < 0 && errno == EACCES)
        fd = open(where, O_PATH | O_DIRECTORY | O_CLOEXEC);
#endif
    return fd;
}

/* The next bytes of the file, at most 'n': how many; 0 at its end, less where it cannot be read.
 */
static ssize_t read_old(int fd, char *p, size_t n)
{
    ssize_t got;
    do
        got = read(fd, p, n);
    while (got < 0 && errno == EINTR);
    return got;
}

/* The old file goes on with 'text'.  */
static bool goes_on(void *context, struct str text)
{
    struct sink *sink = context;
    char old[PIECE_SIZE];
    while (text.n && sink->fine) {
        ssize_t got = read_old(sink->fd, old, text.n < sizeof old ? text.n : sizeof old);
        sink->fine = got > 0 && memcmp(old, text.p, (size_t)got) == 0;
        text = str_sub(text, got > 0 ? (size_t)got : 0, text.n);
    }
    return sink->fine;
}

/* The file open at 'fd' holds what it should, which is printed no further than that is so.  */
static bool holds(const struct outfile *f, int fd, bool *same, const char **why)
{
    struct sink sink = { .fd = fd, .fine = true };
    char more;
    if (!print(f, goes_on, &sink, why))
        return false;
    *same = sink.fine && read_old(fd, &more, 1) == 0;
    return true;
}

/* The regular file 'name' in 'folder' against what it should be.  What cannot be read is written
   anew, and what belongs to somebody else cannot be narrowed.  */
static bool compare(struct outfile *f, int folder, const char *name, const char **why)
{
    struct stat st;
    bool same = false, fine = true;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    f->state = OUTFILE_OTHER;
    if (fd < 0)
        return true;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        fine = holds(f, fd, &same, why);
    close(fd);
    if (!fine || !same)
        return fine;
    if ((st.st_mode & f->mode) == (st.st_mode & 07777))
        f->state = OUTFILE_SAME;
    else if (geteuid() == 0 || geteuid() == st.st_uid)
        f->state = OUTFILE_WIDE;
    return true;
}

/* Opens a device, or a pipe when somebody reads it: whoever is to may be starting still.  */
static int open_device(const char *path, const char **why)
{
    for (int i = 0; i < READER_WAITS; i++) {
        int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0)
            return fd;
        struct stat st;
        if (errno != ENXIO || stat(path, &st) < 0 || !S_ISFIFO(st.st_mode)) {
            failed(why);
            return -1;
        }
        poll(NULL, 0, READER_WAIT);
    }
    *why = "is a pipe that nobody reads";
    return -1;
}

/* Writes to a device or a pipe, which stays what it is.  */
static bool write_through(const struct outfile *f, const char **why)
{
    struct stat st;
    int fd = open_device(f->path, why);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        close(fd);
        *why = "became a file while it was looked at";
        return false;
    }
    bool fine = write_pieces(f, fd, why);
    return close_after(fd, fine) || (fine && failed(why));
}

/* Where the link 'path' ends: true if that may be written to.  */
static bool link_is_fine(const char *path, const char **why)
{
    struct stat st;
    if (stat(path, &st) < 0)
        *why = errno == ENOENT ? "is a symbolic link to nothing" : strerror(errno);
    else if (S_ISDIR(st.st_mode))
        *why = strerror(EISDIR);
    else if (S_ISREG(st.st_mode))
        *why = "is a symbolic link to a file; name the file itself";
    else
        return true;
    return false;
}

/* Opens the folder of a file, which has a name in it.  */
static int open_place(const struct outfile *f, const char **name, const char **why)
{
    int folder = open_folder(f->path, name);
    if (folder >= 0 && !**name) {
        close(folder);
        folder = -1;
        errno = *f->path ? EISDIR : ENOENT;
    }
    if (folder < 0)
        failed(why);
    return folder;
}

/* Finds out what is to be done.  */
static bool look_at(struct outfile *f, int folder, const char *name, const char **why)
{
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        f->state = OUTFILE_OTHER;
        return errno == ENOENT || failed(why);
    }
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return failed(why);
    }
    if (S_ISLNK(st.st_mode) && !link_is_fine(f->path, why))
        return false;
    if (S_ISREG(st.st_mode))
        return compare(f, folder, name, why);
    f->state = OUTFILE_THROUGH;
    return true;
}

/* A new file in 'folder' that nobody else can read; its name in f->temp.  */
static int open_temp(struct outfile *f, int folder)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    for (int i = 0; i < ATTEMPTS; i++) {
        snprintf(f->temp, sizeof f->temp, ".pmtac-%ld-%ld-%d", (long)getpid(), (long)now.tv_nsec,
                 i);
        int fd =
            openat(folder, f->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Makes the new file at 'fd', which is full, one that may have the name.  'old' is what it
   replaces, or NULL.  */
static bool finish_temp(const struct outfile *f, int fd, const struct stat *old)
{
    mode_t mode = old ? old->st_mode & f->mode : f->mode;
    /* Whoever could read the old file by its group should be able to read the new one.  Where that
       is not allowed the file still has the right content.  */
    if (old && fchown(fd, (uid_t)-1, old->st_gid) < 0)
        errno = 0;
    if (old && geteuid() == 0 && fchown(fd, old->st_uid, (gid_t)-1) < 0)
        errno = 0;
    return fchmod(fd, mode) == 0 && (fsync(fd) == 0 || errno == EINVAL);
}

/* Writes what the target should hold beside it.  */
static bool make_temp(struct outfile *f, int folder, const char *name, const char **why)
{
    struct stat old;
    bool is_old = fstatat(folder, name, &old, AT_SYMLINK_NOFOLLOW) == 0;
    int fd = open_temp(f, folder);
    if (fd < 0)
        return failed(why);
    f->state = OUTFILE_READY;
    if (!write_pieces(f, fd, why)) {
        close(fd);
        return false;
    }
    return close_after(fd, finish_temp(f, fd, is_old ? &old : NULL)) || failed(why);
}

static bool narrow(const struct outfile *f, int folder, const char *name)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 && close_after(fd, fstat(fd, &st) == 0 && fchmod(fd, st.st_mode & f->mode) == 0);
}

/* Gives the file its name, or only its mode.  */
static bool put_in_place(struct outfile *f, int folder, const char *name, const char **why)
{
    if (f->state == OUTFILE_WIDE)
        return narrow(f, folder, name) || failed(why);
    if (renameat(folder, f->temp, folder, name) < 0)
        return failed(why);
    f->state = OUTFILE_DONE;
    /* The name may be lost with the power; the old file is whole then.  */
    (void)fsync(folder);
    return true;
}

typedef bool step_fn(struct outfile *, int folder, const char *name, const char **why);

/* Does one step for all files that are at 'state'; a signal ends it unless 'before' is NULL.
   Returns the file that fails, or NULL.  */
static struct outfile *step(struct outfile *files, size_t n, enum outfile_state state,
                            step_fn *take, const sigset_t *before, const char **why)
{
    for (size_t i = 0; i < n; i++) {
        const char *name;
        struct outfile *f = &files[i];
        if (f->folder || f->state != state)
            continue;
        if (before && is_interrupted(before)) {
            failed(why);
            return f;
        }
        int folder = open_place(f, &name, why);
        if (folder < 0)
            return f;
        bool fine = take(f, folder, name, why);
        close(folder);
        if (!fine)
            return f;
    }
    return NULL;
}

static bool make_folder(struct outfile *f, const char **why)
{
    struct stat st;
    if (mkdir(f->path, f->mode & 07777) == 0) {
        f->state = OUTFILE_DONE;
        return true;
    }
    int error = errno;
    if (error == EEXIST && stat(f->path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return true;
        error = ENOTDIR;
    }
    errno = error;
    return failed(why);
}

/* What can be tried without a trace: folders are made, files looked at.  */
static struct outfile *prepare(struct outfiles *s, const char **why)
{
    for (size_t i = 0; i < s->n; i++) {
        struct outfile *f = &s->v[i];
        f->state = OUTFILE_NEW;
        f->mode &= 07777;
        if (f->folder && !make_folder(f, why))
            return f;
    }
    return step(s->v, s->n, OUTFILE_NEW, look_at, &s->before, why);
}

/* From the first name on nobody stops it.  */
static struct outfile *replace(struct outfiles *s, const char **why)
{
    struct outfile *bad = step(s->v, s->n, OUTFILE_WIDE, put_in_place, NULL, why);
    return bad ? bad : step(s->v, s->n, OUTFILE_READY, put_in_place, NULL, why);
}

/* Where the folder cannot be opened again its path must do.  */
static void remove_temp(struct outfile *f)
{
    char path[PATH_SIZE + OUTFILE_TEMP];
    const char *name;
    int folder = open_folder(f->path, &name);
    if (folder >= 0) {
        unlinkat(folder, f->temp, 0);
        close(folder);
    } else {
        snprintf(path, sizeof path, "%.*s%s", (int)(name - f->path), f->path, f->temp);
        unlink(path);
    }
    f->state = OUTFILE_OTHER;
}

/* Removes temporary files, and folders that were made and stayed empty.  */
static void clean_up(struct outfile *files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (files[i].state == OUTFILE_READY)
            remove_temp(&files[i]);
    for (size_t i = n; i-- > 0;)
        if (files[i].folder && files[i].state == OUTFILE_DONE && rmdir(files[i].path) == 0)
            files[i].state = OUTFILE_NEW;
}

/* Devices and pipes, which may make us wait: nothing is held back meanwhile.  */
static struct outfile *write_devices(struct outfile *files, size_t n, const char **why)
{
    for (size_t i = 0; i < n; i++)
        if (!files[i].folder && files[i].state == OUTFILE_THROUGH) {
            if (!write_through(&files[i], why))
                return &files[i];
            files[i].state = OUTFILE_DONE;
        }
    return NULL;
}

static bool has_devices(const struct outfiles *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (!s->v[i].folder && s->v[i].state == OUTFILE_THROUGH)
            return true;
    return false;
}

static void begin(struct outfiles *s)
{
    hold_signals(&s->before, true);
    s->begun = true;
}

static void end(struct outfiles *s)
{
    if (s->begun)
        release_signals(&s->before);
    s->begun = false;
}

struct outfile *outfile_begin(struct outfiles *s, const char **why)
{
    *why = NULL;
    begin(s);
    struct outfile *bad = prepare(s, why);
    bool devices = !bad && has_devices(s);
    if (!bad && !devices)
        bad = step(s->v, s->n, OUTFILE_OTHER, make_temp, &s->before, why);
    if (bad)
        clean_up(s->v, s->n);
    if (bad || devices)
        end(s);
    return bad;
}

void outfile_drop(struct outfiles *s)
{
    clean_up(s->v, s->n);
    end(s);
}

struct outfile *outfile_commit(struct outfiles *s, const char **why)
{
    struct outfile *bad = NULL;
    *why = NULL;
    if (!s->begun) {
        bad = write_devices(s->v, s->n, why);
        begin(s);
        if (!bad)
            bad = step(s->v, s->n, OUTFILE_OTHER, make_temp, &s->before, why);
    } else if (s->n && is_interrupted(&s->before)) {
        failed(why);
        bad = s->v;
    }
    if (!bad)
        bad = replace(s, why);
    if (bad)
        clean_up(s->v, s->n);
    end(s);
    return bad;
}

struct outfile *outfile_write_all(struct outfile *files, size_t n, const char **why)
{
    struct outfiles s = { .v = files, .n = n };
    struct outfile *bad = outfile_begin(&s, why);
    return bad ? bad : outfile_commit(&s, why);
}

enum outfile_result outfile_write(const char *path, struct str text, unsigned mode,
                                  const char **why)
{
    struct outfile file = { .path = path, .text = text, .mode = mode };
    if (outfile_write_all(&file, 1, why))
        return OUTFILE_FAILED;
    return file.state == OUTFILE_DONE ? OUTFILE_WRITTEN : OUTFILE_UNCHANGED;
}

/* The next name in '*path', which is put behind it; what says nothing is skipped.  */
static struct str next_name(const char **path)
{
    for (;;) {
        const char *from = *path + strspn(*path, "/");
        size_t n = strcspn(from, "/");
        *path = from + n;
        if (n != 1 || *from != '.')
            return (struct str){ from, n };
    }
}

/* The paths are written alike, but for what says nothing in them.  */
static bool same_names(const char *a, const char *b)
{
    struct str x, y;
    if ((*a == '/') != (*b == '/'))
        return false;
    do {
        x = next_name(&a);
        y = next_name(&b);
    } while (x.n && str_eq(x, y));
    return !x.n && !y.n;
}

/* Where the folder is yet to be made the names must do.  */
bool outfile_same_place(const char *a, const char *b)
{
    struct stat of_a, of_b;
    const char *name_a, *name_b;
    int folder_a = open_folder(a, &name_a), folder_b = open_folder(b, &name_b);
    bool same = folder_a >= 0 && folder_b >= 0 && strcmp(name_a, name_b) == 0 &&
                fstat(folder_a, &of_a) == 0 && fstat(folder_b, &of_b) == 0 &&
                of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    if (folder_a >= 0)
        close(folder_a);
    if (folder_b >= 0)
        close(folder_b);
    return same || same_names(a, b);
}

static bool write_stdout(const struct outfile *f, const char **why)
{
    if (!write_pieces(f, STDOUT_FILENO, why))
        return false;
    /* Some file systems tell only when a descriptor is closed.  */
    int fd = dup(STDOUT_FILENO);
    return fd < 0 || close_after(fd, true) || failed(why);
}

enum outfile_result outfile_stdout(struct str text, const char **why)
{
    return outfile_stdout_all(&(struct outfile){ .text = text }, why);
}

enum outfile_result outfile_stdout_all(const struct outfile *f, const char **why)
{
    sigset_t before;
    *why = NULL;
    if (fcntl(STDOUT_FILENO, F_GETFL) < 0) {
        *why = "standard output is closed";
        return OUTFILE_FAILED;
    }
    hold_signals(&before, false);
    bool fine = write_stdout(f, why);
    release_signals(&before);
    return fine ? OUTFILE_WRITTEN : OUTFILE_FAILED;
}
