//! What the codecs of all dialects share: reading and writing of JSON, names, media, schemas, usage, and where losses go.

pub(in crate::chat) mod cursor;
pub(in crate::chat) mod encoding;
mod hosted;
pub(in crate::chat) mod luggage;
pub(in crate::chat) mod media;
pub(in crate::chat) mod names;
mod pairs;
pub(in crate::chat) mod progress;
pub(in crate::chat) mod restore;
pub(in crate::chat) mod schema;
pub(in crate::chat) mod settle;
pub(in crate::chat) mod unwrap;
pub(in crate::chat) mod usage;
pub(in crate::chat) mod wire;
pub(in crate::chat) mod write;
