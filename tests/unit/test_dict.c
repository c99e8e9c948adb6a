/* test_dict - the tables of the target hold what their headers promise.  */

#include <config.h>

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "dict.h"
#include "unit.h"

static const char *const foreign_names[] = {
#define FOREIGN(NAME, INSTEAD) NAME,
#include "../../grammar/foreign.def"
#undef FOREIGN
};

enum { N_FOREIGN = sizeof foreign_names / sizeof *foreign_names };

static jmp_buf handler;
static struct arena arena;
static struct dict *dict;

static void setup(void)
{
    if (setjmp(handler) != 0)
        ck_abort_msg("the arena gave up: %s", arena.bug ? arena.bug : "no memory");
    arena_init(&arena, &handler);
    dict = dict_new(&arena);
}

static void teardown(void)
{
    arena_free(&arena);
}

/* Every word in backquotes of 'text' that looks like a directive is one; what follows a blank or
   "=" is its value.  */
static void check_quoted(const char *name, const char *text)
{
    struct str rest = str_of(text);

    for (;;) {
        size_t open = str_find(rest, '`');
        if (open == rest.n)
            return;
        rest = str_sub(rest, open + 1, rest.n);
        size_t close = str_find(rest, '`');
        ck_assert_msg(close < rest.n, "%s: a backquote is not closed", name);
        struct str word = str_sub(rest, 0, close);
        rest = str_sub(rest, close + 1, rest.n);
        if (str_starts(word, STR("mode=")))
            continue;
        word = str_sub(word, 0, str_find(word, ' '));
        ck_assert_msg(dict_any(dict, word), "%s: %.*s is not a directive", name, STR_ARG(word));
    }
}

/* Every "<tag>" of 'text' is a section.  */
static void check_tags(const char *name, const char *text)
{
    for (struct str rest = str_of(text);;) {
        size_t open = str_find(rest, '<');
        if (open == rest.n)
            return;
        rest = str_sub(rest, open + 1, rest.n);
        struct str tag = str_sub(rest, 0, str_find(rest, '>'));
        tag = str_sub(tag, 0, str_find(tag, ' '));
        ck_assert_msg(dict_section(dict, tag) != N_SCOPES, "%s: <%.*s> is no section", name,
                      STR_ARG(tag));
    }
}

START_TEST(directives_are_sorted)
{
    for (size_t i = 1; i < dict_count(); i++)
        ck_assert_msg(strcmp(dict_at(i - 1)->name, dict_at(i)->name) <= 0, "%s stands before %s",
                      dict_at(i - 1)->name, dict_at(i)->name);
}
END_TEST

START_TEST(directives_are_whole)
{
    for (size_t i = 0; i < dict_count(); i++) {
        const struct directive *d = dict_at(i);
        ck_assert_msg(d->scopes && d->scopes >> N_SCOPES == 0, "%s: scopes", d->name);
        ck_assert_msg(d->type < N_TYPES, "%s: type", d->name);
        ck_assert_msg(d->about[0] && !strchr(d->about, '\n'), "%s: about", d->name);
        ck_assert_msg(d->since == PMTA_4_0 || d->since == PMTA_4_5 || d->since == PMTA_5_0,
                      "%s: since", d->name);
        for (const char *c = d->name; *c; c++)
            ck_assert_msg(to_lower(*c) == *c, "%s: a capital", d->name);
    }
}
END_TEST

START_TEST(directives_are_found)
{
    for (size_t i = 0; i < dict_count(); i++) {
        const struct directive *d = dict_at(i);
        struct str name = str_of(d->name);
        char upper[80];

        ck_assert_uint_lt(name.n, sizeof upper);
        for (size_t k = 0; k < name.n; k++)
            upper[k] = name.p[k] >= 'a' && name.p[k] <= 'z' ? (char)(name.p[k] & ~0x20) : name.p[k];
        ck_assert_str_eq(dict_any(dict, name)->name, d->name);
        for (size_t scope = 0; scope < N_SCOPES; scope++) {
            const struct directive *found = dict_find(dict, name, (enum scope)scope);
            if (d->scopes >> scope & 1)
                ck_assert_msg(found == d, "%s is not found", d->name);
            ck_assert_ptr_eq(dict_find(dict, (struct str){ upper, name.n }, (enum scope)scope),
                             found);
        }
        ck_assert_ptr_null(dict_find(dict, name, N_SCOPES));
    }
    ck_assert_ptr_null(dict_any(dict, STR("")));
    ck_assert_ptr_null(dict_any(dict, STR("no-such-word")));
    ck_assert_ptr_null(dict_any(dict, STR("max-msg-rat")));
    ck_assert_ptr_null(dict_any(dict, STR("type\0")));
}
END_TEST

START_TEST(replacements_exist)
{
    for (size_t i = 0; i < dict_count(); i++) {
        check_quoted(dict_at(i)->name, dict_at(i)->replaced);
        check_tags(dict_at(i)->name, dict_at(i)->replaced);
    }
}
END_TEST

/* The text of a default as the words of a value.  */
static size_t words_of(const char *text, struct arg *args, size_t max)
{
    size_t n = 0;

    for (struct str rest = str_of(text); rest.n && n < max; n++) {
        size_t comma = str_find(rest, ',');
        args[n] = (struct arg){ .text = str_sub(rest, 0, comma), .joined = n > 0 };
        rest = str_sub(rest, comma + 1, rest.n);
    }
    return n;
}

START_TEST(defaults_are_values)
{
    for (size_t i = 0; i < dict_count(); i++) {
        const struct directive *d = dict_at(i);
        struct arg args[8];
        struct fault fault;
        size_t which, n = words_of(d->fallback, args, 8);

        if (n == 0)
            continue;
        ck_assert_msg(dict_value(d, args, n, PMTA_5_0, &which, &fault), "%s: %s: %s", d->name,
                      d->fallback, fault.why);
        ck_assert_msg(dict_is_default(d, args, n) == (n == 1), "%s: default", d->name);
    }
}
END_TEST

/* What PARAM holds is accepted as a value where the type says so: each end of a range and each
   word.  */
START_TEST(params_are_values)
{
    static const enum type plain[] = { TYPE_INT, TYPE_PORT, TYPE_ENUM, TYPE_ENUMS, TYPE_BOOL,
                                       TYPE_SIZE, TYPE_DURATION };
    for (size_t i = 0; i < dict_count(); i++) {
        const struct directive *d = dict_at(i);
        bool known = false;
        for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
            known = known || plain[k] == d->type;
        for (struct str rest = str_of(d->param); known && rest.n;) {
            struct str word = str_sub(rest, 0, str_find(rest, '|'));
            rest = str_sub(rest, word.n + 1, rest.n);
            word = str_sub(word, 0, str_find(word, '@'));
            size_t dot = str_find(word, '.');
            struct str end = str_starts(word, STR("..")) ? str_sub(word, 2, word.n)
                             : dot + 1 < word.n && word.p[dot + 1] == '.' ? str_sub(word, 0, dot)
                             : word;
            struct arg arg = { .text = end };
            struct fault fault;
            size_t which;
            if (str_eq(end, STR("bare")))
                continue;
            if (str_eq(end, STR("empty")))
                arg.text = STR("");
            ck_assert_msg(dict_value(d, &arg, 1, PMTA_5_0, &which, &fault), "%s: %.*s: %s",
                          d->name, STR_ARG(end), fault.why);
        }
    }
}
END_TEST

START_TEST(types_are_used_and_said)
{
    bool used[N_TYPES] = { false };

    for (size_t i = 0; i < dict_count(); i++) {
        struct str syntax = dict_syntax(dict_at(i), &arena);
        used[dict_at(i)->type] = true;
        ck_assert_msg(syntax.n && str_find(syntax, '%') == syntax.n, "%s: syntax",
                      dict_at(i)->name);
    }
    for (size_t i = 0; i < N_TYPES; i++)
        ck_assert_msg(used[i], "the type number %zu is not used", i);
}
END_TEST

START_TEST(foreign_words_are_foreign)
{
    for (size_t i = 0; i < N_FOREIGN; i++) {
        struct str name = str_of(foreign_names[i]);
        const struct foreign *foreign = dict_foreign(dict, name);

        ck_assert_msg(i == 0 || strcmp(foreign_names[i - 1], foreign_names[i]) < 0,
                      "%s stands in the wrong place", foreign_names[i]);
        ck_assert_ptr_null(dict_any(dict, name));
        ck_assert_ptr_nonnull(foreign);
        ck_assert_str_eq(foreign->name, foreign_names[i]);
        check_quoted(foreign->name, foreign->instead);
        check_tags(foreign->name, foreign->instead);
        ck_assert_msg(!str_ends(str_of(foreign->instead), STR(".")), "%s", foreign->name);
    }
    ck_assert_ptr_null(dict_foreign(dict, STR("use-starttls")));
}
END_TEST

START_TEST(sections_are_found)
{
    ck_assert_uint_eq(N_SCOPES, 26);
    ck_assert_str_eq(dict_scope(SCOPE_global)->name, "");
    ck_assert_uint_eq(dict_section(dict, STR("")), N_SCOPES);
    ck_assert_uint_eq(dict_section(dict, STR("vmta")), N_SCOPES);
    ck_assert_uint_eq(dict_section(dict, STR("Virtual-MTA-Pool")), SCOPE_virtual_mta_pool);
    for (size_t i = 1; i < N_SCOPES; i++) {
        const struct section *section = dict_scope((enum scope)i);
        bool used = false;
        ck_assert_uint_eq(dict_section(dict, str_of(section->name)), i);
        ck_assert_msg(section->parents && section->parents >> N_SCOPES == 0, "<%s>", section->name);
        for (size_t k = 0; k < dict_count(); k++)
            used = used || dict_at(k)->scopes >> i & 1;
        ck_assert_msg(used, "nothing stands in <%s>", section->name);
    }
}
END_TEST

START_TEST(secrets_are_known)
{
    ck_assert_int_eq(dict_secret_arg(dict_find(dict, STR("password"), SCOPE_smtp_user)), 0);
    ck_assert_int_eq(dict_secret_arg(dict_find(dict, STR("auth-password"), SCOPE_domain)), 0);
    ck_assert_int_eq(dict_secret_arg(dict_find(dict, STR("http-api-key"), SCOPE_global)), 0);
    ck_assert_int_eq(dict_secret_arg(dict_find(dict, STR("smtp-client-certificate"),
                                               SCOPE_domain)), 1);
    ck_assert_int_eq(dict_secret_arg(dict_find(dict, STR("postmaster"), SCOPE_global)), -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dict");
    TCase *tables = tcase_create("tables");

    tcase_add_checked_fixture(tables, setup, teardown);
    tcase_add_test(tables, directives_are_sorted);
    tcase_add_test(tables, directives_are_whole);
    tcase_add_test(tables, directives_are_found);
    tcase_add_test(tables, replacements_exist);
    tcase_add_test(tables, defaults_are_values);
    tcase_add_test(tables, params_are_values);
    tcase_add_test(tables, types_are_used_and_said);
    tcase_add_test(tables, foreign_words_are_foreign);
    tcase_add_test(tables, sections_are_found);
    tcase_add_test(tables, secrets_are_known);
    suite_add_tcase(suite, tables);

    return unit_run(suite);
}
