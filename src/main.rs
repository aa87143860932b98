//! The `rootkeep` program: one call into the library.

fn main() -> std::process::ExitCode {
    rootkeep::cli::main()
}
