package dev.meshlog.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;

    @Test
    void recordsComeInTheirOrderUntilTheyAreReleased() throws IOException {
        try (var spool = new Spool(directory, MIB)) {
            append(spool, "a", "b", "c");
            List<Spool.Entry> all = spool.read(0, 10);
            assertThat(texts(all)).containsExactly("a", "b", "c");
            assertThat(texts(spool.read(all.get(0).sequence(), 1))).containsExactly("b");
            spool.release(all.get(1).sequence());
            assertThat(texts(spool.read(0, 10))).containsExactly("c");
            spool.release(all.get(2).sequence());
            assertThat(spool.bytes()).isZero();
        }
        try (var again = new Spool(directory, MIB)) {
            assertThat(again.read(0, 10)).isEmpty();
            assertThat(again.bytes()).isZero();
            append(again, "d");
            assertThat(texts(again.read(0, 10))).containsExactly("d");
            assertThat(again.totals().messages()).isEqualTo(4);
        }
    }

    @Test
    void acknowledgementOfWhatWasLostHereReleasesTheRest() throws IOException {
        try (var spool = new Spool(directory, MIB)) {
            append(spool, "a", "b");
            spool.release(spool.read(0, 2).get(1).sequence() + 5);
            assertThat(spool.bytes()).isZero();
            append(spool, "c");
            assertThat(texts(spool.read(0, 10))).containsExactly("c");
        }
    }

    @Test
    void whatIsReleasedLeavesTheDisk() throws IOException {
        byte[] noise = new byte[64 << 10];
        new Random(1).nextBytes(noise);
        try (var spool = new Spool(directory, 1L << 40)) {
            for (int i = 0; i < 1_000; i++) {
                spool.append(List.of(sequence -> noise), false);
                spool.release(spool.read(0, 1).get(0).sequence());
                assertThat(spool.bytes()).isZero();
            }
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.mapToLong(file -> file.toFile().length()).sum())
                        .isLessThan(48 * MIB);
            }
        }
        try (var again = new Spool(directory, MIB)) {
            assertThat(again.read(0, 10)).isEmpty();
            assertThat(again.bytes()).isZero();
        }
    }

    @Test
    @DisplayName("PS-10 what the power took from the spool after Kafka had it is released like anything else")
    void whatKafkaHasNeedNotBeThereAnyMoreWhenItIsReleased() throws IOException {
        long acknowledged;
        try (var spool = new Spool(directory, MIB)) {
            append(spool, "a", "b");
            acknowledged = spool.read(0, 2).get(1).sequence() + 3;
        }
        try (var again = new Spool(directory, MIB)) {
            append(again, "came before Kafka was asked how far it is");
            again.release(acknowledged);
            List<Spool.Entry> waiting = again.read(0, 10);
            assertThat(texts(waiting)).containsExactly("came before Kafka was asked how far it is");
            assertThat(again.bytes()).isPositive();
            again.release(waiting.get(0).sequence());
            assertThat(again.bytes()).isZero();
        }
    }

    @Test
    void fullSpoolTakesNothingMoreUntilSomethingIsReleased() throws Exception {
        try (var spool = new Spool(directory, MIB)) {
            String large = "x".repeat(64 << 10);
            int count = 0;
            while (spool.append(List.of(draft(large)), false)) {
                count++;
            }
            assertThat(count).isEqualTo(16);
            assertThat(spool.append(List.of(draft("reported all the same")), true))
                    .isTrue();
            spool.release(spool.read(0, 2).get(1).sequence());
            spool.awaitRoom(Duration.ofDays(1));
            assertThat(spool.append(List.of(draft(large)), false)).isTrue();
        }
    }

    @Test
    @DisplayName("PS-03 a process that is killed loses nothing that it had kept")
    void killedProcessLosesNothingThatItHadKept() throws Exception {
        Path said = directory.resolve("said");
        Path kept = directory.resolve("spool");
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpoolWriter.class.getName(),
                        kept.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(said.toFile())
                .start();
        await().atMost(Duration.ofMinutes(2)).until(() -> completeLines(said) > 5_000);
        writer.destroyForcibly();
        assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
        int count = completeLines(said);
        try (var spool = new Spool(kept, MIB)) {
            List<String> texts = texts(spool.read(0, Integer.MAX_VALUE));
            assertThat(texts).hasSizeGreaterThanOrEqualTo(count);
            assertThat(texts.subList(0, count))
                    .isEqualTo(IntStream.range(0, count)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }

    @Test
    @DisplayName("PS-02 PS-10 a damaged end costs the end alone, and no number is used twice")
    void damagedEndCostsTheEndAloneAndNoNumberIsUsedTwice() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        long highest;
        Path original = directory.resolve("original");
        try (var spool = new Spool(original, MIB)) {
            for (int i = 0; i < 50; i++) {
                append(spool, Integer.toString(i));
            }
            highest = spool.read(0, 100).get(49).sequence();
            for (int round = 0; round < 12; round++) {
                Path copy = directory.resolve("copy" + round);
                copy(original, copy);
                Path log = newestLog(copy);
                // The first bytes are the generation, which was forced to the disk.
                long keep = 400L + random.nextInt((int) Files.size(log) - 400);
                try (var file = new RandomAccessFile(log.toFile(), "rw")) {
                    if (round % 2 == 0) {
                        file.setLength(keep);
                    } else {
                        file.seek(keep);
                        file.write(0xff);
                        file.write(random.nextInt());
                    }
                }
                try (var cut = new Spool(copy, MIB)) {
                    List<String> texts = texts(cut.read(0, 100));
                    assertThat(texts)
                            .as("seed %d, round %d", seed, round)
                            .isEqualTo(IntStream.range(0, texts.size())
                                    .mapToObj(Integer::toString)
                                    .toList());
                    append(cut, "new");
                    List<Spool.Entry> now = cut.read(0, 100);
                    assertThat(now.get(now.size() - 1).sequence()).isGreaterThan(highest);
                }
            }
        }
    }

    @Test
    @DisplayName("PS-05 what can't be read is refused, not overwritten")
    void whatCannotBeReadIsRefused() throws IOException {
        try (var spool = new Spool(directory, MIB)) {
            append(spool, "a");
        }
        Path current = directory.resolve("CURRENT");
        Files.writeString(current, "nonsense");
        assertThatThrownBy(() -> new Spool(directory, MIB).close()).isInstanceOf(SpoolDamagedException.class);
        assertThat(current).hasContent("nonsense");
    }

    @Test
    void fullDiskIsToldAndCostsNothingThatWasKept() throws Exception {
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", directory.toString());
        assumeTrue(mounted, "mounting a small file system takes root: this test is not run");
        try {
            Path ballast = Files.write(directory.resolve("ballast"), new byte[8 << 20]);
            var kept = new ArrayList<Boolean>();
            try (var spool = new Spool(directory.resolve("spool"), 1L << 40)) {
                byte[] noise = new byte[256 << 10];
                new Random(1).nextBytes(noise);
                assertThatThrownBy(() -> {
                            while (true) {
                                spool.append(List.of(sequence -> noise), false);
                                kept.add(true);
                            }
                        })
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("No space left");
                assertThat(spool.read(0, 1_000)).hasSize(kept.size());
            }
            Files.delete(ballast);
            try (var again = new Spool(directory.resolve("spool"), 1L << 40)) {
                append(again, "room");
                assertThat(again.read(0, 1_000)).hasSize(kept.size() + 1);
            }
        } finally {
            run("umount", directory.toString());
        }
    }

    /** Each time with another amount of room, so that writing fails at another step of RocksDB. */
    @Test
    @DisplayName("PS-03 LV-20 a spool on a disk that was full goes on once there is room, without a restart")
    void spoolOnADiskThatWasFullGoesOn() throws Exception {
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", directory.toString());
        assumeTrue(mounted, "mounting a small file system takes root: this test is not run");
        byte[] noise = new byte[256 << 10];
        new Random(1).nextBytes(noise);
        try {
            int kept = 0;
            try (var spool = new Spool(directory.resolve("spool"), 1L << 40)) {
                for (int room : new int[] {3, 9, 17}) {
                    long free = directory.toFile().getUsableSpace() - room * MIB;
                    Path ballast = Files.write(directory.resolve("ballast"), new byte[(int) free]);
                    kept += appendUntilItFails(spool, noise);
                    assertThat(spool.read(0, 10_000)).hasSize(kept);
                    Files.delete(ballast);
                    append(spool, "room");
                    kept++;
                    assertThat(spool.read(0, 10_000)).hasSize(kept);
                }
            }
            try (var again = new Spool(directory.resolve("spool"), 1L << 40)) {
                List<Spool.Entry> all = again.read(0, 10_000);
                assertThat(all).hasSize(kept);
                assertThat(all.stream().map(Spool.Entry::sequence)).isSorted().doesNotHaveDuplicates();
                assertThat(again.totals().messages()).isEqualTo(kept);
                again.release(all.get(kept - 1).sequence());
                assertThat(again.bytes()).isZero();
            }
        } finally {
            run("umount", directory.toString());
        }
    }

    private static int appendUntilItFails(Spool spool, byte[] content) {
        int count = 0;
        try {
            while (spool.append(List.of(sequence -> content), false)) {
                count++;
            }
        } catch (IOException e) {
            return count;
        }
        throw new AssertionError("the spool has no such limit");
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    private static void append(Spool spool, String... texts) throws IOException {
        assertThat(spool.append(Stream.of(texts).map(SpoolTest::draft).toList(), false))
                .isTrue();
    }

    private static LongFunction<byte[]> draft(String text) {
        return sequence -> text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> texts(List<Spool.Entry> entries) {
        return entries.stream()
                .map(entry -> StandardCharsets.UTF_8.decode(entry.content()).toString())
                .toList();
    }

    private static int completeLines(Path file) throws IOException {
        String text = Files.readString(file);
        return (int) text.chars().filter(character -> character == '\n').count();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                if (!file.endsWith("LOCK")) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }

    private static Path newestLog(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }
}
