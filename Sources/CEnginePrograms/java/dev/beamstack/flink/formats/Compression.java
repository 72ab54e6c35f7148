package dev.beamstack.flink.formats;

/** How a file's bytes are compressed. */
public enum Compression {
    /** When reading by the first bytes, when writing not at all: the sink's file names say nothing. */
    AUTO,
    NONE,
    GZIP
}
