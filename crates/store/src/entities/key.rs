//! A key.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "keys")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    pub key_hash: String,
    pub last4: String,
    pub enabled: bool,
    pub expires_at: Option<i64>,
    pub models: String,
    pub addresses: String,
    pub funding: String,
    pub multiplier: i64,
    pub shows_cost: bool,
    pub limits: Option<String>,
    pub scope: Option<String>,
    pub created_at: i64,
    pub accessed_at: Option<i64>,
    pub previous_hash: Option<String>,
    pub previous_until: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
