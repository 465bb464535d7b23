//! Google's generate content API (Gemini API reference, "Generating content").

mod answer;
mod contents;
mod decode;
mod encode;
mod parts;
mod reader;
mod talk;
mod wire;
mod writer;

pub(super) use answer::{decode_answer, encode_answer};
pub(super) use decode::decode_request;
pub(super) use encode::encode_request;
pub(super) use reader::Reader;
pub(super) use writer::StreamWriter;
