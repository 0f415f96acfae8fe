//! Placeholder of the layout.
