//! A change that somebody asked for. `status` is NULL while it is under way.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    pub created_at: i64,
    pub actor_id: Option<i64>,
    pub actor_name: String,
    pub actor_role: i64,
    pub proof: String,
    pub action: String,
    pub subject: String,
    pub address: Option<String>,
    pub status: Option<i32>,
    pub code: String,
    pub before_json: Option<String>,
    pub after_json: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
