#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#elseif os(Windows)
    import WinSDK
#endif

/// A library that is loaded when it is first needed; it stays for the life of the process.
public struct SharedLibrary: @unchecked Sendable {
    /// Of the operating system, which lets any thread use it.
    public let handle: UnsafeMutableRawPointer

    /// Loads the first of these that the machine has; `nil` where it has none.
    public init?(_ names: [String]) {
        for name in names {
            #if os(Windows)
                let loaded = LoadLibraryA(name).map { UnsafeMutableRawPointer($0) }
            #else
                let loaded = dlopen(name, RTLD_NOW | RTLD_LOCAL)
            #endif
            if let loaded {
                handle = loaded
                return
            }
        }
        return nil
    }

    /// The address of a function of the library that a handle stands for.
    public static func symbol(
        _ handle: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?
    ) -> UnsafeMutableRawPointer? {
        guard let handle, let name else { return nil }
        #if os(Windows)
            let module = handle.assumingMemoryBound(to: HINSTANCE__.self)
            return GetProcAddress(module, name).map { unsafeBitCast($0, to: UnsafeMutableRawPointer.self) }
        #else
            return dlsym(handle, name)
        #endif
    }
}

extension SharedLibrary {
    /// What systems call libcurl, whichever TLS it was built with.
    public static let curlNames: [String] = {
        #if os(Windows)
            ["libcurl.dll", "libcurl-x64.dll", "libcurl-4.dll"]
        #elseif canImport(Darwin)
            ["/usr/lib/libcurl.4.dylib", "libcurl.4.dylib"]
        #else
            ["libcurl.so.4", "libcurl-gnutls.so.4"]
        #endif
    }()
}
