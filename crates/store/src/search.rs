//! Conditions that several lists share.

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, IntoSimpleExpr};

/// Stands before `%` and `_` that are meant as they are; a backslash means different things to different databases.
const ESCAPE: char = '!';

/// Returns the condition that one of `columns` holds `part`, ignoring the case of letters that the database can fold.
pub(crate) fn any_contains<C: ColumnTrait>(columns: &[C], part: &str) -> Condition {
    let exact = pattern(part);
    let folded = pattern(&part.to_lowercase());
    columns.iter().fold(Condition::any(), |any, column| {
        // SQLite folds ASCII only, so that other letters must also be looked for as they were typed.
        any.add(Expr::from(Func::lower(column.into_simple_expr())).like(folded.clone()))
            .add(column.into_simple_expr().like(exact.clone()))
    })
}

/// Returns the condition that a column begins with `start`: not a range, which databases order by their own rules.
pub(crate) fn begins_with<C: ColumnTrait>(column: C, start: &str) -> Expr {
    column.into_simple_expr().like(LikeExpr::new(escaped(start) + "%").escape(ESCAPE))
}

fn pattern(part: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", escaped(part))).escape(ESCAPE)
}

fn escaped(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len());
    for sign in part.trim().chars().filter(|sign| *sign != '\0') {
        if matches!(sign, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(sign);
    }
    pattern
}
