//! Tells `sluice version` what it was built for and with.

use std::process::Command;

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    for (name, value) in [("BUILD_TARGET", target), ("BUILD_RUSTC", version)] {
        emit(&format!("rustc-env={name}={value}"));
    }
    emit("rerun-if-changed=build.rs");
    // The compiler wants the folder even where no console was built. If it cannot be made, that says why.
    std::fs::create_dir_all("../../web/dist").ok();
    // What the console consists of is read while the crate is compiled, and its files change their names.
    emit("rerun-if-changed=../../web/dist");
}

fn emit(instruction: &str) {
    println!("cargo:{instruction}");
}
