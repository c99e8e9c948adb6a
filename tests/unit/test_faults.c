/* test_faults.c - a build of a fleet, in which the system refuses each of its calls in turn, or a
   signal comes during it.

   The rooms that talk to the system are compiled in here with its functions under other names.
   Whatever happens: either everything is as before, or what is new is whole and was named; no
   temporary file is left; and something was said.  */

#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "deliver.h"
#include "outfile.h"
#include "unit.h"

/* What happens at call number 'at' (from 1; 0 never).  */
static struct {
    long at, calls;
    int error;        /* it fails so */
    bool from_now_on; /* and so do the later ones that write */
    int signal;       /* this comes before it is made */
    bool stutter;     /* each second call is interrupted, and a piece is short */
    long changes;     /* calls that would change something */
} fault;

/* Kinds of calls: they need room on the disk, they may be interrupted, they change a file.  */
enum { NEEDS_ROOM = 1, WAITS = 2, CHANGES = 4 };

static bool faulty(int kind)
{
    fault.calls++;
    fault.changes += (kind & CHANGES) != 0;
    if (fault.stutter && (kind & WAITS) && fault.calls % 2) {
        errno = EINTR;
        return true;
    }
    bool later = fault.from_now_on && (kind & NEEDS_ROOM) && fault.calls > fault.at;
    if (!fault.at || (fault.calls != fault.at && !later))
        return false;
    if (fault.signal) {
        raise(fault.signal);
        return false;
    }
    errno = fault.error;
    return true;
}

static size_t shortened(size_t n)
{
    return fault.stutter && n > 7 ? 7 : n;
}

/* What 'openat' with 'flags' is.  */
static int opening(int flags, ...)
{
    return flags & O_CREAT ? NEEDS_ROOM | CHANGES : 0;
}

#define IF_FINE(KIND, CALL) (faulty(KIND) ? -1 : (CALL))
#define open(...) IF_FINE(0, open(__VA_ARGS__))
#define openat(FOLDER, NAME, ...)                                                                  \
    IF_FINE(opening(__VA_ARGS__, 0), openat(FOLDER, NAME, __VA_ARGS__))
#define read(FD, P, N) IF_FINE(WAITS, read(FD, P, shortened(N)))
#define write(FD, P, N) IF_FINE(NEEDS_ROOM | WAITS | CHANGES, write(FD, P, shortened(N)))
#define close(FD) (close(FD), faulty(0) ? -1 : 0)
#define stat(PATH, ST) IF_FINE(0, stat(PATH, ST))
#define fstat(FD, ST) IF_FINE(0, fstat(FD, ST))
#define fstatat(FOLDER, NAME, ST, FLAGS) IF_FINE(0, fstatat(FOLDER, NAME, ST, FLAGS))
#define fsync(FD) IF_FINE(NEEDS_ROOM | CHANGES, fsync(FD))
#define fchmod(FD, MODE) IF_FINE(CHANGES, fchmod(FD, MODE))
#define fchown(FD, UID, GID) IF_FINE(CHANGES, fchown(FD, UID, GID))
#define mkdir(PATH, MODE) IF_FINE(NEEDS_ROOM, mkdir(PATH, MODE))
#define renameat(A, B, C, D) IF_FINE(CHANGES, renameat(A, B, C, D))
#define glob(PATTERN, FLAGS, FUNCTION, FOUND)                                                      \
    (faulty(0) ? GLOB_ABORTED : glob(PATTERN, FLAGS, FUNCTION, FOUND))
#include "../../src/io.c"
#include "../../src/outfile.c"
#undef open
#undef openat
#undef read
#undef write
#undef close
#undef stat
#undef fstat
#undef fstatat
#undef fsync
#undef fchmod
#undef fchown
#undef mkdir
#undef renameat
#undef glob

static char folder[64];

static const char topology[] = "include part.d/*.topo\n"
                               "host mx{1..3} { let net = 203.1.11{4..6} }\n"
                               "tls edge { certificate /etc/edge.pem }\n"
                               "listener in 127.0.0.1:2525 { tls required edge; auth required }\n"
                               "user app { password file:secret; via v1 }\n";
/* What is wrong with the output of the last host is found out while it is made.  */
static const char unwritable[] = "include main.topo\n"
                                 "host mx3 { acct-file \"/var/log/a>b.csv\" { records d } }\n";
static const char part[] = "postmaster ops@acme.example\n"
                           "vmta v1 { source ${net}.2 ${host}.acme.example }\n";

/* The files that a build makes.  */
static const char *const made[] = { "out/mx1/config", "out/mx2/config", "out/mx3/config", "out.d" };
enum { N_MADE = sizeof made / sizeof made[0], TEXT_SIZE = 4096 };

/* How a build ends that went well.  */
enum { UNTOUCHED = 0, WRITTEN = 10 };

static char texts[N_MADE][TEXT_SIZE]; /* what is in them when all is well */
static char said[TEXT_SIZE];          /* by the last run */

static void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static bool get_file(const char *path, char text[TEXT_SIZE])
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, TEXT_SIZE - 1, f) : 0;
    text[n] = '\0';
    if (f)
        fclose(f);
    return f != NULL;
}

enum { COUNT, REMOVE_TEMPORARY, REMOVE_ALL };

/* Counts temporary files below 'path' and removes something.  */
static int sweep(const char *path, int away)
{
    int n = 0;
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char inner[512];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        n += e->d_name[0] == '.';
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        n += sweep(inner, away);
        if ((away == REMOVE_ALL || (away && e->d_name[0] == '.')) && unlink(inner) < 0)
            rmdir(inner);
    }
    if (d)
        closedir(d);
    return n;
}

/* What is built.  */
static const char *input = "main.topo";

/* A build, in a process of its own; ends with the status of the program.  */
static void build(void)
{
    static struct compilation c;
    struct opts o = { .command = COMMAND_build, .output = "out", .depend = true };
    struct str name = str_of(input);
    o.options.inputs.v = &name;
    o.options.inputs.n = 1;
    o.options.secrets = true;
    umask(077);
    enum compile_status status = compile_start(&c, &o.options, &io_system, COMPILE_BUILD);
    if (setjmp(c.handler))
        _exit(9);
    struct buf talk = { .arena = &c.arena };
    struct delivery *delivery = status == COMPILE_FINE ? deliver_begin(&c, &o) : NULL;
    status = compile_finish(&c);
    diags_print_text(&c.diags, &talk, 0, false);
    bool fine = status == COMPILE_FINE && deliver_end(delivery, &talk);
    if (status != COMPILE_FINE)
        deliver_drop(delivery);
    buf_char(&talk, '\0');
    put_file("said", talk.p);
    snprintf(said, sizeof said, "%ld", fault.calls);
    put_file("calls", said);
    _exit(fine ? (fault.changes ? WRITTEN : UNTOUCHED) : status == COMPILE_ERRORS ? 1 : 2);
}

/* The status of a build under the fault; negative: the signal.  */
static int run(void)
{
    int status;
    unlink("said");
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);
        for (int i = 1; i < 32; i++)
            signal(i, SIG_DFL);
        build();
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    get_file("said", said);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void enter_folder(void)
{
    /* In memory where there is such a place: thousands of files go to the disk else.  */
    bool memory = access("/dev/shm", W_OK) == 0;
    snprintf(folder, sizeof folder, "%s/pmtac-faults-XXXXXX", memory ? "/dev/shm" : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("part.d", 0700), 0);
    put_file("main.topo", topology);
    put_file("unwritable.topo", unwritable);
    put_file("part.d/a.topo", part);
    put_file("secret", "a-secret-of-the-tests\n");
    ck_assert_int_eq(run(), WRITTEN);
    ck_assert_str_eq(said, "");
    for (size_t i = 0; i < N_MADE; i++)
        ck_assert(get_file(made[i], texts[i]));
}

static void leave_folder(void)
{
    sweep(".", REMOVE_ALL);
    ck_assert_int_eq(chdir("/"), 0);
    rmdir(folder);
}

/* How it is before a run: no output, or an old one.  */
static void set_up(bool old)
{
    sweep("out", REMOVE_ALL);
    rmdir("out");
    unlink("out.d");
    sweep(".", REMOVE_TEMPORARY);
    if (!old)
        return;
    mkdir("out", 0700);
    for (size_t i = 0; i < N_MADE; i++) {
        char path[64];
        snprintf(path, sizeof path, "out/mx%d", (int)i + 1);
        if (strchr(made[i], '/'))
            mkdir(path, 0700);
        put_file(made[i], "old");
    }
}

static bool is_named(const char *path)
{
    char line[128];
    snprintf(line, sizeof line, "pmtac: %s: was written before that\n", path);
    return strstr(said, line) != NULL;
}

/* The file is old, or new and whole; by which of these, the rest is judged.  */
static bool is_new(size_t i, bool old)
{
    char text[TEXT_SIZE];
    bool there = get_file(made[i], text);
    if (there && strcmp(text, texts[i]) == 0)
        return true;
    ck_assert_msg(old ? there && strcmp(text, "old") == 0 : !there, "%s: call %ld: %s", made[i],
                  fault.at, text);
    return false;
}

static void judge(int status, bool old)
{
    size_t n_new = 0;
    struct stat st;
    if (status != -SIGKILL)
        ck_assert_msg(sweep(".", COUNT) == 0, "call %ld: a file is left behind", fault.at);
    for (size_t i = 0; i < N_MADE; i++) {
        n_new += is_new(i, old);
        ck_assert(status < 0 || status == WRITTEN || is_new(i, old) == is_named(made[i]));
    }
    if (status == WRITTEN)
        ck_assert_uint_eq(n_new, N_MADE);
    else if (status == 1)
        ck_assert_uint_eq(n_new, 0);
    else if (status > 0)
        ck_assert_int_eq(status, 2);
    if (status < 0 && status != -SIGKILL)
        ck_assert_msg(n_new == 0 || n_new == N_MADE, "call %ld: half of it", fault.at);
    if (status > 0 && status != WRITTEN)
        ck_assert_msg(*said, "call %ld: nothing was said", fault.at);
    if (status > 0 && !old && !n_new)
        ck_assert_msg(stat("out", &st) < 0, "call %ld: a folder is left behind", fault.at);
}

/* The calls of a build without a fault.  */
static long count_calls(bool old)
{
    char text[TEXT_SIZE];
    set_up(old);
    ck_assert_int_eq(run(), WRITTEN);
    ck_assert(get_file("calls", text));
    return strtol(text, NULL, 10);
}

/* The fault at each call, or at each of some.  HOSTILE=all: at each.  */
static void try_all(bool old, long step)
{
    long n = count_calls(old);
    const char *hostile = getenv("HOSTILE");
    if (hostile && strcmp(hostile, "all") == 0)
        step = 1;
    ck_assert_int_gt(n, 60);
    for (long at = 1; at <= n + 1; at += step) {
        set_up(old);
        fault.at = at;
        int status = run();
        judge(status, old);
        fault.at = 0;
        if (status >= 0)
            continue;
        /* What it left does the next one no harm.  */
        ck_assert_int_eq(run() % WRITTEN, 0);
        for (size_t i = 0; i < N_MADE; i++)
            ck_assert(is_new(i, old));
    }
}

START_TEST(refusals)
{
    static const int errors[] = { EIO, ENOSPC, EACCES };
    fault.error = errors[_i / 2];
    try_all(_i % 2, _i < 2 ? 1 : 5);
}
END_TEST

START_TEST(full_disk)
{
    fault.error = ENOSPC;
    fault.from_now_on = true;
    try_all(_i, 3);
}
END_TEST

START_TEST(interrupts)
{
    static const int all[] = { SIGINT, SIGKILL, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ };
    fault.signal = all[_i / 2];
    try_all(_i % 2, _i < 4 ? 1 : 7);
}
END_TEST

/* Files that turn out not to be wanted when they are made: whatever fails or comes meanwhile.  */
START_TEST(not_wanted)
{
    static const int coming[] = { 0, SIGTERM, SIGKILL };
    char text[TEXT_SIZE];
    bool old = _i % 2;
    input = "unwritable.topo";
    set_up(old);
    ck_assert_int_eq(run(), 1);
    ck_assert_ptr_nonnull(strstr(said, "[value-unwritable]"));
    judge(1, old);
    ck_assert(get_file("calls", text));
    long n = strtol(text, NULL, 10);
    ck_assert_int_gt(n, 40);
    fault.signal = coming[_i / 2];
    fault.error = ENOSPC;
    for (fault.at = 1; fault.at <= n; fault.at += fault.signal ? 5 : 1) {
        set_up(old);
        int status = run();
        judge(status, old);
        ck_assert_int_ne(status, WRITTEN);
        for (size_t i = 0; i < N_MADE; i++)
            ck_assert(!is_new(i, old));
    }
}
END_TEST

START_TEST(short_pieces)
{
    fault.stutter = true;
    set_up(_i);
    ck_assert_int_eq(run(), WRITTEN);
    judge(WRITTEN, _i);
}
END_TEST

START_TEST(nothing_changed)
{
    struct stat before[N_MADE], after;
    set_up(false);
    ck_assert_int_eq(run(), WRITTEN);
    for (size_t i = 0; i < N_MADE; i++)
        ck_assert_int_eq(stat(made[i], &before[i]), 0);
    ck_assert_int_eq(run(), UNTOUCHED);
    for (size_t i = 0; i < N_MADE; i++) {
        ck_assert_int_eq(stat(made[i], &after), 0);
        ck_assert_uint_eq(after.st_ino, before[i].st_ino);
        ck_assert_int_eq(after.st_ctim.tv_sec, before[i].st_ctim.tv_sec);
        ck_assert_int_eq(after.st_ctim.tv_nsec, before[i].st_ctim.tv_nsec);
    }
}
END_TEST

START_TEST(one_of_many_changed)
{
    struct stat before, after;
    set_up(false);
    ck_assert_int_eq(run(), WRITTEN);
    put_file("out/mx2/config", "old");
    ck_assert_int_eq(stat("out/mx1/config", &before), 0);
    ck_assert_int_eq(run(), WRITTEN);
    ck_assert_int_eq(stat("out/mx1/config", &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    judge(WRITTEN, false);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *all = tcase_create("faults");
    tcase_set_timeout(all, 120);
    tcase_add_checked_fixture(all, enter_folder, leave_folder);
    tcase_add_loop_test(all, refusals, 0, 6);
    tcase_add_loop_test(all, full_disk, 0, 2);
    tcase_add_loop_test(all, interrupts, 0, 14);
    tcase_add_loop_test(all, not_wanted, 0, 6);
    tcase_add_loop_test(all, short_pieces, 0, 2);
    tcase_add_test(all, nothing_changed);
    tcase_add_test(all, one_of_many_changed);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
