/* test_str.c - slices: comparing, cutting, and that letters are those of ASCII in any locale.  */

#include <config.h>

#include <locale.h>
#include <stdlib.h>

#include "str.h"
#include "unit.h"

static void check_text(struct str s, const char *text)
{
    ck_assert_msg(str_eq(s, str_of(text)), "\"%.*s\" is not \"%s\"", STR_ARG(s), text);
}

START_TEST(made)
{
    ck_assert_uint_eq(str_of(NULL).n, 0);
    ck_assert_ptr_nonnull(str_of(NULL).p);
    ck_assert_uint_eq(str_of("abc").n, 3);
    ck_assert_uint_eq(STR("a\0b").n, 3);
    ck_assert_uint_eq(STR("").n, 0);
}
END_TEST

START_TEST(parts)
{
    struct str s = STR("abcdef");
    check_text(str_sub(s, 0, 6), "abcdef");
    check_text(str_sub(s, 0, SIZE_MAX), "abcdef");
    check_text(str_sub(s, 2, 3), "cde");
    check_text(str_sub(s, 5, SIZE_MAX), "f");
    check_text(str_sub(s, 6, 1), "");
    check_text(str_sub(s, SIZE_MAX, SIZE_MAX), "");
    ck_assert_ptr_eq(str_sub(s, SIZE_MAX, 1).p, s.p + 6);
    check_text(str_sub(STR(""), 1, 1), "");
}
END_TEST

START_TEST(equal)
{
    struct str nothing = { NULL, 0 };
    ck_assert(str_eq(nothing, STR("")));
    ck_assert(str_ieq(nothing, STR("")));
    ck_assert(str_eq(STR("a\0b"), STR("a\0b")));
    ck_assert(!str_eq(STR("a\0b"), STR("a\0c")));
    ck_assert(!str_eq(STR("a"), STR("a\0")));
    ck_assert(!str_eq(STR("a"), STR("A")));
    ck_assert(str_ieq(STR("Virtual-MTA9"), STR("vIRTUAL-mta9")));
    ck_assert(!str_ieq(STR("ab"), STR("abc")));
    ck_assert(!str_ieq(STR("a@"), STR("a`")));
    ck_assert(!str_ieq(STR("a["), STR("a{")));
    ck_assert(!str_ieq(STR("\xc4"), STR("\xe4")));
    ck_assert(!str_ieq(STR("1"), STR("\x11")));
}
END_TEST

START_TEST(order)
{
    static const struct str sorted[] = { STR_INIT(""),    STR_INIT("\0"),  STR_INIT("A"),
                                         STR_INIT("a"),   STR_INIT("a\0"), STR_INIT("aa"),
                                         STR_INIT("ab"),  STR_INIT("b"),   STR_INIT("\x80"),
                                         STR_INIT("\xff") };
    enum { N = sizeof sorted / sizeof *sorted };
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) {
            int found = str_cmp(sorted[i], sorted[k]);
            ck_assert_int_eq((found > 0) - (found < 0), (i > k) - (i < k));
        }
    ck_assert_int_eq(str_cmp((struct str){ NULL, 0 }, STR("")), 0);
}
END_TEST

START_TEST(ends)
{
    struct str nothing = { NULL, 0 };
    ck_assert(str_starts(STR("abc"), STR("ab")));
    ck_assert(str_starts(STR("abc"), STR("abc")));
    ck_assert(str_starts(STR("abc"), STR("")));
    ck_assert(str_starts(nothing, nothing));
    ck_assert(!str_starts(STR("abc"), STR("abcd")));
    ck_assert(!str_starts(STR("abc"), STR("Ab")));
    ck_assert(!str_starts(nothing, STR("a")));
    ck_assert(str_ends(STR("rows.psv"), STR(".psv")));
    ck_assert(str_ends(STR("abc"), STR("abc")));
    ck_assert(str_ends(STR("abc"), STR("")));
    ck_assert(!str_ends(STR("psv"), STR(".psv")));
    ck_assert(!str_ends(STR("rows.PSV"), STR(".psv")));
}
END_TEST

START_TEST(find)
{
    ck_assert_uint_eq(str_find(STR("abcabc"), 'b'), 1);
    ck_assert_uint_eq(str_find(STR("abc"), 'x'), 3);
    ck_assert_uint_eq(str_find(STR(""), 'x'), 0);
    ck_assert_uint_eq(str_find((struct str){ NULL, 0 }, 'x'), 0);
    ck_assert_uint_eq(str_find(STR("a\0b"), '\0'), 1);
    ck_assert_uint_eq(str_find(STR("a\xff"), '\xff'), 1);
    ck_assert_uint_eq(str_find(str_sub(STR("abc"), 0, 2), 'c'), 2);
}
END_TEST

START_TEST(trim)
{
    check_text(str_trim(STR("a")), "a");
    check_text(str_trim(STR(" \t a b\t ")), "a b");
    check_text(str_trim(STR(" \t ")), "");
    check_text(str_trim(STR("")), "");
    check_text(str_trim(STR("\na\r")), "\na\r");
    check_text(str_trim(STR("\xc2\xa0"
                            "a")),
               "\xc2\xa0"
               "a");
}
END_TEST

/* The locale of a Turk, where there is one, and the plain one.  */
START_TEST(letters)
{
    static const char *const locales[] = { "C", "tr_TR.ISO-8859-9", "tr_TR.UTF-8", "de_DE" };
    for (size_t l = 0; l < sizeof locales / sizeof *locales; l++) {
        setlocale(LC_ALL, locales[l]);
        for (int i = 0; i < 256; i++) {
            char c = (char)i;
            bool upper = i >= 'A' && i <= 'Z', lower = i >= 'a' && i <= 'z';
            ck_assert_int_eq(is_alpha(c), upper || lower);
            ck_assert_int_eq(is_digit(c), i >= '0' && i <= '9');
            ck_assert_int_eq(is_alnum(c), is_alpha(c) || is_digit(c));
            ck_assert_int_eq(is_blank(c), i == ' ' || i == '\t');
            ck_assert_int_eq(to_lower(c), upper ? (char)(i + 32) : c);
        }
        ck_assert(str_ieq(STR("MAIL"), STR("mail")));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("str");
    TCase *all = tcase_create("str");
    tcase_add_test(all, made);
    tcase_add_test(all, parts);
    tcase_add_test(all, equal);
    tcase_add_test(all, order);
    tcase_add_test(all, ends);
    tcase_add_test(all, find);
    tcase_add_test(all, trim);
    tcase_add_test(all, letters);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
