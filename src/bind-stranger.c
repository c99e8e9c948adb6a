#include <config.h>

#include "bind-internal.h"
#include "suggest.h"

/* Lines of a configuration that was read and that are no directive of their section.

   PowerMTA may know more words than any source tells of: its own people use some that no manual
   has. So such a line is a warning and stays as it is written, but for words that are known to come
   from elsewhere; and a file that is full of invented words is told so once.  */

bool bind_is_kept(const struct line *line)
{
    return line->what->dir == dict_verbatim();
}

void bind_keep(struct bind *b, struct block *block, const struct stmt *s, bool secret)
{
    struct args a = expand_args(&b->env, s, EXPAND_JOINED, 0);
    struct line *line = line_make(b->arena, dict_verbatim(), a.v, a.n, stmt_span(s));
    for (uint32_t i = 1; secret && i < a.n; i++) {
        line->what->args[i].secret = true;
        diag_secret(b->diags, a.v[i].span);
    }
    lines_add(block->targets[0].lines, line);
}

static const char *place_tag(const struct block *block)
{
    enum scope scope = block->n_targets ? block->targets[0].scope : SCOPE_global;
    return dict_scope(scope)->name;
}

/* "in <domain>", "outside of all sections".  */
static struct str place_text(struct bind *b, const struct block *block)
{
    const char *tag = place_tag(block);
    return tag[0] ? arena_printf(b->arena, "in <%s>", tag) : STR("outside of all sections");
}

/* The word was put there by whoever makes configurations, who fills it in.  */
static bool is_placeholder(struct str word)
{
    return str_starts(word, STR("{")) || str_starts(word, STR("$")) || str_starts(word, STR("%")) ||
           str_starts(word, STR("```"));
}

static void template_line(struct bind *b, const struct stmt *s)
{
    struct diag *m = diag(b->diags, CHECK_template, stmt_span(s),
                          "a line of a template, which nobody has filled in");
    diag_help(b->diags, m, "check the configuration that is made of it");
}

/* "${", "{{", "{name}", "[NAME]", "%s", "$name" and "__NAME__" somewhere in a value.  */
static bool holds_placeholder(struct str s)
{
    bool found = s.n > 4 && str_starts(s, STR("__")) && str_ends(s, STR("__"));
    for (size_t i = 0; i + 1 < s.n && !found; i++) {
        char c = s.p[i], next = s.p[i + 1];
        found = (c == '{' && (next == '{' || (is_alnum(next) && !is_digit(next)))) ||
                (c == '[' && next >= 'A' && next <= 'Z') ||
                (c == '$' && (is_alnum(next) || strchr("{_", next))) ||
                (c == '%' && (next == 's' || next == 'd'));
    }
    return found;
}

bool bind_is_template(struct bind *b, struct arg arg)
{
    if (!b->model->raw || !holds_placeholder(arg.text))
        return false;
    struct diag *m = diag(b->diags, CHECK_template, arg.span,
                          "a placeholder of a template, which nobody has filled in");
    diag_help(b->diags, m, "check the configuration that is made of it");
    return true;
}

static bool holds_patterns(struct bind *b, const struct block *block)
{
    return dict_find(b->dict, STR("/regex/"), block->targets[0].scope) != NULL;
}

/* A line of a list of patterns that is none: one that was broken, or the rest of it.  */
static void broken_pattern(struct bind *b, const struct stmt *s)
{
    struct span span = stmt_span(s);
    bool begins = str_starts(stmt_text(s, 0), STR("/"));
    if (!begins && b->broken) {
        diag_also(b->diags, b->broken, span, "the rest of it may be this");
        b->broken = NULL;
        return;
    }
    struct diag *m = diag(b->diags, CHECK_pattern_broken, span,
                          begins ? "a pattern without its closing `/` on the same line"
                                 : "this line begins with no pattern");
    diag_help(b->diags, m,
              "a line is `/pattern/ category`: join what was broken when it was copied");
    b->broken = begins ? m : NULL;
}

/* A name of one label, or with a `_`: no hostname, and many systems have one.  */
static bool is_odd_host(struct bind *b, const struct directive *dir, struct arg arg)
{
    struct fault fault;
    enum host_fault why = value_host(arg.text, &fault);
    bool letters = true;
    for (size_t i = 0; i < arg.text.n; i++)
        letters &= is_alnum(arg.text.p[i]) || memchr("-._", arg.text.p[i], 3) != NULL;
    bool host = dir->type == TYPE_HOST || dir->type == TYPE_CIDR_HOST;
    if (!host || !letters || (why != HOST_NOT_QUALIFIED && why != HOST_SYNTAX))
        return false;
    diag(b->diags, why == HOST_SYNTAX ? CHECK_host_syntax : CHECK_host_not_qualified, arg.span,
         "`%.*s` is no hostname that others can look up: %s", STR_ARG(arg.text), fault.why);
    return true;
}

bool bind_is_odd(struct bind *b, struct line *line, size_t which)
{
    const struct directive *dir = line->what->dir;
    struct span span =
        which < line->what->n_args ? line_arg_span(line, (uint32_t)which) : line_span(line);
    if (dir->name[0] == '/') {
        b->broken = NULL;
        struct diag *m = diag(b->diags, CHECK_pattern_broken, span,
                              "a line is one pattern and one category, and this is something else");
        diag_help(b->diags, m, "write `/pattern/ category`, each on a line of its own");
        line->what->dir = dict_verbatim();
        return true;
    }
    if (which < line->what->n_args && is_odd_host(b, dir, line_arg(line, (uint32_t)which)))
        return true;
    if (!dir->replaced[0])
        return false;
    diag_at(b->diags, CHECK_directive_value, LEVEL_WARNING, span,
            "whether `%s`, which is old, takes this is not known", dir->name);
    return true;
}

/* A word of PowerMTA's that belongs elsewhere.  What stands in such a section would be lost.  */
static void wrong_section(struct bind *b, const struct block *block, const struct stmt *s,
                          const struct directive *dir)
{
    struct str here = place_text(b, block);
    struct span span = value_span(stmt_value(s, 0));
    bool nests = block->kind == KIND_vmta || block->kind == KIND_pool;
    if (s->block) {
        diag(b->diags, CHECK_directive_scope, span, "<%.*s> does not stand %.*s",
             STR_ARG(stmt_text(s, 0)), STR_ARG(here));
        return;
    }
    struct str where = dict_scopes_text(b->dict, str_of(dir->name), b->arena);
    struct diag *m = diag_at(b->diags, CHECK_directive_scope, LEVEL_WARNING, span,
                             "`%s` does not stand %.*s", dir->name, STR_ARG(here));
    if (nests && !dict_find(b->dict, str_of(dir->name), SCOPE_global) &&
        dict_find(b->dict, str_of(dir->name), SCOPE_domain))
        diag_help(b->diags, m, "it treats destinations: write it inside a <domain *> here");
    else
        diag_help(b->diags, m, "it belongs in %.*s", STR_ARG(where));
}

/* The nearest word: of this section, or of any.  */
static void suggest_word(struct bind *b, const struct block *block, struct diag *m, struct str word)
{
    struct suggest here, anywhere;
    suggest_init(&here, word);
    suggest_init(&anywhere, word);
    bool guess = diag_may_guess(b->diags);
    for (size_t i = 0; guess && i < dict_count(); i++) {
        const struct directive *dir = dict_at(i);
        bool fits = (dir->scopes & (uint64_t)1 << block->targets[0].scope) != 0;
        suggest_offer(fits ? &here : &anywhere, str_of(dir->name));
    }
    if (here.best.n) {
        diag_help(b->diags, m, "did you mean `%.*s`?", STR_ARG(here.best));
    } else if (anywhere.best.n) {
        struct str where = dict_scopes_text(b->dict, anywhere.best, b->arena);
        diag_help(b->diags, m, "did you mean `%.*s`, which belongs in %.*s?",
                  STR_ARG(anywhere.best), STR_ARG(where));
    }
}

static void suggest_tag(struct bind *b, struct diag *m, struct str word)
{
    struct suggest near;
    suggest_init(&near, word);
    for (size_t i = 1; i < N_SCOPES; i++)
        suggest_offer(&near, str_of(dict_scope((enum scope)i)->name));
    if (near.best.n)
        diag_help(b->diags, m, "did you mean <%.*s>?", STR_ARG(near.best));
}

/* A word of nobody, or one that is known to be somebody else's.  */
static void unknown_word(struct bind *b, const struct block *block, const struct stmt *s,
                         struct str word)
{
    const struct foreign *foreign = dict_foreign(b->dict, word);
    struct span span = value_span(stmt_value(s, 0));
    struct str here = place_text(b, block);
    struct diag *m;
    b->n_strangers++;
    if (foreign) {
        m = diag(b->diags, CHECK_directive_unknown, span, "`%.*s` is not a PowerMTA directive",
                 STR_ARG(word));
        diag_help(b->diags, m, "%s", foreign->instead);
    } else if (s->block) {
        m = diag(b->diags, CHECK_directive_unknown, span, "PowerMTA has no section <%.*s>",
                 STR_ARG(word));
        suggest_tag(b, m, word);
    } else {
        m = diag_at(b->diags, CHECK_directive_unknown, LEVEL_WARNING, span,
                    "no source tells of a directive `%.*s` %.*s", STR_ARG(word), STR_ARG(here));
        suggest_word(b, block, m, word);
    }
}

void bind_stranger(struct bind *b, struct block *block, const struct stmt *s)
{
    struct str word = stmt_text(s, 0), shown = bind_hide_unknown(b, block, s, word);
    const struct directive *dir = dict_any(b->dict, word);
    bool pattern = s->words->v[0].kind == VALUE_PATTERN;
    if (!holds_patterns(b, block))
        b->broken = NULL;
    if (!s->block && is_placeholder(word))
        template_line(b, s);
    else if (!s->block && (pattern || str_starts(word, STR("/")) || holds_patterns(b, block)))
        broken_pattern(b, s);
    else if (s->block ? dict_section(b->dict, word) != N_SCOPES : dir != NULL)
        wrong_section(b, block, s, dir);
    else
        unknown_word(b, block, s, shown);
    if (!s->block)
        bind_keep(b, block, s, shown.n < word.n || bind_takes_secret(b, word));
}

/* Invented files */

enum { FEW = 4, SHARE = 5, EXAMPLES = 3 };

struct census {
    const struct dict *dict;
    size_t words, strangers, tags, braces;
    struct str examples[EXAMPLES];
    size_t n_examples;
};

/* Letters, digits and hyphens: what is no such word may be a part of a broken pattern.  */
static bool is_word(struct str s)
{
    bool word = s.n > 1 && is_alnum(s.p[0]) && !is_digit(s.p[0]);
    for (size_t i = 0; i < s.n && word; i++)
        word = is_alnum(s.p[i]) || s.p[i] == '-';
    return word;
}

static void note_stranger(struct census *c, struct str word)
{
    for (size_t i = 0; i < c->n_examples; i++)
        if (str_ieq(c->examples[i], word))
            return;
    if (c->n_examples < EXAMPLES)
        c->examples[c->n_examples++] = word;
}

static void count(struct census *c, const struct stmt *s)
{
    struct str word = stmt_text(s, 0), last = stmt_text(s, s->words->n - 1);
    bool tag = dict_section(c->dict, word) != N_SCOPES;
    bool known = tag || (!s->block && dict_any(c->dict, word));
    c->braces += !s->block && str_eq(last, STR("{"));
    if (!is_word(word))
        return;
    c->words += !s->block;
    c->strangers += !s->block && !known;
    c->tags += s->block && !known;
    if (!known)
        note_stranger(c, word);
    const struct stmt *child;
    for (struct walk w = walk_block(s); (child = walk_next(&w));)
        count(c, child);
}

/* "5 of its 7 directives and 2 sections do not exist, such as `a` and `b`".  */
static struct str findings(struct bind *b, const struct census *c)
{
    struct buf text = { .arena = b->arena };
    if (c->strangers)
        buf_printf(&text, "%zu of its %zu directives", c->strangers, c->words);
    if (c->tags)
        buf_printf(&text, "%s%zu of its sections", c->strangers ? " and " : "", c->tags);
    if (!text.n)
        return STR("it has braces");
    buf_text(&text, " do not exist");
    for (size_t i = 0; i < c->n_examples; i++)
        buf_printf(&text, "%s`%.*s`",
                   i == 0                   ? ", such as "
                   : i + 1 == c->n_examples ? " and "
                                            : ", ",
                   STR_ARG(c->examples[i]));
    return buf_str(&text);
}

void bind_judge_strangers(struct bind *b)
{
    struct census c = { .dict = b->dict };
    if (b->n_strangers < 2) /* most files know all words */
        return;
    for (size_t i = 0; i < b->program->items.n; i++)
        count(&c, b->program->items.v[i].stmt);
    bool many = c.strangers * SHARE > c.words && c.strangers + c.tags >= FEW;
    if (!many && c.tags < FEW && c.braces < 2)
        return;
    struct str what = findings(b, &c);
    diags_fold(b->diags, CHECK_directive_unknown);
    diags_fold(b->diags, CHECK_directive_scope);
    if (c.braces)
        diags_fold(b->diags, CHECK_syntax);
    struct diag *m = diag(b->diags, CHECK_not_powermta, b->model->whole,
                          "much of this is not PowerMTA's language: %.*s", STR_ARG(what));
    if (c.braces)
        diag_help(b->diags, m,
                  "PowerMTA writes <tag> and </tag>, and no braces; take a "
                  "configuration that it has run, or its manual");
    else
        diag_help(b->diags, m,
                  "do not mend it word by word: take a configuration that PowerMTA has "
                  "run, or its manual");
}
