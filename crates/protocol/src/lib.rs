//! Wire dialects of LLM vendors: what a request asks for, what an answer used, how an error looks, how a vendor is
//! spoken to. Everything works on bytes that the gateway hands in; nothing here opens a socket or waits.

pub mod chat;
pub mod edit;
pub mod failure;
pub mod fingerprint;
pub mod form;
pub mod meter;
mod needles;
pub mod operation;
pub mod problem;
pub mod raw;
pub mod responses;
pub mod sse;
pub mod suffix;
pub mod tokens;
pub mod validity;
pub mod vendor;
