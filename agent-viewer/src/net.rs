//! The server, as the application knows it: requests, the desk's socket, and one share's two lanes.

pub mod admin_http;
pub mod chat_http;
pub mod chat_socket;
pub mod desk_socket;
pub mod http;
mod rtc;
pub mod share_link;
mod socket;
pub mod upload;
