//! Views, one per file.

pub mod account_gate;
pub mod account_menu;
pub mod avatar;
pub mod band;
pub mod brand;
pub mod control_bar;
pub mod copy_button;
pub mod curtain;
pub mod detail;
pub mod detail_empty;
pub mod echo;
pub mod icon;
pub mod picker;
pub mod rail;
pub mod remark;
pub mod see_page;
pub mod showcase;
pub mod state_pill;
pub mod switches;
pub mod toolbar;
pub mod tools;
pub mod view_controls;
pub mod visit;
pub mod visitor_list;
pub mod visitor_rows;
pub mod whereabouts;
