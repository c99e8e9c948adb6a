#include <config.h>

#include "baseline.h"
#include "deliver.h"
#include "differ.h"
#include "explain.h"
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Exit statuses, as pmtac(1) has them.  */
enum { STATUS_FINE = 0, STATUS_ERRORS = 1, STATUS_TROUBLE = 2 };

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

/* Text that was asked for is the result.  */
static int print_text(struct str text)
{
    const char *why;
    if (outfile_stdout(text, &why) != OUTFILE_FAILED)
        return STATUS_FINE;
    complain("standard output", why);
    return STATUS_TROUBLE;
}

static bool wants_tables(const struct opts *o)
{
    return o->options.relay || o->options.dkim;
}

/* Tables as text are the result: messages make room for them.  */
static bool wants_text_tables(const struct opts *o)
{
    return wants_tables(o) && o->format != MESSAGES_JSON;
}

/* What else there is to be said of a conversion is a member of the document.  */
static void print_json(struct compilation *c, struct buf *text)
{
    struct buf more = { .arena = &c->arena };
    buf_put(&more, buf_str(&c->tables));
    struct str rest = buf_str(&c->remarks);
    for (bool first = true; rest.n; first = false) {
        size_t end = str_find(rest, '\n');
        buf_text(&more, first ? ",\n  \"remarks\": [\n    " : ",\n    ");
        diag_json_string(&more, str_sub(rest, 0, end));
        rest = str_sub(rest, end + 1, rest.n);
    }
    buf_text(&more, c->remarks.n ? "\n  ]" : "");
    diags_print_json(&c->diags, buf_str(&more), text);
}

/* Messages: machine formats of 'check' are its data, all else is talk.  */
static int print_messages(struct compilation *c, const struct opts *o)
{
    struct buf text = { .arena = &c->arena };
    if (o->format == MESSAGES_JSON)
        print_json(c, &text);
    else if (o->format == MESSAGES_GCC)
        diags_print_gcc(&c->diags, &text, o->max_errors);
    else
        diags_print_text(&c->diags, &text, o->max_errors, o->color);
    if (o->command == COMMAND_check && o->format != MESSAGES_TEXT && !wants_text_tables(o))
        return print_text(buf_str(&text));
    return put_stderr(buf_str(&text)) ? STATUS_FINE : STATUS_TROUBLE;
}

/* Writes the baseline of all that was said, which is then known.  */
static bool write_baseline(struct compilation *c, const struct opts *o)
{
    const char *why;
    size_t n;
    struct str text = baseline_print(&c->diags, &n);
    if (outfile_write(o->baseline, text, 0644, &why) == OUTFILE_FAILED) {
        complain(o->baseline, why);
        return false;
    }
    fprintf(stderr, "pmtac: %s: %zu message%s recorded; only others are reported from now on\n",
            o->baseline, n, n == 1 ? "" : "s");
    baseline_take(&c->diags, text);
    return true;
}

/* Takes back what the baseline knows; where there is none it is made.  A file that is something
   else, such as the configuration itself, is never written over.  */
static bool apply_baseline(struct compilation *c, const struct opts *o)
{
    struct io_identity identity;
    const char *why = NULL;
    struct str text = { NULL, 0 };
    int error =
        io_system.read(io_system.context, &c->arena, o->baseline, IO_LIMIT, &text, &identity, &why);
    bool makes = o->baseline_write && !error && (!text.n || baseline_is(text));
    if (error == ENOENT || makes)
        return write_baseline(c, o);
    if (!error && !o->baseline_write && baseline_take(&c->diags, text) != SIZE_MAX)
        return true;
    complain(o->baseline, error ? why : "is no baseline");
    return false;
}

static enum compile_goal goal_of(const struct opts *o)
{
    switch (o->command) {
    case COMMAND_build:
        return COMPILE_BUILD;
    case COMMAND_convert:
        return COMPILE_CONVERT;
    case COMMAND_check:
    case COMMAND_diff:
    case COMMAND_explain:
    case N_COMMANDS:
        break;
    }
    return wants_tables(o) ? COMPILE_TABLES : COMPILE_CHECK;
}

/* What there is to be said and shown of it.  */
static bool print_results(struct compilation *c, const struct opts *o, bool broken)
{
    if (print_messages(c, o) != STATUS_FINE ||
        (o->format != MESSAGES_JSON && !put_stderr(buf_str(&c->remarks))))
        return false;
    return broken || !wants_text_tables(o) || print_text(buf_str(&c->tables)) == STATUS_FINE;
}

static int run_delivery(struct delivery *delivery, struct compilation *c)
{
    struct buf talk = { .arena = &c->arena };
    bool fine = deliver_end(delivery, &talk);
    put_stderr(buf_str(&talk));
    return fine ? STATUS_FINE : STATUS_TROUBLE;
}

/* Files are made first, since that is when all is said of them; nobody waits for the messages while
   there are some that are not wanted.  */
/* 'check' against a baseline, which delivers nothing.  */
static int check_baseline(struct compilation *c, const struct opts *o)
{
    if (!apply_baseline(c, o) || !print_results(c, o, false))
        return STATUS_TROUBLE;
    return diags_forbid(&c->diags) ? STATUS_ERRORS : STATUS_FINE;
}

static int run_compilation(struct compilation *c, const struct opts *o)
{
    struct delivery *volatile delivery = NULL;
    enum compile_status compiled = compile_start(c, &o->options, &io_system, goal_of(o));
    /* The library's handler is behind us, and memory is needed from here on.  */
    if (!c->trouble && setjmp(c->handler)) {
        deliver_drop(delivery);
        complain("out of memory", NULL);
        return STATUS_TROUBLE;
    }
    if (compiled == COMPILE_FINE)
        delivery = deliver_begin(c, o);
    compiled = compile_finish(c);
    if (compiled != COMPILE_FINE)
        deliver_drop(delivery);
    if (c->trouble) {
        complain(c->trouble == COMPILE_BUG ? "internal error" : "out of memory", c->arena.bug);
        return STATUS_TROUBLE;
    }
    bool broken = compiled == COMPILE_BROKEN;
    if (o->baseline && !broken)
        return check_baseline(c, o);
    bool shown = print_results(c, o, broken);
    if (compiled == COMPILE_FINE && shown)
        return run_delivery(delivery, c);
    if (compiled == COMPILE_FINE)
        deliver_drop(delivery);
    return shown && !broken ? STATUS_ERRORS : STATUS_TROUBLE;
}

static int run_explain(const struct opts *o, struct buf *text)
{
    if (!o->checks.n)
        explain_list(text);
    for (size_t i = 0; i < o->checks.n; i++) {
        buf_text(text, i ? "\n\n" : "");
        explain_check(text, o->checks.v[i]);
    }
    return print_text(buf_str(text));
}

/* As with diff(1), that something differs is an exit status.  */
static int run_diff(const struct opts *o, struct buf *out)
{
    struct buf talk = { .arena = out->arena };
    enum differ_status found = differ(o, &io_system, out, &talk);
    int status = print_text(buf_str(out));
    if (!put_stderr(buf_str(&talk)) || found == DIFFER_TROUBLE)
        return STATUS_TROUBLE;
    return found == DIFFER_DIFFERENT && status == STATUS_FINE ? STATUS_ERRORS : status;
}

static int run(struct arena *arena, int argc, char **argv)
{
    struct opts o;
    struct buf text = { .arena = arena };
    switch (opts_read(&o, arena, argc, argv, &text)) {
    case OPTS_RUN:
        break;
    case OPTS_DONE:
        return print_text(buf_str(&text));
    case OPTS_WRONG:
        put_stderr(buf_str(&text));
        return STATUS_TROUBLE;
    }
    if (o.command == COMMAND_explain)
        return run_explain(&o, &text);
    if (o.command == COMMAND_diff)
        return run_diff(&o, &text);
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
