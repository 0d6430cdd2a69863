package dev.meshlog.streams.radio;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.FuzzTargets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/** The short run of {@code verify}. */
class ShortFuzz {
    private static final FuzzTargets TARGETS = FuzzTargets.compiledWith(ShortFuzz.class);

    static Stream<byte[]> seeds() {
        return TARGETS.seeds();
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyTarget(byte[] input) {
        TARGETS.run(input);
    }

    @AfterAll
    static void report() {
        TARGETS.report();
    }
}
