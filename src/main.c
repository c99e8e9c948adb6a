#include <config.h>

#include "compile.h"
#include "opts.h"
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exit statuses, as pmtac(1) has them.  */
enum { STATUS_FINE = 0, STATUS_ERRORS = 1, STATUS_TROUBLE = 2 };

enum { FILE_MODE = 0640, DIRECTORY_MODE = 0750 };

/* Says something of our own; messages about inputs go through diag.  */
static void complain(const char *what, const char *why)
{
    fprintf(stderr, "pmtac: %s%s%s\n", what, why ? ": " : "", why ? why : "");
}

static bool put_stderr(struct str text)
{
    return !text.n || fwrite(text.p, 1, text.n, stderr) == text.n;
}

/* Descriptors 0 to 2 that are closed would be taken by the first file that is opened.  What stands
   in for one fails as a closed one does.  */
static bool guard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
            return false;
    return true;
}

/* Messages: machine formats of 'check' are its data, all else is talk.  */
static int print_messages(struct compilation *c, const struct opts *o)
{
    struct buf text = { .arena = &c->arena };
    const char *why;
    if (o->format == MESSAGES_JSON)
        diags_print_json(&c->diags, &text);
    else if (o->format == MESSAGES_GCC)
        diags_print_gcc(&c->diags, &text, o->max_errors);
    else
        diags_print_text(&c->diags, &text, o->max_errors, o->color);
    if (o->command == COMMAND_check && o->format != MESSAGES_TEXT) {
        if (outfile_stdout(buf_str(&text), &why) != OUTFILE_FAILED)
            return STATUS_FINE;
        complain("standard output", why);
        return STATUS_TROUBLE;
    }
    return put_stderr(buf_str(&text)) ? STATUS_FINE : STATUS_TROUBLE;
}

static int write_file(const char *path, struct str text)
{
    const char *why;
    enum outfile_result result = path && strcmp(path, "-")
                                     ? outfile_write(path, text, FILE_MODE, &why)
                                     : outfile_stdout(text, &why);
    if (result != OUTFILE_FAILED)
        return STATUS_FINE;
    complain(path && strcmp(path, "-") ? path : "standard output", why);
    return STATUS_TROUBLE;
}

/* An output that is also an input would be gone before anybody could mend it: complains.  */
static bool overwrites_input(const struct compilation *c, const char *output)
{
    struct stat st;
    if (!output || stat(output, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    for (size_t i = 0; i < c->sources.list.n; i++) {
        const struct io_identity *id = &c->sources.list.v[i]->identity;
        if (id->inode == (uint64_t)st.st_ino && id->device == (uint64_t)st.st_dev) {
            complain(output, "is one of the inputs");
            return true;
        }
    }
    return false;
}

/* The folder of one host, or its file 'config'.  */
static const char *host_path(struct compilation *c, const char *folder, size_t i, const char *file)
{
    return arena_printf(&c->arena, "%s/%.*s%s", folder, STR_ARG(c->outputs.v[i].host), file).p;
}

/* One folder for each host, each with its file 'config'.  */
static int write_hosts(struct compilation *c, const char *folder)
{
    const char *why;
    for (size_t i = 0; i < c->outputs.n; i++)
        if (overwrites_input(c, host_path(c, folder, i, "/config")))
            return STATUS_TROUBLE;
    if (!outfile_mkdir(folder, DIRECTORY_MODE, &why)) {
        complain(folder, why);
        return STATUS_TROUBLE;
    }
    for (size_t i = 0; i < c->outputs.n; i++) {
        const char *host = host_path(c, folder, i, "");
        if (!outfile_mkdir(host, DIRECTORY_MODE, &why)) {
            complain(host, why);
            return STATUS_TROUBLE;
        }
        int status = write_file(host_path(c, folder, i, "/config"), compile_text(c, i));
        if (status != STATUS_FINE)
            return status;
    }
    return STATUS_FINE;
}

static bool names_host(const struct program *p, struct str host)
{
    for (size_t i = 0; i < p->hosts.n; i++)
        if (str_ieq(p->hosts.v[i]->name, host))
            return true;
    return false;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int write_outputs(struct compilation *c, const struct opts *o)
{
    const struct program *p = &c->program;
    if (o->command == COMMAND_build && p->hosts.n && !o->options.host.n) {
        if (o->output && strcmp(o->output, "-"))
            return write_hosts(c, o->output);
        complain("the topology has hosts: name a folder with -o, or one of them with --host", NULL);
        return STATUS_TROUBLE;
    }
    if (!c->outputs.n)
        return STATUS_FINE;
    if (is_directory(o->output)) {
        complain(o->output,
                 "is a directory; only a topology with several hosts is written into one");
        return STATUS_TROUBLE;
    }
    return write_file(o->output, compile_text(c, 0));
}

static enum compile_goal goal_of(enum command command)
{
    switch (command) {
    case COMMAND_build:
        return COMPILE_BUILD;
    case COMMAND_convert:
        return COMPILE_CONVERT;
    case COMMAND_check:
    case N_COMMANDS:
        break;
    }
    return COMPILE_CHECK;
}

static int run_compilation(struct compilation *c, const struct opts *o)
{
    enum compile_status compiled = compile(c, &o->options, &io_system, goal_of(o->command));
    if (compiled == COMPILE_NO_MEMORY || compiled == COMPILE_BUG) {
        complain(compiled == COMPILE_BUG ? "internal error" : "out of memory", c->arena.bug);
        return STATUS_TROUBLE;
    }
    /* Printing needs memory too, and the library's handler is behind us.  */
    if (setjmp(c->handler)) {
        complain("out of memory", NULL);
        return STATUS_TROUBLE;
    }
    int status = print_messages(c, o);
    if (status != STATUS_FINE || compiled == COMPILE_BROKEN)
        return STATUS_TROUBLE;
    if (compiled == COMPILE_ERRORS)
        return STATUS_ERRORS;
    if (o->options.host.n && !names_host(&c->program, o->options.host)) {
        complain("no host has the name given with --host", NULL);
        return STATUS_TROUBLE;
    }
    if (o->command == COMMAND_check)
        return STATUS_FINE;
    return overwrites_input(c, o->output) ? STATUS_TROUBLE : write_outputs(c, o);
}

static int run(struct arena *arena, int argc, char **argv)
{
    struct opts o;
    struct buf text = { .arena = arena };
    const char *why;
    switch (opts_read(&o, arena, argc, argv, &text)) {
    case OPTS_RUN:
        break;
    case OPTS_DONE:
        if (outfile_stdout(buf_str(&text), &why) != OUTFILE_FAILED)
            return STATUS_FINE;
        complain("standard output", why);
        return STATUS_TROUBLE;
    case OPTS_WRONG:
        put_stderr(buf_str(&text));
        return STATUS_TROUBLE;
    }
    struct compilation *c = arena_alloc(arena, sizeof *c);
    int status = run_compilation(c, &o);
    compile_free(c);
    return status;
}

int main(int argc, char **argv)
{
    jmp_buf handler;
    struct arena arena;
    if (!guard_descriptors())
        return STATUS_TROUBLE;
    if (setjmp(handler)) {
        complain("out of memory", NULL);
        return STATUS_TROUBLE;
    }
    arena_init(&arena, &handler);
    int status = run(&arena, argc, argv);
    arena_free(&arena);
    if (fflush(stderr) != 0 && status == STATUS_FINE)
        status = STATUS_TROUBLE;
    return status;
}
