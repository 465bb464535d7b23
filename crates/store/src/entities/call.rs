//! The record of a call. The id is the 16 bytes of a UUIDv7, which begin with the time; `outcome` is a number, see
//! `calls/rows.rs`; `details` is JSON of what no query asks for.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    pub created_at: i64,
    pub key_id: i64,
    pub user_id: i64,
    pub model_asked: String,
    pub provider_id: Option<i64>,
    pub outcome: i32,
    pub succeeded: bool,
    pub error: String,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_micros: Option<i64>,
    pub charged_micros: Option<i64>,
    pub details: String,
    pub receipt: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
