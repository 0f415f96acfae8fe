//! A thread where machines live whose peers are held on others.
use std::{io, thread};

use tokio::{runtime::Builder, sync::mpsc, task::LocalSet};

use crate::{Coming, Error, Opening, Page, Viewer};

type Begin = Box<dyn FnOnce() + Send>;

/// A thread for machines, which ends with the last of its handles, and they with it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Home(mpsc::UnboundedSender<Begin>);

impl Home {
    /// A new one.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (lives, mut begins) = mpsc::unbounded_channel::<Begin>();
        let run = async move {
            while let Some(begin) = begins.recv().await {
                begin();
            }
        };
        thread::Builder::new()
            .name("peers".to_owned())
            .spawn(move || LocalSet::new().block_on(&runtime, run))?;
        Ok(Self(lives))
    }

    /// As [`Page::comes`].
    ///
    /// # Errors
    /// [`Error::Over`]: the thread is gone.
    pub fn page(&self, coming: Coming) -> Result<Page, Error> {
        let (page, begin) = Page::coming(coming);
        self.0.send(Box::new(begin)).map_err(|_| Error::Over)?;
        Ok(page)
    }

    /// As [`Viewer::opens`].
    ///
    /// # Errors
    /// [`Error::Over`]: the thread is gone.
    pub fn viewer(&self, opening: Opening) -> Result<Viewer, Error> {
        let (viewer, begin) = Viewer::opening(opening);
        self.0.send(Box::new(begin)).map_err(|_| Error::Over)?;
        Ok(viewer)
    }
}
