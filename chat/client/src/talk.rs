//! What visitors and agents do alike: say something until it is answered, and take in what comes.
use std::time::Duration;

use chat_proto::Fault;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Error, PATIENCE, line::Line};

/// A pause before the next try.
const PAUSE: Duration = Duration::from_millis(100);

/// One end of a line, with what it keeps.
#[allow(async_fn_in_trait, reason = "nobody else implements it")]
pub(crate) trait Talks: Sized {
    /// What it says.
    type Out: Serialize;
    /// What it hears.
    type In: DeserializeOwned;
    /// What is acknowledged.
    type Acked;

    /// Its socket, while there is one.
    fn line(&mut self) -> &mut Option<Line<Self::Out, Self::In>>;
    /// Opens the socket and says hello.
    async fn connect(&mut self) -> Result<(), Error>;
    /// Keeps what a frame tells.
    fn take(&mut self, frame: &Self::In) -> Result<(), Error>;
    /// The name of what is said; empty where nobody acknowledges it.
    fn cid(frame: &Self::Out) -> &str;
    /// The answer to what has this name, if the frame is one.
    fn answer(frame: &Self::In, cid: &str) -> Option<Result<Self::Acked, Fault>>;
}

/// Says something that is answered, and says it again over lost connections until it is.
pub(crate) async fn say<T: Talks>(it: &mut T, frame: &T::Out) -> Result<T::Acked, Error> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        match say_once(it, frame).await {
            Err(error) if error.passes() => {
                *it.line() = None;
                // waits: for a server that is starting again
                sleep(PAUSE).await;
            }
            Ok(Err(Fault { retry_ms: Some(wait), .. })) => {
                // waits: as long as the server asked for
                sleep(Duration::from_millis(wait.into())).await;
            }
            Ok(Err(fault)) => return Err(Error::Refused(fault)),
            Ok(Ok(acked)) => return Ok(acked),
            Err(error) => return Err(error),
        }
    }
    Err(Error::Silent("an acknowledgement"))
}

async fn say_once<T: Talks>(it: &mut T, frame: &T::Out) -> Result<Result<T::Acked, Fault>, Error> {
    if it.line().is_none() {
        it.connect().await?;
    }
    open(it)?.tell(frame).await?;
    let cid = T::cid(frame).to_owned();
    until(it, "an acknowledgement", |_, heard| T::answer(heard, &cid)).await
}

/// Takes in what comes until it is what is waited for.
pub(crate) async fn until<T: Talks, Found>(
    it: &mut T,
    what: &'static str,
    mut wanted: impl FnMut(&T, &T::In) -> Option<Found>,
) -> Result<Found, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        let frame = timeout_at(until, open(it)?.hear()).await.map_err(|_| Error::Silent(what))??;
        it.take(&frame)?;
        if let Some(found) = wanted(it, &frame) {
            return Ok(found);
        }
    }
}

/// Takes in what comes for so long.
pub(crate) async fn rest<T: Talks>(it: &mut T, time: Duration) -> Result<(), Error> {
    let until = Instant::now() + time;
    while let Ok(frame) = timeout_at(until, open(it)?.hear()).await {
        it.take(&frame?)?;
    }
    Ok(())
}

/// The socket, or that there is none.
pub(crate) fn open<T: Talks>(it: &mut T) -> Result<&mut Line<T::Out, T::In>, Error> {
    it.line().as_mut().ok_or_else(|| Error::Gone("not connected".to_owned()))
}
