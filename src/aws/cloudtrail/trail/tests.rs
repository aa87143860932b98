use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// A directory that goes when it is dropped.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rootkeep-{name}-{}", std::process::id()));
        let _gone = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> (PathBuf, u64) {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        (path, bytes.len() as u64)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read_all(files: &[(PathBuf, u64)]) -> Result<Trail> {
    read(files, &Period::default(), 2, &mut |_, _| ())
}

const TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

fn sign_in(id: &str, time: &str) -> String {
    format!(
        r#"{{"eventTime":"{time}","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333","userIdentity":{{"type":"Root","accountId":"111122223333"}},"responseElements":{{"ConsoleLogin":"Success"}},"additionalEventData":{{"MFAUsed":"Yes"}}}}"#
    )
}

fn assume_root() -> String {
    format!(
        r#"{{"eventTime":"2026-11-03T10:01:00Z","eventName":"AssumeRoot","eventSource":"sts.amazonaws.com","awsRegion":"us-west-2","eventID":"s1","recipientAccountId":"111122223333","userIdentity":{{"type":"AssumedRole","accountId":"111122223333"}},"requestParameters":{{"targetPrincipal":"444455556666"}},"responseElements":{{"credentials":{{"accessKeyId":"ASIASESSION","sessionToken":"{TOKEN}"}}}}}}"#
    )
}

const OTHER: &str = r#"{"eventTime":"2026-11-03T11:00:00Z","eventName":"ListBuckets","eventSource":"s3.amazonaws.com","awsRegion":"eu-west-1","eventID":"o1","recipientAccountId":"111122223333","userIdentity":{"type":"AssumedRole","accountId":"111122223333"},"requestParameters":null}"#;

fn whole() -> String {
    format!(
        "{{\"Records\":[{},{OTHER},{}]}}",
        sign_in("e1", "2026-11-03T10:00:00Z"),
        assume_root()
    )
}

#[test]
fn packed_or_not_and_in_any_form_a_file_says_the_same() {
    let place = Place::new("forms");
    let text = whole();
    let lines = format!(
        "{}\n{OTHER}\n{}\n",
        sign_in("e1", "2026-11-03T10:00:00Z"),
        assume_root()
    );
    let (head, tail) = text.split_at(text.len() / 2);
    // Several members one after the other are one file.
    let members = [packed(head.as_bytes()), packed(tail.as_bytes())].concat();
    let mut seen: Option<Trail> = None;
    for bytes in [
        text.as_bytes().to_vec(),
        packed(text.as_bytes()),
        members,
        lines.into_bytes(),
    ] {
        let file = place.file("trail", &bytes);
        let trail = read_all(&[file]).unwrap();
        assert_eq!((trail.records, trail.events.len()), (3, 2));
        assert_eq!(trail.files[0].digest, Digest::of(&bytes));
        assert_eq!(trail.files[0].bytes, bytes.len() as u64);
        if let Some(before) = &seen {
            assert_eq!(trail.events, before.events);
            assert_eq!(trail.coverage, before.coverage);
        }
        seen = Some(trail);
    }
    let account = AccountId::new("111122223333").unwrap();
    let (first, last) = seen.unwrap().coverage.of(account).unwrap();
    assert_eq!(first.to_string(), "2026-11-03T10:00:00Z");
    assert_eq!(last.to_string(), "2026-11-03T11:00:00Z");
}

#[test]
fn the_same_file_and_the_same_event_count_once() {
    let place = Place::new("twice");
    let again = format!(
        "{{\"Records\":[{}]}}",
        sign_in("e1", "2026-11-03T10:00:00Z")
    );
    let files = [
        place.file("1.json", whole().as_bytes()),
        place.file("2.json", whole().as_bytes()),
        place.file("3.json", again.as_bytes()),
    ];
    let trail = read_all(&files).unwrap();
    assert_eq!((trail.files.len(), trail.copies, trail.records), (2, 1, 4));
    assert_eq!(trail.events.len(), 2);
}

#[test]
fn every_truncation_is_noticed_and_names_the_file() {
    let place = Place::new("cut");
    for bytes in [whole().into_bytes(), packed(whole().as_bytes())] {
        for length in 0..bytes.len() {
            let error = read_all(&[place.file("cut.json", &bytes[..length])]).unwrap_err();
            assert_eq!(error.code(), "bad-trail", "{length}");
            assert!(error.message().contains("cut.json"), "{error}");
        }
    }
}

/// A small generator of numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

#[test]
fn ten_thousand_mutations_end_in_an_error_that_tells_no_token_or_in_a_trail() {
    let place = Place::new("mutated");
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (plain, gzip) = (whole().into_bytes(), packed(whole().as_bytes()));
    let (mut good, mut bad) = (0, 0);
    for round in 0..10_000 {
        let mut bytes = if round % 4 == 0 {
            gzip.clone()
        } else {
            plain.clone()
        };
        for _ in 0..=numbers.below(3) {
            let at = numbers.below(bytes.len());
            match numbers.below(3) {
                0 => bytes[at] = numbers.below(256) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"{}[],:\"\\u0"[numbers.below(10)]),
            }
        }
        match read_all(&[place.file("mutated.json", &bytes)]) {
            Ok(_) => good += 1,
            Err(error) => {
                bad += 1;
                let told = format!("{error:?}");
                assert!(told.contains("mutated.json"), "{told}");
                assert!(!told.contains("EXAMPLETOKEN"), "{told}");
            }
        }
    }
    assert!(good > 500 && bad > 500, "{good} good, {bad} bad");
}

#[test]
fn a_bomb_is_refused_and_a_large_trail_is_not() {
    let place = Place::new("bomb");
    let blank = vec![b' '; 1 << 20];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"{\"Records\":[").unwrap();
    for _ in 0..80 {
        encoder.write_all(&blank).unwrap();
    }
    encoder.write_all(b"]}").unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 200_000);
    let error = read_all(&[place.file("bomb.json.gz", &bomb)]).unwrap_err();
    assert_eq!(error.code(), "bad-trail");
    assert!(
        error.to_string().contains("unpacks to more than"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_in_a_record_is_named_with_its_line() {
    let place = Place::new("named");
    let good = sign_in("e1", "2026-11-03T10:00:00Z");
    for (second, what) in [
        (sign_in("e2", "yesterday"), "`eventTime`"),
        (
            OTHER.replace("2026-11-03T11", "2026-11-33T11"),
            "`eventTime`",
        ),
        (
            OTHER.replace("\"recipientAccountId\":\"1", "\"recipientAccountId\":\"x"),
            "`recipientAccountId`",
        ),
        (
            good.replace("\"eventID\"", "\"eventID\":\"x\",\"eventID\""),
            "duplicate field `eventID`",
        ),
        ("{\"a\":1}".to_owned(), "`eventTime`"),
    ] {
        let text = format!("{good}\n\n{second}\n");
        let error = read_all(&[place.file("named.ndjson", text.as_bytes())]).unwrap_err();
        assert!(error.message().contains("named.ndjson, line 3"), "{error}");
        assert!(error.message().contains(what), "{error}");
    }
}

#[test]
fn only_the_period_is_kept_and_a_session_that_reaches_into_it() {
    let place = Place::new("period");
    let file = [place.file("1.json", whole().as_bytes())];
    let period = |from: &str| Period {
        from: Some(Time::parse(from).unwrap()),
        to: None,
    };
    let kept = |from: &str| read(&file, &period(from), 1, &mut |_, _| ()).unwrap();
    assert_eq!(kept("2026-11-03T10:16:00Z").events.len(), 1);
    assert_eq!(kept("2026-11-03T10:16:01Z").events.len(), 0);
    let late = kept("2026-11-03T10:30:00Z");
    assert_eq!(
        (
            late.records,
            late.coverage.whole().unwrap().0.to_string().as_str()
        ),
        (3, "2026-11-03T11:00:00Z")
    );
}

#[test]
fn an_escape_hides_no_event() {
    let place = Place::new("escape");
    let hidden = sign_in("e1", "2026-11-03T10:00:00Z").replace("\"Root\"", "\"\\u0052oot\"");
    let trail = read_all(&[place.file("1.json", hidden.as_bytes())]).unwrap();
    assert_eq!(trail.events.len(), 1);
}
