//! Where records begin and end in a stream of JSON, and which of them have to be read.
//!
//! Of a million records a dozen are of a root user. So brackets and quotes are followed by hand, which
//! notices whatever is cut off or no JSON; and only a record with one of a few words in it is parsed.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr3;

/// The most bytes of one record. CloudTrail's own limit is 256 KB.
pub(super) const MAX_RECORD: usize = 1 << 20;
/// How deep a record may be nested.
const MAX_DEPTH: u32 = 32;
/// How much is read at a time.
const CHUNK: usize = 256 << 10;

/// Why a stream can't be read on, and where.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) why: String,
    /// Bytes before it, unpacked.
    pub(super) offset: u64,
    /// Counted from 1.
    pub(super) line: u64,
}

/// What was seen of a record in passing: places in its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Whether it has to be parsed.
    pub(super) candidate: bool,
    /// `eventTime`.
    pub(super) time: Range<usize>,
    /// `awsRegion`.
    pub(super) region: Range<usize>,
    /// `recipientAccountId`.
    pub(super) recipient: Range<usize>,
    /// `userIdentity.accountId`.
    pub(super) account: Range<usize>,
}

/// A record of a stream.
pub(super) struct Record<'w> {
    pub(super) bytes: &'w [u8],
    pub(super) marks: Marks,
    /// Bytes before it, unpacked.
    pub(super) offset: u64,
    /// On which line it begins.
    pub(super) line: u64,
}

/// Strings without which a record says nothing about a root user or about what reaches one.
fn is_marker(text: &[u8]) -> bool {
    matches!(
        text,
        b"Root"
            | b"AWS ROOT USER"
            | b"AssumeRoot"
            | b"PasswordRecoveryRequested"
            | b"PasswordRecoveryCompleted"
            | b"PasswordUpdated"
            | b"EmailUpdated"
            | b"StartPrimaryEmailUpdate"
            | b"AcceptPrimaryEmailUpdate"
            | b"EnableOrganizationsRootCredentialsManagement"
            | b"DisableOrganizationsRootCredentialsManagement"
            | b"EnableOrganizationsRootSessions"
            | b"DisableOrganizationsRootSessions"
            | b"RegisterDelegatedAdministrator"
            | b"DeregisterDelegatedAdministrator"
            | b"AttachPolicy"
            | b"DetachPolicy"
            | b"UpdatePolicy"
            | b"DeletePolicy"
            | b"DisablePolicyType"
            | b"CloseAccount"
            | b"LeaveOrganization"
            | b"RemoveAccountFromOrganization"
    )
}

/// What comes next in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrClose,
    Key,
    KeyOrClose,
    Colon,
    CommaOrClose,
}

/// A name of the record itself that matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Time,
    Region,
    Recipient,
    Identity,
    Other,
}

/// How far looking through a value came.
pub(super) enum Skimmed {
    /// To its end: so many bytes.
    Whole(usize, Marks),
    /// To the end of what is there.
    Cut,
    /// To something that is no JSON, after so many bytes.
    Wrong(usize, &'static str),
}

/// Looks through one object that `text` begins with.
pub(super) fn skim(text: &[u8]) -> Skimmed {
    let mut look = Look {
        marks: Marks::default(),
        depth: 0,
        objects: 0,
        next: Next::Value,
        field: Field::Other,
        is_account: false,
    };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let step = match byte {
            b' ' | b'\n' | b'\r' | b'\t' => Ok(1),
            b'"' => match string(text, at + 1) {
                Ok(Some((end, escaped))) => look.string(text, at + 1..end, escaped),
                Ok(None) => return Skimmed::Cut,
                Err(why) => Err(why),
            },
            b':' if look.next == Next::Colon => {
                look.next = Next::Value;
                Ok(1)
            }
            b',' if look.next == Next::CommaOrClose => {
                look.next = if look.in_object() {
                    Next::Key
                } else {
                    Next::Value
                };
                Ok(1)
            }
            b'{' | b'[' => look.open(*byte == b'{'),
            b'}' | b']' => match look.close(*byte == b'}') {
                Ok(true) => return Skimmed::Whole(at + 1, look.marks),
                Ok(false) => Ok(1),
                Err(why) => Err(why),
            },
            _ => match scalar(text, at) {
                Some(Ok(length)) => look.value().map(|()| length),
                Some(Err(why)) => Err(why),
                None => return Skimmed::Cut,
            },
        };
        match step {
            Ok(length) => at += length,
            Err(why) => return Skimmed::Wrong(at, why),
        }
    }
    Skimmed::Cut
}

struct Look {
    marks: Marks,
    depth: u32,
    /// One bit a level: whether it is an object.
    objects: u64,
    next: Next,
    /// The record's own name that was last seen.
    field: Field,
    /// Whether a name inside `userIdentity` was `accountId`.
    is_account: bool,
}

impl Look {
    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn value(&mut self) -> Result<(), &'static str> {
        if !matches!(self.next, Next::Value | Next::ValueOrClose) {
            return Err("a value is where none can be");
        }
        self.next = Next::CommaOrClose;
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<usize, &'static str> {
        self.value()?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("a record is nested more than 32 deep");
        }
        self.objects = self.objects << 1 | u64::from(object);
        self.next = if object {
            Next::KeyOrClose
        } else {
            Next::ValueOrClose
        };
        Ok(1)
    }

    /// Whether that was the end of the whole.
    fn close(&mut self, object: bool) -> Result<bool, &'static str> {
        let empty = if object {
            Next::KeyOrClose
        } else {
            Next::ValueOrClose
        };
        let fits = self.next == Next::CommaOrClose || self.next == empty;
        if self.depth == 0 || self.in_object() != object || !fits {
            return Err("a bracket closes what is not open");
        }
        self.depth -= 1;
        self.objects >>= 1;
        self.next = Next::CommaOrClose;
        Ok(self.depth == 0)
    }

    fn string(
        &mut self,
        text: &[u8],
        within: Range<usize>,
        escaped: bool,
    ) -> Result<usize, &'static str> {
        let content = text.get(within.clone()).unwrap_or_default();
        // What is spelt with `\u` may be any word.
        self.marks.candidate |= escaped;
        match self.next {
            Next::Key | Next::KeyOrClose => {
                self.key(content);
                self.next = Next::Colon;
            }
            _ => {
                self.value()?;
                self.marks.candidate |= is_marker(content);
                let length = within.len();
                self.keep(within);
                return Ok(length + 2);
            }
        }
        Ok(content.len() + 2)
    }

    fn key(&mut self, content: &[u8]) {
        match self.depth {
            1 => {
                self.field = match content {
                    b"eventTime" => Field::Time,
                    b"awsRegion" => Field::Region,
                    b"recipientAccountId" => Field::Recipient,
                    b"userIdentity" => Field::Identity,
                    _ => Field::Other,
                };
            }
            2 => self.is_account = content == b"accountId",
            _ => {}
        }
    }

    /// Keeps the place of a string, where it matters.
    fn keep(&mut self, place: Range<usize>) {
        match (self.depth, self.field) {
            (1, Field::Time) => self.marks.time = place,
            (1, Field::Region) => self.marks.region = place,
            (1, Field::Recipient) => self.marks.recipient = place,
            (2, Field::Identity) if self.is_account && self.in_object() => {
                self.marks.account = place;
            }
            _ => {}
        }
    }
}

/// The end of a string that began before `from`, and whether it has an escape that may be any
/// character; nothing where it goes on beyond what is there.
fn string(text: &[u8], from: usize) -> Result<Option<(usize, bool)>, &'static str> {
    let mut escaped = false;
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(length) = memchr3(b'"', b'\\', b'\n', rest) else {
            return Ok(None);
        };
        match rest.get(length) {
            Some(b'"') => return Ok(Some((at + length, escaped))),
            Some(b'\n') => return Err("a line ends inside a string"),
            _ => {}
        }
        match rest.get(length + 1) {
            None => return Ok(None),
            Some(b'u') => escaped = true,
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
            Some(_) => return Err("a string has an escape that there is none of"),
        }
        at += length + 2;
    }
}

/// The length of a number, `true`, `false` or `null`; nothing where it may go on beyond what is there.
fn scalar(text: &[u8], at: usize) -> Option<Result<usize, &'static str>> {
    let rest = text.get(at..).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
    let length = rest.iter().position(ends)?;
    let word = rest.get(..length).unwrap_or_default();
    let number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let is_number = word
        .first()
        .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
        && word.iter().all(number);
    Some(
        if is_number || matches!(word, b"true" | b"false" | b"null") {
            Ok(length)
        } else {
            Err("this is no JSON")
        },
    )
}

/// Where in a stream the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before an object: a record, or what holds records.
    Top,
    /// After `{"Records":[`.
    First,
    /// After a record in it.
    After,
    /// After a comma in it.
    Another,
    /// After its `]`.
    End,
}

/// The records of a stream: `{"Records":[…]}`, records one after the other, or several of either.
pub(super) struct Records<R> {
    source: R,
    window: Vec<u8>,
    start: usize,
    filled: usize,
    ended: bool,
    place: Place,
    /// Bytes before the window, unpacked.
    offset: u64,
    /// Line breaks before `counted`.
    lines: u64,
    counted: usize,
    any: bool,
}

/// Why no record comes: the source fails, or its bytes are none.
#[derive(Debug)]
pub(super) enum Stopped {
    Read(io::Error),
    Flawed(Flaw),
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            window: vec![0; MAX_RECORD + CHUNK],
            start: 0,
            filled: 0,
            ended: false,
            place: Place::Top,
            offset: 0,
            lines: 0,
            counted: 0,
            any: false,
        }
    }

    pub(super) fn into_source(self) -> R {
        self.source
    }

    /// The next record; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, Stopped> {
        loop {
            let Some(byte) = self.peek()? else {
                return match self.place {
                    Place::Top if self.any => Ok(None),
                    Place::Top => Err(self.flaw(0, "the file is empty")),
                    _ => Err(self.flaw(0, "the file ends before its records do")),
                };
            };
            match (self.place, byte) {
                (Place::Top, b'{') => {
                    self.any = true;
                    match self.container()? {
                        Some(length) => {
                            self.start += length;
                            self.place = Place::First;
                        }
                        None => return self.record().map(Some),
                    }
                }
                (Place::First | Place::Another, b'{') => {
                    self.place = Place::After;
                    return self.record().map(Some);
                }
                (Place::First | Place::After, b']') => {
                    self.start += 1;
                    self.place = Place::End;
                }
                (Place::After, b',') => {
                    self.start += 1;
                    self.place = Place::Another;
                }
                (Place::End, b'}') => {
                    self.start += 1;
                    self.place = Place::Top;
                }
                (place, _) => {
                    return Err(self.flaw(
                        0,
                        match place {
                            Place::Top => "a record, or {\"Records\":[…]}, begins with {",
                            Place::After => "after a record there is a comma or ]",
                            Place::First | Place::Another => "a record begins with {",
                            Place::End => "after the records there is } and nothing else",
                        },
                    ));
                }
            }
        }
    }

    fn ahead(&self) -> &[u8] {
        self.window.get(self.start..self.filled).unwrap_or_default()
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, Stopped> {
        loop {
            if self.offset == 0 && self.start == 0 && self.ahead().starts_with(b"\xef\xbb\xbf") {
                self.start = 3;
            }
            let white = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
            let ahead = self.ahead();
            match ahead.iter().position(|byte| !white(byte)) {
                Some(blank) => {
                    let found = ahead.get(blank).copied();
                    self.start += blank;
                    return Ok(found);
                }
                None => self.start = self.filled,
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Whether an object is `{"Records":[…]}`: then how long its beginning is.
    fn container(&mut self) -> Result<Option<usize>, Stopped> {
        loop {
            match beginning(self.ahead()) {
                Beginning::Container(length) => return Ok(Some(length)),
                Beginning::Record => return Ok(None),
                Beginning::Cut => {
                    if self.ahead().len() > MAX_RECORD || !self.fill()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn record(&mut self) -> Result<Record<'_>, Stopped> {
        loop {
            let big = self.ahead().len() > MAX_RECORD;
            match skim(self.ahead()) {
                Skimmed::Whole(length, marks) if length <= MAX_RECORD => {
                    let line = self.line(self.start);
                    let from = self.start;
                    self.start += length;
                    return Ok(Record {
                        bytes: self.window.get(from..self.start).unwrap_or_default(),
                        marks,
                        offset: self.offset + u64::try_from(from).unwrap_or(0),
                        line,
                    });
                }
                Skimmed::Wrong(after, why) if after <= MAX_RECORD => {
                    return Err(self.flaw(after, why));
                }
                Skimmed::Cut if !big => {
                    if !self.fill()? {
                        return Err(self.flaw(0, "the file ends inside this record"));
                    }
                }
                _ => return Err(self.flaw(0, "a record is larger than 1 MiB")),
            }
        }
    }

    /// Reads on. False at the end.
    fn fill(&mut self) -> Result<bool, Stopped> {
        if self.ended {
            return Ok(false);
        }
        // What was used goes out of the window.
        self.line(self.start);
        self.window.copy_within(self.start..self.filled, 0);
        self.offset += u64::try_from(self.start).unwrap_or(0);
        self.filled -= self.start;
        self.counted -= self.start;
        self.start = 0;
        let until = (self.filled + CHUNK).min(self.window.len());
        let before = self.filled;
        while self.filled < until {
            let room = self.window.get_mut(self.filled..until).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stopped::Read(error)),
            }
        }
        Ok(self.filled > before)
    }

    /// On which line a place of the window is; it is never before one that was asked for.
    fn line(&mut self, place: usize) -> u64 {
        let passed = self.window.get(self.counted..place).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', passed).count();
        self.lines += u64::try_from(breaks).unwrap_or(0);
        self.counted = self.counted.max(place);
        self.lines + 1
    }

    fn flaw(&mut self, after: usize, why: &str) -> Stopped {
        let place = self.start + after;
        let line = self.line(place);
        Stopped::Flawed(Flaw {
            why: why.to_owned(),
            offset: self.offset + u64::try_from(place).unwrap_or(0),
            line,
        })
    }
}

enum Beginning {
    Container(usize),
    Record,
    Cut,
}

/// How an object begins.
fn beginning(text: &[u8]) -> Beginning {
    let mut at = 0;
    for token in [b"{".as_slice(), b"\"Records\"", b":", b"["] {
        while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            at += 1;
        }
        let there = text.get(at..).unwrap_or_default();
        if there.len() < token.len() && token.starts_with(there) {
            return Beginning::Cut;
        }
        if !there.starts_with(token) {
            return Beginning::Record;
        }
        at += token.len();
    }
    Beginning::Container(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of such a length.
    struct Drip<'b>(&'b [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(self.1).min(into.len());
            let (now, rest) = self.0.split_at(length);
            into[..length].copy_from_slice(now);
            self.0 = rest;
            Ok(length)
        }
    }

    fn all(text: &[u8], piece: usize) -> Result<Vec<(Vec<u8>, bool, u64)>, String> {
        let mut records = Records::new(Drip(text, piece));
        let mut found = Vec::new();
        loop {
            match records.next() {
                Ok(Some(record)) => {
                    found.push((record.bytes.to_vec(), record.marks.candidate, record.line));
                }
                Ok(None) => return Ok(found),
                Err(Stopped::Flawed(flaw)) => return Err(format!("{}: {}", flaw.line, flaw.why)),
                Err(Stopped::Read(error)) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn records_come_out_of_every_form_and_in_any_pieces() {
        let one = r#"{"a":"x","b":[1,{"c":null}]}"#;
        let two = r#"{"a":"Root"}"#;
        for text in [
            format!(r#"{{"Records":[{one},{two}]}}"#),
            format!("\u{feff} {{ \"Records\" :\n [ {one} , {two} ] }} \n"),
            format!("{one}\n{two}\n"),
            format!("{one}{two}"),
            format!(r#"{{"Records":[{one}]}}{{"Records":[{two}]}}"#),
        ] {
            for piece in [1, 7, 4096] {
                let found = all(text.as_bytes(), piece).unwrap();
                let bytes: Vec<&[u8]> = found.iter().map(|one| one.0.as_slice()).collect();
                assert_eq!(bytes, [one.as_bytes(), two.as_bytes()], "{text}");
                assert_eq!((found[0].1, found[1].1), (false, true), "{text}");
            }
        }
        assert_eq!(all(br#"{"Records":[]}"#, 1).unwrap(), []);
        assert_eq!(all(b"{}", 1).unwrap().len(), 1);
    }

    #[test]
    fn whatever_is_cut_off_is_noticed() {
        let text = r#"{"Records":[{"a":"x\"y","b":[1,true]},{"a":{"b":-1.5e3}}]}"#;
        for length in 0..text.len() {
            assert!(all(&text.as_bytes()[..length], 5).is_err(), "{length}");
        }
        assert_eq!(all(text.as_bytes(), 5).unwrap().len(), 2);
        // A line that is cut in a string does not swallow the next.
        let error = all(b"{\"a\":\"x\n{\"a\":\"y\"}\n", 9).unwrap_err();
        assert_eq!(error, "1: a line ends inside a string");
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        for bad in [
            "[]",
            "{]",
            "{\"a\" 1}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":[1,]}",
            "{\"a\":tru}",
            "{\"a\":+1}",
            "{\"a\":\"\\x\"}",
            "{1:2}",
            "{\"Records\":[1]}",
            "{\"Records\":[{},]}",
            "{\"Records\":[{}],\"x\":1}",
            "{\"Records\":[{}]]",
            "{},{}",
            "x",
        ] {
            assert!(all(bad.as_bytes(), 3).is_err(), "{bad}");
        }
        let error = all(b"{\"a\":1}\n\n{\"a\":1]\n", 4096).unwrap_err();
        assert_eq!(error, "3: a bracket closes what is not open");
    }

    #[test]
    fn a_record_is_bounded_in_length_and_depth() {
        let nested = |depth: usize| {
            let inner = depth - 1;
            format!("{{\"a\":{}{}}}", "[".repeat(inner), "]".repeat(inner))
        };
        assert!(all(nested(32).as_bytes(), 4096).is_ok());
        assert!(all(nested(33).as_bytes(), 4096).is_err());
        let long = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert!(all(long(MAX_RECORD).as_bytes(), 1 << 16).is_ok());
        for length in [MAX_RECORD + 1, 3 * MAX_RECORD] {
            let error = all(long(length).as_bytes(), 1 << 16).unwrap_err();
            assert!(error.contains("larger than 1 MiB"), "{error}");
        }
        // White space is no record: there may be any amount.
        let blank = format!("{{\"Records\":[{}{{}}]}}", " ".repeat(3 * MAX_RECORD));
        assert_eq!(all(blank.as_bytes(), 1 << 16).unwrap().len(), 1);
    }

    #[test]
    fn an_escape_hides_nothing() {
        for text in [
            r#"{"a":"\u0052oot"}"#,
            r#"{"\u0061":"x"}"#,
            r#"{"a":{"b":["Root"]}}"#,
            r#"{"eventName":"AssumeRoot"}"#,
        ] {
            assert!(all(text.as_bytes(), 4096).unwrap()[0].1, "{text}");
        }
        for text in [
            r#"{"a":"Rootless"}"#,
            r#"{"Root":"x"}"#,
            r#"{"a":"\\u0052"}"#,
        ] {
            assert!(!all(text.as_bytes(), 4096).unwrap()[0].1, "{text}");
        }
    }

    #[test]
    fn the_records_own_fields_are_found_and_no_others() {
        let text = br#"{"x":{"eventTime":"no","accountId":"no"},"userIdentity":{"accountId":"1","y":{"accountId":"no"}},"eventTime":"t","awsRegion":"r","recipientAccountId":"2","z":["no"]}"#;
        let Skimmed::Whole(length, marks) = skim(text) else {
            panic!("not whole")
        };
        assert_eq!(length, text.len());
        let at = |place: Range<usize>| std::str::from_utf8(&text[place]).unwrap();
        assert_eq!(
            (
                at(marks.time),
                at(marks.region),
                at(marks.recipient),
                at(marks.account)
            ),
            ("t", "r", "2", "1")
        );
    }
}
