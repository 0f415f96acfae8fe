//! A page, a capture and a replay of the simplest kind, for tests: no browser, every seed the same everywhere.
mod batch;
mod capture;
mod forge;
mod page;
mod random;
mod tree;

pub use batch::{Batch, BatchBuilder};
pub use capture::Capture;
pub use forge::Forge;
pub use page::{Fact, Page, PageNode};
pub use random::Random;
pub use tree::TreeSink;
