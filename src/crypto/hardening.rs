//! What the process does for its own memory before a secret enters it.

/// Turns core dumps off and hides the process's memory from other processes of the same user,
/// where the system has a way to ask for it. A system without one is no reason to stop.
pub fn forbid_core_dumps() {
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _unsupported = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _unsupported =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
