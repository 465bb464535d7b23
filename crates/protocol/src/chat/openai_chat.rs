//! OpenAI's chat completions API (OpenAI API reference, "Chat"; streaming as its SDKs accumulate it).

mod answer;
pub(super) mod content;
mod decode;
mod encode;
mod messages;
mod reader;
pub(super) mod wire;
mod writer;

pub(super) use answer::{decode_answer, encode_answer, markdown_of};
pub(super) use decode::decode_request;
pub(super) use encode::encode_request;
pub(super) use reader::Reader;
pub(super) use writer::StreamWriter;
