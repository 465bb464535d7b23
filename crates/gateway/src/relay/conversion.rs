//! Calls between two dialects: the request there, the answer back, and the proofs that must not be mixed up.

pub(super) mod convert;
pub(super) mod provenance;
pub(super) mod rewrite;
