/* topo-parse.y - the shape of the topology language.

   A file is statements; a statement is values and perhaps a block.  What the words mean is in
   kinds.def and directives.def, not here.  */

%require "3.8"
%define api.pure full
%define api.prefix {topo_}
%define api.token.prefix {TOK_}
%define api.header.include {"grammar/topo-parse.h"}
%expect 0
%param {struct topo *topo} {void *yyscanner}

%code top {
#include <config.h>
}

%code requires {
#include "topo.h"
}

%code provides {
#define TOPO_DECL int topo_lex(TOPO_STYPE *lval, struct topo *topo, void *yyscanner)
TOPO_DECL;
}

%code {
#define YYMALLOC(SIZE) arena_alloc(topo->arena, SIZE)
#define YYFREE(P) ((void)(P))

static void topo_error(struct topo *topo, void *yyscanner, const char *what);
static struct stmt *header(struct topo *topo);
static struct stmt *block(struct stmt *stmt, uint32_t open, struct stmts body, uint32_t close);
static struct stmts append(struct stmts list, struct stmt *stmt);
}

%union {
    struct value value;
    uint32_t at;
    struct stmt *stmt;
    struct stmts list;
}

%token <value> VALUE "a value"
%token END "the end of the statement"
%token SEMICOLON ";"
%token <at> OPEN "{" CLOSE "}"

%nterm <list> statements
%nterm <stmt> statement header

%%

file:
  statements                        { topo->file->stmts = $1; }
;

statements:
  %empty                            { $$ = (struct stmts){ NULL, NULL }; }
| statements statement              { $$ = append($1, $2); }
;

statement:
  header END
| header SEMICOLON
| header "{" statements "}"         { $$ = block($1, $2, $3, $4); }
| header END "{" statements "}"     { $$ = block($1, $3, $4, $5); }
;

header:
  values                            { $$ = header(topo); }
;

values:
  VALUE                             { VEC_PUSH(topo->arena, &topo->values, $1); }
| values VALUE                      { VEC_PUSH(topo->arena, &topo->values, $2); }
;

%%

/* Never reached: every sequence of tokens that the scanner hands out has a rule, and AST_DEPTH
   keeps the stack short.  */
static void topo_error(struct topo *topo, void *yyscanner, const char *what)
{
    (void)yyscanner;
    arena_bug(topo->arena, what);
}

static struct stmt *header(struct topo *topo)
{
    size_t size = topo->values.n * sizeof *topo->values.v;
    struct stmt *stmt = NEW(topo->arena, struct stmt);
    stmt->values = memcpy(arena_alloc(topo->arena, size), topo->values.v, size);
    stmt->n_values = (uint32_t)topo->values.n;
    topo->values.n = 0;
    return stmt;
}

static struct stmt *block(struct stmt *stmt, uint32_t open, struct stmts body, uint32_t close)
{
    stmt->open = open;
    stmt->close = close;
    stmt->body = body.first;
    return stmt;
}

static struct stmts append(struct stmts list, struct stmt *stmt)
{
    stmts_add(&list, stmt);
    return list;
}
