package dev.meshlog.schemas.testing;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.Hex;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All fuzz targets of a module behind a single one. Jazzer fuzzes one target in a process, and its start costs more than the few seconds that a
 * short run takes; so there the first byte of the input picks the target, and the rest is the target's input.
 */
public final class FuzzTargets {
    private static final String SUFFIX = "FuzzTest";

    private final List<Target> targets;
    private final long[] executions;

    private FuzzTargets(List<Target> targets) {
        this.targets = targets;
        this.executions = new long[targets.size()];
    }

    /** The methods with {@link FuzzTest} in all classes named {@code *FuzzTest} that were compiled together with this one. */
    public static FuzzTargets compiledWith(Class<?> type) {
        try {
            Path root = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (Stream<Path> files = Files.walk(root)) {
                return new FuzzTargets(files.map(file -> root.relativize(file).toString())
                        .filter(name -> name.endsWith(SUFFIX + ".class"))
                        .sorted()
                        .map(name -> name.substring(0, name.length() - ".class".length())
                                .replace(root.getFileSystem().getSeparator(), "."))
                        .flatMap(name -> Target.of(root, name, type.getClassLoader()))
                        .toList());
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("where the classes are is a path", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The seeds of all targets, each with the byte that picks its target. */
    public Stream<byte[]> seeds() {
        return IntStream.range(0, targets.size())
                .boxed()
                .flatMap(index -> targets.get(index).seeds().map(seed -> {
                    byte[] input = new byte[1 + seed.length];
                    input[0] = index.byteValue();
                    System.arraycopy(seed, 0, input, 1, seed.length);
                    return input;
                }));
    }

    /** @throws AssertionError that names the target and its input */
    public void run(byte[] input) {
        if (input.length > 0) {
            int index = (input[0] & 0xff) % targets.size();
            executions[index]++;
            targets.get(index).run(Arrays.copyOfRange(input, 1, input.length));
        }
    }

    /** Says on the process's standard error what was run: test output is kept in a file. */
    @SuppressWarnings("SystemOut") // for the person who runs the build
    public void report() {
        String counts = IntStream.range(0, targets.size())
                .mapToObj(index -> targets.get(index).name() + " " + executions[index])
                .collect(Collectors.joining(", "));
        try (var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)) {
            err.println("fuzzed " + targets.size() + " targets, executions: " + counts);
        }
    }

    private record Target(String name, Object instance, Method method, Path inputs) {
        static Stream<Target> of(Path root, String className, ClassLoader loader) {
            try {
                Class<?> type = Class.forName(className, true, loader);
                Constructor<?> constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
                Object instance = constructor.newInstance();
                String simple = type.getSimpleName();
                Path inputs =
                        root.resolve(type.getPackageName().replace('.', '/')).resolve(simple + "Inputs");
                var found = new ArrayList<Target>();
                for (Method method : type.getDeclaredMethods()) {
                    if (method.isAnnotationPresent(FuzzTest.class)) {
                        method.setAccessible(true);
                        found.add(new Target(
                                simple.substring(0, simple.length() - SUFFIX.length()),
                                instance,
                                method,
                                inputs.resolve(method.getName())));
                    }
                }
                return found.stream();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(className + " is a class with a constructor without parameters", e);
            }
        }

        Stream<byte[]> seeds() {
            if (!Files.isDirectory(inputs)) {
                return Stream.empty();
            }
            try (Stream<Path> files = Files.list(inputs)) {
                return files.sorted().map(Target::bytes).toList().stream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void run(byte[] input) {
            try {
                method.invoke(instance, (Object) input);
            } catch (InvocationTargetException e) {
                throw new AssertionError(name + " with the input " + Hex.of(input), e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(method + " was made accessible", e);
            }
        }

        private static byte[] bytes(Path file) {
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
