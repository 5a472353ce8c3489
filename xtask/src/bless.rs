//! Review of moved snapshots.

use crate::process::{cargo, has_cargo, run as run_process};
use crate::workspace;

/// `cargo insta review` where it is installed; otherwise lists pending snapshots, and accepts them with `--accept`.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let accept = args.iter().any(|arg| arg == "--accept");
    let root = workspace::root();
    if !accept && has_cargo("insta") {
        return run_process(cargo().args(["insta", "review", "--workspace-root"]).arg(root));
    }
    let pending = workspace::files(&root, ".snap.new");
    for new in &pending {
        let snapshot = new.with_extension("");
        println!("{}", snapshot.strip_prefix(&root).unwrap_or(&snapshot).display());
        let old_text = std::fs::read_to_string(&snapshot).unwrap_or_default();
        let new_text = std::fs::read_to_string(new).map_err(|error| format!("{}: {error}", new.display()))?;
        print_changes(&old_text, &new_text);
        if accept {
            std::fs::rename(new, &snapshot).map_err(|error| format!("{}: {error}", snapshot.display()))?;
        }
    }
    match (pending.len(), accept) {
        (0, _) => println!("no snapshot moved"),
        (n, true) => println!("{n} accepted; look at them with `git diff` before you commit"),
        (n, false) => println!("{n} moved; `cargo xtask bless --accept` takes them"),
    }
    Ok(u8::from(!accept && !pending.is_empty()))
}

/// Lines that only one side has, in order.
fn print_changes(old: &str, new: &str) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    for line in old.iter().filter(|line| !new.contains(line)) {
        println!("  - {line}");
    }
    for line in new.iter().filter(|line| !old.contains(line)) {
        println!("  + {line}");
    }
}
