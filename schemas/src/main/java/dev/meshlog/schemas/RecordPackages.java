package dev.meshlog.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/** Lets Avro make objects of our record classes; it refuses every class that nobody allowed (AVRO-3985). */
final class RecordPackages {
    private static final String PREFIX = RecordPackages.class.getPackageName() + ".";

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> type.getName().startsWith(PREFIX)));
    }

    private RecordPackages() {}

    /** Runs the static initialiser, once. */
    static void allow() {}
}
