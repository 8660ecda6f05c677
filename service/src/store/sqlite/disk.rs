//! Waiting for the disk while others write.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Waits until commits are on the disk. One wait is for all that were made when it began.
#[derive(Debug)]
pub(super) struct Disk {
    /// The log beside the database.
    log: PathBuf,
    commits: AtomicUsize,
    /// Commits that are waited for.
    awaited: AtomicUsize,
    state: Mutex<OnDisk>,
    /// What a disk refused once it may have lost, and what follows in the log is lost with it: from then on nothing is
    /// written, until the service starts again and reads what is there.
    failed: OnceLock<String>,
}

#[derive(Debug, Default)]
struct OnDisk {
    /// The log, as long as the connection that writes is the same one: with the last connection a log goes too.
    file: Option<File>,
    /// So many commits are on the disk.
    commits: usize,
}

impl Disk {
    pub(super) fn new(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        Self {
            log: log.into(),
            commits: AtomicUsize::new(0),
            awaited: AtomicUsize::new(0),
            state: Mutex::default(),
            failed: OnceLock::new(),
        }
    }

    /// A commit begins, and is waited for.
    pub(super) fn is_awaited(&self) {
        self.awaited.fetch_add(1, Ordering::SeqCst);
    }

    /// It is not waited for any more.
    pub(super) fn is_awaited_no_more(&self) {
        self.awaited.fetch_sub(1, Ordering::SeqCst);
    }

    /// Another connection writes from now on.
    pub(super) fn begin_anew(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).file = None;
    }

    /// Is nothing waited for?
    pub(super) fn is_free(&self) -> bool {
        self.awaited.load(Ordering::SeqCst) == 0
    }

    /// Counts a commit; which one it is.
    pub(super) fn committed(&self) -> usize {
        self.commits.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }

    /// Waits for a commit.
    pub(super) fn wait(&self, commit: usize) -> Result<(), String> {
        let mut on_disk = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.works()?;
        if on_disk.commits >= commit {
            return Ok(());
        }
        let made = self.commits.load(Ordering::SeqCst);
        if let Err(error) = self.flush(&mut on_disk) {
            let failed =
                format!("the disk refused what was written ({error}): nothing is written until the service starts again");
            return Err(self.failed.get_or_init(|| failed).clone());
        }
        on_disk.commits = made;
        Ok(())
    }

    fn flush(&self, on_disk: &mut OnDisk) -> Result<(), std::io::Error> {
        let file = match &mut on_disk.file {
            Some(file) => file,
            none => none.insert(File::options().write(true).open(&self.log)?),
        };
        file.sync_data()
    }

    /// Did the disk take everything so far?
    pub(super) fn works(&self) -> Result<(), String> {
        self.failed.get().map_or(Ok(()), |failed| Err(failed.clone()))
    }
}
