/* test_round.c - the round trip of all cases and examples, for every version of PowerMTA.

   Each input is built with its own options and secrets; what is built is read back and comes to the
   same, and what that builds is the same to the byte from then on.  */

#include <config.h>

#include <dirent.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../fuzz/round.h"
#include "opts.h"
#include "unit.h"

enum { WORDS = 32, TEXT = 4096 };

/* How many inputs were built.  */
static size_t built;

/* The lines of a file beside the input, or nothing.  */
static char *beside(const char *name, const char *extension, char text[TEXT])
{
    char path[NAME_MAX + 1];
    const char *dot = strrchr(name, '.');
    snprintf(path, sizeof path, "%.*s%s", (int)(dot - name), name, extension);
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, TEXT - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    return text;
}

static void set_environment(const char *name)
{
    char text[TEXT], *rest = beside(name, ".env", text);
    clearenv();
    if (!*rest) {
        setenv("APP_SMTP_PASSWORD", "correct-horse-battery", 1);
        setenv("RELAY_PASSWORD", "staple-of-the-relay", 1);
    }
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *equals = strchr(line, '=');
        if (!equals)
            continue;
        *equals = '\0';
        setenv(line, equals + 1, 1);
    }
}

static void judge(const char *folder, const char *name, const struct options *o, struct buf *why)
{
    struct compilation c;
    if (compile(&c, o, &io_system, COMPILE_BUILD) == COMPILE_FINE)
        for (size_t i = 0; i < c.outputs.n; i++) {
            built++;
            if (!round_trip(&c, i, why))
                ck_abort_msg("%s/%s for %d: %.*s", folder, name, o->version, STR_ARG(buf_str(why)));
        }
    compile_free(&c);
}

/* The input with the options of its case, for each version.  */
static void judge_input(const char *folder, char *name)
{
    static char program[] = "pmtac", command[] = "build";
    char *words[WORDS] = { program, command, name }, text[TEXT];
    static const int versions[] = { PMTA_4_0, PMTA_4_5, PMTA_5_0 };
    int n = 3;
    jmp_buf handler;
    struct arena arena;
    struct opts o;
    if (setjmp(handler))
        ck_abort_msg("no memory");
    arena_init(&arena, &handler);
    struct buf why = { .arena = &arena };
    for (char *rest = beside(name, ".args", text), *word; (word = strsep(&rest, " \n"));)
        if (*word && n < WORDS)
            words[n++] = word;
    set_environment(name);
    optind = 0;
    ck_assert_int_eq(opts_read(&o, &arena, n, words, &why), OPTS_RUN);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        o.options.version = versions[i];
        judge(folder, name, &o.options, &why);
    }
    arena_free(&arena);
}

static bool is_input(const char *name)
{
    struct str s = str_of(name);
    return str_ends(s, STR(".topo")) || str_ends(s, STR(".psv"));
}

static void judge_folder(const char *folder)
{
    DIR *dir = opendir(".");
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir));)
        if (is_input(e->d_name))
            judge_input(folder, e->d_name);
    closedir(dir);
}

static void enter(const char *path)
{
    const char *top = getenv("abs_top_srcdir");
    static char start[PATH_MAX];
    if (!*start)
        ck_assert_ptr_nonnull(realpath(top ? top : ".", start));
    ck_assert_int_eq(chdir(start), 0);
    ck_assert_int_eq(chdir(path), 0);
}

START_TEST(cases)
{
    enter("tests/cases");
    DIR *themes = opendir(".");
    ck_assert_ptr_nonnull(themes);
    for (struct dirent *e; (e = readdir(themes));) {
        char path[NAME_MAX + 16];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "tests/cases/%s", e->d_name);
        enter(path);
        judge_folder(e->d_name);
    }
    closedir(themes);
    ck_assert_uint_gt(built, 900);
}
END_TEST

START_TEST(examples)
{
    enter("examples");
    judge_folder("examples");
    ck_assert_uint_ge(built, 15);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("round");
    TCase *all = tcase_create("round");
    tcase_set_timeout(all, 120);
    tcase_add_test(all, cases);
    tcase_add_test(all, examples);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
