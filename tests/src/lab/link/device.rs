//! The TUN device: a network device whose other end is a file.
use std::{
    fs::{File, OpenOptions},
    os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
};

use anyhow::{Context, Result};
use nix::libc;

/// The device's name, in each namespace alike.
pub const NAME: &str = "link0";

nix::ioctl_write_ptr_bad!(
    /// Gives the file a device; its number says int, its argument is this structure (`linux/if_tun.h`).
    set_device,
    nix::request_code_write!(b'T', 202, size_of::<libc::c_int>()),
    libc::ifreq
);

/// Makes the device in the network namespace of this thread. It goes when the file is closed; reads of it do not
/// block, and each gives one IP packet.
///
/// # Errors
/// When `/dev/net/tun` is missing or may not be used.
pub fn open() -> Result<File> {
    let flags = libc::O_NONBLOCK | libc::O_CLOEXEC;
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open("/dev/net/tun");
    let file = file.context("opening /dev/net/tun, which must be there and writable for this user")?;
    // SAFETY: all of the structure is integers and pointers, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(NAME.bytes()) {
        *to = from.cast_signed();
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_TUN | libc::IFF_NO_PI)?;
    // SAFETY: the file is open, and the kernel reads no more than the structure.
    unsafe { set_device(file.as_raw_fd(), &raw const request) }.context("making a TUN device")?;
    Ok(file)
}
