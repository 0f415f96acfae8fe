//! What the measuring programs share: a target on the command line, a store there, and work on one thread.

use std::{future::Future, path::Path, process::ExitCode};

use chat::engine::{Fault, TABLES};
use store::{PostgresOptions, SqliteOptions, Store};

/// Opens the target and does the work there. Says what failed, in the name of `program`.
pub fn on<F: Future<Output = Result<(), Fault>>>(
    program: &str,
    target: &str,
    work: impl FnOnce(Store) -> F,
) -> ExitCode {
    let done = open(target).and_then(|store| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::Random(error.to_string()))?;
        let done = runtime.block_on(work(store.clone()));
        store.close();
        done
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => complain(program, &fault.to_string()),
    }
}

/// Says why the program ends.
pub fn complain(program: &str, text: &str) -> ExitCode {
    eprintln!("{program}: {text}");
    ExitCode::FAILURE
}

/// A file, or `env:NAME`: a variable that holds a PostgreSQL address (`NAME_CA`: its certificate).
fn open(target: &str) -> Result<Store, Fault> {
    let Some(name) = target.strip_prefix("env:") else {
        return Ok(Store::sqlite(&SqliteOptions::new(target), &[TABLES])?);
    };
    let address = std::env::var(name).map_err(|_| store::Error::Open(format!("{name} is not set")))?;
    let mut options = PostgresOptions::new(&address)?;
    if let Ok(certificate) = std::env::var(format!("{name}_CA")) {
        options = options.trust(Path::new(&certificate))?;
    }
    Ok(Store::postgres(&options, &[TABLES])?)
}
