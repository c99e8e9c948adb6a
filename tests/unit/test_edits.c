/* test_edits.c - every example and case, damaged: words deleted, doubled and exchanged, bytes
   replaced, the end cut off.

   Whatever comes of it: the compiler comes back with a verdict, never with a crash or an internal
   error; messages hold no control character and no secret, and are few; what is accepted converts,
   and the conversion builds to the same configuration.

   HOSTILE=all makes every edit; else a fixed sample of them.  */

#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compile.h"
#include "unit.h"

enum { SAMPLE = 700, FILES = 2000, PATH_SIZE = 1024, INPUT_SIZE = 20000 };

static const char *const secrets[] = { "correct-horse-battery", "staple-of-the-relay" };

/* The files, read once.  */
static struct file {
    char path[PATH_SIZE];
    struct str text;
} files[FILES];
static size_t n_files;

/* The text that stands for the file that is damaged.  */
struct damaged {
    const char *path;
    struct str text;
};

static int read_damaged(void *context, struct arena *arena, const char *path, size_t limit,
                        struct str *text, struct io_identity *identity, const char **why)
{
    const struct damaged *d = context;
    if (strcmp(path, d->path) != 0)
        return io_system.read(NULL, arena, path, limit, text, identity, why);
    char *p = arena_alloc(arena, d->text.n + 2);
    memcpy(p, d->text.p, d->text.n);
    p[d->text.n] = p[d->text.n + 1] = '\0';
    *text = (struct str){ p, d->text.n };
    *identity = (struct io_identity){ 0 };
    *why = NULL;
    return 0;
}

static const char *environment(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "APP_SMTP_PASSWORD") == 0 ? secrets[0]
           : strcmp(name, "RELAY_PASSWORD") == 0  ? secrets[1]
                                                  : NULL;
}

static bool holds(struct str text, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= text.n; i++)
        if (text.p[i] == *what && memcmp(text.p + i, what, n) == 0)
            return true;
    return false;
}

/* Writes down what was compiled and fails.  */
static void blame(const struct damaged *d, const char *what)
{
    printf("# %s: %s; the text was:\n", d->path, what);
    fwrite(d->text.p, 1, d->text.n, stdout);
    putchar('\n');
    ck_abort_msg("%s: %s", d->path, what);
}

static void judge_messages(const struct damaged *d, struct compilation *c)
{
    struct buf text = { .arena = &c->arena }, json = { .arena = &c->arena };
    diags_print_text(&c->diags, &text, 0, false);
    diags_print_json(&c->diags, STR(""), &json);
    for (size_t i = 0; i < text.n; i++)
        if (((unsigned char)text.p[i] < ' ' && text.p[i] != '\n') || text.p[i] == 0x7f)
            blame(d, "a control character in the messages");
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (!holds(d->text, secrets[i]) &&
            (holds(buf_str(&text), secrets[i]) || holds(buf_str(&json), secrets[i])))
            blame(d, "a secret in the messages");
}

static enum compile_status run(struct compilation *c, struct damaged *d, enum compile_goal goal)
{
    struct io io = { d, read_damaged, io_system.glob, environment, NULL };
    struct str input = str_of(d->path);
    struct options options = { .fragment = true, .secrets = goal == COMPILE_BUILD };
    options.inputs.v = &input;
    options.inputs.n = options.inputs.cap = 1;
    enum compile_status status = compile(c, &options, &io, goal);
    if (status == COMPILE_BUG)
        blame(d, c->arena.bug);
    if (status != COMPILE_FINE && status != COMPILE_ERRORS)
        blame(d, "no verdict");
    if (status == COMPILE_ERRORS && (!c->diags.n_errors || c->outputs.n))
        blame(d, "an error and no message, or an output");
    return status;
}

/* What is accepted converts, and builds to the same.  */
static void judge_conversion(struct damaged *d, struct compilation *built)
{
    static struct compilation converted, again;
    if (run(&converted, d, COMPILE_CONVERT) != COMPILE_FINE)
        blame(d, "built and not converted");
    struct damaged topology = { d->path, { "", 0 } };
    if (converted.outputs.n)
        topology.text = compile_text(&converted, 0);
    if (str_ends(str_of(d->path), STR(".topo")) && built->outputs.n) {
        if (run(&again, &topology, COMPILE_BUILD) != COMPILE_FINE)
            blame(d, "what was converted does not build");
        for (size_t i = 0; i < built->outputs.n; i++)
            if (again.outputs.n != built->outputs.n ||
                !str_eq(compile_text(&again, i), compile_text(built, i)))
                blame(d, "what was converted builds to something else");
        compile_free(&again);
    }
    compile_free(&converted);
}

/* How many edits had so many messages; the last counts all that had more.  */
static size_t having[64];

static void judge(struct damaged *d)
{
    static struct compilation c;
    enum compile_status status = run(&c, d, COMPILE_BUILD);
    having[c.diags.list.n < 63 ? c.diags.list.n : 63]++;
    judge_messages(d, &c);
    if (status == COMPILE_FINE)
        judge_conversion(d, &c);
    compile_free(&c);
}

static void add_file(const char *folder, const char *name)
{
    struct str s = str_of(name);
    struct file *file = &files[n_files];
    if (n_files == FILES || (!str_ends(s, STR(".topo")) && !str_ends(s, STR(".psv"))))
        return;
    snprintf(file->path, PATH_SIZE, "%s/%s", folder, name);
    FILE *f = fopen(file->path, "rb");
    if (!f)
        return;
    char *p = malloc(INPUT_SIZE);
    size_t n = p ? fread(p, 1, INPUT_SIZE, f) : 0;
    fclose(f);
    file->text = (struct str){ p, n };
    if (n < INPUT_SIZE)
        n_files++;
    else
        free(p);
}

/* The files of 'folder', and of the folders in it where there are to be.  */
static void add_folder(const char *folder, bool deep)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[PATH_SIZE];
        add_file(folder, names[i]->d_name);
        if (deep && names[i]->d_name[0] != '.' &&
            snprintf(path, PATH_SIZE, "%s/%s", folder, names[i]->d_name) < PATH_SIZE)
            add_folder(path, false);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

static void read_files(void)
{
    const char *top = getenv("abs_top_srcdir");
    char path[PATH_SIZE];
    snprintf(path, PATH_SIZE, "%s/examples", top ? top : ".");
    add_folder(path, false);
    snprintf(path, PATH_SIZE, "%s/tests/cases", top ? top : ".");
    add_folder(path, true);
}

/* Goes through the edits: 'next' says which of them are made.  */
struct sampler {
    size_t n, step;
};

static bool next(struct sampler *s)
{
    return s->n++ % s->step == 0;
}

/* A word or a single sign of the language at or behind 'at'.  */
static struct span token(struct str text, size_t at)
{
    static const char signs[] = "{};,\n|";
    while (at < text.n && is_blank(text.p[at]))
        at++;
    size_t end = at;
    while (end < text.n && !is_blank(text.p[end]) && !memchr(signs, text.p[end], 6))
        end++;
    return (struct span){ (uint32_t)at, (uint32_t)(end > at || at == text.n ? end : at + 1) };
}

/* 'a', 'b', 'c' one behind the other.  */
static struct str join(char *room, struct str a, struct str b, struct str c)
{
    size_t n = 0;
    struct str parts[] = { a, b, c };
    for (size_t i = 0; i < 3; n += parts[i++].n)
        if (parts[i].n)
            memcpy(room + n, parts[i].p, parts[i].n);
    return (struct str){ room, n };
}

typedef void edit_fn(const struct file *, struct sampler *);

static void try(const struct file *file, struct str text)
{
    struct damaged d = { file->path, text };
    judge(&d);
}

static void edit_words(const struct file *file, struct sampler *s)
{
    static char room[3 * INPUT_SIZE], both[3 * INPUT_SIZE];
    struct str t = file->text;
    for (struct span a = token(t, 0), b; a.lo < t.n; a = b) {
        struct str before = str_sub(t, 0, a.lo), word = str_sub(t, a.lo, a.hi - a.lo);
        struct str behind = str_sub(t, a.hi, t.n);
        b = token(t, a.hi);
        if (next(s))
            try(file, join(room, before, behind, STR("")));
        if (next(s))
            try(file, join(room, before, join(both, word, STR(" "), word), behind));
        if (!next(s) || b.lo >= t.n)
            continue;
        struct str other = str_sub(t, b.lo, b.hi - b.lo);
        struct str between = str_sub(t, a.hi, b.lo - a.hi);
        struct str swapped = join(both, other, between, word);
        try(file, join(room, before, swapped, str_sub(t, b.hi, t.n)));
    }
}

static void edit_end(const struct file *file, struct sampler *s)
{
    for (size_t n = 0; n < file->text.n; n++)
        if (next(s))
            try(file, str_sub(file->text, 0, n));
}

static void edit_bytes(const struct file *file, struct sampler *s)
{
    static const char bytes[] = "{}\"#\\,;/\n\r\t $|%<>=\x80\xff*\0";
    static char room[3 * INPUT_SIZE];
    for (size_t i = 0; i < file->text.n; i++)
        for (size_t k = 0; k + 1 < sizeof bytes; k++)
            if (next(s))
                try(file, join(room, str_sub(file->text, 0, i), (struct str){ bytes + k, 1 },
                               str_sub(file->text, i + 1 - k % 2, file->text.n)));
}

/* Makes SAMPLE of the edits, or all.  */
static void edit_all(edit_fn *edit)
{
    const char *hostile = getenv("HOSTILE");
    struct sampler s = { 0, SIZE_MAX };
    ck_assert_uint_gt(n_files, 5);
    if (hostile && strcmp(hostile, "all") == 0) {
        s.step = edit == edit_bytes ? 7 : 1;
    } else {
        /* Nothing but the first edit is made by this round, which counts them.  */
        for (size_t i = 0; i < n_files; i++)
            edit(&files[i], &s);
        s = (struct sampler){ 0, s.n / SAMPLE + 1 };
    }
    for (size_t i = 0; i < n_files; i++)
        edit(&files[i], &s);
}

START_TEST(words)
{
    size_t all = 0, few = 0;
    edit_all(edit_words);
    for (size_t i = 0; i < sizeof having / sizeof having[0]; i++) {
        all += having[i];
        few += i <= 3 ? having[i] : 0;
    }
    /* One mistake, and the mistakes that the case is about.  */
    ck_assert_uint_ge(2 * few, all);
}
END_TEST

START_TEST(ends)
{
    edit_all(edit_end);
}
END_TEST

START_TEST(bytes)
{
    edit_all(edit_bytes);
}
END_TEST

START_TEST(none)
{
    for (size_t i = 0; i < n_files; i++)
        try(&files[i], files[i].text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edits");
    TCase *all = tcase_create("edits");
    tcase_set_timeout(all, getenv("HOSTILE") ? 7200 : 60);
    tcase_add_test(all, none);
    tcase_add_test(all, words);
    tcase_add_test(all, ends);
    tcase_add_test(all, bytes);
    suite_add_tcase(suite, all);
    read_files();
    int status = unit_run(suite);
    for (size_t i = 0; i < n_files; i++)
        free((void *)(uintptr_t)files[i].text.p);
    return status;
}
