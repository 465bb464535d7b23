//! Statements that are put together by hand, where an expression for each value would cost more than the database does.

use sea_orm::{ConnectionTrait, DbBackend, ExecResult, QueryResult, Statement, Value, Values};

use crate::dialect::{self, Listing, Rewriting};
use crate::store::db;
use crate::{StoreError, What};

mod arrays;

use arrays::Array;

/// A statement that grows. What goes into its text comes from the program; what comes from elsewhere is bound.
pub(crate) struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Returns an empty statement for the database behind `connection`.
    pub(crate) fn new<C: ConnectionTrait>(connection: &C) -> Self {
        Self { backend: connection.get_database_backend(), text: String::new(), values: Vec::new() }
    }

    /// Returns how many rows one statement takes at most.
    pub(crate) fn max_rows(&self) -> usize {
        dialect::max_rows(self.backend)
    }

    /// Returns how many rows one statement changes at most.
    pub(crate) fn max_rewritten(&self) -> usize {
        dialect::max_rewritten(self.backend)
    }

    /// Appends text.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends how an insertion of many rows begins; all of them are undone when one is refused.
    pub(crate) fn push_insert_many(&mut self, table: &str, columns: &[&str]) {
        let insert = dialect::insert_many(self.backend);
        self.text.push_str(&format!("{insert} {table} ({}) ", columns.join(", ")));
    }

    /// Appends how an update of many rows begins; all of them are undone when one is refused.
    pub(crate) fn push_update_many(&mut self, table: &str) {
        let update = dialect::update_many(self.backend);
        self.text.push_str(&format!("{update} {table} SET "));
    }

    /// Returns how many rows are changed at once.
    pub(crate) fn rewriting(&self) -> Rewriting {
        dialect::rewriting(self.backend)
    }

    /// Appends that rows which are there already get `columns` added instead.
    pub(crate) fn push_addition(&mut self, table: &str, columns: &[&str]) {
        dialect::push_addition(self.backend, table, columns, &mut self.text);
    }

    /// Appends a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
        dialect::push_placeholder(self.backend, self.values.len(), &mut self.text);
    }

    /// Appends rows of `width` values each as a query, whose columns are called `column1`, `column2` and so on.
    pub(crate) fn push_rows(&mut self, values: Vec<Value>, width: usize) -> Result<(), StoreError> {
        match dialect::listing(self.backend) {
            Listing::Rows => self.bind_rows(values, width),
            Listing::Columns => self.bind_columns(Array::of_rows(values, width)?),
        }
        Ok(())
    }

    fn bind_rows(&mut self, values: Vec<Value>, width: usize) {
        let mut nth = self.values.len();
        for row in values.chunks(width.max(1)) {
            self.text.push_str(if nth == self.values.len() { "VALUES (" } else { ", (" });
            for place in 0..row.len() {
                nth += 1;
                self.text.push_str(if place == 0 { "" } else { ", " });
                dialect::push_placeholder(self.backend, nth, &mut self.text);
            }
            self.text.push(')');
        }
        self.values.extend(values);
    }

    fn bind_columns(&mut self, columns: Vec<Array>) {
        let (mut places, mut names) = (String::from("SELECT "), String::new());
        for (place, Array { absent, .. }) in columns.iter().enumerate() {
            let (comma, nth) = (if place == 0 { "" } else { ", " }, place + 1);
            match absent {
                None => {
                    places.push_str(&format!("{comma}column{nth}"));
                    names.push_str(&format!("{comma}column{nth}"));
                }
                Some(_) => {
                    places.push_str(&format!("{comma}CASE WHEN NOT absent{nth} THEN column{nth} END AS column{nth}"));
                    names.push_str(&format!("{comma}column{nth}, absent{nth}"));
                }
            }
        }
        self.push(&places);
        self.push(" FROM UNNEST");
        let mut opening = '(';
        for Array { values, kind, absent } in columns {
            for (value, kind) in
                [Some((values, kind)), absent.map(|absent| (absent, "boolean[]"))].into_iter().flatten()
            {
                self.text.push(std::mem::replace(&mut opening, ','));
                self.bind(value);
                self.push("::");
                self.push(kind);
            }
        }
        self.push(&format!(") AS u({names})"));
    }

    /// Appends values in brackets.
    pub(crate) fn bind_list(&mut self, values: impl IntoIterator<Item = Value>) {
        self.text.push('(');
        for (place, value) in values.into_iter().enumerate() {
            self.text.push_str(if place == 0 { "" } else { ", " });
            self.bind(value);
        }
        self.text.push(')');
    }

    /// Returns the text for the sum of a column of whole numbers, as a whole number.
    pub(crate) fn whole_sum(&self, column: &str) -> String {
        format!("CAST(SUM({column}) AS {})", dialect::whole_number(self.backend))
    }

    pub(crate) async fn execute<C: ConnectionTrait>(
        self,
        connection: &C,
        what: What,
    ) -> Result<ExecResult, StoreError> {
        connection.execute_raw(self.into_statement()).await.map_err(db(what))
    }

    pub(crate) async fn query<C: ConnectionTrait>(
        self,
        connection: &C,
        what: What,
    ) -> Result<Vec<QueryResult>, StoreError> {
        connection.query_all_raw(self.into_statement()).await.map_err(db(what))
    }

    /// Returns how SQLite would go about it.
    #[cfg(test)]
    pub(crate) async fn plan<C: ConnectionTrait>(self, connection: &C) -> String {
        let mut statement = self.into_statement();
        statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let steps = connection.query_all_raw(statement).await.unwrap();
        steps.iter().map(|step| step.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>().join("; ")
    }

    fn into_statement(self) -> Statement {
        Statement { sql: self.text, values: Some(Values(self.values)), db_backend: self.backend }
    }
}
