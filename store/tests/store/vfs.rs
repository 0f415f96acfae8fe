//! A disk that keeps a diary: every write, every sync and when it returned, and marks of the test's own. It
//! can also be told to fail.
//!
//! SQLite reaches its files through a table of C functions. This module is such a table, which hands every
//! call to SQLite's own and notes those that matter. That takes `unsafe`, and all of it is here; no crate
//! wraps an existing VFS (those that there are want one written anew, with its locks and shared memory).
#![allow(unsafe_code, reason = "SQLite's files are reached through C function pointers")]

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::ffi;

/// What happened, in order.
#[derive(Debug, Clone)]
pub enum Event {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        size: usize,
    },
    /// What had been written before event number `upto` is on the disk.
    Sync {
        file: String,
        upto: usize,
    },
    Delete {
        file: String,
    },
    /// Something that the test saw.
    Mark(i64),
}

/// A registered disk. It is never taken away: SQLite may still hold its table.
pub struct Disk {
    name: CString,
    events: Mutex<Vec<Event>>,
    /// The code that writing answers with; 0 when all is well.
    write_fails: AtomicI32,
    sync_fails: AtomicI32,
    /// Milliseconds that a sync takes longer than it does.
    sync_takes: AtomicI32,
    real: *mut ffi::sqlite3_vfs,
}

// SAFETY: `real` points to SQLite's default VFS, which lives as long as the process and whose functions
// SQLite itself calls from every thread. Everything else is locked or atomic.
unsafe impl Sync for Disk {}
// SAFETY: as above.
unsafe impl Send for Disk {}

impl Disk {
    pub fn register(name: &str) -> &'static Self {
        // SAFETY: a null name asks for the default VFS; the table that is registered is leaked, and filled
        // from one that SQLite made.
        unsafe {
            let real = ffi::sqlite3_vfs_find(ptr::null());
            assert!(!real.is_null(), "SQLite has a default VFS");
            let disk: &'static Self = Box::leak(Box::new(Self {
                name: CString::new(name).expect("a name"),
                events: Mutex::default(),
                write_fails: AtomicI32::new(0),
                sync_fails: AtomicI32::new(0),
                sync_takes: AtomicI32::new(0),
                real,
            }));
            let table = ffi::sqlite3_vfs {
                // 3 would add the functions that replace system calls.
                iVersion: 2,
                szOsFile: c_int::try_from(size_of::<File>()).expect("small") + (*real).szOsFile,
                pNext: ptr::null_mut(),
                zName: disk.name.as_ptr(),
                pAppData: ptr::from_ref(disk).cast_mut().cast(),
                xOpen: Some(open),
                xDelete: Some(delete),
                xAccess: Some(access),
                xFullPathname: Some(full_path),
                ..*real
            };
            let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(table)), 0);
            assert_eq!(registered, ffi::SQLITE_OK);
            disk
        }
    }

    pub fn mark(&self, mark: i64) {
        self.note(Event::Mark(mark));
    }

    /// From now on every write answers with this code of SQLite's; 0 heals.
    pub fn fail_writes(&self, code: c_int) {
        self.write_fails.store(code, Ordering::SeqCst);
    }

    /// From now on every sync answers with this code of SQLite's; 0 heals.
    pub fn fail_syncs(&self, code: c_int) {
        self.sync_fails.store(code, Ordering::SeqCst);
    }

    /// From now on every sync takes so many milliseconds longer: what does not wait for it is seen to be early.
    #[allow(dead_code, reason = "another package's tests use it")]
    pub fn slow_syncs(&self, millis: i32) {
        self.sync_takes.store(millis, Ordering::SeqCst);
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    fn length(&self) -> usize {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The files as they are on the disk for certain when the power goes just before event `cut`: what was
/// written and synced. Of what was written later, `torn` says which sectors made it all the same.
pub fn after_power_loss(
    events: &[Event],
    cut: usize,
    mut torn: impl FnMut() -> bool,
) -> HashMap<String, Vec<u8>> {
    const SECTOR: usize = 512;
    let mut safe: HashMap<&str, usize> = HashMap::new();
    for event in &events[..cut] {
        if let Event::Sync { file, upto } = event {
            // Two threads may sync one file: the one that began first may return last.
            let safe = safe.entry(file).or_default();
            *safe = (*safe).max(*upto);
        }
    }
    let mut files: HashMap<String, Vec<u8>> = HashMap::new();
    for (index, event) in events[..cut].iter().enumerate() {
        let is_safe = |file: &str| safe.get(file).is_some_and(|upto| index < *upto);
        match event {
            Event::Write { file, at, bytes } => {
                let image = files.entry(file.clone()).or_default();
                for (n, sector) in bytes.chunks(SECTOR).enumerate() {
                    if is_safe(file) || torn() {
                        put(image, at + n * SECTOR, sector);
                    }
                }
            }
            Event::Truncate { file, size } if is_safe(file) || torn() => {
                files.entry(file.clone()).or_default().truncate(*size);
            }
            Event::Delete { file } => drop(files.remove(file)),
            Event::Truncate { .. } | Event::Sync { .. } | Event::Mark(_) => {}
        }
    }
    files
}

fn put(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[at..end].copy_from_slice(bytes);
}

/// What SQLite allocates for an open file; the real one lies behind it.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    disk: *const Disk,
    name: *mut String,
}

type Handle = *mut ffi::sqlite3_file;

/// # Safety
/// `file` was opened by [`open`].
unsafe fn ours<'a>(file: Handle) -> (&'a Disk, &'a str) {
    // SAFETY: `open` filled both pointers, the disk is leaked, and the name lives until `close`.
    unsafe {
        let file = file.cast::<File>();
        (&*(*file).disk, &*(*file).name)
    }
}

/// # Safety
/// `file` has the size that the table names.
unsafe fn real(file: Handle) -> Handle {
    // SAFETY: SQLite allocates `szOsFile` bytes, aligned to 8, of which `File` takes the first.
    unsafe { file.cast::<u8>().add(size_of::<File>()).cast() }
}

/// Calls a function of the real file.
macro_rules! pass {
    ($file:expr, $function:ident $(, $argument:expr)*) => {{
        // SAFETY: the real file was opened by its own VFS, whose table of functions is whole.
        unsafe {
            let file = real($file);
            match (*(*file).pMethods).$function {
                Some(function) => function(file $(, $argument)*),
                None => ffi::SQLITE_IOERR,
            }
        }
    }};
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: Handle,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands us our own table and a file of the size that it names.
    unsafe {
        let disk = (*vfs).pAppData.cast::<Disk>();
        (*file).pMethods = ptr::null();
        let Some(open) = (*(*disk).real).xOpen else { return ffi::SQLITE_CANTOPEN };
        let opened = open((*disk).real, name, real(file), flags, out_flags);
        if opened != ffi::SQLITE_OK {
            return opened;
        }
        let path = if name.is_null() { String::new() } else { text(name) };
        let ours = file.cast::<File>();
        (*ours).disk = disk;
        (*ours).name = Box::into_raw(Box::new(path));
        (*file).pMethods = &raw const METHODS;
        ffi::SQLITE_OK
    }
}

/// # Safety
/// `name` is a C string.
unsafe fn text(name: *const c_char) -> String {
    // SAFETY: the caller says so.
    let path = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: our own table, and the real one's function.
    unsafe {
        let disk = &*(*vfs).pAppData.cast::<Disk>();
        let Some(delete) = (*disk.real).xDelete else { return ffi::SQLITE_IOERR };
        let deleted = delete(disk.real, name, sync);
        if deleted == ffi::SQLITE_OK {
            disk.note(Event::Delete { file: text(name) });
        }
        deleted
    }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: our own table, and the real one's function.
    unsafe {
        let real = (*(*vfs).pAppData.cast::<Disk>()).real;
        (*real).xAccess.map_or(ffi::SQLITE_IOERR, |access| access(real, name, flags, out))
    }
}

unsafe extern "C" fn full_path(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: our own table, and the real one's function.
    unsafe {
        let real = (*(*vfs).pAppData.cast::<Disk>()).real;
        (*real).xFullPathname.map_or(ffi::SQLITE_IOERR, |full| full(real, name, length, out))
    }
}

unsafe extern "C" fn close(file: Handle) -> c_int {
    let closed = pass!(file, xClose);
    // SAFETY: `open` made the name, and SQLite closes a file once.
    unsafe { drop(Box::from_raw((*file.cast::<File>()).name)) };
    closed
}

unsafe extern "C" fn write(
    file: Handle,
    data: *const c_void,
    amount: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: the file is ours, and SQLite says how long its data is.
    let ((disk, name), bytes) = unsafe {
        let length = usize::try_from(amount).expect("a length");
        (ours(file), std::slice::from_raw_parts(data.cast::<u8>(), length))
    };
    let fails = disk.write_fails.load(Ordering::SeqCst);
    if fails != 0 {
        return fails;
    }
    let written = pass!(file, xWrite, data, amount, at);
    if written == ffi::SQLITE_OK {
        let at = usize::try_from(at).expect("a position");
        disk.note(Event::Write { file: name.to_owned(), at, bytes: bytes.to_vec() });
    }
    written
}

unsafe extern "C" fn truncate(file: Handle, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the file is ours.
    let (disk, name) = unsafe { ours(file) };
    let truncated = pass!(file, xTruncate, size);
    if truncated == ffi::SQLITE_OK {
        let size = usize::try_from(size).expect("a size");
        disk.note(Event::Truncate { file: name.to_owned(), size });
    }
    truncated
}

unsafe extern "C" fn sync(file: Handle, flags: c_int) -> c_int {
    // SAFETY: the file is ours.
    let (disk, name) = unsafe { ours(file) };
    let fails = disk.sync_fails.load(Ordering::SeqCst);
    if fails != 0 {
        return fails;
    }
    let upto = disk.length();
    let takes = disk.sync_takes.load(Ordering::SeqCst);
    // waits: a disk that is slow.
    std::thread::sleep(std::time::Duration::from_millis(takes.unsigned_abs().into()));
    let synced = pass!(file, xSync, flags);
    if synced == ffi::SQLITE_OK {
        disk.note(Event::Sync { file: name.to_owned(), upto });
    }
    synced
}

unsafe extern "C" fn read(file: Handle, out: *mut c_void, amount: c_int, at: ffi::sqlite3_int64) -> c_int {
    pass!(file, xRead, out, amount, at)
}

unsafe extern "C" fn file_size(file: Handle, out: *mut ffi::sqlite3_int64) -> c_int {
    pass!(file, xFileSize, out)
}

unsafe extern "C" fn lock(file: Handle, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: Handle, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: Handle, out: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: Handle, operation: c_int, argument: *mut c_void) -> c_int {
    pass!(file, xFileControl, operation, argument)
}

unsafe extern "C" fn sector_size(file: Handle) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn characteristics(file: Handle) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: Handle,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: Handle, offset: c_int, count: c_int, flags: c_int) -> c_int {
    pass!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: Handle) {
    // SAFETY: the real file was opened by its own VFS.
    unsafe {
        let file = real(file);
        if let Some(barrier) = (*(*file).pMethods).xShmBarrier {
            barrier(file);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: Handle, delete: c_int) -> c_int {
    pass!(file, xShmUnmap, delete)
}

/// Version 2: shared memory for the log, but no mapped reads.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
