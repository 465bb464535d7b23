//! How things stand on this node, in memory and in one file that nobody misses: the health of upstreams, the room within limits, and which account a
//! conversation has warmed.

pub(crate) mod affinity;
pub(crate) mod health;
pub(crate) mod limiter;
pub(crate) mod memory;
pub(crate) mod quota;
