#include <config.h>

#include "diag-secret.h"
#include "suggest.h"

/* How far back the line above is looked at, and how long a range in a word is.  */
enum { LOOK_BACK = 256, LONGEST_RANGE = 64 };

/* Words up to this length are no secrets by standing alone.  */
enum { SHORTEST = 3 };

/* What the first words of a statement say about those behind them.  */
enum meaning {
    MEANS_ANY,    /* nobody knows the word */
    MEANS_VALUES, /* one of the tables */
    MEANS_OWNER,  /* a name stands behind it, and then a block: whatever else is there is hidden */
    MEANS_SECRET  /* behind 'skip' values there is a secret */
};

struct scan {
    struct diags *d;
    struct masked_line *line;
    struct str text;
    size_t at;
    enum meaning meaning;
    size_t n, skip; /* words of the statement so far; how many of them are no secret */
    bool certain;   /* the word is one that takes a secret */
    bool taken;     /* the secret is known to be none itself: env: or file: */
    bool masked;    /* the word before this one is hidden */
    bool joined;    /* a comma stands in front of this word */
    bool pending;   /* a word that takes a secret had none yet */
    bool met;       /* a secret is hidden in front of this statement */
    bool spilt;     /* a sign of the grammar was perhaps a part of the secret before it */
    bool comment;
};

static bool is_sign(char c)
{
    return c == '{' || c == '}' || c == ';';
}

static bool is_word_byte(char c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

bool diag_hints_at_secret(struct str word)
{
    static const struct str hints[] = {
#define SECRET_HINT(PART) STR_INIT(PART),
#include "../grammar/secrets.def"
    };
    for (size_t at = 0; at < word.n; at++)
        for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
            if (str_ieq(str_sub(word, at, hints[i].n), hints[i]))
                return true;
    return false;
}

bool diag_holds_secrets(struct str name)
{
    static const struct str places[] = {
#define SECRET_PLACE(NAME) STR_INIT(NAME),
#include "../grammar/secrets.def"
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (str_ieq(name, places[i]))
            return true;
    return false;
}

/* Behind 'word' people write secrets, although none belongs there.  */
static bool is_near_secret(struct str word)
{
    static const struct str words[] = {
#define SECRET_NEAR(WORD) STR_INIT(WORD),
#include "../grammar/secrets.def"
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_ieq(word, words[i]))
            return true;
    return false;
}

bool is_known_word(struct diags *d, struct str word)
{
    if (!d->words.n && d->learn)
        d->learn(d);
    return map_find(&d->words, word) || check_named(word) < N_CHECKS;
}

/* 'word' begins statements: what it holds is no hint.  */
static bool is_keyword(struct diags *d, struct str word)
{
    return (is_known_word(d, word) && map_get(&d->words, word)) || check_named(word) < N_CHECKS;
}

/* 'word', which nobody knows, is nearly one of the tables.  */
static bool is_nearly_known(struct diags *d, struct str word)
{
    struct suggest near;
    suggest_init(&near, word);
    for (size_t i = 0; i < word.n; i++)
        if (!is_word_byte(word.p[i]))
            return false;
    if (!diag_may_guess(d))
        return false;
    for (size_t i = 0; i < d->words.n; i++)
        suggest_offer(&near, d->words.entries[i].key);
    return near.best.n > 0;
}

/* The word that takes a secret and is called 'word', or nearly so where 'nearly'.  */
static const struct secret_word *secret_word(const struct diags *d, struct str word, bool nearly)
{
    const struct secret_word *found = NULL;
    struct suggest near;
    suggest_init(&near, word);
    for (size_t i = 0; i < d->secret_words.n; i++) {
        const struct secret_word *at = &d->secret_words.v[i];
        if (str_ieq(word, at->word))
            return at;
        if (nearly)
            suggest_offer(&near, at->word);
        if (near.best.p == at->word.p)
            found = at;
    }
    return nearly ? found : NULL;
}

void mask_add(struct diags *d, struct masked_line *line, size_t lo, size_t hi)
{
    if (lo < hi)
        VEC_PUSH(d->arena, &line->masks, ((struct mask){ lo, hi }));
}

/* Where the word at 's->at' ends: a string does at its quote, and a range or a variable holds its
   braces.  */
static size_t word_end(const struct scan *s)
{
    struct str t = s->text;
    size_t i = s->at;
    if (t.p[i] == '"') {
        for (i++; i < t.n && t.p[i] != '"';)
            i += t.p[i] == '\\' ? 2 : 1;
        i = i < t.n ? i + 1 : t.n;
    }
    while (i < t.n && !is_blank(t.p[i])) {
        struct str rest = str_sub(t, i, LONGEST_RANGE);
        size_t close = t.p[i] == '{' && i > s->at ? str_find(rest, '}') : rest.n;
        if (close < rest.n && str_find(rest, ' ') > close && str_find(rest, ';') > close)
            i += close + 1;
        else if (is_sign(t.p[i]))
            break;
        else
            i++;
    }
    return i;
}

/* Hides the word, and what is between it and the one before if that is hidden too.  */
static void hide_word(struct scan *s, size_t lo, size_t hi)
{
    bool quoted = s->text.p[lo] == '"' && s->text.p[hi - 1] == '"' && hi > lo + 1;
    if (s->meaning == MEANS_SECRET && s->certain && s->n >= s->skip)
        index_secret(s->d, str_sub(s->text, lo + quoted, hi - lo - 2 * (size_t)quoted));
    if (s->masked && s->line->masks.n)
        s->line->masks.v[s->line->masks.n - 1].hi = hi;
    else
        mask_add(s->d, s->line, lo, hi);
    s->masked = true;
    s->met = true;
    s->spilt = s->text.p[hi - 1] != '"';
}

/* 'password=SECRET' and its kind: the length of the name and the sign, or 0.  */
static size_t name_in_word(const struct scan *s, struct str word)
{
    size_t equals = str_find(word, '='), colon = str_find(word, ':');
    size_t n = equals < colon ? equals : colon;
    struct str name = str_sub(word, 0, n);
    bool secret = n < word.n && n && (secret_word(s->d, name, false) || diag_hints_at_secret(name));
    return secret ? n + 1 : 0;
}

/* What the first word means for those behind it, or a later one that takes a secret.  */
static void understand(struct scan *s, struct str word)
{
    const struct secret_word *takes = secret_word(s->d, word, false);
    bool known = is_keyword(s->d, word);
    if (!takes && !known && !s->n && !s->comment)
        takes = secret_word(s->d, word, true);
    s->skip = s->n + 1;
    s->taken = false;
    s->certain = takes && !s->comment && str_ieq(takes->word, word);
    if (takes || (!known && !s->n && diag_hints_at_secret(word))) {
        s->meaning = MEANS_SECRET;
        s->skip += takes ? takes->skip : 0;
    } else if (!s->n && is_near_secret(word)) {
        s->meaning = MEANS_SECRET;
        s->skip = SIZE_MAX;
    } else if (!s->n) {
        s->meaning = diag_holds_secrets(word) ? MEANS_OWNER : known ? MEANS_VALUES : MEANS_ANY;
    }
}

/* A value that is shown although it stands beside a secret: a path, a number, a word that belongs
   there.  */
static bool is_plain(struct scan *s, struct str word)
{
    bool number = true;
    for (size_t i = 0; i < word.n; i++) {
        number &= is_digit(word.p[i]);
        if (strchr("/.$,", word.p[i]))
            return true;
    }
    return number || is_known_word(s->d, word) || is_nearly_known(s->d, word);
}

/* The secret itself is in another place.  */
static bool is_elsewhere(struct str word)
{
    bool quote = word.n && word.p[0] == '"';
    word = str_sub(word, quote, word.n);
    return (str_starts(word, STR("env:")) && word.n > strlen("env:")) ||
           (str_starts(word, STR("file:")) && word.n > strlen("file:"));
}

/* Where in 'word' what is to be hidden begins; its end: nowhere.  */
static size_t hidden_from(struct scan *s, struct str word)
{
    size_t name = name_in_word(s, word);
    struct str bare = str_sub(word, 0, str_find(word, ','));
    if (name && s->meaning != MEANS_SECRET)
        return name;
    if (s->meaning == MEANS_OWNER) {
        size_t colon = 0;
        while (colon < word.n && word.p[colon] != ':' && word.p[colon] != '/')
            colon++;
        bool spare = s->n > 1 && !s->joined && !is_known_word(s->d, bare);
        return spare ? 0 : s->n == 1 && colon < word.n ? colon + 1 : word.n;
    }
    if (s->meaning == MEANS_SECRET && s->n < s->skip)
        return is_plain(s, word) ? word.n : 0;
    if (s->meaning == MEANS_SECRET && !s->taken && is_elsewhere(word)) {
        s->taken = true;
        return word.n;
    }
    if (s->meaning == MEANS_SECRET)
        return s->comment && s->n > 1 && !looks_quoted_secret(word) ? word.n : 0;
    return word.n;
}

/* A word of a statement that nobody knows, with a quote at one end or both: the whole of it.  */
static void hide_quoted(struct scan *s, size_t lo, size_t hi)
{
    bool open = s->text.p[lo] == '"', close = hi > lo + 1 && s->text.p[hi - 1] == '"';
    lo += open;
    hi -= close;
    if ((open || close) && looks_quoted_secret(str_sub(s->text, lo, hi - lo)))
        mask_add(s->d, s->line, lo, hi);
}

/* Nothing stands in the statement but the word that ends at 'hi'.  */
static bool is_single(const struct scan *s, size_t hi)
{
    while (hi < s->text.n && is_blank(s->text.p[hi]))
        hi++;
    return hi == s->text.n || is_sign(s->text.p[hi]);
}

/* The first word of a statement may be what is missing before it, or the rest of that.  */
static bool is_rest(struct scan *s, struct str word, size_t hi)
{
    bool alone = s->met && hi - s->at > SHORTEST && is_single(s, hi);
    if (s->n || (!s->spilt && !s->pending && !alone))
        return false;
    bool known = is_keyword(s->d, word);
    bool rest =
        (s->spilt && !known) || ((s->pending || alone) && !known && !is_nearly_known(s->d, word));
    s->pending &= rest;
    return rest;
}

static void take_word(struct scan *s)
{
    size_t lo = s->at, hi = word_end(s), name = lo;
    while (name < hi && is_word_byte(s->text.p[name]))
        name++;
    struct str word = str_sub(s->text, lo, hi - lo);
    struct str bare = name > lo ? str_sub(s->text, lo, name - lo) : word;
    bool whole = name == hi || s->text.p[name] == ',';
    bool hidden = s->meaning == MEANS_SECRET && s->n >= s->skip;
    if (is_rest(s, whole || name_in_word(s, word) ? bare : word, hi)) {
        s->meaning = MEANS_SECRET;
        s->skip = 0;
        s->pending = false;
        hide_word(s, lo, hi);
    } else {
        size_t from = s->n || name_in_word(s, word) ? hidden_from(s, word) : word.n;
        s->spilt = false;
        if (from < word.n)
            hide_word(s, lo + from, hi);
        else
            s->masked = false;
        if (!hidden && from == word.n && (!s->n || whole))
            understand(s, bare);
        if (s->meaning == MEANS_ANY && !s->comment && from == word.n)
            hide_quoted(s, lo, hi);
    }
    s->joined = s->text.p[hi - 1] == ',';
    s->at = hi;
    s->n++;
}

/* A secret that was expected and is not there may come behind the sign, or on the next line.  */
static void end_statement(struct scan *s)
{
    if (s->meaning == MEANS_SECRET && s->n && s->n == s->skip && !s->comment)
        s->pending = true;
    s->meaning = MEANS_ANY;
    s->n = 0;
    s->joined = false;
    s->masked = false;
}

/* The line above ends in a word that takes a secret.  */
static bool is_left_open(const struct diags *d, const struct masked_line *line)
{
    size_t at = line->base - line->source->base, n = at < LOOK_BACK ? at : LOOK_BACK;
    struct str above = str_sub(line->source->text, at - n, n);
    while (above.n && (unsigned char)above.p[above.n - 1] <= ' ')
        above.n--;
    size_t start = above.n;
    while (start && is_word_byte(above.p[start - 1]))
        start--;
    bool begins = !start || is_sign(above.p[start - 1]) || (unsigned char)above.p[start - 1] <= ' ';
    const struct secret_word *word =
        begins ? secret_word(d, str_sub(above, start, above.n), false) : NULL;
    return word && !word->skip;
}

void mask_words(struct diags *d, struct masked_line *line)
{
    struct scan s = { .d = d, .line = line, .text = line->text };
    s.pending = is_left_open(d, line);
    while (s.at < s.text.n) {
        char c = s.text.p[s.at];
        if (is_sign(c)) {
            end_statement(&s);
            s.at++;
        } else if (is_blank(c)) {
            s.spilt = false;
            s.at++;
        } else if (c == '#' && !s.comment) {
            end_statement(&s);
            s.comment = true;
            s.spilt = false;
            s.at++;
        } else {
            take_word(&s);
        }
    }
}

/* Sources are looked through line by line, whoever asks how often.  */
const struct masked_line *masked_line(struct diags *d, uint32_t at)
{
    struct place place = source_place(d->sources, at);
    if (!place.source)
        return NULL;
    uint32_t base = at - (place.column - 1);
    struct str key = { (const char *)&base, sizeof base };
    void **slot = map_find(&d->lines, key);
    if (slot)
        return *slot;
    struct masked_line *line = NEW(d->arena, struct masked_line);
    *line = (struct masked_line){ .source = place.source, .base = base, .number = place.line };
    line->text = source_line(d->sources, place.source, place.line);
    if (place.source->rows)
        mask_row(d, line);
    else
        mask_words(d, line);
    *map_add(&d->lines, arena_str(d->arena, key)) = line;
    return line;
}
