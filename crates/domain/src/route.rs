//! Routing: which names mean the same model, which candidates may be used, and in which order they are tried.
//!
//! Everything here is a pure function over values. What the values say about the world (health, prices, load) is kept and
//! handed in by the gateway.

pub mod decision;
pub mod gate;
pub mod name;
pub mod obstacle;
pub mod policy;
pub mod rank;
pub mod reasons;
pub mod score;
pub mod warmth;

pub use decision::{Considered, Decision};
pub use gate::{Gate, Passage, Setback, Trouble};
pub use obstacle::{Obstacle, Subject, Withheld};
pub use rank::{Contender, Load, Order, Ranking, Standing, rank};
pub use reasons::Reasons;
pub use score::{Sample, Worth};
pub use warmth::Warmth;
