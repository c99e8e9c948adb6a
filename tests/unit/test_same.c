/* test_same.c - which configurations PowerMTA cannot tell apart, and which it can.  */

#include <config.h>

#include <stdlib.h>

#include "compile.h"
#include "same.h"
#include "unit.h"

static const char rest[] = "\nlog-file /var/log/pmta/log\nspool /var/spool/pmta\n";

/* The path is the text.  */
static int read_path(void *context, struct arena *arena, const char *path, size_t limit,
                     struct str *text, struct io_identity *identity, const char **why)
{
    (void)context, (void)limit, (void)why;
    struct str all = arena_printf(arena, "%s%s%c%c", path, rest, '\0', '\0');
    *text = str_sub(all, 0, all.n - 2);
    *identity = (struct io_identity){ 0, 0 };
    return 0;
}

static size_t glob_nothing(void *context, struct arena *arena, const char *pattern,
                           struct str **paths)
{
    (void)context, (void)arena, (void)pattern, (void)paths;
    return 0;
}

static const char *no_variable(void *context, const char *name)
{
    (void)context, (void)name;
    return NULL;
}

static const struct io io = { NULL, read_path, glob_nothing, no_variable };

static struct compilation *read_text(const char *text)
{
    struct compilation *c = malloc(sizeof *c);
    struct str inputs[] = { str_of(text) };
    struct options options = { .format = FORMAT_POWERMTA, .secrets = true, .fragment = true };
    options.inputs.v = inputs;
    options.inputs.n = 1;
    compile(c, &options, &io, COMPILE_MODELS);
    ck_assert_uint_eq(c->outputs.n, 1);
    return c;
}

/* What same_models says of the two, in both directions.  */
static bool are_same(const char *x, const char *y)
{
    struct compilation *a = read_text(x), *b = read_text(y);
    struct buf one = { .arena = &a->arena }, other = { .arena = &b->arena };
    bool same = same_models(a->outputs.v[0].model, b->outputs.v[0].model, &one);
    bool again = same_models(b->outputs.v[0].model, a->outputs.v[0].model, &other);
    ck_assert_msg(same == again, "not the same both ways: %s", x);
    ck_assert_msg(same == (one.n == 0), "%.*s", (int)one.n, one.p);
    compile_free(a);
    compile_free(b);
    free(a);
    free(b);
    return same;
}

START_TEST(same)
{
    static const char *const pairs[][2] = {
        /* order, spelling */
        { "<domain a.example>\nmax-smtp-out 1\nretry-after 1m\n</domain>",
          "<domain a.example>\nretry-after 1m\nmax-smtp-out 1\n</domain>" },
        { "<domain a.example>\ndkim-sign yes\n</domain>",
          "<domain a.example>\ndkim-sign true\n</domain>" },
        { "<source 10/8>\nlog-data yes\n</source>",
          "<source 10.0.0.0/8>\nlog-data yes\n</source>" },
        /* names of sources */
        { "smtp-listener 0/0:25 source=a\n<source a>\nallow-auth no\n</source>",
          "smtp-listener 0/0:25 source=b\n<source b>\nallow-auth no\n</source>" },
        { "smtp-listener 0/0:25", "smtp-listener 0/0:25 source=a\n<source a>\n</source>" },
        /* widest */
        { "<domain *>\nuse-starttls yes\n</domain>\n<domain a.example>\nuse-starttls no\n</domain>",
          "<domain a.example>\nuse-starttls no\n</domain>" },
        { "<source 0/0>\nalways-allow-relaying no\n</source>\n<source 10/8>\n"
          "always-allow-relaying yes\n</source>",
          "<source 10/8>\nalways-allow-relaying yes\n</source>" },
        { "run-as-root true", "" },
        /* unopposed */
        { "smtp-listener 0/0:25 source=a\n<source a>\nalways-allow-relaying no\n</source>\n"
          "<smtp-user u>\npassword correct-horse\nsource s\n</smtp-user>\n"
          "<source s>\nalways-allow-relaying yes\n</source>",
          "smtp-listener 0/0:25 source=a\n<source a>\n</source>\n"
          "<smtp-user u>\npassword correct-horse\nsource s\n</smtp-user>\n"
          "<source s>\nalways-allow-relaying yes\n</source>" },
        /* unanimous */
        { "<domain a.example>\nrequire-starttls no\nmax-smtp-out 1\n</domain>",
          "<domain a.example>\nmax-smtp-out 1\n</domain>" },
        /* restated */
        { "<domain *>\ndkim-sign yes\n</domain>\n<virtual-mta v>\n<domain *>\ndkim-sign yes\n"
          "</domain>\n</virtual-mta>",
          "<domain *>\ndkim-sign yes\n</domain>\n<virtual-mta v>\n</virtual-mta>" },
        /* renamed */
        { "<domain a.example>\nroute b.example\n</domain>",
          "<domain a.example>\nsmtp-hosts b.example\n</domain>" },
    };
    ck_assert_msg(are_same(pairs[_i][0], pairs[_i][1]), "%s", pairs[_i][0]);
}
END_TEST

START_TEST(different)
{
    static const char *const pairs[][2] = {
        { "<domain a.example>\nmax-smtp-out 1\n</domain>",
          "<domain a.example>\nmax-smtp-out 2\n</domain>" },
        { "<domain a.example>\nmax-smtp-out 1\n</domain>",
          "<domain b.example>\nmax-smtp-out 1\n</domain>" },
        { "<virtual-mta v>\n</virtual-mta>", "" },
        { "<smtp-user u>\npassword correct-horse\n</smtp-user>",
          "<smtp-user u>\npassword battery-staple\n</smtp-user>" },
        /* order among lines of one directive */
        { "http-access 10/8 none\nhttp-access 127.0.0.1 admin",
          "http-access 127.0.0.1 admin\nhttp-access 10/8 none" },
        /* a default that hides something wider, or that somebody else does not have */
        { "<domain *>\nuse-starttls no\n</domain>\n<domain a.example>\nuse-starttls yes\n</domain>",
          "<domain *>\nuse-starttls no\n</domain>" },
        { "<source 10/8>\nalways-allow-relaying yes\n</source>\n<source 10.1/16>\n"
          "always-allow-relaying no\n</source>",
          "<source 10/8>\nalways-allow-relaying yes\n</source>" },
        { "smtp-listener 0/0:25 source=a\n<source a>\nalways-allow-relaying no\n</source>\n"
          "<source 10/8>\nalways-allow-relaying yes\n</source>",
          "smtp-listener 0/0:25 source=a\n<source a>\n</source>\n"
          "<source 10/8>\nalways-allow-relaying yes\n</source>" },
        { "<domain *>\ndkim-sign yes\n</domain>\n<domain a.example>\ndkim-sign no\n</domain>\n"
          "<virtual-mta v>\n<domain *>\ndkim-sign yes\n</domain>\n</virtual-mta>",
          "<domain *>\ndkim-sign yes\n</domain>\n<domain a.example>\ndkim-sign no\n</domain>\n"
          "<virtual-mta v>\n</virtual-mta>" },
        { "<domain *>\ndkim-sign no\n</domain>\n<virtual-mta v>\n<domain *>\ndkim-sign yes\n"
          "</domain>\n</virtual-mta>",
          "<domain *>\ndkim-sign no\n</domain>\n<virtual-mta v>\n</virtual-mta>" },
        /* whose source it is */
        { "smtp-listener 0/0:25 source=a\nsmtp-listener 0/0:587 source=b\n<source a>\n"
          "allow-auth no\n</source>\n<source b>\n</source>",
          "smtp-listener 0/0:25 source=b\nsmtp-listener 0/0:587 source=a\n<source a>\n"
          "allow-auth no\n</source>\n<source b>\n</source>" },
        { "<smtp-user u>\npassword correct-horse\nsource s\n</smtp-user>\n<source s>\n</source>",
          "<smtp-user u>\npassword correct-horse\n</smtp-user>" },
        { "run-as-root no", "" },
    };
    ck_assert_msg(!are_same(pairs[_i][0], pairs[_i][1]), "%s", pairs[_i][0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("same");
    TCase *all = tcase_create("same");
    tcase_add_loop_test(all, same, 0, 12);
    tcase_add_loop_test(all, different, 0, 13);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
