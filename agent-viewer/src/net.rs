//! The server, as the application knows it: requests, the desk's socket, and one share's two lanes.

pub mod accounts_http;
pub mod admin_http;
pub mod chat_http;
pub mod chat_socket;
pub mod desk_socket;
pub mod http;
mod line;
mod rtc;
pub mod share_link;
pub mod site_http;
mod socket;
pub mod tab_lock;
pub mod told;
pub mod upload;
