/* test_opts.c - command lines, as programs and shells make them.  */

#include <config.h>

#include <getopt.h>

#include "opts.h"
#include "unit.h"

static struct arena arena;
static struct opts opts;
static struct str said;

/* Reads the words up to a NULL.  */
static enum opts_result read_words(int argc, char **argv)
{
    static jmp_buf handler;
    struct buf text = { .arena = &arena };
    if (setjmp(handler))
        ck_abort_msg("trouble");
    arena_init(&arena, &handler);
    text.arena = &arena;
    optind = 0; /* getopt begins anew */
    enum opts_result result = opts_read(&opts, &arena, argc, argv, &text);
    said = buf_str(&text);
    return result;
}

#define READ(...)                                                                                  \
    read_words(sizeof((const char *[]){ "pmtac", __VA_ARGS__ }) / sizeof(char *),                  \
               (char *[]){ "pmtac", __VA_ARGS__, NULL })

START_TEST(nothing)
{
    char *none[] = { NULL };
    ck_assert_int_eq(read_words(0, none), OPTS_WRONG);
    ck_assert(str_starts(said, STR("pmtac: a command is missing")));
    arena_free(&arena);
    char *name[] = { "", NULL };
    ck_assert_int_eq(read_words(1, name), OPTS_WRONG);
    arena_free(&arena);
}
END_TEST

START_TEST(inputs)
{
    ck_assert_int_eq(READ("build", "a", "-", "--", "-b", "build"), OPTS_RUN);
    ck_assert_int_eq(opts.command, COMMAND_build);
    ck_assert_uint_eq(opts.options.inputs.n, 4);
    ck_assert(str_eq(opts.options.inputs.v[2], STR("-b")));
    ck_assert(opts.options.secrets);
    ck_assert(!opts.depend);
    arena_free(&arena);
    ck_assert_int_eq(READ("check", "a"), OPTS_RUN);
    ck_assert(!opts.options.secrets);
    arena_free(&arena);
}
END_TEST

START_TEST(depfiles)
{
    ck_assert_int_eq(READ("build", "-MD", "-o", "out", "a"), OPTS_RUN);
    ck_assert(opts.depend);
    ck_assert_ptr_null(opts.depfile);
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "a", "-MF", "x", "-o", "out", "b"), OPTS_RUN);
    ck_assert_str_eq(opts.depfile, "x");
    ck_assert_uint_eq(opts.options.inputs.n, 2);
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "-MFx", "-MD", "-o", "out", "a"), OPTS_RUN);
    ck_assert_str_eq(opts.depfile, "x");
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "--depend-file=x", "-o", "-MD", "a"), OPTS_RUN);
    ck_assert_str_eq(opts.output, "-MD");
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "-MF", "-MD", "-o", "out", "a"), OPTS_RUN);
    ck_assert_str_eq(opts.depfile, "-MD");
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "-o", "out", "--", "a", "-MD"), OPTS_RUN);
    ck_assert(!opts.depend);
    arena_free(&arena);
}
END_TEST

START_TEST(refused)
{
    ck_assert_int_eq(READ("build", "a", "-MD"), OPTS_WRONG);
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "a", "-o", "x", "-MF"), OPTS_WRONG);
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "a", "-o", "x", "-MF", "-"), OPTS_WRONG);
    arena_free(&arena);
    ck_assert_int_eq(READ("build", "a", "-o", "x", "-M"), OPTS_WRONG);
    arena_free(&arena);
    ck_assert_int_eq(READ("convert", "a", "-o", "x", "-MD"), OPTS_WRONG);
    arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("opts");
    TCase *all = tcase_create("opts");
    tcase_add_test(all, nothing);
    tcase_add_test(all, inputs);
    tcase_add_test(all, depfiles);
    tcase_add_test(all, refused);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
