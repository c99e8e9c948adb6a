/* pmta-parse.y - the shape of PowerMTA's own configuration.

   A file is lines and sections; a section is a tag and what stands up to its closing tag.  What the
   words mean is in sections.def and directives.def, not here.  */

%require "3.8"
%define api.pure full
%define api.prefix {pmta_}
%define api.token.prefix {TOK_}
%define api.header.include {"grammar/pmta-parse.h"}
%expect 0
%param {struct pmta *pmta} {void *yyscanner}

%code top {
#include <config.h>
}

%code requires {
#include "pmta.h"
}

%code provides {
#define PMTA_DECL int pmta_lex(PMTA_STYPE *lval, struct pmta *pmta, void *yyscanner)
PMTA_DECL;
}

%code {
#define YYMALLOC(SIZE) arena_alloc(pmta->arena, SIZE)
#define YYFREE(P) ((void)(P))

static void pmta_error(struct pmta *pmta, void *yyscanner, const char *what);
static struct stmt *statement(struct pmta *pmta, struct line_read line,
                              const struct braces *block);
static const struct braces *section(struct pmta *pmta, struct line_read tag,
                                    struct pmta_begin open, struct stmts body,
                                    struct pmta_close close);
static struct stmts append(struct stmts list, struct stmt *stmt);
}

%union {
    struct line_read line;
    struct pmta_begin open;
    struct pmta_close close;
    const struct braces *block;
    struct stmt *stmt;
    struct stmts list;
}

%token <line> LINE "a directive"
%token <line> TAG "a tag"
%token <open> OPEN "the end of the tag"
%token <block> BODY "what was read before, up to its closing tag"
%token <close> CLOSE "</tag>"

%nterm <list> statements
%nterm <stmt> statement

%%

file:
  statements                        { pmta->file->stmts = $1; }
;

statements:
  %empty                            { $$ = (struct stmts){ NULL, NULL }; }
| statements statement              { $$ = append($1, $2); }
;

statement:
  LINE                              { $$ = statement(pmta, $1, NULL); }
| TAG BODY                          { $$ = statement(pmta, $1, $2); }
| TAG OPEN statements CLOSE         { $$ = statement(pmta, $1, section(pmta, $1, $2, $3, $4)); }
;

%%

/* Never reached: every sequence of tokens that the scanner hands out has a rule, and AST_DEPTH
   keeps the stack short.  */
static void pmta_error(struct pmta *pmta, void *yyscanner, const char *what)
{
    (void)yyscanner;
    arena_bug(pmta->arena, what);
}

static struct stmt *statement(struct pmta *pmta, struct line_read line, const struct braces *block)
{
    struct stmt *stmt = arena_alloc(pmta->arena, sizeof *stmt);
    *stmt = (struct stmt){ .words = line.words, .block = block, .lo = line.lo };
    return stmt;
}

/* Places in the section become relative to its tag.  */
static const struct braces *section(struct pmta *pmta, struct line_read tag,
                                    struct pmta_begin open, struct stmts body,
                                    struct pmta_close close)
{
    uint32_t lo = tag.lo;
    struct braces *block = arena_alloc(pmta->arena, sizeof *block);
    *block = (struct braces){ body.first, open.at - lo, close.at - lo, true };
    for (struct stmt *s = body.first; s; s = s->next)
        s->lo -= lo;
    bool nested = open.depth > 1; /* others have names that stand once */
    if (nested && pmta->diags->n_calls == open.calls && pmta->file->comments.n == open.comments)
        share_remember(&pmta->share, tag.words,
                       (struct str){ pmta_text(pmta, lo), close.end - lo }, open.depth, block);
    return block;
}

static struct stmts append(struct stmts list, struct stmt *stmt)
{
    stmts_add(&list, stmt);
    return list;
}
