/// Names for files in the making.
public enum TemporaryName {
    /// A hidden name in the same directory, so that renaming to `path` is atomic and patterns do not match it.
    public static func beside(_ path: String) -> String {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        // Long names would pass the file system's limit of 255 bytes.
        let name = String(decoding: Path.name(of: path).utf8.prefix(180), as: UTF8.self)
        return Path.join(Path.directory(of: path), ".\(name).\(suffix).partial")
    }
}
