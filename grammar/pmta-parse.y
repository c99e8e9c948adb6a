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
static struct stmt *line(struct pmta *pmta, struct pmta_line line);
static struct stmt *section(struct pmta *pmta, struct pmta_line tag, struct stmts body,
                            uint32_t close);
static struct stmts append(struct stmts list, struct stmt *stmt);
}

%union {
    struct pmta_line line;
    uint32_t at;
    struct stmt *stmt;
    struct stmts list;
}

%token <line> LINE "a directive"
%token <line> OPEN "<tag>"
%token <at> CLOSE "</tag>"

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
  LINE                              { $$ = line(pmta, $1); }
| OPEN statements CLOSE             { $$ = section(pmta, $1, $2, $3); }
;

%%

/* Never reached: every sequence of tokens that the scanner hands out has a rule, and AST_DEPTH
   keeps the stack short.  */
static void pmta_error(struct pmta *pmta, void *yyscanner, const char *what)
{
    (void)yyscanner;
    arena_bug(pmta->arena, what);
}

static struct stmt *line(struct pmta *pmta, struct pmta_line line)
{
    struct stmt *stmt = NEW(pmta->arena, struct stmt);
    stmt->words = line.words;
    stmt->lo = line.lo;
    return stmt;
}

/* Places in the section become relative to its tag.  */
static struct stmt *section(struct pmta *pmta, struct pmta_line tag, struct stmts body,
                            uint32_t close)
{
    struct stmt *stmt = line(pmta, tag);
    struct braces *block = NEW(pmta->arena, struct braces);
    *block = (struct braces){ body.first, tag.end - tag.lo, close - tag.lo, true };
    for (struct stmt *s = body.first; s; s = s->next)
        s->lo -= tag.lo;
    stmt->block = block;
    return stmt;
}

static struct stmts append(struct stmts list, struct stmt *stmt)
{
    stmts_add(&list, stmt);
    return list;
}
