//! The record of a call. The id is the 16 bytes of a UUIDv7; attempts are JSON.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    pub created_at: i64,
    pub created_day: i32,
    pub key_id: i64,
    pub user_id: i64,
    pub dialect: String,
    pub operation: String,
    pub model_asked: String,
    pub model_used: String,
    pub provider_id: Option<i64>,
    pub provider_name: String,
    pub credential_id: Option<i64>,
    pub status: i32,
    pub outcome: String,
    pub error: String,
    pub input_tokens: i64,
    pub cache_read_tokens: i64,
    pub cache_write_5m_tokens: i64,
    pub cache_write_1h_tokens: i64,
    pub input_audio_tokens: i64,
    pub input_image_tokens: i64,
    pub output_tokens: i64,
    pub reasoning_tokens: i64,
    pub output_audio_tokens: i64,
    pub output_image_tokens: i64,
    pub unit_calls: i64,
    pub media_ms: i64,
    pub images: i64,
    pub usage_source: String,
    pub cost_micros: Option<i64>,
    pub first_token_ms: Option<i64>,
    pub duration_ms: i64,
    pub stream: bool,
    pub client_ip: Option<String>,
    pub upstream_request_id: String,
    pub attempts: String,
    pub charged_micros: Option<i64>,
    pub receipt: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
