//! A record as a line of comma-separated values.

use sluice_domain::money::Micros;

use super::CallView;
use crate::admin::wire::file::csv_line;

impl CallView {
    /// What the columns are called.
    pub(in crate::admin::logs) const CSV_COLUMNS: [&'static str; 28] = [
        "id",
        "created_at",
        "user_id",
        "key_id",
        "provider_id",
        "provider",
        "credential_id",
        "dialect",
        "operation",
        "model_asked",
        "model_used",
        "input_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "output_tokens",
        "reasoning_tokens",
        "usage_source",
        "cost_usd",
        "charged_usd",
        "duration_ms",
        "first_token_ms",
        "stream",
        "status",
        "outcome",
        "error",
        "attempts",
        "client_ip",
        "upstream_request_id",
    ];

    /// Writes one cell for each of [`Self::CSV_COLUMNS`]; what is not known or not to be seen is empty.
    pub(in crate::admin::logs) fn to_csv(&self) -> String {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let dollars = |micros: Option<i64>| micros.map(|micros| Micros(micros).to_string()).unwrap_or_default();
        let cells: [String; Self::CSV_COLUMNS.len()] = [
            self.id.clone(),
            utc(self.created_at_ms),
            self.user_id.to_string(),
            self.aggregated_token_id.to_string(),
            number(self.provider_id),
            self.provider_name.clone().unwrap_or_default(),
            number(self.provider_token_id),
            self.dialect.clone(),
            self.operation.clone(),
            self.request_model_original.clone(),
            self.request_model_resolved.clone().unwrap_or_default(),
            self.prompt_tokens.to_string(),
            self.cache_tokens.to_string(),
            self.cache_creation_tokens.to_string(),
            self.completion_tokens.to_string(),
            self.usage.reasoning.to_string(),
            self.usage_source.to_owned(),
            dollars(self.cost_micros),
            dollars(self.charged_micros),
            self.response_time_ms.to_string(),
            self.first_token_ms.to_string(),
            self.is_stream.to_string(),
            self.status_code.to_string(),
            self.outcome.to_owned(),
            self.error_message.clone(),
            self.attempt_index.to_string(),
            self.client_ip.clone(),
            self.request_id.clone(),
        ];
        csv_line(cells.iter().map(String::as_str))
    }
}

fn utc(ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(ms);
    time.map(|time| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()).unwrap_or_default()
}
