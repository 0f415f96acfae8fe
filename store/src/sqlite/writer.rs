//! The thread that writes: as many commands as wait share one transaction, and one wait for the disk.

use std::collections::VecDeque;

use super::driver::Driver;
use super::reader;
use crate::Error;
use crate::command::{Job, Ran};
use crate::queue::{Order, Receiver};
use crate::scope::{Access, Driver as _};

/// Commands of one transaction. More would gain nothing, and all of them wait for the last.
const GROUP: usize = 256;

pub(super) fn run(db: Driver, mut queue: Receiver) {
    let mut writer = Writer { db };
    let mut orders = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut orders, GROUP) != 0 {
        if !writer.work(orders.drain(..)) {
            return;
        }
    }
}

struct Writer {
    db: Driver,
}

impl Writer {
    /// Whether to go on.
    fn work(&mut self, orders: impl Iterator<Item = Order>) -> bool {
        let mut commands = VecDeque::new();
        for order in orders {
            match order {
                Order::Write(job) => commands.push_back(job),
                Order::Read(job) => {
                    self.write(&mut commands);
                    self.read(job);
                }
                Order::Stop => {
                    self.write(&mut commands);
                    return false;
                }
            }
        }
        self.write(&mut commands);
        true
    }

    /// A database in memory has this one connection: what reads must not write on it either.
    fn read(&mut self, job: Box<dyn Job>) {
        if let Err(error) = self.db.step("PRAGMA query_only = 1") {
            return job.answer(Some(error));
        }
        reader::read(&mut self.db, job);
        if let Err(error) = self.db.step("PRAGMA query_only = 0") {
            tracing::error!(%error, "the connection still only reads");
        }
    }

    fn write(&mut self, commands: &mut VecDeque<Box<dyn Job>>) {
        while !commands.is_empty() {
            if let Err(error) = self.db.step("BEGIN IMMEDIATE") {
                tracing::error!(%error, "no transaction");
                let error = error.not_stored();
                commands.drain(..).for_each(|job| job.answer(Some(error.clone())));
                return;
            }
            self.write_group(commands);
        }
    }

    /// Runs commands until there are none, or one takes the transaction with it.
    fn write_group(&mut self, commands: &mut VecDeque<Box<dyn Job>>) {
        let mut group = Vec::with_capacity(commands.len());
        while let Some(job) = commands.pop_front() {
            let (ran, lost) = self.run_one(job);
            group.push(ran);
            if let Some(error) = lost {
                tracing::error!(%error, "a transaction was lost");
                return self.give_up(group, &error);
            }
        }
        match self.db.commit() {
            Ok(()) => group.into_iter().for_each(Ran::committed),
            Err(error) => {
                tracing::error!(%error, "a commit failed");
                self.give_up(group, &error);
            }
        }
    }

    /// Runs one command behind a savepoint of its own. An error is the transaction's, not the command's.
    fn run_one(&mut self, job: Box<dyn Job>) -> (Ran, Option<Error>) {
        // If this fails, so does the end of the savepoint: what happens between does not stay.
        let set = self.db.step("SAVEPOINT command");
        let ran = Ran::new(job, &mut self.db, Access::Write);
        if ran.outcome.lost {
            let why = ran.outcome.broken.clone();
            return (ran, Some(why.unwrap_or_else(|| Error::Retry("the transaction was lost".to_owned()))));
        }
        let undone = if ran.is_accepted() { Ok(()) } else { self.db.step("ROLLBACK TO command") };
        let ended = set.and(undone).and_then(|()| self.db.step("RELEASE command"));
        (ran, ended.err())
    }

    fn give_up(&mut self, group: Vec<Ran>, error: &Error) {
        if !self.db.is_transaction_lost()
            && let Err(error) = self.db.step("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
        let error = error.clone().not_stored();
        group.into_iter().for_each(|ran| ran.failed(&error));
    }
}
