//! CloudTrail's files: `{"Records":[…]}`, mostly packed with gzip, or one record a line (CloudTrail user
//! guide, "CloudTrail record contents"). They are read as a stream: more input takes no more memory.

mod coverage;
mod event;
mod files;
mod records;
mod trail;

pub use coverage::Coverage;
pub use event::{Act, Event, Sort, What};
pub use files::{Found, find};
pub use trail::{Period, SESSION, Trail, read};
