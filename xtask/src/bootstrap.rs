//! Native build tools for HiGHS: cmake and libclang.
//!
//! Found on the machine, they are used as they are. Otherwise the official PyPI wheels, pinned by their hashes, go into the git-ignored
//! `.cargo/tools/`, and `.cargo/tools.toml` (included by `.cargo/config.toml` where it exists) points cargo at them, so
//! that plain `cargo build` works afterwards, too.

use crate::process::output;
use crate::workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Requirements of pip: each wheel by its version and the hashes of its files.
const CMAKE_WHEEL: &str = "xtask/tools/cmake.txt";
const LIBCLANG_WHEEL: &str = "xtask/tools/libclang.txt";

/// Makes sure that cmake and libclang can be found, installing wheels where `install` allows it.
pub(crate) fn ensure(install: bool) -> Result<(), String> {
    let cargo_dir = workspace::root().join(".cargo");
    let tools = Tools::under(&cargo_dir);
    let (need_cmake, need_libclang) = (cmake().is_none(), libclang().is_none());
    if need_cmake || need_libclang {
        install_wheels(&cargo_dir, need_cmake, need_libclang, install)?;
    }
    write_config(&cargo_dir, &tools)
}

struct Tools {
    cmake: PathBuf,
    libclang_dir: PathBuf,
}

impl Tools {
    fn under(cargo_dir: &Path) -> Self {
        let program = if cfg!(windows) { "cmake.exe" } else { "cmake" };
        Self {
            cmake: cargo_dir.join("tools/cmake-wheel/cmake/data/bin").join(program),
            libclang_dir: cargo_dir.join("tools/libclang/clang/native"),
        }
    }
}

/// Where cmake comes from, if a build would find one.
pub(crate) fn cmake() -> Option<&'static str> {
    match () {
        () if has_cmake() => Some("found on PATH"),
        () if named("CMAKE") => Some("found named by CMAKE"),
        () => Tools::under(&workspace::root().join(".cargo")).cmake.is_file().then_some("found as a PyPI wheel"),
    }
}

/// Where libclang comes from, if a build would find one.
pub(crate) fn libclang() -> Option<&'static str> {
    match () {
        () if system_libclang().is_some() => Some("found in the system"),
        () if named("LIBCLANG_PATH") => Some("found named by LIBCLANG_PATH"),
        () => Tools::under(&workspace::root().join(".cargo")).libclang_dir.is_dir().then_some("found as a PyPI wheel"),
    }
}

/// Whether a variable of the environment names something that is there.
fn named(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|path| Path::new(&path).exists())
}

/// Whether cmake is on PATH.
fn has_cmake() -> bool {
    output("cmake", &["--version"]).is_some()
}

/// A libclang that clang-sys would find on its own.
fn system_libclang() -> Option<PathBuf> {
    let is_library = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // libclang-cpp is the C++ interface, which bindgen cannot use.
        let unix = name.starts_with("libclang") && name.contains(".so") && !name.starts_with("libclang-cpp");
        let versioned = |rest: &str| rest.starts_with(".so") || rest.starts_with('-');
        unix && versioned(&name["libclang".len()..]) || name == "libclang.dylib" || name == "libclang.dll"
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Some(folder) = output("llvm-config", &["--libdir"]) {
        folders.push(folder.into());
    }
    for parent in ["/usr/lib", "/usr/local/lib", "/usr/lib64", "/opt/homebrew/opt/llvm/lib", "/usr/local/opt/llvm/lib"]
    {
        folders.push(parent.into());
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("llvm") {
                folders.push(entry.path().join("lib"));
            } else if name.ends_with("-linux-gnu") {
                folders.push(entry.path());
            }
        }
    }
    folders.push("/Library/Developer/CommandLineTools/usr/lib".into());
    folders.push("/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib".into());
    folders.iter().find_map(|folder| {
        std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(|path| is_library(path))
    })
}

fn install_wheels(cargo_dir: &Path, cmake: bool, libclang: bool, install: bool) -> Result<(), String> {
    let missing = [(cmake, "cmake"), (libclang, "libclang")].into_iter().filter(|(need, _)| *need);
    let missing = missing.map(|(_, name)| name).collect::<Vec<_>>().join(" and ");
    let by_hand = format!(
        "{missing} not found; HiGHS is built from source and needs both.\n\
         Debian, Ubuntu: apt install cmake libclang-dev\nFedora:         dnf install cmake clang-devel\n\
         macOS:          brew install cmake llvm"
    );
    if !install {
        return Err(format!("{by_hand}\n(`--no-bootstrap` was given, so nothing was installed)"));
    }
    if output("python3", &["-m", "pip", "--version"]).is_none() {
        return Err(format!("{by_hand}\nOr install python3 with pip, and this program fetches them as wheels."));
    }
    for (need, wheel, folder) in [(cmake, CMAKE_WHEEL, "cmake-wheel"), (libclang, LIBCLANG_WHEEL, "libclang")] {
        if !need {
            continue;
        }
        let target = cargo_dir.join("tools").join(folder);
        let wheel = workspace::root().join(wheel);
        let name = wheel.file_stem().unwrap_or_default().to_string_lossy();
        eprintln!("set-up: installing {name} from PyPI into {} (once; --no-bootstrap refuses)", target.display());
        let status = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--only-binary", ":all:", "--require-hashes", "--target"])
            .arg(&target)
            .arg("--requirement")
            .arg(&wheel)
            .env("PIP_ROOT_USER_ACTION", "ignore")
            .status()
            .map_err(|error| format!("cannot start python3: {error}"))?;
        if !status.success() {
            return Err(format!("pip could not install {name} as `{}` pins it.\n{by_hand}", wheel.display()));
        }
    }
    Ok(())
}

/// Points cargo at the wheels, or removes the pointer where the machine has its own tools.
fn write_config(cargo_dir: &Path, tools: &Tools) -> Result<(), String> {
    let mut text = String::from("# Written by `cargo xtask`; git-ignored.\n[env]\n");
    let mut any = false;
    if !has_cmake() && tools.cmake.is_file() {
        let program = if cfg!(windows) { "cmake.exe" } else { "cmake" };
        text +=
            &format!("CMAKE = {{ value = \".cargo/tools/cmake-wheel/cmake/data/bin/{program}\", relative = true }}\n");
        any = true;
    }
    if system_libclang().is_none() && tools.libclang_dir.is_dir() {
        text += "LIBCLANG_PATH = { value = \".cargo/tools/libclang/clang/native\", relative = true }\n";
        any = true;
    }
    let path = cargo_dir.join("tools.toml");
    let result = match (any, path.is_file()) {
        (true, _) if std::fs::read_to_string(&path).is_ok_and(|old| old == text) => Ok(()),
        (true, _) => std::fs::write(&path, text),
        (false, true) => std::fs::remove_file(&path),
        (false, false) => Ok(()),
    };
    result.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
