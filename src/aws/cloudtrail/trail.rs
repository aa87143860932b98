//! Reading files: each as a stream, several at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use flate2::bufread::MultiGzDecoder;
use ring::digest::{Context, SHA256};

use super::coverage::Coverage;
use super::event::{BadField, Event, Raw, Whereabouts};
use super::records::{Flaw, Record, Records, Stopped};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::trails::{TrailFile, Word};

/// The most events that are remembered.
const MAX_EVENTS: usize = 50_000;
/// How much of a packed file is read at a time.
const CHUNK: usize = 64 << 10;
/// So much may come out of any file, however small it is.
const FREE: u64 = 64 << 20;
/// Above that, so many times its length. CloudTrail's files unpack to 10 to 30 times theirs.
const MAX_RATIO: u64 = 200;
/// How long a session of central root access lasts at most, in seconds.
pub const SESSION: u64 = 900;

/// What to read of; nothing is before and after all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// From when on.
    pub from: Option<Time>,
    /// Until when.
    pub to: Option<Time>,
}

impl Period {
    /// Whether a moment is in it.
    #[must_use]
    pub fn has(&self, at: Time) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }

    /// The same, where a session that began before it may still go on in it.
    fn matters(&self, at: Time) -> bool {
        self.from.is_none_or(|from| at.plus(SESSION) >= from) && self.to.is_none_or(|to| at <= to)
    }
}

/// What files say.
#[derive(Debug, Default)]
pub struct Trail {
    /// Each, in order of digest, the same one once.
    pub files: Vec<TrailFile>,
    /// How many were copies of others.
    pub copies: u64,
    /// How many records they have.
    pub records: u64,
    /// Of which hours they have records, within the period.
    pub coverage: Coverage,
    /// What is about root users, within the period or a session before it; the same event once.
    pub events: BTreeSet<Event>,
}

/// What one file says.
struct Part {
    file: TrailFile,
    coverage: Coverage,
    events: Vec<Event>,
}

/// Reads files, so many at a time. `progress` is told how many bytes are done, of how many.
///
/// # Errors
/// Usage, code `bad-trail`, naming the file, the line and the field; failed, code `cannot-read`.
pub fn read(
    files: &[(PathBuf, u64)],
    period: &Period,
    threads: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Trail> {
    let all = files.iter().map(|(_, length)| length).sum();
    let (next, done, stop) = (
        AtomicUsize::new(0),
        AtomicU64::new(0),
        AtomicBool::new(false),
    );
    let mut known: BTreeMap<Digest, TrailFile> = BTreeMap::new();
    let mut trail = Trail::default();
    let mut failed: Option<(usize, Error)> = None;
    std::thread::scope(|scope| {
        let (to, from) = sync_channel(16);
        for _ in 0..threads.clamp(1, files.len().max(1)) {
            let to = to.clone();
            let (next, done, stop) = (&next, &done, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((path, _)) = files.get(place) else {
                        return;
                    };
                    if to.send((place, read_file(path, period, done))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to);
        loop {
            match from.recv_timeout(Duration::from_millis(100)) {
                Ok((place, part)) => {
                    let merged = part.and_then(|part| trail.take(part, &mut known));
                    if let Err(error) = merged {
                        stop.store(true, Ordering::Relaxed);
                        if failed.as_ref().is_none_or(|(before, _)| place < *before) {
                            failed = Some((place, error));
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            progress(done.load(Ordering::Relaxed), all);
        }
    });
    if let Some((_, error)) = failed {
        return Err(error);
    }
    trail.files = known.into_values().collect();
    Ok(trail)
}

impl Trail {
    fn take(&mut self, part: Part, known: &mut BTreeMap<Digest, TrailFile>) -> Result<()> {
        if known.insert(part.file.digest, part.file).is_some() {
            self.copies += 1;
            return Ok(());
        }
        self.records += part.file.records;
        self.coverage.merge(part.coverage)?;
        self.events.extend(part.events);
        if self.events.len() > MAX_EVENTS {
            return Err(too_many());
        }
        Ok(())
    }
}

fn too_many() -> Error {
    Error::usage(
        "too-many-events",
        format!("there are more than {MAX_EVENTS} events of root users"),
    )
    .hint("reconcile by a shorter period: --from DATE --to DATE")
}

fn read_file(path: &Path, period: &Period, done: &AtomicU64) -> Result<Part> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let about = file.metadata().map_err(|error| unreadable(path, &error))?;
    if !about.is_file() {
        return Err(Error::usage(
            "special-file",
            format!("{} is no file", path.display()),
        ));
    }
    let mut packed = Packed::new(file, done);
    let gzip = packed
        .fill_buf()
        .map_err(|error| unreadable(path, &error))?
        .starts_with(b"\x1f\x8b");
    let source = Unpacked {
        from: if gzip {
            Origin::Gzip(Box::new(MultiGzDecoder::new(packed)))
        } else {
            Origin::Plain(Box::new(packed))
        },
        out: 0,
    };
    let mut records = Records::new(source);
    let mut reading = Reading {
        period,
        noting: Noting::default(),
        events: Vec::new(),
    };
    let mut count = 0;
    loop {
        let record = records.next().map_err(|why| stopped(path, gzip, why))?;
        let Some(record) = record else { break };
        count += 1;
        reading.record(&record).map_err(|why| {
            let place = format!(", line {} (byte {})", record.line, record.offset);
            why.at(path, &place)
        })?;
    }
    let packed = records.into_source().into_packed();
    Ok(Part {
        file: TrailFile {
            digest: packed.digest(),
            bytes: packed.bytes,
            records: count,
        },
        coverage: reading.noting.finish().map_err(|why| why.at(path, ""))?,
        events: reading.events,
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::failed("cannot-read", format!("cannot read {}", path.display())).because(error)
}

fn stopped(path: &Path, gzip: bool, why: Stopped) -> Error {
    match why {
        Stopped::Flawed(Flaw { why, offset, line }) => {
            bad(path, &format!(", line {line} (byte {offset}): {why}"))
        }
        Stopped::Read(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof if gzip => bad(path, ": the file is cut off"),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if gzip => {
                bad(path, " can't be unpacked").because(error)
            }
            _ => unreadable(path, &error),
        },
    }
}

/// Why a record is not taken.
enum Wrong {
    /// It is no JSON.
    Json(Option<String>),
    /// A field is not what it is to be.
    Field(BadField),
    /// There is too much.
    Bound(Error),
}

impl Wrong {
    fn at(self, path: &Path, place: &str) -> Error {
        let why = match self {
            Self::Json(None) => "this record is no JSON".to_owned(),
            Self::Json(Some(twice)) => format!("this record has a {twice}"),
            Self::Field(BadField(name)) => {
                format!("`{name}` is missing, or not as CloudTrail writes it")
            }
            Self::Bound(error) => return error,
        };
        bad(path, &format!("{place}: {why}"))
    }
}

fn bad(path: &Path, what: &str) -> Error {
    Error::usage("bad-trail", format!("{}{what}", path.display()))
        .hint("nothing was taken over; get the file from its bucket again")
}

/// What becomes of a file's records.
struct Reading<'p> {
    period: &'p Period,
    noting: Noting,
    events: Vec<Event>,
}

impl Reading<'_> {
    fn record(&mut self, record: &Record<'_>) -> std::result::Result<(), Wrong> {
        let at =
            |place: &std::ops::Range<usize>| record.bytes.get(place.clone()).unwrap_or_default();
        let marks = &record.marks;
        if !marks.candidate {
            let account = if marks.recipient.is_empty() {
                at(&marks.account)
            } else {
                at(&marks.recipient)
            };
            let place = Whereabouts {
                time: at(&marks.time),
                region: at(&marks.region),
                account,
            };
            return self.noting.note(&place, self.period);
        }
        let raw: Raw = serde_json::from_slice(record.bytes).map_err(|error| {
            // What it says beside that may be a value of the record, and so a live token.
            let said = error.to_string();
            let twice = said.split(" at line").next().unwrap_or_default();
            Wrong::Json(
                twice
                    .starts_with("duplicate field `")
                    .then(|| twice.to_owned()),
            )
        })?;
        self.noting.note(&raw.whereabouts(), self.period)?;
        let Some(event) = raw.event().map_err(Wrong::Field)? else {
            return Ok(());
        };
        if self.period.matters(event.at) {
            self.events.push(event);
        }
        if self.events.len() > MAX_EVENTS {
            return Err(Wrong::Bound(too_many()));
        }
        Ok(())
    }
}

/// Records of one hour, region and account mostly follow one another: they are noted together.
#[derive(Default)]
struct Noting {
    coverage: Coverage,
    region: Vec<u8>,
    account: Vec<u8>,
    /// `2026-11-21T09`.
    hour: Vec<u8>,
    lowest: Vec<u8>,
    highest: Vec<u8>,
    /// Whose they are; nothing where they are not to be noted.
    of: Option<(AccountId, Word)>,
}

/// Where the hour ends in `2026-11-21T09:30:00Z`.
const HOUR: usize = 13;

impl Noting {
    fn note(&mut self, place: &Whereabouts<'_>, period: &Period) -> std::result::Result<(), Wrong> {
        let (hour, rest) = place.time.split_at_checked(HOUR).unwrap_or_default();
        let bounded = period.from.is_some() || period.to.is_some();
        let same = !bounded
            && hour == self.hour.as_slice()
            && place.region == self.region.as_slice()
            && place.account == self.account.as_slice();
        if !same || !is_rest_of_hour(rest) {
            self.flush()?;
            let of = whose(place)?;
            let at = time(place.time)?;
            self.of = of.filter(|_| period.has(at));
            assign(&mut self.hour, hour);
            assign(&mut self.region, place.region);
            assign(&mut self.account, place.account);
            assign(&mut self.lowest, place.time);
            assign(&mut self.highest, place.time);
        } else if place.time < self.lowest.as_slice() {
            assign(&mut self.lowest, place.time);
        } else if place.time > self.highest.as_slice() {
            assign(&mut self.highest, place.time);
        }
        Ok(())
    }

    fn flush(&mut self) -> std::result::Result<(), Wrong> {
        let Some((account, region)) = self.of.take() else {
            return Ok(());
        };
        for at in [&self.lowest, &self.highest] {
            let noted = self.coverage.note(account, &region, time(at)?);
            noted.map_err(Wrong::Bound)?;
        }
        Ok(())
    }

    fn finish(mut self) -> std::result::Result<Coverage, Wrong> {
        self.flush()?;
        Ok(self.coverage)
    }
}

/// The account and the region of a record; nothing where it names no account.
fn whose(place: &Whereabouts<'_>) -> std::result::Result<Option<(AccountId, Word)>, Wrong> {
    if place.account.is_empty() {
        return Ok(None);
    }
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or("\n");
    let account = text(place.account).parse();
    let account = account.map_err(|_| Wrong::Field(BadField("recipientAccountId")))?;
    let region = match text(place.region) {
        "" => "unknown",
        region => region,
    };
    let region = Word::new(region).map_err(|_| Wrong::Field(BadField("awsRegion")))?;
    Ok(Some((account, region)))
}

fn assign(to: &mut Vec<u8>, from: &[u8]) {
    to.clear();
    to.extend_from_slice(from);
}

fn time(text: &[u8]) -> std::result::Result<Time, Wrong> {
    let text = std::str::from_utf8(text).unwrap_or_default();
    Time::parse(text).map_err(|_| Wrong::Field(BadField("eventTime")))
}

/// Whether it is minutes and seconds: `:30:00Z`.
fn is_rest_of_hour(rest: &[u8]) -> bool {
    let sixty = |tens: u8, ones: u8| (b'0'..=b'5').contains(&tens) && ones.is_ascii_digit();
    matches!(rest, [b':', a, b, b':', c, d, b'Z'] if sixty(*a, *b) && sixty(*c, *d))
}

/// A file as it lies there, digested as it is read.
struct Packed<'d> {
    file: File,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    context: Context,
    bytes: u64,
    done: &'d AtomicU64,
}

impl<'d> Packed<'d> {
    fn new(file: File, done: &'d AtomicU64) -> Self {
        Self {
            file,
            buffer: vec![0; CHUNK],
            at: 0,
            filled: 0,
            context: Context::new(&SHA256),
            bytes: 0,
            done,
        }
    }

    fn digest(&self) -> Digest {
        let digest = self.context.clone().finish();
        Digest::from_slice(digest.as_ref()).unwrap_or(Digest([0; 32]))
    }
}

impl BufRead for Packed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            let read = loop {
                match self.file.read(&mut self.buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other?,
                }
            };
            (self.at, self.filled) = (0, read);
            self.context
                .update(self.buffer.get(..read).unwrap_or_default());
            let read = u64::try_from(read).unwrap_or(0);
            self.bytes += read;
            self.done.fetch_add(read, Ordering::Relaxed);
        }
        Ok(self.buffer.get(self.at..self.filled).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.filled);
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

enum Origin<'d> {
    Plain(Box<Packed<'d>>),
    Gzip(Box<MultiGzDecoder<Packed<'d>>>),
}

/// What comes out of a file, bounded by what went in.
struct Unpacked<'d> {
    from: Origin<'d>,
    out: u64,
}

impl<'d> Unpacked<'d> {
    fn into_packed(self) -> Packed<'d> {
        match self.from {
            Origin::Plain(packed) => *packed,
            Origin::Gzip(decoder) => decoder.into_inner(),
        }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let decoder = match &mut self.from {
            Origin::Plain(packed) => return packed.read(into),
            Origin::Gzip(decoder) => decoder,
        };
        let read = decoder.read(into)?;
        self.out += u64::try_from(read).unwrap_or(0);
        if self.out > FREE && self.out / MAX_RATIO > decoder.get_ref().bytes {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it unpacks to more than {MAX_RATIO} times its length, as no trail does"),
            ));
        }
        Ok(read)
    }
}

#[cfg(test)]
#[allow(clippy::as_conversions)]
mod tests;
