#!/usr/bin/env bash
# Installs the system libraries that Beamstack links with, where they are missing: PCRE2 (regular expressions), zlib
# (gzip), Zstandard and SQLite (the store of jobs); and the header of curl, which is loaded when a cluster is talked to.
# Does nothing, and needs no rights, where they are there.
set -euo pipefail

has_header() {
    local header=$1 root
    for root in /usr/include /usr/include/*-linux-gnu /usr/local/include /opt/homebrew/include "${CPATH:-/nonexistent}"; do
        [ -e "$root/$header" ] && return 0
    done
    # macOS keeps zlib's header in the SDK.
    command -v xcrun >/dev/null 2>&1 && [ -e "$(xcrun --show-sdk-path 2>/dev/null)/usr/include/$header" ]
}

missing=()
has_header pcre2.h || missing+=(pcre2)
has_header zlib.h || missing+=(zlib)
has_header zstd.h || missing+=(zstd)
has_header sqlite3.h || missing+=(sqlite)
has_header curl/curl.h || missing+=(curl)
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing what is missing: ${missing[*]}" >&2
if command -v apt-get >/dev/null 2>&1; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    packages=()
    for library in "${missing[@]}"; do
        case $library in
            pcre2) packages+=(libpcre2-dev) ;;
            zlib) packages+=(zlib1g-dev) ;;
            zstd) packages+=(libzstd-dev) ;;
            sqlite) packages+=(libsqlite3-dev) ;;
            curl) packages+=(libcurl4-openssl-dev) ;;
        esac
    done
    "${as_root[@]}" apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq pkg-config "${packages[@]}" >/dev/null
elif command -v brew >/dev/null 2>&1; then
    brew install --quiet pkg-config "${missing[@]}"
elif command -v dnf >/dev/null 2>&1; then
    sudo dnf install -y -q pkgconf pcre2-devel zlib-devel libzstd-devel sqlite-devel libcurl-devel
else
    echo "install the development files of PCRE2 (8 bit), zlib, Zstandard, SQLite and curl with your system's package manager" >&2
    exit 3
fi
