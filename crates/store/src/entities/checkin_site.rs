//! What is known of a site's check-ins. `until` is when a check-in that is under way counts as lost.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkin_sites")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider_id: i64,
    pub day: String,
    pub state: String,
    pub until: i64,
    pub succeeded_at: Option<i64>,
    pub last_at: Option<i64>,
    pub last_succeeded: bool,
    pub last_message: String,
    pub last_fault: Option<String>,
    pub last_auto_disabled: bool,
    pub last_quota: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
