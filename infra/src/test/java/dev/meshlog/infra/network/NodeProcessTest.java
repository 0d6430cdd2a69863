package dev.meshlog.infra.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are no nodes, to see how a node's end is noticed. */
class NodeProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    static final class Fails {
        public static void main(String[] arguments) {
            System.err.println("error: the disk is full");
            System.exit(7);
        }
    }

    static final class Waits {
        public static void main(String[] arguments) throws Exception {
            int unused = System.in.read();
        }
    }

    @Test
    void nodeThatEndsByItselfIsNamedWithItsExitCodeAndLastLines() throws Exception {
        try (LocalNetwork network = open(Fails.class)) {
            assertThatThrownBy(network::start)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("validator-1 ended by itself with exit code 7")
                    .hasMessageContaining("the disk is full");
            assertThat(network.failure()).isPresent();
        }
    }

    @Test
    void nodeThatIsKilledOrStoppedDoesNotCountAsFailed() throws Exception {
        try (LocalNetwork network = open(Waits.class)) {
            NodeProcess node = network.node("validator-1");
            node.start();
            long first = node.pid();
            node.kill();
            assertThat(node.isAlive()).isFalse();
            assertThat(network.failure()).isEmpty();

            node.start();
            assertThat(node.pid()).isNotEqualTo(first);
            node.terminate();
            assertThat(node.awaitEnd(PATIENCE)).isTrue();
            assertThat(network.failure()).isEmpty();
        }
    }

    private LocalNetwork open(Class<?> main) {
        return LocalNetwork.open(directory, LocalNetwork.Settings.of(1, 0, main), new Random());
    }
}
