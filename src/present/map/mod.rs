//! The custody map: an SVG of sites on their time zones, what lies where, and who reaches what.
//!
//! Each site is a column, from west to east; in it stand its locations with their items. Below is
//! the table of who has its combination or key, or comes to the combination. Colours follow the viewer's light or
//! dark scheme, and are the light ones on paper. What is too long ends in an ellipsis and is told
//! whole where the pointer rests. The same input gives the same bytes.

mod draw;
mod legend;
mod page;
mod pictures;
pub(super) mod svg;
#[cfg(test)]
mod tests;

/// What is drawn.
pub struct Map<'a> {
    /// The ledger's name.
    pub ledger: &'a str,
    /// Of which moment, and at which entry.
    pub as_of: &'a str,
    /// The sites, in any order.
    pub sites: Vec<Site<'a>>,
    /// The people, in the order of the table. One who is named at a location and not here is added
    /// at its end.
    pub people: Vec<Person<'a>>,
}

/// A site.
pub struct Site<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its IANA time zone.
    pub timezone: &'a str,
    /// Its offset from UTC at that moment, in minutes.
    pub offset_minutes: i32,
    /// Its locations.
    pub places: Vec<Place<'a>>,
}

/// A location.
pub struct Place<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is, in words.
    pub kind: &'a str,
    /// What it is, as a picture.
    pub picture: PlacePicture,
    /// Whether it takes two people to open it.
    pub dual_control: bool,
    /// Whether opening it depends on AWS.
    pub depends_on_aws: bool,
    /// What lies in it.
    pub items: Vec<Thing<'a>>,
    /// Who reaches it.
    pub access: Vec<Access<'a>>,
}

/// The picture of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacePicture {
    /// A safe.
    Safe,
    /// A bank's deposit box, a vault.
    Vault,
    /// A cabinet, a drawer, a cage.
    Cabinet,
    /// A room that only some can enter.
    Room,
    /// Anything else.
    Other,
}

/// An item.
pub struct Thing<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is, in words.
    pub kind: &'a str,
    /// What it is, as a picture.
    pub picture: ThingPicture,
    /// The secret or account that it is for.
    pub serves: &'a str,
    /// Where it is just now.
    pub state: ThingState<'a>,
}

/// The picture of an item; its colour says what kind of secret it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThingPicture {
    /// A printed MFA QR code.
    QrSheet,
    /// A hardware token.
    Token,
    /// A telephone.
    Phone,
    /// A password or recovery codes on paper.
    Envelope,
    /// A share of a sealed secret.
    Share,
    /// A stick or a disk.
    Stick,
    /// Anything else.
    Other,
}

/// Whether an item is where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThingState<'a> {
    /// It is.
    Here,
    /// It was taken out.
    Out,
    /// Something is due or wrong, in a word or two.
    Attention(&'a str),
}

/// Who reaches a location, and how.
pub struct Access<'a> {
    /// The person's name, as in [`Map::people`].
    pub person: &'a str,
    /// With what.
    pub by: By,
}

/// What opens a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its combination or its key, as the register has it.
    Held,
    /// A share of its combination: with others it gives the combination.
    Share,
    /// Its combination, which this person has sealed or been shown.
    Seen,
}

/// A person.
pub struct Person<'a> {
    /// The name.
    pub name: &'a str,
    /// What stands beside it: the time zone, roles.
    pub note: &'a str,
}

/// Draws it.
#[must_use]
pub fn draw(map: &Map<'_>) -> String {
    draw::Drawing::of(map)
}

/// Draws it in a page of HTML that needs nothing else: no script, no font, no network.
#[must_use]
pub fn page(map: &Map<'_>) -> String {
    page::of(map)
}
