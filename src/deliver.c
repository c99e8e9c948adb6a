#include <config.h>

#include "deliver.h"

#include "depfile.h"
#include "outfile.h"

#include <errno.h>
#include <sys/stat.h>

/* Results hold secrets; the rule for make does not.  */
enum { FILE_MODE = 0640, FOLDER_MODE = 0750, DEPFILE_MODE = 0644 };

struct delivery {
    struct compilation *c;
    const struct opts *opts;
    struct buf talk;
    VEC(struct outfile) files; /* and folders in front of what is in them */
    VEC(struct str) targets;   /* the files that 'make' knows */
    struct outfiles outfiles;  /* 'files' on their way */
    bool to_stdout;
    bool fine; /* so far */
    struct map spared;         /* files that may not be written, by what they are, and why */
};

/* One of the outputs of 'c'.  */
struct printing {
    struct compilation *c;
    size_t output;
};

static const char *print_output(void *context, outfile_put *put, void *sink)
{
    const struct printing *p = context;
    switch (compile_print(p->c, p->output, put, sink)) {
    case COMPILE_NO_MEMORY:
        return "out of memory";
    case COMPILE_BUG:
        return "internal error";
    case COMPILE_FINE:
    case COMPILE_ERRORS:
    case COMPILE_BROKEN:
        break;
    }
    return NULL;
}

/* What holds output number 'i', without a path.  */
static struct outfile output_file(struct delivery *d, size_t i)
{
    struct printing *p = arena_alloc(&d->c->arena, sizeof *p);
    *p = (struct printing){ d->c, i };
    return (struct outfile){ .print = print_output, .context = p, .mode = FILE_MODE };
}

/* Says what is wrong, perhaps with a path.  */
static bool trouble(struct delivery *d, const char *what, const char *why)
{
    buf_text(&d->talk, "pmtac: ");
    diag_escape(&d->talk, str_of(what));
    buf_printf(&d->talk, "%s%s\n", why ? ": " : "", why ? why : "");
    return false;
}

/* Enters a file that is there and may not be written; 'why' is a text that lives on.  */
static void spare(struct delivery *d, struct io_identity id, const char *why)
{
    struct str key = { (const char *)&id, sizeof id };
    if (id.inode && !map_find(&d->spared, key))
        *map_add(&d->spared, arena_str(d->spared.arena, key)) = (void *)(uintptr_t)why;
}

static struct io_identity identity_of(const struct stat *st)
{
    return (struct io_identity){ (uint64_t)st->st_dev, (uint64_t)st->st_ino };
}

/* An output that is also an input would be gone before anybody could mend it.  */
static void spare_inputs(struct delivery *d)
{
    const struct sources *sources = &d->c->sources;
    const struct program *p = &d->c->program;
    struct stat secret;
    for (size_t i = 0; i < sources->list.n; i++)
        spare(d, sources->list.v[i]->identity, "is one of the inputs");
    for (size_t i = 0; i < p->secret_paths.n; i++)
        if (stat(p->secret_paths.v[i].p, &secret) == 0)
            spare(d, identity_of(&secret), "holds a secret that the topology names");
}

/* Complains of an output that must stay what it is.  */
static bool overwrites_input(struct delivery *d, const char *output)
{
    struct stat st;
    if (stat(output, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    struct io_identity id = identity_of(&st);
    const char *why = map_get(&d->spared, (struct str){ (const char *)&id, sizeof id });
    return why && !trouble(d, output, why);
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
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* True where a path is given; "-" is the standard output.  */
static bool is_path(const char *output)
{
    return output && strcmp(output, "-") != 0;
}

static bool write_stdout(struct delivery *d)
{
    const char *why;
    struct outfile file = output_file(d, 0);
    return outfile_stdout_all(&file, &why) != OUTFILE_FAILED || trouble(d, "standard output", why);
}

static void add_folder(struct delivery *d, const char *path)
{
    VEC_PUSH(&d->c->arena, &d->files,
             (struct outfile){ .path = path, .mode = FOLDER_MODE, .folder = true });
}

static bool add_file(struct delivery *d, const char *path, struct outfile file)
{
    file.path = path;
    VEC_PUSH(&d->c->arena, &d->files, file);
    return !overwrites_input(d, path);
}

static bool add_output(struct delivery *d, const char *path, size_t i)
{
    VEC_PUSH(&d->c->arena, &d->targets, str_of(path));
    return add_file(d, path, output_file(d, i));
}

/* The path without the slashes at its end.  */
static const char *trimmed(struct delivery *d, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return arena_printf(&d->c->arena, "%.*s", (int)n, path).p;
}

/* One folder for each host, each with its file 'config'.  */
static bool add_hosts(struct delivery *d)
{
    struct arena *arena = &d->c->arena;
    const char *top = trimmed(d, d->opts->output);
    const char *slash = strcmp(top, "/") == 0 ? "" : "/";
    add_folder(d, top);
    for (size_t i = 0; i < d->c->outputs.n; i++) {
        const struct output *o = &d->c->outputs.v[i];
        const char *folder = arena_printf(arena, "%s%s%.*s", top, slash, STR_ARG(o->host)).p;
        add_folder(d, folder);
        if (!add_output(d, arena_printf(arena, "%s/config", folder).p, i))
            return false;
    }
    return true;
}

static bool add_single(struct delivery *d)
{
    const char *path = d->opts->output;
    if (!d->c->outputs.n)
        return true;
    if (is_directory(path))
        return trouble(d, path,
                       "is a directory; only a topology with several hosts is written into one");
    return add_output(d, path, 0);
}

/* The dependency file where none is named: 'out/mx1.conf' has 'out/mx1.d' and the folder 'out' has
   'out.d'.  */
static const char *beside(struct delivery *d, bool fleet)
{
    const char *path = trimmed(d, d->opts->output);
    size_t n = strlen(path), end = n;
    for (size_t i = n; i-- > 0 && path[i] != '/' && !fleet;)
        if (path[i] == '.' && i && path[i - 1] != '/') {
            end = i;
            break;
        }
    return arena_printf(&d->c->arena, "%.*s.d", (int)end, path).p;
}

static bool add_depfile(struct delivery *d, bool fleet)
{
    const char *path = d->opts->depfile ? d->opts->depfile : beside(d, fleet);
    struct buf text = { .arena = &d->c->arena };
    struct str unfit;
    if (!d->targets.n)
        return true;
    for (size_t i = 0; i < d->targets.n; i++)
        if (outfile_same_place(path, d->targets.v[i].p))
            return trouble(d, path, "is both the output and its dependency file");
    if (!depfile_print(&d->c->program, d->targets.v, d->targets.n, &text, &unfit))
        return trouble(d, arena_printf(&d->c->arena, "%.*s", STR_ARG(unfit)).p,
                       "make cannot read this path in a dependency file");
    return add_file(d, path, (struct outfile){ .text = buf_str(&text), .mode = DEPFILE_MODE });
}

/* After a failure: what is in place nevertheless.  */
static void tell_what_is_done(struct delivery *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->files.n; i++)
        if (d->files.v[i].state == OUTFILE_DONE && !d->files.v[i].folder && ++n)
            trouble(d, d->files.v[i].path, "was written before that");
    if (n)
        trouble(d, "all other files are as they were", NULL);
}

/* What is to be written, and where.  */
static bool choose_files(struct delivery *d)
{
    const struct opts *o = d->opts;
    const struct program *p = &d->c->program;
    bool fleet = p->hosts.n && !o->options.host.n && o->command == COMMAND_build;
    if (o->options.host.n && !names_host(p, o->options.host))
        return trouble(d, "no host has the name given with --host", NULL);
    if (o->command == COMMAND_check)
        return true;
    d->to_stdout = !is_path(o->output);
    if (d->to_stdout)
        return !fleet ||
               trouble(d,
                       "the topology has hosts: name a folder with -o, or one of them with --host",
                       NULL);
    spare_inputs(d);
    return (fleet ? add_hosts(d) : add_single(d)) && (!o->depend || add_depfile(d, fleet));
}

struct delivery *deliver_begin(struct compilation *c, const struct opts *o)
{
    const char *why;
    struct delivery *d = NEW(&c->arena, struct delivery);
    *d = (struct delivery){ .c = c,
                            .opts = o,
                            .talk = { .arena = &c->arena },
                            .spared = { .arena = &c->arena, .exact = true } };
    d->fine = choose_files(d);
    if (!d->fine || !d->files.n)
        return d;
    d->outfiles = (struct outfiles){ .v = d->files.v, .n = d->files.n };
    const struct outfile *bad = outfile_begin(&d->outfiles, &why);
    if (bad)
        d->fine = trouble(d, bad->path, why);
    return d;
}

bool deliver_end(struct delivery *d, struct buf *talk)
{
    const char *why;
    if (d->fine && d->to_stdout) {
        d->fine = !d->c->outputs.n || write_stdout(d);
    } else if (d->fine) {
        const struct outfile *bad = outfile_commit(&d->outfiles, &why);
        if (bad) {
            d->fine = trouble(d, bad->path, why);
            tell_what_is_done(d);
        }
    }
    buf_put(talk, buf_str(&d->talk));
    return d->fine;
}

void deliver_drop(struct delivery *d)
{
    if (d && d->fine)
        outfile_drop(&d->outfiles);
}
