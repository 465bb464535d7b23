//! placeholder

pub mod prices;
