//! OpenAI's chat completions API (OpenAI API reference, "Chat"; streaming as its SDKs accumulate it).

mod answer;
mod content;
mod decode;
mod encode;
mod grammar;
mod messages;
mod reader;
mod talk;
mod wire;
mod writer;

pub(super) use answer::{decode_answer, encode_answer, markdown_of};
pub(super) use content::file_source;
pub(super) use decode::{decode_request, tier_of};
pub(super) use encode::{encode_request, tier_word, write_format_schema};
pub(super) use messages::{write_arguments, write_url};
pub(super) use reader::Reader;
pub(super) use writer::StreamWriter;
