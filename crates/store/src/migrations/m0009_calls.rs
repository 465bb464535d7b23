//! Records of calls. Every index ends in the order of the list, so that a filtered page is one range of it.

use sea_orm::DbBackend;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, long_text, number, number_or_null, small_number, switch, text, text_or_null};

pub(super) const STEP: NewTables = NewTables { name: "m0009_calls", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("calls")
            .col(ColumnDef::new("id").binary_len(16).not_null())
            .col(number("created_at"))
            .col(small_number("created_day"))
            .col(number("key_id"))
            .col(number("user_id"))
            .col(text("dialect", 32))
            .col(text("operation", 64))
            .col(text("model_asked", 255))
            .col(text("model_used", 255))
            .col(number_or_null("provider_id"))
            .col(text("provider_name", 128))
            .col(number_or_null("credential_id"))
            .col(small_number("status"))
            .col(text("outcome", 16))
            .col(text("error", 255))
            .col(number("input_tokens"))
            .col(number("cache_read_tokens"))
            .col(number("cache_write_5m_tokens"))
            .col(number("cache_write_1h_tokens"))
            .col(number("input_audio_tokens"))
            .col(number("input_image_tokens"))
            .col(number("output_tokens"))
            .col(number("reasoning_tokens"))
            .col(number("output_audio_tokens"))
            .col(number("output_image_tokens"))
            .col(number("unit_calls"))
            .col(number("media_ms"))
            .col(number("images"))
            .col(text("usage_source", 16))
            .col(number_or_null("cost_micros"))
            .col(number_or_null("first_token_ms"))
            .col(number("duration_ms"))
            .col(switch("stream"))
            .col(text_or_null("client_ip", 45))
            .col(text("upstream_request_id", 255))
            .col(long_text(backend, "attempts"))
            .primary_key(Index::create().col("id"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("calls_newest", "calls", &["created_at", "id"]),
        index("calls_user", "calls", &["user_id", "created_at", "id"]),
        index("calls_key", "calls", &["key_id", "created_at", "id"]),
        index("calls_provider", "calls", &["provider_id", "created_at", "id"]),
        index("calls_model", "calls", &["model_asked", "created_at", "id"]),
    ]
}
