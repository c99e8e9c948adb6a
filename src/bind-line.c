#include <config.h>

#include "bind-internal.h"
#include "suggest.h"

static struct span args_span(struct args a)
{
    return span_join(a.v[0].span, a.v[a.n - 1].span);
}

/* The value 'which' is bad, or missing, because a comment cuts the pattern there.  */
static bool is_cut(struct bind *b, const struct line *line, size_t which)
{
    uint32_t n = line->what->n_args;
    uint32_t last = which < n ? (uint32_t)which : n - 1;
    return n && !line->what->args[last].pattern && dict_patterns(line->what->dir->type) &&
           bind_is_cut(b, line_arg_span(line, last), line_span(line));
}

static void hide_arg(struct bind *b, struct line *line, size_t i)
{
    line->what->args[i].secret = true;
    diag_secret(b->diags, line_arg_span(line, (uint32_t)i));
}

/* Of a line that is wrong.  Where the directive takes no secret, but its namesake in another
   section does, what stands in the secret's place was meant for one; and where a key stands behind
   the name of a method, it may have been written instead of that.  */
static void hide_misplaced(struct bind *b, struct line *line)
{
    const struct directive *dir = line->what->dir;
    if (dir->type == TYPE_PRIVACY && line->what->n_args == 1)
        hide_arg(b, line, 0);
    if (dict_secret_arg(dir) >= 0)
        return;
    for (size_t i = 0; i < b->diags->secret_words.n; i++) {
        const struct secret_word *word = &b->diags->secret_words.v[i];
        for (size_t k = word->skip; k && k < line->what->n_args; k++)
            if (str_ieq(str_of(dir->name), word->word))
                hide_arg(b, line, k);
    }
}

static void bad_value(struct bind *b, struct line *line, size_t which, const struct fault *f)
{
    bool missing = which >= line->what->n_args;
    if (!missing && bind_is_template(b, line_arg(line, (uint32_t)which))) {
        line->bad = true;
        return;
    }
    if (b->model->raw && bind_is_odd(b, line, which))
        return;
    struct span span = missing ? line_span(line) : line_arg_span(line, (uint32_t)which);
    struct arg *arg = missing ? NULL : &line->what->args[which];
    line->bad = true;
    if (is_cut(b, line, which))
        return;
    hide_misplaced(b, line);
    if (arg && !arg->secret && f->hi > f->lo &&
        str_eq(source_text(b->program->sources, span), arg->text))
        span = (struct span){ span.lo + (uint32_t)f->lo, span.lo + (uint32_t)f->hi };
    struct diag *m;
    if (missing)
        m = diag(b->diags, CHECK_directive_value, span, "`%s`: %s", line->what->dir->name,
                 f->why[0] ? f->why : "its value is missing");
    else if (arg->secret)
        m = diag(b->diags, CHECK_directive_value, span, "`%s` does not take this value",
                 line->what->dir->name);
    else
        m = diag(b->diags, CHECK_directive_value, span, "`%s` does not take `%.*s`: %s",
                 line->what->dir->name, STR_ARG(arg->text), f->why);
    struct str syntax = dict_syntax(line->what->dir, b->arena);
    diag_help(b->diags, m, "%s takes %.*s", line->what->dir->name, STR_ARG(syntax));
}

static void check_version(struct bind *b, struct line *line)
{
    int version = b->model->version;
    if (line->what->dir->since <= version)
        return;
    if (line->what->dir->since_sure)
        diag(b->diags, CHECK_directive_version, line_span(line),
             "`%s` exists from PowerMTA %s on, and this is for %s", line->what->dir->name,
             version_text(line->what->dir->since), version_text(version));
    else
        diag_at(b->diags, CHECK_directive_version, LEVEL_NOTE, line_span(line),
                "`%s` is known from PowerMTA %s; whether %s has it is not", line->what->dir->name,
                version_text(line->what->dir->since), version_text(version));
}

/* The value cannot be judged: it holds a secret that was not read.  */
static bool is_withheld(const struct line *line)
{
    int at = dict_secret_arg(line->what->dir);
    return at >= 0 && (uint32_t)at < line->what->n_args && line->what->args[at].secret &&
           !line->what->args[at].text.n;
}

/* The value is good, but for a later version than the target.  */
static void newer_value(struct bind *b, struct line *line, size_t which, const struct fault *f)
{
    struct span span =
        which < line->what->n_args ? line_arg_span(line, (uint32_t)which) : line_span(line);
    diag(b->diags, CHECK_directive_version, span, "`%s` does not take this value yet: %s",
         line->what->dir->name, f->why);
    line->bad = true;
}

bool bind_check_value(struct bind *b, struct line *line)
{
    struct fault f;
    size_t which = 0;
    for (uint32_t i = 0; i < line->what->n_args; i++)
        line->bad |= line->what->args[i].bad;
    if (line->bad || is_withheld(line) ||
        dict_value(line->what->dir, line->what->args, line->what->n_args, b->model->version, &which,
                   &f))
        return !line->bad;
    struct fault later = f;
    size_t there = which;
    if (dict_value(line->what->dir, line->what->args, line->what->n_args, PMTA_5_0, &there, &later))
        newer_value(b, line, which, &f);
    else
        bad_value(b, line, which, &f);
    return false;
}

void bind_check_line(struct bind *b, struct line *line)
{
    bool good = bind_check_value(b, line);
    if (!good && !b->model->raw)
        return;
    if (good) {
        bind_check_patterns(b, line);
        check_version(b, line);
    }
    if (line->what->dir->replaced[0]) {
        struct diag *m = diag(b->diags, CHECK_directive_deprecated, line_span(line),
                              "`%s` is deprecated", line->what->dir->name);
        diag_help_topology(b->diags, m, "instead: %s", line->what->dir->replaced);
        diag_help_powermta(b->diags, m, "%s", line->what->dir->replaced);
    }
}

/* Restating a default says something where a wider rule may say otherwise: in a source, and in any
   domain but '*'; and what pmtac sets by itself is none.  */
static void check_default(struct bind *b, const struct block *block, enum scope scope,
                          const struct line *line)
{
    if (!line->what->dir->fallback[0] || line->bad || line->copied || block->inherits ||
        scope == SCOPE_source || line->what->dir == b->model->target[TARGET_global_run_as_root])
        return;
    if (dict_is_default(line->what->dir, line->what->args, line->what->n_args))
        diag(b->diags, CHECK_directive_default, line_span(line), "`%s` is `%s` anyway",
             line->what->dir->name, line->what->dir->fallback);
}

/* The same in a configuration that was read.  Which of two PowerMTA takes nobody says, so both
 * stay.
 */
static void repeats_read(struct bind *b, struct block *block, struct line *before,
                         struct line *line)
{
    bool here = line_span(before).lo >= block->braces.lo || !block->braces.hi;
    bool same = line_same_values(before, line);
    const char *name = line->what->dir->name;
    if (same && !here)
        return; /* the second section has been reported */
    struct diag *m = diag_at(b->diags, here ? CHECK_directive_repeated : CHECK_name_duplicate,
                             same ? LEVEL_NOTE : LEVEL_WARNING, line_span(line),
                             !here  ? "`%s` has another value in this section for the same"
                             : same ? "`%s` says this twice"
                                    : "`%s` stands here twice, and only one of them can count",
                             name);
    diag_also(b->diags, m, line_span(before), "first said here");
}

/* 'line' repeats 'before', where the directive may stand once.  True where it counts no more.  */
static bool repeats(struct bind *b, struct block *block, struct line *before, struct line *line)
{
    bool here = line_span(before).lo >= block->braces.lo && line_span(before).lo < block->braces.hi;
    if (line->copied > before->copied)
        return true; /* what stands beside a policy wins */
    if (line_same_values(before, line) && (line->copied || !here))
        return true;
    if (!here && !line->copied && block->braces.hi) {
        struct diag *m = diag(b->diags, CHECK_name_duplicate, line_span(line),
                              "`%s` is set to another value here", line->what->dir->name);
        diag_also(b->diags, m, line_span(before), "first set here, in a block for the same");
        return true;
    }
    struct diag *m = diag(b->diags, CHECK_directive_repeated, line_span(line),
                          "`%s` stands here twice, and only one counts", line->what->dir->name);
    diag_also(b->diags, m, line_span(before),
              line->copied ? "this one is used" : "this one is dropped");
    if (!line->copied)
        *before = (struct line){
            .what = line->what, .next = before->next, .lo = line->lo, .bad = line->bad
        };
    return true;
}

void bind_add_line(struct bind *b, struct block *block, struct lines *lines, struct line *line)
{
    struct line *before = line->what->dir->repeatable ? NULL : line_find(lines, line->what->dir);
    if (!bind_is_kept(line))
        b->model->said[line->what->dir - dict_at(0)] = true;
    if (before && b->model->raw)
        repeats_read(b, block, before, line);
    if (!before || b->model->raw || !repeats(b, block, before, line))
        lines_add(lines, line);
}

struct line *bind_make_line(struct bind *b, enum target target, const struct arg *args, uint32_t n,
                            struct span span)
{
    return line_make(b->arena, b->model->target[target], args, n, span);
}

/* A secret among the values is replaced by what it stands for, or by nothing where it is not read
   from its place.  */
static void take_secret(struct bind *b, const struct stmt *s, struct line *line)
{
    int at = dict_secret_arg(line->what->dir);
    if (at < 0 || (uint32_t)at >= line->what->n_args || line->what->args[at].bad)
        return;
    struct secret secret = bind_secret(b, s, line_arg(line, (uint32_t)at));
    line->what->args[at].secret = true;
    line->what->args[at].unread = !secret.known;
    line->what->args[at].text = secret.known ? secret.text : STR("");
    for (uint32_t i = (uint32_t)at + 1; i < line->what->n_args; i++) {
        line->what->args[i].secret = true; /* a secret with a blank that nobody quoted */
        diag_secret(b->diags, line_arg_span(line, i));
    }
}

/* PowerMTA knows its own words in lower case for certain.  */
static void lower_words(struct bind *b, struct line *line)
{
    bool words = line->what->dir->type == TYPE_BOOL || line->what->dir->type == TYPE_ENUM ||
                 line->what->dir->type == TYPE_BOOL_OR_DURATION ||
                 line->what->dir->type == TYPE_ENUMS;
    for (uint32_t i = 0; words && i < line->what->n_args; i++)
        line->what->args[i].text = bind_lower(b, line->what->args[i].text);
}

static void bind_line(struct bind *b, struct block *block, const struct stmt *s,
                      struct known *known)
{
    const struct directive *dir = known->is.dir;
    enum expand_lists lists = dir->type == TYPE_DOMAIN_KEY ? EXPAND_APART
                              : dir->repeatable            ? EXPAND_JOINED
                                                           : EXPAND_LIST;
    size_t calls = b->diags->n_calls;
    if (!dict_patterns(dir->type)) /* what looks like a pattern is a path */
        s = stmt_words(b->arena, s);
    uint32_t n = expand_repeats(&b->env, s, lists);
    for (uint32_t i = 0; i < n; i++) {
        struct args a = expand_args(&b->env, s, lists, i);
        uint32_t from = dir->name[0] == '/' ? 0 : 1; /* 0: the line begins with its pattern */
        struct line *line = line_make(b->arena, dir, a.v + from, a.n - from, args_span(a));
        line->copied = block->copied;
        take_secret(b, s, line);
        lower_words(b, line);
        bind_check_line(b, line);
        check_default(b, block, block->targets[known->is.target].scope, line);
        if (!s->words->special && s->lo && dict_secret_arg(dir) < 0 && b->diags->n_calls == calls)
            known->what = line->what;
        bind_add_line(b, block, block->targets[known->is.target].lines, line);
    }
}

/* A line that begins with a pattern is one where the scope has such lines.  */
const struct directive *bind_directive_of(struct bind *b, const struct stmt *s, enum scope scope)
{
    const struct directive *dir = NULL;
    if (s->words->v[0].kind == VALUE_PATTERN)
        dir = dict_find(b->dict, STR("/regex/"), scope);
    return dir ? dir : dict_find(b->dict, stmt_text(s, 0), scope);
}

/* 'include' inside a block: ours stands at the top of a file, PowerMTA's has another word.  */
static void ours_or_theirs(struct bind *b, const struct stmt *s)
{
    struct diag *m = diag(b->diags, CHECK_directive_scope, value_span(stmt_value(s, 0)),
                          "files are included at the top of a file only");
    diag_help_topology(b->diags, m, "for an include that the server reads, write `pmta-include`");
}

/* The line that these words made before, once more.  */
static void bind_again(struct bind *b, struct block *block, const struct stmt *s,
                       const struct known *known)
{
    struct line *line = arena_alloc(b->arena, sizeof *line);
    *line = (struct line){ .what = known->what, .lo = s->lo, .copied = block->copied };
    bind_add_line(b, block, block->targets[known->is.target].lines, line);
}

void bind_directive(struct bind *b, struct block *block, const struct stmt *s)
{
    struct known *known = bind_know(b, block, s);
    if (known->what && !s->block)
        bind_again(b, block, s, known);
    else if (!known->is.dir && b->model->raw)
        bind_stranger(b, block, s);
    else if (!known->is.dir)
        bind_unknown(b, block, s);
    else if (known->is.dir == b->model->target[TARGET_global_include])
        ours_or_theirs(b, s);
    else if (bind_no_block(b, s) && !bind_runs_on(b, block, s))
        bind_line(b, block, s, known);
}

/* Our own word, but of other blocks: their names.  */
static struct str other_kinds(struct bind *b, struct str word)
{
    struct buf text = { .arena = b->arena };
    for (size_t k = 0; k < N_KINDS; k++)
        if (map_get(&b->words[k], word))
            buf_printf(&text, "%s`%s`", text.n ? ", " : "", kind_word((enum kind)k));
    return buf_str(&text);
}

static void suggest_here(struct bind *b, struct block *block, struct suggest *near)
{
    const struct map *words = &b->words[block->kind];
    for (size_t i = 0; i < words->n; i++)
        suggest_offer(near, words->entries[i].key);
    if (block->kind == KIND_top)
        for (size_t i = 0; i < b->statements.n; i++)
            suggest_offer(near, b->statements.entries[i].key);
    for (size_t i = 0; i < dict_count(); i++)
        for (size_t t = 0; t < block->n_targets; t++)
            if (dict_at(i)->scopes & (uint64_t)1 << block->targets[t].scope)
                suggest_offer(near, str_of(dict_at(i)->name));
    for (size_t i = 1; block->kind == KIND_top && i < N_SCOPES; i++)
        suggest_offer(near, str_of(dict_scope((enum scope)i)->name));
}

static struct str place_name(struct bind *b, struct block *block)
{
    if (block->kind == KIND_top && block->n_targets && block->targets[0].scope != SCOPE_global)
        return arena_printf(b->arena, "in <%s>", dict_scope(block->targets[0].scope)->name);
    if (block->kind == KIND_top)
        return STR("at the top of a file");
    return arena_printf(b->arena, "in `%s`", kind_word(block->kind));
}

/* A directive of PowerMTA in the wrong block.  */
static void wrong_scope(struct bind *b, struct block *block, const struct stmt *s,
                        const struct directive *dir)
{
    struct span span = value_span(stmt_value(s, 0));
    struct str where = dict_scopes_text(b->dict, str_of(dir->name), b->arena);
    struct str here = place_name(b, block);
    struct diag *m = diag(b->diags, CHECK_directive_scope, span, "`%s` does not stand %.*s",
                          dir->name, STR_ARG(here));
    bool nests = block->kind == KIND_vmta || block->kind == KIND_pool;
    if (nests && dict_find(b->dict, str_of(dir->name), SCOPE_domain))
        diag_help(b->diags, m, "it treats destinations: write it inside `domain * { ... }` here");
    else
        diag_help(b->diags, m, "it belongs in %.*s", STR_ARG(where));
}

/* Nothing near stands here: perhaps a misspelt directive of another place.  Returns whether there
   is one.  */
static bool suggest_elsewhere(struct bind *b, struct diag *m, struct str word)
{
    struct suggest near;
    suggest_init(&near, word);
    for (size_t i = 0; i < dict_count(); i++)
        suggest_offer(&near, str_of(dict_at(i)->name));
    if (!near.best.n)
        return false;
    struct str where = dict_scopes_text(b->dict, near.best, b->arena);
    diag_help(b->diags, m, "did you mean `%.*s`, which belongs in %.*s?", STR_ARG(near.best),
              STR_ARG(where));
    return true;
}

/* Five fields or more between bars: a legacy row in a file that is read as topology.  */
static bool is_row(const struct stmt *s)
{
    struct str text = stmt_text(s, 0);
    size_t bars = 0;
    for (size_t i = 0; i < text.n; i++)
        bars += text.p[i] == '|';
    return bars >= 4;
}

static void report_row(struct bind *b, const struct stmt *s)
{
    struct span span = stmt_span(s);
    diag_secret(b->diags, span);
    struct diag *m = diag(b->diags, CHECK_syntax, span, "a legacy row in a topology");
    diag_help(b->diags, m, "read it with -x pipe, or keep rows in a file called NAME.psv");
}

bool bind_takes_secret(struct bind *b, struct str word)
{
    for (size_t i = 0; i < b->diags->secret_words.n; i++)
        if (str_ieq(word, b->diags->secret_words.v[i].word))
            return true;
    return false;
}

/* Unknown words in this block may well be secrets.  */
static bool is_secret_place(const struct block *block)
{
    const char *name = kind_word(block->kind);
    if (block->kind == KIND_top && block->n_targets)
        name = dict_scope(block->targets[0].scope)->name;
    return diag_holds_secrets(str_of(name));
}

/* The length of 'password' in 'password=SECRET', where the word is known to nobody; else all.  */
static size_t name_length(struct str word)
{
    size_t equals = str_find(word, '='), colon = str_find(word, ':');
    return equals < colon ? equals : colon;
}

/* A word that takes a secret, or speaks of one, does not stand here: its values may be found in
   other places too.  */
static void hide_values(struct bind *b, const struct stmt *s)
{
    struct str word = stmt_text(s, 0);
    bool takes = bind_takes_secret(b, word);
    for (uint32_t i = 1; (takes || diag_hints_at_secret(word)) && i < s->words->n; i++) {
        struct str text = stmt_text(s, i);
        if (!bind_hide_variables(b, text) && takes && str_find(text, ':') == text.n)
            diag_secret_text(b->diags, text);
    }
}

struct str bind_hide_unknown(struct bind *b, const struct block *block, const struct stmt *s,
                             struct str meant)
{
    struct str word = stmt_text(s, 0), name = str_sub(word, 0, name_length(word));
    if (!bind_takes_secret(b, meant) && !bind_takes_secret(b, name) &&
        !diag_hints_at_secret(name) && (meant.n || !is_secret_place(block)))
        return word;
    if (name.n < word.n)
        diag_secret(b->diags, value_span(stmt_value(s, 0)));
    if (s->words->n > 1)
        diag_secret(b->diags, span_join(value_span(stmt_value(s, 1)),
                                        value_span(stmt_value(s, s->words->n - 1))));
    return name.n < word.n ? str_sub(word, 0, name.n + 1) : word;
}

/* 's' stands where lines begin with a pattern, and a comment cuts it.  */
static bool is_cut_line(struct bind *b, const struct block *block, const struct stmt *s)
{
    for (size_t i = 0; i < block->n_targets; i++)
        if (dict_find(b->dict, STR("/regex/"), block->targets[i].scope))
            return bind_is_cut(b, value_span(stmt_value(s, 0)), stmt_span(s));
    return false;
}

void bind_unknown(struct bind *b, struct block *block, const struct stmt *s)
{
    if (is_cut_line(b, block, s))
        return;
    struct str word = stmt_text(s, 0);
    struct span span = value_span(stmt_value(s, 0));
    struct str here = place_name(b, block), kinds = other_kinds(b, word);
    const struct foreign *foreign = dict_foreign(b->dict, word);
    const struct directive *dir = dict_any(b->dict, word);
    struct suggest near;
    hide_values(b, s);
    if (foreign && !dir && !kinds.n) {
        struct diag *m = diag(b->diags, CHECK_directive_unknown, span,
                              "`%.*s` is not a PowerMTA directive", STR_ARG(word));
        diag_help(b->diags, m, "%s", foreign->instead);
        return;
    }
    if (dir && !(block->kind == KIND_top && kinds.n)) {
        wrong_scope(b, block, s, dir);
        return;
    }
    if (kinds.n || (block->kind != KIND_top && map_get(&b->statements, word))) {
        struct diag *m = diag(b->diags, CHECK_directive_scope, span, "`%.*s` does not stand %.*s",
                              STR_ARG(word), STR_ARG(here));
        diag_help(b->diags, m, "it belongs in %.*s%s", STR_ARG(kinds),
                  kinds.n ? "" : "the file, outside of blocks");
        return;
    }
    if (span.lo == b->unknown) /* once for all elements of a range */
        return;
    b->unknown = span.lo;
    if (is_row(s)) {
        report_row(b, s);
        return;
    }
    suggest_init(&near, word);
    suggest_here(b, block, &near);
    word = bind_hide_unknown(b, block, s, near.best);
    struct diag *m =
        diag(b->diags, CHECK_directive_unknown, span,
             s->block ? "no section is called `%.*s`" : "`%.*s` is no word that stands %.*s",
             STR_ARG(word), STR_ARG(here));
    if (near.best.n)
        diag_help(b->diags, m, "did you mean `%.*s`?", STR_ARG(near.best));
    else if (!suggest_elsewhere(b, m, word) && s->words->n == 1 && is_secret_place(block))
        diag_secret(b->diags, span); /* the secret without its word */
}
