package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A replica as a command runs it: until SIGTERM or Ctrl-C, with its state whole on disk before the process ends. */
public final class ReplicaRun {
    private static final long STOP_SECONDS = 10;

    private ReplicaRun() {}

    /** What reads a replica's state beside it. */
    @FunctionalInterface
    public interface Reader {
        Reader NONE = replica -> () -> {};

        /** Begins to read; what it gives is closed before the replica. */
        Reading beside(Replica replica);
    }

    /** Ends when it is closed: nothing of the replica is read afterwards. */
    @FunctionalInterface
    public interface Reading extends AutoCloseable {
        @Override
        void close();
    }

    /** @return what differs from what was published; empty when it was told to stop */
    public static List<Difference> untilStopped(
            Cluster cluster,
            GenesisConfig genesis,
            Path directory,
            RecoveryOptions options,
            Clock clock,
            RecoveryListener listener,
            Reader reader) {
        // Of a recovery that was killed after its end.
        new RecoveryDirectory(directory).cleanUp();
        var stop = new AtomicBoolean();
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.set(true);
            await(stopped);
        }));
        try (var replica =
                Replica.open(cluster, genesis, directory, clock, options.verifiesSignatures(), options.threads())) {
            Reading reading = reader.beside(replica);
            try {
                return replica.run(stop::get, listener);
            } finally {
                reading.close();
            }
        } finally {
            stopped.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            var unused = latch.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
