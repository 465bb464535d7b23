//! A transfer with its links in both chains. Rows are only ever inserted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transfers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    pub kind: String,
    pub debit_account: i64,
    pub debit_seq: i64,
    pub debit_hash: Vec<u8>,
    pub credit_account: i64,
    pub credit_seq: i64,
    pub credit_hash: Vec<u8>,
    pub amount_micros: i64,
    pub call_id: Option<Vec<u8>>,
    pub actor: String,
    pub memo: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
