/* test_outfile.c - the writer: what is replaced, what is left alone, what is refused.  */

#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outfile.h"
#include "unit.h"

enum { MODE = 0640 };

static char folder[64];

static void enter_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/pmtac-outfile-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    umask(022);
}

/* Removes the folder; what is in it is plain files, links and empty folders.  */
static void leave_folder(void)
{
    DIR *d = opendir(".");
    for (struct dirent *e; d && (e = readdir(d));)
        if (unlink(e->d_name) < 0 && strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            rmdir(e->d_name);
    if (d)
        closedir(d);
    ck_assert_int_eq(chdir("/"), 0);
    rmdir(folder);
}

static enum outfile_result put(const char *path, const char *text)
{
    const char *why = NULL;
    enum outfile_result result = outfile_write(path, str_of(text), MODE, &why);
    ck_assert_int_eq(result == OUTFILE_FAILED, why != NULL);
    return result;
}

static const char *refusal(const char *path)
{
    const char *why = NULL;
    ck_assert_int_eq(outfile_write(path, STR("new"), MODE, &why), OUTFILE_FAILED);
    return why;
}

static void make(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void expect(const char *path, const char *text, mode_t mode)
{
    char got[256] = "";
    struct stat st;
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_ge(read(fd, got, sizeof got - 1), 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    close(fd);
    ck_assert_str_eq(got, text);
    ck_assert_int_eq(st.st_mode & 07777, mode);
}

static void expect_entries(int n)
{
    DIR *d = opendir(".");
    while (readdir(d))
        n--;
    closedir(d);
    ck_assert_int_eq(n, -2); /* "." and ".." */
}

START_TEST(new_file)
{
    static const mode_t masks[] = { 0, 022, 077, 0777 };
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        unlink("out");
        umask(masks[i]);
        ck_assert_int_eq(put("out", "text"), OUTFILE_WRITTEN);
        expect("out", "text", MODE);
    }
    ck_assert_int_eq(put("empty", ""), OUTFILE_WRITTEN);
    expect("empty", "", MODE);
    expect_entries(2);
}
END_TEST

START_TEST(unchanged_file)
{
    struct stat before, after;
    put("out", "text");
    ck_assert_int_eq(stat("out", &before), 0);
    ck_assert_int_eq(put("out", "text"), OUTFILE_UNCHANGED);
    ck_assert_int_eq(stat("out", &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
    ck_assert_int_eq(put("out", "texT"), OUTFILE_WRITTEN);
    ck_assert_int_eq(put("out", "tex"), OUTFILE_WRITTEN);
    ck_assert_int_eq(put("out", "text"), OUTFILE_WRITTEN);
    expect("out", "text", MODE);
    expect_entries(1);
}
END_TEST

START_TEST(modes)
{
    struct stat st;
    make("wide", "text", 0666);
    ck_assert_int_eq(put("wide", "text"), OUTFILE_UNCHANGED);
    expect("wide", "text", MODE);
    make("wide", "old", 0777);
    ck_assert_int_eq(put("wide", "text"), OUTFILE_WRITTEN);
    expect("wide", "text", MODE);
    make("narrow", "old", 0600);
    ck_assert_int_eq(put("narrow", "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(stat("narrow", &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    make("fixed", "old", 0400);
    ck_assert_int_eq(put("fixed", "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(stat("fixed", &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0400);
}
END_TEST

START_TEST(links)
{
    make("file", "old", 0644);
    ck_assert_int_eq(symlink("file", "link"), 0);
    ck_assert_int_eq(symlink("nothing", "dangling"), 0);
    ck_assert_int_eq(symlink(".", "here"), 0);
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    ck_assert_int_eq(symlink("/dev/null", "null"), 0);
    ck_assert_str_eq(refusal("link"), "is a symbolic link to a file; name the file itself");
    ck_assert_str_eq(refusal("dangling"), "is a symbolic link to nothing");
    ck_assert_str_eq(refusal("here"), strerror(EISDIR));
    ck_assert_str_eq(refusal("loop"), strerror(ELOOP));
    ck_assert_int_eq(put("null", "text"), OUTFILE_WRITTEN);
    expect("file", "old", 0644);
    expect_entries(6);
}
END_TEST

START_TEST(hard_link_keeps_the_other_name)
{
    make("file", "old", 0640);
    ck_assert_int_eq(link("file", "other"), 0);
    ck_assert_int_eq(put("file", "text"), OUTFILE_WRITTEN);
    expect("other", "old", 0640);
}
END_TEST

START_TEST(refused_places)
{
    ck_assert_int_eq(mkdir("dir", 0755), 0);
    ck_assert_str_eq(refusal("dir"), strerror(EISDIR));
    ck_assert_str_eq(refusal("dir/"), strerror(EISDIR));
    ck_assert_str_eq(refusal("."), strerror(EISDIR));
    ck_assert_str_eq(refusal("/"), strerror(EISDIR));
    ck_assert_str_eq(refusal(""), strerror(ENOENT));
    ck_assert_str_eq(refusal("none/file"), strerror(ENOENT));
    make("file", "old", 0640);
    ck_assert_str_eq(refusal("file/file"), strerror(ENOTDIR));
    expect_entries(2);
}
END_TEST

START_TEST(closed_folder)
{
    if (geteuid() == 0)
        return; /* root may do anything */
    ck_assert_int_eq(mkdir("dir", 0755), 0);
    make("dir/file", "old", 0640);
    ck_assert_int_eq(chmod("dir", 0555), 0);
    ck_assert_str_eq(refusal("dir/file"), strerror(EACCES));
    ck_assert_int_eq(put("dir/file", "old"), OUTFILE_UNCHANGED);
    expect("dir/file", "old", 0640);
    ck_assert_int_eq(chmod("dir", 0300), 0);
    ck_assert_int_eq(put("dir/file", "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(chmod("dir", 0700), 0);
    expect("dir/file", "text", 0640);
    unlink("dir/file");
}
END_TEST

START_TEST(long_name)
{
    char name[257];
    memset(name, 'a', 255);
    name[255] = '\0';
    ck_assert_int_eq(put(name, "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(put(name, "more"), OUTFILE_WRITTEN);
    expect(name, "more", MODE);
    name[255] = 'a';
    name[256] = '\0';
    ck_assert_str_eq(refusal(name), strerror(ENAMETOOLONG));
    expect_entries(1);
}
END_TEST

START_TEST(devices)
{
    struct stat before, after;
    ck_assert_int_eq(stat("/dev/null", &before), 0);
    ck_assert_int_eq(put("/dev/null", "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(put("/dev/null", "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(stat("/dev/null", &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert(S_ISCHR(after.st_mode));
    if (access("/dev/full", W_OK) == 0)
        ck_assert_str_eq(refusal("/dev/full"), strerror(ENOSPC));
}
END_TEST

START_TEST(pipes)
{
    struct stat st;
    char got[8] = "";
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_str_eq(refusal("pipe"), "is a pipe that nobody reads");
    int fd = open("pipe", O_RDONLY | O_NONBLOCK);
    ck_assert_int_eq(put("pipe", "text"), OUTFILE_WRITTEN);
    ck_assert_int_eq(read(fd, got, sizeof got - 1), 4);
    ck_assert_str_eq(got, "text");
    close(fd);
    ck_assert_int_eq(stat("pipe", &st), 0);
    ck_assert(S_ISFIFO(st.st_mode));
    expect_entries(1);
}
END_TEST

/* The size limit of a process stands in for a full disk.  */
START_TEST(full_disk)
{
    static char big[1 << 16];
    const char *why = NULL;
    struct rlimit limit = { 4096, RLIM_INFINITY }, before;
    make("out", "old", 0640);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(outfile_write("out", (struct str){ big, sizeof big }, MODE, &why),
                     OUTFILE_FAILED);
    setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_str_eq(why, strerror(EFBIG));
    expect("out", "old", 0640);
    expect_entries(1);
}
END_TEST

START_TEST(leftovers_do_no_harm)
{
    sigset_t now;
    make(".pmtac-1-2-0", "half", 0600);
    ck_assert_int_eq(put("out", "text"), OUTFILE_WRITTEN);
    expect("out", "text", MODE);
    expect_entries(2);
    sigprocmask(SIG_BLOCK, NULL, &now);
    ck_assert(!sigismember(&now, SIGINT));
}
END_TEST

/* What becomes of a folder with a file in it.  */
static const char *put_in(const char *dir, const char *path, enum outfile_state *made)
{
    const char *why = NULL;
    struct outfile files[] = {
        { .path = dir, .mode = 0750, .folder = true },
        { .path = path, .text = STR("text"), .mode = MODE },
    };
    const struct outfile *bad = outfile_write_all(files, 2, &why);
    ck_assert_int_eq(bad != NULL, why != NULL);
    *made = files[0].state;
    return why;
}

START_TEST(folders)
{
    struct stat st;
    enum outfile_state made;
    ck_assert_ptr_null(put_in("dir", "dir/file", &made));
    ck_assert_int_eq(made, OUTFILE_DONE);
    ck_assert_ptr_null(put_in("dir", "dir/file", &made));
    ck_assert_int_eq(made, OUTFILE_NEW);
    ck_assert_int_eq(stat("dir", &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0750);
    expect("dir/file", "text", MODE);
    make("file", "old", 0640);
    ck_assert_str_eq(put_in("file", "file/file", &made), strerror(ENOTDIR));
    ck_assert_str_eq(put_in("none/dir", "none/dir/file", &made), strerror(ENOENT));
    ck_assert_str_eq(put_in("other", "none/file", &made), strerror(ENOENT));
    ck_assert_int_eq(stat("other", &st), -1);
    unlink("dir/file");
}
END_TEST

/* All or none: what fails is looked for before anything is written.  */
START_TEST(together)
{
    const char *why = NULL;
    struct outfile files[] = {
        { .path = "a", .text = STR("new"), .mode = MODE },
        { .path = "b", .text = STR("new"), .mode = MODE },
        { .path = "none/c", .text = STR("new"), .mode = MODE },
    };
    make("a", "old", 0640);
    ck_assert_ptr_eq(outfile_write_all(files, 3, &why), &files[2]);
    ck_assert_str_eq(why, strerror(ENOENT));
    expect("a", "old", 0640);
    expect_entries(1);
    ck_assert_ptr_null(outfile_write_all(files, 2, &why));
    ck_assert_int_eq(files[0].state, OUTFILE_DONE);
    expect("a", "new", 0640);
    expect("b", "new", MODE);
    ck_assert_ptr_null(outfile_write_all(files, 2, &why));
    ck_assert_int_eq(files[0].state, OUTFILE_SAME);
    expect_entries(2);
}
END_TEST

/* What a file should hold, in pieces; 'why' says that the one behind them cannot be made.  */
struct made {
    const char *pieces[4];
    const char *why;
    size_t taken;
};

static const char *print_pieces(void *context, outfile_put *take, void *sink)
{
    struct made *made = context;
    made->taken = 0;
    for (size_t i = 0; made->pieces[i]; i++, made->taken++)
        if (!take(sink, str_of(made->pieces[i])))
            return NULL;
    return made->why;
}

/* Between the halves nothing has changed, and nothing changes that is not wanted.  */
START_TEST(in_two_halves)
{
    const char *why = NULL;
    sigset_t now;
    struct outfile files[] = {
        { .path = "dir", .mode = 0750, .folder = true },
        { .path = "a", .text = STR("new"), .mode = MODE },
        { .path = "b", .text = STR("same"), .mode = MODE },
        { .path = "c", .text = STR("new"), .mode = MODE },
    };
    struct outfiles all = { .v = files, .n = 4 };
    make("a", "old", 0640);
    make("b", "same", 0640);
    for (int wanted = 0; wanted < 2; wanted++) {
        ck_assert_ptr_null(outfile_begin(&all, &why));
        expect("a", "old", 0640);
        ck_assert_int_eq(access("c", F_OK), -1);
        expect_entries(5); /* two temporary ones and the folder among them */
        sigprocmask(SIG_BLOCK, NULL, &now);
        ck_assert(sigismember(&now, SIGTERM));
        if (wanted)
            ck_assert_ptr_null(outfile_commit(&all, &why));
        else
            outfile_drop(&all);
        sigprocmask(SIG_BLOCK, NULL, &now);
        ck_assert(!sigismember(&now, SIGTERM));
        expect_entries(wanted ? 4 : 2);
        expect("a", wanted ? "new" : "old", 0640);
    }
    expect("c", "new", MODE);
}
END_TEST

/* A device gets nothing, and no other file is made, before all is wanted.  */
START_TEST(device_in_two_halves)
{
    const char *why = NULL;
    struct made made = { .pieces = { "one" } };
    struct outfile files[] = {
        { .path = "/dev/null", .print = print_pieces, .context = &made, .mode = MODE },
        { .path = "a", .text = STR("new"), .mode = MODE },
    };
    struct outfiles all = { .v = files, .n = 2 };
    for (int wanted = 0; wanted < 2; wanted++) {
        made.taken = 0;
        ck_assert_ptr_null(outfile_begin(&all, &why));
        ck_assert_uint_eq(made.taken, 0);
        expect_entries(0);
        if (wanted)
            ck_assert_ptr_null(outfile_commit(&all, &why));
        else
            outfile_drop(&all);
        ck_assert_uint_eq(made.taken, (size_t)wanted);
        expect_entries(wanted);
    }
    expect("a", "new", MODE);
}
END_TEST

START_TEST(printed)
{
    static const char *const old[] = { "one ", "one twp", "one two three", "two", "" };
    const char *why = NULL;
    struct made made = { .pieces = { "one ", "", "two" } };
    struct outfile file = { .path = "out", .print = print_pieces, .context = &made, .mode = MODE };
    ck_assert_ptr_null(outfile_write_all(&file, 1, &why));
    ck_assert_int_eq(file.state, OUTFILE_DONE);
    expect("out", "one two", MODE);
    ck_assert_ptr_null(outfile_write_all(&file, 1, &why));
    ck_assert_int_eq(file.state, OUTFILE_SAME);
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        make("out", old[i], MODE);
        ck_assert_ptr_null(outfile_write_all(&file, 1, &why));
        ck_assert_int_eq(file.state, OUTFILE_DONE);
        expect("out", "one two", MODE);
    }
    expect_entries(1);
}
END_TEST

/* Pieces larger than what is compared at a time.  */
START_TEST(printed_large)
{
    static char half[100001];
    const char *why = NULL;
    struct stat before, after;
    struct made made = { .pieces = { half, half } };
    struct outfile file = { .path = "out", .print = print_pieces, .context = &made, .mode = MODE };
    memset(half, 'x', sizeof half - 1);
    ck_assert_ptr_null(outfile_write_all(&file, 1, &why));
    ck_assert_int_eq(stat("out", &before), 0);
    ck_assert_int_eq(before.st_size, 200000);
    ck_assert_ptr_null(outfile_write_all(&file, 1, &why));
    ck_assert_int_eq(file.state, OUTFILE_SAME);
    half[sizeof half - 2] = 'y';
    ck_assert_ptr_null(outfile_write_all(&file, 1, &why));
    ck_assert_int_eq(file.state, OUTFILE_DONE);
    ck_assert_int_eq(stat("out", &after), 0);
    ck_assert_int_eq(after.st_size, 200000);
    expect_entries(1);
}
END_TEST

/* What cannot be printed to its end leaves nothing behind, whether that shows when it is compared
   or when it is written.  */
START_TEST(printing_fails)
{
    static const char *const old[] = { NULL, "old", "one two", "one two three" };
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        const char *why = NULL;
        struct made made = { .pieces = { "one ", "two" }, .why = "out of memory" };
        struct outfile files[] = {
            { .path = "dir", .folder = true, .mode = 0750 },
            { .path = "dir/other", .text = STR("text"), .mode = MODE },
            { .path = "out", .print = print_pieces, .context = &made, .mode = MODE },
        };
        if (old[i])
            make("out", old[i], MODE);
        ck_assert_ptr_eq(outfile_write_all(files, 3, &why), &files[2]);
        ck_assert_str_eq(why, "out of memory");
        ck_assert_uint_eq(made.taken, 2);
        if (old[i])
            expect("out", old[i], MODE);
        expect_entries(old[i] != NULL);
    }
}
END_TEST

/* No more is printed than is wanted.  */
START_TEST(printed_no_further)
{
    const char *why = NULL;
    struct made made = { .pieces = { "one ", "two " } };
    struct outfile file = {
        .path = "/dev/full", .print = print_pieces, .context = &made, .mode = MODE
    };
    ck_assert_ptr_eq(outfile_write_all(&file, 1, &why), &file);
    ck_assert_str_eq(why, strerror(ENOSPC));
    ck_assert_uint_eq(made.taken, 0);
}
END_TEST

START_TEST(same_place)
{
    ck_assert_int_eq(mkdir("dir", 0755), 0);
    ck_assert_int_eq(symlink("dir", "link"), 0);
    ck_assert(outfile_same_place("a", "./a"));
    ck_assert(outfile_same_place("dir/a", "link//a"));
    ck_assert(!outfile_same_place("dir/a", "a"));
    ck_assert(!outfile_same_place("a", "b"));
    /* A folder that is yet to be made.  */
    ck_assert(outfile_same_place("none/a", ".//none/./a"));
    ck_assert(!outfile_same_place("none/a", "none/b"));
    ck_assert(!outfile_same_place("none/a", "none/a/b"));
    ck_assert(!outfile_same_place("none/a", "/none/a"));
}
END_TEST

/* What 'outfile_stdout' says of a standard output 'fd' (negative: closed).  */
static const char *stdout_to(int fd, struct str text)
{
    const char *why = NULL;
    int before = dup(STDOUT_FILENO);
    fflush(stdout);
    close(STDOUT_FILENO);
    if (fd >= 0)
        dup2(fd, STDOUT_FILENO);
    enum outfile_result result = outfile_stdout(text, &why);
    dup2(before, STDOUT_FILENO);
    close(before);
    return result == OUTFILE_WRITTEN ? "written" : why;
}

START_TEST(standard_output)
{
    int out = open("out", O_WRONLY | O_CREAT, 0640), in = open("out", O_RDONLY), ends[2];
    ck_assert_str_eq(stdout_to(out, STR("text")), "written");
    expect("out", "text", 0640);
    ck_assert_str_eq(stdout_to(-1, STR("text")), "standard output is closed");
    ck_assert_str_eq(stdout_to(in, STR("text")), strerror(EBADF));
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    ck_assert_str_eq(stdout_to(ends[1], STR("text")), strerror(EPIPE));
    int full = open("/dev/full", O_WRONLY);
    if (full >= 0)
        ck_assert_str_eq(stdout_to(full, STR("text")), strerror(ENOSPC));
    close(full), close(out), close(in), close(ends[1]);
}
END_TEST

/* A reader that is slow and a pipe that does not wait: short writes, EAGAIN.  */
START_TEST(slow_reader)
{
    static char big[1 << 19];
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t reader = fork();
    if (reader == 0) {
        static char piece[1000];
        size_t n = 0;
        close(ends[1]);
        for (ssize_t got; (got = read(ends[0], piece, sizeof piece)) > 0;)
            n += (size_t)got;
        _exit(n != sizeof big);
    }
    close(ends[0]);
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    ck_assert_str_eq(stdout_to(ends[1], (struct str){ big, sizeof big }), "written");
    close(ends[1]);
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outfile");
    TCase *all = tcase_create("outfile");
    tcase_add_checked_fixture(all, enter_folder, leave_folder);
    tcase_add_test(all, new_file);
    tcase_add_test(all, unchanged_file);
    tcase_add_test(all, modes);
    tcase_add_test(all, links);
    tcase_add_test(all, hard_link_keeps_the_other_name);
    tcase_add_test(all, refused_places);
    tcase_add_test(all, closed_folder);
    tcase_add_test(all, long_name);
    tcase_add_test(all, devices);
    tcase_add_test(all, pipes);
    tcase_add_test(all, full_disk);
    tcase_add_test(all, leftovers_do_no_harm);
    tcase_add_test(all, folders);
    tcase_add_test(all, together);
    tcase_add_test(all, in_two_halves);
    tcase_add_test(all, device_in_two_halves);
    tcase_add_test(all, printed);
    tcase_add_test(all, printed_large);
    tcase_add_test(all, printing_fails);
    tcase_add_test(all, printed_no_further);
    tcase_add_test(all, same_place);
    tcase_add_test(all, standard_output);
    tcase_add_test(all, slow_reader);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
