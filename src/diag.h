/* diag.h - messages: collected, sorted by place, printed once.

   Every message has a check (a name that never changes, see grammar/checks.def), a place, says what
   was found and what was expected, and tells the cure where there is one.  Always true: one check
   reports one place once (what else it has to say there is counted); nothing printed holds a
   control character or a secret; reporting never stops the compilation.  */

#ifndef PMTAC_DIAG_H
#define PMTAC_DIAG_H

#include "buf.h"
#include "map.h"
#include "source.h"

enum level { LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

/* CHECK_<id> per row of checks.def.  */
enum check {
#define CHECK(ID, ...) CHECK_##ID,
#include "../grammar/checks.def"
#undef CHECK
    N_CHECKS
};

/* Where a user may say that an error of a check is none: a column of checks.def.  */
enum lowered { LOWERED_ANYWHERE, LOWERED_CALL, LOWERED_NEVER };

struct check_row {
    const char *name;
    enum level level; /* unless the place says otherwise */
    enum level read;  /* the highest one of a configuration that is read */
    enum lowered lowered;
    const char *about;
};

/* What the user wishes of a check: a row of levels.def, the last that names it.  */
enum wish {
    WISH_USUAL,
    WISH_ON, /* at least a warning */
    WISH_OFF,
    WISH_ERROR,
    WISH_NO_ERROR /* at most a warning, whatever is said of all */
};

struct levels {
    enum wish of[N_CHECKS];
    bool errors; /* warnings are errors */
    bool strict; /* warnings stay warnings, and nothing is written where there are any */
};

/* What a comment allows: messages of 'check' inside of 'span', unless they are errors that a
   comment alone cannot lower.  */
struct allowance {
    enum check check;
    struct span span, comment;
    struct allowance *outer; /* of the same check, around this one */
    bool used;               /* a message was silenced */
    bool refused;            /* an error was met that stays one */
};

/* A second place that belongs to a message.  */
struct diag_also {
    struct span span;
    struct str text;
    struct diag_also *next;
};

/* An exact edit that mends it.  */
struct diag_fix {
    struct span span;
    struct str text;
    struct diag_fix *next;
};

/* What was being read: "vmta", "tx9".  */
struct diag_context {
    const char *kind; /* NULL: nothing to name */
    struct str name;
    struct span span;
};

struct diag {
    enum check check;
    enum level usual; /* as it was reported */
    enum level level; /* as it counts: what the user wants of the check, over that */
    struct span span;
    struct str text;
    struct diag_also *also, **also_end;
    struct str help;
    struct diag_fix *fixes;
    struct diag_context context;
    size_t more;    /* others like it at the same place */
    uint32_t cause; /* place of what several messages of a check come from, or 0 */
};

/* A word of a statement that takes a secret, and how many values stand before that.  */
struct secret_word {
    struct str word;
    size_t skip;
};

struct diags {
    struct arena *arena;
    struct sources *sources;
    VEC(struct diag *) list;
    struct map seen;                      /* check and span to the message */
    VEC(struct span) secrets;             /* never shown */
    VEC(struct str) secret_list;          /* never shown either, wherever they stand */
    size_t n_indexed;                     /* of them that are in the maps */
    struct map secret_texts;              /* they */
    struct map long_secrets;              /* the beginnings of those that messages cut */
    unsigned char *secret_starts;         /* bits of their first bytes, or NULL */
    VEC(size_t) secret_sizes;             /* how long they are, the longest first */
    VEC(struct secret_word) secret_words; /* what stands behind one of these words is never shown */
    struct map words;                     /* of the tables: no secrets, wherever they stand */
    void (*learn)(struct diags *);        /* fills 'words' when they are wanted; or NULL */
    struct map lines;                     /* that messages are about, by their places */
    struct diag_context context;          /* of what is being read now */
    size_t guesses;                       /* suggestions left: each looks at many names */
    const struct levels *levels;          /* NULL: as usual */
    bool raw;                             /* what is read is a configuration of PowerMTA's own */
    struct allowance **allowances;        /* by check and place */
    size_t n_allowances;
    size_t n_errors, n_warnings; /* of all, kept or not */
    size_t n_milder[N_CHECKS];   /* warnings and notes of each check, kept or not */
    size_t n_dropped;            /* messages that were not kept: there were too many */
    size_t dropped[N_CHECKS][LEVEL_ERROR + 1]; /* those of each check and level */
    size_t n_faults;     /* errors that nobody raised: what was read is not whole */
    size_t n_calls;      /* of 'diag', whatever became of them */
    bool closed;         /* all has been said: what comes now was said before */
    struct diag scratch; /* takes what is said of a repeated message */
};

void diags_init(struct diags *, struct arena *, struct sources *);

/* Reports 'check' at 'span' with its usual level.  Never NULL; what 'diag_also' and its kind add to
   a message that is repeated or silenced is dropped.  */
struct diag *diag(struct diags *, enum check, struct span, const char *format, ...) PRINTF(4, 5);

/* The same with another level than the usual one.  */
struct diag *diag_at(struct diags *, enum check, enum level, struct span, const char *format, ...)
    PRINTF(5, 6);

/* Adds another place.  */
void diag_also(struct diags *, struct diag *, struct span, const char *format, ...) PRINTF(4, 5);

/* What stands at 'cause' is behind this message, and behind others of its check: of a configuration
   that is read one of them is enough.  */
void diag_cause(struct diags *, struct diag *, struct span cause);

/* Says what to do.  */
void diag_help(struct diags *, struct diag *, const char *format, ...) PRINTF(3, 4);

/* The same for the reader of a topology alone, and for that of a configuration of PowerMTA's own:
   the cure of one is no word of the other.  */
void diag_help_topology(struct diags *, struct diag *, const char *format, ...) PRINTF(3, 4);
void diag_help_powermta(struct diags *, struct diag *, const char *format, ...) PRINTF(3, 4);

/* Gives the exact edit.  */
void diag_fix(struct diags *, struct diag *, struct span, struct str replacement);

/* Another search for the nearest of many names may be made: there is a limit to them, since a
   hopeless file would have one for each of its words.  */
bool diag_may_guess(struct diags *);

/* What stands at 'span' is never to be shown.  */
void diag_secret(struct diags *, struct span);

/* 'text', which the caller keeps, is never to be shown, wherever it stands; messages that were made
   before count too.  It may be shown all the same where it is so short that it would be found in
   every other word, or a small number, or a word of the tables: who chose that as a password is
   told so, and all other messages stay legible.  */
void diag_secret_text(struct diags *, struct str text);

/* What stands at 'span', on one line, with asterisks for what no message would show of it.  */
struct str diag_masked(struct diags *, struct span);

/* 'word', which nobody knows, speaks of a secret.  */
bool diag_hints_at_secret(struct str word);

/* Words that nobody knows may be secrets in a block or section that is called 'name'.  */
bool diag_holds_secrets(struct str name);

/* From now on the 'n' allowances of 'list' count, and for what has been reported too.  Sorts them;
   of two for the same check and span the second is never used.  They stay the caller's.  Called
   once.  */
void diags_allow(struct diags *, struct allowance **list, size_t n);

/* The level of a message of 'check' at 'span' that is 'usual' by itself, after what the user and
   the comments say; marks the allowance that took it.  */
enum level diag_judge(struct diags *, enum check, enum level usual, struct span);

/* The message counts no more, and is not shown.  */
void diag_take_back(struct diags *, struct diag *);

/* What 'm' says, and the line at 'span' (from its start, as far as it is shown), as people may see
   them: without secrets.  */
struct str diag_shown_text(struct diags *, const struct diag *m);
struct str diag_shown_line(struct diags *, struct span span);

/* Takes back what 'check' has said: another message says it once for all.  Returns how much.  */
size_t diags_fold(struct diags *, enum check check);

/* What 'usual' is at most where a configuration of PowerMTA's own is read.  */
enum level diag_level_read(const struct diags *, enum check check, enum level usual);

/* An error of 'check' was to be lowered, and cannot be.  */
bool diag_is_stubborn(const struct diags *, enum check);

/* The messages so far forbid that anything is written.  */
bool diags_forbid(const struct diags *);

/* Sorts by place and check; the order is the same on every machine.  Nothing is registered as a
   secret behind that.  */
void diags_sort(struct diags *);

/* Forgets all messages but errors.  */
void diags_keep_errors(struct diags *);

const struct check_row *check_row(enum check);
/* The check called 'name', or N_CHECKS.  */
enum check check_named(struct str name);
const char *level_name(enum level);

/* The sorted messages for people: GNU form, source line and caret, notes, help; at most
   'max_errors' errors, and as many warnings and notes of each check, and then counts (0: all).  Of
   a configuration that was read a fifth as many warnings, errors first, and once what is said in
   the same words.  */
void diags_print_text(struct diags *, struct buf *, size_t max_errors, bool color);

/* One line a message, as compilers print it; no source lines.  */
void diags_print_gcc(struct diags *, struct buf *, size_t max_errors);

/* One JSON document, as pmtac(1) describes it; 'more' are further members of it, each with a comma
   before it.  */
void diags_print_json(struct diags *, struct str more, struct buf *);

/* A JSON string of 'text': what is no UTF-8 becomes \xNN in its text, so that the document is
   always valid (RFC 8259).  */
void diag_json_string(struct buf *, struct str text);

/* 'text' with control characters, invalid UTF-8 and invisible characters as \xNN or <U+NNNN>.  */
void diag_escape(struct buf *, struct str text);

/* A rune of UTF-8 at 'p' of 'n' bytes: its length, or 0 where it is none; the code in '*rune'.  */
size_t utf8_rune(const char *p, size_t n, uint32_t *rune);

/* Blanks and marks of Unicode that nobody can see: no-break space, zero width, bidi controls.  */
bool rune_is_invisible(uint32_t rune);

#endif
