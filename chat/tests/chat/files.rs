//! Files: what is taken, what is given to whom, and what goes by itself.
mod bound;
mod guard;
mod shelf;
mod upload;
