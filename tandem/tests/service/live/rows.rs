//! The rows, part by part.
mod bot;
mod forms;
mod general;
mod hours;
mod library;
mod people;
mod queues;

use super::row::Row;

/// All of them.
pub fn rows() -> Vec<Row> {
    let parts =
        [general::rows, hours::rows, forms::rows, bot::rows, queues::rows, library::rows, people::rows];
    parts.into_iter().flat_map(|rows| rows()).collect()
}
