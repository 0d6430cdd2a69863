package dev.meshlog.infra.network;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How a node's process is started: the same Java and libraries as this one. */
final class JavaCommand {
    /** As the meshlog script has them for a program that mostly waits. */
    private static final List<String> OPTIONS = List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4MinInvocationThreshold=6000",
            "-XX:Tier4CompileThreshold=150000",
            "-XX:MaxMetaspaceSize=192m",
            "-XX:ReservedCodeCacheSize=96m",
            "-Dfile.encoding=UTF-8");

    /**
     * Ctrl-C goes to all processes of a terminal. The nodes are to go on until the load has stopped, and Java leaves a signal ignored that was
     * ignored when it started.
     */
    private static final List<String> DEAF = List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "meshlog");

    private JavaCommand() {}

    static ProcessBuilder of(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(DEAF);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        // What newer versions of Java want to be told, this process was told too.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--enable-native-access")
                        || option.startsWith("--sun-misc-unsafe-memory-access"))
                .forEach(command::add);
        String more = System.getenv("MESHLOG_JAVA_OPTS");
        Stream.of(more == null ? new String[0] : more.split(" "))
                .filter(option -> !option.isBlank())
                .forEach(command::add);
        command.add(main.getName());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        // In the environment it may be as long as it is.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
        return builder;
    }
}
