/* test_suggest.c - the nearest word: which typing errors are seen through, and what is too far.  */

#include <config.h>

#include <stdlib.h>

#include "suggest.h"
#include "unit.h"

/* What is suggested for 'word' out of the NULL-terminated 'words'.  */
static const char *nearest(const char *word, const char *const *words)
{
    struct suggest s;
    suggest_init(&s, str_of(word));
    for (; *words; words++)
        suggest_offer(&s, str_of(*words));
    return s.best.n ? s.best.p : "";
}

static const char *const language[] = {
    "vmta",        "pool",    "listener", "client", "user",    "domain", "policy",
    "source",      "sign",    "cold",     "via",    "tls",     "auth",   "allow",
    "route",       "relay",   "host",     "let",    "include", "legacy", "use",
    "certificate", "minimum", "password", "dkim",   "time",    NULL,
};

START_TEST(near_words)
{
    static const char *const pairs[][2] = {
        { "colld", "cold" },
        { "vai", "via" },
        { "vmat", "vmta" },
        { "vtma", "vmta" },
        { "lisener", "listener" },
        { "listner", "listener" },
        { "clinet", "client" },
        { "usr", "user" },
        { "souce", "source" },
        { "sing", "sign" },
        { "tsl", "tls" },
        { "tl", "tls" },
        { "alow", "allow" },
        { "alllow", "allow" },
        { "rooute", "route" },
        { "realy", "relay" },
        { "pasword", "password" },
        { "minumum", "minimum" },
        { "certifcate", "certificate" },
        { "LISTENR", "listener" },
        { "VMTA", "vmta" },
        { "certficiate", "certificate" },
        { "incldue", "include" },
        { "plicy", "policy" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        ck_assert_msg(strcmp(nearest(pairs[i][0], language), pairs[i][1]) == 0, "%s: %s",
                      pairs[i][0], nearest(pairs[i][0], language));
}
END_TEST

START_TEST(far_words)
{
    static const char *const words[] = { "nice", "",     "x",       "xy",       "banana", "smtp",
                                         "port", "dlco", "virtual", "retainer", "mta-sts" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        ck_assert_msg(!*nearest(words[i], language), "%s: %s", words[i],
                      nearest(words[i], language));
    ck_assert_str_eq(nearest("nice", (const char *const[]){ "time", NULL }), "");
    ck_assert_str_eq(nearest("a", (const char *const[]){ "b", NULL }), "");
    ck_assert_str_eq(nearest("a", (const char *const[]){ "", NULL }), "");
    ck_assert_str_eq(nearest("", (const char *const[]){ "a", NULL }), "");
}
END_TEST

START_TEST(limits)
{
    static const char *const words[][3] = {
        { "abc", "abd", "abd" },
        { "abc", "ade", "" },
        { "abcde", "abcdx", "abcdx" },
        { "abcde", "abcxy", "" },
        { "abcdef", "abcdxy", "abcdxy" },
        { "abcdef", "abcxyz", "" },
        { "abcdefghi", "abcdefxyz", "abcdefxyz" },
        { "ab", "ba", "ba" },
        { "ab", "xb", "xb" },
        { "ab", "abc", "abc" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        ck_assert_str_eq(nearest(words[i][0], (const char *const[]){ words[i][1], NULL }),
                         words[i][2]);
        ck_assert_str_eq(nearest(words[i][1], (const char *const[]){ words[i][0], NULL }),
                         *words[i][2] ? words[i][0] : "");
    }
}
END_TEST

/* A swap of neighbours counts one, also where letters repeat.  */
START_TEST(distances)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } table[] = {
        { "transactional", "transactoinal", 1 },
        { "transactional", "rtansactionla", 2 },
        { "transactional", "tranactional", 1 },
        { "transactional", "Transactional", 0 },
        { "max-msg-rate", "max-mgs-rtae", 2 },
        { "aabbcc", "ababcc", 1 },
        { "banana", "abnaan", 2 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct suggest s;
        suggest_init(&s, str_of(table[i].a));
        suggest_offer(&s, str_of(table[i].b));
        ck_assert_str_eq(s.best.p, table[i].b);
        ck_assert_uint_eq(s.distance, table[i].distance);
    }
}
END_TEST

START_TEST(never_itself)
{
    for (size_t i = 0; language[i]; i++) {
        ck_assert_str_ne(nearest(language[i], language), language[i]);
        ck_assert_str_eq(nearest(language[i], (const char *const[]){ language[i], NULL }), "");
    }
}
END_TEST

START_TEST(first_of_equals)
{
    ck_assert_str_eq(nearest("tx", (const char *const[]){ "tx1", "tx2", "tx3", NULL }), "tx1");
    ck_assert_str_eq(nearest("tx", (const char *const[]){ "tx3", "tx2", "tx1", NULL }), "tx3");
    ck_assert_str_eq(nearest("abcdefg", (const char *const[]){ "abcdexx", "abcdefx", "xbcdefg",
                                                               "abcdexy", NULL }),
                     "abcdefx");
}
END_TEST

START_TEST(long_words)
{
    char word[66], other[66];
    memset(word, 'a', sizeof word);
    memset(other, 'a', sizeof other);
    other[30] = 'b';
    for (size_t n = 62; n <= sizeof word; n++) {
        struct suggest s;
        suggest_init(&s, (struct str){ word, n });
        suggest_offer(&s, (struct str){ other, n });
        ck_assert_uint_eq(s.best.n, n <= 64 ? n : 0);
    }
    struct suggest s;
    suggest_init(&s, (struct str){ word, 64 });
    suggest_offer(&s, (struct str){ other, 65 });
    ck_assert_uint_eq(s.best.n, 0);
    suggest_offer(&s, (struct str){ NULL, 0 });
    ck_assert_uint_eq(s.best.n, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *all = tcase_create("suggest");
    tcase_add_test(all, near_words);
    tcase_add_test(all, far_words);
    tcase_add_test(all, limits);
    tcase_add_test(all, distances);
    tcase_add_test(all, never_itself);
    tcase_add_test(all, first_of_equals);
    tcase_add_test(all, long_words);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
