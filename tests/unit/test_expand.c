/* test_expand.c - variables and ranges: what a value as written stands for, and what is refused. */

#include <config.h>

#include <stdlib.h>

#include "expand.h"
#include "parse.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static struct sources sources;
static struct diags diags;
static struct vars outer, inner;
static size_t budget;
static struct scratch scratch;
static struct env env;

/* Nobody waits at 'handler': where the arena gives up, the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
    sources_init(&sources, &arena, &io_nothing);
    diags_init(&diags, &arena, &sources);
    outer = (struct vars){ .map = { .arena = &arena, .exact = true } };
    inner = (struct vars){ .map = { .arena = &arena, .exact = true }, .outer = &outer };
    budget = EXPAND_TOTAL;
    scratch = (struct scratch){ 0 };
    env = (struct env){ .arena = &arena, .diags = &diags, .vars = &inner, .budget = &budget,
                         .scratch = &scratch };
}

static void tear_down(void)
{
    arena_free(&arena);
}

/* The first statement of 'text', which has no syntax error of its own.  */
static const struct stmt *stmt_of(const char *text)
{
    struct str s = arena_printf(&arena, "%s%c%c", text, '\n', 0);
    struct ast_file *file = NEW(&arena, struct ast_file);
    diags_init(&diags, &arena, &sources);
    struct source *source =
        source_add(&sources, STR("input"), (struct str){ s.p, s.n - 1 }, NOWHERE);
    parse_topo(&arena, &diags, source, file);
    ck_assert_msg(diags.n_errors == 0, "%s", text);
    ck_assert_ptr_nonnull(file->stmts.first);
    return file->stmts.first;
}

static struct value value_of(const char *text)
{
    const struct stmt *s = stmt_of(arena_printf(&arena, "word %s", text).p);
    ck_assert_msg(s->words->n == 2, "%s", text);
    return stmt_value(s, 1);
}

static struct var *set(struct vars *vars, const char *name, const char *text)
{
    struct var *var = NEW(&arena, struct var);
    struct value value = value_of(text);
    *var = (struct var){ .name = str_of(name), .value = value, .span = value_span(value) };
    *map_add(&vars->map, var->name) = var;
    return var;
}

/* The elements of 'text', with '|' between them; what is reported instead.  */
static const char *expanded(const char *text)
{
    struct value v = value_of(text);
    struct buf out = { .arena = &arena };
    uint32_t count;
    diags_init(&diags, &arena, &sources);
    bool good = expand_count(&env, v, &count);
    ck_assert_int_eq(good, diags.n_errors == 0);
    for (uint32_t i = 0; good && i < (count ? count : 1); i++) {
        struct arg arg = expand_value(&env, v, i);
        ck_assert_int_eq(arg.bad, diags.n_errors != 0);
        ck_assert_uint_eq(arg.span.lo, value_span(v).lo);
        ck_assert_uint_eq(arg.span.hi, value_span(v).hi);
        ck_assert_ptr_nonnull(arg.text.p);
        if (i)
            buf_char(&out, '|');
        buf_put(&out, arg.text);
    }
    if (diags.n_errors) {
        out.n = 0;
        diags_sort(&diags);
        buf_printf(&out, "%s: ", check_row(diags.list.v[0]->check)->name);
        buf_put(&out, diags.list.v[0]->text);
    }
    buf_char(&out, '\0');
    return out.p;
}

static void check_expanded(const char *text, const char *expected)
{
    ck_assert_str_eq(expanded(text), expected);
}

START_TEST(plain)
{
    check_expanded("abc", "abc");
    check_expanded("\"\"", "");
    check_expanded("\"a b\"", "a b");
    check_expanded("\"a \\\" \\\\\"", "a \" \\");
    check_expanded("{sparkpost}", "{sparkpost}");
    check_expanded("$", "$");
    check_expanded("$x", "$x");
}
END_TEST

START_TEST(up_and_down)
{
    check_expanded("tx{1..4}", "tx1|tx2|tx3|tx4");
    check_expanded("tx{4..1}", "tx4|tx3|tx2|tx1");
    check_expanded("{0..0}", "0");
    check_expanded("{7..7}x", "7x");
    check_expanded("{9..11}", "9|10|11");
    check_expanded("{11..9}", "11|10|9");
    check_expanded("10.0.{0..1}.{8..9}", "10.0.0.8|10.0.1.9");
    check_expanded("a{1..3}b{30..28}c", "a1b30c|a2b29c|a3b28c");
    check_expanded("{999999999999998..999999999999999}", "999999999999998|999999999999999");
}
END_TEST

START_TEST(padded)
{
    check_expanded("{01..03}", "01|02|03");
    check_expanded("{09..11}", "09|10|11");
    check_expanded("{11..09}", "11|10|09");
    check_expanded("{001..002}x{8..9}", "001x8|002x9");
    check_expanded("{00..01}", "00|01");
    check_expanded("{0..2}", "0|1|2");
}
END_TEST

START_TEST(bad_ranges)
{
    static const char *const texts[] = {
        "{01..3}", "{1..03}",   "{001..02}", "{a..b}",  "{1..}",   "{..1}",
        "{..}",    "{1..2..3}", "{-1..2}",   "{1...3}", "{1..2x}", "{1..9999999999999999}"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str expected = arena_printf(&arena, "syntax: `%s` is not a range", texts[i]);
        check_expanded(arena_printf(&arena, "a%s", texts[i]).p, expected.p);
    }
    check_expanded("\"{01..3}\"", "{01..3}");
}
END_TEST

START_TEST(lengths)
{
    static const char limit[] = "range-length: a range of more than 1000000 elements";
    uint32_t count;
    check_expanded("a{1..3}b{1..2}", "range-length: a range of 2 elements in a word whose other "
                                     "range has 3");
    check_expanded("{1..1000001}", limit);
    check_expanded("{0..999999999999999}", limit);
    check_expanded("{999999999999999..0}", limit);
    ck_assert(expand_count(&env, value_of("{1..1000000}"), &count));
    ck_assert_uint_eq(count, EXPAND_LIMIT);
    ck_assert(expand_count(&env, value_of("\"{1..5}\""), &count));
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(in_strings_and_patterns)
{
    set(&outer, "v", "value");
    check_expanded("\"{1..3} ${v}\"", "{1..3} value");
    struct arg arg = expand_value(&env, value_of("/a{1..3} ${v}/"), 0);
    ck_assert(arg.pattern);
    ck_assert(str_eq(arg.text, STR("a{1..3} ${v}")));
    /* Where no pattern can stand it is a path, and expands.  */
    arg = expand_value(&env, value_word(value_of("/a{1..3}${v}/")), 1);
    ck_assert(!arg.pattern);
    ck_assert(str_eq(arg.text, STR("/a2value/")));
}
END_TEST

START_TEST(variables)
{
    struct var *v = set(&outer, "v", "value"), *unused = set(&outer, "u", "1");
    set(&outer, "nested", "<${v}-${w}>");
    set(&inner, "w", "inner");
    set(&outer, "w", "outer");
    set(&outer, "s", "\"a b\\\"c\"");
    set(&outer, "e", "\"\"");
    check_expanded("${v}", "value");
    check_expanded("a${v}b${v}c", "avaluebvaluec");
    check_expanded("${w}", "inner");
    check_expanded("${nested}", "<value-inner>");
    check_expanded("${s}", "a b\"c");
    check_expanded("\"${s}\"", "a b\"c");
    check_expanded("${e}", "");
    check_expanded("${v}{1..2}", "value1|value2");
    ck_assert(v->used);
    ck_assert(!unused->used);
    ck_assert_ptr_eq(vars_find(&inner, STR("v")), v);
    ck_assert_ptr_null(vars_find(&outer, STR("V")));
    ck_assert_ptr_null(vars_find(NULL, STR("v")));
}
END_TEST

START_TEST(unknown_variables)
{
    set(&outer, "domain", "x");
    check_expanded("${domian}", "name-unknown: no variable `domian` is set");
    ck_assert(str_eq(diags.list.v[0]->help, STR("did you mean ${domain}?")));
    check_expanded("a${}b", "name-unknown: no variable `` is set");
    check_expanded("\"${nothing here}\"", "name-unknown: no variable `nothing here` is set");
}
END_TEST

START_TEST(literals)
{
    set(&outer, "v", "value");
    check_expanded("$${v}", "${v}");
    check_expanded("$$${v}", "$${v}");
    check_expanded("a$${v}b${v}", "a${v}bvalue");
    check_expanded("\"$${v}\"", "${v}");
    check_expanded("$${1..2}", "${1..2}");
    check_expanded("$$", "$$");
    check_expanded("$$v", "$$v");
}
END_TEST

/* What a variable holds is never read again.  */
START_TEST(held_text_is_text)
{
    struct var *v = set(&outer, "v", "x");
    v->value = value_make(&arena, VALUE_WORD, STR("{1..3}"), NOWHERE);
    v->value.special = false;
    set(&outer, "literal", "$${v}");
    set(&outer, "string", "\"{1..3}\"");
    check_expanded("${literal}", "${v}");
    check_expanded("${string}", "{1..3}");
}
END_TEST

START_TEST(cycles)
{
    set(&outer, "self", "a${self}b");
    set(&outer, "a", "${b}");
    set(&outer, "b", "${c}");
    set(&outer, "c", "${a}");
    set(&outer, "twice", "${plain}${plain}");
    set(&outer, "plain", "p");
    check_expanded("${self}", "syntax: the variable `self` refers to itself");
    check_expanded("x${a}", "syntax: the variable `a` refers to itself");
    check_expanded("${twice}${twice}", "pppp");
    check_expanded("${a}", "syntax: the variable `a` refers to itself");
}
END_TEST

/* Ten to the power of 20 substitutions, and one that ends in no text at all.  */
START_TEST(bombs)
{
    static const char *const parts[] = { "\"\"", "bang" };
    for (size_t k = 0; k < 2; k++) {
        set_up();
        set(&outer, "v0", parts[k]);
        for (int i = 1; i <= 20; i++) {
            struct buf text = { .arena = &arena };
            for (int n = 0; n < 10; n++)
                buf_printf(&text, "${v%d}", i - 1);
            set(&outer, arena_printf(&arena, "v%d", i).p,
                arena_printf(&arena, "%.*s", STR_ARG(buf_str(&text))).p);
        }
        const char *text = expanded("${v20}");
        ck_assert_msg(str_ends(str_of(text), STR("grows beyond any use")), "%s", text);
        ck_assert_uint_lt(arena.size, 16 << 20);
        ck_assert(str_ends(str_of(expanded("${v3}")), k ? STR("bangbang") : STR("")));
        if (k == 0)
            tear_down();
    }
}
END_TEST

START_TEST(long_values)
{
    char *text = arena_alloc(&arena, 40001);
    memset(text, 'a', 40000);
    text[40000] = '\0';
    set(&outer, "v", text);
    ck_assert_uint_eq(strlen(expanded("${v}")), 40000);
    check_expanded("${v}${v}", "syntax: a value of more than 65536 bytes");
}
END_TEST

/* The words of all repetitions of 'text', with ' ' between words, ',' between joined ones and '|'
   between repetitions.  */
static const char *repeated(const char *text, enum expand_lists lists)
{
    const struct stmt *s = stmt_of(text);
    struct buf out = { .arena = &arena };
    diags_init(&diags, &arena, &sources);
    uint32_t n = expand_repeats(&env, s, lists);
    ck_assert_int_eq(n == 0, diags.n_errors != 0);
    for (uint32_t i = 0; i < n; i++) {
        struct args args = expand_args(&env, s, lists, i);
        for (uint32_t k = 0; k < args.n; k++) {
            buf_text(&out, k ? (args.v[k].joined ? "," : " ") : i ? "|" : "");
            buf_put(&out, args.v[k].text);
        }
    }
    for (size_t i = 0; i < diags.list.n; i++)
        buf_put(&out, diags.list.v[i]->text);
    buf_char(&out, '\0');
    return out.p;
}

START_TEST(statements)
{
    ck_assert_str_eq(repeated("a b c", EXPAND_JOINED), "a b c");
    ck_assert_str_eq(repeated("a b{1..3} c", EXPAND_JOINED), "a b1 c|a b2 c|a b3 c");
    ck_assert_str_eq(repeated("a b{1..2} c{8..9}", EXPAND_JOINED), "a b1 c8|a b2 c9");
    ck_assert_str_eq(repeated("a b{1..2}, c{7..9}", EXPAND_JOINED), "a b1,b2,c7,c8,c9");
    ck_assert_str_eq(repeated("a x{1..2} b, c{8..9}", EXPAND_JOINED), "a x1 b,c8,c9|a x2 b,c8,c9");
    ck_assert_str_eq(repeated("a b{1..2} c{7..9}", EXPAND_EACH), "a b1 b2 c7 c8 c9");
    ck_assert_str_eq(repeated("a b{08..10}.c{1..3} d", EXPAND_EACH), "a b08.c1 b09.c2 b10.c3 d");
    ck_assert_str_eq(repeated("a b{10..8}.c {1..2}", EXPAND_EACH), "a b10.c b9.c b8.c 1 2");
    ck_assert_str_eq(repeated("a b{1..2}$${c}", EXPAND_EACH), "a b1${c} b2${c}");
    ck_assert_str_eq(repeated("a b{1..2} c", EXPAND_LIST), "a b1,b2 c");
    ck_assert_str_eq(repeated("a b{1..2}, c{8..9}", EXPAND_APART), "a b1,c8|a b2,c9");
    ck_assert_str_eq(repeated("a{1..2} b", EXPAND_EACH), "a1 b|a2 b");
    ck_assert_str_eq(repeated("a b{1..2} c{1..3}", EXPAND_JOINED),
                     "a range of 3 elements in a statement whose other range has 2");
    ck_assert_str_eq(repeated("a b{1..03}", EXPAND_JOINED), "`{1..03}` is not a range");
}
END_TEST

START_TEST(under_a_header)
{
    env.count = 3;
    env.index = 1;
    ck_assert_str_eq(repeated("a b{1..3} c", EXPAND_JOINED), "a b2 c");
    ck_assert_str_eq(repeated("a b{1..3}, c{9..7}", EXPAND_JOINED), "a b2,c8");
    ck_assert_str_eq(repeated("a b{1..3} c", EXPAND_EACH), "a b2 c");
    ck_assert_str_eq(repeated("a b{1..2}", EXPAND_EACH),
                     "a range of 2 elements under a header of 3");
}
END_TEST

START_TEST(headers)
{
    struct env inside;
    const struct stmt *s = stmt_of("vmta a{1..4} b{5..8} c");
    ck_assert(expand_header(&env, s, 3, &inside));
    ck_assert_uint_eq(inside.count, 4);
    ck_assert_uint_gt(inside.header.hi, inside.header.lo);
    s = stmt_of("vmta a");
    ck_assert(expand_header(&env, s, 1, &inside));
    ck_assert_uint_eq(inside.count, 0);
    s = stmt_of("vmta a{1..4} b{1..3}");
    ck_assert(!expand_header(&env, s, 2, &inside));
    ck_assert_uint_eq(diags.n_errors, 1);
    env.count = 3;
    s = stmt_of("x a{1..3}");
    ck_assert(expand_header(&env, s, 1, &inside));
    ck_assert_uint_eq(inside.count, 3);
    s = stmt_of("x a{1..4}");
    ck_assert(!expand_header(&env, s, 1, &inside));
}
END_TEST

START_TEST(the_budget)
{
    struct env inside;
    budget = 10;
    ck_assert_str_eq(repeated("a b{1..6}", EXPAND_JOINED), "a b1|a b2|a b3|a b4|a b5|a b6");
    ck_assert_uint_eq(budget, 4);
    const struct stmt *s = stmt_of("vmta a{1..4}");
    ck_assert(expand_header(&env, s, 1, &inside));
    ck_assert_uint_eq(budget, 0);
    struct str spent =
        arena_printf(&arena, "the ranges have more than %d elements in all", EXPAND_TOTAL);
    ck_assert_str_eq(repeated("a b{1..1}", EXPAND_EACH), spent.p);
    ck_assert_str_eq(repeated("a b", EXPAND_EACH), "a b");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expand");
    TCase *all = tcase_create("expand");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, plain);
    tcase_add_test(all, up_and_down);
    tcase_add_test(all, padded);
    tcase_add_test(all, bad_ranges);
    tcase_add_test(all, lengths);
    tcase_add_test(all, in_strings_and_patterns);
    tcase_add_test(all, variables);
    tcase_add_test(all, unknown_variables);
    tcase_add_test(all, literals);
    tcase_add_test(all, held_text_is_text);
    tcase_add_test(all, cycles);
    tcase_add_test(all, bombs);
    tcase_add_test(all, long_values);
    tcase_add_test(all, statements);
    tcase_add_test(all, under_a_header);
    tcase_add_test(all, headers);
    tcase_add_test(all, the_budget);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
