//! Anthropic's Messages API (Claude API reference, "Messages" and "Streaming Messages").

mod answer;
mod blocks;
mod decode;
mod encode;
mod messages;
mod reader;
mod talk;
mod wire;
mod writer;

pub(super) use answer::{decode_answer, encode_answer};
pub(super) use decode::decode_request;
pub(super) use encode::encode_request;
pub(super) use reader::Reader;
pub(super) use writer::StreamWriter;
