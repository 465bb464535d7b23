//! Long lists as files: written a page at a time while the client reads, and no further once it has left.

use std::io;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use sluice_store::StoreError;
use tokio::sync::mpsc;
use utoipa::ToSchema;

/// Pages that are read ahead of the client.
const PAGES_AHEAD: usize = 1;
/// Room for a row, bytes; longer ones grow it.
const USUAL_ROW_BYTES: usize = 300;

/// How rows are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FileFormat)]
pub(crate) enum Format {
    /// Comma-separated values with a header, as RFC 4180 says.
    #[default]
    Csv,
    /// One JSON object on each line.
    Jsonl,
}

impl Format {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/x-ndjson",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    const fn line_end(self) -> &'static str {
        match self {
            Self::Csv => "\r\n",
            Self::Jsonl => "\n",
        }
    }
}

/// What a file is made of.
pub(crate) trait Pages: Send + 'static {
    /// One line.
    type Row: Send + Sync;
    /// Name of the file, without its ending.
    const NAME: &'static str;

    /// Returns the first line of a file of comma-separated values.
    fn csv_header() -> String;

    /// Writes a line of comma-separated values, without its end.
    fn to_csv(row: &Self::Row) -> String;

    /// Writes a JSON object.
    fn to_json(row: &Self::Row) -> serde_json::Result<String>;

    /// Reads the next page; `None` after the last. A page may be empty and not the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Self::Row>>, StoreError>> + Send;
}

/// Answers with a file. The first page is read before the answer begins: what keeps it from being read is told as any
/// failure. Breaking off without an end means that the database went away later.
pub(crate) async fn send<P: Pages>(mut pages: P, format: Format) -> Result<Response, StoreError> {
    let first = pages.next().await?;
    let disposition = format!("attachment; filename=\"{}.{}\"", P::NAME, format.ending());
    let headers = [(CONTENT_TYPE, format.content_type().to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, body(pages, first, format)).into_response())
}

fn body<P: Pages>(mut pages: P, first: Option<Vec<P::Row>>, format: Format) -> Body {
    let (sender, mut receiver) = mpsc::channel(PAGES_AHEAD);
    tokio::spawn(async move {
        let mut page = first;
        let mut head = if format == Format::Csv { P::csv_header() } else { String::new() };
        while page.is_some() || !head.is_empty() {
            let written = write::<P>(&head, page.as_deref().unwrap_or_default(), format);
            if sender.send(written).await.is_err() {
                return;
            }
            head.clear();
            page = match pages.next().await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, file = P::NAME, "an export broke off");
                    sender.send(Err(io::Error::other(error))).await.ok();
                    return;
                }
            };
        }
    });
    Body::from_stream(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

fn write<P: Pages>(head: &str, page: &[P::Row], format: Format) -> io::Result<Bytes> {
    let mut text = String::with_capacity(page.len() * USUAL_ROW_BYTES);
    if !head.is_empty() {
        text.push_str(head);
        text.push_str(format.line_end());
    }
    for row in page {
        match format {
            Format::Csv => text.push_str(&P::to_csv(row)),
            Format::Jsonl => text.push_str(&P::to_json(row)?),
        }
        text.push_str(format.line_end());
    }
    Ok(text.into())
}

/// Writes cells as one line, so that no spreadsheet takes a text for a formula.
pub(crate) fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        // Numbers may begin with a minus.
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
        let guard = if is_formula { "'" } else { "" };
        if cell.contains([',', '"', '\r', '\n']) {
            line.push_str(&format!("\"{guard}{}\"", cell.replace('"', "\"\"")));
        } else {
            line.push_str(guard);
            line.push_str(cell);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_texts() {
        let cells = ["plain", "a,b", "say \"x\"", "=1+1", "-5", "-5+A1", "@x", "\tx", "two\nlines", "=a,b", ""];
        let line = "plain,\"a,b\",\"say \"\"x\"\"\",'=1+1,-5,'-5+A1,'@x,'\tx,\"two\nlines\",\"'=a,b\",";
        assert_eq!(csv_line(cells), line);
    }
}
