#include <config.h>

#include "depfile.h"

/* A file that was read, once.  */
struct prerequisite {
    struct str path;
    bool input; /* named in the call */
};

struct rule {
    VEC(struct prerequisite) list;
    struct map seen;
    struct arena *arena;
};

static void add(struct rule *rule, struct str path, bool input)
{
    void **slot = map_add(&rule->seen, path);
    if (*slot)
        return;
    *slot = rule;
    VEC_PUSH(rule->arena, &rule->list, (struct prerequisite){ path, input });
}

/* The texts, but for standard input and pipes.  */
static void add_sources(struct rule *rule, const struct program *program)
{
    const struct sources *sources = program->sources;
    const struct str *input = program->options->inputs.v;
    for (size_t i = 0; i < sources->list.n; i++) {
        const struct source *source = sources->list.v[i];
        bool named = !source->included.hi;
        bool is_stdin = named && str_eq(*input, STR("-"));
        if (source->identity.inode && !is_stdin)
            add(rule, source->name, named);
        input += named;
    }
}

/* GNU make reads back what 'put_path' writes.  What it takes for a pattern, a variable or a recipe
   has no escape that works everywhere.  */
static bool is_fit(struct str path)
{
    if (!path.n || path.p[0] == '~' || path.p[path.n - 1] == '&')
        return false;
    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f || memchr(";=%*?[|", path.p[i], 7))
            return false;
    return true;
}

/* 'path' with what make needs.  A backslash means itself unless it stands before something that
   takes one, or at the end.  */
static void put_path(struct buf *out, struct str path)
{
    for (size_t i = 0; i < path.n; i++) {
        size_t k = i;
        while (k < path.n && path.p[k] == '\\')
            k++;
        bool special = k == path.n || memchr(" #:", path.p[k], 3);
        if (special && (k > i || k < path.n))
            buf_char(out, '\\');
        if (path.p[i] == '$')
            buf_char(out, '$');
        buf_char(out, path.p[i]);
    }
}

static void put_prerequisites(struct buf *out, const struct rule *rule)
{
    for (size_t i = 0; i < rule->list.n; i++) {
        buf_text(out, " \\\n ");
        put_path(out, rule->list.v[i].path);
    }
    buf_char(out, '\n');
    for (size_t i = 0; i < rule->list.n; i++)
        if (!rule->list.v[i].input) {
            buf_char(out, '\n');
            put_path(out, rule->list.v[i].path);
            buf_text(out, ":\n");
        }
}

bool depfile_print(const struct program *program, const struct str *targets, size_t n_targets,
                   struct buf *out, struct str *unfit)
{
    struct rule rule = { .arena = program->arena,
                         .seen = { .arena = program->arena, .exact = true } };
    add_sources(&rule, program);
    for (size_t i = 0; i < program->secret_files.n; i++)
        add(&rule, program->secret_files.v[i], false);
    for (size_t i = 0; i < rule.list.n + n_targets; i++) {
        *unfit = i < n_targets ? targets[i] : rule.list.v[i - n_targets].path;
        if (!is_fit(*unfit))
            return false;
    }
    for (size_t i = 0; i < n_targets; i++) {
        buf_text(out, i ? " \\\n" : "");
        put_path(out, targets[i]);
    }
    buf_char(out, ':');
    put_prerequisites(out, &rule);
    return true;
}
