/* test_conf.c - the output tree and its text: what is refused, and that PowerMTA reads back what
   was put in.  */

#include <config.h>

#include <stdlib.h>

#include "emit.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static struct sources sources;
static struct diags diags;
static struct dict *dict;
static struct conf conf;

/* Nobody waits at 'handler' but where a test says so: else the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
    sources_init(&sources, &arena, &io_nothing);
    diags_init(&diags, &arena, &sources);
    dict = dict_new(&arena);
    conf = (struct conf){ .arena = &arena, .diags = &diags };
}

static void tear_down(void)
{
    arena_free(&arena);
}

static const struct directive *dir_of(const char *name, enum scope scope)
{
    const struct directive *dir = dict_find(dict, str_of(name), scope);
    ck_assert_msg(dir != NULL, "no %s", name);
    return dir;
}

static struct conf_section *section(enum scope scope, const char *arg)
{
    return conf_section(&conf, NULL, scope, str_of(arg), NOWHERE, NOWHERE);
}

static const char *emitted(const struct emit_options *options)
{
    struct buf out = { .arena = &arena };
    emit_header(options, &out);
    emit(&conf, &sources, options, &out);
    buf_char(&out, '\0');
    return out.p;
}

static const struct emit_options no_options = { .header = STR_INIT("") };

/* One word of a line, read as the manual of PowerMTA says: blanks and commas part words, double
   quotes hold one together, a quote in quotes stands behind a backslash, a '#' begins a comment
   wherever it stands.  Returns what is behind it, or NULL at the end of the line.  */
static const char *read_word(const char *p, struct buf *word, bool *joined)
{
    word->n = 0;
    *joined = false;
    for (; is_blank(*p) || *p == ','; p++)
        *joined |= *p == ',';
    bool quoted = *p == '"';
    if (!*p || *p == '#' || *p == '\n')
        return NULL;
    for (p += quoted; *p && *p != '\n' && *p != '#'; p++) {
        if (quoted && *p == '"')
            return p + 1;
        if (!quoted && (is_blank(*p) || *p == ','))
            return p;
        if (quoted && p[0] == '\\' && p[1] == '"')
            p++;
        buf_char(word, *p);
    }
    return quoted ? NULL : p;
}

/* The only line of 'text' reads as 'name' and the 'n' values of 'args'.  */
static bool reads_as(const char *text, const char *name, const struct arg *args, uint32_t n)
{
    struct buf word = { .arena = &arena };
    bool joined;
    text += strspn(text, "\n ");
    text = read_word(text, &word, &joined);
    if (!text || !str_eq(buf_str(&word), str_of(name)))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        text = read_word(text, &word, &joined);
        if (!text || joined != args[i].joined || !str_eq(buf_str(&word), args[i].text))
            return false;
    }
    return strcmp(text, "\n") == 0;
}

static bool is_line(struct arg *args, uint32_t n)
{
    conf = (struct conf){ .arena = &arena, .diags = &diags };
    diags_init(&diags, &arena, &sources);
    struct conf_section *global = section(SCOPE_global, "");
    bool good = conf_line(&conf, global, dir_of("postmaster", SCOPE_global), args, n, 0, NOWHERE);
    ck_assert_int_eq(good, diags.n_errors == 0);
    if (!good)
        ck_assert_int_eq(diags.list.v[0]->check, CHECK_value_unwritable);
    return good;
}

static void check_round_trip(struct str text)
{
    struct arg args[2] = { { .text = text }, { .text = STR_INIT("end") } };
    ck_assert(is_line(args, 2));
    const char *line = emitted(&no_options);
    ck_assert_msg(reads_as(line, "postmaster", args, 2), "%s", line);
    args[1].joined = true;
    ck_assert(is_line(args, 2));
    line = emitted(&no_options);
    ck_assert_msg(reads_as(line, "postmaster", args, 2), "%s", line);
}

START_TEST(round_trips)
{
    static const struct str texts[] = {
        STR_INIT("a"),        STR_INIT(""),           STR_INIT("a b"),
        STR_INIT(" "),        STR_INIT(" a "),        STR_INIT("a\"b"),
        STR_INIT("\""),       STR_INIT("\"\""),       STR_INIT("\"a\""),
        STR_INIT("a, \"b\""), STR_INIT("a,b"),        STR_INIT(","),
        STR_INIT("a\\b"),     STR_INIT("\\a"),        STR_INIT("<a>"),
        STR_INIT("/a b/"),    STR_INIT("'a'"),        STR_INIT("'a b'"),
        STR_INIT("${a}"),     STR_INIT("a=b;c"),      STR_INIT("\xc3\xa4 \xe6\xbc\xa2"),
        STR_INIT("{1..2}"),   STR_INIT("a\"\"b c\""), STR_INIT("C:\\path"),
        STR_INIT("\xff"),     STR_INIT("a'\"'b"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_round_trip(texts[i]);
}
END_TEST

START_TEST(unwritable)
{
    static const struct str texts[] = {
        STR_INIT("#"),     STR_INIT("a#b"),   STR_INIT("a\nb"), STR_INIT("a\r"),  STR_INIT("\t"),
        STR_INIT("a\0"),   STR_INIT("\x1b["), STR_INIT("\x7f"), STR_INIT("a\\"),  STR_INIT("\\"),
        STR_INIT("a \\b"), STR_INIT("\\\""),  STR_INIT("\\\\"), STR_INIT("\" #"), STR_INIT("a\x01"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arg args[2] = { { .text = STR_INIT("fine") }, { .text = texts[i] } };
        ck_assert_msg(!is_line(args, 2), "number %zu", i);
        ck_assert_ptr_null(conf.first->lines);
        args[1].secret = true;
        ck_assert(!is_line(args, 2));
        ck_assert(diags.list.v[0]->help.n > 0);
    }
}
END_TEST

/* All words of up to four of these characters: refused, or read back.  */
START_TEST(all_short_words)
{
    static const char letters[] = "a \"\\,#/<\n\t=";
    enum { N = sizeof letters - 1 };
    size_t written = 0;
    for (size_t i = 0; i < N * N * N * N; i++) {
        char text[4];
        struct arg arg = { .text = { text, i % 5 } };
        for (size_t k = 0, rest = i; k < 4; k++, rest /= N)
            text[k] = letters[rest % N];
        if (!is_line(&arg, 1))
            continue;
        const char *line = emitted(&no_options);
        written++;
        if (!reads_as(line, "postmaster", &arg, 1))
            ck_abort_msg("\"%.*s\": %s", STR_ARG(arg.text), line);
    }
    ck_assert_uint_gt(written, N * N);
}
END_TEST

START_TEST(patterns)
{
    struct arg args[2] = { { .text = STR_INIT("a \"b\" \\d+\\/"), .pattern = true },
                           { .text = STR_INIT("mode=backoff") } };
    ck_assert(is_line(args, 2));
    ck_assert_str_eq(emitted(&no_options), "\npostmaster /a \"b\" \\d+\\// mode=backoff\n");
    args[0].text = STR("a#b");
    ck_assert(!is_line(args, 2));
    args[0].text = STR("a\nb");
    ck_assert(!is_line(args, 2));
}
END_TEST

/* The places of SMTP_HOSTS hold commas of their own; the three parts of a key stand apart.  */
START_TEST(lists)
{
    struct arg key[3] = { { .text = STR_INIT("s1") },
                          { .text = STR_INIT("a.example"), .joined = true },
                          { .text = STR_INIT("/k 1.pem"), .joined = true } };
    struct arg hosts[2] = { { .text = STR_INIT("a.example:25") },
                            { .text = STR_INIT("b.example"), .joined = true } };
    struct conf_section *vmta = section(SCOPE_virtual_mta, "a");
    const struct directive *dir = dir_of("domain-key", SCOPE_virtual_mta);
    ck_assert_ptr_nonnull(conf_line(&conf, vmta, dir, key, 3, 0, NOWHERE));
    struct conf_section *domain =
        conf_section(&conf, vmta, SCOPE_domain, STR("*"), NOWHERE, NOWHERE);
    dir = dir_of("smtp-hosts", SCOPE_domain);
    ck_assert_ptr_nonnull(conf_line(&conf, domain, dir, hosts, 2, 0, NOWHERE));
    ck_assert(conf_has(domain, dir));
    ck_assert(!conf_has(vmta, dir));
    ck_assert_str_eq(emitted(&no_options), "\n"
                                           "<virtual-mta a>\n"
                                           "    domain-key s1, a.example, \"/k 1.pem\"\n"
                                           "    <domain *>\n"
                                           "        smtp-hosts a.example:25,b.example\n"
                                           "    </domain>\n"
                                           "</virtual-mta>\n");
}
END_TEST

/* What stands in many places reads everywhere as it does in the first.  */
START_TEST(again)
{
    struct arg key[3] = { { .text = STR_INIT("s1") },
                          { .text = STR_INIT("a.example"), .joined = true },
                          { .text = STR_INIT("/k 1.pem"), .joined = true } };
    struct arg yes = { .text = STR_INIT("yes") };
    struct str key_text = { NULL, 0 }, domain_text = { NULL, 0 };
    struct conf_section *a = section(SCOPE_virtual_mta, "a"), *b = section(SCOPE_virtual_mta, "b");
    struct conf_line *line = conf_line(
        &conf, a, dir_of("domain-key", SCOPE_virtual_mta), key, 3, 0, NOWHERE);
    struct conf_section *domain = conf_section(&conf, a, SCOPE_domain, STR("*"), NOWHERE, NOWHERE);
    conf_line(&conf, domain, dir_of("dkim-sign", SCOPE_domain), &yes, 1, 0, NOWHERE);
    line->printed = &key_text;
    domain->printed = &domain_text;
    for (int i = 0; i < 2; i++)
        conf_line_again(&conf, b, line);
    conf_again(&conf, b, domain);
    ck_assert_str_eq(emitted(&no_options), "\n"
                                           "<virtual-mta a>\n"
                                           "    domain-key s1, a.example, \"/k 1.pem\"\n"
                                           "    <domain *>\n"
                                           "        dkim-sign yes\n"
                                           "    </domain>\n"
                                           "</virtual-mta>\n"
                                           "\n"
                                           "<virtual-mta b>\n"
                                           "    domain-key s1, a.example, \"/k 1.pem\"\n"
                                           "    domain-key s1, a.example, \"/k 1.pem\"\n"
                                           "    <domain *>\n"
                                           "        dkim-sign yes\n"
                                           "    </domain>\n"
                                           "</virtual-mta>\n");
    ck_assert_str_eq(emitted(&no_options), emitted(&no_options));
}
END_TEST

START_TEST(layout)
{
    struct arg yes = { .text = STR_INIT("yes") };
    section(SCOPE_global, "");
    struct conf_section *source = section(SCOPE_source, "0/0");
    source->comment = "Strangers.";
    const struct directive *dir = dir_of("always-allow-relaying", SCOPE_source);
    conf_line(&conf, source, dir, &yes, 1, 0, NOWHERE);
    section(SCOPE_spool, "/var/spool/pmta");
    struct emit_options options = { .header = STR_INIT("one\ntwo") };
    ck_assert_str_eq(emitted(&options), "# one\n"
                                        "# two\n"
                                        "\n"
                                        "# Strangers.\n"
                                        "<source 0/0>\n"
                                        "    always-allow-relaying yes\n"
                                        "</source>\n"
                                        "\n"
                                        "<spool /var/spool/pmta>\n"
                                        "</spool>\n");
    ck_assert_str_eq(emitted(&options), emitted(&options));
    conf = (struct conf){ .arena = &arena, .diags = &diags };
    ck_assert_str_eq(emitted(&no_options), "");
}
END_TEST

START_TEST(secrets)
{
    struct arg password = { .text = STR_INIT("hunter2"), .secret = true };
    struct conf_section *user = section(SCOPE_smtp_user, "a");
    const struct directive *dir = dir_of("password", SCOPE_smtp_user);
    conf_line(&conf, user, dir, &password, 1, 0, NOWHERE);
    struct emit_options options = { .redact = true };
    ck_assert_ptr_null(strstr(emitted(&options), "hunter2"));
    ck_assert_ptr_nonnull(strstr(emitted(&options), "    password ********\n"));
    ck_assert_ptr_nonnull(strstr(emitted(&no_options), "    password hunter2\n"));
}
END_TEST

/* A comment cannot end its line early, and no folder of this machine gets into it.  */
START_TEST(annotations)
{
    static const struct {
        struct str name;
        const char *shown;
    } table[] = {
        { STR_INIT("a.topo"), "a.topo" },
        { STR_INIT("conf/a.topo"), "conf/a.topo" },
        { STR_INIT("/srv/x/a.topo"), "a.topo" },
        { STR_INIT("a\n<source 0/0>"), "a\\x0a<source 0/0>" },
        { STR_INIT("a\rb\0"), "a\\x0db\\x00" },
    };
    struct emit_options options = { .annotate = true };
    struct arg yes = { .text = STR_INIT("yes") };
    const struct directive *dir = dir_of("run-as-root", SCOPE_global);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        conf = (struct conf){ .arena = &arena, .diags = &diags };
        struct source *source = source_add(&sources, table[i].name, STR("a\nb\n"), NOWHERE);
        struct conf_section *global = section(SCOPE_global, "");
        struct span second = { source->base + 2, source->base + 3 };
        conf_line(&conf, global, dir, &yes, 1, 0, second);
        conf_line(&conf, global, dir, &yes, 1, 0, NOWHERE);
        struct str expected =
            arena_printf(&arena, "\nrun-as-root yes  # %s:2\nrun-as-root yes\n", table[i].shown);
        ck_assert_str_eq(emitted(&options), expected.p);
    }
}
END_TEST

START_TEST(tags)
{
    static const struct {
        enum scope scope;
        const char *arg;
        bool good;
    } table[] = {
        { SCOPE_virtual_mta, "a", true },       { SCOPE_virtual_mta, "a b", false },
        { SCOPE_virtual_mta, "a>", false },     { SCOPE_virtual_mta, "<a", false },
        { SCOPE_virtual_mta, "a\"", false },    { SCOPE_virtual_mta, "a#b", false },
        { SCOPE_virtual_mta, "a\n", false },    { SCOPE_virtual_mta, "a\\", false },
        { SCOPE_acct_file, "|/bin/a b", true }, { SCOPE_acct_file, "|/bin/a ", false },
        { SCOPE_acct_file, "/var/a b", false }, { SCOPE_source, "10.0.0.0/8", true },
        { SCOPE_source, "{auth}", true },       { SCOPE_smtp_listener, "[::1]:25", true },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        diags_init(&diags, &arena, &sources);
        section(table[i].scope, table[i].arg);
        ck_assert_msg((diags.n_errors == 0) == table[i].good, "%s", table[i].arg);
        if (!table[i].good)
            ck_assert_int_eq(diags.list.v[0]->check, CHECK_value_unwritable);
    }
}
END_TEST

enum deed { DEED_LINE, DEED_PARENT, DEED_PARENT_GOOD };

static enum arena_trouble outcome(enum deed deed)
{
    switch (setjmp(handler)) {
    case ARENA_FINE:
        break;
    case ARENA_NO_MEMORY:
        return ARENA_NO_MEMORY;
    default:
        return ARENA_BUG;
    }
    struct conf_section *user = section(SCOPE_smtp_user, "a");
    struct conf_section *vmta = section(SCOPE_virtual_mta, "a");
    struct arg yes = { .text = STR_INIT("yes") };
    if (deed == DEED_LINE)
        conf_line(&conf, user, dir_of("run-as-root", SCOPE_global), &yes, 1, 0, NOWHERE);
    else
        conf_section(&conf, deed == DEED_PARENT ? user : vmta, SCOPE_domain, STR("*"), NOWHERE,
                     NOWHERE);
    return ARENA_FINE;
}

START_TEST(out_of_place)
{
    ck_assert_int_eq(outcome(DEED_LINE), ARENA_BUG);
    ck_assert_ptr_nonnull(arena.bug);
    ck_assert_int_eq(outcome(DEED_PARENT), ARENA_BUG);
    ck_assert_int_eq(outcome(DEED_PARENT_GOOD), ARENA_FINE);
    ck_assert_uint_eq(diags.list.n, 0);
}
END_TEST

/* Each directive in each section: a line where the dictionary has it, a bug elsewhere.  */
static enum arena_trouble try_line(const struct directive *dir, enum scope scope)
{
    switch (setjmp(handler)) {
    case ARENA_FINE:
        break;
    case ARENA_NO_MEMORY:
        return ARENA_NO_MEMORY;
    default:
        return ARENA_BUG;
    }
    struct conf_section *s = section(scope, "");
    struct arg arg = { .text = STR_INIT("a") };
    ck_assert_ptr_nonnull(conf_line(&conf, s, dir, &arg, 1, 0, NOWHERE));
    return ARENA_FINE;
}

START_TEST(every_directive)
{
    size_t bad = 0;
    for (size_t i = 0; i < dict_count(); i++)
        for (size_t scope = 0; scope < N_SCOPES; scope++) {
            bool good = dict_at(i)->scopes >> scope & 1;
            bad += try_line(dict_at(i), (enum scope)scope) != (good ? ARENA_FINE : ARENA_BUG);
        }
    ck_assert_uint_eq(bad, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf");
    TCase *all = tcase_create("conf");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, round_trips);
    tcase_add_test(all, unwritable);
    tcase_add_test(all, all_short_words);
    tcase_add_test(all, patterns);
    tcase_add_test(all, lists);
    tcase_add_test(all, again);
    tcase_add_test(all, layout);
    tcase_add_test(all, secrets);
    tcase_add_test(all, annotations);
    tcase_add_test(all, tags);
    tcase_add_test(all, out_of_place);
    tcase_add_test(all, every_directive);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
