//! OpenAI's responses API (OpenAI API reference, "Responses" and "Streaming events").

mod answer;
mod decode;
mod encode;
mod input;
mod items;
mod own;
mod reader;
mod talk;
mod wire;
mod writer;

pub(super) use answer::{ECHOED, decode_answer, encode_answer};
pub(super) use decode::decode_request;
pub(super) use encode::encode_request;
pub(super) use own::{has_own_items, interpret};
pub(super) use reader::Reader;
pub(super) use writer::StreamWriter;
