//! The part of OSCAL's assessment-results model (version 1.2.1) that a bundle fills. A list that may be left out
//! is left out where it is empty: OSCAL knows no empty lists.

use serde::Serialize;

use crate::statement::Time;

/// The model's version.
pub(super) const VERSION: &str = "1.2.1";
/// What `ns` says of properties that are not OSCAL's own.
const NAMESPACE: &str = "urn:rootkeep:ns:oscal";

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Document {
    pub assessment_results: AssessmentResults,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AssessmentResults {
    pub uuid: String,
    pub metadata: Metadata,
    pub import_ap: ImportAp,
    pub results: Vec<AssessmentResult>,
    pub back_matter: BackMatter,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    pub title: String,
    pub last_modified: Time,
    pub version: String,
    pub oscal_version: &'static str,
    pub props: Vec<Property>,
    pub roles: Vec<Role>,
    pub parties: Vec<Party>,
    pub responsible_parties: Vec<ResponsibleParty>,
    pub remarks: &'static str,
}

#[derive(Serialize)]
pub(super) struct Property {
    name: &'static str,
    ns: &'static str,
    value: String,
}

impl Property {
    /// A property of our own; the value is not empty, and has no space at its ends.
    pub(super) fn new(name: &'static str, value: impl ToString) -> Self {
        Self {
            name,
            ns: NAMESPACE,
            value: value.to_string(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Role {
    pub id: &'static str,
    pub title: &'static str,
}

#[derive(Serialize)]
pub(super) struct Party {
    pub uuid: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub name: String,
    pub props: Vec<Property>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ResponsibleParty {
    pub role_id: &'static str,
    pub party_uuids: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ImportAp {
    pub href: String,
    pub remarks: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AssessmentResult {
    pub uuid: String,
    pub title: String,
    pub description: &'static str,
    pub start: String,
    pub end: String,
    pub props: Vec<Property>,
    pub reviewed_controls: ReviewedControls,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    pub findings: Vec<Finding>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ReviewedControls {
    pub control_selections: Vec<ControlSelection>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ControlSelection {
    pub description: String,
    pub props: Vec<Property>,
    pub include_controls: Vec<SelectedControl>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SelectedControl {
    pub control_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Observation {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub props: Vec<Property>,
    pub methods: [&'static str; 1],
    pub types: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    pub relevant_evidence: Vec<RelevantEvidence>,
    pub collected: Time,
}

#[derive(Serialize)]
pub(super) struct Origin {
    pub actors: [Actor; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Actor {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub actor_uuid: String,
}

#[derive(Serialize)]
pub(super) struct RelevantEvidence {
    pub href: String,
    pub description: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Risk {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub statement: String,
    pub props: Vec<Property>,
    pub status: &'static str,
    pub deadline: String,
    pub related_observations: Vec<RelatedObservation>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedObservation {
    pub observation_uuid: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedRisk {
    pub risk_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Finding {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub props: Vec<Property>,
    pub target: Target,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_observations: Vec<RelatedObservation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_risks: Vec<RelatedRisk>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Target {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub target_id: String,
    pub status: Status,
}

#[derive(Serialize)]
pub(super) struct Status {
    pub state: &'static str,
    pub reason: &'static str,
    pub remarks: &'static str,
}

#[derive(Serialize)]
pub(super) struct BackMatter {
    pub resources: Vec<Resource>,
}

#[derive(Serialize)]
pub(super) struct Resource {
    pub uuid: String,
    pub title: &'static str,
    pub description: &'static str,
    pub rlinks: Vec<Link>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Link {
    pub href: &'static str,
    pub media_type: &'static str,
}
