//! A check-in at a site. Outlives the provider.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkin_items")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub run_id: i64,
    pub provider_id: i64,
    pub provider_name: String,
    pub succeeded: bool,
    pub message: String,
    pub fault: Option<String>,
    pub auto_disabled: bool,
    pub quota_awarded: Option<i64>,
    pub checked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
