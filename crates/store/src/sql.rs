//! Statements that are put together by hand, where an expression for each value would cost more than the database does.

use sea_orm::{ConnectionTrait, DbBackend, ExecResult, QueryResult, Statement, Value, Values};

use crate::dialect;
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
