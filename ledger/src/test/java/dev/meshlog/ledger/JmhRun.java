package dev.meshlog.ledger;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Measures single functions with JMH. Not a test, so its name is none that {@code verify} runs; verify compiles the benchmarks.
 *
 * <pre>
 * ./mvnw -q -pl ledger -am test -Dtest=JmhRun -Dsurefire.failIfNoSpecifiedTests=false [-Djmh.include=StateBenchmark.element]
 * </pre>
 */
class JmhRun {
    @Test
    void run() throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(System.getProperty("jmh.include", "dev.meshlog.*"))
                        .shouldFailOnError(true)
                        .build())
                .run();
    }
}
