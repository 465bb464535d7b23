//! A provider; proxy, access token and headers are sealed, maps are JSON.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "providers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub vendor: String,
    pub base_url: String,
    pub enabled: bool,
    pub priority: i64,
    pub weight: i64,
    pub params: String,
    pub headers: Option<String>,
    pub rotation: String,
    pub balance_micros: Option<i64>,
    pub balance_updated_at: Option<i64>,
    pub proxy_url: Option<String>,
    pub connect_timeout_ms: Option<i64>,
    pub first_byte_timeout_ms: Option<i64>,
    pub idle_timeout_ms: Option<i64>,
    pub total_timeout_ms: Option<i64>,
    pub model_alias: String,
    pub access_token: Option<String>,
    pub upstream_user_id: Option<i64>,
    pub checkin_enabled: bool,
    pub remark: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
