//! Multipart forms, read from memory.

use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart};
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::CONTENT_TYPE;

use crate::call::Inbound;

/// A form with its fields in order.
#[derive(Debug)]
pub(super) struct Form(Vec<Field>);

#[derive(Debug)]
struct Field {
    name: String,
    is_file: bool,
    bytes: Bytes,
}

impl Form {
    /// Reads the form of a request; `None` when it is not a form or is damaged.
    pub(super) fn read(inbound: &Inbound) -> Option<Self> {
        let content_type = inbound.headers.get(CONTENT_TYPE)?;
        let body = axum::body::Body::from(inbound.body.clone());
        let mut request = http::Request::builder().header(CONTENT_TYPE, content_type).body(body).ok()?;
        DefaultBodyLimit::disable().apply(&mut request);
        let reading = async {
            let form = Multipart::from_request(request, &()).await.ok()?;
            fields(form).await.ok()
        };
        // The whole body is in memory, so that reading it never has to wait.
        reading.now_or_never().flatten().map(Self)
    }

    /// Returns a field that is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|field| field.name == name && !field.is_file)?;
        std::str::from_utf8(&field.bytes).ok()
    }

    /// Returns the files under a name, or under the name with `[]`.
    pub(super) fn files(&self, name: &str) -> Vec<&Bytes> {
        let listed = format!("{name}[]");
        let is_it = |field: &&Field| field.is_file && (field.name == name || field.name == listed);
        self.0.iter().filter(is_it).map(|field| &field.bytes).collect()
    }
}

async fn fields(mut form: Multipart) -> Result<Vec<Field>, MultipartError> {
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        fields.push(Field { name, is_file, bytes: field.bytes().await? });
    }
    Ok(fields)
}
