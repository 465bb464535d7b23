//! Statements that are put together by hand, where an expression for each value would cost more than the database does.

use sea_orm::{ConnectionTrait, DbBackend, ExecResult, QueryResult, Statement, Value, Values};

use crate::dialect::{self, Rewriting};
use crate::store::db;
use crate::{StoreError, What};

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

    /// Appends text.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends how an insertion of many rows begins; all of them are undone when one is refused.
    pub(crate) fn push_insert_many(&mut self, table: &str, columns: &[&str]) {
        let insert = dialect::insert_many(self.backend);
        self.text.push_str(&format!("{insert} {table} ({}) VALUES ", columns.join(", ")));
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

    fn into_statement(self) -> Statement {
        Statement { sql: self.text, values: Some(Values(self.values)), db_backend: self.backend }
    }
}
