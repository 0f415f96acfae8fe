//! Stories and properties of routing.
mod desk;
mod order;
mod random;
mod reference;
mod stories;
