//! Views, one per file.

pub mod account_gate;
pub mod account_menu;
pub mod avatar;
pub mod band;
pub mod brand;
pub mod copy_button;
pub mod detail;
pub mod detail_empty;
pub mod icon;
pub mod rail;
pub mod see_page;
pub mod showcase;
pub mod switches;
pub mod visit;
pub mod visitor_list;
pub mod visitor_rows;
