//! What both directions share: headers that pass, content codings, the bodies that are answered with.

pub(super) mod body;
pub(super) mod coding;
pub(super) mod cors;
pub(super) mod headers;
