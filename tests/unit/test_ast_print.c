/* test_ast_print.c - the canonical form, and that it says what was written.  */

#include <config.h>

#include "../fuzz/tree.h"
#include "legacy.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static struct sources sources;
static struct diags diags;

/* Nobody waits at 'handler': where the arena gives up, the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
    sources_init(&sources, &arena, &io_nothing);
    diags_init(&diags, &arena, &sources);
}

static void tear_down(void) { arena_free(&arena); }

static struct source *source_of_text(struct str text)
{
    char *p = arena_alloc(&arena, text.n + 2);
    memcpy(p, text.p, text.n);
    p[text.n] = p[text.n + 1] = '\0';
    return source_add(&sources, STR("input"), (struct str){ p, text.n }, NOWHERE);
}

static struct ast_file read_text(struct str text)
{
    struct ast_file file;
    parse_topo(&arena, &diags, source_of_text(text), &file);
    ck_assert_uint_eq(diags.n_errors, 0);
    return file;
}

static const char *printed(const struct ast_file *file)
{
    struct buf out = { .arena = &arena };
    ast_print(file, &out);
    buf_char(&out, '\0');
    return out.p;
}

/* 'text' is printed as 'expected', which reads as the same tree and prints as itself.  */
static void check_print(const char *text, const char *expected)
{
    struct ast_file file = read_text(str_of(text));
    ck_assert_str_eq(printed(&file), expected);
    struct ast_file again = read_text(str_of(expected));
    ck_assert(tree_same(file.stmts.first, again.stmts.first));
    ck_assert_str_eq(printed(&again), expected);
}

START_TEST(layout)
{
    check_print("", "");
    check_print("a 1", "a 1\n");
    check_print("a  1;b\t2", "a 1\nb 2\n");
    check_print("\n\n a 1\n\n\n\nb 2\n\n", "a 1\n\nb 2\n");
    check_print("v x{a 1;b{c d}}", "v x {\n    a 1\n    b {\n        c d\n    }\n}\n");
    check_print("a 1\nv x\n{\n\nb 2\n\n\nc 3\n\n}\nd 4\n",
                "a 1\n\nv x {\n    b 2\n\n    c 3\n}\n\nd 4\n");
    check_print("v x { }\nw y { }", "v x {\n}\n\nw y {\n}\n");
    check_print("\xef\xbb\xbf" "a 1\r\nb 2\r\n", "a 1\nb 2\n");
}
END_TEST

START_TEST(values)
{
    check_print("a /x y/, \"q \\\"\\\\\", tx{1..4}, ${v} $${w}",
                "a /x y/, \"q \\\"\\\\\", tx{1..4}, ${v} $${w}\n");
    check_print("a b ,c,\n\nd", "a b, c, d\n");
    check_print("queue-to {sparkpost}", "queue-to {sparkpost}\n");
    check_print("a \"\" \"plain\" //", "a \"\" \"plain\" //\n");
}
END_TEST

START_TEST(long_lists)
{
    check_print("domain a23456789012345678901234567890.example, b2345678901234567890.example,"
                "c2345678901234567890.example, d.example { x y }",
                "domain a23456789012345678901234567890.example, b2345678901234567890.example,\n"
                "    c2345678901234567890.example, d.example {\n    x y\n}\n");
}
END_TEST

/* A slash in a later value must not make a pattern of a path.  */
START_TEST(paths_and_patterns)
{
    check_print("a /x,\ny/", "a /x,\n    y/\n");
    check_print("a /x,\n/y,\nz/", "a /x, /y,\n    z/\n");
    check_print("a /x,\ny, b,\nz/ c", "a /x, y, b,\n    z/ c\n");
    check_print("a /x/y, z/", "a /x/y, z/\n");
    check_print("a /x # b/ c\n", "a /x # b/ c\n");
}
END_TEST

START_TEST(comments)
{
    check_print("# top\n\n# of a\na 1 # of a, too\n# of b\nb 2 # end",
                "# top\n\n# of a\na 1 # of a, too\n# of b\nb 2 # end\n");
    check_print("a 1; b 2 # of b", "a 1\nb 2 # of b\n");
    check_print("v x { # of x\n# of a\na 1 # too\n# of the end\n} # of x\n# last",
                "v x { # of x\n    # of a\n    a 1 # too\n    # of the end\n} # of x\n\n# last\n");
    check_print("v x { a 1 } # of x", "v x {\n    a 1\n} # of x\n");
    check_print("v x # early\n{ # of x\na 1\n}", "# early\nv x { # of x\n    a 1\n}\n");
    check_print("a 1\n# of x\nv x { b 2 }", "a 1\n\n# of x\nv x {\n    b 2\n}\n");
    check_print("a 1\n# of a\n\nv x { b 2 }", "a 1\n# of a\n\nv x {\n    b 2\n}\n");
    check_print("a b, # of b\n  # of c\n c", "a b, # of b\n    # of c\n    c\n");
    check_print("a 1 # blanks  \r\n", "a 1 # blanks\n");
    check_print("# only", "# only\n");
}
END_TEST

/* A made value that the scanner would not read as one word is quoted.  */
START_TEST(made_values)
{
    static const struct made {
        const char *text, *printed;
    } cases[] = {
        { "plain", "plain" },     { "", "\"\"" },           { "a b", "\"a b\"" },
        { "a,b", "\"a,b\"" },     { "a\"b\\", "\"a\\\"b\\\\\"" }, { "#x", "\"#x\"" },
        { "a{b", "\"a{b\"" },     { "a{1..2}", "a{1..2}" }, { "/etc/x", "/etc/x" },
        { "/x/", "\"/x/\"" },     { "/x/{1..2}", "\"/x/{1..2}\"" }, { "//x", "//x" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = { .arena = &arena };
        ast_print_value(value_make(&arena, VALUE_WORD, str_of(cases[i].text), NOWHERE), &out);
        buf_char(&out, '\0');
        ck_assert_str_eq(out.p, cases[i].printed);
    }
}
END_TEST

static const char *converted(const char *text)
{
    struct rows rows;
    struct ast_file file;
    struct buf out = { .arena = &arena };
    parse_pipe(&arena, &diags, source_of_text(str_of(text)), &rows);
    struct legacy *legacy = legacy_new(&arena, &arena, &arena, &diags);
    legacy_lower(legacy, &rows, NULL, &file);
    legacy_finish(legacy);
    ck_assert_uint_eq(diags.n_errors, 0);
    legacy_print(&rows, &file, &out);
    struct ast_file again = read_text(buf_str(&out));
    ck_assert(tree_same(file.stmts.first, again.stmts.first));
    buf_char(&out, '\0');
    return out.p;
}

START_TEST(rows)
{
    ck_assert_str_eq(converted("# mine\n3.4.5.6|Key|A.com|M.A.com|u@A.com|p|\"${x}{1..2}\n"),
                     "# mine\n"
                     "# 3.4.5.6|Key|A.com|M.A.com|u@A.com|***\n"
                     "tls m.a.com {\n"
                     "    certificate /etc/pmta/tls/m.a.com.pem\n"
                     "}\n\n"
                     "listener submission-3.4.5.6 3.4.5.6:587 {\n"
                     "    tls required m.a.com\n"
                     "    auth required\n"
                     "}\n\n"
                     "user u@A.com {\n"
                     "    password \"p|\\\"$${x}{1..2}\"\n"
                     "    via m.a.com\n"
                     "}\n\n"
                     "dkim a.com {\n"
                     "    selector Key /etc/pmta/dkim/key.a.com.pem\n"
                     "}\n\n"
                     "vmta m.a.com {\n"
                     "    source 3.4.5.6 m.a.com\n"
                     "    sign a.com\n"
                     "}\n");
}
END_TEST

START_TEST(rows_without_tls)
{
    ck_assert_str_eq(converted("1.1.1.1|k|a.com|m.a.com|out\r\n1.1.1.2|k2|a.com|m2.a.com|OUT"),
                     "# 1.1.1.1|k|a.com|m.a.com|out\n"
                     "listener local 127.0.0.1:2525 {\n"
                     "    tls none\n"
                     "    auth none\n"
                     "    allow 127.0.0.1\n"
                     "    process-x-virtual-mta yes\n"
                     "    via out\n"
                     "}\n\n"
                     "# 1.1.1.2|k2|a.com|m2.a.com|OUT\n"
                     "dkim a.com {\n"
                     "    selector k /etc/pmta/dkim/k.a.com.pem\n"
                     "    selector k2 /etc/pmta/dkim/k2.a.com.pem\n"
                     "}\n\n"
                     "vmta out {\n"
                     "    tls none\n"
                     "    source 1.1.1.1 m.a.com\n"
                     "    sign a.com k\n"
                     "    source 1.1.1.2 m2.a.com\n"
                     "    sign a.com k2\n"
                     "}\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ast-print");
    TCase *all = tcase_create("ast-print");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, layout);
    tcase_add_test(all, values);
    tcase_add_test(all, long_lists);
    tcase_add_test(all, paths_and_patterns);
    tcase_add_test(all, comments);
    tcase_add_test(all, made_values);
    tcase_add_test(all, rows);
    tcase_add_test(all, rows_without_tls);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
