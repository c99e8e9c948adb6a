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
    TEMP_SIZE = 64,
    ATTEMPTS = 100 /* at a temporary name that nobody has */
};

/* A file in its folder.  */
struct target {
    int folder;
    const char *name;
    unsigned mode;
};

/* Says why, out of errno.  */
static enum outfile_result failed(const char **why)
{
    *why = strerror(errno);
    return OUTFILE_FAILED;
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

/* The file open at 'fd' holds 'text'.  */
static bool holds(int fd, struct str text)
{
    char piece[PIECE_SIZE];
    while (text.n) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || (size_t)got > text.n || memcmp(piece, text.p, (size_t)got) != 0)
            return false;
        text = str_sub(text, (size_t)got, text.n);
    }
    return read(fd, piece, 1) == 0;
}

/* The file is what it should be, its mode included.  What cannot be read is written anew.  */
static bool is_unchanged(const struct target *t, struct str text)
{
    struct stat st;
    int fd = openat(t->folder, t->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) < 0) {
        close(fd);
        return false;
    }
    bool same = S_ISREG(st.st_mode) && (uintmax_t)st.st_size == text.n && holds(fd, text);
    mode_t narrow = st.st_mode & t->mode;
    if (same && narrow != (st.st_mode & 07777))
        same = fchmod(fd, narrow) == 0;
    close(fd);
    return same;
}

/* A new file beside the target that nobody else can read; its name in 'temp'.  */
static int open_temp(const struct target *t, char temp[TEMP_SIZE])
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    for (int i = 0; i < ATTEMPTS; i++) {
        snprintf(temp, TEMP_SIZE, ".pmtac-%ld-%ld-%d", (long)getpid(), (long)now.tv_nsec, i);
        int fd =
            openat(t->folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Fills the new file at 'fd' and closes it.  'old' is what it replaces, or NULL.  */
static bool fill_temp(const struct target *t, int fd, struct str text, const struct stat *old)
{
    mode_t mode = old ? old->st_mode & t->mode : t->mode;
    bool fine = write_all(fd, text);
    /* Whoever could read the old file by its group should be able to read the new one.  Where that
       is not allowed the file still has the right content.  */
    if (fine && old && fchown(fd, (uid_t)-1, old->st_gid) < 0)
        errno = 0;
    if (fine && old && geteuid() == 0 && fchown(fd, old->st_uid, (gid_t)-1) < 0)
        errno = 0;
    fine = fine && fchmod(fd, mode) == 0 && (fsync(fd) == 0 || errno == EINVAL);
    return close_after(fd, fine);
}

/* Writes a new file and gives it the name.  */
static bool replace(const struct target *t, struct str text, const struct stat *old)
{
    char temp[TEMP_SIZE];
    int fd = open_temp(t, temp);
    if (fd < 0)
        return false;
    bool fine = fill_temp(t, fd, text, old) && renameat(t->folder, temp, t->folder, t->name) == 0;
    if (!fine) {
        int error = errno;
        unlinkat(t->folder, temp, 0);
        errno = error;
        return false;
    }
    /* The name may be lost with the power; the old file is whole then.  */
    (void)fsync(t->folder);
    return true;
}

/* The same, with the signals that people send held back: none leaves the temporary file.  */
static bool replace_undisturbed(const struct target *t, struct str text, const struct stat *old)
{
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    bool holding = sigprocmask(SIG_BLOCK, &held, &before) == 0;
    bool fine = replace(t, text, old);
    int error = errno;
    if (holding)
        sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return fine;
}

/* Writes to a device or a pipe, which stays what it is.  */
static enum outfile_result write_through(const char *path, struct str text, const char **why)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failed(why);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        close(fd);
        *why = "became a file while it was looked at";
        return OUTFILE_FAILED;
    }
    return close_after(fd, write_all(fd, text)) ? OUTFILE_WRITTEN : failed(why);
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

static enum outfile_result write_target(const struct target *t, const char *path, struct str text,
                                        const char **why)
{
    struct stat st;
    if (fstatat(t->folder, t->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT)
            return failed(why);
        return replace_undisturbed(t, text, NULL) ? OUTFILE_WRITTEN : failed(why);
    }
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return failed(why);
    }
    if (S_ISLNK(st.st_mode) && !link_is_fine(path, why))
        return OUTFILE_FAILED;
    if (!S_ISREG(st.st_mode))
        return write_through(path, text, why);
    if (is_unchanged(t, text))
        return OUTFILE_UNCHANGED;
    return replace_undisturbed(t, text, &st) ? OUTFILE_WRITTEN : failed(why);
}

enum outfile_result outfile_write(const char *path, struct str text, unsigned mode,
                                  const char **why)
{
    struct target t = { .mode = mode & 07777 };
    *why = NULL;
    t.folder = open_folder(path, &t.name);
    if (t.folder < 0)
        return failed(why);
    if (!*t.name) {
        close(t.folder);
        errno = *path ? EISDIR : ENOENT;
        return failed(why);
    }
    enum outfile_result result = write_target(&t, path, text, why);
    close(t.folder);
    return result;
}

bool outfile_mkdir(const char *path, unsigned mode, const char **why)
{
    struct stat st;
    *why = NULL;
    if (mkdir(path, mode & 07777) == 0)
        return true;
    int error = errno;
    if (error == EEXIST && stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return true;
        error = ENOTDIR;
    }
    *why = strerror(error);
    return false;
}

enum outfile_result outfile_stdout(struct str text, const char **why)
{
    *why = NULL;
    if (fcntl(STDOUT_FILENO, F_GETFL) < 0) {
        *why = "standard output is closed";
        return OUTFILE_FAILED;
    }
    if (!write_all(STDOUT_FILENO, text))
        return failed(why);
    /* Some file systems tell only when a descriptor is closed.  */
    int fd = dup(STDOUT_FILENO);
    if (fd >= 0 && !close_after(fd, true))
        return failed(why);
    return OUTFILE_WRITTEN;
}
