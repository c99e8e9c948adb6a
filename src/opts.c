#include <config.h>

#include "opts.h"

#include "suggest.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#define IN(ID) (1u << COMMAND_##ID)

enum option_id {
    OPTION_none = 256,
#define COMMAND(...)
#define OPTION(ID, ...) OPTION_##ID,
#define ALIAS(...)
#include "../grammar/options.def"
#undef COMMAND
#undef OPTION
#undef ALIAS
    OPTION_end
};

enum { N_OPTIONS = OPTION_end - OPTION_none - 1 };

struct option_row {
    enum option_id id;
    char letter;
    const char *name, *argument, *about;
    unsigned commands;
};

static const struct option_row options[] = {
#define COMMAND(...)
#define OPTION(ID, LETTER, NAME, ARGUMENT, COMMANDS, ABOUT)                                        \
    { OPTION_##ID, LETTER, NAME, ARGUMENT, ABOUT, COMMANDS },
#define ALIAS(...)
#include "../grammar/options.def"
#undef COMMAND
#undef OPTION
#undef ALIAS
};

static const struct {
    const char *name, *arguments, *about;
} commands[] = {
#define COMMAND(ID, NAME, ARGUMENTS, ABOUT) { NAME, ARGUMENTS, ABOUT },
#define OPTION(...)
#define ALIAS(...)
#include "../grammar/options.def"
#undef COMMAND
#undef OPTION
#undef ALIAS
};

/* What stands behind one dash and is longer than a letter.  */
static const struct {
    const char *letters;
    enum option_id id;
} aliases[] = {
#define COMMAND(...)
#define OPTION(...)
#define ALIAS(LETTERS, ID) { LETTERS, OPTION_##ID },
#include "../grammar/options.def"
#undef COMMAND
#undef OPTION
#undef ALIAS
};

enum { N_ALIASES = sizeof aliases / sizeof aliases[0] };

static const char *alias_of(enum option_id id)
{
    for (size_t i = 0; i < N_ALIASES; i++)
        if (aliases[i].id == id)
            return aliases[i].letters;
    return NULL;
}

static void put_help(struct buf *out)
{
    buf_text(out, "Usage: pmtac COMMAND [OPTION]... FILE...\n"
                  "Compiles mail topologies to PowerMTA configuration.\n\nCommands:\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        buf_printf(out, "  %-8s %-10s %s\n", commands[i].name, commands[i].arguments,
                   commands[i].about);
    buf_text(out, "\nOptions:\n");
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option_row *o = &options[i];
        struct str name =
            arena_printf(out->arena, "--%s%s%s", o->name, o->argument[0] ? "=" : "", o->argument);
        if (o->letter)
            buf_printf(out, "  -%c, %-21.*s %s\n", o->letter, STR_ARG(name), o->about);
        else if (alias_of(o->id))
            buf_printf(out, "  -%s, %-20.*s %s\n", alias_of(o->id), STR_ARG(name), o->about);
        else
            buf_printf(out, "      %-21.*s %s\n", STR_ARG(name), o->about);
    }
    buf_text(out,
             "\nA FILE of `-` is standard input.  See pmtac(1), and pmtac(5) for the language.\n");
}

struct reader {
    struct opts *opts;
    struct arena *arena;
    struct buf *text;
    VEC(const char *) words; /* that are no options: the command, then files */
};

static enum opts_result wrong(struct reader *r, const char *what, const char *arg)
{
    struct str shown = str_of(arg);
    buf_printf(r->text, "pmtac: %s", what);
    if (arg) {
        buf_text(r->text, " `");
        diag_escape(r->text, shown);
        buf_char(r->text, '`');
    }
    buf_text(r->text, "\npmtac: try `pmtac --help`\n");
    return OPTS_WRONG;
}

static enum opts_result read_command(struct reader *r, const char *word)
{
    struct suggest near;
    suggest_init(&near, str_of(word));
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(word, commands[i].name) == 0) {
            r->opts->command = (enum command)i;
            return OPTS_RUN;
        }
        suggest_offer(&near, str_of(commands[i].name));
    }
    struct str s = str_of(word);
    if (str_ends(s, STR(".topo")) || str_ends(s, STR(".psv"))) {
        buf_text(r->text, "pmtac: a command is missing: write `pmtac build ");
        diag_escape(r->text, s);
        buf_text(r->text, "`\n");
        return OPTS_WRONG;
    }
    if (near.best.n) {
        buf_text(r->text, "pmtac: no command is called `");
        diag_escape(r->text, s);
        buf_printf(r->text, "`; did you mean `%.*s`?\n", STR_ARG(near.best));
        return OPTS_WRONG;
    }
    return wrong(r, "no command is called", word);
}

static enum opts_result read_define(struct reader *r, const char *arg)
{
    struct str s = str_of(arg);
    size_t equals = str_find(s, '=');
    bool good = equals > 0 && equals < s.n;
    for (size_t i = 0; i < equals && good; i++)
        good = is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '-' || s.p[i] == '.';
    if (!good)
        return wrong(r, "-D takes NAME=VALUE", NULL);
    struct define d = { str_sub(s, 0, equals), str_sub(s, equals + 1, s.n) };
    VEC_PUSH(r->arena, &r->opts->options.defines, d);
    return OPTS_RUN;
}

/* The index of 'arg' in 'words', or -1.  */
static int one_of(const char *arg, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(arg, words[i]) == 0)
            return i;
    return -1;
}

static enum opts_result read_max(struct reader *r, const char *arg)
{
    uint64_t n;
    struct fault fault;
    if (!value_int(str_of(arg), 0, 1000000, &n, &fault))
        return wrong(r, "--max-errors takes a number, not", arg);
    r->opts->max_errors = n;
    return OPTS_RUN;
}

/* The options whose value is one of a few words.  */
static enum opts_result read_word(struct reader *r, enum option_id id, const char *arg)
{
    static const char *const formats[] = { "text", "gcc", "json" };
    static const char *const languages[] = { "topology", "pipe", "powermta" };
    static const char *const colors[] = { "never", "always", "auto" };
    int word;
    if (id == OPTION_format) {
        word = one_of(arg, formats, 3);
        r->opts->format = word < 0 ? MESSAGES_TEXT : (enum message_format)word;
        return word < 0 ? wrong(r, "--format is text, gcc or json, not", arg) : OPTS_RUN;
    }
    if (id == OPTION_language) {
        word = one_of(arg, languages, 3);
        r->opts->options.format = word < 0 ? FORMAT_GUESS : (enum format)(word + 1);
        return word < 0 ? wrong(r, "-x is topology, pipe or powermta, not", arg) : OPTS_RUN;
    }
    word = one_of(arg, colors, 3);
    if (word >= 0 && word < 2)
        r->opts->color = word == 1;
    return word < 0 ? wrong(r, "--color is always, never or auto, not", arg) : OPTS_RUN;
}

/* Checks are named in -W and in 'explain'.  */
static enum opts_result unknown_check(struct reader *r, struct str name)
{
    struct suggest near;
    suggest_init(&near, name);
    for (size_t i = 0; i < N_CHECKS; i++)
        suggest_offer(&near, str_of(check_row((enum check)i)->name));
    buf_text(r->text, "pmtac: no check is called `");
    diag_escape(r->text, name);
    buf_text(r->text, "`");
    if (near.best.n)
        buf_printf(r->text, "; did you mean `%.*s`?", STR_ARG(near.best));
    buf_text(r->text, "\npmtac: `pmtac explain` lists them\n");
    return OPTS_WRONG;
}

/* A word of levels.def.  */
static enum opts_result read_warn(struct reader *r, struct str word)
{
    static const struct {
        struct str word;
        bool yes;
    } all[] = {
#define WISH(PREFIX, WISH)
#define FOR_ALL(WORD, YES) { STR_INIT(WORD), YES },
#include "../grammar/levels.def"
#undef WISH
#undef FOR_ALL
    };
    static const struct {
        struct str prefix;
        enum wish wish;
    } wishes[] = {
#define WISH(PREFIX, WISH) { STR_INIT(PREFIX), WISH_##WISH },
#define FOR_ALL(WORD, YES)
#include "../grammar/levels.def"
#undef WISH
#undef FOR_ALL
    };
    struct levels *levels = &r->opts->options.levels;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (str_eq(word, all[i].word)) {
            levels->errors = all[i].yes;
            return OPTS_RUN;
        }
    size_t i = 0;
    while (!str_starts(word, wishes[i].prefix))
        i++;
    struct str name = str_sub(word, wishes[i].prefix.n, word.n);
    enum check check = check_named(name);
    if (check == N_CHECKS)
        return unknown_check(r, name);
    levels->of[check] = wishes[i].wish;
    return OPTS_RUN;
}

static enum opts_result read_target(struct reader *r, const char *arg)
{
    r->opts->options.version = version_of(str_of(arg));
    return r->opts->options.version ? OPTS_RUN : wrong(r, "--target is 4.0, 4.5 or 5.0, not", arg);
}

static enum opts_result read_output(struct reader *r, const char *arg)
{
    if (!*arg)
        return wrong(r, "-o takes a path", NULL);
    if (r->opts->output)
        return wrong(r, "-o is given twice", NULL);
    r->opts->output = arg;
    return OPTS_RUN;
}

static enum opts_result read_depfile(struct reader *r, const char *arg)
{
    if (!*arg || strcmp(arg, "-") == 0)
        return wrong(r, "-MF takes a path", NULL);
    if (r->opts->depfile)
        return wrong(r, "-MF is given twice", NULL);
    r->opts->depfile = arg;
    r->opts->depend = true;
    return OPTS_RUN;
}

static enum opts_result read_option(struct reader *r, enum option_id id, const char *arg)
{
    struct options *o = &r->opts->options;
    switch (id) {
    case OPTION_output:
        return read_output(r, arg);
    case OPTION_define:
        return read_define(r, arg);
    case OPTION_max_errors:
        return read_max(r, arg);
    case OPTION_target:
        return read_target(r, arg);
    case OPTION_format:
    case OPTION_language:
    case OPTION_color:
        return read_word(r, id, arg);
    case OPTION_warn:
        return read_warn(r, str_of(arg));
    case OPTION_strict:
        o->levels.strict = true;
        return OPTS_RUN;
    case OPTION_include:
        VEC_PUSH(r->arena, &o->include_dirs, str_of(arg));
        return OPTS_RUN;
    case OPTION_root:
        o->root = str_of(arg);
        return *arg ? OPTS_RUN : wrong(r, "--root takes a folder", NULL);
    case OPTION_host:
        o->host = str_of(arg);
        return *arg ? OPTS_RUN : wrong(r, "--host takes a name", NULL);
    case OPTION_dkim:
        o->dkim = true;
        return OPTS_RUN;
    case OPTION_fragment:
        o->fragment = true;
        return OPTS_RUN;
    case OPTION_baseline:
        r->opts->baseline = arg;
        return *arg ? OPTS_RUN : wrong(r, "--baseline takes a path", NULL);
    case OPTION_baseline_write:
        r->opts->baseline_write = true;
        return OPTS_RUN;
    case OPTION_relay:
        o->relay = true;
        return OPTS_RUN;
    case OPTION_annotate:
        o->annotate = true;
        return OPTS_RUN;
    case OPTION_keep_secrets:
        o->keep_secrets = true;
        return OPTS_RUN;
    case OPTION_redact:
        o->redact = true;
        return OPTS_RUN;
    case OPTION_help:
        put_help(r->text);
        return OPTS_DONE;
    case OPTION_version:
        buf_printf(r->text, "pmtac %s\n%s PCRE2\n", PACKAGE_VERSION,
                   regexp_is_checked() ? "patterns are checked with"
                                       : "patterns are not checked: built without");
        return OPTS_DONE;
    case OPTION_depend:
        r->opts->depend = true;
        return OPTS_RUN;
    case OPTION_depend_file:
        return read_depfile(r, arg);
    case OPTION_none:
    case OPTION_end:
        break;
    }
    return wrong(r, "an unknown option", NULL);
}

/* Colour only on a terminal that can show it, and never against the user's word.  */
static bool wants_color(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if (no && *no)
        return false;
    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* The tables as getopt_long takes them.  The leading '-' makes it hand out other words in their
   place, whatever POSIXLY_CORRECT says.  */
static void make_getopt(struct option *longs, char *shorts)
{
    *shorts++ = '-';
    *shorts++ = ':';
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option_row *o = &options[i];
        bool value = o->argument[0] != '\0';
        longs[i] =
            (struct option){ o->name, value ? required_argument : no_argument, NULL, (int)o->id };
        if (!o->letter)
            continue;
        *shorts++ = o->letter;
        if (value)
            *shorts++ = ':';
    }
    /* The second letter of an alias comes as the value of the first.  */
    for (size_t i = 0; i < N_ALIASES; i++) {
        *shorts++ = aliases[i].letters[0];
        *shorts++ = ':';
    }
    *shorts = '\0';
}

static const struct option_row *row_of(int c)
{
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (c == (int)options[i].id || (options[i].letter && c == options[i].letter))
            return &options[i];
    return NULL;
}

/* The option whose alias is 'c' with the first letter of '*arg'.  Moves its value, which is the
   rest of the word or the word behind it, into '*arg'.  */
static const struct option_row *row_of_alias(int c, int argc, char **argv, const char **arg)
{
    for (size_t i = 0; i < N_ALIASES; i++) {
        const char *letters = aliases[i].letters;
        if (c != letters[0] || !*arg || (*arg)[0] != letters[1])
            continue;
        const struct option_row *row = row_of((int)aliases[i].id);
        const char *rest = *arg + 1;
        bool value = row->argument[0] != '\0';
        if (!value && *rest)
            return NULL;
        *arg = !value || *rest ? rest : optind < argc ? argv[optind++] : NULL;
        return row;
    }
    return NULL;
}

static enum opts_result read_all(struct reader *r, int argc, char **argv, unsigned *used)
{
    struct option longs[N_OPTIONS + 1] = { { NULL, 0, NULL, 0 } };
    char shorts[2 * N_OPTIONS + 2 * N_ALIASES + 3];
    make_getopt(longs, shorts);
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (c == 1) {
            VEC_PUSH(r->arena, &r->words, optarg);
            continue;
        }
        const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "", *arg = optarg;
        const struct option_row *row = row_of(c);
        if (!row)
            row = row_of_alias(c, argc, argv, &arg);
        bool lacks_value = c == ':' || (row && row->argument[0] && !arg);
        if (!row || lacks_value)
            return wrong(r, lacks_value ? "an option without its value:" : "an unknown option",
                         word);
        enum opts_result result = read_option(r, row->id, arg ? arg : "");
        if (result != OPTS_RUN)
            return result;
        *used |= 1u << (row->id - OPTION_none - 1);
    }
    for (int i = optind; i < argc; i++)
        VEC_PUSH(r->arena, &r->words, argv[i]);
    return OPTS_RUN;
}

/* An option that the command does not have.  */
static enum opts_result check_options(struct reader *r, unsigned used)
{
    for (size_t i = 0; i < N_OPTIONS; i++)
        if ((used & 1u << i) && !(options[i].commands & 1u << r->opts->command)) {
            buf_printf(r->text, "pmtac: `%s` has no option --%s\n", commands[r->opts->command].name,
                       options[i].name);
            return OPTS_WRONG;
        }
    return OPTS_RUN;
}

/* The words behind 'explain'.  */
static enum opts_result read_checks(struct reader *r)
{
    for (size_t i = 1; i < r->words.n; i++) {
        enum check check = check_named(str_of(r->words.v[i]));
        if (check == N_CHECKS)
            return unknown_check(r, str_of(r->words.v[i]));
        VEC_PUSH(r->arena, &r->opts->checks, check);
    }
    return OPTS_RUN;
}

enum opts_result opts_read(struct opts *o, struct arena *arena, int argc, char **argv,
                           struct buf *text)
{
    struct reader r = { .opts = o, .arena = arena, .text = text };
    unsigned used = 0;
    *o = (struct opts){ .max_errors = 20, .color = wants_color() };
    enum opts_result result = argc > 0 ? read_all(&r, argc, argv, &used) : OPTS_RUN;
    if (result != OPTS_RUN)
        return result;
    if (!r.words.n)
        return wrong(&r, "a command is missing", NULL);
    result = read_command(&r, r.words.v[0]);
    if (result == OPTS_RUN)
        result = check_options(&r, used);
    if (result != OPTS_RUN)
        return result;
    if (o->command == COMMAND_explain)
        return read_checks(&r);
    for (size_t i = 1; i < r.words.n; i++)
        VEC_PUSH(arena, &o->options.inputs, str_of(r.words.v[i]));
    if (!o->options.inputs.n)
        return wrong(&r, "no FILE is given", NULL);
    if (o->command == COMMAND_diff && o->options.inputs.n != 2)
        return wrong(&r, "diff takes two FILEs: the one input and the other", NULL);
    if (o->command == COMMAND_diff && str_eq(o->options.inputs.v[0], STR("-")) &&
        str_eq(o->options.inputs.v[1], STR("-")))
        return wrong(&r, "only one of the inputs of diff can be standard input", NULL);
    if (o->command == COMMAND_diff && o->format == MESSAGES_GCC)
        return wrong(&r, "--format of diff is text or json, not", "gcc");
    if (o->depend && (!o->output || strcmp(o->output, "-") == 0))
        return wrong(&r, "-MD and -MF need -o: a rule names what it makes", NULL);
    if (o->baseline_write && !o->baseline)
        return wrong(&r, "--baseline-write needs --baseline FILE", NULL);
    o->options.json = o->format == MESSAGES_JSON;
    o->options.secrets = o->command == COMMAND_build;
    return OPTS_RUN;
}
