//! What a client sends: who it is, its body, what that asks for and how much it may come to.

pub(super) mod demand;
pub(super) mod estimate;
pub(super) mod identify;
pub(super) mod intake;
